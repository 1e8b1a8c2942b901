package corpus_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/ledger/corpus"
)

// Two hundred people report at once, each a report every two seconds, every fifth with a photo of 200 KB: nobody is
// refused, and every report that was acknowledged is on record once. ZHIXING_LOAD=60 lets it last a minute and holds the
// slowest hundredth to 200 ms. Then it is a morning a month later, and they report while the ledger's clock fires all that
// has come due; and at last without a pause. ZHIXING_LEDGERS names databases on which it is done, as for the benchmarks.
func TestTwoHundredPeopleReport(t *testing.T) {
	seconds := 3
	if s := os.Getenv("ZHIXING_LOAD"); s != "" {
		var err error
		if seconds, err = strconv.Atoi(s); err != nil {
			t.Fatal("ZHIXING_LOAD:", err)
		}
	}
	eachLedger(t, func(t *testing.T, d *db.DB, w *walk) {
		l := one.Ledger(0)
		people := corpus.Reporters()[:200]
		if err := prepare(d, l, people); err != nil {
			t.Fatal(err)
		}
		pause := rush{people: 200, pause: 2 * time.Second, lasts: time.Duration(seconds) * time.Second}
		took := pause.run(t, d, l, people)
		if p99 := at(took, .99); p99 > 200*time.Millisecond && seconds >= 30 {
			t.Errorf("the slowest hundredth took %v", p99)
		}
		if seconds < 30 {
			return
		}
		w.days.Store(31)
		ticked := make(chan string, 1)
		go func() {
			time.Sleep(2 * time.Second)
			start := time.Now()
			n, err := l.Tick(ctx, d)
			ticked <- fmt.Sprintf("meanwhile the clock fired %d rungs in %.1f s, %v", n, time.Since(start).Seconds(), err)
		}()
		morning := rush{people: 200, pause: 2 * time.Second, lasts: 10 * time.Second}
		morning.run(t, d, l, people)
		t.Log(<-ticked)
		(&rush{people: 200, lasts: 20 * time.Second}).run(t, d, l, people)
	})
}

// eachLedger is dbtest.Each on a running clock, or the databases of ZHIXING_LEDGERS.
func eachLedger(t *testing.T, do func(t *testing.T, d *db.DB, w *walk)) {
	run := func(t *testing.T, dsn string) {
		w := &walk{start: time.Now()}
		d := dbtest.Open(t, dsn, w.now)
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		do(t, d, w)
	}
	if named := strings.Fields(os.Getenv("ZHIXING_LEDGERS")); len(named) > 0 {
		for _, dsn := range named {
			scheme, _, _ := strings.Cut(dsn, ":")
			t.Run(scheme, func(t *testing.T) { run(t, dsn) })
		}
		return
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) { run(t, dbtest.DSN(t, dialect)) })
	}
}

// prepare makes the county and its people, unless an earlier run has made them, and lets its clock run.
func prepare(d *db.DB, l *ledger.Ledger, people []ledger.Actor) error {
	if err := corpus.Fill(ctx, d, one, nil); err != nil {
		return err
	}
	if _, err := l.Tick(ctx, d); err != nil {
		return err
	}
	err := corpus.People(ctx, d, l, people...)
	if err != nil && strings.Contains(err.Error(), people[0].Account) {
		return nil
	}
	return err
}

// rush is many people at work at once.
type rush struct {
	people       int
	pause, lasts time.Duration // pause from one report to the next; 0: as soon as one is acknowledged
}

// run lets them report, looks for every acknowledged report on record, and gives how long each took. A report counts
// from the moment when it was to be sent, so that a stall is not hidden.
func (r *rush) run(t *testing.T, d *db.DB, l *ledger.Ledger, people []ledger.Actor) []time.Duration {
	t.Helper()
	duties := map[string][]ledger.ID{}
	for _, a := range people {
		if u := a.Seats[0].Unit; duties[u] == nil {
			duties[u] = ledOf(t, d, l, u)
		}
	}
	var mu sync.Mutex
	var took []time.Duration
	var acknowledged []string
	var wg sync.WaitGroup
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	start := time.Now().Add(100 * time.Millisecond)
	for i, a := range people[:r.people] {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(11, uint64(i)))
			mine := duties[a.Seats[0].Unit]
			due := start.Add(time.Duration(rnd.Int64N(int64(max(r.pause, time.Millisecond)))))
			for n := 0; due.Before(start.Add(r.lasts)); n++ {
				s := ledger.Sending{Report: ledger.Report{Text: "已按计划推进，正在逐村核对。", Progress: rnd.IntN(100)}, Once: fmt.Sprintf("%s-%d-%d", run, i, n)}
				if (n+i)%5 == 0 {
					s.Evidence = []ledger.Evidence{photo(rnd, 200<<10)}
				}
				time.Sleep(time.Until(due))
				_, err := report(d, l, a.Account, mine[rnd.IntN(len(mine))], s)
				now := time.Now()
				mu.Lock()
				if err != nil {
					t.Error(err)
				} else {
					took = append(took, now.Sub(due))
					acknowledged = append(acknowledged, s.Once)
				}
				mu.Unlock()
				if due = due.Add(r.pause); r.pause == 0 {
					due = now
				}
			}
		})
	}
	wg.Wait()
	lasted := time.Since(start)
	slices.Sort(took)
	have := tokens(t, d, l.County)
	for _, once := range acknowledged {
		if have[once] != 1 {
			t.Errorf("report %s was acknowledged and is on record %d times", once, have[once])
		}
	}
	if len(took) == 0 {
		t.Fatal("nobody reported")
	}
	t.Logf("%d people, pause %v, %.0f s: %d reports, %.0f a second; p50 %v  p90 %v  p99 %v  max %v", r.people, r.pause, lasted.Seconds(), len(took),
		float64(len(took))/lasted.Seconds(), at(took, .5), at(took, .9), at(took, .99), at(took, 1))
	return took
}

func at(sorted []time.Duration, p float64) time.Duration {
	return sorted[int(p*float64(len(sorted)-1))].Round(100 * time.Microsecond)
}
