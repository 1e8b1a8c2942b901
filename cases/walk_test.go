package cases_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/finding"
	"zhixing/ledger"
)

// TestRandomWalks lets people do what comes into their minds, each when it does, with pauses and restarts. Whatever they do, no clock
// has two holders, time adds up from the first step to the last without a gap, no rung fires twice or early, and what is kept beside
// the steps is what they say. ZHIXING_CASES says how many cases walk.
func TestRandomWalks(t *testing.T) {
	n := 150
	if testing.Short() {
		n = 30
	}
	if v, err := strconv.Atoi(os.Getenv("ZHIXING_CASES")); err == nil {
		n = v
	}
	for _, dialect := range dbtest.Dialects {
		if dialect == db.PostgreSQL && n > 300 {
			continue // one database is enough for the many
		}
		t.Run(string(dialect), func(t *testing.T) {
			s := open(t, dialect)
			r := rand.New(rand.NewPCG(uint64(n), 12))
			done, refused := map[string]int{}, 0
			for from := 0; from < n; from += 50 {
				many := min(50, n-from)
				var ids []cases.ID
				for i := range many {
					f := over(fmt.Sprintf("outlets/W%d", from+i))
					f.Severity = severities[r.IntN(len(severities))]
					f.Ladder = []string{"outlet", "outlet", "plain", "citizen"}[r.IntN(4)]
					ids = append(ids, s.found(f))
				}
				for range 40 {
					s.walk(r, ids, done, &refused)
				}
				for _, id := range ids {
					s.sound(id)
					s.adds(id)
				}
			}
			for name := range everyAct(s) {
				if rare := name == "decide" || name == "conceal"; done[name] == 0 && (!rare || n >= 1000) {
					t.Errorf("nobody ever did %s: the walk sees little", name)
				}
			}
			if done["rung"] == 0 || refused == 0 {
				t.Error("no rung fired, or nothing was refused")
			}
			t.Logf("%d cases: %v, %d refused", n, done, refused)
		})
	}
}

var severities = []finding.Severity{finding.Minor, finding.Serious, finding.Grave}

// walk is one moment: time passes, the clocks run, and some people do something.
func (s *story) walk(r *rand.Rand, ids []cases.ID, done map[string]int, refused *int) {
	s.Helper()
	s.clock.Advance(time.Duration(r.IntN(60*36)) * time.Minute)
	if r.IntN(8) == 0 {
		s.clock.Advance(time.Duration(r.IntN(20)) * 24 * time.Hour)
	}
	if r.IntN(40) == 0 {
		s.c = theCases(s.TB) // as a new process has it
	}
	done["rung"] += s.tick()
	acts := everyAct(s)
	names := []string{"feed", "feed", "accept", "accept", "put right", "put right", "put right", "check", "check", "close", "send back", "decline", "up", "down", "hand over",
		"receipt", "take back", "refuse", "add", "decide", "summarise", "expose", "conceal", "merge", "split", "joint", "again", "over"}
	people := []string{"督查甲", "督查乙", "分局长", "分局经办", "河口镇长", "河口经办", "上岭乡长", "住建局长", "副县长", "审计"}
	for range 25 {
		id, name, who := ids[r.IntN(len(ids))], names[r.IntN(len(names))], people[r.IntN(len(people))]
		if r.IntN(2) == 0 { // or what comes next, done by who has it
			name, who = s.sensible(r, id, name, who)
		}
		do := acts[name]
		if name == "joint" {
			do = func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
				return s.c.Feed(ctx, tx, by, id, cases.Feeding{Units: []string{hekou, housing, shangling}[:1+r.IntN(3)]})
			}
		}
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			switch name {
			case "again", "over":
				k, err := s.c.Of(ctx, tx, as("督查甲"), id)
				if err != nil || len(k.Findings) == 0 {
					return err
				}
				l := k.Findings[0]
				if name == "over" {
					return s.c.Recovered(ctx, tx, l.ID, "恢复")
				}
				if !k.Open() {
					return nil
				}
				_, err = s.c.Open(ctx, tx, cases.Found{ID: l.ID, Rule: l.Rule, Subject: l.Subject, Title: l.Title, Ladder: k.Ladder, Unit: hekou})
				return err
			case "merge":
				_, err := s.c.Merge(ctx, tx, as(who), id, ids[r.IntN(len(ids))], "同一件事")
				return err
			}
			_, err := do(tx, as(who), id)
			return err
		})
		var e *ledger.Error
		switch {
		case err == nil:
			done[name]++
		case errors.As(err, &e):
			*refused++
		default:
			s.Fatalf("%s %s: %v", who, name, err)
		}
	}
}

// sensible is what a case waits for, and somebody of the unit that has it.
func (s *story) sensible(r *rand.Rand, id cases.ID, name, who string) (string, string) {
	k := s.kase(id)
	if len(k.Clocks) == 0 {
		return name, who
	}
	c := k.Clocks[r.IntN(len(k.Clocks))]
	staff := map[string][]string{office: {"督查甲", "督查乙"}, bureau: {"分局长", "分局经办"}, hekou: {"河口镇长", "河口经办"}, village: {"河口经办"}, grid: {"河口经办"},
		shangling: {"上岭乡长"}, housing: {"住建局长"}, cityEPA: {"督查甲"}}[c.Unit]
	if len(staff) == 0 {
		return name, who
	}
	next := map[cases.State][]string{cases.Feedback: {"feed", "joint", "feed"}, cases.Acceptance: {"accept", "accept", "accept", "decline"}, cases.PuttingIt: {"put right"},
		cases.Checking: {"check", "check", "send back"}, cases.Closing: {"close", "close", "send back"}, cases.HandingOver: {"receipt", "take back"}}[c.State]
	return next[r.IntN(len(next))], staff[r.IntN(len(staff))]
}

// adds checks that the clocks of a case add up: from its opening on, somebody has it until it is over, without a gap; and that
// each rung came when its time had come.
func (s *story) adds(id cases.ID) {
	s.Helper()
	k := s.kase(id)
	steps := s.steps(id)
	open := false
	for i, st := range steps {
		was, err := cases.Fold(county, id, steps[:i+1])
		if err != nil {
			s.Fatal(err)
		}
		if why := unsound(was); why != "" {
			s.Fatalf("case %d after step %d (%s): %s", id, st.N, st.What, why)
		}
		open = was.Open()
		if len(was.Clocks) == 0 && open {
			s.Fatalf("case %d after step %d: nobody has it", id, st.N)
		}
		if st.What != cases.DidRung {
			continue
		}
		g := st.Data.Rung
		if st.At.Before(g.Due) {
			s.Fatalf("case %d: rung %s fired at %s, due %s", id, g.Name, st.At, g.Due)
		}
		if h := s.c.Ledger.Rules; was.Severity != "严重" && !h.Hours.Open(h.Workdays, g.Due) {
			s.Fatalf("case %d: rung %s is due at %s, out of office hours", id, g.Name, g.Due)
		}
		if calendar.DateOf(g.Due).Before(g.Since) {
			s.Fatalf("case %d: rung %s is due on %s, before it is late", id, g.Name, g.Due)
		}
	}
	if open != k.Open() {
		s.Fatalf("case %d", id)
	}
}
