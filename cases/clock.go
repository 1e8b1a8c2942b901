package cases

import (
	"fmt"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/finding"
)

// due is the last day of a state that begins on a day; zero where the ladder sets no limit. A limit of no time ends the same day.
func (c *Cases) due(l Ladder, s State, on calendar.Date) calendar.Date {
	span, ok := l.Limits[s]
	if !ok || span.Unit == "" {
		return calendar.Date{}
	}
	return span.After(on, c.Ledger.Rules.Workdays)
}

// rest is how many days are left on a day of a state's time: working days where its limit counts them.
func (c *Cases) rest(l Ladder, s State, on, due calendar.Date) int {
	if due.IsZero() {
		return 0
	}
	if l.Limits[s].Unit == calendar.WorkingDays {
		return max(0, c.Ledger.Rules.Workdays.Count(on, due))
	}
	return max(0, int(due.Time().Sub(on.Time()).Hours()/24))
}

// resumed is the last day of a state that is taken up again with so many days left. Its time does not begin anew, or what is
// sent back would gain by it; one day is always given.
func (c *Cases) resumed(l Ladder, s State, on calendar.Date, left int) calendar.Date {
	span, ok := l.Limits[s]
	if !ok || span.Unit == "" {
		return calendar.Date{}
	}
	if span.Unit == calendar.WorkingDays {
		return c.Ledger.Rules.Workdays.Add(on, max(1, left))
	}
	return on.AddDays(max(1, left))
}

// Firing is one rung that comes, or has come, on one clock.
type Firing struct {
	N     int // of the ladder, from 1
	Rung  Rung
	Clock Clock
	Since calendar.Date // the first day that is late
	At    time.Time
}

// key tells the firing from all others of the case, for ever: a clock is known by the step that started it and by its part.
func (f Firing) key() string {
	return fmt.Sprintf("%s %d %d %s", f.Clock.State, f.Clock.N, f.Clock.Part, f.Rung.Name)
}

// Pending are the rungs that have not fired and will, if nothing changes, by time. A rung comes in office hours; that of a grave
// case when its day begins.
func (c *Cases) Pending(k *Case) []Firing {
	var out []Firing
	rungs := c.LadderOf(k.Ladder).Rungs
	rules := c.Ledger.Rules
	for _, clock := range k.Clocks {
		if clock.Due.IsZero() {
			continue
		}
		for i, g := range rungs {
			if g.Of != clock.State {
				continue
			}
			f := Firing{N: i + 1, Rung: g, Clock: clock, Since: clock.Due.AddDays(1)}
			if slices.Contains(k.Fired, f.key()) {
				continue
			}
			on := f.Since
			if g.After.N > 0 {
				on = g.After.After(on, rules.Workdays)
			}
			if f.At = on.Time(); k.Severity != finding.Grave {
				f.At = rules.Hours.Next(rules.Workdays, f.At)
			}
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Firing) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return a.N - b.N
	})
	return out
}

// next is when the case's clocks have something to do; zero where nothing comes.
func (c *Cases) next(k *Case) time.Time {
	if p := c.Pending(k); len(p) > 0 {
		return p[0].At
	}
	return time.Time{}
}

// Holding is how long one holder had a clock of a case.
type Holding struct {
	Stay          // To is zero while it has it
	Days     int  // begun and unfinished days between
	Workdays int  // of these, working days
	Late     bool // its time ran out while it had it
}

// Holdings are who had the clocks of a case and how long, in the order in which they came to have them.
func (c *Cases) Holdings(k *Case, now time.Time) []Holding {
	var out []Holding
	add := func(s Stay, to time.Time) {
		from, until := calendar.DateOf(s.From), calendar.DateOf(to)
		late := lateOn(s.Due, s.From)
		out = append(out, Holding{Stay: s, Days: daysBetween(from, until), Workdays: c.Ledger.Rules.Workdays.Count(from, until), Late: !late.IsZero() && !until.Before(late)})
	}
	for _, s := range k.Stays {
		add(s, s.To)
	}
	for _, clock := range k.Clocks {
		add(Stay{N: clock.Stood, Clock: clock.N, Part: clock.Part, State: clock.State, Unit: clock.Unit, Level: clock.Level, From: clock.Since, Due: clock.Due, Began: clock.N}, now)
	}
	slices.SortStableFunc(out, func(a, b Holding) int { return a.N - b.N })
	return out
}

// levelOf is the level at which a unit stands, and whether the county knows it.
func (c *Cases) levelOf(unit string) (Level, bool) {
	if b, ok := c.below(unit); ok {
		return b.Level, true
	}
	u, ok := c.Ledger.Book.Directory().Resolve(unit)
	if !ok {
		return 0, false
	}
	return levelOfUnit(u), true
}

// below finds a village or grid by its name; where several towns have one of that name, by its town and its name.
func (c *Cases) below(name string) (out Below, ok bool) {
	n := 0
	for _, b := range c.Below {
		if b.Town+b.Name == name {
			return b, true
		}
		if b.Name == name {
			out = b
			n++
		}
	}
	return out, n == 1
}

// speaker is the unit whose people act for a holder and are told for it: a village's town, the county office for units above the
// county, and the owner of the case for one in which nobody has a post, such as an enterprise.
func (c *Cases) speaker(k *Case, unit string) string {
	if b, ok := c.below(unit); ok {
		return b.Town
	}
	u, ok := c.Ledger.Book.Directory().Resolve(unit)
	switch {
	case !ok:
		return unit
	case levelOfUnit(u) == City:
		return c.Ledger.Office
	case u.Name != k.Owner && len(c.Ledger.Book.PostsOf(u)) == 0:
		return k.Owner
	}
	return unit
}
