package works

import (
	"context"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/observation"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/policy/policytest"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/warning"
)

// A gauge that is known to be broken proposes no warning while its rule is silenced; what stands when the silence ends is proposed then, and nothing that
// the rule found is lost. The rule has no ladder: it proposes, and makes no case.
func TestSilencedRulesProposeNothing(t *testing.T) {
	ctx := context.Background()
	c, problems, _ := policy.Lint(policytest.Storm(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const start = "2031-07-01T12:30:00+08:00"
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		write := func(act func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *db.Tx) error {
			for key, at := range map[string]string{"G1": "100.1,30.1", "G2": "100.2,30.2"} {
				if _, err := w.Registers.Put(ctx, tx, register.System, "gauges", register.Input{Fields: map[string]string{"编号": key, "位置": at}}); err != nil {
					return err
				}
			}
			return nil
		})
		measure := func(key string, hour int, value string) {
			t.Helper()
			write(func(tx *db.Tx) error {
				sample, err := quantity.ParseSample(value)
				if err != nil {
					return err
				}
				at := time.Date(2031, 7, 1, hour, 0, 0, 0, calendar.Zone)
				_, err = w.Observations.Record(ctx, tx, []observation.Reading{{Name: "rain-3h", Key: key, At: at, Value: observation.Measured(sample)}})
				return err
			})
		}
		reasons := func() (n int) {
			t.Helper()
			if err := w.Tick(ctx, d); err != nil {
				t.Fatal(err)
			}
			write(func(tx *db.Tx) error {
				open, err := w.Warnings.Proposals(ctx, tx, warning.ProposalOpen, 10)
				for _, p := range open {
					n += len(p.Reasons)
				}
				return err
			})
			return n
		}
		office := cases.Actor{Account: "示例督查", Name: "示例督查", Seats: []personnel.Seat{{Unit: c.Office, Role: personnel.Office}}}
		var silence cases.Silence
		write(func(tx *db.Tx) (err error) {
			silence, err = w.Cases.PutSilence(ctx, tx, office, cases.Silence{Rule: "rain-50", Subject: "gauges/G1", Until: clock.Now().Add(48 * time.Hour), Reason: "翻斗卡住，待修"})
			return err
		})
		clock.Set("2031-07-01T13:01:00+08:00")
		measure("G1", 13, "88")
		if n := reasons(); n != 0 {
			t.Errorf("a silenced gauge proposes: %d reasons", n)
		}
		measure("G2", 13, "55") // nobody silenced this one
		if n := reasons(); n != 1 {
			t.Errorf("%d reasons, want the other gauge's", n)
		}
		clock.Set("2031-07-01T15:00:00+08:00")
		write(func(tx *db.Tx) error { return w.Cases.EndSilence(ctx, tx, office, silence.ID) })
		if n := reasons(); n != 2 {
			t.Errorf("%d reasons after the silence, want what stands as well", n)
		}
		if n := reasons(); n != 2 {
			t.Errorf("%d reasons: it is proposed again at each tick", n)
		}
	})
}
