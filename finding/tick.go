package finding

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
)

// Tick does what time brings, at most so much at once; more says that it wants to be called again. Whatever the pause, and
// however often it is called, the same comes of it.
func (j *Judge) Tick(ctx context.Context, tx *db.Tx) (more bool, err error) {
	j.ready()
	w := j.world(tx)
	for _, part := range []struct {
		name string
		do   func(context.Context) (bool, error)
	}{{"silence", w.silence}, {"obligations", w.overdue}, {"lists", w.lists}, {"entries", w.entriesDaily}, {"indicators", w.indicatorsDaily}} {
		again, err := part.do(ctx)
		if err != nil {
			return false, fmt.Errorf("finding.Tick: %s: %w", part.name, err)
		}
		more = more || again
	}
	return more, nil
}

func (w *world) entriesDaily(ctx context.Context) (more bool, err error) {
	for i := range w.j.Rules {
		r := &w.j.Rules[i]
		if r.Entry == "" {
			continue
		}
		if more, err = w.daily(ctx, r); err != nil || more { // the rest waits
			return more, err
		}
	}
	return false, nil
}

// silence turns what has fallen silent, or is heard again, into findings.
func (w *world) silence(ctx context.Context) (more bool, err error) {
	if w.j.Observations == nil {
		return false, nil
	}
	turned, more, err := w.j.Observations.Silent(ctx, w.tx, w.tx.Now())
	if err != nil {
		return false, err
	}
	for _, s := range turned {
		d := w.j.Observations.Definition(s.Series.Name)
		if d == nil {
			continue
		}
		for _, r := range w.j.bySilence[s.Series.Name] {
			if err := w.silent(ctx, r, d, s); err != nil {
				return false, err
			}
		}
	}
	return more, nil
}

// silent is a rule's look at a series that turned.
func (w *world) silent(ctx context.Context, r *Rule, d *observation.Definition, s observation.Silence) error {
	subject := string(s.Series.Name) + "/" + s.Series.Key
	at, back := s.At, !s.Back.IsZero()
	if back {
		at = s.Back
	}
	reading := &observation.Reading{Series: s.Series.ID, Name: s.Series.Name, Key: s.Series.Key, At: at, Value: observation.Value{Empty: true, Flag: observation.Normal}}
	facts := w.readingFacts(d, reading)
	look := sight{look: look{at: at, holds: !back, clears: back}, facts: facts, a: &facts.about, from: subject + " 自" + timeWords(s.Since) + "起没有数据"}
	if !back && r.When != nil {
		if err := r.lookAt(ctx, &look, false); err != nil {
			return err
		}
	}
	var err error
	if look.also, err = w.silenceSeen(ctx, d, s, at); err != nil {
		return err
	}
	tracks, err := w.j.tracksOf(ctx, w.tx, []string{r.ID}, []string{subject})
	if err != nil {
		return err
	}
	f := w.following(r, subject, d.Register+"/"+s.Series.Key, tracks[trackKey{r.ID, subject}])
	once := *r // a silence is one look, and its end another
	once.For, once.ClearFor = 1, 1
	if f.r = &once; back {
		once.When, once.Clears = nil, nil
		look.from = subject + " " + timeWords(s.Back) + "收到数据"
	}
	if err := f.next(ctx, look); err != nil {
		return err
	}
	return f.done(ctx)
}

// LastReading is the name of the fact that a silence is seen by: the last reading of the series.
const LastReading = "最近读数"

