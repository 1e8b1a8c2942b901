package notice

import (
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/calendar"
)

// Item is one deadline in a calendar feed.
type Item struct {
	UID        string // the same in every reading: duty-123-2023-10-31@gov.example.cn
	Day        calendar.Date
	Summary    string
	Text       string
	URL        string
	Categories []string
	Changed    time.Time // when the fact behind it was last changed: two readings without a change are the same bytes
	Cancelled  bool      // shown as cancelled, so that a calendar which keeps what it has read strikes it out
}

// ICalendar is a calendar after RFC 5545 with one all-day event an item: phones show events of a subscribed calendar and no tasks.
// There are no alarms; who is reminded, and at which hour, is decided elsewhere. An item without a day or a UID is left out.
func ICalendar(name string, items []Item) []byte {
	var b strings.Builder
	line := func(s string) { b.WriteString(fold(s)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//zhixing//duties//ZH")
	line("CALSCALE:GREGORIAN")
	line("METHOD:PUBLISH")
	line("X-WR-CALNAME:" + escape(name))
	line("X-WR-TIMEZONE:Asia/Shanghai")
	line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
	line("X-PUBLISHED-TTL:PT1H")
	for _, i := range items {
		if i.Day.IsZero() || i.UID == "" {
			continue
		}
		stamp := i.Changed.UTC().Format("20060102T150405Z")
		line("BEGIN:VEVENT")
		line("UID:" + escape(i.UID))
		line("DTSTAMP:" + stamp)
		line("LAST-MODIFIED:" + stamp)
		line("DTSTART;VALUE=DATE:" + day(i.Day))
		line("DTEND;VALUE=DATE:" + day(i.Day.AddDays(1))) // the end is not part of it
		line("SUMMARY:" + escape(i.Summary))
		if i.Text != "" {
			line("DESCRIPTION:" + escape(i.Text))
		}
		if i.URL != "" {
			line("URL:" + oneLine(i.URL))
		}
		if len(i.Categories) > 0 {
			var words []string
			for _, c := range i.Categories {
				words = append(words, escape(c))
			}
			line("CATEGORIES:" + strings.Join(words, ","))
		}
		line("STATUS:" + map[bool]string{false: "CONFIRMED", true: "CANCELLED"}[i.Cancelled])
		line("TRANSP:TRANSPARENT") // a deadline keeps nobody from meeting
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

func day(d calendar.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// escape is TEXT of §3.3.11; control characters, which no TEXT may hold, become blanks.
func escape(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r':
			b.WriteString(`\n`)
		case r == '\\' || r == ';' || r == ',':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is a URI, which is not escaped, without anything that could end its line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// fold ends a line with CRLF and breaks it so that none has more than 75 octets (§3.1), never inside a letter.
func fold(s string) string {
	const most = 75
	var b strings.Builder
	room := most
	for len(s) > 0 {
		_, size := utf8.DecodeRuneInString(s)
		if size > room {
			b.WriteString("\r\n ")
			room = most - 1
		}
		b.WriteString(s[:size])
		s = s[size:]
		room -= size
	}
	b.WriteString("\r\n")
	return b.String()
}
