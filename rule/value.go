package rule

import (
	"context"
	"math/big"
	"strconv"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"zhixing/calendar"
	"zhixing/quantity"
)

// Value is one of Number, Text, Bool, Day, Instant, Clock, Part, *Entry and Shape. (CEL asks more of a value than this package does;
// what it asks stands in cel.go.)
type Value = ref.Val

// The values that CEL has itself.
type (
	Text    = types.String
	Bool    = types.Bool
	Instant = types.Timestamp // Instant{Time: t}
)

// Day is a civil day.
type Day struct{ calendar.Date }

// Clock is a time of day.
type Clock struct{ calendar.Clock }

// Part is a part of the day, which may go over midnight.
type Part struct{ calendar.DayPart }

// Shape is a point, line or polygon. Only the functions that Facts answer look into it.
type Shape struct{ Geometry any }

// Entry is an entry of a register, its fields read when they are asked for.
type Entry struct {
	Register string
	Key      string
	// Get is the value of a field; *Missing where it is empty.
	Get func(ctx context.Context, field string) (Value, error)
}

// Number is exact: a decimal with its digits, or a fraction where no decimal of 18 digits holds it.
type Number struct {
	d quantity.Decimal
	r *big.Rat // nil: d
}

// Num is a decimal as a value.
func Num(d quantity.Decimal) Number { return Number{d: d} }

// Int is a whole number as a value.
func Int(n int) Number { return Fraction(new(big.Rat).SetInt64(int64(n))) }

// Fraction is a fraction as a value, which is a decimal if it can.
func Fraction(r *big.Rat) Number {
	if places, exact := r.FloatPrec(); exact && places <= quantity.MaxDigits {
		if d, err := quantity.Round(r, places); err == nil {
			return Number{d: d}
		}
	}
	return Number{r: r}
}

// Rat is the number; do not change it.
func (n Number) Rat() *big.Rat {
	if n.r != nil {
		return n.r
	}
	return n.d.Rat()
}

// Decimal is the number with its digits; false where it is no decimal of 18 digits.
func (n Number) Decimal() (quantity.Decimal, bool) { return n.d, n.r == nil }

// Cmp is -1, 0 or 1.
func (n Number) Cmp(m Number) int {
	if n.r == nil && m.r == nil {
		return n.d.Cmp(m.d)
	}
	return n.Rat().Cmp(m.Rat())
}

// String has the digits that the number was written with; a fraction is rounded to four places (GB/T 8170).
func (n Number) String() string {
	if n.r == nil {
		return n.d.String()
	}
	if d, err := quantity.Round(n.r, 4); err == nil {
		return d.String()
	}
	return n.r.FloatString(4)
}

// maxBits bounds a fraction that multiplications blow up.
const maxBits = 4096

func (n Number) reckon(op byte, m Number) Value {
	if n.r == nil && m.r == nil {
		if d, ok := quick(op, n.d, m.d); ok {
			return Number{d: d}
		}
	}
	r, x, y := new(big.Rat), n.Rat(), m.Rat()
	switch op {
	case '+':
		r.Add(x, y)
	case '-':
		r.Sub(x, y)
	case '*':
		r.Mul(x, y)
	case '/':
		if y.Sign() == 0 {
			return fault("除数是零")
		}
		r.Quo(x, y)
	}
	if r.Num().BitLen() > maxBits || r.Denom().BitLen() > maxBits {
		return fault("数太大")
	}
	return Fraction(r)
}

// quick adds, subtracts and multiplies decimals that stay far from the bounds of a machine word.
func quick(op byte, a, b quantity.Decimal) (quantity.Decimal, bool) {
	x, y, i, j := a.Coef(), b.Coef(), a.Scale(), b.Scale()
	if op == '*' {
		const half = 900_000_000 // the product of two has at most 18 digits
		if abs(x) > half || abs(y) > half || i+j > quantity.MaxDigits {
			return quantity.Decimal{}, false
		}
		return quantity.New(x*y, i+j), true
	}
	const safe = 100_000_000_000_000_000 // 17 digits: a sum of two is a Decimal
	for ; i < j && abs(x) < safe/10; i++ {
		x *= 10
	}
	for ; j < i && abs(y) < safe/10; j++ {
		y *= 10
	}
	if op == '-' {
		y = -y
	}
	if op == '/' || i != j || abs(x) >= safe || abs(y) >= safe {
		return quantity.Decimal{}, false
	}
	return quantity.New(x+y, i), true
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }

// Print is a value in running text: 0.20, 2023年10月31日, 2023年10月31日9时, 是.
func Print(v Value) string {
	switch v := v.(type) {
	case Number:
		return v.String()
	case Text:
		return string(v)
	case Bool:
		if v {
			return "是"
		}
		return "否"
	case Day:
		return v.Chinese()
	case Instant:
		return calendar.DateOf(v.Time).Chinese() + hourWords(v)
	case Clock:
		return v.String()
	case Part:
		return v.From.String() + "至" + v.To.String()
	case *Entry:
		return v.Key
	case Shape:
		return "（图形）"
	}
	return ""
}

func hourWords(v Instant) string {
	t := v.Time.In(calendar.Zone)
	s := itoa(t.Hour()) + "时"
	if t.Minute() > 0 || t.Second() > 0 {
		s += t.Format("04分")
	}
	return s
}
