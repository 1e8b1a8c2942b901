package grid_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/forecast/grid"
)

var small = grid.Grid{West: 1114000000, South: 353000000, DX: 500000, DY: 500000, NX: 4, NY: 3}

// field is small with 10·row+col in tenths, and one missing.
func field() *grid.Field {
	f := grid.New(small, 1)
	for i := range f.Values {
		f.Values[i] = int32(10*(i/4) + i%4)
	}
	f.Values[f.Index(3, 2)] = grid.Missing
	return f
}

func TestSampling(t *testing.T) {
	f := field()
	for _, c := range []struct {
		name             string
		x, y             float64 // in steps from the first node
		nearest, between int32   // -1: no value
	}{
		{"on a node", 1, 1, 11, 11},
		{"in the middle of four", 0.5, 0.5, 11, 6}, // 0, 1, 10, 11: 5.5, away from zero
		{"a quarter of the way", 0.25, 0, 0, 0},
		{"three quarters of the way up", 0, 0.75, 10, 8},
		{"in the outer half of a cell", -0.4, 0, 0, 0},
		{"outside", -0.6, 0, -1, -1},
		{"beside a missing node: the nearest", 2.4, 1.9, 22, 22},
		{"on the missing node", 3, 2, -1, -1},
		{"on the edge between known nodes", 2.5, 0, 3, 3},
	} {
		x, y := small.West+int32(c.x*float64(small.DX)), small.South+int32(c.y*float64(small.DY))
		if v, ok := f.Nearest(x, y); ok != (c.nearest >= 0) || ok && v != c.nearest {
			t.Errorf("%s: nearest %d %v, want %d", c.name, v, ok, c.nearest)
		}
		if v, ok := f.Between(x, y); ok != (c.between >= 0) || ok && v != c.between {
			t.Errorf("%s: between %d %v, want %d", c.name, v, ok, c.between)
		}
	}
}

func TestEncodeIsRead(t *testing.T) {
	f := field()
	f.Values[0], f.Values[1] = math.MaxInt32, -math.MaxInt32
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	g, err := grid.Decode(f.Grid, f.Scale, b)
	if err != nil || !slices.Equal(f.Values, g.Values) {
		t.Fatal(g, err)
	}
	for n := range b {
		if _, err := grid.Decode(f.Grid, f.Scale, b[:n]); err == nil {
			t.Errorf("%d of %d bytes are a field", n, len(b))
		}
	}
	wide := small
	wide.NX++
	if _, err := grid.Decode(wide, f.Scale, b); err == nil {
		t.Error("the bytes are a field of a larger grid too")
	}
}

func TestPackRoundsOnce(t *testing.T) {
	r := grid.Raw{Grid: grid.Grid{West: 0, South: 0, DX: 1, DY: 1, NX: 5, NY: 1}, Values: []float64{0.25, 0.35, -0.25, math.NaN(), 273.15}}
	f, err := r.Pack(1, 1, 0)
	if err != nil || !slices.Equal(f.Values, []int32{2, 4, -2, grid.Missing, 2732}) && !slices.Equal(f.Values, []int32{2, 4, -2, grid.Missing, 2731}) {
		t.Error(f, err)
	}
	if f, err = r.Pack(2, 1, -273.15); err != nil || f.Values[4] != 0 {
		t.Error(f, err)
	}
	r.Values[0] = 1e12
	if _, err = r.Pack(1, 1, 0); err == nil || !strings.Contains(err.Error(), "第1个格点") {
		t.Error("1e12 is packed:", err)
	}
}

