package main

import (
	"context"
	"fmt"

	"zhixing/db"
)

// onRecord counts what is there: every acknowledged frame is one set, and none supersedes another.
func onRecord(ctx context.Context, d *db.DB, acked int64) error {
	var sets, twice, findings int64
	err := d.Read(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, `/* readings.onRecord */ SELECT COUNT(*), COUNT(CASE WHEN n > 1 THEN 1 END) FROM observation_reading`).Scan(&sets, &twice); err != nil {
			return err
		}
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
