package observation

import (
	"time"

	"zhixing/quantity"
	"zhixing/rule"
)

// SeriesName is the name of a kind of series in addresses: small ASCII letters, digits and hyphens, one in the county.
type SeriesName string

// Span of a reading's period: HJ 212 sends real-time, minute, hour and day data; laboratories send samples.
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
	File       string
	LineNo     int
}
