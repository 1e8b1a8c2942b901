// Package cases carries what was found to where it is put right (闭环事项).
//
// A case is the list of what was done to it, step by step; where it stands is folded from those steps (fold.go), and kept beside
// them for lists. Its way, and who has it:
//
//	found ─▶ 反馈 ─▶ 受理 ─▶ 整改 ─▶ 核查 ─▶ 办结 ─▶ closed ─▶ the reporter is asked ─▶ once back to 整改
//	        owner   unit     unit    another  owner
//
// with sending back, handing up and down (上交、下交), joint cases of several units, transfer to police or prosecutors (移送), refusal
// (不予受理), merging and splitting on the way. While it is on its way it has a clock: one for the case, one for each unit's part while
// several put it right. A clock is held by one unit, runs by the ladder's limit in the county's working days, and passes with the
// case; the time that each holder had it is kept.
//
//	c := &cases.Cases{Ledger: led, Ladders: ladders, Services: services}
//	id, err := c.Open(ctx, tx, cases.Found{ID: 7, Rule: "outlet-over", Subject: "outlets/P1", Title: "…", Unit: "甲镇人民政府", Ladder: "outlet"})
//	k, err := c.Feed(ctx, tx, officer, id, cases.Feeding{Units: []string{"甲镇人民政府"}, Words: "请整改。"})
//	k, err = c.Accept(ctx, tx, head, id, cases.Sending{})
//	k, err = c.PutRight(ctx, tx, head, id, cases.Sending{Words: "已清理。", Files: photos, Once: token})
//	k, err = c.Check(ctx, tx, officer, id, cases.Sending{Words: "现场核查属实。", Place: &point})
//	k, err = c.Close(ctx, tx, other, id, cases.Closure{Result: "已完成整改。"})
//
// Rungs of the ladder fire by key, once each, when Tick finds them due, however long the program stood still. What comes to an open
// case again is one more occurrence in it. What is put right is not closed, and what is closed is not yet agreed to: who put it
// right, who checked, who closed, and what the reporter said stand in it by name of office.
//
// What the public may see is written into tables of its own (case_public, case_picture) by the same transaction.
//
// Errors meant for people are the ledger's: *ledger.Error with a sentence in Chinese; all others are for the operator.
package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
)

// ID numbers the cases of a county in the order in which they were opened, from 1.
type ID int64

// Number is the case's number as people write it down: 000042.
func (id ID) Number() string { return fmt.Sprintf("%06d", int64(id)) }

// About is the case's name in the journal and in notices.
func (id ID) About() string { return "case/" + strconv.FormatInt(int64(id), 10) }

// Path is the address of the case's page.
func (id ID) Path() string { return "/cases/" + strconv.FormatInt(int64(id), 10) }

// Point is a place on the earth, WGS 84, in degrees.
type Point struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// Level is the level of the tree at which a unit stands: cases are handed up and down along it.
type Level uint8

// The levels, lowest first.
const (
	Grid     Level = iota + 1 // 网格
	Village                   // 村（社区）
	Township                  // 乡镇
	County                    // 县直单位
	City                      // 市级及以上
)

// Chinese is what pages call the level.
func (l Level) Chinese() string {
	return [...]string{"", "网格", "村", "乡镇", "县", "市"}[min(l, City)]
}

// Clock is a running clock: who has to do what by when. Part is the index of the unit's part, or Whole.
type Clock struct {
	N     int64         `json:"n"` // the step that started it
	Part  int           `json:"part"`
	State State         `json:"state"`
	Due   calendar.Date `json:"due,omitzero"`   // last day in time; zero: as long as it takes
	Stood int           `json:"stood,omitzero"` // stay in which its holder has it
	Unit  string        `json:"unit"`
	Level Level         `json:"level"`
	Since time.Time     `json:"since"` // that the holder has it
}

// Whole is the part of a clock that is the case's.
const Whole = -1

