package register

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

// field is the text of a field in SQL, NULL where it is empty.
func (c *condition) field(dialect db.Dialect, name string) string {
	if dialect == db.SQLite {
		return "(e.data ->> " + c.arg(name) + ")"
	}
	return "(CAST(e.data AS jsonb) ->> CAST(" + c.arg(name) + " AS text))"
}

// number is a field's number in SQL. It has at most maxDigits digits, so that comparing doubles is comparing decimals.
func (c *condition) number(dialect db.Dialect, name string) string {
	f := c.field(dialect, name)
	if dialect == db.SQLite {
		return "CAST(" + f + " AS REAL)"
	}
	return "CAST(" + f + " AS numeric)"
}

// where is what q asks for of entries as they stand.
func (r *Registers) where(tx *db.Tx, s *Schema, v Viewer, q Query, where []filter, levels int64) *condition {
	c := &condition{}
	c.sql.WriteString("e.county = " + c.arg(r.County) + " AND e.register = " + c.arg(string(s.Name)))
	if !q.Removed {
		c.and("e.removed_on = ''")
	}
	for _, f := range []struct{ column, value string }{{"state", q.State}, {"town", q.Town}, {"village", q.Village}} {
		if f.value != "" {
			c.and("e.%s = %s", f.column, c.arg(f.value))
		}
	}
	if q.Unit != "" {
		unit := c.arg(q.Unit)
		var fields []string
		for _, f := range s.Fields {
			if f.Type == Unit && (v.Inside || !f.Hidden()) {
				fields = append(fields, c.arg(f.Name))
			}
		}
		if len(fields) == 0 {
			fields = []string{"NULL"}
		}
		// The fields by name, so that an entry is one look into the key, however the planner goes about it.
		c.and("e.id IN (SELECT l.id FROM register_link l WHERE l.county = $1 AND l.target = '' AND l.key = %s AND l.register = $2 AND l.field IN (%s))",
			unit, strings.Join(fields, ", "))
	}
	for _, w := range searchWords(q.Text) {
		p := c.arg("%" + w + "%")
		if v.Inside {
			c.and("(e.words LIKE %[1]s OR e.inside LIKE %[1]s)", p)
		} else {
			c.and("e.words LIKE %s", p)
		}
	}
	if q.Stale {
		c.and("e.review_by <> '' AND e.review_by < %s", c.arg(today(tx).String()))
		c.notIn("e.state", s.End)
	}
	for _, x := range where {
		c.filter(tx.Dialect, x)
	}
	if box := q.box(); box != nil {
		c.box(*box, levels)
	}
	return c
}

// notIn leaves out what has one of the values.
func (c *condition) notIn(column string, values []string) {
	if len(values) == 0 {
		return
	}
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = c.arg(v)
	}
	c.and("%s NOT IN (%s)", column, strings.Join(marks, ", "))
}

func (c *condition) filter(dialect db.Dialect, x filter) {
	switch x.op {
	case Holds:
		c.and("%s IS NOT NULL", c.field(dialect, x.field.Name))
		return
	case Lacks:
		c.and("%s IS NULL", c.field(dialect, x.field.Name))
		return
	case InText:
		in := "instr"
		if dialect == db.PostgreSQL {
			in = "strpos"
		}
		c.and("%s(%s, %s) > 0", in, c.field(dialect, x.field.Name), c.arg(x.value))
		return
	}
	left, right := "", ""
	if x.field.numeric() {
		left = c.number(dialect, x.field.Name)
		kind := " AS REAL)"
		if dialect == db.PostgreSQL {
			kind = " AS numeric)"
		}
		right = "CAST(" + c.arg(x.value) + kind
	} else {
		left, right = c.field(dialect, x.field.Name), c.arg(x.value)
		if dialect == db.PostgreSQL {
			left += ` COLLATE "C"`
		}
	}
	if x.op == Not {
		c.and("(%[1]s IS NULL OR %[1]s <> %[2]s)", left, right)
		return
	}
	c.and("%s %s %s", left, string(x.op), right)
}

// box is the rectangle that a query asks for.
func (q *Query) box() *Box {
	if q.Area == nil {
		return q.Box
	}
	b := q.Area.Box()
	if q.Box != nil {
		b = Box{max(b.MinX, q.Box.MinX), max(b.MinY, q.Box.MinY), min(b.MaxX, q.Box.MaxX), min(b.MaxY, q.Box.MaxY)}
	}
	return &b
}

// box adds the rectangle, by the squares of each size that the register has places of.
func (c *condition) box(b Box, levels int64) {
	c.and(`e.id IN (SELECT p.id FROM register_place p WHERE p.county = $1 AND p.register = $2 AND %s)`, c.inBox(b, levels))
}

// inBox is a condition on a row p of register_place.
func (c *condition) inBox(b Box, levels int64) string {
	var or []string
	for level := range finest + 1 {
		if levels&(1<<level) == 0 {
			continue
		}
		for _, s := range cover(b, level) {
			or = append(or, "p.cell BETWEEN "+c.arg(s.from)+" AND "+c.arg(s.to))
		}
	}
	if len(or) == 0 {
		return "1 = 0"
	}
	return fmt.Sprintf("(%s) AND p.min_x <= %s AND p.max_x >= %s AND p.min_y <= %s AND p.max_y >= %s", strings.Join(or, " OR "),
		c.arg(int64(b.MaxX)), c.arg(int64(b.MinX)), c.arg(int64(b.MaxY)), c.arg(int64(b.MinY)))
}

