package channel

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"zhixing/db"
)

// put is messages on their way into the table.
type put struct {
	o        *Outbox
	tx       *db.Tx
	purposes map[string]*purpose
	texts    map[said]int64 // numbers of texts
	id, text int64          // the highest given so far; 0: not asked yet
	rows     int            // in messages
	fresh    int
	leaves   map[slot]int64
	messages db.Bulk
	said     db.Bulk
}

// slot is what quiet hours tell apart.
type slot struct {
	urgency Urgency
	channel string
}

// said is what was said for a purpose.
type said struct {
	purpose int64
	words   words
}

type purpose struct {
	n           int64
	drill       bool
	first, last int64 // of what is put now
}

// flush is how many rows are collected before they are written: whole portions on both databases.
const flush = 6000

func (p *put) add(ctx context.Context, m *Message) error {
	at, err := p.purpose(ctx, m)
	if err != nil {
		return err
	}
	text, err := p.number(ctx, at, m)
	if err != nil {
		return err
	}
	if p.id == 0 {
		if err := p.tx.QueryRow(ctx, `/* channel.lastID */ SELECT coalesce(max(id), 0) FROM channel_message WHERE county = $1`, p.o.County).Scan(&p.id); err != nil {
			return err
		}
	}
	p.id++
	if at.first == 0 {
		at.first = p.id
	}
	at.last = p.id
	to := Address(m.To)
	once := m.Key
	if once == "" {
		once = to
	}
	now := p.tx.Now()
	leaves, ok := p.leaves[slot{m.Urgency, m.Channel}]
	if !ok {
		leaves = db.Micros(p.o.leaves(m.Urgency, m.Channel, now))
		p.leaves[slot{m.Urgency, m.Channel}] = leaves
	}
	expires := db.Micros(m.Expires)
	p.messages.Add(p.o.County, p.id, at.n, m.Channel, once, m.Recipient, to, m.Place, text, m.ordinal(), db.Micros(now), min(leaves, expires), expires)
	if p.rows++; p.rows == flush {
		return p.write(ctx)
	}
	return nil
}

// purpose finds or makes the purpose of a message.
func (p *put) purpose(ctx context.Context, m *Message) (*purpose, error) {
	if at := p.purposes[m.Purpose]; at != nil {
		if at.drill != m.Drill {
			return nil, refuse(Conflict, "PutAll", "同一事由不能既有演练又有实战。")
		}
		return at, nil
	}
	at := &purpose{drill: m.Drill}
	err := p.tx.QueryRow(ctx, `/* channel.purpose */ SELECT n, drill FROM channel_purpose WHERE county = $1 AND key = $2`, p.o.County, m.Purpose).
		Scan(&at.n, &at.drill)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = p.tx.QueryRow(ctx, `/* channel.addPurpose */
			INSERT INTO channel_purpose (county, n, key, drill, first, last, put_at, withdrawn_at, why)
			SELECT $1, coalesce((SELECT max(n) FROM channel_purpose WHERE county = $1), 0) + 1, $2, $3, 0, 0, $4, 0, '' RETURNING n`,
			p.o.County, m.Purpose, m.Drill, db.Micros(p.tx.Now())).Scan(&at.n)
		if err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case at.drill != m.Drill:
		return nil, refuse(Conflict, "PutAll", "同一事由不能既有演练又有实战。")
	default:
		if err := p.load(ctx, at.n); err != nil {
			return nil, err
		}
	}
	p.purposes[m.Purpose] = at
	return at, nil
}

const wordColumns = `title, body, code, level, siren, volume, repeats, drill`

func (w *words) into() []any {
	return []any{&w.title, &w.body, &w.code, &w.level, &w.siren, &w.volume, &w.repeats, &w.drill}
}

// load reads what was said already.
func (p *put) load(ctx context.Context, purpose int64) error {
	rows, err := p.tx.Query(ctx, `/* channel.texts */ SELECT n, `+wordColumns+` FROM channel_text WHERE county = $1 AND purpose = $2`, p.o.County, purpose)
	return each(rows, err, func(r *sql.Rows) error {
		var n int64
		var w words
		err := r.Scan(append([]any{&n}, w.into()...)...)
		p.texts[said{purpose, w}] = n
		return err
	})
}

// number is that of the text, which is kept if it is new.
func (p *put) number(ctx context.Context, at *purpose, m *Message) (int64, error) {
	s := said{at.n, m.words()}
	if n, ok := p.texts[s]; ok {
		return n, nil
	}
	if p.text == 0 {
		if err := p.tx.QueryRow(ctx, `/* channel.lastText */ SELECT coalesce(max(n), 0) FROM channel_text WHERE county = $1`, p.o.County).Scan(&p.text); err != nil {
			return 0, err
		}
	}
	p.text++
	p.texts[s] = p.text
	w := s.words
	p.said.Add(p.o.County, p.text, at.n, w.title, w.body, w.code, w.level, w.siren, w.volume, w.repeats, w.drill)
	return p.text, nil
}

func (p *put) write(ctx context.Context) error {
	p.messages.Query = `/* channel.PutAll */ INSERT INTO channel_message
		(county, id, purpose, channel, once, recipient, address, place, text, ordinal, made_at, next_at, expires_at) VALUES`
	p.messages.Columns = 13
	p.messages.Tail = `ON CONFLICT (county, purpose, channel, once) DO NOTHING`
	n, err := p.messages.Run(ctx, p.tx)
	p.fresh += n
	p.rows = 0
	return err
}

