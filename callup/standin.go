package callup

import (
	"context"
	"time"

	"zhixing/db"
)

// StandIn is who stands in at a moment for a person, who may be known under several ids; false where he is not on leave, or nobody can be
// reached in his place. Warnings ask: what calls do, they do by themselves.
func (c *Callup) StandIn(ctx context.Context, tx *db.Tx, at time.Time, ids ...PersonID) (Person, bool, error) {
	for _, id := range ids {
		h, err := c.present(ctx, tx, holder{Person: Person{ID: id}}, at)
		if err != nil || h.off.ID != "" {
			return h.Person, err == nil, wrap("StandIn", err)
		}
	}
	return Person{}, false, nil
}
