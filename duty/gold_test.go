package duty

import (
	"os"
	"path/filepath"
	"testing"

	"zhixing/gazette"
)

// shared looks for the folder with the real gazette and its gold answers beside the repository.
func shared(t testing.TB, name string) string {
	t.Helper()
	for dir, _ := filepath.Abs("."); ; dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "shared", name)
		if _, err := os.Stat(p); err == nil {
			return p
		}
		if dir == filepath.Dir(dir) {
			t.Skipf("SKIPPED: no shared/%s above the package: the real gazette is not part of the repository", name)
		}
	}
}

func readShared(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// score is the scorer's measure, field by field: F1 over the sets of values, and their mean.
func TestGold(t *testing.T) {
	issue, err := gazette.Read(readShared(t, "gazette/jiangxian-2023-3.txt"))
	if err != nil {
		t.Fatal(err)
	}
	got := Read(issue)
	for _, c := range []struct {
		file string
		min  float64
	}{{"gold/duties.jsonl", 0.99}, {"gold/duties-narrative.jsonl", 0.80}} {
		want := readLines(t, c.file, readShared(t, c.file))
		mean, fields := score(got, want)
		t.Logf("%s: mean F1 %.4f %v", c.file, mean, fields)
		if mean < c.min {
			t.Errorf("%s: mean F1 %.4f, want at least %.2f", c.file, mean, c.min)
		}
	}
}

func score(got, want []Duty) (mean float64, fields map[string]float64) {
	type count struct{ right, given, wanted int }
	counts := map[string]*count{}
	names := []string{"duties", "lead", "support", "implement", "inherited", "deadlines", "cadence"}
	for _, n := range names {
		counts[n] = &count{}
	}
	plans := map[string]bool{}
	used := map[int]bool{}
	for _, w := range want {
		plans[w.Plan] = true
		var g Duty
		for i := range got {
			if used[i] || newText(got[i].BodyHead).folded() != newText(w.BodyHead).folded() || got[i].Part != w.Part {
				continue
			}
			g, used[i] = got[i], true
			plans[g.Plan] = true
			counts["duties"].right++
			break
		}
		counts["duties"].wanted++
		for n, v := range map[string][2][]string{"lead": {g.Lead, w.Lead}, "support": {g.Support, w.Support}, "implement": {g.Implement, w.Implement},
			"inherited": {g.Inherited, w.Inherited}, "deadlines": {dates(g), dates(w)}, "cadence": {intervals(g), intervals(w)}} {
			c := counts[n]
			c.given += len(v[0])
			c.wanted += len(v[1])
			c.right += len(v[0]) - len(without(foldAll(v[0]), foldAll(v[1])))
		}
	}
	for _, g := range got {
		if plans[g.Plan] {
			counts["duties"].given++
		}
	}
	fields = map[string]float64{}
	for _, n := range names {
		c := counts[n]
		p, r := ratio(c.right, c.given, c.wanted == 0), ratio(c.right, c.wanted, true)
		if p+r > 0 {
			fields[n] = 2 * p * r / (p + r)
		}
		mean += fields[n] / float64(len(names))
	}
	return mean, fields
}

func ratio(right, of int, none bool) float64 {
	switch {
	case of > 0:
		return float64(right) / float64(of)
	case none:
		return 1
	}
	return 0
}

func foldAll(list []string) (out []string) {
	for _, s := range list {
		out = append(out, newText(s).squeeze().folded())
	}
	return out
}

func BenchmarkRead(b *testing.B) {
	source := readShared(b, "gazette/jiangxian-2023-3.txt")
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		issue, err := gazette.Read(source)
		if err != nil {
			b.Fatal(err)
		}
		Read(issue)
	}
}

func BenchmarkDuties(b *testing.B) {
	source := readShared(b, "gazette/jiangxian-2023-3.txt")
	issue, err := gazette.Read(source)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		Read(issue)
	}
}
