package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/gateway"
	"zhixing/gateway/cmpp"
	"zhixing/gateway/mas"
	"zhixing/gateway/screen"
	"zhixing/gateway/smpp"
	"zhixing/gateway/speaker"
	"zhixing/gateway/voice"
	"zhixing/notice"
)

// openOutbox makes what goes out of the county as the operator's file says; without one there is no channel. A demonstration has every channel,
// and none of them leads anywhere.
func (s *site) openOutbox(notices notice.Config) (*channel.Outbox, error) {
	o := s.outbox()
	if s.outside == nil {
		s.people = rehearse(o, 2*time.Second)
		return o, nil
	}
	if *s.outside.channels == "" {
		return o, nil
	}
	file := *s.outside.channels
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: channels: %w", errUsage, err)
	}
	defer f.Close()
	cfg, err := channel.ReadConfig(f)
	if err == nil {
		o.Quiet = cfg.Quiet.Keep
		o.Channels, err = cfg.Open(s.ways(notices, o), o.Hear)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errUsage, file, err)
	}
	return o, nil
}

// outbox tells the policies at work of what people send back, and of what has come.
func (s *site) outbox() *channel.Outbox {
	return &channel.Outbox{DB: s.db, County: string(s.county.Place.Code), Log: s.logger, Quiet: channel.Night.Keep,
		Replied: func(ctx context.Context, tx *db.Tx, list []channel.Reply) error {
			return s.works().Replied(ctx, tx, list)
		},
		Arrived: func(ctx context.Context, tx *db.Tx, list []channel.Arrival) error {
			return s.works().Arrived(ctx, tx, list)
		}}
}

// gatewayPath is where gateways call, with the gateway's name and what its driver makes of the rest. Whoever calls there proves himself to the
// driver: by a signature, or by a secret in the address.
const gatewayPath = "/gateways"

// withGateways lets gateways in beside people.
func withGateways(people http.Handler, o *channel.Outbox) http.Handler {
	gateways := http.StripPrefix(gatewayPath, o.Handler())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, gatewayPath+"/") {
			gateways.ServeHTTP(w, r)
			return
		}
		people.ServeHTTP(w, r)
	})
}

// ways are what a file of channels may name: the wire clients, the ways of notices, and public displays, which come for what the outbox has.
func (s *site) ways(notices notice.Config, out *channel.Outbox) map[string]channel.Build {
	now := s.db.Now
	all := drivers(now, s.logger)
	maps.Copy(all, map[string]channel.Build{
		"mail": func(o channel.Options, _ gateway.Hear) (channel.Driver, error) {
			if notices.Mail == nil {
				return channel.Driver{}, errors.New("there is no mail server: --smtp-host names it")
			}
			return channel.Driver{Gateway: notices.Mail.Gateway(notices.Site, now), TellsDoubles: true}, o.Into(&struct{}{})
		},
		"push": func(o channel.Options, _ gateway.Hear) (channel.Driver, error) {
			if notices.Push == nil {
				return channel.Driver{}, errors.New("web push is off: --push-contact turns it on")
			}
			return channel.Driver{Gateway: notices.Push.Gateway(s.db, string(s.county.Place.Code), notices.Site, now), TellsDoubles: true}, o.Into(&struct{}{})
		},
		"screen": func(o channel.Options, hear gateway.Hear) (channel.Driver, error) {
			var v struct{ Secret channel.Secret }
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			return s.displays(out, string(v.Secret), hear)
		},
		"hook": func(o channel.Options, _ gateway.Hear) (channel.Driver, error) {
			var v struct {
				Hosts  []string
				Secret channel.Secret
			}
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			if len(v.Hosts) == 0 || len(v.Secret) < 16 {
				return channel.Driver{}, errors.New("want hosts that may be called, and a secret of at least 16 characters")
			}
			return channel.Driver{Gateway: notice.HookGateway(string(v.Secret), v.Hosts, notices.Site, now), TellsDoubles: true}, nil
		},
	})
	return all
}

// displays are the public displays of the county.
func (s *site) displays(out *channel.Outbox, secret string, hear gateway.Hear) (channel.Driver, error) {
	c, err := screen.New(screen.Config{County: s.county.Place.County, Secret: secret, Now: s.db.Now, Log: s.logger,
		Showing: func(ctx context.Context, display string) (list []gateway.Message, err error) {
			err = s.db.Read(ctx, func(tx *db.Tx) error {
				list, err = out.Showing(ctx, tx, string(audience.Screen), display)
				return err
			})
			return list, err
		}}, hear)
	if err != nil {
		return channel.Driver{}, err
	}
	return channel.Driver{Gateway: c, Run: c.Run, Handler: c.Handler(), TellsDoubles: true}, nil
}

