package netcdf

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// span is the time of one field. start is zero where the file has no bounds.
type span struct{ start, end time.Time }

// spans reads a time coordinate and its bounds (CF 4.4, 7.1).
func (f *file) spans(v *variable) ([]span, error) {
	n := 1
	if len(v.dims) == 1 {
		n = f.shape(v)[0]
	}
	if n < 1 || n > maxFields {
		return nil, fmt.Errorf("时间有%d个，不收", n)
	}
	clock, err := readClock(v.attributes["units"].text, v.attributes["calendar"].text)
	if err != nil {
		return nil, fmt.Errorf("变量“%s”：%w", v.name, err)
	}
	ends, err := f.read(v, 0, n)
	if err != nil {
		return nil, err
	}
	out := make([]span, n)
	for i, x := range ends {
		if out[i].end, err = clock.at(x); err != nil {
			return nil, err
		}
	}
	bounds := f.find(v.attributes["bounds"].text)
	if bounds == nil || len(v.dims) != 1 || len(bounds.dims) != 2 || bounds.dims[0] != v.dims[0] || f.dims[bounds.dims[1]].length != 2 {
		return out, nil
	}
	pairs, err := f.read(bounds, 0, 2*n)
	if err != nil {
		return nil, err
	}
	for i := range out { // the coordinate may be the middle: the bounds are what counts
		if out[i].start, err = clock.at(pairs[2*i]); err != nil {
			return nil, err
		}
		if out[i].end, err = clock.at(pairs[2*i+1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// run is the time that a forecast starts from, where the file says it.
func (f *file) run() (time.Time, error) {
	for _, v := range f.vars {
		if v.name != "forecast_reference_time" && v.attributes["standard_name"].text != "forecast_reference_time" || len(v.dims) > 1 {
			continue
		}
		if len(v.dims) == 1 && f.shape(v)[0] != 1 {
			return time.Time{}, fmt.Errorf("起报时间有%d个，请一次起报一个文件", f.shape(v)[0])
		}
		s, err := f.spans(v)
		if err != nil {
			return time.Time{}, err
		}
		return s[0].end, nil
	}
	return time.Time{}, nil
}

// clock reads "hours since 2023-07-20 08:00:00 +08:00".
type clock struct {
	unit time.Duration
	from time.Time
}

var clockUnits = map[string]time.Duration{"second": time.Second, "sec": time.Second, "s": time.Second, "minute": time.Minute, "min": time.Minute,
	"hour": time.Hour, "hr": time.Hour, "h": time.Hour, "day": 24 * time.Hour, "d": 24 * time.Hour}

func readClock(units, calendar string) (clock, error) {
	switch strings.ToLower(calendar) {
	case "", "standard", "gregorian", "proleptic_gregorian":
	default:
		return clock{}, fmt.Errorf("历法“%s”不收，只收公历", calendar)
	}
	word, from, ok := strings.Cut(units, " since ")
	word = strings.TrimSpace(word)
	unit := clockUnits[word]
	if unit == 0 {
		unit = clockUnits[strings.TrimSuffix(word, "s")]
	}
	if !ok || unit == 0 {
		return clock{}, fmt.Errorf("时间单位“%s”读不懂，应如 hours since 2023-07-20 00:00:00", units)
	}
	t, err := readMoment(from)
	return clock{unit, t}, err
}

// readMoment reads a date, a time of day and a zone, of which the last two may be absent; without a zone it is UTC.
func readMoment(s string) (time.Time, error) {
	bad := fmt.Errorf("时间起点“%s”读不懂，应如 2023-07-20 00:00:00", s)
	s = strings.TrimSpace(strings.Replace(s, "T", " ", 1))
	day, rest, _ := strings.Cut(s, " ")
	t, err := time.Parse("2006-1-2", day)
	if err != nil {
		return time.Time{}, bad
	}
	rest = strings.TrimSpace(rest)
	rest = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(rest, "UTC"), "Z"))
	if rest == "" {
		return t, nil
	}
	zone := time.Duration(0)
	if i := strings.LastIndexAny(rest, "+-"); i >= 0 {
		h, m, _ := strings.Cut(rest[i+1:], ":")
		if len(h) == 4 {
			h, m = h[:2], h[2:]
		}
		hours, err := strconv.Atoi(h)
		minutes, err2 := strconv.Atoi("0" + m)
		if err != nil || err2 != nil || hours < 0 || hours > 14 || minutes > 59 {
			return time.Time{}, bad
		}
		zone = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if rest[i] == '-' {
			zone = -zone
		}
		rest = strings.TrimSpace(rest[:i])
	}
	rest, _, _ = strings.Cut(rest, ".") // fractions of a second
	for _, layout := range []string{"15:4:5", "15:4", "15"} {
		if c, err := time.Parse(layout, rest); err == nil {
			return t.Add(c.Sub(c.Truncate(24*time.Hour)) - zone), nil
		}
	}
	if rest == "" {
		return t.Add(-zone), nil
	}
	return time.Time{}, bad
}

// at is the moment of a number, to the second.
func (c clock) at(x float64) (time.Time, error) {
	s := math.Round(x * c.unit.Seconds())
	if !(math.Abs(s) < 290*365*86400) {
		return time.Time{}, fmt.Errorf("时间值%g超出范围", x)
	}
	t := c.from.Add(time.Duration(s) * time.Second) // 290 years are about what a Duration holds
	if t.Year() < 1900 || t.Year() > 2200 {
		return time.Time{}, fmt.Errorf("时间值%g是%d年，超出范围", x, t.Year())
	}
	return t, nil
}
