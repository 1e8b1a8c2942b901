package notice

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strconv"
	"time"

	"zhixing/db"
)

// insertDelivery makes a delivery once: the notice is spread anew after a crash.
func insertDelivery(ctx context.Context, tx *db.Tx, county string, id ID, p Person, ch Channel, target string, urgent bool, now time.Time) error {
	_, err := tx.Exec(ctx, `/* delivery.insert */
		INSERT INTO delivery (county, id, n, account, name, channel, target, urgent, state, next_at, tries, lease, reason, made_at, handed_at)
		SELECT $1, coalesce((SELECT max(id) FROM delivery WHERE county = $1), 0) + 1, $2, $3, $4, $5, $6, $7, 'waiting', $8, 0, '', '', $8, 0
		WHERE true
		ON CONFLICT (county, n, account, channel, target) DO NOTHING`,
		county, int64(id), p.Account, p.Name, string(ch), target, urgent, db.Micros(now))
	return err
}

// dueChannels are those with something to do now.
func dueChannels(ctx context.Context, tx *db.Tx, county string, now time.Time, open bool) ([]Channel, error) {
	rows, err := tx.Query(ctx, `/* delivery.dueChannels */
		SELECT DISTINCT channel FROM delivery
		WHERE county = $1 AND state IN ('waiting', 'leased') AND next_at <= $2 AND (urgent OR $3)`, county, db.Micros(now), open)
	return list(rows, err, func(r *sql.Rows) (c Channel, err error) { return c, r.Scan((*string)(&c)) })
}

// nextDelivery is what a channel does next: what is urgent, then what waits longest. One whose lease has ended is due again.
func nextDelivery(ctx context.Context, tx *db.Tx, county string, ch Channel, now time.Time, open bool, except []string) (c claim, ok bool, err error) {
	args := []any{county, string(ch), db.Micros(now), open}
	not := ``
	if len(except) > 0 {
		not = ` AND d.target NOT IN ` + db.In(5, len(except))
		for _, t := range except {
			args = append(args, t)
		}
	}
	row := tx.QueryRow(ctx, `/* delivery.next */
		SELECT `+columns+`, d.id, d.account, d.target, d.tries FROM delivery d JOIN notice n ON n.county = d.county AND n.n = d.n
		WHERE d.county = $1 AND d.channel = $2 AND d.state IN ('waiting', 'leased') AND d.next_at <= $3 AND (d.urgent OR $4)`+not+`
		ORDER BY d.urgent DESC, d.next_at, d.id LIMIT 1`, args...)
	_, c.Notice, err = scanNotice(row, &c.delivery, &c.account, &c.target, &c.tries)
	c.channel, c.lease = ch, rand.Text()
	ok, err = found(err)
	return c, ok, err
}

func leaseDelivery(ctx context.Context, tx *db.Tx, county string, id int64, lease string, until time.Time) error {
	_, err := tx.Exec(ctx, `/* delivery.lease */
		UPDATE delivery SET state = 'leased', lease = $3, tries = tries + 1, next_at = $4 WHERE county = $1 AND id = $2`,
		county, id, lease, db.Micros(until))
	return err
}

// endDelivery ends one that needed no sending.
func endDelivery(ctx context.Context, tx *db.Tx, county string, id int64, s State, now time.Time, why string) error {
	_, err := tx.Exec(ctx, `/* delivery.end */
		UPDATE delivery SET state = $3, lease = '', next_at = $4, reason = $5 WHERE county = $1 AND id = $2`,
		county, id, string(s), db.Micros(now), why)
	return err
}

// settleDelivery records how a try went, if the lease is still ours or nobody took it since.
func settleDelivery(ctx context.Context, tx *db.Tx, county string, id int64, lease string, s settled) error {
	handed := int64(0)
	if s.state == Handed {
		handed = db.Micros(s.at)
	}
	_, err := tx.Exec(ctx, `/* delivery.settle */
		UPDATE delivery SET state = $4, lease = '', next_at = $5, handed_at = $6, reason = CASE WHEN $7 = '' THEN reason ELSE $7 END
		WHERE county = $1 AND id = $2 AND state = 'leased' AND lease = $3`,
		county, id, lease, string(s.state), db.Micros(s.at), handed, s.reason)
	return err
}

func reviveDelivery(ctx context.Context, tx *db.Tx, county string, id int64) (bool, error) {
	res, err := tx.Exec(ctx, `/* delivery.Retry */
		UPDATE delivery SET state = 'waiting', tries = 0, next_at = $3 WHERE county = $1 AND id = $2 AND state IN ('failed', 'dropped')`,
		county, id, db.Micros(tx.Now()))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func readDeliveries(ctx context.Context, tx *db.Tx, county string, q DeliveryQuery, before int64, limit int) ([]Delivery, error) {
	w := where{`d.county = $1 AND d.id < $2`, []any{county, before}}
	for _, f := range []struct{ cond, v string }{{`d.state =`, string(q.State)}, {`d.channel =`, string(q.Channel)}, {`d.account =`, q.Account}} {
		if f.v != "" {
			w.and(f.cond, f.v)
		}
	}
	if q.Notice != 0 {
		w.and(`d.n =`, int64(q.Notice))
	}
	w.args = append(w.args, limit)
	rows, err := tx.Query(ctx, `/* delivery.List */
		SELECT d.id, d.n, n.kind, n.subject, n.about, n.grade, d.account, d.name, d.channel, d.state, d.tries, d.next_at, d.reason, d.made_at, d.handed_at
		FROM delivery d JOIN notice n ON n.county = d.county AND n.n = d.n
		WHERE `+w.text+` ORDER BY d.id DESC LIMIT $`+strconv.Itoa(len(w.args)), w.args...)
	return list(rows, err, func(r *sql.Rows) (d Delivery, err error) {
		var next, made, handed int64
		err = r.Scan(&d.ID, &d.Notice, &d.Kind, &d.Subject, &d.About, &d.Grade, &d.Account, &d.Name, &d.Channel, &d.State, &d.Tries, &next, &d.Reason, &made, &handed)
		d.Next, d.Made, d.Handed = db.FromMicros(next), db.FromMicros(made), when(handed)
		return d, err
	})
}
