package publication_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/publication"
)

// county with a bit of everything: two issues, a file, a correction, a withdrawal, a draft under way.
func (s *story) history() {
	s.Helper()
	s.Issue(old)
	e, p := s.As("编辑甲"), s.As("签发乙")
	d := e.Upload(issueText)
	plan := s.offset("青禾县防汛准备工作方案\n\n为做好")
	d = e.must(func(tx *db.Tx) (publication.Draft, error) {
		return publication.Attach(ctx, tx, d.At(), e.Actor, publication.DraftFile{Doc: plan, No: 1, Name: "金丝雀终稿.png", Public: true}, []byte("\x89PNG\r\n\x1a\n\xff\xfe"))
	})
	d = e.must(func(tx *db.Tx) (publication.Draft, error) {
		return publication.Attach(ctx, tx, d.At(), e.Actor, publication.DraftFile{Doc: plan, No: 2, Name: "金丝雀.txt"}, []byte("金丝雀丙"))
	})
	p.Publish(e.Submit(d))
	s.clock.Set("2024-05-01")
	d = e.must(func(tx *db.Tx) (publication.Draft, error) {
		return publication.BeginCorrection(ctx, tx, county, e.Actor, "青禾政办发/2024/3", "更正一处。", "")
	})
	p.Publish(e.Submit(d))
	s.clock.Set("2024-06-01")
	if _, err := s.press.Withdraw(ctx, "青禾政发/2021/7", p.Actor, publication.Withdrawal{Reason: "已废止，不再提供。"}); err != nil {
		s.Fatal(err)
	}
	e.Upload(strings.ReplaceAll(strings.ReplaceAll(issueText, "2024年第1期", "2024年第2期"), "河道", "金丝雀"))
}

func (s *story) dump(gz bool) []byte {
	s.Helper()
	var b bytes.Buffer
	told := int64(0)
	err := publication.Dump(ctx, s.db, s.press.Log, county, &b, gz, func(done, total int64) { told = total - done })
	if err != nil || told != 0 {
		s.Fatal(told, err)
	}
	return b.Bytes()
}

func (s *story) root() journal.Tree {
	s.Helper()
	tree, err := s.press.Log.Verify(ctx, s.db)
	if err != nil {
		s.Fatal(err)
	}
	return tree
}

func TestADumpRebuildsTheSameSiteAndTheSameRoot(t *testing.T) {
	for _, from := range dbtest.Dialects {
		for i, to := range dbtest.Dialects {
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				clock := dbtest.At("2024-04-01")
				a := open(t, dbtest.Open(t, dbtest.DSN(t, from), clock.Now), clock)
				a.history()
				b := open(t, dbtest.Open(t, dbtest.DSN(t, to), clock.Now), clock)
				err := publication.Load(ctx, b.db, b.press.Log, county, publication.Actor{}, bytes.NewReader(a.dump(i == 0)), nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := publication.Verify(ctx, b.db, b.press.Log, county, nil); err != nil {
					t.Error(err)
				}
				if a.root() != b.root() {
					t.Errorf("root %v became %v", a.root(), b.root())
				}
				x, y := strings.Split(string(a.dump(false)), "\n"), strings.Split(string(b.dump(false)), "\n")
				if len(x) != len(y) {
					t.Fatalf("%d lines became %d", len(x), len(y))
				}
				for n := 1; n < len(x)-2; n++ { // the first names the key, the last is the hash of all
					if x[n] != y[n] {
						t.Fatalf("line %d\n%.300s\nbecame\n%.300s", n+1, x[n], y[n])
					}
				}
				var one, two publication.Issue
				a.Read(func(tx *db.Tx) (err error) {
					one, err = publication.IssueOf(ctx, tx, county, publication.IssueNo{Year: 2024, No: 1})
					return err
				})
				b.Read(func(tx *db.Tx) (err error) {
					two, err = publication.IssueOf(ctx, tx, county, publication.IssueNo{Year: 2024, No: 1})
					return err
				})
				if fmt.Sprintf("%+v", one.Documents) != fmt.Sprintf("%+v", two.Documents) || one.Title != "青禾县人民政府公报" || two.Title != one.Title ||
					two.PublishDate != one.PublishDate || two.TotalNo != 9 || two.Organiser != one.Organiser || !two.RecordedAt.Equal(one.RecordedAt) {
					t.Errorf("issue\n%+v\nbecame\n%+v", one, two)
				}
				if got, want := b.find("沙袋"), a.find("沙袋"); !slices.Equal(got, want) || len(got) == 0 {
					t.Errorf("found %q, want %q", got, want)
				}
				if one, two := a.Document("青禾政办发/2024/3", ""), b.Document("青禾政办发/2024/3", ""); fmt.Sprint(one) != fmt.Sprint(two) {
					t.Errorf("document\n%v\nbecame\n%v", one, two)
				}
				err = publication.Load(ctx, b.db, b.press.Log, county, publication.Actor{}, bytes.NewReader(a.dump(false)), nil)
				b.Refuses(err, publication.Conflict, "已有公布的内容")
				// And the office goes on from here, correcting what it has no manuscript of.
				e := b.As("编辑甲")
				d := e.must(func(tx *db.Tx) (publication.Draft, error) {
					return publication.BeginCorrection(ctx, tx, county, e.Actor, "青禾政办发/2024/3", "再更正一处。", "")
				})
				b.As("签发乙").Publish(e.Submit(d))
				if doc := b.Document("青禾政办发/2024/3", ""); doc.Version != 3 || len(doc.Attached) != 1 {
					t.Errorf("corrected into %+v, %+v", doc.Head, doc.Attached)
				}
			})
		}
	}
}

