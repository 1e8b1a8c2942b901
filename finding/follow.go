package finding

import (
	"context"
	"time"
)

// following is a rule that goes on with a subject.
type following struct {
	*world
	r     *Rule
	key   trackKey
	entry string
	track
	was    track
	more   int     // times seen again since the last flush
	recent []sight // the last of them
}

func (w *world) following(r *Rule, subject, entry string, t track) *following {
	return &following{world: w, r: r, key: trackKey{r.ID, subject}, entry: entry, track: t, was: t}
}

// next takes the next look and does at once what it brings about; what is seen again waits for flush.
func (f *following) next(ctx context.Context, s sight) error {
	since, open := f.since, f.finding
	switch f.step(s.look, f.r.For, f.r.ClearFor) {
	case raised:
		found, err := s.describe(ctx, f.r, f.key.subject)
		if err != nil {
			return err
		}
		found.Since, found.LastAt = f.since, s.at
		if found, err = f.j.found(ctx, f.tx, found); err != nil {
			return err
		}
		f.finding = found.ID
		return f.j.saveEpisode(ctx, f.tx, f.key, &episode{since: f.since, raiseAt: s.at, lastAt: s.at, times: 1, finding: found.ID})
	case again:
		f.more++
		if f.recent = append(f.recent, s); len(f.recent) > maxKept {
			f.recent = f.recent[1:]
		}
	case overcome:
		if err := f.flush(ctx, open); err != nil {
			return err
		}
		return f.recovered(ctx, since, open, &s)
	}
	return nil
}

// flush writes the times that the open finding was seen again.
func (f *following) flush(ctx context.Context, open ID) error {
	if f.more == 0 {
		return nil
	}
	list, err := f.occurrences(ctx)
	if err != nil {
		return err
	}
	err = f.countOn(ctx, open, list, f.more)
	f.more, f.recent = 0, nil
	return err
}

func (f *following) occurrences(ctx context.Context) (out []Occurrence, err error) {
	for i := range f.recent {
		o, err := f.occurrence(ctx, &f.recent[i])
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (f *following) occurrence(ctx context.Context, s *sight) (o Occurrence, err error) {
	o.At = s.at
	if o.Says, err = s.says(ctx, f.r); err == nil {
		o.Facts, err = s.recorded(ctx, f.r.When)
	}
	return o, err
}

func (f *following) recovered(ctx context.Context, since time.Time, id ID, s *sight) error {
	if err := f.j.endEpisode(ctx, f.tx, f.key, since, s.at, id); err != nil {
		return err
	}
	open, err := f.j.byNumber(ctx, f.tx, id)
	if err != nil || open == nil || open.State != Open {
		return err
	}
	words, evidence, err := s.evidence(ctx, f.r)
	if err != nil {
		return err
	}
	open.OverAt = s.at
	return f.j.over(ctx, f.tx, open, Recovered, words, evidence)
}

// evidence is what cleared the rule, in a sentence and in facts.
func (s *sight) evidence(ctx context.Context, r *Rule) (string, []Seen, error) {
	by := r.Clears
	if by == nil {
		by = r.When
	}
	seen, err := s.recorded(ctx, by)
	words := timeWords(s.at) + "起恢复"
	if len(seen) > 0 {
		words += "：" + s.a.j.inWords(seen)
	}
	return words, seen, err
}

// done writes where the rule stands now.
func (f *following) done(ctx context.Context) error {
	if err := f.flush(ctx, f.finding); err != nil {
		return err
	}
	was, now := f.was, f.track
	if was.idle() && now.idle() {
		return nil
	}
	// Of readings the last look is not asked for; a day is looked at once.
	if was.last, was.lackAt = now.last, now.lackAt; was == now && len(f.r.Readings) > 0 {
		return nil
	}
	return f.j.saveTrack(ctx, f.tx, f.key, f.entry, &f.track)
}
