package forecast

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/forecast/grid"
	"zhixing/forecast/nowcast"
	"zhixing/quantity"
	"zhixing/register"
)

// radar is a picture of ten minutes on 80×60 nodes of 0.02°: a storm that moves east by three cells each time.
func radar(end time.Time, no int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "product,radar-rain\nunit,mm\nstart,end,lon,lat,value\n")
	start := end.Add(-10 * time.Minute)
	for row := range 60 {
		for col := range 80 {
			v := 0.0
			for k, c := range [][3]float64{{14, 30, 4}, {22, 38, 3}, {20, 20, 5}, {9, 24, 3}} {
				dx, dy := float64(col)-c[0]-3*float64(no), float64(row)-c[1]
				v += float64(k+2) * math.Exp(-(dx*dx+dy*dy)/(2*c[2]*c[2]))
			}
			fmt.Fprintf(&b, "%s,%s,%.2f,%.2f,%.2f\n", start.Format(time.RFC3339), end.Format(time.RFC3339), 111+0.02*float64(col), 35+0.02*float64(row), v)
		}
	}
	return []byte(b.String())
}

func TestNowcastIsMadeOnceAPicture(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		began := time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)
		at := func(minutes int) { clock.Set(began.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)) }
		tick := func() *Run {
			t.Helper()
			if err := p.Tick(ctx, d); err != nil {
				t.Fatal(err)
			}
			return latest(t, p, d, "rain-nowcast")
		}
		at(2)
		take(t, p, d, "0.csv", radar(began, 0))
		if r := tick(); r != nil {
			t.Fatal("a nowcast of one picture:", r.Note)
		}
		at(12)
		if r := tick(); r != nil {
			t.Fatal("a nowcast of one picture:", r.Note)
		}
		take(t, p, d, "1.csv", radar(began.Add(10*time.Minute), 1))
		r := tick()
		if r == nil || !r.Made || !r.At.Equal(began.Add(10*time.Minute)) || len(r.Fields) != 6 {
			t.Fatalf("%+v", r)
		}
		// Three cells of 0.02° in ten minutes are 33 km an hour at this latitude.
		if !strings.Contains(r.Note, "由7月20日8时至7月20日8时10分的2个时次外推") || !strings.Contains(r.Note, "总体向东，每小时约3") {
			t.Error(r.Note)
		}
		if again := tick(); again.ID != r.ID {
			t.Error("made twice")
		}
		// The hour that was forecast against the hour that is known.
		var truth [6]*grid.Field
		for k := range truth {
			raws, err := grid.ReadCSV(radar(began, 2+k))
			if err != nil {
				t.Fatal(err)
			}
			if truth[k], err = raws[0].Pack(2, 1, 0); err != nil {
				t.Fatal(err)
			}
		}
		came := grid.New(truth[0].Grid, 2)
		for i := range came.Values {
			came.Values[i] = total(truth[:], i)
		}
		var score nowcast.Score
		score.Add(r.Fields[0].Data, came, 1000)
		if score.CSI() < 0.8 || score.Hits < 50 {
			t.Errorf("CSI of the first hour %.2f, hits %d", score.CSI(), score.Hits)
		}
		def, _ := p.Definition("rain-nowcast")
		// The picture is 80 cells wide, and after five hours all of it has come in over the western edge: nobody knows what.
		if bad := def.Check(r); len(bad) != 2 || bad[0] != "7月20日13时10分的场没有一个有值的格点。" {
			t.Error(bad)
		}
		// A picture is missing: nothing is made across the gap, and the nowcast is late.
		at(32)
		take(t, p, d, "3.csv", radar(began.Add(30*time.Minute), 3))
		if after := tick(); after.ID != r.ID {
			t.Error("made across a gap:", after.Note)
		}
		read(t, d, func(tx *db.Tx) error {
			all, err := p.Status(ctx, tx)
			for _, s := range all {
				if s.Product.Name == "rain-nowcast" && !s.Late {
					t.Error("not late:", s.Due)
				}
			}
			return err
		})
		// It comes after all, and the one after it: four in a row.
		take(t, p, d, "2.csv", radar(began.Add(20*time.Minute), 2))
		if r = tick(); !r.At.Equal(began.Add(30*time.Minute)) || !strings.Contains(r.Note, "4个时次") {
			t.Error(r.At, r.Note)
		}
		// One comes so late that the next should be there too: better a late nowcast than none. Later still it is history.
		at(62)
		take(t, p, d, "4.csv", radar(began.Add(40*time.Minute), 4))
		if r = tick(); !r.At.Equal(began.Add(40 * time.Minute)) {
			t.Error("a late picture is of no use:", r.At)
		}
		at(82)
		take(t, p, d, "5.csv", radar(began.Add(50*time.Minute), 5))
		if r = tick(); !r.At.Equal(began.Add(40 * time.Minute)) {
			t.Error("carried on from what is half an hour old:", r.At)
		}
		read(t, d, func(tx *db.Tx) error {
			run, values, err := p.Values(ctx, tx, "rain-nowcast", box(111.5, 35.5, 111.7, 35.7))
			if run == nil || len(values) != 6 || !values[0].Known || values[0].Max.Sign() <= 0 {
				t.Errorf("%+v %v", values, err)
			}
			e, err := p.Exceed(ctx, tx, "rain-nowcast", Threshold{Op: ">=", Value: quantity.Int(20), Window: time.Hour, Fold: Sum}, box(111, 35, 112.6, 36.2))
			if e == nil || !strings.Contains(e.Reason, "示例县（本系统）《0—6小时降水外推》7月20日8时40分起报") {
				t.Errorf("%+v", e)
			}
			return err
		})
	})
}

