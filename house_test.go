// Package zhixing_test keeps the house in order: every package says what it is, imports run one way, and no file
// grows past what a person reads.
package zhixing_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport is the one direction in which imports run: a package may use those named beside it and what those may
// use. A package that is missing here fails the test, so that a newcomer decides where it stands.
var mayImport = map[string][]string{
	// Pure: no file, no clock, no network, no database.
	"calendar":          {},
	"gazette":           {"calendar"},
	"duty":              {"gazette"},
	"edition":           {"gazette", "edition/paper"},
	"edition/paper":     {"edition/pdf", "edition/markup"},
	"edition/pdf":       {},
	"edition/markup":    {},
	"org":               {},
	"manuscript":        {"manuscript/layout"},
	"manuscript/layout": {},
	"quantity":          {},
	"standard":          {"quantity", "calendar"},
	"device/hj212":      {"quantity"},
	"rule":              {"quantity", "calendar"},
	"cases/photo":       {},
	"drill":             {},
	"warning/cap":       {},
	// The record.
	"db":      {},
	"journal": {"db"},
	"search":  {"db", "calendar"},
	"account": {"journal"},
	// Going out: wire clients that know nothing of what they carry, then what waits for them.
	"gateway":              {},
	"gateway/speech":       {"drill"},
	"gateway/speaker":      {"gateway", "gateway/speech"},
	"gateway/voice":        {"gateway", "gateway/speech"},
	"gateway/screen":       {"gateway"},
	"gateway/link":         {},
	"gateway/sms":          {"gateway", "drill"},
	"gateway/cmpp":         {"gateway/sms", "gateway/link"},
	"gateway/smpp":         {"gateway/sms", "gateway/link"},
	"gateway/mas":          {"gateway/sms", "gateway/link"},
	"gateway/mas/platform": {},
	"channel":              {"journal", "calendar", "gateway", "drill"},
	// For tests alone.
	"internal/peertest":   {},
	"internal/brokertest": {"internal/peertest"},
	// Data of counties.
	"counties": {},
	"policy":   {"org", "calendar", "personnel", "ledger", "score", "cases", "relay", "bulletin", "audience", "warning", "emergency", "callup", "forecast"},
	// The loop.
	"publication":              {"journal", "search", "edition", "duty", "org"},
	"publication/corpus":       {"publication"},
	"personnel":                {"publication", "org", "calendar"},
	"notice":                   {"journal", "calendar", "gateway", "drill"},
	"letter":                   {"edition/paper", "calendar"},
	"sheet":                    {"calendar"},
	"ledger":                   {"personnel", "notice", "letter"},
	"ledger/corpus":            {"ledger"},
	"register":                 {"journal", "rule", "org", "sheet"},
	"observation":              {"journal", "rule", "sheet"},
	"observation/sensorthings": {"observation"},
	"device/inbox":             {},
	"device":                   {"observation", "device/hj212", "device/inbox"},
	"device/simulator":         {"device/hj212"},
	"finding":                  {"register", "observation", "standard"},
	"audience":                 {"register"},
	"cases":                    {"finding", "ledger", "cases/photo"},
	"relay":                    {"finding"},
	"bulletin":                 {"cases", "edition/paper"},
	"score":                    {"ledger", "cases"},
	"emergency":                {"ledger", "register", "observation", "standard", "drill"},
	"forecast/grid":            {},
	"forecast/grib":            {"forecast/grid"},
	"forecast/netcdf":          {"forecast/grid"},
	"forecast/nowcast":         {"forecast/grid"},
	"forecast":                 {"register", "forecast/grib", "forecast/netcdf", "forecast/nowcast"},
	"callup":                   {"journal", "calendar", "drill"},
	"warning":                  {"finding", "ledger", "warning/cap", "drill"},
	// What people touch.
	"policy/policytest": {},
	"policy/draft":      {"policy", "duty"},
	"policy/works":      {"policy", "channel", "drill", "gateway/sms"},
	"policy/example":    {"policy/works", "duty"},
	"web":               {"publication", "account", "policy/works", "policy/draft", "manuscript", "score", "sheet", "device", "observation/sensorthings"},
	"cmd/zhixing":       {"web", "counties", "db/dbtest", "policy/example", "device/simulator", "channel", "audience", "gateway/mas", "gateway/cmpp", "gateway/smpp", "gateway/speaker", "gateway/voice", "gateway/screen", "gateway/mas/platform"},
	"docs/load":         {"publication/corpus", "policy", "counties"},
	"docs/readings":     {"policy/works", "device", "device/simulator"},
	"docs/reports":      {"ledger", "policy", "counties", "account"},
	"db/dbtest":         {"db"},
	"account/oidctest":  {},
}

// impure are the standard packages through which a pure package could reach out of itself.
var impure = []string{"os", "net", "net/http", "database/sql", "os/exec", "log", "log/slog", "io/ioutil"}

var pure = []string{"calendar", "gazette", "duty", "edition", "edition/paper", "edition/pdf", "edition/markup", "org", "letter", "sheet",
	"quantity", "standard", "device/hj212", "rule", "cases/photo", "warning/cap", "gateway/speech"}

