package cases

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

const inspectionColumns = `id, checklist, register, entry, label, unit, account, due, draw, done_on, done_at, done_by, failed, data`

func scanInspection(scan func(...any) error) (Inspection, error) {
	var n Inspection
	var due, done, data string
	var at int64
	if err := scan(&n.ID, &n.Checklist, &n.Register, &n.Entry, &n.Label, &n.Unit, &n.Account, &due, &n.Draw, &done, &at, &n.DoneBy, &n.Failed, &data); err != nil {
		return n, err
	}
	if at > 0 {
		n.DoneAt = db.FromMicros(at)
	}
	var err error
	if n.Due, err = calendar.ParseDate(due); err != nil {
		return n, err
	}
	if n.DoneOn, err = calendar.ParseDate(done); err != nil {
		return n, err
	}
	return n, json.Unmarshal([]byte(data), &n.Checked)
}

// putInspection writes an inspection, new or planned before.
func putInspection(ctx context.Context, tx *db.Tx, county string, n *Inspection, once string) error {
	data, err := json.Marshal(n.Checked)
	if err != nil {
		return err
	}
	if n.ID == 0 {
		if n.ID, err = nextID(ctx, tx, "case_inspection", county); err != nil {
			return err
		}
	}
	at := int64(0)
	if !n.DoneAt.IsZero() {
		at = db.Micros(n.DoneAt)
	}
	_, err = tx.Exec(ctx, `/* cases.putInspection */ INSERT INTO case_inspection (county, `+inspectionColumns+`, once)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (county, id) DO UPDATE SET done_on = excluded.done_on, done_at = excluded.done_at, done_by = excluded.done_by, failed = excluded.failed,
		data = excluded.data, once = excluded.once`,
		county, n.ID, n.Checklist, string(n.Register), n.Entry, n.Label, n.Unit, n.Account, n.Due.String(), n.Draw, n.DoneOn.String(), at, n.DoneBy, n.Failed,
		string(data), once)
	return err
}

func loadInspection(ctx context.Context, tx *db.Tx, county string, id int64) (Inspection, error) {
	n, err := scanInspection(tx.QueryRow(ctx, `/* cases.loadInspection */ SELECT `+inspectionColumns+` FROM case_inspection WHERE county = $1 AND id = $2`, county, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(ledger.NotFound, "Inspection", "没有第%d次检查。", id)
	}
	return n, err
}

func inspectionOnce(ctx context.Context, tx *db.Tx, county, once string) (Inspection, bool, error) {
	n, err := scanInspection(tx.QueryRow(ctx, `/* cases.inspectionOnce */ SELECT `+inspectionColumns+` FROM case_inspection
		WHERE county = $1 AND once = $2 AND once <> ''`, county, once).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Inspection{}, false, nil
	}
	return n, err == nil, err
}

func inspections(ctx context.Context, tx *db.Tx, county string, q InspectionQuery, on calendar.Date) ([]Inspection, error) {
	c := &condition{}
	c.sql.WriteString("county = " + c.arg(county))
	for _, f := range []struct{ column, value string }{{"checklist", q.Checklist}, {"register", string(q.Register)}, {"entry", q.Entry}, {"unit", q.Unit}} {
		if f.value != "" {
			c.and(f.column+" = %s", c.arg(f.value))
		}
	}
	order := "id DESC"
	if q.Planned || q.Late {
		c.and("done_on = ''")
		order = "due, id"
	}
	if q.Late {
		c.and("due < %s", c.arg(on.String()))
	}
	if q.Before != 0 {
		c.and("id < %s", c.arg(q.Before))
	}
	rows, err := tx.Query(ctx, `/* cases.inspections */ SELECT `+inspectionColumns+` FROM case_inspection WHERE `+c.sql.String()+` ORDER BY `+order+` LIMIT `+c.arg(q.Size), c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Inspection
	for rows.Next() {
		n, err := scanInspection(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

func insertDraw(ctx context.Context, tx *db.Tx, county string, d *Draw) error {
	var err error
	if d.ID, err = nextID(ctx, tx, "case_draw", county); err != nil {
		return err
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* cases.insertDraw */ INSERT INTO case_draw (county, id, seed, digest, who, at, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		county, d.ID, d.Seed, d.Digest, d.By, db.Micros(d.At), string(data))
	return err
}

func draws(ctx context.Context, tx *db.Tx, county string, limit int) ([]Draw, error) {
	rows, err := tx.Query(ctx, `/* cases.draws */ SELECT id, seed, digest, who, at, data FROM case_draw WHERE county = $1 ORDER BY id DESC LIMIT $2`, county, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Draw
	for rows.Next() {
		var d Draw
		var at int64
		var data string
		if err := rows.Scan(&d.ID, &d.Seed, &d.Digest, &d.By, &at, &data); err != nil {
			return nil, err
		}
		d.At = db.FromMicros(at)
		if err := json.Unmarshal([]byte(data), &d); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}
