package channel

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// again sends those messages again, under their numbers, whose devices have not acknowledged them: what a broker has taken it can still
// lose, and a device that was off may have asked it to keep nothing. They stay accepted; only the device's word changes that.
func (o *Outbox) again(ctx context.Context, g *gate, now time.Time) error {
	if g.Again == 0 || !g.TellsDoubles || !g.usable(now) {
		return nil
	}
	for {
		var b batch
		err := o.DB.Write(ctx, func(tx *db.Tx) (err error) {
			b.rows, err = unheard(ctx, tx, o.County, g, now)
			return err
		})
		if err != nil || len(b.rows) == 0 {
			return err
		}
		b.rows = slices.DeleteFunc(b.rows, func(r row) bool { return o.leaves(Urgency(r.ordinal%urgencies), g.channel, now).After(now) })
		if len(b.rows) == 0 {
			continue // quiet hours have begun
		}
		if b.words, err = o.wordsOf(ctx, b.rows); err != nil {
			return err
		}
		o.hand(ctx, g, &b, func() time.Time { return now })
		o.log().Info("channel: sent again what no device has acknowledged", "county", o.County, "gateway", g.Name, "messages", len(b.rows))
		if b.out[0].State != gateway.Accepted {
			return nil
		}
	}
}
