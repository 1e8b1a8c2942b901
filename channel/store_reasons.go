package channel

import (
	"context"
	"database/sql"
	"errors"

	"zhixing/db"
)

// Undelivered is how many messages of a purpose did not arrive by a channel, for one reason.
type Undelivered struct {
	Channel string
	State   State
	Reason  string // of the gateway, or of who took them back; no address stands in it
	N       int
}

// Undelivered says why messages of a purpose did not arrive, the most frequent reason first; the first fifty.
func (o *Outbox) Undelivered(ctx context.Context, tx *db.Tx, purpose string) (list []Undelivered, err error) {
	var n, first, last int64
	err = tx.QueryRow(ctx, `/* channel.purposeSpan */ SELECT n, first, last FROM channel_purpose WHERE county = $1 AND key = $2`, o.County, purpose).Scan(&n, &first, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, wrap("Undelivered", err)
	}
	rows, err := tx.Query(ctx, `/* channel.Undelivered */ SELECT channel, state, reason, count(*) AS many FROM channel_message
		WHERE county = $1 AND id BETWEEN $2 AND $3 AND purpose = $4 AND state IN ('failed', 'unknown', 'expired', 'withdrawn')
		GROUP BY channel, state, reason ORDER BY many DESC, channel, state, reason LIMIT 50`, o.County, first, last, n)
	err = each(rows, err, func(r *sql.Rows) error {
		var u Undelivered
		err := r.Scan(&u.Channel, (*string)(&u.State), &u.Reason, &u.N)
		list = append(list, u)
		return err
	})
	return list, wrap("Undelivered", err)
}
