package cap

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func region(t *testing.T, shapes ...string) *Region {
	t.Helper()
	var a Area
	for _, s := range shapes {
		if p, err := ParsePolygon(s); err == nil {
			a.Polygons = append(a.Polygons, p)
		} else if c, err := ParseCircle(s); err == nil {
			a.Circles = append(a.Circles, c)
		} else {
			t.Fatal(s, err)
		}
	}
	return NewRegion(a)
}

func TestRegionContains(t *testing.T) {
	const square = "35,111 35,112 36,112 36,111 35,111"
	const slant = "35,111 35.3,111.3 35.3,111 35,111" // 35.1 is no float: exact all the same
	const keyhole = "35,111 35,112 36,112 36,111 35,111 35.4,111.4 35.6,111.4 35.6,111.6 35.4,111.6 35.4,111.4 35,111"
	const bowTie = "35,111 36,112 36,111 35,112 35,111"
	const twice = "35,111 35,112 36,112 36,111 35,111 35,112 36,112 36,111 35,111"
	for _, c := range []struct {
		shape    string
		lat, lon float64
		in       bool
	}{
		{square, 35.5, 111.5, true}, {square, 35, 111, true}, {square, 36, 112, true}, {square, 35, 111.5, true}, {square, 35.5, 112, true},
		{square, 36, 111.5, true}, {square, 35.5, 112.0000001, false}, {square, 34.9999999, 111.5, false}, {square, 36, 112.5, false}, {square, 36, 110.5, false}, {square, 35, 113, false},
		{slant, 35.1, 111.1, true}, {slant, 35.2, 111.2, true}, {slant, 35.1, 111.1000001, false}, {slant, 35.1, 111.0999999, true}, {slant, 35.15, 111.05, true},
		{keyhole, 35.5, 111.5, false}, {keyhole, 35.4, 111.5, true}, {keyhole, 35.2, 111.2, true}, {keyhole, 35.7, 111.5, true},
		{bowTie, 35.9, 111.5, true}, {bowTie, 35.1, 111.5, true}, {bowTie, 35.5, 111.1, false}, {bowTie, 35.5, 111.5, true},
		{twice, 35.5, 111.5, true},
		{"35.44,111.62 0", 35.44, 111.62, true}, {"35.44,111.62 0", 35.4401, 111.62, false},
		{"0,0 111.1949", 1, 0, false}, {"0,0 111.196", 1, 0, true}, {"90,0 200", 89, 135, true}, {"0,180 20", 0, -179.9, true},
	} {
		if got := region(t, c.shape).Contains(Point{c.lat, c.lon}); got != c.in {
			t.Errorf("%s contains %v,%v: %v", c.shape, c.lat, c.lon, got)
		}
	}
	both := region(t, square, "30,100 10")
	if !both.Contains(Point{35.5, 111.5}) || !both.Contains(Point{30, 100}) || both.Contains(Point{33, 105}) {
		t.Error("shapes add up")
	}
	if r := NewRegion(); !r.Empty() || r.Contains(Point{35, 111}) {
		t.Error("no shape, no place")
	} else if _, _, ok := r.Bounds(); ok {
		t.Error("no bounds")
	}
}

