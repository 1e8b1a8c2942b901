package calendar

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func FuzzDeadlines(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s, 2023)
	}
	f.Fuzz(func(t *testing.T, text string, year int) {
		year = ((year%200)+200)%200 + 1900
		last := 0
		for _, d := range Deadlines(text, year) {
			if d.Start < last || d.End <= d.Start || d.End > len(text) {
				t.Fatalf("offsets [%d, %d) after %d in %d bytes", d.Start, d.End, last, len(text))
			}
			last = d.End
			if want := bare(text[d.Start:d.End]); d.Raw != want {
				t.Fatalf("raw %q, source %q", d.Raw, want)
			}
			if !d.Date.IsZero() {
				if _, ok := NewDate(d.Date.Year, d.Date.Month, d.Date.Day); !ok {
					t.Fatalf("%s is no day", d.Date)
				}
			}
		}
	})
}

func FuzzCadences(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, c := range Cadences(text) {
			if c.Start < last || c.End <= c.Start || c.End > len(text) {
				t.Fatalf("offsets [%d, %d) after %d in %d bytes", c.Start, c.End, last, len(text))
			}
			last = c.End
			if want := bare(text[c.Start:c.End]); c.Raw != want {
				t.Fatalf("raw %q, source %q", c.Raw, want)
			}
			switch c.Every {
			case Day, Week, Month, Quarter, HalfYear, Year, Seasonal, Always:
			default:
				t.Fatalf("every %q", c.Every)
			}
		}
	})
}

// bare is the text without white space, as Raw promises it.
func bare(s string) string {
	if !strings.ContainsAny(s, "\t\n\v\f\r \u3000\u00a0\ufeff\u200b") {
		return s
	}
	return strings.Map(func(c rune) rune {
		if c <= ' ' || strings.ContainsRune("\u3000\u00a0\ufeff\u200b", c) {
			return -1
		}
		return c
	}, s)
}

func seeds(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, string(b))
	}
	return append(out, strings.Repeat("《", 300), strings.Repeat("2023年、", 300), "每每每年", "\xff2023年\xff底前")
}

// TestLinear reads texts that tempt a reader to look back and ahead again and again, once at n and once at 10 n bytes.
func TestLinear(t *testing.T) {
	for _, unit := range []string{"《", "2023年", "3月、", "每年", "10-", "年度", "半年一", "在一", "“十四五”", "2023年的", "一", "截至2025年底，"} {
		read := func(n int) time.Duration {
			text := strings.Repeat(unit, n)
			best := time.Hour
			for range 5 {
				start := time.Now()
				Deadlines(text, 2023)
				Cadences(text)
				best = min(best, time.Since(start))
			}
			return best
		}
		small, large := read(2_000), read(20_000)
		if large > 40*small && large > 50*time.Millisecond {
			t.Errorf("%q: %v for one length, %v for ten times as much", unit, small, large)
		}
	}
}

// BenchmarkIssue reads dates and intervals of an issue's worth of text.
func BenchmarkIssue(b *testing.B) {
	text := strings.Repeat("各单位要于2023年10月底前完成清单修订，每季度调度一次，持续推进问题整改，到2025年全县污水收集率达到90%以上，较2022年提高五个百分点。", 700)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Deadlines(text, 2023)
		Cadences(text)
	}
}
