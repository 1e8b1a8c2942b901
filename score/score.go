// Package score marks units by what they owed and did (考核). Points follow from facts of the ledger by rules that are
// data; every deduction names the step or the day behind it, and the deductions add up to the mark:
//
//	table, err := score.Of(ctx, tx, led, rules, score.Period{From: from, To: to}, today)
//	for _, u := range table.Units {
//		fmt.Println(u.Unit, u.Points, u.Grade, u.RankText(), len(u.Hits))
//	}
//
// What each fact is, and who is charged with it, stands at Fact. A unit appeals against a deduction, the office decides, an
// upheld appeal waives it; a table that is announced is kept as it was:
//
//	a, err := score.MakeAppeal(ctx, tx, led, rules, head, table.Period, hit.Key, "当日系统停电")
//	a, err = score.DecideAppeal(ctx, tx, led, officer, a.ID, true, "属实")
//	f, err := score.Freeze(ctx, tx, led, rules, officer, table.Period)
//
// Errors meant for people are the ledger's: *ledger.Error with a sentence in Chinese.
package score

import (
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/letter"
)

// Points are hundredths of a point, so that sums are exact.
type Points int64

// ParsePoints reads 2, 0.5 or 0.25.
func ParsePoints(s string) (Points, error) {
	whole, part, dot := strings.Cut(s, ".")
	n, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || dot && (len(part) == 0 || len(part) > 2) {
		return 0, fmt.Errorf("分值“%s”应为不超过两位小数的数", s)
	}
	p := Points(n) * 100
	if dot {
		m, err := strconv.ParseUint((part + "0")[:2], 10, 32)
		if err != nil {
			return 0, fmt.Errorf("分值“%s”应为不超过两位小数的数", s)
		}
		p += Points(m)
	}
	return p, nil
}

// String is 97.5: no more decimals than there are.
func (p Points) String() string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	s := fmt.Sprintf("%s%d.%02d", sign, p/100, p%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Deduction is what one fact costs.
type Deduction struct {
	Fact   Fact          `json:"fact"`
	Name   string        `json:"name"`            // as pages call it
	Points Points        `json:"points"`          // each
	Most   Points        `json:"most"`            // in one period; 0: no limit
	Kinds  []letter.Kind `json:"kinds,omitempty"` // of Lettered: the kinds that count; empty: all
	Rule   ledger.Rule   `json:"rule"`
}

// Grade is a word for a mark.
type Grade struct {
	Name string `json:"name"`
	From Points `json:"from"`
}

// Rules are how a county marks its units. Of several deductions that fit a fact the first is taken.
type Rules struct {
	Base   Points      `json:"base"`
	Rule   ledger.Rule `json:"rule"`
	Deduct []Deduction `json:"deduct"`
	Grades []Grade     `json:"grades"` // best first
}

// Period is what a score is about, both days included.
type Period struct {
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
}
