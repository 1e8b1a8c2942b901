package observation

import (
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
	"zhixing/rule"
)

// SeriesName is the name of a kind of series in addresses: small ASCII letters, digits and hyphens, one in the county.
type SeriesName string

// Kind is the span of a reading's period: HJ 212 sends real-time, minute, hour and day data; laboratories send samples.
type Kind string

// The kinds of series. The day of hour, day and month data is that of the START of the period.
const (
	RealTime Kind = "realtime"
	Minute   Kind = "minute"
	Hour     Kind = "hour"
	Day      Kind = "day"
	Month    Kind = "month"
	Sample   Kind = "sample" // taken by hand
)

// kinds in the order of their codes in the store, from 1. A kind is never taken away from here.
var kinds = []Kind{RealTime, Minute, Hour, Day, Month, Sample}

func (k Kind) code() int {
	for i, other := range kinds {
		if k == other {
			return i + 1
		}
	}
	return 0
}

// End is when the period that starts at t is over; real-time data and samples have none but the instant itself.
func (k Kind) End(t time.Time, interval time.Duration) time.Time {
	switch k {
	case Minute:
		return t.Add(interval)
	case Hour:
		return t.Add(time.Hour)
	case Day:
		return t.Add(24 * time.Hour)
	case Month:
		return t.In(calendar.Zone).AddDate(0, 1, 0).UTC()
	}
	return t
}

// Start is the start of the hour, day or month that t is in, by the clock of China.
func (k Kind) Start(t time.Time) time.Time {
	l := t.In(calendar.Zone)
	switch k {
	case Hour:
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), 0, 0, 0, calendar.Zone).UTC()
	case Day:
		return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, calendar.Zone).UTC()
	case Month:
		return time.Date(l.Year(), l.Month(), 1, 0, 0, 0, 0, calendar.Zone).UTC()
	}
	return t
}

// Definition is a quantity that is measured at each entry of a register (a section, an outlet, a chimney).
type Definition struct {
	Name       SeriesName
	Title      string // 化学需氧量
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Register   string     // name of the register whose entries are the places
	When       *rule.Expr // only entries of which this holds; nil: all
	Item       string     // code of package standard, where a standard knows the quantity
	Factor     string     // HJ 212 code, where devices send it
	Unit       quantity.Unit
	Kind       Kind
	Silence    time.Duration // without a reading for so long the series is silent; 0: never
	Method     string
	Owner      string // unit
	Public     bool
	Low, High  *quantity.Decimal // outside: the reading is kept and marked 越界

	// Interval is how far apart real-time and minute readings should be; 0: nobody said, and then no gap is counted.
	Interval time.Duration
	// MeanOf makes this series of the valid readings of another one of the same register; nothing else is taken for it.
	MeanOf SeriesName
	Need   int // percent of the expected readings that a mean must have; 0 is 75

	File   string
	LineNo int
}

// Step is how far apart readings should be: of hour and day data by their kind, else as Interval says; 0: not known.
func (d *Definition) Step() time.Duration {
	switch d.Kind {
	case Hour:
		return time.Hour
	case Day:
		return 24 * time.Hour
	case RealTime, Minute:
		return d.Interval
	}
	return 0
}

const defaultNeed = 75 // percent: 45 minutes of an hour (GB 3095), and of flue gas (HJ 212-2017 table 8)

func (d *Definition) need() int {
	if d.Need == 0 {
		return defaultNeed
	}
	return d.Need
}

func (o *Observations) checkMean(d *Definition) error {
	from := o.byName[d.MeanOf]
	switch {
	case from == nil:
		return fmt.Errorf("%s:%d：监测项目“%s”取“%s”的均值，而没有这个监测项目", d.File, d.LineNo, d.Name, d.MeanOf)
	case from.Register != d.Register:
		return fmt.Errorf("%s:%d：监测项目“%s”取“%s”的均值，两者应在同一本台账上", d.File, d.LineNo, d.Name, d.MeanOf)
	case d.Kind != Hour && d.Kind != Day && d.Kind != Month:
		return fmt.Errorf("%s:%d：监测项目“%s”是均值，kind 应为 hour、day 或 month", d.File, d.LineNo, d.Name)
	case from.Kind == Sample || from.Kind.code() >= d.Kind.code():
		return fmt.Errorf("%s:%d：监测项目“%s”的均值要由更短时段的数据计算，“%s”不是", d.File, d.LineNo, d.Name, d.MeanOf)
	case from.Step() == 0:
		return fmt.Errorf("%s:%d：监测项目“%s”要作均值，应写明 interval（每隔多久一个数）", from.File, from.LineNo, from.Name)
	case !d.Unit.Same(from.Unit):
		return fmt.Errorf("%s:%d：监测项目“%s”与“%s”的计量单位不能换算", d.File, d.LineNo, d.Name, d.MeanOf)
	case d.Need < 0 || d.Need > 100:
		return fmt.Errorf("%s:%d：监测项目“%s”的 need 应为 1 至 100 的百分数", d.File, d.LineNo, d.Name)
	}
	return nil
}
