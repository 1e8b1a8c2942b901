package policy

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
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

// Gridded products: forecast.yaml names them, gauges are their readings, and what they show proposes warnings.

const forecastYAML = "forecast.yaml"

// grids reads forecast.yaml.
func (f *folder) grids(c *County) {
	if !f.has(forecastYAML) {
		return
	}
	b, ok := f.read(forecastYAML, maxYAML)
	if !ok {
		return
	}
	defs, err := forecast.ReadDefinitions(forecastYAML, b)
	if err == nil {
		_, err = forecast.New(string(c.Place.Code), defs, nil)
	}
	if err != nil {
		f.badGrid(err)
		return
	}
	c.Grids = defs
}

// badGrid tells a mistake in its line: package forecast writes both in one sentence.
func (f *folder) badGrid(err error) {
	says, line := err.Error(), 0
	if rest, ok := strings.CutPrefix(says, forecastYAML+":"); ok {
		if n, words, ok := strings.Cut(rest, "："); ok {
			if k, err := strconv.Atoi(n); err == nil {
				says, line = words, k
			}
		}
	}
	f.bad(forecastYAML, line, "%s", strings.TrimPrefix(says, forecastYAML+"："))
}

// gauged holds the products that are made of gauges against the series of the policies.
func (f *folder) gauged(c *County) {
	for _, d := range c.Grids {
		if d.Gauges == "" {
			continue
		}
		var names []string
		var series *observation.Definition
		if c.Policies != nil {
			for _, s := range c.Policies.Series {
				if names = append(names, string(s.Name)); string(s.Name) == d.Gauges {
					series = s
				}
			}
		}
		switch {
		case series == nil:
			f.bad(forecastYAML, d.LineNo, "产品“%s”的 gauges“%s”不是哪个政策包的监测项目%s", d.Name, d.Gauges, nearest(d.Gauges, names))
		case !c.Policies.placed(series.Register):
			f.bad(forecastYAML, d.LineNo, "产品“%s”的 gauges“%s”测的是台账“%s”的条目，它没有位置字段", d.Name, d.Gauges, series.Register)
		default:
			if _, err := quantity.Convert(quantity.Int(1), series.Unit, d.Unit); err != nil {
				f.bad(forecastYAML, d.LineNo, "产品“%s”的单位是 %s，监测项目“%s”的是 %s，换算不了", d.Name, d.Unit, d.Gauges, series.Unit)
			}
		}
	}
}

// placed reports whether the entries of a register have a place.
func (s *Set) placed(name string) bool {
	return slices.ContainsFunc(s.Registers, func(x *register.Schema) bool {
		return string(x.Name) == name && slices.ContainsFunc(x.Fields, func(f register.Field) bool { return f.Geo() })
	})
}

// foretold holds the threshold of a level against the products: one of an element that no product forecasts, or that a product can say nothing
// to, would never be reached. A county without forecast.yaml takes no grids yet.
func (k *pack) foretold(file string, line int, element text, t *warning.Foreseen) {
	if len(k.county.Grids) == 0 {
		return
	}
	var names []string
	for i := range k.county.Grids {
		d := &k.county.Grids[i]
		if d.Horizon == 0 {
			continue
		}
		if names = append(names, d.Element); d.Element != element.s {
			continue
		}
		if _, err := d.Signal(t.Threshold, t.Unit, t.Window, t.Ahead, t.Most); err != nil {
			k.bad(file, max(line, element.line), "forecast.yaml 的产品“%s”用不上这个阈值：%s", d.Name, unwrapped(err))
		}
	}
	if !slices.Contains(names, element.s) {
		k.bad(file, max(line, element.line), "forecast.yaml 里没有哪个产品预报“%s”%s", element.s, nearest(element.s, names))
	}
}

// unwrapped is the sentence of a refusal without the name of the operation.
func unwrapped(err error) string {
	var e *forecast.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

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
