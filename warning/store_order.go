package warning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

// Orders, how they are kept, and who passed warnings on.

const orderColumns = `id, event, n, what, kind, unit, level, drill, opened_at, due_at, seen_at, done_at, lifted_at, data`

func scanOrder(scan func(...any) error) (o Order, err error) {
	var opened, due, seen, done, lifted int64
	var data string
	if err = scan(&o.ID, &o.Event, &o.N, &o.What, &o.Kind, &o.Unit, &o.Level, &o.Drill, &opened, &due, &seen, &done, &lifted, &data); err != nil {
		return o, err
	}
	o.Opened, o.Due, o.Seen, o.Done, o.Lifted = moment(opened), moment(due), moment(seen), moment(done), moment(lifted)
	return o, json.Unmarshal([]byte(data), &o.OrderText)
}

func (w *Warnings) orderOf(ctx context.Context, tx *db.Tx, op string, id int64) (*Order, error) {
	o, err := scanOrder(tx.QueryRow(ctx, `/* warning.orderOf */ SELECT `+orderColumns+` FROM warning_order WHERE county = $1 AND id = $2`, w.County, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, op, "没有第 %d 号指令。", id)
	}
	return &o, wrap(op, err)
}

func (w *Warnings) insertOrder(ctx context.Context, tx *db.Tx, o *Order) error {
	if err := tx.QueryRow(ctx, `/* warning.nextOrder */ SELECT coalesce(max(id), 0) + 1 FROM warning_order WHERE county = $1`, w.County).Scan(&o.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* warning.insertOrder */ INSERT INTO warning_order (county, `+orderColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		w.County, o.ID, int64(o.Event), o.N, o.What, string(o.Kind), o.Unit, string(o.Level), o.Drill, micros(o.Opened), micros(o.Due), micros(o.Seen), micros(o.Done), micros(o.Lifted),
		encode(o.OrderText))
	return err
}

func (w *Warnings) updateOrder(ctx context.Context, tx *db.Tx, o *Order) error {
	_, err := tx.Exec(ctx, `/* warning.updateOrder */ UPDATE warning_order SET seen_at = $3, done_at = $4, lifted_at = $5, data = $6 WHERE county = $1 AND id = $2`,
		w.County, o.ID, micros(o.Seen), micros(o.Done), micros(o.Lifted), encode(o.OrderText))
	return err
}

func (w *Warnings) openOrders(ctx context.Context, tx *db.Tx, id EventID) ([]Order, error) {
	return collect(ctx, tx, scanOrder, `/* warning.openOrders */ SELECT `+orderColumns+` FROM warning_order WHERE county = $1 AND event = $2 AND lifted_at = 0 ORDER BY id`, w.County, int64(id))
}

// Orders are all orders of an event, in the order in which they were opened.
func (w *Warnings) Orders(ctx context.Context, tx *db.Tx, id EventID) ([]Order, error) {
	out, err := collect(ctx, tx, scanOrder, `/* warning.Orders */ SELECT `+orderColumns+` FROM warning_order WHERE county = $1 AND event = $2 ORDER BY id`, w.County, int64(id))
	return out, wrap("Orders", err)
}

// OrdersOf are the orders of a unit, or of all where it is empty, that hold.
func (w *Warnings) OrdersOf(ctx context.Context, tx *db.Tx, unit string) ([]Order, error) {
	out, err := collect(ctx, tx, scanOrder, `/* warning.OrdersOf */ SELECT `+orderColumns+` FROM warning_order WHERE county = $1 AND ($2 = '' OR unit = $2) AND lifted_at = 0 ORDER BY due_at, id`,
		w.County, unit)
	return out, wrap("OrdersOf", err)
}

func (w *Warnings) insertCompliance(ctx context.Context, tx *db.Tx, id int64, c Compliance) error {
	err := tx.QueryRow(ctx, `/* warning.nextCompliance */ SELECT coalesce(max(n), 0) + 1 FROM warning_compliance WHERE county = $1 AND id = $2`, w.County, id).Scan(&c.N)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* warning.insertCompliance */ INSERT INTO warning_compliance (county, id, n, at, subject, complied, account, name, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		w.County, id, c.N, micros(c.At), c.Subject, c.Complied, c.Account, c.Name, c.Words)
	return err
}

// Compliances are what was reported of an order, the first first. Of several reports of a place the last counts.
func (w *Warnings) Compliances(ctx context.Context, tx *db.Tx, id int64) ([]Compliance, error) {
	out, err := collect(ctx, tx, func(scan func(...any) error) (c Compliance, err error) {
		var at int64
		err = scan(&c.N, &at, &c.Subject, &c.Complied, &c.Account, &c.Name, &c.Words)
		c.At = moment(at)
		return c, err
	}, `/* warning.Compliances */ SELECT n, at, subject, complied, account, name, words FROM warning_compliance WHERE county = $1 AND id = $2 ORDER BY n`, w.County, id)
	return out, wrap("Compliances", err)
}

func (w *Warnings) putRebroadcast(ctx context.Context, tx *db.Tx, r Rebroadcast, account string) error {
	_, err := tx.Exec(ctx, `/* warning.putRebroadcast */ INSERT INTO warning_rebroadcast (county, event, n, who, name, at, reach, words, account, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (county, event, n, who) DO UPDATE SET name = excluded.name, at = excluded.at, reach = excluded.reach, words = excluded.words, account = excluded.account, made_at = excluded.made_at`,
		w.County, int64(r.Event), r.N, r.Who, r.Name, micros(r.At), r.Reach, r.Words, account, micros(tx.Now()))
	return err
}

const rebroadcastColumns = `event, n, who, name, at, reach, words`

func scanRebroadcast(scan func(...any) error) (r Rebroadcast, err error) {
	var at int64
	err = scan(&r.Event, &r.N, &r.Who, &r.Name, &at, &r.Reach, &r.Words)
	r.At = moment(at)
	return r, err
}

// Rebroadcasts are those of an event, in the order of time.
func (w *Warnings) Rebroadcasts(ctx context.Context, tx *db.Tx, id EventID) ([]Rebroadcast, error) {
	out, err := collect(ctx, tx, scanRebroadcast, `/* warning.Rebroadcasts */ SELECT `+rebroadcastColumns+` FROM warning_rebroadcast WHERE county = $1 AND event = $2 ORDER BY at, who`,
		w.County, int64(id))
	return out, wrap("Rebroadcasts", err)
}

// RebroadcastsBy are those of one re-broadcaster from a time on, in the order of time.
func (w *Warnings) RebroadcastsBy(ctx context.Context, tx *db.Tx, who string, from time.Time) ([]Rebroadcast, error) {
	out, err := collect(ctx, tx, scanRebroadcast, `/* warning.RebroadcastsBy */ SELECT `+rebroadcastColumns+` FROM warning_rebroadcast WHERE county = $1 AND who = $2 AND at >= $3 ORDER BY at, event, n`,
		w.County, who, micros(from))
	return out, wrap("RebroadcastsBy", err)
}
