package audience

import (
	"math"
	"slices"
)

// Around is the surface of what is at most so many metres away from a line, by its outer rings, for whoever needs corners: a document, a map. It is
// drawn on a net and is up to an eighth wider, around a very long line by a mesh; holes, such as inside a loop of a river, are
// filled. Better told in vain than not.
func Around(line []XY, metres float64) [][]XY {
	if len(line) == 0 || metres <= 0 {
		return nil
	}
	n := netOf(line, metres)
	for i := range line {
		n.mark(line[max(i-1, 0)], line[i])
	}
	var out [][]XY
	for _, ring := range n.rings() {
		if turned(ring) { // clockwise: a hole
			continue
		}
		if ring = simpler(ring, n.mesh/4); len(ring) >= 3 {
			out = append(out, n.corners(ring))
		}
	}
	return out
}

// net is a rectangle of knots, in metres from its lower left. Each knows how far it is from the line, as far as that matters.
type net struct {
	origin XY
	kx, ky float64 // metres a unit
	mesh   float64
	reach  float64
	w, h   int
	far    []float64
}

type spot struct{ x, y float64 }

const mostMeshes = 700 // a side

func netOf(line []XY, metres float64) *net {
	b := box{MinX: line[0].X, MinY: line[0].Y, MaxX: line[0].X, MaxY: line[0].Y}
	for _, p := range line {
		b = joined(b, box{MinX: p.X, MinY: p.Y, MaxX: p.X, MaxY: p.Y})
	}
	n := &net{ky: earth * math.Pi / 180 / degree}
	n.kx = n.ky * math.Cos((radians(b.MinY)+radians(b.MaxY))/2)
	wide, high := (float64(b.MaxX)-float64(b.MinX))*n.kx, (float64(b.MaxY)-float64(b.MinY))*n.ky
	n.mesh = max(metres/5, (max(wide, high)+2*metres)/mostMeshes)
	n.reach = max(metres, n.mesh) + n.mesh/2 // what simpler takes away, and the net leaves out, stays beyond metres
	edge := n.reach + 2*n.mesh
	n.w, n.h = int((wide+2*edge)/n.mesh)+2, int((high+2*edge)/n.mesh)+2
	n.origin = XY{X: b.MinX - int32(edge/n.kx), Y: b.MinY - int32(edge/n.ky)}
	n.far = make([]float64, n.w*n.h)
	for i := range n.far {
		n.far[i] = math.Inf(1)
	}
	return n
}

func (n *net) spot(p XY) spot {
	return spot{(float64(p.X) - float64(n.origin.X)) * n.kx, (float64(p.Y) - float64(n.origin.Y)) * n.ky}
}

// mark tells the knots near a stretch how far it is.
func (n *net) mark(from, to XY) {
	a, b := n.spot(from), n.spot(to)
	dx, dy := b.x-a.x, b.y-a.y
	long := dx*dx + dy*dy
	edge := n.reach + n.mesh
	knot := func(v float64, most int) int { return min(max(int(v/n.mesh), 0), most-1) }
	for j := knot(min(a.y, b.y)-edge, n.h); j <= knot(max(a.y, b.y)+edge+n.mesh, n.h); j++ {
		for i := knot(min(a.x, b.x)-edge, n.w); i <= knot(max(a.x, b.x)+edge+n.mesh, n.w); i++ {
			x, y := float64(i)*n.mesh-a.x, float64(j)*n.mesh-a.y
			if long > 0 {
				along := math.Max(0, math.Min(1, (x*dx+y*dy)/long))
				x, y = x-along*dx, y-along*dy
			}
			n.far[j*n.w+i] = min(n.far[j*n.w+i], math.Hypot(x, y))
		}
	}
}

// sides are, for each way in which the corners of a mesh lie inside (lower left 1, lower right 2, upper right 4, upper left 8), from which side
// to which its border runs, the inside on the left: 0 below, 1 right, 2 above, 3 left.
var sides = [16][][2]int{1: {{0, 3}}, 2: {{1, 0}}, 3: {{1, 3}}, 4: {{2, 1}}, 5: {{0, 3}, {2, 1}}, 6: {{2, 0}}, 7: {{2, 3}}, 8: {{3, 2}}, 9: {{0, 2}}, 10: {{1, 0}, {3, 2}},
	11: {{1, 2}}, 12: {{3, 1}}, 13: {{0, 1}}, 14: {{3, 0}}}

