package example_test

import (
	"context"
	"io/fs"
	"os"
	"regexp"
	"testing"
	"testing/fstest"

	"zhixing/policy"
	"zhixing/policy/example"
)

var block = regexp.MustCompile("(?s)\n`([a-z/]+\\.yaml)`\n\n```yaml\n(.*?)```")

// The worked example of docs/policies-example.md, file by file as a clerk would copy it, loads without a word and plays.
func TestWorkedExample(t *testing.T) { playPage(t, "../../docs/policies-example.md", 7, 2) }

// So does the one by which docs/policies.md shows what is easily got wrong.
func TestWhatIsEasilyGotWrong(t *testing.T) { playPage(t, "../../docs/policies.md", 7, 5) }

// playPage takes the files of a policy off a page and plays their examples.
func playPage(t *testing.T, name string, files, examples int) {
	t.Helper()
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for _, m := range block.FindAllSubmatch(page, -1) {
		folder[string(m[1])] = &fstest.MapFile{Data: m[2]}
	}
	if len(folder) != files {
		t.Fatalf("%d files on the page", len(folder))
	}
	over, err := policy.Overlay(os.DirFS("../testdata/othercounty"), map[string]fs.FS{"drinking-2031": folder})
	if err != nil {
		t.Fatal(err)
	}
	c, problems, warnings := policy.Lint(over)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, w := range warnings {
		if regexp.MustCompile("drinking-2031").MatchString(w.File) && !regexp.MustCompile("gazette").MatchString(w.Message) {
			t.Error(w)
		}
	}
	n := 0
	var mine []policy.Example
	for _, e := range c.Policies.Examples {
		if e.Policy == "drinking-2031" {
			mine = append(mine, e)
		}
	}
	err = example.Run(context.Background(), &c, mine, func(r example.Result) {
		n++
		for _, f := range r.Failures {
			t.Error(f)
		}
	})
	if err != nil || n != examples {
		t.Error(n, "examples", err)
	}
}
