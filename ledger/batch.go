package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/db"
	"zhixing/journal"
)

// A batch is a table of the ledger that came back edited. It is offered first: every line is held against the ledger
// and nothing is done. Then it is applied, in one transaction, and may be taken back, as far as nobody has gone on from
// what it did:
//
//	b, err := l.Offer(ctx, tx, by, ledger.Upload{File: "台账.xlsx", Columns: titles, Lines: lines})
//	b, checked, err := l.BatchOf(ctx, tx, by, b.ID)
//	b, err = l.ApplyBatch(ctx, tx, by, b.ID, false)
//	b, err = l.UndoBatch(ctx, tx, by, b.ID)

// Line is one row of a table that came back. Cells are by the titles of Columns, empty ones left out.
type Line struct {
	N     int               `json:"n"` // in the file, for people
	Cells map[string]string `json:"cells"`
}

// Upload is a table that came back.
type Upload struct {
	File    string
	Columns []string // that the table has; a column that is missing changes nothing
	Lines   []Line
}

// BatchState says how far a batch has come.
type BatchState string

// The states of a batch.
const (
	BatchReady   BatchState = "ready"
	BatchDone    BatchState = "done"
	BatchUndone  BatchState = "undone"
	BatchDropped BatchState = "dropped"
)

// Chinese is what pages call the state.
func (s BatchState) Chinese() string {
	switch s {
	case BatchReady:
		return "待导入"
	case BatchDone:
		return "已导入"
	case BatchUndone:
		return "已撤销"
	case BatchDropped:
		return "已放弃"
	}
	return ""
}

// Batch is one import.
type Batch struct {
	ID        int64      `json:"-"`
	By        string     `json:"-"` // account that offered it
	At        time.Time  `json:"-"`
	File      string     `json:"-"`
	State     BatchState `json:"-"`
	Columns   []string   `json:"columns"`
	Lines     []Line     `json:"lines"` // that ask for something
	Same      int        `json:"same"`  // lines that ask for nothing
	Skipped   int        `json:"skipped,omitempty"`
	Done      []Done     `json:"done,omitempty"`
	AppliedBy string     `json:"applied_by,omitempty"`
	AppliedAt time.Time  `json:"applied_at,omitzero"`
	UndoneBy  string     `json:"undone_by,omitempty"`
	UndoneAt  time.Time  `json:"undone_at,omitzero"`
}

// Done is what a batch did to one duty.
type Done struct {
	Line  int          `json:"line"`
	Duty  ID           `json:"duty"`
	Title string       `json:"title"`
	New   bool         `json:"new,omitempty"`
	Step  int64        `json:"step"` // the duty's revision after it
	Diff  []Difference `json:"diff,omitempty"`
	Back  bool         `json:"back,omitempty"` // was taken back
	Kept  string       `json:"kept,omitempty"` // why it could not be
}

// Path is the address of the batch's page.
func (b *Batch) Path() string { return "/ledger/imports/" + itoa(b.ID) }

// New counts the duties that the batch made, Changed those that it changed.
func (b *Batch) New() int { return b.count(func(d Done) bool { return d.New }) }

// Changed counts the duties that the batch changed.
func (b *Batch) Changed() int { return b.count(func(d Done) bool { return !d.New }) }

// Kept counts what could not be taken back.
func (b *Batch) Kept() int { return b.count(func(d Done) bool { return d.Kept != "" }) }

func (b *Batch) count(is func(Done) bool) (n int) {
	for _, d := range b.Done {
		if is(d) {
			n++
		}
	}
	return n
}

// reason is what the steps of a batch say for themselves.
func (b *Batch) reason(line int) string {
	return fmt.Sprintf("导入：%s 第%d行", b.File, line)
}

// Offer holds a table against the ledger and keeps what it asks for. Nothing is done to any duty.
func (l *Ledger) Offer(ctx context.Context, tx *db.Tx, by Actor, up Upload) (*Batch, error) {
	const op = "Offer"
	if err := mayImport(op, by); err != nil {
		return nil, err
	}
	switch {
	case len(up.Lines) == 0:
		return nil, wrong(op, "file", "表格里没有任务：表头下面一行也没有。")
	case len(up.Lines) > MaxRows:
		return nil, wrong(op, "file", "表格有 %d 行，一次最多导入 %d 行，请分成几个文件。", len(up.Lines), MaxRows)
	case !slices.Contains(up.Columns, colTitle):
		return nil, wrong(op, "file", "表格里没有“任务”这一列：请用“导出 Excel”得到的表格修改，不要改动表头。")
	}
	if !utf8.ValidString(up.File) || strings.ContainsRune(up.File, 0) {
		up.File = "表格"
	}
	checked, err := l.check(ctx, tx, up.Columns, up.Lines)
	if err != nil {
		return nil, wrap(op, err)
	}
	b := &Batch{By: by.Account, At: tx.Now(), File: cut(up.File, 200), State: BatchReady, Columns: up.Columns}
	for i, c := range checked {
		if c.Fate == FateSame {
			b.Same++
		} else {
			b.Lines = append(b.Lines, up.Lines[i])
		}
	}
	if b.ID, err = nextID(ctx, tx, "ledger_batch", l.County); err != nil {
		return nil, wrap(op, err)
	}
	return b, wrap(op, insertBatch(ctx, tx, l.County, b))
}

