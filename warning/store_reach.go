package warning

import (
	"context"
	"time"

	"zhixing/db"
)

// How far versions were carried.

// toldRow is a telling that went out, with the time at which its version was last counted.
type toldRow struct {
	event         EventID
	n             int
	key           string
	told, counted time.Time
}

// toldSince are the tellings that went out from a time on, those of a version together.
func (w *Warnings) toldSince(ctx context.Context, tx *db.Tx, from time.Time) ([]toldRow, error) {
	return collect(ctx, tx, func(scan func(...any) error) (t toldRow, err error) {
		var at, counted int64
		err = scan(&t.event, &t.n, &t.key, &at, &counted)
		t.told, t.counted = moment(at), moment(counted)
		return t, err
	}, `/* warning.toldSince */ SELECT t.event, t.n, t.key, t.told_at, coalesce(r.counted_at, 0)
		FROM warning_telling t LEFT JOIN warning_reach r ON r.county = t.county AND r.event = t.event AND r.n = t.n
		WHERE t.county = $1 AND t.state = 'told' AND t.told_at >= $2 AND t.drill = '' ORDER BY t.event, t.n, t.part`, w.County, micros(from))
}

func (w *Warnings) putReach(ctx context.Context, tx *db.Tx, c Carriage, r Reach) error {
	_, err := tx.Exec(ctx, `/* warning.putReach */ INSERT INTO warning_reach (county, event, n, put, in10, in60, handed, counted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (county, event, n) DO UPDATE SET put = excluded.put, in10 = excluded.in10, in60 = excluded.in60, handed = excluded.handed, counted_at = excluded.counted_at`,
		w.County, int64(c.Event), c.N, r.Put, r.In10, r.In60, r.Handed, micros(r.At))
	return err
}

// PublicReach is how far the versions of an event were carried, by their numbers. A version of which nothing was counted is not among them.
func PublicReach(ctx context.Context, tx *db.Tx, county string, id EventID) (map[int]Reach, error) {
	type row struct {
		n int
		Reach
	}
	list, err := collect(ctx, tx, func(scan func(...any) error) (r row, err error) {
		var at int64
		err = scan(&r.n, &r.Put, &r.In10, &r.In60, &r.Handed, &at)
		r.At = moment(at)
		return r, err
	}, `/* warning.PublicReach */ SELECT n, put, in10, in60, handed, counted_at FROM warning_reach WHERE county = $1 AND event = $2`, county, int64(id))
	out := map[int]Reach{}
	for _, r := range list {
		out[r.n] = r.Reach
	}
	return out, wrap("PublicReach", err)
}
