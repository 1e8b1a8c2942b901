package corpus_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/ledger/corpus"
)

// servedDSN and servedSocket name the database of the child process that takes reports, and where it takes them.
const (
	servedDSN    = "ZHIXING_TEST_LEDGER_DSN"
	servedSocket = "ZHIXING_TEST_LEDGER_SOCKET"
)

// form is what a writer sends, as one line of JSON; the answer is one line, "ok" or what is wrong.
type form struct {
	Account  string
	Duty     ledger.ID
	Once     string
	Progress int
	Photo    []byte
}

// served is the process that gets killed.
func served() bool {
	dsn := os.Getenv(servedDSN)
	if dsn == "" {
		return false
	}
	d, err := db.Open(ctx, dsn, running())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true
	}
	ln, err := net.Listen("unix", os.Getenv(servedSocket))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true
	}
	l := one.Ledger(0)
	for {
		c, err := ln.Accept()
		if err != nil {
			return true
		}
		go func() {
			in := json.NewDecoder(c)
			for {
				var f form
				if in.Decode(&f) != nil {
					return
				}
				s := ledger.Sending{Report: ledger.Report{Text: "已按计划推进。", Progress: f.Progress}, Once: f.Once}
				if len(f.Photo) > 0 {
					s.Evidence = []ledger.Evidence{{Name: "现场.jpg", Content: f.Photo}}
				}
				answer := "ok"
				if _, err := report(d, l, f.Account, f.Duty, s); err != nil {
					answer = strings.ReplaceAll(err.Error(), "\n", " ")
				}
				fmt.Fprintln(c, answer)
			}
		}()
	}
}

// writer is one of the people who report over and over. Two of each unit report on the same duties.
type writer struct {
	account string
	duties  []ledger.ID
	rnd     *rand.Rand
	n       int
	waiting *form  // sent and not acknowledged
	done    []form // acknowledged
}

// Killed at any moment while twenty people report: every report that was acknowledged is there, once; what was not
// acknowledged is sent again, and is there once as well; what was acknowledged and is sent again is not done again; each
// duty is what its steps say; the journal verifies. ZHIXING_KILLS=100 makes it the long form.
func TestKillWhileReporting(t *testing.T) {
	kills := 8
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		kills = 3
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			writers := gather(t, dsn)
			for i := range kills {
				killOne(t, dsn, writers)
				if i%5 == 4 || i == kills-1 {
					inspect(t, dsn, writers)
				}
				if t.Failed() {
					t.Fatalf("after kill %d of %d", i+1, kills)
				}
			}
			acknowledged, waiting := 0, 0
			for _, w := range writers {
				if acknowledged += len(w.done); w.waiting != nil {
					waiting++
				}
			}
			t.Logf("%d kills, %d reports acknowledged, %d cut off by the last", kills, acknowledged, waiting)
			if acknowledged < 10*kills {
				t.Error("too few reports: the test kills too early to show anything")
			}
		})
	}
}

// gather makes the county and its twenty writers.
func gather(t *testing.T, dsn string) []*writer {
	t.Helper()
	d, err := db.Open(ctx, dsn, running())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := corpus.Fill(ctx, d, one, nil); err != nil {
		t.Fatal(err)
	}
	var people []ledger.Actor
	var out []*writer
	for i, unit := range corpus.Units[:10] {
		duties := ledOf(t, d, one.Ledger(0), unit)
		for j, a := range []ledger.Actor{corpus.Head(unit), corpus.Member(unit, 0)} {
			people = append(people, a)
			out = append(out, &writer{account: a.Account, duties: duties[:min(3, len(duties))], rnd: rand.New(rand.NewPCG(5, uint64(2*i+j)))})
		}
	}
	if err := corpus.People(ctx, d, one.Ledger(0), people...); err != nil {
		t.Fatal(err)
	}
	return out
}

