package device

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"zhixing/db"
	"zhixing/device/hj212"
	"zhixing/device/inbox"
	"zhixing/observation"
)

// Server takes HJ 212 connections. What devices send is answered when it is on disk in Inbox, and recorded from there in its
// order. All fields but Log, Limits and Timers must be set; they are not changed once it serves.
type Server struct {
	DB           *db.DB
	Devices      *Registry
	Observations func() *observation.Observations // in force
	Inbox        string                           // a folder that no other process uses
	Writer       *observation.Writer              // of orders and states
	Log          *slog.Logger
	Limits       Limits
	Timers       hj212.Timers

	inbox  *inbox.Inbox
	states states
	mu     sync.Mutex
	conns  map[*conn]struct{}
	byHost map[string]int
	of     map[ID]*conn // by which a device was last heard
	looks  chan struct{}
}

// Limits bound what strangers can cost. Zeros are the usual.
type Limits struct {
	Conns    int           // at a time; 5,000
	PerHost  int           // of one address; 2,000, for concentrators speak for many
	First    time.Duration // until the first frame of a known device; 30 s
	Idle     time.Duration // without a frame; 15 min
	Half     time.Duration // until the rest of a frame comes; 10 s
	Garbage  int           // bytes without a frame in them; 64 KiB
	InFlight int           // frames of a connection that wait for the disk; 256
	Flush    time.Duration // how often states are stored; 5 s
}

func (l *Limits) fill() {
	for _, x := range []struct {
		n     *int
		usual int
	}{{&l.Conns, 5000}, {&l.PerHost, 2000}, {&l.Garbage, 64 << 10}, {&l.InFlight, 256}} {
		if *x.n == 0 {
			*x.n = x.usual
		}
	}
	for _, x := range []struct {
		d     *time.Duration
		usual time.Duration
	}{{&l.First, 30 * time.Second}, {&l.Idle, 15 * time.Minute}, {&l.Half, 10 * time.Second}, {&l.Flush, 5 * time.Second}} {
		if *x.d == 0 {
			*x.d = x.usual
		}
	}
}

// Serve takes connections until ctx ends, then ends them all, has recorded what they sent, stores the states and returns nil.
// What it cannot record is in the inbox when it serves again. The Writer must be closed after it.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.Limits.fill()
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.states = states{byID: map[ID]*counted{}, strangers: map[strangerKey]*Stranger{}}
	s.conns, s.byHost, s.of, s.looks = map[*conn]struct{}{}, map[string]int{}, map[ID]*conn{}, make(chan struct{}, 4)
	if err := s.Devices.Load(ctx, s.DB); err != nil {
		return err
	}
	if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.Devices.allDisconnected(ctx, tx) }); err != nil {
		return fmt.Errorf("device.Serve: %w", err)
	}
	recorded, err := s.startRecording(ctx)
	if err != nil {
		return fmt.Errorf("device.Serve: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { s.flushing(ctx) })
	var failed error
	for {
		c, err := l.Accept()
		if err != nil {
			if ctx.Err() == nil && retry(err) {
				time.Sleep(50 * time.Millisecond) // no descriptors left, most likely
				continue
			}
			if ctx.Err() == nil {
				failed = fmt.Errorf("device.Serve: %w", err)
			}
			break
		}
		if conn, ok := s.admit(c); ok {
			all.Go(func() { conn.serve(ctx) })
		}
	}
	cancel()
	s.mu.Lock()
	for c := range s.conns {
		c.net.Close()
	}
	s.mu.Unlock()
	all.Wait()
	recorded()
	s.flush()
	return failed
}

func retry(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && !errors.Is(err, net.ErrClosed)
}

// admit counts a connection, or closes it where there are too many.
func (s *Server) admit(nc net.Conn) (*conn, bool) {
	host, _, err := net.SplitHostPort(nc.RemoteAddr().String())
	if err != nil {
		host = nc.RemoteAddr().String()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) >= s.Limits.Conns || s.byHost[host] >= s.Limits.PerHost {
		s.states.mu.Lock()
		s.states.turned++
		s.states.mu.Unlock()
		nc.Close()
		return nil, false
	}
	c := newConn(s, nc, host)
	s.conns[c] = struct{}{}
	s.byHost[host]++
	return c, true
}

// left forgets a connection.
func (s *Server) left(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	if s.byHost[c.host]--; s.byHost[c.host] == 0 {
		delete(s.byHost, c.host)
	}
	var gone []ID
	for id := range c.devices {
		if s.of[id] == c {
			delete(s.of, id)
			gone = append(gone, id)
		}
	}
	s.mu.Unlock()
	for _, id := range gone {
		s.states.with(id, func(k *counted) { k.connected = 0 })
	}
}

// speaks notes that a device is heard by a connection.
func (s *Server) speaks(c *conn, d *Device, now time.Time) {
	s.mu.Lock()
	s.of[d.ID] = c
	s.mu.Unlock()
	s.states.with(d.ID, func(k *counted) { k.connected, k.address = db.Micros(now), c.net.RemoteAddr().String() })
}

// Wake has the orders that wait for a device sent at once, where it is connected; call it after Give was committed.
func (s *Server) Wake(id ID) {
	s.mu.Lock()
	c := s.of[id]
	s.mu.Unlock()
	if c != nil {
		go c.fetchOrders(id)
	}
}

// Connections is how many there are, and how many were turned away.
func (s *Server) Connections() (now int, turned int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states.mu.Lock()
	defer s.states.mu.Unlock()
	return len(s.conns), s.states.turned
}

func (s *Server) flushing(ctx context.Context) {
	tick := time.NewTicker(s.Limits.Flush)
	defer tick.Stop()
	prune := time.NewTicker(time.Hour)
	defer prune.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.flush()
		case <-prune.C:
			if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.Devices.Prune(ctx, tx) }); err != nil {
				s.Log.Error("device: what has no place was not pruned", "err", err)
			}
		}
	}
}

// flush stores what was counted. What cannot be stored is lost: it is only counts.
func (s *Server) flush() {
	list, strangers := s.states.take()
	if len(list) == 0 && len(strangers) == 0 {
		return
	}
	done := make(chan error, 1)
	err := s.Writer.SubmitAlso(context.Background(), nil, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Devices.storeStates(ctx, tx, list); err != nil {
			return err
		}
		return s.Devices.storeStrangers(ctx, tx, strangers)
	}, func(_ observation.Result, err error) { done <- err })
	if err == nil {
		err = <-done
	}
	if err != nil {
		s.Log.Error("device: states were not stored", "err", err)
	}
}
