// Package callup (叫应) calls named persons when a warning or a plan asks for it, and does not rest until each of them has
// answered himself.
//
// A round is opened for a purpose, such as warning/12, with a ladder: county leaders, heads of towns, of villages, grid workers, and
// for each of these steps what is tried at which minute. Posts become persons through Holders, the roster and the leaves. Every
// person has a call of his own with a reply code of his own; that another has answered ends nothing of it.
//
//	r, err := c.Open(ctx, tx, "示例甲", callup.Opening{Purpose: "warning/12", Version: 1, Title: "暴雨红色预警", Text: "…", Level: 1,
//		Ladder: ladder, Places: []callup.Place{{Town: "示例镇", Village: "甲村"}}, Until: until})
//	n, err := c.Tick(ctx, tx, tx.Now())                                    // each second
//	got, err := c.Reply(ctx, tx, callup.Incoming{From: "13800000000", Text: "K7M4X 已转移32人"})
//	b, err := c.BoardOf(ctx, tx, r.ID)                                     // who has not answered, first
//
// What is to be said leaves through Send, in the transaction of the deed, under keys that tell doubles. A text of a drill begins and
// ends with 【演练】, and its code is longer and begins with Y, as no other does.
//
// Errors meant for people are *Error, with a sentence in Chinese; all others are for the operator. Addresses of persons are kept
// here and stand in no error, fact or page.
package callup

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"zhixing/db"
)

// Callup is a county's calling. Send, Holders and Person are needed, the others may be nil.
type Callup struct {
	County string
	// Send puts messages on their way, in the transaction.
	Send func(context.Context, *db.Tx, []Message) error
	// Withdraw takes back what has not gone out yet of these calls (Message.Call).
	Withdraw func(ctx context.Context, tx *db.Tx, calls []string) error
	// Holders are the persons who hold a post at a moment, with their addresses.
	Holders func(ctx context.Context, tx *db.Tx, seat Seat, at time.Time) ([]Person, error)
	// Has reports whether there is a channel; nil: all are there that ladders name.
	Has func(channel string) bool
	// Person is one person as he can be reached now; not ok: there is no such person.
	Person func(ctx context.Context, tx *db.Tx, id PersonID) (p Person, ok bool, err error)
	// Reported is told what a person who was called has seen or done.
	Reported func(context.Context, *db.Tx, Report) error
	// Listed is told who has not answered when the last rung is over, beside the messages to the ladder's office.
	Listed func(ctx context.Context, tx *db.Tx, r *Round, unanswered []*Call) error
}

// PersonID names a person, as Holders does; it is never empty.
type PersonID string

// Person is somebody who can be called.
type Person struct {
	ID        PersonID
	Name      string
	Addresses map[string]string // by channel: sms, voice, app
}

// Place is where a post sits, by names: a town, a village of it, a grid of that. The county is zero.
type Place struct {
	Town    string `json:"town,omitempty"`
	Village string `json:"village,omitempty"`
	Grid    string `json:"grid,omitempty"`
}

// at is the place of which p is a part, at the scope.
func (p Place) at(s Scope) Place {
	switch s {
	case County:
		return Place{}
	case Town:
		return Place{Town: p.Town}
	case Village:
		return Place{Town: p.Town, Village: p.Village}
	}
	return p
}

// reaches reports whether p is as small as the scope asks.
func (p Place) reaches(s Scope) bool {
	return s == County || p.Town != "" && (s == Town || p.Village != "" && (s == Village || p.Grid != ""))
}

// String is the place as it stands in a sentence; the county is empty.
func (p Place) String() string { return p.Town + p.Village + p.Grid }

// Seat is a post at a place. At the county it is the whole name, 某县人民政府/县长, elsewhere the title. Titles joined by | are other
// words for one post, as 镇长|乡长.
type Seat struct {
	Place
	Post string `json:"post"`
}

// String is the seat as it stands in a sentence.
func (s Seat) String() string {
	return s.Place.String() + strings.NewReplacer("/", "", "|", "或").Replace(s.Post)
}

// key tells the seat from all others, for the roster.
func (s Seat) key() string { return fmt.Sprintf("%q", []string{s.Town, s.Village, s.Grid, s.Post}) }

// ID numbers the rounds of a county.
type ID int64

// State says how a round stands.
type State string

// The states of a round.
const (
	Open      State = "open"      // 进行中
	Cancelled State = "cancelled" // 已解除
	Over      State = "over"      // 已到期
)

// Chinese is what pages call the state.
func (s State) Chinese() string {
	return map[State]string{Open: "进行中", Cancelled: "已解除", Over: "已到期"}[s]
}

