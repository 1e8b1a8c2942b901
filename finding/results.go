package finding

import (
	"context"
	"slices"

	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/rule"
)

// Results of periods are kept when the period is over, judged by the rules of their indicator, and computed again when facts of the
// period come late. An indicator without periods is computed each day, and kept where it says something new.

const perIndicator = 300 // entries that one call of Tick computes

func (w *world) indicatorsDaily(ctx context.Context) (more bool, err error) {
	for i := range w.j.Indicators {
		if more, err = w.indicatorDaily(ctx, &w.j.Indicators[i]); err != nil || more {
			return more, err
		}
	}
	list, err := w.j.takeStale(ctx, w.tx, perIndicator)
	if err != nil {
		return false, err
	}
	for _, s := range list {
		if err := w.again(ctx, s); err != nil {
			return false, err
		}
	}
	return len(list) == perIndicator, nil
}

// again computes a period again whose facts came late.
func (w *world) again(ctx context.Context, s stale) error {
	if err := w.j.dropStale(ctx, w.tx, s); err != nil {
		return err
	}
	ind := w.j.indicators[s.indicator]
	if ind == nil || ind.Period == "" {
		return nil
	}
	p, err := w.period(ind, s.from)
	if err != nil || !p.To.Before(w.today()) {
		return err
	}
	w.results = map[resultOn]Result{} // what was asked for before may be stale too
	res, err := w.compute(ctx, ind, s.key, p)
	if err != nil {
		return err
	}
	res.Why = "补到数据后重新计算"
	return w.take(ctx, ind, &res)
}

// indicatorDaily computes what has come to its end since the last time.
func (w *world) indicatorDaily(ctx context.Context, ind *Indicator) (more bool, err error) {
	name := "indicator/" + ind.ID
	day, cursor, err := w.j.clock(ctx, w.tx, name)
	today := w.today()
	if err != nil || !day.Before(today) {
		return false, err
	}
	p, first, due, err := w.ended(ind, day)
	if err != nil {
		return false, err
	}
	if !due {
		return false, w.j.setClock(ctx, w.tx, name, today, "")
	}
	last, n := "", 0
	err = w.eachKey(ctx, ind, p, cursor, perIndicator, func(key string) error {
		last, n = key, n+1
		res, err := w.compute(ctx, ind, key, p)
		if err != nil {
			return err
		}
		if first && res.Lacks != "" && res.Number == nil && res.Class == "" { // before anybody kept facts nothing is missing
			return nil
		}
		return w.take(ctx, ind, &res)
	})
	if err != nil {
		return false, err
	}
	if n == perIndicator {
		return true, w.j.setClock(ctx, w.tx, name, day, last)
	}
	through := today
	if ind.Period != "" { // the next period that is over, if there is one
		through = p.To.AddDays(1)
	}
	return through.Before(today), w.j.setClock(ctx, w.tx, name, through, "")
}

// ended is the next period to be computed: the first one that was over on a day after the last one counted. Of an indicator that was
// never computed it is the last one that is over.
func (w *world) ended(ind *Indicator, since calendar.Date) (p calendar.Period, first, due bool, err error) {
	today := w.today()
	if ind.Period == "" {
		p, err = w.period(ind, today)
		return p, false, true, err
	}
	first = since.IsZero()
	if first {
		now, err := w.period(ind, today)
		if err != nil {
			return p, first, false, err
		}
		p, err = w.period(ind, now.From.AddDays(-1))
		return p, first, err == nil && !p.To.Before(ind.From), err
	}
	// On the day since, all periods that ended before it were counted.
	p, err = w.period(ind, since)
	return p, first, err == nil && p.To.Before(today), err
}

// take keeps a result and lets the rules of its indicator look.
func (w *world) take(ctx context.Context, ind *Indicator, res *Result) error {
	changed, err := w.j.keep(ctx, w.tx, res)
	if err != nil {
		return err
	}
	if ind.Period == "" {
		for _, r := range w.j.byIndicator[ind.ID] {
			if err := w.dayOfIndicator(ctx, r, ind, res); err != nil {
				return err
			}
		}
		return nil
	}
	if !changed {
		return nil
	}
	for _, r := range w.j.byIndicator[ind.ID] {
		if err := w.periodOfIndicator(ctx, r, ind, res); err != nil {
			return err
		}
	}
	if res.N > 1 {
		return w.staleDependents(ctx, ind, res)
	}
	return nil
}

