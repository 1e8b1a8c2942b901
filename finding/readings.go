package finding

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/observation"
)

// Recorded judges readings that were recorded; set it as observation.Observations.Recorded. A reading looks only at the rules of
// its series. Readings that are newer than all before are the next looks; one that comes late, or replaces another, is put in
// its place, and what followed is judged again.
func (j *Judge) Recorded(ctx context.Context, tx *db.Tx, changed []observation.Reading) error {
	j.ready()
	w := j.world(tx)
	tracks, err := j.tracksOfReadings(ctx, tx, changed)
	if err != nil {
		return fmt.Errorf("finding.Recorded: %w", err)
	}
	for list := range bySeries(changed) {
		if err := w.series(ctx, list, tracks); err != nil {
			return fmt.Errorf("finding.Recorded: %s/%s: %w", list[0].Name, list[0].Key, err)
		}
	}
	if err := w.beside(ctx, changed); err != nil {
		return fmt.Errorf("finding.Recorded: %w", err)
	}
	return nil
}

// bySeries cuts readings, which come by series and time, at each new series.
func bySeries(changed []observation.Reading) iter.Seq[[]observation.Reading] {
	return func(yield func([]observation.Reading) bool) {
		for len(changed) > 0 {
			n := 1
			for n < len(changed) && changed[n].Series == changed[0].Series {
				n++
			}
			if !yield(changed[:n]) {
				return
			}
			changed = changed[n:]
		}
	}
}

// tracksOfReadings are the tracks of the rules that look at these readings.
func (j *Judge) tracksOfReadings(ctx context.Context, tx *db.Tx, changed []observation.Reading) (map[trackKey]track, error) {
	var rules, subjects []string
	seen := map[*Rule]bool{}
	for i, r := range changed {
		if i > 0 && r.Series == changed[i-1].Series {
			continue
		}
		of := j.byReading[r.Name]
		if len(of) == 0 {
			continue
		}
		subjects = append(subjects, string(r.Name)+"/"+r.Key)
		for _, rule := range of {
			if !seen[rule] {
				seen[rule] = true
				rules = append(rules, rule.ID)
			}
		}
	}
	return j.tracksOf(ctx, tx, rules, subjects)
}

// series judges new readings of one series, by time.
func (w *world) series(ctx context.Context, list []observation.Reading, tracks map[trackKey]track) error {
	d := w.j.Observations.Definition(list[0].Name)
	if d == nil {
		return nil
	}
	late := slices.IndexFunc(list, displaced)
	subject := string(list[0].Name) + "/" + list[0].Key
	entry := d.Register + "/" + list[0].Key
	for _, r := range w.j.byReading[list[0].Name] {
		f := w.following(r, subject, entry, tracks[trackKey{r.ID, subject}])
		if late >= 0 {
			if err := f.rejudge(ctx, d, list[late:]); err != nil {
				return err
			}
			continue
		}
		for i := range list {
			if err := f.reading(ctx, d, &list[i]); err != nil {
				return err
			}
		}
		if err := f.done(ctx); err != nil {
			return err
		}
	}
	return w.staleReadings(ctx, d, list)
}

// displaced reports whether a reading is not simply the next one.
func displaced(r observation.Reading) bool { return r.Late || r.Version > 1 }

func displacedOf(list []observation.Reading) (n int) {
	for _, r := range list {
		if displaced(r) {
			n++
		}
	}
	return n
}

// reading is the next look.
func (f *following) reading(ctx context.Context, d *observation.Definition, r *observation.Reading) error {
	if r.State() == observation.Gap { // taken back: there is nothing to look at
		return nil
	}
	s, err := f.lookAt(ctx, d, r)
	if err != nil {
		return err
	}
	return f.next(ctx, s)
}

func (f *following) lookAt(ctx context.Context, d *observation.Definition, r *observation.Reading) (sight, error) {
	facts := f.readingFacts(d, r)
	s := sight{look: look{at: r.At}, facts: facts, a: &facts.about}
	err := f.r.lookAt(ctx, &s, f.open)
	if s.holds || s.clears { // else nobody asks for it, and readings are many
		s.from = sourceOf(r)
	}
	return s, err
}

func sourceOf(r *observation.Reading) string {
	s := string(r.Name) + "/" + r.Key + " " + timeWords(r.At)
	if r.Source != "" {
		s += " " + string(r.Source)
	}
	return s
}

// rejudge puts late readings in their place: from the run that they fall in, all looks are taken again, and what was found
// before is held against what is found now.
func (f *following) rejudge(ctx context.Context, d *observation.Definition, late []observation.Reading) error {
	return f.again(ctx, d, late[0].Series, stretch{late[0].At, late[len(late)-1].At, displacedOf(late)})
}

// stretch is a stretch of time in which facts came that looks may have been taken without, and how many of them came late.
type stretch struct {
	from, to time.Time
	late     int
}

// again takes the looks at a series again that depend on what came.
func (f *following) again(ctx context.Context, d *observation.Definition, series observation.SeriesID, of stretch) error {
	g := newRejudging(f, of.from, of.to, of.late, of.to.Add(windowOf(f.r)))
	start, err := g.start(ctx, d, series)
	if err != nil {
		return err
	}
	was := f.track
	f.track = track{}
	err = f.j.Observations.Each(ctx, f.tx, observation.Query{Series: series, From: start}, func(r observation.Reading) error {
		s, err := f.lookAt(ctx, d, &r)
		if err != nil {
			return err
		}
		return g.take(s)
	})
	if err != nil && err != errSettled {
		return err
	}
	return g.finish(ctx, start, was)
}

// start is where judging has to begin: at the episode that the late reading falls into, else at the looks before it that its own
// run may have begun with.
func (g *rejudging) start(ctx context.Context, d *observation.Definition, series observation.SeriesID) (time.Time, error) {
	var err error
	if g.old, err = g.j.episodesFrom(ctx, g.tx, g.key, g.from); err != nil {
		return g.from, err
	}
	if n := len(g.old); n > 0 && g.old[n-1].overAt.IsZero() { // what it has come to stands in its finding alone
		if err := g.j.saveEpisode(ctx, g.tx, g.key, &g.old[n-1]); err != nil {
			return g.from, err
		}
	}
	if len(g.old) > 0 && !g.old[0].since.After(g.from) {
		return g.old[0].since, nil
	}
	floor, err := g.j.overBefore(ctx, g.tx, g.key, g.from)
	if err != nil {
		return g.from, err
	}
	start := g.from
	for held, steps := 0, 0; held < g.r.For-1 && steps < maxSteps; steps++ {
		r, ok, err := g.j.Observations.Before(ctx, g.tx, series, start)
		if err != nil || !ok || !r.At.After(floor) {
			return start, err
		}
		s, err := g.lookAt(ctx, d, &r)
		if err != nil {
			return start, err
		}
		if s.lacks == "" {
			if !s.holds {
				return start, nil
			}
			held++
		}
		start = r.At
	}
	return start, nil
}

// maxSteps bounds how far back the beginning of a run is looked for.
const maxSteps = 2000
