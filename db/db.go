// Package db opens the database that Zhixing keeps its records in: SQLite inside the binary, or PostgreSQL.
//
// The same SQL text serves both: parameters are $1, $2 …; times are bigint microseconds since 1970 UTC (see
// Micros and FromMicros); dates are text 2006-01-02; booleans are written true and false. What cannot be the same
// is asked of Dialect, and stands in as few places as possible. The county code is the first column of every key.
//
// Every write is one transaction:
//
//	err := d.Write(ctx, func(tx *db.Tx) error {
//		_, err := tx.Exec(ctx, `/* journal.Append */ INSERT INTO journal …`, county, tx.Now())
//		return err
//	})
package db

import (
	"context"
	"database/sql"
	"time"
)

// Dialect names the database that is open.
type Dialect string

// The dialects.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgres"
)

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	Dialect Dialect
	now     func() time.Time
	write   *sql.DB // one connection on SQLite, so that writers queue instead of failing
	read    *sql.DB
}

// Tx is one transaction. Its Now is fixed when it begins, so that all its records carry the same time.
type Tx struct {
	Dialect Dialect
	tx      *sql.Tx
	now     time.Time
}

// Now is the time of the transaction, UTC, in whole microseconds.
func (t *Tx) Now() time.Time { return t.now }

// Exec runs a statement that returns no rows.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(ctx, query, args...)
}

// Query runs a statement that returns rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, query, args...)
}

// QueryRow runs a statement that returns at most one row.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, query, args...)
}

// Micros is how a time is stored.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros reads what Micros stored; the result is in UTC.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Now is the clock that the database was opened with.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Write runs do in one transaction that may change records; an error rolls it back whole.
func (d *DB) Write(ctx context.Context, do func(*Tx) error) error {
	return d.in(ctx, d.write, nil, do)
}

// Read runs do in one transaction that sees one state of the records and changes nothing.
func (d *DB) Read(ctx context.Context, do func(*Tx) error) error {
	return d.in(ctx, d.read, &sql.TxOptions{ReadOnly: true}, do)
}

func (d *DB) in(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, do func(*Tx) error) error {
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(&Tx{Dialect: d.Dialect, tx: tx, now: d.Now()}); err != nil {
		return err
	}
	return tx.Commit()
}
