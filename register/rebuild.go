package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
)

// Rebuild makes a register from its dump. The register must be empty. Every record is held against the tree, and the root at
// the end must be that of the dump; else nothing is kept. From a dump for the public it makes a register whose sealed
// parts stay sealed, under the same root.
func (r *Registers) Rebuild(ctx context.Context, tx *db.Tx, by Actor, from io.Reader) (Head, error) {
	const op = "Rebuild"
	if !by.Office {
		return Head{}, refuse(NotAllowed, op, "只有县政府办公室和系统管理员可以恢复台账。")
	}
	d, err := newDumpReader(from)
	if err != nil {
		return Head{}, err
	}
	s, err := r.schema(op, d.name)
	if err != nil {
		return Head{}, refuse(NotFound, op, "转储文件是“%s”的，本县没有这本台账：请先载入它的政策包。", d.name)
	}
	w, err := r.begin(ctx, tx, s)
	if err != nil {
		return Head{}, wrap(op, err)
	}
	defer w.out.close()
	if w.head.edge.size > 0 {
		return Head{}, refuse(Conflict, op, "《%s》里已经有%d条记录，只能恢复到空的台账。", s.Title, w.head.edge.size)
	}
	// Without Changed: nobody is told of what happened long ago.
	w.r = &Registers{County: r.County, Schemas: r.Schemas, Directory: r.Directory, Places: r.Places, Workdays: r.Workdays, Seasons: r.Seasons, Beyond: r.Beyond}
	for {
		it, err := d.item()
		if err != nil {
			return Head{}, err
		}
		switch {
		case it.shape != nil:
			err = putShape(ctx, tx, r.County, it.sha, it.shape.encode())
		case it.file != nil:
			err = putFile(ctx, tx, r.County, it.sha, it.file)
		case it.rec != nil:
			err = w.replay(it.rec, d)
		}
		if err != nil {
			return Head{}, wrap(op, err)
		}
		if it.end {
			return r.rebuilt(ctx, tx, by, w, it)
		}
	}
}

func (r *Registers) rebuilt(ctx context.Context, tx *db.Tx, by Actor, w *writing, it dumpItem) (Head, error) {
	const op = "Rebuild"
	h := Head{w.s.Name, w.head.edge.size, w.head.edge.root()}
	if it.size != h.Size || it.root != h.Root {
		return Head{}, refuse(Invalid, op, "转储文件的根与内容不符：有%d条记录，末行写%d条。文件被改动过或不完整。", h.Size, it.size)
	}
	if err := w.finish(); err != nil {
		return Head{}, wrap(op, err)
	}
	_, err := journal.Append(ctx, tx, r.County, journal.Entry{Who: by.Account, What: "register.rebuild", Subject: "register/" + string(h.Register), Detail: h.Text()})
	return h, wrap(op, err)
}

// replay writes a record of a dump as it was.
func (w *writing) replay(rec *Record, d *dumpReader) error {
	if rec.Seq != w.head.edge.size {
		return d.wrong("应是第%d条记录，不是第%d条。", w.head.edge.size, rec.Seq)
	}
	c := &change{rec: *rec}
	if rec.N > 1 {
		if err := w.flush(); err != nil {
			return err
		}
		all, err := recordsOf(w.ctx, w.tx, w.r.County, w.s.Name, rec.Entry)
		if err != nil {
			return err
		}
		if c.before = w.s.Fold(all, calendar.Date{}, w.tx.Now()); c.before == nil || len(all) != rec.N-1 {
			return d.wrong("缺少这个条目前面的记录。")
		}
		if e, err := byID(w.ctx, w.tx, w.r.County, w.s.Name, rec.Entry); err != nil {
			return err
		} else if e != nil {
			c.before = e
		}
		c.after = w.s.Fold(append(all, c.rec), calendar.Date{}, w.tx.Now())
	} else {
		if rec.What != Added || int64(rec.Entry) != w.head.entries+1 {
			return d.wrong("第一条记录应是入册，条目的序号应连续。")
		}
		w.head.entries++
		c.made = w.r.make(w.s, &c.rec, nil)
		c.after = c.made.after
	}
	return w.append(c)
}

// PutHeads puts where the registers' trees stand into the county's public log, if that is another than the last time: so that
// nobody can put another register in place of one whose head somebody outside has seen.
func (r *Registers) PutHeads(ctx context.Context, tx *db.Tx, log *journal.Log) error {
	const op = "PutHeads"
	heads, err := r.Heads(ctx, tx)
	if err != nil || len(heads) == 0 {
		return wrap(op, err)
	}
	text := "zhixing register heads 1\n"
	for _, h := range heads {
		text += h.Text() + "\n"
	}
	sum := hexSum([]byte(text))
	last, _, err := journal.List(ctx, tx, r.County, journal.Query{What: "register.heads", Limit: 1})
	if err != nil || len(last) > 0 && last[0].Detail == sum {
		return wrap(op, err)
	}
	if _, err := log.Add(ctx, tx, []byte(text)); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: System.Account, What: "register.heads", Subject: "register", Detail: sum})
	return wrap(op, err)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// unquote reads what appendQuoted wrote, in that one spelling.
func unquote(b []byte) (string, bool) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return "", false
	}
	return s, string(appendQuoted(nil, s)) == string(b)
}

func sortedKeys(v Values) []string { return slices.Sorted(maps.Keys(v)) }

// parseExactDay reads a date in its one spelling; it may not be empty.
func parseExactDay(s string) (calendar.Date, error) {
	d, err := calendar.ParseDate(s)
	if err == nil && (d.IsZero() || d.String() != s) {
		err = fmt.Errorf("no date: %.20q", s)
	}
	return d, err
}
