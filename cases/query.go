package cases

import (
	"context"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
)

// Query narrows cases. Zero fields do not.
type Query struct {
	State    State
	Open     bool
	Late     bool   // a clock has run out
	Unit     string // owner, puts right, or has held it
	Holder   string // has it now
	Rule     string
	Subject  string
	Ladder   string
	Service  string
	Source   Source
	Town     string
	Severity finding.Severity
	Listed   bool          // on the list for accountability, not decided
	Text     string        // in title, words, address, or the number
	From, To calendar.Date // opened
	Box      *Box
	On       calendar.Date // as the cases stood at the end of a day; zero: now
	Sort     Sort
	After    string // Page.Next of the page before
	Size     int    // 0: 50
}

// Box is a rectangle of longitude and latitude.
type Box struct{ West, South, East, North float64 }

// Sort is the order of a list.
type Sort string

// The orders. The zero Sort is newest first.
const (
	Newest Sort = ""
	ByDue  Sort = "due" // the earliest last day first; those without one after them
)

// Row is a case in a list. Of a past day, Case is as it then stood.
type Row struct {
	*Case
	Late bool // a clock of it has run out
}

// Page is a part of a list.
type Page struct {
	Rows  []Row
	Total int
	Next  string // cursor; empty: nothing follows
}

// List is the cases that the query asks for and the actor may see, a page at a time.
func (c *Cases) List(ctx context.Context, tx *db.Tx, by Actor, q Query) (Page, error) {
	const op = "List"
	if err := c.checkQuery(op, by, &q); err != nil {
		return Page{}, err
	}
	p, err := c.list(ctx, tx, by, q, today(tx))
	return p, wrap(op, err)
}

func (c *Cases) checkQuery(op string, by Actor, q *Query) error {
	if !May(by, ActSee) {
		return refuse(ledger.NotAllowed, op, "您不能查看事项。")
	}
	if q.Size == 0 {
		q.Size = 50
	}
	if q.Size < 1 || q.Size > maxPage {
		return wrong(op, "size", "一页 1 至 %d 条。", maxPage)
	}
	for _, s := range []string{q.Unit, q.Holder, q.Rule, q.Subject, q.Ladder, q.Service, q.Town, q.Text, q.After, string(q.State), string(q.Sort), string(q.Source)} {
		if len(s) > 300 || !readable(s) {
			return wrong(op, "q", "查询条件太长或有无法识别的字符。")
		}
	}
	if q.Sort != Newest && q.Sort != ByDue {
		return wrong(op, "sort", "没有这种排序。")
	}
	if q.After != "" {
		if _, _, ok := parseCursor(q.After); !ok {
			return wrong(op, "after", "页码不对，请从第一页看起。")
		}
	}
	if !q.On.IsZero() && (q.Late || q.Sort == ByDue || q.Listed) {
		return wrong(op, "on", "过去某日的清单按时间排列，不能按是否逾期或问责清单查询。")
	}
	return nil
}

// cursor names the last row of a page: its last day, where the list is by these, and its number.
func cursor(due string, id ID) string { return due + "." + strconv.FormatInt(int64(id), 10) }

func parseCursor(s string) (due string, id ID, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(s[i+1:], 10, 64)
	return s[:i], ID(n), err == nil && n > 0
}

// late reports whether a clock of the case has run out on a day.
func (k *Case) late(on calendar.Date) bool {
	due := k.Due()
	return !due.IsZero() && due.Before(on)
}

// Newest says when a case was last changed; zero where there is none.
func (c *Cases) Newest(ctx context.Context, tx *db.Tx) (time.Time, error) {
	t, err := newestChange(ctx, tx, c.county())
	return t, wrap("Newest", err)
}

// ChangedSince are the cases that were changed later than a time, of those that the actor may see: at most limit, the newest change
// first.
func (c *Cases) ChangedSince(ctx context.Context, tx *db.Tx, by Actor, since time.Time, limit int) ([]ID, error) {
	if !May(by, ActSee) {
		return nil, nil
	}
	ids, err := changedSince(ctx, tx, c.where(by, Query{}, calendar.Date{}), since, limit)
	return ids, wrap("ChangedSince", err)
}

// Each gives every case that the query asks for and the actor may see, in its order, a page at a time.
func (c *Cases) Each(ctx context.Context, tx *db.Tx, by Actor, q Query, do func(Row) error) error {
	q.Size = 500
	for {
		p, err := c.List(ctx, tx, by, q)
		if err != nil {
			return err
		}
		for _, r := range p.Rows {
			if err := do(r); err != nil {
				return err
			}
		}
		if p.Next == "" {
			return nil
		}
		q.After = p.Next
	}
}

// Desk is what waits for somebody.
type Desk struct {
	Waiting []Row // clocks that his units have, the earliest last day first
	Late    int
	Total   int
}

// DeskOf is what waits for the actor's units: for the office, for all units it speaks for.
func (c *Cases) DeskOf(ctx context.Context, tx *db.Tx, by Actor, limit int) (Desk, error) {
	const op = "DeskOf"
	units := Units(by, ActPutRight)
	for _, b := range c.Below {
		for _, u := range units {
			if b.Town == u {
				units = append(units, b.Name)
				break
			}
		}
	}
	list, total, late, err := waiting(ctx, tx, c.county(), units, today(tx), limit)
	d := Desk{Total: total, Late: late}
	for _, k := range list {
		d.Waiting = append(d.Waiting, Row{k, k.late(today(tx))})
	}
	return d, wrap(op, err)
}

// Columns are the columns of an export, in their order.
var Columns = []string{"编号", "名称", "来源", "依据", "严重程度", "状态", "责任单位", "主管单位", "持有单位", "办理时限", "是否逾期", "发现日期", "办结日期", "办结原因", "办理结果",
	"核查单位", "反映人意见", "退回次数", "再次发生次数", "督办阶梯", "乡镇"}

// Cells is the row as an export writes it.
func (r Row) Cells() []string {
	yes := func(b bool) string {
		if b {
			return "是"
		}
		return "否"
	}
	said := ""
	switch {
	case r.Asked.No > 0:
		said = "没有解决"
	case r.Asked.Yes > 0:
		said = "已解决"
	case !r.Asked.Until.IsZero():
		said = "未答复"
	}
	return []string{r.ID.Number(), r.Title, r.Origin(), r.Basis, string(r.Severity), string(r.State), joined(r.Units()), r.Owner, joined(r.Holders()),
		r.Due().String(), yes(r.Late), calendar.DateOf(r.OpenedAt).String(), r.ClosedOn.String(), r.Reason, r.Result, r.Checked.Unit, said,
		strconv.Itoa(r.Backs), strconv.Itoa(r.Recurs), r.Rung, r.Town}
}

// Export is every case that the query asks for and the actor may take out, as rows in the order of Columns.
func (c *Cases) Export(ctx context.Context, tx *db.Tx, by Actor, q Query, do func([]string) error) error {
	if _, err := can("Export", by, ActExport); err != nil {
		return err
	}
	return c.Each(ctx, tx, by, q, func(r Row) error { return do(r.Cells()) })
}
