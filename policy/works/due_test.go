package works

import (
	"context"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/emergency"
	"zhixing/gateway"
	"zhixing/policy"

	"zhixing/policy/policytest"
)

// A bulletin of a month that nobody issued is told to the office, once, and not again when it was issued; a plan is told when its review is due; what
// was sent is forgotten after half a year.
func TestWhatComesRound(t *testing.T) {
	ctx := context.Background()
	c, problems, _ := policy.Lint(policytest.County(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	code := string(c.Place.Code)
	clock := dbtest.At("2031-09-02T08:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2031-09-02T08:00:00+08:00")
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		review := calendar.Date{Year: 2031, Month: 10, Day: 8}
		w.Emergencies.Plans = append(w.Emergencies.Plans, &emergency.Plan{ID: "flood", Title: "示例防汛应急预案", Policy: w.Set.Policies[0].ID, Review: review})
		out := &channel.Outbox{DB: d, County: code, Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "a", Gateway: &gateway.Stub{}}}}}}
		w.Connect(out)
		count := func(query string, args ...any) (n int) {
			t.Helper()
			if err := d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		day := func(at string, bulletins, reviews int) {
			t.Helper()
			clock.Set(at)
			for range 2 {
				if err := d.Write(ctx, func(tx *db.Tx) error { return w.Remind(ctx, tx) }); err != nil {
					t.Fatal(err)
				}
			}
			told := func(about string) int {
				return count(`SELECT count(*) FROM notice WHERE county = $1 AND about = $2`, code, about)
			}
			if b, r := told("bulletins/bus-month"), told("plan/flood"); b != bulletins || r != reviews {
				t.Errorf("%s: told of %d bulletins and %d reviews, want %d and %d", at, b, r, bulletins, reviews)
			}
		}
		day("2031-09-02T08:00:00+08:00", 1, 0) // of August
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := w.Bulletins.Issue(ctx, tx, "示例甲", "bus-month", calendar.Date{Year: 2031, Month: 9, Day: 1}, "示例通报1号")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		day("2031-10-07T08:00:00+08:00", 1, 0) // that of September was issued early
		day("2031-10-08T08:00:00+08:00", 1, 1)
		day("2031-11-01T08:00:00+08:00", 2, 1)

		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := out.PutAll(ctx, tx, []channel.Message{{Purpose: "w", Channel: "sms", To: "13800000001", Urgency: channel.Warning, Text: "示例", Expires: tx.Now().Add(time.Hour)}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Once(ctx, clock.Now()); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			at   string
			want int
		}{{"2032-04-20T08:00:00+08:00", 1}, {"2032-05-01T08:00:00+08:00", 0}} {
			clock.Set(x.at)
			if err := w.Forget(ctx, d); err != nil {
				t.Fatal(err)
			}
			if n := count(`SELECT count(*) FROM channel_message WHERE county = $1 AND address = '13800000001'`, code); n != x.want {
				t.Errorf("%s: %d messages have their number, want %d", x.at, n, x.want)
			}
		}
	})
}
