package ledger_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

var update = flag.Bool("update", false, "write testdata/golden.txt anew")

// TestGoldenRunOfClocks lets four months pass, by day and by night, over duties to which fixed things happen, and holds every
// rung with its moment, cause, rule and letter, and every change of light, against testdata/golden.txt. It is part of every
// release: an escalation that has gone silent, or comes at another time, is seen here.
func TestGoldenRunOfClocks(t *testing.T) {
	stories(t, func(s *story) {
		var b strings.Builder
		d := s.begun("散煤清零", "县能源局")
		e := s.begun("调度通报", "生态分局")
		f := s.begun("企业提级")
		acts := map[string]func(){
			"2023-10-18T10:00:00+08:00": func() { s.As("能源经办").report(d.ID, 50) },
			"2023-11-03T16:00:00+08:00": func() { s.As("生态分局").report(e.ID, 20) },
			"2023-11-21T09:00:00+08:00": func() { s.As("县能源局").claim(d.ID) },
			"2023-12-01T09:00:00+08:00": func() {
				s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
					return s.led.SendBack(ctx, tx, by, d.ID, "材料不全。")
				})
			},
			"2023-12-20T09:00:00+08:00": func() {
				s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
					return s.led.Suspend(ctx, tx, by, d.ID, day("2024-01-10"), "等待资金。")
				})
			},
		}
		seen := map[ledger.ID]int{}
		lights := map[ledger.ID]ledger.Light{}
		end := calendar.Date{Year: 2024, Month: 2, Day: 1}.Time()
		for now := s.clock.Now(); now.Before(end); now = now.Add(time.Hour) {
			if h := now.In(calendar.Zone).Hour(); !slices.Contains([]int{0, 7, 8, 9, 10, 13, 16, 20}, h) {
				continue // a tick costs more than it shows
			}
			at := now.In(calendar.Zone).Format(time.RFC3339)
			s.clock.Set(at)
			s.tick()
			if do := acts[at]; do != nil {
				do()
			}
			if now.In(calendar.Zone).Hour() != 10 {
				continue
			}
			for _, id := range []ledger.ID{d.ID, e.ID, f.ID} {
				steps := s.steps(id)
				for _, st := range steps[seen[id]:] {
					if r := st.Data.Rung; r != nil {
						fmt.Fprintf(&b, "%s  %d  %s（%s，自%s起） %s %s\n", st.At.In(calendar.Zone).Format("2006-01-02 15:04"), id, r.Name, r.Words, r.Since, r.Rule.ID, kindOf(r.Letter))
					}
				}
				seen[id] = len(steps)
				x := s.duty(id)
				if l := s.led.Rules.Status(x, calendar.DateOf(now)).Light; l != lights[id] {
					fmt.Fprintf(&b, "%s  %d  灯：%s → %s\n", at[:10], id, orDash(lights[id]), orDash(l))
					lights[id] = l
				}
			}
		}
		const file = "testdata/golden.txt"
		if *update && s.dialect == db.SQLite {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != string(want) {
			a, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
			for i := range min(len(a), len(w)) {
				if a[i] != w[i] {
					t.Fatalf("line %d:\ngot  %s\nwant %s", i+1, a[i], w[i])
				}
			}
			t.Fatalf("%d lines, want %d", len(a), len(w))
		}
	})
}

func kindOf(letter int64) string {
	if letter > 0 {
		return "文书"
	}
	return "提醒"
}

func orDash(l ledger.Light) string {
	if l == "" {
		return "—"
	}
	return l.Chinese()
}

// TestEveryCauseIsSeen shows for every kind of cause that a rung comes of it: a rule that is stored and never runs is no rule.
func TestEveryCauseIsSeen(t *testing.T) {
	b, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	for kind, words := range map[ledger.CauseKind]string{
		ledger.CauseNear: "临近时限", ledger.CauseDue: "超过时限", ledger.CauseSign: "未按时签收", ledger.CauseReport: "进展未填报",
		ledger.CauseSentBack: "退回后未按时改正", ledger.CauseBehind: "进度落后于时间", ledger.CauseCheck: "待复核、待销号", ledger.CauseResume: "中止期满",
	} {
		if !strings.Contains(string(b), words) {
			t.Errorf("no rung came of %s (%s) in the golden run", kind, words)
		}
	}
	stories(t, func(s *story) { // the two that other stories do not let happen
		d := s.begun("散煤清零", "县能源局")
		s.At("2023-10-09")
		s.As("县能源局").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.AskExtension(ctx, tx, by, d.ID, day("2023-12-31"), "管网未通。")
		})
		s.At("2023-10-13")
		if count(s.rungs(d.ID), "批复提醒") != 1 {
			t.Errorf("nobody reminds the office of an extension that waits: %s", s.rungs(d.ID))
		}
	})
}

// TestTheClockIsSeenToRun writes down that it runs, counts anew when the rules change, and is seen to stand still.
func TestTheClockIsSeenToRun(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		s.At("2023-10-12")
		s.wantLight(d.ID, ledger.Normal)
		beat := func() (at time.Time) {
			s.read(func(tx *db.Tx) (err error) {
				at, err = s.led.Beat(ctx, tx)
				return err
			})
			return at
		}
		if got := beat(); !got.Equal(s.clock.Now().UTC()) {
			t.Errorf("the clock ran at %v", got)
		}
		s.clock.Set("2023-10-13")
		if s.clock.Now().Sub(beat()) < ledger.StillAfter {
			t.Error("a clock that stands still is not seen")
		}
		// The office makes near of thirty days: the list knows at the next turn of the clock.
		s.led.Rules.Near.Span.N = 30
		s.tick()
		s.wantLight(d.ID, ledger.Near)
		if !slices.Contains(strings.Fields(s.rungs(d.ID)), "临期提醒") {
			t.Errorf("rungs after the change: %s", s.rungs(d.ID))
		}
	})
}
