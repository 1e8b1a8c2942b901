package forecast

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/forecast/nowcast"
	"zhixing/quantity"
	"zhixing/register"
)

func TestLimitsAreExact(t *testing.T) {
	d := &Definition{Unit: "mm", Places: 1}
	for _, c := range []struct {
		op, value string
		unit      quantity.Unit
		yes, no   []int64 // in tenths
	}{
		{">=", "50", "mm", []int64{500, 501}, []int64{499, 0, -1}},
		{">", "50", "mm", []int64{501}, []int64{500}},
		{"<=", "0", "mm", []int64{0, -1}, []int64{1}},
		{"<", "0", "mm", []int64{-1}, []int64{0}},
		{">=", "0.05", "mm", []int64{1}, []int64{0}}, // between two values that can be
		{">", "0.05", "mm", []int64{1}, []int64{0}},
		{"<=", "0.05", "mm", []int64{0}, []int64{1}},
		{"<", "0.05", "mm", []int64{0}, []int64{1}},
		{">=", "-0.05", "mm", []int64{0}, []int64{-1}},
		{"<=", "-0.05", "mm", []int64{-1}, []int64{0}},
		{">=", "5", "cm", []int64{500}, []int64{499}},
	} {
		l, err := d.limit(Threshold{Op: c.op, Value: quantity.MustParse(c.value), Unit: c.unit}, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range c.yes {
			if !l.reached(v) {
				t.Errorf("%d tenths is not %s %s %s", v, c.op, c.value, c.unit)
			}
		}
		for _, v := range c.no {
			if l.reached(v) {
				t.Errorf("%d tenths is %s %s %s", v, c.op, c.value, c.unit)
			}
		}
	}
	for _, bad := range []Threshold{{Op: "=", Value: quantity.Int(1)}, {Op: ">", Value: quantity.Int(1), Unit: "m/s"}} {
		if _, err := d.limit(bad, 1); KindOf(err) != Invalid {
			t.Errorf("%+v is a limit: %v", bad, err)
		}
	}
}

const run8 = "2023-07-20T08:00:00+08:00"

// rain of six hours: a column further east each hour 20 mm, beside it 5 mm; the last column says nothing.
func rain(h, col, _ int) string {
	switch {
	case col == 6:
		return ""
	case col == h, col == h-1, col == h-2:
		return "20.0"
	}
	return "5.0"
}

func exceed(t *testing.T, p *Products, d *db.DB, th Threshold, area *register.Geometry) *Exceedance {
	t.Helper()
	var e *Exceedance
	read(t, d, func(tx *db.Tx) (err error) {
		e, err = p.Exceed(ctx, tx, "rain-6h", th, area)
		return err
	})
	return e
}

func TestExceed(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:10:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-07-20T08:10:00+08:00")
		p := products(t)
		county := box(111.38, 35.28, 111.72, 35.52)
		fifty := Threshold{Op: ">=", Value: quantity.Int(60), Window: 3 * time.Hour, Fold: Sum}
		if e := exceed(t, p, d, fifty, county); e != nil {
			t.Error("without a run:", e)
		}
		take(t, p, d, "a.csv", table("rain-6h", run8, 6, time.Hour, rain))
		e := exceed(t, p, d, fifty, county)
		if e == nil {
			t.Fatal("no 60 mm in three hours")
		}
		// Column 0 has 20 in hours 0, 1, 2; column c in hours c, c+1, c+2, so that columns 0 to 3 have 60 within the run.
		if len(e.Cells) != 20 || e.Of != 35 || e.Unknown != 5 || !e.First.Equal(time.Date(2023, 7, 20, 3, 0, 0, 0, time.UTC)) || e.Worst.Value.String() != "60.0" {
			t.Errorf("%d of %d, %d unknown, first %v, worst %+v", len(e.Cells), e.Of, e.Unknown, e.First, e.Worst)
		}
		if want := "示例市气象台《0—6小时逐时降水预报》7月20日8时起报：降水量3小时累计≥60mm，区域内35个格点中20个达到（占可知面积的"; !strings.HasPrefix(e.Reason, want) {
			t.Error(e.Reason)
		}
		for _, want := range []string{"最早7月20日11时，", "极值60.0mm在东经111.40°北纬35.30°，7月20日11时", "涉及示例西镇、示例东镇", "另有5个格点没有预报值。"} {
			if !strings.Contains(e.Reason, want) {
				t.Errorf("lacks %s: %s", want, e.Reason)
			}
		}
		// A town of the east sees it later.
		if e = exceed(t, p, d, fifty, box(111.53, 35.29, 111.57, 35.31)); e == nil || len(e.Cells) != 1 || !e.First.Equal(time.Date(2023, 7, 20, 6, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", e)
		}
		// One tenth more is nowhere.
		above := fifty
		above.Value = quantity.MustParse("60.1")
		if e := exceed(t, p, d, above, county); e != nil {
			t.Error("more than what falls:", e.Reason)
		}
		// A longer window than the run counts what is known of it: 75 in all six hours.
		long := Threshold{Op: ">", Value: quantity.MustParse("74.9"), Window: 12 * time.Hour, Fold: Sum}
		if e := exceed(t, p, d, long, county); e == nil || e.Worst.Value.String() != "75.0" {
			t.Errorf("%+v", e)
		}
		// What is over is not forecast: at 11:10 the window of column 0 has passed.
		clock.Set("2023-07-20T11:10:00+08:00")
		if e := exceed(t, p, d, fifty, county); e == nil || len(e.Cells) != 15 || e.First.Hour() != 4 {
			t.Errorf("%+v", e)
		}
		// Only what begins within the hour.
		soon := Threshold{Op: ">=", Value: quantity.Int(20), Within: 30 * time.Minute}
		if e := exceed(t, p, d, soon, county); e == nil || e.First.Hour() != 4 || len(e.Cells) != 15 {
			t.Errorf("%+v", e)
		}
		clock.Set("2023-07-20T15:00:00+08:00")
		if e := exceed(t, p, d, fifty, county); e != nil {
			t.Error("after the run:", e.Reason)
		}
	})
}

