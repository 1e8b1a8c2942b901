package finding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// rejudging is a judgement of facts that came late and of what followed them.
type rejudging struct {
	*following
	from, to time.Time // of what came late
	late     int       // how many facts
	settle   time.Time // behind this no look depends on them
	old      []episode // that reach the stretch
	now      []episode
	sights   map[int64]sight   // by which an episode was raised or over, by their microseconds
	seen     map[int64][]sight // of each episode now: the one that raised it and the last that held, by its beginning
	until    time.Time         // where nothing is changed any more; zero: judged to the end
}

func newRejudging(f *following, from, to time.Time, late int, settle time.Time) *rejudging {
	return &rejudging{following: f, from: from, to: to, late: late, settle: settle, sights: map[int64]sight{}, seen: map[int64][]sight{}}
}

// finish makes the findings fit what was seen from start on, and writes where the rule stands now. was is where it stood before.
func (g *rejudging) finish(ctx context.Context, start time.Time, was track) error {
	if !g.until.IsZero() {
		g.track = was
	}
	if err := g.reconcile(ctx, start); err != nil {
		return err
	}
	if g.until.IsZero() && g.open {
		g.finding = g.now[len(g.now)-1].finding
	}
	if g.idle() && was.idle() {
		return nil
	}
	return g.j.saveTrack(ctx, g.tx, g.key, g.entry, &g.track)
}

// errSettled ends a judgement: from here on all is as it was.
var errSettled = errors.New("settled")

// take takes a look again, and stops where the late readings make no difference any more: nothing is on, neither by the new
// looks nor by the old ones.
func (g *rejudging) take(s sight) error {
	what := g.step(s.look, g.r.For, g.r.ClearFor)
	g.now = take(g.now, &g.track, s.look, what)
	switch what {
	case raised:
		g.sights[s.at.UnixMicro()], g.seen[g.since.UnixMicro()] = s, []sight{s}
		return nil
	case overcome:
		g.sights[s.at.UnixMicro()] = s
		return nil
	case again:
		list := append(g.seen[g.since.UnixMicro()], s)
		if len(list) > maxKept+1 {
			list = append(list[:1], list[2:]...)
		}
		g.seen[g.since.UnixMicro()] = list
		return nil
	}
	if !s.at.After(g.settle) || g.open || g.holds > 0 || s.lacks != "" {
		return nil
	}
	for i := range g.old {
		if e := &g.old[i]; !e.since.After(s.at) && e.end().After(s.at) {
			return nil
		}
	}
	g.until = s.at
	return errSettled
}

// reconcile holds the episodes found now against those before, and makes the findings fit.
func (g *rejudging) reconcile(ctx context.Context, start time.Time) error {
	old := slices.DeleteFunc(g.old, func(e episode) bool {
		return e.since.Before(start) || !g.until.IsZero() && e.since.After(g.until)
	})
	was, left := pair(g.now, old)
	var changed []string
	say := func(format string, args ...any) { changed = append(changed, fmt.Sprintf(format, args...)) }
	var touched []ID // what no longer stands goes first, so that what is found now is not taken for it
	for _, k := range left {
		e := &old[k]
		if err := g.j.dropEpisode(ctx, g.tx, g.key, e.since); err != nil {
			return err
		}
		touched = append(touched, e.finding)
		say("%s提出的问题不成立", timeWords(e.raiseAt))
	}
	for i := range g.now {
		e := &g.now[i]
		if was[i] < 0 {
			continue
		}
		o := &old[was[i]]
		e.finding = o.finding
		if *e == *o {
			continue
		}
		if !e.since.Equal(o.since) {
			if err := g.j.dropEpisode(ctx, g.tx, g.key, o.since); err != nil {
				return err
			}
		}
		if err := g.j.saveEpisode(ctx, g.tx, g.key, e); err != nil {
			return err
		}
		touched = append(touched, e.finding)
		if e.times != o.times {
			say("次数由%d改为%d", o.times, e.times)
		}
		switch {
		case !e.raiseAt.Equal(o.raiseAt):
			say("提出的时间由%s改为%s", timeWords(o.raiseAt), timeWords(e.raiseAt))
		case e.overAt.IsZero() && !o.overAt.IsZero():
			say("%s的恢复不成立", timeWords(o.overAt))
		case !e.overAt.Equal(o.overAt):
			say("%s起恢复", timeWords(e.overAt))
		}
	}
	for i, id := range touched {
		if slices.Contains(touched[:i], id) {
			continue
		}
		if err := g.settleFinding(ctx, id); err != nil {
			return err
		}
	}
	if err := g.discover(ctx, was, say); err != nil {
		return err
	}
	if g.late == 0 && len(changed) == 0 { // another series of the place, a moment behind
		return nil
	}
	return g.j.noteRejudged(ctx, g.tx, Rejudged{Rule: g.key.rule, Subject: g.key.subject, From: g.from, To: g.to, Facts: g.late, Changed: changed})
}

