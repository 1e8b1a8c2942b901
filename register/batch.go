package register

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// A batch is a table of entries that somebody brings along. It is offered first: every row is held against the register and
// nothing is done. Then it is applied, in one transaction, and may be taken back, as far as nobody has gone on from
// what it did:
//
//	b, report, err := r.Offer(ctx, tx, by, "outlets", register.Table{File: "台账.xlsx", Content: bytes})
//	b, report, err = r.BatchOf(ctx, tx, by, b.ID)       // as it stands now
//	b, report, err = r.Apply(ctx, tx, by, b.ID, false)  // true: leave wrong rows out
//	b, undone, err = r.Undo(ctx, tx, by, b.ID, "传错了文件")

// BatchState says how far a batch has come.
type BatchState string

// The states of a batch.
const (
	BatchReady   BatchState = "ready"
	BatchDone    BatchState = "done"
	BatchUndone  BatchState = "undone"
	BatchDropped BatchState = "dropped"
	batchMerged  BatchState = "merged" // not an import: see Merge
	batchParted  BatchState = "parted"
)

// Chinese is what pages call the state.
func (s BatchState) Chinese() string {
	return map[BatchState]string{BatchReady: "待导入", BatchDone: "已导入", BatchUndone: "已撤销", BatchDropped: "已放弃", batchMerged: "已合并", batchParted: "已撤销合并"}[s]
}

// Table is a table that somebody brings along.
type Table struct {
	File    string // its name, for people
	Content []byte
	Why     string
	Basis   string
}

// Batch is one import.
type Batch struct {
	ID       int64
	Register Name
	By       string // account that offered it
	Unit     string // in whose name
	At       time.Time
	State    BatchState
	File     string
	Format   Format
	Why      string
	Basis    string
	Did      Counts // what it did
	UndoneBy string
	Kept     []Kept // what could not be taken back
}

// Counts are those of a report.
type Counts struct{ New, Change, Back, Same, Wrong int }

// Kept is an entry that an undo left as it is, and why.
type Kept struct {
	Key string
	Why string
}

// Path is the address of the batch's page.
func (b *Batch) Path() string { return fmt.Sprintf("/lists/%s/imports/%d", b.Register, b.ID) }

// manyRows is from how many rows on an import changes what the database should know of its tables.
const manyRows = 5000

// MaxTable bounds a table that is offered. What is larger comes by Load.
const MaxTable = 64 << 20

// Offer holds a table against the register and keeps it. Nothing is done to any entry.
func (r *Registers) Offer(ctx context.Context, tx *db.Tx, by Actor, name Name, t Table) (*Batch, *Report, error) {
	const op = "Offer"
	s, err := r.mayImport(op, by, name)
	if err != nil {
		return nil, nil, err
	}
	if len(t.Content) > MaxTable {
		return nil, nil, refuse(TooLarge, op, "文件超过上限%dMB，请分成几个文件。", MaxTable>>20)
	}
	for _, w := range []string{t.Why, t.Basis} {
		if err := checkWords(op, "说明和依据", w, false); err != nil {
			return nil, nil, err
		}
	}
	if !readable(t.File) {
		t.File = "表格"
	}
	b := &Batch{Register: name, By: by.Account, Unit: by.unit(), At: tx.Now(), State: BatchReady, File: cut(t.File, 200), Format: FormatOf(t.Content), Why: t.Why, Basis: t.Basis}
	report, err := r.pass(ctx, tx, by, s, b, bytes.NewReader(t.Content), nil)
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	if report.Total() == 0 {
		return nil, nil, refuse(Invalid, op, "表格里没有内容：表头下面一行也没有。")
	}
	data, err := json.Marshal(b)
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	b.ID, err = insertBatch(ctx, tx, r.County, batchRow{Register: name, Who: by.Account, State: BatchReady, Data: string(data), Content: t.Content})
	return b, report, wrap(op, err)
}

func (r *Registers) mayImport(op string, by Actor, name Name) (*Schema, error) {
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	if may, _ := r.MayWrite(by, s); !may {
		return nil, r.noRight(op, by, s)
	}
	return s, nil
}

