package register

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"zhixing/db"
)

// batchRow is an import, or a merging, as it stands in its table.
type batchRow struct {
	ID       int64
	Register Name
	Who      string
	At       time.Time
	State    BatchState
	First    int64 // seq of its first record
	Last     int64 // and of its last
	Data     string
	Content  []byte
}

func insertBatch(ctx context.Context, tx *db.Tx, county string, b batchRow) (id int64, err error) {
	err = tx.QueryRow(ctx, `/* register.insertBatch */ SELECT coalesce(max(id), 0) + 1 FROM register_batch WHERE county = $1`, county).Scan(&id)
	if err != nil {
		return 0, err
	}
	if b.Content == nil {
		b.Content = []byte{}
	}
	_, err = tx.Exec(ctx, `/* register.insertBatch */ INSERT INTO register_batch (county, id, register, who, at, state, first_seq, last_seq, data, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, county, id, string(b.Register), b.Who, db.Micros(tx.Now()), string(b.State), b.First, b.Last, b.Data, b.Content)
	return id, err
}

// updateBatch keeps a batch as it stands now, without its content, which nobody needs any more.
func updateBatch(ctx context.Context, tx *db.Tx, county string, b batchRow) error {
	_, err := tx.Exec(ctx, `/* register.updateBatch */ UPDATE register_batch SET state = $3, first_seq = $4, last_seq = $5, data = $6, content = $7
		WHERE county = $1 AND id = $2`, county, b.ID, string(b.State), b.First, b.Last, b.Data, []byte{})
	return err
}

const batchColumns = `id, register, who, at, state, first_seq, last_seq, data`

func scanBatch(scan func(...any) error, more ...any) (b batchRow, err error) {
	var name, state string
	var at int64
	err = scan(append([]any{&b.ID, &name, &b.Who, &at, &state, &b.First, &b.Last, &b.Data}, more...)...)
	b.Register, b.State, b.At = Name(name), BatchState(state), db.FromMicros(at)
	return b, err
}

func loadBatch(ctx context.Context, tx *db.Tx, county string, id int64) (batchRow, error) {
	var content []byte
	b, err := scanBatch(tx.QueryRow(ctx, `/* register.loadBatch */ SELECT `+batchColumns+`, content FROM register_batch WHERE county = $1 AND id = $2`, county, id).Scan, &content)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(NotFound, "Batch", "没有这次导入。")
	}
	b.Content = content
	return b, err
}

// listBatches are the newest two hundred of a register, or of all, without their content.
func listBatches(ctx context.Context, tx *db.Tx, county string, name Name) ([]batchRow, error) {
	rows, err := tx.Query(ctx, `/* register.listBatches */ SELECT `+batchColumns+` FROM register_batch WHERE county = $1 AND ($2 = '' OR register = $2) ORDER BY id DESC LIMIT 200`,
		county, string(name))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []batchRow
	for rows.Next() {
		b, err := scanBatch(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

func saidApart(ctx context.Context, tx *db.Tx, county string, name Name) (map[[2]ID]bool, error) {
	rows, err := tx.Query(ctx, `/* register.saidApart */ SELECT a, b FROM register_apart WHERE county = $1 AND register = $2`, county, string(name))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[[2]ID]bool{}
	for rows.Next() {
		var k [2]ID
		if err := rows.Scan(&k[0], &k[1]); err != nil {
			return nil, err
		}
		out[k] = true
	}
	return out, rows.Err()
}

func sayApart(ctx context.Context, tx *db.Tx, county string, name Name, a, b ID, who, why string) error {
	_, err := tx.Exec(ctx, `/* register.sayApart */ INSERT INTO register_apart (county, register, a, b, who, at, why) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (county, register, a, b) DO UPDATE SET who = excluded.who, at = excluded.at, why = excluded.why`,
		county, string(name), int64(min(a, b)), int64(max(a, b)), who, db.Micros(tx.Now()), why)
	return err
}

// mergings are the mergings of a register that stand, newest first.
func mergings(ctx context.Context, tx *db.Tx, county string, name Name) ([]batchRow, error) {
	rows, err := tx.Query(ctx, `/* register.mergings */ SELECT `+batchColumns+` FROM register_batch WHERE county = $1 AND register = $2 AND state = $3 ORDER BY id DESC`,
		county, string(name), string(batchMerged))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []batchRow
	for rows.Next() {
		b, err := scanBatch(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}