// Stay is the time that one holder had a clock.
type Stay struct {
	N     int           `json:"n"` // of the case, from 1
	Clock int64         `json:"clock"`
	Part  int           `json:"part"`
	State State         `json:"state"`
	Unit  string        `json:"unit"`
	Level Level         `json:"level"`
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
	Due   calendar.Date `json:"due,omitzero"`
	Began int64         `json:"began"` // steps
	Ended int64         `json:"ended"`
}

// lateOn is the first day on which the holder is late; zero where it never is: a clock that came late is not held against it.
func lateOn(due calendar.Date, since time.Time) calendar.Date {
	if due.IsZero() || due.Before(calendar.DateOf(since)) {
		return calendar.Date{}
	}
	return due.AddDays(1)
}

// LateOn is the first day on which the holder is late; zero where it never is.
func (c Clock) LateOn() calendar.Date { return lateOn(c.Due, c.Since) }

// Part is what one unit has to put right. A case of one unit has one.
type Part struct {
	Unit     string        `json:"unit"` // canonical name; empty until it is known
	State    State         `json:"state"`
	Words    string        `json:"words,omitempty"` // what is asked of it
	Limit    int           `json:"limit,omitempty"` // days that were left when it was put right, for when it is sent back
	DoneUnit string        `json:"done_unit,omitempty"`
	DoneBy   string        `json:"done_by,omitempty"` // account
	DoneOn   calendar.Date `json:"done_on,omitzero"`
	DoneStep int64         `json:"done_step,omitempty"`
	Backs    int           `json:"backs,omitempty"` // how often it was sent back
}

// Source says how a case came to be.
type Source string

// The sources.
const (
	ByFinding Source = "finding" // 规则和监测
	ByCheck   Source = "check"   // 检查
	ByCitizen Source = "citizen" // 群众反映
	ByHotline Source = "hotline" // 12345
	ByOpen311 Source = "open311" // another system
	ByGrid    Source = "grid"    // 网格和巡查人员
	BySplit   Source = "split"   // 分案
)

var sourceChinese = map[Source]string{ByFinding: "规则和监测", ByCheck: "检查", ByCitizen: "群众反映", ByHotline: "12345热线", ByOpen311: "外部系统",
	ByGrid: "网格巡查", BySplit: "分案"}

// Chinese is what pages call the source.
func (s Source) Chinese() string { return sourceChinese[s] }

// Link is a finding that a case carries.
type Link struct {
	ID        int64            `json:"id"`
	Rule      string           `json:"rule"`
	Subject   string           `json:"subject"`
	Label     string           `json:"label,omitempty"` // of the subject, for people
	Title     string           `json:"title"`
	Says      string           `json:"says,omitempty"`
	Severity  finding.Severity `json:"severity,omitempty"`
	Basis     string           `json:"basis,omitempty"`
	Reading   bool             `json:"reading,omitempty"` // it came from readings
	Since     time.Time        `json:"since"`
	Times     int              `json:"times"`              // occurrences that the case was told of
	Recovered time.Time        `json:"recovered,omitzero"` // by evidence; zero: not
	Evidence  string           `json:"evidence,omitempty"` // of the recovery, in words
}

// HandOver is a transfer to police or prosecutors (移送). It counts as received when the receipt is on record.
type HandOver struct {
	To     string        `json:"to"`
	Reason string        `json:"reason"`
	By     string        `json:"by"`
	On     calendar.Date `json:"on"`
	No     string        `json:"no,omitempty"` // of the receipt
	GotOn  calendar.Date `json:"got_on,omitzero"`
}

// Asking is what the reporter was asked, and answered.
type Asking struct {
	Until calendar.Date `json:"until,omitzero"` // last day on which an answer counts; zero: nobody was asked
	Yes   int           `json:"yes,omitempty"`
	No    int           `json:"no,omitempty"`
	On    calendar.Date `json:"on,omitzero"` // of the newest answer
	Again bool          `json:"again,omitempty"`
}

