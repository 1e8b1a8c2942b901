package works

import (
	"context"
	"io/fs"
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
)

var ctx = context.Background()

// story is a county at work on one of the databases, at a time that the test sets.
type story struct {
	*testing.T
	*Works
	c       *policy.County
	db      *db.DB
	clock   *dbtest.Clock
	persons map[string]int64
}

// stories tells a story of a county's folder on each database, from a time on.
func stories(t *testing.T, folder fs.FS, from string, tell func(s *story)) {
	t.Helper()
	c, problems, _ := policy.Lint(folder)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	clock := dbtest.At(from)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(from)
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		tell(&story{t, w, &c, d, clock, map[string]int64{}})
	})
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) write(act func(tx *db.Tx) error) {
	s.Helper()
	s.must(s.db.Write(ctx, act))
}

// tick does what has come due.
func (s *story) tick() {
	s.Helper()
	s.must(s.Tick(ctx, s.db))
}

// gauges enters rain gauges by their place.
func (s *story) gauges(places map[string]string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		for key, at := range places {
			if _, err := s.Registers.Put(ctx, tx, register.System, "gauges", register.Input{Fields: map[string]string{"编号": key, "位置": at}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// measure is what a gauge has measured in three hours.
func (s *story) measure(key string, at time.Time, value string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		sample, err := quantity.ParseSample(value)
		if err != nil {
			return err
		}
		_, err = s.Observations.Record(ctx, tx, []observation.Reading{{Name: "rain-3h", Key: key, At: at, Value: observation.Measured(sample)}})
		return err
	})
}

// july is an hour of the month in which it rains.
func july(day, hour int) time.Time { return time.Date(2031, 7, day, hour, 0, 0, 0, calendar.Zone) }

// storm is a draft of an orange warning for towns.
func storm(towns ...string) warning.Draft {
	x := warning.Draft{Hazard: "storm", Level: "橙"}
	x.Description = "将有强降雨。"
	for _, t := range towns {
		x.Area.Places = append(x.Area.Places, warning.Place{Town: t})
	}
	return x
}

// as is somebody of the bureau that warns.
func as(name, title string) ledger.Actor {
	return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县应急局", Title: title, Post: personnel.ID("县应急局", title), Role: personnel.Head}}}
}

var (
	drafts    = as("示例甲", "值班长")
	publishes = as("示例乙", "局长")
)

// publish drafts, submits and publishes a warning.
func (s *story) publish(x warning.Draft) (v *warning.Version) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		if v, err = s.Warnings.Draft(ctx, tx, drafts, x); err != nil {
			return err
		}
		if _, err = s.Warnings.Submit(ctx, tx, drafts, v.Event, v.N); err != nil {
			return err
		}
		v, err = s.Warnings.Publish(ctx, tx, publishes, v.Event, v.N)
		return err
	})
	return v
}

func (s *story) code() string { return string(s.c.Place.Code) }

// move is an appointment of an invented person, whom it enters if he is new.
func (s *story) move(tx *db.Tx, name string, post personnel.PostID, on string) (personnel.Move, error) {
	if s.persons[name] == 0 {
		id, err := personnel.AddPerson(ctx, tx, s.code(), "test", name, "")
		if err != nil {
			return personnel.Move{}, err
		}
		s.persons[name] = id
	}
	day, err := calendar.ParseDate(on)
	return personnel.Move{Person: s.persons[name], Post: post, On: day, Reason: "虚构"}, err
}

func (s *story) appoint(name string, post personnel.PostID, on string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		m, err := s.move(tx, name, post, on)
		if err == nil {
			_, err = personnel.Appoint(ctx, tx, s.c.Book, s.code(), "test", m)
		}
		return err
	})
}

func (s *story) remove(name string, post personnel.PostID, on string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		m, err := s.move(tx, name, post, on)
		if err == nil {
			_, err = personnel.Remove(ctx, tx, s.c.Book, s.code(), "test", m)
		}
		return err
	})
}

func (s *story) phone(name, number string) {
	s.Helper()
	s.write(func(tx *db.Tx) error { return personnel.SetPhone(ctx, tx, s.code(), "test", s.persons[name], number) })
}
