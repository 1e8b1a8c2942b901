// Package emergency runs emergency plans (应急预案). A Plan is data of a county's folder (plans.yaml): its levels and what starts
// them, the command, who has to do what within how long, with what means. An Activation is one time it was started (启动):
//
//	e := &emergency.Emergencies{County: "990101", Plans: plans, Call: …, Ordered: …}
//	warnings.Start = … e.Propose(ctx, tx, plan, level, emergency.Cause{Key: "warning/12", Says: "…"})
//	a, err := e.Activate(ctx, tx, by, emergency.Opening{Plan: "flood", Level: 2, Title: "“7·11”强降雨", Area: "全县"})
//	err = e.Receive(ctx, tx, by, task)                       // by the unit
//	err = e.Report(ctx, tx, by, task, emergency.Reporting{Words: "已转移32人", Done: true})
//	a, err = e.Relevel(ctx, tx, by, a.ID, 3, "雨势减弱")
//	a, err = e.StandDown(ctx, tx, by, a.ID, "……")           // what follows, and a review, is still owed
//	err = e.Review(ctx, tx, by, a.ID, emergency.Review{…})   // its lessons become duties
//
// Starting is one transaction: the activation, a task for each unit, a task for each entry of a list (一企一策), the calls of the
// command and the first lines of the log. Nothing in the log is changed or taken away. Persons decide; a warning or a finding only
// proposes. What an exercise says is marked so (package drill), and it starts nothing that is not an exercise.
//
// Errors meant for people are *ledger.Error; all others are for the operator.
package emergency

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/personnel"
	"zhixing/register"
	"zhixing/rule"
)

// Actor is who does something: the ledger's.
type Actor = ledger.Actor

// Emergencies is a county's plans and what became of them. It is safe for use by many goroutines; when the policies are loaded again
// it is replaced whole. A function value that is nil is not asked.
type Emergencies struct {
	County       string // administrative division code
	Plans        []*Plan
	Ledger       *ledger.Ledger // keeps what is shown as proof
	Registers    *register.Registers
	Observations *observation.Observations

	// Call opens, follows or ends the calls (叫应) of an activation; its State and Level say which.
	Call func(ctx context.Context, tx *db.Tx, a *Activation) error
	// Ordered hands tasks that were opened to their units.
	Ordered func(ctx context.Context, tx *db.Tx, a *Activation, tasks []*Todo) error
	// Note tells people what they should know: posts, and the heads of units.
	Note func(ctx context.Context, tx *db.Tx, n Note) error
	// Lesson makes a lesson a duty and says where it stands, /duties/17.
	Lesson func(ctx context.Context, tx *db.Tx, by Actor, a *Activation, l Lesson) (string, error)
}

// Note is a thing that somebody should know.
type Note struct {
	Activation ID // 0: a proposal
	Says       string
	Posts      []personnel.PostID
	Units      []string // whose heads are told
	Key        string   // tells doubles
}

