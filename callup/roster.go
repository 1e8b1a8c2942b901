package callup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// Shift says that a person is on duty for a seat from a moment up to, and without, another.
type Shift struct {
	ID       int64
	Seat     Seat
	Person   PersonID
	Name     string
	From, To time.Time
}

// Leave says that a person is away and who stands in for him.
type Leave struct {
	ID          int64
	Person      PersonID
	Name        string
	StandIn     PersonID
	StandInName string
	From, To    time.Time
	Reason      string
	EndedAt     time.Time // when it was ended before its time; zero: it was not
}

const (
	maxShift = 7 * 24 * time.Hour
	maxLeave = 366 * 24 * time.Hour
)

// AddShift puts a person on the roster. While a seat has somebody on duty he is called, and nobody else for that seat.
func (c *Callup) AddShift(ctx context.Context, tx *db.Tx, by string, s Shift) (id int64, err error) {
	const op = "AddShift"
	if !s.From.Before(s.To) || s.To.Sub(s.From) > maxShift {
		return 0, refuse(Invalid, op, "值班的结束时间应晚于开始，一班不超过7天。")
	}
	if s.Seat.Post == "" || !storable(s.Seat.key()) {
		return 0, refuse(Invalid, op, "请写明哪个岗位的值班。")
	}
	p, err := c.person(ctx, tx, op, s.Person)
	if err != nil {
		return 0, err
	}
	s.Name = p.Name
	if id, err = insertShift(ctx, tx, c.County, by, s); err != nil {
		return 0, wrap(op, err)
	}
	return id, c.journal(ctx, tx, by, "shift", fmt.Sprintf("callup/shift/%d", id), "%s由%s值班，%s至%s", s.Seat, s.Name, clock(s.From, time.Time{}), clock(s.To, time.Time{}))
}

// DropShift takes a shift off the roster, from now on.
func (c *Callup) DropShift(ctx context.Context, tx *db.Tx, by string, id int64) error {
	const op = "DropShift"
	ok, err := dropShift(ctx, tx, c.County, by, id)
	if err == nil && !ok {
		return refuse(NotFound, op, "没有编号为%d的值班，或者已经撤销。", id)
	}
	if err != nil {
		return wrap(op, err)
	}
	return c.journal(ctx, tx, by, "shift_drop", fmt.Sprintf("callup/shift/%d", id), "撤销值班")
}

// Shifts are those on the roster of a time, by seat and beginning.
func (c *Callup) Shifts(ctx context.Context, tx *db.Tx, from, to time.Time) ([]Shift, error) {
	out, err := readShifts(ctx, tx, c.County, "", from, to)
	return out, wrap("Shifts", err)
}

// AddLeave records that a person is away, with who stands in. Calls that are open stay with him: he was called.
func (c *Callup) AddLeave(ctx context.Context, tx *db.Tx, by string, l Leave) (id int64, err error) {
	const op = "AddLeave"
	if !l.From.Before(l.To) || l.To.Sub(l.From) > maxLeave {
		return 0, refuse(Invalid, op, "请假的结束时间应晚于开始，不超过一年。")
	}
	if l.Person == l.StandIn {
		return 0, refuse(Invalid, op, "代班的人不能是请假人自己。")
	}
	if err := checkWords(op, "请假事由", l.Reason, maxReason); err != nil {
		return 0, err
	}
	p, err := c.person(ctx, tx, op, l.Person)
	if err != nil {
		return 0, err
	}
	q, err := c.person(ctx, tx, op, l.StandIn)
	if err != nil {
		return 0, err
	}
	l.Name, l.StandInName = p.Name, q.Name
	same, err := readLeaves(ctx, tx, c.County, l.Person, l.From, l.To)
	if err != nil {
		return 0, wrap(op, err)
	}
	if len(same) > 0 {
		return 0, refuse(Conflict, op, "%s在%s至%s之间已登记请假，请先结束那一条。", l.Name, clock(same[0].From, time.Time{}), clock(same[0].To, time.Time{}))
	}
	if id, err = insertLeave(ctx, tx, c.County, by, l); err != nil {
		return 0, wrap(op, err)
	}
	return id, c.journal(ctx, tx, by, "leave", fmt.Sprintf("callup/leave/%d", id), "%s请假，%s至%s，由%s代；%s", l.Name, clock(l.From, time.Time{}),
		clock(l.To, time.Time{}), l.StandInName, l.Reason)
}

// EndLeave ends a leave before its time.
func (c *Callup) EndLeave(ctx context.Context, tx *db.Tx, by string, id int64) error {
	const op = "EndLeave"
	ok, err := endLeave(ctx, tx, c.County, by, id)
	if err == nil && !ok {
		return refuse(NotFound, op, "没有编号为%d的请假，或者已经结束。", id)
	}
	if err != nil {
		return wrap(op, err)
	}
	return c.journal(ctx, tx, by, "leave_end", fmt.Sprintf("callup/leave/%d", id), "提前销假")
}

// Leaves are those that touch a time, by beginning.
func (c *Callup) Leaves(ctx context.Context, tx *db.Tx, from, to time.Time) ([]Leave, error) {
	out, err := readLeaves(ctx, tx, c.County, "", from, to)
	return out, wrap("Leaves", err)
}

func (c *Callup) person(ctx context.Context, tx *db.Tx, op string, id PersonID) (Person, error) {
	p, ok, err := c.Person(ctx, tx, id)
	if err == nil && (!ok || id == "") {
		err = refuse(NotFound, op, "没有这个人，请重新选。")
	}
	return p, wrap(op, err)
}

