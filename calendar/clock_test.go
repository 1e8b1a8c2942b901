package calendar

import (
	"testing"
	"time"
)

func TestParseClock(t *testing.T) {
	for s, want := range map[string]string{
		"08:30": "08:30", "8:30": "08:30", "８：３０": "08:30", "8时": "08:00", "8点半": "08:30", "8时05分": "08:05", "下午3点": "15:00", "下午12:30": "12:30",
		"晚上10时30分": "22:30", "24:00": "24:00", "0:00": "00:00", "08:30:00": "08:30", "8": "08:00", " 22:00 ": "22:00",
		"": "", "24:01": "", "8:60": "", "8:3": "", "830": "", "-1": "", "8:30:15": "", "早": "", "8时30": "", "25": "",
	} {
		c, err := ParseClock(s)
		if got := c.String(); err == nil && got != want || err != nil && want != "" {
			t.Errorf("%q: %s %v, want %q", s, got, err, want)
		}
	}
}

func TestDayPart(t *testing.T) {
	for s, want := range map[string]string{
		"22:00-06:00": "22:00-06:00", "22:00–06:00": "22:00-06:00", "22时至次日6时": "22:00-06:00", "7:00～9:00": "07:00-09:00", "4时至9时": "04:00-09:00",
		"0:00-24:00": "00:00-24:00", "24:00-06:00": "00:00-06:00", "15时至15时20分": "15:00-15:20", "9:00 — 11:30": "09:00-11:30",
		"9:00": "", "9:00-9:00": "", "-9:00": "", "9:00-": "", "": "",
	} {
		p, err := ParseDayPart(s)
		if got := p.String(); err == nil && got != want || err != nil && want != "" {
			t.Errorf("%q: %s %v, want %q", s, got, err, want)
		}
	}
	night := DayPart{22 * 60, 6 * 60}
	for c, want := range map[Clock]bool{22 * 60: true, 22*60 - 1: false, 0: true, 24 * 60: true, 6*60 - 1: true, 6 * 60: false, 12 * 60: false} {
		if night.Holds(c) != want {
			t.Errorf("%s in %s: want %v", c, night, want)
		}
	}
	if night.Length() != 8*time.Hour || (DayPart{0, wholeDay}).Length() != 24*time.Hour {
		t.Error("lengths", night.Length())
	}
	if c := ClockOf(time.Date(2023, 9, 20, 14, 5, 0, 0, time.UTC)); c.String() != "22:05" || !night.Holds(c) {
		t.Error("clock of an instant", c)
	}
}

func TestNext(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, x := range []struct{ clock, from, want string }{
		{"09:00", "2023-07-28 08:59", "2023-07-28 09:00"}, {"09:00", "2023-07-28 09:00", "2023-07-29 09:00"}, {"09:00", "2023-12-31 23:00", "2024-01-01 09:00"},
		{"24:00", "2023-12-31 23:59", "2024-01-01 00:00"}, {"00:00", "2024-01-01 00:00", "2024-01-02 00:00"},
	} {
		c, err := ParseClock(x.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Next(at(x.from).UTC()); !got.Equal(at(x.want)) {
			t.Errorf("after %s it is %s at %v, want %s", x.from, x.clock, got, x.want)
		}
	}
}
