package finding

import (
	"context"
	"fmt"

	"zhixing/db"
)

// Tally is how things stand, for pages that show it beside what ordered it.
type Tally struct {
	Open  map[string]int         // findings that are not over and stand behind no other, by rule
	Grave int                    // of them those that are grave
	Kept  map[string]map[Met]int // results of the newest period that is over, by indicator
}

// Tallies counts open findings and the newest kept results.
func (j *Judge) Tallies(ctx context.Context, tx *db.Tx) (Tally, error) {
	t := Tally{Open: map[string]int{}, Kept: map[string]map[Met]int{}}
	rows, err := tx.Query(ctx, `/* finding.tally */
		SELECT rule, count(*), count(CASE WHEN severity = $3 THEN 1 END) FROM finding WHERE county = $1 AND state = $2 AND inhibited = '' GROUP BY rule`,
		j.County, string(Open), string(Grave))
	if err != nil {
		return t, fmt.Errorf("finding.Tallies: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var rule string
		var n, grave int
		if err := rows.Scan(&rule, &n, &grave); err != nil {
			return t, err
		}
		t.Open[rule] = n
		t.Grave += grave
	}
	if err := rows.Err(); err != nil {
		return t, err
	}
	kept, err := tx.Query(ctx, `/* finding.tallyKept */
		SELECT indicator, met, count(*) FROM finding_result r WHERE county = $1 AND latest
		AND period = (SELECT max(period) FROM finding_result n WHERE n.county = r.county AND n.indicator = r.indicator AND n.latest) GROUP BY indicator, met`, j.County)
	if err != nil {
		return t, fmt.Errorf("finding.Tallies: %w", err)
	}
	defer kept.Close()
	for kept.Next() {
		var id, met string
		var n int
		if err := kept.Scan(&id, &met, &n); err != nil {
			return t, err
		}
		if t.Kept[id] == nil {
			t.Kept[id] = map[Met]int{}
		}
		t.Kept[id][Met(met)] = n
	}
	return t, kept.Err()
}

// OpenOf counts the findings that are not over, stand behind no other and are one of the units' to put right, and of them those that
// are grave.
func (j *Judge) OpenOf(ctx context.Context, tx *db.Tx, units []string) (open, grave int, err error) {
	args := []any{j.County, string(Open), string(Grave)}
	for _, u := range units {
		args = append(args, u)
	}
	err = tx.QueryRow(ctx, `/* finding.OpenOf */ SELECT count(*), count(CASE WHEN severity = $3 THEN 1 END) FROM finding
		WHERE county = $1 AND state = $2 AND inhibited = '' AND unit IN `+db.In(4, len(units)), args...).Scan(&open, &grave)
	if err != nil {
		err = fmt.Errorf("finding.OpenOf: %w", err)
	}
	return open, grave, err
}
