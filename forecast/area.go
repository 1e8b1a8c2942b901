package forecast

import (
	"slices"

	"zhixing/forecast/grid"
	"zhixing/register"
)

// fine is into how many strips a cell is cut, both ways, to tell how much of it an area covers.
const fine = 8

// share is a cell and how many of its fine×fine points an area covers. A line, and a surface that lies between the points, has one in
// each cell that it touches, so that a road and a hamlet have a value too.
type share struct{ cell, points int }

// cover is the cells that a point, line or surface meets, in the order of the grid.
func cover(g grid.Grid, shape *register.Geometry) []share {
	points := map[int]int{}
	touch := func(x, y int64) {
		if col, row, ok := g.Cell(int32(x), int32(y)); ok {
			if i := g.Index(col, row); points[i] == 0 {
				points[i] = 1
			}
		}
	}
	if shape.Kind == register.Polygon {
		fill(g, shape, points)
	}
	lines := shape.Parts
	if len(points) > 0 {
		lines = nil
	}
	for _, part := range lines {
		for _, ring := range part {
			for i, p := range ring {
				if touch(int64(p.X), int64(p.Y)); i == 0 {
					continue
				}
				walk(g, ring[i-1], p, touch)
			}
		}
	}
	out := make([]share, 0, len(points))
	for i, n := range points {
		out = append(out, share{i, n})
	}
	slices.SortFunc(out, func(a, b share) int { return a.cell - b.cell })
	return out
}

// walk touches a line between two places at every eighth of a cell.
func walk(g grid.Grid, a, b register.XY, touch func(x, y int64)) {
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	n := min(max(abs(dx)*fine/int64(g.DX), abs(dy)*fine/int64(g.DY))+1, int64(fine*(g.NX+g.NY))*4)
	for k := int64(1); k < n; k++ {
		touch(int64(a.X)+dx/n*k+dx%n*k/n, int64(a.Y)+dy/n*k+dy%n*k/n)
	}
}

func abs(n int64) int64 { return max(n, -n) }

// fill counts the points of each cell that lie in a surface: for each strip of the grid, the stretches between the edges (even-odd).
func fill(g grid.Grid, shape *register.Geometry, points map[int]int) {
	box := shape.Box()
	// Everything in sixteenths of a step from the south-west corner of the first cell, so that the points are at odd numbers.
	south, west := int64(g.South)-int64(g.DY)/2, int64(g.West)-int64(g.DX)/2
	first := max((int64(box.MinY)-south)*fine/int64(g.DY)-1, 0)
	last := min((int64(box.MaxY)-south)*fine/int64(g.DY)+1, int64(g.NY*fine)-1)
	for strip := first; strip <= last; strip++ {
		y := south + (2*strip+1)*int64(g.DY)/(2*fine)
		var xs []int64
		for _, part := range shape.Parts {
			for _, ring := range part {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					if (int64(a.Y) > y) == (int64(b.Y) > y) {
						continue
					}
					dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
					xs = append(xs, int64(a.X)+muldiv(y-int64(a.Y), dx, dy))
				}
			}
		}
		slices.Sort(xs)
		for i := 1; i < len(xs); i += 2 {
			for k := ceil((xs[i-1]-west)*2*fine-int64(g.DX), 2*int64(g.DX)); k < int64(g.NX*fine); k++ {
				if x := west + (2*k+1)*int64(g.DX)/(2*fine); x >= xs[i] {
					break
				}
				points[g.Index(int(k)/fine, int(strip)/fine)]++
			}
		}
	}
}

// muldiv is a·b/c where the product may have 64 bits: places are 32 bits, so it is halved until it fits.
func muldiv(a, b, c int64) int64 {
	for abs(a) > 1<<31 || abs(b) > 1<<31 {
		a, c = a/2, c/2
		if c == 0 {
			return 0
		}
	}
	return a * b / c
}

// ceil is a/b upwards, at least 0.
func ceil(a, b int64) int64 {
	if a <= 0 {
		return 0
	}
	return (a + b - 1) / b
}
