package calendar

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each file under testdata holds cases of one form: the text after ">" (several such lines are one text), and below it
// what is to be found, one a line, or "none".
func TestDeadlineCases(t *testing.T) {
	eachCase(t, "testdata/deadlines", func(text string, year int) string {
		var b strings.Builder
		for _, d := range Deadlines(text, year) {
			date := d.Date.String()
			if date == "" {
				date = "-"
			}
			fmt.Fprintf(&b, "%s %s\n", date, d.Raw)
		}
		return b.String()
	})
}

func TestCadenceCases(t *testing.T) {
	eachCase(t, "testdata/cadences", func(text string, _ int) string {
		var b strings.Builder
		for _, c := range Cadences(text) {
			fmt.Fprintf(&b, "%s %s\n", c.Every, c.Raw)
		}
		return b.String()
	})
}

func eachCase(t *testing.T, dir string, read func(text string, year int) string) {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases in "+dir, err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			for _, c := range cases(t, name) {
				got := read(c.text, c.year)
				if got == "" {
					got = "none\n"
				}
				if got != c.want {
					t.Errorf("%s:%d: %s\n got %s want %s", filepath.Base(name), c.line, c.text, got, c.want)
				}
			}
		})
	}
}

type testCase struct {
	line, year int
	text, want string
}

func cases(t *testing.T, name string) []testCase {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []testCase
	year := 0
	for i, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "#") || line == "":
		case strings.HasPrefix(line, "document of "):
			if _, err := fmt.Sscan(line[len("document of "):], &year); err != nil {
				t.Fatalf("%s:%d: %v", name, i+1, err)
			}
		case strings.HasPrefix(line, "> "):
			if n := len(out); n > 0 && out[n-1].want == "" {
				out[n-1].text += "\n" + line[2:]
				continue
			}
			out = append(out, testCase{i + 1, year, line[2:], ""})
		default:
			out[len(out)-1].want += line + "\n"
		}
	}
	return out
}
