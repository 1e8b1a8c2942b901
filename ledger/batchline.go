package ledger

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
)

// Fate is what a line of a table would do.
type Fate string

// The fates.
const (
	FateSame   Fate = "same"
	FateChange Fate = "change"
	FateNew    Fate = "new"
	FateWrong  Fate = "wrong"
)

// Verdict is a line held against the ledger.
type Verdict struct {
	Line  Line
	Fate  Fate
	Duty  ID // 0 of a new one
	Title string
	Diff  []Difference
	Wrong []Mistake

	duty    *Duty
	fields  Fields
	source  Source
	confirm bool
}

// Mistake is what is wrong in one cell, and what to do.
type Mistake struct{ Column, Message string }

func (c *Verdict) wrong(column, message string) {
	c.Fate = FateWrong
	c.Wrong = append(c.Wrong, Mistake{column, message})
}

// refused takes what a check says about a field; an error that is not for people is given back.
func (c *Verdict) refused(err error, column string) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	if of, ok := map[string]string{"title": colTitle, "text": colText, "lead": colLead, "due": colDue, "recur": colRecur, "words": colBasis}[e.Field]; ok {
		column = of
	}
	c.wrong(column, e.Message)
	return nil
}

// checker holds lines against the ledger.
type checker struct {
	*Ledger
	ctx     context.Context
	tx      *db.Tx
	columns []string
	duties  map[ID]*Duty
	alike   map[likeness]ID
	seen    map[ID]int       // line of a duty that came already
	fresh   map[likeness]int // line of a new one that came already
}

