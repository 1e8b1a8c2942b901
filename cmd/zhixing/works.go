package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/device"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/relay"
	"zhixing/warning"
)

// running is how the policies of the county are kept at work, and what takes readings in.
type running struct {
	live    *works.Live
	headed  calendar.Date     // on which it was last told where the registers stand
	others  []cases.Server311 // other cities' servers that are asked for requests
	writer  *observation.Writer
	inbox   string // folder of what stations sent and is not on record
	devices *device.Registry
	server  *device.Server

	certificate *x509.Certificate // that warnings are signed with; nil: they are not
}

// intake is the flags by which readings come in and go on.
type intake struct {
	hj212, sends, open311        *string
	mqtt, mqttUser, mqttPassword *string
	grids                        *string
}

func (c *call) intake() *intake {
	return &intake{
		hj212:        c.stations(),
		mqtt:         c.flags.String("mqtt", "", "MQTT broker from which programs' readings are taken, such as tcp://127.0.0.1:1883 (optional)"),
		mqttUser:     c.flags.String("mqtt-user", "", "user name at the broker"),
		mqttPassword: c.secret("mqtt-password", "its password"),
		grids:        c.flags.String("grids", "", "folder into which gridded forecasts are put (docs/forecast.md; optional)"),
		sends:        c.secret("sends", "platforms that sends.yaml names, one a line: NAME URL [token=…]"),
		open311:      c.secret("open311", "Open311 servers whose requests become cases here, one a line: NAME URL [jurisdiction=…] [service=THEIRS:OURS …]"),
	}
}

// demoIntake is the flags of a demonstration: simulated stations may send to it, and what is invented goes nowhere.
func (c *call) demoIntake() *intake {
	none := new(string)
	return &intake{hj212: c.stations(), mqtt: none, mqttUser: none, mqttPassword: none, grids: none, sends: none, open311: none}
}

func (c *call) stations() *string {
	return c.flags.String("hj212", "", "address on which stations are listened to by HJ 212, such as :9212 (optional)")
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

// servers reads --open311. ours says whether the county has a service.
func servers(text string, ours func(code string) bool) ([]cases.Server311, error) {
	var out []cases.Server311
	for n, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		bad := func(why string) error {
			return fmt.Errorf("%w: open311, line %d: %s: want NAME URL [jurisdiction=…] [service=THEIRS:OURS …]", errUsage, n+1, why)
		}
		if len(f) < 2 {
			return nil, bad("no address")
		}
		u, err := url.Parse(f[1])
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" {
			return nil, bad("the address is none")
		}
		s := cases.Server311{Name: f[0], URL: strings.TrimRight(f[1], "/"), Services: map[string]string{}}
		for _, word := range f[2:] {
			key, value, _ := strings.Cut(word, "=")
			theirs, code, ok := strings.Cut(value, ":")
			switch {
			case key == "jurisdiction" && value != "":
				s.Jurisdiction = value
			case key == "service" && ok && theirs != "" && ours(code):
				s.Services[theirs] = code
			case key == "service" && ok:
				return nil, bad("this county has no service " + strconv.Quote(code))
			default:
				return nil, bad(strconv.Quote(word) + " is neither jurisdiction nor service")
			}
		}
		if slices.ContainsFunc(out, func(o cases.Server311) bool { return o.Name == s.Name }) {
			return nil, bad(s.Name + " stands there twice")
		}
		out = append(out, s)
	}
	return out, nil
}

// startPolicies puts what is in force today to work.
func (s *site) startPolicies(ctx context.Context, c *call) (err error) {
	live := &works.Live{DB: s.db, Folder: c.folder, First: s.taken, Ledger: s.ledger}
	if strings.HasPrefix(*s.baseURL, "https://") { // what a telephone opens from afar
		live.Site = *s.baseURL
	}
	if s.takes != nil {
		if live.To, err = platforms(*s.takes.sends); err != nil {
			return err
		}
	}
	var certificate *x509.Certificate
	if live.Sign, certificate, err = s.signer(); err != nil {
		return err
	}
	if err := live.Start(ctx, ledger.System.Account); err != nil {
		return err
	}
	if err := live.Trouble(); err != nil {
		s.logger.Error("the policies on record go on, those in the folder are not taken", "reason", err)
	}
	if certificate != nil {
		err := s.db.Write(ctx, func(tx *db.Tx) error { return warning.UseKey(ctx, tx, string(s.county.Place.Code), certificate) })
		if err != nil {
			return err
		}
	}
	s.running = &running{live: live, devices: device.NewRegistry(string(s.county.Place.Code)), inbox: filepath.Join(*c.common.data, "inbox"), certificate: certificate}
	if s.takes != nil {
		ours := func(code string) bool { _, ok := s.works().Cases.ServiceOf(code); return ok }
		if s.running.others, err = servers(*s.takes.open311, ours); err != nil {
			return err
		}
	}
	return s.running.devices.Load(ctx, s.db)
}

// works is what is in force today.
func (s *site) works() *works.Works { return s.running.live.Works() }

// runPolicies runs the clocks of the policies once. Once a day it enters how good warnings were, tells the public log where the registers
// stand, people what has come due, and forgets numbers.
func (s *site) runPolicies(ctx context.Context) error {
	if _, err := s.running.live.Turn(ctx); err != nil {
		return err
	}
	if today := calendar.DateOf(s.db.Now()); s.running.headed != today {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			if err := s.works().Registers.PutHeads(ctx, tx, s.log); err != nil {
				return err
			}
			if err := s.works().Verified(ctx, tx); err != nil {
				return err
			}
			return s.works().Remind(ctx, tx)
		})
		if err != nil {
			return err
		}
		if err := s.works().Forget(ctx, s.db); err != nil {
			return err
		}
		s.running.headed = today
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
		r.server = &device.Server{DB: s.db, Devices: r.devices, Observations: observations, Inbox: r.inbox, Writer: r.writer, Log: s.logger}
		s.logger.Info("stations", "protocol", "HJ 212", "address", l.Addr().String())
		all.Go(func() {
			if err := r.server.Serve(ctx, l); err != nil && !errors.Is(err, net.ErrClosed) {
				s.logger.Error("stations", "error", err)
			}
		})
	}
	if broker := *s.takes.mqtt; broker != "" {
		m := &device.MQTT{Broker: broker, User: *s.takes.mqttUser, Password: *s.takes.mqttPassword, County: string(s.county.Place.Code), DB: s.db,
			Observations: observations, Writer: r.writer, Log: s.logger}
		all.Go(func() {
			if err := m.Run(ctx); err != nil && ctx.Err() == nil {
				s.logger.Error("MQTT", "error", err)
			}
		})
	}
	if len(r.others) > 0 {
		all.Go(func() { cases.Run311(ctx, s.db, func() *cases.Cases { return s.works().Cases }, r.others, s.logger) })
	}
	if s.outside != nil { // a demonstration asks nobody
		all.Go(func() { warning.Listen(ctx, s.db, func() *warning.Warnings { return s.works().Warnings }, s.logger) })
	}
	all.Go(func() { relay.Run(ctx, s.db, func() *relay.Relay { return s.works().Relay }, s.logger) })
	return wait, nil
}
