package register

import (
	"context"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/rule"
)

// An obligation is what an entry owes from a moment on: once, within a span or by a day, or again and again. Each is a row,
// a recurring one a row for each turn; the row says on which day the clock has to look at it again, and on no other day
// anybody does. Rows are reckoned anew when their entry is written, when an entry that refers to it is written, and by
// the clock. An obligation whose condition cannot be decided, for a field is empty, is not owed yet.

// Owed is one obligation of an entry, or one turn of it.
type Owed struct {
	Register   Name
	Entry      ID
	Key, Label string
	Obligation *Obligation
	Since      calendar.Date // it runs from this day
	Period     calendar.Date // first day of the turn of a recurring one
	Until      calendar.Date // its last day
	Due        calendar.Date // last day to do it
	Unit       string        // who owes it; empty: nobody is said to
	State      OwedState
	DoneOn     calendar.Date
	DoneBy     string // address of the record of another register that fulfilled it

	next calendar.Date // when the clock has to look; zero: never
	told bool
}

// OwedState says how an obligation stands.
type OwedState string

// The states of an obligation.
const (
	Open OwedState = "open"
	Done OwedState = "done"
	Void OwedState = "void" // it no longer applies: the entry left, or the condition does not hold any more
)

// Chinese is what pages call the state.
func (s OwedState) Chinese() string {
	return map[OwedState]string{Open: "未完成", Done: "已完成", Void: "不再要求"}[s]
}

// Overdue reports whether the obligation is late on a day: not done, or done after its last day.
func (o *Owed) Overdue(on calendar.Date) bool {
	switch o.State {
	case Open:
		return o.Due.Before(on)
	case Done:
		return o.Due.Before(o.DoneOn)
	}
	return false
}

// Address names the obligation in the county: outlets/P1#plan.
func (o *Owed) Address() string { return string(o.Register) + "/" + o.Key + "#" + o.Obligation.ID }

// Obligation finds an obligation of the register by its name.
func (s *Schema) Obligation(id string) (*Obligation, bool) {
	i := slices.IndexFunc(s.Obligations, func(o Obligation) bool { return o.ID == id })
	if i < 0 {
		return nil, false
	}
	return &s.Obligations[i], true
}

// reckon brings what an entry owes, and what it fulfils for others, up to date after a change. It gives what changed.
func (r *Registers) reckon(out *inserter, s *Schema, what Deed, before, after *Entry) ([]Owed, error) {
	ctx, tx := out.ctx, out.tx
	changed, err := r.assess(out, s, after, what)
	if err != nil {
		return nil, err
	}
	type target struct {
		name Name
		key  string
	}
	seen := map[target]bool{}
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Type != Ref {
			continue
		}
		t, ok := r.Schema(f.Register)
		if !ok || len(t.Obligations) == 0 {
			continue
		}
		for _, e := range []*Entry{before, after} {
			if e == nil || e.Values[f.Name] == "" || seen[target{t.Name, e.Values[f.Name]}] {
				continue
			}
			seen[target{t.Name, e.Values[f.Name]}] = true
			of, err := byKey(ctx, tx, r.County, t.Name, e.Values[f.Name])
			if err != nil {
				return nil, err
			}
			if of == nil {
				continue
			}
			more, err := r.assess(out, t, of, "")
			if err != nil {
				return nil, err
			}
			changed = append(changed, more...)
		}
	}
	return changed, nil
}

