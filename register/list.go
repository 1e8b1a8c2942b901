package register

import (
	"context"
	"iter"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
)

// Get is an entry by its key, those that left included. The public does not find what it may not see.
func (r *Registers) Get(ctx context.Context, tx *db.Tx, v Viewer, name Name, key string, as AsOf) (*Entry, error) {
	const op = "Get"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	e, err := r.find(ctx, tx, s, v, key)
	if err != nil {
		return nil, wrap(op, err)
	}
	if e != nil && !as.Now() {
		if e, err = r.asOf(ctx, tx, s, e, as); err != nil {
			return nil, wrap(op, err)
		}
	}
	if shown, ok := s.Show(v, e); ok && shown != nil {
		return shown, wrap(op, r.call(ctx, tx, v, s, shown))
	}
	if e == nil && !as.Now() {
		return nil, refuse(NotFound, op, "《%s》里那时还没有“%s”。", s.Title, cut(key, 60))
	}
	return nil, refuse(NotFound, op, "《%s》里没有“%s”。", s.Title, cut(key, 60))
}

// find is an entry by the key as the viewer knows it: the public knows that of a private key as #number.
func (r *Registers) find(ctx context.Context, tx *db.Tx, s *Schema, v Viewer, key string) (*Entry, error) {
	if len(key) > 1 && key[0] == '#' {
		return byID(ctx, tx, r.County, s.Name, ID(atoi(key[1:])))
	}
	e, err := byKey(ctx, tx, r.County, s.Name, key)
	if e == nil || err != nil || v.Inside {
		return e, err
	}
	if shown, ok := s.Show(v, e); !ok || shown.Key != key {
		return nil, nil // guessing a private key finds nothing
	}
	return e, nil
}

// ByID is an entry by its number.
func (r *Registers) ByID(ctx context.Context, tx *db.Tx, v Viewer, name Name, id ID) (*Entry, error) {
	const op = "ByID"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	e, err := byID(ctx, tx, r.County, name, id)
	if err != nil {
		return nil, wrap(op, err)
	}
	if shown, ok := s.Show(v, e); ok && shown != nil {
		return shown, wrap(op, r.call(ctx, tx, v, s, shown))
	}
	return nil, refuse(NotFound, op, "《%s》里没有第%d号。", s.Title, id)
}

// asOf is an entry as it was.
func (r *Registers) asOf(ctx context.Context, tx *db.Tx, s *Schema, e *Entry, as AsOf) (*Entry, error) {
	old, err := r.past(ctx, tx, s, []ID{e.ID}, as)
	if err != nil || old[e.ID] == nil {
		return nil, err
	}
	return old[e.ID], r.whereabouts(ctx, tx, s, old[e.ID], e)
}

// whereabouts fills in the town and village of an entry of the past: those of today where its place is the same.
func (r *Registers) whereabouts(ctx context.Context, tx *db.Tx, s *Schema, old, now *Entry) error {
	f, ok := s.place()
	if !ok || old.Values[f.Name] == "" {
		return nil
	}
	if old.Values[f.Name] == now.Values[f.Name] {
		old.Town, old.Village = now.Town, now.Village
		return nil
	}
	g, err := shapeOf(ctx, tx, r.County, old.Values[f.Name])
	if err == nil {
		old.Town, old.Village = r.Places.Find(g.Middle())
	}
	return err
}

// on is an entry on a day for an expression: as it stands for today, as it was for a day that is past; nil where there is none.
func (r *Registers) on(ctx context.Context, tx *db.Tx, s *Schema, key string, day calendar.Date) (*Entry, error) {
	e, err := byKey(ctx, tx, r.County, s.Name, key)
	if e == nil || err != nil || day.IsZero() || !day.Before(e.HoldsOn) {
		return e, err
	}
	return r.asOf(ctx, tx, s, e, AsOf{On: day})
}

// History is everything that was done to an entry, oldest first. The public sees the public fields, and neither persons
// nor reasons.
func (r *Registers) History(ctx context.Context, tx *db.Tx, v Viewer, name Name, key string) ([]Record, error) {
	const op = "History"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	e, err := r.find(ctx, tx, s, v, key)
	if err != nil {
		return nil, wrap(op, err)
	}
	if _, ok := s.Show(v, e); !ok || e == nil {
		return nil, refuse(NotFound, op, "《%s》里没有“%s”。", s.Title, cut(key, 60))
	}
	list, err := recordsOf(ctx, tx, r.County, name, e.ID)
	if err != nil {
		return nil, wrap(op, err)
	}
	for i := range list {
		list[i] = s.showRecord(v, list[i])
	}
	return list, nil
}

