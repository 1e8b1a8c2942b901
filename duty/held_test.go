package duty

import (
	"path/filepath"
	"strings"
	"testing"

	"zhixing/gazette"
)

// TestHeld reads plans in forms that were met after the reader was written. The files are like those of TestStyles; a
// plan is compared where an answer names one.
func TestHeld(t *testing.T) {
	files, err := filepath.Glob("testdata/held/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			text, want := readCase(t, f)
			issue, err := gazette.Read(text)
			if err != nil {
				t.Fatal(err)
			}
			got := Read(issue)
			compare(t, got, want)
			for i := range want {
				if i < len(got) && want[i].Plan != "" && got[i].Plan != want[i].Plan {
					t.Errorf("plan is %q, want %q", got[i].Plan, want[i].Plan)
				}
			}
		})
	}
}
