package channel

import (
	"context"
	"database/sql"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// Showing is what a device that comes for its messages, such as a public display, has to show now: what was handed over for it, has not expired
// and was not withdrawn since, in the order in which it was put.
func (o *Outbox) Showing(ctx context.Context, tx *db.Tx, channel, device string) (list []gateway.Message, err error) {
	rows, err := tx.Query(ctx, `/* channel.Showing */
		SELECT m.id, m.expires_at, t.title, t.body, t.code, t.level, t.siren, t.volume, t.repeats, t.drill
		FROM channel_message m JOIN channel_purpose p ON p.county = m.county AND p.n = m.purpose JOIN channel_text t ON t.county = m.county AND t.n = m.text
		WHERE m.county = $1 AND m.channel = $2 AND m.address = $3 AND m.expires_at > $4 AND m.state IN ('accepted', 'unknown', 'delivered') AND p.withdrawn_at <= m.made_at
			AND m.channel IN ('speaker', 'screen')
		ORDER BY m.id`, o.County, channel, device, db.Micros(tx.Now()))
	err = each(rows, err, func(r *sql.Rows) error {
		var id ID
		var expires int64
		var w words
		err := r.Scan(append([]any{(*int64)(&id), &expires}, w.into()...)...)
		list = append(list, w.message(id, device, when(expires)))
		return err
	})
	return list, wrap("Showing", err)
}

// Told is the last message for a device, and what became of it.
type Told struct {
	Channel, Device  string
	Title, Text      string
	Drill            bool
	State            State
	Reason           string
	Made, Done, Ends time.Time
}

// LastTold is what each loudspeaker and display was last told, by channel and device.
func (o *Outbox) LastTold(ctx context.Context, tx *db.Tx) (list []Told, err error) {
	rows, err := tx.Query(ctx, `/* channel.LastTold */
		SELECT m.channel, m.address, t.title, t.body, t.drill, m.state, m.reason, m.made_at, m.done_at, m.expires_at
		FROM (SELECT max(id) AS id FROM channel_message WHERE county = $1 AND channel IN ('speaker', 'screen') GROUP BY channel, address) last
		JOIN channel_message m ON m.county = $1 AND m.id = last.id JOIN channel_text t ON t.county = m.county AND t.n = m.text
		ORDER BY m.channel, m.address`, o.County)
	err = each(rows, err, func(r *sql.Rows) error {
		var t Told
		var made, done, ends int64
		err := r.Scan(&t.Channel, &t.Device, &t.Title, &t.Text, &t.Drill, (*string)(&t.State), &t.Reason, &made, &done, &ends)
		t.Made, t.Done, t.Ends = when(made), when(done), when(ends)
		list = append(list, t)
		return err
	})
	return list, wrap("LastTold", err)
}
