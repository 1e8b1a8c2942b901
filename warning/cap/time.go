package cap

import (
	"errors"
	"strconv"
	"time"
)

// ParseTime reads the one form of a date that CAP 1.2 knows, 2026-08-05T14:30:00+08:00. The comma that the schema's pattern lets
// pass as a sign is no xs:dateTime; hour 24 is one, at 24:00:00 only.
func ParseTime(s string) (time.Time, error) {
	const form = "0000-00-00T00:00:00+00:00"
	if len(s) != len(form) {
		return time.Time{}, errors.New("不是 2026-08-05T14:30:00+08:00 的写法：要有秒和时区（±hh:mm），没有秒的小数，不写 Z")
	}
	for i := range len(form) {
		digit := s[i] >= '0' && s[i] <= '9'
		switch c := form[i]; {
		case c == '0' && !digit, c != '0' && c != '+' && s[i] != c:
			return time.Time{}, errors.New("不是 2026-08-05T14:30:00+08:00 的写法：要有秒和时区（±hh:mm），没有秒的小数，不写 Z")
		case c == '+' && s[i] != '+' && s[i] != '-':
			return time.Time{}, errors.New("时区要以 + 或 - 开头")
		}
	}
	n := func(from, to int) int {
		v, _ := strconv.Atoi(s[from:to])
		return v
	}
	year, month, day, hour, minute, second := n(0, 4), n(5, 7), n(8, 10), n(11, 13), n(14, 16), n(17, 19)
	zone := n(20, 22)*60 + n(23, 25)
	switch {
	case year == 0:
		return time.Time{}, errors.New("没有公元 0 年")
	case month < 1 || month > 12 || day < 1 || day > daysIn(year, month):
		return time.Time{}, errors.New("日历上没有这一天")
	case hour > 24 || hour == 24 && (minute > 0 || second > 0) || minute > 59 || second > 59:
		return time.Time{}, errors.New("钟面上没有这个时刻")
	case n(23, 25) > 59 || zone > 14*60:
		return time.Time{}, errors.New("时区至多 14:00，分不过 59")
	}
	if s[19] == '-' {
		zone = -zone
	}
	at := time.UTC
	if zone != 0 {
		at = time.FixedZone("", zone*60)
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, at), nil
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// FormatTime writes t as CAP wants it, in t's own zone; UTC is -00:00.
func FormatTime(t time.Time) string {
	if _, offset := t.Zone(); offset == 0 {
		return t.Format("2006-01-02T15:04:05") + "-00:00"
	}
	return t.Format("2006-01-02T15:04:05-07:00")
}

// exact says whether t can be written without loss: whole seconds in a zone of whole minutes.
func exact(t time.Time) bool {
	_, offset := t.Zone()
	return t.Nanosecond() == 0 && offset%60 == 0
}
