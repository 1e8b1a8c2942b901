package finding

import (
	"fmt"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

// These are to be run one at a time: go test ./finding -run xxx -bench Late -benchtime 1x

// load is a county of so many outlets on a database of its own; judged says whether anybody looks.
func load(b *testing.B, dialect db.Dialect, outlets int, judged bool) (*story, func(readings []observation.Reading)) {
	clock := dbtest.At(instant(b, "2023-09-20 08:00").Format(time.RFC3339))
	d := dbtest.Open(b, dbtest.DSN(b, dialect), clock.Now)
	if err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	near := Rule{ID: "near", Title: "接近限值", Readings: names("cod"), When: compile("值 > 参数.限值 * 0.8", readingScope(), rule.OfBool)}
	s := newStory(nil, d, clock, []Rule{overRule(), near}, indicators()[:1])
	if !judged {
		s.j.Observations.Recorded = nil
	}
	write := func(do func(tx *db.Tx) error) {
		if err := d.Write(ctx, do); err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; i < outlets; i += 100 {
		write(func(tx *db.Tx) error {
			for k := i; k < min(i+100, outlets); k++ {
				if _, err := s.j.Registers.Put(ctx, tx, register.System, "outlets", register.Input{Fields: map[string]string{"编号": fmt.Sprintf("P%d", k), "名称": "排口", "责任单位": "甲镇人民政府"}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return s, func(list []observation.Reading) {
		clock.Advance(time.Second)
		write(func(tx *db.Tx) error {
			_, err := s.j.Observations.Record(ctx, tx, list)
			return err
		})
	}
}

// codReading is over the limit for five hours of every hundred, and near it for five more.
func codReading(outlet int, at time.Time, n int) observation.Reading {
	v := quantity.New(int64(100+n*7919%290), 1)
	if h := n % 100; h < 10 {
		v = quantity.New(int64(450+100*(h/5)), 1)
	}
	return observation.Reading{Name: "cod", Key: fmt.Sprintf("P%d", outlet), At: at, Value: observation.Measured(quantity.Sample{Decimal: v}), Source: "load"}
}

// BenchmarkRecorded is a transaction of one reading of each of a thousand outlets, with and without judging.
func BenchmarkRecorded(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		for _, judged := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/judged=%v", dialect, judged), func(b *testing.B) {
				const outlets = 1000
				_, record := load(b, dialect, outlets, judged)
				at, n := instant(b, "2023-08-01 00:00"), 0
				b.ResetTimer()
				for b.Loop() {
					list := make([]observation.Reading, 0, outlets)
					for k := range outlets {
						n++
						list = append(list, codReading(k, at, n))
					}
					at = at.Add(time.Hour)
					record(list)
				}
				b.ReportMetric(float64(b.N*outlets)/b.Elapsed().Seconds(), "readings/s")
			})
		}
	}
}

// BenchmarkLate is a quarter of a million readings that come late: a thousand hours of 250 outlets that have newer ones, by outlet.
func BenchmarkLate(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		for _, judged := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/judged=%v", dialect, judged), func(b *testing.B) {
				const outlets, hours = 250, 1000
				for b.Loop() {
					b.StopTimer()
					s, record := load(b, dialect, outlets, judged)
					start := instant(b, "2023-08-01 00:00")
					var newest []observation.Reading
					for k := range outlets {
						newest = append(newest, codReading(k, start.Add(hours*time.Hour), k))
					}
					record(newest)
					b.StartTimer()
					for k := range outlets {
						list := make([]observation.Reading, 0, hours)
						for h := range hours {
							list = append(list, codReading(k, start.Add(time.Duration(h)*time.Hour), h))
						}
						record(list)
					}
					b.StopTimer()
					s.d.Close()
					b.StartTimer()
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/250k")
			})
		}
	}
}
