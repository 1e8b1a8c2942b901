package relay

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

func putItems(ctx context.Context, tx *db.Tx, county, send string, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	var n int64
	if err := tx.QueryRow(ctx, `/* relay.last */ SELECT coalesce(max(n), 0) FROM relay_item WHERE county = $1 AND send = $2`, county, send).Scan(&n); err != nil {
		return err
	}
	put, err := tx.Prepare(ctx, `/* relay.put */ INSERT INTO relay_item (county, send, n, subject, at, body, batch) VALUES ($1, $2, $3, $4, $5, $6, 0)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, x := range items {
		n++
		at, err := time.Parse(time.RFC3339, x.At)
		if err != nil {
			return err
		}
		if _, err := put.ExecContext(ctx, county, send, n, x.Subject, db.Micros(at), string(x.Body)); err != nil {
			return err
		}
	}
	return nil
}

// isDue says without writing whether there is something to post.
func isDue(ctx context.Context, tx *db.Tx, county, send string, now time.Time) (bool, error) {
	var next int64
	err := tx.QueryRow(ctx, `/* relay.open */ SELECT next_at FROM relay_batch WHERE county = $1 AND send = $2 AND state = 'open'`, county, send).Scan(&next)
	if err == nil {
		return next <= db.Micros(now), nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	var n int64
	err = tx.QueryRow(ctx, `/* relay.waits */ SELECT n FROM relay_item WHERE county = $1 AND send = $2 AND batch = 0 ORDER BY n LIMIT 1`, county, send).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// leaseBatch takes the open batch of a send, or packs one, for a try. No items: another one has it, or there is nothing.
func leaseBatch(ctx context.Context, tx *db.Tx, county, send string) (Batch, []Item, error) {
	b, err := scanBatch(tx.QueryRow(ctx, `/* relay.lease */
		SELECT `+batchColumns+` FROM relay_batch WHERE county = $1 AND send = $2 AND state = 'open'`, county, send))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if b, err = packBatch(ctx, tx, county, send); err != nil || b.ID == 0 {
			return b, nil, err
		}
	case err != nil:
		return b, nil, err
	case b.Next.After(tx.Now()):
		return b, nil, nil
	}
	b.Tries++
	_, err = tx.Exec(ctx, `/* relay.leased */ UPDATE relay_batch SET tries = tries + 1, next_at = $4 WHERE county = $1 AND send = $2 AND batch = $3`,
		county, send, b.ID, db.Micros(tx.Now().Add(leaseFor)))
	if err != nil {
		return b, nil, err
	}
	rows, err := tx.Query(ctx, `/* relay.items */
		SELECT n, subject, at, body FROM relay_item WHERE county = $1 AND send = $2 AND n BETWEEN $3 AND $4 ORDER BY n`, county, send, b.First, b.Last)
	if err != nil {
		return b, nil, err
	}
	defer rows.Close()
	var items []Item
	for rows.Next() {
		var x Item
		var at int64
		var body string
		if err := rows.Scan(&x.N, &x.Subject, &at, &body); err != nil {
			return b, nil, err
		}
		x.At, x.Body = db.FromMicros(at).In(calendar.Zone).Format(time.RFC3339), json.RawMessage(body)
		items = append(items, x)
	}
	return b, items, rows.Err()
}

func packBatch(ctx context.Context, tx *db.Tx, county, send string) (b Batch, err error) {
	var first, last, count sql.NullInt64
	err = tx.QueryRow(ctx, `/* relay.pack */
		SELECT min(n), max(n), count(*) FROM (SELECT n FROM relay_item WHERE county = $1 AND send = $2 AND batch = 0 ORDER BY n LIMIT $3) AS w`,
		county, send, perBatch).Scan(&first, &last, &count)
	if err != nil || count.Int64 == 0 {
		return b, err
	}
	b = Batch{Send: send, First: first.Int64, Last: last.Int64, State: Open, Made: tx.Now(), Next: tx.Now()}
	if err = tx.QueryRow(ctx, `/* relay.next */ SELECT coalesce(max(batch), 0) + 1 FROM relay_batch WHERE county = $1 AND send = $2`, county, send).Scan(&b.ID); err != nil {
		return b, err
	}
	_, err = tx.Exec(ctx, `/* relay.packed */
		INSERT INTO relay_batch (county, send, batch, first, last, state, hash, made_at, next_at, tries, done_at, receipt, reason)
		VALUES ($1, $2, $3, $4, $5, 'open', '', $6, $6, 0, 0, '', '')`, county, send, b.ID, b.First, b.Last, db.Micros(tx.Now()))
	if err != nil {
		return b, err
	}
	_, err = tx.Exec(ctx, `/* relay.into */ UPDATE relay_item SET batch = $3 WHERE county = $1 AND send = $2 AND batch = 0 AND n BETWEEN $4 AND $5`,
		county, send, b.ID, b.First, b.Last)
	return b, err
}

func failBatch(ctx context.Context, tx *db.Tx, county string, b Batch, next time.Time, why string) error {
	_, err := tx.Exec(ctx, `/* relay.fail */
		UPDATE relay_batch SET next_at = $4, reason = $5, hash = $6 WHERE county = $1 AND send = $2 AND batch = $3 AND state = 'open'`,
		county, b.Send, b.ID, db.Micros(next), cut(why, 500), b.Hash)
	return err
}

// settleBatch keeps the receipt. A batch that was dropped meanwhile has arrived all the same.
func settleBatch(ctx context.Context, tx *db.Tx, county string, b Batch, receipt string) error {
	_, err := tx.Exec(ctx, `/* relay.settle */
		UPDATE relay_batch SET state = 'sent', done_at = $4, receipt = $5, hash = $6, reason = '' WHERE county = $1 AND send = $2 AND batch = $3 AND state <> 'sent'`,
		county, b.Send, b.ID, db.Micros(tx.Now()), receipt, b.Hash)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* relay.empty */ UPDATE relay_item SET body = '' WHERE county = $1 AND send = $2 AND n BETWEEN $3 AND $4`, county, b.Send, b.First, b.Last)
	return err
}

