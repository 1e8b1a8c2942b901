package observation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/quantity"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// at is a time by the clock of China: 2023-09-20 09:00.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s+":00"[:max(0, 19-len(s))], calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func dec(s string) *quantity.Decimal {
	d := quantity.MustParse(s)
	return &d
}

// value reads a value as the store writes it.
func value(s string) Value {
	v, err := parseValue(s)
	if err != nil {
		panic(err)
	}
	return v
}

func definitions() []*Definition {
	return []*Definition{
		{Name: "cod", Title: "化学需氧量", Register: "outlets", Factor: "w01018", Item: "COD", Unit: "mg/L", Kind: Hour, Silence: 4 * time.Hour, Low: dec("0"), High: dec("2000")},
		{Name: "nh3", Title: "氨氮", Register: "outlets", Factor: "w21003", Item: "NH3-N", Unit: "mg/L", Kind: Hour},
		{Name: "flow", Title: "流量", Register: "outlets", Factor: "w00000", Unit: "L/s", Kind: RealTime, Silence: time.Hour, Interval: 10 * time.Minute},
		{Name: "flow-hour", Title: "流量小时均值", Register: "outlets", Unit: "L/s", Kind: Hour, MeanOf: "flow"},
		{Name: "flow-day", Title: "流量日均值", Register: "outlets", Unit: "L/s", Kind: Day, MeanOf: "flow-hour", Need: 83},
		{Name: "lab-lead", Title: "铅", Register: "outlets", Item: "Pb", Unit: "mg/L", Kind: Sample, Method: "HJ 700"},
	}
}

// story is a county's readings on a database with a clock that is set.
type story struct {
	*testing.T
	d     *db.DB
	o     *Observations
	clock *dbtest.Clock
	heard []Reading // by Recorded
}

func stories(t *testing.T, now string, tell func(s *story)) {
	t.Helper()
	clock := dbtest.At(at(now).Format(time.RFC3339))
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(at(now).Format(time.RFC3339))
		s := &story{T: t, d: d, clock: clock}
		s.reload(definitions())
		tell(s)
	})
}

func (s *story) reload(defs []*Definition) {
	s.Helper()
	o, err := New("999999", defs)
	if err != nil {
		s.Fatal(err)
	}
	o.Recorded = func(_ context.Context, _ *db.Tx, changed []Reading) error {
		s.heard = append(s.heard, changed...)
		return nil
	}
	s.o = o
}

func (s *story) now(t string) { s.clock.Set(at(t).Format(time.RFC3339)) }

func (s *story) write(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.d.Write(ctx, do); err != nil {
		s.Fatal(err)
	}
}

func (s *story) read(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.d.Read(ctx, do); err != nil {
		s.Fatal(err)
	}
}

// give records readings that are written as "cod/P1 2023-09-20 09:00 61.0".
func (s *story) give(lines ...string) (r Result) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		r, err = s.o.Record(ctx, tx, readings(lines...))
		return err
	})
	return r
}

func readings(lines ...string) (out []Reading) {
	for _, line := range lines {
		f := strings.Fields(line)
		name, key, _ := strings.Cut(f[0], "/")
		v := ""
		if len(f) > 3 {
			v = f[3]
		}
		out = append(out, Reading{Name: SeriesName(name), Key: key, At: at(f[1] + " " + f[2]), Value: value(v), Source: "test"})
	}
	return out
}

func (s *story) id(address string) (id SeriesID) {
	s.Helper()
	name, key, _ := strings.Cut(address, "/")
	s.read(func(tx *db.Tx) error {
		series, ok, err := s.o.Find(ctx, tx, SeriesName(name), key)
		if err == nil && !ok {
			s.Fatalf("no series %s", address)
		}
		id = series.ID
		return err
	})
	return id
}

// all is the readings of a series as text, "09-20 09:00 61.0 v1 …".
func (s *story) all(q Query) string {
	s.Helper()
	var out []string
	s.read(func(tx *db.Tx) error {
		return s.o.Each(ctx, tx, q, func(r Reading) error {
			out = append(out, fmt.Sprintf("%s %s v%d", r.At.In(calendar.Zone).Format("01-02 15:04"), r.Value, r.Version))
			return nil
		})
	})
	return strings.Join(out, ", ")
}

