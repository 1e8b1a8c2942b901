package observation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/db"
)

func (o *Observations) insertImport(ctx context.Context, tx *db.Tx, m *Import) error {
	data, err := json.Marshal(m.Lines)
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `/* observation.insertImport */ INSERT INTO observation_import (county, id, who, at, file, state, data)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6 FROM observation_import WHERE county = $1 RETURNING id`,
		o.County, m.Who, db.Micros(m.At), m.File, m.State, string(data)).Scan(&m.ID)
}

func (o *Observations) updateImport(ctx context.Context, tx *db.Tx, m *Import) error {
	data, err := json.Marshal(m.Lines)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* observation.updateImport */ UPDATE observation_import SET state = $3, data = $4 WHERE county = $1 AND id = $2`, o.County, m.ID, m.State, string(data))
	return err
}

// LoadImport is an upload by its number.
func (o *Observations) LoadImport(ctx context.Context, tx *db.Tx, id int64) (*Import, error) {
	m := &Import{ID: id}
	var at int64
	var data string
	err := tx.QueryRow(ctx, `/* observation.LoadImport */ SELECT who, at, file, state, data FROM observation_import WHERE county = $1 AND id = $2`, o.County, id).
		Scan(&m.Who, &at, &m.File, &m.State, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(NotFound, "LoadImport", "没有这次上传。")
	}
	if err != nil {
		return nil, wrap("LoadImport", err)
	}
	m.At = db.FromMicros(at)
	return m, json.Unmarshal([]byte(data), &m.Lines)
}

// Imports are the newest two hundred uploads, without their lines.
func (o *Observations) Imports(ctx context.Context, tx *db.Tx) ([]Import, error) {
	rows, err := tx.Query(ctx, `/* observation.Imports */ SELECT id, who, at, file, state FROM observation_import WHERE county = $1 ORDER BY id DESC LIMIT 200`, o.County)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Import
	for rows.Next() {
		var m Import
		var at int64
		if err := rows.Scan(&m.ID, &m.Who, &at, &m.File, &m.State); err != nil {
			return nil, err
		}
		m.At = db.FromMicros(at)
		out = append(out, m)
	}
	return out, rows.Err()
}
