package notice

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
)

// insertNotice keeps a notice unless its key is there.
func insertNotice(ctx context.Context, tx *db.Tx, county string, n Notice) (fresh bool, err error) {
	at := db.Micros(n.NotBefore)
	res, err := tx.Exec(ctx, `/* notice.Put */
		INSERT INTO notice (county, n, key, to_unit, to_roles, to_post, to_account, kind, subject, body, path, about, basis,
			grade, not_before, put_at, state, next_at, tries, trouble)
		SELECT $1, coalesce((SELECT max(n) FROM notice WHERE county = $1), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
			$13, $14, $15, 'waiting', $14, 0, ''
		WHERE true
		ON CONFLICT (county, key) DO NOTHING`,
		county, n.Key, n.To.Unit, strings.Join(n.To.Roles, " "), n.To.Post, n.To.Account, n.Kind, n.Subject, n.Text, n.Path, n.About, n.Basis,
		string(n.Grade), at, db.Micros(tx.Now()))
	if err != nil {
		return false, err
	}
	rows, err := res.RowsAffected()
	return rows == 1, err
}

// columns of a notice, as scanNotice reads them.
const columns = `n.n, n.key, n.to_unit, n.to_roles, n.to_post, n.to_account, n.kind, n.subject, n.body, n.path, n.about, n.basis, n.grade, n.not_before`

type scanner interface{ Scan(...any) error }

// scanNotice reads columns and what follows them.
func scanNotice(row scanner, more ...any) (id ID, n Notice, err error) {
	var roles, grade string
	var notBefore int64
	into := append([]any{&id, &n.Key, &n.To.Unit, &roles, &n.To.Post, &n.To.Account, &n.Kind, &n.Subject, &n.Text, &n.Path, &n.About, &n.Basis,
		&grade, &notBefore}, more...)
	if err := row.Scan(into...); err != nil {
		return 0, n, err
	}
	if roles != "" {
		n.To.Roles = strings.Split(roles, " ")
	}
	n.Grade, n.NotBefore = Grade(grade), db.FromMicros(notBefore)
	return id, n, nil
}

// list reads all rows.
func list[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) (out []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// found tells no row from an error.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// when is a time that is 0 where there is none.
func when(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.FromMicros(us)
}

// where collects conditions with their parameters; the first is the county.
type where struct {
	text string
	args []any
}

func (w *where) and(cond string, v any) {
	w.args = append(w.args, v)
	w.text += ` AND ` + cond + ` $` + strconv.Itoa(len(w.args))
}

// dueNotices are notices to be looked at, those that wait longest first.
func dueNotices(ctx context.Context, tx *db.Tx, county string, now time.Time) ([]ID, error) {
	rows, err := tx.Query(ctx, `/* notice.due */
		SELECT n FROM notice WHERE county = $1 AND state <> 'out' AND next_at <= $2 ORDER BY next_at, n LIMIT 500`, county, db.Micros(now))
	return list(rows, err, func(r *sql.Rows) (id ID, err error) { return id, r.Scan(&id) })
}

// dueNotice reads one of them; not ok says that it is due no more.
func dueNotice(ctx context.Context, tx *db.Tx, county string, id ID, now time.Time) (n Notice, ok bool, err error) {
	_, n, err = scanNotice(tx.QueryRow(ctx, `/* notice.dueOne */
		SELECT `+columns+` FROM notice n WHERE n.county = $1 AND n.n = $2 AND n.state <> 'out' AND n.next_at <= $3`, county, int64(id), db.Micros(now)))
	ok, err = found(err)
	return n, ok, err
}

// setSpread records how far a notice has come and when it is looked at next.
func setSpread(ctx context.Context, tx *db.Tx, county string, id ID, state string, next time.Time) error {
	_, err := tx.Exec(ctx, `/* notice.setSpread */
		UPDATE notice SET state = $3, next_at = $4, tries = 0, trouble = '' WHERE county = $1 AND n = $2`, county, int64(id), state, db.Micros(next))
	return err
}

// postpone records why a notice was put off; it is never given up.
func postpone(ctx context.Context, tx *db.Tx, county string, id ID, now time.Time, why string) error {
	var tries int
	if err := tx.QueryRow(ctx, `/* notice.tries */ SELECT tries FROM notice WHERE county = $1 AND n = $2`, county, int64(id)).Scan(&tries); err != nil {
		return err
	}
	tries++
	_, err := tx.Exec(ctx, `/* notice.postpone */
		UPDATE notice SET tries = $3, next_at = $4, trouble = $5 WHERE county = $1 AND n = $2`,
		county, int64(id), tries, db.Micros(now.Add(pause(tries))), why)
	return err
}

func readHeld(ctx context.Context, tx *db.Tx, county string, troubled bool, before int64, limit int) ([]Held, error) {
	only := ``
	if troubled {
		only = ` AND n.trouble <> ''`
	}
	rows, err := tx.Query(ctx, `/* notice.Holding */
		SELECT `+columns+`, n.next_at, n.trouble FROM notice n
		WHERE n.county = $1 AND n.state <> 'out' AND n.n < $2`+only+` ORDER BY n.n DESC LIMIT $3`, county, before, limit)
	return list(rows, err, func(r *sql.Rows) (h Held, err error) {
		var next int64
		h.ID, h.Notice, err = scanNotice(r, &next, &h.Trouble)
		h.Next = db.FromMicros(next)
		return h, err
	})
}

func readAbout(ctx context.Context, tx *db.Tx, county, about string, limit int) ([]Told, error) {
	rows, err := tx.Query(ctx, `/* notice.About */
		SELECT `+columns+`, n.put_at,
			(SELECT count(*) FROM inbox i WHERE i.county = n.county AND i.n = n.n),
			(SELECT count(*) FROM inbox i WHERE i.county = n.county AND i.n = n.n AND i.read_at > 0),
			(SELECT count(*) FROM delivery d WHERE d.county = n.county AND d.n = n.n AND d.state = 'handed'),
			(SELECT count(*) FROM delivery d WHERE d.county = n.county AND d.n = n.n AND d.state = 'failed')
		FROM notice n WHERE n.county = $1 AND n.about = $2 ORDER BY n.n DESC LIMIT $3`, county, about, limit)
	return list(rows, err, func(r *sql.Rows) (t Told, err error) {
		var put int64
		t.ID, t.Notice, err = scanNotice(r, &put, &t.Inbox, &t.Read, &t.Handed, &t.Failed)
		t.Put = db.FromMicros(put)
		return t, err
	})
}

func tally(ctx context.Context, tx *db.Tx, county string) (t Tally, err error) {
	var oldest int64
	err = tx.QueryRow(ctx, `/* notice.Count */
		SELECT (SELECT count(*) FROM notice WHERE county = $1 AND state <> 'out'),
			(SELECT count(*) FROM notice WHERE county = $1 AND state <> 'out' AND trouble <> ''),
			(SELECT count(*) FROM delivery WHERE county = $1 AND state IN ('waiting', 'leased')),
			(SELECT count(*) FROM delivery WHERE county = $1 AND state = 'failed'),
			(SELECT coalesce(min(made_at), 0) FROM delivery WHERE county = $1 AND state IN ('waiting', 'leased'))`, county).
		Scan(&t.Held, &t.Troubled, &t.Waiting, &t.Failed, &oldest)
	t.Oldest = when(oldest)
	return t, err
}
