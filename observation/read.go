package observation

import (
	"errors"
	"math/big"
	"time"

	"zhixing/quantity"
)

// Latest is the newest reading of a series.
type Latest struct {
	Series SeriesID
	Key    string // of the entry
	At     time.Time
	Value
	Heard time.Time // when anything last came from the place
}

// Query asks for readings of one series.
type Query struct {
	Series   SeriesID
	From, To time.Time // To exclusive; zero: open
	AsOf     time.Time // as they were known then; zero: now
	Limit    int       // 0 is 1,000; at most MaxLimit
}

// MaxLimit is how many readings one call of Range gives; To of the next call is where to go on.
const MaxLimit = 10_000

// errEnough ends a read early.
var errEnough = errors.New("enough")

// Stats are what the readings of a stretch of time come to. Sum, Mean, Min and Max are of valid values; a value below the
// detection limit counts half the limit in sums and means, and as its limit in Min and Max.
type Stats struct {
	Valid, Invalid, Missing int
	Below                   int // valid ones below the detection limit
	Sum                     *big.Rat
	Min, Max, Last          quantity.Sample // of valid values; meaningless where Valid is 0
	LastAt                  time.Time       // of the last valid value
	Places                  int             // most decimals among valid values
}

// Mean is the exact mean; nil where there is none.
func (s *Stats) Mean() *big.Rat {
	if s.Valid == 0 {
		return nil
	}
	return new(big.Rat).Quo(s.Sum, new(big.Rat).SetInt64(int64(s.Valid)))
}

func (s *Stats) add(at time.Time, v Value) {
	switch v.State() {
	case Missing:
		s.Missing++
		return
	case Invalid:
		s.Invalid++
		return
	case Gap:
		return
	}
	if s.Valid == 0 || v.Cmp(s.Min.Decimal) < 0 {
		s.Min = v.Sample
	}
	if s.Valid == 0 || v.Cmp(s.Max.Decimal) > 0 {
		s.Max = v.Sample
	}
	if s.Valid == 0 || !at.Before(s.LastAt) {
		s.Last, s.LastAt = v.Sample, at
	}
	if s.Sum == nil {
		s.Sum = new(big.Rat)
	}
	s.Sum.Add(s.Sum, v.Sample.Mean())
	s.Valid++
	if v.Below {
		s.Below++
	}
	s.Places = max(s.Places, v.Scale())
}
