// Package smpp is a client of SMPP 3.4, which message centres and aggregators speak: short messages out, delivery receipts
// and replies in, over one transceiver connection that is tested and made again.
//
//	c, err := smpp.New(smpp.Options{Address: "…:2775", SystemID: "zhixing", Password: password, Source: "1069…", Hear: hear})
//	go c.Run(ctx)
//	out := c.Send(ctx, messages) // accepted, refused, busy or unknown, a message each
//
// Texts go as UCS-2, long ones in parts behind a head. A submission that is not answered in time is unknown and not sent
// again; a text in several parts is accepted when all are, and has one receipt.
package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/link"
	"zhixing/gateway/sms"
)

// Options are what the contract says. What is zero has the value named beside it.
type Options struct {
	Address    string // host:port
	TLS        *tls.Config
	SystemID   string
	Password   string
	SystemType string
	Service    string // service_type
	Source     string // the number that messages come from
	SourceTON  byte
	SourceNPI  byte
	Bare       bool // numbers go without 86
	Names      Names

	Window  int           // submissions that may wait for their answer, 16
	Idle    time.Duration // silence before enquire_link, 30 s
	Wait    time.Duration // for an answer, 30 s
	Tries   int           // 3
	Retry   time.Duration // before connecting again, 1 s
	Pause   time.Duration // after a throttled submission, 1 s
	Patient time.Duration // how long Send waits for a connection, 2 s

	Hear gateway.Hear
	Now  func() time.Time
	Dial func(context.Context) (net.Conn, error) // instead of Address
	Log  *slog.Logger
}

// Client is a gateway.Gateway that speaks SMPP.
type Client struct {
	opt    Options
	link   *link.Link
	ids    ids
	inbox  sms.Inbox
	sender sms.Sender
}

var wire = link.Wire{Name: "SMPP", Status: true, Max: 1 << 17} // message_payload has up to 64 KiB

// New makes a client; Run connects it.
func New(opt Options) (*Client, error) {
	switch {
	case opt.SystemID == "" || len(opt.SystemID) > 15:
		return nil, errors.New("smpp: system_id: want 1 to 15 characters")
	case opt.Address == "" && opt.Dial == nil:
		return nil, errors.New("smpp: no address to connect to")
	case len(opt.Source) > 20:
		return nil, errors.New("smpp: source: want at most 20 characters")
	case opt.Names != Alike && opt.Names != DecimalReceipt && opt.Names != HexReceipt:
		return nil, fmt.Errorf("smpp: names %q: want decimal, hex or nothing", opt.Names)
	}
	set(&opt.Idle, 30*time.Second)
	set(&opt.Wait, 30*time.Second)
	set(&opt.Window, 16)
	set(&opt.Log, slog.New(slog.DiscardHandler))
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Dial == nil {
		opt.Dial = func(ctx context.Context) (net.Conn, error) {
			d := &net.Dialer{Timeout: 10 * time.Second}
			if opt.TLS != nil {
				return (&tls.Dialer{NetDialer: d, Config: opt.TLS}).DialContext(ctx, "tcp", opt.Address)
			}
			return d.DialContext(ctx, "tcp", opt.Address)
		}
	}
	c := &Client{opt: opt, ids: ids{names: opt.Names}, inbox: sms.Inbox{Hear: opt.Hear, Log: opt.Log}}
	c.sender = sms.Sender{Submit: c.submit, Workers: opt.Window, Pause: opt.Pause, Inbox: &c.inbox}
	c.link = link.New(link.Options{Wire: wire, Dial: opt.Dial, Login: c.bind, Serve: c.serve, Test: enquireLink, Bye: unbind,
		Window: opt.Window, Idle: opt.Idle, Wait: opt.Wait, Tries: opt.Tries, Retry: opt.Retry, Patient: opt.Patient, Log: opt.Log})
	return c, nil
}

func set[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// Run connects and serves until ctx ends, then unbinds.
func (c *Client) Run(ctx context.Context) error { return c.inbox.Run(ctx, c.opt.Now, c.link.Run) }

// Up says whether the centre has let us in, and if not, why.
func (c *Client) Up() (bool, error) { return c.link.Up() }

// Send hands messages over.
func (c *Client) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	return c.sender.Send(ctx, list)
}

func (c *Client) bind(ctx context.Context, ask func(context.Context, link.Frame) (link.Frame, error)) error {
	f, err := ask(ctx, link.Frame{ID: bindTransceiver, Body: c.bindBody()})
	if err != nil {
		return err
	}
	if f.Status != 0 || f.ID == genericNack {
		return errors.New(status(f.Status))
	}
	return nil
}

// submit hands one part over to its number.
func (c *Client) submit(ctx context.Context, s *sms.Submission) (string, *sms.No) {
	ref := ""
	f, err := c.link.Ask(ctx, link.Frame{ID: submitSM, Body: c.submitBody(s)}, func(f link.Frame) {
		r := reader{b: f.Body}
		if id := r.cstring(); f.Status == 0 && f.ID != genericNack && id != "" {
			ref = c.ids.took(id, s.Numbers[0])
		}
	})
	switch {
	case err != nil && !link.Sent(err):
		return "", &sms.No{State: gateway.Busy, Reason: "没有提交给SMPP短信中心：" + link.Why(err)}
	case err != nil:
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，不知SMPP短信中心收到没有：" + link.Why(err)}
	case f.Status != 0 || f.ID == genericNack:
		return "", no(f.Status)
	case ref == "":
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，SMPP短信中心没有给出消息编号"}
	}
	return ref, nil
}

// serve takes what the centre delivers. What was not kept is answered with a temporary error, so that it comes again.
func (c *Client) serve(ctx context.Context, list []link.Frame) []*link.Frame {
	answers, brought := make([]*link.Frame, len(list)), make([]sms.Brought, len(list))
	for i, f := range list {
		switch f.ID {
		case deliverSM, dataSM:
			answers[i] = &link.Frame{Body: []byte{0}}
		case alert: // has no answer
			continue
		default:
			answers[i] = &link.Frame{ID: genericNack, Status: rCommand}
			continue
		}
		d, err := readDeliver(f.ID, f.Body)
		if err != nil {
			c.opt.Log.Warn("SMPP: a delivery was not read", "bytes", len(f.Body), "err", err)
			answers[i].Status = rSystem
			continue
		}
		brought[i] = c.read(&d)
	}
	for i, err := range c.inbox.Take(ctx, brought) {
		if err != nil {
			c.opt.Log.Error("SMPP: what came was not kept", "receipt", brought[i].Receipt != nil, "err", err)
			answers[i].Status = rTemporary
		}
	}
	return answers
}

// read is what a delivery brings, nothing where it says nothing.
func (c *Client) read(d *delivery) (b sms.Brought) {
	now := c.opt.Now()
	switch {
	case d.intermediate():
		return b
	case d.isReceipt():
		r, final := d.receipt()
		if !final {
			return b
		}
		r.Ref = c.ids.find(r.Ref, r.To)
		if r.At.IsZero() {
			r.At = now
		}
		b.Receipt = &r
		return b
	}
	p := sms.Part{Total: 1, No: 1, Body: d.content}
	if d.class&0x40 != 0 {
		p = sms.Head(d.content)
	}
	if d.part.Total > 1 && d.part.No >= 1 && d.part.No <= d.part.Total {
		p.Reference, p.Total, p.No = d.part.Reference, d.part.Total, d.part.No
	}
	p.From, p.Coding, p.ReceivedAt = d.from, d.coding, now
	if n, ok := sms.Number(d.from); ok {
		p.From = n
	}
	b.Part = &p
	return b
}
