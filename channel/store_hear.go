package channel

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// named finds the one message that a gateway's name stands for; to is empty where the name alone tells.
func named(ctx context.Context, tx *db.Tx, county, name, ref, to string) (m sent, ok bool, err error) {
	where, args := ``, []any{county, ref, name}
	if to != "" {
		where, args = ` AND m.address = $4`, append(args, to)
	}
	rows, err := tx.Query(ctx, `/* channel.named */
		SELECT m.id, m.lease, m.purpose, m.text, m.address, m.ordinal, m.gate, m.tries, m.expires_at, m.state, m.channel, m.gateway, p.withdrawn_at > m.made_at, p.key, m.once
		FROM channel_message m JOIN channel_purpose p ON p.county = m.county AND p.n = m.purpose
		WHERE m.county = $1 AND m.ref = $2 AND m.ref <> '' AND m.gateway = $3`+where+` LIMIT 2`, args...)
	n := 0
	err = each(rows, err, func(r *sql.Rows) error {
		n++
		return m.scan(r, (*string)(&m.state), &m.channel, &m.gateway, &m.withdrawn, &m.why, &m.key)
	})
	return m, n == 1, err // two: the name is a group's, and nobody says which of it
}

func settleReceipts(ctx context.Context, tx *db.Tx, county string, list []settled) error {
	b := db.Bulk{
		Query: `/* channel.settleReceipts */ UPDATE channel_message AS m SET state = v.column3, gate = v.column4, next_at = v.column5, done_at = v.column6,
			handed_at = CASE WHEN m.handed_at = 0 THEN v.column7 ELSE m.handed_at END, reason = v.column8
			FROM (VALUES`,
		Columns: 8, Casts: []string{"text", "bigint", "text", "bigint", "bigint", "bigint", "bigint", "text"},
		Tail: `) AS v WHERE m.county = v.column1 AND m.id = v.column2`,
	}
	for _, s := range list {
		b.Add(county, s.id, string(s.state), s.gate, db.Micros(s.next), micros(s.done), micros(s.handed), s.reason)
	}
	_, err := b.Run(ctx, tx)
	return err
}

// keepStray keeps a receipt whose message is not known by that name. A later word replaces an earlier one.
func keepStray(ctx context.Context, tx *db.Tx, county, name string, r gateway.Receipt) error {
	_, err := tx.Exec(ctx, `/* channel.keepStray */
		INSERT INTO channel_stray (county, gateway, ref, address, state, reason, at, heard_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (county, gateway, ref, address) DO UPDATE SET state = excluded.state, reason = excluded.reason, at = excluded.at`,
		county, name, r.Ref, r.To, string(r.State), r.Reason, micros(r.At), db.Micros(tx.Now()))
	return err
}

// takeStrays takes out the receipts that came before their messages had these names.
func takeStrays(ctx context.Context, tx *db.Tx, county, name string, refs []string) (list []gateway.Receipt, err error) {
	if len(refs) == 0 {
		return nil, nil
	}
	var any1 bool
	if err := tx.QueryRow(ctx, `/* channel.anyStray */ SELECT EXISTS (SELECT 1 FROM channel_stray WHERE county = $1 AND gateway = $2)`, county, name).Scan(&any1); err != nil || !any1 {
		return nil, err
	}
	slices.Sort(refs)
	for some := range slices.Chunk(slices.Compact(refs), 200) {
		args := []any{county, name}
		for _, r := range some {
			args = append(args, r)
		}
		rows, err := tx.Query(ctx, `/* channel.takeStrays */
			DELETE FROM channel_stray WHERE county = $1 AND gateway = $2 AND ref IN `+db.In(3, len(some))+` RETURNING ref, address, state, reason, at`, args...)
		if err := each(rows, err, func(r *sql.Rows) error {
			var s gateway.Receipt
			var at int64
			err := r.Scan(&s.Ref, &s.To, (*string)(&s.State), &s.Reason, &at)
			s.At = when(at)
			list = append(list, s)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func dropStrays(ctx context.Context, tx *db.Tx, county string, before time.Time) error {
	_, err := tx.Exec(ctx, `/* channel.dropStrays */ DELETE FROM channel_stray WHERE county = $1 AND heard_at < $2`, county, db.Micros(before))
	return err
}

// keepReply keeps a reply unless it is there; it learns which message it answers.
func keepReply(ctx context.Context, tx *db.Tx, county string, r *Reply) (fresh bool, err error) {
	if r.Ref != "" {
		err := tx.QueryRow(ctx, `/* channel.answered */
			SELECT m.id, p.key, m.once, m.recipient FROM channel_message m JOIN channel_purpose p ON p.county = m.county AND p.n = m.purpose
			WHERE m.county = $1 AND m.ref = $2 AND m.ref <> '' AND m.gateway = $3 AND m.address = $4`, county, r.Ref, r.Gateway, r.From).
			Scan((*int64)(&r.Message), &r.Purpose, &r.Key, &r.Recipient)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return false, err
		}
	}
	res, err := tx.Exec(ctx, `/* channel.keepReply */
		INSERT INTO channel_reply (county, n, channel, gateway, far, address, body, message, at, heard_at)
		SELECT $1, coalesce((SELECT max(n) FROM channel_reply WHERE county = $1), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9
		WHERE true
		ON CONFLICT (county, gateway, far) WHERE far <> '' DO NOTHING`,
		county, r.Channel, r.Gateway, r.ID, r.From, r.Text, int64(r.Message), db.Micros(r.At), db.Micros(tx.Now()))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// keepHealth keeps how devices are; since moves only when one comes or goes.
func keepHealth(ctx context.Context, tx *db.Tx, county, name string, list []gateway.Health) error {
	b := db.Bulk{Query: `/* channel.keepHealth */ INSERT INTO channel_device (county, gateway, device, online, since, detail, heard_at) VALUES`, Columns: 7,
		Tail: `ON CONFLICT (county, gateway, device) DO UPDATE SET
			since = CASE WHEN channel_device.online = excluded.online THEN channel_device.since ELSE excluded.since END,
			online = excluded.online, detail = excluded.detail, heard_at = excluded.heard_at`}
	last := map[string]gateway.Health{}
	var order []string
	for _, h := range list { // one statement may not meet a row twice
		if _, ok := last[h.Device]; !ok {
			order = append(order, h.Device)
		}
		last[h.Device] = h
	}
	now := db.Micros(tx.Now())
	for _, device := range order {
		h := last[device]
		at := now
		if !h.At.IsZero() && db.Micros(h.At) < now {
			at = db.Micros(h.At)
		}
		b.Add(county, name, clip(device), h.Online, at, clip(h.Detail), now)
	}
	_, err := b.Run(ctx, tx)
	return err
}

// Device is a loudspeaker, or what else has a gateway of its own to say how it is.
type Device struct {
	Gateway, Name string
	Online        bool
	Since, Heard  time.Time
	Detail        string
}

// Devices are those that have ever said how they are, by gateway and name.
func (o *Outbox) Devices(ctx context.Context, tx *db.Tx) (list []Device, err error) {
	rows, err := tx.Query(ctx, `/* channel.Devices */
		SELECT gateway, device, online, since, heard_at, detail FROM channel_device WHERE county = $1 ORDER BY gateway, device`, o.County)
	err = each(rows, err, func(r *sql.Rows) error {
		var d Device
		var since, heard int64
		err := r.Scan(&d.Gateway, &d.Name, &d.Online, &since, &heard, &d.Detail)
		d.Since, d.Heard = when(since), when(heard)
		list = append(list, d)
		return err
	})
	return list, wrap("Devices", err)
}
