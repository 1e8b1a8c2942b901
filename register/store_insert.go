package register

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
)

// inserter collects rows and writes many at once: PostgreSQL wants statements with many rows, SQLite a prepared one with
// some.
type inserter struct {
	ctx    context.Context
	tx     *db.Tx
	county string
	name   Name
	tables []*insertTable
	ready  map[string]*sql.Stmt
}

type insertTable struct {
	into    string // table and columns
	after   string // ON CONFLICT …
	columns int
	args    []any
	batch   int
	whole   *sql.Stmt // of a whole batch
}

// How many rows go into one statement: PostgreSQL takes at most 65,535 parameters, SQLite counts them one by one.
const (
	batchRows = 250
	liteRows  = 12
)

func newInserter(ctx context.Context, tx *db.Tx, county string, name Name) *inserter {
	return &inserter{ctx: ctx, tx: tx, county: county, name: name, ready: map[string]*sql.Stmt{}}
}

const (
	intoRecord = `register_record (county, register, ` + recordColumns + `)`
	intoEntry  = `register_entry (county, register, id, key, label, state, n, entered_on, holds_on, changed_at, review_by, removed_on, into_key, town, village,
		words, inside, data)`
	intoPlace = `register_place (county, register, id, min_x, min_y, max_x, max_y, cell, sketch)`
	intoLink  = `register_link (county, target, key, register, field, id)`
	intoNode  = `register_node (county, register, n, hash)`
	intoShape = `register_shape (county, sha256, bytes)`
)

func (i *inserter) add(into, after string, row ...any) error {
	at := slices.IndexFunc(i.tables, func(t *insertTable) bool { return t.into == into })
	if at < 0 {
		t := &insertTable{into: into, after: after, columns: len(row), batch: liteRows}
		if i.tx.Dialect == db.PostgreSQL {
			t.batch = batchRows
		}
		at = len(i.tables)
		i.tables = append(i.tables, t)
	}
	t := i.tables[at]
	t.args = append(t.args, row...)
	if len(t.args) == t.batch*t.columns {
		return i.write(t)
	}
	return nil
}

func (i *inserter) write(t *insertTable) error {
	rows := len(t.args) / t.columns
	if rows == 0 {
		return nil
	}
	var err error
	if rows < t.batch {
		_, err = i.tx.Exec(i.ctx, insertSQL(i.tx.Dialect, t.into, t.columns, rows)+t.after, t.args...)
	} else {
		if t.whole == nil {
			if t.whole, err = i.tx.Prepare(i.ctx, insertSQL(i.tx.Dialect, t.into, t.columns, rows)+t.after); err != nil {
				return err
			}
		}
		_, err = t.whole.ExecContext(i.ctx, t.args...)
	}
	t.args = t.args[:0]
	return err
}

func (i *inserter) prepared(query string) (*sql.Stmt, error) {
	if stmt := i.ready[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := i.tx.Prepare(i.ctx, query)
	if err == nil {
		i.ready[query] = stmt
	}
	return stmt, err
}

// run executes a statement that is run again and again, after what waits.
func (i *inserter) run(query string, args ...any) error {
	if err := i.flush(); err != nil {
		return err
	}
	stmt, err := i.prepared(query)
	if err == nil {
		_, err = stmt.ExecContext(i.ctx, args...)
	}
	return err
}

func (i *inserter) flush() error {
	for _, t := range i.tables {
		if err := i.write(t); err != nil {
			return err
		}
	}
	return nil
}

func (i *inserter) close() {
	for _, stmt := range i.ready {
		stmt.Close()
	}
	clear(i.ready)
	for _, t := range i.tables {
		if t.whole != nil {
			t.whole.Close()
			t.whole = nil
		}
	}
}

func (i *inserter) record(rec *Record, set string) error {
	return i.add(intoRecord, ``, i.county, string(i.name), rec.Seq, int64(rec.Entry), rec.N, string(rec.What), rec.Holds.String(), db.Micros(rec.At), rec.By, rec.Unit,
		rec.Why, rec.Basis, rec.State, rec.Into, rec.Batch, rec.Once, set, rec.seal.encode(), rec.leaf[:])
}

func (i *inserter) entry(fresh bool, e *Entry, m *made) error {
	row := []any{i.county, string(i.name), int64(e.ID), e.Key, e.Label, e.State, e.N, e.EnteredOn.String(), e.HoldsOn.String(), db.Micros(e.ChangedAt), e.ReviewBy.String(),
		e.RemovedOn.String(), e.Into, e.Town, e.Village, m.words, m.inside, m.data}
	if fresh {
		return i.add(intoEntry, ``, row...)
	}
	return i.run(`/* register.update */ UPDATE register_entry SET key = $4, label = $5, state = $6, n = $7, entered_on = $8, holds_on = $9, changed_at = $10,
		review_by = $11, removed_on = $12, into_key = $13, town = $14, village = $15, words = $16, inside = $17, data = $18
		WHERE county = $1 AND register = $2 AND id = $3`, row...)
}

func (i *inserter) place(id ID, m *made) error {
	b := m.box
	return i.add(intoPlace, ``, i.county, string(i.name), int64(id), int64(b.MinX), int64(b.MinY), int64(b.MaxX), int64(b.MaxY), m.cell, m.sketch)
}

func (i *inserter) dropPlace(id ID) error {
	return i.run(`/* register.dropPlace */ DELETE FROM register_place WHERE county = $1 AND register = $2 AND id = $3`, i.county, string(i.name), int64(id))
}

func (i *inserter) link(target Name, key, field string, id ID) error {
	return i.add(intoLink, ``, i.county, string(target), key, string(i.name), field, int64(id))
}

func (i *inserter) dropLink(target Name, key, field string, id ID) error {
	return i.run(`/* register.dropLink */ DELETE FROM register_link WHERE county = $1 AND target = $2 AND key = $3 AND register = $4 AND field = $5 AND id = $6`,
		i.county, string(target), key, string(i.name), field, int64(id))
}

func (i *inserter) node(n int64, hash tlog.Hash) error {
	return i.add(intoNode, ``, i.county, string(i.name), n, hash[:])
}

func (i *inserter) shape(sha string, b []byte) error {
	return i.add(intoShape, ` ON CONFLICT (county, sha256) DO NOTHING`, i.county, strings.Clone(sha), b)
}

func (i *inserter) owed(o Owed) error {
	return i.add(intoOwed, owedAgain, owedRow(i.county, o)...)
}
