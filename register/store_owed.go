package register

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
)

const owedColumns = `o.entry, o.obligation, o.period, o.since, o.until_on, o.due, o.unit, o.state, o.done_on, o.done_by, o.next_on, o.told`

// scanOwed reads a row; the obligation is known by its name alone until its register is asked.
func scanOwed(scan func(...any) error, more ...any) (row Owed, id string, err error) {
	var period, since, until, due, state, done, next string
	err = scan(append([]any{&row.Entry, &id, &period, &since, &until, &due, &row.Unit, &state, &done, &row.DoneBy, &next, &row.told}, more...)...)
	if err != nil {
		return row, id, err
	}
	row.State = OwedState(state)
	for _, d := range []struct {
		text string
		to   *calendar.Date
	}{{period, &row.Period}, {since, &row.Since}, {until, &row.Until}, {due, &row.Due}, {done, &row.DoneOn}, {next, &row.next}} {
		if *d.to, err = calendar.ParseDate(d.text); err != nil {
			return row, id, err
		}
	}
	return row, id, nil
}

// owedRows are the newest rows of an entry, oldest first: two years of a daily obligation.
func owedRows(ctx context.Context, tx *db.Tx, r *Registers, s *Schema, e *Entry) ([]Owed, error) {
	rows, err := tx.Query(ctx, `/* register.owedRows */ SELECT `+owedColumns+` FROM register_owed o WHERE o.county = $1 AND o.register = $2 AND o.entry = $3
		ORDER BY o.period DESC LIMIT 800`, r.County, string(s.Name), int64(e.ID))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Owed
	for rows.Next() {
		row, id, err := scanOwed(rows.Scan)
		if err != nil {
			return nil, err
		}
		row.Register, row.Key, row.Label = s.Name, e.Key, e.Label
		if o, known := s.Obligation(id); known {
			row.Obligation = o
			out = append(out, row)
		}
	}
	slices.Reverse(out)
	return out, rows.Err()
}

const (
	intoOwed = `register_owed (county, register, entry, obligation, period, since, until_on, due, unit, state, done_on, done_by, next_on, told)`
	// owedAgain writes a row over the one that is there.
	owedAgain = ` ON CONFLICT (county, register, entry, obligation, period) DO UPDATE SET since = excluded.since, until_on = excluded.until_on, due = excluded.due,
		unit = excluded.unit, state = excluded.state, done_on = excluded.done_on, done_by = excluded.done_by, next_on = excluded.next_on, told = excluded.told`
)

func owedRow(county string, o Owed) []any {
	return []any{county, string(o.Register), int64(o.Entry), o.Obligation.ID, o.Period.String(), o.Since.String(), o.Until.String(), o.Due.String(), o.Unit,
		string(o.State), o.DoneOn.String(), o.DoneBy, o.next.String(), o.told}
}

// lastInto is the day on which an entry last came into a state by a move.
func lastInto(ctx context.Context, tx *db.Tx, county string, name Name, id ID, state string) (calendar.Date, error) {
	var holds sql.NullString
	err := tx.QueryRow(ctx, `/* register.lastInto */ SELECT max(holds) FROM register_record WHERE county = $1 AND register = $2 AND entry = $3 AND state = $4`,
		county, string(name), int64(id), state).Scan(&holds)
	if err != nil {
		return calendar.Date{}, err
	}
	return calendar.ParseDate(holds.String)
}

// pointer is an entry that refers to another, and the day that it bears.
type pointer struct {
	day     calendar.Date
	address string
}

// maxPointers bounds how many records of one entry are looked at: the newest of them.
const maxPointers = 2000

// pointing are the entries of a register whose field refers to e, newest first by a date field, or by the day on which they
// were entered. Those without a date are left out.
func (r *Registers) pointing(ctx context.Context, tx *db.Tx, e *Entry, from *Schema, field, on string) ([]pointer, error) {
	rows, err := tx.Query(ctx, `/* register.pointing */ SELECT `+entryColumns+` FROM register_link l
		JOIN register_entry e ON e.county = l.county AND e.register = l.register AND e.id = l.id
		WHERE l.county = $1 AND l.target = $2 AND l.key = $3 AND l.register = $4 AND l.field = $5 ORDER BY l.id DESC LIMIT $6`,
		r.County, string(e.Register), e.Key, string(from.Name), field, maxPointers)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []pointer
	for rows.Next() {
		x, err := scanEntry(from.Name, rows.Scan)
		if err != nil {
			return nil, err
		}
		day := x.EnteredOn
		if on != "" {
			day = x.Date(on)
		}
		if !day.IsZero() {
			out = append(out, pointer{day, x.Address()})
		}
	}
	slices.SortStableFunc(out, func(a, b pointer) int { return cmp.Compare(b.day.String(), a.day.String()) })
	return out, rows.Err()
}