// discover writes the episodes that nobody found when they happened. One that is over already lies before what is open now: it is
// a finding of its own, unless an open case carries on.
func (g *rejudging) discover(ctx context.Context, was []int, say func(string, ...any)) error {
	if !slices.Contains(was, -1) {
		return nil
	}
	cur, err := g.j.current(ctx, g.tx, g.key.rule, g.key.subject)
	if err != nil {
		return err
	}
	carried := false
	if cur != nil {
		if carried, err = g.j.carried(ctx, g.tx, cur.ID); err != nil {
			return err
		}
	}
	for i := range g.now {
		e := &g.now[i]
		if was[i] >= 0 {
			continue
		}
		say("%s的问题当时没有提出", timeWords(e.raiseAt))
		if !carried && !e.overAt.IsZero() {
			if cur, err = g.past(ctx, e, cur); err != nil {
				return err
			}
			continue
		}
		if err := g.carryOn(ctx, e, cur, carried); err != nil {
			return err
		}
		if cur, err = g.j.current(ctx, g.tx, g.key.rule, g.key.subject); err != nil {
			return err
		}
	}
	return nil
}

// carryOn writes an episode as what is open now, or as one more of what an open case carries.
func (g *rejudging) carryOn(ctx context.Context, e *episode, cur *Finding, carried bool) error {
	s := g.sights[e.raiseAt.UnixMicro()]
	f, err := s.describe(ctx, g.r, g.key.subject)
	if err != nil {
		return err
	}
	f.Since, f.LastAt = e.since, e.raiseAt
	if carried && cur.State == Open {
		f = *cur
	} else if f, err = g.j.found(ctx, g.tx, f); err != nil {
		return err
	}
	e.finding = f.ID
	if err := g.j.saveEpisode(ctx, g.tx, g.key, e); err != nil {
		return err
	}
	return g.settleFinding(ctx, f.ID)
}

// past writes an episode that is over as a finding of its own, at once as it is in the end. It gives the finding that may be
// seen again.
func (g *rejudging) past(ctx context.Context, e *episode, cur *Finding) (*Finding, error) {
	s, end := g.sights[e.raiseAt.UnixMicro()], g.sights[e.overAt.UnixMicro()]
	f, err := s.describe(ctx, g.r, g.key.subject)
	if err != nil {
		return cur, err
	}
	f.Since, f.LastAt, f.OverAt, f.RaisedAt, f.Times = e.since, e.lastAt, e.overAt, g.tx.Now(), e.times
	var list []Occurrence
	sights := g.seen[e.since.UnixMicro()]
	for i := range sights {
		n := e.times - len(sights) + i + 1
		if i == 0 {
			n = 1
		} else if n <= e.times-maxKept {
			continue
		}
		o, err := g.occurrence(ctx, &sights[i])
		if err != nil {
			return cur, err
		}
		o.N = n
		list = append(list, o)
	}
	open := f
	f.State = Recovered
	if f.Over, f.Evidence, err = end.evidence(ctx, g.r); err != nil {
		return cur, err
	}
	if cur != nil && cur.State == Recovered && cur.Since.Before(f.Since) { // it is the later one
		if err := g.j.updateFinding(ctx, g.tx, cur, false); err != nil {
			return cur, err
		}
		cur = nil
	}
	current := cur == nil && f.Ladder != ""
	if err := g.j.insertFinding(ctx, g.tx, &f, current); err != nil {
		return cur, err
	}
	if err := g.j.writeOccurrences(ctx, g.tx, f.ID, list); err != nil {
		return cur, err
	}
	e.finding = f.ID
	if err := g.j.saveEpisode(ctx, g.tx, g.key, e); err != nil {
		return cur, err
	}
	if open.ID = f.ID; g.j.Opened != nil {
		if err := g.j.Opened(ctx, g.tx, open); err != nil {
			return cur, err
		}
	}
	if g.j.Over != nil {
		if err := g.j.Over(ctx, g.tx, f, f.Over); err != nil {
			return cur, err
		}
	}
	if current {
		cur = &f
	}
	return cur, nil
}

