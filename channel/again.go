package channel

import (
	"context"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// asks says that devices are asked again which have said nothing.
func (g *gate) asks() bool { return g.Again > 0 && g.TellsDoubles }

// again sends those messages again, under their numbers, whose devices have not acknowledged them: what a broker has taken it can still
// lose, and a device that was off may have asked it to keep nothing. They stay accepted; only the device's word changes that.
func (o *Outbox) again(ctx context.Context, g *gate, now time.Time) error {
	if !g.asks() {
		return nil
	}
	for g.usable(now) {
		b, err := o.unheard(ctx, g, now)
		if err != nil || len(b.rows) == 0 {
			return err
		}
		o.hand(ctx, g, b, func() time.Time { return now })
		o.log().Info("channel: sent again what no device has acknowledged", "county", o.County, "gateway", g.Name, "messages", len(b.rows))
		if b.out[0].State != gateway.Accepted {
			return nil
		}
	}
	return nil
}

// unheard takes what is to be sent again, as much as the gateway may have now.
func (o *Outbox) unheard(ctx context.Context, g *gate, now time.Time) (*batch, error) {
	b, ordinals, any := &batch{}, o.leaving(g.channel, now), false
	err := o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		any, err = anyUnheard(ctx, tx, o.County, g, ordinals, now)
		return err
	})
	if err != nil || !any {
		return b, err
	}
	n := g.take(now)
	defer func() { g.back(n - len(b.rows)) }()
	if n == 0 {
		return b, nil
	}
	if err := o.DB.Write(ctx, func(tx *db.Tx) (err error) {
		b.rows, err = takeUnheard(ctx, tx, o.County, g, ordinals, n, now)
		return err
	}); err != nil {
		b.rows = nil
		return b, err
	}
	b.words, err = o.wordsOf(ctx, b.rows)
	return b, err
}
