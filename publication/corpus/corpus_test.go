package corpus_test

import (
	"os"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/journal"
	"zhixing/publication"
	"zhixing/publication/corpus"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestTheCorpusIsReadAsItWasMade(t *testing.T) {
	for n := range 30 {
		text := corpus.Issue("青禾", n, corpus.PerIssue, 8<<10)
		if again := corpus.Issue("青禾", n, corpus.PerIssue, 8<<10); again != text {
			t.Fatal("not the same twice")
		}
		if size := len(text) / corpus.PerIssue; size < 7<<10 || size > 9<<10 {
			t.Errorf("issue %d: %d bytes a document", n, size)
		}
		issue, err := gazette.Read(text)
		if err != nil || len(issue.Documents) != corpus.PerIssue {
			t.Fatalf("issue %d: %d documents, %v", n, len(issue.Documents), err)
		}
		for _, d := range issue.Documents {
			if d.No == "" || d.Title == "" || d.SignedOn.IsZero() {
				t.Errorf("issue %d: %q %q %v", n, d.No, d.Title, d.SignedOn)
			}
		}
	}
}

func TestFill(t *testing.T) {
	documents := 45
	if os.Getenv("ZHIXING_CORPUS") != "" {
		documents = 5000
	}
	dbtest.EachAt(t, dbtest.At("2024-04-01").Now, func(t *testing.T, d *db.DB) {
		log, err := journal.OpenLog(t.Context(), d, "990001", "gazette.example.org/log", "")
		if err != nil {
			t.Fatal(err)
		}
		press := &publication.Press{DB: d, County: edition.County{Code: "990001", Name: "青禾县"}, Log: log}
		if err := corpus.Fill(t.Context(), press, "青禾", documents, 8<<10, nil); err != nil {
			t.Fatal(err)
		}
		tree, err := log.Verify(t.Context(), d)
		if want := int64(documents + (documents+corpus.PerIssue-1)/corpus.PerIssue); err != nil || tree.Size != want {
			t.Errorf("log %+v, %v; want %d entries", tree, err, want)
		}
	})
}
