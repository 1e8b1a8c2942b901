package channel

import (
	"time"

	"zhixing/calendar"
)

// Hours are a stretch of each day by the clock of China, which may go over midnight: from 22:00 to 06:30. Both empty: Night.
type Hours struct{ From, To string }

// Night is when nobody is woken by what can wait, where no file says otherwise.
var Night = Hours{"22:00", "06:30"}

// minutes of the day; -1 where it is no time of day.
func minutes(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func (h Hours) check() error {
	if h != (Hours{}) && (minutes(h.From) < 0 || minutes(h.To) < 0 || h.From == h.To) {
		return refuse(Invalid, "ReadConfig", "quiet 写作 {from: \"22:00\", to: \"06:30\"}，两个时刻不同。")
	}
	return nil
}

// Keep is an Outbox's Quiet: notices leave when the hours are over, calls and warnings at any time.
func (h Hours) Keep(u Urgency, _ string, t time.Time) time.Time {
	if h == (Hours{}) {
		h = Night
	}
	from, to := minutes(h.From), minutes(h.To)
	if u != Notice || from < 0 || to < 0 {
		return t
	}
	day := calendar.DateOf(t)
	at := func(d calendar.Date, m int) time.Time { return d.Time().Add(time.Duration(m) * time.Minute) }
	l := t.In(calendar.Zone)
	now := l.Hour()*60 + l.Minute()
	switch {
	case from < to && from <= now && now < to, from > to && now < to:
		return at(day, to)
	case from > to && now >= from:
		return at(day.AddDays(1), to)
	}
	return t
}
