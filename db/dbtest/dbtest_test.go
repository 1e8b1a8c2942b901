package dbtest_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestEachIsADatabaseOfItsOwn(t *testing.T) {
	ctx := context.Background()
	for range 2 { // the second time it would be there already
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `CREATE TABLE mine (id bigint)`)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestVictim is run by TestClusterEndsWithItsProcess alone: it starts a cluster, says where, and waits.
func TestVictim(t *testing.T) {
	if os.Getenv("ZHIXING_TEST_VICTIM") == "" {
		t.Skip("SKIPPED: not a test: the process that TestClusterEndsWithItsProcess kills")
	}
	os.Stdout.WriteString(dbtest.DSN(t, db.PostgreSQL) + "\n")
	time.Sleep(time.Minute)
}

// A killed test leaves neither a server nor its folder.
func TestClusterEndsWithItsProcess(t *testing.T) {
	dbtest.DSN(t, db.PostgreSQL) // skips here where there is no PostgreSQL
	child := exec.Command(os.Args[0], "-test.run", "^TestVictim$")
	child.Env = append(os.Environ(), "ZHIXING_TEST_VICTIM=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, dir, ok := strings.Cut(strings.TrimSpace(line), "?host=")
	if err != nil || !ok {
		t.Fatalf("the child says %q, %v", line, err)
	}
	dir = strings.ReplaceAll(dir, "%2F", "/")
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	child.Process.Kill()
	child.Wait()
	for range 500 {
		if _, err = os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("five seconds after its process was killed the cluster in %s is still there", dir)
}

func TestClock(t *testing.T) {
	c := dbtest.At("2023-09-07")
	if got := c.Now().UTC().Format(time.RFC3339); got != "2023-09-07T01:00:00Z" {
		t.Error("nine in the morning in China is", got)
	}
	c.Advance(90 * time.Minute)
	if got := c.Now().UTC().Format(time.RFC3339); got != "2023-09-07T02:30:00Z" {
		t.Error("later it is", got)
	}
}
