package cases

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

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

func (c *condition) in(values []string) string {
	first := len(c.args) + 1
	for _, v := range values {
		c.args = append(c.args, v)
	}
	return db.In(first, len(values))
}

// pattern is a LIKE pattern that finds the text.
func pattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}

// where is what q asks for, of what the actor may see.
func (cs *Cases) where(by Actor, q Query, on calendar.Date) *condition {
	c := &condition{}
	c.sql.WriteString("k.county = " + c.arg(cs.county()))
	if !Everywhere(by, ActSee) {
		mine := Units(by, ActSee)
		for _, b := range cs.Below {
			for _, u := range mine {
				if b.Town == u {
					mine = append(mine, b.Name)
					break
				}
			}
		}
		c.and("k.id IN (SELECT p.id FROM case_party p WHERE p.county = $1 AND p.unit IN %s)", c.in(mine))
	}
	if q.Unit != "" {
		c.and("k.id IN (SELECT p.id FROM case_party p WHERE p.county = $1 AND p.unit = %s)", c.arg(q.Unit))
	}
	for _, f := range []struct{ column, value string }{{"ladder", q.Ladder}, {"service", q.Service}, {"source", string(q.Source)},
		{"town", q.Town}, {"severity", string(q.Severity)}} {
		if f.value != "" {
			c.and("k."+f.column+" = %s", c.arg(f.value))
		}
	}
	if q.Rule != "" || q.Subject != "" {
		rule, subject := c.arg(q.Rule), c.arg(q.Subject)
		c.and("k.id IN (SELECT f.id FROM case_finding f WHERE f.county = $1 AND (f.rule = %[1]s OR %[1]s = '') AND (f.subject = %[2]s OR %[2]s = ''))", rule, subject)
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		number := ""
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			number = " OR k.id = " + c.arg(n)
		}
		c.and(`(k.words LIKE %s ESCAPE '\'%s)`, c.arg(pattern(t)), number)
	}
	if !q.From.IsZero() {
		c.and("k.opened_on >= %s", c.arg(q.From.String()))
	}
	if !q.To.IsZero() {
		c.and("k.opened_on <= %s", c.arg(q.To.String()))
	}
	if b := q.Box; b != nil {
		west, south := e7(&Point{b.West, b.South})
		east, north := e7(&Point{b.East, b.North})
		c.and("k.placed AND k.lon_e7 BETWEEN %s AND %s AND k.lat_e7 BETWEEN %s AND %s", c.arg(west), c.arg(east), c.arg(south), c.arg(north))
	}
	if q.Listed {
		c.and("k.listed_on <> '' AND NOT k.decided")
	}
	if q.On.IsZero() {
		standing(c, q, on)
	} else {
		stood(c, q)
	}
	return c
}

// standing is what q asks of how cases stand now.
func standing(c *condition, q Query, on calendar.Date) {
	if q.State != "" {
		c.and("k.state = %s", c.arg(string(q.State)))
	}
	if q.Open {
		c.and("k.open")
	}
	if q.Late {
		c.and("k.open AND k.due <> '' AND k.due < %s", c.arg(on.String()))
	}
	if q.Holder != "" {
		c.and("k.id IN (SELECT s.id FROM case_stay s WHERE s.county = $1 AND s.unit = %s AND s.to_at = 0)", c.arg(q.Holder))
	}
}

// stood is what q asks of how cases stood at the end of a day: by the stays that held then.
func stood(c *condition, q Query) {
	end := c.arg(db.Micros(q.On.AddDays(1).Time()))
	c.and("k.opened_at < %s", end)
	then := "SELECT s.id FROM case_stay s WHERE s.county = $1 AND s.from_at < " + end + " AND (s.to_at = 0 OR s.to_at >= " + end + ")"
	if q.Holder != "" {
		c.and("k.id IN ("+then+" AND s.unit = %s)", c.arg(q.Holder))
	}
	switch {
	case q.Open:
		c.and("k.id IN (" + then + ")")
	case q.State == "":
	case isOver(q.State): // the last word before that day's end
		c.and("k.id NOT IN (" + then + ") AND k.state = " + c.arg(string(q.State)))
	default:
		c.and("k.id IN ("+then+" AND s.state = %s)", c.arg(string(q.State)))
	}
}

