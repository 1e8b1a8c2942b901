package cases

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// Handing gives a clock to another holder. The clock passes with the case: its last day stays, and what each had it for is kept.
type Handing struct {
	To     string
	Reason string
	Within calendar.Span // down: an earlier last day for the receiver. Up: a later one, at most the ladder's limit from today on
	Once   string
}

// maxHands bounds how often a case is handed about in one state, so that it comes to rest.
const maxHands = 6

// HandUp gives a case to a holder higher up (上交): from a grid to its village, a town to a bureau of the county. Villages and
// towns need not name whom: they hand to their town, and to the owner of the case.
func (c *Cases) HandUp(ctx context.Context, tx *db.Tx, by Actor, id ID, h Handing) (*Case, error) {
	return c.hand(ctx, tx, "HandUp", by, id, h, true)
}

// HandDown gives a case to a holder further down (下交).
func (c *Cases) HandDown(ctx context.Context, tx *db.Tx, by Actor, id ID, h Handing) (*Case, error) {
	return c.hand(ctx, tx, "HandDown", by, id, h, false)
}

func (c *Cases) hand(ctx context.Context, tx *db.Tx, op string, by Actor, id ID, h Handing, up bool) (*Case, error) {
	if k, done, err := c.again(ctx, tx, op, by, id, h.Once); done || err != nil {
		return k, err
	}
	k, _, err := c.begin(ctx, tx, op, by, ActHand, id, Feedback, Acceptance, PuttingIt, Checking)
	if err != nil {
		return nil, err
	}
	var clock Clock
	var seat = by.Seats[0]
	for _, s := range []State{k.State, Feedback, Acceptance, PuttingIt, Checking} { // of a joint case, the part that he has
		var clocks []Clock
		if clocks, seat, err = c.mine(op, by, ActHand, k, s); err == nil {
			clock = clocks[0]
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "理由", h.Reason, true); err != nil {
		return nil, err
	}
	if k.Hands >= maxHands {
		return nil, refuse(ledger.WrongState, op, "这个事项在“%s”环节已经移转 %d 次，不能再移转，请现在持有的单位办理，或由县政府办公室重新指定。", k.State, k.Hands)
	}
	if h.To == "" && up {
		h.To = c.above(k, clock)
	}
	to, err := c.canonical(op, "to", h.To)
	if err != nil {
		return nil, err
	}
	level, _ := c.levelOf(to)
	switch {
	case up && level <= clock.Level:
		return nil, wrong(op, "to", "上交应交给上一级，“%s”（%s）不高于%s（%s）。", to, level.Chinese(), clock.Unit, clock.Level.Chinese())
	case !up && level >= clock.Level:
		return nil, wrong(op, "to", "下交应交给下一级，“%s”（%s）不低于%s（%s）。", to, level.Chinese(), clock.Unit, clock.Level.Chinese())
	}
	b := Begin{Part: clock.Part, State: clock.State, Unit: to, Level: level, Due: clock.Due, On: true}
	if h.Within.Unit != "" {
		due := h.Within.After(today(tx), c.Ledger.Rules.Workdays)
		most := clock.Due
		if up && !most.IsZero() {
			if fresh := c.due(c.LadderOf(k.Ladder), clock.State, today(tx)); most.Before(fresh) {
				most = fresh
			}
		}
		switch {
		case due.Before(today(tx)):
			return nil, wrong(op, "within", "办理时限应在今天以后。")
		case !most.IsZero() && most.Before(due):
			return nil, wrong(op, "within", "办理时限最晚到%s。", most.Chinese())
		}
		b.Due = due
	}
	deed, subject := DidHandDown, clock.Unit+"下交"
	if up {
		deed, subject = DidHandUp, clock.Unit+"上交"
	}
	if err := c.do(ctx, tx, by, seat, k, deed, h.Once, Data{Words: h.Reason, Begin: []Begin{b}}); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, c.tellHolders(ctx, tx, k, subject, h.Reason))
}

