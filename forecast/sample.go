package forecast

import (
	"math"
	"math/big"
	"time"

	"zhixing/forecast/grid"
	"zhixing/quantity"
	"zhixing/register"
)

// Sampling says how a value at a place is found.
type Sampling uint8

// The ways of sampling: the cell in which a place lies, or between the four nodes around it.
const (
	Nearest Sampling = iota
	Bilinear
)

// String is the way as pages name it.
func (s Sampling) String() string {
	if s == Bilinear {
		return "双线性插值"
	}
	return "最近格点"
}

// Value is what a run says of one period at one place; Known is false where it says nothing.
type Value struct {
	Start, End time.Time
	Value      quantity.Decimal
	Known      bool
}

// At is a run's series at a place. The run must have its data (Get, Load).
func (d *Definition) At(r *Run, at register.XY, how Sampling) []Value {
	out := make([]Value, len(r.Fields))
	for i, f := range r.Fields {
		out[i] = Value{Start: f.Start, End: f.End}
		v, ok := f.Data.Nearest(at.X, at.Y)
		if how == Bilinear {
			v, ok = f.Data.Between(at.X, at.Y)
		}
		if ok {
			out[i].Value, out[i].Known = d.Decimal(v), true
		}
	}
	return out
}

// Whole is what falls over all of a run that gathers (Amount); a cell of which a period is not known has no value. The run must have its data.
func (d *Definition) Whole(r *Run) *grid.Field {
	if !d.Amount || len(r.Fields) == 0 {
		return nil
	}
	parts := make([]*grid.Field, len(r.Fields))
	for i, f := range r.Fields {
		parts[i] = f.Data
	}
	out := grid.New(r.Grid, d.Places)
	for k := range out.Values {
		out.Values[k] = total(parts, k)
	}
	return out
}

// Summary is what a field says of an area: its greatest and least value, the mean by how much of each cell is covered, and the place of
// the greatest. Cells and Unknown count the cells that the area meets, and those of them without a value.
type Summary struct {
	Max, Min, Mean quantity.Decimal
	Where          register.XY // middle of the cell with the greatest value
	Cells, Unknown int
	// Reached is how much of the known area reaches the limit, in thousandths; at least 1 if any of it does.
	Reached int
}

// Over sums a field up over a point, line or surface; false where no cell of it has a value. limit may be nil.
func (d *Definition) Over(f *grid.Field, shape *register.Geometry, limit *Limit) (Summary, bool) {
	return d.over(f, cover(f.Grid, shape), limit)
}

func (d *Definition) over(f *grid.Field, cells []share, limit *Limit) (Summary, bool) {
	s := Summary{Cells: len(cells)}
	var sum, points, reached int64
	low, high, at := int32(math.MaxInt32), int32(grid.Missing), 0
	for _, c := range cells {
		v := f.Values[c.cell]
		if v == grid.Missing {
			s.Unknown++
			continue
		}
		if v > high {
			high, at = v, c.cell
		}
		low = min(low, v)
		sum += int64(v) * int64(c.points)
		points += int64(c.points)
		if limit != nil && limit.reached(int64(v)) {
			reached += int64(c.points)
		}
	}
	if points == 0 {
		return s, false
	}
	s.Max, s.Min, s.Where = d.Decimal(high), d.Decimal(low), middle(f.Grid, at)
	mean := new(big.Rat).SetFrac64(sum, points)
	mean.Quo(mean, new(big.Rat).SetInt64(int64(math.Pow10(d.Places))))
	s.Mean, _ = quantity.Round(mean, d.Places) // between two values that fit
	if reached > 0 {
		s.Reached = int(max(1, reached*1000/points))
	}
	return s, true
}

// middle is the node of a cell.
func middle(g grid.Grid, cell int) register.XY {
	x, y := g.Node(cell%g.NX, cell/g.NX)
	if x > 180*grid.Degree {
		x -= 360 * grid.Degree
	}
	return register.XY{X: int32(x), Y: int32(y)}
}

// Cut divides lines into sections of about a length in metres, as a road is walked, so that each has its own value: the last one is
// what is left.
func Cut(line *register.Geometry, metres int) []*register.Geometry {
	if line.Kind != register.Line || metres < 1 {
		return []*register.Geometry{line}
	}
	var out []*register.Geometry
	for _, part := range line.Parts {
		for _, path := range part {
			section, left := []register.XY{path[0]}, float64(metres)
			for i := 1; i < len(path); i++ {
				a, b := path[i-1], path[i]
				for {
					d := distance(a, b)
					if d <= left || len(out) >= maxSections {
						section, left = append(section, b), left-d
						break
					}
					m := register.XY{X: a.X + int32(float64(b.X-a.X)*left/d), Y: a.Y + int32(float64(b.Y-a.Y)*left/d)}
					out = append(out, section1(append(section, m)))
					section, left, a = []register.XY{m}, float64(metres), m
				}
			}
			if len(section) > 1 {
				out = append(out, section1(section))
			}
		}
	}
	return out
}

const maxSections = 10_000

func section1(path []register.XY) *register.Geometry {
	return &register.Geometry{Kind: register.Line, Parts: [][][]register.XY{{path}}}
}

// distance is that of two places some kilometres apart, in metres: a plane is good enough.
func distance(a, b register.XY) float64 {
	const metre = 111_200.0 / grid.Degree
	y := float64(a.Y) / grid.Degree * math.Pi / 180
	dx, dy := float64(b.X-a.X)*metre*math.Cos(y), float64(b.Y-a.Y)*metre
	return math.Sqrt(float64(dx*dx) + float64(dy*dy))
}
