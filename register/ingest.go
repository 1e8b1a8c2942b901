package register

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/sheet"
)

// ingesting is one pass over a table of entries.
type ingesting struct {
	r      *Registers
	ctx    context.Context
	tx     *db.Tx
	s      *Schema
	by     Actor
	why    string
	basis  string
	batch  int64
	apply  bool
	w      *writing // of an apply
	empty  bool     // the register holds nothing yet, so that nothing has to be looked up
	today  calendar.Date
	seen   map[string]int // line of each key of the file
	links  map[string]map[string]bool
	report *Report
	shown  [2]int
	may    bool
	own    bool
}

// chunkRows is how many rows are read, looked up and written together.
const chunkRows = 500

// rowWork is a row on its way.
type rowWork struct {
	*row
	f      *filling
	before *Entry
	fate   Fate
	key    string
	change *change
}

func (g *ingesting) run(rows iter.Seq2[*row, error]) error {
	ctx, stop := context.WithCancel(g.ctx)
	defer stop()
	next := g.readAhead(ctx, rows)
	for {
		chunk, err := next()
		if err != nil {
			return err
		}
		if len(chunk) == 0 {
			return nil
		}
		if err := g.chunk(chunk); err != nil {
			return err
		}
	}
}

// readAhead reads and parses chunks while others are written: half of the work of a load touches no database.
func (g *ingesting) readAhead(ctx context.Context, rows iter.Seq2[*row, error]) func() ([]*rowWork, error) {
	type read struct {
		chunk []*rowWork
		err   error
	}
	out := make(chan read, 2)
	size := chunkRows
	if slices.ContainsFunc(g.s.Fields, func(f Field) bool { return f.Type == Ref && f.Register == g.s.Name }) {
		size = 1 // a row may refer to the one before it
	}
	go func() {
		defer close(out)
		send := func(x read) bool {
			select {
			case out <- x:
				return true
			case <-ctx.Done():
				return false
			}
		}
		var chunk []*rowWork
		for x, err := range rows {
			if err != nil {
				send(read{err: err})
				return
			}
			if chunk = append(chunk, &rowWork{row: x}); len(chunk) == size {
				g.parse(chunk)
				if !send(read{chunk: chunk}) {
					return
				}
				chunk = nil
			}
		}
		if len(chunk) > 0 {
			g.parse(chunk)
			send(read{chunk: chunk})
		}
	}()
	return func() ([]*rowWork, error) {
		x := <-out // nothing, once it is closed
		return x.chunk, x.err
	}
}

// parse reads the cells of a chunk as those of new entries, on all processors.
func (g *ingesting) parse(chunk []*rowWork) {
	var wg sync.WaitGroup
	n := max(1, min(runtime.GOMAXPROCS(0), len(chunk)/50))
	for i := range n {
		part := chunk[i*len(chunk)/n : (i+1)*len(chunk)/n]
		wg.Go(func() {
			for _, x := range part {
				g.parseRow(x)
			}
		})
	}
	wg.Wait()
}

func (g *ingesting) parseRow(x *rowWork) {
	x.f = &filling{set: Values{}}
	g.bareFields(x)
	x.f = g.r.fill(g.s, nil, x.fields, nil)
	if len(g.s.Key) > 0 {
		x.key = g.s.keyOf(x.f.set)
	} else {
		x.key = x.number
	}
	if x.fate == "" && len(x.f.wrong) == 0 && g.empty && g.apply {
		g.fresh(x)
	}
}

// bareFields takes out cells that an export wrote and nobody can import: names of files.
func (g *ingesting) bareFields(x *rowWork) {
	for i := range g.s.Fields {
		f := &g.s.Fields[i]
		if cell, ok := x.fields[f.Name]; ok && f.Type == File && !isFileValue(cell) {
			delete(x.fields, f.Name)
		}
	}
}

