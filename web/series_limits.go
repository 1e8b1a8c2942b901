package web

import (
	"context"
	"regexp"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
	"zhixing/standard"
)

// limit is what the values of a series are held against: by a rule of a policy, or by a standard for a target.
type limit struct {
	Op     string // of the value that keeps it: <=, <, >=, >
	Number quantity.Decimal
	Unit   string
	Of     string     // 24小时均值; empty: each value
	Often  bool       // other conditions of the rule must hold too, so that a value alone does not tell
	Title  string     // 排口化学需氧量限值
	Source string     // where the number stands
	Basis  rule.Basis // of the rule; zero: of a standard
	Rule   string     // id
}

var opWords = map[string]string{"<=": "不超过", "<": "低于", ">=": "不低于", ">": "高于"}

// Words is 不超过 50 mg/L.
func (l limit) Words() string {
	s := opWords[l.Op] + " " + l.Number.String()
	if l.Unit != "" && l.Unit != "1" {
		s += " " + l.Unit
	}
	if l.Of != "" {
		s = l.Of + s
	}
	return s
}

// Decides says whether a value alone keeps the limit or not.
func (l limit) Decides() bool { return l.Of == "" && !l.Often }

// broken says whether a value that counts does not keep the limit. A value below the detection limit breaks none from above.
func (l limit) broken(v observation.Value) bool {
	if !v.Counts() || !l.Decides() {
		return false
	}
	c := v.Decimal.Cmp(l.Number)
	switch l.Op {
	case "<=":
		return c > 0 && !v.Below
	case "<":
		return c >= 0 && !v.Below
	case ">=":
		return c < 0
	case ">":
		return c <= 0
	}
	return false
}

// overOf is the first limit that a value breaks; nil: none.
func overOf(limits []limit, v observation.Value) *limit {
	for i := range limits {
		if limits[i].broken(v) {
			return &limits[i]
		}
	}
	return nil
}

// overWords is what pages say of a value that breaks a limit.
func overWords(l *limit) string {
	switch {
	case l == nil:
		return ""
	case l.Op[0] == '<':
		return "超过限值"
	}
	return "低于限值"
}

// comparison is a value against a name or number, as rules write it: 值 > 参数.X, 均值("24小时") > 条目.许可限值.
var comparison = regexp.MustCompile(`(值|(?:均值|最大|最小)\("[^"]+"\))\s*(>=|<=|>|<)\s*((?:参数|条目)\.[\p{Han}A-Za-z0-9_]+|[0-9]+(?:\.[0-9]+)?)\s*($|&&|\))`)

// turned is the comparison that keeps what the rule's breaks.
var turned = map[string]string{">": "<=", ">=": "<", "<": ">=", "<=": ">"}

// limitsOf are the limits of a series on a day, as the reader may know them: e is the entry as it is shown to him.
func limitsOf(w *works.Works, d *observation.Definition, s *register.Schema, e *register.Entry, inside bool, on calendar.Date) (out []limit) {
	for i := range w.Set.Rules {
		r := &w.Set.Rules[i]
		if r.When == nil || !contains(r.Readings, d.Name) {
			continue
		}
		if l, ok := limitOfRule(w, r, d, s, e, on); ok {
			out = append(out, l)
		}
	}
	return append(out, airLimit(w, d, inside, on)...)
}

func contains(list []observation.SeriesName, name observation.SeriesName) bool {
	for _, n := range list {
		if n == name {
			return true
		}
	}
	return false
}

func limitOfRule(w *works.Works, r *finding.Rule, d *observation.Definition, s *register.Schema, e *register.Entry, on calendar.Date) (limit, bool) {
	src := r.When.String()
	found := comparison.FindAllStringSubmatch(src, -1)
	if len(found) != 1 || strings.Contains(src, "||") {
		return limit{}, false
	}
	m := found[0]
	l := limit{Op: turned[m[2]], Unit: string(d.Unit), Title: r.Title, Basis: r.Basis, Rule: r.ID, Source: r.Basis.String(), Often: strings.Contains(src, "&&") || strings.ContainsAny(src, "!?")}
	if m[1] != "值" {
		l.Of = averageWords(m[1])
	}
	kind, name, _ := strings.Cut(m[3], ".")
	switch kind {
	case "参数":
		v, ok := w.Judge.Value(name, on)
		if !ok {
			return limit{}, false
		}
		l.Number, l.Title, l.Source = v.Value, name, v.Source
	case "条目":
		if e == nil {
			return limit{}, false
		}
		v, ok := e.Decimal(name)
		if f, known := s.Field(name); known && ok { // money and the like are read in the field's unit
			v, ok = f.Number(e.Values[name])
		}
		if !ok {
			return limit{}, false
		}
		l.Number, l.Title, l.Source = v, name, s.Title+"“"+name+"”"
	default:
		v, err := quantity.Parse(m[3])
		if err != nil {
			return limit{}, false
		}
		l.Number = v
	}
	return l, true
}