// Round is one purpose for which people are called, through all its versions.
type Round struct {
	ID       ID
	Purpose  string
	Version  int
	Title    string
	Text     string
	Level    int // 1 is the highest, 4 the lowest
	Drill    bool
	State    State
	Ladder   Ladder
	Places   []Place
	Basis    string
	OpenedBy string
	OpenedAt time.Time
	Until    time.Time // zero: until it is cancelled
	EndedAt  time.Time
	Revision int64 // counts the facts of the round, so that a page knows whether it is still right
	Calls    int   // that were opened
}

// over reports whether nobody is called any more.
func (r *Round) over(now time.Time) bool {
	return r.State != Open || !r.Until.IsZero() && !now.Before(r.Until)
}

func (r *Round) subject() string { return fmt.Sprintf("callup/%d", r.ID) }

// Kind says why somebody is called.
type Kind string

// The kinds of call.
const (
	Own     Kind = "own"      // by his post, or in the place of one on leave
	StandIn Kind = "stand_in" // because another did not answer
	Urge    Kind = "urge"     // to see to those below him who did not answer
)

// Chinese is what pages call the kind.
func (k Kind) Chinese() string {
	return map[Kind]string{Own: "本人", StandIn: "代", Urge: "督促"}[k]
}

// CallState says how a call stands.
type CallState string

// The states of a call.
const (
	Calling    CallState = "calling"     // 未应答
	Answered   CallState = "answered"    // 已应答
	HandedOver CallState = "handed_over" // 已交班
	Dropped    CallState = "cancelled"   // 未应答，已解除
	Unanswered CallState = "unanswered"  // 到期未应答
	Renewed    CallState = "renewed"     // 未应答，已按新的阶梯重叫
)

// Chinese is what pages call the state.
func (s CallState) Chinese() string {
	return map[CallState]string{Calling: "未应答", Answered: "已应答", HandedOver: "已交班", Dropped: "未应答，已解除", Unanswered: "到期未应答",
		Renewed: "未应答，已重叫"}[s]
}

// Call is one person who is called in a round until he answers.
type Call struct {
	Round     ID
	N         int
	Step      int // of the ladder, from 0
	Kind      Kind
	Of        int // the call from which this one came; 0: none
	Version   int // of the purpose, whose answer is asked for
	Person    PersonID
	Name      string
	For       PersonID // who is on leave, in whose place he is called
	ForName   string
	Why       string // from what the call came, in words
	Code      string
	State     CallState
	Began     time.Time // its clock
	Shift     time.Time // end of his time on duty; zero: by his post
	Rungs     int       // that have fired
	Agains    int       // calls after the last rung
	Told      time.Time // a message arrived
	Answered  time.Time // he answered
	Acted     time.Time // he said it was done
	Ended     time.Time // of a call that nobody waits for any more
	By        string    // how he answered
	Trouble   string    // why he cannot be reached, in words
	Seats     []Seat
	Current   bool // its seats are his; not so once another call took them over
	Addresses map[string]string

	saved      bool // its addresses are on record
	savedSeats int  // as many of its seats are
}

// Vacant reports whether there is nobody to call: the post has no holder.
func (c *Call) Vacant() bool { return c.Person == "" }

// reaches reports whether an address can be written to by a channel: one that no gateway takes must not keep others from being called.
func (c *Callup) reaches(addresses map[string]string, channel string) bool {
	to := addresses[channel]
	return to != "" && len(to) <= 100 && storable(to) && !strings.ContainsFunc(to, unicode.IsControl) && (c.Has == nil || c.Has(channel))
}

// ref names the call to whoever sends messages.
func (c *Call) ref() string { return fmt.Sprintf("callup/%d/%d", c.Round, c.N) }

// seat is the first of its seats.
func (c *Call) seat() Seat {
	if len(c.Seats) == 0 {
		return Seat{}
	}
	return c.Seats[0]
}

// who is the person with his post, for a sentence.
func (c *Call) who() string {
	if c.Vacant() {
		return c.seat().String() + "（无人任职）"
	}
	s := c.seat().String() + c.Name
	if c.ForName != "" {
		s += "（代" + c.ForName + "）"
	}
	return s
}

// Message is a text to one person by one channel. Two with one Key are one message.
type Message struct {
	Key         string // callup/12/34/rung/2/sms
	Purpose     string // callup/12
	Call        string // callup/12/34; empty: it belongs to no call
	Channel     string
	To          string // address
	Person      PersonID
	Name        string
	Place       Place
	Title, Text string
	Code        string // by which he answers; empty: no answer is asked for
	Level       int
	Drill       bool
	Expires     time.Time
}

// Report is what somebody who was called tells of what he sees.
type Report struct {
	Round   ID
	Call    int
	Purpose string
	Drill   bool
	Person  PersonID
	Name    string
	By      string // account that answered, or what stands for it where he answered by telephone
	Seat    Seat
	Text    string
	Count   int // of people, as 32人 in the text says; 0: none
	Photos  []Photo
	Spot    *Point // nil: not known
	At      time.Time
	Late    bool // nobody waited for it any more
}