// killOne lets the writers report to a child and kills it at a random moment after some of its answers.
func killOne(t *testing.T, dsn string, writers []*writer) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "zx") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s")
	child := exec.Command(exe)
	child.Env = append(os.Environ(), servedDSN+"="+dsn, servedSocket+"="+socket)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	left := rand.Int64N(80) + 1
	answered := func() {
		if atomic.AddInt64(&left, -1) == 0 {
			time.AfterFunc(rand.N(20*time.Millisecond), func() { child.Process.Kill() })
		}
	}
	var wg sync.WaitGroup
	for _, w := range writers {
		wg.Go(func() {
			if err := w.write(socket, answered); err != nil {
				t.Error(err)
				child.Process.Kill()
			}
		})
	}
	wg.Wait()
}

// write sends form after form until the connection breaks. An answer that is not "ok" is the error.
func (w *writer) write(socket string, answered func()) error {
	c, err := dial(socket)
	if err != nil {
		return err
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	send := func(f form) (bool, error) {
		if json.NewEncoder(c).Encode(f) != nil {
			return false, nil
		}
		line, err := answers.ReadString('\n')
		if err != nil {
			return false, nil
		}
		answered()
		if line != "ok\n" {
			return false, fmt.Errorf("%s, %s: %s", f.Account, f.Once, line)
		}
		return true, nil
	}
	for {
		if w.waiting == nil {
			if len(w.done) > 0 && w.rnd.IntN(4) == 0 { // somebody presses the button twice
				if ok, err := send(w.done[w.rnd.IntN(len(w.done))]); !ok {
					return err
				}
			}
			w.n++
			w.waiting = &form{Account: w.account, Duty: w.duties[w.rnd.IntN(len(w.duties))], Once: fmt.Sprintf("%s/%d", w.account, w.n), Progress: w.rnd.IntN(100)}
			if w.n%5 == 0 {
				w.waiting.Photo = photo(w.rnd, 20<<10).Content
			}
		}
		if ok, err := send(*w.waiting); !ok {
			return err
		}
		w.done, w.waiting = append(w.done, *w.waiting), nil
	}
}

// dial waits for the child to listen.
func dial(socket string) (c net.Conn, err error) {
	for range 1000 {
		if c, err = net.Dial("unix", socket); err == nil {
			return c, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, err
}

// inspect opens the record as the next start would, and looks at everything that was reported.
func inspect(t *testing.T, dsn string, writers []*writer) {
	t.Helper()
	d, err := db.Open(ctx, dsn, running())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l := one.Ledger(0)
	if _, err := journal.Verify(ctx, d, l.County); err != nil {
		t.Error(err)
	}
	have := tokens(t, d, l.County)
	duties := map[ledger.ID]bool{}
	mine := 0
	for _, w := range writers {
		for _, f := range w.done {
			if have[f.Once] != 1 {
				t.Errorf("report %s was acknowledged and is on record %d times", f.Once, have[f.Once])
			}
		}
		for _, id := range w.duties {
			duties[id] = true
		}
		for once, n := range have {
			if strings.HasPrefix(once, w.account+"/") {
				if mine++; n > 1 {
					t.Errorf("report %s is on record %d times", once, n)
				}
			}
		}
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(duties)) {
			steps, err := l.StepsOf(ctx, tx, id)
			if err != nil {
				return err
			}
			want, err := ledger.Fold(l.County, id, steps)
			if err != nil {
				return err
			}
			if got, err := l.Of(ctx, tx, corpus.Office(0), id); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("duty %d is not what its steps say: %v", id, err)
			}
			for _, s := range steps {
				for _, f := range s.Data.Files {
					if !strings.HasPrefix(s.Once, s.By+"/") {
						continue // invented: its bytes were never there
					}
					if _, b, err := l.FileOf(ctx, tx, corpus.Office(0), id, f.SHA256); err != nil || int64(len(b)) != f.Size {
						t.Errorf("duty %d, step %d: a photo of %d bytes is gone: %v", id, s.N, f.Size, err)
					}
				}
			}
		}
		var recorded int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM journal WHERE county = $1 AND what = 'duty.report'`, l.County).Scan(&recorded)
		if recorded != mine {
			t.Errorf("%d reports, %d records of them in the journal", mine, recorded)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
