package notice

import (
	"fmt"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// The State Council's arrangements for 2023 and 2024, written down here a second time: days off, and the weekends worked for them.
var daysOff = [][2]string{
	{"2023-01-01", "2023-01-02"}, {"2023-01-21", "2023-01-27"}, {"2023-04-05", "2023-04-05"}, {"2023-04-29", "2023-05-03"},
	{"2023-06-22", "2023-06-24"}, {"2023-09-29", "2023-10-06"}, {"2023-12-30", "2024-01-01"}, {"2024-02-10", "2024-02-17"},
	{"2024-04-04", "2024-04-06"}, {"2024-05-01", "2024-05-05"}, {"2024-06-10", "2024-06-10"}, {"2024-09-15", "2024-09-17"},
	{"2024-10-01", "2024-10-07"},
}

var weekendsWorked = []string{"2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08",
	"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12"}

// worked says of each day whether people were at their desks.
func worked() map[string]bool {
	w := map[string]bool{}
	for d := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2025; d = d.AddDate(0, 0, 1) {
		w[d.Format(time.DateOnly)] = d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}
	for _, span := range daysOff {
		for d, _ := time.Parse(time.DateOnly, span[0]); d.Format(time.DateOnly) <= span[1]; d = d.AddDate(0, 0, 1) {
			w[d.Format(time.DateOnly)] = false
		}
	}
	for _, d := range weekendsWorked {
		w[d] = true
	}
	return w
}

// Complaint: reminders at midnight and at week-ends. Through every hour of two years, with their holidays and made-up days, nothing
// ordinary leaves outside office hours, not even a second try; everything leaves, once, at the first hour that allows it.
func TestNothingOrdinaryLeavesOutsideHours(t *testing.T) {
	stories(t, "2023-01-01T00:00:00+08:00", func(s *story) {
		desks := worked()
		open := func(at time.Time) bool {
			at = at.In(calendar.Zone)
			h := at.Hour()
			return desks[at.Format(time.DateOnly)] && (h >= 8 && h < 12 || h >= 15 && h < 18) // on the hour; the afternoon begins at 14:30
		}
		s.mails("jia")
		failed := map[string]bool{}
		s.answer = func(p parcel) error {
			if len(p.Key)%2 == 1 && !failed[p.Key] {
				failed[p.Key] = true
				return fail(again, "忙")
			}
			return nil
		}
		c := s.courier()
		first := s.clock.Now()
		hours := 2 * 365 * 24
		if testing.Short() {
			hours = 45 * 24
		}
		due := map[string]time.Time{}
		ordinary, urgent, atNight := 0, 0, 0
		for h := range hours {
			now := first.Add(time.Duration(h) * time.Hour)
			s.clock.Set(now.Format(time.RFC3339))
			if h%(10*24) == 0 { // ten days' notices ahead
				s.write(func(tx *db.Tx) error {
					for i := range min(10*24, hours-h-1) {
						n := aNotice("")
						switch k := h + i; {
						case k%19 == 0:
							n.Key = fmt.Sprint("ordinary/", k)
						case k%61 == 0:
							n.Key, n.Grade = fmt.Sprint("urgent/", k), Urgent
						default:
							continue
						}
						n.NotBefore = now.Add(time.Duration(i) * time.Hour)
						due[n.Key] = n.NotBefore
						if _, err := Put(ctx, tx, county, n); err != nil {
							return err
						}
					}
					return nil
				})
			}
			s.sent = nil
			if _, err := c.Once(ctx, now); err != nil {
				s.Fatal(err)
			}
			for _, p := range s.sent {
				at, ok := due[p.Key]
				if !ok {
					s.Fatalf("%s left twice", p.Key)
				}
				delete(due, p.Key)
				local := now.In(calendar.Zone).Format("2006-01-02 15:04 Monday")
				if p.Grade == Ordinary {
					ordinary++
					if !open(now) {
						s.Errorf("%s: %s left outside office hours", local, p.Key)
					}
				} else if urgent++; !open(now) {
					atNight++
				}
				// It could have left earlier? One that failed once needs one more hour that allows it.
				chances := 0
				for e := at; e.Before(now); e = e.Add(time.Hour) {
					if p.Grade == Urgent || open(e) {
						chances++
					}
				}
				if want := map[bool]int{false: 0, true: 1}[failed[p.Key]]; chances != want {
					s.Errorf("%s: %s was due at %s and let %d hours pass, want %d", local, p.Key, at.In(calendar.Zone).Format("2006-01-02 15:04"), chances, want)
				}
			}
		}
		for key, at := range due {
			if first.Add(time.Duration(hours)*time.Hour).Sub(at) > 12*24*time.Hour {
				s.Errorf("%s never left", key)
			}
		}
		s.Logf("%d hours: %d ordinary and %d urgent notices, %d of these outside office hours", hours, ordinary, urgent, atNight)
		if ordinary == 0 || atNight == 0 {
			s.Error("the test has seen nothing")
		}
	})
}
