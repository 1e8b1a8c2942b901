package cases

import (
	"context"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
)

// Stats is how cases stand and went.
type Stats struct {
	Total, Open, Late int            // of those that the query asks for
	States            map[State]int  //
	Units             map[string]int // open ones by unit that puts right
	Rules             map[string]int // by rule of the first finding; empty: none
	Services          map[string]int
	Closed            int // closed, refused, merged or handed over
	Steps, OnTime     int // clocks that have stopped, and those of them that stopped in time
	Median            int // days from found to closed, of the closed; -1: there are none
	Backs, Recurs     int
	SaidYes, SaidNo   int // cases on whose end a reporter agreed, and did not
}

// StatsOf counts the cases that the query asks for and the actor may see.
func (c *Cases) StatsOf(ctx context.Context, tx *db.Tx, by Actor, q Query) (Stats, error) {
	const op = "StatsOf"
	if err := c.checkQuery(op, by, &q); err != nil {
		return Stats{}, err
	}
	if !q.On.IsZero() {
		return Stats{}, wrong(op, "on", "统计按现在的情况计算；过去的时段请按发现日期查询。")
	}
	s, err := c.stats(ctx, tx, by, q, today(tx))
	return s, wrap(op, err)
}

// Share is the share of clocks that stopped in time, in percent, rounded down; -1 where none has stopped.
func (s Stats) Share() int {
	if s.Steps == 0 {
		return -1
	}
	return s.OnTime * 100 / s.Steps
}

// median is the middle of some numbers of days; -1 where there are none.
func median(days []int) int {
	if len(days) == 0 {
		return -1
	}
	slices.Sort(days)
	return days[(len(days)-1)/2]
}

func daysBetween(from, to calendar.Date) int { return int(to.Time().Sub(from.Time()).Hours() / 24) }

// Hit is one thing that is held against a unit in its marks (考核): with the step, or the day, behind it.
type Hit struct {
	Unit  string
	Kind  HitKind
	Case  ID
	Step  int64 // of the case; of Overdue the step with which the clock began that was not kept
	Day   calendar.Date
	Title string
	Basis string
	Words string // what happened, for people
}

// HitKind sorts hits.
type HitKind string

// The kinds of hit.
const (
	HitOverdue  HitKind = "case_overdue"   // a clock ran out while the unit had it; each clock once
	HitSentBack HitKind = "case_sent_back" // what it said to be put right was sent back, by an officer or by the reporter
	HitRecurred HitKind = "case_recurred"  // what it put right was found again
)

// Overdue are the hits of a period, both days included: the clocks that ran out in it, what was sent back, and what came again. They
// are facts of the record: the same period gives the same hits whenever it is asked, once it is over.
func Overdue(ctx context.Context, tx *db.Tx, county string, from, to calendar.Date) ([]Hit, error) {
	if now := today(tx); now.Before(to) { // what is not late yet is no fact
		to = now
	}
	late, err := lateStays(ctx, tx, county, from, to)
	if err != nil {
		return nil, wrap("Overdue", err)
	}
	held, err := heldSteps(ctx, tx, county, from, to)
	return append(late, held...), wrap("Overdue", err)
}