func mayImport(op string, by Actor) error {
	if !by.Everywhere(ActEdit) {
		return refuse(NotAllowed, op, "只有县政府办公室可以导入台账。")
	}
	return nil
}

// BatchOf reads a batch; of one that waits, with its lines as they stand against the ledger now.
func (l *Ledger) BatchOf(ctx context.Context, tx *db.Tx, by Actor, id int64) (*Batch, []Verdict, error) {
	const op = "BatchOf"
	if err := mayImport(op, by); err != nil {
		return nil, nil, err
	}
	b, err := loadBatch(ctx, tx, l.County, id)
	if err != nil || b.State != BatchReady {
		return b, nil, wrap(op, err)
	}
	checked, err := l.check(ctx, tx, b.Columns, b.Lines)
	return b, checked, wrap(op, err)
}

// Batches are the newest imports, newest first, without their lines.
func (l *Ledger) Batches(ctx context.Context, tx *db.Tx, by Actor) ([]*Batch, error) {
	const op = "Batches"
	if err := mayImport(op, by); err != nil {
		return nil, err
	}
	list, err := listBatches(ctx, tx, l.County)
	return list, wrap(op, err)
}

// waiting reads a batch that is in a state.
func (l *Ledger) waiting(ctx context.Context, tx *db.Tx, op string, by Actor, id int64, in BatchState) (*Batch, error) {
	if err := mayImport(op, by); err != nil {
		return nil, err
	}
	b, err := loadBatch(ctx, tx, l.County, id)
	if err == nil && b.State != in {
		err = refuse(WrongState, op, "这次导入现在是“%s”，可能有人刚办过，请刷新后再看。", b.State.Chinese())
	}
	return b, wrap(op, err)
}

// DropBatch gives up an import before it did anything.
func (l *Ledger) DropBatch(ctx context.Context, tx *db.Tx, by Actor, id int64) error {
	b, err := l.waiting(ctx, tx, "DropBatch", by, id, BatchReady)
	if err != nil {
		return err
	}
	b.State, b.Lines = BatchDropped, nil
	return wrap("DropBatch", updateBatch(ctx, tx, l.County, b))
}

// ApplyBatch does what the lines ask for. While a line is wrong it does nothing, but where skip says to leave those out.
func (l *Ledger) ApplyBatch(ctx context.Context, tx *db.Tx, by Actor, id int64, skip bool) (*Batch, error) {
	const op = "ApplyBatch"
	b, err := l.waiting(ctx, tx, op, by, id, BatchReady)
	if err != nil {
		return nil, err
	}
	checked, err := l.check(ctx, tx, b.Columns, b.Lines)
	if err != nil {
		return nil, wrap(op, err)
	}
	b.Done = nil
	for _, c := range checked {
		switch c.Fate {
		case FateWrong:
			b.Skipped++
		case FateSame:
			b.Same++
		default:
			done, err := l.applyLine(ctx, tx, by, b, c)
			if err != nil {
				return nil, wrap(op, err)
			}
			b.Done = append(b.Done, done)
		}
	}
	if b.Skipped > 0 && !skip {
		return nil, refuse(Invalid, op, "有 %d 行有误，没有导入。请改正后重新上传，或选择只导入无误的行。", b.Skipped)
	}
	if len(b.Done) == 0 {
		return nil, refuse(Invalid, op, "没有可以导入的行。")
	}
	b.State, b.AppliedBy, b.AppliedAt, b.Lines = BatchDone, by.Account, tx.Now(), nil
	if err := updateBatch(ctx, tx, l.County, b); err != nil {
		return nil, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, l.County, journal.Entry{Who: by.Account, What: "duty.import", Subject: fmt.Sprintf("ledger_batch/%d", b.ID),
		Detail: fmt.Sprintf("%s：新增%d项，修改%d项，跳过%d行", b.File, b.New(), b.Changed(), b.Skipped)})
	return b, wrap(op, err)
}