// TestRegionAgainstFractions holds the winding against the crossing number in exact fractions, on and off edges.
func TestRegionAgainstFractions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	inside, edge := 0, 0
	for range 700 {
		n := 3 + r.IntN(9)
		p := make(Polygon, 0, n+1)
		for k := range n { // star-shaped, so it does not cross itself
			angle := 2 * math.Pi * (float64(k) + 0.8*r.Float64()) / float64(n)
			d := 1 + 9*r.Float64()
			p = append(p, Point{math.Round(d*math.Sin(angle)*10) / 10, math.Round(d*math.Cos(angle)*10) / 10})
		}
		p = append(p, p[0])
		if p.Crosses() {
			continue
		}
		reg := NewRegion(Area{Polygons: []Polygon{p}})
		low, high, _ := reg.Bounds()
		back := slices.Clone(p) // neither the direction nor where a line begins means anything
		slices.Reverse(back)
		turned := append(slices.Clone(p[1:]), p[1])
		others := []*Region{NewRegion(Area{Polygons: []Polygon{back}}), NewRegion(Area{Polygons: []Polygon{turned}})}
		for range 20 {
			q := Point{math.Round((r.Float64()*24-12)*5) / 10, math.Round((r.Float64()*24-12)*5) / 10}
			if k := r.IntN(n); r.IntN(3) == 0 { // the middle of an edge
				q = Point{(p[k].Lat + p[k+1].Lat) / 2, (p[k].Lon + p[k+1].Lon) / 2}
				edge++
				if !reg.Contains(q) {
					t.Fatalf("%v does not contain %v on its edge", p, q)
				}
				continue
			}
			for _, o := range others {
				if o.Contains(q) != reg.Contains(q) {
					t.Fatalf("%v contains %v, or not, by its direction or its beginning", p, q)
				}
			}
			want := exactly(p, q)
			if got := reg.Contains(q); got != want {
				t.Fatalf("%v contains %v: %v, want %v", p, q, got, want)
			}
			if want {
				inside++
				if q.Lat < low.Lat || q.Lat > high.Lat || q.Lon < low.Lon || q.Lon > high.Lon {
					t.Fatalf("%v: bounds %v %v leave out %v", p, low, high, q)
				}
			}
		}
	}
	if inside < 300 || edge < 300 {
		t.Errorf("%d inside, %d on edges: too few to tell", inside, edge)
	}
}

// exactly is the textbook: on an edge, or an odd number of edges to the east.
func exactly(p Polygon, q Point) bool {
	f := func(v float64) *big.Rat {
		x, _ := new(big.Rat).SetString(decimal(math.Round(v*1e7) / 1e7))
		return x
	}
	y, x := f(q.Lat), f(q.Lon)
	odd := false
	for k := 1; k < len(p); k++ {
		ay, ax, by, bx := f(p[k-1].Lat), f(p[k-1].Lon), f(p[k].Lat), f(p[k].Lon)
		sub := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
		mul := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
		cross := sub(mul(sub(bx, ax), sub(y, ay)), mul(sub(by, ay), sub(x, ax))).Sign()
		between := func(v, a, b *big.Rat) bool { return v.Cmp(a)*v.Cmp(b) <= 0 }
		if cross == 0 && between(x, ax, bx) && between(y, ay, by) {
			return true
		}
		if (ay.Cmp(y) > 0) != (by.Cmp(y) > 0) && (cross > 0) == (by.Cmp(ay) > 0) {
			odd = !odd
		}
	}
	return odd
}

func TestCircleBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		c := Circle{Point{r.Float64()*180 - 90, r.Float64()*360 - 180}, r.Float64() * 500}
		low, high := c.bounds()
		for range 50 {
			q := Point{c.Center.Lat + r.Float64()*10 - 5, c.Center.Lon + r.Float64()*20 - 10}
			if math.Abs(q.Lat) <= 90 && math.Abs(q.Lon) <= 180 && c.Contains(q) && (q.Lat < low.Lat-1e-6 || q.Lat > high.Lat+1e-6 || q.Lon < low.Lon-1e-6 || q.Lon > high.Lon+1e-6) {
				t.Fatalf("%v contains %v, its bounds %v %v do not", c, q, low, high)
			}
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b Point
		km   float64
	}{{Point{35.49, 111.57}, Point{35.49, 111.57}, 0}, {Point{0, 0}, Point{0, 180}, math.Pi * EarthRadius}, {Point{90, 0}, Point{-90, 77}, math.Pi * EarthRadius},
		{Point{35, 111}, Point{36, 111}, EarthRadius * math.Pi / 180}} {
		if got := Distance(c.a, c.b); math.Abs(got-c.km) > 1e-6 {
			t.Errorf("%v to %v: %v, want %v", c.a, c.b, got, c.km)
		}
	}
}

func BenchmarkRegionContains(b *testing.B) {
	var p Polygon
	for k := range 200 {
		angle := 2 * math.Pi * float64(k) / 200
		p = append(p, Point{35.5 + 0.2*math.Sin(angle), 111.6 + 0.2*math.Cos(angle)})
	}
	r := NewRegion(Area{Polygons: []Polygon{append(p, p[0])}})
	for k := 0; b.Loop(); k++ {
		r.Contains(Point{35.3 + float64(k%997)/2500, 111.4 + float64(k%991)/2500})
	}
}
