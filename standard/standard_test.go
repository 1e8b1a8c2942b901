package standard

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestEditionOn(t *testing.T) {
	for _, c := range []struct {
		family Family
		on     string
		want   Edition
	}{
		{AQIFamily, "2013-01-01", "HJ 633-2012"}, {AQIFamily, "2026-02-28", "HJ 633-2012"}, {AQIFamily, "2026-03-01", "HJ 633-2026"}, {AQIFamily, "2031-01-01", "HJ 633-2026"},
		{AmbientAirFamily, "2026-02-28", "GB 3095-2012"}, {AmbientAirFamily, "2026-03-01", "GB 3095-2026"},
		{CompositeFamily, "2026-02-28", "HJ 663-2013"}, {SurfaceWaterFamily, "2023-10-31", "GB 3838-2002"}, {GroundwaterFamily, "2018-05-01", "GB/T 14848-2017"},
		{GroundwaterFamily, "2018-04-30", ""}, {KilnFamily, "2020-12-31", "GB 29620-2013"}, {KilnFamily, "2021-01-01", "GB 29620-2013 修改单"},
	} {
		got, err := EditionOn(c.family, day(c.on))
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s on %s = %q, %v; want %q", c.family, c.on, got, err, c.want)
		}
	}
}

// The same concentration on the last day before and the first day of an edition and of a phase.
func TestAirLimitsByDay(t *testing.T) {
	for _, c := range []struct {
		pollutant, on string
		average       Average
		grade1, two   string
	}{
		{"PM2.5", "2026-02-28", Day, "35", "75"}, {"PM2.5", "2026-03-01", Day, "35", "60"}, {"PM2.5", "2030-12-31", Day, "35", "60"}, {"PM2.5", "2031-01-01", Day, "25", "50"},
		{"细颗粒物", "2026-03-01", Annual, "15", "30"}, {"a34002", "2031-01-01", Annual, "20", "50"}, {"NO2", "2031-01-01", Day, "50", "50"}, {"O3", "2031-01-01", EightHours, "100", "160"},
		{"SO2", "2014-07-01", Hour, "150", "500"}, {"TSP", "2035-01-01", Day, "120", "300"},
	} {
		l, err := AirLimitOn(c.pollutant, c.average, day(c.on))
		if err != nil || l.Grade1.String() != c.grade1 || l.Grade2.String() != c.two {
			t.Errorf("%s %s on %s: %s, %s, %v; want %s, %s", c.pollutant, c.average, c.on, l.Grade1, l.Grade2, err, c.grade1, c.two)
		}
	}
	if l, err := AirLimitOn("PM2.5", Hour, day("2023-01-01")); err == nil {
		t.Errorf("PM2.5 has no hourly limit, got %v", l)
	}
	for on, n := range map[string]int{"2026-02-28": 29, "2026-03-01": 29 + 2, "2031-01-01": 29 + 2} { // 2026 adds fluoride of two seasons
		if got := len(AirLimits(day(on))); got != n {
			t.Errorf("%d limits on %s, want %d", got, on, n)
		}
	}
	if k, asIs := ReferenceState(day("2018-08-31")); k.String() != "273.15" || asIs {
		t.Error(k, asIs)
	}
	if k, asIs := ReferenceState(day("2018-09-01")); k.String() != "298.15" || !asIs {
		t.Error(k, asIs)
	}
}

