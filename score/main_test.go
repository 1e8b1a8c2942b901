package score_test

import (
	"context"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/score"
)

const county = "990001"

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func rule(id, text string) ledger.Rule {
	return ledger.Rule{ID: id, Text: text, Source: "青禾县督办规则（虚构）"}
}

// marking is the rules of the tests: two overdue duties reach the most.
func marking() *score.Rules {
	points := func(s string) score.Points {
		p, err := score.ParsePoints(s)
		if err != nil {
			panic(err)
		}
		return p
	}
	d := func(f score.Fact, name, each, most string, kinds ...letter.Kind) score.Deduction {
		return score.Deduction{Fact: f, Name: name, Points: points(each), Most: points(most), Kinds: kinds, Rule: rule("第13条", name)}
	}
	return &score.Rules{Base: points("100"), Rule: rule("第13条", "基准分一百分"), Deduct: []score.Deduction{
		d(score.Overdue, "逾期未完成", "3", "5"), d(score.Late, "逾期完成", "2", "20"), d(score.Unsigned, "未按时签收", "0.5", "5"),
		d(score.Unreported, "未填报", "0.5", "10"), d(score.ReportedLate, "迟报", "0.2", "5"), d(score.SentBack, "被退回", "1", "10"),
		d(score.Extended, "延期", "0.5", "5"), d(score.NoEvidence, "未附证明材料", "0.25", "5"),
		d(score.Lettered, "被发文书", "1", "10", letter.Warn, letter.Supervise, letter.Interview, letter.Circular),
	}, Grades: []score.Grade{{Name: "优秀", From: points("95")}, {Name: "良好", From: points("85")}, {Name: "不合格"}}}
}

var units = []org.Unit{
	{Name: "青禾县人民政府办公室", Kind: org.Department}, {Name: "县能源局", Kind: org.Department}, {Name: "县住建局", Kind: org.Department},
	{Name: "县财政局", Kind: org.Department}, {Name: "河口镇", Kind: org.Town, Code: "990001100"}, {Name: "上岭乡", Kind: org.Town, Code: "990001200"},
	{Name: "加油站", Kind: org.Class},
}

func theLedger(t testing.TB) *ledger.Ledger {
	t.Helper()
	dir := org.NewDirectory(org.Place{Code: county, County: "青禾县", City: "云台市", Province: "某省"})
	for _, u := range units {
		if err := dir.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	book, err := personnel.NewBook(dir, []personnel.Post{
		{Unit: "青禾县人民政府办公室", Title: "督查专员", Role: personnel.Office},
		{For: []org.Kind{org.Department, org.Town}, Title: "负责人", Role: personnel.Head, Seats: 1},
		{For: []org.Kind{org.Department, org.Town}, Title: "经办人", Role: personnel.Member},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	hours, err := calendar.ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	limit := func(n int) ledger.Limit {
		return ledger.Limit{Span: calendar.Span{N: n, Unit: calendar.WorkingDays}, Rule: rule("第1条", "时限")}
	}
	return &ledger.Ledger{County: county, Office: "青禾县人民政府办公室", Government: "青禾县人民政府", Book: book, Rules: ledger.Rules{
		Workdays: calendar.National(), Hours: hours, Sign: limit(3), Check: limit(5), Decide: limit(3), PutRight: limit(5), Near: limit(5),
		Reporting: ledger.Reporting{Default: calendar.Terms("每月25日前", 2023)[0].Recur, Least: calendar.Month, Rule: rule("第2条", "每月填报")},
		Letters: ledger.Letters{Agency: "青禾县人民政府办公室", Contact: "督查科",
			Codes: map[letter.Kind]string{letter.Warn: "青政督警", letter.Remind: "青政督提"}},
	}}
}

// actor is who acts under a name of the stories: 督查甲 and 督查乙 sit in the office, a unit's name is its head, and 经办
// before it one of its staff.
func actor(name string) ledger.Actor {
	seat := personnel.Seat{Unit: name, Title: "负责人", Role: personnel.Head}
	switch {
	case name == "督查甲", name == "督查乙":
		seat = personnel.Seat{Unit: "青禾县人民政府办公室", Title: "督查专员", Role: personnel.Office}
	case len(name) > 6 && name[:6] == "经办":
		seat = personnel.Seat{Unit: name[6:], Title: "经办人", Role: personnel.Member}
	}
	seat.Post = personnel.ID(seat.Unit, seat.Title)
	return ledger.Actor{Account: "zh-" + name, Name: "示例" + name, Seats: []personnel.Seat{seat}}
}

func of(t testing.TB, d *db.DB, led *ledger.Ledger, p score.Period, today calendar.Date) score.Table {
	t.Helper()
	var table score.Table
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		table, err = score.Of(ctx, tx, led, marking(), p, today)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}
