package observation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

func (s *story) tick() {
	s.Helper()
	for more := true; more; {
		s.write(func(tx *db.Tx) (err error) {
			more, err = s.o.Tick(ctx, tx, tx.Now())
			return err
		})
	}
}

// flow gives n readings of flow/P1, ten minutes apart.
func (s *story) flow(from string, values ...string) {
	s.Helper()
	var list []Reading
	for i, v := range values {
		list = append(list, Reading{Name: "flow", Key: "P1", At: at(from).Add(time.Duration(i) * 10 * time.Minute), Value: value(v), Source: "test"})
	}
	s.write(func(tx *db.Tx) error {
		_, err := s.o.Record(ctx, tx, list)
		return err
	})
}

func TestMeansAreMadeOfEnoughValues(t *testing.T) {
	stories(t, "2023-09-20 10:00", func(s *story) {
		s.flow("2023-09-20 08:00", "1.0", "2.0", "3.0", "4.0", "5.0", "6.0") // whole
		s.flow("2023-09-20 09:00", "1", "2", "3", "9/D", "9/C", "4")         // four of six is less than 75 %
		s.tick()
		id := func() SeriesID { return s.id("flow-hour/P1") }
		s.want("the hour that is just over waits for readings on their way", s.all(Query{Series: id()}), "09-20 08:00 3.50 v1")
		s.now("2023-09-20 10:05")
		s.tick()
		s.want("too few", s.all(Query{Series: id()}), "09-20 08:00 3.50 v1, 09-20 09:00 2.5/I v1")
		s.now("2023-09-20 10:20")
		s.flow("2023-09-20 09:30", "5") // the right value comes late
		heard := len(s.heard)
		s.tick()
		s.want("made again", s.all(Query{Series: id()}), "09-20 08:00 3.50 v1, 09-20 09:00 3.0 v2")
		if len(s.heard) != heard+1 || s.heard[heard].Source != "mean/flow" || s.heard[heard].Late {
			t.Errorf("judged: %+v", s.heard[heard:])
		}
		s.flow("2023-09-20 11:00", "/D", "/D") // nothing but faults, in an hour that is to come
		s.now("2023-09-20 13:00")
		s.tick()
		s.want("missing at source", s.all(Query{Series: id(), From: at("2023-09-20 11:00")}), "09-20 11:00 /I v1")
		s.tick()
		s.want("nothing left to do", s.all(Query{Series: id(), From: at("2023-09-20 11:00")}), "09-20 11:00 /I v1")
		s.now("2023-09-21 00:10")
		s.tick()
		s.want("day of hours", s.all(Query{Series: s.id("flow-day/P1")}), "09-20 00:00 3.250/I v1")
	})
}

