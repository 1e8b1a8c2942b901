package example_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/gazette"
	"zhixing/policy"
	"zhixing/policy/draft"
	"zhixing/policy/example"
)

// The plan that is drafted from its text can be started: the example drafted beside it passes.
func TestDraftedPlanStarts(t *testing.T) {
	b, err := os.ReadFile("../draft/testdata/flood.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), " --\n")
	text, _, _ = strings.Cut(text, "-- 读出 --\n")
	base, err := policy.Overlay(os.DirFS("../testdata/othercounty"), nil)
	if err != nil {
		t.Fatal(err)
	}
	county := fstest.MapFS{"posts.yaml": {Data: []byte("posts:\n  - { unit: 乙县人民政府, title: 县长, role: leader, seats: 1 }\n  - { unit: 乙县人民政府, title: 副县长, role: leader }\n  - { unit: 县水务局, title: 局长, role: head, seats: 1 }\n")}}
	err = fs.WalkDir(base, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(base, name)
		county[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := policy.LoadForDraft(county)
	if err != nil {
		t.Fatal(err)
	}
	issue, err := gazette.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := draft.Of(&c, issue, "乙政办发〔2031〕21号")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range drafts[0].Files {
		county["policies/"+drafts[0].ID+"/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	if c, err = policy.LoadCounty(county); err != nil {
		t.Fatal(err)
	}
	var mine []policy.Example
	for _, e := range c.Policies.Examples {
		if e.Policy == drafts[0].ID {
			mine = append(mine, e)
		}
	}
	n := 0
	err = example.Run(context.Background(), &c, mine, func(r example.Result) {
		n++
		for _, f := range r.Failures {
			t.Error(f)
		}
	})
	if err != nil || n != 1 {
		t.Fatal(n, "examples played", err)
	}
}
