package forecast

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/forecast/nowcast"
	"zhixing/quantity"
)

// A product that is taken in is held against the gauges of the county, hour by hour: what hit, what was missed, what was a false alarm, each cell counted,
// beside the forecast that all stays as it was. What its file notes stands with the run.
func TestVerifyTakenIn(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:12:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		fell := map[string]int32{"08": 55, "09": 60, "10": 0} // tenths of mm in the hour up to then, everywhere
		p.Readings = func(_ context.Context, _ *db.Tx, _ *Definition, _, end time.Time) ([]nowcast.Gauge, error) {
			var out []nowcast.Gauge
			for _, at := range [][2]float64{{111.45, 35.35}, {111.65, 35.35}, {111.45, 35.45}, {111.65, 35.45}} {
				out = append(out, nowcast.Gauge{X: xy(at[0], at[1]).X, Y: xy(at[0], at[1]).Y, Value: fell[strconv.Itoa(100 + end.Add(8*time.Hour).Hour())[1:]]})
			}
			return out, nil
		}
		file := string(table("rain-6h", "2023-07-20T08:00:00+08:00", 3, time.Hour, func(hour, col, _ int) string {
			switch {
			case hour == 0 && col < 5, hour == 1 && col == 0, hour == 2:
				return "7"
			case hour == 0:
				return "1"
			}
			return "0"
		}))
		file = strings.Replace(file, "unit,mm\n", "unit,mm\nnote,示例：供检验用\n", 1)
		for _, at := range []string{"08:12", "09:12", "10:12"} {
			clock.Set("2023-07-20T" + at + ":00+08:00")
			if err := p.Tick(ctx, d); err != nil {
				t.Fatal(err)
			}
			if at == "08:12" {
				take(t, p, d, "rain.csv", []byte(file))
			}
		}
		if r := latest(t, p, d, "rain-6h"); r.Note != "示例：供检验用" {
			t.Errorf("the note of the run is %q", r.Note)
		}
		run := time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)
		read(t, d, func(tx *db.Tx) error {
			scores, err := p.Verify(ctx, tx, "rain-6h", quantity.Int(5), run, run.Add(time.Hour))
			if err != nil || len(scores) != 6 {
				t.Fatal(scores, err)
			}
			for k, want := range []struct{ fields, hits, misses, alarms, stayHits, stayAlarms int }{{1, 25, 10, 0, 35, 0}, {1, 0, 0, 5, 0, 35}, {}} { // of 35 cells; of the third hour nothing is measured
				s := scores[k]
				if s.Fields != want.fields || s.Cast.Hits != want.hits || s.Cast.Misses != want.misses || s.Cast.False != want.alarms || s.Stay.Hits != want.stayHits || s.Stay.False != want.stayAlarms {
					t.Errorf("%v ahead: %+v, want %+v", s.Lead, s, want)
				}
			}
			none, err := p.Verify(ctx, tx, "rain-6h", quantity.Int(5), run.Add(time.Hour), run.Add(2*time.Hour))
			if err != nil || none[0].Fields != 0 {
				t.Errorf("runs of another hour are scored: %+v %v", none, err)
			}
			return nil
		})
	})
}
