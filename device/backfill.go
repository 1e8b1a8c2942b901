package device

import (
	"context"
	"time"

	"zhixing/db"
	"zhixing/observation"
)

// How far back the server looks for hours of which nothing came, how long after its end an hour is awaited, how many stretches
// are asked for at a time, and how long the same stretch is not asked for again.
const (
	lookBack   = 7 * 24 * time.Hour
	lookGrace  = 30 * time.Minute
	maxAsked   = 5
	askedAgain = 24 * time.Hour
)

// greet does what is due when a device is first heard on a connection: orders that wait for it go out, and missing hours are
// asked for. A thousand devices that come back at once are greeted a few at a time.
func (c *conn) greet(d *Device) {
	c.s.looks <- struct{}{}
	defer func() { <-c.s.looks }()
	ctx := context.Background()
	var waiting, ask []Order
	err := c.s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if waiting, err = c.s.Devices.waitingOrders(ctx, tx, d.ID); err != nil {
			return err
		}
		ask, err = c.s.Devices.gaps(ctx, tx, c.s.Observations(), d, tx.Now())
		return err
	})
	if err != nil {
		c.s.Log.Error("device: gaps were not looked for", "device", d.ID, "err", err)
		return
	}
	c.take(waiting)
	if len(ask) > 0 {
		c.give(ask...)
	}
}

// gaps are the orders that would close the gaps of a device's hour and minute data.
func (r *Registry) gaps(ctx context.Context, tx *db.Tx, o *observation.Observations, d *Device, now time.Time) (out []Order, err error) {
	asked, err := r.asked(ctx, tx, d.ID, now.Add(-askedAgain))
	if err != nil {
		return nil, err
	}
	for _, kind := range []observation.Kind{observation.Hour, observation.Minute} {
		if !measured(o, d, kind) {
			continue
		}
		from := observation.Hour.Start(later(now.Add(-lookBack), d.Since))
		to := observation.Hour.Start(now.Add(-lookGrace)) // the hour that ends then is the last that should be there
		have, err := o.Instants(ctx, tx, d.Register, d.Entry, kind, from, to)
		if err != nil {
			return nil, err
		}
		for _, g := range missing(have, from, to) {
			order := Order{Device: d.ID, What: Backfill, Args: Args{Kind: kind, From: g.from, To: g.to}}
			if kind == observation.Minute {
				order.Args.To = g.to.Add(59 * time.Minute)
			}
			if !asked[order.Args] && len(out) < maxAsked {
				out = append(out, order)
			}
		}
	}
	return out, nil
}

// measured says whether devices send anything of a kind for the register.
func measured(o *observation.Observations, d *Device, kind observation.Kind) bool {
	for _, def := range o.DefinitionsOf(d.Register) {
		if def.Kind == kind && def.Factor != "" && def.MeanOf == "" {
			return true
		}
	}
	return false
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

type stretch struct{ from, to time.Time }

// missing are the stretches of whole hours in [from, to) in which nothing is, by their first and last hour, newest first.
func missing(have []time.Time, from, to time.Time) (out []stretch) {
	there := map[time.Time]bool{}
	for _, t := range have {
		there[observation.Hour.Start(t)] = true
	}
	for h := to.Add(-time.Hour); !h.Before(from); h = h.Add(-time.Hour) {
		if there[h] {
			continue
		}
		if n := len(out); n > 0 && out[n-1].from.Equal(h.Add(time.Hour)) {
			out[n-1].from = h
		} else {
			out = append(out, stretch{h, h})
		}
	}
	return out
}

// asked are the stretches that the server asked a device for since a time, and got or was refused.
func (r *Registry) asked(ctx context.Context, tx *db.Tx, id ID, since time.Time) (map[Args]bool, error) {
	list, err := r.Orders(ctx, tx, id)
	out := map[Args]bool{}
	for _, o := range list {
		if o.What == Backfill && o.State != Lost && o.State != Cancelled && o.Created.After(since) {
			out[o.Args] = true
		}
	}
	return out, err
}
