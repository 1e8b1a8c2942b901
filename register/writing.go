package register

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
)

// writing is what one transaction writes to one register: changes are numbered, sealed and added to the tree as they are
// put, and go into the tables with flush. finish ends it.
type writing struct {
	r       *Registers
	ctx     context.Context
	tx      *db.Tx
	s       *Schema
	head    head
	first   int64 // seq of the first record
	waiting []*change
	out     *inserter
	geo     *Field // the field that says where an entry is
}

// change is one change of one entry on its way into the tables.
type change struct {
	before *Entry // nil: it is new
	after  *Entry
	rec    Record
	shapes map[string]*Geometry // of fields that were given a line or a surface
	files  map[string][]byte    // by hash
	made   *made                // of a new entry, where it was worked out ahead
}

// made is what a new entry puts into the tables, but for its places in the log.
type made struct {
	after         *Entry
	words, inside string
	data          string
	placed        bool // what follows is there
	box           Box
	cell          int64
	level         int
	sketch        []byte
}

// make works out what a new entry is. It touches no database, so that a load does it on another processor; what needs
// one, a shape that is kept already, is left to put.
func (r *Registers) make(s *Schema, rec *Record, shapes map[string]*Geometry) *made {
	e := &Entry{Register: s.Name, ID: rec.Entry, Values: make(Values, len(rec.Set))}
	s.apply(e, rec)
	s.finish(e)
	m := &made{after: e, data: e.Values.encode()}
	if f, ok := s.place(); ok && e.Values[f.Name] != "" {
		g := shapes[f.Name]
		if p, bad := parsePoint(e.Values[f.Name]); f.Type == Point && bad == "" {
			g = At(p)
		}
		if g != nil {
			e.Town, e.Village = r.Places.Find(g.Middle())
			m.placed, m.box, m.sketch = true, g.Box(), g.sketch()
			m.cell, m.level = cellOf(m.box)
		}
	}
	m.words, m.inside = s.searched(e)
	return m
}

func (r *Registers) begin(ctx context.Context, tx *db.Tx, s *Schema) (*writing, error) {
	h, err := loadHead(ctx, tx, r.County, s.Name)
	if err != nil {
		return nil, err
	}
	if h.fresh {
		h.rules = s.fingerprint()
	}
	w := &writing{r: r, ctx: ctx, tx: tx, s: s, head: h, first: h.edge.size, out: newInserter(ctx, tx, r.County, s.Name)}
	w.geo, _ = s.place()
	return w, nil
}

// nextID is the number that the next new entry gets.
func (w *writing) nextID() ID { return ID(w.head.entries + 1) }

// put takes a change: c.rec says what, c.after is made of it.
func (w *writing) put(c *change) error {
	c.rec.At = w.tx.Now()
	c.rec.Seq = w.head.edge.size
	if c.before == nil {
		w.head.entries++
		c.rec.Entry, c.rec.N = ID(w.head.entries), 1
		if c.rec.Holds.IsZero() {
			c.rec.Holds = today(w.tx)
		}
		if c.made == nil {
			c.made = w.r.make(w.s, &c.rec, c.shapes)
		}
		c.after = c.made.after
		c.after.ID = c.rec.Entry
	} else {
		c.rec.Entry, c.rec.N = c.before.ID, c.before.N+1
		if c.rec.Holds.IsZero() {
			c.rec.Holds = today(w.tx)
		}
		if err := w.refold(c); err != nil {
			return err
		}
	}
	if c.rec.ready == nil {
		c.rec.prepare()
	}
	return w.append(c)
}

// append adds a record that is sealed to the tree and brings it and its entry into the tables.
func (w *writing) append(c *change) error {
	c.rec.sealUp(w.s.Name)
	node, root, full := w.head.edge.add(tlog.Hash(c.rec.leaf))
	if full {
		if err := w.out.node(node, root); err != nil {
			return err
		}
	}
	if err := w.locate(c); err != nil {
		return err
	}
	w.waiting = append(w.waiting, c)
	return w.store(c)
}

// refold makes the entry after a record: the record on top where it is the newest in time, else all of them anew.
func (w *writing) refold(c *change) error {
	if !c.rec.Holds.Before(c.before.HoldsOn) {
		c.after = c.before.clone()
		w.s.apply(c.after, &c.rec)
		w.s.finish(c.after)
		return nil
	}
	if err := w.out.flush(); err != nil { // the newest records may still wait
		return err
	}
	all, err := recordsOf(w.ctx, w.tx, w.r.County, w.s.Name, c.before.ID)
	if err != nil {
		return err
	}
	c.after = w.s.Fold(append(all, c.rec), today(w.tx), w.tx.Now())
	return nil
}

