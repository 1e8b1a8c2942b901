package sms

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"zhixing/gateway"
)

// Submission is one part of a text to one or several numbers: what a wire hands over at once.
type Submission struct {
	Numbers   []string
	Text      string // the whole
	Body      []byte // UCS-2 of the part, behind a head where there are several
	No, Total int    // from 1
	Validity  string // as Until writes it
}

// No is why a submission was not accepted.
type No struct {
	State  gateway.State // Refused, Busy or Unknown
	Reason string
	Split  bool // fewer numbers might be taken: one of them is the cause, or they are too many
	Flow   bool // the far side wants a pause
}

// Sender hands lists of messages over by a wire that takes submissions.
type Sender struct {
	Submit  func(context.Context, *Submission) (ref string, no *No)
	Most    int           // numbers in a submission, 1 where 0
	Whole   bool          // the far side cuts long texts itself
	Workers int           // submissions at a time, 1 where 0
	Pause   time.Duration // when the far side wants one, and, growing, before a later part is tried again; 1 s where 0
	Inbox   *Inbox        // is told of texts in parts, so that their receipts become one; none where Whole

	reference atomic.Uint32
	hold      atomic.Int64 // Unix nanoseconds: no submission before
}

// tries is how often a later part is handed over while the far side is busy: the text must not stay half.
const tries = 5

// group is one text to several numbers.
type group struct {
	at      []int // in the list
	numbers []string
}

// Send hands a list over. Texts that are alike go together. Once the far side is busy, what has not begun is left.
func (s *Sender) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	out := make([]gateway.Outcome, len(list))
	var (
		stop atomic.Pointer[No]
		work sync.WaitGroup
		next = make(chan group)
	)
	groups := s.groups(list, out)
	for range min(max(s.Workers, 1), len(groups)) {
		work.Go(func() {
			for g := range next {
				no := stop.Load()
				if no == nil && ctx.Err() != nil {
					no = &No{State: gateway.Busy, Reason: "时限已到，没有提交"}
				}
				if no != nil {
					s.settle(out, g, "", no)
					continue
				}
				if no := s.text(ctx, list, out, g); no != nil && no.State == gateway.Busy {
					stop.CompareAndSwap(nil, no)
				}
			}
		})
	}
	for _, g := range groups {
		next <- g
	}
	close(next)
	work.Wait()
	return out
}

// groups refuses what must not go and puts the rest together. Nobody is twice in a group: receipts tell numbers apart.
func (s *Sender) groups(list []gateway.Message, out []gateway.Outcome) []group {
	type alike struct {
		text    string
		expires int64
	}
	var groups []group
	filling := map[alike]int{}
	within := map[alike]map[string]bool{}
	for i := range list {
		m := &list[i]
		number, reason := Check(m)
		if reason != "" {
			out[i] = gateway.Outcome{State: gateway.Refused, Reason: reason}
			continue
		}
		key := alike{m.Text, m.Expires.Unix()}
		at, ok := filling[key]
		if !ok || len(groups[at].numbers) >= max(s.Most, 1) || within[key][number] {
			at = len(groups)
			groups = append(groups, group{})
			filling[key], within[key] = at, map[string]bool{}
		}
		within[key][number] = true
		groups[at].at = append(groups[at].at, i)
		groups[at].numbers = append(groups[at].numbers, number)
	}
	return groups
}

// text hands one text over, part after part, and says why it was not.
func (s *Sender) text(ctx context.Context, list []gateway.Message, out []gateway.Outcome, g group) *No {
	m := &list[g.at[0]]
	var parts [][]byte
	if s.Whole {
		parts = [][]byte{nil}
	} else {
		parts = Parts(m.Text, byte(s.reference.Add(1)))
	}
	if parts == nil {
		no := &No{State: gateway.Refused, Reason: fmt.Sprintf("短信过长，最多%d字", mostParts*EachPart)}
		s.settle(out, g, "", no)
		return no
	}
	var l *Long
	if len(parts) > 1 {
		l = s.Inbox.fold.Begin()
	}
	first := ""
	for i, body := range parts {
		ref, no := s.part(ctx, &Submission{Numbers: g.numbers, Text: m.Text, Body: body, No: i + 1, Total: len(parts), Validity: Until(m.Expires)})
		if no != nil {
			s.end(ctx, l, false)
			if i == 0 && no.Split && len(g.at) > 1 {
				return s.halves(ctx, list, out, g)
			}
			if i > 0 {
				no = &No{State: gateway.Unknown, Reason: fmt.Sprintf("共%d条，前%d条已提交，其余没有：%s", len(parts), i, no.Reason)}
			}
			s.settle(out, g, "", no)
			return no
		}
		if l != nil {
			s.Inbox.fold.Took(l, ref)
		}
		if i == 0 {
			first = ref
		}
	}
	s.settle(out, g, first, nil)
	s.end(ctx, l, true)
	return nil
}

func (s *Sender) end(ctx context.Context, l *Long, whole bool) {
	if l != nil {
		s.Inbox.pass(ctx, s.Inbox.fold.End(l, whole))
	}
}

// halves hands a text over to one half of its numbers and then to the other, since the far side took it for none of them:
// one wrong number must not keep it from ninety-nine.
func (s *Sender) halves(ctx context.Context, list []gateway.Message, out []gateway.Outcome, g group) *No {
	n := len(g.at) / 2
	no := s.text(ctx, list, out, group{g.at[:n], g.numbers[:n]})
	rest := group{g.at[n:], g.numbers[n:]}
	if no != nil && no.State == gateway.Busy {
		s.settle(out, rest, "", no)
		return no
	}
	return s.text(ctx, list, out, rest)
}

// part hands one part over; of a text that has begun to go, again and again for a while.
func (s *Sender) part(ctx context.Context, sub *Submission) (ref string, no *No) {
	pause := s.Pause
	if pause <= 0 {
		pause = time.Second
	}
	for n := 1; ; n++ {
		if !wait(ctx, time.Until(time.Unix(0, s.hold.Load()))) {
			return "", &No{State: gateway.Busy, Reason: "等待流量控制时时限已到，没有提交"}
		}
		ref, no = s.Submit(ctx, sub)
		if no != nil && no.Flow {
			s.hold.Store(time.Now().Add(pause).UnixNano())
		}
		if no == nil || no.State != gateway.Busy || sub.No == 1 || n == tries || !wait(ctx, pause) {
			return ref, no
		}
		pause *= 2
	}
}

// wait says false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (s *Sender) settle(out []gateway.Outcome, g group, ref string, no *No) {
	o := gateway.Outcome{State: gateway.Accepted, Ref: ref}
	if no != nil {
		o = gateway.Outcome{State: no.State, Reason: no.Reason}
	}
	for _, i := range g.at {
		out[i] = o
	}
}
