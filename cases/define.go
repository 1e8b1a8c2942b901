package cases

import (
	"zhixing/calendar"
	"zhixing/finding"
	"zhixing/letter"
	"zhixing/register"
	"zhixing/rule"
)

// State says where a case stands: by the step that it waits for, while its clock runs, or by how it ended. It is written as
// ladders write it. A case is found (发现) by the step that opens it, and then waits to be fed back.
type State string

// The states.
const (
	Feedback    State = "反馈"   // its owner has to tell the unit that must put it right
	Acceptance  State = "受理"   // that unit has to accept it
	PuttingIt   State = "整改"   // and to put it right
	Checking    State = "核查"   // another looks whether it is
	Closing     State = "办结"   // its owner has to close it
	HandingOver State = "移送"   // it goes to the police or the prosecutors, whose receipt is wanted
	Closed      State = "已办结"  // with how and by whom
	HandedOver  State = "已移送"  // received by the police or the prosecutors
	Refused     State = "不予受理" // with the reason
	Merged      State = "已并案"  // into another case
)

// States lists every state in the order of the way.
var States = []State{Feedback, Acceptance, PuttingIt, Checking, Closing, HandingOver, Closed, HandedOver, Refused, Merged}

// Limited are the states in which a clock runs: those that a ladder can set limits for.
var Limited = States[:6]

// Ladder is what a case of a kind goes through: how long each state may take, and what follows when a clock runs out.
type Ladder struct {
	ID         string
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Owner      string                  // unit that feeds back, checks and closes: the policy's owner; empty: the county office
	Limits     map[State]calendar.Span // how long a case may stay; none: as long as it takes
	Rungs      []Rung
	GroupBy    []Label       // findings that agree in these join one open case; none: in rule and subject
	Evidence   bool          // 整改 needs a picture or a file
	Onsite     bool          // 核查 needs a check on the spot with a place
	Confirm    bool          // the reporter is asked whether it is really put right
	Public     bool          // cases stand on public pages, with their due date
	Again      calendar.Span // what is found again so soon after it was closed is held against the unit that put it right; zero: nothing is
	File       string
	LineNo     int
}

// Label is something in which findings of one case agree.
type Label string

// The labels.
const (
	BySubject Label = "subject"
	ByRule    Label = "rule"
	ByUnit    Label = "unit"
)

// Rung is one step of a ladder, After so much lateness in state Of: with 0 on the first day that is late.
type Rung struct {
	Name   string // one in the ladder for each Of
	Of     State
	After  calendar.Span
	Letter letter.Kind // empty: a reminder
	Sign   string      // office, leader
	Answer int         // of a letter: working days in which a written answer is due; 0: none
	Copy   []string    // office, leader: who else is told
	Listed bool        // put on the list for a decision on accountability (问责)
	Basis  rule.Basis  // empty: the ladder's
}

// Service is what citizens can report: services.yaml in the county's folder.
//
//	services:
//	  - { code: water-01, name: 河道垃圾, group: 水环境, unit: 县水利局, ladder: river, public: true, hint: 请写明河段和大致位置 }
//	  - { code: smoke-01, name: 露天焚烧, group: 大气, town: true, ladder: smoke, public: true }
//	  - { code: tip-01, name: 企业偷排举报, group: 水环境, unit: 县生态环境分局, limits: { 反馈: 1个工作日, 受理: 1个工作日, 整改: 10个工作日, 核查: 3个工作日, 办结: 不限期 }, sensitive: true }
type Service struct {
	Code      string // small ASCII letters, digits and hyphens, one in the county
	Name      string
	Group     string
	Keywords  []string
	Hint      string                  // what to write, for the form
	Unit      string                  // that must put it right; or
	Town      bool                    // the town in which the place lies
	Ladder    string                  // of its cases; or
	Limits    map[State]calendar.Span // of a ladder of its own without rungs
	Public    bool
	Sensitive bool       // places are shown roughly, and pictures not at all
	Basis     rule.Basis // that orders it; empty: the ladder's
	File      string
	LineNo    int
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
