// Package audience knows who can be told of danger, and where. Recipients are people, firms, holders of posts, loudspeakers and
// screens, media — with the places where they are, what they are (在建工地, 樱桃种植户), what they asked for and what they
// consented to. It sends nothing; it answers two questions:
//
//	n, err := a.Count(ctx, d, q)              // how many are in the area, while it is being drawn
//	for t, err := range a.Select(ctx, tx, q)  // who is told, each address once, each with the reason why
//
// where q is an area, a hazard and a level:
//
//	q := audience.Query{Area: audience.Area{Towns: []string{"示例镇"}}, Hazard: "暴雨", Level: audience.Orange}
//
// Count is answered from an index in memory, a million recipients in some twenty-four bytes each, which follows the
// database by the number of its newest change (decision 40). Select reads its addresses in the caller's transaction and holds each
// recipient against the question once more, so that what it says is what that transaction sees.
//
// Recipients come from a Source each: files (Offer, Apply, Undo), registers by way of a View, the posts of the county, and
// citizens themselves, who show by a code that the address is theirs (Ask, Confirm) and may withdraw or be erased. Consent
// is asked of residents only; without it they are told what the law tells everybody in danger: red and orange, and only inside the
// area. A proof of what somebody agreed to is kept without his address.
//
// Everything here is personal data: nothing of it is public, whoever looks at it is on the journal, and it leaves in a
// file only for those who may export.
package audience

import (
	"context"
	"sync"
	"sync/atomic"

	"zhixing/db"
	"zhixing/register"
)

// Audience is that of a county. It is safe for use by many goroutines; do not copy it or change its fields once it is in use.
type Audience struct {
	County string
	Towns  []string         // names of the towns that there are; empty: whatever is called one is taken for one
	Places *register.Places // boundaries of towns and villages; nil: places are known by name only
	// Line is the place of an entry of a register, along which an area may run; nil: there are no such areas.
	Line func(ctx context.Context, tx *db.Tx, name register.Name, key string) (*register.Geometry, error)
	// Stands makes of a recipient that is a post whoever stands for it at this moment, with his name and addresses; nil: those on record are told.
	Stands func(ctx context.Context, tx *db.Tx, r *Recipient) error
	// Memory is taken over from the Audience before it where places or registers were loaded anew; nil: its own.
	Memory *Memory

	once sync.Once
}

// Memory is the index of all recipients. The zero value is empty and ready.
type Memory struct {
	now   atomic.Pointer[index]
	grow  sync.Mutex // held while the index moves on
	terms dictionary
}

func (a *Audience) memory() *Memory {
	a.once.Do(func() {
		if a.Memory == nil {
			a.Memory = &Memory{}
		}
	})
	return a.Memory
}

// Actor is who looks at recipients or changes them. The caller knows from his posts what he may; the zero value may nothing.
type Actor struct {
	Account string
	Sees    bool // single recipients with their addresses
	Keeps   bool // brings recipients in, changes and removes them, draws areas
	Exports bool // takes them out in a file
}

// System is the author of what the clock and other records do.
var System = Actor{Account: "system", Sees: true, Keeps: true}

// OfRegisters is a Line that reads the registers of the county.
func OfRegisters(r *register.Registers) func(context.Context, *db.Tx, register.Name, string) (*register.Geometry, error) {
	return func(ctx context.Context, tx *db.Tx, name register.Name, key string) (*register.Geometry, error) {
		s, ok := r.Schema(name)
		if !ok {
			return nil, refuse(NotFound, "Line", "没有“%s”这本台账。", name)
		}
		e, err := r.Get(ctx, tx, register.Inside, name, key, register.AsOf{})
		if err != nil {
			return nil, err
		}
		return r.Geometry(ctx, tx, register.Inside, s, e)
	}
}