func TestValidity(t *testing.T) {
	for _, c := range []struct {
		a     Average
		n     int
		month time.Month
		want  bool
	}{{Hour, 45, 0, true}, {Hour, 44, 0, false}, {EightHours, 6, 0, true}, {EightHours, 5, 0, false}, {Day, 20, 0, true}, {Day, 19, 0, false}, {Month, 27, time.March, true},
		{Month, 26, time.March, false}, {Month, 25, time.February, true}, {Month, 24, time.February, false}, {Annual, 324, 0, true}, {Annual, 323, 0, false}, {Season, 1000, 0, false}} {
		if got := ValidMean(c.a, c.n, c.month); got != c.want {
			t.Errorf("%s of %d: %v", c.a, c.n, got)
		}
	}
	limit := quantity.Int(160)
	for _, c := range []struct {
		n    int
		max  string
		want bool
	}{{14, "100", true}, {13, "160", false}, {13, "160.1", true}, {0, "200", false}} {
		if got := ValidOzoneDay(c.n, quantity.MustParse(c.max), limit); got != c.want {
			t.Errorf("%d means, %s: %v", c.n, c.max, got)
		}
	}
	for _, c := range []struct {
		a    Average
		n    int
		ice  bool
		want bool
	}{{Month, 1, false, true}, {Month, 0, false, false}, {Quarter, 1, false, false}, {Quarter, 2, false, true}, {Annual, 11, false, false}, {Annual, 12, false, true}, {Annual, 8, true, true}, {Annual, 7, true, false}} {
		if got := Enough(c.a, c.n, c.ice); got != c.want {
			t.Errorf("Enough(%s, %d, %v) = %v", c.a, c.n, c.ice, got)
		}
	}
}

func TestJudgeAirYear(t *testing.T) {
	daily := make([]*big.Rat, 365)
	for i := range daily {
		daily[i] = big.NewRat(30, 1)
	}
	for i := range 20 { // more than five in a hundred days over 75
		daily[i] = big.NewRat(80, 1)
	}
	y, err := JudgeAirYear("PM2.5", 2023, daily)
	if err != nil || y.Keeps || !y.Valid || y.Mean.Cmp(big.NewRat(35, 1)) > 0 || y.Percentile.Cmp(big.NewRat(75, 1)) <= 0 {
		t.Errorf("the mean keeps 35, the percentile does not keep 75: %+v %v", y, err)
	}
	for i := range 20 {
		daily[i] = big.NewRat(75, 1)
	}
	if y, err = JudgeAirYear("PM2.5", 2023, daily); err != nil || !y.Keeps || y.PercentileLimit.Grade2.String() != "75" {
		t.Errorf("%+v %v", y, err)
	}
	if y, err = JudgeAirYear("PM2.5", 2026, daily); err != nil || y.Keeps || y.MeanLimit.Grade2.String() != "30" {
		t.Errorf("by the limits of the year's end: %+v %v", y, err)
	}
	if y, err = JudgeAirYear("O3", 2023, daily[:323]); err != nil || y.Valid || y.MeanLimit != nil {
		t.Errorf("%+v %v", y, err)
	}
	if _, err = JudgeAirYear("TSP", 2023, daily); err == nil {
		t.Error("TSP has no percentile")
	}
}

func TestLogarithm(t *testing.T) {
	for in, want := range map[string]string{
		"2":  "0.69314718055994530941723212145817656807550013436025525412",
		"10": "2.30258509299404568401799145468436420760110148862877297603",
		"1":  "0.00000000000000000000000000000000000000000000000000000000", "0.001": "-6.90775527898213705205397436405309262280330446588631892810",
	} {
		if got := ln(quantity.MustParse(in).Rat()).FloatString(56); got != want {
			t.Errorf("ln %s = %s, want %s", in, got, want)
		}
	}
	tiny := big.NewRat(1, 1)
	tiny.SetString("1e-50")
	for n := int64(1); n < 400; n += 7 { // ln(ab) = ln a + ln b
		a, b := big.NewRat(n, 13), big.NewRat(17, n+1)
		d := new(big.Rat).Add(ln(a), ln(b))
		d.Sub(d, ln(new(big.Rat).Mul(a, b)))
		if d.Abs(d).Cmp(tiny) > 0 {
			t.Fatalf("ln of %s and %s are off by %s", a, b, d.FloatString(60))
		}
	}
}

