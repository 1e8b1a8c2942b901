package web

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/score"
	"zhixing/sheet"
)

// scoreColumn is a figure of the table of marks, with what it counts.
type scoreColumn struct {
	Text, Counts string
	Fact         score.Fact // empty: no points hang on it
	of           func(*score.Unit) int
	Deduct       []score.Deduction // the rules that take points for it
}

var scoreColumns = []scoreColumn{
	{Text: "牵头任务", Counts: "考核期内牵头办理过的任务；移交的，移交前后的牵头单位各计一项。", of: func(u *score.Unit) int { return u.Owed }},
	{Text: "配合任务", Counts: "考核期内只配合办理的任务。", of: func(u *score.Unit) int { return u.Supports }},
	{Text: "按时完成", Counts: "在时限内申请销号，已同意或正在复核的。", of: func(u *score.Unit) int { return u.Done }},
	{Text: "逾期完成", Fact: score.Late, Counts: "超过当时的时限才申请销号，已同意或正在复核的。被退回的不计在这里。", of: func(u *score.Unit) int { return u.Late }},
	{Text: "逾期未完成", Fact: score.Overdue, Counts: "时限已过，到考核期末（未满的到今天）仍没有申请销号的；以前各期逾期的仍没有完成，本期也计。", of: func(u *score.Unit) int { return u.Overdue }},
	{Text: "被退回", Fact: score.SentBack, Counts: "申请销号被退回的次数。", of: func(u *score.Unit) int { return u.SentBack }},
	{Text: "延期", Fact: score.Extended, Counts: "批准延期的次数。", of: func(u *score.Unit) int { return u.Extended }},
	{Text: "未填报", Fact: score.Unreported, Counts: "填报期限在考核期内，到期末仍没有填报的。", of: func(u *score.Unit) int { return u.Unreported }},
	{Text: "迟报", Fact: score.ReportedLate, Counts: "填报期限在考核期内，过期才填报的。", of: func(u *score.Unit) int { return u.ReportedLate }},
	{Text: "未附证明", Fact: score.NoEvidence, Counts: "填报进展或申请销号时没有附证明材料的。", of: func(u *score.Unit) int { return u.NoEvidence }},
	{Text: "未按时签收", Fact: score.Unsigned, Counts: "签收期限在考核期内，到期没有签收的；配合单位也计。", of: func(u *score.Unit) int { return u.Unsigned }},
	{Text: "文书", Fact: score.Lettered, Counts: "考核期内发给本单位的督办文书；哪几种扣分，看扣分办法。", of: func(u *score.Unit) int { return u.Letters }},
	{Text: "闭环逾期", Fact: score.CaseOverdue, Counts: "发现、反馈、整改的事项在本单位手里过了时限的次数，每个时限计一次。", of: func(u *score.Unit) int { return u.CaseOverdue }},
	{Text: "整改退回", Fact: score.CaseSentBack, Counts: "报告整改后被核查退回，或反映人表示没有解决的次数。", of: func(u *score.Unit) int { return u.CaseSentBack }},
	{Text: "再次发生", Fact: score.CaseRecurred, Counts: "整改过的问题又被发现的次数。", of: func(u *score.Unit) int { return u.CaseRecurred }},
}

// columnsOf are the columns with the rules of a table.
func columnsOf(rules score.Rules) []scoreColumn {
	out := slices.Clone(scoreColumns)
	for i := range out {
		for _, d := range rules.Deduct {
			if out[i].Fact != "" && d.Fact == out[i].Fact {
				out[i].Deduct = append(out[i].Deduct, d)
			}
		}
	}
	return out
}

// Lines is the head of the column as the page breaks it: the table has many narrow ones.
func (c scoreColumn) Lines() []string {
	switch r := []rune(c.Text); {
	case len(r) > 4:
		return []string{string(r[:3]), string(r[3:])}
	case len(r) == 4:
		return []string{string(r[:2]), string(r[2:])}
	}
	return []string{c.Text}
}

// Cited are the rules that the head of the column names, each once.
func (c scoreColumn) Cited() []ledger.Rule {
	var out []ledger.Rule
	for _, d := range c.Deduct {
		if !slices.Contains(out, d.Rule) {
			out = append(out, d.Rule)
		}
	}
	return out
}

// scoreGroup is the units that are ranked together; those that led nothing come last and are not ranked.
type scoreGroup struct {
	Name   string
	Ranked bool
	Rows   []scoreRow
}

type scoreRow struct {
	score.Unit
	URL   string // of its own page; empty where the person may not see it
	Own   bool
	Cells []scoreCell
}

type scoreCell struct {
	Text, URL string
	N         int
}

func scoreUnitURL(unit string, m marks) string {
	return "/scores/units/" + url.PathEscape(unit) + m.Ask()
}

