package observation

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

// DaySum is what the readings of one day come to.
type DaySum struct {
	Day calendar.Date
	Stats
	Expected int // how many there should be, up to now; 0: nobody said
	Over     int // valid ones that the asker calls over
}

// Gaps is how many readings never came.
func (d *DaySum) Gaps() int { return max(0, d.Expected-d.Valid-d.Invalid-d.Missing) }

// Bucket is a stretch of a chart.
type Bucket struct {
	From, To time.Time
	Stats
}

// A stored day sum is text: 17=24,1,0,2,1469/5,3.2L,90.1,1 — series, valid, invalid, missing, below, sum, least, most, places.

func appendDaySum(b []byte, id SeriesID, s *Stats) []byte {
	if len(b) > 0 {
		b = append(b, ';')
	}
	b = strconv.AppendInt(b, int64(id), 10)
	sep := byte('=')
	for _, n := range []int{s.Valid, s.Invalid, s.Missing, s.Below} {
		b = strconv.AppendInt(append(b, sep), int64(n), 10)
		sep = ','
	}
	b = append(b, ',')
	if s.Sum != nil {
		b = append(b, s.Sum.RatString()...)
	}
	b = append(append(b, ','), s.Min.String()...)
	b = append(append(b, ','), s.Max.String()...)
	return strconv.AppendInt(append(b, ','), int64(s.Places), 10)
}

// daySumOf reads the sum of one series out of a day's text.
func daySumOf(text string, id SeriesID) (s Stats, ok bool, err error) {
	prefix := strconv.FormatInt(int64(id), 10) + "="
	for part := range strings.SplitSeq(text, ";") {
		fields, found := strings.CutPrefix(part, prefix)
		if !found {
			continue
		}
		f := strings.Split(fields, ",")
		if len(f) != 8 {
			return s, false, fmt.Errorf("observation: a stored day reads %q", part)
		}
		for i, to := range []*int{&s.Valid, &s.Invalid, &s.Missing, &s.Below} {
			if *to, err = strconv.Atoi(f[i]); err != nil {
				return s, false, err
			}
		}
		if s.Valid > 0 {
			var fine bool
			if s.Sum, fine = new(big.Rat).SetString(f[4]); !fine {
				return s, false, fmt.Errorf("observation: a stored sum reads %q", f[4])
			}
		}
		if s.Min, err = quantity.ParseSample(f[5]); err != nil {
			return s, false, err
		}
		if s.Max, err = quantity.ParseSample(f[6]); err != nil {
			return s, false, err
		}
		s.Places, err = strconv.Atoi(f[7])
		return s, true, err
	}
	return s, false, nil
}

// merge adds what another stretch of time came to.
func (s *Stats) merge(t Stats) {
	if t.Valid > 0 {
		if s.Valid == 0 || t.Min.Cmp(s.Min.Decimal) < 0 {
			s.Min = t.Min
		}
		if s.Valid == 0 || t.Max.Cmp(s.Max.Decimal) > 0 {
			s.Max = t.Max
		}
		if s.Valid == 0 || !t.LastAt.Before(s.LastAt) {
			s.Last, s.LastAt = t.Last, t.LastAt
		}
		if s.Sum == nil {
			s.Sum = new(big.Rat)
		}
		s.Sum.Add(s.Sum, t.Sum)
	}
	s.Valid += t.Valid
	s.Invalid += t.Invalid
	s.Missing += t.Missing
	s.Below += t.Below
	s.Places = max(s.Places, t.Places)
}

// dayStart is the first instant of a day in China.
func dayStart(d calendar.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, calendar.Zone).UTC()
}

// expectedOn is how many readings a series should have on a day, up to now.
func (d *Definition) expectedOn(day calendar.Date, since, now time.Time) int {
	step := d.Step()
	if step == 0 {
		return 0
	}
	from, to := dayStart(day), dayStart(day.AddDays(1))
	if since.After(from) {
		from = d.Kind.Start(since)
	}
	if now.Before(to) {
		to = now
	}
	return max(0, int(to.Sub(from)/step))
}
