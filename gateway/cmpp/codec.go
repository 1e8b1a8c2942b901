package cmpp

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"zhixing/gateway/sms"
)

// Version is a version of the protocol. They differ in the sizes of fields, not in the numbers of commands.
type Version byte

// The versions.
const (
	V20 Version = 0x20
	V30 Version = 0x30
)

// The commands that are spoken. An answer has the highest bit.
const (
	connect    = 1
	terminate  = 2
	submit     = 4
	deliver    = 5
	activeTest = 8
)

// MsgID is the gateway's name for a message: 64 bits that mean nothing to us.
type MsgID uint64

func (id MsgID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

var errShort = errors.New("cmpp: the frame is too short for its command")

// terminal is how long a telephone number is.
func (v Version) terminal() int {
	if v >= V30 {
		return 32
	}
	return 21
}

// tail is how long Reserve or LinkID is.
func (v Version) tail() int {
	if v >= V30 {
		return 20
	}
	return 8
}

// fixed writes a text into a field padded with zeros. What is too long is cut; New has looked at what comes from the configuration.
func fixed(dst []byte, s string, n int) []byte {
	s = s[:min(len(s), n)]
	dst = append(dst, s...)
	return append(dst, make([]byte, n-len(s))...)
}

// connectBody is CONNECT: who we are, proved by a secret that does not travel.
func connectBody(source, secret string, v Version, at time.Time) []byte {
	stamp := at.In(zone).Format("0102150405")
	var n uint32
	for _, c := range stamp {
		n = 10*n + uint32(c-'0')
	}
	proof := authenticator(source, secret, stamp)
	b := fixed(make([]byte, 0, 27), source, 6)
	b = append(b, proof[:]...)
	b = append(b, byte(v))
	return binary.BigEndian.AppendUint32(b, n)
}

func authenticator(source, secret, stamp string) [md5.Size]byte {
	return md5.Sum([]byte(source + "\x00\x00\x00\x00\x00\x00\x00\x00\x00" + secret + stamp))
}

// connectAnswer is CONNECT_RESP. A gateway that speaks the older version answers in its form, so the length decides.
type connectAnswer struct {
	status  uint32
	raw     []byte // the status as it came, which the proof covers
	proof   []byte
	version Version
}

func readConnect(b []byte) (a connectAnswer, err error) {
	switch {
	case len(b) >= 21:
		a.raw, a.status = b[:4], binary.BigEndian.Uint32(b)
	case len(b) >= 18:
		a.raw, a.status = b[:1], uint32(b[0])
	case len(b) >= 1: // a refusal is sometimes the status alone
		return connectAnswer{status: uint32(b[len(b)-1])}, nil
	default:
		return a, errShort
	}
	b = b[len(a.raw):]
	a.proof, a.version = b[:16], Version(b[16])
	return a, nil
}

// proved says whether the gateway knows the secret too.
func (a connectAnswer) proved(ours []byte, secret string) bool {
	want := md5.Sum(bytes.Join([][]byte{a.raw, ours, []byte(secret)}, nil))
	return bytes.Equal(a.proof, want[:])
}

// submitBody is SUBMIT of one part to up to a hundred numbers.
func (c *Client) submitBody(s *sms.Submission) []byte {
	o, n := &c.opt, c.opt.Version.terminal()
	b := make([]byte, 0, 171+n*len(s.Numbers)+len(s.Body))
	b = binary.BigEndian.AppendUint64(b, 0)                  // Msg_Id, the gateway's to give
	b = append(b, byte(s.Total), byte(s.No), 1, 0)           // Pk_total, Pk_number, Registered_Delivery, Msg_level
	b = fixed(b, o.Service, 10)                              //
	b = append(b, byte(o.FeeUser))                           //
	b = append(b, make([]byte, n)...)                        // Fee_terminal_Id
	b = c.ifV30(b)                                           // Fee_terminal_type
	b = append(b, 0, joined(s.Total), sms.UCS2)              // TP_pId, TP_udhi, Msg_Fmt
	b = fixed(b, o.Account, 6)                               // Msg_src
	b = fixed(fixed(b, o.FeeType, 2), o.FeeCode, 6)          //
	b = fixed(fixed(b, s.Validity, 17), "", 17)              // ValId_Time, At_Time
	b = append(fixed(b, o.Source, 21), byte(len(s.Numbers))) // Src_Id, DestUsr_tl
	for _, number := range s.Numbers {
		b = fixed(b, number, n)
	}
	b = c.ifV30(b) // Dest_terminal_type
	b = append(append(b, byte(len(s.Body))), s.Body...)
	return append(b, make([]byte, o.Version.tail())...)
}

// ifV30 writes the type of a number, which 2.0 has not: a real one.
func (c *Client) ifV30(b []byte) []byte {
	if c.opt.Version >= V30 {
		return append(b, 0)
	}
	return b
}

func joined(total int) byte {
	if total > 1 {
		return 1
	}
	return 0
}

// readSubmit is SUBMIT_RESP; the result has one byte or four.
func readSubmit(b []byte) (id MsgID, result uint32, err error) {
	switch {
	case len(b) >= 12:
		result = binary.BigEndian.Uint32(b[8:])
	case len(b) >= 9:
		result = uint32(b[8])
	default:
		return 0, 0, errShort
	}
	return MsgID(binary.BigEndian.Uint64(b)), result, nil
}

// delivery is DELIVER: what a telephone sent, or what became of a message.
type delivery struct {
	id       MsgID
	to, from string
	headed   bool
	format   byte
	report   bool
	content  []byte
}

func (v Version) readDeliver(b []byte) (d delivery, err error) {
	n := v.terminal()
	from := 8 + 21 + 10 + 3
	rest := from + n
	if v >= V30 {
		rest++ // Src_terminal_type
	}
	if len(b) < rest+2 {
		return d, errShort
	}
	d = delivery{id: MsgID(binary.BigEndian.Uint64(b)), to: text(b[8:29]), headed: b[from-2]&1 == 1, format: b[from-1],
		from: text(b[from : from+n]), report: b[rest] == 1}
	long := int(b[rest+1])
	if d.content = b[rest+2:]; len(d.content) < long {
		return d, errShort
	}
	d.content = d.content[:long]
	return d, nil
}

// report is the content of a DELIVER that says what became of a message.
type report struct {
	id   MsgID
	stat string
	done string
	to   string
}

// readReport takes the number's length from the content's: gateways of 3.0 are met that send the shorter form.
func readReport(b []byte) (r report, err error) {
	const head, sequence = 8 + 7 + 10 + 10, 4
	if len(b) < head+21 {
		return r, errShort
	}
	to := b[head:]
	if len(to) >= 21+sequence {
		to = to[:len(to)-sequence]
	}
	return report{MsgID(binary.BigEndian.Uint64(b)), text(b[8:15]), text(b[25:35]), text(to)}, nil
}

// deliverAnswer is DELIVER_RESP.
func (v Version) deliverAnswer(id MsgID, result byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(id))
	if v >= V30 {
		b = append(b, 0, 0, 0)
	}
	return append(b, result)
}

// text is a padded field.
func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return strings.TrimSpace(strings.ToValidUTF8(string(b), "?"))
}

var zone = time.FixedZone("", 8*60*60)