// silenceSeen is what can be seen of a silence: the last reading until then, since when there was none, and the clock that ran out; of
// its end, the reading that came.
func (w *world) silenceSeen(ctx context.Context, d *observation.Definition, s observation.Silence, at time.Time) ([]Seen, error) {
	last := Seen{LastReading, "还没有过", string(s.Series.Name) + "/" + s.Series.Key}
	r, ok, err := w.j.Observations.Before(ctx, w.tx, s.Series.ID, at.Add(time.Microsecond))
	if err != nil {
		return nil, err
	}
	if ok {
		last.Value, last.Source = r.Text(), sourceOf(&r)
		if r.Empty {
			last.Value = "没有数值"
		}
	}
	if !s.Back.IsZero() {
		return []Seen{last}, nil
	}
	return []Seen{last, {"没有数据自", timeWords(s.Since), string(s.Series.Name) + "/" + s.Series.Key}, {"最长允许没有数据", d.SilenceWords(), d.Basis.String()}}, nil
}

// ObligationRule is the id under which an overdue obligation is found.
func ObligationRule(r register.Name, obligation string) string { return string(r) + "/" + obligation }

// perTick is how many due entries of registers one call of Tick looks at.
const perTick = 500

// overdue finds what registers tell to be overdue.
func (w *world) overdue(ctx context.Context) (more bool, err error) {
	if w.j.Registers == nil {
		return false, nil
	}
	late, more, err := w.j.Registers.Tick(ctx, w.tx, perTick)
	if err != nil {
		return false, err
	}
	for i := range late {
		if err := w.late(ctx, &late[i]); err != nil {
			return false, err
		}
	}
	return more, nil
}

// late is an obligation that nobody met in time.
func (w *world) late(ctx context.Context, o *register.Owed) error {
	s, ok := w.j.Registers.Schema(o.Register)
	if !ok || o.Obligation == nil {
		return nil
	}
	f := Finding{Rule: ObligationRule(o.Register, o.Obligation.ID), Subject: string(o.Register) + "/" + o.Key, State: Open, Unit: o.Unit,
		Severity: Severity(o.Obligation.Severity), Since: o.Due.AddDays(1).Time(), LastAt: o.Due.AddDays(1).Time()}
	if f.Severity == "" {
		f.Severity = Minor
	}
	f.Detail = Detail{Title: s.Title + "：" + o.Obligation.Name + "逾期", Policy: s.Policy, Basis: o.Obligation.Basis, Ladder: o.Obligation.Ladder,
		Says:  o.Label + "应于" + o.Due.Chinese() + "前" + o.Obligation.Name + "，至今没有做到",
		Facts: []Seen{{"自", o.Since.Chinese(), f.Subject}, {"期限", o.Due.Chinese(), o.Obligation.Basis.String()}}}
	if !o.Period.IsZero() { // one of several turns
		f.Says = o.Label + "自" + o.Period.Chinese() + "起的一期应于" + o.Due.Chinese() + "前" + o.Obligation.Name + "，至今没有做到"
	}
	a := &about{w, w.today(), o.Register, o.Key, nil}
	if err := a.place(ctx, &f, register.Whose{}); err != nil {
		return err
	}
	_, err := w.j.found(ctx, w.tx, f)
	return err
}

// owed ends the finding of an obligation that was met, or no longer applies, unless another turn of it is overdue still.
func (w *world) owed(ctx context.Context, o *register.Owed) error {
	if o.State == register.Open || o.Obligation == nil {
		return nil
	}
	f, err := w.j.current(ctx, w.tx, ObligationRule(o.Register, o.Obligation.ID), string(o.Register)+"/"+o.Key)
	if err != nil || f == nil || f.State != Open {
		return err
	}
	open, _, err := w.j.Registers.Owed(ctx, w.tx, register.OwedQuery{Register: o.Register, Key: o.Key, Obligation: o.Obligation.ID, State: register.Open,
		DueBefore: w.today(), Size: 1})
	if err != nil || len(open) > 0 {
		return err
	}
	words, by := o.Obligation.Name+"不再要求", Seen{"状态", "不再要求", f.Subject}
	if o.State == register.Done {
		words, by = o.Obligation.Name+"于"+o.DoneOn.Chinese()+"做到", Seen{o.Obligation.Name, o.DoneOn.Chinese(), f.Subject}
		if o.DoneBy != "" {
			by.Source = o.DoneBy
		}
	}
	f.OverAt = w.tx.Now()
	return w.j.over(ctx, w.tx, f, Recovered, words, []Seen{by})
}

