package corpus_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/ledger/corpus"
)

// plan is ten counties of 10,000 duties; ZHIXING_DUTIES=1000000 makes it a hundred.
func plan(t testing.TB) corpus.Plan {
	p := corpus.Plan{Counties: 10, Duties: 10_000, Seed: 1}
	if s := os.Getenv("ZHIXING_DUTIES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal("ZHIXING_DUTIES:", err)
		}
		p.Duties = min(p.Duties, n)
		p.Counties = n / p.Duties
	}
	return p
}

// databases are those that are measured: a new one of each dialect, or those that ZHIXING_LEDGERS names, separated by
// blanks, which stay filled for the next time. The tables of the tests' own PostgreSQL stand in memory, too many for that
// where there are a million duties.
func databases(b *testing.B, do func(b *testing.B, d *db.DB, clock *dbtest.Clock, p corpus.Plan)) {
	p := plan(b)
	run := func(b *testing.B, dsn string) {
		clock := dbtest.At(corpus.Today.String())
		d := dbtest.Open(b, dsn, clock.Now)
		if err := d.Migrate(ctx); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if err := corpus.Fill(ctx, d, p, nil); err != nil {
			b.Fatal(err)
		}
		b.Logf("%d duties of %d counties in %.0f s", p.Counties*p.Duties, p.Counties, time.Since(start).Seconds())
		do(b, d, clock, p)
	}
	if named := strings.Fields(os.Getenv("ZHIXING_LEDGERS")); len(named) > 0 {
		for _, dsn := range named {
			scheme, _, _ := strings.Cut(dsn, ":")
			b.Run(scheme, func(b *testing.B) { run(b, dsn) })
		}
		return
	}
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) { run(b, dbtest.DSN(b, dialect)) })
	}
}

// usual is a unit with some two hundred duties that run, busiest one with nearly a thousand.
var busiest, usual = corpus.Units[0], corpus.Units[5]

// questions are what people ask of a ledger, each with the answer's size, so that an empty answer is not measured.
var questions = []struct {
	name string
	ask  func(tx *db.Tx, l *ledger.Ledger) (int, error)
}{
	{"first page", list(ledger.Query{})},
	{"page 100", list(ledger.Query{Page: 100})},
	{"of a unit", list(ledger.Query{Unit: busiest})},
	{"led by a unit", list(ledger.Query{Unit: busiest, Role: ledger.Lead})},
	{"text", list(ledger.Query{Text: "森林防火"})},
	{"overdue", list(ledger.Query{Light: ledger.Overdue})},
	{"working", list(ledger.Query{State: ledger.Working})},
	{"due in a month", list(ledger.Query{From: day("2023-12-01"), To: day("2023-12-31")})},
	{"by due", list(ledger.Query{Sort: ledger.ByDue})},
	{"by light", list(ledger.Query{Sort: ledger.ByLight})},
	{"by light, page 100", list(ledger.Query{Sort: ledger.ByLight, Page: 100})},
	{"by change", list(ledger.Query{Sort: ledger.ByChange})},
	{"a head's list", func(tx *db.Tx, l *ledger.Ledger) (int, error) {
		p, err := l.List(ctx, tx, corpus.Head(busiest), ledger.Query{Sort: ledger.ByDue}, corpus.Today)
		return p.Total, err
	}},
	{"counts", func(tx *db.Tx, l *ledger.Ledger) (int, error) {
		c, err := l.CountsOf(ctx, tx, corpus.Office(0), ledger.Query{}, corpus.Today)
		return c.Total, err
	}},
	{"a head's desk", desk(usual)},
	{"the busiest head's desk", desk(busiest)},
	{"the office's desk", func(tx *db.Tx, l *ledger.Ledger) (int, error) {
		d, err := l.DeskOf(ctx, tx, corpus.Office(0), corpus.Today)
		return len(d.ToCheck) + len(d.ToClose) + len(d.ToSignLetters) + d.Drafted, err
	}},
	{"outcomes of a document", func(tx *db.Tx, l *ledger.Ledger) (int, error) {
		out, err := ledger.Outcomes(ctx, tx, l.County, corpus.Document(7), corpus.Today)
		return len(out), err
	}},
}

func desk(unit string) func(tx *db.Tx, l *ledger.Ledger) (int, error) {
	return func(tx *db.Tx, l *ledger.Ledger) (int, error) {
		d, err := l.DeskOf(ctx, tx, corpus.Head(unit), corpus.Today)
		return d.Working + len(d.Support), err
	}
}

func list(q ledger.Query) func(tx *db.Tx, l *ledger.Ledger) (int, error) {
	return func(tx *db.Tx, l *ledger.Ledger) (int, error) {
		p, err := l.List(ctx, tx, corpus.Office(0), q, corpus.Today)
		return len(p.Rows), err
	}
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Every question goes to one county after the other, so that no answer is warm because it was the last one.
func BenchmarkLedger(b *testing.B) {
	databases(b, func(b *testing.B, d *db.DB, clock *dbtest.Clock, p corpus.Plan) {
		for _, q := range questions {
			b.Run(q.name, func(b *testing.B) {
				size, worst, before := 0, time.Duration(0), cpu()
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					err := d.Read(ctx, func(tx *db.Tx) (err error) {
						size, err = q.ask(tx, p.Ledger(i*7%p.Counties))
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
					worst = max(worst, time.Since(start))
				}
				if size == 0 {
					b.Fatal("nothing was found: the question is not measured")
				}
				b.ReportMetric(float64(size), "rows")
				b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms")
				b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
			})
		}
		const ticking = 2 // counties; the first tick of a ledger that was loaded counts it anew, which is not measured
		b.Run("tick, nothing due", func(b *testing.B) {
			for n := range ticking {
				tick(b, d, p.Ledger(n))
			}
			for i := 0; b.Loop(); i++ {
				tick(b, d, p.Ledger(i%ticking))
			}
		})
		b.Run("tick, 1000 due", func(b *testing.B) {
			fired := 0
			for i := 0; b.Loop(); i++ {
				l := p.Ledger(i % ticking)
				thousandDue(b, d, clock, l.County)
				fired += tick(b, d, l)
			}
			b.ReportMetric(float64(fired)/float64(b.N), "rungs/op")
		})
	})
}

func tick(b *testing.B, d *db.DB, l *ledger.Ledger) int {
	b.Helper()
	n, err := l.Tick(ctx, d)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// cpu is the processor time that this process has used. Where others use the machine too it tells more than the clock; of
// PostgreSQL it tells only our half.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// thousandDue moves the clock to the moment when the thousandth duty of a county has a rung to fire.
func thousandDue(b *testing.B, d *db.DB, clock *dbtest.Clock, county string) {
	b.Helper()
	var next int64
	err := d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT next_at FROM ledger_duty WHERE county = $1 AND next_at > 0 ORDER BY next_at LIMIT 1 OFFSET 999`, county).Scan(&next)
	})
	if err != nil {
		b.Fatal("no thousand rungs are left: ", err)
	}
	clock.Set(db.FromMicros(next).Format(time.RFC3339Nano))
}
