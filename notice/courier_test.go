package notice

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// A notice that falls due on a Friday evening is in the inbox at once and leaves on Monday morning, to whoever holds the office then.
func TestWeekendAndNewHolder(t *testing.T) {
	stories(t, "2023-10-27", func(s *story) {
		s.mails("jia")
		s.mails("yi")
		n := aNotice("due/1")
		n.NotBefore = time.Date(2023, 10, 27, 12, 0, 0, 0, time.UTC) // 20:00
		s.put(n)
		s.at("2023-10-27T17:59:00+08:00")
		s.inbox("jia", "")
		s.at("2023-10-27T20:00:00+08:00")
		s.inbox("jia", "due/1")
		s.at("2023-10-28T10:00:00+08:00")
		s.holders["甲局"] = []Person{{"yi", "示例乙"}, {"yi", "示例乙"}} // named twice, told once
		s.at("2023-10-29T23:59:00+08:00")
		s.inbox("yi", "")
		s.at("2023-10-30T08:00:00+08:00", "yi due/1")
		s.inbox("yi", "due/1")
		s.at("2023-10-30T08:01:00+08:00")
		s.at("2023-10-31T08:01:00+08:00")
		if l := s.deliveries(DeliveryQuery{}); len(l) != 1 || l[0].State != Handed || l[0].Name != "示例乙" || l[0].Handed.IsZero() || l[0].Tries != 1 {
			s.Errorf("deliveries: %+v", l)
		}
		if got := s.tally(); got != (Tally{}) {
			s.Errorf("left over: %+v", got)
		}
	})
}

func TestUrgentLeavesAtNight(t *testing.T) {
	stories(t, "2023-10-28T23:30:00+08:00", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		n := aNotice("rung/1")
		n.Grade = Urgent
		s.put(n)
		s.pass("jia rung/1")
		s.inbox("jia", "rung/1 due/1")
		s.at("2023-10-30T08:00:00+08:00", "jia due/1")
	})
}

// Tries grow apart, keep to office hours, and end; then a person looks into it and sends anew.
func TestTriesEnd(t *testing.T) {
	stories(t, "2023-10-30T08:00:00+08:00", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		var times []string
		ids := map[string]bool{}
		s.answer = func(p parcel) error {
			times = append(times, s.clock.Now().In(time.FixedZone("", 8*3600)).Format("02 15:04"))
			ids[p.id] = true
			return fail(again, "服务器答复 450 <JIA@example.org> 忙")
		}
		for range 4 * 24 * 60 {
			s.pass()
			s.clock.Advance(time.Minute)
			if s.tally().Failed > 0 {
				break
			}
		}
		want := "30 08:00, 30 08:01, 30 08:03, 30 08:07, 30 08:15, 30 08:31, 30 09:03, 30 10:07, 30 14:30, 31 08:00, 31 14:30, 01 08:00"
		if got := strings.Join(times, ", "); got != want {
			s.Errorf("tried at\n%s, want\n%s", got, want)
		}
		if len(ids) != 1 {
			s.Errorf("one delivery bore %d Message-IDs", len(ids))
		}
		l := s.deliveries(DeliveryQuery{State: Failed})
		if len(l) != 1 || l[0].Tries != maxTries || l[0].Reason != "已试12次：服务器答复 450 <（地址）> 忙" {
			s.Fatalf("failed: %+v", l)
		}
		s.inbox("jia", "due/1")
		if !strings.Contains(s.log.String(), "tries=12") {
			s.Error("the log says nothing of it")
		}
		s.answer = nil
		s.pass()
		s.write(func(tx *db.Tx) error { return Retry(ctx, tx, county, l[0].ID, "管理员甲") })
		s.pass("jia due/1")
		err := s.db.Write(ctx, func(tx *db.Tx) error { return Retry(ctx, tx, county, l[0].ID, "管理员甲") })
		if KindOf(err) != Conflict {
			s.Error("a delivery that was handed over is sent again:", err)
		}
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			recs, _, err := journal.List(ctx, tx, county, journal.Query{What: deedRetry, Limit: 10})
			if len(recs) != 1 || recs[0].Who != "管理员甲" {
				s.Errorf("journal: %+v", recs)
			}
			return err
		}))
	})
}

