// Package finding judges facts by rules and targets: what is not good is a finding (问题线索).
//
// A Rule looks at entries of a register, at readings, at silence, or at an indicator. Where its condition holds, so many times
// one after another as it says, there is a finding about its subject: once for a rule and a subject, however often it is seen
// again, with the facts that it saw. It is over (已恢复) by facts alone, which are kept as evidence. Where a fact is missing
// a rule cannot tell, which is neither: Unknown lists what lacks.
//
//	j := &finding.Judge{County: "990101", Registers: registers, Observations: observations, Rules: rules, Values: values, Indicators: indicators}
//	registers.Changed, observations.Recorded = j.EntryChanged, j.Recorded // judged in the transaction that writes the facts
//	more, err := j.Tick(ctx, tx)                                          // days, silence, what is overdue, indicators
//	list, err := j.Findings(ctx, tx, finding.Query{Rule: "outlet-over", State: finding.Open})
//
// What a rule finds in readings is a function of the readings in the order of their own time (see fold.go). A reading that
// comes late, or replaces another, is put in its place and what followed is judged again; what changed by that is recorded
// (Rejudged). So the order in which readings arrive does not change what is found in the end.
//
// The subject of a finding is an address: outlets/P1 (register/key), outlet-cod/P1 (series/key), a unit's name, or "" for
// the county.
package finding

import (
	"time"

	"zhixing/calendar"
	"zhixing/rule"
)

// ID numbers the findings of a county.
type ID int64

// State says how a finding stands.
type State string

// The states.
const (
	Open      State = "未恢复"
	Recovered State = "已恢复" // by evidence
	Void      State = "不成立" // what was found by facts that later ones replaced or moved
)

// Finding is what a rule found about a subject.
type Finding struct {
	ID        ID
	Rule      string // id of a rule; register/obligation, register/complete, checklist/item
	Subject   string
	Entry     string // address of the entry that it is about, register/key; empty: a unit, or the county
	State     State
	Times     int       // how often it was seen
	Since     time.Time // the first fact; of an entry, the day's look
	LastAt    time.Time // the latest fact of those that hold
	RaisedAt  time.Time // when it was found
	OverAt    time.Time // the fact by which it was over; zero: it is not
	Inhibited string    // rule whose open finding stands before this one
	Unit      string    // that has to put it right
	Severity  Severity
	Detail
}

// Detail is what a finding says.
type Detail struct {
	Title    string     `json:"title,omitempty"`
	Policy   string     `json:"policy,omitempty"`
	Basis    rule.Basis `json:"basis"`
	Says     string     `json:"says,omitempty"`
	Label    string     `json:"label,omitempty"` // what people call the entry
	Town     string     `json:"town,omitempty"`
	Place    string     `json:"place,omitempty"` // longitude latitude
	Ladder   string     `json:"ladder,omitempty"`
	Reading  bool       `json:"reading,omitempty"`  // found in readings: over only by readings
	Facts    []Seen     `json:"facts,omitempty"`    // that it was raised by
	Evidence []Seen     `json:"evidence,omitempty"` // by which it was over
	Over     string     `json:"over,omitempty"`     // the evidence in a sentence
}

// Seen is a fact as a rule saw it: a name of its condition, the value, and where that came from: a reading's time and source,
// a limit's document, an entry's address.
type Seen struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source,omitempty"`
}

// Occurrence is one time that a finding was seen. The first and the latest fifty are kept.
type Occurrence struct {
	N        int
	At       time.Time // of the fact
	Recorded time.Time
	Says     string
	Facts    []Seen
}

// Unknown is a rule that cannot tell about a subject.
type Unknown struct {
	Rule    string
	Subject string
	Entry   string
	Since   time.Time
	Lacks   string // 日排水量; 均值("24小时")
}

// Rejudged says that facts which came late were put in their place: what of, when, and what changed by it.
type Rejudged struct {
	Rule     string
	Subject  string
	On       calendar.Date // the day on which they came
	From, To time.Time     // of the facts
	Facts    int           // how many came late
	Changed  []string      // sentences; none: nothing did
}

// Query asks for findings that fit everything that it gives, newest first.
type Query struct {
	ID        ID
	Rule      string
	Rules     []string // any of them
	Subject   string
	Entry     string
	Unit      string
	State     State     // empty: open and recovered
	Inhibited bool      // those too that stand behind others
	From, To  time.Time // raised; To exclusive
	Size      int       // 0 is 100, at most 1,000
	After     ID        // the last one of the page before
}

// Raised is a finding that no rule of this package makes: an item of a checklist that fails, a list that is not complete.
type Raised struct {
	Rule     string
	Subject  string
	Entry    string
	Unit     string
	Severity Severity
	At       time.Time // of the fact; zero: now
	Detail
}
