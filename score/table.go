package score

import (
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/ledger"
)

// Table is the marks of a county's units for a period, with the rules that gave them. It holds no map and no time of
// its making: the same facts give the same bytes.
type Table struct {
	County string        `json:"county"`
	Period Period        `json:"period"`
	AsOf   calendar.Date `json:"as_of"` // the last day that was looked at: Period.To, or today where that is earlier
	Over   bool          `json:"over"`  // AsOf is the period's last day, and has ended
	Rules  Rules         `json:"rules"`
	Units  []Unit        `json:"units"` // departments, then towns, best first; those that only supported after them
}

// Unit is the mark of one unit.
type Unit struct {
	Unit     string `json:"unit"`
	Town     bool   `json:"town"`
	Owed     int    `json:"owed"`     // duties that it led while they ran in the period
	Supports int    `json:"supports"` // duties that it supported while they ran
	Done     int    `json:"done"`     // claims in time, agreed to or standing

	// How often each fact was found, those waived included.
	Late         int `json:"late"`
	Overdue      int `json:"overdue"`
	SentBack     int `json:"sent_back"`
	Extended     int `json:"extended"`
	Unreported   int `json:"unreported"`
	ReportedLate int `json:"reported_late"`
	NoEvidence   int `json:"no_evidence"`
	Unsigned     int `json:"unsigned"`
	Letters      int `json:"letters"`
	CaseOverdue  int `json:"case_overdue,omitempty"`
	CaseSentBack int `json:"case_sent_back,omitempty"`
	CaseRecurred int `json:"case_recurred,omitempty"`

	Base     Points     `json:"base"`
	Deducted []Deducted `json:"deducted"` // one for each of Rules.Deduct, in their order
	Points   Points     `json:"points"`   // Base less the points of Hits; never below 0
	Grade    string     `json:"grade"`
	Rank     int        `json:"rank"` // among departments or among towns, equal points sharing one; 0: led nothing, not ranked
	Of       int        `json:"of"`   // how many are ranked with it
	Hits     []Hit      `json:"hits"` // by day, duty and fact
}

// Deducted is what one rule took from a unit.
type Deducted struct {
	Times  int    `json:"times"` // waived ones not counted
	Points Points `json:"points"`
	Capped bool   `json:"capped"` // the rule's most was reached
}

// Key names a fact for ever, whatever period it is counted in: a step of a duty or of a case, or, with Step 0, a day.
type Key struct {
	Unit string        `json:"unit"`
	Fact Fact          `json:"fact"`
	Duty ledger.ID     `json:"duty"`
	Case cases.ID      `json:"case,omitempty"` // instead of Duty
	Step int64         `json:"step"`
	Day  calendar.Date `json:"day"`
}

// Number is the number of the duty or the case, as people write it down.
func (k Key) Number() string {
	if k.Case != 0 {
		return "事项" + k.Case.Number()
	}
	return k.Duty.Number()
}

// Path is the address of its page.
func (k Key) Path() string {
	if k.Case != 0 {
		return k.Case.Path()
	}
	return k.Duty.Path()
}

// about is its name in the journal.
func (k Key) about() string {
	if k.Case != 0 {
		return k.Case.About()
	}
	return k.Duty.About()
}

// Hit is one deduction.
type Hit struct {
	Key
	By     int         `json:"by"`   // index into Rules.Deduct
	Name   string      `json:"name"` // of that rule
	Title  string      `json:"title"`
	Basis  string      `json:"basis"`
	Words  string      `json:"words"` // what happened, for people
	Rule   ledger.Rule `json:"rule"`
	Each   Points      `json:"each"`   // what the rule takes for one
	Points Points      `json:"points"` // what this one took: less than Each where capped, 0 where waived
	Capped bool        `json:"capped"`
	Appeal *Appeal     `json:"appeal,omitempty"`
}

// Waived reports whether an appeal against the hit was upheld. Pages strike it through and show the decision.
func (h Hit) Waived() bool { return h.Appeal != nil && h.Appeal.State() == Upheld }

// AppealState says where an appeal stands.
type AppealState string

// The states of an appeal.
const (
	Pending AppealState = "pending" // 待裁定
	Upheld  AppealState = "upheld"  // 申诉成立
	Refused AppealState = "refused" // 申诉不成立
)

var appealChinese = map[AppealState]string{Pending: "待裁定", Upheld: "申诉成立", Refused: "申诉不成立"}

// Chinese is what pages call the state.
func (s AppealState) Chinese() string { return appealChinese[s] }

// Appeal is a unit's word against a deduction (申诉), and the office's decision. There is one for each fact.
type Appeal struct {
	ID       int64     `json:"id"`
	Period   Period    `json:"period"` // in whose table it was made
	Key      Key       `json:"key"`
	Name     string    `json:"name"`  // of the rule
	Words    string    `json:"words"` // of the hit, as it was shown
	Reason   string    `json:"reason"`
	By       string    `json:"by"` // account
	At       time.Time `json:"at"`
	Decision *Decision `json:"decision,omitempty"`
}

// Decision is what was decided on an appeal (裁定).
type Decision struct {
	Upheld bool      `json:"upheld"`
	Reason string    `json:"reason"`
	By     string    `json:"by"` // account
	At     time.Time `json:"at"`
}

// State says where the appeal stands.
func (a Appeal) State() AppealState {
	switch {
	case a.Decision == nil:
		return Pending
	case a.Decision.Upheld:
		return Upheld
	}
	return Refused
}

// Freezing is a table that was kept as announced (定稿).
type Freezing struct {
	ID     int64
	Period Period
	By     string // account
	At     time.Time
	SHA256 string // of the table as JSON; stands in the journal
}
