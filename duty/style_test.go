package duty

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/gazette"
)

// Each file under testdata/styles is a text as some office would print it, a line "-- duties --", and the duties that
// a careful reader finds in it, one a line in the fields of Duty. A field that is left out is empty. Deadlines are
// compared by date, cadences by interval.
func TestStyles(t *testing.T) {
	files, err := filepath.Glob("testdata/styles/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	total := 0
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			text, want := readCase(t, f)
			issue, err := gazette.Read(text)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, Read(issue), want)
			total += len(want)
		})
	}
	t.Logf("%d files, %d duties", len(files), total)
}

func readCase(t *testing.T, name string) (text string, want []Duty) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text, answers, ok := strings.Cut(string(b), "\n-- duties --\n")
	if !ok {
		t.Fatalf("%s: no line -- duties --", name)
	}
	return text, readLines(t, name, answers)
}

func readLines(t *testing.T, name, lines string) []Duty {
	t.Helper()
	var out []Duty
	sc := bufio.NewScanner(strings.NewReader(lines))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		var d Duty
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			t.Fatalf("%s: %v in %s", name, err, sc.Text())
		}
		out = append(out, d)
	}
	return out
}

// compare pairs duties in order; where the numbers differ it says which are missing or too many.
func compare(t *testing.T, got, want []Duty) {
	t.Helper()
	keys := func(ds []Duty) (out []string) {
		for _, d := range ds {
			out = append(out, d.No+"#"+string(rune('0'+d.Part))+" "+d.Title+" | "+d.BodyHead)
		}
		return out
	}
	g, w := keys(got), keys(want)
	if !slices.Equal(g, w) {
		for _, k := range w {
			if !slices.Contains(g, k) {
				t.Errorf("missing  %s", k)
			}
		}
		for _, k := range g {
			if !slices.Contains(w, k) {
				t.Errorf("too many %s", k)
			}
		}
	}
	for i := range want {
		k := slices.Index(g, w[i])
		if k < 0 {
			continue
		}
		for _, f := range []struct {
			name string
			got  []string
			want []string
		}{
			{"lead", got[k].Lead, want[i].Lead},
			{"support", got[k].Support, want[i].Support},
			{"implement", got[k].Implement, want[i].Implement},
			{"guide", got[k].Guide, want[i].Guide},
			{"inherited", got[k].Inherited, want[i].Inherited},
			{"deadlines", dates(got[k]), dates(want[i])},
			{"cadence", intervals(got[k]), intervals(want[i])},
		} {
			if !slices.Equal(f.got, f.want) {
				t.Errorf("%s: %s is %q, want %q", w[i], f.name, f.got, f.want)
			}
		}
		if got[k].Proposed != want[i].Proposed {
			t.Errorf("%s: proposed is %v", w[i], got[k].Proposed)
		}
	}
}

// dates and intervals are what is compared of deadlines and cadences: each once, in order of the calendar.
func dates(d Duty) (out []string) {
	for _, x := range d.Deadlines {
		if s := x.Date.String(); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

func intervals(d Duty) (out []string) {
	for _, x := range d.Cadence {
		if s := string(x.Every); x.Every != calendar.Always && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}
