package register

// The world is a square of 360° by 360°, halved again and again. A place belongs to the square of its own size that its
// middle lies in, so it reaches out of it by half a square at most; whoever looks for places in a rectangle looks into the
// squares of each size that meet the rectangle widened by half a square. Squares of one size are numbered in Z order, in
// which near squares have near numbers, so that a rectangle is a few stretches of numbers.

const (
	worldSize  = 360 * degree
	finest     = 20 // squares of 38 m
	cellShift  = 2 * finest
	maxStretch = 12 // stretches for each size
)

// cellOf is the number of the square that the box belongs to, and its level.
func cellOf(b Box) (cell int64, level int) {
	size := max(int64(b.MaxX)-int64(b.MinX), int64(b.MaxY)-int64(b.MinY))
	level = finest
	for level > 0 && worldSize>>level < size {
		level--
	}
	x := square((int64(b.MinX)+int64(b.MaxX))/2+180*degree, level)
	y := square((int64(b.MinY)+int64(b.MaxY))/2+180*degree, level)
	return int64(level)<<cellShift | interleave(x, y), level
}

// square is the number of a square along one side of the world.
func square(v int64, level int) int64 {
	return min(max(v<<level/worldSize, 0), 1<<level-1)
}

// interleave mixes the bits of two numbers.
func interleave(x, y int64) (z int64) {
	for i := range finest {
		z |= x>>i&1<<(2*i) | y>>i&1<<(2*i+1)
	}
	return z
}

// stretch is a run of square numbers, both ends included.
type stretch struct{ from, to int64 }

// cover are the squares of a level in which a place that meets the box can be registered.
func cover(b Box, level int) []stretch {
	half := int64(worldSize) >> level / 2
	x0, x1 := square(int64(b.MinX)-half+180*degree, level), square(int64(b.MaxX)+half+180*degree, level)
	y0, y1 := square(int64(b.MinY)-half+180*degree, level), square(int64(b.MaxY)+half+180*degree, level)
	type node struct {
		x, y, z int64 // first square, and its number
		depth   int   // it has 1<<depth squares a side
	}
	var out []stretch
	queue := []node{{0, 0, 0, level}}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		side := int64(1) << n.depth
		if n.x > x1 || n.y > y1 || n.x+side-1 < x0 || n.y+side-1 < y0 {
			continue
		}
		whole := n.x >= x0 && n.y >= y0 && n.x+side-1 <= x1 && n.y+side-1 <= y1
		if whole || n.depth == 0 || len(queue)+len(out) >= maxStretch {
			out = append(out, stretch{n.z, n.z + side*side - 1})
			continue
		}
		half, quarter := side/2, side*side/4
		for i := range int64(4) {
			queue = append(queue, node{n.x + i&1*half, n.y + i>>1*half, n.z + i*quarter, n.depth - 1})
		}
	}
	base := int64(level) << cellShift
	return joined(out, base)
}

// joined puts stretches in order and joins those that touch.
func joined(list []stretch, base int64) []stretch {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].from < list[j-1].from; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	var out []stretch
	for _, s := range list {
		s.from, s.to = s.from+base, s.to+base
		if n := len(out); n > 0 && out[n-1].to+1 >= s.from {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}
