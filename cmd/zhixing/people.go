package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/gateway"
)

// people are those whom a demonstration calls: they read what came and answer, each after a time of his own, most the message and some
// only the telephone. Whose telephone is switched off (see channel.Outbox.Rehearsal) does not, and some say later that it is done.
type people struct {
	now   func() time.Time
	stubs []*gateway.Stub

	mu      sync.Mutex
	waiting []answer
}

// answer is what somebody will have said by a time.
type answer struct {
	at   time.Time
	hear gateway.Hear
	gateway.Reply
}

// rehearse gives an outbox all channels of a demonstration, and people at their ends.
func rehearse(o *channel.Outbox, receipts time.Duration) *people {
	p := &people{now: o.DB.Now}
	var names []string
	for _, c := range audience.Channels {
		names = append(names, string(c))
	}
	for name, stub := range o.Rehearsal(receipts, names...) {
		hear, received := o.Hear(name, name+"-stub"), stub.Later
		stub.Later = func(list []gateway.Message) {
			p.read(name, hear, list)
			received(list)
		}
		p.stubs = append(p.stubs, stub)
	}
	return p
}

// read is that messages have come: who is asked for an answer thinks of one.
func (p *people) read(name string, hear gateway.Hear, list []gateway.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range list {
		if m.Code == "" || channel.SwitchedOff(m.To) {
			continue
		}
		n := chance(m.To)
		at := p.now().Add(time.Duration(3+n%24) * time.Second)
		switch {
		case name == string(audience.Voice):
			p.waiting = append(p.waiting, answer{at, hear, gateway.Reply{ID: "1-" + m.ID, From: m.To, Text: "1", Ref: "stub-" + m.ID, At: at}})
		case hearsOnly(m.To):
		default:
			words := []string{"收到", "收到", "收到，已到岗", "收到，正在逐户通知"}[n/24%4]
			p.waiting = append(p.waiting, answer{at, hear, gateway.Reply{ID: "1-" + m.ID, From: m.To, Text: m.Code + " " + words, At: at}})
			if n/96%2 == 0 {
				at = at.Add(time.Duration(30+n/192%40) * time.Second)
				p.waiting = append(p.waiting, answer{at, hear, gateway.Reply{ID: "2-" + m.ID, From: m.To, Text: m.Code + " 已办好", At: at}})
			}
		}
	}
}

// hearsOnly says of an address whether its owner reads no messages, and answers when the telephone rings.
func hearsOnly(to string) bool { return !channel.SwitchedOff(to) && chance(to, "rings")%16 == 0 }

// speak brings what has been said by now.
func (p *people) speak(ctx context.Context) error {
	now := p.now()
	p.mu.Lock()
	var said []answer
	p.waiting = slices.DeleteFunc(p.waiting, func(a answer) bool {
		if a.at.After(now) {
			return false
		}
		said = append(said, a)
		return true
	})
	p.mu.Unlock()
	slices.SortFunc(said, func(a, b answer) int {
		if n := a.at.Compare(b.at); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, a := range said {
		if err := a.hear.Reply(ctx, a.Reply); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until what was sent is read.
func (p *people) settle() {
	for _, s := range p.stubs {
		s.Wait()
	}
}

// live lets them speak until ctx ends.
func (p *people) live(ctx context.Context) {
	for ctx.Err() == nil {
		_ = p.speak(ctx) // what was not kept is in the log; in a demonstration nobody says it again
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}
