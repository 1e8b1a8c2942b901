package observation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// maxDays bounds what Days is asked for: ten years.
const maxDays = 3660

// Days sums up each day from from to to, both included. over says whether a value is over a limit; nil: nothing is. It must
// call values between two that are not over not over either, as limits do.
func (o *Observations) Days(ctx context.Context, tx *db.Tx, id SeriesID, from, to calendar.Date, over func(Value) bool) ([]DaySum, error) {
	s, err := o.SeriesByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	n := int(to.Time().Sub(from.Time())/(24*time.Hour)) + 1
	if n < 1 || n > maxDays {
		return nil, refuse(TooLarge, "Days", "请查询 1 日至 %d 日之间的时段。", maxDays)
	}
	stored, err := o.storedDays(ctx, tx, s, from, to)
	if err != nil {
		return nil, wrap("Days", err)
	}
	d := o.byName[s.Name]
	out := make([]DaySum, 0, n)
	for day := from; len(out) < n; day = day.AddDays(1) {
		sum := DaySum{Day: day}
		if text, ok := stored[day]; ok && text == "" { // not summed yet
			sum.Stats, err = o.Window(ctx, tx, Query{Series: id, From: dayStart(day), To: dayStart(day.AddDays(1))})
		} else if ok {
			sum.Stats, _, err = daySumOf(text, id)
			sum.LastAt = dayStart(day)
		}
		if err == nil && over != nil && sum.Valid > 0 && (over(Measured(sum.Min)) || over(Measured(sum.Max))) {
			sum.Over, err = o.countOver(ctx, tx, id, day, over)
		}
		if err != nil {
			return nil, wrap("Days", err)
		}
		if d != nil && d.Kind == s.Kind {
			sum.Expected = d.expectedOn(day, s.Since, tx.Now())
		}
		out = append(out, sum)
	}
	return out, nil
}

func (o *Observations) countOver(ctx context.Context, tx *db.Tx, id SeriesID, day calendar.Date, over func(Value) bool) (n int, err error) {
	err = o.Each(ctx, tx, Query{Series: id, From: dayStart(day), To: dayStart(day.AddDays(1))}, func(r Reading) error {
		if r.Counts() && over(r.Value) {
			n++
		}
		return nil
	})
	return n, err
}

