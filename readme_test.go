package zhixing_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write generated parts of the documentation anew")

// order is that of the map in README.md: the order of the loop, then what people touch.
var order = []string{"manuscript", "gazette", "duty", "calendar", "org", "policy", "counties", "publication", "edition", "search", "quantity", "rule", "standard", "register", "observation", "device", "forecast", "finding", "warning", "emergency", "cases", "relay", "bulletin", "personnel", "ledger", "letter", "score", "audience", "notice", "gateway", "channel", "callup", "drill", "sheet", "journal", "account", "db", "web", "cmd/zhixing"}

// TestReadmeMapIsFresh holds the map in both READMEs against the package comments that it is made of.
func TestReadmeMapIsFresh(t *testing.T) {
	all := packages(t)
	var rows []string
	for _, dir := range order {
		doc := ""
		for _, f := range all[dir] {
			if f.ast.Doc != nil && !strings.HasSuffix(f.name, "_test.go") {
				doc = f.ast.Doc.Text()
			}
		}
		rows = append(rows, "| `"+dir+"` | "+firstSentence(doc, filepath.Base(dir))+" |")
	}
	for dir := range all {
		if !slices.Contains(order, dir) && (dir == "cmd/zhixing" || !strings.Contains(dir, "/")) {
			t.Errorf("%s is missing in order: say where it stands in the README's map", dir)
		}
	}
	want := strings.Join(rows, "\n") + "\n"
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(b), "<!-- map -->\n")
		got, after, ok2 := strings.Cut(rest, "<!-- end of map -->\n")
		if !ok || !ok2 {
			t.Fatalf("%s: no <!-- map --> … <!-- end of map -->", name)
		}
		if got == want {
			continue
		}
		if !*update {
			t.Errorf("%s: the map is stale; run go test . -run Readme -update", name)
			continue
		}
		if err := os.WriteFile(name, []byte(before+"<!-- map -->\n"+want+"<!-- end of map -->\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// firstSentence is the package comment's first sentence without "Package name".
func firstSentence(doc, name string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	for _, head := range []string{"Package " + name + " ", "Command " + name + " "} {
		doc = strings.TrimPrefix(doc, head)
	}
	end := len(doc)
	for i := 0; i+1 < len(doc); i++ {
		if doc[i] == '.' && doc[i+1] == ' ' || doc[i] == ':' && doc[i+1] == ' ' {
			end = i
			break
		}
	}
	return strings.TrimSuffix(doc[:end], ".")
}

// TestNoCountyInCode keeps what one county decides in that county's folder: no Go file names the demonstration county,
// its code or its document numbers. Test files may name it where they test the demonstration itself.
func TestNoCountyInCode(t *testing.T) {
	for _, files := range packages(t) {
		for _, f := range files {
			if strings.HasSuffix(f.name, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f.name)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(b), "\n") {
				for _, word := range []string{"绛", "140826", "运城"} {
					if strings.Contains(line, word) {
						t.Errorf("%s:%d names %s: use an invented one (甲县, 100000)", f.name, i+1, word)
					}
				}
			}
		}
	}
}

// TestDependenciesHaveReasons holds DEPENDENCIES.md against go.mod: every direct dependency has a row with its version
// and its reason, and no row is left over.
func TestDependenciesHaveReasons(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("DEPENDENCIES.md")
	if err != nil {
		t.Fatal(err)
	}
	var direct []string
	for _, line := range strings.Split(string(mod), "\n") {
		if f := strings.Fields(line); len(f) == 2 && strings.HasPrefix(f[1], "v") && strings.HasPrefix(line, "\t") {
			direct = append(direct, "| "+f[0]+" | "+f[1]+" |")
		}
	}
	rows := strings.Count(string(page), "\n| ") - 1 // the head
	for _, row := range direct {
		if !strings.Contains(string(page), row) {
			t.Errorf("DEPENDENCIES.md has no row %s", row)
		}
	}
	if rows != len(direct) {
		t.Errorf("DEPENDENCIES.md has %d rows, go.mod %d direct dependencies", rows, len(direct))
	}
}
