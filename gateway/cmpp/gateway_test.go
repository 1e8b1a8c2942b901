package cmpp

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"sync"
	"testing"
	"unicode/utf16"
)

// carrier is a gateway of the tests. It was written from the tables of fields, byte by byte, and shares nothing with the codec.
type carrier struct {
	t      testing.TB
	l      net.Listener
	secret string
	v30    bool

	// result decides on a SUBMIT; false answers nothing.
	result func(s *submitted) (uint32, bool)
	before func(s *submitted) // is called before the answer goes

	mu      sync.Mutex
	conns   []net.Conn
	logins  int
	frames  [][]byte // every one that came
	texts   []*submitted
	answers chan []byte // to what the carrier asked
	writing sync.Mutex
	quiet   bool // answer no test
	status  byte // of CONNECT_RESP
	nextID  uint64
	serving sync.WaitGroup
}

// submitted is one SUBMIT as it stands on the wire.
type submitted struct {
	raw             []byte
	id              uint64
	total, no       byte
	report, headed  byte
	format          byte
	source, account string
	validity        string
	numbers         []string
	content         []byte
	conn            net.Conn
}

func (s *submitted) text() string {
	b := s.content
	if s.headed == 1 {
		b = b[1+int(b[0]):]
	}
	var units []uint16
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.BigEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}

func newCarrier(t testing.TB, v30 bool) *carrier {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &carrier{t: t, l: l, secret: "1234", v30: v30, answers: make(chan []byte, 1024), nextID: 0x0102030405060700}
	c.serving.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			c.mu.Lock()
			c.conns = append(c.conns, nc)
			c.mu.Unlock()
			c.serving.Go(func() { c.serve(nc) })
		}
	})
	t.Cleanup(func() { l.Close(); c.hangUp(); c.serving.Wait() })
	return c
}

func (c *carrier) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, nc := range c.conns {
		nc.Close()
	}
	c.conns = nil
}

// say sends a frame with the length in front.
func (c *carrier) say(nc net.Conn, command, seq uint32, body []byte) {
	b := make([]byte, 12, 12+len(body))
	binary.BigEndian.PutUint32(b[0:], uint32(12+len(body)))
	binary.BigEndian.PutUint32(b[4:], command)
	binary.BigEndian.PutUint32(b[8:], seq)
	c.writing.Lock()
	defer c.writing.Unlock()
	_, _ = nc.Write(append(b, body...))
}

func (c *carrier) serve(nc net.Conn) {
	for {
		head := make([]byte, 12)
		if _, err := io.ReadFull(nc, head); err != nil {
			return
		}
		raw := append(head, make([]byte, binary.BigEndian.Uint32(head)-12)...)
		if _, err := io.ReadFull(nc, raw[12:]); err != nil {
			return
		}
		command, seq := binary.BigEndian.Uint32(raw[4:]), binary.BigEndian.Uint32(raw[8:])
		c.mu.Lock()
		c.frames = append(c.frames, raw)
		quiet := c.quiet
		c.mu.Unlock()
		switch command {
		case 1:
			c.login(nc, seq, raw)
		case 2:
			c.say(nc, 0x80000002, seq, nil)
		case 4:
			c.submitted(nc, seq, raw)
		case 8:
			if !quiet {
				c.say(nc, 0x80000008, seq, []byte{0})
			}
		default:
			c.answers <- raw
		}
	}
}

func (c *carrier) login(nc net.Conn, seq uint32, raw []byte) {
	stamp := []byte("0000000000")
	for i, n := 9, binary.BigEndian.Uint32(raw[35:]); i >= 0; i, n = i-1, n/10 {
		stamp[i] = '0' + byte(n%10)
	}
	source := bytes.TrimRight(raw[12:18], "\x00")
	want := md5.Sum(bytes.Join([][]byte{source, make([]byte, 9), []byte(c.secret), stamp}, nil))
	c.mu.Lock()
	c.logins++
	status := []byte{c.status}
	c.mu.Unlock()
	if !bytes.Equal(raw[18:34], want[:]) {
		status[0] = 3
	}
	version := byte(0x20)
	if c.v30 {
		status = append([]byte{0, 0, 0}, status...)
		version = 0x30
	}
	proof := md5.Sum(bytes.Join([][]byte{status, raw[18:34], []byte(c.secret)}, nil))
	c.say(nc, 0x80000001, seq, append(append(status, proof[:]...), version))
}