// storedDays are the texts of the days that have readings; empty for those that are stale.
func (o *Observations) storedDays(ctx context.Context, tx *db.Tx, s Series, from, to calendar.Date) (map[calendar.Date]string, error) {
	rows, err := tx.Query(ctx, `/* observation.storedDays */ SELECT day, stale, data FROM observation_day WHERE county = $1 AND place = $2 AND kind = $3 AND day >= $4 AND day <= $5`,
		o.County, int64(s.Place), s.Kind.code(), db.Micros(dayStart(from)), db.Micros(dayStart(to)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[calendar.Date]string{}
	for rows.Next() {
		var day int64
		var stale bool
		var text string
		if err := rows.Scan(&day, &stale, &text); err != nil {
			return nil, err
		}
		if stale {
			text = ""
		}
		out[calendar.DateOf(db.FromMicros(day))] = text
	}
	return out, rows.Err()
}

// A chart of longer than rawDays is drawn of day sums.
const rawDays = 31

// Buckets cuts a stretch of time into at most n parts for a chart; parts without readings are left out. Longer stretches are
// cut at days.
func (o *Observations) Buckets(ctx context.Context, tx *db.Tx, id SeriesID, from, to time.Time, n int) ([]Bucket, error) {
	span := to.Sub(from)
	if n < 1 || n > 5000 || span <= 0 {
		return nil, refuse(Bad, "Buckets", "时段或点数不对。")
	}
	if span > rawDays*24*time.Hour {
		return o.dayBuckets(ctx, tx, id, from, to, n)
	}
	step := max(time.Second, (span+time.Duration(n)-1)/time.Duration(n))
	var out []Bucket
	err := o.Each(ctx, tx, Query{Series: id, From: from, To: to}, func(r Reading) error {
		start := from.Add(r.At.Sub(from) / step * step)
		if len(out) == 0 || !out[len(out)-1].From.Equal(start) {
			out = append(out, Bucket{From: start, To: start.Add(step)})
		}
		out[len(out)-1].add(r.At, r.Value)
		return nil
	})
	return out, wrap("Buckets", err)
}

func (o *Observations) dayBuckets(ctx context.Context, tx *db.Tx, id SeriesID, from, to time.Time, n int) ([]Bucket, error) {
	first, last := calendar.DateOf(from), calendar.DateOf(to.Add(-1))
	days, err := o.Days(ctx, tx, id, first, last, nil)
	if err != nil {
		return nil, err
	}
	each := (len(days) + n - 1) / n
	var out []Bucket
	for part := range slices.Chunk(days, each) {
		b := Bucket{From: dayStart(part[0].Day), To: dayStart(part[len(part)-1].Day.AddDays(1))}
		for i := range part {
			b.merge(part[i].Stats)
		}
		if b.Valid+b.Invalid+b.Missing > 0 {
			out = append(out, b)
		}
	}
	return out, nil
}

// makeDays sums up stale days that are over.
func (o *Observations) makeDays(ctx context.Context, tx *db.Tx, now time.Time) (more bool, err error) {
	stale, err := o.staleDays(ctx, tx, now)
	if err != nil {
		return false, err
	}
	for _, d := range stale {
		text, err := o.sumDay(ctx, tx, d)
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `/* observation.makeDays */ UPDATE observation_day SET stale = false, data = $5 WHERE county = $1 AND place = $2 AND kind = $3 AND day = $4`,
			o.County, int64(d.place), d.kind, d.day, text)
		if err != nil {
			return false, err
		}
	}
	return len(stale) == daysAtOnce, nil
}

func (o *Observations) staleDays(ctx context.Context, tx *db.Tx, now time.Time) (out []dayKey, err error) {
	rows, err := tx.Query(ctx, `/* observation.staleDays */ SELECT place, kind, day FROM observation_day WHERE county = $1 AND stale AND day < $2 ORDER BY day, place, kind LIMIT $3`,
		o.County, db.Micros(Day.Start(now)), daysAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d dayKey
		if err := rows.Scan(&d.place, &d.kind, &d.day); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// sumDay sums up all series of a place and kind on a day.
func (o *Observations) sumDay(ctx context.Context, tx *db.Tx, d dayKey) (string, error) {
	type cell struct {
		series SeriesID
		at     int64
	}
	current := map[cell]Value{}
	var order []cell
	rows, err := tx.Query(ctx, `/* observation.sumDay */ SELECT at, data FROM observation_reading WHERE county = $1 AND place = $2 AND kind = $3 AND at >= $4 AND at < $5 ORDER BY at, n`,
		o.County, int64(d.place), d.kind, d.day, d.day+(24*time.Hour).Microseconds())
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		var data string
		if err := rows.Scan(&at, &data); err != nil {
			return "", err
		}
		var bad error
		err := eachOfSet(data, func(id SeriesID, text string) bool {
			var v Value
			if v, bad = parseValue(text); bad != nil {
				return false
			}
			c := cell{id, at}
			if _, ok := current[c]; !ok {
				order = append(order, c)
			}
			current[c] = v
			return true
		})
		if err != nil || bad != nil {
			return "", cmp.Or(err, bad)
		}
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	sums := map[SeriesID]*Stats{}
	var ids []SeriesID
	for _, c := range order {
		if sums[c.series] == nil {
			sums[c.series] = &Stats{}
			ids = append(ids, c.series)
		}
		sums[c.series].add(db.FromMicros(c.at), current[c])
	}
	slices.Sort(ids)
	text := []byte{}
	for _, id := range ids {
		text = appendDaySum(text, id, sums[id])
	}
	if len(text) == 0 {
		text = append(text, '-') // summed, and nothing there
	}
	return string(text), nil
}
