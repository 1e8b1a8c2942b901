package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/device"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/policy"
	"zhixing/relay"
)

// running is the county's policies at work: what is in force today, and what takes readings in. One Works takes the place of another at
// midnight, where another policy may come into force, and when the folder is loaded again; whoever holds the old one ends his
// transaction with it.
type running struct {
	current atomic.Pointer[policy.Works]
	turn    sync.Mutex // one at a time puts another in its place
	county  policy.County
	load    func() (policy.County, error)
	to      map[string]relay.Destination

	writer  *observation.Writer
	devices *device.Registry
	server  *device.Server
}

// intake is the flags by which readings come in and go on.
type intake struct {
	hj212, sends *string
}

func (c *call) intake() *intake {
	return &intake{
		hj212: c.flags.String("hj212", "", "address on which stations are listened to by HJ 212, such as :9212 (optional)"),
		sends: c.secret("sends", "platforms that sends.yaml names, one a line: NAME URL [token=…]"),
	}
}

// platforms reads --sends.
func platforms(text string) (map[string]relay.Destination, error) {
	out := map[string]relay.Destination{}
	for n, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		bad := func(why string) error {
			return fmt.Errorf("%w: sends, line %d: %s: want NAME URL [token=…]", errUsage, n+1, why)
		}
		if len(f) < 2 || len(f) > 3 {
			return nil, bad("too few or too many words")
		}
		u, err := url.Parse(f[1])
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, bad("the address is none")
		}
		to := relay.Destination{URL: f[1]}
		if len(f) == 3 {
			token, ok := strings.CutPrefix(f[2], "token=")
			if !ok {
				return nil, bad("the third word is no token")
			}
			to.Token = token
		}
		if _, twice := out[f[0]]; twice {
			return nil, bad(f[0] + " stands there twice")
		}
		out[f[0]] = to
	}
	return out, nil
}

// startPolicies puts what is in force today to work.
func (s *site) startPolicies(ctx context.Context, c *call) error {
	r := &running{county: s.county, load: c.loadCounty}
	s.running = r
	if s.takes != nil {
		var err error
		if r.to, err = platforms(*s.takes.sends); err != nil {
			return err
		}
	}
	if err := r.turnTo(s.county, s.ledger, calendar.DateOf(s.db.Now()), false); err != nil {
		return err
	}
	r.devices = device.NewRegistry(string(s.county.Place.Code))
	return r.devices.Load(ctx, s.db)
}

// works is what is in force today.
func (s *site) works() *policy.Works { return s.running.current.Load() }

// turnTo puts a county's policies, as in force on the day, in the place of those at work.
func (r *running) turnTo(c policy.County, l *ledger.Ledger, day calendar.Date, again bool) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	if now := r.current.Load(); now != nil && now.Day == day && !again {
		return nil
	}
	if !again {
		c = r.county // what was loaded last
	}
	w, err := c.Works(l, day, r.to)
	if err != nil {
		return err
	}
	r.county = c
	r.current.Store(w)
	return nil
}

// reload reads the county's folder again and puts its policies to work. What is wrong with it is told, and the old ones stay. Units,
// posts and the rules of the ledger are taken up at the next start only.
func (s *site) reload(ctx context.Context, by string) error {
	fresh, err := s.running.load()
	if err != nil {
		return err
	}
	county := s.county
	county.Policies = fresh.Policies
	if err := s.running.turnTo(county, s.ledger, calendar.DateOf(s.db.Now()), true); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := journal.Append(ctx, tx, string(s.county.Place.Code), journal.Entry{Who: by, What: "policy.reload", Subject: "policies"})
		return err
	})
}

// runPolicies runs the clocks of the policies once.
func (s *site) runPolicies(ctx context.Context) error {
	if err := s.running.turnTo(policy.County{}, s.ledger, calendar.DateOf(s.db.Now()), false); err != nil {
		return err
	}
	return s.works().Tick(ctx, s.db)
}

// takeIn takes stations' connections until ctx ends. wait ends when they have all ended and what they gave is on disk.
func (s *site) takeIn(ctx context.Context) (wait func(), err error) {
	r := s.running
	observations := func() *observation.Observations { return s.works().Observations }
	r.writer = observation.NewWriter(s.db, observations, observation.WriterOptions{})
	var all sync.WaitGroup
	wait = func() { all.Wait(); r.writer.Close() }
	if s.takes == nil {
		return wait, nil
	}
	if at := *s.takes.hj212; at != "" {
		l, err := net.Listen("tcp", at)
		if err != nil {
			r.writer.Close()
			return nil, fmt.Errorf("--hj212: %w", err)
		}
		r.server = &device.Server{DB: s.db, Devices: r.devices, Observations: observations, Writer: r.writer, Log: s.logger}
		s.logger.Info("stations", "protocol", "HJ 212", "address", l.Addr().String())
		all.Go(func() {
			if err := r.server.Serve(ctx, l); err != nil && !errors.Is(err, net.ErrClosed) {
				s.logger.Error("stations", "error", err)
			}
		})
	}
	all.Go(func() { relay.Run(ctx, s.db, func() *relay.Relay { return s.works().Relay }, s.logger) })
	return wait, nil
}
