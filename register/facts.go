package register

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/quantity"
	"zhixing/rule"
)

// Beyond answers what an expression over an entry asks for besides entries: 参数.NAME, 指标("id").
type Beyond func(ctx context.Context, tx *db.Tx, s *Schema, e *Entry, on calendar.Date) rule.Facts

// What every entry has besides its fields. A field of the same name comes first.
const (
	nameState   = "状态"
	nameEntered = "入册日期"
	nameChanged = "更新日期"
	nameToday   = "今天"
	nameTown    = "所在乡镇"
	nameVillage = "所在村"
)

// Types are the names that an expression over an entry of the register may use, and behind the point of a ref field.
func (s *Schema) Types() map[string]rule.Type {
	out := map[string]rule.Type{nameState: rule.OfText, nameEntered: rule.OfDay, nameChanged: rule.OfDay, nameTown: rule.OfText, nameVillage: rule.OfText}
	for i := range s.Fields {
		out[s.Fields[i].Name] = s.Fields[i].ruleType()
	}
	return out
}

func (f *Field) ruleType() rule.Type {
	switch f.Type {
	case Number, Money:
		return rule.OfNumber
	case Day:
		return rule.OfDay
	case Clock:
		return rule.OfClock
	case Part:
		return rule.OfPart
	case YesNo:
		return rule.OfBool
	case Point, Line, Polygon:
		return rule.OfShape
	case Ref:
		return rule.OfEntry(string(f.Register))
	}
	return rule.OfText
}

// Finder finds a register by its name: that of Registers, or of a loader that is still reading.
type Finder func(Name) (*Schema, bool)

// Scope is what an expression over an entry of the register may speak of. The loader adds the names of values, and what it
// knows of functions that are not about registers, with World.
func (s *Schema) Scope(find Finder) rule.Scope {
	return rule.Scope{Names: s.Types(), Fields: find.Fields, World: func(c *rule.Call) (rule.Type, error) {
		t, mine, err := World(find, s.Name, c)
		if !mine {
			err = fmt.Errorf("这里不能用“%s”", c.Name)
		}
		return t, err
	}}
}

// Fields are the names behind the point of a ref field, for rule.Scope.
func (find Finder) Fields(register string) map[string]rule.Type {
	if s, ok := find(Name(register)); ok {
		return s.Types()
	}
	return nil
}

// World checks a call of a function that looks at registers; mine is false for any other. of is the register whose entry
// the expression is about, empty where it is about none.
func World(find Finder, of Name, c *rule.Call) (t rule.Type, mine bool, err error) {
	at := map[string]int{"落入": 1, "条数": 0, "最近": 0}
	i, mine := at[c.Name]
	if !mine {
		return t, false, nil
	}
	s, ok := find(Name(c.Text(i)))
	if !ok {
		return t, true, fmt.Errorf("没有叫“%s”的台账", c.Text(i))
	}
	known := func(i int, want FieldType, what string) error {
		f, ok := s.Field(c.Text(i))
		if !ok {
			return fmt.Errorf("台账“%s”没有“%s”这一格", s.Name, c.Text(i))
		}
		if f.Type != want || want == Ref && of != "" && f.Register != of {
			return fmt.Errorf("台账“%s”的“%s”%s", s.Name, f.Name, what)
		}
		return nil
	}
	state := func(i int) error {
		if len(c.Args) > i && !s.HasState(c.Text(i)) {
			return fmt.Errorf("台账“%s”没有“%s”这种状态", s.Name, c.Text(i))
		}
		return nil
	}
	switch c.Name {
	case "落入":
		if f, ok := s.place(); !ok || f.Type != Polygon {
			return t, true, fmt.Errorf("台账“%s”没有 polygon 字段，谈不上落入", s.Name)
		}
		return rule.OfBool, true, state(2)
	case "条数":
		return rule.OfNumber, true, errors.Join(known(1, Ref, "不是指向这里的 ref 字段"), state(2))
	}
	return rule.OfDay, true, errors.Join(known(1, Ref, "不是指向这里的 ref 字段"), known(2, Day, "不是日期"))
}

// Facts are what an expression may ask of an entry on a day.
func (r *Registers) Facts(ctx context.Context, tx *db.Tx, s *Schema, e *Entry, on calendar.Date) rule.Facts {
	f := &facts{r: r, tx: tx, s: s, e: e, on: on}
	if r.Beyond != nil {
		f.beyond = r.Beyond(ctx, tx, s, e, on)
	}
	return f
}

