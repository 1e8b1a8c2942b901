package forecast

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/forecast/grid"
	"zhixing/journal"
	"zhixing/quantity"
	"zhixing/register"
)

func testfile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTakeOnce(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:20:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		hours := testfile(t, "grib/testdata/hours.grb2")
		taken, err := p.Take(ctx, d, "../rain_08.grb2", hours, "示例督查甲")
		if err != nil || taken.Again || taken.Fields != 3 || len(taken.Runs) != 1 {
			t.Fatal(taken, err)
		}
		if again := take(t, p, d, "other-name.grb2", hours); !again.Again {
			t.Error("the same bytes are taken twice:", again)
		}
		r := latest(t, p, d, "rain-6h")
		if r == nil || len(r.Fields) != 3 || !r.At.Equal(time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)) || r.Fields[2].End.Sub(r.At) != 3*time.Hour {
			t.Fatalf("%+v", r)
		}
		// The area of the product, and a node around it.
		if r.Grid != (grid.Grid{West: 1114000000, South: 353000000, DX: 500000, DY: 500000, NX: 7, NY: 5}) {
			t.Error(r.Grid)
		}
		def, _ := p.Definition("rain-6h")
		v := def.At(r, xy(111.62, 35.49), Nearest) // grib_get_data: 35.50 111.60 42.9062
		if !v[0].Known || v[0].Value.String() != "42.9" {
			t.Errorf("at a place: %+v", v[0])
		}
		// The last hour comes later, in a file of its own: it goes into the same run.
		last := testfile(t, "grib/testdata/rain.grb2")
		if more := take(t, p, d, "rain_08_4.grb2", last); len(more.Runs) != 1 || more.Runs[0] != taken.Runs[0] {
			t.Error("the fourth hour is of another run:", more)
		}
		if r := latest(t, p, d, "rain-6h"); len(r.Fields) != 4 {
			t.Error("hours:", len(r.Fields))
		}
		read(t, d, func(tx *db.Tx) error {
			files, err := p.Files(ctx, tx, 10)
			if err != nil || len(files) != 2 || files[0].Name == files[1].Name || strings.Contains(files[0].Name+files[1].Name, "/") {
				t.Errorf("%+v %v", files, err)
			}
			head, err := journal.Newest(ctx, tx, "100000")
			if err == nil && head.Seq != 1 {
				t.Error("records in the journal:", head.Seq)
			}
			return err
		})
	})
}

func TestTakeNetCDFConverts(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-22").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		take(t, p, d, "t2m.nc", testfile(t, "netcdf/testdata/packed.2.nc"))
		r := latest(t, p, d, "temperature")
		def, _ := p.Definition("temperature")
		// 280 K + 0.01·(1500 + 100 - 10·6 + 7·4) = 295.68 K, and -273.15: 22.5 ℃
		if v := def.At(r, xy(111.70, 35.40), Bilinear); !v[1].Known || v[1].Value.String() != "22.5" {
			t.Errorf("%+v", v)
		}
		if v := def.At(r, xy(111.40, 35.50), Nearest); v[0].Known {
			t.Errorf("where the fill value stands: %+v", v[0])
		}
	})
}

