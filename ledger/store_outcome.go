package ledger

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// takenIn holds back what became of a document t whose newest version has not been compared with the ledger yet: it may
// withhold what the one before said.
const takenIn = `EXISTS (SELECT 1 FROM ledger_source s WHERE s.county = t.county AND s.doc = t.doc AND s.version = t.version)`

func documentOutcomes(ctx context.Context, tx *db.Tx, county string, on calendar.Date) ([]DocumentOutcome, error) {
	rows, err := tx.Query(ctx, `/* ledger.documentOutcomes */ SELECT t.doc, t.number, t.title, t.signed_on, x.duties, x.done, x.running, x.overdue, x.changed_on
		FROM (SELECT o.doc AS doc, count(*) AS duties, sum(CASE WHEN o.state = 'closed' THEN 1 ELSE 0 END) AS done,
			sum(CASE WHEN o.state IN ('issued', 'working') THEN 1 ELSE 0 END) AS running,
			sum(CASE WHEN o.state IN ('issued', 'working') AND o.due <> '' AND o.due < $2 THEN 1 ELSE 0 END) AS overdue, max(o.changed_on) AS changed_on
			FROM ledger_public o WHERE o.county = $1 AND o.parent = 0 GROUP BY o.doc) AS x
		JOIN document t ON t.county = $1 AND t.doc = x.doc AND NOT t.withdrawn AND `+takenIn+`
		ORDER BY x.changed_on DESC, t.ordinal DESC`, county, on.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []DocumentOutcome
	for rows.Next() {
		var o DocumentOutcome
		var doc, signed, changed string
		if err := rows.Scan(&doc, &o.No, &o.Title, &signed, &o.Duties, &o.Done, &o.Running, &o.Overdue, &changed); err != nil {
			return nil, err
		}
		o.Doc = publication.Key(doc)
		for _, x := range []struct {
			to *calendar.Date
			s  string
		}{{&o.SignedOn, signed}, {&o.ChangedOn, changed}} {
			if *x.to, err = calendar.ParseDate(x.s); err != nil {
				return nil, err
			}
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// stepMark names the newest instant at which a step was recorded and how many were then: writers queue, so a later
// step has a later instant or makes the number grow.
func stepMark(ctx context.Context, tx *db.Tx, county string) (s string, err error) {
	var at, n int64
	err = tx.QueryRow(ctx, `/* ledger.stepMark */ SELECT COALESCE(max(at), 0), count(*) FROM ledger_step
		WHERE county = $1 AND at = (SELECT max(at) FROM ledger_step WHERE county = $1)`, county).Scan(&at, &n)
	return itoa(at) + "." + itoa(n), err
}
