// Package calendar reads dates, periods and cadences as Chinese policy writes them, and counts them out: working days,
// office hours, seasons, terms, recurrences.
//
// A Date is a civil day in the county's own calendar (UTC+8, no daylight saving since 1992); it carries no
// clock time and no zone. Everything here is a pure function of its arguments: the current time is never
// asked for, it is passed in.
//
// Terms finds every way in which a text says when; Due and Recurrence.Period turn what it found into days. What is data stays
// data: the State Council's holidays are holidays.csv, to which Workdays.With adds, and a county's seasons are handed in.
//
// Example: Terms("自印发之日起10个工作日内制定方案，每月5日前报送。", 2023) gives two terms. The first is Within ten working
// days of 自印发之日起; issued on 2023-09-28 it is due on 2023-10-18. The second recurs: Every Month, By 5.
package calendar

import (
	"fmt"
	"time"
)

// Zone is China Standard Time, in which every date of a Chinese document is meant.
var Zone = time.FixedZone("CST", 8*3600)

// Date is a civil day. The zero value means that no date is known.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day that t falls on in China.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Zone).Date()
	return Date{y, m, d}
}

// NewDate returns the day, and false where the calendar has no such day (such as 2023-02-30).
func NewDate(year int, month time.Month, day int) (Date, bool) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if y, m, d := t.Date(); y != year || m != month || d != day {
		return Date{}, false
	}
	return Date{year, month, day}, true
}

// ParseDate reads 2006-01-02; the empty string is the zero Date.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want the form 2006-01-02", s)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// LastOfMonth is the last day of the month.
func LastOfMonth(year int, month time.Month) Date {
	t := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), t.Month(), t.Day()}
}

// IsZero reports whether no date is known.
func (d Date) IsZero() bool { return d == Date{} }

// Time is the first instant of the day in China.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone) }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// AddDays moves by whole days.
func (d Date) AddDays(n int) Date {
	t := time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), t.Month(), t.Day()}
}

// String is 2006-01-02, the form of tables and of JSON; empty for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	if d.Year < 0 || d.Year > 9999 {
		return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
	}
	y, m, day := d.Year, int(d.Month), d.Day // by hand: lists of thousands of duties write little else
	return string([]byte{byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-',
		byte('0' + m/10), byte('0' + m%10), '-', byte('0' + day/10), byte('0' + day%10)})
}

// Chinese is 2006年1月2日, the form of running text; empty for the zero Date.
func (d Date) Chinese() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// MarshalText and UnmarshalText keep the form 2006-01-02 in JSON and YAML; the zero Date is the empty string.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
