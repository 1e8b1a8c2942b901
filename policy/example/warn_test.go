package example_test

import (
	"context"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"zhixing/policy"
	"zhixing/policy/example"
)

// A folder that warns plays: readings propose, one drafts, another publishes, orders follow and are lifted.
func TestStormCounty(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, root := range []string{"../testdata/othercounty", "../testdata/storm"} {
		if err := copyInto(fsys, os.DirFS(root)); err != nil {
			t.Fatal(err)
		}
	}
	c, problems, _ := policy.Lint(fsys)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var mine []policy.Example
	for _, e := range c.Policies.Examples {
		if e.Policy == "storm-2031" {
			mine = append(mine, e)
		}
	}
	if len(mine) != 3 {
		t.Fatalf("%d examples", len(mine))
	}
	err := example.Run(context.Background(), &c, mine, func(r example.Result) {
		for _, f := range r.Failures {
			t.Error(f)
		}
	})
	if err != nil {
		t.Error(err)
	}
	for _, i := range c.Policies.Untested() {
		if i.Policy == "storm-2031" {
			t.Errorf("no example shows %s %s", i.Kind, i.ID)
		}
	}
}

func copyInto(to fstest.MapFS, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, name)
		to[name] = &fstest.MapFile{Data: b}
		return err
	})
}
