package nowcast

import (
	"math"

	"zhixing/forecast/grid"
)

// Motion is how far what lies in each cell moves in one step, in 1/1024 cell (grid.Part), to the east and to the north.
type Motion struct {
	grid.Grid
	U, V []int32
	// Blocks is how many places the motion was seen at; 0: nothing moved, or there was nothing to see.
	Blocks int
}

// Block matching: around every stride-th cell a window of 2·half+1 cells, of which each second row and column is looked at.
const (
	half   = 12
	stride = 6
	levels = 1000 // that fields are reduced to
)

// sight is a motion seen at one place.
type sight struct {
	x, y   float64 // cell
	u, v   float64 // cells a step
	weight float64
}

// Track finds the motion of fields that are one step apart, oldest first, by looking for each window of the newest field in the ones
// before. Between the windows the motion is a plane through what was seen, and near a window what that one saw beside it.
func Track(past []*grid.Field, reach int) *Motion {
	last := past[len(past)-1]
	m := &Motion{Grid: last.Grid, U: make([]int32, last.Cells()), V: make([]int32, last.Cells())}
	flat := reduce(past)
	var seen []sight
	for row := stride / 2; row < m.NY; row += stride {
		for col := stride / 2; col < m.NX; col += stride {
			if s, ok := match(flat, m.Grid, col, row, reach); ok {
				seen = append(seen, s)
			}
		}
	}
	if seen = agreeing(seen); len(seen) == 0 {
		return m
	}
	m.Blocks = len(seen)
	m.spread(seen, float64(reach))
	return m
}

// reduce brings fields to 0…levels by the root, so that one heavy core does not drown the rest, and smooths them a little; -1 is
// missing.
func reduce(past []*grid.Field) [][]int32 {
	top := int32(1)
	for _, f := range past {
		if _, high, ok := f.Extent(); ok {
			top = max(top, high)
		}
	}
	out := make([][]int32, len(past))
	for i, f := range past {
		flat := make([]int32, len(f.Values))
		for k, v := range f.Values {
			if flat[k] = -1; v != grid.Missing {
				flat[k] = int32(math.Sqrt(float64(max(v, 0))/float64(top))*levels + 0.5)
			}
		}
		out[i] = smooth(flat, f.NX, f.NY)
	}
	return out
}

// smooth is the mean of a cell and its eight neighbours, missing ones left out.
func smooth(in []int32, nx, ny int) []int32 {
	out := make([]int32, len(in))
	for i := range in {
		if in[i] < 0 {
			out[i] = -1
			continue
		}
		sum, n := int32(0), int32(0)
		for y := max(i/nx-1, 0); y <= min(i/nx+1, ny-1); y++ {
			for x := max(i%nx-1, 0); x <= min(i%nx+1, nx-1); x++ {
				if v := in[y*nx+x]; v >= 0 {
					sum, n = sum+v, n+1
				}
			}
		}
		out[i] = sum / n
	}
	return out
}

// match looks for the window around a cell in the fields before: the displacement at which the squared differences, along the way
// back through all of them, are least. Where the window holds next to nothing there is nothing to see.
func match(flat [][]int32, g grid.Grid, col, row, reach int) (sight, bool) {
	newest := flat[len(flat)-1]
	sum, n := int64(0), int64(0)
	window(g, col, row, func(i int) {
		if v := int64(newest[i]); v >= 0 {
			sum, n = sum+v, n+1
		}
	})
	if n == 0 || sum < n*levels/50 {
		return sight{}, false
	}
	side := 2*reach + 1
	costs := make([]float64, side*side)
	for k := range costs {
		costs[k] = math.NaN() // not looked at
	}
	best, least, most := -1, math.Inf(1), 0.0
	look := func(dx, dy int) {
		k := (dy+reach)*side + dx + reach
		if max(abs(dx), abs(dy)) > reach || !math.IsNaN(costs[k]) {
			return
		}
		c := cost(flat, g, col, row, dx, dy)
		if costs[k] = c; math.IsInf(c, 1) {
			return
		}
		most = max(most, c)
		if c < least || c == least && dx*dx+dy*dy < norm(best, side, reach) {
			best, least = k, c
		}
	}
	// Every second displacement first, then all around the best, as long as that gets better.
	for dy := -reach; dy <= reach; dy += 2 {
		for dx := -reach; dx <= reach; dx += 2 {
			look(dx, dy)
		}
	}
	for was := -2; best >= 0 && was != best; {
		was = best
		for k := range 9 {
			look(was%side-reach+k%3-1, was/side-reach+k/3-1)
		}
	}
	// On the rim of what may be, or hardly better than anything else: not a match.
	dx, dy := best%side-reach, best/side-reach
	if best < 0 || dx == -reach || dx == reach || dy == -reach || dy == reach || least > 0.6*most {
		return sight{}, false
	}
	u := float64(dx) + vertex(costs[best-1], least, costs[best+1])
	v := float64(dy) + vertex(costs[best-side], least, costs[best+side])
	return sight{x: float64(col), y: float64(row), u: u, v: v, weight: float64(sum) / float64(n) * (1 - least/most)}, true
}

func abs(n int) int { return max(n, -n) }

func norm(k, side, reach int) int {
	dx, dy := k%side-reach, k/side-reach
	return dx*dx + dy*dy
}

// vertex is where between three costs the parabola through them is least.
func vertex(before, at, after float64) float64 {
	bend := before - 2*at + after
	if math.IsInf(bend, 0) || math.IsNaN(bend) || bend <= 0 {
		return 0
	}
	return max(-0.5, min(0.5, (before-after)/(2*bend)))
}

// window calls do with every second cell, both ways, around one.
func window(g grid.Grid, col, row int, do func(i int)) {
	for y := row - half; y <= row+half; y += 2 {
		for x := col - half; x <= col+half; x += 2 {
			if x >= 0 && y >= 0 && x < g.NX && y < g.NY {
				do(y*g.NX + x)
			}
		}
	}
}

// cost is the mean squared difference between the window in the newest field and the window n·d back in the n-th before it; infinite
// where less than half of it is known.
func cost(flat [][]int32, g grid.Grid, col, row, dx, dy int) float64 {
	total := 0.0
	newest := flat[len(flat)-1]
	for n := 1; n < len(flat); n++ {
		before := flat[len(flat)-1-n]
		sum, count, all := int64(0), int64(0), int64(0)
		ox, oy := n*dx, n*dy
		for y := row - half; y <= row+half; y += 2 {
			for x := col - half; x <= col+half; x += 2 {
				if x < 0 || y < 0 || x >= g.NX || y >= g.NY {
					continue
				}
				all++
				px, py := x-ox, y-oy
				if px < 0 || py < 0 || px >= g.NX || py >= g.NY {
					continue
				}
				a, b := newest[y*g.NX+x], before[py*g.NX+px]
				if a < 0 || b < 0 {
					continue
				}
				d := int64(a - b)
				sum, count = sum+d*d, count+1
			}
		}
		if 2*count < all || count == 0 {
			return math.Inf(1)
		}
		total += float64(sum) / float64(count)
	}
	return total
}

// Mean is the motion of the whole, in cells a step.
func (m *Motion) Mean() (east, north float64) {
	var u, v int64
	for i := range m.U {
		u, v = u+int64(m.U[i]), v+int64(m.V[i])
	}
	n := float64(len(m.U)) * grid.Part
	return float64(u) / n, float64(v) / n
}
