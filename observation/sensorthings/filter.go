package sensorthings

import (
	"strings"
	"time"

	"zhixing/quantity"
)

// expr is a $filter. holds says whether it is true of an entity; what cannot be compared is false, as null is in OData.
type expr interface{ holds(e *entity) bool }

type (
	both    struct{ a, b expr }
	either  struct{ a, b expr }
	negated struct{ a expr }
	compare struct {
		op   string
		a, b term
	}
	holdsText struct {
		name string // substringof, startswith, endswith
		a, b term
	}
)

// term is a property's path, or a literal.
type term struct {
	path []string
	lit  any // string, quantity.Decimal, time.Time, bool, nil
}

func (x both) holds(e *entity) bool    { return x.a.holds(e) && x.b.holds(e) }
func (x either) holds(e *entity) bool  { return x.a.holds(e) || x.b.holds(e) }
func (x negated) holds(e *entity) bool { return !x.a.holds(e) }

func (x compare) holds(e *entity) bool {
	c, ok := order2(x.a.of(e), x.b.of(e))
	if !ok {
		return x.op == "ne"
	}
	switch x.op {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "gt":
		return c > 0
	case "ge":
		return c >= 0
	case "lt":
		return c < 0
	}
	return c <= 0
}

func (x holdsText) holds(e *entity) bool {
	a, ok1 := x.a.of(e).(string)
	b, ok2 := x.b.of(e).(string)
	switch {
	case !ok1 || !ok2:
		return false
	case x.name == "startswith":
		return strings.HasPrefix(a, b)
	case x.name == "endswith":
		return strings.HasSuffix(a, b)
	}
	return strings.Contains(b, a) // substringof('needle', property)
}

func (t term) of(e *entity) any {
	if t.path == nil {
		return t.lit
	}
	return e.value(t.path)
}

// order2 compares two values of one type. An interval is compared by its start.
func order2(a, b any) (int, bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), true
		}
	case quantity.Decimal:
		if y, ok := decimal(b); ok {
			return x.Cmp(y), true
		}
	case int64:
		if y, ok := decimal(b); ok {
			return quantity.Int(x).Cmp(y), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	case bool:
		if y, ok := b.(bool); ok && x == y {
			return 0, true
		}
	}
	return 0, false
}

func decimal(v any) (quantity.Decimal, bool) {
	switch x := v.(type) {
	case quantity.Decimal:
		return x, true
	case int64:
		return quantity.Int(x), true
	}
	return quantity.Decimal{}, false
}

// parser of a $filter, by recursive descent: or, and, not, comparison.
type parser struct {
	tokens []string
	depth  int
}

func parseFilter(s string) (expr, error) {
	tokens, err := lex(s)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	x, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = bad("$filter: %q is one word too many", p.tokens[0])
	}
	return x, err
}

// lex cuts into words, quoted texts (with their quotes), brackets and commas.
func lex(s string) (out []string, err error) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ':
			i++
		case c == '(' || c == ')' || c == ',':
			out = append(out, s[i:i+1])
			i++
		case c == '\'':
			end := i + 1
			for ; end < len(s); end++ {
				if s[end] == '\'' {
					if end+1 < len(s) && s[end+1] == '\'' {
						end++
						continue
					}
					break
				}
			}
			if end >= len(s) {
				return nil, bad("$filter: a quote is missing")
			}
			out = append(out, s[i:end+1])
			i = end + 1
		default:
			end := i
			for end < len(s) && !strings.ContainsRune(" (),'", rune(s[end])) {
				end++
			}
			out = append(out, s[i:end])
			i = end
		}
	}
	return out, nil
}

func (p *parser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) or() (expr, error) {
	a, err := p.and()
	for err == nil && p.peek() == "or" {
		p.next()
		var b expr
		b, err = p.and()
		a = either{a, b}
	}
	return a, err
}

func (p *parser) and() (expr, error) {
	a, err := p.not()
	for err == nil && p.peek() == "and" {
		p.next()
		var b expr
		b, err = p.not()
		a = both{a, b}
	}
	return a, err
}

func (p *parser) not() (expr, error) {
	if p.depth++; p.depth > 50 {
		return nil, bad("$filter is nested too deeply")
	}
	defer func() { p.depth-- }()
	switch t := p.peek(); t {
	case "not":
		p.next()
		a, err := p.not()
		return negated{a}, err
	case "(":
		p.next()
		a, err := p.or()
		if err == nil && p.next() != ")" {
			err = bad("$filter: a bracket is missing")
		}
		return a, err
	case "substringof", "startswith", "endswith":
		p.next()
		return p.function(t)
	}
	return p.comparison()
}

func (p *parser) function(name string) (expr, error) {
	x := holdsText{name: name}
	var err error
	if p.next() != "(" {
		return nil, bad("$filter: %s wants brackets", name)
	}
	if x.a, err = p.term(); err != nil {
		return nil, err
	}
	if p.next() != "," {
		return nil, bad("$filter: %s wants two arguments", name)
	}
	if x.b, err = p.term(); err != nil {
		return nil, err
	}
	if p.next() != ")" {
		return nil, bad("$filter: a bracket is missing")
	}
	return x, nil
}

func (p *parser) comparison() (expr, error) {
	a, err := p.term()
	if err != nil {
		return nil, err
	}
	op := p.next()
	switch op {
	case "eq", "ne", "gt", "ge", "lt", "le":
	default:
		return nil, bad("$filter: want eq, ne, gt, ge, lt or le, not %q", op)
	}
	b, err := p.term()
	return compare{op, a, b}, err
}

func (p *parser) term() (term, error) {
	t := p.next()
	switch {
	case t == "" || t == "(" || t == ")" || t == ",":
		return term{}, bad("$filter: a value is missing")
	case t[0] == '\'':
		return term{lit: strings.ReplaceAll(t[1:len(t)-1], "''", "'")}, nil
	case t == "true" || t == "false":
		return term{lit: t == "true"}, nil
	case t == "null":
		return term{}, nil
	}
	if d, err := quantity.Parse(t); err == nil {
		return term{lit: d}, nil
	}
	if at, err := time.Parse(time.RFC3339Nano, t); err == nil {
		return term{lit: at.UTC()}, nil
	}
	if p.peek() == "(" {
		return term{}, notDone("the function %s is not answered here", t)
	}
	if c := t[0] | 0x20; (c < 'a' || c > 'z') && c != '@' && c != '`' {
		return term{}, bad("$filter: %q is neither a property nor a value", t)
	}
	return term{path: strings.Split(t, "/")}, nil
}

// between are the bounds that a filter puts on phenomenonTime, so that not all of a series is read. What stands in an or, or
// behind not, bounds nothing.
func between(x expr) (from, to time.Time) {
	switch f := x.(type) {
	case both:
		from, to = between(f.a)
		from2, to2 := between(f.b)
		if from2.After(from) {
			from = from2
		}
		if to.IsZero() || !to2.IsZero() && to2.Before(to) {
			to = to2
		}
	case compare:
		at, ok := f.b.lit.(time.Time)
		if !ok || f.b.path != nil || len(f.a.path) != 1 || f.a.path[0] != "phenomenonTime" {
			return
		}
		switch f.op {
		case "eq":
			return at, at.Add(time.Microsecond)
		case "ge", "gt":
			return at, to
		case "lt", "le":
			return from, at.Add(time.Microsecond)
		}
	}
	return from, to
}
