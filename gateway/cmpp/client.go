// Package cmpp is a client of China Mobile's gateway protocol CMPP 2.0 and 3.0: short messages out, status reports and
// replies in, over one TCP connection that is tested and made again.
//
//	c, err := cmpp.New(cmpp.Options{Address: "…:7890", Version: cmpp.V30, Account: "901234", Secret: secret, Source: "1069…", Hear: hear})
//	go c.Run(ctx)
//	out := c.Send(ctx, messages) // accepted, refused, busy or unknown, a message each
//
// The version is configured and never guessed. A submission that is not answered in time is unknown and not sent again; a
// text in several parts is accepted when all are, and has one receipt. Numbers stand in logs without their middle.
package cmpp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/link"
	"zhixing/gateway/sms"
)

// Options are what the carrier's contract says. What is zero has the value named beside it.
type Options struct {
	Address string // host:port
	Version Version
	Account string // Source_Addr and Msg_src, six characters
	Secret  string
	Service string // Service_Id
	Source  string // Src_Id: the access number, with its extension
	FeeUser int    // Fee_UserType, 2: the account pays
	FeeType string // 01: free for whoever receives
	FeeCode string // 000000

	Window  int           // W, 16
	Idle    time.Duration // C, 3 min
	Wait    time.Duration // T, 60 s
	Tries   int           // N, 3
	Retry   time.Duration // before connecting again, 1 s
	Pause   time.Duration // after flow control, 1 s
	Patient time.Duration // how long Send waits for a connection, 2 s

	Hear gateway.Hear
	Now  func() time.Time
	Dial func(context.Context) (net.Conn, error) // instead of Address
	Log  *slog.Logger
}

// Client is a gateway.Gateway that speaks CMPP.
type Client struct {
	opt    Options
	link   *link.Link
	inbox  sms.Inbox
	sender sms.Sender
}

// mostNumbers is what DestUsr_tl allows.
const mostNumbers = 100

// New makes a client; Run connects it.
func New(opt Options) (*Client, error) {
	if opt.Version != V20 && opt.Version != V30 {
		return nil, fmt.Errorf("cmpp: version %#x: want 0x20 or 0x30, as the carrier says", byte(opt.Version))
	}
	if opt.Account == "" || opt.Secret == "" || opt.Source == "" {
		return nil, errors.New("cmpp: account, secret and source number are needed: the carrier gives them")
	}
	set(&opt.FeeType, "01")
	set(&opt.FeeCode, "000000")
	set(&opt.FeeUser, 2)
	set(&opt.Pause, time.Second)
	set(&opt.Window, 16)
	set(&opt.Log, slog.New(slog.DiscardHandler))
	for _, f := range []struct {
		name, value string
		most        int
	}{{"account", opt.Account, 6}, {"service", opt.Service, 10}, {"source", opt.Source, 21}, {"fee type", opt.FeeType, 2}, {"fee code", opt.FeeCode, 6}} {
		if len(f.value) > f.most || strings.ContainsRune(f.value, 0) {
			return nil, fmt.Errorf("cmpp: %s has %d bytes, the field %d", f.name, len(f.value), f.most)
		}
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Dial == nil {
		if opt.Address == "" {
			return nil, errors.New("cmpp: no address to connect to")
		}
		opt.Dial = func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", opt.Address)
		}
	}
	c := &Client{opt: opt, inbox: sms.Inbox{Hear: opt.Hear, Log: opt.Log}}
	c.sender = sms.Sender{Submit: c.submit, Most: mostNumbers, Workers: opt.Window, Pause: opt.Pause, Inbox: &c.inbox}
	c.link = link.New(link.Options{Wire: wire, Dial: opt.Dial, Login: c.login, Serve: c.serve, Test: activeTest, TestBody: []byte{0}, Bye: terminate,
		Window: opt.Window, Idle: opt.Idle, Wait: opt.Wait, Tries: opt.Tries, Retry: opt.Retry, Patient: opt.Patient, Log: opt.Log})
	return c, nil
}

