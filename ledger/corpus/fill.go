package corpus

import (
	"context"
	"fmt"

	"zhixing/db"
	"zhixing/ledger"
)

// perWrite is how many duties are written in one transaction.
const perWrite = 1000

// Fill makes the ledgers of the plan in a database that has the tables. It goes on where an earlier Fill of the same plan
// was stopped. told, which may be nil, hears how many duties are written.
func Fill(ctx context.Context, d *db.DB, p Plan, told func(done, of int)) error {
	for n := range p.Counties {
		l := p.Ledger(n)
		have := 0
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			have, err = loaded(ctx, tx, l.County)
			return err
		})
		if err != nil {
			return fmt.Errorf("corpus.Fill: %w", err)
		}
		if err := fillCounty(ctx, d, p, n, have); err != nil {
			return fmt.Errorf("corpus.Fill: county %d: %w", n, err)
		}
		if told != nil {
			told((n+1)*p.Duties, p.Counties*p.Duties)
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error { return analyze(ctx, tx) })
}

// batch is what one transaction writes.
type batch struct {
	lives []*ledger.Life
	err   error
}

// fillCounty makes the next lives while the last are written.
func fillCounty(ctx context.Context, d *db.DB, p Plan, n, have int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	made := make(chan batch, 1)
	go func() {
		defer close(made)
		for from := have; from < p.Duties; from += perWrite {
			var b batch
			for id := from + 1; id <= min(from+perWrite, p.Duties) && b.err == nil; id++ {
				var x *ledger.Life
				if x, b.err = p.Life(n, ledger.ID(id)); b.err == nil {
					b.lives = append(b.lives, x)
				}
			}
			select {
			case made <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	l := p.Ledger(n)
	for b := range made {
		if b.err != nil {
			return b.err
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, x := range b.lives {
				if id := int(x.Duty.ID); (id-1)%perDocument == 0 {
					if err := insertDocument(ctx, tx, l, (id-1)/perDocument+1); err != nil {
						return err
					}
				}
			}
			return l.Load(ctx, tx, "system", b.lives)
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
