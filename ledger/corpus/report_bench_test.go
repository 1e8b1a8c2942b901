package corpus_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/ledger/corpus"
)

// One report after the other, as the queue of writers does them: what one costs is what two hundred people wait for.
func BenchmarkReport(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) {
			d, l, who := dbtest.Open(b, dbtest.DSN(b, dialect), running()), one.Ledger(0), corpus.Head(usual)
			if err := prepare(d, l, []ledger.Actor{who}); err != nil {
				b.Fatal(err)
			}
			duties := ledOf(b, d, l, usual)
			for _, size := range []int{0, 200 << 10} {
				b.Run(fmt.Sprintf("photo of %d KB", size>>10), func(b *testing.B) {
					rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
					before := cpu()
					for i := 0; b.Loop(); i++ {
						s := ledger.Sending{Report: ledger.Report{Text: "已按计划推进。", Progress: 50}, Once: fmt.Sprint(rnd.Uint64())}
						if size > 0 {
							s.Evidence = []ledger.Evidence{photo(rnd, size)}
						}
						if _, err := report(d, l, who.Account, duties[i%len(duties)], s); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms")
				})
			}
		})
	}
}