// drivers are the wire clients.
func drivers(now func() time.Time, log *slog.Logger) map[string]channel.Build {
	return map[string]channel.Build{
		"files": channel.DryRun,
		"mas": func(o channel.Options, hear gateway.Hear) (channel.Driver, error) {
			var v struct {
				URL, Firm, Account, Sign, Serial, Template string
				Secret, Token                              channel.Secret
				HideSecret                                 bool `yaml:"hide-secret"`
				Most                                       int
			}
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			c, err := mas.New(mas.Options{URL: v.URL, ECName: v.Firm, APID: v.Account, Secret: string(v.Secret), Sign: v.Sign, AddSerial: v.Serial, Template: v.Template,
				HideSecret: v.HideSecret, Most: v.Most, Token: string(v.Token), Hear: hear, Now: now, Log: log})
			if err != nil {
				return channel.Driver{}, err
			}
			return channel.Driver{Gateway: c, Handler: c.Handler()}, nil
		},
		"cmpp": func(o channel.Options, hear gateway.Hear) (channel.Driver, error) {
			var v struct {
				Address, Version, Account, Service, Source string
				Secret                                     channel.Secret
				Window                                     int
				FeeUser                                    int    `yaml:"fee-user"`
				FeeType                                    string `yaml:"fee-type"`
				FeeCode                                    string `yaml:"fee-code"`
			}
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			version, ok := map[string]cmpp.Version{"2.0": cmpp.V20, "3.0": cmpp.V30}[v.Version]
			if !ok {
				return channel.Driver{}, errors.New(`version: want "2.0" or "3.0", as the carrier says`)
			}
			c, err := cmpp.New(cmpp.Options{Address: v.Address, Version: version, Account: v.Account, Secret: string(v.Secret), Service: v.Service, Source: v.Source,
				Window: v.Window, FeeUser: v.FeeUser, FeeType: v.FeeType, FeeCode: v.FeeCode, Hear: hear, Now: now, Log: log})
			if err != nil {
				return channel.Driver{}, err
			}
			return channel.Driver{Gateway: c, Run: c.Run}, nil
		},
		"smpp": func(o channel.Options, hear gateway.Hear) (channel.Driver, error) {
			var v struct {
				Address, System, Type, Service, Source string
				Password                               channel.Secret
				Window                                 int
				Bare, TLS                              bool
				TON, NPI                               byte
				Names                                  smpp.Names
			}
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			var secure *tls.Config
			if v.TLS {
				secure = &tls.Config{}
			}
			c, err := smpp.New(smpp.Options{Address: v.Address, TLS: secure, SystemID: v.System, Password: string(v.Password), SystemType: v.Type, Service: v.Service, Source: v.Source,
				SourceTON: v.TON, SourceNPI: v.NPI, Window: v.Window, Bare: v.Bare, Names: v.Names, Hear: hear, Now: now, Log: log})
			if err != nil {
				return channel.Driver{}, err
			}
			return channel.Driver{Gateway: c, Run: c.Run}, nil
		},
		"speaker": func(o channel.Options, hear gateway.Hear) (channel.Driver, error) {
			var v struct {
				Broker, User, Client       string
				Password                   channel.Secret
				Command, Body, Ack, Status string
				Seq, Result                string
				Played, Failed, Offline    []string
				Verbatim                   bool
				MaxBytes                   int `yaml:"max-bytes"`
				Again                      *time.Duration
			}
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			c, err := speaker.New(speaker.Config{Broker: v.Broker, User: v.User, Password: string(v.Password), ClientID: v.Client, Command: v.Command, Body: v.Body,
				Ack: v.Ack, Status: v.Status, AckSeq: v.Seq, AckResult: v.Result, Played: v.Played, Failed: v.Failed, Offline: v.Offline,
				Verbatim: v.Verbatim, MaxBytes: v.MaxBytes, Now: now, Log: log}, hear)
			if err != nil {
				return channel.Driver{}, err
			}
			d := channel.Driver{Gateway: c, Run: c.Run, TellsDoubles: true}
			switch {
			case v.Again != nil && v.Ack == "":
				return channel.Driver{}, errors.New("again 要有 ack：不应答的喇叭，不知道哪些要再发")
			case v.Again != nil && *v.Again < 0:
				return channel.Driver{}, errors.New("again 写作 5m；不再发的写 0s")
			case v.Again != nil:
				d.Again = *v.Again
			case v.Ack != "":
				d.Again = 3 * time.Minute // longer than a text is played
			}
			return d, nil
		},
		"voice": func(o channel.Options, hear gateway.Hear) (channel.Driver, error) {
			var v struct {
				URL    string
				Secret channel.Secret
			}
			if err := o.Into(&v); err != nil {
				return channel.Driver{}, err
			}
			c, err := voice.New(voice.Config{URL: v.URL, Secret: string(v.Secret), Now: now, Log: log}, hear)
			if err != nil {
				return channel.Driver{}, err
			}
			return channel.Driver{Gateway: c, Handler: c.Handler(), TellsDoubles: true}, nil
		},
	}
}

// callUp runs the clocks of calls each second: a rung of a call is due at its minute. Before, it reads who can be told into memory, so that the
// first warning need not.
func (s *site) callUp(ctx context.Context, o *channel.Outbox) {
	if err := s.works().Audience.Load(ctx, s.db); err != nil && ctx.Err() == nil {
		s.logger.Error("recipients", "error", err)
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		n, err := s.works().Callup.Run(ctx, s.db)
		if err != nil && ctx.Err() == nil {
			s.logger.Error("calls", "error", err)
		}
		if n > 0 {
			o.Wake()
		}
	}
}
