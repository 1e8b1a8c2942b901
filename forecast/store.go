package forecast

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"zhixing/db"
	"zhixing/forecast/grid"
)

// States of a file.
const (
	StateTaken = "taken"
	StateAside = "aside"
)

type file struct {
	Hash, Name    string
	Size          int64
	State, Reason string
}

// isTaken reports whether a file's bytes were taken. One that was set aside may be sent again: the definitions may be better now.
func (p *Products) isTaken(ctx context.Context, tx *db.Tx, hash string) (bool, error) {
	var state string
	err := tx.QueryRow(ctx, `/* forecast.isTaken */ SELECT state FROM forecast_file WHERE county = $1 AND hash = $2`, p.county, hash).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return state == StateTaken, err
}

func (p *Products) putFile(ctx context.Context, tx *db.Tx, f file) error {
	_, err := tx.Exec(ctx, `/* forecast.putFile */
		INSERT INTO forecast_file (county, hash, name, size, at, state, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (county, hash) DO UPDATE SET name = $3, at = $5, state = $6, reason = $7`,
		p.county, f.Hash, f.Name, f.Size, db.Micros(tx.Now()), f.State, f.Reason)
	return err
}

// keep puts a draft's fields into the run of its time, which may have come in part already. Where the run has one of the same end, what
// is sent now begins a new run, into which the hours that are not sent again are carried over: the old one stays as it was known.
func (p *Products) keep(ctx context.Context, tx *db.Tx, r *draft) (int64, error) {
	g := r.fields[0].Data.Grid
	var id int64
	var have grid.Grid
	var places int
	err := tx.QueryRow(ctx, `/* forecast.runOf */
		SELECT id, places, west, south, dx, dy, nx, ny FROM forecast_run WHERE county = $1 AND product = $2 AND run_at = $3 ORDER BY id DESC LIMIT 1`,
		p.county, string(r.d.Name), db.Micros(r.at)).Scan(&id, &places, &have.West, &have.South, &have.DX, &have.DY, &have.NX, &have.NY)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	another := err != nil || have != g || places != r.d.Places
	fresh := another
	for _, f := range r.fields {
		if fresh {
			break
		}
		var n int
		if err := tx.QueryRow(ctx, `/* forecast.hasField */ SELECT count(*) FROM forecast_field WHERE county = $1 AND run = $2 AND end_at = $3`,
			p.county, id, db.Micros(f.End)).Scan(&n); err != nil {
			return 0, err
		}
		fresh = n > 0
	}
	before := id
	if fresh {
		if id, err = p.newRun(ctx, tx, r, g); err != nil {
			return 0, err
		}
	}
	if err := p.putFields(ctx, tx, id, r.fields); err != nil || another || !fresh {
		return id, err
	}
	_, err = tx.Exec(ctx, `/* forecast.carryOver */
		INSERT INTO forecast_field (county, run, end_at, start_at, received_at, low, high, missing, data)
		SELECT county, $3, end_at, start_at, received_at, low, high, missing, data FROM forecast_field f WHERE county = $1 AND run = $2
			AND NOT EXISTS (SELECT 1 FROM forecast_field g WHERE g.county = $1 AND g.run = $3 AND g.end_at = f.end_at)`, p.county, before, id)
	return id, err
}

func (p *Products) newRun(ctx context.Context, tx *db.Tx, r *draft, g grid.Grid) (id int64, err error) {
	if err = tx.QueryRow(ctx, `/* forecast.nextRun */ SELECT coalesce(max(id), 0) + 1 FROM forecast_run WHERE county = $1`, p.county).Scan(&id); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* forecast.newRun */
		INSERT INTO forecast_run (county, id, product, run_at, received_at, made, note, held, places, west, south, dx, dy, nx, ny)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11, $12, $13, $14)`,
		p.county, id, string(r.d.Name), db.Micros(r.at), db.Micros(tx.Now()), r.made, r.note, r.d.Places, g.West, g.South, g.DX, g.DY, g.NX, g.NY)
	return id, err
}

func (p *Products) putFields(ctx context.Context, tx *db.Tx, run int64, fields []Field) error {
	for _, f := range fields {
		data, err := f.Data.Encode()
		if err != nil {
			return err
		}
		low, high, ok := f.Data.Extent()
		if !ok {
			low, high = grid.Missing, grid.Missing
		}
		missing := 0
		for _, v := range f.Data.Values {
			if v == grid.Missing {
				missing++
			}
		}
		_, err = tx.Exec(ctx, `/* forecast.putField */
			INSERT INTO forecast_field (county, run, end_at, start_at, received_at, low, high, missing, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			p.county, run, db.Micros(f.End), db.Micros(f.Start), db.Micros(tx.Now()), low, high, missing, data)
		if err != nil {
			return err
		}
	}
	return nil
}