type facts struct {
	r      *Registers
	tx     *db.Tx
	s      *Schema
	e      *Entry
	on     calendar.Date
	beyond rule.Facts
}

// Fact is rule.Facts.
func (f *facts) Fact(ctx context.Context, name string) (rule.Value, error) {
	if v, known, err := f.r.fieldFact(ctx, f.tx, f.s, f.e, name, f.on); known {
		return v, err
	}
	if name == nameToday {
		return rule.Day{Date: f.on}, nil
	}
	if f.beyond != nil {
		return f.beyond.Fact(ctx, name)
	}
	return nil, &rule.Missing{Name: name}
}

// fieldFact is what an entry says of itself; known is false for a name that is none of its.
func (r *Registers) fieldFact(ctx context.Context, tx *db.Tx, s *Schema, e *Entry, name string, on calendar.Date) (v rule.Value, known bool, err error) {
	if f, ok := s.Field(name); ok {
		text := e.Values[name]
		if text == "" {
			return nil, true, &rule.Missing{Name: name}
		}
		v, err := r.ruleValue(ctx, tx, f, text, on)
		return v, true, err
	}
	switch name {
	case nameState:
		return rule.Text(e.State), true, nil
	case nameEntered:
		return rule.Day{Date: e.EnteredOn}, true, nil
	case nameChanged:
		return rule.Day{Date: calendar.DateOf(e.ChangedAt)}, true, nil
	case nameTown, nameVillage:
		text := e.Town
		if name == nameVillage {
			text = e.Village
		}
		if text == "" {
			return nil, true, &rule.Missing{Name: name}
		}
		return rule.Text(text), true, nil
	}
	return nil, false, nil
}

func (r *Registers) ruleValue(ctx context.Context, tx *db.Tx, f *Field, text string, on calendar.Date) (rule.Value, error) {
	switch f.Type {
	case Number, Money:
		if d, ok := f.Number(text); ok {
			return rule.Num(d), nil
		}
	case Day:
		if d, err := calendar.ParseDate(text); err == nil {
			return rule.Day{Date: d}, nil
		}
	case Clock:
		if c, err := calendar.ParseClock(text); err == nil {
			return rule.Clock{Clock: c}, nil
		}
	case Part: // what was written while the field was a text counts too
		if p, err := calendar.ParseDayPart(text); err == nil {
			return rule.Part{DayPart: p}, nil
		}
	case YesNo:
		return rule.Bool(text == yesWord), nil
	case Point, Line, Polygon:
		g, err := shapeOf(ctx, tx, r.County, text)
		return rule.Shape{Geometry: g}, err
	case Ref:
		return r.lazyEntry(tx, f.Register, text, on), nil
	default:
		return rule.Text(text), nil
	}
	return nil, &rule.Fault{Why: "“" + f.Name + "”里的“" + cut(text, 40) + "”认不出"}
}

// Number is the value of a number or money field as it is reckoned with: in the field's unit.
func (f *Field) Number(value string) (quantity.Decimal, bool) {
	if f.Type == Money {
		fen, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return quantity.Decimal{}, false
		}
		d, err := fenIn(fen, f.Unit)
		return d, err == nil
	}
	d, err := quantity.Parse(value)
	return d, err == nil
}

// lazyEntry is an entry that is read when something of it is asked for.
func (r *Registers) lazyEntry(tx *db.Tx, name Name, key string, on calendar.Date) *rule.Entry {
	var e *Entry
	return &rule.Entry{Register: string(name), Key: key, Get: func(ctx context.Context, field string) (rule.Value, error) {
		s, ok := r.Schema(name)
		if !ok {
			return nil, &rule.Missing{Name: field}
		}
		if e == nil {
			var err error
			if e, err = r.on(ctx, tx, s, key, on); err != nil {
				return nil, err
			}
			if e == nil {
				return nil, &rule.Missing{Name: field}
			}
		}
		v, known, err := r.fieldFact(ctx, tx, s, e, field, on)
		if !known {
			return nil, &rule.Missing{Name: field}
		}
		return v, err
	}}
}

// RuleEntry is an entry as an expression sees it: 条目 of a reading's rule.
func (r *Registers) RuleEntry(tx *db.Tx, s *Schema, e *Entry, on calendar.Date) *rule.Entry {
	return &rule.Entry{Register: string(s.Name), Key: e.Key, Get: func(ctx context.Context, field string) (rule.Value, error) {
		v, known, err := r.fieldFact(ctx, tx, s, e, field, on)
		if !known {
			return nil, &rule.Missing{Name: field}
		}
		return v, err
	}}
}

