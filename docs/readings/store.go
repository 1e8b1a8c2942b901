package main

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
)

// onRecord waits until what was acknowledged is on record, for it is recorded behind the answer, and counts what is there: every
// acknowledged frame is one set, and none supersedes another.
func onRecord(ctx context.Context, d *db.DB, acked int64) error {
	var sets, twice, findings int64
	count := func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `/* readings.onRecord */ SELECT COUNT(*), COUNT(CASE WHEN n > 1 THEN 1 END) FROM observation_reading`).Scan(&sets, &twice)
	}
	start := time.Now()
	for {
		if err := d.Read(ctx, count); err != nil {
			return err
		}
		if sets >= acked || time.Since(start) > patience {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Printf("all on record %.1f s after the last answer\n", time.Since(start).Seconds())
	err := d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `/* readings.onRecord */ SELECT COUNT(*) FROM finding`).Scan(&findings)
	})
	if err != nil {
		return err
	}
	fmt.Printf("on record %d frames (%d acknowledged), %d superseded, %d findings\n", sets, acked, twice, findings)
	if sets < acked || twice > 0 {
		return fmt.Errorf("%d frames were acknowledged, %d are on record, %d of them more than once", acked, sets, twice)
	}
	return nil
}

// patience is how long after the last answer readings may come on record.
const patience = time.Minute
