package warning

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/rule"
)

// OrderKind sorts what a warning orders.
type OrderKind string

// The kinds: a linked duty, and the four stops.
const (
	Linked        OrderKind = "联动"
	StopWork      OrderKind = "停工"
	StopSchool    OrderKind = "停课"
	StopBusiness  OrderKind = "停业"
	StopTransport OrderKind = "停运"
)

// OrderKinds lists the kinds.
var OrderKinds = []OrderKind{Linked, StopWork, StopSchool, StopBusiness, StopTransport}

// Stops reports whether the order stops something, and so has to be lifted.
func (k OrderKind) Stops() bool { return k != Linked }

// Order is what a warning orders of a unit, by itself.
type Order struct {
	ID     int64
	Event  EventID
	N      int    // version that opened it
	What   string // tells the orders of an event apart: 停工/县住建局/在建工地
	Kind   OrderKind
	Unit   string
	Level  Level
	Drill  string
	Opened time.Time
	Due    time.Time
	Seen   time.Time // taken note of by the unit
	Done   time.Time // carried out, says the unit
	Lifted time.Time
	OrderText
}

// OrderText is what an order says and what people said of it.
type OrderText struct {
	Sector string     `json:"sector,omitempty"` // 在建工地
	Says   string     `json:"says"`
	Area   string     `json:"area"`
	Basis  rule.Basis `json:"basis"`
	SeenBy string     `json:"seen_by,omitempty"`
	DoneBy string     `json:"done_by,omitempty"`
	Words  string     `json:"words,omitempty"` // how it was carried out
	LiftBy string     `json:"lift_by,omitempty"`
	Why    string     `json:"why,omitempty"` // it was lifted

	within time.Duration
}

// Open reports whether the order holds.
func (o Order) Open() bool { return o.Lifted.IsZero() }

// decided reports whether a person lifted the order, and not its warning.
func (o Order) decided() bool { return !o.Open() && o.LiftBy != ledger.System.Name }

// Overdue reports whether the unit is late with it.
func (o Order) Overdue(now time.Time) bool { return o.Open() && o.Done.IsZero() && o.Due.Before(now) }

// Compliance is how an order is kept at one place, as a unit reports it.
type Compliance struct {
	N        int
	At       time.Time
	Subject  string // 示例工地
	Complied bool
	Account  string
	Name     string
	Words    string
}

// Opens are the orders that a level opens.
func (h *Hazard) Opens(l Level) []Order {
	s := h.Signal(l)
	if s == nil {
		return nil
	}
	basis := func(b rule.Basis) rule.Basis {
		if b == (rule.Basis{}) {
			return h.Basis
		}
		return b
	}
	var out []Order
	for _, d := range s.Duties {
		out = append(out, Order{What: string(Linked) + "/" + d.Unit + "/" + d.Do, Kind: Linked, Unit: d.Unit, Level: l,
			OrderText: OrderText{Says: d.Do, Basis: basis(d.Basis), within: d.Within}})
	}
	for _, x := range s.Stops {
		out = append(out, Order{What: string(x.Kind) + "/" + x.Unit + "/" + x.Sector, Kind: x.Kind, Unit: x.Unit, Level: l,
			OrderText: OrderText{Sector: x.Sector, Says: x.Order, Basis: basis(x.Basis), within: x.Within}})
	}
	return out
}

// order opens what the version orders and is not open yet, and lifts what its level no longer orders.
func (w *Warnings) order(ctx context.Context, tx *db.Tx, v *Version, h *Hazard) error {
	all, err := w.Orders(ctx, tx, v.Event)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Clone(all), func(o Order) bool { return !o.Open() })
	var want, begun, lifted []Order
	if v.Kind != Cancel && v.Stage.levelled() {
		want = slices.DeleteFunc(h.Opens(v.Level), func(o Order) bool {
			return slices.ContainsFunc(v.Skips, func(s Skip) bool { return s.Order == o.What })
		})
	}
	same := func(o Order) func(Order) bool { return func(p Order) bool { return p.What == o.What } }
	for _, o := range open {
		if slices.ContainsFunc(want, same(o)) {
			if o.Area != v.Area.Words {
				o.Area = v.Area.Words
				if err := w.updateOrder(ctx, tx, &o); err != nil {
					return err
				}
			}
			continue
		}
		if o.Why = "预警级别调整，不再要求"; v.Kind == Cancel {
			o.Why = "预警解除"
		}
		o.Lifted, o.LiftBy = tx.Now(), ledger.System.Name
		if err := w.updateOrder(ctx, tx, &o); err != nil {
			return err
		}
		lifted = append(lifted, o)
	}
	for _, o := range want {
		if slices.ContainsFunc(open, same(o)) || slices.ContainsFunc(all, func(p Order) bool { return p.What == o.What && p.decided() && Rank(p.Level) >= Rank(o.Level) }) {
			continue // what a person has lifted comes back only with a higher level
		}
		o.Event, o.N, o.Drill, o.Area, o.Opened, o.Due = v.Event, v.N, v.Drill, v.Area.Words, tx.Now(), tx.Now().Add(o.within)
		o.Says = marked(v.Drill, o.Says)
		if err := w.insertOrder(ctx, tx, &o); err != nil {
			return err
		}
		begun = append(begun, o)
	}
	if w.Ordered != nil && len(begun) > 0 {
		if err := w.Ordered(ctx, tx, v, begun); err != nil {
			return err
		}
	}
	if w.Lifted != nil && len(lifted) > 0 {
		return w.Lifted(ctx, tx, v, lifted)
	}
	return nil
}

