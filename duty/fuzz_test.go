package duty

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/gazette"
)

// Whatever the text, reading ends, every span lies in the source, and no name of a unit has a sign that is not there.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/styles/*.txt")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		text, _, _ := strings.Cut(string(b), "\n-- duties --\n")
		f.Add(text)
	}
	f.Add("一、（（（责任单位：甲局、、、和及等部门（")
	f.Add("序号\n责任单位\n任务\n1\n/\n/")
	f.Fuzz(func(t *testing.T, source string) {
		issue, err := gazette.Read(source)
		if err != nil {
			return
		}
		printed := map[rune]bool{'、': true, '和': true}
		for _, r := range source {
			printed[r] = true
		}
		for _, d := range Read(issue) {
			for _, s := range d.Spans {
				if s.Start < 0 || s.End > len(source) || s.Start > s.End {
					t.Fatalf("span %v outside the source of %d bytes", s, len(source))
				}
			}
			if d.Part < 1 {
				t.Fatalf("part %d", d.Part)
			}
			for _, list := range [][]string{d.Lead, d.Support, d.Implement, d.Guide, d.Inherited} {
				for _, u := range list {
					for _, r := range u {
						if !printed[r] {
							t.Fatalf("unit %q is not in the source", u)
						}
					}
				}
			}
		}
	})
}

func FuzzSplitUnits(f *testing.F) {
	f.Add("甲局、工业和信息化局和各县（市、区）政府等有关部门")
	f.Add("各市、州、县人民政府，甲局/乙局 丙局")
	f.Fuzz(func(t *testing.T, list string) {
		for _, u := range SplitUnits(list) {
			if strings.TrimSpace(u) == "" {
				t.Fatalf("an empty name in %q", list)
			}
		}
	})
}

// Twice the text must not take much more than twice the time, for the texts that are worst for brackets, commas and
// numbers.
func TestLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: measures time; not in -short")
	}
	for name, piece := range map[string]string{
		"open brackets":  "（责任单位：甲局、",
		"close brackets": "甲局）",
		"units":          "甲局、乙局和丙局，",
		"parts":          "推进甲项目建设。（甲局负责）",
		"items":          "1.推进甲项目。加快建设。（甲局负责）\n",
		"cells":          "1\n推进甲项目\n甲局\n6月底前\n",
	} {
		read := func(n int) time.Duration {
			source := "某县工作方案\n一、任务\n" + strings.Repeat(piece, n)
			if name == "cells" {
				source = "某县工作方案\n序号\n任务\n责任单位\n完成时限\n" + strings.Repeat(piece, n)
			}
			issue, err := gazette.Read(source)
			if err != nil {
				t.Fatal(err)
			}
			best := time.Hour
			for range 3 {
				start := time.Now()
				Read(issue)
				best = min(best, time.Since(start))
			}
			return best
		}
		var small, large time.Duration
		for range 4 { // a busy machine can spoil a round, but not all of them; squared time would be 64 times as much
			if small, large = read(1000), read(8000); large <= 24*small+20*time.Millisecond {
				break
			}
		}
		if large > 24*small+20*time.Millisecond {
			t.Errorf("%s: 8 times the text took %v instead of %v", name, large, small)
		}
	}
}
