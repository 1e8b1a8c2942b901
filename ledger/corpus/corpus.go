// Package corpus makes invented ledgers in bulk, for benchmarks, load tests and kill tests: counties of sixty units, and
// duties with all that was done to them between the first working day of 2023 and Today, as the acts of package ledger
// would have recorded it. The same plan always gives the same ledgers:
//
//	plan := corpus.Plan{Counties: 10, Duties: 10_000, Seed: 1}
//	err := corpus.Fill(ctx, d, plan, nil)
//	l := plan.Ledger(0) // the first county's
//	page, err := l.List(ctx, tx, corpus.Office(0), ledger.Query{Light: ledger.Overdue}, corpus.Today)
//
// Units, persons and rules are invented; the names of units are such as every county has. The documents that the duties
// come from are on record by their number and title alone.
package corpus

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/org"
	"zhixing/personnel"
)

// Today is the day on which the invented ledgers stand. Everything that came due before has been done.
var Today = calendar.Date{Year: 2023, Month: time.December, Day: 15}

// first is the day from which duties were issued.
var first = calendar.Date{Year: 2023, Month: time.January, Day: 3}

// Plan says what is made.
type Plan struct {
	Counties int
	Duties   int // of each county
	Seed     uint64
}

// The two units of the county itself.
const (
	Government = "青禾县人民政府"
	TheOffice  = "青禾县人民政府办公室"
)

// Code is the code of the n-th county, from 0.
func (p Plan) Code(n int) string { return fmt.Sprintf("99%04d", n+1) }

// Ledger is the ledger of the n-th county. All have the same units and rules.
func (p Plan) Ledger(n int) *ledger.Ledger {
	return &ledger.Ledger{County: p.Code(n), Office: TheOffice, Government: Government, Rules: rules(), Book: book()}
}

var departments = strings.Fields(`县发展改革局 县教育体育局 县工信科技局 县公安局 县民政局 县司法局 县财政局 县人力社保局 县自然资源局 县住建局 县交通局
	县水务局 县农业农村局 县商务局 县文化旅游局 县卫生健康局 县退役军人局 县应急管理局 县审计局 县行政审批局 县市场监管局 县统计局 县医疗保障局 县能源局
	县林业局 县信访局 县机关事务局 县气象局 县供销社 县融媒体中心 县城市管理局 县数据局 县国有资产中心 县乡村振兴局 县残联 县地震局 县档案馆 县疾控中心
	县园林中心 县公路段 县河务中心 县招商中心 县就业中心 县房产中心 县粮食中心 县民族宗教局`)

var towns = strings.Fields(`河口镇 上岭镇 石桥镇 柳林镇 南川镇 白塔镇 官道镇 清泉镇 东坪乡 西原乡 北寨乡 沙沟乡 松岭乡 大洼乡`)

// Units are the sixty departments and towns of every county, the busiest first.
var Units = slices.Concat(departments, towns)

var book = sync.OnceValue(func() *personnel.Book {
	dir := org.NewDirectory(org.Place{Code: "990001", County: "青禾县", City: "云台市", Province: "某省"})
	add := func(u org.Unit) {
		if err := dir.Add(u); err != nil {
			panic(err) // a list above holds a name twice
		}
	}
	add(org.Unit{Name: Government, Kind: org.Government})
	add(org.Unit{Name: TheOffice, Kind: org.Department})
	for _, name := range departments {
		add(org.Unit{Name: name, Kind: org.Institution})
	}
	for _, name := range towns {
		add(org.Unit{Name: name, Kind: org.Town})
	}
	add(org.Unit{Name: allTowns, Kind: org.Set, Of: []org.Kind{org.Town}})
	units := []org.Kind{org.Institution, org.Town}
	b, err := personnel.NewBook(dir, []personnel.Post{
		{Unit: Government, Title: leaderTitle, Role: personnel.Leader}, {Unit: TheOffice, Title: officeTitle, Role: personnel.Office},
		{For: units, Title: headTitle, Role: personnel.Head, Seats: 1}, {For: units, Title: memberTitle, Role: personnel.Member},
	}, nil)
	if err != nil {
		panic(err)
	}
	return b
})

