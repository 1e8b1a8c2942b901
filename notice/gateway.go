package notice

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/gateway"
)

// Warnings and calls, which package channel carries, leave the house by the same mail server, push services and webhooks as notices. Each of
// these knows a message by its id (Message-ID, Topic, Idempotency-Key), so what may have gone is sent again.

// Gateway sends messages to mail addresses.
func (m *Mail) Gateway(site string, now func() time.Time) gateway.Gateway {
	return outward{site, now, func(ctx context.Context, to string, p parcel) error {
		p.email = to
		return m.send(ctx, p)
	}}
}

// Gateway sends messages to browsers: To is the id of a subscription of the county.
func (p *Push) Gateway(d *db.DB, county, site string, now func() time.Time) gateway.Gateway {
	return outward{site, now, func(ctx context.Context, to string, pc parcel) error {
		err := d.Read(ctx, func(tx *db.Tx) error {
			sub, ok, err := subscriptionOf(ctx, tx, county, to)
			if err == nil && !ok {
				err = fail(gone, "该浏览器的订阅已取消")
			}
			pc.sub = sub
			return err
		})
		if err != nil {
			return err
		}
		return p.send(ctx, pc)
	}}
}

// HookGateway sends messages to other systems as signed JSON (PlainJSON): To is an address on one of the hosts, which the operator names, for
// addresses in lists come from outside.
func HookGateway(secret string, hosts []string, site string, now func() time.Time) gateway.Gateway {
	return outward{site, now, func(ctx context.Context, to string, p parcel) error {
		u, err := url.Parse(to)
		if err != nil || u.Scheme != "https" || u.User != nil || !slices.Contains(hosts, u.Host) {
			return fail(never, "对接地址不在允许之列")
		}
		return (&Hook{Name: "系统对接", Style: PlainJSON, URL: to, Secret: secret}).send(ctx, p)
	}}
}

// outward hands messages over one by one.
type outward struct {
	site string
	now  func() time.Time
	send func(ctx context.Context, to string, p parcel) error
}

// Send hands the messages over.
func (o outward) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	out := make([]gateway.Outcome, len(list))
	host := Config{Site: o.site}.host()
	for i, m := range list {
		if ctx.Err() != nil {
			out[i] = gateway.Outcome{State: gateway.Busy, Reason: "未及送出"}
			continue
		}
		p := parcel{Notice: Notice{Kind: "warning", Subject: headline(m), Text: m.Text}, id: stable("channel", m.ID) + "@" + host, at: o.now()}
		out[i] = outcome(o.send(ctx, m.To, p), p.id)
	}
	return out
}

// outcome says of a failure what package gateway calls it.
func outcome(err error, ref string) gateway.Outcome {
	if err == nil {
		return gateway.Outcome{State: gateway.Accepted, Ref: ref}
	}
	var f *failure
	switch {
	case !errors.As(err, &f):
		return gateway.Outcome{State: gateway.Busy, Reason: "发送出错"}
	case f.verdict == never || f.verdict == gone:
		return gateway.Outcome{State: gateway.Refused, Reason: f.reason}
	case f.sent:
		return gateway.Outcome{State: gateway.Unknown, Ref: ref, Reason: f.reason}
	}
	return gateway.Outcome{State: gateway.Busy, Reason: f.reason}
}

// headline is the title, or the beginning of the text where there is none. A drill's is marked like its text.
func headline(m gateway.Message) string {
	s := m.Title
	if s == "" {
		s, _, _ = strings.Cut(drill.Unmarked(m.Text), "\n")
		s = clip(s, maxHeadline)
	}
	if m.Drill {
		return drill.Marked(s)
	}
	return s
}

const maxHeadline = 120 // bytes
