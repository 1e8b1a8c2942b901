package channel

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
)

// Workers on the real clock: what is put and woken for goes within moments, though one gateway is dead and another slow.
func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dead := &gateway.Stub{Answer: func(gateway.Message) gateway.Outcome { return gateway.Outcome{State: gateway.Busy, Reason: "断线"} }}
		slow := &gateway.Stub{Pause: 20 * time.Millisecond}
		var kept sync.WaitGroup
		kept.Add(1)
		o := &Outbox{DB: d, County: county, Channels: []Channel{{"sms", []Driver{
			{Name: "dead", Gateway: dead, Batch: 10},
			{Name: "slow", Gateway: slow, Batch: 10, Workers: 4, Run: func(ctx context.Context) error { kept.Done(); <-ctx.Done(); return nil }},
		}}}}
		life, end := context.WithCancel(ctx)
		over := make(chan struct{})
		go func() { o.Run(life); close(over) }()
		var list []Message
		for i := range 142 {
			list = append(list, Message{Purpose: "call/1/1", Channel: "sms", To: strconv.Itoa(13800000000 + i), Urgency: Call, Text: "请回复", Expires: time.Now().Add(time.Hour)})
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
			t.Fatal(err)
		}
		o.Wake()
		began := time.Now()
		for slow.Count(gateway.Accepted) < len(list) && time.Since(began) < 30*time.Second {
			time.Sleep(5 * time.Millisecond)
		}
		t.Logf("%d calls after %v; the dead gateway was asked %d times", slow.Count(gateway.Accepted), time.Since(began).Round(time.Millisecond), dead.Count(gateway.Busy))
		kept.Wait()
		end()
		<-over
		seen := map[string]int{}
		for _, m := range slow.Sent() {
			seen[m.To]++
		}
		for _, m := range list {
			if seen[m.To] != 1 {
				t.Errorf("%s was called %d times", m.To, seen[m.To])
			}
		}
		var counts []Count
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { counts, err = o.Tally(ctx, tx, "call/1/1"); return err }); err != nil {
			t.Fatal(err)
		}
		if sum := Sum(counts, func(Count) (string, string) { return "", "" })[0]; sum.Handed != len(list) || sum.In60 != len(list) {
			t.Errorf("%+v", sum) // written although the program was told to end
		}
	})
}

// A program that is told to end writes what became of what it had in hand.
func TestRunEndsCleanly(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	begun := make(chan struct{}, 10)
	g := &gateway.Stub{Answer: func(gateway.Message) gateway.Outcome {
		begun <- struct{}{}
		time.Sleep(100 * time.Millisecond)
		return gateway.Outcome{State: gateway.Accepted}
	}}
	o := &Outbox{DB: d, County: county, Channels: []Channel{{"sms", []Driver{{Name: "g", Gateway: g, Batch: 1}}}}}
	life, end := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { o.Run(life); close(over) }()
	list := []Message{{Purpose: "w", Channel: "sms", To: "1", Urgency: Warning, Text: "x", Expires: time.Now().Add(time.Hour)},
		{Purpose: "w", Channel: "sms", To: "2", Urgency: Warning, Text: "x", Expires: time.Now().Add(time.Hour)}}
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
		t.Fatal(err)
	}
	o.Wake()
	<-begun
	end()
	<-over
	var got []Sent
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { got, err = o.Messages(ctx, tx, Query{}); return err }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].State != Accepted || got[1].State != Waiting {
		t.Errorf("%+v", got)
	}
}

// Many receipts at once share their transactions; one that cannot be kept keeps no other out.
func TestManyReceiptsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &Outbox{DB: d, County: county, Channels: []Channel{{"sms", []Driver{{Name: "g", Gateway: &gateway.Stub{}}}}}}
		o.Replied = func(_ context.Context, _ *db.Tx, list []Reply) error {
			for _, r := range list {
				if r.Text == "坏" {
					return fmt.Errorf("a reply that nobody understands")
				}
			}
			return nil
		}
		var list []Message
		for i := range 300 {
			list = append(list, Message{Purpose: "w", Channel: "sms", To: strconv.Itoa(13800000000 + i), Urgency: Warning, Text: "x", Expires: time.Now().Add(time.Hour)})
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Once(ctx, d.Now()); err != nil {
			t.Fatal(err)
		}
		hear := o.Hear("sms", "g")
		var wg sync.WaitGroup
		for i := range list {
			wg.Go(func() {
				if i%100 == 50 {
					if hear.Reply(ctx, gateway.Reply{From: "1", Text: "坏"}) == nil {
						t.Error("said to be kept")
					}
				}
				if err := hear.Receipt(ctx, gateway.Receipt{Ref: "stub-" + strconv.Itoa(i+1), State: gateway.Delivered}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var counts []Count
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { counts, err = o.Tally(ctx, tx, "w"); return err }); err != nil || len(counts) != 1 || counts[0].Delivered != 300 {
			t.Error(counts, err)
		}
	})
}

func TestNumbersAreForgotten(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.put(s.text("w", 1), s.text("w", 2))
		s.pass()
		if err := s.outbox().Hear("sms", "短信甲").Reply(ctx, gateway.Reply{From: "13800000001", Text: "收到"}); err != nil {
			t.Fatal(err)
		}
		later := s.text("w3", 3)
		later.Expires = s.clock.Now().Add(20 * 24 * time.Hour)
		s.put(later) // waits still
		forget := func(before time.Time) (n int) {
			if err := s.db.Write(ctx, func(tx *db.Tx) (err error) { n, err = s.outbox().ForgetNumbers(ctx, tx, before); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := forget(s.clock.Now()); n != 0 {
			t.Error(n, "forgotten too early")
		}
		before := s.sum("w")
		if n := forget(s.clock.Now().Add(time.Second)); n != 3 {
			t.Error(n, "forgotten, want two messages and a reply")
		}
		if n := forget(s.clock.Now().Add(time.Second)); n != 0 {
			t.Error(n, "forgotten twice")
		}
		b, err := json.Marshal(s.messages("w"))
		if err != nil || strings.Contains(string(b), "1380000") || s.sum("w") != before {
			t.Errorf("%s %v", b, err)
		}
		if m := s.messages("w3")[0]; m.Address != "13800000003" {
			t.Error("forgotten before it was sent:", m)
		}
	})
}

func TestRehearsal(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	o := &Outbox{DB: d, County: county}
	stubs := o.Rehearsal(time.Millisecond, "sms", "voice")
	var list []Message
	for i := range 500 {
		list = append(list, Message{Purpose: "w", Channel: []string{"sms", "voice"}[i%2], To: strconv.Itoa(13800000000 + i), Urgency: Warning, Text: "x", Expires: time.Now().Add(time.Hour)})
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Once(ctx, d.Now()); err != nil {
		t.Fatal(err)
	}
	stubs["sms"].Wait()
	stubs["voice"].Wait()
	var counts []Count
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { counts, err = o.Tally(ctx, tx, "w"); return err }); err != nil || len(counts) != 2 {
		t.Fatal(counts, err)
	}
	sum := Sum(counts, func(Count) (string, string) { return "", "" })[0]
	if sum.Delivered+sum.Failed != 500 || sum.Failed < 5 || sum.Failed > 30 {
		t.Errorf("%+v", sum)
	}
}
