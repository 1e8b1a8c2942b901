package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/db"
)

func insertBatch(ctx context.Context, tx *db.Tx, county string, b *Batch) error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* ledger.insertBatch */ INSERT INTO ledger_batch (county, id, who, at, file, state, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		county, b.ID, b.By, db.Micros(b.At), b.File, string(b.State), string(data))
	return err
}

func updateBatch(ctx context.Context, tx *db.Tx, county string, b *Batch) error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* ledger.updateBatch */ UPDATE ledger_batch SET state = $3, data = $4 WHERE county = $1 AND id = $2`,
		county, b.ID, string(b.State), string(data))
	return err
}

const batchColumns = `id, who, at, file, state, data`

func scanBatch(scan func(...any) error) (*Batch, error) {
	b := &Batch{}
	var state, data string
	var at int64
	if err := scan(&b.ID, &b.By, &at, &b.File, &state, &data); err != nil {
		return nil, err
	}
	b.At, b.State = db.FromMicros(at), BatchState(state)
	return b, json.Unmarshal([]byte(data), b)
}

func loadBatch(ctx context.Context, tx *db.Tx, county string, id int64) (*Batch, error) {
	b, err := scanBatch(tx.QueryRow(ctx, `/* ledger.loadBatch */ SELECT `+batchColumns+` FROM ledger_batch WHERE county = $1 AND id = $2`, county, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(NotFound, "loadBatch", "没有这次导入。")
	}
	return b, err
}

// listBatches are the newest two hundred, without what waits in them.
func listBatches(ctx context.Context, tx *db.Tx, county string) ([]*Batch, error) {
	rows, err := tx.Query(ctx, `/* ledger.listBatches */ SELECT `+batchColumns+` FROM ledger_batch WHERE county = $1 ORDER BY id DESC LIMIT 200`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Batch
	for rows.Next() {
		b, err := scanBatch(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// byIDs are the duties with these numbers, by number; those that there are not are missing.
func byIDs(ctx context.Context, tx *db.Tx, county string, ids []ID) (map[ID]*Duty, error) {
	out := map[ID]*Duty{}
	const most = 500
	for ; len(ids) > 0; ids = ids[min(most, len(ids)):] {
		args := []any{county}
		for _, id := range ids[:min(most, len(ids))] {
			args = append(args, int64(id))
		}
		list, err := listDuties(ctx, tx, county, `/* ledger.byIDs */ SELECT id, revision, data FROM ledger_duty
			WHERE county = $1 AND id IN `+db.In(2, len(args)-1), args...)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			out[d.ID] = d
		}
	}
	return out, nil
}

// likeness is by what two entries of one duty are told.
type likeness struct{ title, lead string }

// alike are the duties that are not cancelled, by title and leads.
func alike(ctx context.Context, tx *db.Tx, county string) (map[likeness]ID, error) {
	rows, err := tx.Query(ctx, `/* ledger.alike */ SELECT id, title, lead FROM ledger_duty WHERE county = $1 AND parent = 0 AND state <> 'cancelled'`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[likeness]ID{}
	for rows.Next() {
		var id int64
		var k likeness
		if err := rows.Scan(&id, &k.title, &k.lead); err != nil {
			return nil, err
		}
		out[k] = ID(id)
	}
	return out, rows.Err()
}
