package warning

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zhixing/db"
)

// Verification is how good the warnings of a hazard were in a stretch of time.
type Verification struct {
	Hazard   *Hazard
	From, To time.Time
	Verdicts []Verdict
	All      Tally
	Months   []MonthTally // the earliest first
	Towns    []TownTally  // by name
	Levels   []LevelTally // the lowest first
}

// MonthTally, TownTally and LevelTally are parts of a verification.
type (
	MonthTally struct {
		Month string // 2023-07
		Tally
	}
	TownTally struct {
		Town string
		Tally
	}
	LevelTally struct {
		Level Level
		Tally
	}
)

// Verify scores what was published of a hazard, from a time on and before another, against what was measured.
func (w *Warnings) Verify(ctx context.Context, tx *db.Tx, hazard string, from, to time.Time) (*Verification, error) {
	const op = "Verify"
	h := w.Hazard(hazard)
	if h == nil {
		return nil, wrong(op, "hazard", "没有“%s”这种预警，请从列表里选。", hazard)
	}
	signals, err := w.signals(ctx, tx, hazard, from, to)
	if err != nil {
		return nil, wrap(op, err)
	}
	until := to // what stands at the end may be met after it
	for _, s := range signals {
		if s.Ended.After(until) {
			until = s.Ended
		}
	}
	var reached []Reached
	if w.Reached != nil {
		if reached, err = w.Reached(ctx, tx, hazard, from, until); err != nil {
			return nil, wrap(op, err)
		}
	}
	return score(h, signals, reached, from, to, tx.Now()), nil
}

// score puts the verdicts together; misses after the stretch are the next one's.
func score(h *Hazard, signals []Signalled, reached []Reached, from, to, now time.Time) *Verification {
	q := h.Quality
	verify := func(s []Signalled, r []Reached) []Verdict {
		return slices.DeleteFunc(Verify(s, r, q, now), func(v Verdict) bool { return v.Outcome == Miss && !v.First.Before(to) })
	}
	out := &Verification{Hazard: h, From: from, To: to, Verdicts: verify(signals, reached)}
	out.All = Count(out.Verdicts, q)
	months, of := ByMonth(out.Verdicts)
	for _, m := range months {
		out.Months = append(out.Months, MonthTally{m, Count(of[m], q)})
	}
	for _, l := range Levels {
		if list := slices.DeleteFunc(slices.Clone(out.Verdicts), func(v Verdict) bool { return v.Level != l }); len(list) > 0 {
			out.Levels = append(out.Levels, LevelTally{l, Count(list, q)})
		}
	}
	var towns []string
	add := func(t string) {
		if t != "" && !slices.Contains(towns, t) {
			towns = append(towns, t)
		}
	}
	for _, r := range reached {
		add(r.Town)
	}
	for _, s := range signals {
		for _, p := range s.Parts {
			for _, t := range p.Area.TownNames() {
				add(t)
			}
		}
	}
	slices.Sort(towns)
	for _, t := range towns {
		out.Towns = append(out.Towns, TownTally{t, Count(verify(In(t, signals, reached)), q)})
	}
	return out
}

// signals are what was published of a hazard and began in a stretch of time.
func (w *Warnings) signals(ctx context.Context, tx *db.Tx, hazard string, from, to time.Time) ([]Signalled, error) {
	events, err := w.began(ctx, tx, hazard, from, to)
	var out []Signalled
	for _, e := range events {
		list, err := w.Versions(ctx, tx, e.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, SignalsOf(list)...)
	}
	return out, err
}

// SignalsOf are the levels that the versions of one event published, each with where and how long it stood.
func SignalsOf(versions []*Version) []Signalled {
	versions = slices.DeleteFunc(slices.Clone(versions), func(v *Version) bool { return v.Identifier == "" || v.Drill != "" })
	slices.SortFunc(versions, func(a, b *Version) int { return cmp.Compare(a.N, b.N) })
	var done []Signalled
	var open []Signalled // still standing, the lowest level first
	end := func(at time.Time, keep func(Level) bool) {
		open = slices.DeleteFunc(open, func(s Signalled) bool {
			if keep(s.Level) {
				return false
			}
			s.Ended = at
			done = append(done, s)
			return true
		})
	}
	for _, v := range versions {
		level := v.Level
		if v.Kind == Cancel || !v.Stage.levelled() {
			level = ""
		}
		end(v.Sent, func(l Level) bool { return level != "" && Rank(l) <= Rank(level) })
		if level == "" {
			continue
		}
		p := Part{v.Sent, v.Over, v.Area}
		for i := range open {
			open[i].Parts = append(slices.Clip(open[i].Parts), p)
		}
		if !slices.ContainsFunc(open, func(s Signalled) bool { return s.Level == level }) {
			open = append(open, Signalled{Event: v.Event, Level: level, Issued: v.Sent, Parts: []Part{p}})
		}
	}
	if n := len(versions); n > 0 {
		last := versions[n-1]
		at := last.Over
		if at.IsZero() {
			at = last.Ends // it stands until then
		}
		end(at, func(Level) bool { return false })
	}
	slices.SortStableFunc(done, func(a, b Signalled) int {
		return cmp.Or(a.Issued.Compare(b.Issued), cmp.Compare(Rank(a.Level), Rank(b.Level)))
	})
	return done
}
