package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What any package writes into the journal has a name on its page.
func TestDeedsHaveNames(t *testing.T) {
	what := regexp.MustCompile(`(?m)^[^/\n]*What: +"([a-z0-9_]+\.[a-z_0-9]+)"[,}]`)
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		for _, m := range what.FindAllStringSubmatch(string(b), -1) {
			if seen++; deeds[m[1]] == "" {
				t.Errorf("%s: the page of the journal has no name for %s", path, m[1])
			}
		}
		return err
	})
	if err != nil || seen < 50 {
		t.Fatal(seen, err)
	}
	for _, callups := range []string{"callup.open", "callup.answer", "callup.forget"} {
		if deeds[callups] == "" {
			t.Errorf("no name for %s", callups)
		}
	}
}