func (l *Ledger) check(ctx context.Context, tx *db.Tx, columns []string, lines []Line) ([]Verdict, error) {
	k := checker{Ledger: l, ctx: ctx, tx: tx, columns: columns, seen: map[ID]int{}, fresh: map[likeness]int{}}
	var ids []ID
	fresh := false
	for _, line := range lines {
		if id, ok := numberOf(line.Cells[colNumber]); ok {
			ids = append(ids, id)
		}
		fresh = fresh || line.Cells[colNumber] == ""
	}
	var err error
	if k.duties, err = byIDs(ctx, tx, l.County, ids); err != nil {
		return nil, err
	}
	if fresh {
		if k.alike, err = alike(ctx, tx, l.County); err != nil {
			return nil, err
		}
	}
	out := make([]Verdict, 0, len(lines))
	for _, line := range lines {
		c := Verdict{Line: line, Title: line.Cells[colTitle]}
		if line.Cells[colNumber] == "" {
			err = k.newLine(&c)
		} else {
			err = k.oldLine(&c)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func numberOf(s string) (ID, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	return ID(n), err == nil && n > 0
}

// oldLine checks a line about a duty that is on the ledger.
func (k *checker) oldLine(c *Verdict) error {
	id, ok := numberOf(c.Line.Cells[colNumber])
	d := k.duties[id]
	switch {
	case !ok:
		c.wrong(colNumber, "编号应是数字，如 0042。新增任务请留空。")
		return nil
	case d == nil:
		c.wrong(colNumber, "台账上没有这个编号。新增任务请把编号留空。")
		return nil
	}
	c.Duty, c.duty, c.fields, c.Fate = id, d, d.Fields, FateSame
	var changed []Column
	row := Row{Duty: d}
	for _, col := range Columns {
		if (col.Change == Always || col.Change == Before) && slices.Contains(k.columns, col.Title) && sameText(c.Line.Cells[col.Title]) != sameText(col.cell(0, row)) {
			changed = append(changed, col)
		}
	}
	if len(changed) > 0 { // an untouched copy of the line asks for nothing
		if n := k.seen[id]; n > 0 {
			c.wrong(colNumber, "与第 "+strconv.Itoa(n)+" 行改的是同一项任务，请只留一行。")
			return nil
		}
		k.seen[id] = c.Line.N
	}
	if !k.newest(c, d, len(changed) > 0) {
		return nil
	}
	k.fixed(c, row)
	for _, col := range changed {
		switch {
		case !slices.Contains([]State{Drafted, Confirmed, Issued, Working}, d.State):
			c.wrong(col.Title, "任务现在是“"+d.State.Chinese()+"”，不能修改。")
		case d.State.Running() && col.Change == Before:
			c.wrong(col.Title, "任务已经交办，这一列不能改。牵头、配合单位请移交，时限请申请延期。")
		default:
			if err := k.take(c, col.Title, d); err != nil {
				return err
			}
		}
	}
	if c.Fate == FateWrong || len(changed) == 0 {
		return nil
	}
	return k.settle(c, d)
}

// newest reports whether the line was edited in a table that is as new as the ledger. An older line that asks for
// nothing is none the worse for it.
func (k *checker) newest(c *Verdict, d *Duty, asks bool) bool {
	version := c.Line.Cells[colVersion]
	n, err := strconv.ParseInt(version, 10, 64)
	switch {
	case err == nil && n == d.Revision:
		return true
	case !asks:
	case version == "":
		c.wrong(colVersion, "缺少版本，不知道是照哪一天的台账改的。请重新导出，在新表格里修改。")
	default:
		c.wrong(colVersion, "此行导出后台账已有变动（表格是第 "+version+" 版，台账现为第 "+itoa(d.Revision)+" 版）。请重新导出，在新表格里修改。")
	}
	return false
}

// fixed refuses changes in columns that belong to the duty's way.
func (k *checker) fixed(c *Verdict, row Row) {
	for _, col := range Columns {
		if col.Change != Never && col.Change != Once || col.Title == colNumber || col.Title == colVersion || !slices.Contains(k.columns, col.Title) {
			continue
		}
		if is := sameText(col.cell(0, row)); sameText(c.Line.Cells[col.Title]) != is {
			c.wrong(col.Title, "这一列不能在表格里改，台账上是“"+is+"”。请在任务页面办理。")
		}
	}
}

// take reads one cell into the fields.
func (k *checker) take(c *Verdict, column string, d *Duty) error {
	text := c.Line.Cells[column]
	names := map[string]*[]string{colLead: &c.fields.Lead, colSupport: &c.fields.Support, colImplement: &c.fields.Implement}
	switch column {
	case colTitle:
		c.fields.Title = text
	case colText:
		c.fields.Text = text
	case colLead, colSupport, colImplement:
		if err := checkNames("check", "", NamesOf(text)); err != nil {
			return c.refused(err, column)
		}
		found, unknown, err := k.canonical(k.ctx, k.tx, d.Source.DocNo, NamesOf(text))
		if err != nil {
			return err
		}
		unknown = without(unknown, d.Unknown) // is asked about already
		if len(unknown) > 0 {
			c.wrong(column, "“"+strings.Join(unknown, "”“")+"”对不上任何单位。请写单位名录里的全称或简称，多个单位用顿号隔开。")
		}
		if column == colLead && len(found) == 0 {
			c.wrong(column, "没有牵头单位，请补上。")
		}
		*names[column] = found
	case colDue:
		c.fields.Due, c.fields.Standing = calendar.Date{}, text == "长期" || text == "长期坚持"
		if text != "" && !c.fields.Standing {
			due, err := calendar.ParseDate(text)
			if err != nil {
				c.wrong(column, "“"+text+"”不是日期。时限写作 2023-10-31，长期坚持的写“长期”。")
			}
			c.fields.Due = due
		}
	case colRecur:
		recur, err := CadenceOf(text)
		if err != nil {
			return c.refused(err, column)
		}
		c.fields.Recur = recur
	}
	return nil
}

// settle puts the fields into their canonical form and says what they change.
func (k *checker) settle(c *Verdict, d *Duty) error {
	f, err := k.checkFields(k.ctx, k.tx, "check", c.fields, d.Source.DocNo)
	if err != nil {
		return c.refused(err, colTitle)
	}
	c.fields = f
	if d.ID == 0 {
		return nil
	}
	if c.Diff = Differences(d.Fields, f); len(c.Diff) > 0 {
		c.Fate = FateChange
	}
	return nil
}

// newLine checks a line that asks for a new duty.
func (k *checker) newLine(c *Verdict) error {
	empty := true
	for _, col := range Columns {
		empty = empty && (col.Change == Moving || c.Line.Cells[col.Title] == "")
	}
	if empty { // only numbered in advance
		c.Fate = FateSame
		return nil
	}
	c.Fate = FateNew
	if c.Line.Cells[colVersion] != "" {
		c.wrong(colNumber, "有版本而没有编号：编号被删去了。请恢复编号；确要新增，请把版本也留空。")
		return nil
	}
	if c.Line.Cells[colBasis] == "" {
		c.wrong(colBasis, "新增任务必须写明依据：文号加条款，或会议、批示。")
	}
	var err error
	if c.source, err = k.SourceOf(k.ctx, k.tx, c.Line.Cells[colBasis]); err != nil {
		if err = c.refused(err, colBasis); err != nil {
			return err
		}
	}
	switch state := c.Line.Cells[colState]; state {
	case "", Drafted.Chinese():
	case Confirmed.Chinese():
		c.confirm = true
	default:
		c.wrong(colState, "新增任务的状态只能写“待确认”或“待交办”。")
	}
	d := &Duty{Source: c.source}
	for _, column := range []string{colTitle, colLead, colSupport, colImplement, colDue, colRecur, colText} {
		if err := k.take(c, column, d); err != nil {
			return err
		}
	}
	if c.Fate == FateWrong {
		if c.Title == "" {
			c.wrong(colTitle, "请填写任务名称。")
		}
		return nil
	}
	if err := k.settle(c, d); err != nil || c.Fate == FateWrong {
		return err
	}
	key := likeness{c.fields.Title, joined(c.fields.Lead)}
	if id, ok := k.alike[key]; ok {
		c.wrong(colTitle, "台账上已有同名、同牵头单位的任务（第"+id.Number()+"号）。要修改它，请在导出的表格里改；确是另一项，请换一个名称。")
	} else if n := k.fresh[key]; n > 0 {
		c.wrong(colTitle, "与第 "+strconv.Itoa(n)+" 行相同，请只留一行。")
	}
	k.fresh[key] = c.Line.N
	return nil
}
