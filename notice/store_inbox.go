package notice

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"zhixing/db"
)

func insertInbox(ctx context.Context, tx *db.Tx, county, account string, id ID, now time.Time) error {
	_, err := tx.Exec(ctx, `/* inbox.insert */
		INSERT INTO inbox (county, account, n, at, read_at) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (county, account, n) DO NOTHING`,
		county, account, int64(id), db.Micros(now))
	return err
}

func readInbox(ctx context.Context, tx *db.Tx, county, account string, q InboxQuery, after []int64, limit int) ([]Message, error) {
	const isRead = `CASE WHEN i.read_at = 0 THEN 0 ELSE 1 END`
	w := where{`i.county = $1 AND i.account = $2`, []any{county, account}}
	if q.Unread {
		w.text += ` AND i.read_at = 0`
	}
	if q.About != "" {
		w.and(`n.about =`, q.About)
	}
	if after != nil {
		at := len(w.args)
		w.args = append(w.args, after[0], after[1])
		r, n := `$`+strconv.Itoa(at+1), `$`+strconv.Itoa(at+2)
		w.text += ` AND (` + isRead + ` > ` + r + ` OR ` + isRead + ` = ` + r + ` AND i.n < ` + n + `)`
	}
	w.args = append(w.args, limit)
	rows, err := tx.Query(ctx, `/* inbox.List */
		SELECT `+columns+`, i.at, i.read_at FROM inbox i JOIN notice n ON n.county = i.county AND n.n = i.n
		WHERE `+w.text+` ORDER BY `+isRead+`, i.n DESC LIMIT $`+strconv.Itoa(len(w.args)), w.args...)
	return list(rows, err, func(r *sql.Rows) (m Message, err error) {
		var at, read int64
		m.ID, m.Notice, err = scanNotice(r, &at, &read)
		m.At, m.Read = db.FromMicros(at), when(read)
		return m, err
	})
}

func countUnread(ctx context.Context, tx *db.Tx, county, account string) (n int, err error) {
	err = tx.QueryRow(ctx, `/* inbox.Unread */
		SELECT count(*) FROM inbox WHERE county = $1 AND account = $2 AND read_at = 0`, county, account).Scan(&n)
	return n, err
}

func markRead(ctx context.Context, tx *db.Tx, county, account string, ids []ID) (int, error) {
	args := []any{county, account, db.Micros(tx.Now())}
	for _, id := range ids {
		args = append(args, int64(id))
	}
	return affected(tx.Exec(ctx, `/* inbox.MarkRead */
		UPDATE inbox SET read_at = $3 WHERE county = $1 AND account = $2 AND read_at = 0 AND n IN `+db.In(4, len(ids)), args...))
}

func markAllRead(ctx context.Context, tx *db.Tx, county, account string, upTo ID) (int, error) {
	return affected(tx.Exec(ctx, `/* inbox.MarkAllRead */
		UPDATE inbox SET read_at = $3 WHERE county = $1 AND account = $2 AND read_at = 0 AND n <= $4`,
		county, account, db.Micros(tx.Now()), int64(upTo)))
}

func affected(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