// Sight is how a case may be shown (曝光): approved by a leader, in words that were written for it.
type Sight struct {
	Words string   `json:"words"`
	Files []string `json:"files,omitempty"` // SHA-256 of what was kept, of pictures that are shown
	By    string   `json:"by"`
	Post  string   `json:"post"`
}

// Paper is what a case remembers of a letter about it.
type Paper struct {
	ID       int64         `json:"id"`
	Kind     string        `json:"kind"`
	No       string        `json:"no,omitempty"`
	To       []string      `json:"to,omitempty"`
	Sent     calendar.Date `json:"sent,omitzero"`
	AnswerBy calendar.Date `json:"answer_by,omitzero"`
	Answered bool          `json:"answered,omitempty"`
}

// Case is a case as its steps have made it.
type Case struct {
	County    string           `json:"-"`
	ID        ID               `json:"-"`
	Revision  int64            `json:"-"` // number of the newest step
	Source    Source           `json:"source"`
	System    string           `json:"system,omitempty"` // other system that it came from
	Ref       string           `json:"ref,omitempty"`    // its number there
	Ladder    string           `json:"ladder,omitempty"`
	Service   string           `json:"service,omitempty"`
	Title     string           `json:"title"`
	Text      string           `json:"text,omitempty"`    // what was found, in the words of who found it; not public
	Summary   string           `json:"summary,omitempty"` // the same for the public, by an officer
	Basis     string           `json:"basis,omitempty"`
	Severity  finding.Severity `json:"severity,omitempty"`
	Place     *Point           `json:"place,omitempty"`
	Address   string           `json:"address,omitempty"`
	Town      string           `json:"town,omitempty"`
	Group     string           `json:"group,omitempty"` // findings with this key join it
	Findings  []Link           `json:"findings,omitempty"`
	Earlier   ID               `json:"earlier,omitempty"` // the closed case that it repeats
	Held      []string         `json:"held,omitempty"`    // units against which the repetition is held
	Owner     string           `json:"owner"`             // unit that feeds back, checks and closes
	State     State            `json:"state"`
	Parts     []Part           `json:"parts"`
	Clocks    []Clock          `json:"clocks,omitempty"`
	Stays     []Stay           `json:"stays,omitempty"` // that have ended
	Stood     int              `json:"stood"`           // stays that have begun
	Hands     int              `json:"hands,omitempty"` // how often it was handed up or down since it entered its state
	Fired     []string         `json:"fired,omitempty"` // rungs, by Firing.key
	Rung      string           `json:"rung,omitempty"`  // the newest that fired since the state began
	Letters   []Paper          `json:"letters,omitempty"`
	Listed    calendar.Date    `json:"listed,omitzero"`   // on the list for a decision on accountability since
	Decided   string           `json:"decided,omitempty"` // what was decided
	HandOver  *HandOver        `json:"hand_over,omitempty"`
	Into      ID               `json:"into,omitempty"`  // merged into
	From      []ID             `json:"from,omitempty"`  // cases that were merged into it
	Split     ID               `json:"split,omitempty"` // split off
	Kids      []ID             `json:"kids,omitempty"`
	Checked   Check            `json:"checked,omitzero"`
	ClosedOn  calendar.Date    `json:"closed_on,omitzero"` // or refused, merged, handed over
	ClosedBy  string           `json:"closed_by,omitempty"`
	CloseFor  string           `json:"close_for,omitempty"` // unit
	Reason    string           `json:"reason,omitempty"`    // of closing: one of Reasons
	Result    string           `json:"result,omitempty"`    // in words, for the public
	Despite   string           `json:"despite,omitempty"`   // why it was closed though a finding had not recovered; shown
	Asked     Asking           `json:"asked,omitzero"`
	Backs     int              `json:"backs,omitempty"`  // how often it was sent back
	Recurs    int              `json:"recurs,omitempty"` // how often it came again after it was said to be put right
	Sight     *Sight           `json:"sight,omitempty"`
	OpenedAt  time.Time        `json:"opened_at"`
	ChangedAt time.Time        `json:"changed_at"`
}

