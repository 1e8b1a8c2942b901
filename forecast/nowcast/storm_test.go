package nowcast_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"zhixing/forecast/grid"
	"zhixing/forecast/nowcast"
)

// A storm is rain cells whose truth is known at every moment: where each is, how wide and how strong. One unit of length is a grid
// cell of a kilometre, one of time a step of ten minutes.
type cell struct{ x, y, width, peak float64 } // peak in mm of ten minutes

type storm struct {
	name  string
	noise float64 // of what is measured, by parts; the truth has none
	cells []cell
	// at moves and changes a cell by so many steps.
	at func(c cell, steps float64) cell
}

// clusters are cells around a middle, so that a storm is no smooth hill: always the same, from a small generator of numbers.
func clusters(x, y, spread float64, n int) []cell {
	seed := uint32(2023)
	next := func() float64 {
		seed = seed*1664525 + 1013904223
		return float64(seed>>8) / (1 << 24)
	}
	var out []cell
	for range n {
		out = append(out, cell{x + spread*(2*next()-1), y + spread*(2*next()-1), 3 + 5*next(), 1 + 6*next()})
	}
	return out
}

func moved(u, v float64) func(cell, float64) cell {
	return func(c cell, n float64) cell {
		c.x, c.y = c.x+u*n, c.y+v*n
		return c
	}
}

var storms = []storm{
	{"平移", 0, clusters(50, 60, 30, 14), moved(2.3, 1.2)},
	{"平移，实况有±30%误差", 0.3, clusters(50, 60, 30, 14), moved(2.3, 1.2)},
	{"移动中增强", 0, clusters(50, 60, 30, 14), func(c cell, n float64) cell {
		c = moved(2, 0.7)(c, n)
		c.peak *= 1 + max(-0.6, 0.02*n)
		c.width *= 1 + max(-0.3, 0.004*n)
		return c
	}},
	{"转向", 0, append(clusters(70, 100, 26, 12), clusters(150, 60, 22, 8)...), func(c cell, n float64) cell {
		const turn = 0.015 // radians a step, around the middle of the picture
		sin, cos := math.Sincos(turn * n)
		dx, dy := c.x-100, c.y-100
		c.x, c.y = 100+dx*cos-dy*sin, 100+dx*sin+dy*cos
		return c
	}},
	{"分裂", 0, append(clusters(80, 110, 22, 10), clusters(95, 70, 22, 10)...), func(c cell, n float64) cell {
		if c.y > 92 {
			return moved(1.1, 1.3)(c, n)
		}
		return moved(1.4, -0.8)(c, n)
	}},
}

var kilometre = grid.Grid{West: 1105000000, South: 345000000, DX: 100000, DY: 90000, NX: 200, NY: 200}

// rain is the truth at a moment, in hundredths of a millimetre in ten minutes.
func (s *storm) rain(steps float64) *grid.Field {
	f := grid.New(kilometre, 2)
	sum := make([]float64, len(f.Values))
	for _, c := range s.cells {
		c = s.at(c, steps)
		r := int(4 * c.width)
		for y := int(c.y) - r; y <= int(c.y)+r; y++ {
			for x := int(c.x) - r; x <= int(c.x)+r; x++ {
				if x >= 0 && y >= 0 && x < f.NX && y < f.NY {
					dx, dy := float64(x)-c.x, float64(y)-c.y
					sum[f.Index(x, y)] += c.peak * math.Exp(-(dx*dx+dy*dy)/(2*c.width*c.width))
				}
			}
		}
	}
	for i, v := range sum {
		f.Values[i] = int32(math.Round(100 * v))
	}
	return f
}

// measured is the truth with the storm's noise: another one in each cell and at each step.
func (s *storm) measured(steps float64) *grid.Field {
	f := s.rain(steps)
	seed := uint32(1000 + steps)
	for i, v := range f.Values {
		seed = seed*1664525 + 1013904223
		f.Values[i] = int32(float64(v) * (1 + s.noise*(2*float64(seed>>8)/(1<<24)-1)))
	}
	return f
}

const step = 10 * time.Minute

// TestBetterThanPersistence forecasts six hours of each storm from four pictures of ten minutes and scores every hour against the
// truth, beside persistence: that it goes on raining where it rains. Both are scored on the cells where the nowcast says
// something. Run with -v for the table, which stands in docs/measured.md.
func TestBetterThanPersistence(t *testing.T) {
	const limit = 100 // 1 mm in ten minutes
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "storm\thour\tknown %\tCSI\tpersistence\tRMSE\tpersistence")
	for _, s := range storms {
		past := []*grid.Field{s.measured(-3), s.measured(-2), s.measured(-1), s.measured(0)}
		next, m, err := nowcast.Cast(past, step, 36)
		if err != nil {
			t.Fatal(err)
		}
		if m.Blocks < 20 {
			t.Errorf("%s: motion seen at %d places only", s.name, m.Blocks)
		}
		for hour := range 6 {
			var cast, same nowcast.Score
			for k := 6 * hour; k < 6*hour+6; k++ {
				truth := s.rain(float64(k + 1))
				cast.Add(next[k], truth, limit)
				still := &grid.Field{Grid: kilometre, Scale: 2, Values: slices.Clone(past[3].Values)}
				for i, v := range next[k].Values {
					if v == grid.Missing {
						still.Values[i] = grid.Missing
					}
				}
				same.Add(still, truth, limit)
			}
			known := float64(cast.Cells()) / float64(6*kilometre.Cells()) * 100
			fmt.Fprintf(w, "%s\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\n", s.name, hour+1, known, cast.CSI(), same.CSI(), cast.RMSE()/100, same.RMSE()/100)
			if !(cast.CSI() > same.CSI()) || !(cast.RMSE() < same.RMSE()) {
				t.Errorf("%s, hour %d: CSI %.3f, RMSE %.3f; persistence %.3f, %.3f", s.name, hour+1, cast.CSI(), cast.RMSE()/100, same.CSI(), same.RMSE()/100)
			}
			if want := []float64{0.9, 0.7}; hour < len(want) && cast.CSI() < want[hour] {
				t.Errorf("%s, hour %d: CSI %.3f, want %.1f", s.name, hour+1, cast.CSI(), want[hour])
			}
		}
	}
	if testing.Verbose() {
		w.Flush()
	}
}

