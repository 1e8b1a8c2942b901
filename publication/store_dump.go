package publication

import (
	"context"

	"zhixing/db"
)

func countDocuments(ctx context.Context, tx *db.Tx, county string) (n int64, err error) {
	err = tx.QueryRow(ctx, `/* publication.countDocuments */ SELECT count(*) FROM document WHERE county = $1`, county).Scan(&n)
	return n, err
}

// headsAfter are documents in the order of their first publication, withdrawn ones included.
func headsAfter(ctx context.Context, tx *db.Tx, county string, after int64, most int) ([]dumpDocument, error) {
	rows, err := tx.Query(ctx, `/* publication.headsAfter */ SELECT `+headColumns+`, d.ordinal FROM document d
		WHERE d.county = $1 AND d.ordinal > $2 ORDER BY d.ordinal LIMIT $3`, county, after, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []dumpDocument
	for rows.Next() {
		var ordinal int64
		h, err := scanHead(rows.Scan, &ordinal)
		if err != nil {
			return nil, err
		}
		out = append(out, dumpDocument{ordinal, h})
	}
	return out, rows.Err()
}

// readCitations are the citations of a version as they were read.
func readCitations(ctx context.Context, tx *db.Tx, county string, key Key, version int) ([]citation, error) {
	rows, err := tx.Query(ctx, `/* publication.readCitations */
		SELECT cited, number, title, level, implements, effect, path FROM citation
		WHERE county = $1 AND doc = $2 AND version = $3 ORDER BY n`, county, string(key), version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []citation
	for rows.Next() {
		var c citation
		var cited string
		if err := rows.Scan(&cited, &c.no, &c.title, &c.level, &c.implements, &c.effect, &c.path); err != nil {
			return nil, err
		}
		c.cited = Key(cited)
		out = append(out, c)
	}
	return out, rows.Err()
}

// isEmpty reports whether the county has published nothing at all.
func isEmpty(ctx context.Context, tx *db.Tx, county string) (empty bool, err error) {
	var n int64
	err = tx.QueryRow(ctx, `/* publication.isEmpty */
		SELECT (SELECT count(*) FROM issue WHERE county = $1) + (SELECT count(*) FROM document WHERE county = $1)`, county).Scan(&n)
	return n == 0, err
}
