package gazette

import (
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/calendar"
)

// foundDate is a day as written in a text. Date is zero where the day was left open (2021年8月 日).
type foundDate struct {
	Span
	date calendar.Date
}

// findDate looks for the first 2023年9月1日, 二〇二三年九月一日, 2023-09-01, 2023.9.1 or 2021年8月　日 in s.
func findDate(s string) (foundDate, bool) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if isDigit(r) || hanDigit(r) >= 0 {
			if d, ok := dateAt(s, i); ok {
				return d, true
			}
			i += max(size, numeralRun(s[i:]))
			continue
		}
		i += size
	}
	return foundDate{}, false
}

// numeralRun is how far the digits go that s begins with.
func numeralRun(s string) int {
	return len(s) - len(strings.TrimLeftFunc(s, func(r rune) bool { return isDigit(r) || hanDigit(r) >= 0 }))
}

func dateAt(s string, i int) (foundDate, bool) {
	y, at := yearNumber(s[i:])
	if at == 0 || y < 1900 || y > 2200 {
		return foundDate{}, false
	}
	at += i
	at += spaces(s[at:])
	sep, size := utf8.DecodeRuneInString(s[at:])
	var second string
	switch sep {
	case '年':
		second = "月"
	case '-', '.', '/', '－', '．':
		second = string(sep)
	default:
		return foundDate{}, false
	}
	at += size
	at += spaces(s[at:])
	m, used := spacedNumber(s[at:])
	at += used
	at += spaces(s[at:])
	if used == 0 || m < 1 || m > 12 || !strings.HasPrefix(s[at:], second) {
		return foundDate{}, false
	}
	at += len(second)
	at += spaces(s[at:])
	d, used := spacedNumber(s[at:])
	at += used
	if second == "月" {
		at += spaces(s[at:])
		if !strings.HasPrefix(s[at:], "日") {
			return foundDate{}, false
		}
		at += len("日")
	} else if used == 0 {
		return foundDate{}, false
	}
	found := foundDate{Span: Span{i, at}}
	if used == 0 {
		return found, true
	}
	var ok bool
	found.date, ok = calendar.NewDate(y, time.Month(m), d)
	return found, ok
}

// yearNumber reads four digits of either kind, spaces between them allowed.
func yearNumber(s string) (y, used int) {
	for k := 0; k < 4; k++ {
		r, size := utf8.DecodeRuneInString(s[used:])
		d := hanDigit(r)
		if isDigit(r) {
			d = int(half(r) - '0')
		}
		if r == 'O' || r == 'o' {
			d = 0
		}
		if d < 0 {
			return 0, 0
		}
		y = y*10 + d
		used += size
		if k < 3 {
			used += spaces(s[used:])
		}
	}
	return y, used
}

// spacedNumber reads a month or a day: 9, ０９, 1 0, 十二.
func spacedNumber(s string) (n, used int) {
	r, _ := utf8.DecodeRuneInString(s)
	if !isDigit(r) {
		return hanDigits(s)
	}
	for k := 0; k < 2; k++ {
		gap := spaces(s[used:])
		r, size := utf8.DecodeRuneInString(s[used+gap:])
		if !isDigit(r) {
			break
		}
		n = n*10 + int(half(r)-'0')
		used += gap + size
	}
	return n, used
}

// isDateLine reports a line that is a date and nothing else, perhaps in brackets.
func isDateLine(s string) (foundDate, bool) {
	if len(s) > 80 {
		return foundDate{}, false
	}
	d, ok := findDate(s)
	if !ok {
		return d, false
	}
	rest := strings.TrimFunc(s[:d.Start]+s[d.End:], func(r rune) bool {
		return isSpace(r) || r == '（' || r == '）' || r == '(' || r == ')'
	})
	return d, rest == ""
}
