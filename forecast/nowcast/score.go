package nowcast

import (
	"math"

	"zhixing/forecast/grid"
)

// Score compares a forecast with what came, cell by cell, where both have a value.
type Score struct {
	Hits, Misses, False, Rest int // by whether forecast and truth reach the limit
	Squares                   float64
}

// Add counts a field. limit is in the field's units.
func (s *Score) Add(forecast, truth *grid.Field, limit int32) {
	for i, f := range forecast.Values {
		t := truth.Values[i]
		if f == grid.Missing || t == grid.Missing {
			continue
		}
		switch {
		case f >= limit && t >= limit:
			s.Hits++
		case t >= limit:
			s.Misses++
		case f >= limit:
			s.False++
		default:
			s.Rest++
		}
		d := float64(f) - float64(t)
		s.Squares += float64(d * d)
	}
}

// Cells is how many were compared.
func (s *Score) Cells() int { return s.Hits + s.Misses + s.False + s.Rest }

// CSI is the critical success index: hits among all that was forecast or came; NaN where nothing was.
func (s *Score) CSI() float64 { return ratio(s.Hits, s.Hits+s.Misses+s.False) }

// POD is the probability of detection, FAR the false alarm ratio.
func (s *Score) POD() float64 { return ratio(s.Hits, s.Hits+s.Misses) }
func (s *Score) FAR() float64 { return ratio(s.False, s.Hits+s.False) }

// RMSE is the root of the mean squared error, in the field's units.
func (s *Score) RMSE() float64 { return math.Sqrt(s.Squares / float64(s.Cells())) }

func ratio(a, b int) float64 { return float64(a) / float64(b) }
