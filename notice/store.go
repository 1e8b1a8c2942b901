package notice

import (
	"context"
	"strings"

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
