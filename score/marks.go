package score

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/org"
)

// Of marks the units of a county for a period, as of today. Appeals count as they are decided now.
func Of(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, p Period, today calendar.Date) (Table, error) {
	return of(ctx, tx, led, rules, p, today, Key{})
}

// of is Of for one duty or one case alone, with the zero Key for all. Sums and ranks then mean nothing.
func of(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, p Period, today calendar.Date, only Key) (Table, error) {
	const op = "Of"
	switch {
	case p.From.IsZero() || p.To.Before(p.From):
		return Table{}, refuse(ledger.Invalid, op, "考核期的起止日期不对。")
	case today.Before(p.From):
		return Table{}, refuse(ledger.Invalid, op, "考核期%s至%s还没有开始。", p.From.Chinese(), p.To.Chinese())
	}
	t := Table{County: led.County, Period: p, AsOf: p.To, Over: p.To.Before(today), Rules: *rules}
	end := p.To.AddDays(1)
	if !t.Over {
		t.AsOf, end = today, today
	}
	over := ledger.Stretch{From: p.From, To: t.AsOf, Duty: only.Duty}
	appeals, err := appealsByKey(ctx, tx, led.County, only)
	if err != nil {
		return t, wrap(op, err)
	}
	units := map[string]*Unit{}
	c := &course{led: led, Period: p, asOf: t.AsOf, end: end, running: map[string]ledger.Role{}, tell: func(name string) *Unit {
		u := units[name]
		if u == nil {
			u = &Unit{Unit: name, Base: rules.Base}
			units[name] = u
		}
		return u
	}}
	if only.Case == 0 {
		err = led.Walk(ctx, tx, over, func(id ledger.ID, steps []ledger.Step) error {
			c.follow(id, steps)
			return nil
		})
		if err != nil {
			return t, wrap(op, err)
		}
	}
	if only.Duty == 0 {
		hits, err := cases.Overdue(ctx, tx, led.County, p.From, t.AsOf)
		if err != nil {
			return t, wrap(op, err)
		}
		for _, h := range hits {
			if only.Case == 0 || only.Case == h.Case {
				c.found = append(c.found, found{Key: Key{Unit: h.Unit, Fact: Fact(h.Kind), Case: h.Case, Step: h.Step, Day: h.Day}, title: h.Title, basis: h.Basis, words: h.Words})
			}
		}
	}
	slices.SortFunc(c.found, func(a, b found) int { return compareKeys(a.Key, b.Key) })
	for _, f := range c.found {
		rules.hit(c.tell(f.Unit), f, appeals[f.Key])
	}
	for _, u := range units {
		rules.mark(u)
	}
	t.rank(units, led.Book.Directory())
	return t, nil
}

// compareKeys is the order in which facts are counted against a rule's most, and shown.
func compareKeys(a, b Key) int {
	return cmp.Or(compareDates(a.Day, b.Day), cmp.Compare(a.Duty, b.Duty), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Step, b.Step),
		cmp.Compare(slices.Index(Facts, a.Fact), slices.Index(Facts, b.Fact)), strings.Compare(a.Unit, b.Unit))
}

func compareDates(a, b calendar.Date) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// hit counts a fact, and puts it among the unit's hits where a rule takes points for it.
func (r *Rules) hit(u *Unit, f found, a *Appeal) {
	*u.count(f.Fact)++
	i := slices.IndexFunc(r.Deduct, func(d Deduction) bool {
		return d.Fact == f.Fact && (f.Fact != Lettered || len(d.Kinds) == 0 || slices.Contains(d.Kinds, f.kind))
	})
	if i < 0 {
		return
	}
	d := r.Deduct[i]
	u.Hits = append(u.Hits, Hit{Key: f.Key, By: i, Name: d.Name, Title: f.title, Basis: f.basis, Words: f.words, Rule: d.Rule, Each: d.Points, Appeal: a})
}

// count is where the unit counts a fact.
func (u *Unit) count(f Fact) *int {
	switch f {
	case Overdue:
		return &u.Overdue
	case Late:
		return &u.Late
	case Unsigned:
		return &u.Unsigned
	case Unreported:
		return &u.Unreported
	case ReportedLate:
		return &u.ReportedLate
	case SentBack:
		return &u.SentBack
	case Extended:
		return &u.Extended
	case NoEvidence:
		return &u.NoEvidence
	case Lettered:
		return &u.Letters
	case CaseOverdue:
		return &u.CaseOverdue
	case CaseSentBack:
		return &u.CaseSentBack
	case CaseRecurred:
		return &u.CaseRecurred
	}
	panic("score: no such fact: " + string(f))
}

// mark takes the points of the unit's hits, in their order, as far as each rule's most and the base reach.
func (r *Rules) mark(u *Unit) {
	u.Deducted = make([]Deducted, len(r.Deduct))
	u.Points = u.Base
	for i := range u.Hits {
		h := &u.Hits[i]
		if h.Waived() {
			continue
		}
		sum := &u.Deducted[h.By]
		h.Points = min(h.Each, u.Points)
		if most := r.Deduct[h.By].Most; most > 0 {
			h.Points = min(h.Points, most-sum.Points)
		}
		h.Capped = h.Points < h.Each
		sum.Times++
		sum.Points += h.Points
		sum.Capped = sum.Capped || h.Capped
		u.Points -= h.Points
	}
	for _, g := range r.Grades {
		if u.Points >= g.From {
			u.Grade = g.Name
			break
		}
	}
}

// rank puts the units in order: departments, then towns, best first; equals in the order of the county's list. Petrol stations, for which
// nobody can sign or report, have no mark.
func (t *Table) rank(units map[string]*Unit, dir *org.Directory) {
	place := map[string]int{}
	for i, u := range dir.Units() {
		place[u.Name] = i
	}
	for name, u := range units {
		known, _ := dir.Resolve(name)
		if known.Name != "" && !known.Kind.Signs() {
			continue
		}
		u.Town = known.Kind == org.Town
		if _, ok := place[name]; !ok {
			place[name] = len(dir.Units()) // one that the list no longer has
		}
		t.Units = append(t.Units, *u)
	}
	slices.SortFunc(t.Units, func(a, b Unit) int {
		return cmp.Or(cmpBool(a.Town, b.Town), cmpBool(a.Owed == 0, b.Owed == 0), cmp.Compare(b.Points, a.Points), cmp.Compare(place[a.Unit], place[b.Unit]),
			strings.Compare(a.Unit, b.Unit))
	})
	for i := range t.Units {
		u := &t.Units[i]
		if u.Owed == 0 {
			continue
		}
		for _, o := range t.Units {
			if o.Town == u.Town && o.Owed > 0 {
				if u.Of++; o.Points > u.Points {
					u.Rank++
				}
			}
		}
		u.Rank++
	}
}

// cmpBool puts false before true.
func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// SeenBy is the part of the table that the actor may see: all of it, or the lines of his units, with their ranks.
func (t Table) SeenBy(by ledger.Actor) Table {
	t.Units = slices.DeleteFunc(slices.Clone(t.Units), func(u Unit) bool { return !maySee(by, u.Unit) })
	return t
}

func maySee(by ledger.Actor, unit string) bool {
	return by.Everywhere(ledger.ActSee) || slices.Contains(by.Units(ledger.ActSee), unit)
}

// Line is the unit's line; false where it had nothing to do in the period.
func (t Table) Line(unit string) (Unit, bool) {
	i := slices.IndexFunc(t.Units, func(u Unit) bool { return u.Unit == unit })
	if i < 0 {
		return Unit{}, false
	}
	return t.Units[i], true
}