// rings are the borders of what lies within reach, each once around.
func (n *net) rings() [][]spot {
	next := map[int]int{} // from thread to thread of the net: those to the right have even numbers, those upward odd ones
	for j := range n.h - 1 {
		for i := range n.w - 1 {
			k := j*n.w + i
			way := 0
			for bit, knot := range [4]int{k, k + 1, k + n.w + 1, k + n.w} {
				if n.far[knot] <= n.reach {
					way |= 1 << bit
				}
			}
			threads := [4]int{2 * k, 2*(k+1) + 1, 2 * (k + n.w), 2*k + 1}
			for _, s := range sides[way] {
				next[threads[s[0]]] = threads[s[1]]
			}
		}
	}
	starts := make([]int, 0, len(next))
	for t := range next {
		starts = append(starts, t)
	}
	slices.Sort(starts) // the same line gives the same rings
	var out [][]spot
	for _, t := range starts {
		var ring []spot
		for {
			to, ok := next[t]
			if !ok {
				break
			}
			delete(next, t)
			ring = append(ring, n.crossing(t))
			t = to
		}
		if len(ring) > 0 {
			out = append(out, ring)
		}
	}
	return out
}

// crossing is where the border crosses a thread.
func (n *net) crossing(thread int) spot {
	k := thread / 2
	p := spot{float64(k%n.w) * n.mesh, float64(k/n.w) * n.mesh}
	other := k + 1
	if thread%2 == 1 {
		other = k + n.w
	}
	a, b := n.far[k], n.far[other]
	part := .5
	if d := b - a; d != 0 && !math.IsInf(d, 0) {
		part = math.Max(.01, math.Min(.99, (n.reach-a)/d))
	}
	if thread%2 == 1 {
		p.y += part * n.mesh
	} else {
		p.x += part * n.mesh
	}
	return p
}

// turned reports whether a ring runs clockwise.
func turned(ring []spot) bool {
	sum := 0.0
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p.x*q.y - q.x*p.y
	}
	return sum < 0
}

// simpler is a ring without the corners that lie off it by no more than tolerance.
func simpler(ring []spot, tolerance float64) []spot {
	far := 0
	for i, p := range ring {
		if math.Hypot(p.x-ring[0].x, p.y-ring[0].y) > math.Hypot(ring[far].x-ring[0].x, ring[far].y-ring[0].y) {
			far = i
		}
	}
	closed := append(slices.Clone(ring), ring[0])
	keep := make([]bool, len(closed))
	keep[0], keep[far] = true, true
	thin(closed, keep, 0, far, tolerance)
	thin(closed, keep, far, len(closed)-1, tolerance)
	var out []spot
	for i, p := range ring {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// thin keeps the corner between two that lies farthest off, and goes on at both sides of it.
func thin(line []spot, keep []bool, from, to int, tolerance float64) {
	a, b := line[from], line[to]
	dx, dy := b.x-a.x, b.y-a.y
	long := math.Hypot(dx, dy)
	worst, most := -1, tolerance
	for i := from + 1; i < to; i++ {
		x, y := line[i].x-a.x, line[i].y-a.y
		off := math.Hypot(x, y)
		if long > 0 {
			off = math.Abs(dx*y-dy*x) / long
		}
		if off > most {
			worst, most = i, off
		}
	}
	if worst < 0 {
		return
	}
	keep[worst] = true
	thin(line, keep, from, worst, tolerance)
	thin(line, keep, worst, to, tolerance)
}

// corners is a ring as a surface has it: the first corner is the last. Corners stand on whole hundred-thousandths of a degree, a metre or so.
func (n *net) corners(ring []spot) []XY {
	const grain = degree / 100_000
	whole := func(v float64) int32 { return int32(math.Round(v/grain) * grain) }
	out := make([]XY, 0, len(ring)+1)
	for _, p := range ring {
		out = append(out, XY{X: whole(float64(n.origin.X) + p.x/n.kx), Y: whole(float64(n.origin.Y) + p.y/n.ky)})
	}
	return append(slices.Compact(out), out[0])
}