// above is whom a holder hands up to where it does not say.
func (c *Cases) above(k *Case, clock Clock) string {
	if b, ok := c.below(clock.Unit); ok {
		return b.Town
	}
	if clock.Level < County {
		if l, _ := c.levelOf(k.Owner); l > clock.Level {
			return k.Owner
		}
		return c.Ledger.Office
	}
	return ""
}

// HandOver transfers a case to the police or the prosecutors (移送). Until their receipt is on record it is not sent, and the clock
// runs for who sends it.
func (c *Cases) HandOver(ctx context.Context, tx *db.Tx, by Actor, id ID, to, reason string) (*Case, error) {
	const op = "HandOver"
	k, seat, err := c.begin(ctx, tx, op, by, ActHandOver, id, Feedback, Acceptance, PuttingIt, Checking, Closing)
	if err != nil {
		return nil, err
	}
	if err := checkLength(op, "to", "受移送机关", to, 100, true); err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "移送理由和依据", reason, true); err != nil {
		return nil, err
	}
	data := Data{Words: reason, State: HandingOver, Halt: true, HandOver: &HandOver{To: to, Reason: reason, By: seat.Unit, On: today(tx)},
		Begin: []Begin{c.start(k, Whole, HandingOver, firstOf(seat.Unit, k.Owner), today(tx))}}
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidHandOver, "", data))
}

// Receipt records the receipt of those to whom a case was transferred. Only now it counts as sent and received.
func (c *Cases) Receipt(ctx context.Context, tx *db.Tx, by Actor, id ID, no string, on calendar.Date) (*Case, error) {
	const op = "Receipt"
	k, seat, err := c.begin(ctx, tx, op, by, ActHandOver, id, HandingOver)
	if err != nil {
		return nil, err
	}
	if err := checkLength(op, "no", "回执编号", no, 100, true); err != nil {
		return nil, err
	}
	h := *k.HandOver
	switch {
	case on.IsZero():
		return nil, wrong(op, "on", "请填写回执日期。")
	case today(tx).Before(on):
		return nil, wrong(op, "on", "回执日期 %s 还没有到。", on)
	case on.Before(h.On):
		return nil, wrong(op, "on", "回执日期 %s 早于移送日期 %s。", on, h.On)
	}
	h.No, h.GotOn = no, on
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidReceipt, "", Data{State: HandedOver, Halt: true, HandOver: &h, Words: "已移送" + h.To + "，回执" + no}))
}

// TakeBack takes up again what was transferred: the receiver sent it back, or the transfer was a mistake.
func (c *Cases) TakeBack(ctx context.Context, tx *db.Tx, by Actor, id ID, reason string) (*Case, error) {
	const op = "TakeBack"
	k, seat, err := c.begin(ctx, tx, op, by, ActHandOver, id, HandingOver, HandedOver)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "收回理由", reason, true); err != nil {
		return nil, err
	}
	data := Data{Words: reason, State: Feedback, Halt: true, Parts: []Part{{Unit: firstOf(k.Units()...), State: Feedback}},
		Begin: []Begin{c.start(k, 0, Feedback, k.Owner, today(tx))}}
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidTakeBack, "", data))
}

// Decide is a leader's decision about a case on the list for accountability (问责清单).
func (c *Cases) Decide(ctx context.Context, tx *db.Tx, by Actor, id ID, words string) (*Case, error) {
	const op = "Decide"
	k, seat, err := c.begin(ctx, tx, op, by, ActDecide, id)
	if err != nil {
		return nil, err
	}
	if k.Listed.IsZero() || k.Decided != "" {
		return nil, refuse(ledger.WrongState, op, "这个事项不在待决定的问责清单上。")
	}
	if err := checkWords(op, "words", "决定", words, true); err != nil {
		return nil, err
	}
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidDecide, "", Data{Words: words}))
}
