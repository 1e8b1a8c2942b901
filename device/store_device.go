package device

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/db"
	"zhixing/device/hj212"
)

const deviceColumns = `d.id, d.mn, d.name, d.password, d.crc, d.key, d.register, d.entry, d.factors, d.keep_clock, d.created_at, d.ended_at`

func deviceTargets(d *Device, factors *string, since, ended *int64) []any {
	return []any{&d.ID, &d.MN, &d.Name, &d.Password, &d.CRC, &d.Key, &d.Register, &d.Entry, factors, &d.KeepClock, since, ended}
}

func (d *Device) scanned(factors string, since, ended int64) error {
	d.Since = db.FromMicros(since)
	if ended > 0 {
		d.Ended = db.FromMicros(ended)
	}
	return json.Unmarshal([]byte(factors), &d.Factors)
}

func (r *Registry) devices(ctx context.Context, tx *db.Tx) ([]Device, error) {
	rows, err := tx.Query(ctx, `/* device.devices */ SELECT `+deviceColumns+` FROM device d WHERE d.county = $1 ORDER BY d.id`, r.County)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Device
	for rows.Next() {
		var d Device
		var factors string
		var since, ended int64
		if err := rows.Scan(deviceTargets(&d, &factors, &since, &ended)...); err != nil {
			return nil, err
		}
		if err := d.scanned(factors, since, ended); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// Get is a device by its number in the county, in use or not.
func (r *Registry) Get(ctx context.Context, tx *db.Tx, id ID) (d Device, err error) {
	var factors string
	var since, ended int64
	err = tx.QueryRow(ctx, `/* device.Get */ SELECT `+deviceColumns+` FROM device d WHERE d.county = $1 AND d.id = $2`, r.County, int64(id)).
		Scan(deviceTargets(&d, &factors, &since, &ended)...)
	if errors.Is(err, sql.ErrNoRows) {
		return d, refuse(NotFound, "Get", "没有这台设备。")
	}
	if err != nil {
		return d, err
	}
	return d, d.scanned(factors, since, ended)
}

func (r *Registry) mnTaken(ctx context.Context, tx *db.Tx, mn hj212.MN, but ID) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `/* device.mnTaken */ SELECT COUNT(*) FROM device WHERE county = $1 AND mn = $2 AND ended_at = 0 AND id <> $3`, r.County, string(mn), int64(but)).Scan(&n)
	return n > 0, err
}

func (r *Registry) insert(ctx context.Context, tx *db.Tx, d *Device) error {
	factors, err := json.Marshal(d.Factors)
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `/* device.insert */ INSERT INTO device (county, id, mn, name, password, crc, key, register, entry, factors, keep_clock, created_at, ended_at)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0 FROM device WHERE county = $1 RETURNING id`,
		r.County, string(d.MN), d.Name, d.Password, string(d.CRC), d.Key, d.Register, d.Entry, string(factors), d.KeepClock, db.Micros(d.Since)).Scan(&d.ID)
}

