package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/internal/peertest"
)

// TestDumpAndLoad: the dump of one record makes the same record elsewhere, on the same database or the other.
func TestDumpAndLoad(t *testing.T) {
	eachRecord(t, func(t *testing.T, where []string) {
		staff(t, where...)
		publishAs(write(t, "2031-1.txt", manuscriptText), "起草甲", "签发乙", where...).must(t)
		from := func(args ...string) result { return zhixing(append(args, where...)...) }

		plain := from("dump").must(t)
		if got := from("dump", "-").must(t); summaryLog(t, got) != summaryLog(t, plain) {
			t.Error("- is not standard output")
		}
		file := filepath.Join(t.TempDir(), "public.jsonl.gz")
		if out := from("dump", file).must(t); out != "" {
			t.Errorf("a dump to a file prints %q", out)
		}
		packed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal("named .gz, but", err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		log, documents := summary(t, plain)
		if gotLog, got := summary(t, string(unpacked)); gotLog != log || !slices.Equal(got, documents) {
			t.Error("the packed dump says something else than the plain one")
		}

		for name, to := range map[string][]string{
			"new folder": {"--data", filepath.Join(t.TempDir(), "new")},
			"postgres":   nil,
		} {
			t.Run("into "+name, func(t *testing.T) {
				if to == nil {
					to = []string{"--database", dbtest.DSN(t, db.PostgreSQL)}
				}
				if out := zhixing(append([]string{"load", file}, to...)...).must(t); !strings.Contains(out, "same root") {
					t.Error(out)
				}
				gotLog, got := summary(t, zhixing(append([]string{"dump"}, to...)...).must(t))
				if gotLog != log || !slices.Equal(got, documents) {
					t.Errorf("log %s, want %s; documents\n%v\nwant\n%v", gotLog, log, got, documents)
				}
				zhixing(append([]string{"check"}, to...)...).must(t)
				zhixing(append([]string{"load", file}, to...)...).refused(t, 1)
			})
		}
		t.Run("from standard input", func(t *testing.T) {
			zhixingReading(plain, "load", "-", "--data", t.TempDir()).must(t)
		})
	})
}

func summaryLog(t *testing.T, dump string) string {
	log, _ := summary(t, dump)
	return log
}

func TestLoadRefuses(t *testing.T) {
	data := record(t)
	staff(t, "--data", data)
	publishAs(write(t, "2031-1.txt", manuscriptText), "起草甲", "签发乙", "--data", data).must(t)
	whole := zhixing("dump", "--data", data).must(t)
	for name, c := range map[string]struct{ dump, says string }{
		"empty":       {"", ""},
		"not a dump":  {manuscriptText, ""},
		"cut off":     {whole[:len(whole)/2], ""},
		"one changed": {strings.Replace(whole, "清捞", "打捞", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			zhixing("load", write(t, "dump.jsonl", c.dump), "--data", to).refused(t, 1, "zhixing load: ")
			if log, documents := summary(t, zhixing("dump", "--data", to).must(t)); !strings.HasPrefix(log, "0 ") || len(documents) != 0 {
				t.Errorf("half a record is left: %s %v", log, documents)
			}
			zhixingReading(whole, "load", "-", "--data", to).must(t) // and the whole one still goes in
		})
	}
	zhixing("load", "/nowhere.jsonl", "--data", t.TempDir()).refused(t, 1, "/nowhere.jsonl")
	zhixing("dump", "/nowhere/public.jsonl", "--data", data).refused(t, 1, "/nowhere")
}

// TestBackupWhileServing copies the record while people publish, and starts from the copy.
func TestBackupWhileServing(t *testing.T) {
	data := record(t)
	staff(t, "--data", data)
	base, stop := start(t, "serve", "--data", data)
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for n := range 5 {
			no := strconv.Itoa(n + 1)
			text := strings.NewReplacer("第1期（总第40期）", "第"+no+"期（总第4"+no+"期）", "901号", "90"+no+"号").Replace(manuscriptText)
			if r := publishAs(write(t, "issue.txt", text), "起草甲", "签发乙", "--data", data); r.code != 0 {
				t.Error(r.err)
			}
		}
	})
	dir := t.TempDir()
	for n := range 3 {
		backup := filepath.Join(dir, strconv.Itoa(n)+".db")
		if out := zhixing("backup", backup, "--data", data).must(t); !strings.Contains(out, backup) {
			t.Error(out)
		}
		get(t, base+"/")
	}
	publishing.Wait()
	last := filepath.Join(dir, "last.db")
	zhixing("backup", last, "--data", data).must(t)
	zhixing("backup", last, "--data", data).refused(t, 1, last, "there already")
	stop()
	if st, err := os.Stat(last); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("others may read the backup: %v %v", st.Mode(), err)
	}

	for _, name := range folder(t, dir) { // every backup is a whole record
		to := filepath.Join(t.TempDir(), "restored")
		zhixing("restore", name, "--data", to).must(t)
		zhixing("check", "--data", to).must(t)
		zhixing("restore", name, "--data", to).refused(t, 1, "zhixing.db is there")
	}
	to := t.TempDir()
	zhixing("restore", last, "--data", to).must(t)
	if got, want := zhixing("user", "list", "--data", to).must(t), zhixing("user", "list", "--data", data).must(t); got != want {
		t.Errorf("accounts %q, want %q", got, want)
	}
	_, want := summary(t, zhixing("dump", "--data", data).must(t))
	if _, got := summary(t, zhixing("dump", "--data", to).must(t)); !slices.Equal(got, want) {
		t.Error("the restored record differs from the one that was backed up")
	}
}

