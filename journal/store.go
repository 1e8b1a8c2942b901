package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"zhixing/db"
)

// Append adds an entry to the county's history, in the transaction of the deed, and gives the new head.
func Append(ctx context.Context, tx *db.Tx, county string, e Entry) (Head, error) {
	if err := e.check(); err != nil {
		return Head{}, fmt.Errorf("journal.Append: %w", err)
	}
	head, err := Newest(ctx, tx, county)
	if err != nil {
		return Head{}, fmt.Errorf("journal.Append: %w", err)
	}
	r := Record{Entry: e, Seq: head.Seq + 1, At: tx.Now(), Prev: head.Hash}
	r.Hash = r.seal(county)
	_, err = tx.Exec(ctx, `/* journal.Append */
		INSERT INTO journal (county, seq, at, who, what, subject, basis, detail, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		county, r.Seq, db.Micros(r.At), r.Who, r.What, r.Subject, r.Basis, r.Detail, r.Prev[:], r.Hash[:])
	if err != nil {
		return Head{}, fmt.Errorf("journal.Append: %w", err)
	}
	return Head{r.Seq, r.Hash}, nil
}

// Newest is the head of the county's history as the transaction sees it.
func Newest(ctx context.Context, tx *db.Tx, county string) (Head, error) {
	return readHead(tx.QueryRow(ctx, `/* journal.Newest */
		SELECT seq, hash FROM journal WHERE county = $1 ORDER BY seq DESC LIMIT 1`, county))
}

// HeadAt is the head that the county's history had when it had seq records. Comparing it with a head that was put
// into the transparency log shows that nothing up to there was changed.
func HeadAt(ctx context.Context, tx *db.Tx, county string, seq int64) (Head, error) {
	if seq == 0 {
		return Head{}, nil
	}
	head, err := readHead(tx.QueryRow(ctx, `/* journal.HeadAt */
		SELECT seq, hash FROM journal WHERE county = $1 AND seq = $2`, county, seq))
	if err == nil && head.Seq != seq {
		err = &Broken{county, seq, "is not there"}
	}
	return head, err
}

func readHead(row *sql.Row) (Head, error) {
	var h Head
	var hash []byte
	err := row.Scan(&h.Seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, nil
	}
	copy(h.Hash[:], hash)
	return h, err
}

// Verify reads the county's whole history and gives its head. Where a record is not as it was written, the error
// is a *Broken that names the first such record. That records were cut off at the end shows only by comparing the
// head with one kept elsewhere, such as in the transparency log.
func Verify(ctx context.Context, d *db.DB, county string) (Head, error) {
	var head Head
	err := d.Read(ctx, func(tx *db.Tx) error {
		head = Head{}
		rows, err := tx.Query(ctx, `/* journal.Verify */ SELECT `+columns+` FROM journal WHERE county = $1 ORDER BY seq`, county)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scan(rows)
			if err != nil {
				return &Broken{county, head.Seq + 1, err.Error()}
			}
			if why := r.follows(head, county); why != "" {
				return &Broken{county, head.Seq + 1, why}
			}
			head = Head{r.Seq, r.Hash}
		}
		return rows.Err()
	})
	if err != nil {
		return head, fmt.Errorf("journal.Verify: %w", err)
	}
	return head, nil
}

// Query asks for records, newest first. Who, What and Subject choose those that are exactly so, where they are
// not empty.
type Query struct {
	Who, What, Subject string
	Before             int64 // only records before this one: the cursor; 0 begins with the newest
	Limit              int   // 1 to MaxLimit
}

// MaxLimit is how many records can be listed at once.
const MaxLimit = 200

// List gives records and the cursor for those that follow, 0 after the last.
func List(ctx context.Context, tx *db.Tx, county string, q Query) (records []Record, next int64, err error) {
	if q.Limit < 1 || q.Limit > MaxLimit {
		return nil, 0, fmt.Errorf("journal.List: limit %d: allowed are 1 to %d", q.Limit, MaxLimit)
	}
	where, args := `county = $1`, []any{county}
	add := func(cond string, v any) {
		args = append(args, v)
		where += ` AND ` + cond + ` $` + strconv.Itoa(len(args))
	}
	for _, f := range []struct{ cond, v string }{{`who =`, q.Who}, {`what =`, q.What}, {`subject =`, q.Subject}} {
		if f.v != "" {
			add(f.cond, f.v)
		}
	}
	if q.Before > 0 {
		add(`seq <`, q.Before)
	}
	args = append(args, q.Limit+1) // one more, to know whether anything follows
	rows, err := tx.Query(ctx, `/* journal.List */ SELECT `+columns+` FROM journal
		WHERE `+where+` ORDER BY seq DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("journal.List: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, 0, fmt.Errorf("journal.List: %w", err)
		}
		records = append(records, r)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("journal.List: %w", err)
	}
	if len(records) > q.Limit {
		records = records[:q.Limit]
		next = records[q.Limit-1].Seq
	}
	return records, next, nil
}

const columns = `seq, at, who, what, subject, basis, detail, prev_hash, hash`

func scan(rows *sql.Rows) (Record, error) {
	var r Record
	var at int64
	var prev, hash []byte
	if err := rows.Scan(&r.Seq, &at, &r.Who, &r.What, &r.Subject, &r.Basis, &r.Detail, &prev, &hash); err != nil {
		return Record{}, err
	}
	if len(prev) != len(r.Prev) || len(hash) != len(r.Hash) {
		return Record{}, errors.New("a hash has not 32 bytes")
	}
	r.At = db.FromMicros(at)
	copy(r.Prev[:], prev)
	copy(r.Hash[:], hash)
	return r, nil
}
