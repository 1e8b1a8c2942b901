package observation

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/sheet"
)

// SampleTitles are the columns of an upload of hand samples; 点位、项目、采样时间 and 结果 must be there.
var SampleTitles = []string{"点位", "项目", "采样时间", "结果", "单位", "方法", "采样人"}

// SampleLine is one line of an upload and what it comes to.
type SampleLine struct {
	Line     int // in the file
	Sheet    string
	Place    string
	Item     string
	Time     string
	Result   string
	Unit     string
	Method   string
	Sampler  string
	Name     SeriesName // as understood
	Key      string
	At       time.Time
	Value    string // in the series' unit
	State    LineState
	Message  string // why it is wrong, or what it changes
	Replaced string // the value before
}

// LineState says what a line does.
type LineState string

// The states of a line.
const (
	LineNew    LineState = "新增"
	LineChange LineState = "更正"
	LineSame   LineState = "相同"
	LineWrong  LineState = "有误"
)

// Import is an upload: looked at line by line, then applied, then perhaps taken back.
type Import struct {
	ID    int64
	Who   string
	At    time.Time
	File  string
	State string // ready, done, undone, dropped
	Lines []SampleLine
}

// The states of an import.
const (
	ImportReady   = "ready"
	ImportDone    = "done"
	ImportUndone  = "undone"
	ImportDropped = "dropped"
)

// Count is how many lines are in a state.
func (m *Import) Count(state LineState) (n int) {
	for _, l := range m.Lines {
		if l.State == state {
			n++
		}
	}
	return n
}

// maxSampleLines bounds one upload.
const maxSampleLines = 20_000

// ReadSamples reads an upload (.csv or .xlsx) and keeps it with what each line would do. Nothing is recorded until Apply.
//
// entry finds the key of an entry by what people call it (一号排口); nil: keys are written. fallback is the register whose
// definitions are meant where an item (氨氮) is measured in several; empty: it must be clear.
func (o *Observations) ReadSamples(ctx context.Context, tx *db.Tx, who, file string, r io.Reader, size int64, entry func(ctx context.Context, tx *db.Tx, register, text string) (key string, err error), fallback string) (*Import, error) {
	tables, err := sheet.Read(r, size, sheet.Usual, SampleTitles...)
	if err != nil {
		return nil, &Error{Kind: Bad, Op: "observation.ReadSamples", Message: sheet.Message(err), Err: err}
	}
	m := &Import{Who: who, At: tx.Now(), File: file, State: ImportReady}
	for _, t := range tables {
		for _, must := range SampleTitles[:4] {
			if !slices.Contains(t.Header, must) {
				return nil, refuse(Bad, "ReadSamples", "表中没有“%s”一列。应有：%s。", must, strings.Join(SampleTitles, "、"))
			}
		}
		for _, row := range t.Rows {
			c := row.Cells
			m.Lines = append(m.Lines, SampleLine{Line: row.Line, Sheet: t.Name, Place: c["点位"], Item: c["项目"], Time: c["采样时间"], Result: c["结果"], Unit: c["单位"],
				Method: c["方法"], Sampler: c["采样人"]})
		}
	}
	if len(m.Lines) == 0 || len(m.Lines) > maxSampleLines {
		return nil, refuse(TooLarge, "ReadSamples", "一次可上传 1 至 %d 行，这个文件有 %d 行。", maxSampleLines, len(m.Lines))
	}
	seen := map[string]int{}
	for i := range m.Lines {
		l := &m.Lines[i]
		if err := o.understand(ctx, tx, l, entry, fallback); err != nil {
			return nil, err
		}
		if l.State == LineWrong {
			continue
		}
		address := string(l.Name) + "/" + l.Key + "@" + l.At.String()
		if first, twice := seen[address]; twice {
			l.State, l.Message = LineWrong, fmt.Sprintf("与第 %d 行是同一个点位、项目和时间", first)
			continue
		}
		seen[address] = l.Line
		if err := o.compare(ctx, tx, l); err != nil {
			return nil, err
		}
	}
	if err := o.insertImport(ctx, tx, m); err != nil {
		return nil, wrap("ReadSamples", err)
	}
	return m, nil
}

