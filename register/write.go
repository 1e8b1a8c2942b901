package register

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
)

// Input is what a person fills in about an entry.
type Input struct {
	Fields map[string]string // as typed; a field that is missing stays, an empty one is emptied
	Files  map[string]Upload
	Holds  calendar.Date // since when; zero: today
	Why    string
	Basis  string
	Saw    int    // number of records that the person saw (Entry.N); 0: does not say
	Once   string // token of the form; the same again does nothing and gives the same entry
}

// Upload is a file of a file field.
type Upload struct {
	Name, MediaType string
	Bytes           []byte
}

// MoveTo asks for another state, filling in fields on the way.
type MoveTo struct {
	State string
	Input
}

// Leave takes an entry out of the register; nothing is deleted.
type Leave struct {
	Why, Basis string
	Holds      calendar.Date
	Saw        int
}

// Add enters an entry.
func (r *Registers) Add(ctx context.Context, tx *db.Tx, by Actor, name Name, in Input) (*Entry, error) {
	const op = "Add"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	if e, err := r.again(ctx, tx, op, by, s, in.Once); e != nil || err != nil {
		return e, err
	}
	f := r.fill(s, nil, in.Fields, in.Files)
	c := &change{rec: Record{What: Added, Why: in.Why, Basis: in.Basis, Once: in.Once}}
	if c.rec.Holds, err = day(tx, op, in.Holds, nil); err != nil {
		return nil, err
	}
	if err := r.ready(ctx, tx, op, s, f, c); err != nil {
		return nil, err
	}
	if may, own := r.MayWrite(by, s); !may {
		return nil, r.noRight(op, by, s)
	} else if own && !r.MayWriteEntry(by, s, f.set) {
		if r.keepsOwn(by, s) {
			return nil, r.noRight(op, by, s)
		}
		return nil, refuse(NotAllowed, op, "您只能登记本单位的条目：请把责任单位写成本单位。")
	}
	if key := s.keyOf(f.set); key != "" {
		if err := r.free(ctx, tx, op, s, key); err != nil {
			return nil, err
		}
	}
	return r.write(ctx, tx, op, by, s, c)
}

// free refuses a key that another entry has.
func (r *Registers) free(ctx context.Context, tx *db.Tx, op string, s *Schema, key string) error {
	old, err := byKey(ctx, tx, r.County, s.Name, key)
	switch {
	case err != nil:
		return wrap(op, err)
	case old == nil:
		return nil
	case old.Into != "":
		return refuse(Conflict, op, "“%s”已于%s并入“%s”，请改那一条。", key, old.RemovedOn.Chinese(), old.Into)
	case old.Removed():
		return refuse(Conflict, op, "“%s”已于%s出册：要重新列入，请在它的页面上恢复。", key, old.RemovedOn.Chinese())
	}
	return refuse(Conflict, op, "“%s”已经在册，不能重复登记；要改，请到它的页面上修改。", key)
}

// Amend changes fields because the world changed.
func (r *Registers) Amend(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, in Input) (*Entry, error) {
	return r.amend(ctx, tx, "Amend", by, name, key, in, Amended)
}

// Correct changes fields because what was written was wrong, from in.Holds on. The reason must be given.
func (r *Registers) Correct(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, in Input) (*Entry, error) {
	if err := checkWords("Correct", "更正的原因", in.Why, true); err != nil {
		return nil, err
	}
	return r.amend(ctx, tx, "Correct", by, name, key, in, Corrected)
}

func (r *Registers) amend(ctx context.Context, tx *db.Tx, op string, by Actor, name Name, key string, in Input, what Deed) (*Entry, error) {
	s, e, err := r.writable(ctx, tx, op, by, name, key, in.Saw)
	if err != nil {
		return nil, err
	}
	if again, err := r.again(ctx, tx, op, by, s, in.Once); again != nil || err != nil {
		return again, err
	}
	f := r.fill(s, e, in.Fields, in.Files)
	c := &change{before: e, rec: Record{What: what, Why: in.Why, Basis: in.Basis, Once: in.Once}}
	if c.rec.Holds, err = day(tx, op, in.Holds, e); err != nil {
		return nil, err
	}
	if err := r.ready(ctx, tx, op, s, f, c); err != nil {
		return nil, err
	}
	if len(f.set) == 0 {
		return e, nil
	}
	return r.write(ctx, tx, op, by, s, c)
}

