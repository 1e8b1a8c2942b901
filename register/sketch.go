package register

// sketchPoints is how many vertices the outline for maps keeps.
const sketchPoints = 100

// sketch is the geometry for maps, in the bytes of encode: itself, or with so few vertices that nobody sees the difference
// while it is smaller than a screen.
func (g *Geometry) sketch() []byte {
	tolerance := int64(0)
	b := g.Box()
	size := max(int64(b.MaxX)-int64(b.MinX), int64(b.MaxY)-int64(b.MinY))
	out := g
	for step := size / 2000; out.Points() > sketchPoints && tolerance < size; step *= 2 {
		tolerance += max(step, 1)
		out = g.Simplify(int32(min(tolerance, 1<<30)))
	}
	return out.encode()
}

// Simplify leaves out vertices that lie within the tolerance, in 1e-7 degree, of the line without them (Douglas and
// Peucker). Rings keep at least three corners; those that are smaller than the tolerance become their box.
func (g *Geometry) Simplify(tolerance int32) *Geometry {
	if g.Kind == Point || tolerance <= 0 {
		return g
	}
	out := &Geometry{Kind: g.Kind}
	for _, part := range g.Parts {
		var rings [][]XY
		for i, ring := range part {
			least := 2
			if g.Kind == Polygon {
				least = 4
			}
			keep := make([]bool, len(ring))
			keep[0], keep[len(ring)-1] = true, true
			if g.Kind == Polygon { // a ring begins where it ends: the farthest vertex parts it
				far := farthest(ring)
				keep[far] = true
				peucker(ring, 0, far, int64(tolerance), keep)
				peucker(ring, far, len(ring)-1, int64(tolerance), keep)
			} else {
				peucker(ring, 0, len(ring)-1, int64(tolerance), keep)
			}
			var slim []XY
			for j, k := range keep {
				if k {
					slim = append(slim, ring[j])
				}
			}
			if len(slim) < least {
				if i > 0 {
					continue // a hole that nobody sees
				}
				b := (&Geometry{g.Kind, [][][]XY{{ring}}}).Box()
				slim = []XY{{b.MinX, b.MinY}, {b.MaxX, b.MinY}, {b.MaxX, b.MaxY}, {b.MinX, b.MaxY}, {b.MinX, b.MinY}}
			}
			rings = append(rings, slim)
		}
		out.Parts = append(out.Parts, rings)
	}
	return out
}

func farthest(ring []XY) int {
	best, most := len(ring)/2, int64(-1)
	for i, p := range ring {
		if d := abs(int64(p.X)-int64(ring[0].X)) + abs(int64(p.Y)-int64(ring[0].Y)); d > most {
			best, most = i, d
		}
	}
	return best
}

func peucker(line []XY, from, to int, tolerance int64, keep []bool) {
	type span struct{ from, to int }
	todo := []span{{from, to}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		best, most := -1, float64(tolerance)*float64(tolerance)
		for i := s.from + 1; i < s.to; i++ {
			if d := apart(line[i], line[s.from], line[s.to]); d > most {
				best, most = i, d
			}
		}
		if best >= 0 {
			keep[best] = true
			todo = append(todo, span{s.from, best}, span{best, s.to})
		}
	}
}

// apart is the square of the distance of p from the stretch between a and b. It is for drawing, so a float is enough.
func apart(p, a, b XY) float64 {
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	px, py := float64(p.X)-float64(a.X), float64(p.Y)-float64(a.Y)
	if dx != 0 || dy != 0 {
		t := min(max((px*dx+py*dy)/(dx*dx+dy*dy), 0), 1)
		px, py = px-t*dx, py-t*dy
	}
	return px*px + py*py
}