func (r *Registry) update(ctx context.Context, tx *db.Tx, d *Device) error {
	factors, err := json.Marshal(d.Factors)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* device.update */ UPDATE device SET name = $3, password = $4, crc = $5, key = $6, register = $7, entry = $8, factors = $9, keep_clock = $10
		WHERE county = $1 AND id = $2`, r.County, int64(d.ID), d.Name, d.Password, string(d.CRC), d.Key, d.Register, d.Entry, string(factors), d.KeepClock)
	return err
}

func (r *Registry) end(ctx context.Context, tx *db.Tx, id ID) error {
	res, err := tx.Exec(ctx, `/* device.end */ UPDATE device SET ended_at = $3 WHERE county = $1 AND id = $2 AND ended_at = 0`, r.County, int64(id), db.Micros(tx.Now()))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return cmpErr(err, refuse(NotFound, "End", "没有这台设备，或者已经停用。"))
	}
	return nil
}

func cmpErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

const statusColumns = deviceColumns + `, COALESCE(s.seen_at, 0), COALESCE(s.connected_at, 0), COALESCE(s.address, ''), COALESCE(s.edition, 0), COALESCE(s.offset_ms, 0), COALESCE(s.frames, 0),
	COALESCE(s.readings, 0), COALESCE(s.resent, 0), COALESCE(s.rejected, 0), COALESCE(s.incomplete, 0)`

// Statuses lists all devices in use, and how they are.
func (r *Registry) Statuses(ctx context.Context, tx *db.Tx) ([]Status, error) {
	return r.statuses(ctx, tx, `/* device.Statuses */ SELECT `+statusColumns+` FROM device d LEFT JOIN device_state s ON s.county = d.county AND s.device = d.id
		WHERE d.county = $1 AND d.ended_at = 0 ORDER BY d.id`, r.County)
}

// StatusOf is how one device is.
func (r *Registry) StatusOf(ctx context.Context, tx *db.Tx, id ID) (Status, error) {
	list, err := r.statuses(ctx, tx, `/* device.StatusOf */ SELECT `+statusColumns+` FROM device d LEFT JOIN device_state s ON s.county = d.county AND s.device = d.id
		WHERE d.county = $1 AND d.id = $2`, r.County, int64(id))
	if err == nil && len(list) == 0 {
		err = refuse(NotFound, "StatusOf", "没有这台设备。")
	}
	if err != nil {
		return Status{}, err
	}
	return list[0], nil
}

func (r *Registry) statuses(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Status, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Status
	for rows.Next() {
		var s Status
		var factors string
		var since, ended, seen, connected, offset int64
		targets := append(deviceTargets(&s.Device, &factors, &since, &ended), &seen, &connected, &s.Address, &s.Edition, &offset, &s.Frames, &s.Readings, &s.Resent, &s.Rejected, &s.Incomplete)
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		if err := s.scanned(factors, since, ended); err != nil {
			return nil, err
		}
		if seen > 0 {
			s.Seen = db.FromMicros(seen)
		}
		if connected > 0 {
			s.Connected = db.FromMicros(connected)
		}
		s.Offset = time.Duration(offset) * time.Millisecond
		out = append(out, s)
	}
	return out, rows.Err()
}

// storeStates adds what was counted since the last time.
func (r *Registry) storeStates(ctx context.Context, tx *db.Tx, list []counted) error {
	for _, c := range list {
		_, err := tx.Exec(ctx, `/* device.storeStates */ INSERT INTO device_state (county, device, seen_at, connected_at, address, edition, offset_ms, frames, readings, resent, rejected, incomplete)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (county, device) DO UPDATE SET seen_at = CASE WHEN excluded.seen_at > 0 THEN excluded.seen_at ELSE device_state.seen_at END,
			connected_at = excluded.connected_at, address = excluded.address, edition = excluded.edition, offset_ms = excluded.offset_ms, frames = device_state.frames + excluded.frames,
			readings = device_state.readings + excluded.readings, resent = device_state.resent + excluded.resent, rejected = device_state.rejected + excluded.rejected,
			incomplete = device_state.incomplete + excluded.incomplete`,
			r.County, int64(c.device), c.seen, c.connected, c.address, int(c.edition), c.offset.Milliseconds(), c.frames, c.readings, c.resent, c.rejected, c.incomplete)
		if err != nil {
			return err
		}
	}
	return nil
}

// allDisconnected is said once, when the server starts: what a killed server knew of connections is no longer so.
func (r *Registry) allDisconnected(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `/* device.allDisconnected */ UPDATE device_state SET connected_at = 0 WHERE county = $1 AND connected_at <> 0`, r.County)
	if err == nil {
		_, err = tx.Exec(ctx, `/* device.allDisconnected */ UPDATE device_order SET state = 'lost', changed_at = $2 WHERE county = $1 AND state IN ('sent', 'working')`, r.County, db.Micros(tx.Now()))
	}
	return err
}
