package account

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"zhixing/db"
)

// record is a user with what never leaves this package.
type record struct {
	User
	password string
	secret   []byte // of the second factor; empty where none is set
	pending  []byte // shown for enrolment, not confirmed
	step     int64  // last step of the clock that was accepted
	issuer   string // of the OpenID Connect log-in that the account is bound to
	subject  string
}

var errNotFound = &Refusal{Kind: NotFound, Message: "没有这个账号。"}

const accountColumns = `name, full_name, unit, roles, active, demo, password, one_time_until, totp_secret, totp_pending,
	totp_step, single_sign_on, oidc_issuer, oidc_subject, created_at, last_login_at`

// qualified is accountColumns of the account a in a join.
var qualified = "a." + strings.Join(strings.Fields(accountColumns), " a.")

// scan reads accountColumns, after before.
func (r *record) scan(row interface{ Scan(...any) error }, before ...any) error {
	var name, roles, secret, pending string
	var oneTime, created, last int64
	err := row.Scan(append(before, &name, &r.FullName, &r.Unit, &roles, &r.Active, &r.Demo, &r.password, &oneTime, &secret, &pending,
		&r.step, &r.SingleSignOn, &r.issuer, &r.subject, &created, &last)...)
	if errors.Is(err, sql.ErrNoRows) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	r.Name = Name(name)
	for _, w := range strings.Fields(roles) {
		r.Roles = append(r.Roles, Role(w))
	}
	if r.secret, err = b32.DecodeString(secret); err != nil {
		return err
	}
	if r.pending, err = b32.DecodeString(pending); err != nil {
		return err
	}
	r.OneTimeUntil, r.Created, r.LastLogIn = fromMicros(oneTime), fromMicros(created), fromMicros(last)
	r.SecondFactor, r.Bound = len(r.secret) > 0, r.subject != ""
	return nil
}

// micros and fromMicros keep the zero time as 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.FromMicros(us)
}