// subjectOf is what a rule about an indicator is about.
func subjectOf(ind *Indicator, key string) string {
	if ind.Each == "" {
		return ""
	}
	return string(ind.Each) + "/" + key
}

// looksAt is a rule's look at a result. Without a condition it holds where the target is not met.
func (w *world) looksAt(ctx context.Context, r *Rule, ind *Indicator, res *Result, open bool) (sight, error) {
	facts := &resultFacts{about{w, res.Period.To, ind.Each, res.Key, nil}, ind, res}
	from := ind.Title
	if res.Period.From != res.Period.To {
		from += " " + res.Period.Label(ind.Period)
	} else {
		from += " " + res.Period.To.Chinese()
	}
	s := sight{look: look{at: res.after()}, facts: facts, a: &facts.about, from: from}
	if ind.Period == "" {
		s.at = res.Period.To.Time()
	}
	if r.When != nil {
		return s, r.lookAt(ctx, &s, open)
	}
	switch res.Met {
	case NotMet:
		s.holds = true
	case IsMet, NoTarget:
		s.clears = true
	default:
		s.lacks = res.Lacks
	}
	if s.clears && open && r.Clears != nil {
		clears, err := r.Clears.Holds(ctx, facts)
		if lacks, undecided := rule.Undecided(err); undecided {
			s.clears, s.lacks = false, lacks
			return s, nil
		}
		s.clears = clears
		return s, err
	}
	return s, nil
}

func (w *world) dayOfIndicator(ctx context.Context, r *Rule, ind *Indicator, res *Result) error {
	f, err := w.followingResult(ctx, r, ind, res)
	if err != nil {
		return err
	}
	s, err := w.looksAt(ctx, r, ind, res, f.open)
	if err != nil {
		return err
	}
	return f.day(ctx, s)
}

func (w *world) followingResult(ctx context.Context, r *Rule, ind *Indicator, res *Result) (*following, error) {
	subject := subjectOf(ind, res.Key)
	tracks, err := w.j.tracksOf(ctx, w.tx, []string{r.ID}, []string{subject})
	return w.following(r, subject, subject, tracks[trackKey{r.ID, subject}]), err
}

// periodOfIndicator takes the look at a period: the next one, or, where the period was looked at before, all from there on again.
func (w *world) periodOfIndicator(ctx context.Context, r *Rule, ind *Indicator, res *Result) error {
	f, err := w.followingResult(ctx, r, ind, res)
	if err != nil {
		return err
	}
	later, err := w.j.keptFrom(ctx, w.tx, ind.ID, res.Key, res.Period.From.AddDays(1))
	if err != nil {
		return err
	}
	if res.N == 1 && len(later) == 0 {
		s, err := w.looksAt(ctx, r, ind, res, f.open)
		if err != nil {
			return err
		}
		if err := f.next(ctx, s); err != nil {
			return err
		}
		return f.done(ctx)
	}
	return f.rejudgeResults(ctx, ind, res)
}

// rejudgeResults looks at all periods again. They are few.
func (f *following) rejudgeResults(ctx context.Context, ind *Indicator, res *Result) error {
	all, err := f.j.keptFrom(ctx, f.tx, ind.ID, res.Key, calendar.Date{Year: 1, Month: 1, Day: 1})
	if err != nil {
		return err
	}
	was := f.track
	f.track = track{}
	g := newRejudging(f, res.after(), res.after(), 1, forever)
	if g.old, err = f.j.episodesFrom(ctx, f.tx, f.key, forever.AddDate(-9000, 0, 0)); err != nil {
		return err
	}
	if n := len(g.old); n > 0 && g.old[n-1].overAt.IsZero() {
		if err := f.j.saveEpisode(ctx, f.tx, f.key, &g.old[n-1]); err != nil {
			return err
		}
	}
	for i := range all {
		s, err := f.looksAt(ctx, f.r, ind, &all[i], f.open)
		if err != nil {
			return err
		}
		if err := g.take(s); err != nil {
			return err
		}
	}
	return g.finish(ctx, forever.AddDate(-9000, 0, 0), was)
}

