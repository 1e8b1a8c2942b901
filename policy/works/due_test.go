package works

import (
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/emergency"
	"zhixing/gateway"

	"zhixing/policy/policytest"
)

// A bulletin of a month that nobody issued is told to the office, once, and not again when it was issued; a plan is told when its review is due; what
// was sent is forgotten after half a year.
func TestWhatComesRound(t *testing.T) {
	stories(t, policytest.County(t), "2031-09-02T08:00:00+08:00", func(s *story) {
		review := calendar.Date{Year: 2031, Month: 10, Day: 8}
		s.Emergencies.Plans = append(s.Emergencies.Plans, &emergency.Plan{ID: "flood", Title: "示例防汛应急预案", Policy: s.Set.Policies[0].ID, Review: review})
		out := &channel.Outbox{DB: s.db, County: s.code(), Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "a", Gateway: &gateway.Stub{}}}}}}
		s.Connect(out)
		count := func(query string, args ...any) (n int) {
			s.Helper()
			s.must(s.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) }))
			return n
		}
		day := func(at string, bulletins, reviews int) {
			s.Helper()
			s.clock.Set(at)
			for range 2 {
				s.write(func(tx *db.Tx) error { return s.Remind(ctx, tx) })
			}
			told := func(about string) int {
				return count(`SELECT count(*) FROM notice WHERE county = $1 AND about = $2`, s.code(), about)
			}
			if b, r := told("bulletins/bus-month"), told("plan/flood"); b != bulletins || r != reviews {
				s.Errorf("%s: told of %d bulletins and %d reviews, want %d and %d", at, b, r, bulletins, reviews)
			}
		}
		day("2031-09-02T08:00:00+08:00", 1, 0) // of August
		s.write(func(tx *db.Tx) error {
			_, err := s.Bulletins.Issue(ctx, tx, "示例甲", "bus-month", calendar.Date{Year: 2031, Month: 9, Day: 1}, "示例通报1号")
			return err
		})
		day("2031-10-07T08:00:00+08:00", 1, 0) // that of September was issued early
		day("2031-10-08T08:00:00+08:00", 1, 1)
		day("2031-11-01T08:00:00+08:00", 2, 1)

		s.write(func(tx *db.Tx) error {
			_, err := out.PutAll(ctx, tx, []channel.Message{{Purpose: "w", Channel: "sms", To: "13800000001", Urgency: channel.Warning, Text: "示例", Expires: tx.Now().Add(time.Hour)}})
			return err
		})
		_, err := out.Once(ctx, s.clock.Now())
		s.must(err)
		for _, x := range []struct {
			at   string
			want int
		}{{"2032-04-20T08:00:00+08:00", 1}, {"2032-05-01T08:00:00+08:00", 0}} {
			s.clock.Set(x.at)
			s.must(s.Forget(ctx, s.db))
			if n := count(`SELECT count(*) FROM channel_message WHERE county = $1 AND address = '13800000001'`, s.code()); n != x.want {
				s.Errorf("%s: %d messages have their number, want %d", x.at, n, x.want)
			}
		}
	})
}
