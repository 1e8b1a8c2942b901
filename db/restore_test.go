package db_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

func TestRestore(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	scratch(t, d)
	exec(t, d, `INSERT INTO scratch VALUES ('1', 1, 'a')`)
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	if err := d.Backup(ctx, backup); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	const path = "zhixing.db" // as in --data .
	if err := db.Restore(ctx, backup, path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others may read what was restored:", info.Mode(), err)
	}
	r := dbtest.Open(t, path, time.Now)
	if n := count(t, r, `SELECT count(*) FROM scratch`); n != 1 {
		t.Error(n, "records")
	}
	if err := db.Restore(ctx, backup, path); err == nil {
		t.Error("a backup was put over a database")
	}
}

// TestRestoreRefuses: what is not a whole backup is refused and leaves nothing; so is a folder in which a killed
// database has left its newest pages.
func TestRestoreRefuses(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	if err := d.Backup(ctx, backup); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(b)
	for i := len(b) / 2; i < len(b)/2+9000; i += 7 {
		flipped[i] ^= 0x55
	}
	other := dbtest.DSN(t, db.SQLite)
	foreign := filepath.Join(dir, "foreign.db")
	o := dbtest.Open(t, other, time.Now)
	for _, table := range []string{"account_session", "account_failure", "account_recovery", "account"} {
		_ = try(o, `DROP TABLE IF EXISTS `+table)
	}
	if err := o.Backup(ctx, foreign); err != nil {
		t.Fatal(err)
	}
	f, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty": nil, "text": []byte("hello\n"), "cut": b[:len(b)/2], "one page short": b[:len(b)-4096], "flipped": flipped, "foreign": f,
	} {
		from, into := filepath.Join(dir, "from"), t.TempDir()
		if err := os.WriteFile(from, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Restore(ctx, from, filepath.Join(into, "zhixing.db")); err == nil {
			t.Errorf("%s: restored", name)
		}
		if left, _ := os.ReadDir(into); len(left) > 0 {
			t.Errorf("%s: leaves %v", name, left)
		}
	}
	for _, beside := range []string{"-wal", "-shm", "-journal"} {
		path := filepath.Join(t.TempDir(), "zhixing.db")
		if err := os.WriteFile(path+beside, []byte("pages"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Restore(ctx, backup, path); err == nil || !strings.Contains(err.Error(), beside) {
			t.Errorf("beside %s: %v", beside, err)
		}
	}
}
