package ledger

import "zhixing/calendar"

// Stretch is the time, both days included, over which a walk looks at the ledger.
type Stretch struct {
	From, To calendar.Date
	Duty     ID // only this one; 0: all
}

// Follow does one step of a walk, which leaves out the steps on which no clock depends: neither letters' answers nor
// flags, rungs, questions and notes are known afterwards.
func (d *Duty) Follow(s Step) {
	if do := effects[s.What]; do != nil {
		do(d, s)
	}
	d.Revision, d.ChangedAt = s.N, s.At
}

// Owing is a report that is owed.
type Owing struct {
	Period calendar.Period
	Last   calendar.Date // on which it is in time, grace included
	Label  string        // of the period
}

// Owing is the first report that is owed on the duty and whose last day is from or later. It is false where none is: the
// duty does not run, or nothing comes round any more.
func (l *Ledger) Owing(d *Duty, from calendar.Date) (Owing, bool) {
	p, ok := l.Rules.NextPeriod(d)
	if !ok {
		return Owing{}, false
	}
	o := l.owing(d, p)
	for ok && o.Last.Before(from) {
		o, ok = l.OwingAfter(d, o)
	}
	return o, ok
}

// OwingAfter is the report that is owed after o.
func (l *Ledger) OwingAfter(d *Duty, o Owing) (Owing, bool) {
	p := l.Rules.recurrence(d).After(o.Period, l.Rules.Seasons, l.Rules.Workdays)
	if !o.Period.From.Before(p.From) {
		return Owing{}, false
	}
	return l.owing(d, p), true
}

func (l *Ledger) owing(d *Duty, p calendar.Period) Owing {
	return Owing{Period: p, Last: l.graced(p), Label: p.Label(l.Rules.recurrence(d).Every)}
}
