package bulletin

import (
	"context"
	"database/sql"
	"encoding/json"

	"zhixing/db"
)

func keep(ctx context.Context, tx *db.Tx, county string, b Bulletin, body, by string) (nth int, err error) {
	err = tx.QueryRow(ctx, `/* bulletin.nth */ SELECT coalesce(max(nth), 0) + 1 FROM bulletin WHERE county = $1 AND id = $2 AND period = $3`,
		county, b.ID, b.Period.From.String()).Scan(&nth)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* bulletin.keep */
		INSERT INTO bulletin (county, id, period, nth, no, public, body, issued_by, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		county, b.ID, b.Period.From.String(), nth, b.No, b.Public, body, by, db.Micros(tx.Now()))
	return nth, err
}

func issued(ctx context.Context, tx *db.Tx, county, id string, public bool, limit int) ([]Bulletin, error) {
	return read(tx.Query(ctx, `/* bulletin.issued */
		SELECT nth, body, issued_by, issued_at FROM bulletin b WHERE county = $1 AND ($2 = '' OR id = $2) AND (public OR NOT $3)
			AND NOT EXISTS (SELECT 1 FROM bulletin n WHERE n.county = b.county AND n.id = b.id AND n.period = b.period AND n.nth > b.nth)
		ORDER BY issued_at DESC, id, nth DESC LIMIT $4`, county, id, public, min(max(limit, 1), 500)))
}

func ofPeriod(ctx context.Context, tx *db.Tx, county, id, period string) ([]Bulletin, error) {
	return read(tx.Query(ctx, `/* bulletin.ofPeriod */
		SELECT nth, body, issued_by, issued_at FROM bulletin WHERE county = $1 AND id = $2 AND period = $3 ORDER BY nth DESC LIMIT 500`, county, id, period))
}

func read(rows *sql.Rows, err error) ([]Bulletin, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Bulletin
	for rows.Next() {
		var body, by string
		var at int64
		var nth int
		if err := rows.Scan(&nth, &body, &by, &at); err != nil {
			return nil, err
		}
		var b Bulletin
		if err := json.Unmarshal([]byte(body), &b); err != nil {
			return nil, err
		}
		b.Nth, b.By, b.Issued = nth, by, db.FromMicros(at)
		out = append(out, b)
	}
	return out, rows.Err()
}
