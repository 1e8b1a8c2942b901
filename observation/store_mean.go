package observation

import (
	"context"
	"time"

	"zhixing/db"
)

// Tick makes the means that are due and the sums of days that are over. It is safe to call at any time and after any pause; it
// does some work and says whether there is more, so that writers get in between.
func (o *Observations) Tick(ctx context.Context, tx *db.Tx, now time.Time) (more bool, err error) {
	means, err := o.makeMeans(ctx, tx, now)
	if err != nil {
		return false, wrap("Tick", err)
	}
	days, err := o.makeDays(ctx, tx, now)
	return means || days, wrap("Tick", err)
}

const (
	meansAtOnce = 200
	daysAtOnce  = 10
)

type dueMean struct {
	series SeriesID
	start  int64
}

func (o *Observations) makeMeans(ctx context.Context, tx *db.Tx, now time.Time) (more bool, err error) {
	due, err := o.dueMeans(ctx, tx, now)
	if err != nil || len(due) == 0 {
		return false, err
	}
	var list []Reading
	for _, m := range due {
		r, ok, err := o.meanReading(ctx, tx, m)
		if err != nil {
			return false, err
		}
		if ok {
			list = append(list, r)
		}
		if _, err := tx.Exec(ctx, `/* observation.makeMeans */ DELETE FROM observation_mean WHERE county = $1 AND series = $2 AND start = $3`, o.County, int64(m.series), m.start); err != nil {
			return false, err
		}
	}
	_, err = o.record(ctx, tx, list, true)
	return len(due) == meansAtOnce, err
}

func (o *Observations) dueMeans(ctx context.Context, tx *db.Tx, now time.Time) (due []dueMean, err error) {
	rows, err := tx.Query(ctx, `/* observation.dueMeans */ SELECT series, start FROM observation_mean WHERE county = $1 AND due_at <= $2 ORDER BY due_at, series, start LIMIT $3`,
		o.County, db.Micros(now), meansAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m dueMean
		if err := rows.Scan(&m.series, &m.start); err != nil {
			return nil, err
		}
		due = append(due, m)
	}
	return due, rows.Err()
}

// meanReading computes one mean; false where there is nothing to say.
func (o *Observations) meanReading(ctx context.Context, tx *db.Tx, m dueMean) (r Reading, ok bool, err error) {
	s, err := o.SeriesByID(ctx, tx, m.series)
	if err != nil {
		return r, false, err
	}
	d := o.byName[s.Name]
	if d == nil || d.MeanOf == "" || d.Kind != s.Kind || string(d.Unit) != s.Unit {
		return r, false, nil // no policy asks any more
	}
	from, ok, err := o.Find(ctx, tx, d.MeanOf, s.Key)
	if err != nil || !ok {
		return r, false, err
	}
	start := db.FromMicros(m.start)
	stats, err := o.Window(ctx, tx, Query{Series: from.ID, From: start, To: d.Kind.End(start, 0)})
	if err != nil {
		return r, false, err
	}
	v, ok, err := mean(d, o.byName[d.MeanOf], start, stats)
	if err != nil {
		return r, false, err
	}
	if !ok { // all was taken back; where no mean was made this changes nothing
		v = Value{Empty: true, Flag: Withdrawn}
	}
	return Reading{Series: s.ID, At: start, Value: v, Source: Source("mean/" + from.Name)}, true, nil
}