func TestRefusedForGood(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.holders["甲局"] = []Person{{"jia", "示例甲"}, {"yi", "示例乙"}}
		s.mails("jia")
		s.mails("yi")
		s.put(aNotice("due/1"))
		s.answer = func(p parcel) error {
			if p.email == "jia@example.org" {
				return fail(never, "550 no such user")
			}
			return nil
		}
		s.pass("yi due/1")
		s.clock.Advance(24 * time.Hour)
		s.pass()
		if l := s.deliveries(DeliveryQuery{State: Failed}); len(l) != 1 || l[0].Account != "jia" || l[0].Reason != "550 no such user" {
			s.Errorf("failed: %+v", l)
		}
	})
}

// A server that is down is asked once in a pass, not once for each of a hundred letters, and no letter is lost.
func TestServerDown(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("jia")
		s.config.Hooks = []Hook{{Name: "甲群", Unit: "甲局"}, {Name: "乙群", Unit: "乙局"}}
		var want []string
		for i := range 5 {
			s.put(aNotice(fmt.Sprint("due/", i)))
			want = append(want, fmt.Sprint("甲群 due/", i))
		}
		asked := 0
		s.answer = func(p parcel) error {
			if p.channel == ByEmail {
				asked++
				return fail(down, "连接出错")
			}
			return nil
		}
		s.pass(want...) // another channel is not held up
		if asked != 1 {
			s.Errorf("a server that is down was asked %d times in a pass", asked)
		}
		s.answer = nil
		s.clock.Advance(time.Minute)
		s.pass("jia due/0", "jia due/1", "jia due/2", "jia due/3", "jia due/4")
	})
}

// Nobody holds the office: the notice is kept, the operator sees it, and the next holder finds it.
func TestVacancy(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("bing")
		n := aNotice("due/1")
		n.To = To{Post: "副县长一"}
		s.put(n)
		bad := aNotice("due/2")
		bad.To = To{Unit: "坏局"}
		s.put(bad)
		s.put(aNotice("due/3"))
		s.pass()
		s.inbox("jia", "due/3") // one that cannot be spread holds up none behind it
		if got := s.tally(); got.Held != 2 || got.Troubled != 2 {
			s.Errorf("tally %+v", got)
		}
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			l, _, err := Holding(ctx, tx, county, true, 0, "")
			if len(l) != 2 || l[1].Trouble != nobody || l[1].Key != "due/1" || !strings.Contains(l[0].Trouble, "出错") {
				s.Errorf("held: %+v", l)
			}
			return err
		}))
		for range 40 {
			s.clock.Advance(12 * time.Hour)
			s.pass()
		}
		s.holders["副县长一"] = []Person{{"bing", "示例丙"}}
		s.at("2023-11-21T09:00:00+08:00", "bing due/1")
		s.inbox("bing", "due/1")
	})
}

// The program dies between taking a delivery and knowing that it was handed over: it is sent again when the lease is over, under the
// same Message-ID, and not before.
func TestCrashWhileSending(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		c := s.courier()
		s.must(c.spread(ctx, []ID{1}, s.clock.Now()))
		got, more, err := c.claim(ctx, ByEmail, s.clock.Now(), nil)
		if err != nil || !more || got == nil {
			s.Fatal(got, more, err)
		}
		s.pass()
		s.clock.Advance(leaseFor - time.Second)
		s.pass()
		s.clock.Advance(time.Second)
		s.pass("jia due/1")
		if s.sent[0].id != got.id || !strings.HasSuffix(got.id, "@gov.example.cn") {
			s.Errorf("sent again as %s, first as %s", s.sent[0].id, got.id)
		}
		s.must(c.settle(ctx, got, fail(never, "too late"), s.clock.Now())) // the first one wakes up again: it has no say any more
		if l := s.deliveries(DeliveryQuery{}); len(l) != 1 || l[0].State != Handed || l[0].Tries != 2 {
			s.Errorf("deliveries: %+v", l)
		}
	})
}

