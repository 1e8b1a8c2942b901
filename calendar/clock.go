package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock is a time of day in minutes; 24:00 is the end of the day.
type Clock int

// ParseClock reads a time of day as people write it: 22:00, 8:30, 8时30分, 下午3点半, 24:00; a whole hour alone, 8, counts as one.
func ParseClock(s string) (Clock, error) {
	wrong := fmt.Errorf("“%.60s”不是钟点，应写作 08:30", s)
	text := strings.Join(strings.Fields(string(fold(s).r)), "")
	shift := Clock(0)
	for _, half := range []struct {
		word  string
		shift Clock
	}{{"上午", 0}, {"凌晨", 0}, {"早上", 0}, {"下午", 12 * 60}, {"晚上", 12 * 60}, {"傍晚", 12 * 60}} {
		if rest, ok := strings.CutPrefix(text, half.word); ok {
			text, shift = rest, half.shift
			break
		}
	}
	hours, rest := cutDigits(text)
	minutes := ""
	switch {
	case rest == "" || rest == "时" || rest == "点" || rest == "点整" || rest == "时整":
	case rest == "点半" || rest == "时半":
		minutes = "30"
	case rest[0] == ':':
		if minutes, rest = cutDigits(rest[1:]); len(minutes) != 2 || rest != "" && rest != ":00" { // spreadsheets add seconds
			return 0, wrong
		}
	default:
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "时"), "点")
		if minutes, rest = cutDigits(rest); rest != "分" || minutes == "" {
			return 0, wrong
		}
	}
	if len(hours) > 2 || len(minutes) > 2 {
		return 0, wrong
	}
	h, err := strconv.Atoi(hours)
	if err != nil {
		return 0, wrong
	}
	m, _ := strconv.Atoi(minutes) // none is 0
	c := Clock(60*h + m)
	if h < 12 {
		c += shift
	}
	if m > 59 || c > wholeDay {
		return 0, wrong
	}
	return c, nil
}

func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// ClockOf is the time of day at an instant, by the clock of China.
func ClockOf(t time.Time) Clock {
	l := t.In(Zone)
	return Clock(60*l.Hour() + l.Minute())
}

// Next is the first time after t at which the clock shows c.
func (c Clock) Next(t time.Time) time.Time {
	at := DateOf(t).Time().Add(time.Duration(c) * time.Minute)
	if !at.After(t) {
		at = DateOf(t).AddDays(1).Time().Add(time.Duration(c) * time.Minute)
	}
	return at
}

// String is 08:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// DayPart is a part of the day (时段), from its first minute up to its last, which is not in it: 09:00-11:30; over midnight where
// it ends before it begins: 22:00-06:00. The whole day is 00:00-24:00.
type DayPart struct{ From, To Clock }

// ParseDayPart reads a part of the day as people write it: 22:00-06:00, 22时至次日6时, 7:00～9:00.
func ParseDayPart(s string) (DayPart, error) {
	wrong := func(why string) (DayPart, error) {
		return DayPart{}, fmt.Errorf("“%.60s”不是时段：%s，应写作 22:00-06:00", s, why)
	}
	at := strings.IndexFunc(s, func(c rune) bool { return strings.ContainsRune("-－–—―~～〜至到", c) })
	if at < 0 {
		return wrong("要有起止")
	}
	to := strings.TrimLeft(s[at:], "-－–—―~～〜至到 ")
	for _, next := range []string{"次日", "第二天", "翌日", "当日"} {
		to = strings.TrimPrefix(to, next)
	}
	from, err := ParseClock(s[:at])
	if err != nil {
		return wrong("起点不是钟点")
	}
	until, err := ParseClock(to)
	switch {
	case err != nil:
		return wrong("止点不是钟点")
	case from == until:
		return wrong("起止相同，整天写 00:00-24:00")
	case from == wholeDay:
		from = 0
	}
	return DayPart{from, until}, nil
}

// String is the form that ParseDayPart reads.
func (p DayPart) String() string { return p.From.String() + "-" + p.To.String() }

// Holds reports whether a time of day lies in the part: from its first minute on and before its last.
func (p DayPart) Holds(c Clock) bool {
	if c == wholeDay {
		c = 0
	}
	if p.From < p.To {
		return p.From <= c && c < p.To
	}
	return c >= p.From || c < p.To
}

// Length is how long the part is.
func (p DayPart) Length() time.Duration {
	n := p.To - p.From
	if n <= 0 {
		n += wholeDay
	}
	return time.Duration(n) * time.Minute
}
