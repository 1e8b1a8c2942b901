package observation

import (
	"context"

	"zhixing/db"
)

// idsAtOnce is how many places or instants are asked for in one query.
const idsAtOnce = 400

func (w *recording) loadPlaces(ctx context.Context) error {
	var ids []PlaceID
	for _, key := range w.order {
		if w.places[key.place] == nil {
			w.places[key.place] = &place{id: key.place}
			ids = append(ids, key.place)
		}
	}
	return w.o.eachPlace(ctx, w.tx, ids, func(p *place) error {
		w.places[p.id] = p
		return nil
	})
}

// eachPlace calls do with each of the places.
func (o *Observations) eachPlace(ctx context.Context, tx *db.Tx, ids []PlaceID, do func(*place) error) error {
	for ; len(ids) > 0; ids = ids[min(idsAtOnce, len(ids)):] {
		some := ids[:min(idsAtOnce, len(ids))]
		args := []any{o.County}
		for _, id := range some {
			args = append(args, int64(id))
		}
		if err := o.scanPlaces(ctx, tx, `/* observation.eachPlace */ SELECT id, heard_at, silent, latest FROM observation_place WHERE county = $1 AND id IN `+db.In(2, len(some)), args, do); err != nil {
			return err
		}
	}
	return nil
}

func (o *Observations) scanPlaces(ctx context.Context, tx *db.Tx, query string, args []any, do func(*place) error) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		p := &place{}
		var silent, latest string
		if err := rows.Scan(&p.id, &p.heard, &silent, &latest); err != nil {
			return err
		}
		if p.silent, err = parseSilent(silent); err != nil {
			return err
		}
		if p.latest, err = parseLatest(latest); err != nil {
			return err
		}
		if err := do(p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// loadInstants reads what is stored of the instants of a group up to the newest.
func (w *recording) loadInstants(ctx context.Context, g *group, newest int64, into map[int64]*instant) error {
	var ats []int64
	for _, r := range g.list {
		if r.at > newest {
			break
		}
		if len(ats) == 0 || ats[len(ats)-1] != r.at {
			ats = append(ats, r.at)
		}
	}
	for ; len(ats) > 0; ats = ats[min(idsAtOnce, len(ats)):] {
		some := ats[:min(idsAtOnce, len(ats))]
		args := []any{w.o.County, int64(g.key.place), g.key.kind}
		for _, at := range some {
			args = append(args, at)
		}
		rows, err := w.tx.Query(ctx, `/* observation.loadInstants */ SELECT at, n, data FROM observation_reading WHERE county = $1 AND place = $2 AND kind = $3 AND at IN `+
			db.In(4, len(some))+` ORDER BY at, n`, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var at int64
			var n int
			var data string
			if err := rows.Scan(&at, &n, &data); err != nil {
				return err
			}
			in := into[at]
			if in == nil {
				in = &instant{}
				into[at] = in
			}
			in.n = n
			var bad error
			err := eachOfSet(data, func(id SeriesID, text string) bool {
				v, err := parseValue(text)
				if err != nil {
					bad = err
					return false
				}
				in.learn(id, v)
				return true
			})
			if err == nil {
				err = bad
			}
			if err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
	}
	return nil
}

// store writes what merge found.
func (w *recording) store(ctx context.Context) error {
	w.sets.query = `/* observation.Record */ INSERT INTO observation_reading (county, place, kind, at, n, recorded_at, source, data) VALUES`
	w.sets.columns = 8
	if err := w.sets.run(ctx, w.tx); err != nil {
		return err
	}
	if err := w.storePlaces(ctx); err != nil {
		return err
	}
	days := bulk{query: `/* observation.touchDays */ INSERT INTO observation_day (county, place, kind, day, stale, data) VALUES`, columns: 6,
		tail: `ON CONFLICT (county, place, kind, day) DO UPDATE SET stale = true`}
	for d := range w.days {
		days.add(w.o.County, int64(d.place), d.kind, d.day, true, "")
	}
	if err := days.run(ctx, w.tx); err != nil {
		return err
	}
	means := bulk{query: `/* observation.touchMeans */ INSERT INTO observation_mean (county, series, start, due_at) VALUES`, columns: 4,
		tail: `ON CONFLICT (county, series, start) DO NOTHING`}
	for m := range w.means {
		s, err := w.o.open(ctx, w.tx, m.mean, m.entry)
		if KindOf(err) == NotFound { // the entry is to have readings, and no mean of them
			continue
		}
		if err != nil {
			return err
		}
		end := m.mean.Kind.End(db.FromMicros(m.start), 0)
		means.add(w.o.County, int64(s.ID), m.start, db.Micros(end.Add(meanGrace)))
	}
	return means.run(ctx, w.tx)
}

// storePlaces writes the new latest values, and says of series that were silent that they are back.
func (w *recording) storePlaces(ctx context.Context) error {
	seen := map[PlaceID]bool{}
	update := bulk{query: `/* observation.storePlaces */ INSERT INTO observation_place (county, id, register, entry, heard_at, silent, latest) VALUES`, columns: 7,
		tail: `ON CONFLICT (county, id) DO UPDATE SET heard_at = excluded.heard_at, silent = excluded.silent, latest = excluded.latest`}
	for _, r := range w.result.Changed {
		s := w.series[r.Series]
		p := w.places[s.Place]
		if !seen[p.id] {
			seen[p.id] = true
			p.heard = db.Micros(w.now)
		}
		if len(p.silent) > 0 && p.isSilent(s.ID) {
			if err := w.o.back(ctx, w.tx, p, s); err != nil {
				return err
			}
		}
	}
	// In the order of groups, so that two transactions lock places in one order.
	for _, key := range w.order {
		p := w.places[key.place]
		if !seen[p.id] {
			continue
		}
		seen[p.id] = false
		if w.tx.Dialect == db.PostgreSQL { // in few round trips; the row is there
			update.add(w.o.County, int64(p.id), "", "", p.heard, p.silentText(), p.text())
			continue
		}
		if _, err := w.tx.Exec(ctx, `/* observation.storePlaces */ UPDATE observation_place SET heard_at = $1, silent = $2, latest = $3 WHERE county = $4 AND id = $5`,
			p.heard, p.silentText(), p.text(), w.o.County, int64(p.id)); err != nil {
			return err
		}
	}
	return update.run(ctx, w.tx)
}
