package callup

import (
	"context"
	"database/sql"
	"time"

	"zhixing/db"
)

func insertShift(ctx context.Context, tx *db.Tx, county, by string, s Shift) (id int64, err error) {
	if err := tx.QueryRow(ctx, `/* callup.insertShift */ SELECT coalesce(max(id), 0) + 1 FROM callup_shift WHERE county = $1`, county).Scan(&id); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* callup.insertShift */ INSERT INTO callup_shift (county, id, seat, town, village, grid, post, person, name, from_at, to_at, made_by, made_at,
		dropped_by, dropped_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', 0)`,
		county, id, s.Seat.key(), s.Seat.Town, s.Seat.Village, s.Seat.Grid, s.Seat.Post, string(s.Person), s.Name, db.Micros(s.From), db.Micros(s.To), by, db.Micros(tx.Now()))
	return id, err
}

func dropShift(ctx context.Context, tx *db.Tx, county, by string, id int64) (bool, error) {
	res, err := tx.Exec(ctx, `/* callup.dropShift */ UPDATE callup_shift SET dropped_by = $3, dropped_at = $4 WHERE county = $1 AND id = $2 AND dropped_at = 0`,
		county, id, by, db.Micros(tx.Now()))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// readShifts are the shifts of a seat, or of all where seat is empty, that touch a time.
func readShifts(ctx context.Context, tx *db.Tx, county, seat string, from, to time.Time) ([]Shift, error) {
	rows, err := tx.Query(ctx, `/* callup.readShifts */ SELECT id, town, village, grid, post, person, name, from_at, to_at FROM callup_shift
		WHERE county = $1 AND ($2 = '' OR seat = $2) AND dropped_at = 0 AND to_at > $3 AND from_at < $4 ORDER BY seat, from_at, id`,
		county, seat, db.Micros(from), db.Micros(to))
	return list(rows, err, func(r *sql.Rows) (s Shift, err error) {
		var from, to int64
		err = r.Scan(&s.ID, &s.Seat.Town, &s.Seat.Village, &s.Seat.Grid, &s.Seat.Post, (*string)(&s.Person), &s.Name, &from, &to)
		s.From, s.To = db.FromMicros(from), db.FromMicros(to)
		return s, err
	})
}

func insertLeave(ctx context.Context, tx *db.Tx, county, by string, l Leave) (id int64, err error) {
	if err := tx.QueryRow(ctx, `/* callup.insertLeave */ SELECT coalesce(max(id), 0) + 1 FROM callup_leave WHERE county = $1`, county).Scan(&id); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* callup.insertLeave */ INSERT INTO callup_leave (county, id, person, name, deputy, deputy_name, from_at, to_at, reason, made_by, made_at,
		ended_by, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', 0)`,
		county, id, string(l.Person), l.Name, string(l.StandIn), l.StandInName, db.Micros(l.From), db.Micros(l.To), l.Reason, by, db.Micros(tx.Now()))
	return id, err
}

func endLeave(ctx context.Context, tx *db.Tx, county, by string, id int64) (bool, error) {
	res, err := tx.Exec(ctx, `/* callup.endLeave */ UPDATE callup_leave SET to_at = $4, ended_by = $3, ended_at = $4
		WHERE county = $1 AND id = $2 AND ended_at = 0 AND to_at > $4`, county, id, by, db.Micros(tx.Now()))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// readLeaves are the leaves of a person, or of all where person is empty, that touch a time.
func readLeaves(ctx context.Context, tx *db.Tx, county string, person PersonID, from, to time.Time) ([]Leave, error) {
	rows, err := tx.Query(ctx, `/* callup.readLeaves */ SELECT id, person, name, deputy, deputy_name, from_at, to_at, reason, ended_at FROM callup_leave
		WHERE county = $1 AND ($2 = '' OR person = $2) AND to_at > $3 AND from_at < $4 ORDER BY from_at, id`,
		county, string(person), db.Micros(from), db.Micros(to))
	return list(rows, err, func(r *sql.Rows) (l Leave, err error) {
		var from, to, ended int64
		err = r.Scan(&l.ID, (*string)(&l.Person), &l.Name, (*string)(&l.StandIn), &l.StandInName, &from, &to, &l.Reason, &ended)
		l.From, l.To, l.EndedAt = db.FromMicros(from), db.FromMicros(to), when(ended)
		return l, err
	})
}

// insertReply keeps a reply unless it is there, and gives its number.
func insertReply(ctx context.Context, tx *db.Tx, county, once string, in Incoming) (fresh bool, id int64, err error) {
	if err := tx.QueryRow(ctx, `/* callup.insertReply */ SELECT coalesce(max(id), 0) + 1 FROM callup_reply WHERE county = $1`, county).Scan(&id); err != nil {
		return false, 0, err
	}
	res, err := tx.Exec(ctx, `/* callup.insertReply */ INSERT INTO callup_reply (county, id, once, at, sent_at, channel, sender, body, heard, round, n)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, 0) ON CONFLICT (county, once) DO NOTHING`,
		county, id, once, db.Micros(tx.Now()), micros(in.At), in.Channel, in.From, in.Text)
	if err != nil {
		return false, 0, err
	}
	n, err := res.RowsAffected()
	return n == 1, id, err
}

func settleReply(ctx context.Context, tx *db.Tx, county string, id int64, out Result) error {
	_, err := tx.Exec(ctx, `/* callup.settleReply */ UPDATE callup_reply SET heard = $3, round = $4, n = $5 WHERE county = $1 AND id = $2`,
		county, id, string(out.Heard), int64(out.Round), out.Call)
	return err
}

// countAsked is how often an address was asked back since a moment.
func countAsked(ctx context.Context, tx *db.Tx, county, sender string, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `/* callup.countAsked */ SELECT count(*) FROM callup_reply WHERE county = $1 AND sender = $2 AND at > $3 AND heard IN ('asked', 'late')`,
		county, sender, db.Micros(since)).Scan(&n)
	return n, err
}

// forget deletes addresses of rounds that ended before a moment, and blanks those of replies until then.
func forget(ctx context.Context, tx *db.Tx, county string, before time.Time) (n int, err error) {
	res, err := tx.Exec(ctx, `/* callup.Forget */ DELETE FROM callup_address WHERE county = $1 AND round IN (
		SELECT id FROM callup_round WHERE county = $1 AND ended_at > 0 AND ended_at < $2)`, county, db.Micros(before))
	if err != nil {
		return 0, err
	}
	rows, err := res.RowsAffected()
	if err != nil {
		return 0, err
	}
	res, err = tx.Exec(ctx, `/* callup.Forget */ UPDATE callup_reply SET sender = '', body = '' WHERE county = $1 AND at < $2 AND sender <> ''`, county, db.Micros(before))
	if err != nil {
		return 0, err
	}
	more, err := res.RowsAffected()
	return int(rows + more), err
}
