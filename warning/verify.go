package warning

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

// How good warnings were. Everything here is a function of what was published and what was measured.
//
// A signal is one level of one event: from the first version of it on, as long as the event stands at that level or a higher one. It is a
// hit when its criterion, or that of a higher level, is reached in its area while it stands, and not before it was there; late when that was
// before; false when it never is. An occurrence is a stretch of time in which the criterion is reached again and again; it is a miss when no
// signal of its highest level, or a higher one, met it at a single place: an orange rain under a yellow signal is a miss.

// Reached is a criterion that readings reached.
type Reached struct {
	Level   Level  // whose criterion it is
	Subject string // series/key
	Name    string // what people call the place
	Town    string
	Village string
	Point   *Point
	At, To  time.Time // first reading over it, and last; a zero To is At
}

func (r Reached) end() time.Time {
	if r.To.Before(r.At) {
		return r.At
	}
	return r.To
}

// Signalled is one level of one event, as it was published.
type Signalled struct {
	Event  EventID
	Level  Level
	Issued time.Time
	Ended  time.Time // zero: it stands
	Parts  []Part    // by time
}

// Part is where a signal stood for some time.
type Part struct {
	From, To time.Time // To exclusive; zero: open
	Area     Area
}

// Verdict is what became of a signal, or an occurrence of which there was none.
type Verdict struct {
	Outcome Outcome
	Event   EventID // 0: of a miss
	Level   Level
	Issued  time.Time
	First   time.Time     // the first reading over the criterion; zero: none
	Lead    time.Duration // First minus Issued of that place; below zero: late
	Until   time.Time     // of a miss: the last reading over the criterion
	Places  []string      // where it was reached
	Towns   []string      // of a miss: in which towns
	Under   []EventID     // of a miss: events that stood there at a lower level
}

// Outcome sorts verdicts.
type Outcome string

// The outcomes.
const (
	Hit     Outcome = "命中"
	Late    Outcome = "迟报"
	False   Outcome = "空报"
	Miss    Outcome = "漏报"
	Waiting Outcome = "未到期" // stands and was not reached yet: not counted
)

// defaultGap parts two occurrences.
const defaultGap = 6 * time.Hour

// Parted is how long after it nothing may have been reached until something that was is over.
func (q Quality) Parted() time.Duration { return cmp.Or(q.Gap, defaultGap) }

// Month is the month in which a verdict counts: of the issue, or of a miss's first reading.
func (v Verdict) Month() string {
	at := v.Issued
	if v.Event == 0 {
		at = v.First
	}
	return at.In(calendar.Zone).Format("2006-01")
}

// Verify judges the signals of one hazard by what was reached, signals first, in the order of time.
func Verify(signals []Signalled, reached []Reached, q Quality, now time.Time) []Verdict {
	reached = slices.DeleteFunc(slices.Clone(reached), func(r Reached) bool { return Rank(r.Level) < Rank(q.Least) })
	slices.SortStableFunc(reached, func(a, b Reached) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Subject, b.Subject)) })
	signals = slices.DeleteFunc(slices.Clone(signals), func(s Signalled) bool { return Rank(s.Level) < max(Rank(q.Least), 1) })
	slices.SortStableFunc(signals, func(a, b Signalled) int {
		return cmp.Or(a.Issued.Compare(b.Issued), cmp.Compare(a.Event, b.Event), cmp.Compare(Rank(a.Level), Rank(b.Level)))
	})
	var out []Verdict
	for _, s := range signals {
		out = append(out, s.judge(reached, now))
	}
	for _, o := range occurrences(reached, q.Gap) {
		if v, missed := o.missed(signals, now); missed {
			out = append(out, v)
		}
	}
	return out
}

// judge is what became of a signal.
func (s Signalled) judge(reached []Reached, now time.Time) Verdict {
	out := Verdict{Outcome: False, Event: s.Event, Level: s.Level, Issued: s.Issued}
	for _, r := range reached {
		from, met := s.meets(r, now)
		if !met {
			continue
		}
		if out.First.IsZero() {
			out.First, out.Lead, out.Outcome = r.At, r.At.Sub(from), Hit
			if out.Lead < 0 {
				out.Outcome = Late
			}
		}
		if !slices.Contains(out.Places, r.Name) {
			out.Places = append(out.Places, r.Name)
		}
	}
	if out.Outcome == False && (s.Ended.IsZero() || now.Before(s.Ended)) {
		out.Outcome = Waiting
	}
	return out
}

// meets reports whether a signal stood at a place while its criterion was reached there, and since when without a break.
func (s Signalled) meets(r Reached, now time.Time) (since time.Time, ok bool) {
	if Rank(r.Level) < Rank(s.Level) {
		return since, false
	}
	for _, p := range s.Parts {
		if !p.Area.Covers(r.Town, r.Village, r.Point) {
			since = time.Time{}
			continue
		}
		if since.IsZero() {
			since = p.From
		}
		to := p.To
		if to.IsZero() {
			to = now
		}
		if !r.At.After(to) && !r.end().Before(p.From) {
			return since, true
		}
	}
	return since, false
}

// occurrence is a stretch of time in which criteria are reached, one no further from the one before than the gap.
type occurrence []Reached

func occurrences(reached []Reached, gap time.Duration) []occurrence {
	if gap == 0 {
		gap = defaultGap
	}
	var out []occurrence
	var end time.Time
	for _, r := range reached {
		if len(out) == 0 || r.At.After(end.Add(gap)) {
			out, end = append(out, nil), time.Time{}
		}
		out[len(out)-1] = append(out[len(out)-1], r)
		if r.end().After(end) {
			end = r.end()
		}
	}
	return out
}