func (l *Ledger) applyLine(ctx context.Context, tx *db.Tx, by Actor, b *Batch, c Verdict) (Done, error) {
	data := Data{Fields: &c.fields, Reason: b.reason(c.Line.N), Batch: b.ID}
	done := Done{Line: c.Line.N, Duty: c.Duty, Title: c.fields.Title, Diff: c.Diff, New: c.Fate == FateNew}
	d := c.duty
	var err error
	if done.New {
		data.Source = &c.source
		if d, err = l.draft(ctx, tx, by, data); err != nil {
			return done, err
		}
		if c.confirm {
			seat, _ := by.seatFor(ActEdit, d, "")
			err = l.do(ctx, tx, by, seat, d, DidConfirm, "", Data{Reason: data.Reason, Batch: b.ID})
		}
	} else {
		data.Diff = c.Diff
		seat, _ := by.seatFor(ActEdit, d, "")
		err = l.do(ctx, tx, by, seat, d, DidAmend, "", data)
	}
	done.Duty, done.Step = d.ID, d.Revision
	return done, err
}

// UndoBatch takes back what a batch did, as new steps: a duty that it changed says again what it said before, one that
// it made is cancelled. What somebody has gone on from stays, and the batch says why.
func (l *Ledger) UndoBatch(ctx context.Context, tx *db.Tx, by Actor, id int64) (*Batch, error) {
	const op = "UndoBatch"
	b, err := l.waiting(ctx, tx, op, by, id, BatchDone)
	if err != nil {
		return nil, err
	}
	for i := range b.Done {
		x := &b.Done[i]
		if x.Kept, err = l.undoOne(ctx, tx, by, b, *x); err != nil {
			return nil, wrap(op, err)
		}
		x.Back = x.Kept == ""
	}
	b.State, b.UndoneBy, b.UndoneAt = BatchUndone, by.Account, tx.Now()
	if err := updateBatch(ctx, tx, l.County, b); err != nil {
		return nil, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, l.County, journal.Entry{Who: by.Account, What: "duty.undo_import", Subject: fmt.Sprintf("ledger_batch/%d", b.ID),
		Detail: fmt.Sprintf("%s：撤销%d项，不能撤销%d项", b.File, len(b.Done)-b.Kept(), b.Kept())})
	return b, wrap(op, err)
}

// undoOne takes one thing back; kept says why it could not.
func (l *Ledger) undoOne(ctx context.Context, tx *db.Tx, by Actor, b *Batch, x Done) (kept string, err error) {
	d, err := load(ctx, tx, l.County, x.Duty)
	if err != nil {
		return "", err
	}
	seat, _ := by.seatFor(ActEdit, d, "")
	reason := "撤销导入：" + b.File
	if x.New {
		if d.Revision != x.Step {
			return fmt.Sprintf("导入后又有新的记录，现在是“%s”。需要时请在任务页面终止", d.State.Chinese()), nil
		}
		return "", l.do(ctx, tx, by, seat, d, DidCancel, "", Data{Result: "撤销导入", Reason: reason, Day: today(tx), Batch: b.ID})
	}
	steps, err := l.StepsOf(ctx, tx, x.Duty)
	if err != nil {
		return "", err
	}
	after, err := Fold(l.County, x.Duty, steps[:x.Step])
	if err != nil {
		return "", err
	}
	before, err := Fold(l.County, x.Duty, steps[:x.Step-1])
	if err != nil {
		return "", err
	}
	switch diff := Differences(d.Fields, before.Fields); {
	case len(Differences(d.Fields, after.Fields)) > 0:
		return "导入后又被修改过。需要时请在任务页面修改", nil
	case !slices.Contains([]State{Drafted, Confirmed, Issued, Working}, d.State):
		return fmt.Sprintf("现在是“%s”，不能再修改", d.State.Chinese()), nil
	case d.State.Running() && touches(x.Diff, Before):
		return "导入后已经交办，单位和时限不能退回。请在任务页面移交或延期", nil
	default:
		return "", l.do(ctx, tx, by, seat, d, DidAmend, "", Data{Fields: &before.Fields, Reason: reason, Diff: diff, Undone: x.Step, Batch: b.ID})
	}
}

// touches reports whether one of the differences is in a column of that kind.
func touches(diff []Difference, kind Change) bool {
	return slices.ContainsFunc(diff, func(x Difference) bool {
		return slices.ContainsFunc(Columns, func(c Column) bool { return c.Change == kind && fieldColumn[x.Field] == c.Title })
	})
}

// fieldColumn gives the column for what Differences calls a field.
var fieldColumn = map[string]string{"任务": colTitle, "内容": colText, "牵头单位": colLead, "配合单位": colSupport, "落实单位": colImplement,
	"完成时限": colDue, "填报频次": colRecur}
