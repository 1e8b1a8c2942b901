// Package quantity holds numbers as law and instruments write them: exact decimals with the digits they were written
// with, values below a detection limit, and units of measure. A limit is never a binary float, and what is computed
// from decimals is an exact fraction (big.Rat) until the standard that asked for it says how to round.
//
//	d := quantity.MustParse("0.20")        // keeps its two places
//	r := d.Rat()                           // exact
//	quantity.Round(r, 1).String()          // "0.2", half to even, GB/T 8170-2008
//	v, _ := quantity.Convert(d, "mg/L", "ug/L") // 200
package quantity

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// MaxDigits is how many digits a Decimal holds; HJ 212 needs 16 (N14.2).
const MaxDigits = 18

// Decimal is coef / 10^scale. The zero value is 0. Two decimals of the same value may differ in their places, so
// compare with Cmp or Equal and not with ==.
type Decimal struct {
	coef  int64
	scale uint8
}

// Syntax is the error of Parse.
type Syntax struct {
	Text string
	Why  string
}

func (e *Syntax) Error() string { return fmt.Sprintf("“%s”不是数：%s", e.Text, e.Why) }

// New is coef / 10^scale.
func New(coef int64, scale int) Decimal {
	if scale < 0 || scale > MaxDigits || coef > maxCoef || coef < -maxCoef {
		panic(fmt.Sprintf("quantity.New(%d, %d)", coef, scale))
	}
	return Decimal{coef, uint8(scale)}
}

// Int is n without places.
func Int(n int64) Decimal { return New(n, 0) }

const maxCoef = 999_999_999_999_999_999

// Parse reads an optional sign, digits and an optional point with digits: 12, -0.50, +3, .5, 5. — no exponent, no
// spaces, no separators, at most MaxDigits digits and places.
func Parse(s string) (Decimal, error) {
	var d Decimal
	digits, places, point, neg := 0, 0, false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case i == 0 && (c == '-' || c == '+'):
			neg = c == '-'
		case c == '.' && !point:
			point = true
		case '0' <= c && c <= '9':
			if d.coef > maxCoef/10 { // maxCoef is all nines, so any digit fits behind a tenth of it
				return Decimal{}, &Syntax{s, "超过 18 位"}
			}
			d.coef = d.coef*10 + int64(c-'0')
			digits++
			if point {
				places++
			}
		default:
			return Decimal{}, &Syntax{s, "只写数字、小数点和正负号"}
		}
	}
	if digits == 0 {
		return Decimal{}, &Syntax{s, "没有数字"}
	}
	if places > MaxDigits {
		return Decimal{}, &Syntax{s, "小数超过 18 位"}
	}
	if neg {
		d.coef = -d.coef
	}
	d.scale = uint8(places)
	return d, nil
}

// MustParse is for tables and tests.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Coef and Scale are what a store keeps.
func (d Decimal) Coef() int64 { return d.coef }
func (d Decimal) Scale() int  { return int(d.scale) }

func (d Decimal) Sign() int {
	switch {
	case d.coef < 0:
		return -1
	case d.coef > 0:
		return 1
	}
	return 0
}

// Rat is the exact value.
func (d Decimal) Rat() *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(d.coef), big.NewInt(pow10[d.scale]))
}

// Cmp is -1, 0 or 1.
func (d Decimal) Cmp(e Decimal) int {
	if d.scale == e.scale {
		return cmp(d.coef, e.coef)
	}
	if d.Sign() != e.Sign() {
		return cmp(int64(d.Sign()), int64(e.Sign()))
	}
	low, high, turned := d, e, 1
	if d.scale > e.scale {
		low, high, turned = e, d, -1
	}
	up := pow10[high.scale-low.scale]
	if c := low.coef * up; c/up == low.coef {
		return turned * cmp(c, high.coef)
	}
	return d.Rat().Cmp(e.Rat())
}

func cmp(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (d Decimal) Equal(e Decimal) bool { return d.Cmp(e) == 0 }

// Round is d with so many places, half to even (GB/T 8170-2008, 3.2); it never adds places.
func (d Decimal) Round(places int) Decimal {
	if places >= int(d.scale) {
		return d
	}
	out, err := Round(d.Rat(), places)
	if err != nil {
		panic(err) // fewer places of what fitted
	}
	return out
}

// Round is r with exactly so many places, half to even (GB/T 8170-2008, 3.2). The error is a value of more than
// MaxDigits digits.
func Round(r *big.Rat, places int) (Decimal, error) {
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(tenTo(places)))
	q, rest := new(big.Int).DivMod(scaled.Num(), scaled.Denom(), new(big.Int)) // floor, rest ≥ 0
	switch new(big.Int).Lsh(rest, 1).Cmp(scaled.Denom()) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	if !q.IsInt64() || q.Int64() > maxCoef || q.Int64() < -maxCoef {
		return Decimal{}, &Syntax{r.FloatString(places), "超过 18 位"}
	}
	return New(q.Int64(), places), nil
}

// Ceil is the smallest whole number not below r: HJ 633 rounds an index up.
func Ceil(r *big.Rat) *big.Int {
	q, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func tenTo(places int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
}

var pow10 = func() (p [MaxDigits + 1]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return
}()

// String has the places that d has: 0.20, -3, 0.
func (d Decimal) String() string { return string(d.Append(nil)) }

// Append is String into a buffer.
func (d Decimal) Append(b []byte) []byte {
	coef := d.coef
	if coef < 0 {
		b, coef = append(b, '-'), -coef
	}
	if d.scale == 0 {
		return strconv.AppendInt(b, coef, 10)
	}
	b = strconv.AppendInt(b, coef/pow10[d.scale], 10)
	b = append(b, '.')
	rest := coef % pow10[d.scale]
	for p := int(d.scale) - 1; p > 0 && rest < pow10[p]; p-- {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, rest, 10)
}

// MarshalJSON writes a number with its places.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalJSON reads a number or a text, with an exponent too if a program wrote one (1e-3).
func (d *Decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	}
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exp, err := strconv.Atoi(s[i+1:])
		m, err2 := Parse(s[:i])
		if err != nil || err2 != nil || exp < -MaxDigits || exp > MaxDigits {
			return &Syntax{s, "指数写法读不懂"}
		}
		places := max(0, m.Scale()-exp)
		r := m.Rat()
		if exp < 0 {
			r.Quo(r, new(big.Rat).SetInt(tenTo(-exp)))
		} else {
			r.Mul(r, new(big.Rat).SetInt(tenTo(exp)))
		}
		if places > MaxDigits {
			return &Syntax{s, "小数超过 18 位"}
		}
		out, err := Round(r, places)
		if err != nil {
			return err
		}
		*d = out
		return nil
	}
	out, err := Parse(s)
	if err != nil {
		return err
	}
	*d = out
	return nil
}

// Float is for drawing only, never for judging.
func (d Decimal) Float() float64 {
	f, _ := d.Rat().Float64()
	return f
}