// scoreGroups are the table's units in groups, each figure linked to the deductions behind it.
func (s *Server) scoreGroups(m marks, by ledger.Actor) []scoreGroup {
	groups := []scoreGroup{{Name: "县直部门和其他单位", Ranked: true}, {Name: "乡镇", Ranked: true}, {Name: "没有牵头任务的单位"}}
	for _, u := range m.Units {
		row := scoreRow{Unit: u, Own: slices.Contains(by.Units(ledger.ActSee), u.Unit)}
		if by.SeesUnit(u.Unit) {
			row.URL = scoreUnitURL(u.Unit, m)
		}
		for _, c := range scoreColumns {
			cell := scoreCell{Text: c.Text, N: c.of(&u)}
			if i := slices.IndexFunc(m.Rules.Deduct, func(d score.Deduction) bool { return d.Fact == c.Fact }); i >= 0 && row.URL != "" {
				cell.URL = row.URL + "#rule" + strconv.Itoa(i)
			}
			row.Cells = append(row.Cells, cell)
		}
		g := &groups[0]
		switch {
		case u.Owed == 0:
			g = &groups[2]
		case u.Town:
			g = &groups[1]
		}
		g.Rows = append(g.Rows, row)
	}
	return slices.DeleteFunc(groups, func(g scoreGroup) bool { return len(g.Rows) == 0 })
}

// scoreLooks is how the columns of scores look in a spreadsheet; one that is not named is a number in the summary, a
// short text in the details.
var scoreLooks = map[string]sheet.Column{
	"单位": {Width: 22, Kind: sheet.Wrap}, "类别": {Width: 7}, "名次": {Width: 8}, "等次": {Width: 9}, "扣分事项": {Width: 16, Kind: sheet.Wrap}, "任务编号": {Width: 9},
	"任务": {Width: 26, Kind: sheet.Wrap}, "任务依据": {Width: 22, Kind: sheet.Wrap}, "步骤": {Width: 6, Kind: sheet.Number}, "日期": {Width: 12, Kind: sheet.Date},
	"事实": {Width: 30, Kind: sheet.Wrap}, "扣分依据": {Width: 18, Kind: sheet.Wrap}, "应扣": {Width: 6, Kind: sheet.Number}, "实扣": {Width: 6, Kind: sheet.Number},
	"说明": {Width: 14, Kind: sheet.Wrap}, "申诉": {Width: 10}, "申诉理由": {Width: 24, Kind: sheet.Wrap}, "裁定意见": {Width: 24, Kind: sheet.Wrap},
}

// scoreBook is the table as a spreadsheet: the summary that can be signed, the deductions that the person may see, and
// how points are taken.
func (s *Server) scoreBook(w http.ResponseWriter, m marks, by ledger.Actor) error {
	note := m.Until()
	if m.Kept != nil {
		note += "；" + calendar.DateOf(m.Kept.At).Chinese() + "定稿"
	}
	method := sheet.Sheet{Name: "计分办法", Heading: "计分办法", Note: "基准分" + m.Rules.Base.String() + "分，依据" + m.Rules.Rule.Cite(),
		Columns: []sheet.Column{{Title: "扣分事项", Width: 30, Kind: sheet.Wrap}, {Title: "每次扣分", Kind: sheet.Number}, {Title: "最多扣分", Kind: sheet.Number}, {Title: "依据", Width: 60, Kind: sheet.Wrap}}}
	for _, d := range m.Rules.Deduct {
		method.Rows = append(method.Rows, []string{d.Name, d.Points.String(), mostText(d), d.Rule.Cite() + "：" + d.Rule.Text})
	}
	sum, details := m.Summary(), m.SeenBy(by).Details()
	book := sheet.Book{Sheets: []sheet.Sheet{
		{Name: "汇总", Heading: s.countyName + m.Name() + "重点任务考核汇总表", Note: note + "　　　　制表人（签字）：　　　　　　　　审核人（签字）：　　　　　　　　",
			Columns: scoreSheetColumns(sum[0], sheet.Number), Rows: sum[1:]},
		{Name: "扣分明细", Heading: s.countyName + m.Name() + "扣分明细", Note: note, Columns: scoreSheetColumns(details[0], sheet.Text), Rows: details[1:]},
		method,
	}}
	var b bytes.Buffer
	if err := sheet.Write(&b, book); err != nil {
		return badRequest(sheet.Message(err))
	}
	return writeXLSX(w, "考核 "+m.fileName()+".xlsx", &b)
}

func scoreSheetColumns(titles []string, otherwise sheet.Kind) []sheet.Column {
	var out []sheet.Column
	for _, t := range titles {
		c, known := scoreLooks[t]
		if !known {
			c = sheet.Column{Width: 9, Kind: otherwise}
		}
		c.Title = t
		out = append(out, c)
	}
	return out
}

// mostText is the most that a rule takes in a period; words where it has no limit.
func mostText(d score.Deduction) string {
	if d.Most == 0 {
		return "不限"
	}
	return d.Most.String()
}

// keptRow is one kept table of the list.
type keptRow struct {
	score.Freezing
	Name, By string
	Stands   bool // no later one of the same period
}

func keptRows(list []score.Freezing, names map[string]string) []keptRow {
	var out []keptRow
	for i, f := range list {
		later := slices.ContainsFunc(list[:i], func(g score.Freezing) bool { return g.Period == f.Period })
		out = append(out, keptRow{f, periodName(f.Period), cmp.Or(names[f.By], f.By), !later})
	}
	return out
}
