package forecast

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/forecast/grid"
	"zhixing/quantity"
)

// window is the fields that end within one stretch of time.
type window struct {
	end    time.Time
	fields []Field
	fold   Fold
}

// windows are those that end after now. times is by what their values are multiplied.
func (d *Definition) windows(r *Run, t Threshold, now time.Time) (out []window, times int64, err error) {
	if err := d.fits(t); err != nil {
		return nil, 0, err
	}
	times = 1
	if t.Fold == Mean {
		times = int64(t.Window / d.Step)
	}
	for i, f := range r.Fields {
		if !f.End.After(now) || t.Within > 0 && f.Start.After(now.Add(t.Within)) {
			continue
		}
		w := window{end: f.End, fold: t.Fold, fields: r.Fields[i : i+1]}
		if t.Fold != Each {
			k := i
			for k > 0 && !r.Fields[k-1].Start.Before(f.End.Add(-t.Window)) {
				k--
			}
			w.fields = r.Fields[k : i+1]
			if t.Fold == Mean && int64(len(w.fields)) != times { // not all of it is known
				continue
			}
		}
		out = append(out, w)
	}
	return out, times, nil
}

// value is the window's at a cell. A sum leaves out what is missing: what is known has fallen whatever else fell.
func (w *window) value(cell int) (int64, bool) {
	sum, any := int64(0), false
	last := w.fields[len(w.fields)-1].Data.Values[cell]
	if w.fold == Fall {
		high := int64(grid.Missing)
		for _, f := range w.fields {
			high = max(high, int64(f.Data.Values[cell]))
		}
		return high - int64(last), last != grid.Missing
	}
	for _, f := range w.fields {
		v := f.Data.Values[cell]
		if v == grid.Missing {
			if w.fold == Sum {
				continue
			}
			return 0, false
		}
		sum, any = sum+int64(v), true
	}
	return sum, any
}

// measured is how much of a sum was measured, not forecast.
func (w *window) measured(cell int) (sum int64) {
	for _, f := range w.fields {
		if v := f.Data.Values[cell]; w.fold == Sum && f.measured && v != grid.Missing {
			sum += int64(v)
		}
	}
	return sum
}

// maxMeasured bounds how many measured fields a window may reach back over.
const maxMeasured = 300

// prepend puts what was measured in place of the hours of the run that are over, and in front of them, on the run's grid (nearest cell),
// as far back as it is unbroken. Hours for which the measurements are not in yet stay as they were forecast.
func (p *Products) prepend(ctx context.Context, tx *db.Tx, d *Definition, r *Run, t Threshold) error {
	of := p.byName[d.Before]
	if of == nil || t.Fold != Sum {
		return nil
	}
	next := slices.IndexFunc(r.Fields, func(f Field) bool { return f.End.After(tx.Now()) })
	if next < 0 {
		return nil
	}
	for k := next; k >= 0; k-- {
		by := r.Fields[k].Start
		past, err := p.measured(ctx, tx, of, by, min(maxMeasured, int(t.Window/of.Step)+1))
		if err != nil {
			return err
		}
		var chain []Field
		for _, f := range past {
			if !f.End.Equal(by) {
				break
			}
			f.Data, f.measured = regrid(f.Data, r.Grid, d.Places), true
			chain = append(chain, f)
			by = f.Start
		}
		if len(chain) > 0 {
			slices.Reverse(chain)
			r.Fields = append(chain, r.Fields[k:]...)
			return nil
		}
	}
	return nil
}

// regrid is a field on another grid, each node by the nearest cell, with other places.
func regrid(f *grid.Field, g grid.Grid, places int) *grid.Field {
	out := grid.New(g, places)
	for i := range out.Values {
		at := middle(g, i)
		v, ok := f.Nearest(at.X, at.Y)
		if !ok {
			continue
		}
		x, err := quantity.Round(quantity.New(int64(v), f.Scale).Rat(), places)
		if err == nil && x.Coef() > grid.Missing && x.Coef() < -grid.Missing {
			out.Values[i] = int32(x.Coef())
		}
	}
	return out
}