func TestADumpHoldsNothingThatIsNotPublic(t *testing.T) {
	stories(t, func(s *story) {
		s.history()
		text := string(s.dump(false))
		for _, canary := range []string{"金丝雀", "13800138000", "编辑甲", "签发乙", "稿件", "终稿", "上报。", "upload", "draft"} {
			if strings.Contains(text, canary) {
				s.Errorf("the dump holds %q", canary)
			}
		}
		for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
			var one map[string]json.RawMessage
			if err := json.Unmarshal([]byte(l), &one); err != nil || len(one) != 1 {
				s.Fatalf("not one named object: %.200s, %v", l, err)
			}
		}
	})
}

func TestDumpsThatAreRefused(t *testing.T) {
	clock := dbtest.At("2024-04-01")
	fresh := func(t *testing.T) *story {
		return open(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	}
	s := fresh(t)
	s.history()
	good := string(s.dump(false))
	lines := strings.SplitAfter(good, "\n")
	cut := lines[:len(lines)-2] // without the end line and the empty one behind it
	reseal := func(body string) string {
		sum := sha256.Sum256([]byte(body))
		return body + fmt.Sprintf(`{"end":{"lines":%d,"sha256":%q}}`+"\n", strings.Count(body, "\n"), hex.EncodeToString(sum[:]))
	}
	for _, c := range []struct{ name, dump string }{
		{"empty", ""},
		{"broken off", strings.Join(cut, "")},
		{"broken off inside a line", good[:len(good)/2]},
		{"one letter changed", strings.Replace(good, "沙袋", "沙代", 1)},
		{"text changed and sealed again", reseal(strings.ReplaceAll(strings.Join(cut, ""), "沙袋", "沙代"))},
		{"a document left out", reseal(without(cut, `{"document":{"ordinal":2`))},
		{"a version left out", reseal(without(cut, `{"version":{"version":2`))},
		{"a log entry left out", reseal(without(cut, `{"entry":{"index":1`))},
		{"an issue left out", reseal(without(cut, `{"issue":{`))},
		{"another title in lists", reseal(strings.Replace(strings.Join(cut, ""), `"title":"青禾县人民政府关于开展河道清障的通告","issuer"`, `"title":"青禾县人民政府的通告","issuer"`, 1))},
		{"another day of publication", reseal(strings.Replace(strings.Join(cut, ""), `"recorded_at":"2024-05-01`, `"recorded_at":"2023-05-01`, 2))},
		{"a file left out", reseal(without(cut, `{"file":{"name":"json"`))},
		{"log entries swapped", reseal(swap(cut, 1, 2))},
		{"another county", reseal(strings.Replace(strings.Join(cut, ""), `"county":"990001"`, `"county":"990002"`, 1))},
		{"another form", reseal(strings.Replace(strings.Join(cut, ""), `{"form":1`, `{"form":2`, 1))},
		{"an unknown name", reseal(strings.Join(cut, "") + `{"secret":{}}` + "\n")},
		{"a file of a withdrawn version", reseal(strings.Replace(strings.Join(cut, ""), `"removed":true`, `"removed":false`, 1))},
		{"not JSON", "hello\n"},
		{"gzip of nothing", "\x1f\x8b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fresh(t)
			err := publication.Load(ctx, s.db, s.press.Log, county, publication.Actor{}, strings.NewReader(c.dump), nil)
			if err == nil || c.dump == good {
				t.Fatal("loaded, or not even changed")
			}
			s.Read(func(tx *db.Tx) error {
				rows, err := publication.Sitemap(ctx, tx, county)
				if len(rows) != 0 {
					t.Errorf("half loaded: %v", rows)
				}
				if size, _ := s.press.Log.Size(ctx, tx); size != 0 {
					t.Errorf("the log has %d entries", size)
				}
				return err
			})
		})
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, good)
	w.Close()
	again := fresh(t)
	if err := publication.Load(ctx, again.db, again.press.Log, county, publication.Actor{}, &z, nil); err != nil {
		t.Error("what was not touched does not load:", err)
	}
}

