package policy

import (
	"slices"
	"strings"

	"zhixing/quantity"
	"zhixing/register"
)

// form is what is known of a register's entries when conditions over them are checked.
type form struct {
	item   *Item
	schema register.Schema
}

// fieldTypes are the words of registers.yaml.
var fieldTypes = []register.FieldType{register.Text, register.Number, register.Money, register.Day, register.Clock, register.Part, register.Choice, register.YesNo, register.Unit,
	register.Person, register.File, register.Point, register.Line, register.Polygon, register.Ref}

// reserved are names that expressions give to something else.
var reserved = []string{"状态", "今天", "入册日期", "更新日期", "参数", "条目"}

func (x *form) names() []string {
	var out []string
	for _, f := range x.schema.Fields {
		out = append(out, f.Name)
	}
	return out
}

func (x *form) find(name string) (register.Field, bool) {
	if x == nil {
		return register.Field{}, false
	}
	i := slices.IndexFunc(x.schema.Fields, func(f register.Field) bool { return f.Name == name })
	if i < 0 {
		return register.Field{}, false
	}
	return x.schema.Fields[i], true
}

// field checks that a register has a field, of one of the types.
func (k *pack) field(file string, t text, of *form, types ...register.FieldType) (register.Field, bool) {
	if of == nil || t.s == "" {
		return register.Field{}, false
	}
	f, ok := of.find(t.s)
	switch {
	case !ok:
		k.bad(file, t.line, "台账“%s”没有字段“%s”%s", of.item.ID, t.s, nearest(t.s, of.names()))
	case len(types) > 0 && !slices.Contains(types, f.Type):
		k.bad(file, t.line, "字段“%s”的类型是 %s，这里要 %s", t.s, f.Type, strings.ReplaceAll(listed(types), "、", " 或 "))
		return f, false
	}
	return f, ok
}

// state checks that entries can be in a state.
func (k *pack) state(file string, t text, of *form) string {
	if of != nil && t.s != "" && !of.schema.HasState(t.s) {
		k.bad(file, t.line, "台账“%s”没有状态“%s”%s，可写：%s", of.item.ID, t.s, nearest(t.s, of.states()), strings.Join(of.states(), "、"))
	}
	return t.s
}

// states are those that entries can be in.
func (x *form) states() []string {
	if len(x.schema.States) == 0 {
		return []string{register.OnlyState}
	}
	return x.schema.States
}

// register finds a register by its id and what its entries look like.
func (k *pack) register(file string, t text, of *Item) *form {
	item := k.find(RegisterItem, file, t, of)
	if item == nil {
		return nil
	}
	return k.forms[item]
}

// fields reads what the entries of the policy's registers look like, so that everything else can speak of them.
func (k *pack) fields() {
	for _, r := range k.registers {
		x := &form{item: r.item, schema: register.Schema{
			Name: register.Name(r.item.ID), Title: r.item.Title, Policy: k.p.ID, Basis: r.item.Basis, Mechanisms: r.item.Mechanisms,
			Public: r.v.Public, From: r.item.From, To: r.item.To, File: r.file, LineNo: r.item.Line,
			States: words(r.v.States), Key: words(r.v.Key), Label: r.v.Label.s, Custodian: k.unit(r.file, r.v.Custodian),
		}}
		k.forms[r.item] = x
		for i, s := range r.v.States {
			if s.s == "" || slices.Contains(x.schema.States[:i], s.s) {
				k.bad(r.file, s.line, "状态“%s”是空的或写了两次", s.s)
			}
		}
		if len(r.v.Fields) == 0 {
			k.bad(r.file, r.item.Line, "台账“%s”没有写 fields", r.item.ID)
		}
		for _, y := range r.v.Fields {
			if _, twice := x.find(y.Name.s); twice {
				k.bad(r.file, y.Name.line, "字段“%s”写了两次", y.Name.s)
				continue
			}
			x.schema.Fields = append(x.schema.Fields, k.oneField(r, y))
		}
		for _, t := range append(slices.Clone(r.v.Key), r.v.Label) {
			f, ok := k.field(r.file, t, x)
			if ok && slices.ContainsFunc(r.v.Key, func(u text) bool { return u == t }) {
				if !f.Required {
					k.bad(r.file, t.line, "“%s”用来认条目（key），要写 required: true", t.s)
				}
				if slices.Contains([]register.FieldType{register.File, register.Point, register.Line, register.Polygon}, f.Type) {
					k.bad(r.file, t.line, "“%s”的类型是 %s，不能用来认条目", t.s, f.Type)
				}
			}
		}
	}
}

// oneField reads one column.
func (k *pack) oneField(r in[registerFile], y fieldFile) register.Field {
	file := r.file
	line := max(y.Name.line, y.Type.line)
	f := register.Field{Name: y.Name.s, Type: oneOf(k.folder, file, "字段类型", y.Type, fieldTypes...), Options: words(y.Options), Required: y.Required,
		Private: y.Private || y.Type.s == string(register.Person), Hint: y.Hint.s, Min: k.decimal(file, y.Min), Max: k.decimal(file, y.Max)}
	if y.Clause.s != "" {
		f.Basis = k.basis(file, y.Clause)
	}
	number := f.Type == register.Number || f.Type == register.Money
	switch {
	case !fieldID.MatchString(f.Name):
		k.bad(file, line, "字段名“%s”要写进表达式，只能用汉字、字母、数字和下划线，不以数字开头，不含空格和标点", f.Name)
	case slices.Contains(reserved, f.Name):
		k.bad(file, line, "“%s”在表达式里另有意思，字段请换一个名字", f.Name)
	case y.Type.s != "" && !slices.Contains(fieldTypes, f.Type):
		return f // which has been told
	case y.Type.s == "":
		k.bad(file, line, "字段“%s”没有写 type，可写：%s", f.Name, listed(fieldTypes))
	case f.Type == register.Choice && len(f.Options) == 0:
		k.bad(file, line, "选项字段“%s”要写 options", f.Name)
	case f.Type != register.Choice && len(f.Options) > 0:
		k.bad(file, line, "字段“%s”不是 choice，不能写 options", f.Name)
	case f.Type == register.Ref && y.Register.s == "":
		k.bad(file, line, "字段“%s”指向哪本台账，请写 register", f.Name)
	case f.Type != register.Ref && y.Register.s != "":
		k.bad(file, line, "字段“%s”不是 ref，不能写 register", f.Name)
	case !number && (y.Unit.s != "" || y.Min.s != "" || y.Max.s != ""):
		k.bad(file, line, "字段“%s”不是 number 或 money，不能写 unit、min、max", f.Name)
	case f.Min != nil && f.Max != nil && f.Max.Cmp(*f.Min) < 0:
		k.bad(file, line, "字段“%s”的 max 小于 min", f.Name)
	}
	for i, o := range y.Options {
		if o.s == "" || slices.Contains(f.Options[:i], o.s) {
			k.bad(file, o.line, "字段“%s”的选项“%s”是空的或写了两次", f.Name, o.s)
		}
	}
	if number {
		f.Unit = k.measure(file, y.Unit)
	}
	if f.Type == register.Money && f.Unit == "" {
		f.Unit = "元"
	}
	if f.Type == register.Money && !f.Unit.Same(quantity.Unit("元")) {
		k.bad(file, y.Unit.line, "金额“%s”的单位应为 元、万元 或 亿元", f.Name)
	}
	if f.Type == register.Ref {
		if k.find(RegisterItem, file, y.Register, r.item) != nil {
			f.Register = register.Name(y.Register.s)
		}
	}
	return f
}
