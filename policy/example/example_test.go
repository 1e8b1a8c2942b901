package example_test

import (
	"context"
	"os"
	"testing"

	"zhixing/policy"
	"zhixing/policy/example"
)

// county loads a folder of policies.
func county(t testing.TB, folder string) policy.County {
	t.Helper()
	c, err := policy.LoadCounty(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The examples of a county that no code knows.
func TestOtherCounty(t *testing.T) {
	c := county(t, "../testdata/othercounty")
	n := 0
	err := example.Run(context.Background(), &c, c.Policies.Examples, func(r example.Result) {
		n++
		t.Run(r.Example.Name, func(t *testing.T) {
			for _, f := range r.Failures {
				t.Error(f)
			}
		})
	})
	if err != nil || n != len(c.Policies.Examples) || n < 15 {
		t.Fatal(n, "examples played", err)
	}
}

// The examples of the demonstration county, as many as the documents of issue four order.
func TestJiangxian(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: takes a minute; not in -short")
	}
	c := county(t, "../../counties/jiangxian")
	n := 0
	err := example.Run(context.Background(), &c, c.Policies.Examples, func(r example.Result) {
		n++
		for _, f := range r.Failures {
			t.Error(f)
		}
	})
	if err != nil || n < 300 {
		t.Error(n, "examples played", err)
	}
	for _, i := range c.Policies.Untested() {
		t.Logf("%s:%d: no example shows %s", i.File, i.Line, i)
	}
}

func BenchmarkJiangxian(b *testing.B) {
	c := county(b, "../../counties/jiangxian")
	for b.Loop() {
		if err := example.Run(context.Background(), &c, c.Policies.Examples, func(example.Result) {}); err != nil {
			b.Fatal(err)
		}
	}
}