func isOver(s State) bool {
	for _, l := range Limited {
		if l == s {
			return false
		}
	}
	return true
}

func (cs *Cases) list(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (Page, error) {
	var p Page
	c := cs.where(by, q, on)
	if err := tx.QueryRow(ctx, `/* cases.list */ SELECT count(*) FROM case_record k WHERE `+c.sql.String(), c.args...).Scan(&p.Total); err != nil {
		return p, err
	}
	const dueKey = "CASE WHEN k.due = '' THEN '9' ELSE k.due END"
	order := "k.id DESC"
	if q.Sort == ByDue {
		order = dueKey + ", k.id"
	}
	if q.After != "" {
		due, id, _ := parseCursor(q.After)
		if q.Sort == ByDue {
			at := c.arg(due)
			c.and("(%[1]s > %[2]s OR %[1]s = %[2]s AND k.id > %[3]s)", dueKey, at, c.arg(int64(id)))
		} else {
			c.and("k.id < %s", c.arg(int64(id)))
		}
	}
	list, err := listCases(ctx, tx, cs.county(), `/* cases.list */ SELECT k.id, k.revision, k.data FROM case_record k WHERE `+c.sql.String()+
		` ORDER BY `+order+` LIMIT `+c.arg(q.Size+1), c.args...)
	if err != nil {
		return p, err
	}
	if len(list) > q.Size {
		list = list[:q.Size]
		last := list[q.Size-1]
		due := ""
		if q.Sort == ByDue {
			if due = last.Due().String(); due == "" {
				due = "9"
			}
		}
		p.Next = cursor(due, last.ID)
	}
	for _, k := range list {
		if !q.On.IsZero() {
			if k, err = cs.asOf(ctx, tx, k.ID, q.On); err != nil {
				return p, err
			}
			p.Rows = append(p.Rows, Row{k, k.late(q.On)})
			continue
		}
		p.Rows = append(p.Rows, Row{k, k.late(on)})
	}
	return p, nil
}

// asOf is the case at the end of a day on which it was on record.
func (cs *Cases) asOf(ctx context.Context, tx *db.Tx, id ID, day calendar.Date) (*Case, error) {
	steps, err := cs.StepsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	end := day.AddDays(1).Time()
	for i, s := range steps {
		if !s.At.Before(end) {
			steps = steps[:i]
			break
		}
	}
	return Fold(cs.county(), id, steps)
}

// waiting are the cases whose clocks some units have.
func waiting(ctx context.Context, tx *db.Tx, county string, units []string, on calendar.Date, limit int) (list []*Case, total, late int, err error) {
	c := &condition{}
	c.sql.WriteString("k.county = " + c.arg(county))
	c.and("k.open AND k.id IN (SELECT s.id FROM case_stay s WHERE s.county = $1 AND s.to_at = 0 AND s.unit IN %s)", c.in(units))
	day := c.arg(on.String())
	if err := tx.QueryRow(ctx, `/* cases.waiting */ SELECT count(*), COALESCE(sum(CASE WHEN k.due <> '' AND k.due < `+day+` THEN 1 ELSE 0 END), 0) FROM case_record k
		WHERE `+c.sql.String(), c.args...).Scan(&total, &late); err != nil {
		return nil, 0, 0, err
	}
	c.args = c.args[:len(c.args)-1]
	list, err = listCases(ctx, tx, county, `/* cases.waiting */ SELECT k.id, k.revision, k.data FROM case_record k WHERE `+c.sql.String()+
		` ORDER BY CASE WHEN k.due = '' THEN '9' ELSE k.due END, k.id LIMIT `+c.arg(limit), c.args...)
	return list, total, late, err
}

func newestChange(ctx context.Context, tx *db.Tx, county string) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, `/* cases.newestChange */ SELECT COALESCE(max(changed_at), 0) FROM case_record WHERE county = $1`, county).Scan(&at)
	return instant(at), err
}

func changedSince(ctx context.Context, tx *db.Tx, c *condition, since time.Time, limit int) ([]ID, error) {
	c.and("k.changed_at > %s", c.arg(db.Micros(since)))
	rows, err := tx.Query(ctx, `/* cases.changedSince */ SELECT k.id FROM case_record k WHERE `+c.sql.String()+` ORDER BY k.changed_at DESC, k.id LIMIT `+c.arg(limit), c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ID
	for rows.Next() {
		var id ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
