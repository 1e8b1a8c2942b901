package score

import (
	"fmt"
	"slices"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/letter"
)

// found is one fact that a unit is charged with.
type found struct {
	Key
	title, basis, words string
	kind                letter.Kind   // of Lettered
	about               calendar.Date // of Unreported: first day of the period that the report is about
}

// course follows one duty through the steps of a period, and the limits that end between them.
type course struct {
	led *ledger.Ledger
	Period
	asOf calendar.Date // the last day that is looked at
	end  calendar.Date // the first day whose limits have not ended yet
	tell func(unit string) *Unit

	d       *ledger.Duty
	since   calendar.Date // a report that falls due by then is nobody's: its leads need not have signed yet
	limits  []limit
	owes    bool
	owing   ledger.Owing
	claim   *claim
	running map[string]ledger.Role // units under which its clocks ran in the period
	first   int                    // of found that is about this duty
	found   []found                // of all duties
}

// limit is the last day on which a unit signs in time.
type limit struct {
	unit   string
	last   calendar.Date
	missed int // index into found, from 1, of what it was charged with; 0: nothing; -1: it ended before the period
}

// claim is a claim of the period that has not been sent back.
type claim struct {
	late  []found // empty: in time
	leads []string
	done  bool // agreed to
}

// follow walks one duty. It leaves the facts in c.found and counts what was owed and done.
func (c *course) follow(id ledger.ID, steps []ledger.Step) {
	c.d = &ledger.Duty{County: c.led.County, ID: id}
	c.since, c.limits, c.owes, c.claim = calendar.Date{}, c.limits[:0], false, nil
	clear(c.running)
	c.first = len(c.found)
	for _, s := range steps {
		day := calendar.DateOf(s.At)
		c.pass(day)
		if !day.Before(c.From) {
			c.charge(s, day)
		}
		ran := c.d.State.Running()
		c.d.Follow(s)
		c.wind(s, day, ran)
	}
	c.pass(c.end)
	if d := c.d; d.State.Running() && !d.Due.IsZero() && d.Due.Before(c.end) {
		c.blame(Overdue, 0, c.asOf, fmt.Sprintf("时限%s，截至%s未申请销号", d.Due.Chinese(), c.asOf.Chinese()))
	}
	c.settle()
	for unit, role := range c.running {
		if u := c.tell(unit); role == ledger.Lead {
			u.Owed++
		} else {
			u.Supports++
		}
	}
}

// blame charges the leads of now.
func (c *course) blame(f Fact, step int64, day calendar.Date, words string) {
	for _, u := range c.d.Leads() {
		c.add(u, f, step, day, words)
	}
}

func (c *course) add(unit string, f Fact, step int64, day calendar.Date, words string) {
	c.found = append(c.found, c.of(unit, f, step, day, words))
}

func (c *course) of(unit string, f Fact, step int64, day calendar.Date, words string) found {
	return found{Key: Key{Unit: unit, Fact: f, Duty: c.d.ID, Step: step, Day: day}, title: c.d.Title, basis: c.d.Source.Basis(), words: words}
}

// pass lets the days before day end, on which nothing was done any more.
func (c *course) pass(day calendar.Date) {
	if !c.d.State.Running() {
		return
	}
	if !day.Before(c.From) {
		for _, p := range c.d.Parties {
			if c.running[p.Unit] != ledger.Lead {
				c.running[p.Unit] = p.Role
			}
		}
	}
	for i := range c.limits {
		l := &c.limits[i]
		if l.missed != 0 || !l.last.Before(day) {
			continue
		}
		if l.missed = -1; !l.last.Before(c.From) {
			c.add(l.unit, Unsigned, 0, l.last, fmt.Sprintf("应于%s前签收，未签收", l.last.Chinese()))
			l.missed = len(c.found)
		}
	}
	for c.owes && c.owing.Last.Before(day) {
		if o := c.owing; c.since.Before(o.Period.Due) {
			for _, u := range c.d.Leads() {
				f := c.of(u, Unreported, 0, o.Last, fmt.Sprintf("%s进展应于%s前填报，未填报", o.Label, o.Last.Chinese()))
				f.about = o.Period.From
				c.found = append(c.found, f)
			}
		}
		c.owing, c.owes = c.led.OwingAfter(c.d, c.owing)
	}
}