func roleWords(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// load reads one account; ErrNotFound where there is none.
func (a *Accounts) load(ctx context.Context, tx *db.Tx, n Name) (record, error) {
	var r record
	err := r.scan(tx.QueryRow(ctx, `/* account.load */ SELECT `+accountColumns+` FROM account WHERE county = $1 AND name = $2`,
		a.county, string(n)))
	if err != nil {
		return record{}, err
	}
	return r, nil
}

// loadBySubject reads the account that is bound to a person of an OpenID Connect issuer.
func (a *Accounts) loadBySubject(ctx context.Context, tx *db.Tx, issuer, subject string) (record, error) {
	var r record
	err := r.scan(tx.QueryRow(ctx, `/* account.loadBySubject */ SELECT `+accountColumns+` FROM account
		WHERE county = $1 AND oidc_issuer = $2 AND oidc_subject = $3`, a.county, issuer, subject))
	if err != nil {
		return record{}, err
	}
	return r, nil
}

func (a *Accounts) loadAll(ctx context.Context, tx *db.Tx) ([]User, error) {
	rows, err := tx.Query(ctx, `/* account.loadAll */ SELECT `+accountColumns+` FROM account WHERE county = $1`, a.county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []User
	for rows.Next() {
		var r record
		if err := r.scan(rows); err != nil {
			return nil, err
		}
		out = append(out, r.User)
	}
	return out, rows.Err()
}

func (a *Accounts) insert(ctx context.Context, tx *db.Tx, r record) error {
	_, err := tx.Exec(ctx, `/* account.insert */ INSERT INTO account (county, `+accountColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, false, '', '', $11, 0)`,
		a.county, string(r.Name), r.FullName, r.Unit, roleWords(r.Roles), r.Active, r.Demo, r.password, micros(r.OneTimeUntil),
		b32.EncodeToString(r.secret), micros(r.Created))
	return err
}

// one runs a statement that must change exactly one record; ErrNotFound where it changes none.
func one(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return errNotFound
	}
	return err
}

// setPassword replaces the stored password if it is still the old one.
func (a *Accounts) setPassword(ctx context.Context, tx *db.Tx, n Name, old, stored string, oneTimeUntil time.Time) error {
	return one(tx.Exec(ctx, `/* account.setPassword */ UPDATE account SET password = $4, one_time_until = $5
		WHERE county = $1 AND name = $2 AND password = $3`, a.county, string(n), old, stored, micros(oneTimeUntil)))
}

func (a *Accounts) setRoles(ctx context.Context, tx *db.Tx, n Name, roles []Role, unit string) error {
	return one(tx.Exec(ctx, `/* account.setRoles */ UPDATE account SET roles = $3, unit = $4 WHERE county = $1 AND name = $2`,
		a.county, string(n), roleWords(roles), unit))
}

func (a *Accounts) setActive(ctx context.Context, tx *db.Tx, n Name, active bool) error {
	return one(tx.Exec(ctx, `/* account.setActive */ UPDATE account SET active = $3 WHERE county = $1 AND name = $2`,
		a.county, string(n), active))
}

func (a *Accounts) setLastLogIn(ctx context.Context, tx *db.Tx, n Name, t time.Time) error {
	return one(tx.Exec(ctx, `/* account.setLastLogIn */ UPDATE account SET last_login_at = $3 WHERE county = $1 AND name = $2`,
		a.county, string(n), micros(t)))
}

func (a *Accounts) setSingleSignOn(ctx context.Context, tx *db.Tx, n Name, allow bool) error {
	return one(tx.Exec(ctx, `/* account.setSingleSignOn */ UPDATE account SET single_sign_on = $3, oidc_issuer = '', oidc_subject = ''
		WHERE county = $1 AND name = $2`, a.county, string(n), allow))
}

// bind ties an account to a person of an issuer, if it is not tied yet.
func (a *Accounts) bind(ctx context.Context, tx *db.Tx, n Name, issuer, subject string) error {
	return one(tx.Exec(ctx, `/* account.bind */ UPDATE account SET oidc_issuer = $3, oidc_subject = $4
		WHERE county = $1 AND name = $2 AND oidc_subject = ''`, a.county, string(n), issuer, subject))
}

func (a *Accounts) setPending(ctx context.Context, tx *db.Tx, n Name, secret []byte) error {
	return one(tx.Exec(ctx, `/* account.setPending */ UPDATE account SET totp_pending = $3 WHERE county = $1 AND name = $2`,
		a.county, string(n), b32.EncodeToString(secret)))
}

// setSecondFactor sets the secret and the step of the clock that proved it, or takes both away.
func (a *Accounts) setSecondFactor(ctx context.Context, tx *db.Tx, n Name, secret []byte, at int64) error {
	return one(tx.Exec(ctx, `/* account.setSecondFactor */ UPDATE account SET totp_secret = $3, totp_pending = '', totp_step = $4
		WHERE county = $1 AND name = $2`, a.county, string(n), b32.EncodeToString(secret), at))
}

// useStep accepts a step of the clock unless it, or a later one, was accepted before.
func (a *Accounts) useStep(ctx context.Context, tx *db.Tx, n Name, at int64) (bool, error) {
	return won(one(tx.Exec(ctx, `/* account.useStep */ UPDATE account SET totp_step = $3 WHERE county = $1 AND name = $2 AND totp_step < $3`,
		a.county, string(n), at)))
}

// won turns "changed none" into false.
func won(err error) (bool, error) {
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (a *Accounts) replaceRecovery(ctx context.Context, tx *db.Tx, n Name, codes []string) error {
	_, err := tx.Exec(ctx, `/* account.replaceRecovery */ DELETE FROM account_recovery WHERE county = $1 AND name = $2`, a.county, string(n))
	if err != nil {
		return err
	}
	for _, c := range codes {
		_, err := tx.Exec(ctx, `/* account.replaceRecovery */ INSERT INTO account_recovery (county, name, code_hash, used_at) VALUES ($1, $2, $3, 0)`,
			a.county, string(n), recoveryHash(n, c))
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *Accounts) useRecovery(ctx context.Context, tx *db.Tx, n Name, hash string) (bool, error) {
	return won(one(tx.Exec(ctx, `/* account.useRecovery */ UPDATE account_recovery SET used_at = $4
		WHERE county = $1 AND name = $2 AND code_hash = $3 AND used_at = 0`, a.county, string(n), hash, micros(tx.Now()))))
}

func (a *Accounts) countRecovery(ctx context.Context, tx *db.Tx, n Name) (int, error) {
	var left int
	err := tx.QueryRow(ctx, `/* account.countRecovery */ SELECT count(*) FROM account_recovery WHERE county = $1 AND name = $2 AND used_at = 0`,
		a.county, string(n)).Scan(&left)
	return left, err
}

// loadFailure reads the failures under a key, and forgets those of everybody that are long past.
func (a *Accounts) loadFailure(ctx context.Context, tx *db.Tx, key string) (failure, error) {
	_, err := tx.Exec(ctx, `/* account.loadFailure */ DELETE FROM account_failure WHERE county = $1 AND last_at < $2`,
		a.county, micros(tx.Now().Add(-2*forgetAfter)))
	if err != nil {
		return failure{}, err
	}
	var f failure
	var until, last int64
	err = tx.QueryRow(ctx, `/* account.loadFailure */ SELECT failures, locks, locked_until, last_at FROM account_failure
		WHERE county = $1 AND key = $2`, a.county, key).Scan(&f.failures, &f.locks, &until, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return failure{}, nil
	}
	f.lockedUntil, f.last = fromMicros(until), fromMicros(last)
	return f, err
}

func (a *Accounts) saveFailure(ctx context.Context, tx *db.Tx, key string, f failure) error {
	_, err := tx.Exec(ctx, `/* account.saveFailure */ INSERT INTO account_failure (county, key, failures, locks, locked_until, last_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (county, key) DO UPDATE SET failures = excluded.failures, locks = excluded.locks,
		locked_until = excluded.locked_until, last_at = excluded.last_at`,
		a.county, key, f.failures, f.locks, micros(f.lockedUntil), micros(f.last))
	return err
}

func (a *Accounts) clearFailure(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, `/* account.clearFailure */ DELETE FROM account_failure WHERE county = $1 AND key = $2`, a.county, key)
	return err
}

// locksOf gives the end of every lock that holds, by key.
func (a *Accounts) locksOf(ctx context.Context, tx *db.Tx, now time.Time) (map[string]time.Time, error) {
	rows, err := tx.Query(ctx, `/* account.locksOf */ SELECT key, locked_until FROM account_failure WHERE county = $1 AND locked_until > $2`,
		a.county, micros(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]time.Time{}
	for rows.Next() {
		var key string
		var until int64
		if err := rows.Scan(&key, &until); err != nil {
			return nil, err
		}
		out[key] = fromMicros(until)
	}
	return out, rows.Err()
}
