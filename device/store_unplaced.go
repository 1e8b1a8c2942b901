package device

import (
	"context"
	"time"

	"zhixing/db"
	"zhixing/device/hj212"
)

// Stranger is somebody who spoke and was not taken.
type Stranger struct {
	MN      hj212.MN
	Why     string // mn: not registered; password: wrong
	Address string
	Frame   string // the last
	Frames  int64
	First   time.Time
	Last    time.Time
}

// maxStrangers bounds how many numbers are kept; the longest unheard go.
const maxStrangers = 1000

func (r *Registry) storeStrangers(ctx context.Context, tx *db.Tx, list []Stranger) error {
	for _, s := range list {
		_, err := tx.Exec(ctx, `/* device.storeStrangers */ INSERT INTO device_stranger (county, mn, why, address, frame, frames, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (county, mn, why) DO UPDATE SET address = excluded.address, frame = excluded.frame, frames = device_stranger.frames + excluded.frames, last_at = excluded.last_at`,
			r.County, string(s.MN), s.Why, s.Address, s.Frame, s.Frames, db.Micros(s.First), db.Micros(s.Last))
		if err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `/* device.storeStrangers */ DELETE FROM device_stranger WHERE county = $1 AND last_at <
		(SELECT last_at FROM device_stranger WHERE county = $1 ORDER BY last_at DESC LIMIT 1 OFFSET $2)`, r.County, maxStrangers)
	return err
}

func (r *Registry) forgetStranger(ctx context.Context, tx *db.Tx, mn hj212.MN) error {
	_, err := tx.Exec(ctx, `/* device.forgetStranger */ DELETE FROM device_stranger WHERE county = $1 AND mn = $2`, r.County, string(mn))
	return err
}

// Strangers lists who spoke and was not taken, last heard first.
func (r *Registry) Strangers(ctx context.Context, tx *db.Tx) ([]Stranger, error) {
	rows, err := tx.Query(ctx, `/* device.Strangers */ SELECT mn, why, address, frame, frames, first_at, last_at FROM device_stranger WHERE county = $1 ORDER BY last_at DESC, mn LIMIT 200`, r.County)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Stranger
	for rows.Next() {
		var s Stranger
		var first, last int64
		if err := rows.Scan(&s.MN, &s.Why, &s.Address, &s.Frame, &s.Frames, &first, &last); err != nil {
			return nil, err
		}
		s.First, s.Last = db.FromMicros(first), db.FromMicros(last)
		out = append(out, s)
	}
	return out, rows.Err()
}

func (r *Registry) storeUnplaced(ctx context.Context, tx *db.Tx, list []unplaced) error {
	for _, u := range list {
		_, err := tx.Exec(ctx, `/* device.storeUnplaced */ INSERT INTO device_unplaced (county, device, cn, factor, at, recorded_at, why, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (county, device, cn, factor, at) DO NOTHING`,
			r.County, int64(u.device), string(u.cn), u.factor, db.Micros(u.at), db.Micros(tx.Now()), u.why, u.data)
		if err != nil {
			return err
		}
	}
	return nil
}

// Unplaced is a factor that a device sends and no series takes.
type Unplaced struct {
	CN     hj212.CN
	Factor string
	Why    string
	Count  int64
	First  time.Time // of the data
	Last   time.Time
	Sample string // what came last
}

// UnplacedOf lists what of a device has no place, by factor.
func (r *Registry) UnplacedOf(ctx context.Context, tx *db.Tx, id ID) ([]Unplaced, error) {
	rows, err := tx.Query(ctx, `/* device.UnplacedOf */ SELECT u.cn, u.factor, MAX(u.why), COUNT(*), MIN(u.at), MAX(u.at), MAX(u.data) FROM device_unplaced u
		WHERE u.county = $1 AND u.device = $2 GROUP BY u.cn, u.factor ORDER BY u.cn, u.factor LIMIT 500`, r.County, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Unplaced
	for rows.Next() {
		var u Unplaced
		var first, last int64
		if err := rows.Scan(&u.CN, &u.Factor, &u.Why, &u.Count, &first, &last, &u.Sample); err != nil {
			return nil, err
		}
		u.First, u.Last = db.FromMicros(first), db.FromMicros(last)
		out = append(out, u)
	}
	return out, rows.Err()
}

// maxUnplaced bounds what is kept of each device: months of a factor, so that there is time to say where it belongs.
const maxUnplaced = 100_000

// Prune drops the oldest of what has no place, beyond the bound.
func (r *Registry) Prune(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `/* device.Prune */ DELETE FROM device_unplaced WHERE county = $1 AND recorded_at < (SELECT u.recorded_at FROM device_unplaced u
		WHERE u.county = device_unplaced.county AND u.device = device_unplaced.device ORDER BY u.recorded_at DESC LIMIT 1 OFFSET $2)`, r.County, maxUnplaced)
	return err
}
