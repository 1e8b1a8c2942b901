package personnel

import (
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/publication"
)

// TenureID numbers the tenures of a county.
type TenureID int64

// Decision is what became of a probation.
type Decision string

// The decisions.
const (
	Undecided Decision = ""
	Confirmed Decision = "confirmed" // 转正
	Extended  Decision = "extended"  // 延长; the clock runs on to a later day
	Removed   Decision = "removed"   // 免职
)

// Chinese is what the pages call the decision.
func (d Decision) Chinese() string {
	return map[Decision]string{Undecided: "未决定", Confirmed: "转正", Extended: "延长试用期", Removed: "免职"}[d]
}

// Basis is the clause of a document on which something rests.
type Basis struct {
	Doc    publication.Key
	Clause string
}

// Tenure is a person in a post from a day up to, and without, another.
type Tenure struct {
	ID             TenureID
	Version        int // from 1; what is believed now is the greatest
	Person         int64
	Name           string // of the person
	Post           PostID
	Rank           string        // 正科级; may be empty
	From           calendar.Date // zero: nobody knows since when
	Until          calendar.Date // zero: not over
	ProbationUntil calendar.Date // last day of the probation; zero where there is none
	Decision       Decision      // on the probation
	DecidedOn      calendar.Date
	FromBasis      Basis
	UntilBasis     Basis
	Cancelled      bool   // recorded in error: it never was
	Reason         string // of this version
	RecordedAt     time.Time
	RecordedBy     string
}

// Holds reports whether the tenure covers the day.
func (t Tenure) Holds(on calendar.Date) bool {
	return !t.Cancelled && !on.Before(t.From) && (t.Until.IsZero() || on.Before(t.Until))
}

// meets reports whether two tenures have a day in common.
func (t Tenure) meets(o Tenure) bool {
	return !t.Cancelled && !o.Cancelled && (t.Until.IsZero() || o.From.Before(t.Until)) && (o.Until.IsZero() || t.From.Before(o.Until))
}

// OnProbation reports whether a probation is waiting to be decided on that day.
func (t Tenure) OnProbation(on calendar.Date) bool {
	return t.Holds(on) && !t.ProbationUntil.IsZero() && t.Decision != Confirmed && t.Decision != Removed
}

// probationEnd is the last day of a probation of so many months that begins on a day: a year from 2023-09-08 ends with
// 2024-09-07. Where the month has no such day it ends with the month: one month from 01-31 ends with the last of
// February.
func probationEnd(from calendar.Date, months int) calendar.Date {
	if months <= 0 || from.IsZero() {
		return calendar.Date{}
	}
	next := int(from.Month) - 1 + months
	year, month := from.Year+next/12, time.Month(next%12+1)
	if d, ok := calendar.NewDate(year, month, from.Day); ok {
		return d.AddDays(-1)
	}
	return calendar.LastOfMonth(year, month)
}

// maxProbation bounds a probation, in months.
const maxProbation = 60

// Move is what a person is appointed to or removed from.
type Move struct {
	Person int64
	Post   PostID
	On     calendar.Date // the first day in the post, or the first day no longer in it
	Months int           // of probation; only of an appointment
	Rank   string
	Basis  Basis
	Reason string // where there is no document
}

func (m Move) wellFormed(op string) error {
	switch {
	case m.Person <= 0:
		return refuse(Invalid, op, "请选定人员。")
	case m.On.IsZero():
		return refuse(Invalid, op, "请写明自哪一天起生效。")
	case m.Months < 0 || m.Months > maxProbation:
		return refuse(Invalid, op, "试用期应在0至%d个月之间。", maxProbation)
	case m.Basis.Doc == "" && strings.TrimSpace(m.Reason) == "":
		return refuse(Invalid, op, "请写明依据的文号；没有文件的，写明理由。")
	case !writable(m.Rank, string(m.Basis.Doc), m.Basis.Clause, m.Reason):
		return refuse(Invalid, op, "文字太长，或有控制字符。")
	}
	return nil
}
