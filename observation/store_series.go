package observation

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"zhixing/db"
)

// seriesCache holds what of series never changes. Only what an earlier transaction committed goes in: a series that a
// transaction made itself carries its Now, and would be wrong if that transaction were undone.
type seriesCache struct {
	mu     sync.RWMutex
	byID   map[SeriesID]Series
	byName map[seriesName]SeriesID
}

type seriesName struct {
	name SeriesName
	key  string
}

// maxCached bounds the cache; a county has some thousand series.
const maxCached = 200_000

func (c *seriesCache) id(id SeriesID) (Series, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.byID[id]
	return s, ok
}

func (c *seriesCache) name(n seriesName) (Series, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	id, ok := c.byName[n]
	return c.byID[id], ok
}

func (c *seriesCache) put(tx *db.Tx, s Series, current bool) {
	if !s.Since.Before(tx.Now()) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil || len(c.byID) >= maxCached {
		c.byID, c.byName = map[SeriesID]Series{}, map[seriesName]SeriesID{}
	}
	s.Ended = time.Time{} // changes
	c.byID[s.ID] = s
	if current {
		c.byName[seriesName{s.Name, s.Key}] = s.ID
	}
}

const seriesColumns = `s.id, s.name, s.entry, s.place, s.kind, s.unit, s.created_at, s.ended_at, p.register`

const seriesFrom = ` FROM observation_series s JOIN observation_place p ON p.county = s.county AND p.id = s.place `

func scanSeries(scan func(...any) error) (s Series, err error) {
	var kind int
	var since, ended int64
	if err := scan(&s.ID, &s.Name, &s.Key, &s.Place, &kind, &s.Unit, &since, &ended, &s.Register); err != nil {
		return s, err
	}
	s.Since = db.FromMicros(since)
	if ended > 0 {
		s.Ended = db.FromMicros(ended)
	}
	if kind >= 1 && kind <= len(kinds) {
		s.Kind = kinds[kind-1]
	}
	return s, nil
}

