package gateway

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Stub is a far side that does as it is told. The zero Stub accepts everything, at once, and is heard of no more.
//
//	g := &gateway.Stub{Answer: func(m gateway.Message) gateway.Outcome { … }, Later: func(list []gateway.Message) { hear.Receipt(…) }}
type Stub struct {
	// Answer decides on each message; nil accepts it. A Ref is given to what is accepted without one.
	Answer func(Message) Outcome
	// Later is called with what a Send accepted, in a goroutine of its own: it may bring receipts and replies.
	Later func([]Message)
	Pause time.Duration // before it answers; what ctx cuts off is Unknown
	Keep  int           // how many messages Sent remembers, the newest; 0: all

	mu     sync.Mutex
	sent   []Message
	counts map[State]int
	later  sync.WaitGroup
}

// Send answers as it was told.
func (s *Stub) Send(ctx context.Context, list []Message) []Outcome {
	if s.Pause > 0 {
		select {
		case <-ctx.Done():
			s.note(list, All(len(list), Unknown, ""))
			return All(len(list), Unknown, "等待应答超时")
		case <-time.After(s.Pause):
		}
	}
	out := make([]Outcome, len(list))
	var accepted []Message
	for i, m := range list {
		out[i] = Outcome{State: Accepted}
		if s.Answer != nil {
			out[i] = s.Answer(m)
		}
		if out[i].State == Accepted {
			accepted = append(accepted, m)
			if out[i].Ref == "" {
				out[i].Ref = "stub-" + m.ID
			}
		}
	}
	s.note(list, out)
	if s.Later != nil && len(accepted) > 0 {
		s.later.Go(func() { s.Later(accepted) })
	}
	return out
}

func (s *Stub) note(list []Message, out []Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts == nil {
		s.counts = map[State]int{}
	}
	for _, o := range out {
		s.counts[o.State]++
	}
	s.sent = append(s.sent, list...)
	if over := len(s.sent) - s.Keep; s.Keep > 0 && over > s.Keep { // now and then, not each time
		s.sent = slices.Clone(s.sent[over:])
	}
}

// Sent are the messages it was given, in order, whatever it answered.
func (s *Stub) Sent() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.sent)
	if s.Keep > 0 && len(list) > s.Keep {
		list = list[len(list)-s.Keep:]
	}
	return list
}

// Count is how many messages were answered so.
func (s *Stub) Count(state State) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[state]
}

// Forget begins anew with what it was given.
func (s *Stub) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent, s.counts = nil, nil
}

// Wait waits for what was to come later.
func (s *Stub) Wait() { s.later.Wait() }
