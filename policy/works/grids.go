package works

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/forecast"
	"zhixing/forecast/nowcast"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/warning"
)

// Gridded products: gauges are readings, and what products show proposes warnings.

// gauges are what the gauges of a product measured in a period: of an amount what fell in it, of anything else the last value.
func (w *Works) gauges(ctx context.Context, tx *db.Tx, of *forecast.Definition, start, end time.Time) ([]nowcast.Gauge, error) {
	d := w.Observations.Definition(observation.SeriesName(of.Gauges))
	if d == nil {
		return nil, nil // no policy of today orders it
	}
	schema, ok := w.Registers.Schema(register.Name(d.Register))
	if !ok {
		return nil, nil
	}
	list, err := w.Observations.Named(ctx, tx, d.Name)
	if err != nil {
		return nil, err
	}
	var out []nowcast.Gauge
	for _, s := range list {
		if s.Unit != string(d.Unit) || s.Kind != d.Kind || !s.Ended.IsZero() && !s.Ended.After(start) {
			continue
		}
		stats, err := w.Observations.Window(ctx, tx, observation.Query{Series: s.ID, From: start, To: end})
		if err != nil {
			return nil, err
		}
		if stats.Valid == 0 || of.Amount && time.Duration(stats.Valid)*d.Step() < end.Sub(start) && d.Step() > 0 { // part of what fell is not what fell
			continue
		}
		v := stats.Last.Rat()
		if of.Amount {
			v = stats.Sum
		}
		entry, err := w.Registers.Get(ctx, tx, register.Inside, schema.Name, s.Key, register.AsOf{})
		if register.KindOf(err) == register.NotFound || err == nil && entry.Removed() {
			continue
		}
		if err != nil {
			return nil, err
		}
		at, err := w.Registers.Geometry(ctx, tx, register.Inside, schema, entry)
		if err != nil {
			return nil, err
		}
		if at == nil {
			continue
		}
		n, err := scaled(v, d.Unit, of.Unit, of.Places)
		if err != nil {
			return nil, fmt.Errorf("series %s: %w", s.Address(), err)
		}
		xy := at.Middle()
		out = append(out, nowcast.Gauge{X: xy.X, Y: xy.Y, Value: n})
	}
	return out, nil
}

// scaled is a value in 10^-places of another unit.
func scaled(v *big.Rat, from, to quantity.Unit, places int) (int32, error) {
	d, err := quantity.Round(v, 6)
	if err != nil {
		return 0, err
	}
	if v, err = quantity.Convert(d, from, to); err != nil {
		return 0, err
	}
	if d, err = quantity.Round(v, places); err != nil {
		return 0, err
	}
	if d = d.Round(places); d.Coef() > 1<<30 || d.Coef() < -1<<30 {
		return 0, fmt.Errorf("%s is beyond any measurement", d)
	}
	for range places - d.Scale() {
		d = quantity.New(d.Coef()*10, d.Scale()+1)
	}
	return int32(d.Coef()), nil
}

// exceed is where products of an element show a threshold exceeded: by each township whose outline is known, and by every product that is not
// late. The county's own extrapolation is asked where no other product is there; the reason names the product.
func (w *Works) exceed(ctx context.Context, tx *db.Tx, f *warning.Foreseen) (out []warning.Exceeded, looked bool, err error) {
	status, err := w.Forecasts.Status(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	var given, own []*forecast.Definition
	for _, s := range status {
		switch d := s.Product; {
		case d.Horizon == 0 || d.Element != f.Element || s.Run == nil || s.Late:
		case d.Extrapolate != "":
			own = append(own, d)
		default:
			given = append(given, d)
		}
	}
	if len(given) == 0 {
		given = own
	}
	towns := w.outlines()
	for _, d := range given {
		t, err := d.Signal(f.Threshold, f.Unit, f.Window, f.Ahead, f.Most)
		if err != nil {
			return nil, false, err
		}
		found, err := w.Forecasts.ExceedIn(ctx, tx, d.Name, t, towns)
		if err != nil {
			return nil, false, err
		}
		for i, e := range found {
			if e == nil {
				continue
			}
			out = append(out, warning.Exceeded{Product: fmt.Sprintf("%s/%s", d.Name, e.Run.At.In(calendar.Zone).Format("200601021504")), Place: warning.Place{Town: towns[i].Name, Code: w.codeOf(towns[i].Name, "")},
				From: e.First, Worst: e.Worst.Value.String() + " " + string(d.Unit), Cells: len(e.Cells), Run: e.Run.ID, Says: e.Reason})
		}
	}
	return out, len(given) > 0 && len(towns) > 0, nil
}

// outlines are the townships whose outlines are known.
func (w *Works) outlines() []register.Place {
	var out []register.Place
	if p := w.Forecasts.Places; p != nil {
		for _, x := range p.List {
			if x.Kind == register.TownPlace {
				out = append(out, x)
			}
		}
	}
	return out
}

// rests keeps the run on which a warning rests, beyond its time.
func (w *Works) rests(ctx context.Context, tx *db.Tx, v *warning.Version, run int64) error {
	err := w.Forecasts.Hold(ctx, tx, run, v.Headline)
	if forecast.KindOf(err) == forecast.NotFound { // it was swept before anybody warned
		return nil
	}
	return err
}
