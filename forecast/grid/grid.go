// Package grid holds values on a regular grid of longitudes and latitudes: rain of one hour, wind at one instant.
//
// A value is a whole number of 10^-Scale of the field's unit, so that it is compared with a limit exactly; what a file gives as
// a binary float is rounded once, when it is taken in, half to even. Missing is no value: it is neither above a limit nor below.
//
//	g := grid.Grid{West: 1111000000, South: 351000000, DX: 500000, DY: 500000, NX: 20, NY: 16} // 0.05°, in 1e-7 degree
//	f := grid.New(g, 1)                        // tenths
//	f.Values[g.Index(3, 2)] = 125              // 12.5
//	v, ok := f.Nearest(1112600000, 352100000)
//
// Rows run from south to north, and in a row nodes run from west to east. A node stands for the cell around it, half a step to
// each side.
package grid

import (
	"fmt"
	"math"
	"time"
)

// Grid is where the nodes are, in 1e-7 degree of WGS 84, as places are kept everywhere in this program.
type Grid struct {
	West, South int32 // the node in the south-west corner
	DX, DY      int32 // from node to node, positive
	NX, NY      int
}

// Degree is one degree in the units of a Grid.
const Degree = 10_000_000

const turn = 360 * Degree

// MaxCells bounds one field: a thousand rows of a thousand.
const MaxCells = 1 << 20

// Check says what is wrong with a grid; nil: nothing.
func (g Grid) Check() error {
	switch {
	case g.NX < 1 || g.NY < 1 || g.NX > MaxCells || g.NY > MaxCells || g.NX*g.NY > MaxCells:
		return fmt.Errorf("格点数%d×%d不收：每个方向至少1个，总数不超过%d", g.NX, g.NY, MaxCells)
	case g.DX < 1 || g.DY < 1 || int64(g.DX) > 10*Degree || int64(g.DY) > 10*Degree:
		return fmt.Errorf("格距%s×%s度不收：应大于0，不超过10度", degrees(int64(g.DX)), degrees(int64(g.DY)))
	case int64(g.DX)*int64(g.NX-1) > turn:
		return fmt.Errorf("格点东西绕地球超过一圈：%d点，格距%s度", g.NX, degrees(int64(g.DX)))
	case g.West < -180*Degree || g.West >= 180*Degree:
		return fmt.Errorf("西南角经度%s度不在-180至180之间", degrees(int64(g.West)))
	case g.South < -90*Degree || g.North() > 90*Degree:
		return fmt.Errorf("格点纬度%s至%s度不在-90至90之间", degrees(int64(g.South)), degrees(g.North()))
	}
	return nil
}

// North and East are of the last row and column. East may be beyond 180 degrees.
func (g Grid) North() int64 { return int64(g.South) + int64(g.DY)*int64(g.NY-1) }
func (g Grid) East() int64  { return int64(g.West) + int64(g.DX)*int64(g.NX-1) }

// Cells counts the nodes.
func (g Grid) Cells() int { return g.NX * g.NY }

// Index is the place in Field.Values of a column and a row.
func (g Grid) Index(col, row int) int { return row*g.NX + col }

// Node is the place of a column and a row.
func (g Grid) Node(col, row int) (x, y int64) {
	return int64(g.West) + int64(col)*int64(g.DX), int64(g.South) + int64(row)*int64(g.DY)
}

// Cell is the column and row of the cell in which a place lies; false: outside. The western and southern edge are the cell's own.
func (g Grid) Cell(x, y int32) (col, row int, ok bool) {
	dx, dy := g.from(x, y)
	col, row = floorDiv(dx+int64(g.DX)/2, int64(g.DX)), floorDiv(dy+int64(g.DY)/2, int64(g.DY))
	return col, row, col >= 0 && col < g.NX && row >= 0 && row < g.NY
}

// from is how far a place lies east and north of the first node, by the way round the globe on which it may lie in the grid.
func (g Grid) from(x, y int32) (dx, dy int64) {
	dx = int64(x) - int64(g.West)
	if dx < -int64(g.DX)/2 {
		dx += turn
	}
	return dx, int64(y) - int64(g.South)
}

func floorDiv(a, b int64) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return int(q)
}