// settleFinding makes a finding what its episodes say.
func (g *rejudging) settleFinding(ctx context.Context, id ID) error {
	f, err := g.j.byNumber(ctx, g.tx, id)
	if err != nil || f == nil {
		return err
	}
	all, err := g.j.episodesOf(ctx, g.tx, id)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		if f.OverAt.IsZero() {
			f.OverAt = g.tx.Now()
		}
		return g.j.over(ctx, g.tx, f, Void, "补到数据后重新评价，问题不成立", nil)
	}
	last := all[len(all)-1]
	f.Since, f.LastAt, f.Times = all[0].since, last.lastAt, 0
	for _, e := range all {
		f.Times += e.times
	}
	if s, ok := g.sights[all[0].raiseAt.UnixMicro()]; ok {
		if f.Facts, err = s.recorded(ctx, g.r.When); err != nil {
			return err
		}
		if f.Says, err = s.says(ctx, g.r); err != nil {
			return err
		}
	}
	if err := g.rewriteOccurrences(ctx, f, all); err != nil {
		return err
	}
	switch {
	case last.overAt.IsZero() && f.State == Open:
		return g.j.updateFinding(ctx, g.tx, f, true)
	case last.overAt.IsZero():
		return g.goesOn(ctx, f)
	}
	if s, ok := g.sights[last.overAt.UnixMicro()]; ok && (f.State != Recovered || !f.OverAt.Equal(last.overAt)) {
		words, seen, err := s.evidence(ctx, g.r)
		if err != nil {
			return err
		}
		was := f.State
		f.OverAt = last.overAt
		if was == Open {
			return g.j.over(ctx, g.tx, f, Recovered, words, seen)
		}
		f.State, f.Over, f.Evidence = Recovered, words, seen
	}
	f.State, f.OverAt = Recovered, last.overAt
	return g.j.updateFinding(ctx, g.tx, f, f.Ladder != "" && g.newest(ctx, f))
}

// goesOn opens a finding again whose end does not stand.
func (g *rejudging) goesOn(ctx context.Context, f *Finding) error {
	cur, err := g.j.current(ctx, g.tx, f.Rule, f.Subject)
	if err != nil {
		return err
	}
	if cur != nil && cur.ID != f.ID {
		if err := g.j.updateFinding(ctx, g.tx, cur, false); err != nil {
			return err
		}
	}
	f.State, f.OverAt, f.Over, f.Evidence = Open, time.Time{}, "", nil
	if f.Inhibited, err = g.j.standsBefore(ctx, g.tx, f); err != nil {
		return err
	}
	if err := g.j.updateFinding(ctx, g.tx, f, true); err != nil {
		return err
	}
	return g.j.opened(ctx, g.tx, f)
}

// newest reports whether a recovered finding is the one that may be seen again.
func (g *rejudging) newest(ctx context.Context, f *Finding) bool {
	cur, err := g.j.current(ctx, g.tx, f.Rule, f.Subject)
	return err == nil && (cur == nil || cur.ID == f.ID)
}

// rewriteOccurrences lists anew when a finding was seen: of episodes judged now as they were seen now, of others as they are listed.
func (g *rejudging) rewriteOccurrences(ctx context.Context, f *Finding, all []episode) error {
	old, err := g.j.Occurrences(ctx, g.tx, f.ID)
	if err != nil {
		return err
	}
	slices.Reverse(old)
	recorded := map[int64]time.Time{}
	for _, o := range old {
		recorded[o.At.UnixMicro()] = o.Recorded
	}
	var list []Occurrence
	before := 0 // times of earlier episodes
	for i := range all {
		e := &all[i]
		number := func(at time.Time, behind int) int {
			if at.Equal(e.raiseAt) {
				return before + 1
			}
			return before + e.times - behind
		}
		kept := func(n int) bool { return n == 1 || n > f.Times-maxKept }
		if sights, ok := g.seen[e.since.UnixMicro()]; ok {
			for k := range sights {
				if n := number(sights[k].at, len(sights)-1-k); kept(n) {
					o, err := g.occurrence(ctx, &sights[k])
					if err != nil {
						return err
					}
					o.N, o.Recorded = n, recorded[o.At.UnixMicro()]
					list = append(list, o)
				}
			}
		} else {
			rows := slices.DeleteFunc(slices.Clone(old), func(o Occurrence) bool { return o.At.Before(e.raiseAt) || o.At.After(e.lastAt) })
			for k, o := range rows {
				if o.N = number(o.At, len(rows)-1-k); kept(o.N) {
					list = append(list, o)
				}
			}
		}
		before += e.times
	}
	if err := g.j.dropOccurrences(ctx, g.tx, f.ID); err != nil {
		return err
	}
	return g.j.writeOccurrences(ctx, g.tx, f.ID, list)
}
