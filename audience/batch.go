package audience

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// A batch is a table of recipients that somebody brings along. It is offered first: every row is held against the record and
// nothing is done. Then it is applied, in one transaction, and may be taken back within thirty days, as far as nobody has gone on from
// what it did:
//
//	b, rows, err := a.Offer(ctx, tx, by, audience.Table{List: "危险区住户", File: "名单.xlsx", Content: bytes})
//	b, err = a.Apply(ctx, tx, by, b.ID, false) // true: leave wrong rows out
//	b, err = a.Undo(ctx, tx, by, b.ID, "传错了文件")

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
	return map[BatchState]string{BatchReady: "待导入", BatchDone: "已导入", BatchUndone: "已撤销", BatchDropped: "已放弃"}[s]
}

// Table is a table that somebody brings along.
type Table struct {
	List    string // which list it is: each has its own numbers
	File    string // its name, for people
	Why     string
	Content []byte
}

// Batch is one import.
type Batch struct {
	ID    int64
	By    string
	At    time.Time
	State BatchState

	List  string
	File  string
	Why   string
	Did   Done   // what it did, or would do
	Kept  []Kept // what an undo left as it is; the first hundred
	Taken int    // how many it took back
}

// Kept is a recipient that an undo left as it is, and why.
type Kept struct {
	ID  ID
	Why string
}

func (b *Batch) source() string { return listSource + b.List }

// maxReported is how many wrong rows a report names.
const maxReported = 1000

// Offer holds a table against the record and keeps it. Nothing is done to any recipient. The rows are those that are wrong, the
// first thousand.
func (a *Audience) Offer(ctx context.Context, tx *db.Tx, by Actor, t Table) (*Batch, []RowReport, error) {
	const op = "Offer"
	if !by.Keeps {
		return nil, nil, refuse(Forbidden, op, "您不能导入预警接收对象。")
	}
	if t.List = strings.TrimSpace(t.List); t.List == "" || len(t.List) > 90 || !readable(t.List) {
		return nil, nil, refuse(Invalid, op, "请写明这是哪一份名单，不超过30个字。")
	}
	if len(t.Content) > MaxTable {
		return nil, nil, refuse(TooLarge, op, "文件超过上限%dMB，请分成几个文件。", MaxTable>>20)
	}
	b := &Batch{By: by.Account, At: tx.Now(), State: BatchReady, List: t.List, File: cut(t.File, 200), Why: cut(t.Why, 600)}
	if !readable(b.File) || !readable(b.Why) {
		return nil, nil, refuse(Invalid, op, "文件名或说明里有不能显示的字符。")
	}
	wrong, err := a.pass(ctx, tx, b, t.Content, nil)
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	if err := insertBatch(ctx, tx, a.County, b, t.Content); err != nil {
		return nil, nil, wrap(op, err)
	}
	return b, wrong, wrap(op, a.batchEntry(ctx, tx, by, b, "audience.offer"))
}

// pass holds the rows of a table against the record, and writes them where w is given; wrong ones are left out.
func (a *Audience) pass(ctx context.Context, tx *db.Tx, b *Batch, content []byte, w *writing) ([]RowReport, error) {
	rows, err := a.readTable(content, b.source())
	if err != nil {
		return nil, err
	}
	refused, err := a.refusals(ctx, tx)
	if err != nil {
		return nil, err
	}
	b.Did = Done{}
	var wrong []RowReport
	for part := range slices.Chunk(rows, chunk) {
		keys := make([]string, 0, len(part))
		for i := range part {
			x := &part[i]
			if x.why == "" {
				x.why = refused.mind(&x.r)
			}
			if x.why == "" {
				keys = append(keys, x.r.Key)
			}
		}
		have, err := byKeys(ctx, tx, a.County, b.source(), keys)
		if err != nil {
			return nil, err
		}
		for i := range part {
			x := &part[i]
			fate, err := a.passRow(x, have[x.r.Key], w)
			if err != nil {
				return nil, err
			}
			b.Did.add(fate)
			if fate == FateWrong && len(wrong) < maxReported {
				wrong = append(wrong, RowReport{Line: x.line, Fate: fate, Name: x.r.Name, Why: x.why})
			}
		}
	}
	return wrong, nil
}

func (a *Audience) passRow(x *row, before *stored, w *writing) (Fate, error) {
	switch {
	case x.why != "":
		return FateWrong, nil
	case w != nil:
		return w.put(&x.r, before)
	case before == nil:
		return FateNew, nil
	}
	s := (&writing{a: a}).row(&x.r)
	if s.same(before) {
		return FateSame, nil
	}
	return FateChange, nil
}

// Apply does what an offered batch would do.
func (a *Audience) Apply(ctx context.Context, tx *db.Tx, by Actor, id int64, skipWrong bool) (*Batch, error) {
	const op = "Apply"
	b, content, err := a.batch(ctx, tx, op, by, id, BatchReady)
	if err != nil {
		return nil, err
	}
	w, err := a.begin(ctx, tx, id)
	if err != nil {
		return nil, wrap(op, err)
	}
	wrong, err := a.pass(ctx, tx, b, content, w)
	if err != nil {
		return nil, wrap(op, err)
	}
	if len(wrong) > 0 && !skipWrong {
		return nil, refuse(Invalid, op, "有%d行有误（第%d行起）：请改好后再传，或选择跳过有误的行。", b.Did.Wrong, wrong[0].Line)
	}
	if err := w.end(); err != nil {
		return nil, wrap(op, err)
	}
	b.State = BatchDone
	if err := setBatch(ctx, tx, a.County, b); err != nil {
		return nil, wrap(op, err)
	}
	return b, wrap(op, a.batchEntry(ctx, tx, by, b, "audience.import"))
}

