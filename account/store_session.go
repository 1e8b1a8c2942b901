package account

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"zhixing/db"
)

const sessionColumns = `s.id, s.via, s.second_factor, s.addr, s.agent, s.started_at, s.seen_at`

// newID names a session in lists; it opens nothing.
func newID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// scanSession reads sessionColumns and then accountColumns, and works out the stage.
func scanSession(row interface{ Scan(...any) error }) (*Session, error) {
	var s Session
	var r record
	var started, seen int64
	if err := r.scan(row, &s.ID, &s.Via, &s.SecondFactor, &s.Client.Addr, &s.Client.Agent, &started, &seen); err != nil {
		return nil, err
	}
	s.Started, s.Seen, s.User = fromMicros(started), fromMicros(seen), r.User
	s.Stage = StageOf(s.User, s.Via, s.SecondFactor)
	return &s, nil
}

// findSession reads the session of a token, overdue or not; ErrNotFound where there is none.
func (a *Accounts) findSession(ctx context.Context, tx *db.Tx, tokenHash string) (*Session, error) {
	return scanSession(tx.QueryRow(ctx, `/* account.findSession */ SELECT `+sessionColumns+`, `+qualified+`
		FROM account_session s JOIN account a ON a.county = s.county AND a.name = s.name
		WHERE s.county = $1 AND s.token_hash = $2`, a.county, tokenHash))
}

func (a *Accounts) listSessions(ctx context.Context, tx *db.Tx, n Name) ([]*Session, error) {
	rows, err := tx.Query(ctx, `/* account.listSessions */ SELECT `+sessionColumns+`, `+qualified+`
		FROM account_session s JOIN account a ON a.county = s.county AND a.name = s.name
		WHERE s.county = $1 AND s.name = $2 ORDER BY s.seen_at DESC, s.id`, a.county, string(n))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Session
	for rows.Next() {
		s, err := scanSession(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func (a *Accounts) insertSession(ctx context.Context, tx *db.Tx, s *Session, tokenHash string) error {
	_, err := tx.Exec(ctx, `/* account.insertSession */ INSERT INTO account_session
		(county, id, token_hash, name, via, second_factor, addr, agent, started_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.county, s.ID, tokenHash, string(s.User.Name), s.Via, s.SecondFactor, s.Client.Addr, s.Client.Agent, micros(s.Started), micros(s.Seen))
	return err
}

// renewSession gives a session a new token and, where shown is true, notes that the second factor was shown.
func (a *Accounts) renewSession(ctx context.Context, tx *db.Tx, n Name, id, tokenHash string, shown bool) error {
	return loggedOut(one(tx.Exec(ctx, `/* account.renewSession */ UPDATE account_session SET token_hash = $4, second_factor = second_factor OR $5, seen_at = $6
		WHERE county = $1 AND name = $2 AND id = $3`, a.county, string(n), id, tokenHash, shown, micros(tx.Now()))))
}

func (a *Accounts) touchSession(ctx context.Context, tx *db.Tx, id string, now time.Time) error {
	return loggedOut(one(tx.Exec(ctx, `/* account.touchSession */ UPDATE account_session SET seen_at = $3 WHERE county = $1 AND id = $2`,
		a.county, id, micros(now))))
}

// loggedOut says in words that a session ended while it was at work.
func loggedOut(err error) error {
	if ok, err := won(err); ok || err != nil {
		return err
	}
	return errNoSession
}

// deleteSession ends one session of a user; ErrNotFound where he has none such.
func (a *Accounts) deleteSession(ctx context.Context, tx *db.Tx, n Name, id string) error {
	return one(tx.Exec(ctx, `/* account.deleteSession */ DELETE FROM account_session WHERE county = $1 AND name = $2 AND id = $3`,
		a.county, string(n), id))
}

// deleteSessions ends all sessions of a user but one.
func (a *Accounts) deleteSessions(ctx context.Context, tx *db.Tx, n Name, but string) error {
	_, err := tx.Exec(ctx, `/* account.deleteSessions */ DELETE FROM account_session WHERE county = $1 AND name = $2 AND id <> $3`,
		a.county, string(n), but)
	return err
}

// deleteSessionsVia ends all sessions of a user that began in one way.
func (a *Accounts) deleteSessionsVia(ctx context.Context, tx *db.Tx, n Name, via string) error {
	_, err := tx.Exec(ctx, `/* account.deleteSessionsVia */ DELETE FROM account_session WHERE county = $1 AND name = $2 AND via = $3`,
		a.county, string(n), via)
	return err
}

// dropOverdue forgets sessions that have ended by themselves.
func (a *Accounts) dropOverdue(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `/* account.dropOverdue */ DELETE FROM account_session WHERE county = $1 AND (seen_at < $2 OR started_at < $3)`,
		a.county, micros(now.Add(-IdleLimit)), micros(now.Add(-WholeLimit)))
	return err
}