// What has fallen counts: ten of the gauges since seven, and what is to come.
func TestWhatHasFallenCounts(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:10:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-07-20T08:10:00+08:00")
		p := products(t)
		county := box(111.38, 35.28, 111.72, 35.52)
		at := 0
		p.Readings = func(context.Context, *db.Tx, *Definition, time.Time, time.Time) ([]nowcast.Gauge, error) {
			at++
			v := int32(100 * at) // 10 mm from seven to eight, 20 mm in the next hour, …
			return []nowcast.Gauge{{X: 1114000000, Y: 353000000, Value: v}, {X: 1115500000, Y: 354000000, Value: v}, {X: 1117000000, Y: 355000000, Value: v}}, nil
		}
		tick := func() {
			if err := p.Tick(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		tick()
		take(t, p, d, "a.csv", table("rain-6h", run8, 6, time.Hour, rain))
		sum := func(mm int64, hours int) Threshold {
			return Threshold{Op: ">=", Value: quantity.Int(mm), Window: time.Duration(hours) * time.Hour, Fold: Sum}
		}
		// Column 0: 10 + 20 + 20 + 20 in four hours.
		e := exceed(t, p, d, sum(70, 4), county)
		if e == nil || e.Worst.Value.String() != "70.0" || e.Worst.Fallen.String() != "10.0" || len(e.Cells) != 5 || !strings.Contains(e.Reason, "其中已测得10.0mm") {
			t.Fatalf("%+v", e)
		}
		if e := exceed(t, p, d, sum(70, 3), county); e != nil {
			t.Error("in three hours:", e.Reason)
		}
		// An hour later the gauges say 20 where the forecast said 20 or 5: what was measured takes its place.
		clock.Set("2023-07-20T09:10:00+08:00")
		tick()
		if e = exceed(t, p, d, sum(70, 4), county); e == nil || e.Worst.Value.String() != "80.0" || e.Worst.Fallen.String() != "20.0" || e.Cells[0].Fallen.String() != "30.0" || len(e.Cells) != 10 {
			t.Errorf("%+v", e)
		}
		// The gauges of the third hour are not in yet: it counts as it was forecast.
		clock.Set("2023-07-20T10:05:00+08:00")
		if e = exceed(t, p, d, sum(70, 4), county); e == nil || e.Cells[0].Fallen.String() != "30.0" || len(e.Cells) != 10 {
			t.Errorf("%+v", e)
		}
	})
}

