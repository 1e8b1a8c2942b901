package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Person is somebody whom a notice reaches.
type Person struct{ Account, Name string }

// Courier carries the notices of one county to the people they are for. It keeps nothing in memory: after a crash another one
// on the same database goes on, and several may run at once.
type Courier struct {
	DB     *db.DB
	County string
	Config Config

	// Recipients says who they are on the day. It is asked when the notice reaches the inboxes, and again when it leaves the
	// house: if somebody took over the office at the week-end, the mail on Monday is his.
	Recipients func(ctx context.Context, tx *db.Tx, county string, to To, on calendar.Date) ([]Person, error)
	Open       func(time.Time) bool      // is it office hours
	Next       func(time.Time) time.Time // when they next begin, not before the given time

	Logger *slog.Logger // nil: silent; no address is ever written

	send func(context.Context, parcel) error // tests only: instead of the channels
}

// How notices are carried.
const (
	poll        = 15 * time.Second
	maxTries    = 12
	minPause    = time.Minute
	maxPause    = 6 * time.Hour
	sendTimeout = 30 * time.Second
	leaseFor    = 2 * time.Minute // much longer than sendTimeout: while it runs nobody else sends
	grace       = 5 * time.Second // for what is being sent when the program is told to end
	passLimit   = 200             // of one channel in one pass, so that new urgent notices need not wait for a long queue
)

// Run carries notices until ctx ends.
func (c *Courier) Run(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := c.Once(ctx, c.DB.Now())
		if err != nil && ctx.Err() == nil {
			c.log().Error("notice: carrying notices", "county", c.County, "error", err)
		}
		if n > 0 && err == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-time.After(poll):
		}
	}
}

// Once is one pass: what is due at now is spread to the inboxes and, if the hour allows, handed to the channels; n is how many
// were handed over. A channel that is out of order holds up no other.
func (c *Courier) Once(ctx context.Context, now time.Time) (n int, err error) {
	began := c.DB.Now()
	clock := func() time.Time { return now.Add(c.DB.Now().Sub(began)) } // a pass may be long; a lease begins when it is taken
	due, channels, err := c.look(ctx, now)
	if err == nil && len(due) > 0 {
		if err = c.spread(ctx, due, now); err == nil {
			_, channels, err = c.look(ctx, now)
		}
	}
	if err != nil {
		return 0, wrap("Once", err)
	}
	counts, errs := make([]int, len(channels)), make([]error, len(channels))
	var wg sync.WaitGroup
	for i, ch := range channels {
		wg.Go(func() { counts[i], errs[i] = c.carry(ctx, ch, clock) })
	}
	wg.Wait()
	for _, k := range counts {
		n += k
	}
	return n, wrap("Once", errors.Join(errs...))
}

// look finds what there is to do.
func (c *Courier) look(ctx context.Context, now time.Time) (due []ID, channels []Channel, err error) {
	err = c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if due, err = dueNotices(ctx, tx, c.County, now); err == nil {
			channels, err = dueChannels(ctx, tx, c.County, now, c.Open(now))
		}
		return err
	})
	return due, channels, err
}

// spread brings notices to the inboxes, and makes deliveries of them if they may leave now.
func (c *Courier) spread(ctx context.Context, due []ID, now time.Time) error {
	for _, id := range due {
		err := c.DB.Write(ctx, func(tx *db.Tx) error { return c.spreadOne(ctx, tx, id, now) })
		if err == nil {
			continue
		}
		if ctx.Err() != nil || errors.Is(err, db.ErrOutcome) {
			return err
		}
		// One notice that cannot be spread must not hold up those behind it.
		c.log().Error("notice: finding recipients", "county", c.County, "notice", id, "error", err)
		err = c.DB.Write(ctx, func(tx *db.Tx) error {
			return postpone(ctx, tx, c.County, id, now, "查找收件人时出错，详见系统运行日志")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Trouble of a notice whose office nobody holds.
const nobody = "目前无人任此职或无可用账号，通知保留，有人到任即送达"

func (c *Courier) spreadOne(ctx context.Context, tx *db.Tx, id ID, now time.Time) error {
	n, ok, err := dueNotice(ctx, tx, c.County, id, now)
	if err != nil || !ok { // not ok: another courier was faster
		return err
	}
	people, err := c.Recipients(ctx, tx, c.County, n.To, calendar.DateOf(now))
	if err != nil {
		return err
	}
	for _, p := range people { // somebody who is named twice is told once: the tables see to it
		if err := insertInbox(ctx, tx, c.County, p.Account, id, now); err != nil {
			return err
		}
	}
	leaves := c.mayLeave(n.Grade, now)
	if leaves {
		if err := c.address(ctx, tx, n, id, people, now); err != nil {
			return err
		}
	}
	switch {
	case len(people) == 0: // its time has come and it has reached no person; a group's robot alone is not enough
		return postpone(ctx, tx, c.County, id, now, nobody)
	case leaves:
		return setSpread(ctx, tx, c.County, id, "out", now)
	}
	return setSpread(ctx, tx, c.County, id, "inbox", c.leaveAt(n.Grade, now))
}

// address makes a delivery for each way out that a recipient chose or the operator set up.
func (c *Courier) address(ctx context.Context, tx *db.Tx, n Notice, id ID, people []Person, now time.Time) error {
	add := func(p Person, ch Channel, target string) error {
		return insertDelivery(ctx, tx, c.County, id, p, ch, target, n.Grade == Urgent, now)
	}
	for _, h := range c.Config.Hooks {
		if h.takes(n) {
			if err := add(Person{Name: h.Name}, ByHook, h.Name); err != nil {
				return err
			}
		}
	}
	for _, p := range people {
		pref, err := PreferenceOf(ctx, tx, c.County, p.Account)
		if err != nil {
			return err
		}
		if c.Config.Mail != nil && pref.Email != "" && pref.Wants(ByEmail, n.Kind) {
			if err := add(p, ByEmail, ""); err != nil {
				return err
			}
		}
		if c.Config.Push == nil || !pref.Wants(ByPush, n.Kind) {
			continue
		}
		subs, err := subscriptionIDs(ctx, tx, c.County, p.Account)
		if err != nil {
			return err
		}
		for _, s := range subs {
			if err := add(p, ByPush, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayLeave is the one place that decides what leaves the house at which hour.
func (c *Courier) mayLeave(g Grade, t time.Time) bool { return g == Urgent || c.Open(t) }

// leaveAt is the first time from t on at which a notice may leave.
func (c *Courier) leaveAt(g Grade, t time.Time) time.Time {
	if c.mayLeave(g, t) {
		return t
	}
	return c.Next(t)
}

// pause is how long to wait after so many tries: 1, 2, 4 … minutes, at most six hours.
func pause(tries int) time.Duration {
	if tries < 1 {
		tries = 1
	}
	if tries > 10 {
		return maxPause
	}
	return min(minPause<<(tries-1), maxPause)
}

func (c *Courier) log() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}

// String is for the log.
func (id ID) String() string { return fmt.Sprint(int64(id)) }
