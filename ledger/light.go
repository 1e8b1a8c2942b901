package ledger

import (
	"cmp"
	"slices"
	"time"

	"zhixing/calendar"
)

// Light says in one word how a duty that runs stands to its time.
type Light string

// The lights, worst last. A duty that does not run has none.
const (
	NoLight Light = ""
	Normal  Light = "normal"
	Near    Light = "near"
	Lagging Light = "lagging"
	Overdue Light = "overdue"
)

// Lights lists every light, best first.
var Lights = []Light{Normal, Near, Lagging, Overdue}

var lightChinese = map[Light]string{Normal: "正常", Near: "临期", Lagging: "滞后", Overdue: "逾期"}

// Chinese is the word that pages show, always beside the colour.
func (l Light) Chinese() string { return lightChinese[l] }

// worse reports whether l outweighs m.
func (l Light) worse(m Light) bool { return slices.Index(Lights, l) > slices.Index(Lights, m) }

// CauseKind is why a clock runs.
type CauseKind string

// The kinds of cause. Those of the office carry no light: they remind the office of what waits for it.
const (
	CauseNear     CauseKind = "near"      // the last day is near
	CauseDue      CauseKind = "due"       // the last day has passed
	CauseSign     CauseKind = "sign"      // not signed for in time
	CauseReport   CauseKind = "report"    // a report is missing
	CauseSentBack CauseKind = "sent_back" // sent back, and not put right in time
	CauseBehind   CauseKind = "behind"    // progress trails the time that has passed
	CauseAnswer   CauseKind = "answer"    // a letter is not answered

	CauseCheck  CauseKind = "check"  // claimed or checked, and the office has not moved
	CauseAsk    CauseKind = "ask"    // an extension was asked for and not decided
	CauseResume CauseKind = "resume" // the day on which a suspended duty should go on
)

// Cause is one reason why the time presses: from day On, by a rule. Its Key tells it from a later one of the same kind,
// so that the rungs of a ladder fire once for each.
type Cause struct {
	Kind  CauseKind
	Light Light // NoLight for those of the office, and for a supporting unit's
	Key   string
	On    calendar.Date // first day
	Unit  string        // whom it concerns, where not all leads
	Words string        // for people
	Rule  Rule
}

// key tells the cause from all others of the duty, for ever.
func (c Cause) key() string { return string(c.Kind) + " " + c.Key }

