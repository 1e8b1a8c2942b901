package score_test

import (
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/score"
)

// TestCasesCount follows cases into the marks of those who had them: what ran out, what was sent back, what came again; each with
// its rule and its step, appealed against like anything else.
func TestCasesCount(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			clock := dbtest.At("2023-09-20")
			d := dbtest.Open(t, dbtest.DSN(t, dialect), clock.Now)
			led := theLedger(t)
			workdays := func(n int) calendar.Span { return calendar.Span{N: n, Unit: calendar.WorkingDays} }
			c := &cases.Cases{Ledger: led, Ladders: []cases.Ladder{{ID: "outlet", Owner: "县住建局", Limits: map[cases.State]calendar.Span{cases.Acceptance: workdays(1),
				cases.PuttingIt: workdays(10)}}}}
			rules := marking()
			two := score.Points(200)
			rules.Deduct = append(rules.Deduct, score.Deduction{Fact: score.CaseOverdue, Name: "闭环事项逾期", Points: 100, Most: 2000, Rule: rule("第16条", "逾期")},
				score.Deduction{Fact: score.CaseSentBack, Name: "整改被退回", Points: 100, Rule: rule("第17条", "退回")},
				score.Deduction{Fact: score.CaseRecurred, Name: "再次发生", Points: two, Rule: rule("第18条", "再次发生")})
			do := func(act func(tx *db.Tx) error) {
				t.Helper()
				if err := d.Write(ctx, act); err != nil {
					t.Fatal(err)
				}
			}
			found := cases.Found{ID: 7, Rule: "outlet-over", Subject: "outlets/P1", Title: "排污口超标", Unit: "河口镇", Ladder: "outlet", Basis: "青政办发〔2023〕12号 三(四)18"}
			var id cases.ID
			do(func(tx *db.Tx) (err error) { id, err = c.Open(ctx, tx, found); return err })
			do(func(tx *db.Tx) error {
				_, err := c.Feed(ctx, tx, actor("县住建局"), id, cases.Feeding{})
				return err
			})
			clock.Set("2023-09-25") // accepted late
			do(func(tx *db.Tx) error {
				_, err := c.Accept(ctx, tx, actor("河口镇"), id, cases.Sending{})
				return err
			})
			do(func(tx *db.Tx) error {
				_, err := c.PutRight(ctx, tx, actor("河口镇"), id, cases.Sending{Words: "已清理。"})
				return err
			})
			do(func(tx *db.Tx) error {
				_, err := c.SendBack(ctx, tx, actor("县住建局"), id, nil, cases.Sending{Words: "没有清理。"})
				return err
			})
			do(func(tx *db.Tx) error { return c.Recovered(ctx, tx, 7, "恢复") })
			do(func(tx *db.Tx) error {
				_, err := c.PutRight(ctx, tx, actor("河口镇"), id, cases.Sending{Words: "已清理。"})
				return err
			})
			do(func(tx *db.Tx) error { _, err := c.Open(ctx, tx, found); return err })

			september := score.Period{From: day("2023-09-01"), To: day("2023-09-30")}
			table := func(today string) score.Unit {
				var got score.Table
				err := d.Read(ctx, func(tx *db.Tx) (err error) {
					got, err = score.Of(ctx, tx, led, rules, september, day(today))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				u, ok := got.Line("河口镇")
				if !ok || len(got.Units) != 1 {
					t.Fatalf("%+v", got.Units)
				}
				return u
			}
			u := table("2023-10-09")
			if u.CaseOverdue != 1 || u.CaseSentBack != 1 || u.CaseRecurred != 1 || u.Points.String() != "96" || len(u.Hits) != 3 {
				t.Fatalf("%+v", u)
			}
			for i, want := range []score.Fact{score.CaseOverdue, score.CaseSentBack, score.CaseRecurred} {
				h := u.Hits[i]
				if h.Fact != want || h.Case != id || h.Duty != 0 || h.Step == 0 || h.Rule.ID == "" || h.Basis != found.Basis || h.Path() != "/cases/1" || h.Number() != "事项000001" {
					t.Errorf("%+v", h)
				}
			}
			clock.Set("2023-10-09")
			appeal := func(k score.Key) error {
				return d.Write(ctx, func(tx *db.Tx) error {
					_, err := score.MakeAppeal(ctx, tx, led, rules, actor("河口镇"), september, k, "当日系统停电。")
					return err
				})
			}
			k := u.Hits[1].Key
			if err := appeal(k); err != nil {
				t.Fatal(err)
			}
			if err := appeal(k); ledger.KindOf(err) != ledger.Conflict {
				t.Errorf("appealed against twice: %v", err)
			}
			both := k
			both.Duty = 1
			for _, bad := range []score.Key{both, {Unit: "河口镇", Fact: score.CaseOverdue, Case: 99, Step: 2, Day: k.Day}, {Unit: "河口镇", Fact: score.CaseOverdue}} {
				if err := appeal(bad); ledger.KindOf(err) != ledger.NotFound || !strings.Contains(err.Error(), "没有这项扣分") {
					t.Errorf("%+v: %v", bad, err)
				}
			}
			do(func(tx *db.Tx) error {
				_, err := score.DecideAppeal(ctx, tx, led, actor("督查甲"), 1, true, "属实")
				return err
			})
			if u := table("2023-10-10"); u.Points.String() != "97" || !u.Hits[1].Waived() {
				t.Errorf("%+v", u)
			}
		})
	}
}
