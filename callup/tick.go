package callup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zhixing/db"
)

// batch is how many rounds one call of Tick moves on.
const batch = 5

// Tick does what has come due in rounds, each thing once whoever calls it and however often, and gives how many things it did: call
// it each second, and again until it gives 0. It looks at no round that has nothing to do.
func (c *Callup) Tick(ctx context.Context, tx *db.Tx, now time.Time) (done int, err error) {
	const op = "Tick"
	ids, err := dueRounds(ctx, tx, c.County, now, batch)
	if err != nil {
		return 0, wrap(op, err)
	}
	for _, id := range ids {
		n, err := c.tick(ctx, tx, id, now)
		if done += n; err != nil {
			return done, wrap(op, err)
		}
	}
	return done, nil
}

func (c *Callup) tick(ctx context.Context, tx *db.Tx, id ID, now time.Time) (done int, err error) {
	w, err := c.load(ctx, tx, id, now)
	if err == nil {
		done, err = w.climb(ctx, tx)
	}
	if err == nil {
		err = w.finish(ctx, tx, "tick", system, w.r.Basis)
	}
	if err != nil {
		return 0, fmt.Errorf("round %d: %w", id, err)
	}
	return done, nil
}

// Run is Tick with a transaction for each round, so that one that fails holds up no other; it is tried again at the next call. Where
// nothing is due nothing is written.
func (c *Callup) Run(ctx context.Context, d *db.DB) (done int, err error) {
	const op = "Run"
	var ids []ID
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = dueRounds(ctx, tx, c.County, tx.Now(), 1000)
		return err
	}); err != nil {
		return 0, wrap(op, err)
	}
	for _, id := range ids {
		n := 0
		failed := d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = c.tick(ctx, tx, id, tx.Now())
			return err
		})
		if failed != nil {
			n = 0
		}
		done += n
		err = errors.Join(err, failed)
	}
	return done, wrap(op, err)
}

// climb does what has come due in one round. What a call missed while nobody looked comes at once, and then its person gets one
// message by each channel and not one for each rung.
func (w *work) climb(ctx context.Context, tx *db.Tx) (done int, err error) {
	r := w.r
	if r.State != Open {
		return 0, nil
	}
	if r.over(w.now) {
		return 1, w.end(ctx, tx, Over, system, "")
	}
	up := &escalation{}
	for i := 0; ; i++ {
		if i == len(w.calls) { // calls that come of others are at its end
			n, err := w.urge(ctx, tx, up)
			if err != nil {
				return done, err
			}
			if n == 0 {
				break
			}
		}
		if i < len(w.calls) {
			n, err := w.climbCall(ctx, tx, w.calls[i], up)
			if err != nil {
				return done, err
			}
			done += n
		}
	}
	return done, w.list(ctx, tx, up.list)
}

// climbCall does what has come due on one call.
func (w *work) climbCall(ctx context.Context, tx *db.Tx, k *Call, up *escalation) (done int, err error) {
	var key string // of the newest rung at which he is called
	var by []string
	for {
		pending := w.r.Pending(k)
		if len(pending) == 0 || w.now.Before(pending[0].At) {
			break
		}
		f := pending[0]
		done++
		w.change(k)
		if f.Do == "" {
			if err := w.handOver(ctx, tx, k, f); err != nil {
				return done, err
			}
			continue
		}
		if f.Rung >= 0 {
			k.Rungs = f.Rung + 1
		} else {
			k.Agains++
		}
		said := map[Do]string{DoCall: "叫本人", DoStandIn: "找人代", DoSuperior: "报上级", DoOffice: "报县里"}[f.Do]
		w.fact(k.N, wasFired, system, f.Key, "%s，应于%s", said, clock(f.At, w.now))
		switch f.Do {
		case DoCall:
			key, by = f.Key, union(by, f.By)
		case DoStandIn:
			if err := w.standIn(ctx, tx, k); err != nil {
				return done, err
			}
		case DoSuperior:
			up.urge = append(up.urge, k)
		case DoOffice:
			up.list = append(up.list, k)
		}
	}
	if key != "" && k.State == Calling {
		w.ask(k, key, by)
	}
	return done, nil
}

// standIn calls the first deputy who is not yet called. The call for whom he stands in goes on.
func (w *work) standIn(ctx context.Context, tx *db.Tx, k *Call) error {
	for _, seat := range k.Seats {
		for _, deputy := range w.r.Ladder.Steps[k.Step].Deputies {
			found, err := w.c.resolve(ctx, tx, Seat{seat.Place, deputy}, w.now)
			if err != nil {
				return err
			}
			for _, h := range found {
				if w.has(h.ID) {
					continue
				}
				w.open(k.Step, StandIn, k.N, Seat{seat.Place, deputy}, h, fmt.Sprintf("%s于%s起叫应未答，请您代为处置", k.who(), clock(k.Began, w.now)))
				return w.code(ctx, tx)
			}
		}
	}
	w.fact(k.N, wasFired, system, "", "没有可以代的人")
	return nil
}

