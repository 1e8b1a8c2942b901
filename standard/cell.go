package standard

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"zhixing/quantity"
)

// cell is one value of the input: a number, a word, or nothing. Nothing is null, "", NA and dashes; / is “not measured by plan”.
type cell struct {
	number *quantity.Decimal
	word   string // as it was written
}

func (c cell) missing() bool { return c.number == nil && c.word == "" }

func readCell(name string, raw json.RawMessage) (cell, error) {
	s := strings.TrimSpace(string(raw))
	switch {
	case s == "" || s == "null":
		return cell{}, nil
	case s[0] == '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return cell{}, bad(name, "不是 JSON 文字")
		}
		s = strings.TrimSpace(s)
	case s[0] != '-' && (s[0] < '0' || s[0] > '9'):
		return cell{}, bad(name, "应为数或文字")
	}
	if slices.Contains([]string{"", "NA", "N/A", "--", "-", "—", "——", "null", "None"}, s) {
		return cell{}, nil
	}
	c := cell{word: s}
	var d quantity.Decimal
	if err := d.UnmarshalJSON([]byte(s)); err == nil {
		c.number = &d
	} else if d, ok := longNumber(s); ok {
		c.number, c.word = &d, d.String()
	} else if limit, below := strings.CutSuffix(s, "L"); below && strings.ContainsAny(limit, "eE") {
		if err := d.UnmarshalJSON([]byte(limit)); err == nil {
			c.word = d.String() + "L"
		}
	}
	return c, nil
}

// programNumber is a number as programs print their binary fractions: 0.00030000000000000003, 3.3000000000000003e-05.
var programNumber = regexp.MustCompile(`^(-?)(\d{1,40}(?:\.\d{1,60})?(?:[eE][+-]?\d{1,2})?)$`)

// longNumber reads a number of more digits than a Decimal has. What does not fit is cut off, and a 1 put in the last place for it: the number
// stays on its side of every limit and of every half.
func longNumber(s string) (quantity.Decimal, bool) {
	m := programNumber.FindStringSubmatch(s)
	if m == nil {
		return quantity.Decimal{}, false
	}
	r, ok := new(big.Rat).SetString(m[2])
	if !ok {
		return quantity.Decimal{}, false
	}
	places := quantity.MaxDigits
	for whole := new(big.Int).Quo(r.Num(), r.Denom()); whole.Sign() > 0; whole.Quo(whole, big.NewInt(10)) {
		places--
	}
	if places < 1 {
		return quantity.Decimal{}, false
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places-1)), nil)
	q, rest := new(big.Int).QuoRem(scale.Mul(scale, r.Num()), r.Denom(), new(big.Int))
	q.Mul(q, big.NewInt(10))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if m[1] != "" {
		q.Neg(q)
	}
	return quantity.New(q.Int64(), places), true
}

// decimal is a cell that must be a number or missing.
func readDecimal(name string, raw json.RawMessage) (*quantity.Decimal, error) {
	c, err := readCell(name, raw)
	if err != nil || c.missing() {
		return nil, err
	}
	if c.number == nil {
		return nil, bad(name, "“%s”不是数，或超过 18 位", short(c.word))
	}
	return c.number, nil
}

// need is a member of the input that must be there.
func (q question) need(name string) (json.RawMessage, error) {
	raw, ok := q.input.get(name)
	if !ok || string(raw) == "null" {
		return nil, bad(name, "缺少这项输入")
	}
	return raw, nil
}

// text is a member of the input that may be missing.
func (q question) text(name string) (string, error) {
	raw, _ := q.input.get(name)
	c, err := readCell(name, raw)
	return c.word, err
}

// number is a member of the input that may be missing.
func (q question) number(name string) (*quantity.Decimal, error) {
	raw, _ := q.input.get(name)
	return readDecimal(name, raw)
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
