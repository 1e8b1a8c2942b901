package ledger

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

func (l *Ledger) unitCounts(ctx context.Context, tx *db.Tx, by Actor, on calendar.Date) (map[string]*UnitCount, error) {
	c := &condition{}
	county := c.arg(l.County)
	only := ""
	if !by.Everywhere(ActSee) {
		units := by.Units(ActSee)
		first := len(c.args) + 1
		for _, u := range units {
			c.args = append(c.args, u)
		}
		only = " AND p.unit IN " + db.In(first, len(units))
	}
	light := lightSQL(c.arg(on.String()))
	rows, err := tx.Query(ctx, `/* ledger.unitCounts */ SELECT unit, role, state, light, count(*) FROM (
		SELECT p.unit AS unit, p.role AS role, d.state AS state, `+light+` AS light FROM ledger_party p
		JOIN ledger_duty d ON d.county = p.county AND d.id = p.duty WHERE p.county = `+county+only+`) AS x GROUP BY unit, role, state, light`, c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]*UnitCount{}
	for rows.Next() {
		var unit, role, state, light string
		var n int
		if err := rows.Scan(&unit, &role, &state, &light, &n); err != nil {
			return nil, err
		}
		u := out[unit]
		if u == nil {
			u = &UnitCount{Unit: unit, Lead: newCounts(), Support: newCounts()}
			out[unit] = u
		}
		to := &u.Lead
		if Role(role) == Support {
			to = &u.Support
		}
		to.States[State(state)] += n
		to.Total += n
		if light != "" {
			to.Lights[Light(light)] += n
		}
	}
	return out, rows.Err()
}

func newCounts() Counts { return Counts{States: map[State]int{}, Lights: map[Light]int{}} }

func (l *Ledger) documentProgresses(ctx context.Context, tx *db.Tx, on calendar.Date) ([]DocumentProgress, error) {
	c := &condition{}
	county := c.arg(l.County)
	light := lightSQL(c.arg(on.String()))
	rows, err := tx.Query(ctx, `/* ledger.documentProgresses */ SELECT x.doc, x.doc_no, COALESCE(t.title, ''), x.total, x.done, x.running, x.overdue, x.progress
		FROM (SELECT d.doc AS doc, max(d.doc_no) AS doc_no, count(*) AS total, sum(CASE WHEN d.state = 'closed' THEN 1 ELSE 0 END) AS done,
			sum(CASE WHEN d.state IN ('issued', 'working') THEN 1 ELSE 0 END) AS running,
			sum(CASE WHEN `+light+` = 'overdue' THEN 1 ELSE 0 END) AS overdue,
			sum(CASE WHEN d.state = 'closed' THEN 100 ELSE d.progress END) AS progress
			FROM ledger_duty d WHERE d.county = `+county+` AND d.parent = 0 AND d.doc <> '' AND d.state NOT IN ('drafted', 'confirmed', 'cancelled')
			GROUP BY d.doc) AS x
		LEFT JOIN document t ON t.county = `+county+` AND t.doc = x.doc
		ORDER BY x.overdue DESC, x.running DESC, x.doc`, c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []DocumentProgress
	for rows.Next() {
		var p DocumentProgress
		var doc string
		var sum int
		if err := rows.Scan(&doc, &p.No, &p.Title, &p.Total, &p.Done, &p.Running, &p.Overdue, &sum); err != nil {
			return nil, err
		}
		p.Doc, p.Progress = publication.Key(doc), sum/p.Total
		out = append(out, p)
	}
	return out, rows.Err()
}

func (l *Ledger) dueDays(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (map[calendar.Date]DayCount, error) {
	c := l.where(by, q, on, false)
	rows, err := tx.Query(ctx, `/* ledger.dueDays */ SELECT d.due, count(*), sum(CASE WHEN d.state IN ('issued', 'working') THEN 1 ELSE 0 END)
		FROM ledger_duty d WHERE `+c.sql.String()+` GROUP BY d.due`, c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[calendar.Date]DayCount{}
	for rows.Next() {
		var due string
		var n DayCount
		if err := rows.Scan(&due, &n.Total, &n.Running); err != nil {
			return nil, err
		}
		d, err := calendar.ParseDate(due)
		if err != nil {
			return nil, err
		}
		out[d] = n
	}
	return out, rows.Err()
}