// showRecord is Show for one record.
func (s *Schema) showRecord(v Viewer, rec Record) Record {
	if v.Inside {
		return rec
	}
	out := Record{Seq: rec.Seq, Entry: rec.Entry, N: rec.N, What: rec.What, Holds: rec.Holds, At: rec.At, Unit: rec.Unit, Basis: rec.Basis, State: rec.State, Set: Values{}}
	for name, value := range rec.Set {
		if s.open(name) {
			out.Set[name] = value
		}
	}
	if s.open(partInto) {
		out.Into = rec.Into
	}
	return out
}

// open reports whether the public may see a part of the register's records.
func (s *Schema) open(part string) bool {
	switch part {
	case partUnit, partBasis, partState:
		return s.Public
	case partInto:
		return s.Public && !slices.ContainsFunc(s.Key, func(k string) bool { return !s.open(k) })
	}
	f, ok := s.Field(part)
	return ok && s.Public && !f.Hidden()
}

// List is a page of entries as the viewer may see them. A list of a past day is in the order of entering.
func (r *Registers) List(ctx context.Context, tx *db.Tx, v Viewer, q Query) (Page, error) {
	const op = "List"
	s, where, err := r.check(op, v, q, MaxSize)
	if err != nil {
		return Page{}, err
	}
	p, err := r.list(ctx, tx, s, v, q, where)
	if err != nil {
		return Page{}, wrap(op, err)
	}
	for i, e := range p.Entries {
		p.Entries[i], _ = s.Show(v, e)
	}
	return p, wrap(op, r.call(ctx, tx, v, s, p.Entries...))
}

func (r *Registers) list(ctx context.Context, tx *db.Tx, s *Schema, v Viewer, q Query, where []filter) (Page, error) {
	if q.AsOf.Now() && q.Area == nil {
		return r.standingPage(ctx, tx, s, v, q, where)
	}
	if q.Sort != "" {
		return Page{}, refuse(Invalid, "List", "过去某日的台账和按范围查的台账只按登记顺序排列，请导出后再排序。")
	}
	p := Page{Total: -1}
	batch := q
	batch.Size = max(q.Size+1, 200)
	for {
		list, next, err := r.batch(ctx, tx, s, v, batch, where)
		if err != nil {
			return p, err
		}
		for _, e := range list {
			if len(p.Entries) == q.Size {
				p.Next = cursor("", "", itoa(int64(p.Entries[q.Size-1].ID)))
				return p, nil
			}
			p.Entries = append(p.Entries, e)
		}
		if next == "" {
			return p, nil
		}
		batch.After = next
	}
}

func (r *Registers) standingPage(ctx context.Context, tx *db.Tx, s *Schema, v Viewer, q Query, where []filter) (Page, error) {
	var p Page
	h, err := loadHead(ctx, tx, r.County, s.Name)
	if err != nil {
		return p, err
	}
	c := r.where(tx, s, v, q, where, h.levels)
	if q.Uncounted && q.Sort == "" {
		p.Total = -1
		p.Entries, p.Next, err = r.listed(ctx, tx, s, q, c)
		return p, err
	}
	if p.Total, err = r.counted(ctx, tx, c); err != nil {
		return p, err
	}
	if name := trimTurn(q.Sort); name != "" && name != SortKey && p.Total > maxSorted {
		return p, refuse(TooLarge, "List", "有%d条，超过%d条的不能按“%s”排序：请先缩小范围，或按登记顺序查看。", p.Total, maxSorted, name)
	}
	p.Entries, p.Next, err = r.listed(ctx, tx, s, q, c)
	return p, err
}

func trimTurn(sort string) string {
	if len(sort) > 0 && sort[0] == '-' {
		return sort[1:]
	}
	return sort
}

