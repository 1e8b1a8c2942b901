package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"zhixing/db"
)

// readClock is when the clock last ran and by which rules; zero where it never has.
func readClock(ctx context.Context, tx *db.Tx, county string) (time.Time, string, error) {
	var beat int64
	var rules string
	err := tx.QueryRow(ctx, `/* ledger.readClock */ SELECT beat_at, rules FROM ledger_clock WHERE county = $1`, county).Scan(&beat, &rules)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	return db.FromMicros(beat), rules, err
}

func writeClock(ctx context.Context, tx *db.Tx, county, rules string) error {
	_, err := tx.Exec(ctx, `/* ledger.writeClock */ INSERT INTO ledger_clock (county, beat_at, rules) VALUES ($1, $2, $3)
		ON CONFLICT (county) DO UPDATE SET beat_at = excluded.beat_at, rules = excluded.rules`, county, db.Micros(tx.Now()), rules)
	return err
}