// Put is Add, or Amend where there is an entry with this key: what programs and examples write.
func (r *Registers) Put(ctx context.Context, tx *db.Tx, by Actor, name Name, in Input) (*Entry, error) {
	s, err := r.schema("Put", name)
	if err != nil {
		return nil, err
	}
	if len(s.Key) > 0 {
		v := Values{}
		for _, k := range s.Key {
			if f, ok := s.Field(k); ok {
				v[k], _, _ = r.parse(f, in.Fields[k])
			}
		}
		old, err := byKey(ctx, tx, r.County, name, s.keyOf(v))
		if err != nil {
			return nil, wrap("Put", err)
		}
		if old != nil && !old.Removed() {
			return r.Amend(ctx, tx, by, name, old.Key, in)
		}
	}
	return r.Add(ctx, tx, by, name, in)
}

// Move brings an entry into another state, if the document allows it now. A refusal has the sentence and the clause.
func (r *Registers) Move(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, to MoveTo) (*Entry, error) {
	const op = "Move"
	s, e, err := r.writable(ctx, tx, op, by, name, key, to.Saw)
	if err != nil {
		return nil, err
	}
	if again, err := r.again(ctx, tx, op, by, s, to.Once); again != nil || err != nil {
		return again, err
	}
	m, err := s.move(op, e.State, to.State)
	if err != nil {
		return nil, err
	}
	f := r.fill(s, e, to.Fields, to.Files)
	c := &change{before: e, rec: Record{What: Moved, State: to.State, Why: to.Why, Basis: to.Basis, Once: to.Once}}
	if c.rec.Basis == "" {
		c.rec.Basis = m.Basis.String()
	}
	if c.rec.Holds, err = day(tx, op, to.Holds, e); err != nil {
		return nil, err
	}
	if err := r.ready(ctx, tx, op, s, f, c); err != nil {
		return nil, err
	}
	filled := e.clone()
	s.apply(filled, &Record{What: Amended, Set: f.set, Holds: e.HoldsOn})
	s.finish(filled)
	if err := r.guard(ctx, tx, op, s, filled, m); err != nil {
		return nil, err
	}
	return r.write(ctx, tx, op, by, s, c)
}

// move is the way from one state to another, or the refusal with the ways that there are.
func (s *Schema) move(op, from, to string) (*Move, error) {
	var ways []string
	for i := range s.Moves {
		m := &s.Moves[i]
		if !slices.Contains(m.From, from) {
			continue
		}
		if m.To == to {
			return m, nil
		}
		ways = append(ways, m.To)
	}
	switch {
	case !s.HasState(to):
		return nil, refuse(Invalid, op, "《%s》没有“%s”这种状态。", s.Title, cut(to, 60))
	case from == to:
		return nil, refuse(WrongState, op, "已经是“%s”。", from)
	case len(ways) == 0:
		return nil, refuse(WrongState, op, "“%s”的条目不能再转变状态。", from)
	}
	return nil, refuse(WrongState, op, "不能从“%s”直接转为“%s”，可以转为“%s”。", from, to, strings.Join(ways, "”“"))
}

// Ways are the moves that the document knows from the entry's state, whether their guards allow them or not.
func (s *Schema) Ways(e *Entry) []*Move {
	var out []*Move
	for i := range s.Moves {
		if slices.Contains(s.Moves[i].From, e.State) && !e.Removed() {
			out = append(out, &s.Moves[i])
		}
	}
	return out
}

// Confirm says that somebody looked and all is as it stands; the time until the next review begins anew.
func (r *Registers) Confirm(ctx context.Context, tx *db.Tx, by Actor, name Name, key, why string) (*Entry, error) {
	const op = "Confirm"
	s, e, err := r.writable(ctx, tx, op, by, name, key, 0)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "说明", why, false); err != nil {
		return nil, err
	}
	return r.write(ctx, tx, op, by, s, &change{before: e, rec: Record{What: Confirmed, Why: why}})
}

