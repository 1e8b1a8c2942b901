package corpus_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/ledger/corpus"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	if served() {
		os.Exit(0)
	}
	dbtest.Main(m)
}

// small is two counties of a size that a test can look through.
var small = corpus.Plan{Counties: 2, Duties: 600, Seed: 7}

func TestLivesAreAsTheActsWouldHaveRecordedThem(t *testing.T) {
	states, deeds, reports := map[ledger.State]int{}, map[ledger.Deed]int{}, 0
	l := small.Ledger(0)
	if p := l.Rules.Problems(); len(p) > 0 {
		t.Fatal(p)
	}
	morning := corpus.Today.Time()
	for id := ledger.ID(1); id <= ledger.ID(small.Duties); id++ {
		x, err := small.Life(0, id)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := small.Life(0, id); !reflect.DeepEqual(x, again) {
			t.Fatalf("duty %d: not the same twice", id)
		}
		d, err := ledger.Fold(l.County, id, x.Steps)
		if err != nil || !reflect.DeepEqual(d, x.Duty) {
			t.Fatalf("duty %d is not what its steps say: %v", id, err)
		}
		n := 0
		for i, s := range x.Steps {
			deeds[s.What]++
			if s.What == ledger.DidReport {
				n++
			}
			if i > 0 && s.At.Before(x.Steps[i-1].At) {
				t.Errorf("duty %d: step %d comes before the one before", id, s.N)
			}
		}
		if reports = max(reports, n); n > 8 {
			t.Errorf("duty %d has %d reports", id, n)
		}
		if p := l.Rules.Pending(d); len(p) > 0 && p[0].At.Before(morning) {
			t.Errorf("duty %d: %s should have fired on %s", id, p[0].Rung.Name, p[0].At)
		}
		states[d.State]++
	}
	for _, s := range ledger.States {
		if states[s] == 0 && s != ledger.Issued && s != ledger.Suspended {
			t.Errorf("no duty is %s: %v", s, states)
		}
	}
	for _, what := range []ledger.Deed{ledger.DidReport, ledger.DidSupport, ledger.DidClaim, ledger.DidCheck, ledger.DidClose, ledger.DidSendBack, ledger.DidAsk,
		ledger.DidExtend, ledger.DidRefuse, ledger.DidRung, ledger.DidLetter, ledger.DidAnswer, ledger.DidTransfer, ledger.DidFlag} {
		if deeds[what] == 0 {
			t.Errorf("nobody ever did %s: %v", what.Chinese(), deeds)
		}
	}
	if reports < 6 {
		t.Error("at most", reports, "reports on a duty")
	}
}

func TestFill(t *testing.T) {
	dbtest.EachAt(t, dbtest.At(corpus.Today.String()).Now, func(t *testing.T, d *db.DB) {
		stopped, stop := context.WithCancel(ctx)
		stop()
		if err := corpus.Fill(stopped, d, small, nil); !errors.Is(err, context.Canceled) {
			t.Fatal("a stopped Fill gives", err)
		}
		for range 2 { // the second time nothing is left to do
			if err := corpus.Fill(ctx, d, small, nil); err != nil {
				t.Fatal(err)
			}
		}
		l := small.Ledger(1)
		err := d.Read(ctx, func(tx *db.Tx) error {
			for id := ledger.ID(1); id <= ledger.ID(small.Duties); id += 9 {
				want, _ := small.Life(1, id)
				got, err := l.Of(ctx, tx, corpus.Office(0), id)
				if err != nil || !reflect.DeepEqual(got, want.Duty) {
					t.Fatalf("duty %d came back as\n%+v, %v\nnot\n%+v", id, got, err, want.Duty)
				}
				if steps, err := l.StepsOf(ctx, tx, id); err != nil || !reflect.DeepEqual(steps, want.Steps) {
					t.Fatalf("the steps of duty %d came back otherwise: %v", id, err)
				}
				for _, p := range want.Papers {
					if got, _, err := l.LetterOf(ctx, tx, corpus.Office(0), p.ID); err != nil || !reflect.DeepEqual(got, p) {
						t.Fatalf("a letter came back as\n%+v, %v\nnot\n%+v", got, err, p)
					}
				}
			}
			c, err := l.CountsOf(ctx, tx, corpus.Office(0), ledger.Query{}, corpus.Today)
			if err != nil || c.Total != small.Duties {
				t.Errorf("%d duties, %v", c.Total, err)
			}
			out, err := ledger.Outcomes(ctx, tx, l.County, corpus.Document(2), corpus.Today)
			if err != nil || len(out) != 100 {
				t.Errorf("%d outcomes of a document, %v", len(out), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		before := dump(t, d, l.County)
		if n, err := l.Recount(ctx, d); err != nil || n < 100 {
			t.Fatal("counted anew:", n, err)
		}
		if after := dump(t, d, l.County); before != after {
			t.Errorf("Load does not write what the acts write:\n%s", difference(before, after))
		}
		if n, err := l.Tick(ctx, d); n != 0 || err != nil {
			t.Errorf("%d things were left undone, %v", n, err)
		}
		if _, err := journal.Verify(ctx, d, l.County); err != nil {
			t.Error(err)
		}
	})
}

// dump is all that lists and clocks know of a county, a line for each row.
func dump(t *testing.T, d *db.DB, county string) string {
	t.Helper()
	var b strings.Builder
	err := d.Read(ctx, func(tx *db.Tx) error {
		for _, q := range []string{`SELECT * FROM ledger_duty WHERE county = $1 ORDER BY id`, `SELECT * FROM ledger_party WHERE county = $1 ORDER BY duty, unit, role`,
			`SELECT * FROM ledger_public WHERE county = $1 ORDER BY id`} {
			rows, err := tx.Query(ctx, q, county)
			if err != nil {
				return err
			}
			defer rows.Close()
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				values, into := make([]any, len(names)), make([]any, len(names))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				fmt.Fprintln(&b, values...)
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// difference is the first line in which two dumps differ.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}
