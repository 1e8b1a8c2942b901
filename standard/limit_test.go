package standard

import (
	"fmt"
	"math/big"
	"testing"

	"zhixing/quantity"
)

// step is the last place of a limit, a tenth of it below.
func step(d quantity.Decimal) *big.Rat {
	return new(big.Rat).Quo(quantity.New(1, d.Scale()).Rat(), big.NewRat(10, 1))
}

func plus(d quantity.Decimal, r *big.Rat) Measured { return OfRat(new(big.Rat).Add(d.Rat(), r)) }

func minus(d quantity.Decimal, r *big.Rat) Measured { return OfRat(new(big.Rat).Sub(d.Rat(), r)) }

// Every limit of surface water and groundwater: on it, one step on the good side, one step on the bad side.
func TestEveryLimitOfWater(t *testing.T) {
	judge := func(ground bool, it Item, m Measured) Class {
		if ground {
			v, err := Groundwater(map[Code]Measured{it.Code: m})
			if err != nil {
				t.Fatal(err)
			}
			return v.Class
		}
		body := it.Body
		if body == "" {
			body = River
		}
		return Site{Body: body, Target: III}.judge(it.Code, it, m).Class
	}
	tried := 0
	for _, ground := range []bool{false, true} {
		items := SurfaceItems()
		if ground {
			items = GroundItems()
		}
		for _, it := range items {
			for c, l := range it.Limits {
				check := func(what string, m Measured, want func(Class) bool) {
					tried++
					if got := judge(ground, it, m); !want(got) {
						t.Errorf("ground %v, %s class %s, limit %s, %s (%s): %s", ground, it.Name, c, l, what, m, got)
					}
				}
				best := func(got Class) bool { // the best class with the same limit
					for _, d := range limits {
						if it.Limits[d].String() == l.String() {
							return got == d
						}
					}
					return false
				}
				atMost, over := func(got Class) bool { return got <= c }, func(got Class) bool { return got > c }
				if l.High != nil {
					if l.Low == nil { // of a range only the end of the class is told by one number
						check("on the limit", Of(*l.High), best)
					} else {
						check("on the limit", Of(*l.High), atMost)
					}
					check("one step above", plus(*l.High, step(*l.High)), over)
					check("one step below", minus(*l.High, step(*l.High)), atMost)
				}
				if l.Low != nil {
					check("on the limit", Of(*l.Low), atMost)
					check("one step below", minus(*l.Low, step(*l.Low)), over)
					check("one step above", plus(*l.Low, step(*l.Low)), atMost)
				}
			}
			if it.Single != nil {
				for _, c := range []struct {
					m    Measured
					want bool
				}{{Of(*it.Single), true}, {plus(*it.Single, step(*it.Single)), false}, {minus(*it.Single, step(*it.Single)), true}} {
					tried++
					if j := (Site{Body: River, Target: III}).judge(it.Code, it, c.m); j.Passes != c.want || j.Class != 0 || (j.Over != nil) == c.want {
						t.Errorf("%s %s: passes %v, over %v", it.Name, c.m, j.Passes, j.Over)
					}
				}
			}
		}
	}
	if tried < 1500 {
		t.Errorf("only %d limits tried", tried)
	}
}

// Every limit of ambient air, both grades, every edition and phase.
func TestEveryLimitOfAir(t *testing.T) {
	for _, l := range airLimits {
		for grade, limit := range map[int]quantity.Decimal{1: l.Grade1, 2: l.Grade2} {
			if !l.Keeps(limit.Rat(), grade) || !l.Keeps(minus(limit, step(limit)).Value, grade) || l.Keeps(plus(limit, step(limit)).Value, grade) {
				t.Errorf("%s %s %s grade %d", l.Edition, l.Pollutant, l.Average, grade)
			}
		}
	}
}