// Plan finds a plan by its id; nil where there is none.
func (e *Emergencies) Plan(id string) *Plan {
	i := slices.IndexFunc(e.Plans, func(p *Plan) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return e.Plans[i]
}

// ID numbers the activations of a county.
type ID int64

// State says how an activation stands.
type State string

// The states of an activation.
const (
	Active  State = "active"  // 响应中
	Ended   State = "ended"   // 响应已终止，善后评估中
	Settled State = "settled" // 已办结
)

// Chinese is what pages call the state.
func (s State) Chinese() string {
	return map[State]string{Active: "响应中", Ended: "已终止，善后评估中", Settled: "已办结"}[s]
}

// Activation is one time a plan was started.
type Activation struct {
	ID       ID
	Plan     string
	Level    int
	Drill    bool
	State    State
	Cause    string // key of what proposed it: warning/12; empty: nothing did
	Began    time.Time
	Ended    time.Time
	Settled  time.Time
	Revision int64 // counts what was done, so that a page knows whether it is still right
	Facts
}

// Facts are what an activation says.
type Facts struct {
	Title    string     `json:"title"` // of what happens; marked where it is an exercise
	PlanName string     `json:"plan_name"`
	Edition  string     `json:"edition,omitempty"`
	Template string     `json:"template,omitempty"`
	Basis    rule.Basis `json:"basis"`
	Area     string     `json:"area"`
	Places   []Place    `json:"places,omitempty"` // towns and villages; none: the county
	Says     string     `json:"says,omitempty"`   // why
	By       string     `json:"by"`               // post and name
	Since    time.Time  `json:"since"`            // of the level
	Losses   string     `json:"losses,omitempty"`
	Review   string     `json:"review,omitempty"`
}

// Place is a town or a village, by names.
type Place struct {
	Town    string `json:"town"`
	Village string `json:"village,omitempty"`
}

// marked is a text of the activation.
func (a *Activation) marked(s string) string {
	if a.Drill {
		return drill.Marked(s)
	}
	return s
}

// TaskID names a task of an activation.
type TaskID struct {
	Activation ID
	N          int
}

// Todo is a task under way.
type Todo struct {
	TaskID
	What     string // tells the tasks of an activation apart
	Unit     string
	Level    int // that opened it; 0: an order of the command; -1: what follows the end
	Opened   time.Time
	Due      time.Time
	Received time.Time
	Done     time.Time
	Lifted   time.Time // not asked for any more
	Late     bool      // somebody was told that it is late
	Doing
}

// Doing is what a task says and what people said of it.
type Doing struct {
	Do         string        `json:"do"`
	Group      string        `json:"group,omitempty"`
	Basis      rule.Basis    `json:"basis"`
	Need       string        `json:"need,omitempty"` // what has to be shown
	Entry      string        `json:"entry,omitempty"`
	Label      string        `json:"label,omitempty"`
	Series     string        `json:"series,omitempty"` // whose readings prove it
	Meter      string        `json:"meter,omitempty"`  // key of the entry at which they are measured
	Limit      string        `json:"limit,omitempty"`
	By         string        `json:"by,omitempty"` // who ordered it
	ReceivedBy string        `json:"received_by,omitempty"`
	DoneBy     string        `json:"done_by,omitempty"`
	Words      string        `json:"words,omitempty"`
	Files      []ledger.File `json:"files,omitempty"`
	Why        string        `json:"why,omitempty"` // it was lifted
}

// Open reports whether the task is still to be done.
func (t *Todo) Open() bool { return t.Done.IsZero() && t.Lifted.IsZero() }

// Overdue reports whether the unit is late with it.
func (t *Todo) Overdue(now time.Time) bool { return t.Open() && t.Due.Before(now) }

// Behind is how long the task is or was late; 0 where it is in time.
func (t *Todo) Behind(now time.Time) time.Duration {
	end := now
	for _, at := range []time.Time{t.Done, t.Lifted} {
		if !at.IsZero() && at.Before(end) {
			end = at
		}
	}
	return max(0, end.Sub(t.Due))
}

// Line is one line of the log (值守日志).
type Line struct {
	N    int
	At   time.Time
	Kind LineKind
	Who  string // account
	Said
}

// Said is what a line says.
type Said struct {
	Name  string        `json:"name"` // of who did it, with his post
	Words string        `json:"words"`
	Task  int           `json:"task,omitempty"`
	Files []ledger.File `json:"files,omitempty"`
}

// LineKind sorts the lines of a log.
type LineKind string

// The kinds of lines.
const (
	Started  LineKind = "started"  // 启动
	Levelled LineKind = "level"    // 调级
	Ordered  LineKind = "ordered"  // 任务下达
	Received LineKind = "received" // 签收
	Reported LineKind = "reported" // 反馈
	Noted    LineKind = "noted"    // 记录
	TooLate  LineKind = "late"     // 超时
	Stood    LineKind = "ended"    // 终止
	Reviewed LineKind = "reviewed" // 评估
	Heard    LineKind = "heard"    // 叫应回报
)

// Chinese is what pages call the kind.
func (k LineKind) Chinese() string {
	return map[LineKind]string{Started: "启动", Levelled: "调级", Ordered: "任务下达", Received: "签收", Reported: "反馈", Noted: "记录", TooLate: "超时", Stood: "终止", Reviewed: "评估", Heard: "叫应回报"}[k]
}

// Lesson is what a review says must be done better, by whom and by when.
type Lesson struct {
	N    int
	Do   string
	Unit string
	Due  time.Time
	Ref  string // where it stands as a duty
}
