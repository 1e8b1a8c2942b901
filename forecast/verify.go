package forecast

import (
	"cmp"
	"context"
	"time"

	"zhixing/db"
	"zhixing/forecast/grid"
	"zhixing/forecast/nowcast"
	"zhixing/quantity"
)

// LeadScore is how good the fields of one lead were, and how good it would have been to say that all stays as it was when they were
// made. Both are scored on the cells for which the forecast had a value.
type LeadScore struct {
	Lead       time.Duration // from the run to the end of the field
	Fields     int
	Cast, Stay nowcast.Score
}

// maxVerified bounds how many runs are scored at once.
const maxVerified = 300

// Measured is the product that tells what came of a forecast: the one that it carries on, or the one that it names for what fell before. nil where there
// is none, or their values cannot be held against each other.
func (p *Products) Measured(d *Definition) *Definition {
	of := p.byName[cmp.Or(d.Extrapolate, d.Before)]
	if d.Horizon == 0 || of == nil || of.Places != d.Places || d.Step%of.Step != 0 {
		return nil
	}
	return of
}

// Verify scores the forecasts of a product that were made in a stretch of time against what was measured since, lead by lead. limit is
// what counts as rain, in the product's unit and for its step. Only fields on the same grid are compared.
func (p *Products) Verify(ctx context.Context, tx *db.Tx, name Name, limit quantity.Decimal, from, to time.Time) ([]LeadScore, error) {
	d, err := p.need("Verify", name)
	if err != nil {
		return nil, err
	}
	of := p.Measured(d)
	if of == nil {
		return nil, refuse(Invalid, "Verify", "“%s”没有可以对比的实况产品：外推的看 extrapolate，收来的看 before，小数位要相同，step 是实况的整数倍。", d.Title)
	}
	l, err := d.limit(Threshold{Op: ">=", Value: limit}, 1)
	if err != nil {
		return nil, err
	}
	if l.at > 1<<31-1 || l.at < -1<<31+1 {
		return nil, refuse(Invalid, "Verify", "阈值%s太大。", limit)
	}
	runs, err := p.runsBetween(ctx, tx, name, from, to, maxVerified)
	if err != nil {
		return nil, wrap("Verify", err)
	}
	truth := &measures{p: p, tx: tx, d: of, at: map[time.Time]*grid.Field{}}
	out := make([]LeadScore, int(d.Horizon/d.Step))
	for i := range out {
		out[i].Lead = time.Duration(i+1) * d.Step
	}
	for _, r := range runs {
		if err := p.Load(ctx, tx, r); err != nil {
			return nil, err
		}
		base, err := truth.ending(ctx, r.At)
		if err != nil {
			return nil, wrap("Verify", err)
		}
		for _, f := range r.Fields {
			k := int(f.End.Sub(r.At)/d.Step) - 1
			came, err := truth.fold(ctx, d, f.End)
			if err != nil {
				return nil, wrap("Verify", err)
			}
			if k < 0 || k >= len(out) || base == nil || came == nil || came.Grid != f.Data.Grid || base.Grid != f.Data.Grid {
				continue
			}
			out[k].Fields++
			out[k].Cast.Add(f.Data, came, int32(l.at))
			out[k].Stay.Add(stay(base, f.Data, d.Amount, int64(d.Step/of.Step)), came, int32(l.at))
		}
	}
	return out, nil
}

// stay is the forecast that nothing changes, where the other one has a value.
func stay(base, cast *grid.Field, amount bool, times int64) *grid.Field {
	out := grid.New(base.Grid, base.Scale)
	for i, v := range base.Values {
		if v == grid.Missing || cast.Values[i] == grid.Missing {
			continue
		}
		if out.Values[i] = v; amount {
			out.Values[i] = int32(min(int64(v)*times, 1<<31-1))
		}
	}
	return out
}

// measures reads measured fields, each once.
type measures struct {
	p  *Products
	tx *db.Tx
	d  *Definition
	at map[time.Time]*grid.Field
}

// ending is the field that ends at a moment; nil where there is none.
func (m *measures) ending(ctx context.Context, end time.Time) (*grid.Field, error) {
	f, ok := m.at[end]
	if ok {
		return f, nil
	}
	list, err := m.p.measured(ctx, m.tx, m.d, end, 1)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 && list[0].End.Equal(end) {
		f = list[0].Data
	}
	m.at[end] = f
	return f, nil
}

// fold is what was measured over one step of another product that ends at a moment; nil where a part of it lacks.
func (m *measures) fold(ctx context.Context, d *Definition, end time.Time) (*grid.Field, error) {
	if !d.Amount {
		return m.ending(ctx, end)
	}
	var parts []*grid.Field
	for at := end.Add(-d.Step + m.d.Step); !at.After(end); at = at.Add(m.d.Step) {
		f, err := m.ending(ctx, at)
		if err != nil || f == nil || len(parts) > 0 && f.Grid != parts[0].Grid {
			return nil, err
		}
		parts = append(parts, f)
	}
	sum := grid.New(parts[0].Grid, d.Places)
	for k := range sum.Values {
		sum.Values[k] = total(parts, k)
	}
	return sum, nil
}
