package link

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one connection. Its reader hands answers to whoever waits and the far side's requests to serving, which may take
// its time: answers do not wait behind a database.
type conn struct {
	l     *Link
	net   net.Conn
	heard atomic.Int64 // when a frame came last
	asked chan Frame   // by the far side, to be served
	done  chan struct{}
	err   error // what ended it; read behind done

	write   sync.Mutex
	mu      sync.Mutex
	seq     uint32
	waiting map[uint32]waiter
	closing bool
	over    bool
}

type waiter struct {
	id     uint32
	answer chan Frame
	seen   func(Frame)
}

// What the far side may have asked and not been answered yet, and what is served at once. Its window is as small as ours.
const mostAsked, mostServed = 256, 64

func newConn(l *Link, nc net.Conn) *conn {
	c := &conn{l: l, net: nc, asked: make(chan Frame, mostAsked), done: make(chan struct{}), waiting: map[uint32]waiter{}}
	c.heard.Store(time.Now().UnixNano())
	return c
}

// end ends the connection; the first cause counts.
func (c *conn) end(err error) {
	c.mu.Lock()
	first := !c.over
	if first {
		c.over, c.err = true, err
		close(c.done)
		c.net.Close()
	}
	c.mu.Unlock()
	if first {
		c.l.lost(c, err)
	}
}

// send writes a frame whole. Of one that was not written whole the far side can make nothing.
func (c *conn) send(f Frame) error {
	b := c.l.opt.Wire.Append(nil, f)
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.net.SetWriteDeadline(time.Now().Add(c.l.opt.Wait))
	n, err := c.net.Write(b)
	if err == nil {
		return nil
	}
	c.end(err)
	return &Error{Sent: n == len(b), Err: err}
}

// ask sends a request under the next number and waits for its answer.
func (c *conn) ask(ctx context.Context, f Frame) (Frame, error) { return c.askSeen(ctx, f, nil) }

func (c *conn) askSeen(ctx context.Context, f Frame, seen func(Frame)) (Frame, error) {
	w := waiter{f.ID | Answer, make(chan Frame, 1), seen}
	c.mu.Lock()
	if c.over || c.closing {
		c.mu.Unlock()
		return Frame{}, &Error{Err: net.ErrClosed}
	}
	c.seq = c.seq%0x7FFFFFFF + 1
	f.Seq = c.seq
	c.waiting[f.Seq] = w
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, f.Seq)
		c.mu.Unlock()
	}()
	if err := c.send(f); err != nil {
		return Frame{}, err
	}
	late := time.NewTimer(c.l.opt.Wait)
	defer late.Stop()
	var why error
	select {
	case a := <-w.answer:
		return a, nil
	case <-c.done:
		why = c.err
	case <-ctx.Done():
		why = ctx.Err()
	case <-late.C:
		why = errNoReply
	}
	select { // it may have come in the same moment
	case a := <-w.answer:
		return a, nil
	default:
		return Frame{}, &Error{Sent: true, Err: why}
	}
}

// reading reads the connection to its end.
func (c *conn) reading() {
	defer close(c.asked)
	for {
		f, err := c.l.opt.Wire.Read(c.net)
		if err != nil {
			c.end(err)
			return
		}
		c.heard.Store(time.Now().UnixNano())
		switch {
		case f.ID&Answer != 0:
			c.answered(f)
		case f.ID == c.l.opt.Test:
			_ = c.send(Frame{ID: f.ID | Answer, Seq: f.Seq, Body: c.l.opt.TestBody})
		case f.ID == c.l.opt.Bye:
			_ = c.send(Frame{ID: f.ID | Answer, Seq: f.Seq})
			c.end(errBye)
			return
		default:
			select {
			case c.asked <- f:
			case <-c.done:
				return
			}
		}
	}
}

// answered hands an answer to whoever waits for it; one that is too late, or fits no request, is dropped.
func (c *conn) answered(f Frame) {
	c.mu.Lock()
	w, ok := c.waiting[f.Seq]
	if ok = ok && (f.ID == w.id || f.ID == Answer); ok {
		delete(c.waiting, f.Seq)
	}
	c.mu.Unlock()
	if !ok {
		return
	}
	if w.seen != nil {
		w.seen(f)
	}
	w.answer <- f // has room for one
}

// serving answers what the far side asks.
func (c *conn) serving(ctx context.Context) {
	for f := range c.asked {
		list := []Frame{f}
		for len(list) < mostServed {
			select {
			case f, ok := <-c.asked:
				if ok {
					list = append(list, f)
					continue
				}
			default:
			}
			break
		}
		if c.ended() {
			continue // it comes again
		}
		for i, a := range c.l.opt.Serve(ctx, list) {
			if a == nil {
				continue
			}
			if a.ID == 0 {
				a.ID = list[i].ID | Answer
			}
			a.Seq = list[i].Seq
			_ = c.send(*a)
		}
	}
}

// testing asks a connection on which nothing comes whether there is anybody.
func (c *conn) testing() {
	opt := &c.l.opt
	for silent := 0; ; {
		at := time.Unix(0, c.heard.Load()).Add(opt.Idle)
		if silent > 0 {
			at = time.Now() // the last test has had its time
		}
		select {
		case <-c.done:
			return
		case <-time.After(time.Until(at)):
		}
		if time.Since(time.Unix(0, c.heard.Load())) < opt.Idle {
			silent = 0
			continue
		}
		if silent == opt.Tries {
			c.end(errSilent)
			return
		}
		silent++
		_, err := c.ask(context.Background(), Frame{ID: opt.Test})
		if err == nil {
			silent = 0
		}
	}
}

// bye ends the connection in good order: nothing more is asked, and what waits for an answer has a moment to hear it.
func (c *conn) bye() {
	const moment = 3 * time.Second
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	for end := time.Now().Add(moment); time.Now().Before(end) && c.waits() > 0; {
		time.Sleep(10 * time.Millisecond)
	}
	c.mu.Lock()
	c.closing = false
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), moment)
	defer cancel()
	_, _ = c.ask(ctx, Frame{ID: c.l.opt.Bye})
	c.end(net.ErrClosed)
}

func (c *conn) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

func (c *conn) waits() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}
