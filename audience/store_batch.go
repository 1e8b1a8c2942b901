package audience

import (
	"context"
	"database/sql"
	"encoding/json"

	"zhixing/db"
)

// batchData is what of a batch stands together in one column.
type batchData struct {
	List, File, Why string
	Did             Done
	Kept            []Kept
	Taken           int
}

func (b *Batch) data() string {
	return spelling(batchData{b.List, b.File, b.Why, b.Did, b.Kept, b.Taken})
}

func insertBatch(ctx context.Context, tx *db.Tx, county string, b *Batch, content []byte) error {
	err := tx.QueryRow(ctx, `/* audience.nextBatch */ SELECT coalesce(max(id), 0) + 1 FROM audience_batch WHERE county = $1`, county).Scan(&b.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* audience.offer */ INSERT INTO audience_batch (county, id, who, at, state, data, content) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		county, b.ID, b.By, db.Micros(b.At), string(b.State), b.data(), content)
	return err
}

// setBatch records what became of a batch, of which the file is needed no more.
func setBatch(ctx context.Context, tx *db.Tx, county string, b *Batch) error {
	_, err := tx.Exec(ctx, `/* audience.setBatch */ UPDATE audience_batch SET state = $3, data = $4, content = $5 WHERE county = $1 AND id = $2`,
		county, b.ID, string(b.State), b.data(), []byte{})
	return err
}

func scanBatch(row interface{ Scan(...any) error }, more ...any) (*Batch, error) {
	b := &Batch{}
	var at int64
	var data string
	if err := row.Scan(append([]any{&b.ID, &b.By, &at, &b.State, &data}, more...)...); err != nil {
		return nil, err
	}
	var d batchData
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return nil, err
	}
	b.At, b.List, b.File, b.Why, b.Did, b.Kept, b.Taken = db.FromMicros(at), d.List, d.File, d.Why, d.Did, d.Kept, d.Taken
	return b, nil
}

func readBatch(ctx context.Context, tx *db.Tx, county string, id int64) (b *Batch, content []byte, ok bool, err error) {
	b, err = scanBatch(tx.QueryRow(ctx, `/* audience.batch */
		SELECT id, who, at, state, data, content FROM audience_batch WHERE county = $1 AND id = $2`, county, id), &content)
	ok, err = found(err)
	return b, content, ok, err
}

func readBatches(ctx context.Context, tx *db.Tx, county string, limit int) ([]*Batch, error) {
	rows, err := tx.Query(ctx, `/* audience.batches */
		SELECT id, who, at, state, data FROM audience_batch WHERE county = $1 ORDER BY id DESC LIMIT $2`, county, limit)
	return list(rows, err, func(r *sql.Rows) (*Batch, error) { return scanBatch(r) })
}

func dropImages(ctx context.Context, tx *db.Tx, county string, batch int64) error {
	_, err := tx.Exec(ctx, `/* audience.dropImages */ DELETE FROM audience_before WHERE county = $1 AND batch = $2`, county, batch)
	return err
}

// oldFiles drops what was offered and left lying, and what an undo would have needed, of batches before that time.
func oldFiles(ctx context.Context, tx *db.Tx, county string, before int64) error {
	_, err := tx.Exec(ctx, `/* audience.oldOffers */
		UPDATE audience_batch SET state = 'dropped', content = $3 WHERE county = $1 AND state = 'ready' AND at < $2`, county, before, []byte{})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* audience.oldImages */
		DELETE FROM audience_before WHERE county = $1 AND batch IN (SELECT id FROM audience_batch WHERE county = $1 AND at < $2)`, county, before)
	return err
}
