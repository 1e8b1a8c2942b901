package callup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"zhixing/db"
	"zhixing/drill"
)

// Version is what changes with a new version of the purpose.
type Version struct {
	N           int
	Title, Text string
	Level       int
	Places      []Place   // of the area now; places of earlier versions stay
	Until       time.Time // zero: until it is cancelled
	Basis       string
	Ladder      *Ladder // of a higher level; nil: the one that the round has
}

// Update takes in a new version. Whoever was reached by an earlier one hears of it. Who has not answered is called with the new text at
// once, and his clock goes on: an update does not give him more time. Who has answered is told; where the level has risen he is
// called again. A ladder that comes with a higher level takes the place of the old one: all are called again by it. Posts and places that
// are new are called. The same version given twice does nothing the second time.
func (c *Callup) Update(ctx context.Context, tx *db.Tx, by, purpose string, v Version) (*Round, error) {
	const op = "Update"
	w, err := c.opened(ctx, tx, op, purpose)
	if err != nil {
		return nil, err
	}
	r := w.r
	if v.N == r.Version {
		return r, nil
	}
	o := Opening{Purpose: purpose, Version: v.N, Drill: r.Drill, Title: v.Title, Text: v.Text, Level: v.Level, Places: v.Places, Until: v.Until, Basis: v.Basis}
	if err := o.check(op, w.now); err != nil {
		return nil, err
	}
	if v.N < r.Version {
		return nil, refuse(Conflict, op, "“%s”已是第%d版，不能回到第%d版。", r.Title, r.Version, v.N)
	}
	rise := v.Level < r.Level
	anew := rise && v.Ladder != nil && v.Ladder.Name != r.Ladder.Name
	if anew {
		if err := v.Ladder.Check(); err != nil {
			return nil, err
		}
		r.Ladder = r.Ladder.followedBy(*v.Ladder)
	}
	w.fact(0, wasUpdated, by, fmt.Sprintf("version/%d", v.N), "第%d版，级别由%d到%d", v.N, r.Level, v.Level)
	r.Version, r.Title, r.Text, r.Level, r.Until = v.N, strings.TrimSpace(v.Title), strings.TrimSpace(v.Text), v.Level, v.Until
	r.Places = places(append(r.Places, v.Places...))
	key := fmt.Sprintf("version/%d", v.N)
	told := map[PersonID]bool{}
	before := w.calls
	for _, k := range before {
		if k.State == Calling && !k.Vacant() && k.Rungs > 0 && (!anew || k.Kind == Urge) {
			told[k.Person] = true
			k.Version = v.N
			w.change(k)
			w.withdraw = append(w.withdraw, k.ref())
			w.ask(k, key, w.r.Ladder.Steps[k.Step].sofar(k.Rungs))
			w.fact(k.N, wasTold, system, key, "按第%d版再叫", v.N)
		}
	}
	for _, k := range before {
		if rise && k.Current && k.Kind != Urge && (k.State == Answered || anew && k.State == Calling) {
			told[k.Person] = true
			w.again(k)
		}
	}
	for _, k := range before {
		if !told[k.Person] && !k.Vacant() && k.Rungs > 0 {
			told[k.Person] = true
			w.tell(k, key, "更新", r.Title, "更新："+r.body())
			w.fact(k.N, wasTold, system, key, "告知第%d版", v.N)
		}
	}
	if err := w.man(ctx, tx, r.Places); err != nil {
		return nil, wrap(op, err)
	}
	if _, err := w.climb(ctx, tx); err != nil {
		return nil, wrap(op, err)
	}
	return r, wrap(op, w.finish(ctx, tx, "update", by, v.Basis))
}

// again calls somebody anew, by the step of the ladder that counts now: what he answered was less than there is.
func (w *work) again(k *Call) {
	why := fmt.Sprintf("级别已升高，请对第%d版重新应答", w.r.Version)
	k.Current, k.Ended = false, w.now
	if k.State == Calling {
		k.State, why = Renewed, "级别已升高"
		w.withdraw = append(w.withdraw, k.ref())
	}
	w.change(k)
	step, ok := w.r.Ladder.step(w.r.Ladder.Steps[k.Step].Name)
	if !ok {
		step = k.Step
	}
	n := w.open(step, k.Kind, w.origin(k), k.seat(), holder{Person: Person{k.Person, k.Name, k.Addresses}, off: Person{ID: k.For, Name: k.ForName}, until: k.Shift}, why)
	n.Seats = slices.Clone(k.Seats)
	if k.Rungs == 0 && k.Began.After(w.now) { // his step has not begun
		n.Began = k.Began
	}
}

// Cancel ends the round: open calls end, what waits is withdrawn, and whoever was reached by any version is told.
func (c *Callup) Cancel(ctx context.Context, tx *db.Tx, by, purpose, title, text, basis string) (*Round, error) {
	const op = "Cancel"
	w, err := c.opened(ctx, tx, op, purpose)
	if err != nil {
		if was, readErr := readPurpose(ctx, tx, c.County, purpose); readErr == nil && was != nil && was.State == Cancelled {
			return was, nil
		}
		return nil, err
	}
	if err := checkWords(op, "解除的标题", title, maxTitle); err != nil {
		return nil, err
	}
	if err := checkWords(op, "解除的内容", text, maxText); err != nil {
		return nil, err
	}
	if !storable(basis) || strings.ContainsFunc(title, unicode.IsControl) || !w.r.Drill && drill.Has(title+"\n"+text) {
		return nil, refuse(Invalid, op, "标题应为一行；不是演练的，不得有“%s”；依据里不得有无法识别的字符。", drill.Mark)
	}
	if err := w.end(ctx, tx, Cancelled, by, text); err != nil {
		return nil, wrap(op, err)
	}
	told := map[PersonID]bool{}
	for _, k := range w.calls {
		if !told[k.Person] && !k.Vacant() && k.Rungs > 0 {
			told[k.Person] = true
			w.tell(k, "cancel", "解除", title, "解除："+sentence(unmarked(title))+sentence(unmarked(text)))
			w.fact(k.N, wasTold, system, "cancel", "告知解除")
		}
	}
	return w.r, wrap(op, w.finish(ctx, tx, "cancel", by, basis))
}

// opened is the open round of a purpose, ready for work.
func (c *Callup) opened(ctx context.Context, tx *db.Tx, op, purpose string) (*work, error) {
	r, err := readPurpose(ctx, tx, c.County, purpose)
	if err != nil {
		return nil, wrap(op, err)
	}
	switch {
	case r == nil:
		return nil, refuse(NotFound, op, "没有为此开始过叫应。")
	case r.State == Cancelled:
		return nil, refuse(Conflict, op, "叫应“%s”已解除。", r.Title)
	case r.over(tx.Now()):
		return nil, refuse(Conflict, op, "叫应“%s”已到期。", r.Title)
	}
	w, err := c.load(ctx, tx, r.ID, tx.Now())
	return w, wrap(op, err)
}
