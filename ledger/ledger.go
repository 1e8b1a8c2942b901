// Package ledger keeps the duties of a county (任务台账): what was ordered is known, signed for, done, checked.
//
// A duty is the list of what was done to it, step by step; nothing is ever overwritten. What the duty says and where
// it stands is folded from those steps, and kept beside them for lists. Its way:
//
//	published text ──▶ drafted ──▶ confirmed ──▶ issued ──▶ working ──▶ claimed ──▶ checked ──▶ closed
//	                   待确认        待交办        待签收       办理中       待复核       待销号       已销号
//
// with sending back, extension, transfer, suspension, splitting and reopening on the way. Each act asks who does it,
// is one transaction, and is written into the journal:
//
//	l := &ledger.Ledger{County: "990101", Rules: rules, Book: book}
//	d, err = l.Issue(ctx, tx, officer, id)
//	d, err = l.Sign(ctx, tx, head, id)
//	d, err = l.Report(ctx, tx, member, id, ledger.Report{Text: "…", Progress: 40, Files: files, Once: token})
//
// Clocks are pure: lights (灯) and rungs of the ladder (督办阶梯) follow from the duty, the county's rules and the time
// that is passed in. Tick does what has come due, each thing once, however often the program is stopped.
//
// What the public may see of a duty is written into a table of its own (ledger_public) by the same transaction.
//
// Errors meant for people are *Error with a sentence in Chinese; all others are for the operator.
package ledger

import (
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/duty"
	"zhixing/personnel"
	"zhixing/publication"
)

// ID numbers the duties of a county in the order in which they came onto the ledger, from 1.
type ID int64

// State says where a duty stands on its way.
type State string

// The states.
const (
	Drafted   State = "drafted"   // 待确认: read from the text, no person has looked at it
	Confirmed State = "confirmed" // 待交办
	Issued    State = "issued"    // 待签收
	Working   State = "working"   // 办理中
	Claimed   State = "claimed"   // 待复核: its lead says that it is done
	Checked   State = "checked"   // 待销号: another has looked and agrees
	Closed    State = "closed"    // 已销号
	Suspended State = "suspended" // 中止
	Cancelled State = "cancelled" // 终止: taken off, with the reason
)

// States lists every state in the order of the way.
var States = []State{Drafted, Confirmed, Issued, Working, Claimed, Checked, Closed, Suspended, Cancelled}

var stateChinese = map[State]string{
	Drafted: "待确认", Confirmed: "待交办", Issued: "待签收", Working: "办理中", Claimed: "待复核", Checked: "待销号", Closed: "已销号",
	Suspended: "中止", Cancelled: "终止",
}

// Chinese is what pages call the state.
func (s State) Chinese() string { return stateChinese[s] }

// Known reports whether s is one of States.
func (s State) Known() bool { return stateChinese[s] != "" }

// Running reports whether the duty's clocks run against the units that have it.
func (s State) Running() bool { return s == Issued || s == Working }

// Public reports whether the public page tells of a duty in this state.
func (s State) Public() bool { return s != Drafted && s != Confirmed }

// Role is what a unit has to do with a duty.
type Role string

// The roles. An implementing unit has a line of its own, of which it is the lead.
const (
	Lead    Role = "lead"    // 牵头: signs for it, reports, answers for it
	Support Role = "support" // 配合: signs for it, says what it has contributed
)

// Chinese is what pages call the role.
func (r Role) Chinese() string {
	switch r {
	case Lead:
		return "牵头"
	case Support:
		return "配合"
	}
	return "—"
}

// Party is a unit that has a role in a duty.
type Party struct {
	Unit     string    `json:"unit"` // canonical name
	Role     Role      `json:"role"`
	SignedAt time.Time `json:"signed_at,omitzero"`
	SignedBy string    `json:"signed_by,omitempty"`
}

// Source says where a duty was ordered. Doc is empty for one that was entered by hand, which then gives its basis in
// words.
type Source struct {
	Doc     publication.Key `json:"doc,omitempty"`
	Version int             `json:"version,omitempty"` // of the document
	N       int             `json:"n,omitempty"`       // of the duty in that version
	DocNo   string          `json:"doc_no,omitempty"`
	Clause  string          `json:"clause,omitempty"` // address inside the document
	Plan    string          `json:"plan,omitempty"`
	Section string          `json:"section,omitempty"`
	No      string          `json:"no,omitempty"`
	Part    int             `json:"part,omitempty"`
	Words   string          `json:"words,omitempty"` // the basis in words
}

