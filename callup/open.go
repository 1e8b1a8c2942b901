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

// Opening is what a round begins with.
type Opening struct {
	Purpose     string // warning/12
	Version     int    // of the purpose, from 1
	Title, Text string
	Level       int // 1 is the highest, 4 the lowest
	Drill       bool
	Ladder      Ladder
	Places      []Place // of the area: each as small as is known
	Until       time.Time
	Basis       string
}

const maxPlaces = 5000

func (o *Opening) check(op string, now time.Time) error {
	if err := checkWords(op, "叫应的标题", o.Title, maxTitle); err != nil {
		return err
	}
	if err := checkWords(op, "叫应的内容", o.Text, maxText); err != nil {
		return err
	}
	switch {
	case strings.ContainsFunc(o.Title, unicode.IsControl):
		return refuse(Invalid, op, "叫应的标题应为一行。")
	case !o.Drill && drill.Has(o.Title+"\n"+o.Text):
		return refuse(Invalid, op, "不是演练的叫应，标题和内容里不得有“%s”。", drill.Mark)
	case o.Purpose == "" || len(o.Purpose) > 100 || !storable(o.Purpose+o.Basis):
		return refuse(Invalid, op, "没有写明为什么叫应。")
	case o.Version < 1:
		return refuse(Invalid, op, "叫应的版次应从1起。")
	case o.Level < 1 || o.Level > 4:
		return refuse(Invalid, op, "级别应在1（最高）至4之间，现为%d。", o.Level)
	case len(o.Places) > maxPlaces:
		return refuse(Invalid, op, "一次最多叫%d处，现有%d处。", maxPlaces, len(o.Places))
	case !o.Until.IsZero() && !now.Before(o.Until):
		return refuse(Conflict, op, "“%s”已经到期，不再叫应。", o.Title)
	}
	return nil
}

// Open opens a round and makes the calls of all steps that begin at once, in the transaction. A purpose has one round; opening it again
// with the same version gives the one that is there.
func (c *Callup) Open(ctx context.Context, tx *db.Tx, by string, o Opening) (*Round, error) {
	const op = "Open"
	if was, err := readPurpose(ctx, tx, c.County, o.Purpose); err != nil {
		return nil, wrap(op, err)
	} else if was != nil {
		if was.Version == o.Version {
			return was, nil
		}
		return nil, refuse(Conflict, op, "“%s”已在叫应（第%d版），新的版次请按更新办理。", was.Title, was.Version)
	}
	if err := o.check(op, tx.Now()); err != nil {
		return nil, err
	}
	if err := o.Ladder.Check(); err != nil {
		return nil, err
	}
	id, err := nextRound(ctx, tx, c.County)
	if err != nil {
		return nil, wrap(op, err)
	}
	r := &Round{ID: id, Purpose: o.Purpose, Version: o.Version, Title: strings.TrimSpace(o.Title), Text: strings.TrimSpace(o.Text), Level: o.Level, Drill: o.Drill,
		State: Open, Ladder: o.Ladder, Places: places(o.Places), Basis: o.Basis, OpenedBy: by, OpenedAt: tx.Now(), Until: o.Until}
	w := &work{c: c, r: r, now: tx.Now()}
	w.fact(0, wasOpened, by, "", "第%d版，%d处，%s", r.Version, len(r.Places), r.Ladder.Name)
	if err := insertRound(ctx, tx, c.County, r); err != nil {
		return nil, wrap(op, err)
	}
	if err := w.man(ctx, tx, r.Places); err != nil {
		return nil, wrap(op, err)
	}
	if _, err := w.climb(ctx, tx); err != nil {
		return nil, wrap(op, err)
	}
	return r, wrap(op, w.finish(ctx, tx, "open", by, o.Basis))
}

