package duty

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// Each file holds cases of one form: the text after ">", and below it what is to be found, one a line, or "none".
func TestTargetCases(t *testing.T) {
	phraseCases(t, "testdata/targets", func(s string) string {
		var b strings.Builder
		for _, x := range Targets(s) {
			v, err := json.Marshal(x.Value)
			if err != nil {
				t.Fatal(err)
			}
			unit := x.Unit
			if unit == "" {
				unit = "-"
			}
			fmt.Fprintf(&b, "%s %s %s %s\n", x.Subject, x.Op, v, unit)
		}
		return b.String()
	})
}

func TestRegisterCases(t *testing.T) {
	phraseCases(t, "testdata/registers", func(s string) string {
		return strings.Join(append(Registers(s), ""), "\n")
	})
}

func phraseCases(t *testing.T, dir string, read func(string) string) {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases in "+dir, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range strings.Split(string(b), "\n> ")[1:] {
			text, want, _ := strings.Cut(block, "\n")
			want = strings.TrimRight(want, "\n")
			if got := strings.TrimRight(read(text), "\n"); got != want && !(got == "" && want == "none") {
				t.Errorf("%s, case %d: %s\n got %s\nwant %s", filepath.Base(name), i+1, text, got, want)
			}
		}
	}
}

func TestValueKeepsItsFormInJSON(t *testing.T) {
	for _, v := range []Value{{}, {Text: "90"}, {Text: "0.50"}, {Text: "3", High: "5"}, {Text: "III"}} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Value
		if err := json.Unmarshal(b, &back); err != nil || back != v {
			t.Errorf("%s: got %+v, %v, want %+v", b, back, err, v)
		}
	}
	if r, ok := (Value{Text: "0.5"}).Rat(); !ok || r.RatString() != "1/2" {
		t.Error("0.5 is one half, exactly")
	}
	if _, ok := (Value{Text: "III"}).Rat(); ok {
		t.Error("a class is no number")
	}
}

func FuzzTargets(f *testing.F) {
	files, err := filepath.Glob("testdata/targets/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("一千一万亿")
	f.Add("00.0.0%")
	f.Fuzz(func(t *testing.T, s string) {
		for _, x := range Targets(s) {
			b, err := json.Marshal(x)
			if err != nil {
				t.Fatalf("%+v: %v", x, err)
			}
			var back Target
			if err := json.Unmarshal(b, &back); err != nil {
				t.Fatalf("%s: %v", b, err)
			}
			if utf8.ValidString(s) && back.Value != x.Value {
				t.Fatalf("%+v came back as %+v", x, back)
			}
		}
		for _, name := range Registers(s) {
			if name == "" || utf8.RuneCountInString(name) > 300 {
				t.Fatalf("register %q", name)
			}
		}
	})
}
