package register

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"zhixing/db"
	"zhixing/journal"
)

// maxFollowers bounds how many entries may refer to one that is renamed or merged.
const maxFollowers = 2000

// follower is a reference that was led to another entry.
type follower struct {
	Register Name
	Field    string
	ID       ID
}

// follow leads all references from one key to another, each as a record of the entry that refers.
func (r *Registers) follow(ctx context.Context, tx *db.Tx, op string, by Actor, s *Schema, from, to, why string) ([]follower, error) {
	r.index()
	var done []follower
	for _, f := range r.refs[s.Name] {
		ids, err := linksTo(ctx, tx, r.County, s.Name, from, f.schema.Name, f.field.Name)
		if err != nil {
			return nil, wrap(op, err)
		}
		if len(done)+len(ids) > maxFollowers {
			return nil, refuse(TooLarge, op, "有%d条以上的其他条目指向“%s”，不能一次改完，请联系系统管理员。", maxFollowers, from)
		}
		if err := r.lead(ctx, tx, by, f.schema, f.field.Name, ids, from, to, why); err != nil {
			return nil, wrap(op, err)
		}
		for _, id := range ids {
			done = append(done, follower{f.schema.Name, f.field.Name, id})
		}
	}
	// Entries that were merged into the renamed one say so by its key.
	losers, err := entriesWhere(ctx, tx, r.County, s.Name, `AND e.removed_on <> '' AND e.into_key = $3 ORDER BY e.id`, from)
	if err != nil || len(losers) == 0 {
		return done, wrap(op, err)
	}
	w, err := r.begin(ctx, tx, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	for _, e := range losers {
		rec := Record{What: Merged, Into: to, By: by.Account, Unit: by.unit(), Why: why, Set: Values{}, Holds: e.RemovedOn}
		if err := w.put(&change{before: e, rec: rec}); err != nil {
			return nil, wrap(op, err)
		}
	}
	return done, wrap(op, w.finish())
}

// lead writes a reference of several entries of a register anew, of those that still say what they said.
func (r *Registers) lead(ctx context.Context, tx *db.Tx, by Actor, s *Schema, field string, ids []ID, from, to, why string) error {
	if len(ids) == 0 {
		return nil
	}
	w, err := r.begin(ctx, tx, s)
	if err != nil {
		return err
	}
	for _, id := range ids {
		e, err := byID(ctx, tx, r.County, s.Name, id)
		if err != nil {
			return err
		}
		if e == nil || e.Values[field] != from {
			continue
		}
		rec := Record{What: Amended, By: by.Account, Unit: by.unit(), Why: why, Set: Values{field: to}}
		if err := w.put(&change{before: e, rec: rec}); err != nil {
			return err
		}
	}
	return w.finish()
}

// Merger is one merging of two entries that were the same thing.
type Merger struct {
	Loser, Winner string // keys as they were
	LoserID       ID
	WinnerID      ID
	Took          Values     // fields that the winner took over
	Had           Values     // what it had there
	Followers     []follower // references that went over
}

// Merge puts one entry into another: the loser leaves the register and points to the winner, references go over, the winner
// takes the fields named in take from the loser. Both histories stay. It gives the number by which Part takes it back.
func (r *Registers) Merge(ctx context.Context, tx *db.Tx, by Actor, name Name, loser, winner string, take []string, why string) (int64, error) {
	const op = "Merge"
	s, l, err := r.writable(ctx, tx, op, by, name, loser, 0)
	if err != nil {
		return 0, err
	}
	_, w, err := r.writable(ctx, tx, op, by, name, winner, 0)
	if err != nil {
		return 0, err
	}
	if l.ID == w.ID {
		return 0, refuse(Invalid, op, "不能把一条并入自己。")
	}
	if err := checkWords(op, "合并的原因", why, true); err != nil {
		return 0, err
	}
	m := Merger{Loser: l.Key, Winner: w.Key, LoserID: l.ID, WinnerID: w.ID, Took: Values{}, Had: Values{}}
	for _, f := range take {
		switch {
		case slices.Contains(s.Key, f):
			return 0, refuse(Invalid, op, "“%s”用来认定条目，不能从另一条取。", f)
		case l.Values[f] == "":
			return 0, refuse(Invalid, op, "“%s”的“%s”是空的，没有可取的。", l.Label, cut(f, 60))
		case l.Values[f] != w.Values[f]:
			m.Took[f], m.Had[f] = l.Values[f], w.Values[f]
		}
	}
	if len(m.Took) > 0 {
		c := &change{before: w, rec: Record{What: Amended, Set: m.Took, Why: fmt.Sprintf("并入“%s”时取自该条：%s", l.Key, why)}}
		if _, err := r.write(ctx, tx, op, by, s, c); err != nil {
			return 0, err
		}
	}
	if _, err := r.write(ctx, tx, op, by, s, &change{before: l, rec: Record{What: Merged, Into: w.Key, Why: why}}); err != nil {
		return 0, err
	}
	if m.Followers, err = r.follow(ctx, tx, op, by, s, l.Key, w.Key, "“"+l.Key+"”并入“"+w.Key+"”"); err != nil {
		return 0, err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return 0, wrap(op, err)
	}
	id, err := insertBatch(ctx, tx, r.County, batchRow{Register: name, Who: by.Account, State: batchMerged, Data: string(data)})
	return id, wrap(op, err)
}

// Part takes a merging back: the loser stands again, and what went over to the winner comes back, as far as nobody changed it.
func (r *Registers) Part(ctx context.Context, tx *db.Tx, by Actor, id int64, why string) (*Entry, error) {
	const op = "Part"
	b, err := loadBatch(ctx, tx, r.County, id)
	if err != nil {
		return nil, wrap(op, err)
	}
	s, err := r.schema(op, b.Register)
	if err != nil {
		return nil, err
	}
	var m Merger
	if err := json.Unmarshal([]byte(b.Data), &m); b.State != batchMerged || err != nil {
		return nil, refuse(WrongState, op, "没有可以撤销的这次合并，可能已经撤销过。")
	}
	if err := checkWords(op, "撤销合并的原因", why, true); err != nil {
		return nil, err
	}
	loser, err := byID(ctx, tx, r.County, s.Name, m.LoserID)
	if err == nil && loser != nil && loser.Into == "" {
		return nil, refuse(WrongState, op, "“%s”已经不是并入的状态。", loser.Label)
	}
	winner, err2 := byID(ctx, tx, r.County, s.Name, m.WinnerID)
	if err != nil || err2 != nil || loser == nil || winner == nil {
		return nil, wrap(op, firstErr(err, err2, refuse(NotFound, op, "合并的条目找不到了。")))
	}
	if !r.MayWriteEntry(by, s, loser.Values) {
		return nil, r.noRight(op, by, s)
	}
	back := Values{}
	for f, took := range m.Took {
		if winner.Values[f] == took {
			back[f] = m.Had[f]
		}
	}
	if len(back) > 0 && !winner.Removed() {
		if _, err := r.write(ctx, tx, op, by, s, &change{before: winner, rec: Record{What: Amended, Set: back, Why: "撤销合并：" + why}}); err != nil {
			return nil, err
		}
	}
	if loser, err = r.write(ctx, tx, op, by, s, &change{before: loser, rec: Record{What: Parted, Why: why}}); err != nil {
		return nil, err
	}
	for _, f := range m.Followers {
		t, ok := r.Schema(f.Register)
		if !ok {
			continue
		}
		if err := r.lead(ctx, tx, by, t, f.Field, []ID{f.ID}, winner.Key, loser.Key, "撤销合并“"+loser.Key+"”"); err != nil {
			return nil, wrap(op, err)
		}
	}
	b.State = batchParted
	return loser, wrap(op, updateBatch(ctx, tx, r.County, b))
}

func firstErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// Twins are two entries that may be the same thing, and why.
type Twins struct {
	A, B *Entry
	Why  string
}

// maxTwinned is how many entries are held against each other; maxTwins how many pairs are shown.
const (
	maxTwinned = 200_000
	maxTwins   = 500
)

// Twins are pairs of entries that may be the same thing: alike but for signs and width in what names them, of the same label
// and near each other or without a place, or with the same official code. Pairs that were said to be two are left out.
func (r *Registers) Twins(ctx context.Context, tx *db.Tx, name Name) ([]Twins, error) {
	const op = "Twins"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	counts, err := r.CountsOf(ctx, tx, Inside, name)
	if err != nil {
		return nil, err
	}
	n := 0
	for state, k := range counts {
		if state != "" {
			n += k
		}
	}
	if n > maxTwinned {
		return nil, refuse(TooLarge, op, "《%s》有%d条，一次最多查%d条。", s.Title, n, maxTwinned)
	}
	apart, err := saidApart(ctx, tx, r.County, name)
	if err != nil {
		return nil, wrap(op, err)
	}
	t := twinning{r: r, s: s, apart: apart, by: map[string][]*Entry{}, seen: map[[2]ID]bool{}}
	for e, err := range r.Each(ctx, tx, Inside, Query{Register: name}) {
		if err != nil {
			return nil, wrap(op, err)
		}
		t.look(e)
	}
	return t.out, nil
}

// Apart says that two entries are two, so that Twins does not ask again.
func (r *Registers) Apart(ctx context.Context, tx *db.Tx, by Actor, name Name, a, b, why string) error {
	const op = "Apart"
	s, x, err := r.writable(ctx, tx, op, by, name, a, 0)
	if err != nil {
		return err
	}
	y, err := r.standing(ctx, tx, op, s, b)
	if err != nil {
		return err
	}
	if err := checkWords(op, "说明", why, false); err != nil {
		return err
	}
	if err := sayApart(ctx, tx, r.County, name, x.ID, y.ID, by.Account, why); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: by.Account, What: "register.apart", Subject: "register/" + x.Address(), Basis: s.Basis.String(),
		Detail: "与“" + y.Key + "”不是同一条 " + cut(why, 300)})
	return wrap(op, err)
}
