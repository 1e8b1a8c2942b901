package nowcast

import (
	"math"

	"zhixing/forecast/grid"
)

// Gauge is a value at a place, in the units of the field that is to be made.
type Gauge struct {
	X, Y  int32 // 1e-7 degree
	Value int32
}

// Spread makes a field of gauges: at each node the mean of the gauges within the radius, in metres, each weighed by the inverse square
// of its distance (Shepard 1968); closer than 100 m is 100 m. No gauge within the radius: missing, for one gauge does not speak
// for a county.
func Spread(gauges []Gauge, g grid.Grid, scale, radius int) *grid.Field {
	f := grid.New(g, scale)
	const metre = 111_200.0 / grid.Degree // of latitude
	for row := range g.NY {
		_, y := g.Node(0, row)
		along := float64(metre * math.Cos(float64(y)/grid.Degree*math.Pi/180))
		for col := range g.NX {
			x, _ := g.Node(col, row)
			sum, total := 0.0, 0.0
			for _, p := range gauges {
				dx, dy := float64(float64(int64(p.X)-x)*along), float64(float64(int64(p.Y)-y)*metre)
				d := max(float64(dx*dx)+float64(dy*dy), 100*100)
				if d > float64(radius)*float64(radius) {
					continue
				}
				sum += float64(p.Value) / d
				total += 1 / d
			}
			if total > 0 {
				f.Values[g.Index(col, row)] = int32(math.RoundToEven(sum / total))
			}
		}
	}
	return f
}