// Basis is how pages and letters cite the source: 某政办发〔2023〕12号 空气/三/(四)/25.
func (s Source) Basis() string {
	if s.Doc == "" {
		return s.Words
	}
	name := s.DocNo
	if name == "" {
		name = s.Plan
	}
	return strings.TrimSpace(name + " " + s.Clause)
}

// Fields is what a duty says. A person confirms them beside the sentence that they were read from, and may amend them
// with a reason.
type Fields struct {
	Title     string              `json:"title"`
	Text      string              `json:"text,omitempty"` // the responsibility statement as printed, or the words of one entered by hand
	Lead      []string            `json:"lead"`           // canonical names, or as printed while in Unknown
	Support   []string            `json:"support,omitempty"`
	Implement []string            `json:"implement,omitempty"` // units and sets that get a line of their own
	Unknown   []string            `json:"unknown,omitempty"`   // names that fit no unit yet
	Due       calendar.Date       `json:"due,omitzero"`        // last day; zero: none
	DueRaw    string              `json:"due_raw,omitempty"`   // as printed
	Standing  bool                `json:"standing,omitempty"`  // 长期坚持
	Recur     calendar.Recurrence `json:"recur,omitzero"`      // how often it reports; zero Every: as the county's rules say
	Targets   []duty.Target       `json:"targets,omitempty"`
	Registers []string            `json:"registers,omitempty"`
}

// Measure is how far a target has been reached.
type Measure struct {
	Target int           `json:"target"` // index into Fields.Targets
	Value  string        `json:"value"`  // exact decimal
	AsOf   calendar.Date `json:"as_of"`
	Files  []string      `json:"files,omitempty"` // SHA-256 of evidence
	Step   int64         `json:"step"`
}

// Pause is a time in which the duty's clocks stood still: while it was suspended, or lay with the office to be checked. The
// first day counts, the last does not.
type Pause struct {
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
}

// holds reports whether the day is in the pause.
func (p Pause) holds(day calendar.Date) bool { return !day.Before(p.From) && day.Before(p.To) }

// Letter is what a duty remembers of a letter about it.
type Letter struct {
	ID       int64         `json:"id"`
	Kind     string        `json:"kind"`
	To       []string      `json:"to,omitempty"`
	Sent     calendar.Date `json:"sent,omitzero"`
	AnswerBy calendar.Date `json:"answer_by,omitzero"`
	Answered bool          `json:"answered,omitempty"`
}

// Flag says that a later document may have changed the duty; a person decides what follows.
type Flag struct {
	Kind    FlagKind        `json:"kind"`
	Doc     publication.Key `json:"doc"`
	Version int             `json:"version,omitempty"`
	Words   string          `json:"words"` // what happened, for people
	Diff    []Difference    `json:"diff,omitempty"`
	To      *Fields         `json:"to,omitempty"`     // what the duty would say
	Source  *Source         `json:"source,omitempty"` // where
	Step    int64           `json:"step"`             // that raised it
}

// FlagKind sorts flags.
type FlagKind string

// The kinds of flag.
const (
	Changed   FlagKind = "changed"   // a corrected version says it differently
	Gone      FlagKind = "gone"      // a corrected version has no such duty
	Repealed  FlagKind = "repealed"  // 废止
	Amended   FlagKind = "amended"   // 修改
	Replaced  FlagKind = "replaced"  // 替代
	Withdrawn FlagKind = "withdrawn" // the document was withdrawn
)

