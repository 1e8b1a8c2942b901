package grid

// Nearest is the value of the cell in which a place lies; false: outside, or missing.
func (f *Field) Nearest(x, y int32) (int32, bool) {
	col, row, ok := f.Cell(x, y)
	if !ok {
		return 0, false
	}
	v := f.Values[f.Index(col, row)]
	return v, v != Missing
}

// Part is how finely Between and At tell where between two nodes a place lies.
const Part = 1 << 10

// Between is the bilinear value of the four nodes around a place, which is told to 1/1024 of a step; the result is rounded half
// away from zero. On the outer half cell, and where one of the four that counts is missing, it is Nearest: a mean of fewer
// than four would draw a picture of where instruments are.
func (f *Field) Between(x, y int32) (int32, bool) {
	dx, dy := f.from(x, y)
	u, v := dx*Part/int64(f.DX), dy*Part/int64(f.DY)
	if dx < 0 || dy < 0 || u > Part*int64(f.NX-1) || v > Part*int64(f.NY-1) {
		return f.Nearest(x, y)
	}
	sum, ok := f.At(u, v)
	if !ok {
		return f.Nearest(x, y)
	}
	return sum, true
}

// At is the bilinear value at a column and a row in 1/1024 of a step; false where a node that counts is missing or outside.
func (f *Field) At(u, v int64) (int32, bool) {
	if u < 0 || v < 0 {
		return 0, false
	}
	col, row := u/Part, v/Part
	wx, wy := u%Part, v%Part
	sum := int64(0)
	for _, c := range [4]struct{ col, row, w int64 }{
		{col, row, (Part - wx) * (Part - wy)}, {col + 1, row, wx * (Part - wy)},
		{col, row + 1, (Part - wx) * wy}, {col + 1, row + 1, wx * wy},
	} {
		if c.w == 0 {
			continue
		}
		if c.col >= int64(f.NX) || c.row >= int64(f.NY) {
			return 0, false
		}
		value := f.Values[f.Index(int(c.col), int(c.row))]
		if value == Missing {
			return 0, false
		}
		sum += int64(value) * c.w
	}
	return int32(roundDiv(sum, Part*Part)), true
}

// roundDiv is a/b, b positive, rounded half away from zero.
func roundDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b/2) / b)
	}
	return (a + b/2) / b
}
