package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"zhixing/db"
)

// beatEvery is how often the clock writes down that it runs; StillAfter is when it is said to stand still.
const (
	beatEvery  = time.Minute
	StillAfter = 10 * time.Minute
)

// beat writes down that the clock runs. Where the rules are others than when lists and clocks were last counted, all are
// counted anew first: no duty stays on a clock that is not the county's any more.
func (l *Ledger) beat(ctx context.Context, d *db.DB) error {
	rules, err := l.Rules.fingerprint()
	if err != nil {
		return err
	}
	var last time.Time
	var counted string
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		last, counted, err = readClock(ctx, tx, l.County)
		return err
	})
	if err != nil || counted == rules && d.Now().Sub(last) < beatEvery && !d.Now().Before(last) {
		return err
	}
	if counted != rules {
		if _, err := l.Recount(ctx, d); err != nil {
			return err
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error { return writeClock(ctx, tx, l.County, rules) })
}

// Beat is when the clock last ran; zero where it never has.
func (l *Ledger) Beat(ctx context.Context, tx *db.Tx) (time.Time, error) {
	last, _, err := readClock(ctx, tx, l.County)
	return last, wrap("Beat", err)
}

// fingerprint tells these rules from others.
func (r Rules) fingerprint() (string, error) {
	workdays := r.Workdays
	r.Workdays = nil // told by its effect: the first days of lights in the years that matter
	b, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(b)
	sum.Write([]byte(r.Hours.String()))
	sum.Write([]byte(workdays.Fingerprint()))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Recount writes anew what lists and clocks know of every duty that is not over.
func (l *Ledger) Recount(ctx context.Context, d *db.DB) (n int, err error) {
	for last := ID(0); ; {
		var list []*Duty
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			list, err = openAfter(ctx, tx, l.County, last, 50)
			for i := 0; err == nil && i < len(list); i++ {
				err = l.save(ctx, tx, list[i], false)
			}
			return err
		})
		if err != nil || len(list) == 0 {
			return n, wrap("Recount", err)
		}
		n, last = n+len(list), list[len(list)-1].ID
	}
}
