package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zhixing/gateway"
)

// far is a far side that answers by a function.
type far struct {
	mu   sync.Mutex
	got  []Submission
	says func(n int, s *Submission) *No
}

func (f *far) submit(_ context.Context, s *Submission) (string, *No) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, *s)
	if f.says != nil {
		if no := f.says(len(f.got), s); no != nil {
			return "", no
		}
	}
	return fmt.Sprintf("r%d", len(f.got)), nil
}

func sender(f *far, hear gateway.Hear) *Sender {
	return &Sender{Submit: f.submit, Most: 100, Workers: 1, Inbox: &Inbox{Hear: hear, Log: slog.New(slog.DiscardHandler)}}
}

func states(out []gateway.Outcome) string {
	var s []string
	for _, o := range out {
		s = append(s, string(o.State))
	}
	return strings.Join(s, " ")
}

func to(n int) string { return fmt.Sprintf("138%08d", n) }

func TestAlikeGoTogether(t *testing.T) {
	f := &far{}
	var list []gateway.Message
	for i := range 250 {
		list = append(list, gateway.Message{To: to(i), Text: "暴雨"})
	}
	list = slices.Insert(list, 5, gateway.Message{To: "不是号码", Text: "暴雨"}, gateway.Message{To: to(1), Text: "大风"}, gateway.Message{To: "+86" + to(2), Text: "暴雨"},
		gateway.Message{To: to(3), Text: "暴雨", Expires: time.Unix(9, 0)}, gateway.Message{To: to(4), Text: "  "})
	out := sender(f, gateway.Hear{}).Send(t.Context(), list)
	refused := 0
	for i, o := range out {
		if o.State == gateway.Refused {
			refused++
			continue
		}
		n, _ := Number(list[i].To)
		s := f.got[atoi(t, o.Ref)-1]
		if o.State != gateway.Accepted || s.Text != list[i].Text || !slices.Contains(s.Numbers, n) {
			t.Errorf("message %d: %+v", i, o)
		}
	}
	if refused != 2 {
		t.Errorf("%d refused", refused)
	}
	for _, s := range f.got {
		if len(s.Numbers) > 100 || len(slices.Compact(slices.Sorted(slices.Values(s.Numbers)))) != len(s.Numbers) {
			t.Errorf("%d numbers, one of them twice or too many", len(s.Numbers))
		}
	}
	if len(f.got) != 6 { // 5, 100, 100 and 46 of the one, and two alone
		t.Errorf("%d submissions", len(f.got))
	}
}

func atoi(t *testing.T, ref string) (n int) {
	t.Helper()
	if _, err := fmt.Sscanf(ref, "r%d", &n); err != nil {
		t.Fatalf("%q: %v", ref, err)
	}
	return n
}

func TestOneWrongNumberKeepsItFromNobody(t *testing.T) {
	f := &far{says: func(_ int, s *Submission) *No {
		if slices.Contains(s.Numbers, to(37)) {
			return &No{State: gateway.Refused, Reason: "接收号码错", Split: true}
		}
		return nil
	}}
	var list []gateway.Message
	for i := range 100 {
		list = append(list, gateway.Message{To: to(i), Text: "暴雨"})
	}
	out := sender(f, gateway.Hear{}).Send(t.Context(), list)
	for i, o := range out {
		if want := i != 37; (o.State == gateway.Accepted) != want {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if len(f.got) > 16 {
		t.Errorf("%d submissions for one wrong number", len(f.got))
	}
}

func TestBusyEndsTheList(t *testing.T) {
	f := &far{says: func(n int, _ *Submission) *No {
		if n >= 2 {
			return &No{State: gateway.Busy, Reason: "流量控制"}
		}
		return nil
	}}
	list := []gateway.Message{{To: to(1), Text: "一"}, {To: to(1), Text: "二"}, {To: to(1), Text: "三"}, {To: to(1), Text: "四"}}
	if got := states(sender(f, gateway.Hear{}).Send(t.Context(), list)); got != "accepted busy busy busy" || len(f.got) != 2 {
		t.Error(got, len(f.got))
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	f.got = nil
	if got := states(sender(f, gateway.Hear{}).Send(over, list)); got != "busy busy busy busy" || len(f.got) != 0 {
		t.Error(got, len(f.got))
	}
}

func TestAHalfTextIsFinishedOrUnknown(t *testing.T) {
	long := []gateway.Message{{To: to(1), Text: strings.Repeat("暴雨", 90)}} // three parts
	t.Run("busy for a while", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &far{says: func(n int, s *Submission) *No {
				if s.No == 2 && n < 4 {
					return &No{State: gateway.Busy, Reason: "流量控制", Flow: true}
				}
				return nil
			}}
			began := time.Now()
			out := sender(f, gateway.Hear{}).Send(t.Context(), long)
			if states(out) != "accepted" || out[0].Ref != "r1" || len(f.got) != 5 {
				t.Error(out, len(f.got))
			}
			if d := time.Since(began); d != 3*time.Second {
				t.Error("paused for", d)
			}
		})
	})
	t.Run("busy for ever", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &far{says: func(_ int, s *Submission) *No {
				if s.No == 3 {
					return &No{State: gateway.Busy, Reason: "流量控制"}
				}
				return nil
			}}
			out := sender(f, gateway.Hear{}).Send(t.Context(), long)
			if states(out) != "unknown" || out[0].Reason != "共3条，前2条已提交，其余没有：流量控制" || len(f.got) != 2+tries {
				t.Error(out, len(f.got))
			}
		})
	})
	t.Run("refused", func(t *testing.T) {
		f := &far{says: func(_ int, s *Submission) *No {
			if s.No == 2 {
				return &No{State: gateway.Refused, Reason: "长度错", Split: true}
			}
			return nil
		}}
		if got := states(sender(f, gateway.Hear{}).Send(t.Context(), long)); got != "unknown" || len(f.got) != 2 {
			t.Error(got, len(f.got))
		}
	})
}

