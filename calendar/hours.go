package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the office hours of a working day: a morning and an afternoon, or one of the two. The zero value is all day.
type Hours struct {
	morning, afternoon minutes
}

// minutes is a part of a day, from its first minute up to its last, which is not in it.
type minutes struct{ from, to int16 }

const wholeDay = 24 * 60

// ParseHours reads "08:00-12:00 14:30-18:00"; the second part may be missing. Full-width signs, other dashes and 至 are
// understood.
func ParseHours(s string) (Hours, error) {
	wrong := func(why string) (Hours, error) {
		return Hours{}, fmt.Errorf("办公时间“%.60s”不对：%s，应写作08:00-12:00 14:30-18:00的形式", s, why)
	}
	parts := strings.FieldsFunc(s, func(c rune) bool {
		return c == ' ' || c == '\u3000' || c == '\t' || c == ',' || c == '，' || c == '、' || c == ';' || c == '；'
	})
	if len(parts) < 1 || len(parts) > 2 {
		return wrong("应有上午、下午两段或者一段")
	}
	var h Hours
	for i, part := range parts {
		f := fold(part)
		from, j := f.clock(0)
		k := f.rangeSign(j)
		to, end := f.clock(k)
		switch {
		case j == 0 || k == j || end == k || end != len(f.r):
			return wrong("“" + part + "”不是一段时间")
		case to <= from:
			return wrong("“" + part + "”的终点不在起点之后")
		case i == 1 && from < int(h.morning.to):
			return wrong("两段时间重叠或者次序颠倒")
		}
		m := minutes{int16(from), int16(to)}
		if i == 0 {
			h.morning = m
		} else {
			h.afternoon = m
		}
	}
	if h == (Hours{minutes{0, wholeDay}, minutes{}}) {
		return Hours{}, nil // one value for all day
	}
	return h, nil
}

// clock reads 8:00 or 24:00 at i as minutes of the day and gives the place after it, or i.
func (f *folded) clock(i int) (minute, end int) {
	h, j := f.number(i)
	if j == i || !isArabic(f.rune(i)) || f.rune(j) != ':' || !isArabic(f.rune(j+1)) {
		return 0, i
	}
	m, end := f.number(j + 1)
	if end != j+3 || h > 24 || m > 59 || h*60+m > wholeDay {
		return 0, i
	}
	return h*60 + m, end
}

// String is the form that ParseHours reads.
func (h Hours) String() string {
	s := h.morning.String()
	if h == (Hours{}) {
		s = minutes{0, wholeDay}.String()
	}
	if h.afternoon != (minutes{}) {
		s += " " + h.afternoon.String()
	}
	return s
}

func (m minutes) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", m.from/60, m.from%60, m.to/60, m.to%60)
}

// parts are the office hours in order.
func (h Hours) parts() [2]minutes {
	if h == (Hours{}) {
		return [2]minutes{{0, wholeDay}}
	}
	return [2]minutes{h.morning, h.afternoon}
}

// Open reports whether the office is open at t. It is at the first instant of a part and no longer at its last.
func (h Hours) Open(w *Workdays, t time.Time) bool {
	d := DateOf(t)
	if !w.Works(d) {
		return false
	}
	since := t.Sub(d.Time())
	for _, p := range h.parts() {
		if since >= p.start() && since < p.finish() {
			return true
		}
	}
	return false
}

func (m minutes) start() time.Duration  { return time.Duration(m.from) * time.Minute }
func (m minutes) finish() time.Duration { return time.Duration(m.to) * time.Minute }

// Next is t itself when the office is open, otherwise the first moment at which it opens again, in China's zone.
func (h Hours) Next(w *Workdays, t time.Time) time.Time {
	if h.Open(w, t) {
		return t
	}
	d := DateOf(t)
	parts := h.parts()
	if w.Works(d) {
		for _, p := range parts {
			if start := d.Time().Add(p.start()); p.to > 0 && !start.Before(t) {
				return start
			}
		}
	}
	return w.Add(d, 1).Time().Add(parts[0].start())
}
