package channel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"zhixing/db"
)

// tally reads the messages of a purpose where they lie: one after the other.
func tally(ctx context.Context, tx *db.Tx, county, key string) (list []Count, err error) {
	var n, first, last int64
	err = tx.QueryRow(ctx, `/* channel.purposeOf */ SELECT n, first, last FROM channel_purpose WHERE county = $1 AND key = $2`, county, key).Scan(&n, &first, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	within := func(d time.Duration) string {
		return `sum(CASE WHEN handed_at <> 0 AND handed_at - made_at <= ` + strconv.FormatInt(d.Microseconds(), 10) + ` THEN 1 ELSE 0 END)`
	}
	rows, err := tx.Query(ctx, `/* channel.Tally */
		SELECT channel, place, CASE WHEN state = 'waiting' AND expires_at <= $5 THEN 'expired' ELSE state END AS stands, count(*),
			sum(CASE WHEN handed_at <> 0 THEN 1 ELSE 0 END), `+within(10*time.Second)+`, `+within(60*time.Second)+`
		FROM channel_message WHERE county = $1 AND id BETWEEN $2 AND $3 AND purpose = $4
		GROUP BY channel, place, stands ORDER BY channel, place`, county, first, last, n, db.Micros(tx.Now()))
	err = each(rows, err, func(r *sql.Rows) error {
		var c Count
		var state State
		if err := r.Scan(&c.Channel, &c.Place, (*string)(&state), &c.Put, &c.Handed, &c.In10, &c.In60); err != nil {
			return err
		}
		switch state {
		case Waiting, Leased:
			c.Waiting = c.Put
		case Delivered:
			c.Delivered = c.Put
		case Failed:
			c.Failed = c.Put
		case Unknown:
			c.Unknown = c.Put
		case Expired:
			c.Expired = c.Put
		case Withdrawn:
			c.Withdrawn = c.Put
		}
		if k := len(list); k > 0 && list[k-1].Channel == c.Channel && list[k-1].Place == c.Place {
			list[k-1].add(c)
		} else {
			list = append(list, c)
		}
		return nil
	})
	return list, err
}

func messages(ctx context.Context, tx *db.Tx, county string, q Query) (list []Sent, err error) {
	where, args := `m.county = $1 AND m.id > $2`, []any{county, int64(q.After)}
	and := func(cond string, v any) {
		args = append(args, v)
		where += ` AND ` + cond + `$` + strconv.Itoa(len(args))
	}
	if q.Purpose != "" {
		and(`p.key = `, q.Purpose)
		where += ` AND m.id BETWEEN p.first AND p.last`
	}
	if q.Channel != "" {
		and(`m.channel = `, q.Channel)
	}
	if q.State != "" {
		and(`m.state = `, string(q.State))
	}
	if q.Place != "" {
		args = append(args, q.Place, q.Place+"/", q.Place+"0") // "0" follows "/"
		k := len(args)
		where += fmt.Sprintf(` AND (m.place = $%d OR m.place >= $%d AND m.place < $%d)`, k-2, k-1, k)
	}
	args = append(args, q.Limit)
	rows, err := tx.Query(ctx, `/* channel.Messages */
		SELECT m.id, p.key, m.channel, m.once, m.recipient, m.address, m.place, m.state, m.gateway, m.reason, m.tries, m.made_at, m.next_at, m.handed_at, m.done_at, m.expires_at
		FROM channel_message m JOIN channel_purpose p ON p.county = m.county AND p.n = m.purpose
		WHERE `+where+` ORDER BY m.id LIMIT $`+strconv.Itoa(len(args)), args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var s Sent
		var made, next, handed, done, ends int64
		err := r.Scan((*int64)(&s.ID), &s.Purpose, &s.Channel, &s.Key, &s.Recipient, &s.Address, &s.Place, (*string)(&s.State), &s.Gateway, &s.Reason, &s.Tries,
			&made, &next, &handed, &done, &ends)
		s.Made, s.Handed, s.Done, s.Ends = when(made), when(handed), when(done), when(ends)
		if s.State == Waiting {
			s.Next = when(next)
		}
		list = append(list, s)
		return err
	})
	return list, err
}
