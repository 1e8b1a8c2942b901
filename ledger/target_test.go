package ledger

import (
	"testing"

	"zhixing/duty"
)

func TestMet(t *testing.T) {
	for _, c := range []struct {
		op         duty.Op
		want, high string
		value      string
		met, known bool
	}{
		{duty.AtLeast, "85", "", "85", true, true}, {duty.AtLeast, "85", "", "84.99", false, true}, {duty.AtLeast, "4.49", "", "4.490", true, true},
		{duty.AtMost, "10", "", "10.0", true, true}, {duty.AtMost, "10", "", "10.01", false, true}, {duty.Exactly, "100", "", "100.00", true, true},
		{duty.Below, "0", "", "-0.1", true, true}, {duty.Below, "0", "", "0", false, true}, {duty.Above, "30", "", "30", false, true},
		{duty.Between, "3", "5", "5", true, true}, {duty.Between, "3", "5", "5.1", false, true}, {duty.AtMost, "III", "", "2", false, false},
		{duty.NoDecrease, "", "", "2", false, false}, {duty.About, "10", "", "10", false, false}, {duty.AtLeast, "85", "", "八十五", false, false},
		{duty.AtLeast, "0.3", "", "0.1", false, true}, {duty.AtLeast, "0.3", "", "0.30000000000000000001", false, false}, // more decimals than are taken
	} {
		met, known := Met(duty.Target{Op: c.op, Value: duty.Value{Text: c.want, High: c.high}}, c.value)
		if met != c.met || known != c.known {
			t.Errorf("%s %s %s against %s: %v, %v", c.op, c.want, c.high, c.value, met, known)
		}
	}
}