const allTowns = "各乡（镇）人民政府"

// rules are invented, with a rung for everything that a ladder may hold.
var rules = sync.OnceValue(func() ledger.Rules {
	rule := func(n int, text string) ledger.Rule {
		return ledger.Rule{ID: fmt.Sprintf("第%d条", n), Text: text, Source: "青禾县督办规则（虚构）"}
	}
	days := func(n int, u calendar.SpanUnit, r ledger.Rule) ledger.Limit {
		return ledger.Limit{Span: calendar.Span{N: n, Unit: u}, Rule: r}
	}
	hours, err := calendar.ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		panic(err)
	}
	rung := func(n int, name string, on ledger.Light, after int, k letter.Kind, sign personnel.Role, answer int) ledger.Rung {
		return ledger.Rung{N: n, Name: name, On: on, After: after, Letter: k, Sign: sign, Answer: answer, Grade: notice.Ordinary, Rule: rule(10, name)}
	}
	office := func(n int, name string, c ledger.CauseKind) ledger.Rung {
		return ledger.Rung{N: n, Name: name, Causes: []ledger.CauseKind{c}, Rule: rule(11, name)}
	}
	return ledger.Rules{
		Name: "《青禾县督办规则（虚构）》", Workdays: calendar.National(), Hours: hours,
		Sign: days(3, calendar.WorkingDays, rule(1, "三个工作日内签收")), Check: days(5, calendar.WorkingDays, rule(6, "五个工作日内复核")),
		Decide: days(3, calendar.WorkingDays, rule(7, "三个工作日内批复")), PutRight: days(5, calendar.WorkingDays, rule(6, "五个工作日内改正")),
		Near: days(10, calendar.Days, rule(3, "十天以内为临期")), Behind: ledger.Behind{Points: 50, Rule: rule(4, "进度落后五十个百分点为滞后")},
		Reporting: ledger.Reporting{Default: calendar.Recurrence{Every: calendar.Month, By: 25}, Least: calendar.Month, Rule: rule(2, "每月25日前填报")},
		Evidence:  rule(8, "销号须附证明材料"),
		Colours:   map[ledger.Light]string{ledger.Normal: "green", ledger.Near: "blue", ledger.Lagging: "amber", ledger.Overdue: "red"},
		Lights: map[ledger.Light]ledger.Rule{ledger.Normal: rule(3, "正常"), ledger.Near: rule(3, "临期"), ledger.Lagging: rule(4, "滞后"),
			ledger.Overdue: rule(5, "逾期")},
		Ladders: []ledger.Ladder{{Name: "一般", Rungs: []ledger.Rung{
			rung(1, "临期提醒", ledger.Near, 0, "", "", 0), rung(2, "提醒", ledger.Lagging, 0, "", "", 0), rung(3, "预警函", ledger.Lagging, 5, letter.Warn, personnel.Office, 3),
			rung(4, "逾期提醒", ledger.Overdue, 0, "", "", 0), rung(5, "督办单", ledger.Overdue, 8, letter.Supervise, personnel.Office, 5),
			rung(6, "约谈", ledger.Overdue, 15, letter.Interview, personnel.Leader, 0), rung(7, "通报", ledger.Overdue, 20, letter.Circular, personnel.Leader, 0),
			office(8, "签收提醒", ledger.CauseSign), office(9, "复核提醒", ledger.CauseCheck), office(10, "批复提醒", ledger.CauseAsk), office(11, "恢复提醒", ledger.CauseResume),
		}}},
		Letters: ledger.Letters{Agency: TheOffice, Contact: "督查科", Codes: map[letter.Kind]string{letter.Remind: "青政督提", letter.Warn: "青政督警",
			letter.Supervise: "青政督办", letter.Interview: "青政督谈", letter.Circular: "青政督通"}},
	}
})