// Call is rule.Facts: 落入, 条数 and 最近.
func (f *facts) Call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	if v, mine, err := f.r.Ask(ctx, f.tx, f.e, c, args, f.on); mine {
		return v, err
	}
	if f.beyond != nil {
		return f.beyond.Call(ctx, c, args)
	}
	return nil, &rule.Missing{Name: c.String()}
}

// Ask answers the functions that look at registers, for an expression about entry e, or about none; mine is false for
// any other function.
func (r *Registers) Ask(ctx context.Context, tx *db.Tx, e *Entry, c *rule.Call, args []rule.Value, on calendar.Date) (v rule.Value, mine bool, err error) {
	text := func(i int) string {
		if i < len(args) {
			if t, ok := args[i].(rule.Text); ok {
				return string(t)
			}
		}
		return ""
	}
	switch c.Name {
	case "落入":
		shape, _ := args[0].(rule.Shape)
		g, ok := shape.Geometry.(*Geometry)
		if !ok || g == nil {
			return nil, true, &rule.Fault{Why: "落入：没有位置"}
		}
		in, err := r.Within(ctx, tx, g.Middle(), Name(text(1)), text(2))
		return rule.Bool(in), true, err
	case "条数", "最近":
		if e == nil {
			return nil, true, &rule.Missing{Name: c.String()}
		}
		from, ok := r.Schema(Name(text(0)))
		if !ok {
			return nil, true, &rule.Fault{Why: "没有叫“" + text(0) + "”的台账"}
		}
		if c.Name == "条数" {
			n, err := countPointing(ctx, tx, r.County, e, from.Name, text(1), text(2), on)
			return rule.Int(n), true, err
		}
		list, err := r.pointing(ctx, tx, e, from, text(1), text(2))
		if err != nil {
			return nil, true, err
		}
		for _, p := range list { // newest first
			if !on.Before(p.day) {
				return rule.Day{Date: p.day}, true, nil
			}
		}
		return nil, true, &rule.Missing{Name: c.String()}
	}
	return nil, false, nil
}

// checked holds an entry against what every entry must meet. What cannot be decided, for a field is empty, is let pass: a check
// refuses only what it can tell to be wrong; fields that must be filled in are required.
func (r *Registers) checked(ctx context.Context, tx *db.Tx, op string, s *Schema, e *Entry) error {
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Must == nil {
			continue
		}
		ok, err := c.Must.Holds(ctx, r.Facts(ctx, tx, s, e, today(tx)))
		if _, undecided := rule.Undecided(err); undecided || ok && err == nil {
			continue
		}
		if err != nil {
			return wrap(op, err)
		}
		return &Error{Kind: Invalid, Op: op, Message: refusal(c.Refusal, "不符合这本台账的规定："+c.Must.String(), c.Basis), Basis: c.Basis}
	}
	return nil
}

// guard refuses a move that the document does not allow yet. What cannot be decided is not allowed.
func (r *Registers) guard(ctx context.Context, tx *db.Tx, op string, s *Schema, e *Entry, m *Move) error {
	if m.When == nil {
		return nil
	}
	ok, err := m.When.Holds(ctx, r.Facts(ctx, tx, s, e, today(tx)))
	lacks, undecided := rule.Undecided(err)
	switch {
	case err == nil && ok:
		return nil
	case err != nil && !undecided:
		return wrap(op, err)
	}
	msg := refusal(m.Refusal, fmt.Sprintf("现在还不能转为“%s”：要求%s", m.To, m.When), m.Basis)
	if undecided {
		msg += "（现在缺“" + lacks + "”，不能判定。）"
	}
	return &Error{Kind: WrongState, Op: op, Message: msg, Basis: m.Basis}
}

// refusal is the sentence of a document's author, or one made of the condition, with the clause behind it.
func refusal(said, otherwise string, basis rule.Basis) string {
	if said == "" {
		said = otherwise
	}
	said = strings.TrimRight(said, "。")
	if basis.Document != "" || basis.Clause != "" {
		said += "（依据" + strings.TrimSpace(basis.String()) + "）"
	}
	return said + "。"
}

// MayMove reports whether a move's guard allows it today, and why not.
func (r *Registers) MayMove(ctx context.Context, tx *db.Tx, s *Schema, e *Entry, m *Move) (why string, err error) {
	err = r.guard(ctx, tx, "MayMove", s, e, m)
	if KindOf(err) == WrongState {
		return Message(err), nil
	}
	return "", err
}
