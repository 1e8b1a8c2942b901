package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhixing/org"
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
	kind   about
	of     *form // the register whose entries it is about; nil: none
	value  rule.Type
	silent bool  // a rule about silence
	item   *Item // that the expression stands in
}

// lost reports whether what the expression is about was not found: that has been told, and all else would follow from it.
func (s seen) lost() bool {
	return s.kind == "" || s.of == nil && (s.kind == anEntry || s.kind == aReading)
}

// scope is what an expression of the item may use.
func (k *pack) scope(s seen) *rule.Scope {
	out := &rule.Scope{Names: map[string]rule.Type{}, Workdays: k.county.Workdays, Values: slices.Collect(maps.Keys(k.index[ValueItem]))}
	out.Fields = func(id string) map[string]rule.Type {
		if x := k.formAt(id, s.item); x != nil {
			return x.schema.Types()
		}
		return nil
	}
	if s.of != nil && s.kind != anEntry {
		out.Names["条目"] = rule.OfEntry(s.of.item.ID)
	}
	switch s.kind {
	case anEntry:
		out.Names = s.of.schema.Types()
	case aReading:
		for _, n := range []string{"标志", "名称", "单位"} {
			out.Names[n] = rule.OfText
		}
		out.Names["值"], out.Names["时间"] = rule.OfNumber, rule.OfInstant
	case anIndicator:
		out.Names["值"], out.Names["目标"], out.Names["达标"], out.Names["名称"] = s.value, s.value, rule.OfBool, rule.OfText
	}
	out.Constant = func(path []string, word string) string { return k.never(path, word, s) }
	out.World = func(c *rule.Call) (rule.Type, error) { return k.world(c, s) }
	return out
}

// never says why what stands at the path can never be the word: a choice has its options, an entry its states, and a field that
// holds a unit holds its full name.
func (k *pack) never(path []string, word string, s seen) string {
	of := s.of
	if s.kind != anEntry {
		if path[0] != "条目" {
			return ""
		}
		path = path[1:]
	}
	for ; len(path) > 1 && of != nil; path = path[1:] {
		f, _ := of.find(path[0])
		of = k.formAt(string(f.Register), s.item)
	}
	if of == nil || len(path) == 0 {
		return ""
	}
	name := path[0]
	if name == "状态" {
		return unlike("状态", word, of.states())
	}
	f, _ := of.find(name)
	switch {
	case f.Type == register.Choice:
		return unlike("“"+name+"”的选项", word, f.Options)
	case f.Type != register.Unit || k.lost || k.county.Directory == nil:
		return ""
	}
	u, ok := k.county.Directory.ResolveIn(k.p.Basis.Document, word)
	switch {
	case !ok:
		return "“" + name + "”里是单位，没有哪个单位叫“" + word + "”" + k.nearUnit(word)
	case u.Kind == org.Set:
		return "“" + name + "”里是一个单位，“" + word + "”是统称，永远不相等"
	case u.Name != word:
		return "“" + name + "”里记的是全称“" + u.Name + "”，和“" + word + "”永远不相等，请写全称"
	}
	return ""
}

// unlike says that the word is none of those that there are.
func unlike(what, word string, all []string) string {
	if slices.Contains(all, word) {
		return ""
	}
	return what + "里没有“" + word + "”" + nearest(word, all) + "，可写：" + cutLine(all, 20)
}

// world checks what a function that looks at the world is asked.
func (k *pack) world(c *rule.Call, s seen) (rule.Type, error) {
	switch c.Name {
	case "均值", "最大", "最小", "次数":
		if s.kind != aReading {
			return rule.Type{}, fmt.Errorf("“%s”只能用在看读数的规则里", c.Name)
		}
		return rule.OfNumber, k.beside(c, s)
	case "指标":
		return k.indicatorType(c.Text(0), s)
	}
	find := register.Finder(func(name register.Name) (*register.Schema, bool) {
		x := k.formAt(string(name), s.item)
		if x == nil {
			return nil, false
		}
		k.lean(s.item, x.item)
		return &x.schema, true
	})
	if c.Name == "落入" { // any of its surfaces
		x, ok := find(register.Name(c.Text(1)))
		switch {
		case !ok:
			return rule.Type{}, fmt.Errorf("没有台账“%s”%s", c.Text(1), nearest(c.Text(1), slices.Collect(maps.Keys(k.index[RegisterItem]))))
		case !slices.ContainsFunc(x.Fields, func(f register.Field) bool { return f.Type == register.Polygon }):
			return rule.Type{}, fmt.Errorf("台账“%s”没有面（polygon），落不进去", x.Name)
		case c.Text(2) != "" && !x.HasState(c.Text(2)):
			return rule.Type{}, fmt.Errorf("台账“%s”没有状态“%s”，可写：%s", x.Name, c.Text(2), strings.Join(x.States, "、"))
		}
		return rule.OfBool, nil
	}
	of := register.Name("")
	if s.of != nil {
		of = s.of.schema.Name
	}
	t, mine, err := register.World(find, of, c)
	switch {
	case !mine:
		return t, fmt.Errorf("没有“%s”这个函数", c.Name)
	case s.of == nil:
		return t, fmt.Errorf("“%s”：这里没有条目，数不出指向它的", c.Name)
	}
	return t, err
}

// beside checks the other series that a rule asks about: it is measured where the rule looks.
func (k *pack) beside(c *rule.Call, s seen) error {
	id := c.Text(1)
	if id == "" || k.unread[SeriesItem] {
		return nil
	}
	if s.silent {
		return fmt.Errorf("“%s”在 silent 规则里不能看别的监测项目“%s”：没有读数，就没有可以对照的时刻", c.Name, id)
	}
	all := k.index[SeriesItem][id]
	i := slices.IndexFunc(all, func(i *Item) bool { return i.meet(s.item.Dates) })
	if i < 0 {
		return fmt.Errorf("没有监测项目“%s”%s", id, nearest(id, slices.Collect(maps.Keys(k.index[SeriesItem]))))
	}
	if x := k.placeOf(all[i]); x != nil && x != s.of {
		return fmt.Errorf("“%s”测在台账“%s”上，这条规则看的测在“%s”上：只能对照同一个条目上的监测项目", id, x.item.ID, s.of.item.ID)
	}
	k.lean(s.item, all[i])
	return nil
}

// indicatorType is what an indicator's value is to an expression: a class is a text.
func (k *pack) indicatorType(id string, s seen) (rule.Type, error) {
	for _, p := range k.all {
		for _, i := range p.indicators {
			if i.item.ID == id && i.item.meet(s.item.Dates) {
				k.lean(s.item, i.item)
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
	if k.unread[RegisterItem] || k.unread[ValueItem] || k.unread[IndicatorItem] {
		return nil // what it speaks of may stand there
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
	if k.unread[RegisterItem] || k.unread[ValueItem] || k.unread[IndicatorItem] {
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
	for _, c := range e.Calls() {
		if c.Name == "参数于" {
			k.find(ValueItem, file, text{c.Text(0), t.line}, s.item)
		}
	}
}
