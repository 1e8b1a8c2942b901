package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/forecast"
	"zhixing/forecast/grid"
	"zhixing/forecast/nowcast"
	"zhixing/observation"
	"zhixing/policy"
	"zhixing/register"
)

// The demonstration has grids, too: each hour around its storm it makes what the county makes of gauges, and takes in a forecast that is made of what
// the gauges of the story measure later. The file says so.

const demoGridNote = "演示：由演示故事里后来的实况挪动时间、改小做成，不是任何气象台的预报。"

// demoCast is what such a forecast says of a gauge for the hour that begins at start, lead hours after its run. It errs as forecasts do: it spreads the
// rain over more hours and sees no drizzle, and the further ahead the less of it and the more too early here and too late there.
func demoCast(gauge string, told map[int64]float64, run, start time.Time, lead int) float64 {
	n := int(run.Unix() / 3600)
	for _, c := range gauge {
		n += int(c)
	}
	off := time.Duration((lead+1+n%2)/3) * time.Hour
	if n%4 < 2 {
		off = -off
	}
	at := start.Add(off)
	rain := .6*told[at.Unix()] + .2*told[at.Add(-time.Hour).Unix()] + .2*told[at.Add(time.Hour).Unix()]
	return max(0, rain*(1-.04*float64(lead))-.15)
}

// gridsAfter is how long after the hour: readings are in by then, and the forecast has come.
const gridsAfter = 12 * time.Minute

// toldRain is what the story's gauges of a product measure: value by hour, by key of the gauge.
type toldRain map[string]map[int64]float64

func rainTold(story []policy.Fact, of *forecast.Definition) toldRain {
	out := toldRain{}
	for _, f := range story {
		if f.Kind != policy.ReadingFact || f.ID != of.Gauges {
			continue
		}
		if out[f.Key] == nil {
			out[f.Key] = map[int64]float64{}
		}
		for _, r := range f.Readings {
			if v, err := strconv.ParseFloat(r.Value, 64); err == nil {
				out[f.Key][r.At.Unix()] = v
			}
		}
	}
	return out
}

// demoGridded are the products of which the story can tell: forecasts that are taken in, with the product of gauges that tells what came.
func (t *teller) demoGridded(each func(d, of *forecast.Definition)) {
	p := t.works().Forecasts
	for _, d := range p.All() {
		if d.Horizon == 0 || d.Extrapolate != "" {
			continue
		}
		if of := p.Measured(d); of != nil && of.Gauges != "" && of.Step == d.Step {
			each(d, of)
		}
	}
}

// gridMoments are the hours at which grids are made: while it rains, before that as far as a forecast sees it, and the last ones of the story.
func (t *teller) gridMoments() (out []moment) {
	if t.county.Policies == nil {
		return nil
	}
	hours := map[int64]bool{}
	t.demoGridded(func(d, of *forecast.Definition) {
		for _, values := range rainTold(t.county.Policies.Story, of) {
			for at, v := range values {
				if v > 0 {
					for h := at - int64(d.Horizon/time.Second); h <= at+2*3600; h += int64(d.Step / time.Second) {
						hours[h] = true
					}
				}
			}
		}
		for k := range 4 {
			if h := t.story.On.Add(-time.Duration(k+1) * d.Step).Truncate(d.Step); len(hours) > 0 {
				hours[h.Unix()] = true
			}
		}
	})
	for h := range hours {
		out = append(out, moment{at: time.Unix(h, 0).Add(gridsAfter), grids: true})
	}
	slices.SortFunc(out, func(a, b moment) int { return a.at.Compare(b.at) })
	return out
}

// tellGrids makes and takes in the grids of an hour.
func (t *teller) tellGrids(ctx context.Context, m moment) error {
	p := t.works().Forecasts
	if err := p.Tick(ctx, t.db); err != nil {
		return err
	}
	var failed error
	t.demoGridded(func(d, of *forecast.Definition) {
		if failed != nil {
			return
		}
		b, err := t.demoGrid(ctx, d, of, m.at.Truncate(d.Step))
		if err == nil && b != nil {
			_, err = p.Take(ctx, t.db, fmt.Sprintf("%s-%s-演示.csv", d.Name, m.at.In(calendar.Zone).Format("2006010215")), b, "")
		}
		if forecast.KindOf(err) != 0 {
			t.leave(m, err)
			err = nil
		}
		failed = err
	})
	if failed != nil {
		return failed
	}
	return t.db.Write(ctx, func(tx *db.Tx) error { return t.mark(ctx, tx, m) })
}

// demoGrid is the forecast of a run as a file; nil where the story has no gauges with a place.
func (t *teller) demoGrid(ctx context.Context, d, of *forecast.Definition, run time.Time) ([]byte, error) {
	told := rainTold(t.county.Policies.Story, of)
	at := map[string]register.XY{}
	err := t.db.Read(ctx, func(tx *db.Tx) error {
		w := t.works()
		series := w.Observations.Definition(observation.SeriesName(of.Gauges))
		if series == nil {
			return nil
		}
		schema, ok := w.Registers.Schema(register.Name(series.Register))
		if !ok {
			return nil
		}
		for key := range told {
			e, err := w.Registers.Get(ctx, tx, register.Inside, schema.Name, key, register.AsOf{})
			if register.KindOf(err) == register.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			shape, err := w.Registers.Geometry(ctx, tx, register.Inside, schema, e)
			if err != nil {
				return err
			}
			if shape != nil {
				at[key] = shape.Middle()
			}
		}
		return nil
	})
	if err != nil || len(at) == 0 {
		return nil, err
	}
	a, r := of.Area, of.Resolution
	g := grid.Grid{West: a.MinX, South: a.MinY, DX: r, DY: r, NX: int((a.MaxX-a.MinX)/r) + 1, NY: int((a.MaxY-a.MinY)/r) + 1}
	var b strings.Builder
	fmt.Fprintf(&b, "product,%s\nrun,%s\nunit,%s\nnote,%s\nstart,end,lon,lat,value\n", d.Pick.CSV, run.Format(time.RFC3339), d.Unit, demoGridNote)
	for lead := 1; lead <= int(d.Horizon/d.Step); lead++ {
		end := run.Add(time.Duration(lead) * d.Step)
		start := end.Add(-d.Step)
		var gauges []nowcast.Gauge
		for key, xy := range at {
			gauges = append(gauges, nowcast.Gauge{X: xy.X, Y: xy.Y, Value: int32(math.Round(demoCast(key, told[key], run, start, lead) * math.Pow10(d.Places)))})
		}
		slices.SortFunc(gauges, func(a, b nowcast.Gauge) int { return int(a.X - b.X) })
		f := nowcast.Spread(gauges, g, d.Places, 100_000) // all of the county
		for i, v := range f.Values {
			if v == grid.Missing {
				continue
			}
			x, y := g.Node(i%g.NX, i/g.NX)
			fmt.Fprintf(&b, "%s,%s,%.4f,%.4f,%s\n", start.Format(time.RFC3339), end.Format(time.RFC3339), float64(x)/grid.Degree, float64(y)/grid.Degree, d.Decimal(v))
		}
	}
	return []byte(b.String()), nil
}