// String is a grid in one line: 20×16点，格距0.05°×0.05°，西南角111.1°E 35.1°N.
func (g Grid) String() string {
	return fmt.Sprintf("%d×%d点，格距%s°×%s°，西南角%s°E %s°N", g.NX, g.NY, degrees(int64(g.DX)), degrees(int64(g.DY)), degrees(int64(g.West)), degrees(int64(g.South)))
}

func degrees(n int64) string {
	s := fmt.Sprintf("%.7f", float64(n)/Degree)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

// Missing is no value.
const Missing = math.MinInt32

// MaxScale is how many places a field may have.
const MaxScale = 6

// Field is what a grid holds for one period or instant.
type Field struct {
	Grid
	Scale  int // values are in 10^-Scale of the unit
	Values []int32
}

// New is a field without a value.
func New(g Grid, scale int) *Field {
	f := &Field{Grid: g, Scale: scale, Values: make([]int32, g.Cells())}
	for i := range f.Values {
		f.Values[i] = Missing
	}
	return f
}

// Crop is the part of a field whose nodes lie in a rectangle or one node around it, so that what lies between nodes there can be
// told; nil where they have nothing in common.
func (f *Field) Crop(west, south, east, north int32) *Field {
	dx, dy := f.from(west, south)
	c0, r0 := floorDiv(dx, int64(f.DX)), floorDiv(dy, int64(f.DY))
	ex, ey := dx+int64(east)-int64(west), dy+int64(north)-int64(south)
	c1, r1 := -floorDiv(-ex, int64(f.DX)), -floorDiv(-ey, int64(f.DY))
	c0, r0, c1, r1 = max(c0, 0), max(r0, 0), min(c1, f.NX-1), min(r1, f.NY-1)
	if c0 > c1 || r0 > r1 {
		return nil
	}
	g := f.Grid
	x, y := g.Node(c0, r0)
	if x >= turn/2 {
		x -= turn
	}
	g.West, g.South, g.NX, g.NY = int32(x), int32(y), c1-c0+1, r1-r0+1
	out := &Field{Grid: g, Scale: f.Scale, Values: make([]int32, 0, g.Cells())}
	for r := r0; r <= r1; r++ {
		out.Values = append(out.Values, f.Values[f.Index(c0, r):f.Index(c1, r)+1]...)
	}
	return out
}

// Extent is the least and the greatest value; false where there is none.
func (f *Field) Extent() (low, high int32, ok bool) {
	low, high = math.MaxInt32, Missing
	for _, v := range f.Values {
		if v != Missing {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high, high != Missing
}

// Raw is a field as a file gives it, before it is packed.
type Raw struct {
	Element    string // what the file calls it: 0/1/8 of GRIB2, the name of a NetCDF variable, the product of a CSV file
	Level      string // 103/2 is two metres above ground in GRIB2; empty where the file names none
	Unit       string
	Note       string // how it was made; only CSV files say so
	Run        time.Time
	Start, End time.Time // equal: an instant; Start zero: the file does not say
	Process    string    // sum, mean, max, min over the period; empty: the file does not say, or an instant
	Grid       Grid
	Values     []float64 // NaN: missing
}

// Pack rounds values to a scale, after v*factor+offset. What does not fit into 31 bits is an error, for it is no weather.
func (r *Raw) Pack(scale int, factor, offset float64) (*Field, error) {
	if len(r.Values) != r.Grid.Cells() {
		return nil, fmt.Errorf("有%d个数，格点有%d个", len(r.Values), r.Grid.Cells())
	}
	f := New(r.Grid, scale)
	ten := math.Pow10(scale)
	for i, v := range r.Values {
		if math.IsNaN(v) {
			continue
		}
		// The conversions keep products and sums apart, so that every processor rounds alike.
		x := math.RoundToEven(float64(float64(float64(v*factor)+offset) * ten))
		if math.IsInf(x, 0) || math.IsNaN(x) || x > math.MaxInt32 || x <= Missing {
			return nil, fmt.Errorf("第%d个格点的值%g太大，不像是气象要素", i+1, v)
		}
		f.Values[i] = int32(x)
	}
	return f, nil
}