// assess reckons all obligations of an entry as of today and writes the rows that changed. what was done to the entry just now; empty:
// nothing, something else came about.
func (r *Registers) assess(out *inserter, s *Schema, e *Entry, what Deed) ([]Owed, error) {
	if len(s.Obligations) == 0 {
		return nil, nil
	}
	ctx, tx := out.ctx, out.tx
	var rows []Owed
	if what != Added {
		err := out.flush()
		if err != nil {
			return nil, err
		}
		if rows, err = owedRows(ctx, tx, r, s, e); err != nil {
			return nil, err
		}
	}
	a := &assessing{what: what, r: r, ctx: ctx, tx: tx, s: s, e: e, today: today(tx), facts: r.Facts(ctx, tx, s, e, today(tx))}
	var changed []Owed
	for i := range s.Obligations {
		o := &s.Obligations[i]
		var mine []Owed
		for _, row := range rows {
			if row.Obligation == o {
				mine = append(mine, row)
			}
		}
		was := slices.Clone(mine)
		now, err := a.obligation(o, mine)
		if err != nil {
			return nil, err
		}
		for _, row := range now {
			row.Register, row.Entry, row.Key, row.Label, row.Obligation = s.Name, e.ID, e.Key, e.Label, o
			a.plan(&row, now)
			k := slices.IndexFunc(was, func(x Owed) bool { return x.Period == row.Period })
			if k >= 0 && was[k] == row {
				continue
			}
			if err := out.owed(row); err != nil {
				return nil, err
			}
			if k < 0 || was[k].State != row.State || was[k].Due != row.Due || was[k].DoneOn != row.DoneOn {
				changed = append(changed, row)
			}
		}
	}
	return changed, nil
}

// assessing is the reckoning of one entry.
type assessing struct {
	what  Deed // Added: the entry is new, nobody refers to it yet
	r     *Registers
	ctx   context.Context
	tx    *db.Tx
	s     *Schema
	e     *Entry
	today calendar.Date
	facts rule.Facts
}

// holds is an expression over the entry; what cannot be decided does not hold.
func (a *assessing) holds(x *rule.Expr) (bool, error) {
	ok, err := x.Holds(a.ctx, a.facts)
	if _, undecided := rule.Undecided(err); undecided {
		return false, nil
	}
	return ok, err
}

// obligation gives the rows of an obligation as they should be.
func (a *assessing) obligation(o *Obligation, rows []Owed) ([]Owed, error) {
	since, err := a.since(o)
	if err != nil {
		return nil, err
	}
	owing := !since.IsZero() && !a.e.Removed() && (!slices.Contains(a.s.End, a.e.State) || slices.Contains(a.s.End, o.Start.State))
	if owing && o.When != nil {
		if owing, err = a.holds(o.When); err != nil {
			return nil, err
		}
	}
	if !owing {
		for i := range rows {
			if rows[i].State == Open {
				rows[i].State = Void
			}
		}
		return rows, nil
	}
	switch {
	case o.Again.N > 0:
		rows, err = a.rounds(o, since, rows)
	case o.Every.Every == "":
		rows = a.onceRows(o, since, rows)
	default:
		rows = a.turns(o, since, rows)
	}
	if err != nil {
		return nil, err
	}
	unit, err := a.r.UnitOf(a.ctx, a.tx, o.To, a.e)
	if err != nil {
		return nil, err
	}
	if o.Again.N > 0 {
		for i := range rows {
			rows[i].Unit = unit
		}
		return rows, nil
	}
	for i := range rows {
		if rows[i].Unit = unit; rows[i].State == Void && !rows[i].Until.Before(a.today) || rows[i].State == Void && o.Every.Every == "" {
			rows[i].State = Open // it applies again
		}
	}
	return rows, a.done(o, rows)
}

// since is the day from which an obligation runs, zero while it does not.
func (a *assessing) since(o *Obligation) (calendar.Date, error) {
	switch {
	case o.Start.Field != "":
		return a.e.Date(o.Start.Field), nil
	case o.Start.State != "":
		d, err := lastInto(a.ctx, a.tx, a.r.County, a.s.Name, a.e.ID, o.Start.State)
		if d.IsZero() && o.Start.State == a.s.FirstState() {
			d = a.e.EnteredOn
		}
		return d, err
	}
	return a.e.EnteredOn, nil
}

// onceRows is the one row of an obligation that is done once.
func (a *assessing) onceRows(o *Obligation, since calendar.Date, rows []Owed) []Owed {
	if len(rows) == 0 {
		rows = []Owed{{State: Open}}
	}
	rows[0].Since, rows[0].Due = since, o.By
	if o.By.IsZero() {
		rows[0].Due = o.Within.After(since, a.r.Workdays)
	}
	return rows
}