// Causes are all reasons that the duty's facts hold, present or to come, by the day they begin.
func (r *Rules) Causes(d *Duty) []Cause {
	var out []Cause
	add := func(c Cause) { out = append(out, c) }
	switch d.State {
	case Issued, Working:
		r.signCauses(d, add)
		r.dueCauses(d, add)
		if d.State == Working {
			r.workCauses(d, add)
		}
		for _, l := range d.Letters {
			if !l.AnswerBy.IsZero() && !l.Answered {
				add(Cause{Kind: CauseAnswer, Light: Lagging, Key: itoa(l.ID), On: l.AnswerBy.AddDays(1), Words: "文书到期未反馈", Rule: r.Lights[Lagging]})
			}
		}
		if d.Asked != nil {
			on := r.Decide.Span.After(calendar.DateOf(d.Asked.At), r.Workdays).AddDays(1)
			add(Cause{Kind: CauseAsk, Key: itoa(d.Asked.Step), On: on, Words: "延期申请待批", Rule: r.Decide.Rule})
		}
	case Claimed, Checked:
		on := r.Check.Span.After(d.ClaimedOn, r.Workdays).AddDays(1)
		add(Cause{Kind: CauseCheck, Key: d.ClaimedOn.String(), On: on, Words: "待复核、待销号", Rule: r.Check.Rule})
	case Suspended:
		if !d.ResumeOn.IsZero() {
			add(Cause{Kind: CauseResume, Key: d.ResumeOn.String(), On: d.ResumeOn, Words: "中止期满，应恢复办理", Rule: r.Check.Rule})
		}
	}
	slices.SortStableFunc(out, func(a, b Cause) int {
		return cmp.Or(compareDates(a.On, b.On), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
	return out
}

func compareDates(a, b calendar.Date) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}

func (r *Rules) signCauses(d *Duty, add func(Cause)) {
	last := r.signBy(d)
	for _, p := range d.Parties {
		if !p.SignedAt.IsZero() {
			continue
		}
		light := Lagging
		if p.Role != Lead {
			light = NoLight
		}
		add(Cause{Kind: CauseSign, Light: light, Key: d.IssuedOn.String() + " " + p.Unit, On: last.AddDays(1), Unit: p.Unit,
			Words: p.Unit + "未按时签收", Rule: r.Sign.Rule})
	}
}

// signBy is the last day on which the duty's units sign in time.
func (r *Rules) signBy(d *Duty) calendar.Date {
	if s := r.Sign.Span; s.Unit == calendar.WorkingDays {
		return r.count(d, d.IssuedOn, s.N) // time in suspension is not counted
	}
	return r.Sign.Span.After(d.IssuedOn, r.Workdays)
}

func (r *Rules) dueCauses(d *Duty, add func(Cause)) {
	if d.Due.IsZero() {
		return
	}
	on := r.nearFrom(d.Due)
	if on.Before(d.IssuedOn) {
		on = d.IssuedOn
	}
	add(Cause{Kind: CauseNear, Light: Near, Key: d.Due.String(), On: on, Words: "临近时限", Rule: r.Near.Rule})
	add(Cause{Kind: CauseDue, Light: Overdue, Key: d.Due.String(), On: d.Due.AddDays(1), Words: "超过时限", Rule: r.Lights[Overdue]})
}

// nearFrom is the first day on which a duty that ends on the day due is near its end.
func (r *Rules) nearFrom(due calendar.Date) calendar.Date {
	s := r.Near.Span
	if s.Unit == calendar.WorkingDays {
		return r.Workdays.Add(due, -s.N)
	}
	s.N = -s.N
	return s.After(due, r.Workdays)
}

func (r *Rules) workCauses(d *Duty, add func(Cause)) {
	if p, ok := r.NextPeriod(d); ok {
		on := p.Due
		if r.Reporting.Grace > 0 {
			on = r.Workdays.Add(on, r.Reporting.Grace)
		}
		label := p.Label(r.recurrence(d).Every)
		add(Cause{Kind: CauseReport, Light: Lagging, Key: p.From.String(), On: on.AddDays(1), Words: label + "进展未填报", Rule: r.Reporting.Rule})
	}
	if !d.SentBack.IsZero() {
		on := r.PutRight.Span.After(d.SentBack, r.Workdays).AddDays(1)
		add(Cause{Kind: CauseSentBack, Light: Lagging, Key: d.SentBack.String(), On: on, Words: "退回后未按时改正", Rule: r.PutRight.Rule})
	}
	if on, ok := r.behindFrom(d); ok {
		add(Cause{Kind: CauseBehind, Light: Lagging, Key: d.Due.String(), On: on, Words: "进度落后于时间", Rule: r.Behind.Rule})
	}
}

// behindFrom is the first day on which the duty's progress trails its time, if that comes before its last day.
func (r *Rules) behindFrom(d *Duty) (calendar.Date, bool) {
	reach := d.Progress + r.Behind.Points
	if r.Behind.Points <= 0 || d.Due.IsZero() || reach >= 100 {
		return calendar.Date{}, false
	}
	total := daysBetween(d.IssuedOn, d.Due)
	for _, p := range d.Pauses {
		if d.IssuedOn.Before(p.To) && p.From.Before(d.Due) {
			total -= daysBetween(laterOf(p.From, d.IssuedOn), p.To)
		}
	}
	on := d.IssuedOn.AddDays(total*reach/100 + 1)
	for _, p := range d.Pauses { // days on which the clocks stood still are not days that have passed
		if d.IssuedOn.Before(p.To) && !on.Before(p.From) {
			on = on.AddDays(daysBetween(laterOf(p.From, d.IssuedOn), p.To))
		}
	}
	return on, total > 0 && !d.Due.Before(on)
}

func laterOf(a, b calendar.Date) calendar.Date {
	if a.Before(b) {
		return b
	}
	return a
}

func daysBetween(from, to calendar.Date) int {
	return int(to.Time().Sub(from.Time()) / (24 * time.Hour))
}

// recurrence is how often the duty's units report.
func (r *Rules) recurrence(d *Duty) calendar.Recurrence {
	if d.Recur.Every == "" || d.Recur.Every == calendar.Always {
		return r.Reporting.Default
	}
	if finer(d.Recur.Every, r.Reporting.Least) {
		def := r.Reporting.Default
		if def.Every != r.Reporting.Least {
			def = calendar.Recurrence{Every: r.Reporting.Least}
		}
		return def
	}
	return d.Recur
}

var intervals = []calendar.Every{calendar.Day, calendar.Week, calendar.Month, calendar.Quarter, calendar.HalfYear, calendar.Seasonal, calendar.Year}

func finer(a, b calendar.Every) bool { return slices.Index(intervals, a) < slices.Index(intervals, b) }

// NextPeriod is the earliest period on which the duty's leads have not reported, of those whose report falls due after
// the time for signing; false for a duty that is not worked on.
func (r *Rules) NextPeriod(d *Duty) (calendar.Period, bool) {
	if d.State != Working && d.State != Issued || d.IssuedOn.IsZero() {
		return calendar.Period{}, false
	}
	rec := r.recurrence(d)
	p, ok := r.firstPeriod(rec, d.IssuedOn)
	if !d.Period.IsZero() {
		if q, in := rec.Period(d.Period, r.Seasons, r.Workdays); in {
			p, ok = rec.After(q, r.Seasons, r.Workdays), true
		}
	}
	signed := r.signBy(d) // nobody owes a report before he must have signed, a new lead after a transfer neither
	for i := 0; ok && !signed.Before(p.Due) && i < 400; i++ {
		p = rec.After(p, r.Seasons, r.Workdays)
	}
	return r.unpaused(d, rec, p), ok
}

// unpaused is the period, or the first one after it whose report does not fall due while the duty's clocks stood still.
func (r *Rules) unpaused(d *Duty, rec calendar.Recurrence, p calendar.Period) calendar.Period {
	for i := 0; i < 400 && slices.ContainsFunc(d.Pauses, func(x Pause) bool { return x.holds(p.Due) }); i++ {
		p = rec.After(p, r.Seasons, r.Workdays)
	}
	return p
}

// firstPeriod is the period that holds the day, or the next one where the day is in none.
func (r *Rules) firstPeriod(rec calendar.Recurrence, day calendar.Date) (calendar.Period, bool) {
	for range 400 { // a season comes within a year
		if p, ok := rec.Period(day, r.Seasons, r.Workdays); ok {
			return p, true
		}
		day = day.AddDays(1)
	}
	return calendar.Period{}, false
}

// Status is how a duty stands on a day.
type Status struct {
	Light Light
	Cause *Cause // the one that gives the light; nil where it is Normal or none
	Days  int    // since the cause began, that day included; for Near and Normal the days left to Due

	Colour string // the light's, as pages know it
	Rule   Rule   // by which it burns: the cause's, or the light's own
}

// Status is the duty's light on a day: that of the worst cause that has begun, the earliest of these.
func (r *Rules) Status(d *Duty, today calendar.Date) Status {
	if !d.State.Running() {
		return Status{}
	}
	s := Status{Light: Normal}
	for _, c := range r.Causes(d) {
		if c.On.IsZero() || today.Before(c.On) || c.Light == NoLight || !c.Light.worse(s.Light) {
			continue
		}
		s.Light, s.Cause = c.Light, &c
	}
	switch {
	case s.Light.worse(Near):
		s.Days = daysBetween(s.Cause.On, today) + 1
	case !d.Due.IsZero():
		s.Days = daysBetween(today, d.Due)
	}
	s.Colour, s.Rule = r.Colours[s.Light], r.Lights[s.Light]
	if s.Cause != nil {
		s.Rule = s.Cause.Rule
	}
	return s
}

// dates are the first days of each light, for lists; zero where it does not come.
func (r *Rules) dates(d *Duty) (near, lag, late calendar.Date) {
	for _, c := range r.Causes(d) {
		to := map[Light]*calendar.Date{Near: &near, Lagging: &lag, Overdue: &late}[c.Light]
		if to != nil && (to.IsZero() || c.On.Before(*to)) {
			*to = c.On
		}
	}
	return near, lag, late
}

// PeriodLabel is what people call a period on which the duty reports.
func (r *Rules) PeriodLabel(d *Duty, p calendar.Period) string { return p.Label(r.recurrence(d).Every) }
