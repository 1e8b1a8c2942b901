package ledger

import (
	"context"

	"zhixing/db"
	"zhixing/publication"
)

func intakes(ctx context.Context, tx *db.Tx, county string) ([]Intake, error) {
	rows, err := tx.Query(ctx, `/* ledger.intakes */ SELECT d.doc, COALESCE((SELECT max(s.taken_at) FROM ledger_source s WHERE s.county = $1 AND s.doc = d.doc), 0),
			sum(CASE WHEN d.state = 'drafted' THEN 1 ELSE 0 END), sum(CASE WHEN d.state = 'confirmed' THEN 1 ELSE 0 END),
			sum(CASE WHEN d.state = 'cancelled' THEN 1 ELSE 0 END), count(*), max(d.id)
		FROM ledger_duty d WHERE d.county = $1 AND d.parent = 0 GROUP BY d.doc ORDER BY CASE WHEN d.doc = '' THEN 1 ELSE 0 END, max(d.id) DESC`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Intake
	for rows.Next() {
		var i Intake
		var doc string
		var at, newest int64
		var all int
		if err := rows.Scan(&doc, &at, &i.Drafted, &i.Confirmed, &i.Cancelled, &all, &newest); err != nil {
			return nil, err
		}
		i.Doc, i.Issued = publication.Key(doc), all-i.Drafted-i.Confirmed-i.Cancelled
		if at > 0 {
			i.TakenAt = db.FromMicros(at)
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

// unissued are the drafted and confirmed duties.
func unissued(ctx context.Context, tx *db.Tx, county string) ([]*Duty, error) {
	return listDuties(ctx, tx, county, `/* ledger.unissued */ SELECT id, revision, data FROM ledger_duty
		WHERE county = $1 AND parent = 0 AND state IN ('drafted', 'confirmed') ORDER BY id`, county)
}