func (s *story) want(what, got, want string) {
	s.Helper()
	if got != want {
		s.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestReadingsAreSupersededAndNeverEdited(t *testing.T) {
	stories(t, "2023-09-20 12:00", func(s *story) {
		r := s.give("cod/P1 2023-09-20 09:00 61.0", "nh3/P1 2023-09-20 09:00 0.0003L", "cod/P2 2023-09-20 09:00 7", "cod/P1 2023-09-20 08:00 60")
		if len(r.Changed) != 4 || r.Same != 0 || len(r.Refused) != 0 {
			t.Fatalf("%+v", r)
		}
		id := s.id("cod/P1")
		s.want("first", s.all(Query{Series: id}), "09-20 08:00 60 v1, 09-20 09:00 61.0 v1")
		s.now("2023-09-20 13:00")
		r = s.give("cod/P1 2023-09-20 09:00 61", "cod/P1 2023-09-20 08:00 60/D") // the first says nothing new
		if len(r.Changed) != 1 || r.Same != 1 || r.Changed[0].Version != 2 || !r.Changed[0].Late {
			t.Fatalf("%+v", r)
		}
		s.want("after a correction", s.all(Query{Series: id}), "09-20 08:00 60/D v2, 09-20 09:00 61.0 v1")
		s.want("as it was known before", s.all(Query{Series: id, AsOf: at("2023-09-20 12:30")}), "09-20 08:00 60 v1, 09-20 09:00 61.0 v1")
		s.want("other series of the instant", s.all(Query{Series: s.id("nh3/P1")}), "09-20 09:00 0.0003L v1")
		s.read(func(tx *db.Tx) error {
			versions, err := s.o.Versions(ctx, tx, id, at("2023-09-20 08:00"))
			if len(versions) != 2 || versions[0].String() != "60" || versions[1].String() != "60/D" {
				t.Errorf("versions: %v", versions)
			}
			return err
		})
		// Taken back: as if nothing had come, and what was the latest before is the latest again.
		s.give("cod/P1 2023-09-20 09:00 /V")
		s.want("after it was taken back", s.all(Query{Series: id}), "09-20 08:00 60/D v2")
		s.read(func(tx *db.Tx) error {
			list, err := s.o.LatestAt(ctx, tx, "outlets", "P1")
			if len(list) != 2 || list[0].String() != "60/D" || !list[0].At.Equal(at("2023-09-20 08:00")) {
				t.Errorf("latest: %+v", list)
			}
			return err
		})
		s.give("cod/P1 2023-09-20 09:00 62")
		s.want("given again", s.all(Query{Series: id}), "09-20 08:00 60/D v2, 09-20 09:00 62 v3")
		if len(s.heard) != 7 {
			t.Errorf("%d changes were judged, want 7", len(s.heard))
		}
	})
}

// What is read in several pages is as if it were one, with all versions on either side of a cut.
func TestPagesAreCutAnywhere(t *testing.T) {
	defer func(was int) { page = was }(page)
	stories(t, "2023-09-21 12:00", func(s *story) {
		for _, v := range []string{"1", "2", "3"} {
			for h := range 5 {
				s.give(fmt.Sprintf("cod/P1 2023-09-20 %02d:00 %s", h, v))
			}
		}
		s.give("nh3/P1 2023-09-20 05:00 1", "cod/P1 2023-09-20 04:00 /V")
		for page = 1; page < 20; page++ {
			s.want(fmt.Sprint("pages of ", page), s.all(Query{Series: s.id("cod/P1")}), "09-20 00:00 3 v3, 09-20 01:00 3 v3, 09-20 02:00 3 v3, 09-20 03:00 3 v3")
			s.read(func(tx *db.Tx) error {
				r, ok, err := s.o.Before(ctx, tx, s.id("cod/P1"), at("2023-09-21 00:00"))
				if !ok || r.At != at("2023-09-20 03:00") || r.String() != "3" {
					t.Errorf("pages of %d: before %+v %v", page, r, ok)
				}
				return err
			})
		}
		s.read(func(tx *db.Tx) error {
			list, next, err := s.o.Range(ctx, tx, Query{Series: s.id("cod/P1"), Limit: 3})
			if len(list) != 3 || next != at("2023-09-20 03:00") {
				t.Errorf("%d, next %s", len(list), next)
			}
			if err == nil {
				list, next, err = s.o.Range(ctx, tx, Query{Series: s.id("cod/P1"), Limit: 3, From: next})
				if len(list) != 1 || !next.IsZero() {
					t.Errorf("%d, next %s", len(list), next)
				}
			}
			return err
		})
	})
}

func TestMissingInvalidAndGapAreThreeThings(t *testing.T) {
	stories(t, "2023-09-21 09:00", func(s *story) {
		s.give("cod/P1 2023-09-20 01:00 10", "cod/P1 2023-09-20 02:00 30", "cod/P1 2023-09-20 03:00 /M", "cod/P1 2023-09-20 04:00 999/D", "cod/P1 2023-09-20 05:00 2500", "cod/P1 2023-09-20 06:00 4L")
		id := s.id("cod/P1")
		s.read(func(tx *db.Tx) error {
			st, err := s.o.Window(ctx, tx, Query{Series: id, From: at("2023-09-20 00:00"), To: at("2023-09-21 00:00")})
			if st.Valid != 3 || st.Missing != 1 || st.Invalid != 2 || st.Below != 1 || st.Mean().RatString() != "14" || st.Max.String() != "30" || st.Min.String() != "4L" {
				t.Errorf("%+v mean %v", st, st.Mean())
			}
			return err
		})
		s.want("kept and marked", s.all(Query{Series: id, From: at("2023-09-20 05:00"), To: at("2023-09-20 06:00")}), "09-20 05:00 2500/R v1")
	})
}

func TestWhatCannotBeTakenIsRefusedAlone(t *testing.T) {
	stories(t, "2023-09-20 12:00", func(s *story) {
		r := s.give("cod/P1 2023-09-20 09:00 61.0", "codd/P1 2023-09-20 09:00 61.0", "cod/P1 2099-09-20 09:00 1", "flow-hour/P1 2023-09-20 09:00 1", "cod/P1 2023-09-20 10:00 5")
		if len(r.Changed) != 2 || len(r.Refused) != 3 || r.Refused[0].Index != 1 || r.Refused[2].Index != 3 {
			t.Fatalf("%+v", r)
		}
		for i, want := range []string{"没有名为“codd”的监测项目", "一天以后", "由系统按“flow”计算"} {
			if !strings.Contains(r.Refused[i].Message, want) {
				t.Errorf("%q does not say %q", r.Refused[i].Message, want)
			}
		}
		s.o.Known = func(_ context.Context, _ *db.Tx, register, key string) (bool, error) { return key == "P1", nil }
		r = s.give("cod/P9 2023-09-20 09:00 61.0", "nh3/P1 2023-09-20 09:00 61.0")
		if len(r.Changed) != 1 || len(r.Refused) != 1 || !strings.Contains(r.Refused[0].Message, "没有“P9”") {
			t.Fatalf("%+v", r)
		}
	})
}

// A series that has ended takes what was measured before its end, and nothing after; what runs again takes all.
func TestEndedSeriesTakeTheirPastAlone(t *testing.T) {
	stories(t, "2023-09-20 08:00", func(s *story) {
		place := func(names ...SeriesName) {
			s.write(func(tx *db.Tx) error {
				return s.o.Place(ctx, tx, "outlets", "P1", func(d *Definition) (bool, error) { return slices.Contains(names, d.Name), nil })
			})
		}
		place("cod", "nh3")
		s.now("2023-09-20 10:00")
		place("nh3")
		s.now("2023-09-20 12:00")
		r := s.give("codd/P1 2023-09-20 09:00 1", "cod/P1 2023-09-20 09:00 1", "cod/P1 2023-09-20 11:00 2", "nh3/P1 2023-09-20 11:00 3", "none/P1 2023-09-20 11:00 3")
		if len(r.Changed) != 2 || len(r.Refused) != 3 || r.Refused[1].Index != 2 || !strings.Contains(r.Refused[1].Message, "自 2023-09-20 10:00 起停用") {
			t.Fatalf("%+v", r)
		}
		place("cod", "nh3")
		if r := s.give("cod/P1 2023-09-20 11:00 2"); len(r.Changed) != 1 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestSilenceHasItsOwnClock(t *testing.T) {
	stories(t, "2023-09-20 08:00", func(s *story) {
		turns := func() string {
			s.Helper()
			var out []string
			s.write(func(tx *db.Tx) error {
				list, _, err := s.o.Silent(ctx, tx, tx.Now())
				out = out[:0]
				for _, x := range list {
					word := "silent since " + x.Since.In(calendar.Zone).Format("15:04")
					if !x.Back.IsZero() {
						word = "back at " + x.Back.In(calendar.Zone).Format("15:04")
					}
					out = append(out, x.Series.Address()+" "+word)
				}
				return err
			})
			return strings.Join(out, ", ")
		}
		s.write(func(tx *db.Tx) error {
			return s.o.Place(ctx, tx, "outlets", "P1", func(d *Definition) (bool, error) { return d.Name == "cod", nil })
		})
		s.now("2023-09-20 11:59")
		s.want("before", turns(), "")
		s.now("2023-09-20 12:00")
		s.want("no reading at all", turns(), "cod/P1 silent since 08:00")
		s.want("told once", turns(), "")
		s.now("2023-09-20 12:10")
		s.give("cod/P1 2023-09-20 07:00 1") // an hour that ended at 8: too old to be a sign of life
		s.want("old data", turns(), "")
		s.give("cod/P1 2023-09-20 11:00 1")
		s.want("new data", turns(), "cod/P1 back at 12:10")
		s.now("2023-09-20 15:00")
		s.give("cod/P1 2023-09-20 14:00 /D") // an instrument that is broken speaks
		s.now("2023-09-20 16:30")
		s.want("looked and set anew", turns(), "")
		s.now("2023-09-20 19:00")
		s.want("again", turns(), "cod/P1 silent since 15:00")
		s.read(func(tx *db.Tx) error {
			now, err := s.o.SilentNow(ctx, tx)
			if len(now) != 1 {
				t.Errorf("silent now: %v", now)
			}
			return err
		})
		s.write(func(tx *db.Tx) error { return s.o.Place(ctx, tx, "outlets", "P1", nil) })
		s.want("it left", turns(), "cod/P1 back at 19:00")
		s.now("2023-09-25 19:00")
		s.want("for good", turns(), "")
	})
}

func TestWriterTellsEachAfterTheCommit(t *testing.T) {
	stories(t, "2023-09-20 12:00", func(s *story) {
		w := NewWriter(s.d, func() *Observations { return s.o }, WriterOptions{Queued: 50, AtOnce: 20})
		fail := make(chan error, 200)
		for i := range 100 {
			list := readings(fmt.Sprintf("cod/P%d 2023-09-20 09:00 %d", i%10, i/10), fmt.Sprintf("x/P%d 2023-09-20 09:00 1", i))
			err := w.Submit(ctx, list, func(r Result, err error) {
				if err == nil && (len(r.Refused) != 1 || r.Refused[0].Index != 1) {
					err = fmt.Errorf("%d: %+v", i, r)
				}
				fail <- err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		for range 100 {
			if err := <-fail; err != nil {
				t.Error(err)
			}
		}
		if err := w.Submit(ctx, nil, nil); err != ErrClosed {
			t.Error(err)
		}
		s.want("the last given stands", s.all(Query{Series: s.id("cod/P3")}), "09-20 09:00 9 v10")
		st := w.Stats()
		if st.Readings != 200 || st.Changed != 100 || st.Refused != 100 {
			t.Errorf("%+v", st)
		}
	})
}

// One sender whose readings cannot be written keeps nobody else's out.
func TestWriterIsolatesWhatFails(t *testing.T) {
	stories(t, "2023-09-20 12:00", func(s *story) {
		s.o.Recorded = func(_ context.Context, _ *db.Tx, changed []Reading) error {
			for _, r := range changed {
				if r.Key == "P7" {
					return fmt.Errorf("a rule breaks")
				}
			}
			return nil
		}
		w := NewWriter(s.d, func() *Observations { return s.o }, WriterOptions{})
		failed := make(chan string, 100)
		for i := range 20 {
			key := fmt.Sprintf("P%d", i)
			err := w.Submit(ctx, readings("cod/"+key+" 2023-09-20 09:00 1"), func(_ Result, err error) {
				if err != nil {
					failed <- key
				} else {
					failed <- ""
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		got := ""
		for range 20 {
			got += <-failed
		}
		s.want("failed", got, "P7")
		s.want("its neighbour is there", s.all(Query{Series: s.id("cod/P8")}), "09-20 09:00 1 v1")
	})
}
