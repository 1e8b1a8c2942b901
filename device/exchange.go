package device

import (
	"context"
	"time"

	"zhixing/db"
	"zhixing/device/hj212"
	"zhixing/observation"
)

// due writes what the session has to say now, and queues the orders that have come for its devices.
func (c *conn) due() {
	c.mu.Lock()
	wake := c.wake
	c.wake = nil
	c.mu.Unlock()
	for i := range wake {
		o := &wake[i]
		d, _ := c.s.Devices.findID(o.Device)
		cmd, err := o.command()
		if d == nil || err != nil || c.orders[o.ID] != nil {
			continue
		}
		c.orders[o.ID] = o
		var edition hj212.Edition
		c.s.states.with(o.Device, func(k *counted) { edition = k.edition })
		c.session.Queue(o.ID, hj212.Address{MN: d.MN, PW: d.Password, Edition: edition}, cmd)
	}
	write, changed := c.session.Due(time.Now())
	for _, b := range write {
		c.say(b)
	}
	for _, x := range changed {
		c.exchanged(x)
	}
}

// exchanged notes how an order stands.
func (c *conn) exchanged(x hj212.Exchange) {
	o := c.orders[x.ID]
	if o == nil {
		return
	}
	was := o.State
	o.take(&x)
	if o.State == was && !x.State.Over() {
		return // one of many frames of a back-fill
	}
	if x.State.Over() {
		delete(c.orders, x.ID)
	}
	c.note(*o)
}

// note stores how an order stands. Nothing waits for it.
func (c *conn) note(o Order) {
	err := c.s.Writer.SubmitAlso(context.Background(), nil, func(ctx context.Context, tx *db.Tx) error {
		return c.s.Devices.updateOrder(ctx, tx, &o)
	}, func(_ observation.Result, err error) {
		if err != nil {
			c.s.Log.Error("device: the state of an order was not stored", "order", o.ID, "err", err)
		} else if o.What == SetPassword && o.State == Finished {
			go func() { _ = c.s.Devices.Load(context.Background(), c.s.DB) }()
		}
	})
	if err != nil {
		c.s.Log.Error("device: the state of an order was not stored", "order", o.ID, "err", err)
	}
}

// lose says of the orders that are under way that the connection broke. Those that have not gone out wait for the next one.
func (c *conn) lose() {
	for _, o := range c.orders {
		if o.State != Waiting {
			o.State = Lost
			c.note(*o)
		}
	}
}

// give leaves an order of the server's own.
func (c *conn) give(orders ...Order) {
	go func() {
		done := make(chan error, 1)
		err := c.s.Writer.SubmitAlso(context.Background(), nil, func(ctx context.Context, tx *db.Tx) error {
			for i := range orders {
				o := &orders[i]
				o.Who, o.State = system, Waiting
				id, err := c.s.Devices.Give(ctx, tx, system, *o)
				if err != nil {
					return err
				}
				o.ID = id
			}
			return nil
		}, func(_ observation.Result, err error) { done <- err })
		if err == nil {
			err = <-done
		}
		if err != nil {
			c.s.Log.Error("device: an order was not given", "err", err)
			return
		}
		c.take(orders)
	}()
}

// take hands orders to the reader.
func (c *conn) take(orders []Order) {
	if len(orders) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake = append(c.wake, orders...)
	_ = c.net.SetReadDeadline(time.Now()) // the reader looks up; it sets its deadline anew
}

// fetchOrders hands over what waits for a device.
func (c *conn) fetchOrders(id ID) {
	var list []Order
	err := c.s.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		list, err = c.s.Devices.waitingOrders(context.Background(), tx, id)
		return err
	})
	if err != nil {
		c.s.Log.Error("device: orders were not read", "device", id, "err", err)
		return
	}
	c.take(list)
}

// wrongClock is from when on a clock is set, and clockAgain how long nothing is done about it then.
const (
	wrongClock = time.Minute
	clockAgain = time.Hour
)

// clock has a device's clock set that is wrong. Called with the states' lock held.
func (c *conn) clock(d *Device, k *counted) {
	if !d.KeepClock || len(k.offsets) < offsetsKept || k.offset.Abs() < wrongClock || time.Since(k.clockSet) < clockAgain {
		return
	}
	k.clockSet = time.Now()
	k.offsets, k.newest = nil, ""
	c.give(Order{Device: d.ID, What: SetClock})
}
