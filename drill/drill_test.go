package drill_test

import (
	"strings"
	"testing"

	"zhixing/drill"
)

func TestMarks(t *testing.T) {
	for text, want := range map[string]string{
		"请立即转移": "【演练】请立即转移【演练】",
		"":      "",
		"【演练】请立即转移【演练】": "【演练】请立即转移【演练】",
		"【演练】请立即转移":     "【演练】请立即转移【演练】",
	} {
		if got := drill.Marked(text); got != want {
			t.Errorf("Marked(%q) = %q", text, got)
		}
	}
	for _, text := range []string{"", "【演练】", "【演练】半截", "半截【演练】", "请立即转移"} {
		if drill.Is(text) {
			t.Errorf("%q counts as a text of an exercise", text)
		}
	}
	if !drill.Is("【演练】【演练】") || !drill.Has("这是【演练】吗") || drill.Has("演练") {
		t.Error("marks are not found")
	}
}

func FuzzMarked(f *testing.F) {
	f.Add("请立即转移")
	f.Add("【演练】x")
	f.Fuzz(func(t *testing.T, s string) {
		once := drill.Marked(s)
		if s != "" && !drill.Is(once) || drill.Marked(once) != once || strings.Count(once, drill.Mark) < 2 && s != "" {
			t.Errorf("%q: %q", s, once)
		}
	})
}