func set[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

var wire = link.Wire{Name: "CMPP", Max: 4096}

// Run connects and serves until ctx ends, then says goodbye.
func (c *Client) Run(ctx context.Context) error { return c.inbox.Run(ctx, c.opt.Now, c.link.Run) }

// Up says whether the gateway has let us in, and if not, why.
func (c *Client) Up() (bool, error) { return c.link.Up() }

// Send hands messages over. Texts that are alike go to up to a hundred numbers at once.
func (c *Client) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	return c.sender.Send(ctx, list)
}

func (c *Client) login(ctx context.Context, ask func(context.Context, link.Frame) (link.Frame, error)) error {
	body := connectBody(c.opt.Account, c.opt.Secret, c.opt.Version, c.opt.Now())
	f, err := ask(ctx, link.Frame{ID: connect, Body: body})
	if err != nil {
		return err
	}
	a, err := readConnect(f.Body)
	if err != nil {
		return err
	}
	if a.status != 0 {
		word := connectStatus[a.status]
		if word == "" {
			word = "网关拒绝登录"
		}
		return fmt.Errorf("%s（CMPP登录状态%d）", word, a.status)
	}
	if a.version != c.opt.Version {
		c.opt.Log.Warn("CMPP: the gateway names another version", "ours", fmt.Sprintf("%#x", byte(c.opt.Version)), "theirs", fmt.Sprintf("%#x", byte(a.version)))
	}
	if !a.proved(body[6:22], c.opt.Secret) { // many gateways leave it empty
		c.opt.Log.Warn("CMPP: the gateway did not prove that it knows the secret")
	}
	return nil
}

// submit hands one part over to its numbers.
func (c *Client) submit(ctx context.Context, s *sms.Submission) (string, *sms.No) {
	f, err := c.link.Ask(ctx, link.Frame{ID: submit, Body: c.submitBody(s)}, nil)
	switch {
	case err != nil && !link.Sent(err):
		return "", &sms.No{State: gateway.Busy, Reason: "没有提交给CMPP网关：" + link.Why(err)}
	case err != nil:
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，不知CMPP网关收到没有：" + link.Why(err)}
	}
	id, result, err := readSubmit(f.Body)
	if err != nil {
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，CMPP网关的答复看不懂"}
	}
	if result != 0 {
		return "", no(result)
	}
	return id.String(), nil
}

// serve takes what the gateway delivers. What was not kept is not answered, so that it comes again.
func (c *Client) serve(ctx context.Context, list []link.Frame) []*link.Frame {
	answers, brought := make([]*link.Frame, len(list)), make([]sms.Brought, len(list))
	for i, f := range list {
		if f.ID != deliver {
			c.opt.Log.Warn("CMPP: the gateway asks what a client does not answer", "command", f.ID)
			continue
		}
		d, err := c.opt.Version.readDeliver(f.Body)
		result := byte(0)
		if err != nil {
			c.opt.Log.Warn("CMPP: a DELIVER was not read; is it the right version?", "bytes", len(f.Body), "err", err)
			result = 1
		} else {
			brought[i] = c.read(d)
		}
		answers[i] = &link.Frame{Body: c.opt.Version.deliverAnswer(d.id, result)}
	}
	for i, err := range c.inbox.Take(ctx, brought) {
		if err != nil {
			c.opt.Log.Error("CMPP: what came was not kept", "report", brought[i].Receipt != nil, "err", err)
			answers[i] = nil
		}
	}
	return answers
}

// read is what a DELIVER brings, nothing where it says nothing.
func (c *Client) read(d delivery) (b sms.Brought) {
	now := c.opt.Now()
	if !d.report {
		p := sms.Part{Total: 1, No: 1, Body: d.content}
		if d.headed {
			p = sms.Head(d.content)
		}
		p.ID, p.From, p.Coding, p.ReceivedAt = d.id.String(), d.from, d.format, now
		if n, ok := sms.Number(d.from); ok {
			p.From = n
		}
		b.Part = &p
		return b
	}
	r, err := readReport(d.content)
	if err != nil {
		c.opt.Log.Warn("CMPP: a status report was not read", "bytes", len(d.content))
		return b // it would be no better the next time
	}
	receipt, final := r.receipt()
	if receipt.At.IsZero() {
		receipt.At = now
	}
	if final {
		b.Receipt = &receipt
	}
	return b
}
