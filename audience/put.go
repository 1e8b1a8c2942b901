package audience

import (
	"context"
	"fmt"
	"slices"

	"zhixing/db"
	"zhixing/journal"
)

// Fate is what becomes of a recipient that somebody brings.
type Fate string

// The fates.
const (
	FateNew    Fate = "new"
	FateChange Fate = "change"
	FateSame   Fate = "same"
	FateGone   Fate = "gone"
	FateWrong  Fate = "wrong"
)

// Chinese is what pages call the fate.
func (f Fate) Chinese() string {
	return map[Fate]string{FateNew: "新增", FateChange: "修改", FateSame: "相同", FateGone: "移出", FateWrong: "有误"}[f]
}

// Done counts fates.
type Done struct{ New, Change, Same, Gone, Wrong int }

func (d *Done) add(f Fate) {
	switch f {
	case FateNew:
		d.New++
	case FateChange:
		d.Change++
	case FateSame:
		d.Same++
	case FateGone:
		d.Gone++
	case FateWrong:
		d.Wrong++
	}
}

// Chinese is the counts in words.
func (d Done) Chinese() string {
	return fmt.Sprintf("新增%d，修改%d，相同%d，移出%d，有误%d", d.New, d.Change, d.Same, d.Gone, d.Wrong)
}

// The sources that are no file and no register.
const (
	SourcePosts = "posts" // holders of posts, as the record of appointments has them; the key is the post
	SourceSelf  = "self"  // who subscribed himself
)

// Put brings recipients of a source, by their keys: those that are there change, others are added. One that cannot be taken
// refuses all. Whole, it is the whole list of the source, and whoever is not in it is gone.
func (a *Audience) Put(ctx context.Context, tx *db.Tx, by Actor, source string, list []Recipient, whole bool) (Done, error) {
	const op = "Put"
	var done Done
	if !by.Keeps {
		return done, refuse(Forbidden, op, "您不能维护预警接收对象。")
	}
	if source == "" || len(source) > 120 || !readable(source) {
		return done, refuse(Invalid, op, "请写明名单的来源。")
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return done, wrap(op, err)
	}
	kept := map[string]bool{}
	for part := range slices.Chunk(list, chunk) {
		if err := a.putPart(w, source, part, kept, &done); err != nil {
			return done, wrap(op, err)
		}
	}
	if whole {
		if err := a.dropOthers(w, source, kept, &done); err != nil {
			return done, wrap(op, err)
		}
	}
	if done.New+done.Change+done.Gone == 0 {
		return done, nil
	}
	if err := w.end(); err != nil {
		return done, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.put", Subject: "audience/" + source, Detail: done.Chinese()})
	return done, wrap(op, err)
}

func (a *Audience) putPart(w *writing, source string, part []Recipient, kept map[string]bool, done *Done) error {
	keys := make([]string, len(part))
	for i := range part {
		r := &part[i]
		r.Source = source
		if why := a.tidy(r); why != "" {
			return refuse(Invalid, "Put", "“%s”：%s", cut(r.Name, 60), why)
		}
		if r.Key == "" || kept[r.Key] {
			return refuse(Invalid, "Put", "“%s”的编号是空的或重复。", cut(r.Name, 60))
		}
		kept[r.Key], keys[i] = true, r.Key
	}
	have, err := byKeys(w.ctx, w.tx, a.County, source, keys)
	if err != nil {
		return err
	}
	for i := range part {
		f, err := w.put(&part[i], have[part[i].Key])
		if err != nil {
			return err
		}
		done.add(f)
	}
	return nil
}

func (a *Audience) dropOthers(w *writing, source string, kept map[string]bool, done *Done) error {
	if err := w.flush(0); err != nil {
		return err
	}
	all, err := recipients(w.ctx, w.tx, a.County, `AND source = $2`, source)
	if err != nil {
		return err
	}
	for i := range all {
		if !kept[all[i].key] {
			if err := w.remove(&all[i]); err != nil {
				return err
			}
			done.add(FateGone)
		}
	}
	return nil
}

// Drop takes recipients of a source away, by their keys.
func (a *Audience) Drop(ctx context.Context, tx *db.Tx, by Actor, source string, keys ...string) (Done, error) {
	const op = "Drop"
	var done Done
	if !by.Keeps {
		return done, refuse(Forbidden, op, "您不能维护预警接收对象。")
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return done, wrap(op, err)
	}
	for part := range slices.Chunk(keys, chunk) {
		have, err := byKeys(ctx, tx, a.County, source, part)
		if err != nil {
			return done, wrap(op, err)
		}
		for _, key := range part {
			if s := have[key]; s != nil {
				delete(have, key)
				if err := w.remove(s); err != nil {
					return done, wrap(op, err)
				}
				done.add(FateGone)
			}
		}
	}
	if done.Gone == 0 {
		return done, nil
	}
	if err := w.end(); err != nil {
		return done, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.drop", Subject: "audience/" + source, Detail: done.Chinese()})
	return done, wrap(op, err)
}
