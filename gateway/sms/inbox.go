package sms

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"zhixing/gateway"
)

// Inbox brings what the far side sends to whoever hears it: one receipt a text, a long reply in one piece. What it has
// taken on by acknowledging parts and was not kept then, it brings again from memory.
type Inbox struct {
	Hear gateway.Hear
	Log  *slog.Logger

	fold     Fold
	mu       sync.Mutex
	joiner   Joiner
	receipts []gateway.Receipt // taken on, not kept yet
	replies  []gateway.Reply
}

// mostLater is how many of each wait in memory; behind them the oldest are lost, and the log says so.
const mostLater = 1 << 14

// Brought is one thing that the far side brings: a receipt, or a reply or a part of one.
type Brought struct {
	Receipt *gateway.Receipt
	Part    *Part
}

// Take takes what was brought together; the zero Brought is nothing. An error means that the far side is to bring it again.
func (in *Inbox) Take(ctx context.Context, list []Brought) []error {
	errs := make([]error, len(list))
	var receipts []gateway.Receipt
	var at []int
	for i, b := range list {
		switch {
		case b.Part != nil:
			errs[i] = in.reply(ctx, *b.Part)
		case b.Receipt != nil:
			out, held := in.fold.Take(*b.Receipt)
			if held {
				in.pass(ctx, out)
			} else {
				receipts, at = append(receipts, out...), append(at, i)
			}
		}
	}
	if err := in.Hear.Receipt(ctx, receipts...); err != nil {
		for _, i := range at {
			errs[i] = err
		}
	}
	return errs
}

// pass brings receipts that nobody will send again.
func (in *Inbox) pass(ctx context.Context, list []gateway.Receipt) {
	if len(list) == 0 {
		return
	}
	in.mu.Lock()
	in.receipts = later(in.Log, in.receipts, list)
	in.mu.Unlock()
	in.again(ctx)
}

func (in *Inbox) reply(ctx context.Context, p Part) error {
	in.mu.Lock()
	list := in.joiner.Add(p)
	in.mu.Unlock()
	if len(list) == 1 && p.Total == 1 {
		return in.Hear.Reply(ctx, reply(list[0]))
	}
	in.keep(list)
	in.again(ctx)
	return nil
}

// Run ticks as long as a connection is served, and in the end brings all that it has.
func (in *Inbox) Run(ctx context.Context, now func() time.Time, serve func(context.Context) error) error {
	done := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		every := time.NewTicker(30 * time.Second)
		defer every.Stop()
		for {
			select {
			case <-done:
				return
			case <-every.C:
				in.Tick(ctx, now())
			}
		}
	})
	err := serve(ctx)
	close(done)
	ticking.Wait()
	in.Tick(ctx, now().Add(2*joinWithin)) // the rest will not come to this process
	return err
}

// Tick brings what waits for its rest for too long, or to be kept.
func (in *Inbox) Tick(ctx context.Context, now time.Time) {
	in.mu.Lock()
	list := in.joiner.Expire(now)
	in.mu.Unlock()
	in.keep(list)
	in.again(ctx)
}

func (in *Inbox) keep(list []Joined) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, j := range list {
		in.replies = later(in.Log, in.replies, []gateway.Reply{reply(j)})
	}
}

// again brings what waits. What comes in the meantime waits for the next time.
func (in *Inbox) again(ctx context.Context) {
	in.mu.Lock()
	receipts, replies := in.receipts, in.replies
	in.receipts, in.replies = nil, nil
	in.mu.Unlock()
	ctx = context.WithoutCancel(ctx) // Send may be over when its last receipt comes
	if err := in.Hear.Receipt(ctx, receipts...); err != nil {
		in.Log.Error("sms: receipts were not kept", "n", len(receipts), "err", err)
		in.mu.Lock()
		in.receipts = later(in.Log, receipts, in.receipts)
		in.mu.Unlock()
	}
	if err := in.Hear.Reply(ctx, replies...); err != nil {
		in.Log.Error("sms: replies were not kept", "n", len(replies), "err", err)
		in.mu.Lock()
		in.replies = later(in.Log, replies, in.replies)
		in.mu.Unlock()
	}
}

func later[T any](log *slog.Logger, have, more []T) []T {
	have = append(have, more...)
	if n := len(have) - mostLater; n > 0 {
		log.Error("sms: what could not be kept for long was lost", "n", n)
		have = have[n:]
	}
	return have
}

func reply(j Joined) gateway.Reply {
	return gateway.Reply{ID: j.ID, From: j.From, Text: j.Text, At: j.At}
}
