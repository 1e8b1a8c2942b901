package works

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/db"
	"zhixing/policy"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

const gridsFile = `products:
  - name: rain-6h
    title: 0—6小时逐时降水预报
    source: 戊市气象台
    element: 降水量
    unit: mm
    places: 1
    amount: true
    step: 1小时
    horizon: 6小时
    latency: 30分钟
    before: rain-gauges
  - {name: rain-gauges, title: 雨量站插值, source: 乙县（本系统）, element: 降水量, unit: mm, places: 1, amount: true, gauges: rain-3h, radius: 30000, step: 1小时, latency: 5分钟, resolution: "0.05", area: ["100.0", "30.0", "100.4", "30.4"]}
  - {name: rain-nowcast, title: 0—6小时降水外推, source: 乙县（本系统）, element: 降水量, unit: mm, places: 1, amount: true, extrapolate: rain-gauges, every: 1小时, step: 1小时, horizon: 6小时, before: rain-gauges, latency: 15分钟}
`

// Gauges make a field each hour, fields a nowcast, and that proposes a warning where nothing better is there; it says why, and the run on which
// the warning rests is kept. What the city forecasts takes its place as soon as it comes.
func TestGridsPropose(t *testing.T) {
	fsys := policytest.Storm(t)
	fsys["forecast.yaml"] = &fstest.MapFile{Data: []byte(gridsFile)}
	stories(t, fsys, "2031-07-01T13:06:00+08:00", func(s *story) {
		measure := func(hour int, values ...string) {
			s.Helper()
			for i, v := range values {
				s.measure([]string{"G1", "G2", "G3", "G4"}[i], july(1, hour), v)
			}
		}
		turn := func() (open []warning.Proposal) {
			s.Helper()
			s.must(s.Forecasts.Tick(ctx, s.db))
			s.write(func(tx *db.Tx) (err error) {
				if err = s.Warnings.Look(ctx, tx); err == nil {
					open, err = s.Warnings.Proposals(ctx, tx, warning.ProposalOpen, 10)
				}
				return err
			})
			return open
		}
		s.gauges(map[string]string{"G1": "100.05,30.05", "G2": "100.15,30.15", "G3": "100.3,30.1", "G4": "100.2,30.3"})
		measure(12, "18", "18", "18") // the fourth has not come
		if open := turn(); len(open) != 0 {
			s.Errorf("proposed of one field: %+v", open)
		}
		s.clock.Set("2031-07-01T14:06:00+08:00")
		measure(13, "20", "20", "20", "20")
		open := turn()
		if len(open) != 1 || open[0].Origin != warning.ByForecast || open[0].Level != "橙" {
			s.Fatalf("proposals %+v", open)
		}
		r := open[0].Reasons[0]
		if !strings.Contains(r.Says, "0—6小时降水外推") || !strings.Contains(r.Says, "3小时累计≥50mm") || !strings.Contains(r.Says, "其中已测得") || !strings.Contains(r.Says, "3小时内降雨量将达50毫米") || r.Run == 0 {
			s.Errorf("the reason %+v", r)
		}
		if len(open[0].Area.Places) == 0 || open[0].Area.Places[0].Town == "" {
			s.Errorf("the area %+v", open[0].Area)
		}
		s.write(func(tx *db.Tx) error {
			x, err := s.Warnings.Prepare(ctx, tx, open[0].ID)
			if err != nil {
				return err
			}
			x.Description = "预计有强降雨。"
			if _, err := s.Warnings.Draft(ctx, tx, drafts, x); err != nil {
				return err
			}
			run, err := s.Forecasts.Get(ctx, tx, r.Run)
			if err == nil && run.Held == "" {
				s.Error("the run on which the draft rests is not kept")
			}
			return err
		})
		if open := turn(); len(open) != 0 {
			s.Errorf("the same run proposes again: %+v", open)
		}
		// The city's forecast comes: it is asked, and the county's own is not.
		var csv bytes.Buffer
		csv.WriteString("product,rain-6h\nrun,2031-07-01 14:00\nunit,mm\nstart,end,lon,lat,value\n")
		for h := range 6 {
			for _, lat := range []string{"30.00", "30.10", "30.20", "30.30", "30.40"} {
				for _, lon := range []string{"100.00", "100.10", "100.20", "100.30", "100.40"} {
					csv.WriteString(july(1, 14+h).Format("2006-01-02 15:04,") + july(1, 15+h).Format("2006-01-02 15:04,") + lon + "," + lat + ",0.2\n")
				}
			}
		}
		if _, err := s.Forecasts.Take(ctx, s.db, "rain.csv", csv.Bytes(), ""); err != nil {
			s.Fatal(err)
		}
		s.clock.Set("2031-07-01T15:06:00+08:00")
		measure(14, "1", "1", "1", "1")
		if open := turn(); len(open) != 0 {
			s.Errorf("proposals beside the city's forecast: %+v", open)
		}
		s.clock.Set("2031-07-01T16:06:00+08:00") // the city's next run is late, the county's own has new fields
		measure(15, "30", "30", "30", "30")
		if open := turn(); len(open) != 1 || !strings.Contains(open[0].Reasons[0].Says, "外推") {
			s.Errorf("the fallback: %+v", open)
		}
	})
}

// What is wrong with the products of a county is told with its line.
func TestBrokenGrids(t *testing.T) {
	for name, x := range map[string]struct{ from, to, want string }{
		"a word that nobody knows":        {"    source: 戊市气象台\n", "    maker: 戊市气象台\n", "forecast.yaml：写法不对"},
		"a series that there is not":      {"gauges: rain-3h", "gauges: rain-9h", "forecast.yaml:13：产品“rain-gauges”的 gauges“rain-9h”不是哪个政策包的监测项目（是不是“rain-3h”？）"},
		"a nowcast of nothing":            {"extrapolate: rain-gauges", "extrapolate: radar", "forecast.yaml:14：产品“rain-nowcast”外推“radar”，而没有这个产品"},
		"an element that nobody asks for": {"element: 降水量", "element: 雨", "policies/storm-2031/warnings.yaml:28：forecast.yaml 里没有哪个产品预报“降水量”"},
		"steps longer than the window":    {"    step: 1小时\n", "    step: 6小时\n", "policies/storm-2031/warnings.yaml:28：forecast.yaml 的产品“rain-6h”用不上这个阈值"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := policytest.Storm(t)
			fsys["forecast.yaml"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(gridsFile, x.from, x.to))}
			_, problems, _ := policy.Lint(fsys)
			var said []string
			for _, p := range problems {
				said = append(said, p.Error())
			}
			if !strings.Contains(strings.Join(said, "\n"), x.want) {
				t.Errorf("want %s, problems:\n%s", x.want, strings.Join(said, "\n"))
			}
		})
	}
}
