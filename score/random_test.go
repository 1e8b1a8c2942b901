package score_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/score"
)

// TestRandomHistories lets people do what comes into their minds for months. Every mark re-adds from its hits; a month
// that is over is marked the same, byte for byte, whatever is done later, until an appeal is upheld; and both databases
// give the same bytes.
func TestRandomHistories(t *testing.T) {
	for seed, until := range []string{"2023-10-10", "2024-02-10", "2024-02-10"} {
		first := ""
		for _, dialect := range dbtest.Dialects {
			if dialect == db.PostgreSQL && seed > 0 {
				continue // one is enough to see that the two agree
			}
			t.Run(fmt.Sprintf("%d %s", seed, dialect), func(t *testing.T) {
				clock := dbtest.At("2023-07-01")
				d := dbtest.Open(t, dbtest.DSN(t, dialect), clock.Now)
				got := months(t, d, clock, day(until), rand.New(rand.NewPCG(uint64(seed), 7)))
				if first == "" {
					first = got
				}
				if got != first {
					t.Errorf("the databases differ:\n%.2000s\n%.2000s", got, first)
				}
			})
		}
	}
}

func months(t *testing.T, d *db.DB, clock *dbtest.Clock, until calendar.Date, r *rand.Rand) string {
	s := &story{T: t, db: d, led: theLedger(t), clock: clock}
	heads := []string{"县能源局", "县住建局", "县财政局", "河口镇", "上岭乡"}
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	duties, done, upheld := 0, 0, 0
	over := map[score.Period]string{}
	start, on := day("2023-07-03"), day("2023-07-03")
	for ; on.Before(until); on = on.AddDays(1) {
		clock.Set(on.String())
		err := d.Write(ctx, func(tx *db.Tx) error { // what is refused is refused before anything is written
			for range 9 {
				who, verb, id := pick(heads...), pick("sign", "sign", "report", "report", "claim", "claim", "extend"), fmt.Sprint(1+r.IntN(max(duties, 1)))
				args := []string{id, pick("bare", "", "", "")}
				switch r.IntN(9) {
				case 0:
					who, verb, args = "督查甲", "issue", []string{fmt.Sprint(duties + 1), who + "+" + pick(heads...), on.AddDays(5 + r.IntN(60)).String()}
					if r.IntN(4) == 0 {
						args = args[:2]
					}
				case 1:
					who, verb = "督查甲", pick("return", "return", "close", "close", "cancel", "suspend", "resume", "resume", "reopen", "transfer", "letter")
					args = []string{id, map[string]string{"transfer": pick(heads...) + "+" + pick(heads...), "letter": pick("warn", "remind")}[verb]}
					if verb == "reopen" {
						args[1] = on.AddDays(20).String()
					}
				}
				if verb == "extend" {
					args[1] = on.AddDays(r.IntN(40)).String()
				}
				err := s.act(tx, actor(who), verb, args)
				switch {
				case err == nil:
					if done++; verb == "issue" {
						duties++
					}
				case ledger.KindOf(err) == 0:
					return fmt.Errorf("%s %s %s %v: %w", on, who, verb, args, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if on.Day != 5 {
			continue
		}
		readds(t, of(t, d, s.led, score.Period{From: start, To: on}, on))
		for p, was := range over {
			if got := printed(t, of(t, d, s.led, p, on)); got != was {
				t.Fatalf("on %s %v is marked\n%s\nit was\n%s", on, p, got, was)
			}
		}
		if last := calendar.LastOfMonth(on.Year, on.Month-1); !last.Before(start) {
			p := score.Period{From: calendar.Date{Year: last.Year, Month: last.Month, Day: 1}, To: last}
			if last.Month == start.Month {
				p.From = start
			}
			table := of(t, d, s.led, p, on)
			upheld += s.appeals(table, r)
			table = of(t, d, s.led, p, on)
			readds(t, table)
			// An upheld appeal about a step counts in every period, so what was kept before is asked anew.
			for q := range over {
				over[q] = printed(t, of(t, d, s.led, q, on))
			}
			over[p] = printed(t, table)
		}
	}
	all := of(t, d, s.led, score.Period{From: start, To: on.AddDays(-1)}, on)
	readds(t, all)
	hits := 0
	for _, u := range all.Units {
		hits += len(u.Hits)
	}
	if days := daysBetween(start, on); done < days || hits < days/2 || upheld < 3 {
		t.Errorf("a dull time: %d deeds on %d duties, %d hits, %d appeals upheld", done, duties, hits, upheld)
	}
	return printed(t, all)
}

func daysBetween(from, to calendar.Date) int { return int(to.Time().Sub(from.Time()).Hours() / 24) }

// appeals appeals against some hits and decides.
func (s *story) appeals(table score.Table, r *rand.Rand) (upheld int) {
	s.Helper()
	for _, u := range table.Units {
		for _, h := range u.Hits {
			if h.Appeal != nil || r.IntN(5) > 0 {
				continue
			}
			yes := r.IntN(2) == 0
			err := s.db.Write(ctx, func(tx *db.Tx) error {
				a, err := score.MakeAppeal(ctx, tx, s.led, marking(), actor(u.Unit), table.Period, h.Key, "情况特殊。")
				if err == nil {
					_, err = score.DecideAppeal(ctx, tx, s.led, actor("督查乙"), a.ID, yes, "经核实。")
				}
				return err
			})
			if err != nil {
				s.Fatalf("%+v: %v", h, err)
			}
			if yes {
				upheld++
			}
		}
	}
	return upheld
}

func printed(t testing.TB, table score.Table) string {
	t.Helper()
	b, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
