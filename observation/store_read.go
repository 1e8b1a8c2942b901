package observation

import (
	"context"
	"math"
	"time"

	"zhixing/db"
)

// Each calls do with the readings of a series in a stretch of time, oldest first, each instant as it now is or, with q.AsOf, as
// it was known then. What was taken back is left out. It stops at the first error, which it returns. q.Limit is only a hint here.
func (o *Observations) Each(ctx context.Context, tx *db.Tx, q Query, do func(Reading) error) error {
	s, err := o.SeriesByID(ctx, tx, q.Series)
	if err != nil {
		return err
	}
	var last Reading
	flush := func() error {
		r := last
		last = Reading{}
		if r.Version == 0 || r.Flag == Withdrawn {
			return nil
		}
		return do(r)
	}
	err = o.eachVersion(ctx, tx, s, q, func(r Reading) error {
		if last.Version > 0 && !last.At.Equal(r.At) {
			if err := flush(); err != nil {
				return err
			}
		}
		r.Version = last.Version + 1
		last = r
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// page is how many stored sets are read at once. They are let go of before anybody is called, so that who is called may ask
// the same transaction, and so that PostgreSQL sends no more than is wanted.
var page = 2000

// eachVersion calls do with every version of every reading of the series.
func (o *Observations) eachVersion(ctx context.Context, tx *db.Tx, s Series, q Query, do func(Reading) error) error {
	from, to, asOf := bounds(q)
	size := page
	if q.Limit > 0 {
		size = min(page, q.Limit+q.Limit/8+8)
	}
	var batch []Reading
	for n := 0; ; {
		batch = batch[:0]
		rows, err := o.readPage(ctx, tx, s, &from, &n, to, asOf, size, &batch)
		if err != nil {
			return err
		}
		for _, r := range batch {
			if err := do(r); err != nil {
				return err
			}
		}
		if rows < size {
			return nil
		}
	}
}

// readPage reads the sets behind version n of the instant from, and moves both on.
func (o *Observations) readPage(ctx context.Context, tx *db.Tx, s Series, from *int64, n *int, to, asOf int64, size int, into *[]Reading) (count int, err error) {
	rows, err := tx.Query(ctx, `/* observation.readPage */ SELECT at, n, recorded_at, source, data FROM observation_reading
		WHERE county = $1 AND place = $2 AND kind = $3 AND (at, n) > ($4, $5) AND at < $6 AND recorded_at <= $7 ORDER BY at, n LIMIT $8`,
		o.County, int64(s.Place), s.Kind.code(), *from, *n, to, asOf, size)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var recorded int64
		var source, data string
		if err := rows.Scan(from, n, &recorded, &source, &data); err != nil {
			return 0, err
		}
		count++
		v, ok, err := ofSet(data, s.ID)
		if err != nil {
			return 0, err
		}
		if ok {
			*into = append(*into, Reading{Series: s.ID, Name: s.Name, Key: s.Key, At: db.FromMicros(*from), Value: v, Source: Source(source), Recorded: db.FromMicros(recorded), Version: 1})
		}
	}
	return count, rows.Err()
}

func bounds(q Query) (from, to, asOf int64) {
	from, to, asOf = math.MinInt64, math.MaxInt64, math.MaxInt64
	if !q.From.IsZero() {
		from = db.Micros(q.From)
	}
	if !q.To.IsZero() {
		to = db.Micros(q.To)
	}
	if !q.AsOf.IsZero() {
		asOf = db.Micros(q.AsOf)
	}
	return from, to, asOf
}

// Range lists readings of a series, oldest first, and where to go on: From of the next call, zero at the end.
func (o *Observations) Range(ctx context.Context, tx *db.Tx, q Query) (list []Reading, next time.Time, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = 1000
	}
	limit = min(limit, MaxLimit)
	q.Limit = limit
	err = o.Each(ctx, tx, q, func(r Reading) error {
		if len(list) == limit {
			next = r.At
			return errEnough
		}
		list = append(list, r)
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return list, next, wrap("Range", err)
}

// Versions are all that was ever recorded for an instant of a series, oldest first.
func (o *Observations) Versions(ctx context.Context, tx *db.Tx, id SeriesID, at time.Time) ([]Reading, error) {
	s, err := o.SeriesByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var out []Reading
	err = o.eachVersion(ctx, tx, s, Query{From: at, To: at.Add(time.Microsecond)}, func(r Reading) error {
		r.Version = len(out) + 1
		out = append(out, r)
		return nil
	})
	return out, wrap("Versions", err)
}

// Window sums up the readings of a series in a stretch of time.
func (o *Observations) Window(ctx context.Context, tx *db.Tx, q Query) (Stats, error) {
	var s Stats
	err := o.Each(ctx, tx, q, func(r Reading) error {
		s.add(r.At, r.Value)
		return nil
	})
	return s, wrap("Window", err)
}

// LatestOf is the newest reading of each series that the entries of a register have, by place.
func (o *Observations) LatestOf(ctx context.Context, tx *db.Tx, register string) ([]Latest, error) {
	return o.latest(ctx, tx, `/* observation.LatestOf */ SELECT id, heard_at, silent, latest, entry FROM observation_place WHERE county = $1 AND register = $2 ORDER BY id`, o.County, register)
}

// LatestAt is the newest reading of each series of one entry.
func (o *Observations) LatestAt(ctx context.Context, tx *db.Tx, register, key string) ([]Latest, error) {
	return o.latest(ctx, tx, `/* observation.LatestAt */ SELECT id, heard_at, silent, latest, entry FROM observation_place WHERE county = $1 AND register = $2 AND entry = $3`, o.County, register, key)
}

func (o *Observations) latest(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Latest, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, wrap("latest", err)
	}
	defer rows.Close()
	var out []Latest
	for rows.Next() {
		var id, heard int64
		var silent, text, entry string
		if err := rows.Scan(&id, &heard, &silent, &text, &entry); err != nil {
			return nil, err
		}
		list, err := parseLatest(text)
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			v, err := parseValue(l.value)
			if err != nil {
				return nil, err
			}
			out = append(out, Latest{Series: l.series, Key: entry, At: db.FromMicros(l.at), Value: v, Heard: db.FromMicros(heard)})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return o.withoutWithdrawn(ctx, tx, out)
}

// withoutWithdrawn puts the reading before in place of one that was taken back.
func (o *Observations) withoutWithdrawn(ctx context.Context, tx *db.Tx, list []Latest) ([]Latest, error) {
	kept := list[:0]
	for _, l := range list {
		if l.Flag == Withdrawn {
			r, ok, err := o.Before(ctx, tx, l.Series, l.At)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			l.At, l.Value = r.At, r.Value
		}
		kept = append(kept, l)
	}
	return kept, nil
}

// Before is the last reading of a series before an instant; false where there is none.
func (o *Observations) Before(ctx context.Context, tx *db.Tx, id SeriesID, at time.Time) (Reading, bool, error) {
	s, err := o.SeriesByID(ctx, tx, id)
	if err != nil {
		return Reading{}, false, err
	}
	for {
		earlier, ok, err := o.instantBefore(ctx, tx, s, at)
		if err != nil || !ok {
			return Reading{}, false, wrap("Before", err)
		}
		list, _, err := o.Range(ctx, tx, Query{Series: id, From: earlier, To: earlier.Add(time.Microsecond)})
		if err != nil {
			return Reading{}, false, err
		}
		if len(list) == 1 {
			return list[0], true, nil
		}
		at = earlier
	}
}

// instantBefore is the last instant before at of which a set names the series.
func (o *Observations) instantBefore(ctx context.Context, tx *db.Tx, s Series, at time.Time) (time.Time, bool, error) {
	for before, v := db.Micros(at), 0; ; {
		found, n, err := o.pageBefore(ctx, tx, s, &before, &v)
		if err != nil || found || n < page {
			return db.FromMicros(before), found, err
		}
	}
}

func (o *Observations) pageBefore(ctx context.Context, tx *db.Tx, s Series, before *int64, v *int) (found bool, count int, err error) {
	rows, err := tx.Query(ctx, `/* observation.pageBefore */ SELECT at, n, data FROM observation_reading WHERE county = $1 AND place = $2 AND kind = $3 AND (at, n) < ($4, $5) ORDER BY at DESC, n DESC LIMIT $6`,
		o.County, int64(s.Place), s.Kind.code(), *before, *v, page)
	if err != nil {
		return false, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var data string
		if err := rows.Scan(before, v, &data); err != nil {
			return false, 0, err
		}
		count++
		if _, ok, err := ofSet(data, s.ID); err != nil || ok {
			return ok, count, err
		}
	}
	return false, count, rows.Err()
}

// Instants are the times of which a place gave anything of a kind, in a stretch of time: where they lack, nothing came.
func (o *Observations) Instants(ctx context.Context, tx *db.Tx, register, key string, kind Kind, from, to time.Time) ([]time.Time, error) {
	rows, err := tx.Query(ctx, `/* observation.Instants */ SELECT DISTINCT r.at FROM observation_place p JOIN observation_reading r ON r.county = p.county AND r.place = p.id
		WHERE p.county = $1 AND p.register = $2 AND p.entry = $3 AND r.kind = $4 AND r.at >= $5 AND r.at < $6 ORDER BY r.at`,
		o.County, register, key, kind.code(), db.Micros(from), db.Micros(to))
	if err != nil {
		return nil, wrap("Instants", err)
	}
	defer rows.Close()
	var out []time.Time
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return nil, err
		}
		out = append(out, db.FromMicros(at))
	}
	return out, rows.Err()
}
