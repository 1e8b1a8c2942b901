package standard

import (
	"math/big"
	"strings"

	"zhixing/quantity"
)

// condition is a start rule of a table: comparisons joined by and and or, and binds closer. rain_3h>=50, run(150)>=2 or max>200.
// The grammar has no brackets and no arithmetic, for no table needs them.
type condition [][]comparison

type comparison struct {
	name string
	arg  string // of run(150)
	op   string
	than quantity.Decimal
}

// facts gives what a name stands for, or nil where it is not known.
type facts func(name, arg string) *big.Rat

func parseCondition(s string) (condition, error) {
	var out condition
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	for _, alternative := range strings.Split(s, " or ") {
		var all []comparison
		for _, part := range strings.Split(alternative, " and ") {
			c, err := parseComparison(strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
		out = append(out, all)
	}
	return out, nil
}

func parseComparison(s string) (comparison, error) {
	i := strings.IndexAny(s, "<>=")
	if i <= 0 {
		return comparison{}, bad("", "条件“%s”应写作 名称>=数", s)
	}
	c := comparison{name: s[:i], op: s[i : i+1]}
	rest := s[i+1:]
	if strings.HasPrefix(rest, "=") {
		c.op, rest = c.op+"=", rest[1:]
	}
	if c.op == "=" {
		return comparison{}, bad("", "条件“%s”应写作 名称==数", s)
	}
	if name, arg, ok := strings.Cut(c.name, "("); ok {
		if !strings.HasSuffix(arg, ")") || name == "" {
			return comparison{}, bad("", "条件“%s”的括号不全", s)
		}
		c.name, c.arg = name, strings.TrimSuffix(arg, ")")
		if _, err := quantity.Parse(c.arg); err != nil {
			return comparison{}, err
		}
	}
	for _, r := range c.name {
		if r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return comparison{}, bad("", "条件“%s”的名称只用小写字母、数字和下划线", s)
		}
	}
	var err error
	c.than, err = quantity.Parse(rest)
	return c, err
}

// met reports whether one of the alternatives holds. What is not known does not hold.
func (c condition) met(f facts) bool {
	for _, all := range c {
		ok := len(all) > 0
		for _, part := range all {
			v := f(part.name, part.arg)
			ok = ok && v != nil && part.holds(v)
		}
		if ok {
			return true
		}
	}
	return false
}

func (c comparison) holds(v *big.Rat) bool {
	n := v.Cmp(c.than.Rat())
	switch c.op {
	case ">=":
		return n >= 0
	case ">":
		return n > 0
	case "<=":
		return n <= 0
	case "<":
		return n < 0
	}
	return n == 0
}

// condition reads a cell.
func (r record) condition(col string) condition {
	c, err := parseCondition(r.text(col))
	if err != nil {
		r.bad("%v", err)
	}
	return c
}
