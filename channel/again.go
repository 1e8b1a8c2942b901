package channel

import (
	"context"
	"database/sql"
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

// unheardFor is how old a warning may be whose devices are asked again.
const unheardFor = 24 * time.Hour

// unheard takes the messages that are to be sent again: each waits longer than the time before.
func unheard(ctx context.Context, tx *db.Tx, county string, g *gate, now time.Time) (list []row, err error) {
	due := `SELECT m.id FROM channel_purpose p JOIN channel_message m ON m.county = p.county AND m.purpose = p.n
		WHERE p.county = $1 AND p.put_at > $2 AND p.withdrawn_at <= m.made_at AND m.channel = $3 AND m.gateway = $4 AND m.state = 'accepted'
		AND m.expires_at > $5 AND m.tries < $6 AND m.next_at + m.tries * $7 <= $5 LIMIT $8`
	args := []any{county, db.Micros(now.Add(-unheardFor)), g.channel, g.Name, db.Micros(now), g.Tries, g.Again.Microseconds(), g.Batch}
	var any1 bool
	if err := tx.QueryRow(ctx, `/* channel.anyUnheard */ SELECT EXISTS (`+due+`)`, args...).Scan(&any1); err != nil || !any1 {
		return nil, err
	}
	rows, err := tx.Query(ctx, `/* channel.unheard */
		UPDATE channel_message SET tries = tries + 1, next_at = $5 WHERE county = $1 AND id IN (`+due+`)
		RETURNING id, lease, purpose, text, address, ordinal, gate, tries, expires_at`, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var m row
		err := m.scan(r)
		list = append(list, m)
		return err
	})
	return list, err
}