// averageWords turns 均值("24小时") into 24小时均值.
func averageWords(call string) string {
	how, rest, _ := strings.Cut(call, `("`)
	return strings.TrimSuffix(rest, `")`) + how
}

// classLimits are the limits of the classes that indicators set as targets. What is classed is a mean, so that a single value does
// not break them.
func classLimits(ctx context.Context, tx *db.Tx, w *works.Works, d *observation.Definition, e *register.Entry, inside bool, on calendar.Date) (out []limit, err error) {
	if d.Item == "" {
		return nil, nil
	}
	for i := range w.Set.Indicators {
		ind := &w.Set.Indicators[i]
		c := ind.Compute.Class
		if c == nil || e == nil || ind.Each != register.Name(d.Register) || !contains(c.Series, d.Name) || !inside && !ind.Public || c.Gives != "" && c.Gives != "class" {
			continue
		}
		res, err := w.Judge.Compute(ctx, tx, ind.ID, e.Key, on)
		if err != nil {
			return nil, err
		}
		class, ok := standard.ParseClass(strings.TrimLeft(res.Target, "<=> "))
		if !ok {
			continue
		}
		var item standard.Item
		switch {
		case strings.HasPrefix(c.Standard, "GB 3838"):
			body := c.Body
			if v := e.Values[body]; v != "" {
				body = v
			}
			site := standard.River
			if body == "lake" || strings.ContainsAny(body, "湖库") {
				site = standard.Lake
			}
			item, ok = standard.SurfaceItem(d.Item, site)
		case strings.HasPrefix(c.Standard, "GB/T 14848"):
			item, ok = standard.GroundItem(d.Item)
		default:
			ok = false
		}
		if !ok {
			continue
		}
		lim := item.Limits[class]
		for _, op := range []string{"<=", ">="} {
			n := lim.High
			if op == ">=" {
				n = lim.Low
			}
			if n == nil {
				continue
			}
			v, err := observation.Convert(*n, item.Unit, d.Unit)
			if err != nil {
				continue // the standard's unit does not convert: then it cannot be drawn here
			}
			l := limit{Op: op, Number: v, Unit: string(d.Unit), Title: class.String() + "类标准限值", Source: item.Row.String() + "；目标见指标“" + ind.Title + "”", Often: true, Basis: ind.Basis}
			if !hasLimit(out, l) {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

// airLimit is the limit of grade two of GB 3095 for hour and day means of ambient air.
func airLimit(w *works.Works, d *observation.Definition, inside bool, on calendar.Date) (out []limit) {
	averages := map[observation.Kind]standard.Average{observation.Hour: standard.Hour, observation.Day: standard.Day}
	a, ok := averages[d.Kind]
	if !ok || !isAmbient(w, d, inside) {
		return nil
	}
	l, err := standard.AirLimitOn(d.Item, a, on)
	if err != nil || !l.Unit.Same(d.Unit) {
		return nil
	}
	v, err := observation.Convert(l.Grade2, l.Unit, d.Unit)
	if err != nil {
		return nil
	}
	return []limit{{Op: "<=", Number: v, Unit: string(d.Unit), Title: "二级浓度限值", Source: l.Row.String()}}
}

// isAmbient says that a series is of the air that people breathe, and not of a chimney: some indicator judges it so.
func isAmbient(w *works.Works, d *observation.Definition, inside bool) bool {
	for i := range w.Set.Indicators {
		ind := &w.Set.Indicators[i]
		c := ind.Compute.Class
		if c != nil && (inside || ind.Public) && contains(c.Series, d.Name) && (strings.HasPrefix(c.Standard, "HJ 6") || strings.HasPrefix(c.Standard, "GB 3095")) {
			return true
		}
	}
	return false
}

func hasLimit(list []limit, l limit) bool {
	for _, o := range list {
		if o.Op == l.Op && o.Number.Equal(l.Number) && o.Of == l.Of {
			return true
		}
	}
	return false
}
