package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhixing/register"
	"zhixing/rule"
)

// about is what an expression is about, which decides the names that it may use.
type about string

const (
	anEntry     about = "entry"     // fields of the entry, by their names
	aReading    about = "reading"   // 值, 时间 …, and the entry as 条目
	anIndicator about = "indicator" // 值, 目标, 达标, and the entry as 条目
	anAggregate about = "formula"   // the entry as 条目
)

// seen is what an expression can speak of.
type seen struct {
	kind  about
	of    *form // the register whose entries it is about; nil: none
	value rule.Type
	item  *Item // that the expression stands in
}

// lost reports whether what the expression is about was not found: that has been told, and all else would follow from it.
func (s seen) lost() bool {
	return s.kind == "" || s.of == nil && (s.kind == anEntry || s.kind == aReading)
}

// wordTypes are what fields are to an expression.
var wordTypes = map[register.FieldType]rule.Type{
	register.Text: rule.OfText, register.Number: rule.OfNumber, register.Money: rule.OfNumber, register.Day: rule.OfDay, register.Choice: rule.OfText,
	register.YesNo: rule.OfBool, register.Unit: rule.OfText, register.Person: rule.OfText, register.File: rule.OfText,
	register.Point: rule.OfShape, register.Line: rule.OfShape, register.Polygon: rule.OfShape,
}

// names are what expressions over an entry may use.
func (x *form) nameTypes() map[string]rule.Type {
	out := map[string]rule.Type{"状态": rule.OfText, "入册日期": rule.OfDay, "更新日期": rule.OfDay}
	for _, f := range x.schema.Fields {
		if f.Type == register.Ref {
			out[f.Name] = rule.OfEntry(string(f.Register))
			continue
		}
		out[f.Name] = wordTypes[f.Type]
	}
	return out
}

// scope is what an expression of the item may use.
func (k *pack) scope(s seen) *rule.Scope {
	out := &rule.Scope{Names: map[string]rule.Type{}, Workdays: k.county.Workdays, Values: slices.Collect(maps.Keys(k.index[ValueItem]))}
	out.Fields = func(id string) map[string]rule.Type {
		if x := k.formAt(id, s.item); x != nil {
			return x.nameTypes()
		}
		return nil
	}
	if s.of != nil && s.kind != anEntry {
		out.Names["条目"] = rule.OfEntry(s.of.item.ID)
	}
	switch s.kind {
	case anEntry:
		out.Names = s.of.nameTypes()
	case aReading:
		for _, n := range []string{"标志", "名称", "单位"} {
			out.Names[n] = rule.OfText
		}
		out.Names["值"], out.Names["时间"] = rule.OfNumber, rule.OfInstant
	case anIndicator:
		out.Names["值"], out.Names["目标"], out.Names["达标"], out.Names["名称"] = s.value, s.value, rule.OfBool, rule.OfText
	}
	out.World = func(c *rule.Call) (rule.Type, error) { return k.world(c, s) }
	return out
}

// world checks what a function that looks at the world is asked.
func (k *pack) world(c *rule.Call, s seen) (rule.Type, error) {
	switch c.Name {
	case "均值", "最大", "最小", "次数":
		if s.kind != aReading {
			return rule.Type{}, fmt.Errorf("“%s”只能用在看读数的规则里", c.Name)
		}
		return rule.OfNumber, nil
	case "指标":
		return k.indicatorType(c.Text(0), s)
	}
	id := c.Text(1)
	if c.Name != "落入" {
		id = c.Text(0)
	}
	x := k.formAt(id, s.item)
	if x == nil {
		return rule.Type{}, fmt.Errorf("没有台账“%s”%s", id, nearest(id, slices.Collect(maps.Keys(k.index[RegisterItem]))))
	}
	x.item.used = true
	switch c.Name {
	case "落入":
		if !slices.ContainsFunc(x.schema.Fields, func(f register.Field) bool { return f.Type == register.Polygon }) {
			return rule.Type{}, fmt.Errorf("台账“%s”没有面（polygon），落不进去", id)
		}
		return rule.OfBool, asState(x, c.Text(2))
	case "条数":
		return rule.OfNumber, errors.Join(k.pointsHere(x, c.Text(1), s), asState(x, c.Text(2)))
	case "最近":
		if f, ok := x.find(c.Text(2)); !ok || f.Type != register.Day {
			return rule.Type{}, fmt.Errorf("台账“%s”没有日期字段“%s”%s", id, c.Text(2), nearest(c.Text(2), x.names()))
		}
		return rule.OfDay, k.pointsHere(x, c.Text(1), s)
	}
	return rule.Type{}, fmt.Errorf("没有“%s”这个函数", c.Name)
}

