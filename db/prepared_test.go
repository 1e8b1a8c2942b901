package db

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

func keptDB(t testing.TB) *sql.DB {
	d, err := openKeeping(liteURL(filepath.Join(t.TempDir(), "x.db"), "immediate", "journal_mode(WAL)"))
	if err != nil {
		t.Fatal(err)
	}
	d.SetMaxOpenConns(1)
	t.Cleanup(func() { d.Close() })
	if _, err := d.Exec(`CREATE TABLE t (a bigint PRIMARY KEY, b text)`); err != nil {
		t.Fatal(err)
	}
	return d
}

// A statement that is run while its own rows are being read gives the right rows both times.
func TestStatementWithinItself(t *testing.T) {
	d := keptDB(t)
	for i := range 5 {
		if _, err := d.Exec(`INSERT INTO t VALUES ($1, $2)`, i, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := d.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const query = `SELECT a FROM t WHERE a >= $1 ORDER BY a`
	outer, err := tx.Query(query, 0)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		inner, err := tx.Query(query, a)
		if err != nil {
			t.Fatal(err)
		}
		for inner.Next() {
			sum++
		}
		inner.Close()
	}
	if err := outer.Close(); err != nil || sum != 15 {
		t.Fatal(sum, err)
	}
}

// A table that changes under a kept statement, an error in one, and more statements than are kept do no harm.
func TestStatementsAreKeptAndLetGo(t *testing.T) {
	d := keptDB(t)
	one := func(want string) {
		t.Helper()
		var b sql.NullString
		if err := d.QueryRow(`SELECT b FROM t WHERE a = 1`).Scan(&b); err != nil || b.String != want {
			t.Fatal(b, err)
		}
	}
	if _, err := d.Exec(`INSERT INTO t VALUES (1, 'x')`); err != nil {
		t.Fatal(err)
	}
	one("x")
	for range 3 {
		if _, err := d.Exec(`INSERT INTO t VALUES (1, 'y')`); err == nil {
			t.Fatal("a key stands there twice")
		}
		one("x")
	}
	if _, err := d.Exec(`ALTER TABLE t ADD COLUMN c text; UPDATE t SET b = 'z'`); err != nil {
		t.Fatal(err)
	}
	one("z")
	for i := range 3 * most {
		var n int
		if err := d.QueryRow(fmt.Sprintf(`SELECT %d + a FROM t`, i)).Scan(&n); err != nil || n != i+1 {
			t.Fatal(n, err)
		}
	}
	one("z")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := d.QueryRowContext(ctx, `SELECT b FROM t WHERE a = 1`).Scan(new(string)); err == nil {
		t.Fatal("asked with a context that has ended")
	}
	one("z")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkSmallQuery(b *testing.B) {
	for _, kept := range []bool{false, true} {
		b.Run(fmt.Sprintf("kept=%v", kept), func(b *testing.B) {
			d := keptDB(b)
			if !kept {
				var err error
				if d, err = sql.Open("sqlite", liteURL(filepath.Join(b.TempDir(), "y.db"), "immediate", "journal_mode(WAL)")); err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				if _, err := d.Exec(`CREATE TABLE t (a bigint PRIMARY KEY, b text)`); err != nil {
					b.Fatal(err)
				}
			}
			var n int
			for b.Loop() {
				if err := d.QueryRow(`SELECT count(*) FROM t x JOIN t y ON x.a = y.a WHERE x.a = $1 AND (x.b = '' OR y.b IN ('a', 'b'))`, 1).Scan(&n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
