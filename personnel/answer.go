package personnel

import (
	"time"

	"zhixing/calendar"
	"zhixing/org"
)

// Choice is what the county office answers.
type Choice string

// The choices; which of them a question takes is said by Choices.
const (
	SameUnit  Choice = "same-unit"  // the name means Unit, in every document or in this one only
	NewUnit   Choice = "new-unit"   // a unit of this name and UnitKind, which the folder does not have yet
	SamePost  Choice = "same-post"  // the title is another word for Title
	NewPost   Choice = "new-post"   // a post with Role and Seats
	Displace  Choice = "displace"   // the one who sits there stops on the day on which the new one begins
	HeldSince Choice = "held-since" // he did hold it, since a day, or nobody knows since when
	IsPerson  Choice = "is-person"  // it is Person; 0: somebody new
	FromDay   Choice = "from-day"   // it holds from Day
	Undo      Choice = "undo"       // what rested on the notice never was
	Dismiss   Choice = "dismiss"    // nothing follows from it, for Reason
)

// Answer is what was answered, by whom and when. Only the fields of its Choice are set.
type Answer struct {
	Choice   Choice        `json:"-"`
	Unit     string        `json:"unit,omitempty"`
	OnlyHere bool          `json:"only_here,omitempty"`
	UnitKind org.Kind      `json:"unit_kind,omitempty"`
	Title    string        `json:"title,omitempty"`
	Role     Role          `json:"role,omitempty"`
	Seats    int           `json:"seats,omitempty"`
	Person   int64         `json:"person,omitempty"`
	Day      calendar.Date `json:"day,omitzero"`
	Reason   string        `json:"-"`
	By       string        `json:"-"`
	At       time.Time     `json:"-"`
}
