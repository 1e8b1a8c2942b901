package register

import (
	"context"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
)

// Undo takes back what a batch did, as new records: an entry that it changed says again what it said before, one that it added
// leaves the register. What somebody has gone on from, and what the actor may not write, stays, and the batch says why.
func (r *Registers) Undo(ctx context.Context, tx *db.Tx, by Actor, id int64, why string) (*Batch, error) {
	const op = "Undo"
	b, row, s, err := r.batchIn(ctx, tx, op, by, id, BatchDone)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "撤销的原因", why, true); err != nil {
		return nil, err
	}
	w, err := r.begin(ctx, tx, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer w.out.close()
	undone := 0
	for to := row.Last + 1; to > row.First; to -= dumpBatch {
		list, err := recordsWhere(ctx, tx, r.County, s.Name, `AND seq >= $3 AND seq < $4 AND batch = $5 ORDER BY seq DESC`, max(row.First, to-dumpBatch), to, b.ID)
		if err != nil {
			return nil, wrap(op, err)
		}
		for i := range list {
			kept, err := r.undoOne(w, by, &list[i], "撤销导入："+why)
			if err != nil {
				return nil, wrap(op, err)
			}
			if kept == (Kept{}) {
				undone++
			} else if len(b.Kept) < maxReported {
				b.Kept = append(b.Kept, kept)
			}
		}
		if err := w.flush(); err != nil {
			return nil, wrap(op, err)
		}
	}
	if err := w.finish(); err != nil {
		return nil, wrap(op, err)
	}
	b.State, b.UndoneBy = BatchUndone, by.Account
	if err := r.keep(ctx, tx, b, row); err != nil {
		return nil, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: by.Account, What: "register.undo_import", Subject: fmt.Sprintf("register/%s#import%d", s.Name, b.ID),
		Basis: firstOf(b.Basis, s.Basis.String()), Detail: fmt.Sprintf("%s：撤销%d条，不能撤销%d条 %s", b.File, undone, len(b.Kept), cut(why, 300))})
	return b, wrap(op, err)
}

// undoOne takes back one record of a batch; kept says why it could not.
func (r *Registers) undoOne(w *writing, by Actor, rec *Record, why string) (Kept, error) {
	e, err := byID(w.ctx, w.tx, r.County, w.s.Name, rec.Entry)
	if err != nil || e == nil {
		return Kept{}, err
	}
	if e.N != rec.N {
		return Kept{e.Key, "导入后又有新的记录，需要时请在它的页面上修改或出册"}, nil
	}
	if !r.MayWriteEntry(by, w.s, e.Values) {
		return notOwn(e, w.s), nil
	}
	back := Record{What: Undone, By: by.Account, Unit: by.unit(), Why: why, Batch: rec.Batch, Set: Values{}}
	switch rec.What {
	case Added:
		back.What = Removed
		used, err := referred(w.ctx, w.tx, r.County, w.s.Name, e.Key)
		if err != nil {
			return Kept{}, err
		}
		if used {
			return Kept{e.Key, "其他台账已经指向它，需要时请在它的页面上出册"}, nil
		}
	default:
		all, err := recordsOf(w.ctx, w.tx, r.County, w.s.Name, rec.Entry)
		if err != nil {
			return Kept{}, err
		}
		was := w.s.Fold(all[:len(all)-1], calendar.Date{}, time.Time{})
		if !r.MayWriteEntry(by, w.s, was.Values) {
			return notOwn(e, w.s), nil
		}
		for name, v := range e.Values {
			if was.Values[name] != v {
				back.Set[name] = was.Values[name]
			}
		}
		for name, v := range was.Values {
			if e.Values[name] == "" {
				back.Set[name] = v
			}
		}
		if was.State != e.State {
			back.State = was.State
		}
		if was.Removed() {
			back.What = Removed
		}
	}
	return Kept{}, w.put(&change{before: e, rec: back})
}

func notOwn(e *Entry, s *Schema) Kept {
	return Kept{e.Key, "不是您的单位的条目，要改请找" + s.Custodian}
}
