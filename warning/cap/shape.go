package cap

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Point is a place in WGS 84, decimal degrees. Chinese web maps shift theirs: such a point is no Point.
type Point struct{ Lat, Lon float64 }

// Polygon is a closed line, the last point being the first. Its edges are straight in latitude and longitude; its direction means
// nothing.
type Polygon []Point

// Circle is all within Radius kilometres over ground. Radius 0 is the place itself.
type Circle struct {
	Center Point
	Radius float64
}

// coordinate is what may stand for a number: floating-point readers take NaN, 1e3 and full-width digits besides.
var coordinate = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

func number(s string) (float64, bool) {
	if !coordinate.MatchString(s) {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// ParsePoint reads "35.49,111.57", latitude first.
func ParsePoint(s string) (Point, error) {
	a, b, ok := strings.Cut(s, ",")
	lat, ok1 := number(a)
	lon, ok2 := number(b)
	switch {
	case !ok || !ok1 || !ok2:
		return Point{}, fmt.Errorf("%q 不是“纬度,经度”：用半角数字，中间一个逗号，没有空白", short(s))
	case math.Abs(lat) > 90 && math.Abs(lat) <= 180 && math.Abs(lon) <= 90:
		return Point{}, fmt.Errorf("%q 的纬度过了 90 度：看来经纬度写反了，要纬度在前", short(s))
	case math.Abs(lat) > 90 || math.Abs(lon) > 180:
		return Point{}, fmt.Errorf("%q 不在地球上：纬度 ±90，经度 ±180", short(s))
	}
	return Point{lat, lon}, nil
}

func (p Point) String() string { return decimal(p.Lat) + "," + decimal(p.Lon) }

// decimal is the shortest that reads back as v.
func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// ParsePolygon reads pairs that are parted by white space.
func ParsePolygon(s string) (Polygon, error) {
	var p Polygon
	for _, pair := range strings.FieldsFunc(s, xmlSpace) {
		pt, err := ParsePoint(pair)
		if err != nil {
			return nil, err
		}
		if p = append(p, pt); len(p) > maxPoints {
			return nil, fmt.Errorf("多边形的点多于 %d 个：不读", maxPoints)
		}
	}
	switch {
	case len(p) == 0:
		return nil, fmt.Errorf("多边形是空的：没有就不写")
	case len(p) < 4:
		return nil, fmt.Errorf("多边形只有 %d 个点：至少四个，首尾相同", len(p))
	case p[0] != p[len(p)-1]:
		return nil, fmt.Errorf("多边形没有闭合：首点 %v，尾点 %v", p[0], p[len(p)-1])
	}
	return p, nil
}

func xmlSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

func (p Polygon) String() string {
	s := make([]string, len(p))
	for k, pt := range p {
		s[k] = pt.String()
	}
	return strings.Join(s, " ")
}

// ParseCircle reads "35.44,111.62 3.0".
func ParseCircle(s string) (Circle, error) {
	part := strings.FieldsFunc(s, xmlSpace)
	if len(part) != 2 {
		return Circle{}, fmt.Errorf("%q 不是“纬度,经度 半径”", short(s))
	}
	center, err := ParsePoint(part[0])
	if err != nil {
		return Circle{}, err
	}
	r, ok := number(part[1])
	if !ok || r < 0 {
		return Circle{}, fmt.Errorf("半径 %q 不是不小于零的数：写公里数", short(part[1]))
	}
	return Circle{center, r}, nil
}

func (c Circle) String() string { return c.Center.String() + " " + decimal(c.Radius) }

func (c *checker) polygon(n *node) (Polygon, bool) {
	if len(n.nodes) > 0 {
		return nil, false // told by the schema
	}
	p, err := ParsePolygon(n.text)
	if err != nil {
		c.reason(n, "%v", err)
		return nil, false
	}
	if c.points += len(p); c.points > maxPoints {
		c.reason(n, "各多边形的点共多于 %d 个：不读", maxPoints)
		return nil, false
	}
	switch {
	case p.Crosses():
		c.advise(n, "多边形的边互相交叉：不少接收方不认，本系统不发布")
	case p.flat():
		c.advise(n, "多边形没有面积")
	}
	return p, true
}

func (c *checker) circle(n *node) (Circle, bool) {
	if len(n.nodes) > 0 {
		return Circle{}, false
	}
	k, err := ParseCircle(n.text)
	if err != nil {
		c.reason(n, "%v", err)
		return k, false
	}
	if k.Radius > 20_016 {
		c.advise(n, "半径 %s 公里大过半个地球：单位是公里", decimal(k.Radius))
	}
	return k, true
}

// flat says whether all points stand on one line.
func (p Polygon) flat() bool {
	v := grid(p)
	k := slices.IndexFunc(v, func(c cell) bool { return c != v[0] })
	return k < 0 || !slices.ContainsFunc(v[k:], func(c cell) bool { return side(v[0], v[k], c) != 0 })
}

// Crosses says whether two edges pass through each other. Edges that touch do not: a hole is written as a way in and the same way out.
func (p Polygon) Crosses() bool {
	v := grid(p)
	type edge struct{ a, b cell }
	edges := make([]edge, 0, len(v))
	for k := 1; k < len(v); k++ {
		edges = append(edges, edge{v[k-1], v[k]})
	}
	south := func(e edge) int64 { return min(e.a.lat, e.b.lat) }
	north := func(e edge) int64 { return max(e.a.lat, e.b.lat) }
	slices.SortFunc(edges, func(e, f edge) int { return cmp.Compare(south(e), south(f)) })
	for i, e := range edges {
		for _, f := range edges[i+1:] {
			if south(f) > north(e) {
				break
			}
			if max(e.a.lon, e.b.lon) < min(f.a.lon, f.b.lon) || max(f.a.lon, f.b.lon) < min(e.a.lon, e.b.lon) {
				continue
			}
			if side(e.a, e.b, f.a)*side(e.a, e.b, f.b) < 0 && side(f.a, f.b, e.a)*side(f.a, f.b, e.b) < 0 {
				return true
			}
		}
	}
	return false
}