// has reports whether a person has a call that counts.
func (w *work) has(id PersonID) bool {
	for _, k := range w.calls {
		if k.Person == id && k.Current && (k.State == Calling || k.State == Answered) {
			return true
		}
	}
	return false
}

// escalation is what goes up from several calls at one moment, so that those above get one text.
type escalation struct {
	urge []*Call // to the step above
	list []*Call // to the county office
}

// urge calls those above to see to calls without an answer, each once for all of them, and gives how many calls were opened.
func (w *work) urge(ctx context.Context, tx *db.Tx, up *escalation) (opened int, err error) {
	type above struct {
		step  int
		place Place
	}
	groups, order := map[above][]*Call{}, []above{}
	for _, k := range up.urge {
		step, ok := w.r.Ladder.step(w.r.Ladder.Steps[k.Step].Superior)
		if !ok {
			continue
		}
		seen := map[above]bool{}
		for _, seat := range k.Seats {
			a := above{step, seat.Place.at(w.r.Ladder.Steps[step].Of)}
			if seen[a] {
				continue
			}
			seen[a] = true
			if len(groups[a]) == 0 {
				order = append(order, a)
			}
			groups[a] = append(groups[a], k)
		}
	}
	up.urge = nil
	for _, a := range order {
		n, err := w.urgeOne(ctx, tx, a.step, a.place, groups[a], up)
		if err != nil {
			return opened, err
		}
		opened += n
	}
	return opened, w.code(ctx, tx)
}

func (w *work) urgeOne(ctx context.Context, tx *db.Tx, step int, place Place, late []*Call, up *escalation) (opened int, err error) {
	told := map[PersonID]bool{}
	for _, post := range w.r.Ladder.Steps[step].Posts {
		seat := Seat{place, post}
		found, err := w.c.resolve(ctx, tx, seat, w.now)
		if err != nil {
			return opened, err
		}
		for _, h := range found {
			others := slices.DeleteFunc(slices.Clone(late), func(k *Call) bool { return k.Person == h.ID })
			if told[h.ID] || len(others) == 0 {
				continue
			}
			told[h.ID] = true
			why := "未应答：" + names(others) + "。请立即联系"
			if k := w.urging(h.ID); k != nil {
				k.Why = cut(k.Why+"；"+why, maxText)
				w.fact(k.N, wasFired, system, "", "增加：%s", names(others))
				w.change(k)
				if k.Rungs > 0 { // or its first rung says it
					w.ask(k, fmt.Sprintf("more/%d", w.r.Revision), w.r.Ladder.Steps[step].Rungs[0].By)
				}
				continue
			}
			w.open(step, Urge, late[0].N, seat, h, cut(why, maxText))
			opened++
		}
	}
	if len(told) == 0 {
		for _, k := range late {
			w.fact(k.N, wasFired, system, "", "%s无人可报，改报县里", Seat{place, w.r.Ladder.Steps[step].Posts[0]})
		}
		up.list = append(up.list, late...)
	}
	return opened, nil
}

// urging is the open call by which a person is urged already.
func (w *work) urging(id PersonID) *Call {
	for _, k := range w.calls {
		if k.Person == id && k.Kind == Urge && k.State == Calling {
			return k
		}
	}
	return nil
}

// list tells the county office who has not answered.
func (w *work) list(ctx context.Context, tx *db.Tx, late []*Call) error {
	if len(late) == 0 {
		return nil
	}
	slices.SortFunc(late, func(a, b *Call) int { return a.N - b.N })
	late = slices.Compact(late)
	title := unmarked(w.r.Title)
	err := w.tellOffice(ctx, tx, "未应答", fmt.Sprintf("叫应“%s”：至%s仍未应答：%s。请处置。", title, clock(w.now, w.now), names(late)))
	if err == nil && w.c.Listed != nil {
		err = w.c.Listed(ctx, tx, w.r, late)
	}
	return err
}

// end ends the round and the calls that are open.
func (w *work) end(ctx context.Context, tx *db.Tx, as State, who, why string) error {
	r := w.r
	var late []*Call
	for _, k := range w.calls {
		if k.State != Calling {
			continue
		}
		k.State, k.Ended = Dropped, w.now
		if as == Over {
			k.State = Unanswered
			late = append(late, k)
		}
		w.withdraw = append(w.withdraw, k.ref())
		w.change(k)
	}
	w.fact(0, wasEnded, who, "end", "%s%s", as.Chinese(), sentence(why))
	r.State, r.EndedAt = as, w.now
	return w.list(ctx, tx, late)
}
