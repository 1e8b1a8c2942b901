package forecast

import (
	"context"
	"time"

	"zhixing/db"
	"zhixing/forecast/grid"
)

// File is a file that came, for the page of them.
type File struct {
	Hash, Name    string
	Size          int64
	At            time.Time
	State, Reason string
}

// Files are the newest that came.
func (p *Products) Files(ctx context.Context, tx *db.Tx, most int) ([]File, error) {
	rows, err := tx.Query(ctx, `/* forecast.Files */ SELECT hash, name, size, at, state, reason FROM forecast_file WHERE county = $1 ORDER BY at DESC, hash LIMIT $2`,
		p.county, most)
	if err != nil {
		return nil, wrap("Files", err)
	}
	defer rows.Close()
	var out []File
	for rows.Next() {
		var f File
		var at int64
		if err := rows.Scan(&f.Hash, &f.Name, &f.Size, &at, &f.State, &f.Reason); err != nil {
			return nil, wrap("Files", err)
		}
		f.At = db.FromMicros(at)
		out = append(out, f)
	}
	return out, wrap("Files", rows.Err())
}

// Runs are the newest of a product, without data; of runs of one time all.
func (p *Products) Runs(ctx context.Context, tx *db.Tx, name Name, most int) ([]*Run, error) {
	out, err := p.runsBetween(ctx, tx, name, time.UnixMicro(0), tx.Now().AddDate(1, 0, 0), most)
	for _, r := range out {
		if err == nil {
			err = p.loadFields(ctx, tx, r, false)
		}
	}
	return out, wrap("Runs", err)
}

// runsBetween are the newest runs of a product in a stretch of time, without fields.
func (p *Products) runsBetween(ctx context.Context, tx *db.Tx, name Name, from, to time.Time, most int) ([]*Run, error) {
	rows, err := tx.Query(ctx, `/* forecast.runsBetween */ SELECT `+runColumns+` FROM forecast_run
		WHERE county = $1 AND product = $2 AND run_at >= $3 AND run_at < $4 ORDER BY run_at DESC, id DESC LIMIT $5`,
		p.county, string(name), db.Micros(from), db.Micros(to), most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Run
	for rows.Next() {
		r, _, err := scanRun(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// measured are the newest fields of a measured product up to a moment, newest first, with data.
func (p *Products) measured(ctx context.Context, tx *db.Tx, d *Definition, by time.Time, most int) ([]Field, error) {
	rows, err := tx.Query(ctx, `/* forecast.measured */
		SELECT f.end_at, f.start_at, f.data, r.places, r.west, r.south, r.dx, r.dy, r.nx, r.ny, r.id
		FROM forecast_run r JOIN forecast_field f ON f.county = r.county AND f.run = r.id
		WHERE r.county = $1 AND r.product = $2 AND r.run_at <= $3 AND r.places = $4 ORDER BY r.run_at DESC, r.id DESC LIMIT $5`,
		p.county, string(d.Name), db.Micros(by), d.Places, 2*most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Field
	for rows.Next() {
		var f Field
		var end, start, id int64
		var data []byte
		var places int
		var g grid.Grid
		if err := rows.Scan(&end, &start, &data, &places, &g.West, &g.South, &g.DX, &g.DY, &g.NX, &g.NY, &id); err != nil {
			return nil, err
		}
		f.End, f.Start = db.FromMicros(end), db.FromMicros(start)
		if len(out) == most || len(out) > 0 && out[len(out)-1].End.Equal(f.End) { // sent again: the later one stands before it
			continue
		}
		if f.Data, err = grid.Decode(g, places, data); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

// sweep removes the runs of a product that are older than it is kept, but those that something rests on.
func (p *Products) sweep(ctx context.Context, tx *db.Tx, d *Definition) error {
	before := db.Micros(tx.Now().Add(-d.Keep))
	_, err := tx.Exec(ctx, `/* forecast.sweepFields */ DELETE FROM forecast_field WHERE county = $1 AND run IN
		(SELECT id FROM forecast_run WHERE county = $1 AND product = $2 AND run_at < $3 AND held = '')`, p.county, string(d.Name), before)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* forecast.sweepRuns */ DELETE FROM forecast_run WHERE county = $1 AND product = $2 AND run_at < $3 AND held = ''`,
		p.county, string(d.Name), before)
	return err
}

// oldRuns reports whether there is something to sweep, so that a look writes nothing.
func (p *Products) oldRuns(ctx context.Context, tx *db.Tx, d *Definition) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `/* forecast.oldRuns */ SELECT count(*) FROM forecast_run WHERE county = $1 AND product = $2 AND run_at < $3 AND held = ''`,
		p.county, string(d.Name), db.Micros(tx.Now().Add(-d.Keep))).Scan(&n)
	return n > 0, err
}