// Which periods become stale.

// staleReadings marks the periods that are over and that readings fall into.
func (w *world) staleReadings(ctx context.Context, d *observation.Definition, list []observation.Reading) error {
	today := w.today()
	for i := range w.j.Indicators {
		ind := &w.j.Indicators[i]
		if ind.Period == "" || !ind.measures(d.Name) {
			continue
		}
		key := list[0].Key
		if ind.Each == "" {
			key = ""
		}
		marked := calendar.Date{}
		for _, r := range list { // by time
			day := calendar.DateOf(r.At)
			if !day.Before(today) {
				break
			}
			if !marked.IsZero() && !marked.Before(day) {
				continue
			}
			p, err := w.period(ind, day)
			if err != nil {
				return err
			}
			if marked = p.To; !p.To.Before(today) {
				break
			}
			if err := w.j.markStale(ctx, w.tx, stale{ind.ID, key, p.From}); err != nil {
				return err
			}
		}
	}
	return nil
}

// measures reports whether an indicator is computed from a series.
func (ind *Indicator) measures(name observation.SeriesName) bool {
	c := &ind.Compute
	return c.Readings != nil && c.Readings.Series == name || c.Class != nil && slices.Contains(c.Class.Series, name)
}

// staleEntries marks the periods that are over and that an entry's date falls into, as it was and as it is.
func (w *world) staleEntries(ctx context.Context, c register.Change) error {
	for i := range w.j.Indicators {
		ind := &w.j.Indicators[i]
		if ind.Period == "" {
			continue
		}
		for _, s := range ind.selects() {
			if s.Register != c.Schema.Name || s.On == "" {
				continue
			}
			for _, e := range []*register.Entry{c.Before, c.After} {
				if e == nil || e.Date(s.On).IsZero() {
					continue
				}
				p, err := w.period(ind, e.Date(s.On))
				if err != nil {
					return err
				}
				key := ""
				switch {
				case ind.Each == "":
				case s.Each != "":
					key = e.Values[s.Each]
				default:
					key = e.Key
				}
				if !p.To.Before(w.today()) || ind.Each != "" && key == "" {
					continue
				}
				if err := w.j.markStale(ctx, w.tx, stale{ind.ID, key, p.From}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (ind *Indicator) selects() []*Select {
	c := &ind.Compute
	switch {
	case c.Count != nil:
		return []*Select{c.Count}
	case c.Sum != nil:
		return []*Select{c.Sum}
	case c.Share != nil:
		return []*Select{&c.Share.Part, &c.Share.Of}
	}
	return nil
}

// staleDependents marks the same period of indicators that are made of one whose result changed, and the next year's of those that
// compare with it.
func (w *world) staleDependents(ctx context.Context, of *Indicator, res *Result) error {
	for i := range w.j.Indicators {
		ind := &w.j.Indicators[i]
		if ind.Period == "" {
			continue
		}
		days := []calendar.Date{res.Period.To}
		switch {
		case ind.Compute.Change == of.ID:
			days = append(days, calendar.Span{N: 1, Unit: calendar.Years}.After(res.Period.To, nil))
		case ind.asks(of.ID), ind.Compute.Times != nil && ind.Compute.Times.Of == of.ID:
		default:
			continue
		}
		for _, day := range days {
			p, err := w.period(ind, day)
			if err != nil {
				return err
			}
			if !p.To.Before(w.today()) {
				continue
			}
			if err := w.j.markStale(ctx, w.tx, stale{ind.ID, res.Key, p.From}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (ind *Indicator) asks(id string) bool {
	if ind.Compute.Formula == nil {
		return false
	}
	for _, c := range ind.Compute.Formula.Calls() {
		if c.Name == "指标" && c.Text(0) == id {
			return true
		}
	}
	return false
}
