package standard

import "math/big"

// lnBits is the precision of a logarithm: some 60 decimal places, of which two are kept.
const lnBits = 200

// ln is the natural logarithm of r > 0, off by less than 1e-50. r is brought to m·2^k with 2/3 ≤ m < 4/3; then
// ln m = 2·artanh((m-1)/(m+1)), a series whose terms shrink at least 25-fold, and ln 2 comes of the same series.
func ln(r *big.Rat) *big.Rat {
	m := new(big.Float).SetPrec(lnBits).SetRat(r)
	k := m.MantExp(m) // 1/2 ≤ m < 1
	if m.Cmp(big.NewFloat(2.0/3)) < 0 {
		m.Mul(m, big.NewFloat(2))
		k--
	}
	sum := artanhSeries(m)
	ln2 := artanhSeries(new(big.Float).SetPrec(lnBits).SetInt64(2))
	sum.Add(sum, ln2.Mul(ln2, new(big.Float).SetPrec(lnBits).SetInt64(int64(k))))
	out, _ := sum.Rat(nil)
	return out
}

// artanhSeries is 2·artanh((m-1)/(m+1)) = ln m for m in [2/3, 2].
func artanhSeries(m *big.Float) *big.Float {
	float := func(n int64) *big.Float { return new(big.Float).SetPrec(lnBits).SetInt64(n) }
	z := new(big.Float).Quo(float(0).Sub(m, float(1)), float(0).Add(m, float(1)))
	square := new(big.Float).Mul(z, z)
	sum := float(0)
	for n := int64(1); n < 260; n += 2 { // (1/3)^260 is far below 2^-200
		sum.Add(sum, new(big.Float).Quo(z, float(n)))
		z.Mul(z, square)
	}
	return sum.Mul(sum, float(2))
}