func TestInboxKeepsWhatWasTakenOn(t *testing.T) {
	var broken error
	var heard []string
	in := &Inbox{Log: slog.New(slog.DiscardHandler), Hear: gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			if broken == nil {
				for _, r := range list {
					heard = append(heard, r.Ref)
				}
			}
			return broken
		},
		Replies: func(_ context.Context, list []gateway.Reply) error {
			if broken == nil {
				for _, r := range list {
					heard = append(heard, r.Text)
				}
			}
			return broken
		},
	}}
	now := time.Now()
	broken = errors.New("the disk is full")
	// What stands alone comes again from the far side.
	for i, err := range in.Take(t.Context(), []Brought{{Receipt: &gateway.Receipt{Ref: "x"}}, {Part: &Part{Total: 1, No: 1, Body: []byte("1"), ReceivedAt: now}}, {}}) {
		if (err == nil) != (i == 2) {
			t.Errorf("%d: %v", i, err)
		}
	}
	// Of what came in parts the others have been acknowledged before.
	l := in.fold.Begin()
	in.fold.Took(l, "a1")
	in.fold.Took(l, "a2")
	in.pass(t.Context(), in.fold.End(l, true))
	for i, err := range in.Take(t.Context(), []Brought{
		{Receipt: &gateway.Receipt{Ref: "a1", State: gateway.Delivered}}, {Receipt: &gateway.Receipt{Ref: "x"}}, {Receipt: &gateway.Receipt{Ref: "a2", State: gateway.Delivered}},
		{Part: &Part{Total: 2, No: 1, Body: []byte("收"), ReceivedAt: now}}, {Part: &Part{Total: 2, No: 2, Body: []byte("到"), ReceivedAt: now}},
	}) {
		if (err != nil) != (i == 1) {
			t.Errorf("%d: %v", i, err)
		}
	}
	in.Tick(t.Context(), now)
	broken = nil
	in.Tick(t.Context(), now)
	in.Tick(t.Context(), now)
	if got := strings.Join(heard, " "); got != "a1 收到" {
		t.Error(got)
	}
}

func TestInboxIsEmptyInTheEnd(t *testing.T) {
	var heard []string
	in := &Inbox{Log: slog.New(slog.DiscardHandler), Hear: gateway.Hear{Replies: func(_ context.Context, list []gateway.Reply) error {
		for _, r := range list {
			heard = append(heard, r.Text)
		}
		return nil
	}}}
	gone := errors.New("the line is gone")
	err := in.Run(t.Context(), time.Now, func(ctx context.Context) error {
		in.Take(ctx, []Brought{{Part: &Part{Total: 2, No: 1, Body: []byte("first of two"), ReceivedAt: time.Now()}}})
		if len(heard) != 0 {
			t.Errorf("%q: the second may still come", heard)
		}
		return gone
	})
	if err != gone || !slices.Equal(heard, []string{"first of two"}) {
		t.Errorf("%v, %q", err, heard)
	}
}
