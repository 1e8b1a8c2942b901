package policy

import (
	"time"

	"zhixing/calendar"
	"zhixing/rule"
)

// Example is a story that a policy must tell: facts, and what follows from them.
type Example struct {
	Name    string
	Policy  string
	On      time.Time // when it begins
	Steps   []Step
	Touches []*Item // what it makes use of, each once
	Shows   []*Item // of these, what it would fail without: what it wants, and what that is made from
	File    string
	Line    int
}

// Step is some facts and what is to be seen after them.
type Step struct {
	Given []Fact
	Want  []Want
}

// FactKind is what a fact is; as it is written.
type FactKind string

// The kinds of facts.
const (
	EntryFact   FactKind = "entry"
	AmendFact   FactKind = "amend"
	MoveFact    FactKind = "move"
	RemoveFact  FactKind = "remove"
	ReadingFact FactKind = "reading" // and readings
	InspectFact FactKind = "inspect"
	CaseFact    FactKind = "case"
	ReportFact  FactKind = "report"
	WarnFact    FactKind = "warn"
	RespondFact FactKind = "respond"
	ClockFact   FactKind = "clock"
)

// Fact is one thing that happens.
type Fact struct {
	Kind     FactKind
	ID       string    // register, series, checklist, what a case came from, category of a report
	Key      string    // of the entry; with readings, inspections and cases too
	At       time.Time // zero: now
	By       string    // canonical name of the unit that does it; empty: whoever may
	Fields   []Pair    // of an entry
	To       string    // state of a move; unit, or police and prosecutors, of a case
	Text     string    // words; why an entry leaves
	Readings []GivenReading
	Failed   []string // items of a checklist
	Do       string   // of a case: 反馈, 受理 …
	Photo    bool
	Place    *[2]float64 // longitude, latitude
	Receipt  string      // number of the receipt of a transfer
	Despite  string      // why a case is closed though what was found stands
	Level    string      // of a warning, with Stage and Towns; of a response: Ⅰ to Ⅳ
	Stage    string
	Towns    []string
	Drill    string
	Reach    int    // of a passing-on: people; -1: not known
	File     string // with Line: where it stands
	Line     int
}

// GivenReading is one reading.
type GivenReading struct {
	At    time.Time
	Value string // 61, 0.0003L; empty: missing at source
	Flag  string
}

// Pair is a field with its value, as a person types it.
type Pair struct{ Name, Value string }

// WantKind is what is looked at; as it is written.
type WantKind string

// The kinds of wants.
const (
	FindingWant   WantKind = "finding"
	CaseWant      WantKind = "case"
	RefusedWant   WantKind = "refused"
	EntryWant     WantKind = "entry"
	CountWant     WantKind = "count"
	OwesWant      WantKind = "owes"
	MissingWant   WantKind = "missing"
	IndicatorWant WantKind = "indicator"
	SeriesWant    WantKind = "series"
	DutyWant      WantKind = "duty"
	BulletinWant  WantKind = "bulletin"
	SentWant      WantKind = "sent"
	UnknownWant   WantKind = "unknown"
	WarningWant   WantKind = "warning"
	OrderedWant   WantKind = "ordered"
	ResponseWant  WantKind = "response"
	TaskedWant    WantKind = "tasked"
)

// Want is one thing that must be so.
type Want struct {
	Kind  WantKind
	ID    string
	Key   string // of the entry
	None  bool   // there must be none
	Is    []Is
	Where *rule.Expr // of count
	Basis rule.Basis // of duty: the clause
	File  string
	Line  int
}

// Is is one property: what it must be.
type Is struct {
	Name   string // to, severity, state, fields.名称 …
	Value  string
	Values []string // of a list
	Line   int
}

// examplesFile is one file of examples/.
type examplesFile struct {
	Examples []exampleFile `yaml:"examples"`
}

type exampleFile struct {
	Name  text       `yaml:"name"`
	On    text       `yaml:"on"`
	Given []said     `yaml:"given"`
	Want  []said     `yaml:"want"`
	Then  []thenFile `yaml:"then"`
}

type thenFile struct {
	Given []said `yaml:"given"`
	Want  []said `yaml:"want"`
}

// packDemoFile is demo.yaml of a policy's folder.
type packDemoFile struct {
	Given []said `yaml:"given"`
}

// instant reads 2023-09-20 08:00; a day alone is eight in the morning.
func (f *folder) instant(file string, t text) time.Time {
	if t.s == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, t.s, calendar.Zone); err == nil {
			return at
		}
	}
	d, err := calendar.ParseDate(t.s)
	if err != nil || d.IsZero() {
		f.bad(file, t.line, "时刻“%s”应写作 2023-09-20 08:00 或 2023-09-20", t.s)
		return time.Time{}
	}
	return d.Time().Add(8 * time.Hour)
}

// untested calls use with every definition that no example shows.
func (s *Set) untested(use func(*Item)) {
	touched := map[*Item]bool{}
	for _, e := range s.Examples {
		for _, i := range e.Shows {
			touched[i] = true
		}
	}
	for _, i := range s.Items {
		if !touched[i] && i.Kind != ValueItem {
			use(i)
		}
	}
}

// Untested are the definitions that no example shows.
func (s *Set) Untested() []*Item {
	var out []*Item
	s.untested(func(i *Item) { out = append(out, i) })
	return out
}
