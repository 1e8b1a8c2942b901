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

func FuzzTerms(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s, 2023, int32(19_000))
	}
	f.Fuzz(func(t *testing.T, text string, year int, day int32) {
		year = ((year%200)+200)%200 + 1900
		event := numbered(int(day) % 100_000)
		checkTerms(t, text, year, event)
	})
}

// checkTerms holds what was read against what Terms, Due and Recurrence promise.
func checkTerms(t *testing.T, text string, year int, event Date) {
	t.Helper()
	last := 0
	for _, x := range Terms(text, year) {
		if x.Start < last || x.End <= x.Start || x.End > len(text) {
			t.Fatalf("offsets [%d, %d) after %d in %d bytes", x.Start, x.End, last, len(text))
		}
		last = x.End
		if want := bare(text[x.Start:x.End]); x.Raw != want {
			t.Fatalf("raw %q, source %q", x.Raw, want)
		}
		if !x.Date.IsZero() {
			if _, ok := NewDate(x.Date.Year, x.Date.Month, x.Date.Day); !ok {
				t.Fatalf("%s is no day", x.Date)
			}
		}
		due, ok := x.Due(event, testSeasons, National())
		if x.Kind == Within && (!ok || x.Date.IsZero() && due.Before(event)) || ok == due.IsZero() {
			t.Fatalf("%+v: due %s %v", x, due, ok)
		}
		checkRecurrence(t, x, event)
	}
}

// checkRecurrence holds what was read of an interval against what Recurrence promises.
func checkRecurrence(t *testing.T, x Term, day Date) {
	r := x.Recur
	if (x.Kind == Recurring) != (r.Every != "") || r.Every == Always {
		t.Fatalf("%+v", x)
	}
	if r.By < 0 || r.By > 35 || r.FromMonth < 0 || r.FromMonth > 12 || r.ToMonth < 0 || r.ToMonth > 12 || r.FromMinute < 0 || r.FromMinute > r.ToMinute || r.ToMinute > wholeDay {
		t.Fatalf("%+v", r)
	}
	if p, ok := r.Period(day, testSeasons, National()); ok {
		if day.Before(p.From) || p.To.Before(day) || p.Due.Before(p.From) {
			t.Fatalf("%+v: %v holds %s", r, p, day)
		}
		if q := r.After(p, testSeasons, National()); !p.To.Before(q.From) {
			t.Fatalf("%+v: after %v %v", r, p, q)
		}
		if p.Label(r.Every) == "" {
			t.Fatalf("%+v: %v has no label", r, p)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	for _, s := range []string{"08:00-12:00 14:30-18:00", "9:00—17:00", "００：００至２４：００", "8:00-12:00、14:00-18:00", "", "25:00-26:00", "08:00-12:00 11:00-13:00"} {
		f.Add(s, int64(1_700_000_000))
	}
	f.Fuzz(func(t *testing.T, s string, at int64) {
		h, err := ParseHours(s)
		if err != nil {
			return
		}
		if again, err := ParseHours(h.String()); err != nil || again != h {
			t.Fatalf("%q is %s, read again %s, %v", s, h, again, err)
		}
		now := time.Unix(at%(1<<33), 0)
		if next := h.Next(National(), now); next.Before(now) || !h.Open(National(), next) {
			t.Fatalf("%s: Next(%s) = %s", h, now, next)
		}
	})
}

func FuzzParseHolidays(f *testing.F) {
	f.Add(holidays)
	f.Add([]byte("date,kind,name,source\n2027-10-01,off,国庆节,甲县通知\n"))
	f.Add([]byte("\ufeffdate,kind,name,source\r\n\r\n2027-10-01,on,国庆节,甲县通知\r\n,,,\r\n"))
	f.Add([]byte("date,kind\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ParseHolidays(b)
		if err != nil {
			return
		}
		w, err := National().With(rows)
		if err != nil {
			t.Fatalf("read without an error, but %v", err)
		}
		for _, r := range rows {
			if w.Works(r.Date) == r.Off {
				t.Fatalf("%+v is not kept", r)
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
	for _, unit := range []string{"《", "2023年", "3月、", "每年", "10-", "年度", "半年一", "在一", "“十四五”", "2023年的", "一", "截至2025年底，",
		"自收到通知之日", "每月5日、", "汛期，", "5-9月", "每年3月、", "后10日内", "每一", "逢", "年度", "入汛前", "每周一", "百", "1-"} {
		read := func(n int) time.Duration {
			text := strings.Repeat(unit, n)
			best := time.Hour
			for range 5 {
				start := time.Now()
				Terms(text, 2023)
				best = min(best, time.Since(start))
			}
			return best
		}
		for try := 1; ; try++ { // others may use the machine: only what is slow again and again is slow
			small, large := read(2_000), read(20_000)
			if large <= 60*small || large <= 100*time.Millisecond {
				break
			}
			if try == 5 {
				t.Errorf("%q: %v for one length, %v for ten times as much", unit, small, large)
				break
			}
		}
	}
}

// BenchmarkIssue reads dates and intervals of an issue's worth of text.
func BenchmarkIssue(b *testing.B) {
	text := strings.Repeat("各单位要于2023年10月底前完成清单修订，每季度调度一次，持续推进问题整改，到2025年全县污水收集率达到90%以上，较2022年提高五个百分点。", 700)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Terms(text, 2023)
	}
}
