package corpus_test

import (
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/ledger/corpus"
	"zhixing/personnel"
)

// one is the county in which people report, small enough to be made for each test.
var one = corpus.Plan{Counties: 1, Duties: 1200, Seed: 3}

// running is a clock that begins on Today at nine and goes on.
func running() func() time.Time { return (&walk{start: time.Now()}).now }

// walk is a running clock that can be put forward.
type walk struct {
	start time.Time
	days  atomic.Int64
}

func (w *walk) now() time.Time {
	return corpus.Today.AddDays(int(w.days.Load())).Time().Add(9*time.Hour + time.Since(w.start))
}

// report is what the server does with a form that somebody sends: who he is, and the report, in one transaction.
func report(d *db.DB, l *ledger.Ledger, account string, id ledger.ID, s ledger.Sending) (*ledger.Duty, error) {
	var out *ledger.Duty
	err := d.Write(ctx, func(tx *db.Tx) error {
		seats, err := personnel.SeatsOf(ctx, tx, l.Book, l.County, account, calendar.DateOf(tx.Now()))
		if err != nil {
			return err
		}
		out, err = l.Report(ctx, tx, ledger.Actor{Account: account, Seats: seats}, id, s)
		return err
	})
	return out, err
}

// photo is a picture, as far as the first bytes tell, that nobody else has.
func photo(r *rand.Rand, size int) ledger.Evidence {
	b := append(make([]byte, 0, size+16), "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"...)
	for len(b) < size {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	return ledger.Evidence{Name: "现场.jpg", Content: b}
}

// ledOf are duties that a unit leads and works on.
func ledOf(t testing.TB, d *db.DB, l *ledger.Ledger, unit string) []ledger.ID {
	t.Helper()
	var out []ledger.ID
	err := d.Read(ctx, func(tx *db.Tx) error {
		p, err := l.List(ctx, tx, corpus.Head(unit), ledger.Query{State: ledger.Working, Unit: unit, Role: ledger.Lead}, corpus.Today)
		for _, r := range p.Rows {
			out = append(out, r.Duty.ID)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%s has nothing to report on: %v", unit, err)
	}
	return out
}

// tokens counts the steps that bear each token.
func tokens(t testing.TB, d *db.DB, county string) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT once FROM ledger_step WHERE county = $1 AND once <> ''`, county)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var once string
			if err := rows.Scan(&once); err != nil {
				return err
			}
			out[once]++
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