// missed is the verdict on an occurrence that no signal met at its highest level.
func (o occurrence) missed(signals []Signalled, now time.Time) (Verdict, bool) {
	out := Verdict{Outcome: Miss}
	for _, r := range o {
		if Rank(r.Level) > Rank(out.Level) {
			out.Level = r.Level
		}
	}
	for _, r := range o {
		if r.end().After(out.Until) {
			out.Until = r.end()
		}
		if r.Level != out.Level {
			continue
		}
		if out.First.IsZero() {
			out.First = r.At
		}
		if !slices.Contains(out.Places, r.Name) {
			out.Places = append(out.Places, r.Name)
		}
		if r.Town != "" && !slices.Contains(out.Towns, r.Town) {
			out.Towns = append(out.Towns, r.Town)
		}
		for _, s := range signals {
			if _, met := s.meets(r, now); !met {
				continue
			}
			if Rank(s.Level) >= Rank(out.Level) {
				return out, false
			}
			if !slices.Contains(out.Under, s.Event) {
				out.Under = append(out.Under, s.Event)
			}
		}
	}
	return out, true
}

// In is what of the signals and the readings is about one town. A signal is when its area names the town, or is drawn around one of the places
// there that reached a criterion.
func In(town string, signals []Signalled, reached []Reached) ([]Signalled, []Reached) {
	reached = slices.DeleteFunc(slices.Clone(reached), func(r Reached) bool { return r.Town != town })
	signals = slices.DeleteFunc(slices.Clone(signals), func(s Signalled) bool {
		return !slices.ContainsFunc(s.Parts, func(p Part) bool {
			return p.Area.touches(town) || slices.ContainsFunc(reached, func(r Reached) bool { return p.Area.Covers("", "", r.Point) })
		})
	})
	return signals, reached
}

// Tally counts verdicts.
type Tally struct {
	Hits, Late, False, Misses int
	Waiting                   int
	Leads                     []time.Duration // of hits, in rising order
	InTime                    int             // hits with at least the lead that is wanted
}

// Count tallies verdicts.
func Count(list []Verdict, q Quality) Tally {
	var t Tally
	for _, v := range list {
		switch v.Outcome {
		case Hit:
			t.Hits++
			t.Leads = append(t.Leads, v.Lead)
			if v.Lead >= q.Lead {
				t.InTime++
			}
		case Late:
			t.Late++
		case False:
			t.False++
		case Miss:
			t.Misses++
		case Waiting:
			t.Waiting++
		}
	}
	slices.Sort(t.Leads)
	return t
}

// Plus is both together: of several hazards, each counted by what is wanted of it.
func (t Tally) Plus(u Tally) Tally {
	t.Hits, t.Late, t.False, t.Misses, t.Waiting, t.InTime = t.Hits+u.Hits, t.Late+u.Late, t.False+u.False, t.Misses+u.Misses, t.Waiting+u.Waiting, t.InTime+u.InTime
	t.Leads = slices.Sorted(slices.Values(slices.Concat(t.Leads, u.Leads)))
	return t
}

// POD is the share of what came that was warned of in time (命中率): a late signal is no warning.
func (t Tally) POD() Ratio { return Ratio{t.Hits, t.Hits + t.Late + t.Misses} }

// FAR is the share of signals after which nothing came (空报率).
func (t Tally) FAR() Ratio { return Ratio{t.False, t.Hits + t.Late + t.False} }

// CSI is the share of hits among all that was warned of or came (TS 评分).
func (t Tally) CSI() Ratio { return Ratio{t.Hits, t.Hits + t.Late + t.Misses + t.False} }

// Accuracy is the share of signals that came true in time (准确率).
func (t Tally) Accuracy() Ratio { return Ratio{t.Hits, t.Hits + t.Late + t.False} }

// MeanLead is the mean of the leads of hits, in whole minutes, rounded down; false where there is none.
func (t Tally) MeanLead() (time.Duration, bool) {
	if len(t.Leads) == 0 {
		return 0, false
	}
	var sum time.Duration
	for _, l := range t.Leads {
		sum += l
	}
	return (sum / time.Duration(len(t.Leads))).Truncate(time.Minute), true
}

// Meets reports whether the tally reaches what is wanted; false, false where there is nothing to judge.
func (t Tally) Meets(q Quality) (accurate, early bool) {
	lead, any := t.MeanLead()
	r := t.Accuracy()
	return r.Of > 0 && r.Part*100 >= q.Accuracy*r.Of, any && lead >= q.Lead
}

// Ratio is a share, kept exact. Of 0 of 0 nothing can be said.
type Ratio struct{ Part, Of int }

// Percent is the share in percent with one decimal, rounded as GB/T 8170 has it; — where there is none.
func (r Ratio) Percent() string {
	if r.Of == 0 {
		return "—"
	}
	d, err := quantity.Round(big.NewRat(int64(r.Part)*100, int64(r.Of)), 1)
	if err != nil {
		return "—"
	}
	return d.String() + "%"
}

// ByMonth sorts verdicts into months, the earliest first.
func ByMonth(list []Verdict) (months []string, of map[string][]Verdict) {
	of = map[string][]Verdict{}
	for _, v := range list {
		m := v.Month()
		if of[m] == nil {
			months = append(months, m)
		}
		of[m] = append(of[m], v)
	}
	slices.Sort(months)
	return months, of
}