func TestWhatCannotBeTakenIsSetAside(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-20").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		whole := testfile(t, "grib/testdata/rain.grb2")
		twice := table("rain-6h", "2023-07-20T08:00:00+08:00", 1, time.Hour, func(_, col, _ int) string { return fmt.Sprint(col) })
		for name, c := range map[string]struct {
			b    []byte
			want string
		}{
			"empty.grb2":  {nil, "空的"},
			"cut.grb2":    {whole[:300], "截断"},
			"word.doc":    {[]byte("\xd0\xcf\x11\xe0"), "不是 GRIB2、NetCDF 或 CSV"},
			"hdf.nc":      {testfile(t, "netcdf/testdata/refused-hdf.nc"), "nccopy -k classic"},
			"jpeg.grb2":   {testfile(t, "grib/testdata/refused-jpeg.grb2"), "JPEG 2000"},
			"gust.nc":     {testfile(t, "netcdf/testdata/wide.5.nc"), "没有登记过的产品；有的是：gust"},
			"unit.csv":    {[]byte(strings.Replace(string(twice), "unit,mm", "unit,inch", 1)), "inch"},
			"kelvin.csv":  {[]byte(strings.Replace(string(twice), "unit,mm", "unit,K", 1)), "不是同一种量"},
			"future.csv":  {[]byte(strings.ReplaceAll(string(twice), "2023-07-20T", "2023-07-21T")), "请核对对方的时钟"},
			"outside.csv": {[]byte(strings.ReplaceAll(string(twice), ",111.", ",121.")), "不在本产品的范围内"},
		} {
			_, err := p.Take(ctx, d, name, c.b, "")
			if KindOf(err) != Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		read(t, d, func(tx *db.Tx) error {
			files, err := p.Files(ctx, tx, 20)
			if len(files) != 10 {
				t.Error("files on record:", len(files))
			}
			for _, f := range files {
				if f.State != StateAside || f.Reason == "" {
					t.Errorf("%+v", f)
				}
			}
			if r, err := p.Latest(ctx, tx, "rain-6h", tx.Now().AddDate(1, 0, 0)); r != nil || err != nil {
				t.Error("something was kept of them:", r, err)
			}
			return err
		})
		// Set aside is not taken: with a definition for it the same bytes are.
		defs := []Definition{{Name: "gust", Title: "阵风预报", Source: "示例市气象台", Element: "阵风", Unit: "m/s", Places: 1, Step: time.Hour, Horizon: 6 * time.Hour, Pick: Pick{NetCDF: "gust"}}}
		q, err := New("100000", defs, nil)
		if err != nil {
			t.Fatal(err)
		}
		if taken := take(t, q, d, "gust.nc", testfile(t, "netcdf/testdata/wide.5.nc")); taken.Again || taken.Fields != 2 {
			t.Error(taken)
		}
	})
}

// One variable of several levels is told by its number, and rain in NetCDF goes into the same run as rain in GRIB would.
func TestTakeByName(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-20T08:20:00+08:00").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		take(t, p, d, "tp.nc", testfile(t, "netcdf/testdata/rain.5.nc"))
		if r := latest(t, p, d, "rain-6h"); len(r.Fields) != 3 || r.Fields[2].End.Sub(r.Fields[2].Start) != time.Hour || r.Fields[0].High != 300 || r.Fields[0].Missing != 1 {
			t.Errorf("%+v", r)
		}
		dbz := func(variable string) error {
			q, err := New("100000", []Definition{{Name: "dbz", Title: "回波", Source: "示例市气象台", Element: "反射率", Unit: "dB", Step: time.Hour, Pick: Pick{NetCDF: variable}}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = q.Take(ctx, d, variable, testfile(t, "netcdf/testdata/short.2.nc"), "")
			return err
		}
		if err := dbz("dbz"); err == nil || !strings.Contains(err.Error(), "有两个场（dbz@0、dbz@1）") {
			t.Error(err)
		}
		if err := dbz("dbz@2"); err != nil {
			t.Error(err)
		}
	})
}

// Totals since the run become what falls in each hour, and a sum that packing made smaller is no negative rain.
func TestTotalsSinceTheRun(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-20").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		b := string(table("rain-6h", "2023-07-20T08:00:00+08:00", 3, time.Hour, func(h, col, _ int) string {
			return []string{"1.0", "3.5", "3.4"}[h]
		}))
		for h := 1; h < 3; h++ { // all begin at eight
			b = strings.ReplaceAll(b, fmt.Sprintf("\n2023-07-20T%02d:00:00+08:00,2023-07-20T%02d:", 8+h, 9+h), fmt.Sprintf("\n2023-07-20T08:00:00+08:00,2023-07-20T%02d:", 9+h))
		}
		take(t, p, d, "total.csv", []byte(b))
		r := latest(t, p, d, "rain-6h")
		def, _ := p.Definition("rain-6h")
		got := ""
		for _, v := range def.At(r, xy(111.5, 35.4), Nearest) {
			got += v.Value.String() + " " + v.Start.In(calendar.Zone).Format("15") + "-" + v.End.In(calendar.Zone).Format("15") + "; "
		}
		if got != "1.0 08-09; 2.5 09-10; 0.0 10-11; " || !strings.Contains(r.Note, "累计") {
			t.Error(got, r.Note)
		}
	})
}