func TestItemsByName(t *testing.T) {
	for name, want := range map[string]Code{"NH3N": "NH3N", "NH3-N": "NH3N", "nh₃-n": "NH3N", "氨氮": "NH3N", "w21003": "NH3N", "w20144": "PB", "w20120": "PB", "六价铬": "CR6", "Cr6+": "CR6", "pH": "PH",
		"CODcr": "COD", "1,2-二氯乙烷": "T3_05", "总磷": "TP"} {
		if it, ok := SurfaceItem(name, River); !ok || it.Code != want {
			t.Errorf("%s = %s, want %s", name, it.Code, want)
		}
	}
	for name, want := range map[string]Code{"耗氧量": "CODMN", "w21003": "NH3N", "总α放射性": "ALPHA", "亚硝酸盐": "NO2N"} {
		if it, ok := GroundItem(name); !ok || it.Code != want {
			t.Errorf("%s = %s, want %s", name, it.Code, want)
		}
	}
	if it, _ := SurfaceItem("TP", Lake); it.Limits[III].String() != "≤0.05" {
		t.Error(it.Limits[III])
	}
	for _, name := range []string{"", "-", "w99999", "氨"} {
		if it, ok := SurfaceItem(name, River); ok {
			t.Errorf("%q finds %s", name, it.Code)
		}
	}
	for code, unit := range map[string]quantity.Unit{"w21003": "mg/L", "060": "mg/L", "w20111": "ug/L", "a34004": "ng/m3", "a05024": "ug/m3"} {
		if f, ok := FactorOf(code); !ok || f.Unit != unit {
			t.Errorf("%s: %s, want %s", code, f.Unit, unit)
		}
	}
	if f, _ := FactorOf("a00000"); f.Name2025 != "废气流量" || f.Format != "N6.1" {
		t.Errorf("%+v", f)
	}
}

// Units on the wire are not those of the limits: converted first, classed after.
func TestUnitsBeforeClasses(t *testing.T) {
	mercury, _ := SurfaceItem("w20111", River)
	m, err := mercury.In(quantity.Sample{Decimal: quantity.MustParse("0.5")}, "ug/L")
	if err != nil || mercury.class(m) != IV {
		t.Errorf("0.5 ug/L of mercury is %s, %v; want Ⅳ", mercury.class(m), err)
	}
	if m, err = mercury.In(quantity.Sample{Decimal: quantity.MustParse("0.04"), Below: true}, "ug/L"); err != nil || m.Value.RatString() != "1/50000" || m.Detection.RatString() != "1/25000" {
		t.Errorf("%v %v", m, err)
	}
	if _, err = mercury.In(quantity.Sample{Decimal: quantity.MustParse("0.5")}, "ug/m3"); err == nil || !strings.Contains(err.Error(), "汞") {
		t.Error("water is not air", err)
	}
	fine, err := quantity.Convert(quantity.Int(75000), "ng/m3", "ug/m3")
	l, _ := AirLimitOn("a34004", Day, day("2023-01-01"))
	if err != nil || !l.Keeps(fine, 2) {
		t.Error(fine, err)
	}
}

// What is from memory says so wherever it is shown.
func TestMemoryIsMarked(t *testing.T) {
	v, err := SurfaceWater(Site{}, map[Code]Measured{"NH3N": Of(quantity.MustParse("1.2"))})
	if err != nil || v.Items[0].Row.String() != "GB 3838-2002 表1 第7项" || !v.Items[0].Verified() {
		t.Errorf("%v %v", v.Items, err)
	}
	if s := v.Grade.String(); !strings.HasSuffix(s, "（未核实）") {
		t.Errorf("a grade from memory is shown as %s", s)
	}
	for _, l := range KilnLimits(Firing, day("2023-01-01")) {
		if l.Verified() || !strings.HasSuffix(l.Row.String(), "（未核实）") {
			t.Errorf("%v", l)
		}
	}
	for _, r := range trophicRows {
		if r.Verified() {
			t.Errorf("%v", r)
		}
	}
}

