package finding

import (
	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

// Value is a number that a document decides, by date: a limit, a target, a price. Expressions name it 参数.NAME.
type Value struct {
	Name   string // Chinese, an identifier
	Policy string
	Unit   quantity.Unit
	Basis  rule.Basis
	Dated  []Dated // by From
	File   string
	LineNo int
}

// Dated is what a Value is from a day on.
type Dated struct {
	Value   quantity.Decimal
	From    calendar.Date
	To      calendar.Date // exclusive; zero: until the next
	Source  string
	Checked calendar.Date // when somebody last read the source
}

// Severity of a finding.
type Severity string

// The severities, in rising order.
const (
	Minor   Severity = "一般"
	Serious Severity = "较重"
	Grave   Severity = "严重"
)

// Rule is a condition over facts; when it holds there is a finding (问题线索) about its subject.
type Rule struct {
	ID         string // one in the county
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	// What it looks at, exactly one:
	Entry     register.Name            // each entry, when it changes and every day
	Readings  []observation.SeriesName // each new reading
	Silent    []observation.SeriesName // series that fall silent; When may be nil
	Indicator string                   // each time it is computed; When nil: its target is not met
	When      *rule.Expr
	For       int        // so many readings or days one after another; 0 is 1
	Clears    *rule.Expr // evidence that it is over; nil: When is false
	ClearFor  int        // so many one after another; 0 is 1
	Severity  Severity
	To        register.Whose // unit that has to put it right
	Says      *rule.Template // sentence for people
	Ladder    string         // id; empty: a finding without a case
	Inhibits  []string       // rules not raised for the same subject while this is open
	File      string
	LineNo    int
}

// Indicator is a number (or a class) that a clause sets a target for.
type Indicator struct {
	ID         string // one in the county
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Unit       quantity.Unit
	Each       register.Name // one value for each entry of it; empty: one for the county
	When       *rule.Expr    // of Each: only for entries of which this holds; nil: all
	Period     calendar.Every
	Compute    Compute
	Targets    []Target
	Places     int // decimals it is rounded to, GB/T 8170
	Forecast   string
	Public     bool
	From       calendar.Date // in force; what ended before is not looked back at; zero: always
	File       string
	LineNo     int
}

// Compute is how an indicator is computed: exactly one of its parts is set.
type Compute struct {
	Count    *Select  // entries
	Share    *Share   // percent of entries
	Sum      *Select  // of a field
	Readings *Measure // mean, max, min, last, total, percentile of a series
	Class    *Classes // by a standard, from several series of the same place
	Formula  *rule.Expr
	Change   string // percent against the same indicator a year before
	Times    *Times // periods of another indicator
}

// Select picks entries of a register.
type Select struct {
	Register register.Name
	Where    *rule.Expr // nil: all
	Field    string     // of a sum
	Each     string     // ref field that ties them to the entry of Each
	On       string     // date field that must fall in the period; empty: as they stand on the day
}

// Share is Part of Of, in percent. What is no part of Of does not count in Part either, so that no share is above 100.
type Share struct {
	Part, Of Select
}

// Measure is a number made of a series' readings in the period.
type Measure struct {
	Series observation.SeriesName
	How    string // mean, max, min, last, total, count, percentile
	P      int    // of percentile
	Where  *rule.Expr
}

// Times counts the periods of another, shorter indicator of the same entry of which a condition on its result holds: days with an index
// of 100 and less in a year.
type Times struct {
	Of    string
	Where *rule.Expr // over 值, 目标, 达标
}

// Classes asks package standard.
type Classes struct {
	Standard string // GB 3838, GB/T 14848, HJ 633, HJ 663, GB 3095 — the edition is chosen by the day
	Series   []observation.SeriesName
	Body     string // river, lake; or the name of a field of the entry
	Gives    string // class, index, worst
}

// Target is what an indicator must reach, for a stretch of time.
type Target struct {
	Op       string           // <=, <, >=, >, =
	Number   quantity.Decimal // or
	Class    string           // Ⅲ
	From, To calendar.Date    // To exclusive; zero: open
	Subject  string           // key of the entry; empty: each
	Field    string           // the target stands in this field of the entry instead
	Basis    rule.Basis
}