func dropBatch(ctx context.Context, tx *db.Tx, county, send string, batch int64, why string) (bool, error) {
	res, err := tx.Exec(ctx, `/* relay.drop */
		UPDATE relay_batch SET state = 'dropped', done_at = $4, reason = $5 WHERE county = $1 AND send = $2 AND batch = $3 AND state = 'open'`,
		county, send, batch, db.Micros(tx.Now()), cut(why, 500))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

const batchColumns = `send, batch, first, last, state, hash, made_at, next_at, tries, done_at, receipt, reason`

func scanBatch(row interface{ Scan(...any) error }) (b Batch, err error) {
	var made, next, done int64
	var state string
	err = row.Scan(&b.Send, &b.ID, &b.First, &b.Last, &state, &b.Hash, &made, &next, &b.Tries, &done, &b.Receipt, &b.Reason)
	b.State, b.Made, b.Next = BatchState(state), db.FromMicros(made), db.FromMicros(next)
	if done > 0 {
		b.Done = db.FromMicros(done)
	}
	return b, err
}

func batches(ctx context.Context, tx *db.Tx, county, send string, before int64, limit int) ([]Batch, error) {
	rows, err := tx.Query(ctx, `/* relay.batches */
		SELECT `+batchColumns+` FROM relay_batch WHERE county = $1 AND send = $2 AND ($3 = 0 OR batch < $3) ORDER BY batch DESC LIMIT $4`, county, send, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Batch
	for rows.Next() {
		b, err := scanBatch(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

func standing(ctx context.Context, tx *db.Tx, county, send string) (s Standing, err error) {
	var oldest sql.NullInt64
	err = tx.QueryRow(ctx, `/* relay.waiting */ SELECT count(*), min(at) FROM relay_item WHERE county = $1 AND send = $2 AND batch = 0`, county, send).Scan(&s.Waiting, &oldest)
	if err != nil {
		return s, err
	}
	if oldest.Valid {
		s.Oldest = db.FromMicros(oldest.Int64)
	}
	err = tx.QueryRow(ctx, `/* relay.delivered */ SELECT CAST(coalesce(sum(last - first + 1), 0) AS bigint) FROM relay_batch WHERE county = $1 AND send = $2 AND state = 'sent'`, county, send).Scan(&s.Delivered)
	if err != nil {
		return s, err
	}
	for state, into := range map[BatchState]**Batch{Open: &s.Open, Sent: &s.Last} {
		b, err := scanBatch(tx.QueryRow(ctx, `/* relay.newest */
			SELECT `+batchColumns+` FROM relay_batch WHERE county = $1 AND send = $2 AND state = $3 ORDER BY batch DESC LIMIT 1`, county, send, string(state)))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return s, err
		}
		*into = &b
	}
	if s.Open == nil {
		return s, nil
	}
	s.Waiting += s.Open.Items()
	var at int64
	err = tx.QueryRow(ctx, `/* relay.oldest */ SELECT at FROM relay_item WHERE county = $1 AND send = $2 AND n = $3`, county, send, s.Open.First).Scan(&at)
	s.Oldest = db.FromMicros(at)
	return s, err
}

func countItems(ctx context.Context, tx *db.Tx, county, send, subject string) (queued, delivered int64, err error) {
	err = tx.QueryRow(ctx, `/* relay.count */
		SELECT count(*), count(CASE WHEN b.state = 'sent' THEN 1 END) FROM relay_item i
		LEFT JOIN relay_batch b ON b.county = i.county AND b.send = i.send AND b.batch = i.batch
		WHERE i.county = $1 AND i.send = $2 AND ($3 = '' OR i.subject = $3)`, county, send, subject).Scan(&queued, &delivered)
	return
}
