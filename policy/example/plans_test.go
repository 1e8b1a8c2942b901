package example_test

import (
	"context"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy/works"
)

// One activation of any of the county's plans opens its tasks, calls its command and begins the log, in one transaction. The gravest three levels call;
// what a bureau deals with itself (Ⅳ) gives tasks alone.
func TestEveryPlanCallsItsCommand(t *testing.T) {
	ctx := context.Background()
	c := county(t, "../../counties/jiangxian")
	clock := dbtest.At("2024-07-11T14:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		w, err := works.New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(w.Emergencies.Plans); n < 9 {
			t.Errorf("%d plans", n)
		}
		for _, p := range w.Emergencies.Plans {
			l := p.Levels[0]
			for _, x := range p.Levels { // the gravest
				if x.N < l.N {
					l = x
				}
			}
			by := ledger.Actor{Account: "示例", Name: "示例", Seats: []personnel.Seat{{Post: l.Approve[0], Role: personnel.Leader}}}
			var a *emergency.Activation
			var called, tasks, lines int
			before := time.Now()
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				if a, err = w.Emergencies.Activate(ctx, tx, by, emergency.Opening{Plan: p.ID, Level: l.N, Title: "示例事件", Area: "全县", Says: "示例"}); err != nil {
					return err
				}
				todo, err := w.Emergencies.Tasks(ctx, tx, a.ID)
				if err != nil {
					return err
				}
				log, err := w.Emergencies.Log(ctx, tx, by, a.ID, 100, 0)
				if err != nil {
					return err
				}
				tasks, lines = len(todo), len(log)
				round, err := w.Callup.RoundOf(ctx, tx, a.Key())
				if err != nil || round == nil {
					return err
				}
				b, err := w.Callup.BoardOf(ctx, tx, round.ID)
				if err == nil {
					called = len(b.Rows)
				}
				return err
			})
			if err != nil {
				t.Fatal(p.ID, err)
			}
			if took := time.Since(before); called < 3 || tasks < 3 || lines < 2 || took > 30*time.Second {
				t.Errorf("%s Ⅰ: %d posts called, %d tasks, %d lines of the log, %s", p.ID, called, tasks, lines, took)
			}
		}
	})
}
