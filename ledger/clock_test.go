package ledger

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/personnel"
)

// cases is how many random cases the clocks are tried with; `make clocks` tries a million.
func cases(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_CASES")); err == nil {
		return n
	}
	return 60_000
}

func clockRules(t *testing.T) *Rules {
	hours, err := calendar.ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	limit := func(n int) Limit {
		return Limit{Span: calendar.Span{N: n, Unit: calendar.WorkingDays}, Rule: Rule{ID: "第1条", Text: "…"}}
	}
	r := &Rules{Workdays: calendar.National(), Hours: hours, Sign: limit(3), Check: limit(5), Decide: limit(3), PutRight: limit(5),
		Near: Limit{Span: calendar.Span{N: 10, Unit: calendar.Days}}, Behind: Behind{Points: 30},
		Reporting: Reporting{Default: calendar.Recurrence{Every: calendar.Month, By: 25}, Least: calendar.Month},
		Seasons:   calendar.Seasons{{Name: "采暖季", From: calendar.MonthDay{Month: 11, Day: 15}, To: calendar.MonthDay{Month: 3, Day: 15}}}}
	var rungs []Rung
	add := func(on Light, after int, urgent bool, causes ...CauseKind) {
		g := Rung{N: len(rungs) + 1, On: on, After: after, Causes: causes, Letter: letter.Kind(""), Sign: personnel.Office}
		if urgent {
			g.Grade = notice.Urgent
		}
		rungs = append(rungs, g)
	}
	for _, l := range []Light{Near, Lagging, Overdue} {
		for _, after := range []int{0, 3, 8, 15} {
			add(l, after, after == 15 && l == Overdue)
		}
	}
	add(NoLight, 0, false, CauseSign, CauseCheck, CauseAsk, CauseResume)
	r.Ladders = []Ladder{{Rungs: rungs}}
	return r
}

// life is a random duty that things happen to, with a clock that looks at random moments and forgets all but the record.
type life struct {
	r     *rand.Rand
	rules *Rules
	d     *Duty
	now   time.Time
	fired map[string]time.Time
}

func newLife(r *rand.Rand, rules *Rules) *life {
	start := calendar.Date{Year: 2022, Month: 12, Day: 1}.AddDays(r.IntN(365 * 4))
	l := &life{r: r, rules: rules, now: start.Time().Add(time.Duration(r.IntN(24*60)) * time.Minute), fired: map[string]time.Time{}}
	l.d = &Duty{ID: 1}
	f := Fields{Title: "…", Lead: []string{"甲局"}}
	switch r.IntN(4) {
	case 0:
		f.Standing = true
	default:
		f.Due = start.AddDays(r.IntN(300))
	}
	f.Recur = []calendar.Recurrence{{}, {Every: calendar.Month}, {Every: calendar.Quarter}, {Every: calendar.Day}, {Every: calendar.Seasonal, Season: "采暖季"},
		{Every: calendar.Year}, {Every: calendar.Week}}[r.IntN(7)]
	parties := []Party{{Unit: "甲局", Role: Lead}}
	if r.IntN(2) == 0 {
		parties = append(parties, Party{Unit: "乙局", Role: Support})
	}
	l.do(DidDraft, Data{Fields: &f})
	l.do(DidConfirm, Data{})
	l.do(DidIssue, Data{Party: parties, Day: l.today()})
	return l
}

func (l *life) today() calendar.Date { return calendar.DateOf(l.now) }

func (l *life) do(what Deed, data Data) {
	if err := l.d.apply(Step{N: l.d.Revision + 1, What: what, At: l.now, By: "x", Unit: "甲局", Data: data}); err != nil {
		panic(err)
	}
}

// happen does something that a person could do.
func (l *life) happen() {
	day := l.today()
	switch d := l.d; {
	case d.State == Issued:
		l.do(DidSign, Data{Unit: "甲局", Day: day})
	case d.State == Working:
		switch l.r.IntN(7) {
		case 0:
			l.do(DidClaim, Data{Day: day})
		case 1:
			if d.Asked == nil && !d.Due.IsZero() {
				l.do(DidAsk, Data{Due: d.Due.AddDays(20), Day: day})
			}
		case 2:
			if d.Asked != nil {
				l.do(DidExtend, Data{Due: d.Asked.Due, Day: day})
			}
		case 3:
			l.do(DidSuspend, Data{Day: day, Due: day.AddDays(l.r.IntN(30) + 1)})
		case 4:
			l.do(DidLetter, Data{Letter: &Letter{ID: int64(d.Revision), AnswerBy: day.AddDays(5)}})
		default:
			rep := Report{Progress: min(100, d.Progress+l.r.IntN(30))}
			(&Ledger{Rules: *l.rules}).place(d, &rep, day)
			l.do(DidReport, Data{Report: &rep, Day: day})
		}
	case d.State == Claimed:
		if l.r.IntN(2) == 0 {
			l.do(DidSendBack, Data{Day: day})
		} else {
			l.do(DidCheck, Data{Day: day})
		}
	case d.State == Checked:
		l.do(DidClose, Data{Day: day})
	case d.State == Suspended:
		l.do(DidResume, Data{Day: day, Due: d.Due})
	case d.State == Closed:
		l.do(DidReopen, Data{Day: day, Due: day.AddDays(30)})
	}
}

