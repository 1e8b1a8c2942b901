package observation

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/quantity"
)

const (
	benchPlaces  = 1000
	benchFactors = 5
)

func benchOpen(b *testing.B, dialect db.Dialect) (*db.DB, *Observations) {
	b.Helper()
	d := dbtest.Open(b, dbtest.DSN(b, dialect), time.Now)
	var defs []*Definition
	for f := range benchFactors {
		defs = append(defs, &Definition{Name: SeriesName(fmt.Sprintf("f%d", f)), Title: fmt.Sprint("因子", f), Register: "stations", Unit: "mg/L", Kind: RealTime, Silence: time.Hour, Interval: time.Minute, Public: true})
	}
	o, err := New("999999", defs)
	if err != nil {
		b.Fatal(err)
	}
	return d, o
}

// frame is what one station sends for one instant.
func frame(ids [][]SeriesID, place int, at time.Time, n int) []Reading {
	list := make([]Reading, benchFactors)
	for f := range list {
		list[f] = Reading{Series: ids[place][f], At: at, Value: Measured(quantity.Sample{Decimal: quantity.New(int64(100+(n*7+f*13+place)%900), 1)}), Source: "hj212/12/20231010101010123"}
	}
	return list
}

func benchSeries(b *testing.B, d *db.DB, o *Observations) (ids [][]SeriesID) {
	b.Helper()
	err := d.Write(ctx, func(tx *db.Tx) error {
		for p := range benchPlaces {
			var list []SeriesID
			for f := range benchFactors {
				s, err := o.open(ctx, tx, o.Definitions[f], fmt.Sprintf("S%04d", p))
				if err != nil {
					return err
				}
				list = append(list, s.ID)
			}
			ids = append(ids, list)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return ids
}

// BenchmarkWriter is a thousand senders, each with its next frame when the last is on disk: readings/s and the wait for the
// acknowledgement.
func BenchmarkWriter(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) {
			d, o := benchOpen(b, dialect)
			ids := benchSeries(b, d, o)
			w := NewWriter(d, func() *Observations { return o }, WriterOptions{})
			var next atomic.Int64
			start := time.Now().Add(-time.Hour)
			waits := make([][]time.Duration, benchPlaces)
			b.ResetTimer()
			var all sync.WaitGroup
			for p := range benchPlaces {
				all.Go(func() {
					for n := 0; next.Add(benchFactors) <= int64(b.N)+benchFactors-1; n++ {
						t := time.Now()
						if _, err := w.Record(ctx, frame(ids, p, start.Add(time.Duration(n)*100*time.Millisecond), n)); err != nil {
							b.Error(err)
							return
						}
						waits[p] = append(waits[p], time.Since(t))
					}
				})
			}
			all.Wait()
			took := b.Elapsed()
			b.StopTimer()
			w.Close()
			st := w.Stats()
			b.ReportMetric(float64(st.Readings)/took.Seconds(), "readings/s")
			b.ReportMetric(float64(st.Readings)/float64(max(1, st.Commits)), "readings/commit")
			ws := slices.Concat(waits...)
			slices.Sort(ws)
			b.ReportMetric(float64(ws[len(ws)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkLate records 250,000 readings that are older than what is there: 50 stations' 1,000 instants.
func BenchmarkLate(b *testing.B) {
	const instants, places = 1000, 50
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				d, o := benchOpen(b, dialect)
				ids := benchSeries(b, d, o)
				now := time.Now()
				for p := range places {
					if err := d.Write(ctx, func(tx *db.Tx) error {
						_, err := o.Record(ctx, tx, frame(ids, p, now, 1))
						return err
					}); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				for n := 0; n < instants; n += 50 {
					err := d.Write(ctx, func(tx *db.Tx) error {
						var list []Reading
						for p := range places {
							for i := range 50 {
								list = append(list, frame(ids, p, now.Add(-time.Duration(instants-n-i)*time.Minute), n)...)
							}
						}
						_, err := o.Record(ctx, tx, list)
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
			}
			b.ReportMetric(float64(b.N)*instants*places*benchFactors/b.Elapsed().Seconds(), "readings/s")
		})
	}
}

// BenchmarkRead asks for latest values, a day and a chart among ZHIXING_READINGS readings (200,000 where it is not set).
func BenchmarkRead(b *testing.B) {
	total, _ := strconv.Atoi(os.Getenv("ZHIXING_READINGS"))
	if total == 0 {
		total = 200_000
	}
	for _, dialect := range dbtest.Dialects {
		b.Run(fmt.Sprintf("%s/%d", dialect, total), func(b *testing.B) { benchRead(b, dialect, total) })
	}
}

func benchRead(b *testing.B, dialect db.Dialect, total int) {
	d, o := benchOpen(b, dialect)
	ids := benchSeries(b, d, o)
	start := time.Now().Add(-time.Duration(total/benchPlaces/benchFactors) * time.Minute)
	for n := range total / benchPlaces / benchFactors {
		err := d.Write(ctx, func(tx *db.Tx) error {
			var list []Reading
			for p := range benchPlaces {
				list = append(list, frame(ids, p, start.Add(time.Duration(n)*time.Minute), n)...)
			}
			_, err := o.Record(ctx, tx, list)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	ask := func(name string, do func(tx *db.Tx) error) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if err := d.Read(ctx, do); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	ask("latest of 1000 stations", func(tx *db.Tx) error {
		list, err := o.LatestOf(ctx, tx, "stations")
		if len(list) != benchPlaces*benchFactors {
			b.Fatal(len(list))
		}
		return err
	})
	ask("100 readings", func(tx *db.Tx) error {
		_, _, err := o.Range(ctx, tx, Query{Series: ids[500][3], From: start, Limit: 100})
		return err
	})
	ask("chart of a day", func(tx *db.Tx) error {
		_, err := o.Buckets(ctx, tx, ids[500][3], start, start.Add(24*time.Hour), 300)
		return err
	})
}
