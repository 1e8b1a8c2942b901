package observation

import (
	"math/big"

	"zhixing/quantity"
)

// Convert is v in another unit, with the digits that it was measured with: 1.50 ug/L is 0.00150 mg/L. Where the units do not
// divide evenly (亩, m3/h) it has six places more than it had.
func Convert(v quantity.Decimal, from, to quantity.Unit) (quantity.Decimal, error) {
	if from == to {
		return v, nil
	}
	r, err := quantity.Convert(v, from, to)
	if err != nil {
		return v, err
	}
	factor, err := quantity.Convert(quantity.Int(1), from, to)
	if err != nil {
		return v, err
	}
	places := v.Scale() + 6
	if shift, ok := tens(factor); ok {
		places = max(0, v.Scale()-shift)
	}
	return round(r, min(places, quantity.MaxDigits))
}

// tens is n where r is 10 to the n.
func tens(r *big.Rat) (n int, ok bool) {
	ten := big.NewRat(10, 1)
	one := big.NewRat(1, 1)
	r = new(big.Rat).Set(r)
	for ; r.Cmp(one) > 0 && n < quantity.MaxDigits; n++ {
		r.Quo(r, ten)
	}
	for ; r.Cmp(one) < 0 && n > -quantity.MaxDigits; n-- {
		r.Mul(r, ten)
	}
	return n, r.Cmp(one) == 0
}