// mine is an open order and the seat in which the actor speaks for its unit.
func (w *Warnings) mine(ctx context.Context, tx *db.Tx, op string, by Actor, id int64) (*Order, personnel.Seat, error) {
	o, err := w.orderOf(ctx, tx, op, id)
	if err != nil {
		return nil, personnel.Seat{}, err
	}
	i := slices.IndexFunc(by.Seats, func(s personnel.Seat) bool {
		return (s.Unit == o.Unit || slices.Contains(s.Groups, o.Unit)) && s.Role != personnel.Auditor
	})
	switch {
	case i < 0:
		return nil, personnel.Seat{}, refuse(ledger.NotAllowed, op, "这一项由%s执行，只有该单位人员可以办理。", o.Unit)
	case !o.Open():
		return nil, personnel.Seat{}, refuse(ledger.WrongState, op, "这一项已经解除（%s），不必再办。", o.Why)
	}
	return o, by.Seats[i], nil
}

// See says that the unit has taken note of an order.
func (w *Warnings) See(ctx context.Context, tx *db.Tx, by Actor, id int64) error {
	const op = "See"
	o, _, err := w.mine(ctx, tx, op, by, id)
	if err != nil || !o.Seen.IsZero() {
		return err
	}
	o.Seen, o.SeenBy = tx.Now(), by.Name
	return wrap(op, w.ordered(ctx, tx, by, "warning.seen", o, o.Says))
}

// Do says that the unit has carried an order out, and how. Who carries out has taken note.
func (w *Warnings) Do(ctx context.Context, tx *db.Tx, by Actor, id int64, words string) error {
	const op = "Do"
	o, _, err := w.mine(ctx, tx, op, by, id)
	if err != nil {
		return err
	}
	if err := checkWords(op, "words", "执行情况", words, 1000, true); err != nil {
		return err
	}
	if o.Seen.IsZero() {
		o.Seen, o.SeenBy = tx.Now(), by.Name
	}
	if o.Done.IsZero() {
		o.Done = tx.Now()
	}
	o.DoneBy, o.Words = by.Name, words
	return wrap(op, w.ordered(ctx, tx, by, "warning.done", o, words))
}

// Comply reports whether one place keeps an order: the latest report of a place counts.
func (w *Warnings) Comply(ctx context.Context, tx *db.Tx, by Actor, id int64, subject string, complied bool, words string) error {
	const op = "Comply"
	o, _, err := w.mine(ctx, tx, op, by, id)
	if err != nil {
		return err
	}
	if err := checkWords(op, "subject", "对象", subject, 100, true); err != nil {
		return err
	}
	if err := checkWords(op, "words", "说明", words, 500, !complied); err != nil {
		return err
	}
	c := Compliance{At: tx.Now(), Subject: subject, Complied: complied, Account: by.Account, Name: by.Name, Words: words}
	if err := w.insertCompliance(ctx, tx, o.ID, c); err != nil {
		return wrap(op, err)
	}
	if o.Seen.IsZero() {
		o.Seen, o.SeenBy = tx.Now(), by.Name
	}
	return wrap(op, w.ordered(ctx, tx, by, "warning.comply", o, subject+map[bool]string{true: "：已执行", false: "：未执行，"}[complied]+words))
}

// Lift ends an order before its warning does, or after one that ran out: who may publish the warning may lift what it ordered.
func (w *Warnings) Lift(ctx context.Context, tx *db.Tx, by Actor, id int64, why string) error {
	const op = "Lift"
	o, err := w.orderOf(ctx, tx, op, id)
	if err != nil {
		return err
	}
	v, err := w.version(ctx, tx, op, o.Event, o.N)
	if err != nil {
		return err
	}
	h := w.Hazard(v.Hazard)
	if h == nil {
		return refuse(ledger.WrongState, op, "现行政策包里已经没有这种预警，请先恢复其定义。")
	}
	if _, ok := h.approver(by, v.Level); !ok {
		return refuse(ledger.NotAllowed, op, "只有%s可以解除。", postWords(h.Approvers(v.Level)))
	}
	if !o.Open() {
		return refuse(ledger.WrongState, op, "这一项已经解除（%s）。", o.Why)
	}
	if err := checkWords(op, "why", "解除的理由", why, 500, true); err != nil {
		return err
	}
	o.Lifted, o.LiftBy, o.Why = tx.Now(), by.Name, why
	if err := w.ordered(ctx, tx, by, "warning.lift", o, why); err != nil {
		return wrap(op, err)
	}
	if w.Lifted != nil {
		err = w.Lifted(ctx, tx, v, []Order{*o})
	}
	return wrap(op, err)
}

// ordered keeps an order and puts what was done on the journal.
func (w *Warnings) ordered(ctx context.Context, tx *db.Tx, by Actor, what string, o *Order, detail string) error {
	if err := w.updateOrder(ctx, tx, o); err != nil {
		return err
	}
	_, err := journal.Append(ctx, tx, w.County, journal.Entry{Who: by.Account, What: what, Subject: o.Event.subject() + "/" + o.What, Basis: o.Basis.String(), Detail: detail})
	return err
}