// Remove takes an entry out of the register (出册).
func (r *Registers) Remove(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, l Leave) (*Entry, error) {
	const op = "Remove"
	s, e, err := r.writable(ctx, tx, op, by, name, key, l.Saw)
	if err != nil {
		return nil, err
	}
	c := &change{before: e, rec: Record{What: Removed, Why: l.Why, Basis: l.Basis}}
	if err := checkWords(op, "出册的原因", l.Why, true); err != nil {
		return nil, err
	}
	if c.rec.Holds, err = day(tx, op, l.Holds, e); err != nil {
		return nil, err
	}
	if c.rec.Holds.Before(e.HoldsOn) {
		return nil, refuse(Invalid, op, "出册日期%s早于最近一次变动%s，请核对。", c.rec.Holds, e.HoldsOn)
	}
	return r.write(ctx, tx, op, by, s, c)
}

// Restore takes a removed entry back.
func (r *Registers) Restore(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, l Leave) (*Entry, error) {
	const op = "Restore"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	e, err := r.standing(ctx, tx, op, s, key)
	if err != nil {
		return nil, err
	}
	switch {
	case !r.MayWriteEntry(by, s, e.Values):
		return nil, r.noRight(op, by, s)
	case !e.Removed():
		return nil, refuse(WrongState, op, "“%s”在册，不用恢复。", e.Label)
	case e.Into != "":
		return nil, refuse(WrongState, op, "“%s”已并入“%s”，请在那一条的页面上撤销合并。", e.Label, e.Into)
	}
	if err := checkWords(op, "恢复的原因", l.Why, true); err != nil {
		return nil, err
	}
	return r.write(ctx, tx, op, by, s, &change{before: e, rec: Record{What: Restored, Why: l.Why, Basis: l.Basis}})
}

// standing is an entry by its key.
func (r *Registers) standing(ctx context.Context, tx *db.Tx, op string, s *Schema, key string) (*Entry, error) {
	e, err := byKey(ctx, tx, r.County, s.Name, key)
	if err != nil {
		return nil, wrap(op, err)
	}
	if e == nil {
		return nil, refuse(NotFound, op, "《%s》里没有“%s”。", s.Title, cut(key, 60))
	}
	return e, nil
}

// writable is an entry that is in the register and that the actor may write.
func (r *Registers) writable(ctx context.Context, tx *db.Tx, op string, by Actor, name Name, key string, saw int) (*Schema, *Entry, error) {
	s, err := r.schema(op, name)
	if err != nil {
		return nil, nil, err
	}
	e, err := r.standing(ctx, tx, op, s, key)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case !r.MayWriteEntry(by, s, e.Values):
		return nil, nil, r.noRight(op, by, s)
	case e.Into != "":
		return nil, nil, refuse(WrongState, op, "“%s”已并入“%s”，请改那一条。", e.Label, e.Into)
	case e.Removed():
		return nil, nil, refuse(WrongState, op, "“%s”已于%s出册，不能再改；要改，请先恢复。", e.Label, e.RemovedOn.Chinese())
	case saw != 0 && saw != e.N:
		return nil, nil, refuse(Conflict, op, "您打开这一页之后，“%s”又有了新的记录。请核对最新内容后再提交。", e.Label)
	}
	return s, e, nil
}

func (r *Registers) noRight(op string, by Actor, s *Schema) error {
	if r.keepsOwn(by, s) {
		return &Error{Kind: NotAllowed, Op: op, Basis: s.Basis, Message: fmt.Sprintf("《%s》里您只能登记和修改“%s”是您的单位的条目；别的由%s办理。", s.Title, s.Own, s.Custodian)}
	}
	return refuse(NotAllowed, op, "《%s》由%s管理，您不能登记或修改。", s.Title, s.Custodian)
}

