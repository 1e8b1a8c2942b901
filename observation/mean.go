package observation

import (
	"math/big"
	"time"

	"zhixing/quantity"
)

// meanGrace is how long after its end a period's mean waits for readings that are on their way.
const meanGrace = 5 * time.Minute

// extraPlaces is how many decimals a mean has more than the values that it is made of.
const extraPlaces = 1

// mean is what the readings of a period come to. ok is false where nothing came at all: then there is a gap, and no mean.
//
// A mean of fewer values than the definition needs is kept and marked 有效数据不足; one of none at all is missing at source. Where
// every value is below the detection limit so is the mean.
func mean(d, from *Definition, start time.Time, s Stats) (v Value, ok bool, err error) {
	if s.Valid+s.Invalid+s.Missing == 0 {
		return Value{}, false, nil
	}
	if s.Valid == 0 {
		return Value{Empty: true, Flag: TooFew}, true, nil
	}
	v.Flag = Normal
	if s.Valid*100 < expected(d, from, start)*d.need() {
		v.Flag = TooFew
	}
	m := s.Mean()
	if s.Below == s.Valid {
		m, v.Below = s.Max.Rat(), true
	}
	factor, err := quantity.Convert(quantity.Int(1), from.Unit, d.Unit)
	if err != nil {
		return Value{}, false, err
	}
	v.Decimal, err = round(m.Mul(m, factor), s.Places+extraPlaces)
	return v, true, err
}

// round is r with so many places, or with as many as fit.
func round(r *big.Rat, places int) (quantity.Decimal, error) {
	for {
		d, err := quantity.Round(r, min(places, quantity.MaxDigits))
		if err == nil || places == 0 {
			return d, err
		}
		places--
	}
}

// expected is how many readings a period of d should have.
func expected(d, from *Definition, start time.Time) int {
	return int(d.Kind.End(start, 0).Sub(start) / from.Step())
}
