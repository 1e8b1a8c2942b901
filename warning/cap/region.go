package cap

import (
	"cmp"
	"math"
)

// cell is a point in units of a ten-millionth of a degree, a centimetre on the ground. What follows is exact in these.
type cell struct{ lat, lon int64 }

const perDegree = 1e7

func cellOf(p Point) cell {
	return cell{int64(math.Round(p.Lat * perDegree)), int64(math.Round(p.Lon * perDegree))}
}

func grid(p Polygon) []cell {
	v := make([]cell, len(p))
	for k, pt := range p {
		v[k] = cellOf(pt)
	}
	return v
}

// side says on which side of the line from a to b p lies: -1, 0 on it, +1. Differences of latitudes are below 2e9 and of longitudes
// below 4e9, so that a product fits; the two products are compared, not subtracted.
func side(a, b, p cell) int {
	return cmp.Compare((b.lat-a.lat)*(p.lon-a.lon), (p.lat-a.lat)*(b.lon-a.lon))
}

// Region is what areas cover together, ready to be asked many times.
type Region struct {
	rings   []ring
	circles []Circle
	low     Point // south-west
	high    Point // north-east
}

type ring struct {
	v         []cell
	low, high cell
}

// NewRegion takes the shapes of areas. What they name only by code is not in it; a line around the 180th meridian is not known.
func NewRegion(areas ...Area) *Region {
	r := &Region{low: Point{math.Inf(1), math.Inf(1)}, high: Point{math.Inf(-1), math.Inf(-1)}}
	for _, a := range areas {
		for _, p := range a.Polygons {
			if len(p) == 0 {
				continue
			}
			v := grid(p)
			g := ring{v: v, low: v[0], high: v[0]}
			for k, c := range v {
				g.low = cell{min(g.low.lat, c.lat), min(g.low.lon, c.lon)}
				g.high = cell{max(g.high.lat, c.lat), max(g.high.lon, c.lon)}
				r.stretch(p[k], p[k])
			}
			r.rings = append(r.rings, g)
		}
		for _, c := range a.Circles {
			r.circles = append(r.circles, c)
			r.stretch(c.bounds())
		}
	}
	return r
}

func (r *Region) stretch(low, high Point) {
	r.low = Point{min(r.low.Lat, low.Lat), min(r.low.Lon, low.Lon)}
	r.high = Point{max(r.high.Lat, high.Lat), max(r.high.Lon, high.Lon)}
}

// Empty says that there is no shape: the areas are names or codes.
func (r *Region) Empty() bool { return len(r.rings)+len(r.circles) == 0 }

// Bounds is the smallest box around the region, from the south-west to the north-east; ok is false where there is no shape.
func (r *Region) Bounds() (low, high Point, ok bool) { return r.low, r.high, !r.Empty() }

// Contains says whether p is in one of the shapes or on the edge of one. Where a polygon goes over its own ground twice it is in:
// better told too many.
func (r *Region) Contains(p Point) bool {
	c := cellOf(p)
	for k := range r.rings {
		if r.rings[k].contains(c) {
			return true
		}
	}
	for _, k := range r.circles {
		if k.Contains(p) {
			return true
		}
	}
	return false
}

// contains counts how often the line winds around p.
func (g *ring) contains(p cell) bool {
	if p.lat < g.low.lat || p.lat > g.high.lat || p.lon < g.low.lon || p.lon > g.high.lon {
		return false
	}
	wound := 0
	for k := 1; k < len(g.v); k++ {
		a, b := g.v[k-1], g.v[k]
		if p.lat < min(a.lat, b.lat) || p.lat > max(a.lat, b.lat) {
			continue
		}
		s := side(a, b, p)
		switch {
		case s == 0 && p.lon >= min(a.lon, b.lon) && p.lon <= max(a.lon, b.lon):
			return true
		case a.lat <= p.lat && b.lat > p.lat && s < 0:
			wound++
		case a.lat > p.lat && b.lat <= p.lat && s > 0:
			wound--
		}
	}
	return wound != 0
}

// EarthRadius is the mean radius in kilometres; for distances of a county the error is below 0.5 %.
const EarthRadius = 6371.0088

// Distance over ground in kilometres.
func Distance(a, b Point) float64 {
	rad := func(v float64) float64 { return v * math.Pi / 180 }
	lat, lon := math.Sin(rad(b.Lat-a.Lat)/2), math.Sin(rad(b.Lon-a.Lon)/2)
	h := lat*lat + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*lon*lon
	return 2 * EarthRadius * math.Asin(math.Sqrt(min(1, h)))
}

// Contains takes the edge in; a centimetre is forgiven, which is what places are kept to.
func (c Circle) Contains(p Point) bool { return Distance(c.Center, p) <= c.Radius+1e-5 }

func (c Circle) bounds() (low, high Point) {
	lat := c.Radius / EarthRadius * 180 / math.Pi
	low.Lat, high.Lat = max(c.Center.Lat-lat, -90), min(c.Center.Lat+lat, 90)
	low.Lon, high.Lon = -180, 180
	if low.Lat > -90 && high.Lat < 90 { // else a pole is inside, and every longitude
		lon := math.Asin(min(1, math.Sin(c.Radius/EarthRadius)/math.Cos(c.Center.Lat*math.Pi/180))) * 180 / math.Pi
		low.Lon, high.Lon = c.Center.Lon-lon, c.Center.Lon+lon
		if low.Lon < -180 || high.Lon > 180 { // over the 180th meridian
			low.Lon, high.Lon = -180, 180
		}
	}
	return low, high
}
