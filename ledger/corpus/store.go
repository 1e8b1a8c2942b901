package corpus

import (
	"context"

	"zhixing/db"
	"zhixing/ledger"
)

// insertDocument puts a document on the public record by number and title alone, and marks it as taken in. Nothing can be
// read of it; lists of the ledger ask no more.
func insertDocument(ctx context.Context, tx *db.Tx, l *ledger.Ledger, n int) error {
	at := db.Micros(first.Time())
	_, err := tx.Exec(ctx, `/* corpus.insertDocument */ INSERT INTO document (county, doc, ordinal, issue_year, issue_n, seq, number, agency, title, title_key,
		issuer, kind, signed_on, version, holds_from, recorded_at, first_at, withdrawn)
		VALUES ($1, $2, $3, 2023, $3, 1, $4, '青政办发', $5, $5, $6, '方案', $7, 1, $7, $8, $8, false)`,
		l.County, string(documentKey(n)), n, documentNo(n), documentTitle(n), TheOffice, first.String(), at)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* corpus.insertDocument */ INSERT INTO ledger_source (county, doc, version, taken_at, duties) VALUES ($1, $2, 1, $3, $4)`,
		l.County, string(documentKey(n)), at, perDocument)
	return err
}

// loaded is how many duties of a county are on record.
func loaded(ctx context.Context, tx *db.Tx, county string) (n int, err error) {
	err = tx.QueryRow(ctx, `/* corpus.loaded */ SELECT count(*) FROM ledger_duty WHERE county = $1`, county).Scan(&n)
	return n, err
}

// analyze lets PostgreSQL count its tables, as its own autovacuum would have done by and by.
func analyze(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect != db.PostgreSQL {
		return nil
	}
	_, err := tx.Exec(ctx, `ANALYZE`)
	return err
}