// fresh makes the record of a new entry, with its seal.
func (g *ingesting) fresh(x *rowWork) {
	rec := Record{What: Added, Holds: g.today, By: g.by.Account, Unit: g.by.unit(), Why: g.why, Basis: g.basis, Batch: g.batch, Set: x.f.set}
	if tidy(x.since) != "" {
		d, ok := sheet.ParseDate(x.since)
		if !ok || g.today.Before(d) || d.Year < 1900 {
			x.f.bad(colEntered, "应是今天或以前的日期，写成 2023-10-31。")
			return
		}
		rec.Holds = d
	}
	if x.state != "" && x.state != g.s.FirstState() {
		if !g.s.HasState(x.state) {
			x.f.bad(colState, "没有“%s”这种状态。", cut(x.state, 60))
			return
		}
		rec.State = x.state
	}
	rec.At = g.tx.Now()
	x.change = &change{rec: rec, shapes: x.f.shapes}
	x.change.rec.prepare()
	if len(g.s.Key) > 0 { // else its number is its key, and nobody knows it yet
		x.change.made = g.r.make(g.s, &x.change.rec, x.change.shapes)
	}
}

// chunk looks up what is there, holds the rows against it, and writes them.
func (g *ingesting) chunk(chunk []*rowWork) error {
	if err := g.lookUp(chunk); err != nil {
		return err
	}
	if err := g.refs(chunk); err != nil {
		return err
	}
	for _, x := range chunk {
		if err := g.judge(x); err != nil {
			return err
		}
		set, state := x.f.set, x.state
		if len(x.f.wrong) > 0 {
			x.fate, set, state = FateWrong, nil, ""
			for i := range x.f.wrong {
				x.f.wrong[i].Line = x.line
			}
		}
		g.report.add(RowReport{Line: x.line, Fate: x.fate, Key: x.key, Set: set, State: state, Wrong: x.f.wrong}, &g.shown)
		if g.apply && x.fate != FateWrong && x.fate != FateSame {
			if err := g.w.put(x.change); err != nil {
				return err
			}
			x.key = x.change.after.Key
		}
	}
	if g.apply {
		return g.w.flush()
	}
	return nil
}

// lookUp finds the entries that the rows name.
func (g *ingesting) lookUp(chunk []*rowWork) error {
	if g.empty {
		return nil
	}
	var keys []string
	for _, x := range chunk {
		if x.key != "" && len(x.key) <= maxKey*3 && utf8.ValidString(x.key) {
			keys = append(keys, x.key)
		}
	}
	found, err := byKeys(g.ctx, g.tx, g.r.County, g.s.Name, keys)
	if err != nil {
		return err
	}
	for _, x := range chunk {
		if x.before = found[x.key]; x.before != nil {
			x.f = g.r.fill(g.s, x.before, x.fields, nil)
		}
	}
	return nil
}

// refs looks all references of a chunk up at once; checkRefs answers for those that are not found so.
func (g *ingesting) refs(chunk []*rowWork) error {
	for i := range g.s.Fields {
		f := &g.s.Fields[i]
		if f.Type != Ref {
			continue
		}
		known := g.links[f.Name]
		if known == nil || len(known) > 100_000 {
			known = map[string]bool{}
			g.links[f.Name] = known
		}
		var ask []string
		for _, x := range chunk {
			if v := x.f.set[f.Name]; v != "" && !known[v] && !slices.Contains(ask, v) {
				ask = append(ask, v)
			}
		}
		found, err := keysAmong(g.ctx, g.tx, g.r.County, f.Register, ask)
		if err != nil {
			return err
		}
		maps.Copy(known, found)
	}
	return nil
}

// judge decides what becomes of a row, and makes its change.
func (g *ingesting) judge(x *rowWork) error {
	if x.key != "" {
		if line, twice := g.seen[x.key]; twice {
			x.f.bad("", "与第%d行是同一个“%s”，请删去一行。", line, cut(x.key, 60))
			return nil
		}
		g.seen[x.key] = x.line
	}
	if len(x.f.wrong) > 0 {
		return nil
	}
	if len(g.s.Key) == 0 && x.number != "" && x.before == nil {
		x.f.bad(colKey, "没有第%s号：新的条目由系统编号，请把这一格空着。", cut(x.number, 20))
		return nil
	}
	if err := g.checkRefs(x); err != nil || len(x.f.wrong) > 0 {
		return err
	}
	if x.before == nil {
		x.fate = FateNew
		if x.change == nil {
			g.fresh(x)
		}
	} else {
		g.known(x)
	}
	if len(x.f.wrong) > 0 || x.fate == FateSame {
		return nil
	}
	return g.allowed(x)
}