// tick fires what has come due, as Tick does, and holds each firing to the rules.
func (l *life) tick(t *testing.T) (fired int) {
	for {
		pending := l.rules.Pending(l.d)
		if len(pending) == 0 || l.now.Before(pending[0].At) {
			return fired
		}
		f := pending[0]
		day := calendar.DateOf(f.At)
		switch {
		case day.Before(f.Cause.On):
			t.Fatalf("%s fires at %v, before its cause begins on %s", f.key(), f.At, f.Cause.On)
		case f.Rung.Grade != notice.Urgent && !l.rules.Hours.Open(l.rules.Workdays, f.At):
			t.Fatalf("%s fires at %v, out of hours", f.key(), f.At)
		case f.Rung.After > 0 && l.worked(f.Cause.On, day) != f.Rung.After:
			t.Fatalf("%s fires on %s, not %d working days after %s but %d (%+v)", f.key(), day, f.Rung.After, f.Cause.On, l.worked(f.Cause.On, day), l.d.Pauses)
		}
		if at, twice := l.fired[f.key()]; twice {
			t.Fatalf("%s fires at %v and again at %v", f.key(), at, f.At)
		}
		l.fired[f.key()] = f.At
		l.do(DidRung, Data{Rung: &RungRecord{Key: f.key()}})
		fired++
	}
}

// worked counts, day by day, the working days after on, up to and with day, on which the duty's clocks ran.
func (l *life) worked(on, day calendar.Date) (n int) {
	for x := on.AddDays(1); !day.Before(x); x = x.AddDays(1) {
		if l.rules.Workdays.Works(x) && !slices.ContainsFunc(l.d.Pauses, func(p Pause) bool { return p.holds(x) }) {
			n++
		}
	}
	return n
}

// TestClocksNeverEarlyLateOrTwice lets random things happen to random duties over year ends, leap days, holidays and
// make-up days, while the clock looks at random moments: after each look nothing is left whose time has come, nothing has
// come before its time or out of hours, and nothing has come twice.
func TestClocksNeverEarlyLateOrTwice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	rules := clockRules(t)
	fired, n := 0, cases(t)
	for looks := 0; looks < n; {
		l := newLife(r, rules)
		for range 25 {
			l.now = l.now.Add(time.Duration(r.IntN(12*24*60)) * time.Minute)
			fired += l.tick(t)
			looks++
			for _, f := range rules.Pending(l.d) {
				if !l.now.Before(f.At) {
					t.Fatalf("seed %d: %s was to come at %v and has not come by %v", seed, f.key(), f.At, l.now)
				}
			}
			st := rules.Status(l.d, l.today())
			near, lag, late := rules.dates(l.d)
			if want := listed(l.d, l.today(), near, lag, late); st.Light != want {
				t.Fatalf("seed %d: the light is %q and the list says %q on %s: %+v", seed, st.Light, want, l.today(), l.d)
			}
			if l.r.IntN(3) == 0 {
				l.happen()
			}
		}
	}
	if fired < n/20 {
		t.Errorf("only %d rungs fired in %d looks: the test does not reach the ladder", fired, n)
	}
}

// listed is the light as store_list.go has it in SQL.
func listed(d *Duty, today, near, lag, late calendar.Date) Light {
	if !d.State.Running() {
		return NoLight
	}
	for i, on := range []calendar.Date{late, lag, near} {
		if !on.IsZero() && !today.Before(on) {
			return []Light{Overdue, Lagging, Near}[i]
		}
	}
	return Normal
}

// TestOneReportAPeriod reports at random moments: every period is reported on once at most, in order, none before it begins.
func TestOneReportAPeriod(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	rules := clockRules(t)
	led := &Ledger{Rules: *rules}
	for range max(cases(t)/100, 1) {
		l := newLife(r, rules)
		l.do(DidSign, Data{Unit: "甲局", Day: l.today()})
		var seen []calendar.Date
		for range 12 {
			l.now = l.now.Add(time.Duration(r.IntN(40*24)) * time.Hour)
			rep := Report{}
			led.place(l.d, &rep, l.today())
			if !rep.Period.IsZero() {
				if slices.Contains(seen, rep.Period) || len(seen) > 0 && !seen[len(seen)-1].Before(rep.Period) || l.today().Before(rep.Period) {
					t.Fatalf("seed %d: on %s a report counts for %s after %v (%+v)", seed, l.today(), rep.Period, seen, l.d.Recur)
				}
				seen = append(seen, rep.Period)
			}
			l.do(DidReport, Data{Report: &rep, Day: l.today()})
		}
	}
}
