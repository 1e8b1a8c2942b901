package quantity

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestParseKeepsDigits(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0.50": "-0.50", "+3": "3", ".5": "0.5", "5.": "5", "0.0003": "0.0003", "00.10": "0.10",
		"999999999999999999": "999999999999999999", "0.000000000000000001": "0.000000000000000001", "-12345678901234.56": "-12345678901234.56",
	} {
		d, err := Parse(in)
		if err != nil || d.String() != want {
			t.Errorf("Parse(%q) = %s, %v; want %s", in, d, err, want)
		}
	}
	for _, in := range []string{"", "-", ".", "1e3", "1,000", " 1", "1 ", "--1", "1.2.3", "１", "1000000000000000000", "0.0000000000000000001", "NaN"} {
		if d, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", in, d)
		}
	}
}

// GB/T 8170-2008, 3.2: the digits beyond are dropped at 4, carried at 6, and at exactly 5 the last kept digit is made even.
func TestRoundHalfToEven(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   string
	}{
		{"12.1498", 1, "12.1"}, {"10.502", 0, "11"}, {"1.050", 1, "1.0"}, {"0.35", 1, "0.4"}, {"0.25", 1, "0.2"}, {"0.2500001", 1, "0.3"},
		{"-0.25", 1, "-0.2"}, {"-0.35", 1, "-0.4"}, {"2.5", 0, "2"}, {"3.5", 0, "4"}, {"-2.5", 0, "-2"}, {"7", 2, "7"},
	} {
		if got := MustParse(c.in).Round(c.places).String(); got != c.want {
			t.Errorf("%s to %d places = %s, want %s", c.in, c.places, got, c.want)
		}
	}
	if d, err := Round(big.NewRat(2, 3), 4); err != nil || d.String() != "0.6667" {
		t.Error(d, err)
	}
	if d, err := Round(big.NewRat(7, 1), 2); err != nil || d.String() != "7.00" {
		t.Error(d, err)
	}
}

func TestCeil(t *testing.T) {
	for _, c := range []struct {
		n, d, want int64
	}{{50, 1, 50}, {101, 2, 51}, {-3, 2, -1}, {0, 1, 0}} {
		if got := Ceil(big.NewRat(c.n, c.d)); got.Int64() != c.want {
			t.Errorf("Ceil(%d/%d) = %s, want %d", c.n, c.d, got, c.want)
		}
	}
}

// Cmp agrees with exact fractions, whatever the places.
func TestCmpAgreesWithFractions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	one := func() Decimal {
		c := r.Int64N(2*maxCoef) - maxCoef
		for range r.IntN(18) {
			c /= 10
		}
		return New(c, r.IntN(MaxDigits+1))
	}
	for range 100000 {
		a, b := one(), one()
		if got, want := a.Cmp(b), a.Rat().Cmp(b.Rat()); got != want {
			t.Fatalf("%s cmp %s = %d, want %d", a, b, got, want)
		}
		if back := MustParse(a.String()); back != a {
			t.Fatalf("%s reads back as %s", a, back)
		}
	}
}

func TestSamples(t *testing.T) {
	for in, want := range map[string]struct {
		mean  string
		below bool
	}{"0.0021": {"21/10000", false}, "0.0003L": {"3/20000", true}, "<0.01": {"1/200", true}, " ＜0.2 ": {"1/10", true}} {
		s, err := ParseSample(in)
		if err != nil || s.Below != want.below || s.Mean().String() != want.mean {
			t.Errorf("%q: %v %v %v", in, s, s.Mean(), err)
		}
	}
	if _, err := ParseSample("未检出"); err == nil {
		t.Error("a word is no sample: the detection limit must be named")
	}
}

func TestConvert(t *testing.T) {
	for _, c := range []struct{ in, from, to, want string }{
		{"0.20", "mg/L", "ug/L", "200"}, {"35", "ng/m3", "ug/m3", "7/200"}, {"15", "亩", "hm2", "1"}, {"86400", "m3/d", "m3/s", "1"}, {"3", "万元", "元", "30000"},
	} {
		from, err := ParseUnit(c.from)
		to, err2 := ParseUnit(c.to)
		r, err3 := Convert(MustParse(c.in), from, to)
		if err != nil || err2 != nil || err3 != nil || r.RatString() != c.want {
			t.Errorf("%s %s in %s = %v, want %s (%v %v %v)", c.in, c.from, c.to, r, c.want, err, err2, err3)
		}
	}
	if _, err := Convert(Int(1), "mg/L", "mg/m3"); err == nil {
		t.Error("water is not air")
	}
	if u, err := ParseUnit("μg/m³"); err != nil || u != "ug/m3" {
		t.Error(u, err)
	}
	if _, err := ParseUnit("斤"); err == nil {
		t.Error("an unknown unit passes")
	}
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{`1.50`: "1.50", `"0.3"`: "0.3", `1e-3`: "0.001", `2.5E2`: "250", `-0.0`: "0.0"} {
		var d Decimal
		if err := json.Unmarshal([]byte(in), &d); err != nil || d.String() != want {
			t.Errorf("%s = %s, %v; want %s", in, d, err, want)
		}
	}
	for _, in := range []string{`"x"`, `true`, `1e400`, `1e-30`} {
		var d Decimal
		if err := json.Unmarshal([]byte(in), &d); err == nil {
			t.Errorf("%s = %s, want an error", in, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.5", "-.5", "0.0003L", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(d.String())
		if err != nil || again != d {
			t.Fatalf("%q reads as %s and back as %s, %v", s, d, again, err)
		}
		_, _ = ParseSample(s)
	})
}
