package warning

import (
	"fmt"
	"slices"
	"time"
)

// Stage is how near the danger is (递进式): the stages of an event only go forward.
type Stage string

// The stages, in order.
const (
	Outlook  Stage = "展望"
	Forecast Stage = "预报"
	Signals  Stage = "预警信号"
	Nowcast  Stage = "临近预警"
)

// Stages lists the stages in order.
var Stages = []Stage{Outlook, Forecast, Signals, Nowcast}

// levelled reports whether a version of the stage has a level: outlooks and forecasts may have none.
func (s Stage) levelled() bool { return s == Signals || s == Nowcast }

// Kind is what a version does; the message types of CAP.
type Kind string

// The kinds.
const (
	Alert  Kind = "Alert"
	Update Kind = "Update"
	Cancel Kind = "Cancel"
)

var kindChinese = map[Kind]string{Alert: "发布", Update: "更新", Cancel: "解除"}

// Chinese is the verb of headlines.
func (k Kind) Chinese() string { return kindChinese[k] }

// State says how a version stands.
type State string

// The states.
const (
	Drafted   State = "草稿"
	Submitted State = "待签发"
	Published State = "已发布"
	Replaced  State = "已替代" // by the next version
	Cancelled State = "已解除"
	Expired   State = "已失效" // its time ended without a version after it
	Dropped   State = "已弃用" // never published
)

// Event is one danger as it goes on.
type Event struct {
	ID     EventID
	Hazard string
	Drill  string // name of the exercise; empty: the real thing
	State  State  // Drafted until something is published, then Published, Cancelled or Expired; Dropped
	Stage  Stage  // of the version in force
	Level  Level
	N      int       // of the version in force; 0: none
	Ends   time.Time // of the version in force
	Began  time.Time // first publication
	Ended  time.Time
	Last   int // number of the newest version
}

// Active reports whether something of the event is in force.
func (e *Event) Active() bool { return e.State == Published }

// Version is one state of an event's warning: a draft on its way, or what was published.
type Version struct {
	Event  EventID
	N      int
	Hazard string
	Drill  string
	Kind   Kind
	Stage  Stage
	Level  Level
	State  State

	Content

	Identifier, Sender string // of the document; with Sent they name it everywhere
	Sent               time.Time
	Ends               time.Time
	Over               time.Time // when it was replaced, cancelled or ended

	Steps     []Did // who did what to it
	Alone     bool  // published by night by who wrote it
	ConfirmBy time.Time
	Confirmed time.Time
	NoteAt    time.Time // when the issuer is to be told of it next; zero: not again
}

// Content is what a person writes of a version.
type Content struct {
	Headline    string    `json:"headline,omitempty"`
	Description string    `json:"description,omitempty"`
	Instruction string    `json:"instruction,omitempty"`
	Area        Area      `json:"area"`
	Urgency     string    `json:"urgency,omitempty"`
	Severity    string    `json:"severity,omitempty"`
	Certainty   string    `json:"certainty,omitempty"`
	Responses   []string  `json:"responses,omitempty"`
	Onset       time.Time `json:"onset,omitzero"`
	Valid       Duration  `json:"valid,omitempty"` // from publishing on
	Reason      string    `json:"reason,omitempty"`
	Basis       string    `json:"basis,omitempty"` // the facts behind it, as proposals have them
	Source      *Lineage  `json:"source,omitempty"`
	Skips       []Skip    `json:"skips,omitempty"`
	Ladder      string    `json:"ladder,omitempty"`
	From        Level     `json:"from,omitempty"` // of the version that it takes the place of; empty: none
}

// Duration is kept in the words of Go: 3h0m0s.
type Duration time.Duration

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(b []byte) error {
	x, err := time.ParseDuration(string(b))
	*d = Duration(x)
	return err
}

// Lineage is the document of another issuer that a version passes on.
type Lineage struct {
	Name       string    `json:"name"` // 某市气象台
	Identifier string    `json:"identifier"`
	Sender     string    `json:"sender"`
	Sent       time.Time `json:"sent"`
}

// Skip is an order that a level would open and this version does not, with the reason.
type Skip struct {
	Order string `json:"order"` // its Key
	Why   string `json:"why"`
}

// Did is one thing that somebody did to a version.
type Did struct {
	What    Deed      `json:"what"`
	Account string    `json:"account"`
	Name    string    `json:"name"`
	Post    string    `json:"post,omitempty"`
	At      time.Time `json:"at"`
	Words   string    `json:"words,omitempty"`
}

// Deed is what was done.
type Deed string

// The deeds, as pages show them.
const (
	DidDraft   Deed = "拟稿"
	DidEdit    Deed = "修改"
	DidSubmit  Deed = "送签"
	DidReturn  Deed = "退回"
	DidPublish Deed = "签发"
	DidConfirm Deed = "复核确认"
	DidDrop    Deed = "弃用"
)

// Decides is the level whose approvers publish the version: whoever lowers a level ends the higher one.
func (v *Version) Decides() Level {
	if Rank(v.From) > Rank(v.Level) {
		return v.From
	}
	return v.Level
}

// wrote reports whether the account wrote any of the version.
func (v *Version) wrote(account string) bool {
	return slices.ContainsFunc(v.Steps, func(d Did) bool {
		return d.Account == account && (d.What == DidDraft || d.What == DidEdit)
	})
}

// by is who last did a deed.
func (v *Version) by(what Deed) (Did, bool) {
	for i := len(v.Steps) - 1; i >= 0; i-- {
		if v.Steps[i].What == what {
			return v.Steps[i], true
		}
	}
	return Did{}, false
}

// Unconfirmed reports whether a second person has yet to confirm what was published by one alone.
func (v *Version) Unconfirmed() bool { return v.Alone && v.Confirmed.IsZero() }

// Subject is how the journal and tellings name a version: warning/12/3.
func (v *Version) Subject() string { return fmt.Sprintf("warning/%d/%d", v.Event, v.N) }

func (e EventID) subject() string { return fmt.Sprintf("warning/%d", e) }