// charge notes what a step of the period itself says, of those who lead before it.
func (c *course) charge(s ledger.Step, day calendar.Date) {
	d, data := c.d, s.Data
	switch s.What {
	case ledger.DidReport, ledger.DidClaim:
		c.arrived(s, day)
		if len(data.Files) == 0 {
			c.blame(NoEvidence, s.N, day, s.What.Chinese()+"未附证明材料")
		}
		if s.What == ledger.DidClaim {
			c.claimed(s, day)
		}
	case ledger.DidSign:
		for _, l := range c.limits {
			if l.unit == data.Unit && l.missed > 0 {
				f := &c.found[l.missed-1]
				f.words = fmt.Sprintf("应于%s前签收，%s签收", f.Day.Chinese(), day.Chinese())
			}
		}
	case ledger.DidSendBack:
		c.claim = nil
		c.blame(SentBack, s.N, day, "申请销号被退回："+brief(data.Reason))
	case ledger.DidClose:
		if c.claim != nil {
			c.claim.done = true
		}
	case ledger.DidReopen:
		if c.claim != nil && len(c.claim.late) == 0 {
			c.claim = nil // what was thought to be done in time was not done
		}
	case ledger.DidCancel:
		if c.claim != nil && !c.claim.done {
			c.claim = nil
		}
	case ledger.DidExtend:
		c.blame(Extended, s.N, day, fmt.Sprintf("时限由%s延至%s", d.Due.Chinese(), data.Due.Chinese()))
	case ledger.DidLetter:
		c.lettered(s, day)
	}
}

func (c *course) claimed(s ledger.Step, day calendar.Date) {
	c.settle() // one that was agreed to before the duty was reopened
	c.claim = &claim{leads: c.d.Leads()}
	if due := c.d.Due; !due.IsZero() && due.Before(day) {
		for _, u := range c.claim.leads {
			c.claim.late = append(c.claim.late, c.of(u, Late, s.N, day, fmt.Sprintf("时限%s，%s申请销号", due.Chinese(), day.Chinese())))
		}
	}
}

// settle counts the claim that stands.
func (c *course) settle() {
	if c.claim == nil {
		return
	}
	if c.found = append(c.found, c.claim.late...); len(c.claim.late) == 0 {
		for _, u := range c.claim.leads {
			c.tell(u).Done++
		}
	}
	c.claim = nil
}

// arrived makes of a report that was missing one that is late: whoever missed the day is charged, not who sends it.
func (c *course) arrived(s ledger.Step, day calendar.Date) {
	r := s.Data.Report
	if r == nil || r.Period.IsZero() {
		return
	}
	for i := c.first; i < len(c.found); i++ {
		f := &c.found[i]
		if f.Fact == Unreported && f.about == r.Period {
			f.words = fmt.Sprintf("%s进展应于%s前填报，%s填报", r.Label, f.Day.Chinese(), day.Chinese())
			f.Fact, f.Step, f.Day = ReportedLate, s.N, day
		}
	}
}

func (c *course) lettered(s ledger.Step, day calendar.Date) {
	ref := s.Data.Letter
	if ref == nil {
		return
	}
	to := ref.To
	if len(to) == 0 {
		to = c.d.Leads()
	}
	for _, u := range to {
		f := c.of(u, Lettered, s.N, day, letter.Kind(ref.Kind).Chinese()+" "+s.Data.Reason)
		f.kind = letter.Kind(ref.Kind)
		c.found = append(c.found, f)
	}
}

// wind sets the clocks after a step.
func (c *course) wind(s ledger.Step, day calendar.Date, ran bool) {
	d := c.d
	if !d.State.Running() {
		return
	}
	anew := s.What == ledger.DidIssue || s.What == ledger.DidTransfer
	switch {
	case anew, !ran:
		if d.State == ledger.Issued {
			c.since = c.signLimit(day)
		}
		for i := range c.limits { // that ended while nobody could sign
			if l := &c.limits[i]; l.missed == 0 && l.last.Before(day) {
				l.last = c.signLimit(day)
			}
		}
		c.expect(day, anew)
	case s.What == ledger.DidSign, s.What == ledger.DidDecide:
		c.expect(day, false)
	case s.What == ledger.DidLetter, s.What == ledger.DidExtend:
		return
	}
	if s.What != ledger.DidSign {
		from := day
		if from.Before(c.From) {
			from = c.From
		}
		c.owing, c.owes = c.led.Owing(d, from)
	}
}

// expect lists the units that have not signed. Their time runs from day, or goes on where anew is false.
func (c *course) expect(day calendar.Date, anew bool) {
	old := slices.Clone(c.limits)
	c.limits = c.limits[:0]
	for _, p := range c.d.Parties {
		if !p.SignedAt.IsZero() {
			continue
		}
		l := limit{unit: p.Unit, last: c.signLimit(day)}
		if i := slices.IndexFunc(old, func(o limit) bool { return o.unit == p.Unit }); i >= 0 && !anew {
			l = old[i]
		}
		c.limits = append(c.limits, l)
	}
}

func (c *course) signLimit(day calendar.Date) calendar.Date {
	return c.led.Rules.Sign.Span.After(day, c.led.Rules.Workdays)
}

// brief is the beginning of what a person wrote, for one cell of a table.
func brief(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