func TestAFolderIsWatched(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-20").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		w := &Folder{Dir: t.TempDir()}
		put := func(name string, b []byte) {
			if err := os.WriteFile(filepath.Join(w.Dir, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		look := func(wantTaken, wantAside int) {
			t.Helper()
			taken, aside, err := w.Look(ctx, p, d)
			if err != nil || taken != wantTaken || aside != wantAside {
				t.Errorf("taken %d, aside %d, %v; want %d and %d", taken, aside, err, wantTaken, wantAside)
			}
		}
		whole := testfile(t, "grib/testdata/rain.grb2")
		put("rain.grb2", whole[:200])
		put("half.grb2.part", whole)
		put(".hidden", whole)
		look(0, 0) // seen for the first time
		put("rain.grb2", whole)
		look(0, 0) // it grew
		put("broken.nc", []byte("CDF\x01nonsense"))
		look(1, 0)
		look(0, 1)
		look(0, 0)
		if _, err := os.Stat(filepath.Join(w.Dir, "taken", "rain.grb2")); err != nil {
			t.Error(err)
		}
		if why := testfile(t, filepath.Join(w.Dir, "refused", "broken.nc.txt")); !strings.Contains(string(why), "broken.nc") {
			t.Error("the reason:", string(why))
		}
		put("broken.nc", []byte("CDF\x01other nonsense")) // nothing is written over what came before
		look(0, 0)
		look(0, 1)
		if list, _ := filepath.Glob(filepath.Join(w.Dir, "refused", "*broken.nc")); len(list) != 2 {
			t.Error("refused:", list)
		}
		put("once-more.grb2", whole)
		look(0, 0)
		look(1, 0) // it is taken away, and nothing of it is kept twice
		if r := latest(t, p, d, "rain-6h"); len(r.Fields) != 1 {
			t.Error("fields:", len(r.Fields))
		}
		if err := w.Sweep(time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(filepath.Join(w.Dir, "taken")); len(left) != 0 {
			t.Error("left in taken:", left)
		}
		gone := &Folder{Dir: filepath.Join(w.Dir, "nowhere")}
		if _, _, err := gone.Look(context.Background(), p, d); err == nil {
			t.Error("a folder that is not there is looked into")
		}
	})
}

func TestCheckSaysWhatIsNotAsAsked(t *testing.T) {
	clock := dbtest.At("2023-07-20T09:10:00+08:00") // seventy minutes after the run
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		b := table("rain-6h", "2023-07-20T08:00:00+08:00", 5, time.Hour, func(h, _, _ int) string { return []string{"1", "2", "3", "400", ""}[h] })
		take(t, p, d, "late.csv", b)
		r := latest(t, p, d, "rain-6h")
		def, _ := p.Definition("rain-6h")
		got := strings.Join(def.Check(r), "\n")
		for _, want := range []string{"只到7月20日13时，要求6小时，应到7月20日14时", "7月20日8时后70分钟才收到，要求30分钟以内", "从400.0到400.0mm", "7月20日13时的场没有一个有值的格点"} {
			if !strings.Contains(got, want) {
				t.Errorf("lacks %s:\n%s", want, got)
			}
		}
		for _, not := range []string{"格距", "相隔", "覆盖"} {
			if strings.Contains(got, not) {
				t.Errorf("says %s:\n%s", not, got)
			}
		}
		r.Grid.DX, r.Grid.West = 1_000_000, 1115000000
		r.Fields = append(r.Fields[:1:1], r.Fields[3:]...)
		got = strings.Join(def.Check(r), "\n")
		for _, want := range []string{"格距0.1×0.05度，要求不大于0.05度", "7月20日9时之后到7月20日12时才有一场，相隔3小时", "没有覆盖"} {
			if !strings.Contains(got, want) {
				t.Errorf("lacks %s:\n%s", want, got)
			}
		}
		read(t, d, func(tx *db.Tx) error {
			all, err := p.Status(ctx, tx)
			if len(all) != 5 || all[0].Late || len(all[0].Problems) == 0 || !all[1].Late || all[1].Run != nil {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}

func TestRunsAreKeptForTheirTime(t *testing.T) {
	clock := dbtest.At("2023-07-20T08:10:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-07-20T08:10:00+08:00")
		p := products(t)
		rain := func(run string) int64 {
			return take(t, p, d, run+".csv", table("rain-6h", run, 1, time.Hour, func(_, col, _ int) string { return fmt.Sprint(col) })).Runs[0]
		}
		held, old := rain("2023-07-20T08:00:00+08:00"), rain("2023-07-20T09:00:00+08:00")
		for range 2 {
			if err := d.Write(ctx, func(tx *db.Tx) error { return p.Hold(ctx, tx, held, "预警2023-17") }); err != nil {
				t.Fatal(err)
			}
		}
		clock.Set("2023-08-20T08:10:00+08:00")
		young := rain("2023-08-20T08:00:00+08:00")
		if err := p.Tick(ctx, d); err != nil {
			t.Fatal(err)
		}
		read(t, d, func(tx *db.Tx) error {
			if r, err := p.Get(ctx, tx, held); err != nil || len(r.Fields) != 1 || r.Held != "预警2023-17；预警2023-17" {
				t.Error("what a warning rests on:", r, err)
			}
			if _, err := p.Get(ctx, tx, young); err != nil {
				t.Error(err)
			}
			if _, err := p.Get(ctx, tx, old); KindOf(err) != NotFound {
				t.Error("31 days old:", err)
			}
			runs, err := p.Runs(ctx, tx, "rain-6h", 10)
			if len(runs) != 2 || runs[0].ID != young {
				t.Error(runs)
			}
			return err
		})
	})
}

// What is sent again for the same hours is another run, and the one that counts; the hours that were not sent again go on with it.
func TestSentAgain(t *testing.T) {
	dbtest.EachAt(t, dbtest.At("2023-07-20T08:10:00+08:00").Now, func(t *testing.T, d *db.DB) {
		p := products(t)
		const run = "2023-07-20T08:00:00+08:00"
		first := take(t, p, d, "a.csv", table("rain-6h", run, 6, time.Hour, func(_, _, _ int) string { return "1" }))
		second := take(t, p, d, "a.csv", table("rain-6h", run, 2, time.Hour, func(_, _, _ int) string { return "2" }))
		if first.Runs[0] == second.Runs[0] {
			t.Fatal("two values for one hour in one run")
		}
		r := latest(t, p, d, "rain-6h")
		def, _ := p.Definition("rain-6h")
		if s, ok := def.Over(r.Fields[0].Data, &register.Geometry{Kind: register.Point, Parts: [][][]register.XY{{{xy(111.5, 35.4)}}}}, nil); !ok || !s.Max.Equal(quantity.Int(2)) {
			t.Error(s)
		}
		point := xy(111.5, 35.4)
		if v := def.At(r, point, Nearest); len(v) != 6 || !v[1].Value.Equal(quantity.Int(2)) || !v[2].Value.Equal(quantity.Int(1)) {
			t.Errorf("%+v", v)
		}
		read(t, d, func(tx *db.Tx) error {
			old, err := p.Get(ctx, tx, first.Runs[0])
			if err == nil && (len(old.Fields) != 6 || !def.At(old, point, Nearest)[0].Value.Equal(quantity.Int(1))) {
				t.Error("the old run is not as it was known")
			}
			return err
		})
	})
}