// compare says whether a line is new, changes something or says what is known.
func (o *Observations) compare(ctx context.Context, tx *db.Tx, l *SampleLine) error {
	l.State = LineNew
	s, ok, err := o.Find(ctx, tx, l.Name, l.Key)
	if err != nil || !ok {
		return err
	}
	versions, err := o.Versions(ctx, tx, s.ID, l.At)
	if err != nil || len(versions) == 0 {
		return err
	}
	last := versions[len(versions)-1].Value
	now, err := parseValue(l.Value)
	if err != nil {
		return err
	}
	switch {
	case last.Same(now):
		l.State = LineSame
	case last.Flag != Withdrawn:
		l.State, l.Replaced, l.Message = LineChange, last.String(), "原为 "+last.String()
	}
	return nil
}

// Apply records the lines that are not wrong, as they were shown.
func (o *Observations) Apply(ctx context.Context, tx *db.Tx, id int64, who string) (*Import, Result, error) {
	m, err := o.LoadImport(ctx, tx, id)
	if err != nil {
		return nil, Result{}, err
	}
	if m.State != ImportReady {
		return nil, Result{}, refuse(WrongState, "Apply", "这次上传已经办过了。")
	}
	var list []Reading
	var lines []int
	for i := range m.Lines {
		l := &m.Lines[i]
		if l.State != LineNew && l.State != LineChange {
			continue
		}
		if err := o.compare(ctx, tx, l); err != nil { // the record may have changed since it was shown
			return nil, Result{}, err
		}
		v, err := parseValue(l.Value)
		if err != nil {
			return nil, Result{}, err
		}
		list = append(list, Reading{Name: l.Name, Key: l.Key, At: l.At, Value: v, Source: m.source()})
		lines = append(lines, i)
	}
	r, err := o.Record(ctx, tx, list)
	if err != nil {
		return nil, r, err
	}
	for _, no := range r.Refused {
		l := &m.Lines[lines[no.Index]]
		l.State, l.Message = LineWrong, no.Message
	}
	m.State = ImportDone
	return m, r, o.finish(ctx, tx, m, who, "observation.import", fmt.Sprintf("%s：%d 个读数", m.File, len(r.Changed)))
}

func (m *Import) source() Source { return Source(fmt.Sprintf("import/%d", m.ID)) }

// Undo takes an upload back: where it changed a reading the value before is recorded again, where it brought a new one that
// is withdrawn. A reading that somebody changed afterwards stays.
func (o *Observations) Undo(ctx context.Context, tx *db.Tx, id int64, who string) (*Import, Result, error) {
	m, err := o.LoadImport(ctx, tx, id)
	if err != nil {
		return nil, Result{}, err
	}
	if m.State != ImportDone {
		return nil, Result{}, refuse(WrongState, "Undo", "这次上传没有入库，或者已经撤回。")
	}
	var list []Reading
	for _, l := range m.Lines {
		if l.State != LineNew && l.State != LineChange {
			continue
		}
		s, ok, err := o.Find(ctx, tx, l.Name, l.Key)
		if err != nil {
			return nil, Result{}, err
		}
		if !ok {
			continue
		}
		versions, err := o.Versions(ctx, tx, s.ID, l.At)
		if err != nil {
			return nil, Result{}, err
		}
		if len(versions) == 0 || versions[len(versions)-1].Source != m.source() {
			continue
		}
		before := Value{Empty: true, Flag: Withdrawn}
		if l.State == LineChange {
			if before, err = parseValue(l.Replaced); err != nil {
				return nil, Result{}, err
			}
		}
		list = append(list, Reading{Series: s.ID, At: l.At, Value: before, Source: Source(fmt.Sprintf("undo/%d", m.ID))})
	}
	r, err := o.Record(ctx, tx, list)
	if err != nil {
		return nil, r, err
	}
	m.State = ImportUndone
	return m, r, o.finish(ctx, tx, m, who, "observation.undo", fmt.Sprintf("%s：%d 个读数", m.File, len(r.Changed)))
}

// Drop puts an upload aside that was only looked at.
func (o *Observations) Drop(ctx context.Context, tx *db.Tx, id int64) error {
	m, err := o.LoadImport(ctx, tx, id)
	if err != nil {
		return err
	}
	if m.State != ImportReady {
		return refuse(WrongState, "Drop", "这次上传已经办过了。")
	}
	m.State, m.Lines = ImportDropped, nil
	return wrap("Drop", o.updateImport(ctx, tx, m))
}

func (o *Observations) finish(ctx context.Context, tx *db.Tx, m *Import, who, what, detail string) error {
	if err := o.updateImport(ctx, tx, m); err != nil {
		return wrap("finish", err)
	}
	_, err := journal.Append(ctx, tx, o.County, journal.Entry{Who: who, What: what, Subject: fmt.Sprintf("samples/%d", m.ID), Detail: detail})
	return err
}
