package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

// scratch makes a table for tests; every package's own tables stay untouched.
func scratch(t *testing.T, d *db.DB) {
	t.Helper()
	exec(t, d, `CREATE TABLE scratch (county text NOT NULL, id bigint NOT NULL, word text NOT NULL, PRIMARY KEY (county, id))`)
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if err := try(d, query, args...); err != nil {
		t.Fatal(err)
	}
}

func try(d *db.DB, query string, args ...any) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	err := d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteIsWholeOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		scratch(t, d)
		refused := errors.New("refused")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO scratch VALUES ('1', 1, 'a')`); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal("want the error of the function, got", err)
		}
		if n := count(t, d, `SELECT count(*) FROM scratch`); n != 0 {
			t.Fatal(n, "records of a refused write are there")
		}
		func() {
			defer func() { recover() }()
			d.Write(ctx, func(tx *db.Tx) error {
				tx.Exec(ctx, `INSERT INTO scratch VALUES ('1', 1, 'a')`)
				panic("in the middle")
			})
		}()
		exec(t, d, `INSERT INTO scratch VALUES ('1', 1, 'b')`) // neither blocked nor a duplicate
	})
}

func TestReadChangesNothingAndSeesOneState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		scratch(t, d)
		err := d.Read(ctx, func(tx *db.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM scratch`).Scan(&before); err != nil {
				return err
			}
			exec(t, d, `INSERT INTO scratch VALUES ('1', 1, 'a')`)
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM scratch`).Scan(&after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("one transaction saw %d and then %d records", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM scratch`)
			return err
		})
		if err == nil {
			t.Error("a reader deleted records")
		}
	})
}

// Two handles are as two processes: both add to one number, and no addition is lost.
func TestWritersOfTwoProcesses(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			one, two := dbtest.Open(t, dsn, time.Now), dbtest.Open(t, dsn, time.Now)
			scratch(t, one)
			exec(t, one, `INSERT INTO scratch VALUES ('1', 0, 'a')`)
			const writers, times = 6, 20
			var wg sync.WaitGroup
			for i := range writers {
				d := []*db.DB{one, two}[i%2]
				wg.Go(func() {
					for range times {
						err := d.Write(ctx, func(tx *db.Tx) error {
							var id int64
							if err := tx.QueryRow(ctx, `SELECT id FROM scratch`).Scan(&id); err != nil {
								return fmt.Errorf("look: %w", err)
							}
							_, err := tx.Exec(ctx, `UPDATE scratch SET id = $1`, id+1)
							return err
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if id := count(t, one, `SELECT id FROM scratch`); id != writers*times {
				t.Errorf("%d additions, %d arrived", writers*times, id)
			}
		})
	}
}

func TestTimeIsThatOfTheTransaction(t *testing.T) {
	clock := dbtest.At("2023-09-07")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		err := d.Write(ctx, func(tx *db.Tx) error {
			begun := tx.Now()
			clock.Advance(time.Hour)
			if tx.Now() != begun || begun.Location() != time.UTC {
				t.Error("the transaction's time moved, or is not UTC:", tx.Now())
			}
			if got := db.FromMicros(db.Micros(begun)); got != begun {
				t.Errorf("%v was stored and came back as %v", begun, got)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestDialect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		scratch(t, d)
		for i, word := range []string{"大气", "水", "土", "生态"} {
			exec(t, d, `INSERT INTO scratch VALUES ('1', $1, $2)`, i, word)
		}
		if n := count(t, d, `SELECT count(*) FROM scratch WHERE county = $1 AND id IN `+db.In(2, 3), "1", 0, 2, 9); n != 2 {
			t.Error("In found", n)
		}
		if n := count(t, d, `SELECT count(*) FROM scratch WHERE id IN `+db.In(1, 0)); n != 0 {
			t.Error("an empty In found", n)
		}
		if err := try(d, `INSERT INTO scratch VALUES ('1', 1, 'again')`); !db.IsDuplicate(fmt.Errorf("add: %w", err)) {
			t.Error("not seen as a duplicate:", err)
		}
		if err := try(d, `INSERT INTO scratch VALUES ('1', 9, NULL)`); err == nil || db.IsDuplicate(err) {
			t.Error("a missing word is no duplicate:", err)
		}
	})
}

func TestBackupWhileWriting(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	scratch(t, d)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i += 2 { // always an even number of records
			select {
			case <-done:
				return
			default:
			}
			exec(t, d, `INSERT INTO scratch VALUES ('1', $1, 'a'), ('1', $2, 'b')`, i, i+1)
		}
	})
	path := filepath.Join(t.TempDir(), "copy of 副本?.db")
	for count(t, d, `SELECT count(*) FROM scratch`) == 0 {
	}
	err := d.Backup(ctx, path)
	close(done)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others may read the backup:", info.Mode(), err)
	}
	if err := d.Backup(ctx, path); err == nil {
		t.Error("a backup was written over another")
	}
	c := dbtest.Open(t, path, time.Now)
	if n := count(t, c, `SELECT count(*) FROM scratch`); n == 0 || n%2 != 0 {
		t.Errorf("the backup holds %d records: not one state", n)
	}
	if err := c.Migrate(ctx); err != nil {
		t.Error(err)
	}
	left, _ := filepath.Glob(path + ".part*")
	if len(left) > 0 {
		t.Error("left behind:", left)
	}
}

func TestOnlyTheOwnerReadsTheFile(t *testing.T) {
	dir := t.TempDir()
	d := dbtest.Open(t, filepath.Join(dir, "new.db"), time.Now)
	if err := d.Migrate(ctx); err != nil { // so that the files beside it are there, too
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		"":                                   "wants the path",
		"sqlite::memory:":                    "wants the path",
		filepath.Join(dir, "no", "x.db"):     "make the folder",
		"mysql://a:secret@b/c":               "want sqlite:PATH",
		"postgres://a:secret@127.0.0.1:1/x":  "connect",
		"postgres://a:secret@b/c?sslmode=no": "sslmode",
		junk:                                 "not a database",
	} {
		d, err := db.Open(ctx, dsn, time.Now)
		if err == nil {
			d.Close()
			t.Errorf("%s: opened", dsn)
		} else if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: want an error with %q and no password, got %v", dsn, want, err)
		}
	}
}