func TestTheSameAgain(t *testing.T) {
	s := storms[3]
	past := []*grid.Field{s.rain(-2), s.rain(-1), s.rain(0)}
	a, _, err := nowcast.Cast(past, step, 6)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := nowcast.Cast(past, step, 6)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if !slices.Equal(a[i].Values, b[i].Values) {
			t.Error("another forecast of the same fields, step", i+1)
		}
	}
}

func TestWhatDoesNotMoveStays(t *testing.T) {
	s := storm{cells: clusters(100, 100, 40, 12), at: moved(0, 0)}
	next, m, err := nowcast.Cast([]*grid.Field{s.rain(-1), s.rain(0)}, step, 6)
	if err != nil || m.Blocks == 0 {
		t.Fatal(m, err)
	}
	var score nowcast.Score
	score.Add(next[5], s.rain(6), 100)
	if score.Cells() != kilometre.Cells() || score.RMSE() > 1 {
		t.Errorf("%d cells, RMSE %g: it moved", score.Cells(), score.RMSE())
	}
	dry := grid.New(kilometre, 2)
	for i := range dry.Values {
		dry.Values[i] = 0
	}
	if next, m, err = nowcast.Cast([]*grid.Field{dry, dry}, step, 2); err != nil || m.Blocks != 0 || !slices.Equal(next[1].Values, dry.Values) {
		t.Error("no rain becomes", m.Blocks, err)
	}
}

// What comes in over the edge is not known, and a hole in the picture moves with the rain.
func TestNothingIsKnownBeyondTheEdge(t *testing.T) {
	s := storm{cells: clusters(100, 100, 40, 16), at: moved(3, 0)}
	past := []*grid.Field{s.rain(-2), s.rain(-1), s.rain(0)}
	hole := past[2].Index(60, 100)
	past[2].Values[hole] = grid.Missing
	next, _, err := nowcast.Cast(past, step, 10)
	if err != nil {
		t.Fatal(err)
	}
	f := next[9] // thirty cells east
	if _, ok := f.At(5*grid.Part, 100*grid.Part); ok {
		t.Error("a value five cells from the edge that the wind blows from")
	}
	if _, ok := f.At(60*grid.Part, 100*grid.Part); !ok {
		t.Error("no value where all is known")
	}
	if f.Values[f.Index(90, 100)] != grid.Missing && f.Values[f.Index(89, 100)] != grid.Missing && f.Values[f.Index(91, 100)] != grid.Missing {
		t.Error("the hole is filled")
	}
}

// A county of seven by five cells is too small to see a motion in: then the nowcast is persistence and says so.
func TestTooSmallToSee(t *testing.T) {
	g := grid.Grid{West: 1114000000, South: 353000000, DX: 500000, DY: 500000, NX: 7, NY: 5}
	var past []*grid.Field
	for n := range 3 {
		f := grid.New(g, 1)
		for i := range f.Values {
			f.Values[i] = int32(max(0, 100-30*abs(i%7-n-1)))
		}
		past = append(past, f)
	}
	next, m, err := nowcast.Cast(past, time.Hour, 3)
	if err != nil || m.Blocks != 0 || !slices.Equal(next[2].Values, past[2].Values) {
		t.Error(m.Blocks, err)
	}
}

func abs(n int) int { return max(n, -n) }

func TestCastRefuses(t *testing.T) {
	s := storms[0]
	other := grid.New(grid.Grid{West: 0, South: 0, DX: 1, DY: 1, NX: 2, NY: 2}, 2)
	for name, past := range map[string][]*grid.Field{"one field": {s.rain(0)}, "two grids": {s.rain(0), other}} {
		if _, _, err := nowcast.Cast(past, step, 6); err == nil {
			t.Error(name, "is cast")
		}
	}
}

func TestGauges(t *testing.T) {
	g := grid.Grid{West: 1110000000, South: 350000000, DX: 500000, DY: 500000, NX: 9, NY: 3}
	f := nowcast.Spread([]nowcast.Gauge{{X: 1110000000, Y: 350500000, Value: 100}, {X: 1111000000, Y: 350500000, Value: 200}}, g, 1, 20_000)
	if v := f.Values[g.Index(0, 1)]; v != 100 {
		t.Error("at the gauge:", v)
	}
	if v := f.Values[g.Index(1, 1)]; v != 150 {
		t.Error("half way:", v)
	}
	if v := f.Values[g.Index(3, 1)]; v < 185 || v > 195 { // 13.6 km from the first, 4.6 km from the second: nine parts in ten
		t.Error("near the second:", v)
	}
	if v := f.Values[g.Index(8, 1)]; v != grid.Missing {
		t.Error("27 km away from all:", v)
	}
}

// BenchmarkCast is six hours from four pictures of 200×200 cells.
func BenchmarkCast(b *testing.B) {
	s := storms[3]
	past := []*grid.Field{s.rain(-3), s.rain(-2), s.rain(-1), s.rain(0)}
	for b.Loop() {
		if _, _, err := nowcast.Cast(past, step, 36); err != nil {
			b.Fatal(err)
		}
	}
}