// A delivery at which the program dies each time ends as failed, and is not tried for ever.
func TestCrashEachTime(t *testing.T) {
	stories(t, "2023-10-30T08:00:00+08:00", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		s.must(s.courier().spread(ctx, []ID{1}, s.clock.Now()))
		for range maxTries {
			got, _, err := s.courier().claim(ctx, ByEmail, s.clock.Now(), nil)
			if err != nil || got == nil {
				s.Fatal(got, err)
			}
			s.clock.Advance(leaseFor)
		}
		s.pass()
		if l := s.deliveries(DeliveryQuery{State: Failed}); len(l) != 1 || !strings.Contains(l[0].Reason, "程序中断") {
			s.Errorf("deliveries: %+v", l)
		}
	})
}

// Two processes carry the same notices at once: each goes out once.
func TestTwoCouriers(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("jia")
		for i := range 60 {
			s.put(aNotice(fmt.Sprint("due/", i)))
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := s.courier().Once(ctx, s.clock.Now()); err != nil {
					s.Error(err)
				}
			})
		}
		wg.Wait()
		seen := map[string]int{}
		for _, p := range s.sent {
			seen[p.Key]++
		}
		if len(seen) != 60 || len(s.sent) != 60 {
			s.Errorf("%d notices went out %d times, want 60 once each", len(seen), len(s.sent))
		}
	})
}

// Who closes a way out gets nothing by it any more, even what was on its way.
func TestWayClosed(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		s.answer = func(parcel) error { return fail(again, "忙") }
		s.pass()
		s.write(func(tx *db.Tx) error { return SetPreference(ctx, tx, county, "jia", Preference{}) })
		s.answer = nil
		s.clock.Advance(time.Hour)
		s.pass()
		if l := s.deliveries(DeliveryQuery{State: Dropped}); len(l) != 1 {
			s.Errorf("deliveries: %+v", s.deliveries(DeliveryQuery{}))
		}
	})
}

// A try that fails just before the office closes is shown as waiting for the next morning.
func TestNextTry(t *testing.T) {
	stories(t, "2023-10-27T17:59:30+08:00", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		s.answer = func(parcel) error { return fail(again, "忙") }
		s.pass()
		if l := s.deliveries(DeliveryQuery{State: Waiting}); len(l) != 1 || l[0].Next.Format(time.RFC3339) != "2023-10-30T00:00:00Z" || l[0].Reason != "忙" {
			s.Errorf("deliveries: %+v", l)
		}
		if got := s.tally(); got.Waiting != 1 || !got.Oldest.Equal(s.clock.Now()) {
			s.Errorf("tally %+v", got)
		}
	})
}

// Run carries what comes, and when it is told to end, what is being sent comes to its end first.
func TestRun(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("jia")
		s.put(aNotice("due/1"))
		sending := make(chan struct{})
		s.answer = func(parcel) error {
			close(sending)
			time.Sleep(100 * time.Millisecond)
			return nil
		}
		ctx, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			s.courier().Run(ctx)
			close(done)
		}()
		<-sending
		stop()
		<-done
		if l := s.deliveries(DeliveryQuery{}); len(l) != 1 || l[0].State != Handed {
			s.Errorf("deliveries: %+v", l)
		}
	})
}

// The line of time of a duty shows who was told of it and who has read it.
func TestAbout(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.holders["甲局"] = []Person{{"jia", "示例甲"}, {"yi", "示例乙"}}
		s.mails("jia")
		s.put(aNotice("due/1"))
		other := aNotice("due/2")
		other.About = "duty/2"
		s.put(other)
		s.pass("jia due/1", "jia due/2")
		s.write(func(tx *db.Tx) error {
			if _, err := MarkRead(ctx, tx, county, "yi", 1); err != nil {
				return err
			}
			list, err := About(ctx, tx, county, "duty/1", 0)
			if len(list) != 1 || list[0].Inbox != 2 || list[0].Read != 1 || list[0].Handed != 1 || list[0].Failed != 0 || list[0].Basis == "" {
				s.Errorf("told: %+v", list)
			}
			return err
		})
	})
}
