package calendar

import (
	"fmt"
	"strings"
	"testing"
)

// A case of testdata/terms gives each term as "kind and particulars: words", see describe.
func TestTermCases(t *testing.T) {
	eachCase(t, "testdata/terms", func(text string, year int) string {
		var b strings.Builder
		for _, x := range Terms(text, year) {
			fmt.Fprintf(&b, "%s: %s\n", describe(x), x.Raw)
		}
		return b.String()
	})
}

// describe writes a term in one line, in the order of its fields: "within 10 workdays 自收到之日起", "month by 5 next".
func describe(t Term) string {
	out := []string{string(t.Kind)}
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	switch t.Kind {
	case ByDate, BeforeSeason:
		if out[0] = t.Date.String(); t.Date.IsZero() {
			out[0] = "no-date"
		}
		if t.Kind == BeforeSeason {
			out[0] = "before"
			say("%s %d", t.Season, t.Date.Year)
		}
	case Within:
		say("%d %s", t.Span.N, t.Span.Unit)
		if !t.Date.IsZero() {
			say("from %s", t.Date)
		}
	case Recurring:
		r := t.Recur
		out[0] = string(r.Every)
		if r.Each != 0 {
			say("each %d", r.Each)
		}
		if r.Times != 0 {
			say("times %d", r.Times)
		}
		if r.FromMonth != 0 {
			say("months %d-%d", r.FromMonth, r.ToMonth)
		} else if r.ToMonth != 0 {
			say("in %d", r.ToMonth)
		}
		if r.By != 0 {
			say("by %d", r.By)
		}
		if r.ByWorkdays {
			say("workday")
		}
		if r.Next {
			say("next")
		}
		if r.ToMinute != 0 {
			say("hours %d:%02d-%d:%02d", r.FromMinute/60, r.FromMinute%60, r.ToMinute/60, r.ToMinute%60)
		}
		if r.Season != "" {
			say("%s", r.Season)
		}
	}
	if t.Event != "" {
		say("[%s]", t.Event)
	}
	return strings.Join(out, " ")
}
