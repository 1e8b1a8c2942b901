package publication_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/publication"
	"zhixing/publication/corpus"
)

// childDSN names the database in which a child process publishes until it is killed.
const childDSN = "ZHIXING_TEST_KILL_DSN"

// child is the process that gets killed: it publishes issue after issue and says so on a line each, as a clerk would
// be told.
func child() bool {
	dsn := os.Getenv(childDSN)
	if dsn == "" {
		return false
	}
	if err := publishForEver(dsn); err != nil {
		fmt.Println("error", err)
	}
	return true
}

func publishForEver(dsn string) error {
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		return err
	}
	log, err := journal.OpenLog(ctx, d, county, "gazette.example.org/log", "")
	if err != nil {
		return err
	}
	press := &publication.Press{DB: d, County: edition.County{Code: county, Name: "青禾县"}, Log: log}
	var n int
	err = d.Read(ctx, func(tx *db.Tx) error {
		issues, err := publication.Issues(ctx, tx, county)
		n = len(issues)
		return err
	})
	for ; err == nil; n++ {
		var out publication.Outcome
		if out, err = corpus.Publish(ctx, press, corpus.Issue("青禾", n, killDocuments, 2<<10)); err == nil {
			fmt.Println("published", out.Issue)
		}
	}
	return err
}

const killDocuments = 3

// Killed at any moment while publishing: nothing that was said to be published is missing, nothing half published is
// shown, journal and log verify. ZHIXING_KILLS=200 makes it the long form.
func TestKillWhilePublishing(t *testing.T) {
	kills := 8
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		kills = 3
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			said := map[string]bool{}
			for i := range kills {
				for _, issue := range killOne(t, dsn) {
					said[issue] = true
				}
				if i%5 == 4 || i == kills-1 {
					inspect(t, dsn, said, i == kills-1)
				}
			}
			t.Logf("%d kills, %d issues said to be published", kills, len(said))
			if len(said) == 0 {
				t.Error("nothing was ever published: the test has seen nothing")
			}
		})
	}
}

// killOne starts a child and kills it at a random moment after its first words, and gives what it said.
func killOne(t *testing.T, dsn string) (said []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDSN+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, issue, _ := strings.Cut(lines.Text(), " ")
		if word != "published" {
			cmd.Process.Kill()
			t.Fatal("the child says:", lines.Text())
		}
		if said = append(said, issue); len(said) == 1 {
			time.AfterFunc(time.Duration(rand.IntN(400_000))*time.Microsecond, func() { cmd.Process.Kill() })
		}
	}
	cmd.Wait() // it was killed; what it had said is in the pipe
	return said
}

// inspect opens the record as the next start would, and looks at everything that is in it.
func inspect(t *testing.T, dsn string, said map[string]bool, whole bool) {
	t.Helper()
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	log, err := journal.OpenLog(ctx, d, county, "gazette.example.org/log", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Verify(ctx, d, county); err != nil {
		t.Error(err)
	}
	tree, err := log.Verify(ctx, d)
	if err != nil {
		t.Error(err)
	}
	if err := publication.Verify(ctx, d, log, county, nil); err != nil {
		t.Error(err)
	}
	s := &story{T: t, db: d, press: &publication.Press{Log: log}}
	s.Read(func(tx *db.Tx) error {
		issues, err := publication.Issues(ctx, tx, county)
		if err != nil {
			return err
		}
		shown := map[string]bool{}
		for i, issue := range issues {
			shown[issue.IssueNo.String()] = true
			if whole || i < 20 {
				complete(s, ctx, tx, issue.IssueNo)
			}
		}
		for issue := range said {
			if !shown[issue] {
				t.Errorf("issue %s was said to be published and is missing", issue)
			}
		}
		if want := int64(len(issues) * (killDocuments + 1)); tree.Size != want {
			t.Errorf("the log has %d entries for %d issues, want %d", tree.Size, len(issues), want)
		}
		return nil
	})
}

// complete checks that an issue is there with all that belongs to it.
func complete(s *story, ctx context.Context, tx *db.Tx, n publication.IssueNo) {
	s.Helper()
	issue, err := publication.IssueOf(ctx, tx, county, n)
	if err != nil || len(issue.Documents) != killDocuments {
		s.Errorf("issue %s is half published: %d documents, %v", n, len(issue.Documents), err)
	}
	for _, h := range issue.Documents {
		doc, err := publication.DocumentOn(ctx, tx, county, h.Key, day(s, ""))
		if err != nil || len(doc.Text.Parts) == 0 || len(doc.Editions) < 6 || len(doc.Units) == 0 {
			s.Errorf("%s is half published: %v", h.Key, err)
			continue
		}
		proof, err := s.press.Log.Proof(ctx, tx, doc.Shown.Leaf)
		if err == nil {
			err = journal.VerifyProof([]byte(doc.Shown.Manifest), proof, s.press.Log.Key())
		}
		if err != nil {
			s.Errorf("%s: %v", h.Key, err)
		}
	}
}
