package device

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"zhixing/device/hj212"
)

// conn is one connection. Its reader does everything but write; answers wait in out for the writer, so that a device which does
// not read holds up nobody.
type conn struct {
	s       *Server
	net     net.Conn
	host    string
	parser  *hj212.Parser
	session *hj212.Session
	parts   *hj212.Assembler
	devices map[ID]bool // heard on this connection
	orders  map[int64]*Order
	room    chan struct{} // for frames that wait for the disk

	mu     sync.Mutex
	out    []byte
	ready  chan struct{}
	wake   []Order // to be queued by the reader
	closed bool

	known   bool      // a known device has spoken
	denied  int       // frames of others
	began   time.Time // the connection
	last    time.Time // a frame came
	garbage int       // bytes since
	half    int64     // where the frame begins that is not whole
	halfAt  time.Time
}

func newConn(s *Server, nc net.Conn, host string) *conn {
	c := &conn{s: s, net: nc, host: host, devices: map[ID]bool{}, orders: map[int64]*Order{}, room: make(chan struct{}, s.Limits.InFlight),
		ready: make(chan struct{}, 1), began: time.Now(), last: time.Now(), parts: hj212.NewAssembler(hj212.AssemblerOptions{}), half: -1}
	c.parser = hj212.NewParser(hj212.Options{Profile: func(mn hj212.MN) hj212.Profile {
		if d, _ := s.Devices.find(mn); d != nil {
			return d.profile()
		}
		return hj212.Profile{}
	}})
	c.session = hj212.NewSession(s.Timers, func(mn hj212.MN) (hj212.Address, bool) {
		d, _ := s.Devices.find(mn)
		if d == nil {
			return hj212.Address{}, false
		}
		return hj212.Address{MN: mn, PW: d.Password}, true
	})
	return c
}

// maxOut bounds the answers that wait for a device that does not read them.
const maxOut = 1 << 20

// maxDenied is how many frames of unknown devices a connection may send on which no known one has spoken.
const maxDenied = 100

// say queues bytes for the writer.
func (c *conn) say(b []byte) {
	if len(b) == 0 {
		return
	}
	c.mu.Lock()
	full := len(c.out)+len(b) > maxOut
	if !full && !c.closed {
		c.out = append(c.out, b...)
	}
	c.mu.Unlock()
	if full {
		c.net.Close()
		return
	}
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// writing writes what is said until the connection ends.
func (c *conn) writing(done <-chan struct{}) {
	var spare []byte
	for {
		select {
		case <-done:
			return
		case <-c.ready:
		}
		c.mu.Lock()
		b := c.out
		c.out = spare[:0]
		c.mu.Unlock()
		_ = c.net.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.net.Write(b); err != nil {
			c.net.Close()
			return
		}
		spare = b
	}
}

// serve reads the connection to its end.
func (c *conn) serve(ctx context.Context) {
	done := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() { c.writing(done) })
	c.reading(ctx)
	c.net.Close()
	close(done)
	writer.Wait()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.lose()
	c.s.left(c)
}

func (c *conn) reading(ctx context.Context) {
	buf := make([]byte, 16<<10)
	for {
		c.due()
		c.setDeadline()
		n, err := c.net.Read(buf)
		if n > 0 {
			c.garbage += n
			if c.parser.Feed(buf[:n]) != nil {
				return
			}
			c.frames(ctx)
		}
		now := time.Now()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if c.half >= 0 && now.Sub(c.halfAt) >= c.s.Limits.Half {
				c.parser.Expire()
				c.frames(ctx)
			}
		case err != nil:
			for c.parser.Expire() {
				c.frames(ctx)
			}
			return
		}
		if ctx.Err() != nil || c.garbage > c.s.Limits.Garbage || c.denied > maxDenied && !c.known || !now.Before(c.ends()) {
			return
		}
	}
}

// ends is when the connection has been without a frame of a known device for too long.
func (c *conn) ends() time.Time {
	if c.known {
		return c.last.Add(c.s.Limits.Idle)
	}
	return c.began.Add(c.s.Limits.First)
}

// setDeadline sets when the reader has something to do though nothing comes. Under the lock of take, which sets another.
func (c *conn) setDeadline() {
	at := c.ends()
	if c.half >= 0 {
		at = earlier(at, c.halfAt.Add(c.s.Limits.Half))
	}
	if t, ok := c.session.Deadline(); ok {
		at = earlier(at, t)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.wake) > 0 {
		at = time.Now()
	}
	_ = c.net.SetReadDeadline(at)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// frames takes all whole frames out of the parser.
func (c *conn) frames(ctx context.Context) {
	for f, ok := c.parser.Next(); ok; f, ok = c.parser.Next() {
		c.frame(ctx, &f)
	}
	if stretches, more := c.parser.Rejected(); len(stretches) > 0 {
		for id := range c.devices { // whose they were nobody can say; mostly there is one
			c.s.states.with(id, func(k *counted) { k.rejected += int64(len(stretches) + more) })
		}
	}
	at, pending := c.parser.Pending()
	switch {
	case !pending:
		c.half = -1
	case at != c.half:
		c.half, c.halfAt = at, time.Now()
	}
}

// frame takes one frame.
func (c *conn) frame(ctx context.Context, f *hj212.Frame) {
	now := time.Now()
	c.last, c.garbage = now, 0
	ev := c.session.Receive(f, now)
	if ev.Act == hj212.Deny {
		why := "mn"
		if ev.Why == hj212.WrongPassword {
			why = "password"
		}
		c.denied++
		c.s.states.stranger(f, why, c.net.RemoteAddr().String(), c.s.DB.Now())
		c.say(ev.Answer)
		return
	}
	d, _ := c.s.Devices.find(f.MN)
	if d == nil {
		return // ended a moment ago
	}
	c.hears(d)
	if ev.Exchange != nil {
		c.exchanged(*ev.Exchange)
	}
	switch ev.Act {
	case hj212.TellTime:
		c.say(ev.Answer)
		c.give(Order{Device: d.ID, What: SetClock})
	case hj212.Store:
		c.store(ctx, d, f, ev.Answer)
	default:
		c.s.states.with(d.ID, func(k *counted) { k.heard(f, c.s.DB.Now()) })
		c.say(ev.Answer)
	}
}

// hears notes that a device speaks on this connection, the first time.
func (c *conn) hears(d *Device) {
	if c.devices[d.ID] {
		return
	}
	c.devices[d.ID] = true
	c.known = true
	c.s.speaks(c, d, c.s.DB.Now())
	go c.greet(d)
}

// store puts a frame into the inbox, and says so to the device when it is there.
func (c *conn) store(ctx context.Context, d *Device, f *hj212.Frame, answer []byte) {
	if f.Part() {
		c.parts.Add(*f, time.Now())
	}
	if lost := c.parts.Expire(time.Now()); len(lost) > 0 {
		c.s.states.with(d.ID, func(k *counted) { k.incomplete += int64(len(lost)) })
	}
	now := c.s.DB.Now()
	c.s.states.with(d.ID, func(k *counted) {
		k.heard(f, now)
		c.clock(d, k)
	})
	select {
	case c.room <- struct{}{}:
	case <-ctx.Done():
		return
	}
	err := c.s.inbox.Put(ctx, received{d.ID, now, f.Segment}.item(), func(err error) {
		if err != nil {
			c.s.Log.Error("device: a frame was not kept; it is not answered, so that it is sent again", "device", d.ID, "err", err)
		} else {
			c.say(answer)
		}
		<-c.room
	})
	if err != nil {
		<-c.room
	}
}
