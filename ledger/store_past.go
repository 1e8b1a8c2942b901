package ledger

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
)

// eachPast gives every duty that the actor may see now, as it stood at the end of a day, by number. Steps are read as
// one stream; only one duty's are kept at a time.
func (l *Ledger) eachPast(ctx context.Context, tx *db.Tx, by Actor, day calendar.Date, do func(*Duty)) error {
	args := []any{l.County, db.Micros(day.AddDays(1).Time())}
	only := ""
	if !by.Everywhere(ActSee) {
		units := by.Units(ActSee)
		only = ` AND s.duty IN (SELECT p.duty FROM ledger_party p WHERE p.county = $1 AND p.unit IN ` + db.In(len(args)+1, len(units)) + `)`
		for _, u := range units {
			args = append(args, u)
		}
	}
	rows, err := tx.Query(ctx, `/* ledger.eachPast */ SELECT s.duty, `+stepColumns+` FROM ledger_step s
		WHERE s.county = $1 AND s.at < $2`+only+` ORDER BY s.duty, s.n`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var d *Duty
	for rows.Next() {
		var id int64
		s, err := scanStep(rows.Scan, &id)
		if err != nil {
			return err
		}
		if d == nil || d.ID != ID(id) {
			if d != nil {
				do(d)
			}
			d = &Duty{County: l.County, ID: ID(id)}
		}
		if err := d.apply(s); err != nil {
			return err
		}
	}
	if d != nil {
		do(d)
	}
	return rows.Err()
}