func (c *Callup) journal(ctx context.Context, tx *db.Tx, who, deed, subject, format string, args ...any) error {
	_, err := journal.Append(ctx, tx, c.County, journal.Entry{Who: who, What: "callup." + deed, Subject: subject, Detail: fmt.Sprintf(format, args...)})
	return wrap(deed, err)
}

// holder is a person as he is called for a seat.
type holder struct {
	Person
	off   Person    // who is on leave, in whose place
	until time.Time // end of his time on duty; zero: by his post
}

// maxDeep bounds stand-ins of stand-ins.
const maxDeep = 3

// resolve is who is called for a seat at a moment: who is on duty by the roster, or else who holds the post; and for one on leave
// who stands in for him. A stand-in who is on leave has his own; where that leads nowhere, the first is called himself.
func (c *Callup) resolve(ctx context.Context, tx *db.Tx, seat Seat, at time.Time) ([]holder, error) {
	var out []holder
	shifts, err := readShifts(ctx, tx, c.County, seat.key(), at, at.Add(time.Microsecond))
	if err != nil {
		return nil, err
	}
	for _, s := range shifts {
		p, ok, err := c.Person(ctx, tx, s.Person)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, holder{Person: p, until: s.To})
		}
	}
	if len(out) == 0 {
		list, err := c.Holders(ctx, tx, seat, at)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if p.ID != "" {
				out = append(out, holder{Person: p})
			}
		}
	}
	var each []holder
	for _, h := range out {
		if h, err = c.present(ctx, tx, h, at); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(each, func(e holder) bool { return e.ID == h.ID }) {
			each = append(each, h)
		}
	}
	return each, nil
}

// present is the holder, or who stands in for him.
func (c *Callup) present(ctx context.Context, tx *db.Tx, h holder, at time.Time) (holder, error) {
	now := h.Person
	for range maxDeep {
		leaves, err := readLeaves(ctx, tx, c.County, now.ID, at, at.Add(time.Microsecond))
		if err != nil {
			return h, err
		}
		if len(leaves) == 0 {
			if now.ID != h.ID {
				h.off, h.Person = h.Person, now
			}
			return h, nil
		}
		p, ok, err := c.Person(ctx, tx, leaves[0].StandIn)
		if err != nil {
			return h, err
		}
		if !ok || p.ID == h.ID {
			return h, nil
		}
		now = p
	}
	return h, nil
}

// handOver gives a call to who is on duty next, with a note of how far it has come, and tells the one who goes off. Whether he had
// answered or not, the next one is called: what one knows another does not.
func (w *work) handOver(ctx context.Context, tx *db.Tx, k *Call, f Firing) error {
	ended := k.Shift
	k.Shift = time.Time{}
	w.fact(k.N, wasFired, system, f.Key, "值班至%s止", clock(ended, w.now))
	found, err := w.c.resolve(ctx, tx, k.seat(), w.now)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		k.Trouble = "交班后没有人接班"
		return w.tellOffice(ctx, tx, "无人接班", fmt.Sprintf("叫应“%s”：%s值班结束，没有人接班，仍叫本人。请安排。", unmarked(w.r.Title), k.who()))
	}
	if i := slices.IndexFunc(found, func(h holder) bool { return h.ID == k.Person }); i >= 0 { // he stays
		k.Shift = found[i].until
		found = slices.Delete(found, i, i+1)
	} else {
		k.Current, k.Ended = false, w.now
		if k.State == Calling {
			k.State = HandedOver
			w.withdraw = append(w.withdraw, k.ref())
		}
	}
	why := fmt.Sprintf("接班。前班%s自%s起叫了%d次未应答", k.Name, clock(k.Began, w.now), w.times(k))
	if !k.Answered.IsZero() {
		why = fmt.Sprintf("接班。前班%s已于%s应答", k.Name, clock(k.Answered, w.now))
		if !k.Acted.IsZero() {
			why += "并已办好"
		}
	}
	if k.Kind != Own { // for what he is called, too
		why += "。" + k.Why
	}
	var next []string
	for _, h := range found {
		next = append(next, h.Name)
		if !w.on(h.ID, k.Kind, k.seat()) { // two of one shift come to one next
			w.open(k.Step, k.Kind, w.origin(k), k.seat(), h, why).Seats = slices.Clone(k.Seats)
		}
	}
	if !k.Current {
		w.fact(k.N, wasHanded, system, "", "交给%s", strings.Join(next, "、"))
		w.tell(k, "off", "已交班", w.r.Title, fmt.Sprintf("您的值班已于%s结束，叫应“%s”转由%s应答。", clock(ended, w.now), unmarked(w.r.Title), strings.Join(next, "、")))
	}
	return w.code(ctx, tx)
}

// origin is of which call one comes that takes over from k: for a stand-in, the call of him for whom he stands in.
func (w *work) origin(k *Call) int {
	if k.Kind == StandIn {
		return k.Of
	}
	return k.N
}

// on reports whether a person is called for a seat.
func (w *work) on(id PersonID, kind Kind, seat Seat) bool {
	return slices.ContainsFunc(w.calls, func(k *Call) bool {
		return k.Person == id && k.Kind == kind && k.Current && (k.State == Calling || k.State == Answered) && slices.Contains(k.Seats, seat)
	})
}

// times is how often he was called.
func (w *work) times(k *Call) int {
	n := k.Agains
	for _, g := range w.r.Ladder.Steps[k.Step].Rungs[:k.Rungs] {
		if g.what() == DoCall {
			n++
		}
	}
	return n
}
