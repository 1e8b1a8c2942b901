package main

import (
	"context"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/forecast"
	"zhixing/observation"
	"zhixing/quantity"
)

// demoRain lets the rain of a demonstration go on while it is served: each hour the gauges that spoke an hour before say what the story tells of it,
// or that it is dry, and the forecast comes. Without it every product would be late an hour after the demonstration began.
type demoRain struct {
	t          *teller
	heard, run time.Time // hours up to which the gauges have spoken, and of the last forecast
}

func (t *teller) rain() *demoRain {
	hour := t.db.Now().Truncate(time.Hour)
	return &demoRain{t: t, heard: hour, run: hour.Add(-time.Hour)}
}

// longestDry is how much is made up for where the demonstration stood still.
const longestDry = 12 * time.Hour

// fall is one turn.
func (r *demoRain) fall(ctx context.Context) error {
	now := r.t.db.Now()
	hour := now.Truncate(time.Hour)
	if from := hour.Add(-longestDry); r.heard.Before(from) {
		r.heard = from
	}
	for ; r.heard.Before(hour); r.heard = r.heard.Add(time.Hour) {
		if err := r.measure(ctx, r.heard); err != nil {
			return err
		}
	}
	if !r.run.Before(hour) || now.Before(hour.Add(gridsAfter)) {
		return nil
	}
	var failed error
	r.t.demoGridded(func(d, of *forecast.Definition) {
		b, err := r.t.demoGrid(ctx, d, of, hour)
		if err == nil && b != nil {
			_, err = r.t.works().Forecasts.Take(ctx, r.t.db, fmt.Sprintf("%s-%s-演示.csv", d.Name, hour.In(calendar.Zone).Format("2006010215")), b, "")
		}
		if err != nil {
			failed = err
		}
	})
	r.run = hour // what is refused once is refused again
	return failed
}

// measure records the hour that begins at a moment.
func (r *demoRain) measure(ctx context.Context, at time.Time) error {
	w := r.t.works()
	var failed error
	seen := map[string]bool{} // products may be made of the same gauges
	r.t.demoGridded(func(_, of *forecast.Definition) {
		if failed != nil || seen[of.Gauges] {
			return
		}
		seen[of.Gauges] = true
		told := rainTold(r.t.county.Policies.Story, of)
		failed = r.t.db.Write(ctx, func(tx *db.Tx) error {
			list, err := w.Observations.Named(ctx, tx, observation.SeriesName(of.Gauges))
			if err != nil {
				return err
			}
			var readings []observation.Reading
			for _, s := range list {
				before, err := w.Observations.Window(ctx, tx, observation.Query{Series: s.ID, From: at.Add(-time.Hour), To: at})
				if err != nil {
					return err
				}
				values, ours := told[s.Key]
				if !ours || before.Valid == 0 || !s.Ended.IsZero() {
					continue
				}
				sample, err := quantity.ParseSample(fmt.Sprintf("%.1f", values[at.Unix()]))
				if err != nil {
					return err
				}
				readings = append(readings, observation.Reading{Name: s.Name, Key: s.Key, At: at, Value: observation.Value{Sample: sample, Flag: observation.Normal}, Source: "demo"})
			}
			if len(readings) == 0 {
				return nil
			}
			res, err := w.Observations.Record(ctx, tx, readings)
			if err == nil && len(res.Refused) > 0 {
				err = fmt.Errorf("rain of the demonstration: %s", res.Refused[0].Message)
			}
			return err
		})
	})
	return failed
}
