package finding

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/observation"
)

// Rules over several series of one place. A rule looks when a reading of its own series comes, and asks what others of the same
// entry have been until that moment: 最大("24小时", "wx-wind"). What these others send for a moment that was looked at already is a
// late fact like any other: the looks that it reaches are taken again.

// besides is a rule's subject, with the stretch in which other series of its place were recorded.
type besides struct {
	rule   *Rule
	series observation.Series // that the rule looks at
	stretch
}

// beside judges again what rules looked at before these readings of other series were there.
func (w *world) beside(ctx context.Context, changed []observation.Reading) error {
	var all []besides
	var rules, subjects []string
	for list := range bySeries(changed) {
		for _, r := range w.j.byBeside[list[0].Name] {
			for _, name := range r.Readings {
				if name == list[0].Name { // which has been judged
					continue
				}
				s, ok, err := w.j.Observations.Find(ctx, w.tx, name, list[0].Key)
				if err != nil {
					return err
				}
				of := stretch{list[0].At, list[len(list)-1].At, displacedOf(list)}
				if ok, err = w.looked(ctx, s, of, windowOf(r), changed, ok); err != nil {
					return err
				}
				if !ok {
					continue
				}
				if i := slices.IndexFunc(all, func(b besides) bool { return b.rule == r && b.series.ID == s.ID }); i >= 0 {
					all[i].join(of)
					continue
				}
				all = append(all, besides{r, s, of})
				rules, subjects = append(rules, r.ID), append(subjects, string(name)+"/"+s.Key)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(rules)
	slices.Sort(subjects)
	tracks, err := w.j.tracksOf(ctx, w.tx, slices.Compact(rules), slices.Compact(subjects))
	if err != nil {
		return err
	}
	for _, b := range all {
		d := w.j.Observations.Definition(b.series.Name)
		if d == nil {
			continue
		}
		subject := string(b.series.Name) + "/" + b.series.Key
		f := w.following(b.rule, subject, d.Register+"/"+b.series.Key, tracks[trackKey{b.rule.ID, subject}])
		if err := f.again(ctx, d, b.series.ID, b.stretch); err != nil {
			return err
		}
	}
	return nil
}

func (s *stretch) join(of stretch) {
	if of.from.Before(s.from) {
		s.from = of.from
	}
	s.to, s.late = later(s.to, of.to), s.late+of.late
}

// looked reports whether a series had readings that see the stretch and were looked at before it was recorded: those that came with it
// have seen it.
func (w *world) looked(ctx context.Context, s observation.Series, of stretch, window time.Duration, with []observation.Reading, known bool) (bool, error) {
	if !known {
		return false, nil
	}
	came := map[int64]bool{}
	for i := range with {
		if with[i].Series == s.ID {
			came[db.Micros(with[i].At)] = true
		}
	}
	list, _, err := w.j.Observations.Range(ctx, w.tx, observation.Query{Series: s.ID, From: of.from, To: of.to.Add(window + time.Microsecond), Limit: len(came) + 1})
	return slices.ContainsFunc(list, func(r observation.Reading) bool { return !came[db.Micros(r.At)] }), err
}
