package ledger

import (
	"math/big"

	"zhixing/duty"
)

// Met says whether a measured value meets a target: false, false where that cannot be told (classes, targets without a
// figure). Decimals are exact.
func Met(t duty.Target, value string) (met, known bool) {
	v, ok := decimal(value)
	if !ok {
		return false, false
	}
	if t.Op == duty.Between {
		low, ok := new(big.Rat).SetString(t.Value.Text)
		high, ok2 := new(big.Rat).SetString(t.Value.High)
		return ok && ok2 && v.Cmp(low) >= 0 && v.Cmp(high) <= 0, ok && ok2
	}
	want, ok := t.Value.Rat()
	if !ok {
		return false, false
	}
	c := v.Cmp(want)
	switch t.Op {
	case duty.AtLeast:
		return c >= 0, true
	case duty.AtMost:
		return c <= 0, true
	case duty.Exactly:
		return c == 0, true
	case duty.Below:
		return c < 0, true
	case duty.Above:
		return c > 0, true
	}
	return false, false // about, no decrease: a person judges
}

// Unmet are the targets that can be measured and are not met by what was reported, or were not measured.
func (d *Duty) Unmet() []duty.Target {
	var out []duty.Target
	for i, t := range d.Targets {
		if _, can := Met(t, "0"); !can {
			continue
		}
		met := false
		for _, m := range d.Measured {
			if m.Target == i {
				met, _ = Met(t, m.Value)
			}
		}
		if !met {
			out = append(out, t)
		}
	}
	return out
}
