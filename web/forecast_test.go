package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/forecast"
	"zhixing/forecast/nowcast"
	"zhixing/register"
)

func init() { maps.Copy(rules, forecastRules) }

// forecastRules is what is expected of the routes of gridded products: every official reads them, nobody else.
var forecastRules = map[string]expected{
	"GET /forecasts":           {right: "sit"},
	"GET /forecasts/{product}": {right: "sit", things: one("rain-6h"), idle: true}, // the county of the walk has no products
}

// rainFile is a run of six hours on the county's grid, so much in each hour east of 111.65, and nothing west of it.
func rainFile(run time.Time, mm string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "product,rain-6h\nrun,%s\nunit,mm\nnote,测试用\nstart,end,lon,lat,value\n", run.Format(time.RFC3339))
	for h := range 6 {
		for lat := 3530; lat <= 3565; lat += 5 {
			for lon := 11140; lon <= 11190; lon += 5 {
				v := "0"
				if lon > 11165 {
					v = mm
				}
				fmt.Fprintf(&b, "%s,%s,%.2f,%.2f,%s\n", run.Add(time.Duration(h)*time.Hour).Format(time.RFC3339), run.Add(time.Duration(h+1)*time.Hour).Format(time.RFC3339), float64(lon)/100, float64(lat)/100, v)
			}
		}
	}
	return b.Bytes()
}

// A product through its pages: what to put where while nothing is there; then the map with its hours, towns, roads and places, where it comes from, and
// how good it was. What is late, refused, or past says so.
func TestForecastPages(t *testing.T) {
	sites(t, func(s *site) {
		ctx := context.Background()
		s.clock.Set("2031-06-08")
		caseSeats(s)
		s.want(s.get("", "/forecasts"), 303)
		s.want(s.get("督查", "/forecasts"), 200, "0—6小时逐时降水预报", "还没有", "zhixing serve --grids", "rain*", "0/1/8", "不对外公布", "还没有收到文件")
		s.want(s.get("督查", "/forecasts/rain-6h"), 200, "还没有收到过", "product,rain-6h", "变量 tp")
		s.want(s.get("督查", "/forecasts/rain-nowcast"), 200, "雨量站插值", "连续两个以上时次")
		s.want(s.get("督查", "/forecasts/rain-6h.csv"), 404)
		s.want(s.get("督查", "/forecasts/snow"), 404)
		s.want(s.get("督查", "/forecasts/rain-6h?run=1"), 404)
		s.want(s.get("督查", "/forecasts/rain-6h?hour=x"), 400, "正整数")

		schema, _ := s.works.Registers.Schema("wx-road-sections")
		m := newMeasured(s)
		m.write(func(ctx context.Context, tx *db.Tx) error {
			fields := fieldsFor(schema, "示例路段")
			fields["走向"] = "LINESTRING(111.60 35.45, 111.72 35.45)"
			_, err := s.works.Registers.Add(ctx, tx, register.System, "wx-road-sections", register.Input{Fields: fields, Holds: calendar.Date{Year: 2031, Month: 1, Day: 1}})
			return err
		})
		// What was measured: 20 in the east, in each hour.
		s.works.Forecasts.Readings = func(context.Context, *db.Tx, *forecast.Definition, time.Time, time.Time) (out []nowcast.Gauge, err error) {
			for lat := int32(353000000); lat <= 356500000; lat += 500000 {
				for lon := int32(1114000000); lon <= 1119000000; lon += 500000 {
					g := nowcast.Gauge{X: lon, Y: lat}
					if lon > 1116500000 {
						g.Value = 200
					}
					out = append(out, g)
				}
			}
			return out, nil
		}
		tick := func() {
			t.Helper()
			if err := s.works.Forecasts.Tick(ctx, s.srv.DB); err != nil {
				t.Fatal(err)
			}
		}
		run := s.clock.Now().Truncate(time.Hour)
		s.clock.Advance(15 * time.Minute)
		tick()
		take := func(name string, b []byte) error {
			_, err := s.works.Forecasts.Take(ctx, s.srv.DB, name, b, "")
			return err
		}
		if err := take("rain-1.csv", rainFile(run, "25.5")); err != nil {
			t.Fatal(err)
		}
		if take("rain-bad.csv", []byte("product,rain-6h\n")) == nil {
			t.Fatal("a file without a table was taken")
		}
		s.want(s.get("督查", "/forecasts"), 200, "25.5 mm", "rain-1.csv", "没有收", "表头", "正常")
		a := s.get("督查", "/forecasts/rain-6h")
		s.want(a, 200, `class="fieldmap"`, "测试用", "最大 25.5 mm，暴雨", "大交镇", "153.0", "示例路段", "自5公里起", "示例市气象台", "收到的文件", `data-hour="6"`, "无资料", "示意边界")
		if strings.Count(a.body, `<g class="hour"`) != 2 || strings.Count(a.body, `<g class="hour off"`) != 10 {
			t.Error("not one hour is shown, of six")
		}
		s.want(s.get("督查", "/forecasts/rain-6h?hour=3"), 200, `<g class="hour" data-hour="3"`)
		s.want(s.get("督查", "/forecasts/rain-6h?of=wx-stations"), 200, `value="wx-stations" selected`)
		s.want(s.get("督查", "/forecasts/rain-6h.csv"), 200, "示例路段", "25.5", "大交镇")
		s.want(s.get("督查", "/forecasts/rain-6h.geojson?hour=2"), 200, `"FeatureCollection"`, "暴雨")
		s.want(s.get("督查", "/forecasts/rain-gauges"), 200, "本系统由站点插值", "插成")
		if a := s.get("督查", "/forecasts/rain-gauges?run=2"); a.status != 404 {
			t.Error("a run of another product:", a.status)
		}
		for range 2 {
			s.clock.Advance(time.Hour)
			tick()
		}
		s.freshLogin("督查")
		a = s.get("督查", "/forecasts/rain-6h")
		s.want(a, 200, "迟到", "命中率", "1.00", "实况：雨量站插值", "小雨（≥0.1 mm）")
		s.want(s.get("督查", "/forecasts/rain-nowcast"), 200, "本系统外推", "个时次外推")
		s.clock.Advance(8 * time.Hour)
		s.freshLogin("督查")
		s.want(s.get("督查", "/forecasts/rain-6h?run=2"), 200, "25.5")
	})
}
