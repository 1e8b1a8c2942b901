// Package db opens the database that Zhixing keeps its records in: SQLite inside the binary, or PostgreSQL.
//
// The same SQL text serves both: parameters are $1, $2 …; times are bigint microseconds since 1970 UTC (see
// Micros and FromMicros); dates are text 2006-01-02; booleans are written true and false. What cannot be the same
// is asked of Dialect, and stands in as few places as possible. The county code is the first column of every key.
//
//	d, err := db.Open(ctx, "sqlite:data/zhixing.db", time.Now)
//	err = d.Migrate(ctx)
//
// Every write is one transaction, and what a write has said is done survives a power cut:
//
//	err := d.Write(ctx, func(tx *db.Tx) error {
//		_, err := tx.Exec(ctx, `/* journal.Append */ INSERT INTO journal …`, county, tx.Now())
//		return err
//	})
//
// Writers queue, on both databases, so a Write inside a Write waits for ever: hand the Tx down instead. Readers
// never wait for writers.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
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
	dsn     string  // SQLite: the path; PostgreSQL: the address
	write   *sql.DB // one connection, so that writers queue instead of failing
	read    *sql.DB

	stop, stopped chan struct{} // of what keeps SQLite's log short; nil on PostgreSQL
	once          sync.Once
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

// Prepare makes a statement that is run many times in this transaction.
func (t *Tx) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.tx.PrepareContext(ctx, query)
}

// Micros is how a time is stored.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros reads what Micros stored; the result is in UTC.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Now is the clock that the database was opened with.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Write runs do in one transaction that may change records; an error rolls it back whole.
//
// On PostgreSQL another process may be writing too. Then do is run again from its beginning, so it must change
// nothing outside the transaction but variables that it sets anew, and must wrap errors with %w.
func (d *DB) Write(ctx context.Context, do func(*Tx) error) error {
	var opts *sql.TxOptions // SQLite: BEGIN IMMEDIATE, by the address of the pool
	if d.Dialect == PostgreSQL {
		opts = &sql.TxOptions{Isolation: sql.LevelSerializable}
	}
	for attempt := 1; ; attempt++ {
		err := d.in(ctx, d.write, opts, do)
		if !conflict(err) {
			return err
		}
		if attempt == maxAttempts {
			return fmt.Errorf("db.Write: %d attempts met other writers each time, try again later: %w", attempt, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause(attempt)):
		}
	}
}

// Read runs do in one transaction that sees one state of the records and changes nothing.
func (d *DB) Read(ctx context.Context, do func(*Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if d.Dialect == PostgreSQL {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return d.in(ctx, d.read, opts, do)
}

func (d *DB) in(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, do func(*Tx) error) error {
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	defer tx.Rollback()
	if err := do(&Tx{Dialect: d.Dialect, tx: tx, now: d.Now()}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if d.Dialect == PostgreSQL && !decided(err) {
			return fmt.Errorf("%w: %w", ErrOutcome, err)
		}
		return fmt.Errorf("db: commit: %w", err)
	}
	return nil
}

// ErrOutcome is the error of a Write whose commit was sent to PostgreSQL and never answered, because the connection
// broke: its changes may be in the record, whole, or not. Whoever gets it must look before trying again. SQLite always
// answers.
var ErrOutcome = errors.New("db: the connection broke at the commit, whether it was done is not known")

// decided says that the server itself refused the commit, so that nothing was changed. Errors of these classes are sent
// as it goes down (57P02), or say that it does not know (08007).
func decided(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code != "57P02" && !strings.HasPrefix(pg.Code, "08")
}

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Close ends all connections; it waits for running transactions.
func (d *DB) Close() error {
	if d.stop != nil {
		d.once.Do(func() { close(d.stop) })
		<-d.stopped
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// maxAttempts bounds how often a write that met another process's write is tried; with pause it gives up after
// about ten seconds.
const maxAttempts = 60

// pause is how long to wait before the next attempt: growing, and never the same for two processes.
func pause(attempt int) time.Duration {
	most := min(time.Duration(attempt)*5*time.Millisecond, 300*time.Millisecond)
	return rand.N(most) + time.Millisecond
}

// conflict says that a transaction lost against another and may be tried again.
func conflict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
