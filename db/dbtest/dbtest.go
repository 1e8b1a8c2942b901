// Package dbtest gives tests a database of their own, on SQLite and on PostgreSQL, with all tables made.
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
//
//	func TestOpenAccount(t *testing.T) {
//		dbtest.Each(t, func(t *testing.T, d *db.DB) {
//			…
//		})
//	}
//
// PostgreSQL is a throw-away cluster from Debian's package postgresql, one for all tests of a test binary, started
// when the first test asks for it and gone with the binary, however that ends. Where it is not installed its tests
// are skipped and say so; with ZHIXING_REQUIRE_POSTGRES=1, as `make test` sets it, they fail.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zhixing/db"
)

// Main runs the tests and waits until the cluster is gone. Without it the cluster ends by itself, a little later.
func Main(m *testing.M) {
	code := m.Run()
	stopCluster()
	os.Exit(code)
}

// Dialects are both, in the order in which Each runs them.
var Dialects = []db.Dialect{db.SQLite, db.PostgreSQL}

// Each runs do as a subtest on either database, empty but for its tables, with the real clock.
func Each(t *testing.T, do func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachAt(t, time.Now, do)
}

// EachAt is Each with a clock, such as that of a Clock.
func EachAt(t *testing.T, now func() time.Time, do func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, dialect := range Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			do(t, Open(t, DSN(t, dialect), now))
		})
	}
}

// DSN is the address of a new database with all tables, gone when the test ends. Two Opens of it are as two
// processes that share one database.
func DSN(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	if dialect == db.PostgreSQL {
		return newPostgreSQL(t)
	}
	b, err := liteTemplate()
	if err != nil {
		t.Fatal("make the tables:", err)
	}
	path := filepath.Join(t.TempDir(), "zhixing.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// Open opens the database at dsn and closes it when the test ends.
func Open(t testing.TB, dsn string, now func() time.Time) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// liteTemplate is the content of a SQLite file with all tables; making them once for all tests saves most of
// each test's time.
var liteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "zhixing-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrated(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrated(dsn string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}

// Clock is a clock that tests set. Its zero value stands at the beginning of year 1; it is safe for use by many
// goroutines.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// At is a clock that stands at the given time: RFC 3339, or a date, which means nine in the morning in China.
func At(s string) *Clock {
	c := &Clock{}
	c.Set(s)
	return c
}

var china = time.FixedZone("CST", 8*60*60)

// Now is the time that was set.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set sets the clock, in the forms of At.
func (c *Clock) Set(s string) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		day, err := time.ParseInLocation(time.DateOnly, s, china)
		if err != nil {
			panic("dbtest: want 2006-01-02 or RFC 3339, not " + s)
		}
		t = day.Add(9 * time.Hour)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// Advance moves the clock on.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}
