package audience

import (
	"math"

	"zhixing/register"
)

// XY is a place: longitude and latitude in 1e-7 degree, WGS 84.
type XY = register.XY

// box is a rectangle, its edges included.
type box = register.Box

// side says where a rectangle lies.
type side int8

const (
	unsure  side = iota // partly inside, or it cannot be told cheaply
	inside              // every point of it
	outside             // no point of it
)

// shape is one part of an area. What holds says is exact; side may be unsure, but is never wrong.
type shape interface {
	bounds() box
	holds(p XY) bool
	side(b box) side
	// within is a shape that says the same of every point of b, and sooner.
	within(b box) shape
}

const (
	degree = 10_000_000
	// earth is its mean radius in metres; decision 38 and CAP count circles by it.
	earth = 6_371_008.8
)

// polygon is one surface with its holes, by the even-odd rule, its edges included. A ray to the east meets only edges that reach the
// height of the point, so within a rectangle those that reach its height are enough.
type polygon struct {
	edges []edge
	box   box
}

// edge runs from its lower end to its upper.
type edge struct{ a, b XY }

func newPolygon(rings [][]XY) *polygon {
	p := &polygon{box: box{MinX: math.MaxInt32, MinY: math.MaxInt32, MaxX: math.MinInt32, MaxY: math.MinInt32}}
	for _, ring := range rings {
		for i, v := range ring {
			p.box.MinX, p.box.MaxX = min(p.box.MinX, v.X), max(p.box.MaxX, v.X)
			p.box.MinY, p.box.MaxY = min(p.box.MinY, v.Y), max(p.box.MaxY, v.Y)
			if i == 0 {
				continue
			}
			e := edge{ring[i-1], v}
			if e.a.Y > e.b.Y {
				e.a, e.b = e.b, e.a
			}
			p.edges = append(p.edges, e)
		}
	}
	return p
}

func (p *polygon) bounds() box { return p.box }

func (p *polygon) holds(q XY) bool {
	in := false
	for i := range p.edges {
		e := &p.edges[i]
		if q.Y < e.a.Y || q.Y > e.b.Y {
			continue
		}
		s := turn(e.a, e.b, q)
		switch {
		case s == 0 && min(e.a.X, e.b.X) <= q.X && q.X <= max(e.a.X, e.b.X):
			return true
		case s > 0 && q.Y < e.b.Y: // the upper end belongs to the next edge, a level one to none
			in = !in
		}
	}
	return in
}

// turn is positive where c lies to the left of the way from a to b. An area is at most 20° wide, so nothing overflows.
func turn(a, b, c XY) int64 {
	return (int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)) - (int64(b.Y)-int64(a.Y))*(int64(c.X)-int64(a.X))
}

// meets reports whether the edge has a point in the rectangle.
func (e *edge) meets(b box) bool {
	if e.b.Y < b.MinY || e.a.Y > b.MaxY || max(e.a.X, e.b.X) < b.MinX || min(e.a.X, e.b.X) > b.MaxX {
		return false
	}
	s1, s2 := turn(e.a, e.b, XY{X: b.MinX, Y: b.MinY}), turn(e.a, e.b, XY{X: b.MaxX, Y: b.MinY})
	s3, s4 := turn(e.a, e.b, XY{X: b.MinX, Y: b.MaxY}), turn(e.a, e.b, XY{X: b.MaxX, Y: b.MaxY})
	return min(s1, s2, s3, s4) <= 0 && max(s1, s2, s3, s4) >= 0
}

func (p *polygon) side(b box) side {
	if !p.box.Meets(b) {
		return outside
	}
	for i := range p.edges {
		if p.edges[i].meets(b) {
			return unsure
		}
	}
	if p.holds(XY{X: b.MinX, Y: b.MinY}) {
		return inside
	}
	return outside
}

func (p *polygon) within(b box) shape {
	n := 0
	for i := range p.edges {
		if p.edges[i].a.Y <= b.MaxY && p.edges[i].b.Y >= b.MinY {
			n++
		}
	}
	if n*4 > len(p.edges)*3 { // too little would be gained
		return p
	}
	out := &polygon{box: p.box, edges: make([]edge, 0, n)}
	for _, e := range p.edges {
		if e.a.Y <= b.MaxY && e.b.Y >= b.MinY {
			out.edges = append(out.edges, e)
		}
	}
	return out
}

// circle holds what is at most radius metres away from its centre, over the earth's surface.
type circle struct {
	centre XY
	radius float64
	cosLat float64
	most   float64 // sin² of half the angle
	box    box
}

func newCircle(centre XY, metres float64) *circle {
	lat := radians(centre.Y)
	angle := metres / earth
	half := math.Sin(angle / 2)
	c := &circle{centre: centre, radius: metres, cosLat: math.Cos(lat), most: half * half}
	up := angle / math.Pi * 180 * degree
	across := math.Asin(math.Min(1, math.Sin(angle)/c.cosLat)) / math.Pi * 180 * degree
	c.box = widened(box{MinX: centre.X, MinY: centre.Y, MaxX: centre.X, MaxY: centre.Y}, across, up)
	return c
}

