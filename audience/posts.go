package audience

import (
	"context"
	"slices"

	"zhixing/db"
)

// Posts are the recipients that hold a post in an area, with their addresses, in rising order: whom a call (叫应) reaches. Holders of
// posts of the county are in every area.
func (a *Audience) Posts(ctx context.Context, tx *db.Tx, area Area) ([]Recipient, error) {
	return a.ofKind(ctx, tx, "Posts", area, Post)
}

// Devices are the loudspeakers and displays of an area, in rising order.
func (a *Audience) Devices(ctx context.Context, tx *db.Tx, area Area) ([]Recipient, error) {
	return a.ofKind(ctx, tx, "Devices", area, Device)
}

func (a *Audience) ofKind(ctx context.Context, tx *db.Tx, op string, area Area, kind Kind) ([]Recipient, error) {
	ids, _, err := a.who(ctx, tx, op, Query{Area: area, Level: Red, Kinds: []Kind{kind}})
	if err != nil {
		return nil, err
	}
	var out []Recipient
	for part := range slices.Chunk(ids, chunk) {
		list, err := a.byID(ctx, tx, part)
		if err != nil {
			return nil, wrap(op, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

// ByID is one recipient; nil where it is gone.
func (a *Audience) ByID(ctx context.Context, tx *db.Tx, id ID) (*Recipient, error) {
	list, err := a.byID(ctx, tx, []ID{id})
	if err != nil || len(list) == 0 {
		return nil, wrap("ByID", err)
	}
	return &list[0], nil
}