// batch reads a stretch of entries in the order of the query, holds them against what SQL does not, and gives those that fit.
func (r *Registers) batch(ctx context.Context, tx *db.Tx, s *Schema, v Viewer, q Query, where []filter) ([]*Entry, string, error) {
	h, err := loadHead(ctx, tx, r.County, s.Name)
	if err != nil {
		return nil, "", err
	}
	if q.AsOf.Now() {
		list, next, err := r.listed(ctx, tx, s, q, r.where(tx, s, v, q, where, h.levels))
		if err != nil || q.Area == nil {
			return list, next, err
		}
		list, err = r.inArea(ctx, tx, s, list, q.Area)
		return list, next, err
	}
	c := &condition{}
	c.sql.WriteString("e.county = " + c.arg(r.County) + " AND e.register = " + c.arg(string(s.Name)))
	c.upTo(q.AsOf.On)
	list, next, err := r.listed(ctx, tx, s, q, c)
	if err != nil {
		return nil, "", err
	}
	if list, err = r.asThen(ctx, tx, s, list, q.AsOf); err != nil {
		return nil, "", err
	}
	list = slices.DeleteFunc(list, func(e *Entry) bool { return !r.matches(s, v, e, q, where) })
	if q.Area != nil || q.Box != nil {
		list, err = r.inPlace(ctx, tx, s, list, q)
	}
	return list, next, err
}

// asThen replaces entries that were not what they are by what they were; those that were not there go.
func (r *Registers) asThen(ctx context.Context, tx *db.Tx, s *Schema, list []*Entry, as AsOf) ([]*Entry, error) {
	other := func(e *Entry) bool {
		return !as.On.IsZero() && as.On.Before(e.HoldsOn) || !as.Known.IsZero() && as.Known.Before(e.ChangedAt)
	}
	var ids []ID
	for _, e := range list {
		if other(e) {
			ids = append(ids, e.ID)
		}
	}
	old, err := r.past(ctx, tx, s, ids, as)
	if err != nil {
		return nil, err
	}
	out := list[:0]
	for _, e := range list {
		if other(e) {
			was := old[e.ID]
			if was == nil {
				continue
			}
			if err := r.whereabouts(ctx, tx, s, was, e); err != nil {
				return nil, err
			}
			e = was
		}
		out = append(out, e)
	}
	return out, nil
}

// Each gives all entries that fit the query, its Size and After apart, one after the other, as the viewer may see them.
func (r *Registers) Each(ctx context.Context, tx *db.Tx, v Viewer, q Query) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		const op = "Each"
		q.Size, q.After = MaxSize, ""
		s, where, err := r.check(op, v, q, MaxSize)
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			list, next, err := r.batch(ctx, tx, s, v, q, where)
			if err != nil {
				yield(nil, wrap(op, err))
				return
			}
			for _, e := range list {
				shown, ok := s.Show(v, e)
				if ok && !yield(shown, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			q.After = next
		}
	}
}

// Pointing are the entries of a register whose reference field names the entry, as the viewer may see them, the newest first, at
// most limit.
func (r *Registers) Pointing(ctx context.Context, tx *db.Tx, v Viewer, e *Entry, from Name, field string, limit int) ([]*Entry, error) {
	const op = "Pointing"
	s, err := r.schema(op, from)
	if err != nil {
		return nil, err
	}
	if f, ok := s.Field(field); !ok || !v.Inside && (f.Hidden() || !s.Public) {
		return nil, refuse(NotFound, op, "没有这本台账。")
	}
	ids, err := linksTo(ctx, tx, r.County, e.Register, e.Key, from, field)
	if err != nil {
		return nil, wrap(op, err)
	}
	slices.Reverse(ids)
	var out []*Entry
	for _, id := range ids[:min(limit, len(ids))] {
		x, err := byID(ctx, tx, r.County, from, id)
		if err != nil {
			return nil, wrap(op, err)
		}
		if shown, ok := s.Show(v, x); ok && shown != nil {
			out = append(out, shown)
		}
	}
	return out, wrap(op, r.call(ctx, tx, v, s, out...))
}

// FieldsTo are the fields of other registers that refer to entries of this one.
func (r *Registers) FieldsTo(name Name) (out []struct {
	Schema *Schema
	Field  *Field
}) {
	r.index()
	for _, f := range r.refs[name] {
		out = append(out, struct {
			Schema *Schema
			Field  *Field
		}{f.schema, f.field})
	}
	return out
}

// File is the content of a file field, for who may see it.
func (r *Registers) File(ctx context.Context, tx *db.Tx, v Viewer, name Name, key, field string) (FileRef, []byte, error) {
	const op = "File"
	e, err := r.Get(ctx, tx, v, name, key, AsOf{})
	if err != nil {
		return FileRef{}, nil, err
	}
	ref, ok := ParseFile(e.Values[field])
	if !ok {
		return FileRef{}, nil, refuse(NotFound, op, "没有这个文件。")
	}
	b, err := fileBytes(ctx, tx, r.County, ref.SHA256)
	return ref, b, wrap(op, err)
}
