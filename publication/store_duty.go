package publication

import (
	"context"
	"encoding/json"

	"zhixing/db"
)

// listDuties reads one row more than the page holds, from behind the n-th duty of the document with this ordinal.
func listDuties(ctx context.Context, tx *db.Tx, county string, f DutyFilter, ordinal, n int64) ([]Duty, []int64, error) {
	rows, err := tx.Query(ctx, `/* publication.Duties */
		SELECT p.doc, p.n, p.clause, p.plan, p.title, p.proposed, p.data, d.ordinal
		FROM document d
		JOIN published_duty p ON p.county = d.county AND p.doc = d.doc AND p.version = d.version
		WHERE d.county = $1 AND NOT d.withdrawn AND ($2 = '' OR d.doc = $2)
			AND (d.ordinal < $3 OR d.ordinal = $3 AND p.n > $4)
			AND ($5 = '' AND $6 = '' OR EXISTS (SELECT 1 FROM mention m WHERE m.county = p.county AND m.doc = p.doc
				AND m.version = p.version AND m.duty = p.n AND ($5 = '' OR m.unit = $5) AND ($6 = '' OR m.role = $6)))
		ORDER BY d.ordinal DESC, p.n LIMIT $7`, county, string(f.Key), ordinal, n, f.Unit, f.Role, f.Limit+1)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var out []Duty
	var ordinals []int64
	for rows.Next() {
		var d Duty
		var key, data string
		var o int64
		if err := rows.Scan(&key, &d.N, &d.Clause, &d.Plan, &d.Title, &d.Proposed, &data, &o); err != nil {
			return nil, nil, err
		}
		d.Key, d.JSON, d.Role = Key(key), json.RawMessage(data), f.Role
		out, ordinals = append(out, d), append(ordinals, o)
	}
	return out, ordinals, rows.Err()
}
