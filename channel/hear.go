package channel

import (
	"context"
	"errors"
	"sync"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// Reply is what a person sent back.
type Reply struct {
	gateway.Reply
	Channel, Gateway string
	Message          ID     // that was answered; 0 where nothing tells
	Purpose, Key     string // of that message; Key is the address where it had none
	Recipient        string
}

// Hear is where the driver of a gateway brings what the far side says. What it brings is kept when the call returns without an error; many
// calls at once share one wait for the disk.
func (o *Outbox) Hear(channel, name string) gateway.Hear {
	say := func(ctx context.Context, u utterance) error {
		u.channel, u.gateway, u.done = channel, name, make(chan error, 1)
		o.listen(&u)
		select {
		case err := <-u.done:
			return err
		case <-ctx.Done():
			return ctx.Err() // it may be kept all the same; what comes twice is kept once
		}
	}
	return gateway.Hear{
		Receipts: func(ctx context.Context, list []gateway.Receipt) error { return say(ctx, utterance{receipts: list}) },
		Replies:  func(ctx context.Context, list []gateway.Reply) error { return say(ctx, utterance{replies: list}) },
		Health:   func(ctx context.Context, list []gateway.Health) error { return say(ctx, utterance{health: list}) },
	}
}

// utterance is what one call brings.
type utterance struct {
	channel, gateway string
	receipts         []gateway.Receipt
	replies          []gateway.Reply
	health           []gateway.Health
	done             chan error
}

// ear collects what comes while the last of it is written.
type ear struct {
	mu      sync.Mutex
	waiting []*utterance
	open    bool // somebody writes
}

const (
	heardAtOnce = 500              // calls in one transaction
	hearing     = 30 * time.Second // for one of them
)

func (o *Outbox) listen(u *utterance) {
	o.start()
	o.ear.mu.Lock()
	defer o.ear.mu.Unlock()
	o.ear.waiting = append(o.ear.waiting, u)
	if !o.ear.open {
		o.ear.open = true
		go o.writeHeard()
	}
}

func (o *Outbox) writeHeard() {
	for {
		o.ear.mu.Lock()
		n := min(len(o.ear.waiting), heardAtOnce)
		if n == 0 {
			o.ear.open = false
			o.ear.mu.Unlock()
			return
		}
		some := o.ear.waiting[:n:n]
		o.ear.waiting = o.ear.waiting[n:]
		o.ear.mu.Unlock()
		err := o.keepHeard(some)
		for _, u := range some {
			if err != nil && n > 1 { // one that cannot be kept must not keep the others out
				u.done <- o.keepHeard([]*utterance{u})
				continue
			}
			u.done <- err
		}
	}
}

func (o *Outbox) keepHeard(list []*utterance) error {
	ctx, cancel := context.WithTimeout(context.Background(), hearing)
	defer cancel()
	var sentOn bool
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		sentOn = false
		for _, u := range list {
			again, err := o.receiveAll(ctx, tx, u.gateway, u.receipts)
			sentOn = sentOn || again
			if err == nil {
				err = o.reply(ctx, tx, u)
			}
			if err == nil {
				err = keepHealth(ctx, tx, o.County, u.gateway, u.health)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.log().Error("channel: what the far side said was not kept", "county", o.County, "error", err)
		return wrap("Hear", err)
	}
	if sentOn {
		o.Wake()
	}
	return nil
}

// receive puts receipts with their messages; those that have none yet wait.
func (o *Outbox) receive(ctx context.Context, tx *db.Tx, name string, list []gateway.Receipt) error {
	_, err := o.receiveAll(ctx, tx, name, list)
	return err
}

func (o *Outbox) receiveAll(ctx context.Context, tx *db.Tx, name string, list []gateway.Receipt) (sentOn bool, err error) {
	var settle []settled
	var arrived []Arrival
	for _, r := range list {
		if r.Ref == "" || r.State != gateway.Delivered && r.State != gateway.Failed {
			continue
		}
		r.To, r.Ref, r.Reason = Address(clip(r.To)), clip(r.Ref), clip(r.Reason)
		m, ok, err := named(ctx, tx, o.County, name, r.Ref, r.To)
		if err != nil {
			return false, err
		}
		if !ok {
			if err := keepStray(ctx, tx, o.County, name, r); err != nil {
				return false, err
			}
			continue
		}
		if s, changes := o.afterReceipt(m, r, tx.Now()); changes {
			settle = append(settle, s)
			sentOn = sentOn || s.state == Waiting
			if s.state != Waiting {
				arrived = append(arrived, Arrival{m.why, m.key, m.channel, s.state == Delivered, s.reason, s.done})
			}
		}
	}
	if err := settleReceipts(ctx, tx, o.County, settle); err != nil || o.Arrived == nil || len(arrived) == 0 {
		return sentOn, err
	}
	return sentOn, o.Arrived(ctx, tx, arrived)
}

// sent is a message as a receipt finds it.
type sent struct {
	row
	state            State
	channel, gateway string
	withdrawn        bool
	why, key         string // Message.Purpose and Key
}

// Arrival says that a message has come to its recipient, or that it will not.
type Arrival struct {
	Purpose, Key string // of the message; Key is the address where it had none
	Channel      string
	Delivered    bool
	Reason       string // why it did not come
	At           time.Time
}

// afterReceipt is what follows from a receipt. One that says failed is a refusal that came late: the next gateway of the channel has
// its turn.
func (o *Outbox) afterReceipt(m sent, r gateway.Receipt, now time.Time) (s settled, changes bool) {
	at := r.At
	if at.IsZero() || at.After(now) {
		at = now // clocks of gateways are what they are
	}
	s = settled{id: m.id, gate: m.gate, next: now, done: at, handed: now}
	switch {
	case r.State == gateway.Delivered:
		s.state = Delivered
		return s, m.state == Accepted || m.state == Unknown || m.state == Failed || m.state == Waiting
	case m.state != Accepted && m.state != Unknown:
		return s, false // said already, or contradicted
	}
	s.state, s.reason = Failed, clip(m.gateway+"："+redact(r.Reason, m.address))
	if g := o.gateOf(m.channel, m.gateway); g != nil && !g.last() && m.expires > db.Micros(now) && !m.withdrawn {
		s.state, s.gate, s.done = Waiting, g.place+1, time.Time{}
	}
	return s, true
}

// reply keeps what people sent back and tells of it.
func (o *Outbox) reply(ctx context.Context, tx *db.Tx, u *utterance) error {
	var fresh []Reply
	for _, r := range u.replies {
		out := Reply{Reply: r, Channel: u.channel, Gateway: u.gateway}
		out.From, out.Text, out.ID, out.Ref = Address(clip(r.From)), clip(r.Text), clip(r.ID), clip(r.Ref)
		if out.At.IsZero() || out.At.After(tx.Now()) {
			out.At = tx.Now()
		}
		kept, err := keepReply(ctx, tx, o.County, &out)
		if err != nil {
			return err
		}
		if kept {
			fresh = append(fresh, out)
		}
	}
	if len(fresh) == 0 || o.Replied == nil {
		return nil
	}
	if err := o.Replied(ctx, tx, fresh); err != nil {
		return errors.Join(errReplied, err)
	}
	return nil
}

var errReplied = errors.New("channel: who waits for replies did not take them")
