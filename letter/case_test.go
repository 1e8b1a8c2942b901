package letter

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the text below each case anew")

const fence = "----\n"

// cases are the files of testdata: a letter as JSON above the fence, its text below.
func cases(t testing.TB) map[string]Letter {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	out := map[string]Letter{}
	for _, name := range names {
		input, _ := caseFile(t, name)
		var l Letter
		d := json.NewDecoder(strings.NewReader(input))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[strings.TrimSuffix(filepath.Base(name), ".txt")] = l
	}
	return out
}

func caseFile(t testing.TB, name string) (input, want string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	input, want, _ = strings.Cut(string(b), fence)
	return strings.TrimSpace(input), want
}

func TestText(t *testing.T) {
	for name, l := range cases(t) {
		file := "testdata/" + name + ".txt"
		input, want := caseFile(t, file)
		got := l.Text()
		if *update {
			if err := os.WriteFile(file, []byte(input+"\n"+fence+got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}