// Two hours of pictures, a nowcast of each, and the score of the first hour when it is over.
func TestVerify(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		began := time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)
		for k := range 10 {
			end := began.Add(time.Duration(10*k) * time.Minute)
			clock.Set(end.Add(2 * time.Minute).Format(time.RFC3339))
			take(t, p, d, "radar.csv", radar(end, k))
			if k < 3 {
				if err := p.Tick(ctx, d); err != nil {
					t.Fatal(err)
				}
			}
		}
		read(t, d, func(tx *db.Tx) error {
			scores, err := p.Verify(ctx, tx, "rain-nowcast", quantity.Int(5), began, began.Add(time.Hour))
			if err != nil || len(scores) != 6 {
				t.Fatal(scores, err)
			}
			// Nowcasts of 08:10 and 08:20 whose first hour is measured; of the second hour nothing is yet.
			s := scores[0]
			if s.Lead != time.Hour || s.Fields != 2 || scores[1].Fields != 0 || s.Cast.Cells() != s.Stay.Cells() {
				t.Errorf("%+v", scores)
			}
			if s.Cast.CSI() < 0.8 || !(s.Cast.CSI() > s.Stay.CSI()) || !(s.Cast.RMSE() < s.Stay.RMSE()) {
				t.Errorf("CSI %.2f, to stay %.2f; RMSE %.0f, %.0f", s.Cast.CSI(), s.Stay.CSI(), s.Cast.RMSE(), s.Stay.RMSE())
			}
			for _, name := range []Name{"temperature", "radar-rain"} { // nothing is measured of the one, and the other is what is measured
				if _, err := p.Verify(ctx, tx, name, quantity.Int(5), began, began.Add(time.Hour)); KindOf(err) != Invalid {
					t.Error(name, err)
				}
			}
			return nil
		})
	})
}

func TestFieldsOfGauges(t *testing.T) {
	clock := dbtest.At("2023-07-20T09:05:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-07-20T09:05:00+08:00")
		p := products(t)
		asked := ""
		list := []nowcast.Gauge{{X: 1114000000, Y: 353000000, Value: 125}, {X: 1117000000, Y: 355000000, Value: 0}}
		p.Readings = func(_ context.Context, _ *db.Tx, of *Definition, start, end time.Time) ([]nowcast.Gauge, error) {
			asked = fmt.Sprint(of.Gauges, of.Unit, of.Places, said(start), said(end))
			return list, nil
		}
		tick := func() *Run {
			t.Helper()
			if err := p.Tick(ctx, d); err != nil {
				t.Fatal(err)
			}
			return latest(t, p, d, "rain-gauges")
		}
		if r := tick(); r != nil || asked != "rainmm17月20日7时7月20日8时" { // those of nine may still be on their way
			t.Error("of two gauges:", r, asked)
		}
		list = append(list, nowcast.Gauge{X: 1115500000, Y: 354000000, Value: 40})
		clock.Set("2023-07-20T09:11:00+08:00")
		r := tick()
		if r == nil || !r.Made || r.Fields[0].End.Hour() != 1 || !strings.Contains(r.Note, "3个站反距离平方加权") {
			t.Fatalf("%+v", r)
		}
		def, _ := p.Definition("rain-gauges")
		if v := def.At(r, xy(111.4, 35.3), Nearest); v[0].Value.String() != "12.5" {
			t.Errorf("%+v", v)
		}
		if again := tick(); again.ID != r.ID {
			t.Error("made twice")
		}
	})
}

