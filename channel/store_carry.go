package channel

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"

	"zhixing/db"
)

// dueThere says whether anything is due at a gate.
func dueThere(ctx context.Context, tx *db.Tx, county, channel string, ordinal, gate int, now time.Time) (due bool, err error) {
	err = tx.QueryRow(ctx, `/* channel.due */
		SELECT EXISTS (SELECT 1 FROM channel_message WHERE county = $1 AND channel = $2 AND ordinal = $3 AND gate = $4 AND state = 'waiting' AND next_at <= $5)`,
		county, channel, ordinal, gate, db.Micros(now)).Scan(&due)
	return due, err
}

// claim takes what is due at a gate, what waits longest first. What has expired ends here.
func claim(ctx context.Context, tx *db.Tx, county string, g *gate, ordinal, gate, most int, lease int64, now time.Time) (list []row, err error) {
	rows, err := tx.Query(ctx, `/* channel.claim */
		UPDATE channel_message SET lease = $1, tries = tries + 1, gateway = $2,
			state = CASE WHEN expires_at > $3 THEN 'leased' WHEN gate < 0 THEN 'unknown' ELSE 'expired' END,
			next_at = CASE WHEN expires_at > $3 THEN $4 ELSE next_at END
		WHERE county = $5 AND id IN (
			SELECT id FROM channel_message WHERE county = $5 AND channel = $6 AND ordinal = $7 AND gate = $8 AND state = 'waiting' AND next_at <= $3
			ORDER BY next_at, id LIMIT $9)
		RETURNING id, lease, purpose, text, address, ordinal, gate, tries, expires_at`,
		lease, g.Name, db.Micros(now), db.Micros(now.Add(g.Timeout+margin)), county, g.channel, ordinal, gate, most)
	err = each(rows, err, func(r *sql.Rows) error {
		var m row
		err := m.scan(r)
		m.expired = m.expires <= db.Micros(now)
		list = append(list, m)
		return err
	})
	slices.SortFunc(list, func(a, b row) int { return int(a.id - b.id) })
	return list, err
}

func (m *row) scan(r *sql.Rows, more ...any) error {
	return r.Scan(append([]any{&m.id, &m.lease, &m.purpose, &m.text, &m.address, &m.ordinal, &m.gate, &m.tries, &m.expires}, more...)...)
}

// unclaim gives back what was taken and not sent.
func unclaim(ctx context.Context, tx *db.Tx, county string, lease int64) error {
	_, err := tx.Exec(ctx, `/* channel.unclaim */
		UPDATE channel_message SET state = 'waiting', lease = 0, tries = tries - 1, next_at = $3 WHERE county = $1 AND state = 'leased' AND lease = $2`,
		county, lease, db.Micros(tx.Now()))
	return err
}

// settleRows records where messages stand, if the lease is still theirs or nobody took them since. What was taken back while it was in
// hand is not put back.
func settleRows(ctx context.Context, tx *db.Tx, county string, list []settled) error {
	b := db.Bulk{
		Query: `/* channel.settle */ UPDATE channel_message AS m SET
			state = CASE WHEN v.column4 <> 'waiting' OR m.expires_at > 0 THEN v.column4 WHEN v.column5 < 0 THEN 'unknown' ELSE 'withdrawn' END, gate = v.column5, next_at = v.column6, ref = v.column7, reason = v.column8,
			handed_at = CASE WHEN m.handed_at = 0 THEN v.column9 ELSE m.handed_at END, done_at = v.column10
			FROM (VALUES`,
		Columns: 10, Casts: []string{"text", "bigint", "bigint", "text", "bigint", "bigint", "text", "text", "bigint", "bigint"},
		Tail: `) AS v WHERE m.county = v.column1 AND m.id = v.column2 AND m.lease = v.column3 AND m.state IN ('leased', 'unknown')`,
	}
	for _, s := range list {
		b.Add(county, s.id, s.lease, string(s.state), s.gate, db.Micros(s.next), s.ref, s.reason, micros(s.handed), micros(s.done))
	}
	_, err := b.Run(ctx, tx)
	return err
}

// micros is 0 where there is no time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

// overdue says what a sweep would find.
func overdue(ctx context.Context, tx *db.Tx, county string, now time.Time) (lapsed, expired, strays bool, err error) {
	err = tx.QueryRow(ctx, `/* channel.overdue */
		SELECT EXISTS (SELECT 1 FROM channel_message WHERE county = $1 AND state = 'leased' AND next_at <= $2),
			EXISTS (SELECT 1 FROM channel_message WHERE county = $1 AND state = 'waiting' AND expires_at <= $2),
			EXISTS (SELECT 1 FROM channel_stray WHERE county = $1 AND heard_at < $3)`, county, db.Micros(now), db.Micros(now.Add(-strayLife))).
		Scan(&lapsed, &expired, &strays)
	return lapsed, expired, strays, err
}

type lapsedRow struct {
	row
	channel, gateway string
}

const lapseAtOnce = 2000