const runColumns = `id, product, run_at, received_at, made, note, held, places, west, south, dx, dy, nx, ny`

// scanRun reads runColumns and the places that the run was packed with.
func scanRun(row interface{ Scan(...any) error }) (*Run, int, error) {
	r := &Run{}
	var product string
	var at, received int64
	var places int
	err := row.Scan(&r.ID, &product, &at, &received, &r.Made, &r.Note, &r.Held, &places, &r.Grid.West, &r.Grid.South, &r.Grid.DX, &r.Grid.DY, &r.Grid.NX, &r.Grid.NY)
	r.Product, r.At, r.Received = Name(product), db.FromMicros(at), db.FromMicros(received)
	return r, places, err
}

// newest is Latest of all that came, those too that came before their time.
func (p *Products) newest(ctx context.Context, tx *db.Tx, name Name) (*Run, error) {
	return p.Latest(ctx, tx, name, tx.Now().Add(ahead))
}

// Latest is the newest run of a product that began by a moment, with its fields but not their data; nil where there is none. Of runs
// of one time it is the one that came last.
func (p *Products) Latest(ctx context.Context, tx *db.Tx, name Name, by time.Time) (*Run, error) {
	d, err := p.need("Latest", name)
	if err != nil {
		return nil, err
	}
	// A run that was packed with other places than the definition has now is of no use until the next one comes.
	r, _, err := scanRun(tx.QueryRow(ctx, `/* forecast.Latest */
		SELECT `+runColumns+` FROM forecast_run WHERE county = $1 AND product = $2 AND run_at <= $3 AND places = $4 ORDER BY run_at DESC, id DESC LIMIT 1`,
		p.county, string(name), db.Micros(by), d.Places))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		err = p.loadFields(ctx, tx, r, false)
	}
	return r, wrap("Latest", err)
}

// Get is a run by its number, with its fields and their data.
func (p *Products) Get(ctx context.Context, tx *db.Tx, id int64) (*Run, error) {
	r, _, err := scanRun(tx.QueryRow(ctx, `/* forecast.Get */ SELECT `+runColumns+` FROM forecast_run WHERE county = $1 AND id = $2`, p.county, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(NotFound, "Get", "没有这次预报，或已过保存期。")
	}
	if err == nil {
		err = p.loadFields(ctx, tx, r, true)
	}
	return r, wrap("Get", err)
}

// Load reads the data of a run's fields.
func (p *Products) Load(ctx context.Context, tx *db.Tx, r *Run) error {
	r.Fields = nil
	return wrap("Load", p.loadFields(ctx, tx, r, true))
}

func (p *Products) loadFields(ctx context.Context, tx *db.Tx, r *Run, data bool) error {
	columns := `f.end_at, f.start_at, f.received_at, f.low, f.high, f.missing, r.places`
	if data {
		columns += `, f.data`
	}
	rows, err := tx.Query(ctx, `/* forecast.fields */ SELECT `+columns+` FROM forecast_field f JOIN forecast_run r ON r.county = f.county AND r.id = f.run
		WHERE f.county = $1 AND f.run = $2 ORDER BY f.end_at`, p.county, r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f Field
		var end, start, received int64
		var places int
		var packed []byte
		to := []any{&end, &start, &received, &f.Low, &f.High, &f.Missing, &places}
		if data {
			to = append(to, &packed)
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		f.End, f.Start, f.Received = db.FromMicros(end), db.FromMicros(start), db.FromMicros(received)
		if data {
			if f.Data, err = grid.Decode(r.Grid, places, packed); err != nil {
				return err
			}
		}
		r.Fields = append(r.Fields, f)
	}
	return rows.Err()
}

// Hold keeps a run beyond its time, because something rests on it: 预警信号2023-17号. What is already written there stays.
func (p *Products) Hold(ctx context.Context, tx *db.Tx, id int64, why string) error {
	r, err := p.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.Held != "" {
		why = r.Held + "；" + why
	}
	_, err = tx.Exec(ctx, `/* forecast.Hold */ UPDATE forecast_run SET held = $3 WHERE county = $1 AND id = $2`, p.county, id, cut(why, 1000))
	return wrap("Hold", err)
}