// pass goes over a table: with a writing it writes, without it only looks.
func (r *Registers) pass(ctx context.Context, tx *db.Tx, by Actor, s *Schema, b *Batch, from io.Reader, w *writing) (*Report, error) {
	rows, unknown, err := tableRows(s, b.Format, from)
	if err != nil {
		return nil, err
	}
	g := &ingesting{r: r, ctx: ctx, tx: tx, s: s, by: by, why: firstOf(b.Why, "导入："+b.File), basis: b.Basis, batch: b.ID, apply: w != nil, w: w, today: today(tx),
		seen: map[string]int{}, links: map[string]map[string]bool{}, report: &Report{Unknown: unknown}}
	g.may, g.own = r.MayWrite(by, s)
	h, err := loadHead(ctx, tx, r.County, s.Name)
	if err != nil {
		return nil, err
	}
	g.empty = h.entries == 0
	return g.report, g.run(rows)
}

func (r *Registers) batchIn(ctx context.Context, tx *db.Tx, op string, by Actor, id int64, in ...BatchState) (*Batch, batchRow, *Schema, error) {
	row, err := loadBatch(ctx, tx, r.County, id)
	if err != nil {
		return nil, row, nil, wrap(op, err)
	}
	if row.State == batchMerged || row.State == batchParted {
		return nil, row, nil, refuse(NotFound, op, "没有这次导入。")
	}
	s, err := r.mayImport(op, by, row.Register)
	if err != nil {
		return nil, row, nil, err
	}
	b, err := row.batch()
	if err != nil {
		return nil, row, nil, wrap(op, err)
	}
	if !r.concerns(by, s, b) {
		return nil, row, nil, refuse(NotAllowed, op, "这次导入是别的单位办的，您只能办理本单位的导入；要撤销，请找%s。", s.Custodian)
	}
	for _, state := range in {
		if state == b.State {
			in = nil
			break
		}
	}
	if len(in) > 0 {
		return nil, row, nil, refuse(WrongState, op, "这次导入现在是“%s”，可能有人刚办过，请刷新后再看。", b.State.Chinese())
	}
	return b, row, s, nil
}

// concerns reports whether a batch is the actor's business: who writes only his own entries sees what his own unit brought.
func (r *Registers) concerns(by Actor, s *Schema, b *Batch) bool {
	_, own := r.MayWrite(by, s)
	return !own || b.By == by.Account || slices.Contains(by.Units, b.Unit)
}

func (row batchRow) batch() (*Batch, error) {
	b := &Batch{}
	err := json.Unmarshal([]byte(row.Data), b)
	b.ID, b.Register, b.By, b.At, b.State = row.ID, row.Register, row.Who, row.At, row.State
	return b, err
}

// BatchOf reads a batch; of one that waits, with its rows as they stand against the register now.
func (r *Registers) BatchOf(ctx context.Context, tx *db.Tx, by Actor, id int64) (*Batch, *Report, error) {
	const op = "BatchOf"
	b, row, s, err := r.batchIn(ctx, tx, op, by, id)
	if err != nil || b.State != BatchReady {
		return b, nil, err
	}
	report, err := r.pass(ctx, tx, by, s, b, bytes.NewReader(row.Content), nil)
	return b, report, wrap(op, err)
}

// Batches are the newest imports of a register that concern the actor, newest first.
func (r *Registers) Batches(ctx context.Context, tx *db.Tx, by Actor, name Name) ([]*Batch, error) {
	const op = "Batches"
	s, err := r.mayImport(op, by, name)
	if err != nil {
		return nil, err
	}
	rows, err := listBatches(ctx, tx, r.County, name)
	if err != nil {
		return nil, wrap(op, err)
	}
	var out []*Batch
	for _, row := range rows {
		if row.State == batchMerged || row.State == batchParted {
			continue
		}
		b, err := row.batch()
		if err != nil {
			return nil, wrap(op, err)
		}
		if r.concerns(by, s, b) {
			out = append(out, b)
		}
	}
	return out, nil
}