func lapsedRows(ctx context.Context, tx *db.Tx, county string, now time.Time) (list []lapsedRow, err error) {
	rows, err := tx.Query(ctx, `/* channel.lapsed */
		SELECT id, lease, purpose, text, address, ordinal, gate, tries, expires_at, channel, gateway FROM channel_message
		WHERE county = $1 AND state = 'leased' AND next_at <= $2 ORDER BY next_at LIMIT $3`, county, db.Micros(now), lapseAtOnce)
	err = each(rows, err, func(r *sql.Rows) error {
		var m lapsedRow
		err := m.scan(r, &m.channel, &m.gateway)
		list = append(list, m)
		return err
	})
	return list, err
}

// unheardFor is how old a warning may be whose devices are asked again.
const unheardFor = 24 * time.Hour

// unheardRows are the messages that are to be sent again, those first that go first: each waits longer than the time before.
func unheardRows(county string, g *gate, ordinals []int, most int, now time.Time) (query string, args []any) {
	args = []any{county, db.Micros(now.Add(-unheardFor)), g.channel, g.Name, db.Micros(now), g.Tries, g.Again.Microseconds(), most}
	from := len(args) + 1
	for _, n := range ordinals {
		args = append(args, n)
	}
	return `SELECT m.id FROM channel_purpose p JOIN channel_message m ON m.county = p.county AND m.purpose = p.n
		WHERE p.county = $1 AND p.put_at > $2 AND p.withdrawn_at <= m.made_at AND m.channel = $3 AND m.gateway = $4 AND m.state = 'accepted'
		AND m.expires_at > $5 AND m.tries < $6 AND m.next_at + m.tries * $7 <= $5 AND m.ordinal IN ` + db.In(from, len(ordinals)) + `
		ORDER BY m.ordinal, m.next_at, m.id LIMIT $8`, args
}

func anyUnheard(ctx context.Context, tx *db.Tx, county string, g *gate, ordinals []int, now time.Time) (any bool, err error) {
	query, args := unheardRows(county, g, ordinals, 1, now)
	err = tx.QueryRow(ctx, `/* channel.anyUnheard */ SELECT EXISTS (`+query+`)`, args...).Scan(&any)
	return any, err
}

func takeUnheard(ctx context.Context, tx *db.Tx, county string, g *gate, ordinals []int, most int, now time.Time) (list []row, err error) {
	query, args := unheardRows(county, g, ordinals, most, now)
	rows, err := tx.Query(ctx, `/* channel.takeUnheard */
		UPDATE channel_message SET tries = tries + 1, next_at = $5 WHERE county = $1 AND id IN (`+query+`)
		RETURNING id, lease, purpose, text, address, ordinal, gate, tries, expires_at`, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var m row
		err := m.scan(r)
		list = append(list, m)
		return err
	})
	return list, err
}

func expire(ctx context.Context, tx *db.Tx, county string, now time.Time) error {
	_, err := tx.Exec(ctx, `/* channel.expire */
		UPDATE channel_message SET state = CASE WHEN gate < 0 THEN 'unknown' ELSE 'expired' END, done_at = $2
		WHERE county = $1 AND state = 'waiting' AND expires_at <= $2`, county, db.Micros(now))
	return err
}

// clampGates gives to the last gateway what waits for one that is configured no more.
func clampGates(ctx context.Context, tx *db.Tx, county, channel string, last int) error {
	_, err := tx.Exec(ctx, `/* channel.clampGates */
		UPDATE channel_message SET gate = $3 WHERE county = $1 AND channel = $2 AND state = 'waiting' AND gate > $3`, county, channel, last)
	return err
}

// texts remembers what was said lately: a warning is read once, not for each batch.
type texts struct {
	mu    sync.Mutex
	known map[int64]words
}

const maxTexts = 1000

// wordsOf gives the texts of rows.
func (o *Outbox) wordsOf(ctx context.Context, list []row) (map[int64]words, error) {
	out, missing := map[int64]words{}, []int64(nil)
	o.texts.mu.Lock()
	for _, r := range list {
		if _, ok := out[r.text]; ok {
			continue
		}
		w, ok := o.texts.known[r.text]
		out[r.text] = w
		if !ok {
			missing = append(missing, r.text)
		}
	}
	o.texts.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	err := o.DB.Read(ctx, func(tx *db.Tx) error {
		for some := range slices.Chunk(missing, 200) {
			if err := readTexts(ctx, tx, o.County, some, out); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	o.texts.mu.Lock()
	defer o.texts.mu.Unlock()
	if o.texts.known == nil || len(o.texts.known)+len(missing) > maxTexts {
		o.texts.known = map[int64]words{}
	}
	for _, n := range missing {
		o.texts.known[n] = out[n]
	}
	return out, nil
}

func readTexts(ctx context.Context, tx *db.Tx, county string, some []int64, into map[int64]words) error {
	args := []any{county}
	for _, n := range some {
		args = append(args, n)
	}
	rows, err := tx.Query(ctx, `/* channel.readTexts */ SELECT n, `+wordColumns+` FROM channel_text WHERE county = $1 AND n IN `+db.In(2, len(some)), args...)
	return each(rows, err, func(r *sql.Rows) error {
		var n int64
		var w words
		err := r.Scan(append([]any{&n}, w.into()...)...)
		into[n] = w
		return err
	})
}