func TestDaySums(t *testing.T) {
	stories(t, "2023-09-22 10:00", func(s *story) {
		for h := range 24 {
			if h != 5 && h != 6 {
				s.give(fmt.Sprintf("cod/P1 2023-09-20 %02d:00 %d.5", h, h), fmt.Sprintf("nh3/P1 2023-09-20 %02d:00 1", h))
			}
		}
		s.give("cod/P1 2023-09-20 07:00 /M", "cod/P1 2023-09-20 08:00 3/D", "cod/P1 2023-09-22 08:00 100", "cod/P1 2023-09-20 00:00 0.2L")
		s.write(func(tx *db.Tx) error { // the series began a day before, or its first day would not be whole
			_, err := tx.Exec(ctx, `UPDATE observation_series SET created_at = $1`, db.Micros(at("2023-09-19 00:00")))
			return err
		})
		s.reload(definitions())
		id := s.id("cod/P1")
		days := func() string {
			var out []string
			s.read(func(tx *db.Tx) error {
				list, err := s.o.Days(ctx, tx, id, calendar.Date{Year: 2023, Month: 9, Day: 20}, calendar.Date{Year: 2023, Month: 9, Day: 22}, func(v Value) bool { return v.Cmp(*dec("20")) > 0 })
				for _, d := range list {
					out = append(out, fmt.Sprintf("%s valid %d invalid %d missing %d gaps %d over %d below %d", d.Day, d.Valid, d.Invalid, d.Missing, d.Gaps(), d.Over, d.Below))
					if d.Valid > 0 {
						out[len(out)-1] += fmt.Sprintf(" %s..%s sum %s", d.Min, d.Max, d.Sum.RatString())
					}
				}
				return err
			})
			return strings.Join(out, "\n")
		}
		before := days()
		if !strings.Contains(before, "2023-09-20 valid 20 invalid 1 missing 1 gaps 2 over 4 below 1 0.2L..23.5") || !strings.Contains(before, "2023-09-22 valid 1 invalid 0 missing 0 gaps 9 over 1") {
			t.Error(before)
		}
		s.tick()
		s.want("the same from stored sums", days(), before)
		s.give("cod/P1 2023-09-20 05:00 21.0")
		after := days()
		if !strings.Contains(after, "2023-09-20 valid 21 invalid 1 missing 1 gaps 1 over 5") {
			t.Error("a late reading is not in the sum:", after)
		}
		s.tick()
		s.want("nor after the clock", days(), after)
		s.read(func(tx *db.Tx) error {
			list, err := s.o.Buckets(ctx, tx, id, at("2023-09-20 00:00"), at("2023-09-21 00:00"), 4)
			if len(list) != 4 || list[3].Valid != 6 || list[3].Max.String() != "23.5" || list[1].Missing != 1 {
				t.Errorf("buckets %+v", list)
			}
			if err == nil {
				list, err = s.o.Buckets(ctx, tx, id, at("2023-08-01 00:00"), at("2023-11-01 00:00"), 10)
				if len(list) != 1 || list[0].Valid != 22 || list[0].Max.String() != "100" {
					t.Errorf("long buckets %+v", list)
				}
			}
			return err
		})
	})
}

// What the record says does not depend on the order or the portions in which readings came.
func TestOrderOfArrivalChangesNothing(t *testing.T) {
	var lines []string
	for h := range 20 {
		lines = append(lines, fmt.Sprintf("cod/P1 2023-09-20 %02d:00 %d", h, h*7%13), fmt.Sprintf("nh3/P1 2023-09-20 %02d:00 %d", h, h*5%11))
	}
	first := ""
	for _, step := range []int{1, 3, 7, 9, 11, 13} { // coprime to 40: each visits all
		stories(t, "2023-09-20 22:00", func(s *story) {
			for i := 0; i < len(lines); i += 4 {
				var part []string
				for j := range 4 {
					part = append(part, lines[(i+j)*step%len(lines)])
				}
				s.give(part...)
			}
			got := s.all(Query{Series: s.id("cod/P1")}) + s.all(Query{Series: s.id("nh3/P1")})
			if first == "" {
				first = got
			}
			s.want("in another order", got, first)
			s.read(func(tx *db.Tx) error {
				list, err := s.o.LatestOf(ctx, tx, "outlets")
				for _, l := range list {
					if !l.At.Equal(at("2023-09-20 19:00")) {
						t.Errorf("latest %+v", l)
					}
				}
				return err
			})
		})
	}
}

// Three quarters of an hour are enough, a reading less is not.
func TestMeanNeedsExactlyItsShare(t *testing.T) {
	from := &Definition{Name: "x", Unit: "mg/L", Kind: Minute, Interval: 15 * time.Minute}
	d := &Definition{Name: "x-hour", Unit: "ug/L", Kind: Hour, MeanOf: "x"}
	for valid, want := range map[int]string{4: "1500.00", 3: "1500.00", 2: "1500.00/I"} {
		var s Stats
		for i := range valid {
			s.add(at("2023-09-20 08:00").Add(time.Duration(i)*15*time.Minute), value("1.5"))
		}
		v, ok, err := mean(d, from, at("2023-09-20 08:00"), s)
		if err != nil || !ok || v.String() != want {
			t.Errorf("%d of 4: %s, want %s (%v %v)", valid, v, want, ok, err)
		}
	}
	var below Stats
	below.add(at("2023-09-20 08:00"), value("0.3L"))
	below.add(at("2023-09-20 08:15"), value("0.5L"))
	below.add(at("2023-09-20 08:30"), value("0.3L"))
	if v, _, err := mean(d, from, at("2023-09-20 08:00"), below); err != nil || v.String() != "500.00L" {
		t.Error("all below the limit:", v, err)
	}
}