// maxTurns bounds how many turns are made at once, when the clock stood still for long.
const maxTurns = 400

// turns adds the turns of a recurring obligation that have begun. The first is the one that goes on when the obligation is
// first reckoned, or the one after it where its last day is past: nobody owes what was due before the register knew of it.
func (a *assessing) turns(o *Obligation, since calendar.Date, rows []Owed) []Owed {
	next := func(after calendar.Date) calendar.Period {
		return o.Every.After(calendar.Period{To: after}, a.r.Seasons, a.r.Workdays)
	}
	add := func(p calendar.Period) {
		rows = append(rows, Owed{Since: since, Period: p.From, Until: p.To, Due: p.Due, State: Open})
	}
	if len(rows) == 0 {
		first := since
		if first.Before(a.today) {
			first = a.today
		}
		if first.Before(a.s.From) {
			first = a.s.From
		}
		p := next(first.AddDays(-1))
		if p.Due.Before(first) && !p.From.IsZero() {
			p = next(p.To)
		}
		if p.From.IsZero() {
			return rows
		}
		add(p)
	}
	for range maxTurns {
		p := next(rows[len(rows)-1].Until)
		if p.From.IsZero() || a.today.Before(p.From) {
			break
		}
		add(p)
	}
	return rows
}

// done says which of the rows are fulfilled, and by what.
func (a *assessing) done(o *Obligation, rows []Owed) error {
	switch {
	case o.Record != nil:
		from, ok := a.r.Schema(o.Record.Register)
		if !ok || a.what == Added {
			return nil
		}
		list, err := a.r.pointing(a.ctx, a.tx, a.e, from, o.Record.Of, o.Record.On)
		if err != nil {
			return err
		}
		for i := range rows {
			fulfil(o, &rows[i], list)
		}
	case o.Done != nil:
		ok, err := a.holds(o.Done)
		if err != nil {
			return err
		}
		for i := range rows {
			row := &rows[i]
			if o.Every.Every != "" && (a.today.Before(row.Period) || row.Until.Before(a.today)) {
				continue // the entry as it stands says nothing of another turn
			}
			switch {
			case ok && row.State == Open:
				row.State, row.DoneOn = Done, a.e.HoldsOn
				if row.DoneOn.Before(row.Since) || row.DoneOn.Before(row.Period) {
					row.DoneOn = a.today
				}
			case !ok && row.State == Done:
				row.State, row.DoneOn, row.told = Open, calendar.Date{}, false
			}
		}
	}
	return nil
}

// fulfil looks for the earliest record that counts for the row. list is newest first.
func fulfil(o *Obligation, row *Owed, list []pointer) {
	if row.State == Void {
		return
	}
	was := row.State
	row.State, row.DoneOn, row.DoneBy = Open, calendar.Date{}, ""
	for i := len(list) - 1; i >= 0; i-- {
		p := list[i]
		if o.Every.Every != "" {
			if p.day.Before(row.Period) || row.Until.Before(p.day) {
				continue
			}
		} else if o.By.IsZero() && p.day.Before(row.Since) {
			continue
		}
		row.State, row.DoneOn, row.DoneBy = Done, p.day, p.address
		return
	}
	if was == Done {
		row.told = false
	}
}

// plan says on which day the clock has to look at a row: the day after its last day, to tell that it is overdue, and, of the
// last turn, the day on which the next begins.
func (a *assessing) plan(row *Owed, all []Owed) {
	row.next = calendar.Date{}
	if row.State == Open && !row.told {
		row.next = row.Due.AddDays(1)
	}
	if row.Obligation.Every.Every != "" && !a.e.Removed() && row.Period == all[len(all)-1].Period {
		if turn := row.Until.AddDays(1); row.next.IsZero() || turn.Before(row.next) {
			row.next = turn
		}
	}
}
