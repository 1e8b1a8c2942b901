package ledger

import (
	"slices"
	"strings"

	"zhixing/calendar"
)

// Column is one column of the ledger as a table: how a duty stands in it when it goes out, and what may come back.
type Column struct {
	Title  string
	Change Change
	How    string // what to write into it, for people
	cell   func(n int, r Row) string
}

// Change says whether what comes back in a column may differ.
type Change uint8

// The kinds of change.
const (
	Never  Change = iota // belongs to the duty's way; changed on its page only
	Once                 // the same, but asked of a new duty
	Moving               // follows from the day: whatever comes back is passed over
	Before               // until the duty is issued
	Always               // until the duty is claimed
)

// Chinese is what the table's own explanation calls it.
func (c Change) Chinese() string {
	switch c {
	case Before:
		return "交办前可改"
	case Always:
		return "可改"
	case Once:
		return "新增时填"
	case Moving:
		return "不读取"
	}
	return "不能改"
}

// The titles of the columns that an import reads by name.
const (
	colNumber    = "编号"
	colTitle     = "任务"
	colBasis     = "依据"
	colLead      = "牵头单位"
	colSupport   = "配合单位"
	colImplement = "落实单位"
	colDue       = "时限"
	colRecur     = "填报频次"
	colState     = "状态"
	colText      = "任务内容"
	colVersion   = "版本"
)

// Columns are the columns in their order.
var Columns = []Column{
	{"序号", Moving, "", func(n int, _ Row) string { return itoa(int64(n)) }},
	{colNumber, Never, "任务在台账上的编号。新增任务的行留空", func(_ int, r Row) string { return r.ID.Number() }},
	{colTitle, Always, "任务名称", func(_ int, r Row) string { return r.Title }},
	{colBasis, Once, "必填：文号加条款，或会议、批示。已有任务不能改", func(_ int, r Row) string { return r.Source.Basis() }},
	{colLead, Before, "单位全称或简称，多个单位用顿号隔开。交办后在任务页面移交", func(_ int, r Row) string { return joined(r.Lead) }},
	{colSupport, Before, "同上", func(_ int, r Row) string { return joined(r.Support) }},
	{colImplement, Before, "每个单位一条分解任务，可写“各乡（镇）人民政府”", func(_ int, r Row) string { return joined(r.Implement) }},
	{colDue, Before, "日期写作 2023-10-31；长期坚持的写“长期”。交办后在任务页面申请延期", func(_ int, r Row) string {
		if r.Standing {
			return "长期"
		}
		return r.Due.String()
	}},
	{"时限原文", Never, "", func(_ int, r Row) string { return r.DueRaw }},
	{colRecur, Always, "如“每月25日前”“每季度”；留空按督办规则", func(_ int, r Row) string { return recurText(r.Recur) }},
	{"进度%", Never, "", func(_ int, r Row) string { return itoa(int64(r.Progress)) }},
	{colState, Once, "写“待确认”或“待交办”，留空为待确认。已有任务在任务页面办理", func(_ int, r Row) string { return r.State.Chinese() }},
	{"灯", Moving, "", func(_ int, r Row) string { return r.Light.Chinese() }},
	{"原因", Moving, "", func(_ int, r Row) string {
		if r.Cause == nil {
			return ""
		}
		return r.Cause.Words
	}},
	{"交办日期", Never, "", func(_ int, r Row) string { return r.IssuedOn.String() }},
	{"最近填报", Never, "", func(_ int, r Row) string { return r.Reported.String() }},
	{"销号日期", Never, "", func(_ int, r Row) string { return r.ClosedOn.String() }},
	{"延期次数", Never, "", func(_ int, r Row) string { return itoa(int64(r.Extended)) }},
	{"退回次数", Never, "", func(_ int, r Row) string { return itoa(int64(r.SendBacks)) }},
	{colText, Always, "责任原文或具体要求", func(_ int, r Row) string { return r.Text }},
	{colVersion, Never, "导出时台账的版本，导入时据以核对，请勿改动。新增任务的行留空", func(_ int, r Row) string { return itoa(r.Revision) }},
}

// Titles are the titles of the columns.
func Titles() []string {
	var out []string
	for _, c := range Columns {
		out = append(out, c.Title)
	}
	return out
}

// Table is rows of the ledger as texts, in the order of Columns.
func Table(rows []Row) [][]string {
	var out [][]string
	for i, r := range rows {
		line := make([]string, len(Columns))
		for j, c := range Columns {
			line[j] = sameText(c.cell(i+1, r))
		}
		out = append(out, line)
	}
	return out
}

// sameText is a text as it comes back from a spreadsheet.
func sameText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// CadenceOf reads how often a duty reports, as people write it: 每月25日前. The empty text is none, which leaves it to
// the county's rules.
func CadenceOf(raw string) (calendar.Recurrence, error) {
	if raw = strings.TrimSpace(raw); raw == "" {
		return calendar.Recurrence{}, nil
	}
	terms := calendar.Terms(raw, 0)
	i := slices.IndexFunc(terms, func(t calendar.Term) bool { return t.Kind == calendar.Recurring })
	if i < 0 {
		return calendar.Recurrence{}, wrong("CadenceOf", "recur", "填报频次应写作“每月25日前”“每季度”的样子，不写则按督办规则。")
	}
	return terms[i].Recur, nil
}

// NamesOf parts the names of units in one text: one a line, or between 、 ， and ；.
func NamesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,；;\n\r\t 　", r) })
}
