package finding

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

// Compute is an indicator in the period that a day lies in, as it stands now: key names the entry, empty for the county.
func (j *Judge) Compute(ctx context.Context, tx *db.Tx, id, key string, on calendar.Date) (Result, error) {
	w := j.world(tx)
	ind := j.indicators[id]
	if ind == nil {
		return Result{}, fmt.Errorf("finding.Compute: no indicator %q", id)
	}
	res, err := w.result(ctx, ind, key, on)
	if err != nil {
		return Result{}, fmt.Errorf("finding.Compute: %s: %w", id, err)
	}
	return res, nil
}

// ComputeAll is Compute for every entry, by key.
func (j *Judge) ComputeAll(ctx context.Context, tx *db.Tx, id string, on calendar.Date) ([]Result, error) {
	w := j.world(tx)
	ind := j.indicators[id]
	if ind == nil {
		return nil, fmt.Errorf("finding.ComputeAll: no indicator %q", id)
	}
	p, err := w.period(ind, on)
	if err != nil {
		return nil, err
	}
	var out []Result
	err = w.eachKey(ctx, ind, p, "", 0, func(key string) error {
		res, err := w.compute(ctx, ind, key, p)
		out = append(out, res)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finding.ComputeAll: %s: %w", id, err)
	}
	return out, nil
}

// period is the one that a day lies in; the day itself for an indicator without periods.
func (w *world) period(ind *Indicator, on calendar.Date) (calendar.Period, error) {
	if ind.Period == "" {
		return calendar.Period{From: on, To: on, Due: on}, nil
	}
	p, ok := calendar.Recurrence{Every: ind.Period}.Period(on, w.j.Registers.Seasons, w.workdays())
	if !ok {
		return p, fmt.Errorf("indicator %s: %s has no period on %s", ind.ID, ind.Period, on)
	}
	return p, nil
}

func (w *world) workdays() *calendar.Workdays {
	if w.j.Workdays == nil {
		return calendar.National()
	}
	return w.j.Workdays
}

// stands is the day as of which registers are asked for a period.
func (w *world) stands(p calendar.Period) calendar.Date {
	if w.today().Before(p.To) {
		return w.today()
	}
	return p.To
}

// maxDepth bounds indicators that are made of indicators.
const maxDepth = 8

// result is compute, once for a transaction.
func (w *world) result(ctx context.Context, ind *Indicator, key string, on calendar.Date) (Result, error) {
	p, err := w.period(ind, on)
	if err != nil {
		return Result{}, err
	}
	at := resultOn{ind.ID, key, p.From}
	if r, ok := w.results[at]; ok {
		return r, nil
	}
	if w.depth++; w.depth > maxDepth {
		return Result{}, fmt.Errorf("indicator %s is made of itself", ind.ID)
	}
	r, err := w.compute(ctx, ind, key, p)
	w.depth--
	if err == nil {
		w.results[at] = r
	}
	return r, err
}

// eachKey calls do with the entries for which an indicator is computed, behind a key, at most size of them (0: all); with ""
// for one of the county.
func (w *world) eachKey(ctx context.Context, ind *Indicator, p calendar.Period, after string, size int, do func(key string) error) error {
	if ind.Each == "" {
		return do("")
	}
	keys, err := w.keys(ctx, ind, p)
	if err != nil {
		return err
	}
	slices.Sort(keys)
	for _, key := range keys {
		if key <= after && after != "" {
			continue
		}
		if err := do(key); err != nil {
			return err
		}
		if size--; size == 0 {
			break
		}
	}
	return nil
}

func (w *world) keys(ctx context.Context, ind *Indicator, p calendar.Period) (keys []string, err error) {
	on := w.stands(p)
	for e, err := range w.j.Registers.Each(ctx, w.tx, register.Inside, w.query(ind.Each, on)) {
		if err != nil {
			return nil, err
		}
		if p.To.Before(e.EnteredOn) {
			continue
		}
		if ind.When != nil {
			f, ok := w.entryFacts(ctx, e, on)
			if !ok {
				continue
			}
			holds, err := ind.When.Holds(ctx, f)
			if _, undecided := rule.Undecided(err); undecided {
				continue
			}
			if err != nil {
				return nil, err
			}
			if !holds {
				continue
			}
		}
		keys = append(keys, e.Key)
	}
	return keys, nil
}

func (w *world) query(name register.Name, on calendar.Date) register.Query {
	q := register.Query{Register: name}
	if on.Before(w.today()) {
		q.AsOf.On = on
	}
	return q
}

// raw is an indicator's value before it is held against anything.
type raw struct {
	number *big.Rat
	class  string
	lacks  string
	from   []Source
}

// compute makes a result of facts.
func (w *world) compute(ctx context.Context, ind *Indicator, key string, p calendar.Period) (Result, error) {
	c := &ind.Compute
	var v raw
	var err error
	switch {
	case c.Count != nil:
		v, err = w.count(ctx, ind, c.Count, key, p)
	case c.Sum != nil:
		v, err = w.sum(ctx, ind, c.Sum, key, p)
	case c.Share != nil:
		v, err = w.share(ctx, ind, c.Share, key, p)
	case c.Readings != nil:
		v, err = w.measure(ctx, ind, c.Readings, key, p)
	case c.Class != nil:
		v, err = w.classed(ctx, ind, c.Class, key, p)
	case c.Formula != nil:
		v, err = w.formula(ctx, ind, key, p)
	case c.Change != "":
		v, err = w.change(ctx, ind, key, p)
	case c.Times != nil:
		v, err = w.times(ctx, c.Times, key, p)
	}
	if err != nil {
		return Result{}, err
	}
	return w.judged(ctx, ind, key, p, v)
}

// formula is made of other indicators of the same entry and period.
func (w *world) formula(ctx context.Context, ind *Indicator, key string, p calendar.Period) (raw, error) {
	facts := &resultFacts{about{w, w.stands(p), ind.Each, key, nil}, ind, &Result{}}
	v, err := ind.Compute.Formula.Eval(ctx, facts)
	if lacks, ok := rule.Undecided(err); ok {
		return raw{lacks: lacks}, nil
	}
	if err != nil {
		return raw{}, err
	}
	var from []Source
	for _, c := range ind.Compute.Formula.Calls() {
		if c.Name == "指标" {
			from = append(from, Source{Address: c.Text(0), Count: 1})
		}
	}
	switch v := v.(type) {
	case rule.Number:
		return raw{number: v.Rat(), from: from}, nil
	case rule.Text:
		return raw{class: string(v), from: from}, nil
	}
	return raw{lacks: ind.Compute.Formula.String()}, nil
}

// change is the percent by which another indicator changed against the same period a year before.
func (w *world) change(ctx context.Context, ind *Indicator, key string, p calendar.Period) (raw, error) {
	of := w.j.indicators[ind.Compute.Change]
	if of == nil {
		return raw{lacks: ind.Compute.Change}, nil
	}
	if of.Each == "" {
		key = ""
	}
	day := w.stands(p)
	now, err := w.result(ctx, of, key, day)
	if err != nil {
		return raw{}, err
	}
	// A period that is under way is held against the same one, as far as it had come then.
	before := calendar.Span{N: -1, Unit: calendar.Years}.After(day, nil)
	was, err := w.yearBefore(ctx, of, key, p, before)
	if err != nil {
		return raw{}, err
	}
	switch {
	case now.Number == nil:
		return raw{lacks: of.Title}, nil
	case was.Number == nil:
		return raw{lacks: "上年同期的" + of.Title}, nil
	case was.Number.Sign() == 0:
		return raw{lacks: "上年同期的" + of.Title + "是零，不能比"}, nil
	}
	diff := new(big.Rat).Sub(now.Number.Rat(), was.Number.Rat())
	base := was.Number.Rat()
	base.Abs(base)
	diff.Mul(diff.Quo(diff, base), big.NewRat(100, 1))
	return raw{number: diff, from: []Source{{Address: of.ID, Count: 2, Note: now.String() + "，上年同期" + was.String()}}}, nil
}

// yearBefore is an indicator's value a year before: kept, or computed for the stretch of the year before up to the same day.
func (w *world) yearBefore(ctx context.Context, of *Indicator, key string, p calendar.Period, upTo calendar.Date) (Result, error) {
	q, err := w.period(of, upTo)
	if err != nil {
		return Result{}, err
	}
	if of.Period != "" && upTo.Before(q.To) && w.today().Before(p.To) {
		q.To = upTo
	}
	return w.compute(ctx, of, key, q)
}

// value is the result as expressions see it; nil where it cannot be told.
func (r *Result) value() rule.Value {
	switch {
	case r.Number != nil:
		return rule.Num(*r.Number)
	case r.Class != "":
		return rule.Text(r.Class)
	}
	return nil
}

// target is what had to be reached as expressions see it; nil where there is none.
func (r *Result) target() rule.Value {
	if r.Target == "" {
		return nil
	}
	_, text := cutOp(r.Target)
	if d, err := quantity.Parse(text); err == nil {
		return rule.Num(d)
	}
	return rule.Text(text)
}

// String is the value as pages show it: 92.5, Ⅲ, 不能判定.
func (r *Result) String() string {
	if v := r.value(); v != nil {
		return rule.Print(v)
	}
	return string(CantTell)
}
