// Package link keeps the connection to a message centre for the protocols that frame alike, CMPP and SMPP: requests go out
// within a window and wait for the answer with their number, the far side's requests are answered, a silent connection is
// tested, a lost one is made again, and one that is no longer wanted ends with a goodbye.
//
//	l := link.New(link.Options{Wire: link.Wire{Name: "CMPP", Max: 4096}, Dial: dial, Login: login, Test: 8, Bye: 2, …})
//	go l.Run(ctx)
//	answer, err := l.Ask(ctx, link.Frame{ID: 4, Body: body}, nil) // where there is none, link.Sent(err) says whether it may have gone out
//
// It lives in the network's own time: nothing here decides what a warning means.
package link

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Options say how the far side is reached and what it is told. What is zero has the value named beside it.
type Options struct {
	Wire  Wire
	Dial  func(context.Context) (net.Conn, error)
	Login func(ctx context.Context, ask func(context.Context, Frame) (Frame, error)) error

	// Serve answers what the far side has asked, in the order in which it came: all that waits at once, so that a database is
	// waited for once. It gives an answer for each, nil for what is not to be acknowledged; ID and Seq are set by the link.
	Serve func(context.Context, []Frame) []*Frame

	Test, Bye uint32 // the requests without a body that test a connection and end it
	TestBody  []byte // of the answer to the far side's test

	Window  int           // requests that may wait for their answer, 16
	Idle    time.Duration // silence before a test, 3 min
	Wait    time.Duration // for an answer, 60 s
	Tries   int           // tests without an answer before the connection is given up, 3
	Patient time.Duration // how long Ask waits for a connection, 2 s
	Retry   time.Duration // before connecting again, doubled up to a minute, 1 s

	Log *slog.Logger
}

// Link is a connection that is made again when it is lost.
type Link struct {
	opt    Options
	window chan struct{}

	mu   sync.Mutex
	conn *conn         // nil while there is none
	up   chan struct{} // closed when there is one
	why  error         // what ended the last one, or kept it from being made
}

// New makes a link; Run connects it.
func New(opt Options) *Link {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&opt.Idle, 3*time.Minute)
	set(&opt.Wait, time.Minute)
	set(&opt.Patient, 2*time.Second)
	set(&opt.Retry, time.Second)
	if opt.Window <= 0 {
		opt.Window = 16
	}
	if opt.Tries <= 0 {
		opt.Tries = 3
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Link{opt: opt, window: make(chan struct{}, opt.Window), up: make(chan struct{})}
}

// Run connects, again and again, until ctx ends. Then what waits for an answer gets a moment to hear it, and the far side a goodbye.
func (l *Link) Run(ctx context.Context) error {
	pause := l.opt.Retry
	for ctx.Err() == nil {
		began := time.Now()
		err := l.once(ctx)
		if ctx.Err() != nil {
			break
		}
		l.down(err)
		l.opt.Log.Warn(l.opt.Wire.Name+": no connection", "err", err, "again_in", pause)
		if time.Since(began) > time.Minute {
			pause = l.opt.Retry
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Minute)
	}
	l.down(net.ErrClosed)
	return nil
}

// once makes a connection and serves it to its end.
func (l *Link) once(ctx context.Context) error {
	dialing, cancel := context.WithTimeout(ctx, l.opt.Wait)
	defer cancel()
	nc, err := l.opt.Dial(dialing)
	if err != nil {
		return err
	}
	c := newConn(l, nc)
	var work sync.WaitGroup
	work.Go(c.reading)
	work.Go(func() { c.serving(context.WithoutCancel(ctx)) })
	defer work.Wait()
	if err := l.opt.Login(dialing, c.ask); err != nil {
		c.end(err)
		return err
	}
	l.opt.Log.Info(l.opt.Wire.Name + ": connected")
	l.mu.Lock()
	l.conn = c
	close(l.up)
	l.mu.Unlock()
	work.Go(c.testing)
	select {
	case <-c.done:
	case <-ctx.Done():
		l.down(ctx.Err())
		c.bye()
	}
	return c.err
}

// down says that there is no connection, and why.
func (l *Link) down(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn, l.up = nil, make(chan struct{})
	}
	l.why = err
}

// lost is called by a connection that has ended, whether or not it was the one in use.
func (l *Link) lost(c *conn, err error) {
	l.mu.Lock()
	in := l.conn == c
	l.mu.Unlock()
	if in {
		l.down(err)
	}
}

// Ask sends a request, if need be waits for room in the window, and gives the answer. Its ID and sequence fit the request's;
// an SMPP generic_nack is an answer too. A seen function is called with the answer before anything behind it is read: what the
// far side says next may be about it.
func (l *Link) Ask(ctx context.Context, f Frame, seen func(Frame)) (Frame, error) {
	select {
	case l.window <- struct{}{}:
		defer func() { <-l.window }()
	case <-ctx.Done():
		return Frame{}, &Error{Err: ctx.Err()}
	}
	c, err := l.connected(ctx)
	if err != nil {
		return Frame{}, err
	}
	return c.askSeen(ctx, f, seen)
}

func (l *Link) connected(ctx context.Context) (*conn, error) {
	patience := time.NewTimer(l.opt.Patient)
	defer patience.Stop()
	for {
		l.mu.Lock()
		c, up := l.conn, l.up
		l.mu.Unlock()
		if c != nil {
			return c, nil
		}
		select {
		case <-up:
		case <-patience.C:
			_, why := l.Up()
			if why == nil {
				why = errNotYet
			}
			return nil, &Error{Err: why}
		case <-ctx.Done():
			return nil, &Error{Err: ctx.Err()}
		}
	}
}

// Up says whether there is a connection, and if not, what ended the last one or kept it from being made.
func (l *Link) Up() (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		return true, nil
	}
	return false, l.why
}