// Every row of every table says where it was read, and those that nobody read say that they are from memory.
func TestEveryRowHasASource(t *testing.T) {
	tables, err := files.ReadDir("tables")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tables {
		if f.Name() == "editions.csv" {
			continue
		}
		for i, r := range each(f.Name(), func(r record) Row { return r.row("") }) {
			if r.Source == "" || r.Clause == "" && f.Name() != "heavy-pollution.csv" && f.Name() != "composite.csv" {
				t.Errorf("%s:%d has no source or clause", f.Name(), i+2)
			}
			if !r.Verified() && !strings.Contains(r.Source+r.Note, "凭记忆") && !strings.Contains(r.Note, "未核实") && !strings.Contains(r.Source, "公开") {
				t.Errorf("%s:%d is not verified and does not say so: %s", f.Name(), i+2, r.Source)
			}
			if !r.To.IsZero() && r.To.Before(r.From) {
				t.Errorf("%s:%d ends before it begins", f.Name(), i+2)
			}
		}
	}
}

func TestCountyLimits(t *testing.T) {
	l := countyLimits(t)
	if len(l) != 4 || l[0].Standard != "" || l[0].Reference != "o2 18" {
		t.Errorf("%+v", l)
	}
	const head = "set,set_zh,process,pollutant,fuel,telemetry,zh,limit,unit,reference,note,source,clause,effective_from,effective_to,checked\n"
	for row, want := range map[string]string{
		"own,自订,人工干燥及焙烧,PM,,a34013,颗粒物,x,mg/m3,o2 18,,,,,,1": "不是数", "own,自订,人工干燥及焙烧,PM,,a34013,颗粒物,0,mg/m3,o2 18,,,,,,1": "大于 0",
		"own,自订,人工干燥及焙烧,PM,,a34013,颗粒物,10,mg/m3,o2 21,,,,,,1": "基准", "own,自订,人工干燥及焙烧,PM,,a34013,颗粒物,10,mg/m3,o2 18,,,,2023-13-01,,1": "日期", "": "没有行",
		"own,自订,焙烧,PM,,a34013,颗粒物,10,mg/m3,o2 18,,某文,,2023-08-18,,1": "process 栏“焙烧”", "table2,自订,人工干燥及焙烧,PM,,a34013,颗粒物,10,mg/m3,o2 18,,某文,,2023-08-18,,1": "国家标准的",
		"own,自订,人工干燥及焙烧,PM,,a34013,颗粒物,10,mg/m3,o2 18,,,,2023-08-18,,1": "没有出处", "own,自订,人工干燥及焙烧,PM,,a34013,颗粒物,10,mg/m3,o2 18,,某文,,,,1": "没有出处或日期", "own,自订": "第 2 行：不是可读的 CSV",
	} {
		if _, err := ParseKilnLimits([]byte(head + row)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", row, err, want)
		}
	}
}