func TestCrop(t *testing.T) {
	f := field()
	got := f.Crop(1114600000, 353100000, 1114900000, 353400000) // columns 1.2 to 1.8, rows 0.2 to 0.8: with one node around
	if got == nil || got.Grid != (grid.Grid{West: 1114500000, South: 353000000, DX: 500000, DY: 500000, NX: 2, NY: 2}) || !slices.Equal(got.Values, []int32{1, 2, 11, 12}) {
		t.Error(got)
	}
	if got := f.Crop(1200000000, 353100000, 1210000000, 353400000); got != nil {
		t.Error("cropped far away:", got)
	}
	globe := grid.New(grid.Grid{West: -1800000000, South: -900000000, DX: 10000000, DY: 10000000, NX: 360, NY: 181}, 0)
	globe.Values[globe.Index(291, 125)] = 7 // 111 E 35 N
	if got := globe.Crop(1110000000, 350000000, 1120000000, 360000000); got == nil || got.NX != 2 || got.NY != 2 || got.Values[0] != 7 {
		t.Error(got)
	}
	pacific := grid.Grid{West: 1700000000, South: 0, DX: 10000000, DY: 10000000, NX: 30, NY: 2}
	if col, _, ok := pacific.Cell(-1750000000, 0); !ok || col != 15 {
		t.Error("175 W is column", col, ok)
	}
}

const table = "\ufeff产品,rain-1h\n起报,2023-07-20 08:00\n单位,mm\n起,止,经度,纬度,值\n" +
	"2023-07-20 08:00,2023-07-20 09:00,111.45,35.30,2.5\n2023-07-20 08:00,2023-07-20 09:00,111.40,35.30,1.5\n" +
	"2023-07-20 08:00,2023-07-20 09:00,111.40,35.35,\n2023-07-20 09:00,2023-07-20 10:00,111.40,35.30,4\n"

func TestReadCSV(t *testing.T) {
	got, err := grid.ReadCSV([]byte(table))
	if err != nil {
		t.Fatal(err)
	}
	run := time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)
	if len(got) != 2 || got[0].Element != "rain-1h" || got[0].Unit != "mm" || !got[0].Run.Equal(run) || !got[1].Start.Equal(run.Add(time.Hour)) || !got[1].End.Equal(run.Add(2*time.Hour)) {
		t.Fatalf("%+v", got)
	}
	if got[0].Grid != (grid.Grid{West: 1114000000, South: 353000000, DX: 500000, DY: 500000, NX: 2, NY: 2}) {
		t.Error(got[0].Grid)
	}
	if v := got[0].Values; v[0] != 1.5 || v[1] != 2.5 || !math.IsNaN(v[2]) || !math.IsNaN(v[3]) {
		t.Error(v)
	}
	if !grid.IsCSV([]byte(table)) || grid.IsCSV([]byte("GRIB")) {
		t.Error("a table is not told from others")
	}
}

func TestCSVSaysWhere(t *testing.T) {
	head := "product,rain-1h\nunit,mm\nend,lon,lat,value\n"
	for text, want := range map[string]string{
		"":                                  "没有表头",
		"product,a\nfoo,1\n":                "第2行",
		"product,a\nend,lon,value\n":        "缺少 lat",
		"unit,mm\nend,lon,lat,value\n":      "没有写产品",
		head:                                "没有数据",
		head + "昨天,1,2,3\n":                 "第4行：时间“昨天”",
		head + "2023-07-20 08:00,200,2,3\n": "第4行：经纬度“200”",
		head + "2023-07-20 08:00,100,2,x\n": "第4行：值“x”",
		head + "2023-07-20 08:00,100,2,1\n": "经度只有一个",
		head + "2023-07-20 08:00,100,2,1\n2023-07-20 08:00,101,3,1\n2023-07-20 08:00,101,3,1\n": "写了两次",
		head + "2023-07-20 08:00,100,2,1\n2023-07-20 08:00,101,3,1\n2023-07-20 08:00,103,4,1\n": "间距不等",
		"\xb2\xfa\xc6\xb7,a\n": "UTF-8",
	} {
		if _, err := grid.ReadCSV([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("product,a\nend,lon,lat,value\n2023-07-20T08:00Z,1,2,3\n2023-07-20T08:00Z,2,3,4\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fields, err := grid.ReadCSV(b)
		if err != nil {
			return
		}
		for _, r := range fields {
			if r.Grid.Check() != nil || len(r.Values) != r.Grid.Cells() {
				t.Fatalf("a field that is none: %+v", r.Grid)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	b, err := field().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if g, err := grid.Decode(small, 1, b); err == nil && len(g.Values) != small.Cells() {
			t.Fatal("a field of another size")
		}
	})
}