func TestRestoreRefuses(t *testing.T) {
	newer := filepath.Join(record(t), "zhixing.db")
	d := dbtest.Open(t, "sqlite:"+newer, time.Now)
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "newer.db")
	if err := d.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, says string }{
		"a text":          {write(t, "text.db", strings.Repeat("no database\n", 1000)), "text.db"},
		"an empty file":   {write(t, "empty.db", ""), "empty.db"},
		"nothing":         {"/nowhere.db", "/nowhere.db"},
		"a newer program": {backup, "newer program"},
	} {
		t.Run(name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "new")
			zhixing("restore", c.file, "--data", to).refused(t, 1, c.says)
			if _, err := os.Stat(to); err == nil {
				t.Error("left behind:", to, folder(t, to))
			}
			there := t.TempDir()
			zhixing("restore", c.file, "--data", there).refused(t, 1, c.says)
			if left := folder(t, there); len(left) != 0 {
				t.Error("left behind:", left)
			}
		})
	}
	zhixing("restore", "/nowhere.db", "--database", "postgres://h/d").refused(t, 1, "pg_restore")
	zhixing("backup", filepath.Join(t.TempDir(), "b.db"), "--database", dbtest.DSN(t, db.PostgreSQL)).refused(t, 1, "pg_dump")
}

func TestCheckFindsWhatWasChanged(t *testing.T) {
	data := record(t)
	staff(t, "--data", data)
	publishAs(write(t, "2031-1.txt", manuscriptText), "起草甲", "签发乙", "--data", data).must(t)
	if out := zhixing("check", "--data", data).must(t); strings.Count(out, "\n") != 3 {
		t.Error(out)
	}
	d := dbtest.Open(t, "sqlite:"+filepath.Join(data, "zhixing.db"), time.Now)
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE document SET title = 'another' WHERE true`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `UPDATE published_file SET bytes = $1 WHERE name = 'txt'`, []byte("another text"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if r := zhixing("check", "--data", data); r.code != 1 || !strings.Contains(r.err, "901") {
		t.Errorf("a changed file is not found: %d %s%s", r.code, r.out, r.err)
	}
}

// TestProgress: long work shows how far it is to a person at a terminal, and to nobody else.
func TestProgress(t *testing.T) {
	if p := (&call{stdio: stdio{err: &bytes.Buffer{}}}).progress("dump"); p != nil {
		t.Error("progress where standard error is no file")
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if p := (&call{stdio: stdio{err: file}}).progress("dump"); p != nil {
		t.Error("progress in a file")
	}
	screen, terminal := pseudoTerminal(t)
	p := (&call{stdio: stdio{err: terminal}}).progress("dump")
	if p == nil {
		t.Fatal("no progress on a terminal")
	}
	p(1, 4)
	p(2, 4) // too soon after the first
	p(4, 4)
	got, err := bufio.NewReader(screen).ReadString('\n') // a terminal hands on what it has, piece by piece
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "25%") || strings.Contains(got, "50%") || !strings.Contains(got, "] 100%\r\n") {
		t.Errorf("%q", got)
	}
}

// pseudoTerminal is a terminal and its other end.
func pseudoTerminal(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		peertest.Missing(t, "no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	var unlock, no uint32
	for request, arg := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &no} {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(arg))); e != 0 {
			t.Fatal(e)
		}
	}
	terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(no)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return screen, terminal
}