func TestConditions(t *testing.T) {
	for in, ok := range map[string]bool{"a>=1": true, "a>=1 and b<2 or c==3": true, "run(150)>=2": true, "": true, "a": false, "a=1": false, "a>": false, "A>1": false, "run(x)>1": false,
		"run(1>2": false, ">1": false, "a>=1 and": false} {
		if _, err := parseCondition(in); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
	c, _ := parseCondition("a>=1 and b<2 or c>3")
	for _, x := range []struct {
		a, b, c *big.Rat
		want    bool
	}{{big.NewRat(1, 1), big.NewRat(1, 1), nil, true}, {big.NewRat(1, 1), big.NewRat(2, 1), nil, false}, {big.NewRat(1, 1), nil, nil, false}, {nil, nil, big.NewRat(4, 1), true}, {nil, nil, big.NewRat(3, 1), false}} {
		if got := c.met(func(n, _ string) *big.Rat { return map[string]*big.Rat{"a": x.a, "b": x.b, "c": x.c}[n] }); got != x.want {
			t.Errorf("%v: %v", x, got)
		}
	}
}

// Signals other than rain: what needs several numbers needs them all.
func TestSignals(t *testing.T) {
	d := func(s string) quantity.Decimal { return quantity.MustParse(s) }
	for _, c := range []struct {
		kind string
		w    Weather
		want Level
	}{
		{"大风", Weather{"gust_24h": d("7")}, Blue}, {"大风", Weather{"wind_6h": d("12")}, Red}, {"大风", Weather{"wind_24h": d("5"), "gust_24h": d("6")}, ""},
		{"寒潮", Weather{"temp_drop_24h": d("12"), "temp_min_24h": d("0"), "wind_24h": d("6")}, Orange}, {"寒潮", Weather{"temp_drop_24h": d("12"), "temp_min_24h": d("0.1"), "wind_24h": d("6")}, Yellow},
		{"寒潮", Weather{"temp_drop_24h": d("16")}, ""}, {"高温", Weather{"temp_max_24h": d("40")}, Red}, {"高温", Weather{"heat_days_35": d("2")}, ""}, {"大雾", Weather{"visibility_2h": d("49")}, Red},
		{"大雾", Weather{"visibility_2h": d("50")}, ""}, {"暴雪", Weather{"snow_6h": d("15")}, Red}, {"霜冻", Weather{"ground_min_24h": d("-3")}, Yellow},
		{"霾", Weather{"visibility": d("2999"), "humidity": d("80"), "pm25": d("115.1")}, Yellow}, {"霾", Weather{"visibility": d("2999"), "humidity": d("80"), "pm25": d("115")}, ""},
		{"霾", Weather{"visibility_6h": d("1000")}, ""}, {"冰雹", Weather{}, ""},
	} {
		got := Level("")
		if s := SignalLevel(c.kind, National, day("2023-07-01"), c.w); s != nil {
			got = s.Level
		}
		if got != c.want {
			t.Errorf("%s %v: %q, want %q", c.kind, c.w, got, c.want)
		}
	}
	if s := SignalLevel("霾", National, day("2010-01-01"), Weather{"visibility_6h": d("1999")}); s == nil || s.Level != Orange {
		t.Error("haze was judged by visibility alone before 2013")
	}
}

// Points of a lake are averaged over time, then over the points.
func TestLakeMeans(t *testing.T) {
	point := func(values ...string) map[Code]Measured {
		var all []Measured
		for _, v := range values {
			all = append(all, Of(quantity.MustParse(v)))
		}
		m, err := Mean(all)
		if err != nil {
			t.Fatal(err)
		}
		return map[Code]Measured{"TP": m}
	}
	means, err := Means([]map[Code]Measured{point("0.04"), point("0.02", "0.10", "0.06")})
	if err != nil {
		t.Fatal(err)
	}
	v, err := SurfaceWater(Site{Body: Lake}, means)
	if err != nil || v.Class != III || v.Items[0].Value.RatString() != "1/20" {
		t.Errorf("%s %s, %v: want 0.05, Ⅲ", v.Class, v.Items[0].Value, err)
	}
}

func TestWritten(t *testing.T) {
	v, err := SurfaceWater(Site{}, map[Code]Measured{"NH3N": Of(quantity.MustParse("1.25")), "TP": Of(quantity.MustParse("0.27")), "DO": Of(quantity.MustParse("4"))})
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, j := range v.Main {
		s = append(s, j.Written())
	}
	if got := strings.Join(s, "、"); got != "总磷（0.4）、氨氮（0.2）、溶解氧" { // 0.35 and 0.25: half to even
		t.Error(got)
	}
}

func TestLevels(t *testing.T) {
	for aqi, want := range map[int]string{0: "优", 50: "优", 51: "良", 100: "良", 101: "轻度污染", 150: "轻度污染", 151: "中度污染", 200: "中度污染", 201: "重度污染", 300: "重度污染", 301: "严重污染", 500: "严重污染"} {
		if got := LevelOf(aqi).Class; got != want {
			t.Errorf("%d is %s, want %s", aqi, got, want)
		}
	}
}

// The formula, against an independent walk over whole numbers: the index is the least whole number not below the exact one.
func TestIndexIsTheExactCeiling(t *testing.T) {
	for _, b := range iaqiTable {
		top := b.at[len(b.at)-1].Rat()
		for n := int64(0); ; n++ {
			c := new(big.Rat).Mul(big.NewRat(n, 7000), top)
			d, _ := quantity.Round(c, 3)
			if d.Rat().Cmp(top) > 0 || n > 7000 {
				break
			}
			got := b.index(d)
			i := 1
			for d.Rat().Cmp(b.at[i].Rat()) > 0 {
				i++
			}
			// got-1 < exact ≤ got, multiplied out: no division, no rounding
			span := new(big.Rat).Sub(b.at[i].Rat(), b.at[i-1].Rat())
			part := new(big.Rat).Mul(new(big.Rat).Sub(d.Rat(), b.at[i-1].Rat()), big.NewRat(int64(iaqiSteps[i]-iaqiSteps[i-1]), 1))
			upper := new(big.Rat).Mul(span, big.NewRat(int64(got-iaqiSteps[i-1]), 1))
			lower := new(big.Rat).Sub(upper, span)
			if part.Cmp(upper) > 0 || part.Cmp(lower) <= 0 {
				t.Fatalf("%s %s %s: index %d", b.edition, b.pollutant, d, got)
			}
		}
	}
}

func TestClassOfOneResult(t *testing.T) {
	ammonia, _ := SurfaceItem("w21003", River)
	groundAmmonia, _ := GroundItem("w21003")
	odour, _ := GroundItem("ODOR")
	nitrogen, _ := SurfaceItem("TN", River)
	lakeNitrogen, _ := SurfaceItem("TN", Lake)
	sulfate, _ := SurfaceItem("SO4", River)
	for _, c := range []struct {
		item Item
		m    Measured
		want Class
	}{{ammonia, Of(quantity.MustParse("1.01")), IV}, {groundAmmonia, Of(quantity.MustParse("1.01")), IV}, {groundAmmonia, Of(quantity.MustParse("0.5")), III},
		{odour, Measured{Word: "有"}, V}, {nitrogen, Of(quantity.MustParse("5")), 0}, {lakeNitrogen, Of(quantity.MustParse("5")), WorseThanV}, {sulfate, Of(quantity.MustParse("300")), 0}} {
		if got, err := c.item.ClassOf(c.m); err != nil || got != c.want {
			t.Errorf("%s %s: %s, %v; want %s", c.item.Name, c.m, got, err, c.want)
		}
	}
	if _, err := ammonia.ClassOf(Of(quantity.MustParse("-1"))); err == nil {
		t.Error("a negative concentration is classed")
	}
	if _, err := ammonia.ClassOf(Measured{Word: "有"}); err == nil {
		t.Error("a word is classed")
	}
}

// Below detection: half in a mean, nothing in a load, L on the page.
func TestBelowDetection(t *testing.T) {
	s, err := quantity.ParseSample("0.0003L")
	if err != nil {
		t.Fatal(err)
	}
	m := OfSample(s)
	if m.String() != "0.0003L" || m.Value.RatString() != "3/20000" || m.Load().Sign() != 0 {
		t.Errorf("%s %s %s", m, m.Value, m.Load())
	}
	if d := Of(quantity.MustParse("0.0021")); d.Load().RatString() != "21/10000" || d.String() != "0.0021" {
		t.Errorf("%s", d)
	}
}
