package ledger

import (
	"context"
	"database/sql"
	"errors"

	"zhixing/db"
	"zhixing/publication"
)

// nextSource is the oldest document whose newest version was not taken in yet. It reads only which documents there are;
// what they say is read through package publication.
func nextSource(ctx context.Context, tx *db.Tx, county string) (key publication.Key, version int, ok bool, err error) {
	var doc string
	err = tx.QueryRow(ctx, `/* ledger.nextSource */ SELECT d.doc, d.version FROM document d
		WHERE d.county = $1 AND NOT EXISTS (SELECT 1 FROM ledger_source s WHERE s.county = d.county AND s.doc = d.doc AND s.version = d.version)
		ORDER BY d.ordinal LIMIT 1`, county).Scan(&doc, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, false, nil
	}
	return publication.Key(doc), version, err == nil, err
}

func markSource(ctx context.Context, tx *db.Tx, county string, key publication.Key, version, duties int) error {
	_, err := tx.Exec(ctx, `/* ledger.markSource */ INSERT INTO ledger_source (county, doc, version, taken_at, duties) VALUES ($1, $2, $3, $4, $5)`,
		county, string(key), version, db.Micros(tx.Now()), duties)
	return err
}