// again is the entry that the same form wrote before.
func (r *Registers) again(ctx context.Context, tx *db.Tx, op string, by Actor, s *Schema, once string) (*Entry, error) {
	if once == "" {
		return nil, nil
	}
	if len(once) > 200 || !readable(once) {
		return nil, refuse(Invalid, op, "表单标记认不出，请刷新后再填。")
	}
	id, who, err := onceDone(ctx, tx, r.County, s.Name, once)
	if err != nil || id == 0 {
		return nil, wrap(op, err)
	}
	if who != by.Account {
		return nil, refuse(Conflict, op, "这份表单已由别人提交，请刷新后再看。")
	}
	e, err := byID(ctx, tx, r.County, s.Name, id)
	return e, wrap(op, err)
}

// ready refuses what was filled in wrongly, and hands the rest to the change.
func (r *Registers) ready(ctx context.Context, tx *db.Tx, op string, s *Schema, f *filling, c *change) error {
	if err := r.checkRefs(ctx, tx, s, f); err != nil {
		return wrap(op, err)
	}
	if len(f.wrong) > 0 {
		return wrong(op, f.wrong)
	}
	for _, w := range []string{c.rec.Why, c.rec.Basis} {
		if err := checkWords(op, "说明和依据", w, false); err != nil {
			return err
		}
	}
	c.rec.Set, c.shapes, c.files = f.set, f.shapes, f.files
	return nil
}

// write is the one change of a person: held against the checks, written, followed by who refers to it, journaled.
func (r *Registers) write(ctx context.Context, tx *db.Tx, op string, by Actor, s *Schema, c *change) (*Entry, error) {
	w, err := r.begin(ctx, tx, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer w.out.close()
	c.rec.By, c.rec.Unit = by.Account, by.unit()
	if c.rec.Set == nil {
		c.rec.Set = Values{}
	}
	if c.rec.Holds.IsZero() {
		c.rec.Holds = today(tx)
	}
	if len(c.rec.Set) > 0 {
		if err := r.checked(ctx, tx, op, s, w.preview(c)); err != nil {
			return nil, err
		}
	}
	if c.before != nil && by.Account != System.Account && !r.MayWriteEntry(by, s, w.preview(c).Values) {
		if r.keepsOwn(by, s) {
			return nil, r.noRight(op, by, s)
		}
		return nil, refuse(NotAllowed, op, "改了以后责任单位就不是您的单位了：要移交，请由%s办理。", s.Custodian)
	}
	renamed := c.before != nil && s.keyOf(w.preview(c).Values) != s.keyOf(c.before.Values)
	if renamed {
		if err := r.free(ctx, tx, op, s, s.keyOf(w.preview(c).Values)); err != nil {
			return nil, err
		}
	}
	if err := w.put(c); err != nil {
		return nil, wrap(op, err)
	}
	if err := w.finish(); err != nil {
		return nil, wrap(op, err)
	}
	if renamed {
		if _, err := r.follow(ctx, tx, op, by, s, c.before.Key, c.after.Key, "随“"+c.before.Key+"”改编号"); err != nil {
			return nil, err
		}
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: by.Account, What: "register." + string(c.rec.What), Subject: "register/" + c.after.Address(),
		Basis: firstOf(c.rec.Basis, s.Basis.String()), Detail: fmt.Sprintf("第%d次 %s leaf:%s", c.rec.N, cut(c.rec.Why, 300), hex.EncodeToString(c.rec.leaf[:]))})
	return c.after, wrap(op, err)
}

// preview is the entry as the change would make it.
func (w *writing) preview(c *change) *Entry {
	e := &Entry{Register: w.s.Name, ID: w.nextID(), Values: Values{}, State: w.s.FirstState(), EnteredOn: c.rec.Holds, HoldsOn: c.rec.Holds, ChangedAt: w.tx.Now()}
	if c.before != nil {
		e = c.before.clone()
	}
	maps.Copy(e.Values, c.rec.Set)
	maps.DeleteFunc(e.Values, func(_, v string) bool { return v == "" })
	if c.rec.State != "" {
		e.State = c.rec.State
	}
	w.s.finish(e)
	return e
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