// Difference is one field that a later text says differently.
type Difference struct {
	Field string `json:"field"`
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// Ask is an extension that was asked for and not decided yet.
type Ask struct {
	Due    calendar.Date `json:"due"`
	Reason string        `json:"reason"`
	Unit   string        `json:"unit"`
	By     string        `json:"by"`
	At     time.Time     `json:"at"`
	Step   int64         `json:"step"`
}

// Duty is a duty as its steps have made it.
type Duty struct {
	County   string `json:"-"`
	ID       ID     `json:"-"`
	Revision int64  `json:"-"` // number of the newest step
	Parent   ID     `json:"parent,omitempty"`
	Source   Source `json:"source"`
	Fields
	State     State         `json:"state"`
	Before    State         `json:"before,omitempty"` // of a suspended one: where it goes on
	Parties   []Party       `json:"parties,omitempty"`
	IssuedOn  calendar.Date `json:"issued_on,omitzero"`
	SignedOn  calendar.Date `json:"signed_on,omitzero"` // by the first of its leads
	Progress  int           `json:"progress"`           // percent, as reported
	Reported  calendar.Date `json:"reported,omitzero"`  // day of the newest report
	Period    calendar.Date `json:"period,omitzero"`    // first day of the newest period that was reported
	Was       int           `json:"was,omitempty"`      // progress before it was claimed
	ClaimedOn calendar.Date `json:"claimed_on,omitzero"`
	ClaimedBy string        `json:"claimed_by,omitempty"` // account
	ClaimUnit string        `json:"claim_unit,omitempty"`
	CheckedBy string        `json:"checked_by,omitempty"`
	ClosedOn  calendar.Date `json:"closed_on,omitzero"`
	Result    string        `json:"result,omitempty"` // why it was closed or cancelled, for the public
	Measured  []Measure     `json:"measured,omitempty"`
	SentBack  calendar.Date `json:"sent_back,omitzero"` // day, while not put right
	SendBacks int           `json:"send_backs,omitempty"`
	Asked     *Ask          `json:"asked,omitempty"`
	Extended  int           `json:"extended,omitempty"` // how often
	FirstDue  calendar.Date `json:"first_due,omitzero"` // before any extension
	Suspended calendar.Date `json:"suspended,omitzero"`
	ResumeOn  calendar.Date `json:"resume_on,omitzero"`
	Pauses    []Pause       `json:"pauses,omitempty"` // when its clocks stood still
	Letters   []Letter      `json:"letters,omitempty"`
	Fired     []string      `json:"fired,omitempty"`   // rungs, by Rung.key
	Flags     []Flag        `json:"flags,omitempty"`   // not decided
	AsRead    *Fields       `json:"as_read,omitempty"` // what the document said when it was last compared, where the duty says something else
	Hidden    bool          `json:"hidden,omitempty"`  // the document's public text has no such duty any more
	Batch     int64         `json:"batch,omitempty"`   // of the import that made it
	CreatedAt time.Time     `json:"created_at"`
	ChangedAt time.Time     `json:"changed_at"`
}

// reading is what the document said when it was last compared.
func (d *Duty) reading() Fields {
	if d.AsRead != nil {
		return *d.AsRead
	}
	return d.Fields
}

// Leads are the units that lead the duty.
func (d *Duty) Leads() []string { return d.with(Lead) }

// Supports are the units that support it.
func (d *Duty) Supports() []string { return d.with(Support) }

func (d *Duty) with(r Role) []string {
	var out []string
	for _, p := range d.Parties {
		if p.Role == r {
			out = append(out, p.Unit)
		}
	}
	return out
}

// RoleOf is what a unit has to do with the duty; false where nothing.
func (d *Duty) RoleOf(unit string) (Role, bool) {
	for _, p := range d.Parties {
		if p.Unit == unit {
			return p.Role, true
		}
	}
	return "", false
}

// Number is the duty's number on the ledger, as people write it down: 0042.
func (id ID) Number() string {
	s := itoa(int64(id))
	if len(s) < 4 {
		s = "0000"[len(s):] + s
	}
	return s
}

// About is the duty's name in the journal and in notices.
func (id ID) About() string { return "duty/" + itoa(int64(id)) }

// Path is the address of the duty's page.
func (id ID) Path() string { return "/ledger/" + itoa(int64(id)) }

// Ledger is the duties of one county with the rules they run by. It has no state of its own and is safe for use by
// many goroutines.
type Ledger struct {
	County     string
	Office     string // canonical name of the unit whose seats with role office run the ledger
	Government string // of the unit whose seats with role leader are the county's leaders
	Rules      Rules
	Book       *personnel.Book
	Font       []byte // TrueType face for letters in PDF; without it they come as DOCX only
	Demo       bool   // letters say that they are a demonstration
}