const module = "zhixing/"

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for dir, files := range packages(t) {
		var doc string
		for _, f := range files {
			if !strings.HasSuffix(f.name, "_test.go") && f.ast.Doc != nil {
				doc = f.ast.Doc.Text()
			}
		}
		want := "Package " + filepath.Base(dir) + " "
		if files[0].ast.Name.Name == "main" {
			want = "Command " + filepath.Base(dir) + " "
		}
		if !strings.HasPrefix(doc, want) {
			t.Errorf("%s: want a package comment that begins %q and gives its contract and an example", dir, want)
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	for dir, files := range packages(t) {
		if _, ok := mayImport[dir]; !ok {
			t.Errorf("%s: not in mayImport: say there which packages it may use", dir)
			continue
		}
		allowed := reach(dir)
		for _, f := range files {
			test := strings.HasSuffix(f.name, "_test.go")
			for _, imp := range f.ast.Imports {
				path := strings.Trim(imp.Path.Value, `"`)
				name, ours := strings.CutPrefix(path, module)
				switch {
				case test:
				case ours && !slices.Contains(allowed, name):
					t.Errorf("%s imports %s: imports run down the loop; hand in a function value instead", f.name, path)
				case slices.Contains(pure, dir) && slices.Contains(impure, path):
					t.Errorf("%s imports %s: %s is pure; let the caller do it", f.name, path, dir)
				}
			}
		}
	}
}

// skips are the files in which a test may end as skipped, and when. A program of others that is missing is no such reason: it fails under `make
// test` (package peertest).
var skips = map[string]string{
	"internal/peertest/peertest.go":  "outside make test",
	"db/dbtest/postgres.go":          "outside make test",
	"calendar/gold_test.go":          "without shared/",
	"counties/facts_test.go":         "without shared/",
	"duty/gold_test.go":              "without shared/",
	"duty/target_gold_test.go":       "without shared/",
	"edition/real_test.go":           "without shared/",
	"gazette/read_test.go":           "without shared/",
	"publication/real_test.go":       "without shared/",
	"standard/shared_test.go":        "without shared/",
	"cmd/zhixing/read_test.go":       "without shared/",
	"duty/fuzz_test.go":              "with -short",
	"journal/log_test.go":            "with -short",
	"policy/example/example_test.go": "with -short",
	"manuscript/fuzz_test.go":        "for inputs that are not its subject, a benchmark without its file",
	"web/open311_test.go":            "for inputs that are not its subject",
	"db/dbtest/dbtest_test.go":       "for the process that another test kills",
}

func TestSkipsAreSaid(t *testing.T) {
	found := map[string]bool{}
	for _, files := range packages(t) {
		for _, f := range files {
			if !slices.ContainsFunc(f.ast.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing"` }) {
				continue
			}
			name := filepath.ToSlash(f.name)
			ast.Inspect(f.ast, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				what, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || what.Sel.Name != "Skip" && what.Sel.Name != "Skipf" && what.Sel.Name != "SkipNow" {
					return true
				}
				found[name] = true
				if skips[name] == "" {
					t.Errorf("%s skips a test: let it run, call peertest, or say in skips when", name)
				}
				var says string
				if len(call.Args) > 0 {
					ast.Inspect(call.Args[0], func(n ast.Node) bool {
						if lit, ok := n.(*ast.BasicLit); ok && says == "" {
							says = strings.Trim(lit.Value, "`\"")
						}
						return says == ""
					})
				}
				if !strings.HasPrefix(says, "SKIPPED: ") {
					t.Errorf("%s: %q should begin with SKIPPED: and say why", name, says)
				}
				return true
			})
		}
	}
	for name := range skips {
		if !found[name] {
			t.Errorf("%s skips nothing: take it out of skips", name)
		}
	}
}

func TestSQLStandsInStores(t *testing.T) {
	for dir, files := range packages(t) {
		if dir == "db" || dir == "db/dbtest" {
			continue
		}
		for _, f := range files {
			base := filepath.Base(f.name)
			if strings.HasPrefix(base, "store") || strings.HasSuffix(base, "_test.go") {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				s := strings.TrimSpace(strings.Trim(lit.Value, "`\""))
				for _, verb := range []string{"SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "} {
					if strings.HasPrefix(s, verb) {
						t.Errorf("%s: SQL outside a store*.go file: %.40s", f.name, s)
					}
				}
				return true
			})
		}
	}
}

func TestFilesStayReadable(t *testing.T) {
	for _, files := range packages(t) {
		for _, f := range files {
			if strings.HasSuffix(f.name, "_test.go") {
				continue
			}
			if f.lines > 600 {
				t.Errorf("%s has %d lines: split it by noun (at most 600, better 400)", f.name, f.lines)
			}
		}
	}
}

func TestDecisionsAreOnePage(t *testing.T) {
	pages, err := filepath.Glob("decisions/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no decisions", err)
	}
	seen := map[string]string{}
	for _, p := range pages {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		for _, part := range []string{"\n## Context", "\n## Decision", "\n## Consequences"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: lacks%s", p, strings.TrimPrefix(part, "\n##"))
			}
		}
		if n := strings.Count(text, "\n"); n > 80 {
			t.Errorf("%s has %d lines: a decision is one page", p, n)
		}
		no := filepath.Base(p)[:4]
		if other, ok := seen[no]; ok {
			t.Errorf("%s and %s have the same number", p, other)
		}
		seen[no] = p
	}
}

type file struct {
	name  string
	ast   *ast.File
	lines int
}

// packages parses every Go file below the root, by folder.
func packages(t *testing.T) map[string][]file {
	t.Helper()
	out := map[string][]file{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || filepath.Dir(path) == "." {
			return nil
		}
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		out[dir] = append(out[dir], file{path, f, set.File(f.Pos()).LineCount()})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// reach is what dir may import, directly or through what it may import.
func reach(dir string) []string {
	var out []string
	for _, d := range mayImport[dir] {
		if !slices.Contains(out, d) {
			out = append(out, d)
			for _, e := range reach(d) {
				if !slices.Contains(out, e) {
					out = append(out, e)
				}
			}
		}
	}
	return out
}
