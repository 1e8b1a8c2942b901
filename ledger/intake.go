package ledger

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/publication"
)

// Intake is how far the duties of one document have come from the text to the units.
type Intake struct {
	Doc       publication.Key // empty: duties without a published basis
	TakenAt   time.Time       // its newest version
	Drafted   int
	Confirmed int
	Issued    int // and whatever came after
	Cancelled int
	Unknown   int // drafted or confirmed ones with a name that fits no unit
}

// Open reports whether somebody has something to do about it.
func (i Intake) Open() bool { return i.Drafted+i.Confirmed > 0 }

// Intakes are the documents whose duties came onto the ledger, the newest first.
func (l *Ledger) Intakes(ctx context.Context, tx *db.Tx, by Actor) ([]Intake, error) {
	const op = "Intakes"
	if !by.Everywhere(ActEdit) {
		return nil, refuse(NotAllowed, op, "%s", noRight[ActEdit])
	}
	list, err := intakes(ctx, tx, l.County)
	if err != nil {
		return nil, wrap(op, err)
	}
	open, err := unissued(ctx, tx, l.County)
	if err != nil {
		return nil, wrap(op, err)
	}
	for _, d := range open {
		if i := slices.IndexFunc(list, func(x Intake) bool { return x.Doc == d.Source.Doc }); i >= 0 && len(d.Unknown) > 0 {
			list[i].Unknown++
		}
	}
	return list, nil
}

// DutiesOf are the duties of a document that were not split off another, in the order in which they came onto the
// ledger; an empty key asks for those that were entered without a published basis and are not issued.
func (l *Ledger) DutiesOf(ctx context.Context, tx *db.Tx, by Actor, key publication.Key) ([]*Duty, error) {
	const op = "DutiesOf"
	if !by.Everywhere(ActEdit) {
		return nil, refuse(NotAllowed, op, "%s", noRight[ActEdit])
	}
	if key != "" {
		list, err := ofDoc(ctx, tx, l.County, string(key))
		return list, wrap(op, err)
	}
	list, err := unissued(ctx, tx, l.County)
	return slices.DeleteFunc(list, func(d *Duty) bool { return d.Source.Doc != "" }), wrap(op, err)
}

// Making is what issuing a duty would make of it.
type Making struct {
	Lines []string // units that get a line of their own, sets written out
	Vague []string // 统称 among leads and supporters: whom they mean a person has to say
}

// Making says what issuing a duty would make of it.
func (l *Ledger) Making(f Fields) Making {
	leads, vague := l.expand(f.Lead)
	_, more := l.expand(f.Support)
	return Making{Lines: without(first(l.expand(f.Implement)), leads), Vague: append(vague, more...)}
}

// Twin is a duty on the ledger with the same title and leads, so that a form that was sent twice makes one duty.
func (l *Ledger) Twin(ctx context.Context, tx *db.Tx, f Fields) (ID, bool, error) {
	const op = "Twin"
	leads, _, err := l.canonical(ctx, tx, "", f.Lead)
	if err != nil {
		return 0, false, wrap(op, err)
	}
	have, err := alike(ctx, tx, l.County)
	id, ok := have[likeness{f.Title, joined(leads)}]
	return id, ok, wrap(op, err)
}
