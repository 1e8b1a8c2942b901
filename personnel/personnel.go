// Package personnel (人事) knows who held which post on any day: persons, the posts of a county, who was appointed to
// them and removed by which document, and what nobody could read out of a document by himself.
//
// Posts and leading groups come from the county's folder and are pure (Book). Persons, tenures and questions are
// records. A tenure holds from a day up to, and without, another; removals end it the day they hold from. Every change
// of a tenure is a new version of it, so both times stay: who held the post on a day, and what was believed of that at
// an instant.
//
//	seats, err := personnel.SeatsOf(ctx, tx, book, county, "示例账号", calendar.DateOf(tx.Now()))
//	heads, err := personnel.HoldersOf(ctx, tx, book, county, "县审计局", on, personnel.Head)
//
// Published notices (任免) are taken in by TakeIn. What is unambiguous takes effect; all else becomes a Question that
// the county office answers once, and only then does the move take effect. Other packages ask about names of units in
// the same way:
//
//	u, ok, err := personnel.Resolve(ctx, tx, book, county, "甲政发〔2023〕1号", "县某办")
//	if err == nil && !ok {
//		_, err = personnel.Ask(ctx, tx, county, personnel.Question{Kind: personnel.UnknownName, Name: "县某办", Doc: key, Clause: "三(二)", Context: "…"})
//	}
//
// Errors meant for people are *Error, with a sentence in Chinese; all others are for the operator.
package personnel

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
)

// Seat is a post as held by somebody: what the ledger needs to know of it.
type Seat struct {
	Post        PostID
	Unit, Title string
	Role        Role
	Town        bool     // the unit is a town
	Groups      []string // leading groups that the post belongs to, and units of kind role that it stands for (县长)
}

// Holder is a person in a seat.
type Holder struct {
	Person  int64
	Name    string
	Account string // empty where none is bound
	Seat
}

// SeatsOf are the seats held on a day by the person to whom the account is bound now, in the order of the book.
func SeatsOf(ctx context.Context, tx *db.Tx, p *Book, county, account string, on calendar.Date) ([]Seat, error) {
	if account == "" {
		return nil, nil
	}
	person, err := personOf(ctx, tx, county, account)
	if err != nil || person == 0 {
		return nil, wrap("SeatsOf", err)
	}
	held, err := holders(ctx, tx, p, county, holding{person: person, on: on})
	if err != nil {
		return nil, wrap("SeatsOf", err)
	}
	var out []Seat
	for _, h := range held {
		out = append(out, h.Seat)
	}
	return out, nil
}

// HoldersOf are the holders of a unit's posts on a day, those with one of the roles where roles are given. Of a
// leading group they are the holders of its member posts, of a unit of kind role those of the posts that stand for it.
func HoldersOf(ctx context.Context, tx *db.Tx, p *Book, county, unit string, on calendar.Date, roles ...Role) ([]Holder, error) {
	if u, ok := p.Directory().Resolve(unit); ok {
		unit = u.Name
	}
	out, err := holders(ctx, tx, p, county, holding{unit: unit, on: on})
	if err != nil {
		return nil, wrap("HoldersOf", err)
	}
	for _, id := range p.Stands(unit, on) {
		more, err := HolderOf(ctx, tx, p, county, id, on)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return withRoles(out, roles), nil
}

// HolderOf are the holders of one post on a day: at most one where it has a single seat.
func HolderOf(ctx context.Context, tx *db.Tx, p *Book, county string, post PostID, on calendar.Date) ([]Holder, error) {
	out, err := holders(ctx, tx, p, county, holding{post: post, on: on})
	return out, wrap("HolderOf", err)
}
