package standard

import (
	"math/big"
	"strings"

	"zhixing/quantity"
)

// trim is r with at most so many places, half to even, without idle zeros: 0.24, 3.3333, 7.
func trim(r *big.Rat, places int) string {
	d, err := quantity.Round(r, places)
	if err != nil { // too large for a Decimal: whole places are enough
		return new(big.Rat).Set(r).FloatString(0)
	}
	s := d.String()
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// Mean is the mean of samples; those below the detection limit count as half of it (环办监测函〔2020〕82号 七, SL 219-2013 12.2.5). Detection
// is the greatest limit among them, nil where everything was detected; Word is empty.
func Mean(samples []Measured) (Measured, error) {
	if len(samples) == 0 {
		return Measured{}, bad("", "没有样品，算不出平均值")
	}
	m := Measured{Value: new(big.Rat)}
	for _, s := range samples {
		if s.Value == nil {
			return Measured{}, bad("", "样品没有数值，算不出平均值")
		}
		m.Value.Add(m.Value, s.Value)
		if s.Detection != nil && (m.Detection == nil || s.Detection.Cmp(m.Detection) > 0) {
			m.Detection = s.Detection
		}
	}
	m.Value.Quo(m.Value, big.NewRat(int64(len(samples)), 1))
	return m, nil
}
