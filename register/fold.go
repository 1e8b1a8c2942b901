package register

import (
	"cmp"
	"slices"
	"time"

	"zhixing/calendar"
)

// Fold makes an entry of its records: what holds by a day of what was known at an instant. Zero times do not limit. It is
// nil where the entry was not in the register yet. Records count by the day from which they hold, and among those of one
// day in the order in which they were written.
func (s *Schema) Fold(records []Record, on calendar.Date, known time.Time) *Entry {
	list := make([]*Record, 0, len(records))
	for i := range records {
		rec := &records[i]
		if !on.IsZero() && on.Before(rec.Holds) || !known.IsZero() && known.Before(rec.At) {
			continue
		}
		list = append(list, rec)
	}
	slices.SortStableFunc(list, func(a, b *Record) int {
		switch {
		case a.Holds.Before(b.Holds):
			return -1
		case b.Holds.Before(a.Holds):
			return 1
		}
		return cmp.Compare(a.N, b.N)
	})
	var e *Entry
	var early []*Record // of before the entry was entered: a correction that reaches further back
	for _, rec := range list {
		if e == nil {
			if rec.What != Added {
				early = append(early, rec)
				continue
			}
			e = &Entry{Register: s.Name, ID: rec.Entry, Values: Values{}}
			s.apply(e, rec)
			for _, x := range early {
				s.apply(e, x)
			}
			continue
		}
		s.apply(e, rec)
	}
	if e != nil {
		s.finish(e)
	}
	return e
}

// apply does one record to an entry, without what finish works out.
func (s *Schema) apply(e *Entry, rec *Record) {
	for name, v := range rec.Set {
		if v == "" {
			delete(e.Values, name)
		} else {
			e.Values[name] = v
		}
	}
	switch rec.What {
	case Added:
		e.State, e.EnteredOn = s.FirstState(), rec.Holds
	case Removed:
		e.RemovedOn = rec.Holds
	case Merged:
		e.RemovedOn, e.Into = rec.Holds, rec.Into
	case Restored, Parted:
		e.RemovedOn, e.Into = calendar.Date{}, ""
	}
	if rec.State != "" {
		e.State = rec.State
	}
	if e.HoldsOn.Before(rec.Holds) {
		e.HoldsOn = rec.Holds
	}
	if e.ChangedAt.Before(rec.At) {
		e.ChangedAt = rec.At
	}
	e.N++
}

// finish works out what follows from an entry's values.
func (s *Schema) finish(e *Entry) {
	if e.Key = s.keyOf(e.Values); len(s.Key) == 0 {
		e.Key = itoa(int64(e.ID))
	} else if slices.ContainsFunc(s.Key, func(k string) bool { return e.Values[k] == "" }) {
		e.Key = "#" + itoa(int64(e.ID)) // rebuilt from a dump in which the key was sealed
	}
	e.Label = s.labelOf(e.Values, e.Key)
	e.ReviewBy = calendar.Date{}
	if s.Review.Unit != "" {
		e.ReviewBy = s.Review.After(calendar.DateOf(e.ChangedAt), calendar.National())
	}
}
