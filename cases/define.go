package cases

import (
	"zhixing/calendar"
	"zhixing/finding"
	"zhixing/letter"
	"zhixing/register"
	"zhixing/rule"
)

// Ladder is what a case of a kind goes through: how long each state may take, and what follows when a clock runs out.
type Ladder struct {
	ID         string
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Limits     map[State]calendar.Span // how long a case may stay
	Rungs      []Rung
	Evidence   bool // 整改 needs a picture or a file
	Onsite     bool // 核查 needs a check on the spot with a place
	Confirm    bool // the reporter is asked whether it is really put right
	File       string
	LineNo     int
}

// Rung is one step of a ladder, After so much lateness in state Of.
type Rung struct {
	Name   string
	Of     State
	After  calendar.Span
	Letter letter.Kind // empty: a reminder
	Sign   string      // office, leader
	Copy   []string
	Listed bool // put on the list for a decision on accountability (问责)
	Basis  rule.Basis
}

// Checklist is an inspection: what is looked at, at each entry of a register. Each item that fails is a finding.
type Checklist struct {
	ID         string
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Register   register.Name
	Items      []CheckItem
	Severity   finding.Severity
	To         register.Whose
	Ladder     string
	File       string
	LineNo     int
}

// CheckItem is one line of a checklist.
type CheckItem struct {
	Name  string
	Ask   string
	Basis rule.Basis
}
