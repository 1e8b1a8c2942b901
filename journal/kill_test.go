package journal_test

import (
	"bufio"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
)

// victimVar tells a child process, this same test binary, which database to write to until it is killed.
const victimVar = "ZHIXING_TEST_VICTIM"

// victim adds to the history and to the log, each time in one transaction, and acknowledges on standard output
// what has been committed. It never returns.
func victim(dsn string) {
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		log.Fatal(err)
	}
	l, err := journal.OpenLog(ctx, d, county, origin, "")
	if err != nil {
		log.Fatal(err)
	}
	for {
		var index int64
		err := d.Write(ctx, func(tx *db.Tx) error {
			if index, err = l.Size(ctx, tx); err != nil {
				return err
			}
			if _, err := journal.Append(ctx, tx, county, deed(int(index))); err != nil {
				return err
			}
			_, err = l.Add(ctx, tx, entry(index))
			return err
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(index) // not buffered: one write of one line
	}
}

// TestKill kills a writing process at random moments. What it acknowledged is there, what it did not is there
// whole or not at all, and history and log verify. ZHIXING_KILLS says how often; 15 without it.
func TestKill(t *testing.T) {
	kills := 15
	if s := os.Getenv("ZHIXING_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal("ZHIXING_KILLS:", err)
		}
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			acknowledged := int64(-1)
			for i := range kills {
				last := killOnce(t, dsn)
				if last >= 0 {
					acknowledged = last
				}
				survives(t, dsn, acknowledged)
				if t.Failed() {
					t.Fatalf("after kill %d of %d", i+1, kills)
				}
			}
			if acknowledged < int64(kills) {
				t.Errorf("only %d entries were acknowledged in %d lives: the test kills too early to show anything", acknowledged+1, kills)
			}
			t.Logf("%d kills, %d entries acknowledged, none lost", kills, acknowledged+1)
		})
	}
}

// killOnce starts a writer, lets it live for a random moment after its first word, and gives its last word.
func killOnce(t *testing.T, dsn string) int64 {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), victimVar+"="+dsn)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	last := int64(-1)
	words := bufio.NewScanner(out)
	for words.Scan() {
		if last < 0 {
			time.AfterFunc(rand.N(60*time.Millisecond), func() { child.Process.Kill() })
		}
		n, err := strconv.ParseInt(words.Text(), 10, 64)
		if err != nil {
			t.Errorf("the child says %q", words.Text())
			break
		}
		last = n
	}
	child.Process.Kill()
	child.Wait()
	return last
}

// survives checks the database that a killed process left.
func survives(t *testing.T, dsn string, acknowledged int64) {
	t.Helper()
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := journal.OpenLog(ctx, d, county, origin, "")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := l.Verify(ctx, d)
	if err != nil {
		t.Error(err)
	}
	head, err := journal.Verify(ctx, d, county)
	if err != nil {
		t.Error(err)
	}
	if tree.Size <= acknowledged {
		t.Errorf("entry %d was acknowledged, the log has %d", acknowledged, tree.Size)
	}
	if head.Seq != tree.Size {
		t.Errorf("%d records and %d entries: a transaction was half done", head.Seq, tree.Size)
	}
	proves(t, d, l, acknowledged)
}