// locate says in which town and village the entry is, where its place changed.
func (w *writing) locate(c *change) error {
	if w.geo == nil || c.made != nil && c.made.placed {
		return nil
	}
	value := c.after.Values[w.geo.Name]
	if c.before != nil && c.before.Values[w.geo.Name] == value {
		c.after.Town, c.after.Village = c.before.Town, c.before.Village
		return nil
	}
	c.after.Town, c.after.Village = "", ""
	if value == "" {
		return nil
	}
	g, err := w.geometry(c, value)
	if err != nil {
		return err
	}
	c.after.Town, c.after.Village = w.r.Places.Find(g.Middle())
	return nil
}

// geometry is the place of the entry after the change.
func (w *writing) geometry(c *change, value string) (*Geometry, error) {
	if g := c.shapes[w.geo.Name]; g != nil {
		return g, nil
	}
	return shapeOf(w.ctx, w.tx, w.r.County, value)
}

// store puts a change into the tables, those of references and places included.
func (w *writing) store(c *change) error {
	for field, g := range c.shapes {
		if _, sha, ok := splitShape(c.after.Values[field]); ok {
			if err := w.out.shape(sha, g.encode()); err != nil {
				return err
			}
		}
	}
	for sha, b := range c.files {
		if err := putFile(w.ctx, w.tx, w.r.County, sha, b); err != nil {
			return err
		}
	}
	if c.made == nil {
		words, inside := w.s.searched(c.after)
		c.made = &made{words: words, inside: inside, data: c.after.Values.encode()}
	}
	set := c.made.data // all that a new entry holds is what its first record set
	if c.before != nil {
		set = c.rec.Set.encode()
	}
	if err := w.out.record(&c.rec, set); err != nil {
		return err
	}
	if err := w.out.entry(c.before == nil, c.after, c.made); err != nil {
		return err
	}
	if err := w.storePlace(c); err != nil {
		return err
	}
	return w.storeLinks(c)
}

func (w *writing) storePlace(c *change) error {
	if w.geo == nil {
		return nil
	}
	now, was := c.after.Values[w.geo.Name], ""
	if c.before != nil {
		was = c.before.Values[w.geo.Name]
	}
	if now == was {
		return nil
	}
	if was != "" {
		if err := w.out.dropPlace(c.after.ID); err != nil {
			return err
		}
	}
	if now == "" {
		return nil
	}
	m := c.made
	if !m.placed {
		g, err := w.geometry(c, now)
		if err != nil {
			return err
		}
		m.box, m.sketch = g.Box(), g.sketch()
		m.cell, m.level = cellOf(m.box)
	}
	w.head.levels |= 1 << m.level
	return w.out.place(c.after.ID, m)
}

// storeLinks keeps register_link as the entry's unit and reference fields say. What left the register names nobody.
func (w *writing) storeLinks(c *change) error {
	for i := range w.s.Fields {
		f := &w.s.Fields[i]
		if f.Type != Ref && f.Type != Unit {
			continue
		}
		now, was := c.after.Values[f.Name], ""
		if c.after.Removed() {
			now = ""
		}
		if c.before != nil && !c.before.Removed() {
			was = c.before.Values[f.Name]
		}
		if now == was {
			continue
		}
		target := Name("") // a unit
		if f.Type == Ref {
			target = f.Register
		}
		if was != "" {
			if err := w.out.dropLink(target, was, f.Name, c.after.ID); err != nil {
				return err
			}
		}
		if now != "" {
			if err := w.out.link(target, now, f.Name, c.after.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush brings what was put into the tables, reckons what the entries owe, and tells who listens. Who listens may write to
// the same register, so the head is in its table before and read again after.
func (w *writing) flush() error {
	if err := w.out.flush(); err != nil {
		return err
	}
	if len(w.waiting) > 0 {
		if err := saveHead(w.ctx, w.tx, w.r.County, w.s.Name, w.head); err != nil {
			return err
		}
	}
	list := w.waiting
	w.waiting = nil
	for _, c := range list {
		owed, err := w.r.reckon(w.out, w.s, c.rec.What, c.before, c.after)
		if err != nil {
			return err
		}
		if w.r.Changed == nil {
			continue
		}
		if err := w.out.flush(); err != nil {
			return err
		}
		if err := w.r.Changed(w.ctx, w.tx, Change{w.s, c.rec, c.before, c.after, owed}); err != nil {
			return err
		}
	}
	if err := w.out.flush(); err != nil || w.r.Changed == nil || len(list) == 0 {
		return err
	}
	var err error
	w.head, err = loadHead(w.ctx, w.tx, w.r.County, w.s.Name)
	return err
}

// finish ends the writing.
func (w *writing) finish() error {
	defer w.out.close()
	return w.flush()
}