func TestExceedMeansFallsAndRefusals(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-20T08:10:00+08:00").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		at := func(h, col, row int) string { return []string{"10", "8.5", "-1", "0"}[h] }
		b := strings.Replace(string(table("temperature", run8, 4, time.Hour, at)), "unit,mm", "unit,℃", 1)
		take(t, p, d, "t.csv", []byte(b))
		ask := func(th Threshold) (*Exceedance, error) {
			var e *Exceedance
			err := d.Read(ctx, func(tx *db.Tx) (err error) {
				e, err = p.Exceed(ctx, tx, "temperature", th, box(111.45, 35.35, 111.55, 35.45))
				return err
			})
			return e, err
		}
		for _, c := range []struct {
			th    Threshold
			worst string
			first int // hour in China
		}{
			{Threshold{Op: "<=", Value: quantity.Int(0)}, "-1.0", 11},
			{Threshold{Op: "<", Value: quantity.Int(-1)}, "", 0},
			{Threshold{Op: ">=", Value: quantity.Int(8), Fold: Fall, Window: 48 * time.Hour}, "11.0", 11},
			{Threshold{Op: ">=", Value: quantity.Int(11), Fold: Fall, Window: 2 * time.Hour}, "", 0},
			{Threshold{Op: "<", Value: quantity.Int(4), Fold: Mean, Window: 2 * time.Hour}, "-0.5", 11},
		} {
			e, err := ask(c.th)
			switch {
			case err != nil || (e != nil) != (c.worst != ""):
				t.Errorf("%s: %+v %v", c.th, e, err)
			case e != nil && (e.Worst.Value.String() != c.worst || (e.First.Hour()+8)%24 != c.first):
				t.Errorf("%s: worst %s, first %v", c.th, e.Worst.Value, e.First)
			}
		}
		for _, bad := range []Threshold{
			{Op: ">=", Value: quantity.Int(8), Fold: Sum, Window: 3 * time.Hour},
			{Op: ">=", Value: quantity.Int(8), Fold: Mean, Window: time.Minute},
			{Op: ">=", Value: quantity.Int(8), Unit: "mm"},
		} {
			if _, err := ask(bad); KindOf(err) != Invalid {
				t.Errorf("%s: %v", bad, err)
			}
		}
	})
}