func (p *put) store(ctx context.Context) (fresh int, err error) {
	p.said.Query = `/* channel.addText */ INSERT INTO channel_text (county, n, purpose, ` + wordColumns + `) VALUES`
	p.said.Columns = 11
	if _, err := p.said.Run(ctx, p.tx); err != nil {
		return 0, err
	}
	if err := p.write(ctx); err != nil {
		return 0, err
	}
	for _, at := range p.purposes {
		if _, err := p.tx.Exec(ctx, `/* channel.extend */
			UPDATE channel_purpose SET first = CASE WHEN first = 0 THEN $3 ELSE first END, last = $4 WHERE county = $1 AND n = $2`,
			p.o.County, at.n, at.first, at.last); err != nil {
			return 0, err
		}
	}
	return p.fresh, nil
}

func withdraw(ctx context.Context, tx *db.Tx, county, key, why string) (taken int, untold []string, err error) {
	var n, first, last int64
	now := db.Micros(tx.Now())
	err = tx.QueryRow(ctx, `/* channel.withdraw */
		UPDATE channel_purpose SET withdrawn_at = $3, why = $4 WHERE county = $1 AND key = $2 RETURNING n, first, last`, county, key, now, why).Scan(&n, &first, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil // nothing was ever put for it
	}
	if err != nil {
		return 0, nil, err
	}
	res, err := tx.Exec(ctx, `/* channel.withdrawWaiting */
		UPDATE channel_message SET state = CASE WHEN gate < 0 THEN 'unknown' ELSE 'withdrawn' END, done_at = $5, reason = $6
		WHERE county = $1 AND id BETWEEN $2 AND $3 AND purpose = $4 AND state = 'waiting'`, county, first, last, n, now, why)
	if err != nil {
		return 0, nil, err
	}
	gone, err := res.RowsAffected()
	if err != nil {
		return 0, nil, err
	}
	if _, err := tx.Exec(ctx, `/* channel.withdrawLeased */
		UPDATE channel_message SET expires_at = 0 WHERE county = $1 AND id BETWEEN $2 AND $3 AND purpose = $4 AND state = 'leased'`, county, first, last, n); err != nil {
		return 0, nil, err
	}
	rows, err := tx.Query(ctx, `/* channel.untold */
		SELECT recipient FROM channel_message WHERE county = $1 AND id BETWEEN $2 AND $3 AND purpose = $4 AND recipient <> ''
		GROUP BY recipient HAVING sum(CASE WHEN handed_at = 0 AND state IN ('withdrawn', 'failed', 'expired') THEN 0 ELSE 1 END) = 0 ORDER BY recipient`,
		county, first, last, n)
	err = each(rows, err, func(r *sql.Rows) error {
		var who string
		err := r.Scan(&who)
		untold = append(untold, who)
		return err
	})
	return int(gone), untold, err
}

// stateOf is empty where there is no such message.
func stateOf(ctx context.Context, tx *db.Tx, county string, id ID) (state State, withdrawn bool, err error) {
	err = tx.QueryRow(ctx, `/* channel.stateOf */
		SELECT m.state, p.withdrawn_at > m.made_at FROM channel_message m JOIN channel_purpose p ON p.county = m.county AND p.n = m.purpose
		WHERE m.county = $1 AND m.id = $2`, county, int64(id)).Scan((*string)(&state), &withdrawn)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return state, withdrawn, err
}

// revive has a message sent as if for the first time.
func revive(ctx context.Context, tx *db.Tx, county string, id ID, expires time.Time) error {
	_, err := tx.Exec(ctx, `/* channel.revive */
		UPDATE channel_message SET state = 'waiting', gate = 0, tries = 0, lease = 0, next_at = $3, expires_at = $4, done_at = 0
		WHERE county = $1 AND id = $2`, county, int64(id), db.Micros(tx.Now()), db.Micros(expires))
	return err
}

// forgotten is what stands where an address stood.
const forgotten = "-"

const forgetAtOnce = 5000

func forgetNumbers(ctx context.Context, tx *db.Tx, county string, before time.Time) (n int, err error) {
	for _, query := range []string{
		`/* channel.forgetMessages */ UPDATE channel_message SET address = '` + forgotten + `', once = '#' || CAST(id AS text), reason = ''
		WHERE county = $1 AND id IN (SELECT m.id FROM channel_purpose p JOIN channel_message m ON m.county = p.county AND m.purpose = p.n AND m.id BETWEEN p.first AND p.last
			WHERE p.county = $1 AND p.put_at < $2 AND m.address <> '` + forgotten + `' AND m.state NOT IN ('waiting', 'leased') LIMIT $3)`,
		`/* channel.forgetReplies */ UPDATE channel_reply SET address = '` + forgotten + `'
		WHERE county = $1 AND n IN (SELECT n FROM channel_reply WHERE county = $1 AND heard_at < $2 AND address <> '` + forgotten + `' LIMIT $3)`,
	} {
		res, err := tx.Exec(ctx, query, county, db.Micros(before), forgetAtOnce)
		if err != nil {
			return n, err
		}
		k, err := res.RowsAffected()
		if err != nil {
			return n, err
		}
		n += int(k)
	}
	return n, nil
}

// each reads all rows.
func each(rows *sql.Rows, err error, do func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// when is a time that is 0 where there is none.
func when(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.FromMicros(us)
}
