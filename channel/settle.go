package channel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// settled is where a message stands after a Send, or after a receipt.
type settled struct {
	id     int64
	lease  int64
	state  State
	gate   int
	next   time.Time // Waiting: when it is tried again
	ref    string
	reason string
	handed time.Time // zero: not now
	done   time.Time // zero: not over
}

const maxReason = 300 // bytes

// settle records how a batch went.
func (o *Outbox) settle(ctx context.Context, tx *db.Tx, g *gate, b *batch) error {
	list := make([]settled, len(b.rows))
	var refs []string
	for i, r := range b.rows {
		s := g.after(r, b.out[i], b.at)
		if s.state == Waiting {
			s = o.putOff(s, r, g.channel)
		}
		if s.ref != "" {
			refs = append(refs, s.ref)
		}
		list[i] = s
	}
	if err := settleRows(ctx, tx, o.County, list); err != nil {
		return err
	}
	early, err := takeStrays(ctx, tx, o.County, g.Name, refs)
	if err != nil || len(early) == 0 {
		return err
	}
	return o.receive(ctx, tx, g.Name, early)
}

// after is what follows from an outcome.
func (g *gate) after(r row, out gateway.Outcome, now time.Time) settled {
	s := settled{id: r.id, lease: r.lease, gate: r.gate, next: now, ref: clip(out.Ref), reason: clip(redact(out.Reason, r.address))}
	if s.reason != "" {
		s.reason = clip(g.Name + "：" + s.reason)
	}
	switch out.State {
	case gateway.Accepted:
		s.state, s.reason, s.handed = Accepted, "", now
	case gateway.Refused:
		s.ref = ""
		s.state, s.gate = Waiting, g.place+1
		if g.last() {
			s.state, s.done = Failed, now
		}
	case gateway.Busy:
		s.ref = ""
		s.state, s.next = Waiting, now.Add(pause(r.tries, maxPause))
		if r.gate >= 0 && !g.usable(now) && g.another(now) {
			s.next = now // else the one that a gateway out of order is tried with would be the same each time, and never leave
		}
		if r.tries >= g.Tries {
			s.state, s.done, s.reason = Failed, now, clip(fmt.Sprintf("已试%d次：%s", r.tries, s.reason))
			if r.gate < 0 {
				s.state = Unknown
			}
		}
	default: // Unknown, and whatever a driver says that is none of these
		s.state = Unknown
		if g.TellsDoubles && r.tries < g.Tries {
			s.state, s.gate, s.next = Waiting, bound(g.place), now.Add(pause(r.tries, maxPause))
		}
	}
	return s
}

// sweep ends what nobody sends any more: leases whose worker is gone, and what has expired.
func (o *Outbox) sweep(ctx context.Context, now time.Time) error {
	var lapsed, expired, lost bool
	err := o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		lapsed, expired, lost, err = overdue(ctx, tx, o.County, now)
		return err
	})
	if err != nil {
		return err
	}
	for lapsed {
		if err := o.DB.Write(ctx, func(tx *db.Tx) (err error) {
			lapsed, err = o.lapse(ctx, tx, now)
			return err
		}); err != nil {
			return err
		}
	}
	if !expired && !lost {
		return nil
	}
	return o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := expire(ctx, tx, o.County, now); err != nil {
			return err
		}
		for _, c := range o.Channels { // a list of gateways may have become shorter since
			if err := clampGates(ctx, tx, o.County, c.Name, len(c.Drivers)-1); err != nil {
				return err
			}
		}
		return dropStrays(ctx, tx, o.County, now.Add(-strayLife))
	})
}

// strayLife is how long a receipt waits for its message.
const strayLife = 7 * 24 * time.Hour

// lapse ends leases whose worker did not: it was killed, and what it had in hand may have gone.
func (o *Outbox) lapse(ctx context.Context, tx *db.Tx, now time.Time) (more bool, err error) {
	rows, err := lapsedRows(ctx, tx, o.County, now)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	list := make([]settled, len(rows))
	for i, r := range rows {
		s := settled{id: r.id, lease: r.lease, state: Unknown, gate: r.gate, next: now, reason: "发送时程序中断，可能已送出"}
		if g := o.gateOf(r.channel, r.gateway); g != nil {
			s = g.after(r.row, gateway.Outcome{State: gateway.Unknown, Reason: "发送时程序中断，可能已送出"}, now)
			s.next = now // it is late already
		}
		if s.state == Waiting {
			s = o.putOff(s, r.row, r.channel)
		}
		list[i] = s
	}
	o.log().Warn("channel: sending was cut off", "county", o.County, "messages", len(list))
	return len(rows) == lapseAtOnce, settleRows(ctx, tx, o.County, list)
}

func (o *Outbox) gateOf(channel, name string) *gate {
	for _, g := range o.gates {
		if g.channel == channel && g.Name == name {
			return g
		}
	}
	return nil
}

// putOff is a message that is to be tried again: not in quiet hours, and not after it expires.
func (o *Outbox) putOff(s settled, r row, channel string) settled {
	s.next = o.leaves(Urgency(r.ordinal%urgencies), channel, s.next)
	if expires := db.FromMicros(r.expires); s.next.After(expires) {
		s.next = expires
	}
	return s
}

// redact takes the address out of what others answer: gateways like to repeat it.
func redact(s, address string) string {
	if len(address) < 5 {
		return s
	}
	return strings.ReplaceAll(s, address, "（地址）")
}

// clip shortens a text that came from outside, between letters.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if len(s) <= maxReason {
		return s
	}
	const dots = "…"
	cut := 0
	for i := range s {
		if i > maxReason-len(dots) {
			break
		}
		cut = i
	}
	return s[:cut] + dots
}
