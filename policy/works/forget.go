package works

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
)

// keepNumbers is how long it stays on record to which numbers messages went, from which ones people answered: half a year, as logs are kept. What
// became of the messages, and who answered when, stays.
const keepNumbers = 180 * 24 * time.Hour

// Forget takes out of the record the numbers that are kept no longer, some thousands a transaction. It is to be called once a day.
func (w *Works) Forget(ctx context.Context, d *db.DB) error {
	before := d.Now().Add(-keepNumbers)
	for n := 1; n > 0 && w.Outbox != nil; {
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = w.Outbox.ForgetNumbers(ctx, tx, before)
			if err != nil || n == 0 {
				return err
			}
			_, err = journal.Append(ctx, tx, string(w.County.Place.Code), journal.Entry{Who: ledger.System.Account, What: "channel.forget", Subject: "channel",
				Detail: fmt.Sprintf("清除%s以前的信息里的号码%d个", before.Format(time.DateOnly), n)})
			return err
		})
		if err != nil {
			return fmt.Errorf("works.Forget: messages: %w", err)
		}
	}
	for n := 1; n > 0; {
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = w.Callup.Forget(ctx, tx, ledger.System.Account, before)
			return err
		})
		if err != nil {
			return fmt.Errorf("works.Forget: calls: %w", err)
		}
	}
	return nil
}
