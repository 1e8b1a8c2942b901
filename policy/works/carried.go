package works

import (
	"context"
	"fmt"

	"zhixing/channel"
	"zhixing/db"
	"zhixing/warning"
)

// carried counts how far warnings were carried, a few times after they went out. It counts in a reading transaction: those who write, the outbox first of
// all, do not wait for it.
func (w *Works) carried(ctx context.Context, d *db.DB) error {
	if w.Outbox == nil {
		return nil
	}
	var list []warning.Carriage
	var reach []warning.Reach
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		reach = nil
		if list, err = w.Warnings.ToCount(ctx, tx); err != nil {
			return err
		}
		for _, c := range list {
			r := warning.Reach{At: tx.Now()}
			for _, key := range c.Keys {
				counts, err := w.Outbox.Tally(ctx, tx, key)
				if err != nil {
					return err
				}
				for _, sum := range channel.Sum(counts, func(channel.Count) (string, string) { return "", "" }) {
					r.Put, r.In10, r.In60, r.Handed = r.Put+sum.Put, r.In10+sum.In10, r.In60+sum.In60, r.Handed+sum.Handed
				}
			}
			reach = append(reach, r)
		}
		return nil
	})
	if err == nil && len(list) > 0 {
		err = d.Write(ctx, func(tx *db.Tx) error {
			for i, c := range list {
				if err := w.Warnings.Counted(ctx, tx, c, reach[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("works.Tick: carried: %w", err)
	}
	return nil
}
