package calendar

import (
	"fmt"
	"slices"
	"time"
)

// MonthDay is a day of every year, written 11-15. The 29th of February is the 28th where there is none.
type MonthDay struct {
	Month time.Month
	Day   int
}

// ParseMonthDay reads 11-15.
func ParseMonthDay(s string) (MonthDay, error) {
	t, err := time.Parse("2006-01-02", "2024-"+s) // a leap year
	if err != nil {
		return MonthDay{}, fmt.Errorf("日期“%.20s”不对，应写作11-15的形式", s)
	}
	return MonthDay{t.Month(), t.Day()}, nil
}

// String is 11-15.
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", m.Month, m.Day) }

func (m MonthDay) in(year int) Date { return clamped(year, m.Month, m.Day) }

// clamped is the day of the month, or its last day where it has no such day.
func clamped(year int, month time.Month, day int) Date {
	last := LastOfMonth(year, month)
	return Date{last.Year, last.Month, min(day, last.Day)}
}

// Season is a part of the year to which a county gives a name: 采暖季 from 15 November to 15 March. When and by which
// document is the county's data.
type Season struct {
	Name    string
	Aliases []string
	From    MonthDay
	To      MonthDay // the last day; before From, it is in the next year
	Source  string
}

// Seasons are the seasons of a county.
type Seasons []Season

// Find gives the season of that name or alias.
func (s Seasons) Find(name string) (Season, bool) {
	for _, x := range s {
		if x.Name == name || slices.Contains(x.Aliases, name) {
			return x, true
		}
	}
	return Season{}, false
}

// In is the season that begins in the year.
func (s Season) In(year int) (from, to Date) {
	from = s.From.in(year)
	if s.To.Month < s.From.Month || s.To.Month == s.From.Month && s.To.Day < s.From.Day {
		year++
	}
	return from, s.To.in(year)
}

// NextStart is the first day of the next season that begins after the day.
func (s Season) NextStart(after Date) Date {
	from := s.From.in(after.Year)
	if !after.Before(from) {
		from = s.From.in(after.Year + 1)
	}
	return from
}

// holding is the season that d is in.
func (s Season) holding(d Date) (from, to Date, ok bool) {
	for year := d.Year; year >= d.Year-1; year-- {
		if from, to = s.In(year); !d.Before(from) && !to.Before(d) {
			return from, to, true
		}
	}
	return Date{}, Date{}, false
}
