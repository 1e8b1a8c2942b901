package finding

import (
	"context"
	"fmt"
	"math/big"

	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
	"zhixing/standard"
)

// tally is what entries that were picked come to.
type tally struct {
	n       int
	sum     *big.Rat
	cantSay int // entries of which it cannot be told whether they belong
	empty   int // entries whose field is empty
}

// pick goes through the entries that a select picks for a key; those of which within does not hold are none of its own.
func (w *world) pick(ctx context.Context, ind *Indicator, s *Select, within *rule.Expr, key string, p calendar.Period) (tally, error) {
	t := tally{sum: new(big.Rat)}
	on := w.stands(p)
	q := w.query(s.Register, on)
	if s.On != "" { // the entry's own date says when; one that was written down late counts in its time
		q.AsOf = register.AsOf{}
	}
	switch {
	case ind.Each == "":
	case s.Each != "":
		q.Where = []register.Filter{{Field: s.Each, Op: register.Is, Value: key}}
	default: // the entry itself
		e, err := w.entry(ctx, s.Register, key, on)
		if err != nil || e == nil || e.Removed() {
			return t, err
		}
		return t, w.weigh(ctx, ind, s, within, e, p, on, &t)
	}
	for e, err := range w.j.Registers.Each(ctx, w.tx, register.Inside, q) {
		if err != nil {
			return t, err
		}
		if err := w.weigh(ctx, ind, s, within, e, p, on, &t); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (w *world) weigh(ctx context.Context, ind *Indicator, s *Select, within *rule.Expr, e *register.Entry, p calendar.Period, on calendar.Date, t *tally) error {
	if s.On != "" {
		if d := e.Date(s.On); d.IsZero() || d.Before(p.From) || p.To.Before(d) {
			return nil
		}
	}
	facts, ok := w.entryFacts(ctx, e, on)
	if !ok {
		return nil
	}
	for _, where := range []*rule.Expr{within, s.Where} {
		holds, err := where.Holds(ctx, facts)
		if _, undecided := rule.Undecided(err); undecided {
			t.cantSay++
			return nil
		}
		if err != nil || !holds {
			return err
		}
	}
	t.n++
	if s.Field == "" {
		return nil
	}
	schema, _ := w.j.Registers.Schema(e.Register)
	f, ok := schema.Field(s.Field)
	if !ok {
		return nil
	}
	d, ok := f.Number(e.Values[s.Field])
	if !ok {
		t.empty++
		return nil
	}
	v, err := inUnit(d.Rat(), f.Unit, ind.Unit)
	t.sum.Add(t.sum, v)
	return err
}

// inUnit converts where both units are known and of one kind.
func inUnit(v *big.Rat, from, to quantity.Unit) (*big.Rat, error) {
	if from == to || from == "" || to == "" || !from.Same(to) {
		return v, nil
	}
	factor, err := quantity.Convert(quantity.Int(1), from, to)
	if err != nil {
		return v, err
	}
	return new(big.Rat).Mul(v, factor), nil
}

func (t *tally) source(s *Select) Source {
	out := Source{Address: string(s.Register), Count: t.n}
	if t.cantSay > 0 {
		out.Note = fmt.Sprintf("另有%d条不能判定", t.cantSay)
	}
	if t.empty > 0 {
		out.Note += fmt.Sprintf("其中%d条没有填“%s”", t.empty, s.Field)
	}
	return out
}

func (w *world) count(ctx context.Context, ind *Indicator, s *Select, key string, p calendar.Period) (raw, error) {
	t, err := w.pick(ctx, ind, s, nil, key, p)
	return raw{number: new(big.Rat).SetInt64(int64(t.n)), from: []Source{t.source(s)}}, err
}

func (w *world) sum(ctx context.Context, ind *Indicator, s *Select, key string, p calendar.Period) (raw, error) {
	t, err := w.pick(ctx, ind, s, nil, key, p)
	return raw{number: t.sum, from: []Source{t.source(s)}}, err
}

// share is a part in percent, of entries or of what they hold in a field.
func (w *world) share(ctx context.Context, ind *Indicator, s *Share, key string, p calendar.Period) (raw, error) {
	bare := *ind // a share has no unit to convert into
	bare.Unit = ""
	part, err := w.pick(ctx, &bare, &s.Part, s.Of.Where, key, p)
	if err != nil {
		return raw{}, err
	}
	of, err := w.pick(ctx, &bare, &s.Of, nil, key, p)
	if err != nil {
		return raw{}, err
	}
	v := raw{from: []Source{part.source(&s.Part), of.source(&s.Of)}}
	over, under := new(big.Rat).SetInt64(int64(part.n)), new(big.Rat).SetInt64(int64(of.n))
	if s.Part.Field != "" {
		over, under = part.sum, of.sum
	}
	if under.Sign() == 0 {
		title := string(s.Of.Register)
		if schema, ok := w.j.Registers.Schema(s.Of.Register); ok {
			title = schema.Title
		}
		v.lacks = "“" + title + "”里没有作分母的条目"
		return v, nil
	}
	v.number = over.Mul(over.Quo(over, under), big.NewRat(100, 1))
	return v, nil
}

// span is a period as instants; the end is exclusive.
func span(p calendar.Period) (from, to observation.Query) {
	return observation.Query{From: p.From.Time()}, observation.Query{To: p.To.AddDays(1).Time()}
}

// readingsOf calls do with the readings of a series in a period.
func (w *world) readingsOf(ctx context.Context, name observation.SeriesName, key string, p calendar.Period, do func(observation.Reading) error) (found bool, err error) {
	s, ok, err := w.j.Observations.Find(ctx, w.tx, name, key)
	if err != nil || !ok {
		return false, err
	}
	from, to := span(p)
	return true, w.j.Observations.Each(ctx, w.tx, observation.Query{Series: s.ID, From: from.From, To: to.To}, do)
}

// measure is made of the valid readings of one entry, or of all entries that the condition picks.
func (w *world) measure(ctx context.Context, ind *Indicator, m *Measure, key string, p calendar.Period) (raw, error) {
	d := w.j.Observations.Definition(m.Series)
	if d == nil {
		return raw{lacks: string(m.Series)}, nil
	}
	keys := []string{key}
	if ind.Each == "" {
		keys = nil
		all, err := w.j.Observations.Named(ctx, w.tx, m.Series)
		if err != nil {
			return raw{}, err
		}
		for _, s := range all {
			keys = append(keys, s.Key)
		}
	}
	var values []*big.Rat
	var last quantity.Sample
	bad := 0
	for _, k := range keys {
		if ok, err := w.measured(ctx, d, m, k, p); err != nil {
			return raw{}, err
		} else if !ok {
			continue
		}
		_, err := w.readingsOf(ctx, m.Series, k, p, func(r observation.Reading) error {
			if !r.Counts() {
				bad++
				return nil
			}
			last = r.Sample
			v := r.Sample.Mean()
			if m.How != "mean" && m.How != "total" {
				v = r.Rat()
			}
			values = append(values, v)
			return nil
		})
		if err != nil {
			return raw{}, err
		}
	}
	v := raw{from: []Source{{Address: string(m.Series) + slash(key), Count: len(values)}}}
	if bad > 0 {
		v.from[0].Note = fmt.Sprintf("另有%d个无效或缺测", bad)
	}
	if m.How == "count" {
		v.number = new(big.Rat).SetInt64(int64(len(values)))
		return v, nil
	}
	if len(values) == 0 {
		v.lacks = d.Title + "的有效读数"
		return v, nil
	}
	var err error
	if v.number, err = summed(m, values, last); err != nil {
		return v, err
	}
	v.number, err = inUnit(v.number, d.Unit, ind.Unit)
	return v, err
}

func slash(key string) string {
	if key == "" {
		return ""
	}
	return "/" + key
}

// measured reports whether a measure's condition picks an entry.
func (w *world) measured(ctx context.Context, d *observation.Definition, m *Measure, key string, p calendar.Period) (bool, error) {
	if m.Where == nil {
		return true, nil
	}
	e, err := w.entry(ctx, register.Name(d.Register), key, w.stands(p))
	if err != nil || e == nil {
		return false, err
	}
	f, ok := w.entryFacts(ctx, e, w.stands(p))
	if !ok {
		return false, nil
	}
	holds, err := m.Where.Holds(ctx, f)
	if _, undecided := rule.Undecided(err); undecided {
		return false, nil
	}
	return holds, err
}

func summed(m *Measure, values []*big.Rat, last quantity.Sample) (*big.Rat, error) {
	out := new(big.Rat).Set(values[0])
	switch m.How {
	case "last":
		return last.Rat(), nil
	case "percentile":
		return standard.Percentile(values, big.NewRat(int64(m.P), 100))
	}
	for _, v := range values[1:] {
		switch m.How {
		case "max":
			if v.Cmp(out) > 0 {
				out.Set(v)
			}
		case "min":
			if v.Cmp(out) < 0 {
				out.Set(v)
			}
		default:
			out.Add(out, v)
		}
	}
	if m.How == "mean" {
		out.Quo(out, new(big.Rat).SetInt64(int64(len(values))))
	}
	return out, nil
}
