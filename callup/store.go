package callup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhixing/db"
)

// micros is a time that is 0 where there is none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func when(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.FromMicros(us)
}

// list reads all rows.
func list[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) (out []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func nextRound(ctx context.Context, tx *db.Tx, county string) (id ID, err error) {
	err = tx.QueryRow(ctx, `/* callup.nextRound */ SELECT coalesce(max(id), 0) + 1 FROM callup_round WHERE county = $1`, county).Scan(&id)
	return id, err
}

const roundColumns = `id, purpose, version, title, body, level, drill, state, ladder, places, basis, opened_by, opened_at, until_at, ended_at, revision, calls`

func scanRound(row interface{ Scan(...any) error }) (*Round, error) {
	r := &Round{}
	var ladder, places string
	var opened, until, ended int64
	err := row.Scan(&r.ID, &r.Purpose, &r.Version, &r.Title, &r.Text, &r.Level, &r.Drill, (*string)(&r.State), &ladder, &places, &r.Basis, &r.OpenedBy,
		&opened, &until, &ended, &r.Revision, &r.Calls)
	if err != nil {
		return nil, err
	}
	r.OpenedAt, r.Until, r.EndedAt = when(opened), when(until), when(ended)
	if err := json.Unmarshal([]byte(ladder), &r.Ladder); err != nil {
		return nil, fmt.Errorf("ladder of round %d: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(places), &r.Places); err != nil {
		return nil, fmt.Errorf("places of round %d: %w", r.ID, err)
	}
	return r, nil
}

// one gives nil for no row.
func one(r *Round, err error) (*Round, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return r, err
}

func readRound(ctx context.Context, tx *db.Tx, county string, id ID) (*Round, error) {
	return one(scanRound(tx.QueryRow(ctx, `/* callup.readRound */ SELECT `+roundColumns+` FROM callup_round WHERE county = $1 AND id = $2`, county, int64(id))))
}

func readRevision(ctx context.Context, tx *db.Tx, county string, id ID) (n int64, ok bool, err error) {
	err = tx.QueryRow(ctx, `/* callup.readRevision */ SELECT revision FROM callup_round WHERE county = $1 AND id = $2`, county, int64(id)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return n, err == nil, err
}

func readPurpose(ctx context.Context, tx *db.Tx, county, purpose string) (*Round, error) {
	if !storable(purpose) {
		return nil, nil
	}
	return one(scanRound(tx.QueryRow(ctx, `/* callup.readPurpose */ SELECT `+roundColumns+` FROM callup_round WHERE county = $1 AND purpose = $2`, county, purpose)))
}

func readRounds(ctx context.Context, tx *db.Tx, county string, open bool, before ID, limit int) ([]*Round, error) {
	only := ``
	if open {
		only = ` AND state = 'open'`
	}
	rows, err := tx.Query(ctx, `/* callup.readRounds */ SELECT `+roundColumns+` FROM callup_round
		WHERE county = $1 AND ($2 = 0 OR id < $2)`+only+` ORDER BY id DESC LIMIT $3`, county, int64(before), limit)
	return list(rows, err, func(r *sql.Rows) (*Round, error) { return scanRound(r) })
}

// dueRounds are the rounds whose clocks have something to do, the longest waiting first.
func dueRounds(ctx context.Context, tx *db.Tx, county string, now time.Time, limit int) ([]ID, error) {
	rows, err := tx.Query(ctx, `/* callup.dueRounds */ SELECT id FROM callup_round
		WHERE county = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at, id LIMIT $3`, county, db.Micros(now), limit)
	return list(rows, err, func(r *sql.Rows) (id ID, err error) { return id, r.Scan(&id) })
}

// insertRound keeps a new round; saveRound then writes how it stands.
func insertRound(ctx context.Context, tx *db.Tx, county string, r *Round) error {
	ladder, err := json.Marshal(r.Ladder)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* callup.insertRound */ INSERT INTO callup_round (county, `+roundColumns+`, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]', $11, $12, $13, $14, 0, 0, 0, 0)`,
		county, int64(r.ID), r.Purpose, r.Version, r.Title, r.Text, r.Level, r.Drill, string(r.State), string(ladder), r.Basis, r.OpenedBy,
		db.Micros(r.OpenedAt), micros(r.Until))
	return err
}

// saveRound writes how the round stands after work. One that read a single call does not know when the next clock comes; the
// moment that stands may only be too early.
func saveRound(ctx context.Context, tx *db.Tx, county string, w *work) error {
	r := w.r
	if w.part {
		_, err := tx.Exec(ctx, `/* callup.saveRound */ UPDATE callup_round SET revision = $3 WHERE county = $1 AND id = $2`, county, int64(r.ID), r.Revision)
		return err
	}
	places, err := json.Marshal(r.Places)
	if err != nil {
		return err
	}
	if r.Places == nil {
		places = []byte("[]")
	}
	ladder, err := json.Marshal(r.Ladder)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* callup.saveRound */ UPDATE callup_round SET version = $3, title = $4, body = $5, level = $6, state = $7, places = $8,
		until_at = $9, ended_at = $10, revision = $11, calls = $12, next_at = $13, ladder = $14 WHERE county = $1 AND id = $2`,
		county, int64(r.ID), r.Version, r.Title, r.Text, r.Level, string(r.State), string(places), micros(r.Until), micros(r.EndedAt), r.Revision, r.Calls,
		micros(r.next(w.calls)), string(ladder))
	return err
}

func insertFacts(ctx context.Context, tx *db.Tx, county string, id ID, facts []Fact) error {
	if len(facts) == 0 {
		return nil
	}
	insert, err := tx.Prepare(ctx, `/* callup.insertFacts */ INSERT INTO callup_fact (county, round, n, call, what, at, who, once, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, f := range facts {
		if _, err := insert.ExecContext(ctx, county, int64(id), f.N, f.Call, f.What, db.Micros(f.At), f.Who, f.Key, f.Text); err != nil {
			return err
		}
	}
	return nil
}

func readFacts(ctx context.Context, tx *db.Tx, county string, id ID, call int, after int64, limit int) ([]Fact, error) {
	only := ` AND ($3 = 0 OR call = $3)`
	rows, err := tx.Query(ctx, `/* callup.readFacts */ SELECT n, call, what, at, who, once, body FROM callup_fact
		WHERE county = $1 AND round = $2`+only+` AND n > $4 ORDER BY n LIMIT $5`, county, int64(id), call, after, limit)
	return list(rows, err, func(r *sql.Rows) (f Fact, err error) {
		var at int64
		err = r.Scan(&f.N, &f.Call, &f.What, &at, &f.Who, &f.Key, &f.Text)
		f.At = db.FromMicros(at)
		return f, err
	})
}
