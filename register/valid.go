package register

import (
	"cmp"
	"fmt"
	"slices"
)

// Check is check for geometries that belong to no entry, such as areas of warnings.
func (g *Geometry) Check() string { return g.check() }

// check says what is wrong with a geometry, and what to do; empty where nothing is. Surfaces lose vertices that stand
// twice in a row.
func (g *Geometry) check() string {
	if n := g.Points(); n > maxVertices {
		return fmt.Sprintf("图形有%d个点，最多%d个：请简化后再传。", n, maxVertices)
	}
	for i, part := range g.Parts {
		for j, ring := range part {
			for _, p := range ring {
				if bad := outside(p); bad != "" {
					return bad
				}
			}
			switch g.Kind {
			case Line:
				if len(ring) < 2 {
					return "一条线至少要有两个点。"
				}
			case Polygon:
				ring = slices.Compact(ring)
				g.Parts[i][j] = ring
				if len(ring) < 4 {
					return "一个面至少要有三个不同的点，并回到起点。"
				}
				if ring[0] != ring[len(ring)-1] {
					return "面没有闭合：最后一个点要与第一个点相同。"
				}
				if p, bad := crossing(ring); bad {
					return fmt.Sprintf("面的边界自相交，在 %s 附近：请在地图软件中修正。", pointText(p))
				}
			}
		}
	}
	return ""
}

// maxPairs bounds how many pairs of edges are held against each other; a ring that needs more is let pass.
const maxPairs = 4_000_000

// crossing finds two edges of a ring that cross. Edges are walked from left to right; only those that overlap from left to
// right are held against each other.
func crossing(ring []XY) (XY, bool) {
	type edge struct {
		a, b XY
		n    int
	}
	edges := make([]edge, 0, len(ring)-1)
	for i := 1; i < len(ring); i++ {
		e := edge{ring[i-1], ring[i], i}
		if e.a.X > e.b.X {
			e.a, e.b = e.b, e.a
		}
		edges = append(edges, e)
	}
	last := len(edges)
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.a.X, b.a.X) })
	var open []edge
	pairs := 0
	for _, e := range edges {
		keep := open[:0]
		for _, o := range open {
			if o.b.X < e.a.X {
				continue
			}
			keep = append(keep, o)
			if pairs++; pairs > maxPairs {
				return XY{}, false
			}
			if d := e.n - o.n; d == 1 || d == -1 || d == last-1 || d == 1-last {
				continue // neighbours meet
			}
			if max(min(o.a.Y, o.b.Y), min(e.a.Y, e.b.Y)) > min(max(o.a.Y, o.b.Y), max(e.a.Y, e.b.Y)) {
				continue
			}
			// Touching in a point is allowed (a ring of surfaces that meet in a corner), crossing is not.
			if cross(o.a, o.b, e.a)*cross(o.a, o.b, e.b) < 0 && cross(e.a, e.b, o.a)*cross(e.a, e.b, o.b) < 0 {
				return e.a, true
			}
		}
		open = append(keep, e)
	}
	return XY{}, false
}