// order is what a list is sorted by before the number, empty where by nothing, and how a cursor's text is compared with it.
func (c *condition) order(dialect db.Dialect, s *Schema, name string) (by, at string) {
	switch name {
	case "":
		return "", "%s"
	case SortChanged:
		return "e.changed_at", "CAST(%s AS bigint)"
	case SortKey:
		return "e.key", "%s"
	}
	f, _ := s.Field(name)
	switch {
	case f.numeric() && dialect == db.SQLite:
		return "coalesce(" + c.number(dialect, name) + ", -1e18)", "CAST(%s AS REAL)"
	case f.numeric():
		return "coalesce(" + c.number(dialect, name) + ", -1e18)", "CAST(%s AS numeric)"
	case dialect == db.PostgreSQL:
		return `coalesce(` + c.field(dialect, name) + `, '') COLLATE "C"`, "%s"
	}
	return `coalesce(` + c.field(dialect, name) + `, '')`, "%s"
}

// listed reads a page of entries as they stand, in order, and the cursor for the next.
func (r *Registers) listed(ctx context.Context, tx *db.Tx, s *Schema, q Query, c *condition) (list []*Entry, next string, err error) {
	name, down := strings.CutPrefix(q.Sort, "-")
	turn, beyond := "ASC", ">"
	if down {
		turn, beyond = "DESC", "<"
	}
	by, at := c.order(tx.Dialect, s, name)
	order, more := "e.id "+turn, "''"
	if by != "" {
		order, more = by+" "+turn+", e.id "+turn, "CAST("+by+" AS text)"
	}
	if q.After != "" {
		parts, ok := parseCursor(q.After, 3)
		if !ok || parts[0] != q.Sort {
			return nil, "", errCursor("List")
		}
		if by == "" {
			c.and("e.id %s %s", beyond, c.arg(atoi(parts[2])))
		} else {
			c.and("(%s, e.id) %s (%s, %s)", by, beyond, fmt.Sprintf(at, c.arg(parts[1])), c.arg(atoi(parts[2])))
		}
	}
	rows, err := tx.Query(ctx, `/* register.listed */ SELECT `+entryColumns+`, `+more+` FROM register_entry e WHERE `+c.sql.String()+` ORDER BY `+order+
		` LIMIT `+c.arg(q.Size+1), c.args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	last := ""
	for rows.Next() {
		var sorted string
		e, err := scanEntry(s.Name, rows.Scan, &sorted)
		if err != nil {
			return nil, "", err
		}
		if len(list) == q.Size {
			return list, cursor(q.Sort, last, itoa(int64(list[q.Size-1].ID))), nil
		}
		list, last = append(list, e), sorted
	}
	return list, "", rows.Err()
}

// counted is how many entries fit a condition.
func (r *Registers) counted(ctx context.Context, tx *db.Tx, c *condition) (n int, err error) {
	err = tx.QueryRow(ctx, `/* register.counted */ SELECT count(*) FROM register_entry e WHERE `+c.sql.String(), c.args...).Scan(&n)
	return n, err
}

// CountsOf is how many entries of a register are in each state, those that left apart under "".
func (r *Registers) CountsOf(ctx context.Context, tx *db.Tx, v Viewer, name Name) (map[string]int, error) {
	const op = "CountsOf"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	if !v.Inside && !s.Public {
		return nil, refuse(NotFound, op, "没有这本台账。")
	}
	rows, err := tx.Query(ctx, `/* register.CountsOf */ SELECT CASE WHEN removed_on = '' THEN state ELSE '' END AS s, count(*) FROM register_entry
		WHERE county = $1 AND register = $2 GROUP BY s`, r.County, string(name))
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, wrap(op, err)
		}
		out[state] = n
	}
	return out, wrap(op, rows.Err())
}

// StaleCount is how many entries of a register nobody has looked at for longer than it allows.
func (r *Registers) StaleCount(ctx context.Context, tx *db.Tx, name Name) (int, error) {
	const op = "StaleCount"
	s, err := r.schema(op, name)
	if err != nil {
		return 0, err
	}
	n, err := r.counted(ctx, tx, r.where(tx, s, Inside, Query{Stale: true}, nil, 0))
	return n, wrap(op, err)
}

// analyze tells PostgreSQL what many new rows look like; until it knows, it plans as for an empty table.
func analyze(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect != db.PostgreSQL {
		return nil
	}
	_, err := tx.Exec(ctx, `/* register.analyze */ ANALYZE register_record, register_entry, register_place, register_link, register_owed`)
	return err
}

// past are entries as they were, by number; those that were not there yet are missing.
func (r *Registers) past(ctx context.Context, tx *db.Tx, s *Schema, ids []ID, as AsOf) (map[ID]*Entry, error) {
	out := make(map[ID]*Entry, len(ids))
	for ; len(ids) > 0; ids = ids[min(400, len(ids)):] {
		var args []any
		for _, id := range ids[:min(400, len(ids))] {
			args = append(args, int64(id))
		}
		list, err := recordsWhere(ctx, tx, r.County, s.Name, `AND entry IN `+db.In(3, len(args))+` ORDER BY entry, n`, args...)
		if err != nil {
			return nil, err
		}
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].Entry == list[0].Entry {
				n++
			}
			if e := s.Fold(list[:n], as.On, as.Known); e != nil {
				out[e.ID] = e
			}
			list = list[n:]
		}
	}
	return out, nil
}

// upTo limits a list of a past day to entries that can have been there.
func (c *condition) upTo(on calendar.Date) {
	if !on.IsZero() {
		c.and("e.entered_on <= %s", c.arg(on.String()))
	}
}
