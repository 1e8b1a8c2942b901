package channel

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// How messages are carried.
const (
	poll      = 500 * time.Millisecond // without Wake
	refill    = 200 * time.Millisecond // what a rate is spread over
	sweepEach = 5 * time.Second
	margin    = 15 * time.Second // of a lease beyond the time of its Send
	grace     = 3 * time.Second  // for what is being sent when the program is told to end
	settling  = 30 * time.Second // for what became of it to be written then
)

// Run carries messages until ctx ends.
func (o *Outbox) Run(ctx context.Context) {
	o.start()
	var wg sync.WaitGroup
	for _, g := range o.gates {
		if g.Run != nil {
			wg.Go(func() { o.keep(ctx, g) })
		}
		for range g.Workers {
			wg.Go(func() { o.work(ctx, g) })
		}
		if g.asks() { // not while sweeping: a broker that does not answer must hold up nobody else
			wg.Go(func() {
				o.regularly(ctx, "asking devices again", func(now time.Time) error { return o.again(ctx, g, now) })
			})
		}
	}
	wg.Go(func() { o.regularly(ctx, "sweeping", func(now time.Time) error { return o.sweep(ctx, now) }) })
	wg.Wait()
}

func (o *Outbox) regularly(ctx context.Context, what string, do func(now time.Time) error) {
	for ctx.Err() == nil {
		if err := do(o.DB.Now()); err != nil && ctx.Err() == nil {
			o.log().Error("channel: "+what, "county", o.County, "error", err)
		}
		sleep(ctx, sweepEach, nil)
	}
}

// keep keeps a driver's connection.
func (o *Outbox) keep(ctx context.Context, g *gate) {
	for tries := 1; ctx.Err() == nil; tries++ {
		if err := g.Run(ctx); err != nil && ctx.Err() == nil {
			o.log().Warn("channel: the connection ended", "county", o.County, "gateway", g.Name, "error", err)
		}
		sleep(ctx, pause(tries, maxDown), nil)
	}
}

func (o *Outbox) work(ctx context.Context, g *gate) {
	for ctx.Err() == nil {
		n, err := o.drain(ctx, g, o.DB.Now)
		if err != nil && ctx.Err() == nil {
			o.log().Error("channel: sending", "county", o.County, "gateway", g.Name, "error", err)
		}
		wait := poll
		if n > 0 && g.Rate > 0 {
			wait = refill
		}
		sleep(ctx, wait, g.wake)
	}
}

func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-wake:
	case <-time.After(d):
	}
}