// countPointing counts the entries of a register whose field refers to e, entered by the day, in the state where one is given.
func countPointing(ctx context.Context, tx *db.Tx, county string, e *Entry, from Name, field, state string, on calendar.Date) (n int, err error) {
	err = tx.QueryRow(ctx, `/* register.countPointing */ SELECT count(*) FROM register_link l
		JOIN register_entry e ON e.county = l.county AND e.register = l.register AND e.id = l.id
		WHERE l.county = $1 AND l.target = $2 AND l.key = $3 AND l.register = $4 AND l.field = $5 AND ($6 = '' OR e.state = $6) AND e.entered_on <= $7`,
		county, string(e.Register), e.Key, string(from), field, state, on.String()).Scan(&n)
	return n, err
}

// named reports whether some entry of the register names the unit in the field.
func named(ctx context.Context, tx *db.Tx, county, unit string, name Name, field string) (bool, error) {
	var id int64
	err := tx.QueryRow(ctx, `/* register.named */ SELECT id FROM register_link WHERE county = $1 AND target = '' AND key = $2 AND register = $3 AND field = $4
		ORDER BY id LIMIT 1`, county, unit, string(name), field).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

type dueEntry struct {
	register Name
	entry    ID
}

// dueEntries are the entries that the clock has to look at.
func dueEntries(ctx context.Context, tx *db.Tx, county string, on calendar.Date, limit int) ([]dueEntry, error) {
	rows, err := tx.Query(ctx, `/* register.dueEntries */ SELECT register, entry FROM register_owed WHERE county = $1 AND next_on <> '' AND next_on <= $2
		GROUP BY register, entry ORDER BY min(next_on), register, entry LIMIT $3`, county, on.String(), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []dueEntry
	for rows.Next() {
		var d dueEntry
		if err := rows.Scan(&d.register, &d.entry); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// forget stops the clock of an entry whose register is not known any more.
func forget(ctx context.Context, tx *db.Tx, county string, d dueEntry) error {
	_, err := tx.Exec(ctx, `/* register.forget */ UPDATE register_owed SET next_on = '' WHERE county = $1 AND register = $2 AND entry = $3`,
		county, string(d.register), int64(d.entry))
	return err
}

// dropUnknown ends obligations that the register's definition does not know any more.
func dropUnknown(ctx context.Context, tx *db.Tx, county string, s *Schema) error {
	args, known := []any{county, string(s.Name)}, ``
	for _, o := range s.Obligations {
		args = append(args, o.ID)
	}
	if n := len(s.Obligations); n > 0 {
		known = ` AND obligation NOT IN ` + db.In(3, n)
	}
	_, err := tx.Exec(ctx, `/* register.dropUnknown */ UPDATE register_owed SET state = CASE state WHEN 'open' THEN 'void' ELSE state END, next_on = ''
		WHERE county = $1 AND register = $2`+known, args...)
	return err
}

func (r *Registers) owed(ctx context.Context, tx *db.Tx, q OwedQuery) (list []Owed, next string, err error) {
	c := &condition{}
	c.sql.WriteString("o.county = " + c.arg(r.County))
	if q.Register != "" {
		c.and("o.register = %s", c.arg(string(q.Register)))
	}
	if q.Key != "" {
		c.and("e.key = %s", c.arg(q.Key))
	}
	if q.Obligation != "" {
		c.and("o.obligation = %s", c.arg(q.Obligation))
	}
	if q.Unit != "" {
		c.and("o.unit = %s", c.arg(q.Unit))
	}
	if q.State != "" {
		c.and("o.state = %s", c.arg(string(q.State)))
	} else {
		c.and("o.state <> 'void'")
	}
	if !q.DueBefore.IsZero() {
		c.and("o.due < %s", c.arg(q.DueBefore.String()))
	}
	const order = `o.due, o.register, o.entry, o.obligation, o.period`
	if q.After != "" {
		at, ok := parseCursor(q.After, 5)
		if !ok {
			return nil, "", errCursor("Owed")
		}
		c.and("(%s) > (%s, %s, %s, %s, %s)", order, c.arg(at[0]), c.arg(at[1]), c.arg(atoi(at[2])), c.arg(at[3]), c.arg(at[4]))
	}
	rows, err := tx.Query(ctx, `/* register.owed */ SELECT `+owedColumns+`, o.register, e.key, e.label FROM register_owed o
		JOIN register_entry e ON e.county = o.county AND e.register = o.register AND e.id = o.entry
		WHERE `+c.sql.String()+` ORDER BY `+order+` LIMIT `+c.arg(q.Size+1), c.args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var name, key, label string
		row, id, err := scanOwed(rows.Scan, &name, &key, &label)
		if err != nil {
			return nil, "", err
		}
		row.Register, row.Key, row.Label = Name(name), key, label
		if s, ok := r.Schema(row.Register); ok {
			row.Obligation, _ = s.Obligation(id)
		}
		if row.Obligation == nil { // no definition knows it any more
			row.Obligation = &Obligation{ID: id, Name: id}
		}
		if len(list) == q.Size {
			l := list[q.Size-1]
			return list, cursor(l.Due.String(), string(l.Register), itoa(int64(l.Entry)), l.Obligation.ID, l.Period.String()), nil
		}
		list = append(list, row)
	}
	return list, "", rows.Err()
}