func radians(v int32) float64 { return float64(v) / degree / 180 * math.Pi }

func (c *circle) bounds() box { return c.box }

func (c *circle) holds(p XY) bool {
	if !c.box.Holds(p) {
		return false
	}
	up := math.Sin((radians(p.Y) - radians(c.centre.Y)) / 2)
	across := math.Sin((radians(p.X) - radians(c.centre.X)) / 2)
	return up*up+c.cosLat*math.Cos(radians(p.Y))*across*across <= c.most
}

// side: of the points of a rectangle that is small beside the earth, a corner is farthest from any centre.
func (c *circle) side(b box) side {
	switch {
	case !c.box.Meets(b):
		return outside
	case c.holds(XY{X: b.MinX, Y: b.MinY}) && c.holds(XY{X: b.MaxX, Y: b.MinY}) && c.holds(XY{X: b.MinX, Y: b.MaxY}) && c.holds(XY{X: b.MaxX, Y: b.MaxY}):
		return inside
	}
	return unsure
}

func (c *circle) within(box) shape { return c }

// band holds what is at most metres away from a line: a reach of a river, a section of a road. Each stretch is measured on a plane that
// is true at its middle, which at a county's size is wrong by less than a thousandth.
type band struct {
	stretches []stretch
	box       box
}

type stretch struct {
	a      XY
	dx, dy float64 // to its end, in metres
	kx, ky float64 // metres a unit
	long   float64 // dx²+dy²
	metres float64
	box    box
}

func newBand(line []XY, metres float64) *band {
	out := &band{}
	for i := range line {
		a, b := line[max(i-1, 0)], line[i]
		if i == 0 && len(line) > 1 {
			continue
		}
		s := stretch{a: a, metres: metres, ky: earth * math.Pi / 180 / degree}
		s.kx = s.ky * math.Cos((radians(a.Y)+radians(b.Y))/2)
		s.dx, s.dy = (float64(b.X)-float64(a.X))*s.kx, (float64(b.Y)-float64(a.Y))*s.ky
		s.long = s.dx*s.dx + s.dy*s.dy
		s.box = widened(box{MinX: min(a.X, b.X), MinY: min(a.Y, b.Y), MaxX: max(a.X, b.X), MaxY: max(a.Y, b.Y)}, metres/s.kx, metres/s.ky)
		if len(out.stretches) == 0 {
			out.box = s.box
		}
		out.box = joined(out.box, s.box)
		out.stretches = append(out.stretches, s)
	}
	return out
}

func (s *stretch) holds(p XY) bool {
	if !s.box.Holds(p) {
		return false
	}
	x, y := (float64(p.X)-float64(s.a.X))*s.kx, (float64(p.Y)-float64(s.a.Y))*s.ky
	if s.long > 0 {
		along := math.Max(0, math.Min(1, (x*s.dx+y*s.dy)/s.long))
		x, y = x-along*s.dx, y-along*s.dy
	}
	return x*x+y*y <= s.metres*s.metres
}

func (b *band) bounds() box { return b.box }

func (b *band) holds(p XY) bool {
	for i := range b.stretches {
		if b.stretches[i].holds(p) {
			return true
		}
	}
	return false
}

// side: what lies around one stretch has no dents, so a rectangle is in it where its corners are.
func (b *band) side(r box) side {
	out := outside
	for i := range b.stretches {
		s := &b.stretches[i]
		if !s.box.Meets(r) {
			continue
		}
		out = unsure
		if s.holds(XY{X: r.MinX, Y: r.MinY}) && s.holds(XY{X: r.MaxX, Y: r.MinY}) && s.holds(XY{X: r.MinX, Y: r.MaxY}) && s.holds(XY{X: r.MaxX, Y: r.MaxY}) {
			return inside
		}
	}
	return out
}

func (b *band) within(r box) shape {
	out := &band{box: b.box}
	for _, s := range b.stretches {
		if s.box.Meets(r) {
			out.stretches = append(out.stretches, s)
		}
	}
	return out
}

// widened is the rectangle with so much more on each side, and a little for rounding.
func widened(b box, x, y float64) box {
	more := func(v int32, by float64) int32 {
		return int32(math.Max(math.MinInt32, math.Min(math.MaxInt32, math.Floor(float64(v)+by))))
	}
	return box{MinX: more(b.MinX, -x-1), MinY: more(b.MinY, -y-1), MaxX: more(b.MaxX, x+2), MaxY: more(b.MaxY, y+2)}
}

func joined(a, b box) box {
	return box{MinX: min(a.MinX, b.MinX), MinY: min(a.MinY, b.MinY), MaxX: max(a.MaxX, b.MaxX), MaxY: max(a.MaxY, b.MaxY)}
}