// Drop gives up an import before it did anything.
func (r *Registers) Drop(ctx context.Context, tx *db.Tx, by Actor, id int64) error {
	const op = "Drop"
	b, row, _, err := r.batchIn(ctx, tx, op, by, id, BatchReady)
	if err != nil {
		return err
	}
	b.State = BatchDropped
	return wrap(op, r.keep(ctx, tx, b, row))
}

func (r *Registers) keep(ctx context.Context, tx *db.Tx, b *Batch, row batchRow) error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	row.State, row.Data = b.State, string(data)
	return updateBatch(ctx, tx, r.County, row)
}

// Apply does what the rows ask for. While a row is wrong it does nothing, but where skip says to leave those out.
func (r *Registers) Apply(ctx context.Context, tx *db.Tx, by Actor, id int64, skip bool) (*Batch, *Report, error) {
	const op = "Apply"
	b, row, s, err := r.batchIn(ctx, tx, op, by, id, BatchReady)
	if err != nil {
		return nil, nil, err
	}
	report, err := r.apply(ctx, tx, op, by, s, b, &row, bytes.NewReader(row.Content), skip)
	return b, report, err
}

// Load is Offer and Apply in one pass over a stream of any length, for administrators who bring a register of a million entries.
// The batch can be taken back like any other.
func (r *Registers) Load(ctx context.Context, tx *db.Tx, by Actor, name Name, file string, format Format, from io.Reader) (*Batch, *Report, error) {
	const op = "Load"
	s, err := r.mayImport(op, by, name)
	if err != nil {
		return nil, nil, err
	}
	if !by.Office {
		return nil, nil, refuse(NotAllowed, op, "只有县政府办公室和系统管理员可以这样导入。")
	}
	b := &Batch{Register: name, By: by.Account, Unit: by.unit(), At: tx.Now(), State: BatchReady, File: cut(file, 200), Format: format}
	row := batchRow{Register: name, Who: by.Account, State: BatchReady, Data: "{}"}
	if row.ID, err = insertBatch(ctx, tx, r.County, row); err != nil {
		return nil, nil, wrap(op, err)
	}
	b.ID = row.ID
	report, err := r.apply(ctx, tx, op, by, s, b, &row, from, false)
	return b, report, err
}

func (r *Registers) apply(ctx context.Context, tx *db.Tx, op string, by Actor, s *Schema, b *Batch, row *batchRow, from io.Reader, skip bool) (*Report, error) {
	w, err := r.begin(ctx, tx, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer w.out.close()
	row.First = w.head.edge.size
	report, err := r.pass(ctx, tx, by, s, b, from, w)
	if err != nil {
		return nil, wrap(op, err)
	}
	if report.Wrong > 0 && !skip {
		first := ""
		for _, x := range report.Rows {
			if x.Fate == FateWrong {
				first = x.Wrong[0].String()
				break
			}
		}
		return report, refuse(Invalid, op, "有%d行有误，没有导入，如%s请改正后重新上传，或选择只导入无误的行。", report.Wrong, first)
	}
	if report.Does() == 0 {
		return report, refuse(Invalid, op, "没有可以导入的行。")
	}
	if err := w.finish(); err != nil {
		return nil, wrap(op, err)
	}
	if report.Does() >= manyRows {
		if err := analyze(ctx, tx); err != nil {
			return nil, wrap(op, err)
		}
	}
	row.Last = w.head.edge.size - 1
	b.State, b.Did = BatchDone, Counts{report.New, report.Change, report.Back, report.Same, report.Wrong}
	if err := r.keep(ctx, tx, b, *row); err != nil {
		return nil, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: by.Account, What: "register.import", Subject: fmt.Sprintf("register/%s#import%d", s.Name, b.ID),
		Basis: firstOf(b.Basis, s.Basis.String()), Detail: fmt.Sprintf("%s：新增%d条，修改%d条，恢复%d条，跳过%d行 root:%s", b.File, report.New, report.Change, report.Back,
			report.Wrong, w.head.edge.root())})
	return report, wrap(op, err)
}
