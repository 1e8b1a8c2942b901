package cases

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/sheet"
)

// hotline is the name of 12345 among other systems.
const hotline = "12345"

// The columns of a sheet of 12345 orders. What is not here is passed over.
const (
	colOrder   = "工单编号"
	colText    = "诉求内容"
	colService = "诉求类别"
	colAddress = "地址"
	colLon     = "经度"
	colLat     = "纬度"
	colName    = "诉求人"
	colPhone   = "联系电话"
)

// maxOrders bounds one sheet.
const maxOrders = 5000

// Line is what a line of a sheet becomes.
type Line struct {
	Line   int // in the sheet
	Number string
	What   LineKind
	Why    string // what is wrong, or odd
	Case   ID     // once it is taken in
	report Report
	digest string
}

// LineKind sorts lines.
type LineKind string

// The kinds of line.
const (
	NewLine     LineKind = "new"
	SameLine    LineKind = "same"    // taken in before
	ChangedLine LineKind = "changed" // taken in before, and says something else now: nothing is changed
	WrongLine   LineKind = "wrong"
)

// Orders looks at a sheet (.xlsx, .csv) of 12345 orders line by line and, with apply, takes those in that are new. An order is known by
// its number, so the same sheet may come again. Lines that are wrong do not keep the others out.
func (c *Cases) Orders(ctx context.Context, tx *db.Tx, by Actor, r io.Reader, size int64, apply bool) ([]Line, error) {
	const op = "Orders"
	if _, err := can(op, by, ActImport); err != nil {
		return nil, err
	}
	lines, err := c.readOrders(r, size)
	if err != nil {
		return nil, err
	}
	seen := map[string]int{}
	taken := 0
	for i := range lines {
		l := &lines[i]
		if l.What == WrongLine {
			continue
		}
		if at, twice := seen[l.Number]; twice {
			l.What, l.Why = WrongLine, fmt.Sprintf("工单编号与第 %d 行相同", at)
			continue
		}
		seen[l.Number] = l.Line
		id, digest, err := foreign(ctx, tx, c.county(), hotline, l.Number)
		if err != nil {
			return nil, wrap(op, err)
		}
		if id != 0 {
			if l.Case, l.What = id, SameLine; digest != l.digest {
				l.What, l.Why = ChangedLine, "内容与第"+id.Number()+"号事项受理时不同，没有改动，请在事项里补充"
			}
			continue
		}
		if !apply {
			continue
		}
		if l.Case, err = c.takeForeign(ctx, tx, op, ByHotline, hotline, l.Number, l.digest, l.report); err != nil {
			return nil, wrap(op, err)
		}
		taken++
	}
	if taken > 0 {
		_, err = journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case.import", Subject: hotline, Detail: fmt.Sprintf("%d件工单", taken)})
	}
	return lines, wrap(op, err)
}

// readOrders reads a sheet of orders; what is wrong with a line is said in it.
func (c *Cases) readOrders(r io.Reader, size int64) ([]Line, error) {
	const op = "Orders"
	tables, err := sheet.Read(r, size, sheet.Limits{Rows: maxOrders}, colOrder, colText, colService, colAddress, colLon, colLat, colName, colPhone)
	if err != nil {
		if m := sheet.Message(err); m != "" {
			return nil, &ledger.Error{Kind: ledger.Invalid, Op: "cases." + op, Field: "file", Message: m, Err: err}
		}
		return nil, wrap(op, err)
	}
	var lines []Line
	for _, t := range tables {
		for _, row := range t.Rows {
			l := Line{Line: row.Line, Number: strings.TrimSpace(row.Cells[colOrder]), What: NewLine}
			if err := c.readOrder(row, &l); err != nil {
				l.What, l.Why = WrongLine, err.Error()
			}
			lines = append(lines, l)
		}
	}
	if len(lines) > maxOrders {
		return nil, wrong(op, "file", "一次最多导入 %d 件工单，请分成几个文件。", maxOrders)
	}
	return lines, nil
}

type plain string

