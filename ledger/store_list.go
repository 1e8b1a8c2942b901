package ledger

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
)

// condition is a WHERE clause in the making.
type condition struct {
	sql  strings.Builder
	args []any
}

// arg adds a parameter and gives its place.
func (c *condition) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func (c *condition) and(format string, args ...any) { fmt.Fprintf(&c.sql, " AND "+format, args...) }

// where is what q asks for, of what the actor may see.
func (l *Ledger) where(by Actor, q Query, on calendar.Date, standing bool) *condition {
	c := &condition{}
	c.sql.WriteString("d.county = " + c.arg(l.County))
	if !by.Everywhere(ActSee) {
		c.and("d.state NOT IN ('drafted', 'confirmed')")
		units := by.Units(ActSee)
		first := len(c.args) + 1
		for _, u := range units {
			c.args = append(c.args, u)
		}
		c.and("d.id IN (SELECT p.duty FROM ledger_party p WHERE p.county = $1 AND p.unit IN %s)", db.In(first, len(units)))
	}
	if q.Unit != "" {
		role := ""
		if q.Role != "" {
			role = " AND p.role = " + c.arg(string(q.Role))
		}
		c.and("d.id IN (SELECT p.duty FROM ledger_party p WHERE p.county = $1 AND p.unit = %s%s)", c.arg(q.Unit), role)
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		like := c.arg("%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(t) + "%")
		number := ""
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			number = " OR d.id = " + c.arg(n)
		}
		c.and(`(d.title LIKE %[1]s ESCAPE '\' OR d.lead LIKE %[1]s ESCAPE '\' OR d.doc_no LIKE %[1]s ESCAPE '\'%[2]s)`, like, number)
	}
	if q.Doc != "" {
		c.and("d.doc = %s", c.arg(q.Doc))
	}
	if !q.From.IsZero() {
		c.and("d.due >= %s", c.arg(q.From.String()))
	}
	if !q.To.IsZero() {
		c.and("d.due <> '' AND d.due <= %s", c.arg(q.To.String()))
	}
	for _, f := range []struct {
		on  bool
		sql string
	}{{q.Running, "d.state IN ('issued', 'working')"}, {q.Asked, "d.asked"}, {q.Flagged, "d.flagged"}, {q.Back, "d.sent_back"},
		{q.Lines == Whole, "d.parent = 0"}, {q.Lines == SplitOnly, "d.parent > 0"}} {
		if f.on {
			c.and("%s", f.sql)
		}
	}
	if q.Batch != 0 {
		c.and("d.batch = %s", c.arg(q.Batch))
	}
	if standing && q.State != "" {
		c.and("d.state = %s", c.arg(string(q.State)))
	}
	if standing && q.Light != "" {
		c.and("%s = %s", lightSQL(c.arg(on.String())), c.arg(string(q.Light)))
	}
	return c
}

// lightSQL is Rules.Status in SQL: the worst light whose first day has come.
func lightSQL(today string) string {
	return `CASE WHEN d.state NOT IN ('issued', 'working') THEN '' WHEN d.late_on <> '' AND d.late_on <= ` + today + ` THEN 'overdue'
		WHEN d.lag_on <> '' AND d.lag_on <= ` + today + ` THEN 'lagging' WHEN d.near_on <> '' AND d.near_on <= ` + today + ` THEN 'near' ELSE 'normal' END`
}