// places are each once, in their order.
func places(list []Place) []Place {
	var out []Place
	seen := map[Place]bool{}
	for _, p := range list {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// man opens a call for whoever holds a post of the ladder at the places. Where nobody does, a deputy is called at once; where there is
// none, the call stands without a person, so that it is seen. The county office hears at once of posts without anybody, and of
// persons whom no message can reach.
func (w *work) man(ctx context.Context, tx *db.Tx, list []Place) error {
	has := map[Seat]*Call{}
	for _, k := range w.calls {
		for _, s := range k.Seats {
			if k.Kind == Own {
				has[s] = k
			}
		}
	}
	first := len(w.calls)
	for i := w.r.Ladder.From; i < len(w.r.Ladder.Steps); i++ {
		step := &w.r.Ladder.Steps[i]
		seen := map[Place]bool{}
		for _, p := range append([]Place{{}}, list...) {
			if p = p.at(step.Of); seen[p] || !p.reaches(step.Of) {
				continue
			}
			seen[p] = true
			for _, post := range step.Posts {
				seat := Seat{p, post}
				if was := has[seat]; was == nil || was.Vacant() && was.Current {
					if err := w.seat(ctx, tx, i, seat, was); err != nil {
						return err
					}
				}
			}
		}
	}
	if err := w.code(ctx, tx); err != nil {
		return err
	}
	var lost []*Call
	for _, k := range w.calls[first:] {
		if k.Vacant() || !w.reachable(k) {
			lost = append(lost, k)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return w.tellOffice(ctx, tx, "叫应无法送达", fmt.Sprintf("叫应“%s”：以下职务无人或没有联系方式：%s。请设法通知。", unmarked(w.r.Title), names(lost)))
}

// reachable reports whether any rung of the call can reach the person.
func (w *work) reachable(k *Call) bool {
	step := &w.r.Ladder.Steps[k.Step]
	return slices.ContainsFunc(step.sofar(len(step.Rungs)), func(ch string) bool { return w.c.reaches(k.Addresses, ch) })
}

// seat opens the calls of one seat; was is the call of it that had nobody to call.
func (w *work) seat(ctx context.Context, tx *db.Tx, step int, seat Seat, was *Call) error {
	found, err := w.c.resolve(ctx, tx, seat, w.now)
	if err != nil {
		return err
	}
	why := ""
	for _, deputy := range w.r.Ladder.Steps[step].Deputies {
		if len(found) > 0 {
			break
		}
		if found, err = w.c.resolve(ctx, tx, Seat{seat.Place, deputy}, w.now); err != nil {
			return err
		}
		found = found[:min(1, len(found))]
		why = seat.String() + "空缺，由您应答"
	}
	switch {
	case len(found) == 0 && was == nil:
		w.open(step, Own, 0, seat, holder{}, "")
	case len(found) > 0 && was != nil:
		was.Current, was.Ended = false, w.now
		w.change(was)
	}
	for _, h := range found {
		w.open(step, Own, 0, seat, h, why)
	}
	return nil
}

// open opens one call, or gives a seat more to a call that the person has already.
func (w *work) open(step int, kind Kind, of int, seat Seat, h holder, why string) *Call {
	if kind == Own && of == 0 && h.ID != "" && h.until.IsZero() {
		for _, k := range w.calls {
			if k.Person == h.ID && k.Kind == Own && k.Current && k.Shift.IsZero() && k.For == h.off.ID && (k.State == Calling || k.State == Answered) {
				k.Seats = append(k.Seats, seat)
				w.change(k)
				w.fact(k.N, wasSeated, system, "", "%s", seat)
				return k
			}
		}
	}
	w.r.Calls++
	k := &Call{Round: w.r.ID, N: w.r.Calls, Step: step, Kind: kind, Of: of, Version: w.r.Version, Person: h.ID, Name: h.Name, For: h.off.ID, ForName: h.off.Name,
		Why: why, State: Calling, Began: w.now, Shift: h.until, Seats: []Seat{seat}, Current: true, Addresses: h.Addresses}
	if of == 0 && kind == Own {
		k.Began = w.now.Add(minutes(w.r.Ladder.Steps[step].After))
	}
	w.calls = append(w.calls, k)
	w.change(k)
	w.fact(k.N, wasOpened, system, "", "%s，%s%s", kind.Chinese(), k.who(), sentence(why))
	return k
}

// code gives codes to the calls that have none. A code is not used again for codeRest.
func (w *work) code(ctx context.Context, tx *db.Tx) error {
	var lack []*Call
	for _, k := range w.calls {
		if k.Code == "" && !k.Vacant() {
			lack = append(lack, k)
		}
	}
	for len(lack) > 0 {
		some := lack[:min(len(lack), 100)]
		tries := make([]string, 0, len(some)) // all different
		for len(tries) < len(some) {
			tries = union(tries, []string{newCode(w.r.Drill)})
		}
		free, err := takeCodes(ctx, tx, w.c.County, w.r.ID, some, tries, w.now.Add(-codeRest))
		if err != nil {
			return err
		}
		for i, code := range free {
			some[i].Code = code
			w.change(some[i])
		}
		lack = lack[len(free):]
	}
	return nil
}

const codeRest = 90 * 24 * time.Hour
