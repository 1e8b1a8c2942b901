package observation

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"zhixing/db"
)

// watch sets when to look at a series next.
func (o *Observations) watch(ctx context.Context, tx *db.Tx, id SeriesID, due time.Time) error {
	_, err := tx.Exec(ctx, `/* observation.watch */ INSERT INTO observation_clock (county, series, due_at) VALUES ($1, $2, $3)
		ON CONFLICT (county, series) DO UPDATE SET due_at = excluded.due_at`, o.County, int64(id), db.Micros(due))
	return err
}

func (o *Observations) unwatch(ctx context.Context, tx *db.Tx, s Series) error {
	if _, err := tx.Exec(ctx, `/* observation.unwatch */ DELETE FROM observation_clock WHERE county = $1 AND series = $2`, o.County, int64(s.ID)); err != nil {
		return err
	}
	p, err := o.place(ctx, tx, s.Place)
	if err != nil || !p.isSilent(s.ID) {
		return err
	}
	if err := o.closeSilence(ctx, tx, p, s); err != nil {
		return err
	}
	return o.storeSilent(ctx, tx, p)
}

func (o *Observations) place(ctx context.Context, tx *db.Tx, id PlaceID) (out *place, err error) {
	err = o.eachPlace(ctx, tx, []PlaceID{id}, func(p *place) error {
		out = p
		return nil
	})
	if err == nil && out == nil {
		err = refuse(NotFound, "place", "没有这个监测点。")
	}
	return out, err
}

func (o *Observations) storeSilent(ctx context.Context, tx *db.Tx, p *place) error {
	_, err := tx.Exec(ctx, `/* observation.storeSilent */ UPDATE observation_place SET silent = $3 WHERE county = $1 AND id = $2`, o.County, int64(p.id), p.silentText())
	return err
}

// back ends the silence of a series if its newest value is new enough. Old values that a device sends after a break do not
// end it. The caller stores p.
func (o *Observations) back(ctx context.Context, tx *db.Tx, p *place, s Series) error {
	d := o.byName[s.Name]
	if d == nil || d.Silence == 0 {
		return o.closeSilence(ctx, tx, p, s)
	}
	l := p.of(s.ID)
	due := p.end(d, l).Add(d.Silence)
	if !due.After(tx.Now()) {
		return nil
	}
	if err := o.closeSilence(ctx, tx, p, s); err != nil {
		return err
	}
	return o.watch(ctx, tx, s.ID, due)
}

func (o *Observations) closeSilence(ctx context.Context, tx *db.Tx, p *place, s Series) error {
	p.silent = slices.DeleteFunc(p.silent, func(id SeriesID) bool { return id == s.ID })
	_, err := tx.Exec(ctx, `/* observation.closeSilence */ UPDATE observation_silence SET back_at = $3, untold = true WHERE county = $1 AND series = $2 AND back_at = 0`,
		o.County, int64(s.ID), db.Micros(tx.Now()))
	return err
}

// maxLooks bounds how many series one call of Silent looks at.
const maxLooks = 5000

// Silent looks at the series whose clock has run out by now, and tells which have fallen silent and which have come back
// since it was last asked: each turn once. more says that it should be called again at once.
func (o *Observations) Silent(ctx context.Context, tx *db.Tx, now time.Time) (turned []Silence, more bool, err error) {
	due, err := o.dueSeries(ctx, tx, now)
	if err != nil {
		return nil, false, wrap("Silent", err)
	}
	for _, id := range due {
		if err := o.look(ctx, tx, id, now); err != nil {
			return nil, false, wrap("Silent", err)
		}
	}
	turned, err = o.silences(ctx, tx, `/* observation.Silent */ SELECT series, since, silent_at, back_at FROM observation_silence WHERE county = $1 AND untold ORDER BY silent_at, series`, o.County)
	if err != nil || len(turned) == 0 {
		return nil, len(due) == maxLooks, wrap("Silent", err)
	}
	_, err = tx.Exec(ctx, `/* observation.Silent */ UPDATE observation_silence SET untold = false WHERE county = $1 AND untold`, o.County)
	return turned, len(due) == maxLooks, wrap("Silent", err)
}