// submitted reads a SUBMIT by the offsets of its fields.
func (c *carrier) submitted(nc net.Conn, seq uint32, raw []byte) {
	terminal, one, tail := 21, 0, 8
	if c.v30 {
		terminal, one, tail = 32, 1, 20
	}
	zero := func(b []byte) string { b, _, _ = bytes.Cut(b, []byte{0}); return string(b) }
	b := raw[12:]
	s := &submitted{raw: raw, conn: nc, total: b[8], no: b[9], report: b[10]}
	at := 8 + 4 + 10 + 1 + terminal + one + 1 // up to TP_udhi
	s.headed, s.format = b[at], b[at+1]
	s.account = zero(b[at+2 : at+8])
	at += 2 + 6 + 2 + 6 // up to ValId_Time
	s.validity = zero(b[at : at+17])
	s.source = zero(b[at+34 : at+55])
	n := int(b[at+55])
	at += 56
	for range n {
		s.numbers = append(s.numbers, zero(b[at:at+terminal]))
		at += terminal
	}
	at += one
	long := int(b[at])
	s.content = b[at+1 : at+1+long]
	if at+1+long+tail != len(b) {
		c.t.Errorf("SUBMIT has %d bytes, its fields %d", len(b), at+1+long+tail)
	}
	c.mu.Lock()
	c.nextID++
	s.id = c.nextID
	c.texts = append(c.texts, s)
	decide, before := c.result, c.before
	c.mu.Unlock()
	result, answer := uint32(0), true
	if decide != nil {
		result, answer = decide(s)
	}
	if before != nil {
		before(s)
	}
	if !answer {
		return
	}
	body := binary.BigEndian.AppendUint64(nil, s.id)
	if c.v30 {
		body = binary.BigEndian.AppendUint32(body, result)
	} else {
		body = append(body, byte(result))
	}
	c.say(nc, 0x80000004, seq, body)
}

// deliver sends what a telephone sent, or a report.
func (c *carrier) deliver(nc net.Conn, id uint64, from string, headed, format, report byte, content []byte) {
	pad := func(s string, n int) []byte { return append([]byte(s), make([]byte, n-len(s))...) }
	b := binary.BigEndian.AppendUint64(nil, id)
	b = append(b, pad("10690000", 21)...)
	b = append(b, pad("", 10)...)
	b = append(b, 0, headed, format)
	if c.v30 {
		b = append(append(b, pad(from, 32)...), 0)
	} else {
		b = append(b, pad(from, 21)...)
	}
	b = append(append(b, report, byte(len(content))), content...)
	if c.v30 {
		b = append(b, make([]byte, 20)...)
	} else {
		b = append(b, make([]byte, 8)...)
	}
	want := 12 + 73 + len(content)
	if c.v30 {
		want = 12 + 97 + len(content)
	}
	if 12+len(b) != want {
		c.t.Errorf("the test's DELIVER has %d bytes, want %d", 12+len(b), want)
	}
	c.say(nc, 5, uint32(id), b)
}

// report sends a status report.
func (c *carrier) report(s *submitted, number, stat string) {
	n := 21
	if c.v30 {
		n = 32
	}
	b := binary.BigEndian.AppendUint64(nil, s.id)
	b = append(b, stat+"\x00\x00\x00\x00\x00\x00\x00"[:7-len(stat)]...)
	b = append(b, "2603010800"+"2603010801"...)
	b = append(b, number...)
	b = append(b, make([]byte, n-len(number)+4)...)
	c.deliver(s.conn, s.id<<8|uint64(s.no), number, 0, 0, 1, b)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