// cover is held against counting points one by one.
func TestCover(t *testing.T) {
	p := products(t)
	def, _ := p.Definition("rain-6h")
	g := field(t, def, rain).Grid
	shapes := map[string]*register.Geometry{
		"box":          box(111.43, 35.31, 111.58, 35.44),
		"over the rim": box(111.0, 35.0, 111.43, 35.37),
		"with a hole":  {Kind: register.Polygon, Parts: [][][]register.XY{{box(111.38, 35.28, 111.72, 35.52).Parts[0][0], box(111.45, 35.35, 111.6, 35.45).Parts[0][0]}}},
		"triangle":     {Kind: register.Polygon, Parts: [][][]register.XY{{{xy(111.4, 35.3), xy(111.7, 35.33), xy(111.47, 35.5), xy(111.4, 35.3)}}}},
		"two":          {Kind: register.Polygon, Parts: [][][]register.XY{{box(111.4, 35.3, 111.47, 35.35).Parts[0][0]}, {box(111.62, 35.41, 111.7, 35.5).Parts[0][0]}}},
	}
	for name, s := range shapes {
		got := map[int]int{}
		for _, c := range cover(g, s) {
			got[c.cell] = c.points
		}
		for i := range g.Cells() {
			x, y := g.Node(i%g.NX, i/g.NX)
			want := 0
			for k := range fine * fine {
				px := x - int64(g.DX)/2 + int64(2*(k%fine)+1)*int64(g.DX)/(2*fine)
				py := y - int64(g.DY)/2 + int64(2*(k/fine)+1)*int64(g.DY)/(2*fine)
				if s.Contains(register.XY{X: int32(px), Y: int32(py)}) {
					want++
				}
			}
			if n := got[i]; n != want {
				t.Errorf("%s: cell %d has %d points, want %d", name, i, n, want)
			}
		}
	}
	if c := cover(g, box(111.4501, 35.3501, 111.4502, 35.3502)); len(c) != 1 || c[0].cell != g.Index(1, 1) {
		t.Error("a hamlet:", c)
	}
	if c := cover(g, box(112, 36, 112.1, 36.1)); len(c) != 0 {
		t.Error("far away:", c)
	}
	road := &register.Geometry{Kind: register.Line, Parts: [][][]register.XY{{{xy(111.40, 35.30), xy(111.70, 35.30), xy(111.70, 35.50)}}}}
	if c := cover(g, road); len(c) != 11 {
		t.Error("a road along the southern and eastern edge meets cells:", c)
	}
	// A lane across: no cell is missed that it runs through for a fifth of a step.
	lane := &register.Geometry{Kind: register.Line, Parts: [][][]register.XY{{{xy(111.38, 35.29), xy(111.72, 35.47)}}}}
	through := map[int]int{}
	for k := range 10_000 {
		col, row, ok := g.Cell(xy(111.38+0.34*float64(k)/10_000, 35.29+0.18*float64(k)/10_000).X, xy(111.38, 35.29+0.18*float64(k)/10_000).Y)
		if ok {
			through[g.Index(col, row)]++
		}
	}
	for _, c := range cover(g, lane) {
		delete(through, c.cell)
	}
	for i, n := range through {
		if n > 10_000/7/5 {
			t.Errorf("the lane runs through cell %d for %d of 10000", i, n)
		}
	}
	// Sections of five kilometres: 27.2 km of road east, 22.2 km north.
	sections := Cut(road, 5000)
	if len(sections) != 10 {
		t.Fatal("sections:", len(sections))
	}
	f := field(t, def, func(_, col, row int) string { return fmt.Sprint(col + 10*row) })
	var got []string
	for _, s := range sections {
		v, ok := def.Over(f, s, nil)
		if !ok {
			t.Fatal("a section without a value")
		}
		got = append(got, v.Max.String())
	}
	if !slices.IsSortedFunc(got, func(a, b string) int { return quantity.MustParse(a).Cmp(quantity.MustParse(b)) }) || got[0] != "1.0" || got[9] != "46.0" {
		t.Error(got)
	}
}

func TestOver(t *testing.T) {
	p := products(t)
	def, _ := p.Definition("rain-6h")
	f := field(t, def, func(_, col, row int) string {
		if col == 0 {
			return ""
		}
		return fmt.Sprint(col)
	})
	limit, err := def.limit(Threshold{Op: ">=", Value: quantity.Int(2)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	// Half of column 1, all of 2 and 3: the mean is (0.5·1 + 2 + 3) / 2.5; two of two and a half parts reach 2.
	s, ok := def.Over(f, box(111.45, 35.325, 111.575, 35.425), limit)
	if !ok || s.Max.String() != "3.0" || s.Min.String() != "1.0" || s.Mean.String() != "2.2" || s.Reached != 800 || s.Unknown != 0 || s.Where.X != xy(111.55, 35.35).X {
		t.Errorf("%+v", s)
	}
	if s, ok := def.Over(f, box(111.38, 35.28, 111.41, 35.52), limit); ok || s.Unknown != s.Cells || s.Cells == 0 {
		t.Errorf("where nothing is known: %+v", s)
	}
}