func (o *Observations) dueSeries(ctx context.Context, tx *db.Tx, now time.Time) (ids []SeriesID, err error) {
	rows, err := tx.Query(ctx, `/* observation.dueSeries */ SELECT series FROM observation_clock WHERE county = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3`, o.County, db.Micros(now), maxLooks)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id SeriesID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// look says whether a series whose clock has run out is silent, or sets the clock anew by what came meanwhile.
func (o *Observations) look(ctx context.Context, tx *db.Tx, id SeriesID, now time.Time) error {
	s, err := o.SeriesByID(ctx, tx, id)
	if err != nil {
		return err
	}
	d := o.byName[s.Name]
	if d == nil || d.Silence == 0 || d.Kind != s.Kind || string(d.Unit) != s.Unit {
		return o.unwatch(ctx, tx, s) // no policy asks any more
	}
	p, err := o.place(ctx, tx, s.Place)
	if err != nil {
		return err
	}
	since := s.Since
	if l := p.of(id); l != nil {
		since = p.end(d, l)
		if since.Before(s.Since) { // old data was imported when the series began
			since = s.Since
		}
	}
	if due := since.Add(d.Silence); due.After(now) {
		return o.watch(ctx, tx, id, due)
	}
	if _, err := tx.Exec(ctx, `/* observation.look */ DELETE FROM observation_clock WHERE county = $1 AND series = $2`, o.County, int64(id)); err != nil {
		return err
	}
	if p.isSilent(id) {
		return nil
	}
	p.silent = append(p.silent, id)
	_, err = tx.Exec(ctx, `/* observation.look */ INSERT INTO observation_silence (county, series, since, silent_at, back_at, untold) VALUES ($1, $2, $3, $4, 0, true)
		ON CONFLICT (county, series, silent_at) DO UPDATE SET back_at = 0, untold = true`,
		o.County, int64(id), db.Micros(since), db.Micros(now))
	if err != nil {
		return err
	}
	return o.storeSilent(ctx, tx, p)
}

// SilentNow lists the series that are silent, longest first.
func (o *Observations) SilentNow(ctx context.Context, tx *db.Tx) ([]Silence, error) {
	return o.silences(ctx, tx, `/* observation.SilentNow */ SELECT series, since, silent_at, back_at FROM observation_silence WHERE county = $1 AND back_at = 0 ORDER BY silent_at, series`, o.County)
}

// Silences are the times of silence of a series, newest first, at most 200.
func (o *Observations) Silences(ctx context.Context, tx *db.Tx, id SeriesID) ([]Silence, error) {
	return o.silences(ctx, tx, `/* observation.Silences */ SELECT series, since, silent_at, back_at FROM observation_silence WHERE county = $1 AND series = $2 ORDER BY silent_at DESC LIMIT 200`,
		o.County, int64(id))
}

// IsSilent says whether a series is silent, as Silent last found it.
func (o *Observations) IsSilent(ctx context.Context, tx *db.Tx, id SeriesID) (bool, error) {
	var one int
	err := tx.QueryRow(ctx, `/* observation.IsSilent */ SELECT 1 FROM observation_silence WHERE county = $1 AND series = $2 AND back_at = 0`, o.County, int64(id)).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (o *Observations) silences(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Silence, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Silence
	var ids []SeriesID
	for rows.Next() {
		var id SeriesID
		var since, at, back int64
		if err := rows.Scan(&id, &since, &at, &back); err != nil {
			return nil, err
		}
		one := Silence{Since: db.FromMicros(since), At: db.FromMicros(at)}
		if back > 0 {
			one.Back = db.FromMicros(back)
		}
		out, ids = append(out, one), append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i, id := range ids {
		if out[i].Series, err = o.SeriesByID(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}
