package example_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/policy"
	"zhixing/policy/example"
)

// An example that is written wrong fails, in the words that its name promises, on its own line.
func TestWrongExamples(t *testing.T) {
	const folder = "../testdata/othercounty/policies/campus-2031"
	away := fstest.MapFS{}
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "examples/") {
			return err
		}
		b, err := fs.ReadFile(root, name)
		away[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("testdata/wrong.yaml")
	if err != nil {
		t.Fatal(err)
	}
	away["examples/wrong.yaml"] = &fstest.MapFile{Data: b}
	over, err := policy.Overlay(os.DirFS("../testdata/othercounty"), map[string]fs.FS{"campus-2031": away})
	if err != nil {
		t.Fatal(err)
	}
	c, err := policy.LoadCounty(over)
	if err != nil {
		t.Fatal(err)
	}
	var mine []policy.Example
	for _, e := range c.Policies.Examples {
		if e.Policy == "campus-2031" {
			mine = append(mine, e)
		}
	}
	n := 0
	err = example.Run(context.Background(), &c, mine, func(r example.Result) {
		n++
		what, want, _ := strings.Cut(r.Example.Name, "。应报：")
		t.Run(what, func(t *testing.T) {
			if len(r.Failures) != 1 {
				t.Fatalf("want one failure, got %v", r.Failures)
			}
			f := r.Failures[0]
			if !strings.HasPrefix(f.Message, want) || !strings.HasSuffix(f.File, "wrong.yaml") || f.Line <= r.Example.Line {
				t.Errorf("want %s\ngot  %v", want, f)
			}
		})
	})
	if err != nil || n < 18 {
		t.Error(n, "examples", err)
	}
}

// What is played first, and how many at a time, changes nothing.
func TestOrder(t *testing.T) {
	c := county(t, "../testdata/othercounty")
	var turned []policy.Example
	for i := range c.Policies.Examples {
		turned = append(turned, c.Policies.Examples[len(c.Policies.Examples)-1-i])
	}
	turned = append(turned, turned[:3]...)
	err := example.Run(context.Background(), &c, turned, func(r example.Result) {
		for _, f := range r.Failures {
			t.Error(f)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// Whoever stops the run gets no results that were not played.
func TestStopped(t *testing.T) {
	c := county(t, "../testdata/othercounty")
	ctx, stop := context.WithCancel(context.Background())
	n := 0
	err := example.Run(ctx, &c, c.Policies.Examples, func(example.Result) {
		n++
		stop()
	})
	if err == nil || n == len(c.Policies.Examples) {
		t.Errorf("%d played, %v", n, err)
	}
}
