package score

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/ledger"
)

// TestLaterDocuments feeds steps that only a later document makes: a duty that is dropped while its claim stands, and a
// supporter that comes in and signs in its own time.
func TestLaterDocuments(t *testing.T) {
	on := func(month time.Month, d int) calendar.Date { return calendar.Date{Year: 2023, Month: month, Day: d} }
	party := func(units ...string) []ledger.Party {
		out := []ledger.Party{{Unit: "县能源局", Role: ledger.Lead, SignedAt: on(10, 10).Time()}}
		for _, u := range units {
			out = append(out, ledger.Party{Unit: u, Role: ledger.Support})
		}
		return out
	}
	type did struct {
		what ledger.Deed
		on   calendar.Date
		data ledger.Data
	}
	life := []did{
		{ledger.DidDraft, on(10, 8), ledger.Data{Fields: &ledger.Fields{Title: "任务", Lead: []string{"县能源局"}, Due: on(11, 1)}}},
		{ledger.DidConfirm, on(10, 8), ledger.Data{}}, {ledger.DidIssue, on(10, 9), ledger.Data{Party: party(), Day: on(10, 9)}},
		{ledger.DidSign, on(10, 10), ledger.Data{Unit: "县能源局", Day: on(10, 10)}},
		{ledger.DidReport, on(10, 20), ledger.Data{Day: on(10, 20), Files: make([]ledger.File, 1), Report: &ledger.Report{Period: on(10, 1)}}},
	}
	claim := did{ledger.DidClaim, on(11, 6), ledger.Data{Day: on(11, 6), Files: make([]ledger.File, 1), Report: &ledger.Report{Period: on(11, 1)}}}
	for name, c := range map[string]struct {
		then []did
		want string
	}{
		"a claim that stands is late":    {[]did{claim}, "late 县能源局 2023-11-06"},
		"one that is dropped is nothing": {[]did{claim, {ledger.DidCancel, on(11, 7), ledger.Data{Day: on(11, 7)}}}, ""},
		"the new supporter has its own time": {[]did{{ledger.DidDecide, on(10, 30), ledger.Data{Choice: ledger.Adopt, Party: party("县财政局")}}},
			"unsigned 县财政局 2023-11-02, overdue 县能源局 2023-11-24"},
		"one that has gone again is not asked": {[]did{{ledger.DidDecide, on(10, 30), ledger.Data{Choice: ledger.Adopt, Party: party("县财政局")}},
			{ledger.DidDecide, on(10, 31), ledger.Data{Choice: ledger.Adopt, Party: party()}}}, "overdue 县能源局 2023-11-24"},
	} {
		t.Run(name, func(t *testing.T) {
			led := &ledger.Ledger{County: "990001", Rules: ledger.Rules{Workdays: calendar.National(),
				Sign:      ledger.Limit{Span: calendar.Span{N: 3, Unit: calendar.WorkingDays}},
				Reporting: ledger.Reporting{Default: calendar.Recurrence{Every: calendar.Month, By: 25}, Least: calendar.Month}}}
			co := &course{led: led, Period: Period{on(10, 1), on(11, 30)}, asOf: on(11, 24), end: on(11, 24), running: map[string]ledger.Role{},
				tell: func(name string) *Unit { return &Unit{} }}
			var steps []ledger.Step
			for i, x := range append(life, c.then...) {
				steps = append(steps, ledger.Step{N: int64(i + 1), What: x.what, At: x.on.Time().Add(9 * time.Hour), Data: x.data})
			}
			co.follow(1, steps)
			var got []string
			for _, f := range co.found {
				got = append(got, fmt.Sprintf("%s %s %s", f.Fact, f.Unit, f.Day))
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("found %q, want %q", s, c.want)
			}
		})
	}
}

// TestMarkStaysAboveNothing takes more than there is: the last hit takes what is left.
func TestMarkStaysAboveNothing(t *testing.T) {
	r := &Rules{Base: 250, Deduct: []Deduction{{Fact: Overdue, Points: 100}, {Fact: Late, Points: 100, Most: 150}}, Grades: []Grade{{"优秀", 9500}, {"不合格", 0}}}
	u := &Unit{Base: r.Base}
	for _, f := range []Fact{Late, Late, Overdue, Overdue} {
		r.hit(u, found{Key: Key{Fact: f}}, nil)
	}
	r.mark(u)
	var got []string
	for _, h := range u.Hits {
		got = append(got, h.Points.String()+h.Why())
	}
	if s := strings.Join(got, " "); s != "1 0.5已达扣分上限 1 0已达扣分上限" || u.Points != 0 || u.Grade != "不合格" || u.Late != 2 {
		t.Errorf("the hits take %s, %s is left, %s", s, u.Points, u.Grade)
	}
}