// lists finds, once a day, units that have no entry in a list that each of them must be in.
func (w *world) lists(ctx context.Context) (more bool, err error) {
	if w.j.Registers == nil {
		return false, nil
	}
	day, _, err := w.j.clock(ctx, w.tx, "lists")
	if err != nil || !day.Before(w.today()) {
		return false, err
	}
	lacking, err := w.j.Registers.Lacking(ctx, w.tx)
	if err != nil {
		return false, err
	}
	for _, l := range lacking {
		if !l.Complete.By.Before(w.today()) {
			continue
		}
		for _, u := range l.Units {
			if err := w.absent(ctx, l, u); err != nil {
				return false, err
			}
		}
	}
	if err := w.stillOwed(ctx); err != nil {
		return false, err
	}
	return false, w.j.setClock(ctx, w.tx, "lists", w.today(), "")
}

// stillOwed ends findings of obligations that no longer apply, which no record says: their condition speaks of the day.
func (w *world) stillOwed(ctx context.Context) error {
	some, err := w.j.rulesWithOpen(ctx, w.tx)
	if err != nil {
		return err
	}
	for _, s := range w.j.Registers.Schemas {
		for i := range s.Obligations {
			id := ObligationRule(s.Name, s.Obligations[i].ID)
			if !some[id] {
				continue
			}
			open, err := w.j.openLike(ctx, w.tx, id)
			if err != nil {
				return err
			}
			for _, f := range open {
				key := strings.TrimPrefix(f.Subject, string(s.Name)+"/")
				if err := w.owed(ctx, &register.Owed{Register: s.Name, Key: key, Obligation: &s.Obligations[i], State: register.Void}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// absent finds a unit that has no entry.
func (w *world) absent(ctx context.Context, l register.Lacking, unit string) error {
	id := ObligationRule(l.Schema.Name, l.Complete.ID)
	was, err := w.j.current(ctx, w.tx, id, unit)
	if err != nil || was != nil && was.State == Open { // it is one thing until it is there
		return err
	}
	since := l.Complete.By.AddDays(1).Time()
	f := Finding{Rule: id, Subject: unit, State: Open, Unit: unit, Severity: Severity(l.Complete.Severity), Since: since, LastAt: since,
		Detail: Detail{Title: l.Schema.Title + "：" + l.Complete.Name, Policy: l.Schema.Policy, Basis: l.Complete.Basis, Ladder: l.Complete.Ladder,
			Says:  unit + "在" + l.Schema.Title + "里应于" + l.Complete.By.Chinese() + "前有条目，至今没有",
			Facts: []Seen{{"期限", l.Complete.By.Chinese(), l.Complete.Basis.String()}}}}
	if f.Severity == "" {
		f.Severity = Minor
	}
	_, err = w.j.found(ctx, w.tx, f)
	return err
}

// complete ends what was found of units that now have their entry.
func (w *world) complete(ctx context.Context, s *register.Schema) error {
	open, err := w.j.openLike(ctx, w.tx, ObligationRule(s.Name, s.Complete.ID))
	if err != nil || len(open) == 0 {
		return err
	}
	lacking, err := w.j.Registers.Lacking(ctx, w.tx)
	if err != nil {
		return err
	}
	still := map[string]bool{}
	for _, l := range lacking {
		if l.Schema.Name == s.Name {
			for _, u := range l.Units {
				still[u] = true
			}
		}
	}
	for i := range open {
		if f := &open[i]; !still[f.Subject] {
			f.OverAt = w.tx.Now()
			if err := w.j.over(ctx, w.tx, f, Recovered, f.Subject+"已有条目", []Seen{{s.Complete.Field, f.Subject, string(s.Name)}}); err != nil {
				return err
			}
		}
	}
	return nil
}