func TestDraw(t *testing.T) {
	p := products(t)
	def, _ := p.Definition("rain-6h")
	f := field(t, def, func(_, col, row int) string {
		switch {
		case col == 6:
			return ""
		case row == 4:
			return "0"
		case col < 2:
			return "20"
		}
		return "2.4" // just below 中雨
	})
	blocks, err := def.Blocks(f)
	if err != nil || len(blocks) != 3 {
		t.Fatal(blocks, err)
	}
	want := map[int]register.Box{
		3:       {MinX: 1113750000, MinY: 352750000, MaxX: 1114750000, MaxY: 354750000},
		0:       {MinX: 1114750000, MinY: 352750000, MaxX: 1116750000, MaxY: 354750000},
		Unknown: {MinX: 1116750000, MinY: 352750000, MaxX: 1117250000, MaxY: 355250000},
	}
	for _, b := range blocks {
		if b.Box != want[b.Class] {
			t.Errorf("class %d: %+v, want %+v", b.Class, b.Box, want[b.Class])
		}
	}
	b, err := def.GeoJSON(&Run{}, Field{Data: f})
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Features []struct {
			Properties struct{ Title, Colour string }
			Geometry   json.RawMessage
		}
		Product struct {
			Unit   string
			Legend []struct{ From json.Number }
		}
	}
	if err := json.Unmarshal(b, &read); err != nil || len(read.Features) != 3 || read.Product.Unit != "mm" || read.Product.Legend[1].From != "2.5" {
		t.Fatal(err, string(b))
	}
	titles := ""
	for _, x := range read.Features {
		titles += x.Properties.Title
		if g, bad := register.ParseGeoJSON(x.Geometry); bad != "" || g.Kind != register.Polygon {
			t.Error(bad)
		}
	}
	if titles != "暴雨小雨无资料" {
		t.Error(titles)
	}
	picture, _, err := def.PNG(f, 4)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil || img.Bounds().Dx() != 28 || img.Bounds().Dy() != 20 {
		t.Fatal(err)
	}
	for at, want := range map[[2]int][4]uint32{{1, 1}: {0, 0, 0, 0}, {1, 19}: {0, 0, 0xe1, 0xff}, {12, 10}: {0xa6, 0xf2, 0x8f, 0xff}, {27, 0}: {0xd9, 0xd9, 0xd9, 0xff}} {
		r, g, bl, a := img.At(at[0], at[1]).RGBA()
		if got := [4]uint32{r >> 8, g >> 8, bl >> 8, a >> 8}; got != want {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
}

func TestDefinitionsSayWhere(t *testing.T) {
	good := "products:\n  - {name: a, title: 甲, source: 乙, element: 丙, unit: mm, step: 1小时}\n"
	if defs, err := ReadDefinitions("f.yaml", []byte(good)); err != nil || len(defs) != 1 || defs[0].LineNo != 2 {
		t.Fatal(defs, err)
	}
	for text, want := range map[string]string{
		"products: {": "f.yaml：写法不对",
		strings.Replace(good, "step", "public: true, step", 1):  "f.yaml:2：产品“a”的 public 请删去：网格只给有职务的人看",
		strings.Replace(good, "step", "public: false, step", 1): "public 请删去",
		"things: []": "things",
		strings.Replace(good, "step: 1小时", "steps: 1小时", 1):                                  "steps",
		strings.Replace(good, "step: 1小时", "step: 1时辰", 1):                                   "f.yaml:2：产品“a”的 step 写作 10分钟、1小时、30日",
		strings.Replace(good, "unit: mm", "unit: 寸", 1):                                      "f.yaml:2：产品“a”：计量单位“寸”",
		strings.Replace(good, ", step: 1小时", "", 1):                                          "应写明 step",
		strings.Replace(good, "name: a", "name: A", 1):                                       "小写字母",
		strings.Replace(good, "title: 甲", "title: ''", 1):                                    "应写明 title",
		strings.Replace(good, "step", "area: [1, 2, 3], step", 1):                            "西、南、东、北",
		strings.Replace(good, "step", "area: [3, 2, 1, 4], step", 1):                         "西、南、东、北",
		strings.Replace(good, "step", "pick: {grib: rain}, step", 1):                         "0/1/8",
		strings.Replace(good, "step", "pick: {files: ['[']}, step", 1):                       "文件名",
		strings.Replace(good, "step", "extrapolate: b, horizon: 6小时, step", 1):               "外推“b”，而没有这个产品",
		strings.Replace(good, "step", "extrapolate: b, step", 1):                             "应写明 horizon",
		strings.Replace(good, "step", "gauges: rain, step", 1):                               "由站点插成",
		strings.Replace(good, "step", "legend: [{from: 1, colour: red, title: 甲}], step", 1): "图例第1行",
		strings.Replace(good, "step", "low: 5, high: 1, step", 1):                            "low 应小于 high",
		good + "  - {name: a, title: 甲, source: 乙, element: 丙, unit: mm, step: 1小时}\n":       "f.yaml:3：产品“a”写了两次",
	} {
		defs, err := ReadDefinitions("f.yaml", []byte(text))
		if err == nil {
			_, err = New("100000", defs, nil)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		}
	}
}

func FuzzReadDefinitions(f *testing.F) {
	b, err := os.ReadFile("testdata/forecast.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if defs, err := ReadDefinitions("f.yaml", b); err == nil {
			New("100000", defs, nil)
		}
	})
}
