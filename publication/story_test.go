package publication_test

import (
	"context"
	_ "embed"
	"errors"
	"os"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/journal"
	"zhixing/org"
	"zhixing/publication"
)

const county = "990001"

//go:embed testdata/issue.txt
var issueText string

var ctx = context.Background()

func TestMain(m *testing.M) {
	if child() {
		os.Exit(0)
	}
	dbtest.Main(m)
}

// story is a county office with its actors, on a clock that the story sets.
type story struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	press *publication.Press
}

// stories tells the story on both databases.
func stories(t *testing.T, tell func(s *story)) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			clock := dbtest.At("2024-04-01")
			tell(open(t, dbtest.Open(t, dbtest.DSN(t, dialect), clock.Now), clock))
		})
	}
}

func open(t *testing.T, d *db.DB, clock *dbtest.Clock) *story {
	t.Helper()
	log, err := journal.OpenLog(ctx, d, county, "gazette.example.org/log", "")
	if err != nil {
		t.Fatal(err)
	}
	return &story{t, d, clock, &publication.Press{DB: d, County: edition.County{Code: county, Name: "青禾县"}, Log: log,
		Directory: directory(t), BaseURL: "https://gazette.example.org"}}
}

func directory(t testing.TB) *org.Directory {
	dir := org.NewDirectory(org.Place{Code: county, County: "青禾县", City: "云台市", Province: "某省"})
	for _, u := range []org.Unit{
		{Name: "县水务局", Kind: org.Department}, {Name: "县应急管理局", Kind: org.Department}, {Name: "县财政局", Kind: org.Department},
		{Name: "县自然资源局", Kind: org.Department}, {Name: "河口镇人民政府", Kind: org.Town, Aliases: []string{"河口镇"}},
		{Name: "上岭乡人民政府", Kind: org.Town}, {Name: "各乡（镇）人民政府", Kind: org.Set, Of: []org.Kind{org.Town}},
		{Name: "县人民政府", Kind: org.Government, Aliases: []string{"青禾县人民政府"}},
	} {
		if err := dir.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// actor is one person of the story.
type actor struct {
	s *story
	publication.Actor
}

// As gives somebody the floor: 编辑… drafts, 签发… drafts and publishes, everybody else is a visitor.
func (s *story) As(name string) actor {
	return actor{s, publication.Actor{Name: name, MayDraft: strings.HasPrefix(name, "编辑") || strings.HasPrefix(name, "签发"),
		MayPublish: strings.HasPrefix(name, "签发")}}
}

type deed func(tx *db.Tx) (publication.Draft, error)

func (a actor) try(do deed) (d publication.Draft, err error) {
	err = a.s.db.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = do(tx)
		return err
	})
	return d, err
}

func (a actor) must(do deed) publication.Draft {
	a.s.Helper()
	d, err := a.try(do)
	if err != nil {
		a.s.Fatal(err)
	}
	return d
}

func (a actor) Upload(text string) publication.Draft {
	a.s.Helper()
	return a.must(a.uploading(text))
}

func (a actor) uploading(text string) deed {
	return func(tx *db.Tx) (publication.Draft, error) {
		return publication.Upload(ctx, tx, county, a.Actor, publication.Manuscript{Filename: "稿件.txt", Raw: []byte(text), Source: text})
	}
}

func (a actor) mending(at publication.At, m gazette.Mend) deed {
	return func(tx *db.Tx) (publication.Draft, error) { return publication.Mend(ctx, tx, at, a.Actor, m) }
}

func (a actor) choosing(at publication.At, c publication.Choice) deed {
	return func(tx *db.Tx) (publication.Draft, error) { return publication.Choose(ctx, tx, at, a.Actor, c) }
}

func (a actor) submitting(at publication.At) deed {
	return func(tx *db.Tx) (publication.Draft, error) { return publication.Submit(ctx, tx, at, a.Actor) }
}

func (a actor) Submit(d publication.Draft) publication.Draft {
	a.s.Helper()
	return a.must(a.submitting(d.At()))
}

func (a actor) Publish(d publication.Draft) publication.Outcome {
	a.s.Helper()
	out, err := a.s.press.Publish(ctx, d.At(), a.Actor)
	if err != nil {
		a.s.Fatal(err)
	}
	return out
}

// Issue publishes a whole issue in one breath.
func (s *story) Issue(text string) publication.Outcome {
	s.Helper()
	e := s.As("编辑甲")
	return s.As("签发乙").Publish(e.Submit(e.Upload(text)))
}

func (s *story) Read(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Read(ctx, do); err != nil {
		s.Fatal(err)
	}
}

func (s *story) Document(key publication.Key, on string) publication.Document {
	s.Helper()
	var d publication.Document
	s.Read(func(tx *db.Tx) (err error) {
		d, err = publication.DocumentOn(ctx, tx, county, key, day(s, on))
		return err
	})
	return d
}

func (s *story) Refuses(err error, kind publication.Kind, says string) {
	s.Helper()
	if publication.KindOf(err) != kind || !strings.Contains(publication.Message(err), says) {
		s.Errorf("want kind %d and a message with %q, got kind %d: %v", kind, says, publication.KindOf(err), err)
	}
	var e *publication.Error
	if err != nil && !errors.As(err, &e) {
		s.Errorf("not an error for people: %v", err)
	}
}