// Every breakpoint of every index: on it the index of the table, one step above it more.
func TestEveryBreakpoint(t *testing.T) {
	for _, b := range iaqiTable {
		for i, at := range b.at {
			c := Concentration{Pollutant: b.pollutant, Average: b.average, Value: &at}
			got, err := SingleIAQI(b.edition, c)
			if err != nil || got.Index == nil || *got.Index != iaqiSteps[i] {
				t.Errorf("%s %s %s %s: %v %v, want %d", b.edition, b.pollutant, b.average, at, got.Index, err, iaqiSteps[i])
			}
			up, _ := quantity.Round(new(big.Rat).Add(at.Rat(), big.NewRat(1, 1)), at.Scale())
			if b.pollutant == "CO" {
				up, _ = quantity.Round(new(big.Rat).Add(at.Rat(), big.NewRat(1, 10)), 1)
			}
			c.Value = &up
			got, err = SingleIAQI(b.edition, c)
			last := i == len(b.at)-1
			switch {
			case err != nil:
				t.Error(err)
			case !last && (got.Index == nil || *got.Index <= iaqiSteps[i]):
				t.Errorf("%s %s %s %s: %v, want more than %d", b.edition, b.pollutant, b.average, up, got.Index, iaqiSteps[i])
			case last && b.instead != nil && (got.Index != nil || got.Instead == nil):
				t.Errorf("%s %s %s %s: %v, want none", b.edition, b.pollutant, b.average, up, got.Index)
			case last && b.instead == nil && (got.Index == nil || *got.Index != b.top || !got.Capped):
				t.Errorf("%s %s %s %s: %v, want %d", b.edition, b.pollutant, b.average, up, got.Index, b.top)
			}
		}
	}
}

// Every limit of kilns, at the oxygen at which nothing is converted.
func TestEveryLimitOfKilns(t *testing.T) {
	for _, l := range kilnTable {
		o2 := quantity.Int(18)
		rows := []KilnLimit{l}
		if l.Reference != "" {
			rows[0].Reference = "o2 18"
		}
		for _, c := range []struct {
			add  int64
			want bool
		}{{-1, true}, {0, true}, {1, false}} {
			v, _ := quantity.Round(new(big.Rat).Add(l.Limit.Rat(), new(big.Rat).Mul(step(l.Limit), big.NewRat(c.add, 1))), l.Limit.Scale()+1)
			e, err := Emissions(rows, &o2, map[Code]quantity.Decimal{l.Pollutant: v})
			if err != nil || e[0].Keeps != c.want {
				t.Errorf("%s %s %s: %v %v", l.Set, l.Pollutant, v, e, err)
			}
		}
	}
}

// Every comparison of the signals and heavy-pollution rules, from its own text: on the number, and one to each side.
func TestEveryCondition(t *testing.T) {
	tried := 0
	try := func(where string, c condition) {
		for _, all := range c {
			for i, part := range all {
				for _, d := range []int64{-1, 0, 1} {
					want := map[string]bool{">=": d >= 0, ">": d > 0, "<=": d <= 0, "<": d < 0}[part.op]
					got := (condition{{all[i]}}).met(func(name, arg string) *big.Rat {
						if name != part.name || arg != part.arg {
							return nil
						}
						return new(big.Rat).Add(part.than.Rat(), new(big.Rat).Mul(step(part.than), big.NewRat(d, 1)))
					})
					if tried++; got != want {
						t.Errorf("%s: %v %+d: %v", where, part, d, got)
					}
				}
			}
		}
	}
	for _, s := range signals {
		try(s.Type+string(s.Level), s.when)
	}
	for _, h := range heavyTable {
		try(fmt.Sprint(h.regime, h.level), h.when)
	}
	for _, g := range grades {
		for _, all := range g.when {
			for _, part := range all {
				if part.op == "==" {
					return
				}
			}
		}
		try(g.Word, g.when)
	}
	if tried < 200 {
		t.Errorf("only %d", tried)
	}
}