// Check is who looked whether it is put right (核查).
type Check struct {
	By    string        `json:"by,omitempty"`
	Unit  string        `json:"unit,omitempty"`
	On    calendar.Date `json:"on,omitzero"`
	Words string        `json:"words,omitempty"`
	Place *Point        `json:"place,omitempty"`
}

// Origin is the source with the other system that the case came from, and its number there.
func (k *Case) Origin() string {
	var from []string
	if k.System != "" {
		from = append(from, k.System)
	}
	if k.Ref != "" {
		from = append(from, "编号 "+k.Ref)
	}
	if len(from) == 0 {
		return k.Source.Chinese()
	}
	return k.Source.Chinese() + "（" + strings.Join(from, "，") + "）"
}

// Open reports whether somebody still has something to do about the case.
func (k *Case) Open() bool { return slices.Contains(Limited, k.State) }

// Units are the units that have to put it right.
func (k *Case) Units() []string {
	var out []string
	for _, p := range k.Parts {
		if p.Unit != "" && !slices.Contains(out, p.Unit) {
			out = append(out, p.Unit)
		}
	}
	return out
}

// Due is the earliest last day of its clocks; zero where none runs.
func (k *Case) Due() calendar.Date {
	var out calendar.Date
	for _, c := range k.Clocks {
		if !c.Due.IsZero() && (out.IsZero() || c.Due.Before(out)) {
			out = c.Due
		}
	}
	return out
}

// Holders are the units that have its clocks.
func (k *Case) Holders() []string {
	var out []string
	for _, c := range k.Clocks {
		if !slices.Contains(out, c.Unit) {
			out = append(out, c.Unit)
		}
	}
	return out
}

// standing are the findings that have not recovered.
func (k *Case) standing() []Link {
	return slices.DeleteFunc(slices.Clone(k.Findings), func(l Link) bool { return !l.Recovered.IsZero() })
}

// Cases is the cases of one county with the ladders they go by. It has no state of its own and is safe for use by many goroutines.
type Cases struct {
	Ledger     *ledger.Ledger // the county, its working days, office hours, seats and letters
	Ladders    []Ladder
	Checklists []Checklist
	Services   []Service
	Below      []Below                            // villages and grids, which are no units of the county's list
	Judge      *finding.Judge                     // that inspections tell what they found; nil: there are none
	TownOf     func(Point) (town, village string) // in which a place lies, by the county's boundaries; nil: not known
	Far        int                                // metres from the case's place beyond which evidence is flagged; 0: 500

	// Woken is told of a finding whose silence has ended, with or without a ladder; nil: nobody is.
	Woken func(ctx context.Context, tx *db.Tx, id finding.ID) error
}

// Below is a village or grid that can hold a case; whoever speaks for its town speaks for it.
type Below struct {
	Name  string
	Level Level
	Town  string // canonical name
}

func (c *Cases) county() string { return c.Ledger.County }

// LadderOf is the ladder of a name; a service's own limits are the ladder "service/CODE". The zero Ladder sets no limits.
func (c *Cases) LadderOf(id string) Ladder {
	for _, l := range c.Ladders {
		if l.ID == id {
			return l
		}
	}
	for _, s := range c.Services {
		if s.Ladder == "" && id == s.ladder() {
			return Ladder{ID: id, Title: s.Name, Limits: s.Limits, Public: s.Public, Confirm: true}
		}
	}
	return Ladder{ID: id}
}

// ladder is the name of the ladder by which the service's cases go.
func (s Service) ladder() string {
	if s.Ladder != "" {
		return s.Ladder
	}
	return "service/" + s.Code
}

// ServiceOf is the service of a code.
func (c *Cases) ServiceOf(code string) (Service, bool) {
	for _, s := range c.Services {
		if s.Code == code {
			return s, true
		}
	}
	return Service{}, false
}
