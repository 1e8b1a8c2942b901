package gazette

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead: whatever the text, nothing is lost, nothing is invented, addresses are unique and stay the same.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/cases/*.txt")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), "-- 原文 --\n")
		source, _, _ := strings.Cut(rest, wantLine)
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		is, err := Read(source)
		if err != nil {
			return
		}
		whole(t, is)
		if len(is.Documents) == 0 {
			t.Fatal("no document")
		}
		again, err := Read(source)
		if err != nil {
			t.Fatal(err)
		}
		var first, second []string
		for _, d := range is.Documents {
			d.Walk(func(n *Node) { first = append(first, d.ID()+"#"+n.Path) })
		}
		for _, d := range again.Documents {
			d.Walk(func(n *Node) { second = append(second, d.ID()+"#"+n.Path) })
		}
		if strings.Join(first, "\n") != strings.Join(second, "\n") {
			t.Fatal("addresses change when the text is read again")
		}
		for _, d := range is.Documents {
			if utf8.ValidString(source) && !utf8.ValidString(d.Title+d.No+d.Issuer+d.Kind+d.PublicNote) {
				t.Fatalf("broken characters in the facts of %q", d.Title)
			}
		}
	})
}
