package policy

import (
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/quantity"
)

// Readings and inspections of examples.

// readings reads one reading or a run of them.
func (t *scene) readings(f *Fact, s said) {
	one := f.Kind == ReadingFact
	names := map[bool][]string{true: {"series", "of", "value", "at", "flag"}, false: {"series", "of", "from", "step", "values", "flag"}}[one]
	for _, n := range s.named {
		if !slices.Contains(names, n.name.s) {
			t.bad(t.file, n.name.line, "%s 里不能写“%s”%s，可写：%s", f.Kind, n.name.s, nearest(n.name.s, names), strings.Join(names, "、"))
		}
	}
	for _, n := range names[:len(names)-1] {
		if !s.has(n) {
			t.bad(t.file, f.Line, "%s 要写 %s", f.Kind, n)
			return
		}
	}
	f.ID, f.Key = s.get("series").s, s.get("of").s
	t.look(SeriesItem, s.get("series").text)
	flag := s.get("flag")
	if _, err := observation.ParseFlag(flag.s); err != nil {
		t.bad(t.file, flag.line, "%v", err)
	}
	if one {
		t.value(s.get("value").text)
		f.Readings = []GivenReading{{t.instant(t.file, s.get("at").text), s.get("value").s, flag.s}}
		return
	}
	f.Kind = ReadingFact
	at, next := t.instant(t.file, s.get("from").text), t.step(s.get("step").text)
	if len(s.get("values").list) > 10_000 {
		t.bad(t.file, s.get("values").line, "一串读数最多 10000 个")
		return
	}
	for i, v := range s.get("values").list {
		t.value(v.text)
		f.Readings = append(f.Readings, GivenReading{next(at, i), v.s, flag.s})
	}
}

// value is a number, one below detection, or nothing.
func (t *scene) value(x text) {
	if x.s == "" || x.s == "-" {
		return
	}
	if _, err := quantity.ParseSample(x.s); err != nil {
		t.bad(t.file, x.line, "读数“%s”应写作 61、0.0003L，缺测留空", x.s)
	}
}

// step reads 1小时, 1日, 1个月 and gives the n-th instant.
func (t *scene) step(x text) func(time.Time, int) time.Time {
	if strings.HasSuffix(x.s, "月") || strings.HasSuffix(x.s, "年") {
		span := t.span(t.file, x)
		return func(at time.Time, n int) time.Time {
			day := calendar.Span{N: n * span.N, Unit: span.Unit}.After(calendar.DateOf(at), nil)
			return day.Time().Add(at.Sub(calendar.DateOf(at).Time()))
		}
	}
	d := t.duration(t.file, x)
	if d <= 0 {
		t.bad(t.file, x.line, "step 应写作“1小时”“1日”“1个月”")
	}
	return func(at time.Time, n int) time.Time { return at.Add(time.Duration(n) * d) }
}

func (t *scene) inspection(f *Fact, s said, name text) {
	t.required(s, "of")
	item := t.look(ChecklistItem, name)
	for _, w := range s.get("failed").words() {
		f.Failed = append(f.Failed, w.s)
		if item != nil {
			t.findingOf(t.file, text{name.s + "/" + w.s, w.line}, t.item)
		}
	}
}
