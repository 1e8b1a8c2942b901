package device

import (
	"context"
	"database/sql"
	"errors"

	"zhixing/db"
	"zhixing/device/inbox"
)

// recordedUpTo is how far an inbox is on record.
func (r *Registry) recordedUpTo(ctx context.Context, tx *db.Tx, id string) (p inbox.Position, err error) {
	err = tx.QueryRow(ctx, `/* device.recordedUpTo */ SELECT file, at FROM device_inbox WHERE county = $1 AND id = $2`, r.County, id).Scan(&p.File, &p.Offset)
	if errors.Is(err, sql.ErrNoRows) {
		return inbox.Position{}, nil
	}
	return p, err
}

func (r *Registry) storeRecordedUpTo(ctx context.Context, tx *db.Tx, id string, p inbox.Position) error {
	_, err := tx.Exec(ctx, `/* device.storeRecordedUpTo */ INSERT INTO device_inbox (county, id, file, at, recorded_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (county, id) DO UPDATE SET file = excluded.file, at = excluded.at, recorded_at = excluded.recorded_at`, r.County, id, p.File, p.Offset, db.Micros(tx.Now()))
	return err
}
