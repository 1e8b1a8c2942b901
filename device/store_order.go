package device

import (
	"context"
	"encoding/json"
	"fmt"

	"zhixing/db"
	"zhixing/journal"
)

const orderColumns = `id, device, what, args, who, created_at, state, qn, changed_at, frames, result`

// Give leaves an order for a device: it goes out at once where the device is connected (see Server.Wake), else when it comes.
func (r *Registry) Give(ctx context.Context, tx *db.Tx, who string, o Order) (int64, error) {
	if _, err := o.command(); err != nil {
		return 0, err
	}
	args, err := json.Marshal(o.Args)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `/* device.Give */ INSERT INTO device_order (county, id, device, what, args, who, created_at, state, qn, changed_at, frames, result)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, 'waiting', '', $6, 0, '' FROM device_order WHERE county = $1 RETURNING id`,
		r.County, int64(o.Device), string(o.What), string(args), who, db.Micros(tx.Now())).Scan(&o.ID)
	if err != nil || who == system {
		return o.ID, err
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: who, What: "device.order", Subject: fmt.Sprintf("devices/%d", o.Device), Detail: string(o.What) + " " + o.Args.String()})
	return o.ID, err
}

// system is who gives the orders that nobody gave.
const system = "system"

// waitingOrders are the orders that wait for a device, oldest first.
func (r *Registry) waitingOrders(ctx context.Context, tx *db.Tx, id ID) ([]Order, error) {
	return r.orders(ctx, tx, `/* device.waitingOrders */ SELECT `+orderColumns+` FROM device_order WHERE county = $1 AND device = $2 AND state = 'waiting' ORDER BY id LIMIT 50`, r.County, int64(id))
}

// Orders are the newest hundred of a device.
func (r *Registry) Orders(ctx context.Context, tx *db.Tx, id ID) ([]Order, error) {
	return r.orders(ctx, tx, `/* device.Orders */ SELECT `+orderColumns+` FROM device_order WHERE county = $1 AND device = $2 ORDER BY id DESC LIMIT 100`, r.County, int64(id))
}

func (r *Registry) orders(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Order, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Order
	for rows.Next() {
		var o Order
		var text string
		var created, changed int64
		if err := rows.Scan(&o.ID, &o.Device, &o.What, &text, &o.Who, &created, &o.State, &o.QN, &changed, &o.Frames, &o.Result); err != nil {
			return nil, err
		}
		o.Created, o.Changed = db.FromMicros(created), db.FromMicros(changed)
		if err := json.Unmarshal([]byte(text), &o.Args); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

func (r *Registry) updateOrder(ctx context.Context, tx *db.Tx, o *Order) error {
	_, err := tx.Exec(ctx, `/* device.updateOrder */ UPDATE device_order SET state = $3, qn = $4, changed_at = $5, frames = $6, result = $7 WHERE county = $1 AND id = $2`,
		r.County, o.ID, string(o.State), string(o.QN), db.Micros(tx.Now()), o.Frames, o.Result)
	if err == nil && o.What == SetPassword && o.State == Finished {
		_, err = tx.Exec(ctx, `/* device.updateOrder */ UPDATE device SET password = $3 WHERE county = $1 AND id = $2`, r.County, int64(o.Device), o.Args.Text)
	}
	return err
}

// Cancel takes back an order that has not gone out.
func (r *Registry) Cancel(ctx context.Context, tx *db.Tx, id int64) error {
	res, err := tx.Exec(ctx, `/* device.Cancel */ UPDATE device_order SET state = 'cancelled', changed_at = $3 WHERE county = $1 AND id = $2 AND state = 'waiting'`, r.County, id, db.Micros(tx.Now()))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return cmpErr(err, refuse(NotFound, "Cancel", "这条命令已经下发，或者没有。"))
	}
	return nil
}
