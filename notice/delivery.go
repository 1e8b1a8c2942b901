package notice

import (
	"context"
	"math"
	"time"

	"zhixing/db"
)

// State is how far a delivery has come.
type State string

// The states.
const (
	Waiting State = "waiting" // 待发送: its time has not come, or a try failed and another follows
	Leased  State = "leased"  // 发送中
	Handed  State = "handed"  // 已送出: the channel has taken it
	Failed  State = "failed"  // 发送失败: nothing follows unless somebody says so
	Dropped State = "dropped" // 不再发送: the way out was closed meanwhile
)

// Chinese is what the pages call the state.
func (s State) Chinese() string {
	switch s {
	case Waiting:
		return "待发送"
	case Leased:
		return "发送中"
	case Handed:
		return "已送出"
	case Failed:
		return "发送失败"
	case Dropped:
		return "不再发送"
	}
	return "未知状态"
}

// Delivery is one notice on its way to one person by one channel, as the operator sees it: no address.
type Delivery struct {
	ID      int64
	Notice  ID
	Kind    string
	Subject string
	About   string
	Grade   Grade
	Account string // empty: a group's robot
	Name    string // of the person or robot
	Channel Channel
	State   State
	Tries   int
	Next    time.Time // with Waiting: not before; with Leased: the end of the lease
	Reason  string    // of the last failure; stays when a later try succeeds
	Made    time.Time
	Handed  time.Time // zero unless handed over
}

// DeliveryQuery asks for deliveries; empty fields ask for all.
type DeliveryQuery struct {
	State   State
	Channel Channel
	Account string
	Notice  ID
	Limit   int // 1 to MaxLimit; 0 for 50
	Cursor  string
}

// Deliveries lists deliveries, the newest first.
func Deliveries(ctx context.Context, tx *db.Tx, county string, q DeliveryQuery) (list []Delivery, next string, err error) {
	const op = "Deliveries"
	limit, before, err := page(op, q.Limit, q.Cursor)
	if err != nil {
		return nil, "", err
	}
	if list, err = readDeliveries(ctx, tx, county, q, before, limit+1); err != nil {
		return nil, "", wrap(op, err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = cursor(list[limit-1].ID)
	}
	return list, next, nil
}

// Held is a notice that has not gone out: its time has not come, office hours have not, or nobody was found.
type Held struct {
	ID ID
	Notice
	Next    time.Time // when it is looked at again
	Trouble string    // why it was put off; empty: it only waits
}

// Holding lists notices that have not gone out, the newest first; with troubled only those that something is wrong with.
func Holding(ctx context.Context, tx *db.Tx, county string, troubled bool, limit int, after string) (list []Held, next string, err error) {
	const op = "Holding"
	limit, before, err := page(op, limit, after)
	if err != nil {
		return nil, "", err
	}
	if list, err = readHeld(ctx, tx, county, troubled, before, limit+1); err != nil {
		return nil, "", wrap(op, err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = cursor(int64(list[limit-1].ID))
	}
	return list, next, nil
}

// Told is a notice about something with what became of it, for that thing's line of time.
type Told struct {
	ID ID
	Notice
	Put    time.Time
	Inbox  int // people who have it in their inbox
	Read   int // of these: have read it there
	Handed int // times it was handed to a channel
	Failed int
}

// About lists the notices about one thing, such as duty/123, the newest first, at most limit of them.
func About(ctx context.Context, tx *db.Tx, county, about string, limit int) ([]Told, error) {
	const op = "About"
	limit, err := checkLimit(op, limit)
	if err != nil {
		return nil, err
	}
	list, err := readAbout(ctx, tx, county, about, limit)
	return list, wrap(op, err)
}

// Tally is what the operator's page begins with, and what a monitor asks.
type Tally struct {
	Held     int // notices not yet out
	Troubled int // of these: nobody was found, or looking for them failed
	Waiting  int // deliveries to be tried, or being sent
	Failed   int
	Oldest   time.Time // when the oldest waiting delivery was made; zero without one
}

// Count makes the tally.
func Count(ctx context.Context, tx *db.Tx, county string) (Tally, error) {
	t, err := tally(ctx, tx, county)
	return t, wrap("Count", err)
}

// Retry has a failed or dropped delivery tried anew, by a person who has looked into the reason.
func Retry(ctx context.Context, tx *db.Tx, county string, delivery int64, by string) error {
	const op = "Retry"
	ok, err := reviveDelivery(ctx, tx, county, delivery)
	if err != nil {
		return wrap(op, err)
	}
	if !ok {
		return refuse(Conflict, op, "没有这一条发送记录，或它不在“发送失败”“不再发送”状态。请刷新后再看。")
	}
	return wrap(op, note(ctx, tx, county, by, deedRetry, "delivery/"+ID(delivery).String(), ""))
}

func page(op string, limit int, after string) (int, int64, error) {
	limit, err := checkLimit(op, limit)
	if err != nil {
		return 0, 0, err
	}
	at, err := parseCursor(op, after, 1)
	if err != nil {
		return 0, 0, err
	}
	if at == nil {
		at = []int64{math.MaxInt64}
	}
	return limit, at[0], nil
}
