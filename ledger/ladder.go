package ledger

import (
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/notice"
)

// Firing is one rung that comes, or has come, for one cause.
type Firing struct {
	Rung  Rung
	Cause Cause
	At    time.Time
}

// key tells the firing from all others of the duty, for ever.
func (f Firing) key() string {
	return f.Cause.key() + " " + itoa(int64(f.Rung.N))
}

// Pending are the rungs that have not fired and will, if nothing changes, by time. A rung comes in office hours of its
// day, or of the next day that is worked; an urgent one when its day begins.
func (r *Rules) Pending(d *Duty) []Firing {
	rungs := r.ladder(d)
	var out []Firing
	for _, c := range r.Causes(d) {
		for _, g := range rungs {
			if g.On != c.Light || len(g.Causes) > 0 && !slices.Contains(g.Causes, c.Kind) || c.Light == NoLight && len(g.Causes) == 0 {
				continue
			}
			f := Firing{Rung: g, Cause: c}
			if slices.Contains(d.Fired, f.key()) {
				continue
			}
			f.At = r.count(d, c.On, g.After).Time()
			if g.Grade != notice.Urgent {
				f.At = r.Hours.Next(r.Workdays, f.At)
			}
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Firing) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return a.Rung.N - b.Rung.N
	})
	return out
}

// count is the n-th working day after a day, those not counted on which the duty's clocks stood still; the day itself for 0, or
// the day on which they ran again.
func (r *Rules) count(d *Duty, on calendar.Date, n int) calendar.Date {
	day := on
	if n > 0 {
		day = r.Workdays.Add(on, n)
	}
	for _, p := range d.Pauses { // in the order of time
		if p.To.Before(on) || p.To == on || day.Before(p.From) {
			continue
		}
		from := p.From.AddDays(-1) // of the pause, the days after on
		if from.Before(on) {
			from = on
		}
		if n == 0 {
			day = p.To
		} else if lost := r.Workdays.Count(from, p.To.AddDays(-1)); lost > 0 {
			day = r.Workdays.Add(day, lost)
		}
	}
	return day
}

// next is when the duty's clock has something to do; zero where nothing comes.
func (r *Rules) next(d *Duty) time.Time {
	if p := r.Pending(d); len(p) > 0 {
		return p[0].At
	}
	return time.Time{}
}
