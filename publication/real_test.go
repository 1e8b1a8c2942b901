package publication_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/publication"
)

// shared is the folder beside the repository that holds a real gazette and its gold answers, empty where it is not there.
func shared(t *testing.T) string {
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if s := filepath.Join(dir, "shared"); exists(filepath.Join(s, "gold", "documents.json")) {
			return s
		}
	}
	t.Skip("SKIPPED: no folder shared/ with a real gazette above the repository")
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A real issue goes all the way in one piece: every document under its number, every duty with a clause that the public
// text has.
func TestARealIssueIsPublished(t *testing.T) {
	dir := shared(t)
	files, err := filepath.Glob(filepath.Join(dir, "gazette", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no gazette", err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "gold", "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		Issue     publication.IssueNo
		Documents []struct {
			DocNo string `json:"doc_no"`
			Title string
			Cites []struct {
				DocNo string `json:"doc_no"`
			}
		}
	}
	if err := json.Unmarshal(b, &gold); err != nil {
		t.Fatal(err)
	}
	s := open(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now), nil)
	out := s.Issue(string(text))
	if out.Issue != gold.Issue || len(out.Documents) != len(gold.Documents) {
		t.Fatalf("issue %v with %d documents, want %v with %d", out.Issue, len(out.Documents), gold.Issue, len(gold.Documents))
	}
	for i, want := range gold.Documents {
		h := out.Documents[i]
		key, numbered := publication.ParseKey(want.DocNo)
		if h.No != want.DocNo || h.Title != want.Title || numbered && h.Key != key {
			t.Errorf("document %d: %s %s %s", i+1, h.Key, h.No, h.Title)
		}
		d := s.Document(h.Key, "")
		for _, c := range want.Cites {
			if !slices.ContainsFunc(d.Cites, func(l publication.Link) bool { return l.No == c.DocNo }) {
				t.Errorf("%s: %s is not among its citations", h.Key, c.DocNo)
			}
		}
		for _, duty := range d.Duties {
			if !d.Text.Has(duty.Clause) {
				t.Errorf("%s: duty %d at %q, which is not in the text", h.Key, duty.N, duty.Clause)
			}
		}
		t.Logf("%-24s %3d duties, %2d citations, %3d units", h.Key, len(d.Duties), len(d.Cites), len(d.Units))
	}
}
