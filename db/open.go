package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// readers is how many transactions may read at the same time.
const readers = 8

// Open opens the database at dsn: "sqlite:PATH" or a bare path, or "postgres://USER:PASSWORD@HOST/NAME".
// A SQLite file that is not there is made, readable by its owner only; its folder must exist. now is the clock of
// every transaction. Open makes no tables; Migrate does.
func Open(ctx context.Context, dsn string, now func() time.Time) (*DB, error) {
	var d *DB
	var err error
	switch path, lite := strings.CutPrefix(dsn, "sqlite:"); {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		d, err = openPostgreSQL(dsn)
	case !lite && strings.Contains(dsn, "://"):
		return nil, errors.New("db.Open: want sqlite:PATH or postgres://…") // not quoted: it may hold a password
	default:
		d, err = openSQLite(path)
	}
	if err != nil {
		return nil, fmt.Errorf("db.Open: %w", err)
	}
	d.now = now
	if err := d.check(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("db.Open: %w", err)
	}
	return d, nil
}

func openSQLite(path string) (*DB, error) {
	if path == "" || path == ":memory:" {
		return nil, errors.New("sqlite wants the path of a file: sqlite:data/zhixing.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// Made here and not by SQLite, so that nobody but the owner can ever read it.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: make the folder first", err)
	} else if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	// FULL, because a publication that was acknowledged must survive a power cut. recursive_triggers, because
	// only then does INSERT OR REPLACE meet the triggers that guard append-only tables.
	write, err := openKeeping(liteURL(path, "immediate", "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "recursive_triggers(1)", "cache_size(-65536)", "journal_size_limit(67108864)", "wal_autocheckpoint("+strconv.Itoa(walPages)+")", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := openKeeping(liteURL(path, "deferred", "busy_timeout(10000)", "query_only(1)", "cache_size(-16384)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	beside, err := openKeeping(liteURL(path, "deferred", "busy_timeout(0)", "synchronous(FULL)", "wal_autocheckpoint(0)"))
	if err != nil {
		return nil, err
	}
	beside.SetMaxOpenConns(1)
	d := &DB{Dialect: SQLite, dsn: path, write: write, read: read, stop: make(chan struct{}), stopped: make(chan struct{})}
	go keepShort(beside, path, d.stop, d.stopped)
	return d, nil
}

// liteURL is the driver's address of a file with the settings of each new connection.
func liteURL(path, lock string, pragmas ...string) string {
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?" + url.Values{"_pragma": pragmas, "_txlock": {lock}, "_dqs": {"0"}, "_defensive": {"1"}}.Encode()
}

func openPostgreSQL(dsn string) (*DB, error) {
	conf, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err // pgx leaves the password out
	}
	if conf.RuntimeParams["application_name"] == "" {
		conf.RuntimeParams["application_name"] = "zhixing"
	}
	write := stdlib.OpenDB(*conf)
	write.SetMaxOpenConns(1)
	read := stdlib.OpenDB(*conf)
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &DB{Dialect: PostgreSQL, dsn: dsn, write: write, read: read}, nil
}

// check makes the first connections, so that a wrong address is told at once and not by the first visitor.
func (d *DB) check(ctx context.Context) error {
	if err := d.write.PingContext(ctx); err != nil {
		return err
	}
	if d.Dialect == PostgreSQL {
		var encoding string
		if err := d.write.QueryRowContext(ctx, `SHOW server_encoding`).Scan(&encoding); err != nil {
			return err
		}
		if encoding != "UTF8" {
			return fmt.Errorf("the database's encoding is %s, it must be UTF8: createdb -E UTF8 -T template0 NAME", encoding)
		}
	}
	return d.read.PingContext(ctx)
}
