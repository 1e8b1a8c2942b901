package quantity

import (
	"math/big"
	"strings"
)

// Sample is one result as a laboratory writes it: a value, or “below the detection limit”, whose Decimal is the limit.
type Sample struct {
	Decimal
	Below bool // 0.0003L, <0.0003: below the limit that the number names
}

// ParseSample reads 0.0021, 0.0003L, <0.0003 and ＜0.0003.
func ParseSample(s string) (Sample, error) {
	t := strings.TrimSpace(s)
	low := strings.TrimLeft(t, "<＜")
	number := strings.TrimRight(low, "Ll")
	d, err := Parse(strings.TrimSpace(number))
	if err != nil {
		return Sample{}, &Syntax{s, "应写作 0.0021，未检出写作 0.0003L（检出限加 L）"}
	}
	return Sample{Decimal: d, Below: low != t || number != low}, nil
}

// Mean is the value that stands for the sample in a mean: half the limit where it is below (环办监测函〔2020〕82号 七).
func (s Sample) Mean() *big.Rat {
	r := s.Rat()
	if s.Below {
		r.Quo(r, big.NewRat(2, 1))
	}
	return r
}

// String keeps the L.
func (s Sample) String() string {
	if s.Below {
		return s.Decimal.String() + "L"
	}
	return s.Decimal.String()
}