// checkRefs asks the database about what refs did not find.
func (g *ingesting) checkRefs(x *rowWork) error {
	hard := false
	for i := range g.s.Fields {
		f := &g.s.Fields[i]
		v := x.f.set[f.Name]
		switch f.Type {
		case Ref:
			hard = hard || v != "" && !g.links[f.Name][v]
		case File:
			hard = hard || v != ""
		case Line, Polygon:
			hard = hard || v != "" && x.f.shapes[f.Name] == nil
		}
	}
	if !hard {
		return nil
	}
	x.change = nil // its seal was made of what was typed
	return g.r.checkRefs(g.ctx, g.tx, g.s, x.f)
}

// known makes the change of a row whose entry is there.
func (g *ingesting) known(x *rowWork) {
	e := x.before
	if e.Into != "" {
		x.f.bad("", "“%s”已并入“%s”，请改那一条。", e.Key, e.Into)
		return
	}
	rec := Record{What: Amended, By: g.by.Account, Unit: g.by.unit(), Why: g.why, Basis: g.basis, Batch: g.batch, Set: x.f.set, Holds: g.today}
	x.fate = FateChange
	if e.Removed() {
		rec.What, x.fate = Restored, FateBack
	}
	if x.state != "" && x.state != e.State {
		if !g.s.HasState(x.state) {
			x.f.bad(colState, "没有“%s”这种状态。", cut(x.state, 60))
			return
		}
		rec.State = x.state
		if rec.What == Amended {
			rec.What = Moved
		}
	} else {
		x.state = ""
	}
	if len(rec.Set) == 0 && rec.State == "" && !e.Removed() {
		x.fate = FateSame
		return
	}
	x.change = &change{before: e, rec: rec, shapes: x.f.shapes}
}

// allowed asks whether the actor may write the entry, whether the checks hold and whether the document allows the state.
func (g *ingesting) allowed(x *rowWork) error {
	c := x.change
	after := &Entry{Register: g.s.Name, ID: 1, State: g.s.FirstState(), EnteredOn: c.rec.Holds, HoldsOn: c.rec.Holds, ChangedAt: g.tx.Now(), Values: c.rec.Set}
	if c.before != nil {
		after = c.before.clone()
		g.s.apply(after, &Record{What: Amended, Set: c.rec.Set, Holds: c.rec.Holds})
	}
	g.s.finish(after)
	if !g.may || g.own && (!g.r.MayWriteEntry(g.by, g.s, after.Values) || c.before != nil && !g.r.MayWriteEntry(g.by, g.s, c.before.Values)) {
		field := g.s.Whose
		if g.r.keepsOwn(g.by, g.s) {
			field = g.s.Own
		}
		x.f.bad(field, "《%s》由%s管理，您只能导入“%s”是您的单位的条目。", g.s.Title, g.s.Custodian, field)
		return nil
	}
	if c.rec.State != "" {
		if why, err := g.mayCome(after, c.before, c.rec.State); err != nil || why != "" {
			if why != "" {
				x.f.bad(colState, "%s", why)
			}
			return err
		}
		after.State = c.rec.State
	}
	if len(g.s.Checks) == 0 {
		return nil
	}
	err := g.r.checked(g.ctx, g.tx, "Import", g.s, after)
	if KindOf(err) == Invalid {
		x.f.bad("", "%s", Message(err))
		return nil
	}
	return err
}

// mayCome asks whether an entry may come into a state: one that is there by a move of the document, a new one if the guard of some
// move into the state allows it.
func (g *ingesting) mayCome(e, before *Entry, state string) (string, error) {
	if before != nil {
		m, err := g.s.move("Import", before.State, state)
		if err != nil {
			return Message(err), nil
		}
		return g.r.MayMove(g.ctx, g.tx, g.s, e, m)
	}
	why := fmt.Sprintf("新的条目不能一登记就是“%s”。", state)
	for i := range g.s.Moves {
		if m := &g.s.Moves[i]; m.To == state {
			var err error
			if why, err = g.r.MayMove(g.ctx, g.tx, g.s, e, m); err != nil || why == "" {
				return "", err
			}
		}
	}
	return why, nil
}