// Undo takes a batch back. A recipient that somebody changed since, or who was erased, is left as it is.
func (a *Audience) Undo(ctx context.Context, tx *db.Tx, by Actor, id int64, why string) (*Batch, error) {
	const op = "Undo"
	b, _, err := a.batch(ctx, tx, op, by, id, BatchDone)
	if err != nil {
		return nil, err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > 600 || !readable(why) {
		return nil, refuse(Invalid, op, "请写明撤销的原因。")
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return nil, wrap(op, err)
	}
	after := ID(0)
	for {
		ids, images, err := imagesOf(ctx, tx, a.County, id, after)
		if err != nil {
			return nil, wrap(op, err)
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		if err := a.undoPart(w, b, ids, images); err != nil {
			return nil, wrap(op, err)
		}
	}
	if b.Taken == 0 && len(b.Kept) == 0 && b.Did.New+b.Did.Change > 0 {
		return nil, refuse(Conflict, op, "这一批已导入超过%d天，不能再撤销。", keepImages)
	}
	if err := w.end(); err != nil {
		return nil, wrap(op, err)
	}
	if err := dropImages(ctx, tx, a.County, id); err != nil {
		return nil, wrap(op, err)
	}
	b.State, b.Why = BatchUndone, why
	if err := setBatch(ctx, tx, a.County, b); err != nil {
		return nil, wrap(op, err)
	}
	return b, wrap(op, a.batchEntry(ctx, tx, by, b, "audience.undo"))
}

func (a *Audience) undoPart(w *writing, b *Batch, ids []ID, images []*image) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = int64(id)
	}
	list, err := recipients(w.ctx, w.tx, a.County, `AND id IN `+in(w.tx, 2, len(ids)), args...)
	if err != nil {
		return err
	}
	now := make(map[ID]*stored, len(list))
	for i := range list {
		now[list[i].id] = &list[i]
	}
	for i, id := range ids {
		s := now[id]
		if s == nil || s.batch != b.ID {
			if len(b.Kept) < 100 {
				b.Kept = append(b.Kept, Kept{id, "导入后又有改动"})
			}
			continue
		}
		b.Taken++
		im := images[i]
		if im == nil {
			err = w.remove(s)
		} else {
			err = w.update(&stored{id: id, source: im.Source, key: im.Key, place: im.Place, placed: im.Placed, at: im.At, terms: im.Terms,
				data: im.Data, until: im.Until, addresses: im.Addresses}, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave drops an offered batch.
func (a *Audience) Leave(ctx context.Context, tx *db.Tx, by Actor, id int64) error {
	const op = "Leave"
	b, _, err := a.batch(ctx, tx, op, by, id, BatchReady)
	if err != nil {
		return err
	}
	b.State = BatchDropped
	return wrap(op, setBatch(ctx, tx, a.County, b))
}

// Batches are the newest imports.
func (a *Audience) Batches(ctx context.Context, tx *db.Tx, by Actor, limit int) ([]*Batch, error) {
	if !by.Keeps {
		return nil, refuse(Forbidden, "Batches", "您不能查看导入记录。")
	}
	list, err := readBatches(ctx, tx, a.County, min(max(limit, 1), 500))
	return list, wrap("Batches", err)
}

// BatchOf is an import; of one that only waits to be applied, also how its table fares against the record as it stands now, with the wrong rows.
func (a *Audience) BatchOf(ctx context.Context, tx *db.Tx, by Actor, id int64) (*Batch, []RowReport, error) {
	const op = "BatchOf"
	if !by.Keeps {
		return nil, nil, refuse(Forbidden, op, "您不能查看导入记录。")
	}
	b, content, err := a.findBatch(ctx, tx, op, id)
	if err != nil || b.State != BatchReady {
		return b, nil, err
	}
	wrong, err := a.pass(ctx, tx, b, content, nil)
	return b, wrong, wrap(op, err)
}

func (a *Audience) findBatch(ctx context.Context, tx *db.Tx, op string, id int64) (*Batch, []byte, error) {
	b, content, ok, err := readBatch(ctx, tx, a.County, id)
	switch {
	case err != nil:
		return nil, nil, wrap(op, err)
	case !ok:
		return nil, nil, refuse(NotFound, op, "没有这一批导入。")
	}
	return b, content, nil
}

func (a *Audience) batch(ctx context.Context, tx *db.Tx, op string, by Actor, id int64, want BatchState) (*Batch, []byte, error) {
	if !by.Keeps {
		return nil, nil, refuse(Forbidden, op, "您不能导入预警接收对象。")
	}
	b, content, err := a.findBatch(ctx, tx, op, id)
	switch {
	case err != nil:
		return nil, nil, err
	case b.State != want:
		return nil, nil, refuse(Conflict, op, "这一批%s，不能这样做。", b.State.Chinese())
	}
	return b, content, nil
}

func (a *Audience) batchEntry(ctx context.Context, tx *db.Tx, by Actor, b *Batch, what string) error {
	_, err := journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: what, Subject: fmt.Sprintf("audience/import/%d", b.ID), Basis: b.Why,
		Detail: fmt.Sprintf("%s，%s，%s", b.List, b.File, b.Did.Chinese())})
	return err
}
