package register

import (
	"bufio"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"zhixing/org"
	"zhixing/quantity"
)

func valueRegisters(t testing.TB) *Registers {
	dir := org.NewDirectory(org.Place{Code: "990001", County: "乙县"})
	for _, u := range []org.Unit{{Name: "县生态环境局", Kind: org.Department, Aliases: []string{"环保局"}}, {Name: "东镇", Kind: org.Town},
		{Name: "各乡镇", Kind: org.Set, Of: []org.Kind{org.Town}}} {
		if err := dir.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return &Registers{Directory: dir}
}

// fieldOf reads the first column of values.txt.
func fieldOf(text string) *Field {
	words := strings.Fields(text)
	f := &Field{Name: "格", Type: FieldType(words[0])}
	for i := 1; i < len(words); i++ {
		switch {
		case f.Type == Choice:
			f.Options = append(f.Options, words[i])
		case words[i] == "min" || words[i] == "max":
			d := quantity.MustParse(words[i+1])
			if words[i] == "min" {
				f.Min = &d
			} else {
				f.Max = &d
			}
			i++
		default:
			f.Unit = quantity.Unit(words[i])
		}
	}
	return f
}

func TestValues(t *testing.T) {
	file, err := os.Open("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := valueRegisters(t)
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		n++
		parts := strings.SplitN(line, " | ", 3)
		f := fieldOf(parts[0])
		value, _, bad := r.parse(f, parts[1])
		want, refused := strings.CutPrefix(parts[2], "!")
		switch {
		case refused && !strings.Contains(bad, want):
			t.Errorf("%s: %q %q", line, value, bad)
		case !refused && bad != "":
			t.Errorf("%s: %s", line, bad)
		case !refused && value != want && !(strings.HasSuffix(want, ":") && strings.HasPrefix(value, want)):
			t.Errorf("%s: %q", line, value)
		}
		if !refused && value != "" && !f.Geo() { // what is kept reads as itself
			if again, _, bad := r.parse(f, f.Written(value)); again != value || bad != "" {
				t.Errorf("%s: written %q, read back %q %s", line, f.Written(value), again, bad)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d cases", n)
	}
}

func FuzzValue(f *testing.F) {
	r := valueRegisters(f)
	fields := []*Field{fieldOf("text"), fieldOf("number 亩"), fieldOf("money 万元"), fieldOf("date"), fieldOf("choice 工业 生活"), fieldOf("yesno"), fieldOf("unit"),
		fieldOf("point"), fieldOf("line"), fieldOf("polygon")}
	for i, s := range []string{"甲", "1,200.50公顷", "12.5元", "2023年10月31日", "工业", "是", "东镇", "111.5 35.4", "LINESTRING(1 2, 3 4)", "POLYGON((0 0, 1 0, 1 1, 0 0))"} {
		f.Add(i, s)
	}
	f.Fuzz(func(t *testing.T, i int, s string) {
		field := fields[(i%len(fields)+len(fields))%len(fields)]
		value, shape, bad := r.parse(field, s)
		if bad != "" {
			if !strings.HasSuffix(bad, "。") {
				t.Errorf("%q is told %q", s, bad)
			}
			return
		}
		if !readable(value) {
			t.Errorf("%q is kept as %q", s, value)
		}
		if shape != nil {
			again, err := decodeGeometry(shape.encode())
			if err != nil || shapeValue(again) != value {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, _, bad := r.parse(field, field.Written(value)); bad != "" || again != value {
			t.Errorf("%q is kept as %q, which reads %q %s", s, value, again, bad)
		}
	})
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`))
	f.Add([]byte(`{"type":"Feature","geometry":{"type":"Point","coordinates":[111.5,35.4]}}`))
	f.Add([]byte(`{"type":"MultiLineString","coordinates":[[[0,0],[1e1,0]],[[3,3],[4,4,5]]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, bad := ParseGeoJSON(b)
		if bad == "" {
			bad = g.check()
		}
		if bad != "" {
			return
		}
		again, bad := ParseGeoJSON(g.GeoJSON())
		if bad != "" || string(again.encode()) != string(g.encode()) {
			t.Errorf("%s written as %s: %s", b, g.GeoJSON(), bad)
		}
		if g.Kind == Polygon {
			g.Contains(g.Middle())
		}
		if slim := g.Simplify(1000); slim.Points() > g.Points()+4*len(g.Parts) {
			t.Errorf("%d vertices became %d", g.Points(), slim.Points())
		}
		if _, err := decodeGeometry(g.sketch()); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDecodeGeometry(f *testing.F) {
	f.Add(At(XY{1, 2}).encode())
	f.Add([]byte("s\x01\x01\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if g, err := decodeGeometry(b); err == nil && g.Points() == 0 {
			t.Error("a geometry without a point")
		}
	})
}

func FuzzValues(f *testing.F) {
	f.Add(`{"名称":"甲","备注":"a\"b"}`)
	f.Add(`{}`)
	f.Fuzz(func(t *testing.T, s string) {
		v, err := decodeValues([]byte(s))
		if err != nil {
			return
		}
		for k, x := range v {
			if !readable(k) || !readable(x) {
				return
			}
		}
		again, err := decodeValues([]byte(v.encode()))
		if err != nil || again.encode() != v.encode() {
			t.Errorf("%q: %q %v", s, v.encode(), err)
		}
	})
}

// Squares of each size cover what they must: a box that meets the rectangle is in one of the stretches.
func TestCover(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	within := func(most float64) Box {
		x, y := int32((r.Float64()-0.5)*359*degree), int32((r.Float64()-0.5)*179*degree)
		if r.IntN(3) == 0 { // at an edge of large squares
			x, y = int32(r.IntN(5)-2)*45*degree/2, int32(r.IntN(3)-1)*45*degree/2
		}
		size := math.Pow(most, r.Float64())
		return Box{x, y, int32(min(float64(x)+size*r.Float64(), 180*degree)), int32(min(float64(y)+size*r.Float64(), 90*degree))}
	}
	met := 0
	for range 200_000 {
		q, b := within(1e9), within(1e9)
		if r.IntN(2) == 0 { // near each other
			dx, dy := int32(r.IntN(1000)), int32(r.IntN(1000))
			b.MinX, b.MinY = q.MinX-dx, q.MinY-dy
			b.MaxX, b.MaxY = max(b.MinX, q.MinX-dx+int32(r.IntN(2000))), max(b.MinY, q.MinY-dy+int32(r.IntN(2000)))
		}
		if !q.Meets(b) {
			continue
		}
		met++
		cell, level := cellOf(b)
		found := false
		for _, s := range cover(q, level) {
			found = found || s.from <= cell && cell <= s.to
		}
		if !found {
			t.Fatalf("%v meets %v, but its square %d of level %d is not looked into", b, q, cell, level)
		}
	}
	if met < 10_000 {
		t.Errorf("only %d met", met)
	}
}

// The even-odd rule against a slow one, on random rings.
func TestContains(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		var ring []XY
		for a := 0.0; a < 2*math.Pi; a += 0.1 + r.Float64()*0.5 {
			d := 1e6 * (0.3 + r.Float64())
			ring = append(ring, XY{int32(1.115e9 + d*math.Cos(a)), int32(3.54e8 + d*math.Sin(a))})
		}
		ring = append(ring, ring[0])
		g := &Geometry{Polygon, [][][]XY{{ring}}}
		if bad := g.check(); bad != "" {
			t.Fatal(bad)
		}
		for _, p := range ring {
			if !g.Contains(p) {
				t.Errorf("corner %v is outside", p)
			}
		}
		if !g.Contains(g.Middle()) {
			t.Errorf("the middle %v is outside", g.Middle())
		}
		for range 100 {
			p := XY{int32(1.115e9 + 3e6*(r.Float64()-0.5)), int32(3.54e8 + 3e6*(r.Float64()-0.5))}
			angle := 0.0
			for i := 1; i < len(ring); i++ {
				a := math.Atan2(float64(ring[i-1].Y)-float64(p.Y), float64(ring[i-1].X)-float64(p.X))
				b := math.Atan2(float64(ring[i].Y)-float64(p.Y), float64(ring[i].X)-float64(p.X))
				angle += math.Remainder(b-a, 2*math.Pi)
			}
			if want := math.Abs(angle) > 1; g.Contains(p) != want {
				t.Errorf("%v: %v", p, !want)
			}
		}
	}
}

func TestSimplifyStaysNear(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var ring []XY
	for a := range 5000 {
		d := 1e6 * (1 + 0.1*r.Float64())
		ring = append(ring, XY{int32(d * math.Cos(float64(a)/5000*2*math.Pi)), int32(d * math.Sin(float64(a)/5000*2*math.Pi))})
	}
	ring = append(ring, ring[0])
	g := &Geometry{Polygon, [][][]XY{{ring}}}
	slim := g.Simplify(20_000)
	if n := slim.Points(); n >= 1500 || n < 20 {
		t.Errorf("%d vertices", n)
	}
	corners := slim.Parts[0][0]
	for _, p := range ring {
		near := math.Inf(1)
		for i := 1; i < len(corners); i++ {
			near = min(near, apart(p, corners[i-1], corners[i]))
		}
		if near > 20_000*20_000 {
			t.Errorf("%v is %.0f away", p, math.Sqrt(near))
		}
	}
	if k, _ := decodeGeometry(g.sketch()); k.Points() > sketchPoints {
		t.Errorf("the sketch has %d vertices", k.Points())
	}
}

// A time of day is asked for as people write it, and ordered by the day.
func TestTimesOfDayAreOrdered(t *testing.T) {
	r := valueRegisters(t)
	f := &Field{Name: "开工", Type: Clock}
	for _, x := range []struct {
		op    Op
		asked string
		holds string
	}{{Least, "8点半", "08:30 10:00 24:00"}, {Less, "10:00", "07:05 08:30"}, {Is, "下午12点", ""}, {Most, "24:00", "07:05 08:30 10:00 24:00"}} {
		by, bad := r.readFilter(f, Filter{Field: "开工", Op: x.op, Value: x.asked})
		if bad != "" {
			t.Fatal(bad)
		}
		var got []string
		for _, v := range []string{"07:05", "08:30", "10:00", "24:00"} {
			if by.matches(&Entry{Values: Values{"开工": v}}) {
				got = append(got, v)
			}
		}
		if strings.Join(got, " ") != x.holds {
			t.Errorf("%s %s: %v, want %s", x.op, x.asked, got, x.holds)
		}
	}
}
