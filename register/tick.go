package register

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
)

// OwedQuery asks for obligations.
type OwedQuery struct {
	Register   Name
	Key        string
	Obligation string
	Unit       string
	State      OwedState     // empty: open and done
	DueBefore  calendar.Date // due earlier than this day
	Size       int           // 1 to MaxSize
	After      string        // next of the page before
}

// Owed is a page of obligations, by their last day.
func (r *Registers) Owed(ctx context.Context, tx *db.Tx, q OwedQuery) (list []Owed, next string, err error) {
	const op = "Owed"
	if q.Size < 1 || q.Size > MaxSize {
		return nil, "", refuse(TooLarge, op, "每页%d条不行，可以是1至%d条；更多请翻页。", q.Size, MaxSize)
	}
	if list, next, err = r.owed(ctx, tx, q); err == nil {
		err = r.callOwed(ctx, tx, list)
	}
	return list, next, wrap(op, err)
}

// Tick does what the day brings: turns of recurring obligations begin, and what has become overdue since the last Tick is told
// once. It looks only at what is due, at most limit entries; more says that it wants to be called again.
func (r *Registers) Tick(ctx context.Context, tx *db.Tx, limit int) (overdue []Owed, more bool, err error) {
	const op = "Tick"
	on := today(tx)
	due, err := dueEntries(ctx, tx, r.County, on, limit+1)
	if err != nil {
		return nil, false, wrap(op, err)
	}
	if more = len(due) > limit; more {
		due = due[:limit]
	}
	out := newInserter(ctx, tx, r.County, "")
	defer out.close()
	for _, d := range due {
		s, ok := r.Schema(d.register)
		var e *Entry
		if ok {
			if e, err = byID(ctx, tx, r.County, d.register, d.entry); err != nil {
				return nil, false, wrap(op, err)
			}
		}
		if e == nil { // a register that no policy knows any more
			if err := forget(ctx, tx, r.County, d); err != nil {
				return nil, false, wrap(op, err)
			}
			continue
		}
		if _, err := r.assess(out, s, e, ""); err != nil {
			return nil, false, wrap(op, err)
		}
		late, err := r.tell(out, s, e, on)
		if err != nil {
			return nil, false, wrap(op, err)
		}
		overdue = append(overdue, late...)
	}
	if err := r.callOwed(ctx, tx, overdue); err != nil {
		return nil, false, wrap(op, err)
	}
	return overdue, more, wrap(op, out.flush())
}

// tell marks the rows of an entry that have become overdue, and puts off what there is no reason to look at.
func (r *Registers) tell(out *inserter, s *Schema, e *Entry, on calendar.Date) ([]Owed, error) {
	if err := out.flush(); err != nil {
		return nil, err
	}
	rows, err := owedRows(out.ctx, out.tx, r, s, e)
	if err != nil {
		return nil, err
	}
	a := &assessing{r: r, s: s, e: e, today: on}
	var late []Owed
	for _, row := range rows {
		was := row
		if row.State == Open && row.Due.Before(on) && !row.told {
			row.told = true
			late = append(late, row)
		}
		var all []Owed
		for _, x := range rows {
			if x.Obligation == row.Obligation {
				all = append(all, x)
			}
		}
		a.plan(&row, all)
		if !row.next.IsZero() && !on.Before(row.next) { // it has been looked at and nothing came of it
			row.next = on.AddDays(1)
		}
		if row != was {
			if err := out.owed(row); err != nil {
				return nil, err
			}
		}
	}
	return late, nil
}

// Recount reckons the obligations of all entries of a register anew: after its definition changed.
func (r *Registers) Recount(ctx context.Context, tx *db.Tx, name Name) error {
	const op = "Recount"
	s, err := r.schema(op, name)
	if err != nil {
		return err
	}
	if err := dropUnknown(ctx, tx, r.County, s); err != nil {
		return wrap(op, err)
	}
	out := newInserter(ctx, tx, r.County, name)
	defer out.close()
	for after := ID(0); ; {
		if err := out.flush(); err != nil {
			return wrap(op, err)
		}
		list, err := entriesWhere(ctx, tx, r.County, name, `AND e.id > $3 ORDER BY e.id LIMIT 500`, int64(after))
		if err != nil || len(list) == 0 {
			return wrap(op, err)
		}
		for _, e := range list {
			if _, err := r.assess(out, s, e, ""); err != nil {
				return wrap(op, err)
			}
			after = e.ID
		}
	}
}