func without(lines []string, prefix string) string {
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, prefix) })
	if i < 0 {
		return "" // also refused, but for the wrong reason: the case has to be mended
	}
	return strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
}

func swap(lines []string, i, j int) string {
	lines = slices.Clone(lines)
	lines[i], lines[j] = lines[j], lines[i]
	return strings.Join(lines, "")
}

// A hand that reaches into the database behind the program's back is seen.
func TestVerifySeesWhatWasChanged(t *testing.T) {
	for name, query := range map[string]string{
		"a file changed":       `UPDATE published_file SET bytes = $2 WHERE county = $1 AND name = 'txt' AND version = 2`,
		"a file gone":          `DELETE FROM published_file WHERE county = $1 AND name = 'docx' AND bytes <> $2`,
		"the text gone":        `DELETE FROM published_file WHERE county = $1 AND name = 'json' AND bytes <> $2`,
		"a manifest changed":   `UPDATE document_version SET manifest = replace(manifest, 'zhixing', 'Zhixing') WHERE county = $1 AND $2 IS NOT NULL`,
		"a version gone":       `DELETE FROM document_version WHERE county = $1 AND version = 2 AND $2 IS NOT NULL`,
		"a title changed":      `UPDATE document SET title = '另一个标题' WHERE county = $1 AND $2 IS NOT NULL`,
		"an issue gone":        `DELETE FROM issue WHERE county = $1 AND $2 IS NOT NULL`,
		"a withdrawal undone":  `UPDATE document SET withdrawn = false WHERE county = $1 AND $2 IS NOT NULL`,
		"a publication moved":  `UPDATE document_version SET recorded_at = 1 WHERE county = $1 AND version = 1 AND $2 IS NOT NULL`,
		"a leaf moved":         `UPDATE document_version SET leaf = leaf + 1 WHERE county = $1 AND $2 IS NOT NULL`,
		"a removed one served": `UPDATE document_version SET removed = false WHERE county = $1 AND $2 IS NOT NULL`,
	} {
		t.Run(name, func(t *testing.T) {
			clock := dbtest.At("2024-04-01")
			s := open(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
			s.history()
			if err := publication.Verify(ctx, s.db, s.press.Log, county, nil); err != nil {
				t.Fatal(err)
			}
			err := s.db.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, query, county, []byte("changed"))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := publication.Verify(ctx, s.db, s.press.Log, county, nil); err == nil {
				t.Error("not seen")
			}
		})
	}
}
