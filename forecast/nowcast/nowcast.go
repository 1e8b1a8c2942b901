// Package nowcast carries what is measured now into the next hours: it finds how a field of rain moves, and moves it on. It knows
// nothing of how storms grow and die, so it is good for one to three hours and honest for six; where nothing is known of what
// will come in over the edge, it gives no value.
//
//	next, motion, err := nowcast.Cast(past, 10*time.Minute, 36) // past: oldest first; next: 36 fields of ten minutes
//
// Everything is reckoned in whole numbers, or in floats whose every step is rounded by itself: the same fields give the same
// forecast on every machine.
package nowcast

import (
	"errors"
	"fmt"
	"time"

	"zhixing/forecast/grid"
)

// Bounds of what Cast takes.
const (
	MaxPast  = 4
	MaxSteps = 72
)

// Cast moves the newest of the fields on, step by step, each as long as the past ones are apart. With fewer than two fields nothing
// can be said.
func Cast(past []*grid.Field, interval time.Duration, steps int) ([]*grid.Field, *Motion, error) {
	if len(past) < 2 {
		return nil, nil, errors.New("外推至少要两个时次的场")
	}
	past = past[max(0, len(past)-MaxPast):]
	last := past[len(past)-1]
	for _, f := range past {
		if f.Grid != last.Grid || f.Scale != last.Scale {
			return nil, nil, errors.New("各时次的格点不同，不能外推")
		}
	}
	if interval < time.Minute || interval > 3*time.Hour || steps < 1 || steps > MaxSteps {
		return nil, nil, fmt.Errorf("间隔%v、%d步不收：间隔1分钟至3小时，至多%d步", interval, steps, MaxSteps)
	}
	m := Track(past, reach(last.Grid, interval))
	return m.Move(last, steps), m, nil
}

// fastest is how fast a storm may move, in metres a second; what is faster is a false match.
const fastest = 35

// reach is how many cells that is in one step, and no more than a quarter of the picture: what is nearly gone from it is not found again.
// In a picture of a few cells nothing is seen to move.
func reach(g grid.Grid, interval time.Duration) int {
	metres := int64(g.DY) * 111_200 / grid.Degree // a degree of latitude
	cells := fastest*int64(interval/time.Second)/max(metres, 1) + 1
	return int(max(1, min(24, cells, int64(min(g.NX, g.NY)/4))))
}

// Move is the semi-Lagrangian scheme: the value of a cell after n steps is what lies now where the cell's air comes from, found by
// walking back n steps against the motion, each with its midpoint. The field is interpolated once, however long the walk is,
// so that peaks do not wear off.
func (m *Motion) Move(f *grid.Field, steps int) []*grid.Field {
	type place struct{ u, v int64 }
	from := make([]place, f.Cells())
	for i := range from {
		from[i] = place{int64(i%f.NX) * grid.Part, int64(i/f.NX) * grid.Part}
	}
	out := make([]*grid.Field, steps)
	for n := range out {
		next := grid.New(f.Grid, f.Scale)
		for i, p := range from {
			u, v := m.at(p.u, p.v)
			u, v = m.at(p.u-u/2, p.v-v/2)
			p.u, p.v = p.u-u, p.v-v
			from[i] = p
			if value, ok := f.At(inside(p.u, f.NX), inside(p.v, f.NY)); ok {
				next.Values[i] = value
			}
		}
		out[n] = next
	}
	return out
}

// inside brings what lies in the outer half of a cell on the edge to its node.
func inside(at int64, n int) int64 {
	last := int64(n-1) * grid.Part
	switch {
	case at < 0 && at >= -grid.Part/2:
		return 0
	case at > last && at <= last+grid.Part/2:
		return last
	}
	return at
}

// at is the motion at a place, outside the grid that of the nearest cell.
func (m *Motion) at(u, v int64) (du, dv int64) {
	col := min(max((u+grid.Part/2)/grid.Part, 0), int64(m.NX-1))
	row := min(max((v+grid.Part/2)/grid.Part, 0), int64(m.NY-1))
	i := m.Index(int(col), int(row))
	return int64(m.U[i]), int64(m.V[i])
}