// SeriesByID is a series by its number.
func (o *Observations) SeriesByID(ctx context.Context, tx *db.Tx, id SeriesID) (Series, error) {
	if s, ok := o.cache.id(id); ok {
		return s, nil
	}
	s, err := scanSeries(tx.QueryRow(ctx, `/* observation.SeriesByID */ SELECT `+seriesColumns+seriesFrom+`WHERE s.county = $1 AND s.id = $2`, o.County, int64(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return s, refuse(NotFound, "SeriesByID", "没有这个监测序列（%d）。", id)
	}
	if err != nil {
		return s, wrap("SeriesByID", err)
	}
	o.cache.put(tx, s, false)
	return s, nil
}

// Find is the series of a definition at an entry; false where nothing was ever measured there.
func (o *Observations) Find(ctx context.Context, tx *db.Tx, name SeriesName, key string) (Series, bool, error) {
	n := seriesName{name, key}
	if s, ok := o.cache.name(n); ok {
		return s, true, nil
	}
	d := o.byName[name]
	if d == nil {
		return Series{}, false, refuse(NotFound, "Find", "没有名为“%s”的监测项目。", name)
	}
	s, err := scanSeries(tx.QueryRow(ctx, `/* observation.Find */ SELECT `+seriesColumns+seriesFrom+`WHERE s.county = $1 AND s.name = $2 AND s.entry = $3 AND s.kind = $4 AND s.unit = $5`,
		o.County, string(name), key, d.Kind.code(), string(d.Unit)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Series{}, false, nil
	}
	if err != nil {
		return Series{}, false, wrap("Find", err)
	}
	o.cache.put(tx, s, true)
	return s, true, nil
}

// Of lists the series at an entry, of definitions that are in force or were.
func (o *Observations) Of(ctx context.Context, tx *db.Tx, register, key string) ([]Series, error) {
	return o.list(ctx, tx, `/* observation.Of */ SELECT `+seriesColumns+seriesFrom+`WHERE p.county = $1 AND p.register = $2 AND p.entry = $3 ORDER BY s.id`, o.County, register, key)
}

// Named lists the series of a definition, by entry.
func (o *Observations) Named(ctx context.Context, tx *db.Tx, name SeriesName) ([]Series, error) {
	return o.list(ctx, tx, `/* observation.Named */ SELECT `+seriesColumns+seriesFrom+`WHERE s.county = $1 AND s.name = $2 ORDER BY s.entry, s.id`, o.County, string(name))
}

func (o *Observations) list(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Series, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Series
	for rows.Next() {
		s, err := scanSeries(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// maxKey bounds the key of an entry, in bytes.
const maxKey = 300

// open finds or makes the series of a definition at an entry.
func (o *Observations) open(ctx context.Context, tx *db.Tx, d *Definition, key string) (Series, error) {
	s, ok, err := o.Find(ctx, tx, d.Name, key)
	if err != nil || ok {
		return s, err
	}
	if key == "" || len(key) > maxKey || !storable(key) {
		return s, refuse(Bad, "open", "“%s”的对象没有写，或者写得不对。", d.Title)
	}
	if o.Known != nil {
		known, err := o.Known(ctx, tx, d.Register, key)
		if err != nil {
			return s, err
		}
		if !known {
			return s, refuse(NotFound, "open", "台账“%s”里没有“%s”。", d.Register, key)
		}
	}
	if o.Unwanted != nil {
		why, err := o.Unwanted(ctx, tx, d, key)
		if err != nil {
			return s, err
		}
		if why != "" {
			return s, refuse(NotFound, "open", "%s", why)
		}
	}
	return o.begin(ctx, tx, d, key)
}

// begin makes the series.
func (o *Observations) begin(ctx context.Context, tx *db.Tx, d *Definition, key string) (s Series, err error) {
	place, err := o.openPlace(ctx, tx, d.Register, key)
	if err != nil {
		return s, err
	}
	s = Series{Name: d.Name, Register: d.Register, Key: key, Place: place, Kind: d.Kind, Unit: string(d.Unit), Since: tx.Now()}
	err = tx.QueryRow(ctx, `/* observation.open */ INSERT INTO observation_series (county, id, name, entry, place, kind, unit, created_at, ended_at)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, $7, 0 FROM observation_series WHERE county = $1 RETURNING id`,
		o.County, string(s.Name), s.Key, int64(place), s.Kind.code(), s.Unit, db.Micros(s.Since)).Scan(&s.ID)
	if err != nil {
		return s, wrap("open", err)
	}
	if d.Silence > 0 {
		err = o.watch(ctx, tx, s.ID, tx.Now().Add(d.Silence))
	}
	return s, err
}

func (o *Observations) openPlace(ctx context.Context, tx *db.Tx, register, key string) (id PlaceID, err error) {
	err = tx.QueryRow(ctx, `/* observation.openPlace */ SELECT id FROM observation_place WHERE county = $1 AND register = $2 AND entry = $3`, o.County, register, key).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	err = tx.QueryRow(ctx, `/* observation.openPlace */ INSERT INTO observation_place (county, id, register, entry, heard_at, silent, latest)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, 0, '', '' FROM observation_place WHERE county = $1 RETURNING id`, o.County, register, key).Scan(&id)
	return id, err
}

// Place makes the series that an entry is to have and ends the others: when it enters a register, changes or leaves it.
// wanted says it of each definition of the register; nil: the entry has left.
func (o *Observations) Place(ctx context.Context, tx *db.Tx, register, key string, wanted func(*Definition) (bool, error)) error {
	want := map[SeriesName]bool{}
	for _, d := range o.byRegister[register] {
		if wanted == nil {
			break
		}
		yes, err := wanted(d)
		if err != nil {
			return err
		}
		if !yes {
			continue
		}
		s, ok, err := o.Find(ctx, tx, d.Name, key)
		if err == nil && !ok {
			s, err = o.begin(ctx, tx, d, key)
		}
		if err != nil {
			return err
		}
		want[s.Name] = true
	}
	have, err := o.Of(ctx, tx, register, key)
	if err != nil {
		return err
	}
	for _, s := range have {
		d := o.byName[s.Name]
		runs := want[s.Name] && d != nil && d.Kind == s.Kind && string(d.Unit) == s.Unit
		switch {
		case runs && !s.Ended.IsZero():
			err = o.resume(ctx, tx, s, d)
		case !runs && s.Ended.IsZero():
			err = o.end(ctx, tx, s)
		}
		if err != nil {
			return wrap("Place", err)
		}
	}
	return nil
}

// endsOf are the ends of those of the series that no longer run. All that have ended are read, by an index of their own: they are few,
// and a batch may be of thousands that run.
func (o *Observations) endsOf(ctx context.Context, tx *db.Tx, of map[SeriesID]Series) (map[SeriesID]time.Time, error) {
	rows, err := tx.Query(ctx, `/* observation.endsOf */ SELECT id, ended_at FROM observation_series WHERE county = $1 AND ended_at > 0`, o.County)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[SeriesID]time.Time{}
	for rows.Next() {
		var id SeriesID
		var at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		if _, asked := of[id]; asked {
			out[id] = db.FromMicros(at)
		}
	}
	return out, rows.Err()
}

func (o *Observations) end(ctx context.Context, tx *db.Tx, s Series) error {
	if _, err := tx.Exec(ctx, `/* observation.end */ UPDATE observation_series SET ended_at = $3 WHERE county = $1 AND id = $2`, o.County, int64(s.ID), db.Micros(tx.Now())); err != nil {
		return err
	}
	return o.unwatch(ctx, tx, s)
}

func (o *Observations) resume(ctx context.Context, tx *db.Tx, s Series, d *Definition) error {
	if _, err := tx.Exec(ctx, `/* observation.resume */ UPDATE observation_series SET ended_at = 0 WHERE county = $1 AND id = $2`, o.County, int64(s.ID)); err != nil {
		return err
	}
	if d.Silence == 0 {
		return nil
	}
	return o.watch(ctx, tx, s.ID, tx.Now().Add(d.Silence))
}
