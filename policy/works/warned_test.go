package works

import (
	"context"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

// Readings propose a warning through a rule, and the same findings are what it is held against: rain over the criterion 50 minutes after it was
// published, in the town of the gauge.
func TestWarnedAndHeldAgainstReadings(t *testing.T) {
	ctx := context.Background()
	c, problems, _ := policy.Lint(policytest.Storm(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	clock := dbtest.At("2031-07-01T12:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2031-07-01T12:00:00+08:00")
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
		measure := func(hour int, value string) {
			t.Helper()
			write(func(tx *db.Tx) error {
				sample, err := quantity.ParseSample(value)
				if err != nil {
					return err
				}
				at := time.Date(2031, 7, 1, hour, 0, 0, 0, calendar.Zone)
				_, err = w.Observations.Record(ctx, tx, []observation.Reading{{Name: "rain-3h", Key: "G1", At: at, Value: observation.Measured(sample)}})
				return err
			})
		}
		write(func(tx *db.Tx) error {
			_, err := w.Registers.Put(ctx, tx, register.System, "gauges", register.Input{Fields: map[string]string{"编号": "G1", "位置": "100.1,30.1"}})
			return err
		})
		as := func(name, title string) ledger.Actor {
			return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县应急局", Title: title, Post: personnel.ID("县应急局", title), Role: personnel.Head}}}
		}
		clock.Set("2031-07-01T13:10:00+08:00")
		write(func(tx *db.Tx) error {
			x := warning.Draft{Hazard: "storm", Level: "橙"}
			x.Description, x.Area.Places = "将有强降雨。", []warning.Place{{Town: "上坪镇"}}
			v, err := w.Warnings.Draft(ctx, tx, as("示例甲", "值班长"), x)
			if err == nil {
				_, err = w.Warnings.Submit(ctx, tx, as("示例甲", "值班长"), v.Event, v.N)
			}
			if err == nil {
				_, err = w.Warnings.Publish(ctx, tx, as("示例乙", "局长"), v.Event, v.N)
			}
			return err
		})
		clock.Set("2031-07-01T15:01:00+08:00")
		measure(13, "49")
		measure(14, "55")
		var open []warning.Proposal
		var score *warning.Verification
		write(func(tx *db.Tx) (err error) {
			if open, err = w.Warnings.Proposals(ctx, tx, warning.ProposalOpen, 10); err != nil {
				return err
			}
			month := time.Date(2031, 7, 1, 0, 0, 0, 0, calendar.Zone)
			score, err = w.Warnings.Verify(ctx, tx, "storm", month, month.AddDate(0, 1, 0))
			return err
		})
		if len(open) != 0 {
			t.Errorf("proposed though it is warned of: %+v", open)
		}
		if lead, _ := score.All.MeanLead(); score.All.Hits != 1 || score.All.Misses != 0 || lead != 50*time.Minute || score.Verdicts[0].Places[0] != "G1" {
			t.Errorf("score %+v, lead %v, %+v", score.All, lead, score.Verdicts)
		}
		if len(score.Towns) != 1 || score.Towns[0].Town != "上坪镇" {
			t.Errorf("towns %+v", score.Towns)
		}
	})
}