func asState(x *form, state string) error {
	if state != "" && !slices.Contains(x.schema.States, state) {
		return fmt.Errorf("台账“%s”没有状态“%s”，可写：%s", x.item.ID, state, strings.Join(x.schema.States, "、"))
	}
	return nil
}

// pointsHere checks that a field of another register refers to the entries that the expression is about.
func (k *pack) pointsHere(x *form, field string, s seen) error {
	f, ok := x.find(field)
	switch {
	case !ok:
		return fmt.Errorf("台账“%s”没有字段“%s”%s", x.item.ID, field, nearest(field, x.names()))
	case f.Type != register.Ref:
		return fmt.Errorf("台账“%s”的“%s”不指向别的台账（ref）", x.item.ID, field)
	case s.of == nil:
		return errors.New("这里没有条目，数不出指向它的")
	case string(f.Register) != s.of.item.ID:
		return fmt.Errorf("台账“%s”的“%s”指向“%s”，不指向“%s”", x.item.ID, field, f.Register, s.of.item.ID)
	}
	return nil
}

// indicatorType is what an indicator's value is to an expression: a class is a text.
func (k *pack) indicatorType(id string, s seen) (rule.Type, error) {
	for _, p := range k.all {
		for _, i := range p.indicators {
			if i.item.ID == id && i.item.meet(s.item.Dates) {
				i.item.used = true
				return typeOf(i.v), nil
			}
		}
	}
	return rule.Type{}, fmt.Errorf("没有指标“%s”%s", id, nearest(id, slices.Collect(maps.Keys(k.index[IndicatorItem]))))
}

// typeOf tells classes from numbers: by how the indicator is computed, and of a formula by its targets.
func typeOf(y indicatorFile) rule.Type {
	if y.Class.Standard.s != "" && y.Class.Gives.s != "index" {
		return rule.OfText
	}
	for _, t := range y.Targets {
		if m := targetShape.FindStringSubmatch(t.Want.s); m != nil && isClass(m[2]) {
			return rule.OfText
		}
	}
	return rule.OfNumber
}

// expr compiles a condition; nil where nothing is written, or where what is written is wrong.
func (k *pack) expr(file string, t text, s seen, want rule.Type) *rule.Expr {
	if t.s == "" || s.lost() {
		return nil
	}
	e, err := rule.Compile(t.s, k.scope(s), want)
	if err != nil {
		k.syntax(file, t, err)
		return nil
	}
	k.uses(file, t, e, s)
	return e
}

// condition is an expression that is true or false.
func (k *pack) condition(file string, t text, s seen) *rule.Expr {
	return k.expr(file, t, s, rule.OfBool)
}

// template compiles a sentence with expressions in braces.
func (k *pack) template(file string, t text, s seen) *rule.Template {
	if t.s == "" || s.lost() {
		return nil
	}
	e, err := rule.CompileTemplate(t.s, k.scope(s))
	if err != nil {
		k.syntax(file, t, err)
		return nil
	}
	for _, p := range e.Exprs() {
		k.uses(file, t, p, s)
	}
	return e
}

// syntax tells what is wrong with an expression, each with its place in it.
func (k *pack) syntax(file string, t text, err error) {
	var wrong *rule.SyntaxError
	if !errors.As(err, &wrong) {
		k.bad(file, t.line, "“%s”：%v", t.s, err)
		return
	}
	for _, p := range wrong.Problems {
		if p.At > 0 {
			k.bad(file, t.line, "“%s”第 %d 个字：%s", t.s, p.At, p.Why)
			continue
		}
		k.bad(file, t.line, "“%s”：%s", t.s, p.Why)
	}
}

// uses marks the values that an expression names, and checks that they are known by then.
func (k *pack) uses(file string, t text, e *rule.Expr, s seen) {
	for _, n := range e.Names() {
		if name, ok := strings.CutPrefix(n, "参数."); ok {
			k.find(ValueItem, file, text{name, t.line}, s.item)
		}
	}
}