func (l *Ledger) list(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (Page, error) {
	var p Page
	c := l.where(by, q, on, true)
	if err := tx.QueryRow(ctx, `/* ledger.list */ SELECT count(*) FROM ledger_duty d WHERE `+c.sql.String(), c.args...).Scan(&p.Total); err != nil {
		return p, err
	}
	if p.Total > MaxRows && q.Size == MaxRows {
		return p, nil // refused by the caller
	}
	order := "d.id"
	switch q.Sort {
	case ByDue:
		order = "CASE WHEN d.due = '' THEN 1 ELSE 0 END, d.due, d.id"
	case ByChange:
		order = "d.changed_at DESC, d.id DESC"
	case ByLight:
		order = "CASE " + lightSQL(c.arg(on.String())) + " WHEN 'overdue' THEN 0 WHEN 'lagging' THEN 1 WHEN 'near' THEN 2 WHEN 'normal' THEN 3 ELSE 4 END, d.due, d.id"
	}
	// The page is found by what an index holds, and only its rows are read whole.
	list, err := listDuties(ctx, tx, l.County, `/* ledger.list */ SELECT d.id, d.revision, d.data FROM ledger_duty d WHERE d.county = $1 AND d.id IN (
		SELECT d.id FROM ledger_duty d WHERE `+c.sql.String()+` ORDER BY `+order+` LIMIT `+c.arg(q.Size)+` OFFSET `+c.arg((q.Page-1)*q.Size)+`)
		ORDER BY `+order, c.args...)
	for _, d := range list {
		p.Rows = append(p.Rows, Row{d, l.Rules.Status(d, on)})
	}
	return p, err
}

// CountsOf counts by state and light.
func (l *Ledger) CountsOf(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (Counts, error) {
	const op = "CountsOf"
	out := Counts{States: map[State]int{}, Lights: map[Light]int{}}
	c := l.where(by, q, on, false)
	light := lightSQL(c.arg(on.String()))
	rows, err := tx.Query(ctx, `/* ledger.CountsOf */ SELECT state, light, count(*) FROM (SELECT d.state AS state, `+light+` AS light FROM ledger_duty d WHERE `+
		c.sql.String()+`) AS x GROUP BY state, light`, c.args...)
	if err != nil {
		return out, wrap(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		var state, light string
		var n int
		if err := rows.Scan(&state, &light, &n); err != nil {
			return out, wrap(op, err)
		}
		out.States[State(state)] += n
		out.Total += n
		if light != "" {
			out.Lights[Light(light)] += n
		}
	}
	return out, wrap(op, rows.Err())
}

// running are the duties whose clocks run and in which one of the units has a part, the earliest last day first.
func running(ctx context.Context, tx *db.Tx, county string, units []string) ([]*Duty, error) {
	args := []any{county}
	for _, u := range units {
		args = append(args, u)
	}
	return listDuties(ctx, tx, county, `/* ledger.running */ SELECT d.id, d.revision, d.data FROM ledger_duty d
		WHERE d.county = $1 AND d.id IN (SELECT p.duty FROM ledger_party p WHERE p.county = $1 AND p.unit IN `+db.In(2, len(units))+`
			AND p.state IN ('issued', 'working'))
		ORDER BY CASE WHEN d.due = '' THEN 1 ELSE 0 END, d.due, d.id LIMIT 1000`, args...)
}

// openAfter are duties that are not over, behind a number, in the order of numbers.
func openAfter(ctx context.Context, tx *db.Tx, county string, after ID, limit int) ([]*Duty, error) {
	return listDuties(ctx, tx, county, `/* ledger.openAfter */ SELECT id, revision, data FROM ledger_duty
		WHERE county = $1 AND id > $2 AND state NOT IN ('closed', 'cancelled') ORDER BY id LIMIT $3`, county, int64(after), limit)
}

// Outcome is what anybody may see of a duty of a published document.
type Outcome struct {
	ID        ID            `json:"id"`
	Clause    string        `json:"clause,omitempty"`
	N         int           `json:"n"`
	Parent    ID            `json:"parent,omitempty"`
	Title     string        `json:"title"`
	Lead      string        `json:"lead"`
	Support   string        `json:"support,omitempty"`
	Due       calendar.Date `json:"due,omitzero"`
	DueRaw    string        `json:"due_raw,omitempty"`
	State     State         `json:"state"`
	StateName string        `json:"state_name"`
	Overdue   bool          `json:"overdue,omitempty"` // on the day that was asked for
	Progress  int           `json:"progress"`
	Extended  int           `json:"extended,omitempty"`
	IssuedOn  calendar.Date `json:"issued_on,omitzero"`
	ClosedOn  calendar.Date `json:"closed_on,omitzero"`
	Result    string        `json:"result,omitempty"`
	ChangedOn calendar.Date `json:"changed_on,omitzero"`
}

// Outcomes is what became of a published document: its issued duties, with the lines split off each behind it. It reads
// only what is public.
func Outcomes(ctx context.Context, tx *db.Tx, county, doc string, on calendar.Date) ([]Outcome, error) {
	const op = "Outcomes"
	rows, err := tx.Query(ctx, `/* ledger.Outcomes */ SELECT o.id, o.clause, o.n, o.parent, o.title, o.lead, o.support, o.due, o.due_raw, o.state, o.progress,
		o.extended, o.issued_on, o.closed_on, o.result, o.changed_on FROM ledger_public o
		JOIN document t ON t.county = o.county AND t.doc = o.doc AND NOT t.withdrawn AND `+takenIn+`
		WHERE o.county = $1 AND o.doc = $2 ORDER BY o.n, CASE WHEN o.parent = 0 THEN o.id ELSE o.parent END, o.id`, county, doc)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	var out []Outcome
	for rows.Next() {
		var o Outcome
		var id, parent int64
		var due, state, issued, closed, changed string
		if err := rows.Scan(&id, &o.Clause, &o.N, &parent, &o.Title, &o.Lead, &o.Support, &due, &o.DueRaw, &state, &o.Progress, &o.Extended,
			&issued, &closed, &o.Result, &changed); err != nil {
			return nil, wrap(op, err)
		}
		o.ID, o.Parent, o.State, o.StateName = ID(id), ID(parent), State(state), State(state).Chinese()
		for _, x := range []struct {
			to *calendar.Date
			s  string
		}{{&o.Due, due}, {&o.IssuedOn, issued}, {&o.ClosedOn, closed}, {&o.ChangedOn, changed}} {
			if *x.to, err = calendar.ParseDate(x.s); err != nil {
				return nil, wrap(op, err)
			}
		}
		o.Overdue = o.State.Running() && !o.Due.IsZero() && o.Due.Before(on)
		out = append(out, o)
	}
	return out, wrap(op, rows.Err())
}
