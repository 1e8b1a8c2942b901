package register

import (
	"context"

	"zhixing/db"
)

// LateCounts is how many obligations are open past their day, by register and obligation: outlets/plan.
func (r *Registers) LateCounts(ctx context.Context, tx *db.Tx) (map[string]int, error) {
	rows, err := tx.Query(ctx, `/* register.LateCounts */
		SELECT register, obligation, count(*) FROM register_owed WHERE county = $1 AND state = $2 AND due < $3 GROUP BY register, obligation`,
		r.County, string(Open), today(tx).String())
	if err != nil {
		return nil, wrap("LateCounts", err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var name, obligation string
		var n int
		if err := rows.Scan(&name, &obligation, &n); err != nil {
			return nil, wrap("LateCounts", err)
		}
		out[name+"/"+obligation] = n
	}
	return out, wrap("LateCounts", rows.Err())
}