// Once is one pass: what is due at now goes to the gateways, as much as their rates allow; n is how many messages they were given.
func (o *Outbox) Once(ctx context.Context, now time.Time) (n int, err error) {
	o.start()
	if err := o.sweep(ctx, now); err != nil {
		return 0, wrap("Once", err)
	}
	for _, g := range o.gates {
		if err := o.again(ctx, g, now); err != nil {
			return 0, wrap("Once", err)
		}
	}
	began := o.DB.Now()
	clock := func() time.Time { return now.Add(o.DB.Now().Sub(began)) } // a pass may be long
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, c := range o.Channels {
		wg.Go(func() {
			for _, g := range o.gates { // those of a channel in their order: what the first refuses the next one has
				if g.channel != c.Name {
					continue
				}
				k, e := o.drain(ctx, g, clock)
				mu.Lock()
				n, err = n+k, errors.Join(err, e)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return n, wrap("Once", err)
}

// row is a message that this worker, and no other, may send until its lease ends.
type row struct {
	id, lease     int64
	purpose, text int64
	address       string
	ordinal, gate int
	tries         int // with this one
	expires       int64
	expired       bool // its time was over when it was taken; it is settled already
}

// batch is what one Send takes.
type batch struct {
	rows  []row
	words map[int64]words
	out   []gateway.Outcome
	at    time.Time // when they came
}

// drain hands over what is due by one gateway, until nothing is or the gateway wants a rest. What became of a batch is written in the
// transaction that takes the next: one wait for the disk serves both.
func (o *Outbox) drain(ctx context.Context, g *gate, clock func() time.Time) (n int, err error) {
	var done *batch
	for {
		if done == nil {
			if due, err := o.due(ctx, g, clock()); err != nil || !due {
				return n, err
			}
		}
		next, taken, err := o.exchange(ctx, g, done, clock())
		if err != nil {
			return n, err
		}
		if taken == 0 {
			return n, nil
		}
		if done = nil; len(next.rows) == 0 {
			continue // all had expired
		}
		o.hand(ctx, g, next, clock)
		n += len(next.rows)
		done = next
	}
}

func (o *Outbox) due(ctx context.Context, g *gate, now time.Time) (due bool, err error) {
	if !g.usable(now) {
		return false, nil
	}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		due = false
		return o.eachTurn(g, now, func(ordinal, gate int) (enough bool, err error) {
			due, err = dueThere(ctx, tx, o.County, g.channel, ordinal, gate, now)
			return due, err
		})
	})
	return due, err
}

// eachTurn goes through what a gateway may take at the hour, in order.
func (o *Outbox) eachTurn(g *gate, now time.Time, do func(ordinal, gate int) (enough bool, err error)) error {
	for _, ordinal := range o.leaving(g.channel, now) {
		for _, gate := range g.turns(now) {
			if enough, err := do(ordinal, gate); err != nil || enough {
				return err
			}
		}
	}
	return nil
}

// leaving are the ordinals that are not kept back at the hour, in order.
func (o *Outbox) leaving(channel string, now time.Time) (list []int) {
	for ordinal := range ordinals {
		if !o.leaves(Urgency(ordinal%urgencies), channel, now).After(now) {
			list = append(list, ordinal)
		}
	}
	return list
}

// exchange writes what became of a batch and takes the next. taken counts those too that had expired.
func (o *Outbox) exchange(ctx context.Context, g *gate, done *batch, now time.Time) (next *batch, taken int, err error) {
	n := 0
	if ctx.Err() == nil && g.usable(now) {
		n = g.take(now)
	}
	if n == 0 && done == nil {
		return nil, 0, ctx.Err()
	}
	lease := rand.Int64N(math.MaxInt64) + 1
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling) // also when the program ends just now
	defer cancel()
	err = o.DB.Write(writing, func(tx *db.Tx) error {
		next, taken = &batch{}, 0
		if done != nil {
			if err := o.settle(writing, tx, g, done); err != nil {
				return err
			}
		}
		if n == 0 {
			return nil
		}
		return o.eachTurn(g, now, func(ordinal, gate int) (bool, error) {
			list, err := claim(writing, tx, o.County, g, ordinal, gate, n-taken, lease, now)
			taken += len(list)
			for _, r := range list {
				if !r.expired {
					next.rows = append(next.rows, r)
				}
			}
			return taken == n, err
		})
	})
	if err == nil && len(next.rows) > 0 {
		next.words, err = o.wordsOf(writing, next.rows)
	}
	if err != nil {
		g.back(n)
		return nil, 0, errors.Join(err, o.release(ctx, g, lease, done))
	}
	g.back(n - len(next.rows))
	return next, taken, nil
}

// release undoes a taking of which nobody knows whether it was done, and writes what became of the batch before: nothing of the
// one has been sent, all of the other has.
func (o *Outbox) release(ctx context.Context, g *gate, lease int64, done *batch) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	for try := range 5 {
		err = o.DB.Write(ctx, func(tx *db.Tx) error {
			if done != nil {
				if err := o.settle(ctx, tx, g, done); err != nil {
					return err
				}
			}
			return unclaim(ctx, tx, o.County, lease)
		})
		if err == nil {
			return nil
		}
		time.Sleep(time.Duration(try+1) * 100 * time.Millisecond)
	}
	return err // the leases end by themselves
}

// hand sends a batch. When the program is told to end, it has a moment to come to its end.
func (o *Outbox) hand(ctx context.Context, g *gate, b *batch, clock func() time.Time) {
	list := make([]gateway.Message, len(b.rows))
	for i, r := range b.rows {
		list[i] = b.words[r.text].message(ID(r.id), r.address, db.FromMicros(r.expires))
	}
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	b.out = g.Send(sending, list)
	if len(b.out) != len(list) {
		o.log().Error("channel: the driver gave other than one outcome a message", "gateway", g.Name, "messages", len(list), "outcomes", len(b.out))
		b.out = gateway.All(len(list), gateway.Unknown, "网关程序未给出结果")
	}
	b.at = clock()
	if g.fares(b.out, b.at) {
		o.log().Warn("channel: the gateway took nothing", "county", o.County, "channel", g.channel, "gateway", g.Name, "messages", len(list), "reason", b.out[0].Reason)
	}
}