func (p plain) Error() string { return string(p) }

func (c *Cases) readOrder(row sheet.Row, l *Line) error {
	cells := row.Cells
	r := Report{Text: cells[colText], Address: cells[colAddress], Contact: Contact{Name: cells[colName], Phone: cells[colPhone]}}
	switch {
	case l.Number == "":
		return plain("没有工单编号")
	case len(l.Number) > 60 || !readable(l.Number):
		return plain("工单编号太长")
	}
	s, ok := c.serviceNamed(cells[colService])
	if !ok {
		return plain("诉求类别“" + cut(cells[colService], 30) + "”不在本县的反映类别里")
	}
	r.Service = s.Code
	if cells[colLon] != "" || cells[colLat] != "" {
		lon, err1 := strconv.ParseFloat(cells[colLon], 64)
		lat, err2 := strconv.ParseFloat(cells[colLat], 64)
		r.Place = &Point{lon, lat}
		if err1 != nil || err2 != nil || checkPlace("", r.Place) != nil {
			return plain("经纬度读不出来")
		}
	}
	if _, err := c.checkReport("Orders", &r); err != nil {
		return plain(message(err))
	}
	l.report = r
	l.digest = sumOf([]byte(strings.Join([]string{r.Service, r.Text, r.Address, cells[colLon], cells[colLat]}, "\x1f")))
	return nil
}

// serviceNamed is the service that a text names by code, name or keyword.
func (c *Cases) serviceNamed(text string) (Service, bool) {
	text = strings.TrimSpace(text)
	for _, s := range c.Services {
		if text != "" && (s.Code == text || s.Name == text) {
			return s, true
		}
	}
	for _, s := range c.Services {
		for _, k := range s.Keywords {
			if k == text && text != "" {
				return s, true
			}
		}
	}
	return Service{}, false
}

// takeForeign opens the case of a report that another system sent.
func (c *Cases) takeForeign(ctx context.Context, tx *db.Tx, op string, source Source, system, number, digest string, r Report) (ID, error) {
	got, err := c.take(ctx, tx, op, ledger.System, personnel.Seat{}, source, r)
	if err != nil {
		return 0, err
	}
	return got.ID, insertForeign(ctx, tx, c.county(), system, number, got.ID, digest)
}

// AnswerColumns are the columns of what goes back to 12345.
var AnswerColumns = []string{colOrder, "事项编号", "办理状态", "承办单位", "办理结果", "办结原因", "办结日期", "是否按期", "反映人意见"}

// Answers are what became of 12345 orders whose cases changed in a period, as rows in the order of AnswerColumns.
func (c *Cases) Answers(ctx context.Context, tx *db.Tx, by Actor, from, to calendar.Date) ([][]string, error) {
	const op = "Answers"
	if _, err := can(op, by, ActImport); err != nil {
		return nil, err
	}
	list, err := foreignCases(ctx, tx, c.county(), hotline, from, to)
	if err != nil {
		return nil, wrap(op, err)
	}
	var out [][]string
	for _, f := range list {
		k, err := load(ctx, tx, c.county(), f.id)
		if err != nil {
			return nil, wrap(op, err)
		}
		for k.State == Merged && k.Into != 0 {
			if k, err = load(ctx, tx, c.county(), k.Into); err != nil {
				return nil, wrap(op, err)
			}
		}
		onTime := ""
		if !k.Open() {
			if onTime = "是"; k.wasLate() {
				onTime = "否"
			}
		}
		cells := Row{Case: k}.Cells()
		out = append(out, []string{f.number, k.ID.Number(), string(k.State), firstOf(joined(k.Units()), k.Owner), k.Result, k.Reason, k.ClosedOn.String(), onTime, cells[16]})
	}
	return out, nil
}

// wasLate reports whether a clock of the case stopped late.
func (k *Case) wasLate() bool {
	for _, s := range k.Stays {
		if !s.Due.IsZero() && s.Due.Before(calendar.DateOf(s.To)) {
			return true
		}
	}
	return false
}
