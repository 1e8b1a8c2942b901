package rule

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"zhixing/calendar"
)

// What CEL wants to know of our own values.

var (
	numberType = cel.OpaqueType("number")
	dayType    = cel.OpaqueType("day")
	clockType  = cel.OpaqueType("clock")
	partType   = cel.OpaqueType("stretch")
	shapeType  = cel.OpaqueType("shape")
	entryType  = cel.OpaqueType("entry")
	workType   = cel.OpaqueType("workdays")
)

var errNoConversion = errors.New("no conversion")

// Value and the rest make Number a ref.Val.
func (n Number) Value() any                                { return n }
func (n Number) Type() ref.Type                            { return numberType }
func (n Number) ConvertToType(ref.Type) ref.Val            { return types.WrapErr(errNoConversion) }
func (n Number) ConvertToNative(reflect.Type) (any, error) { return nil, errNoConversion }
func (d Day) Value() any                                   { return d.Date }
func (d Day) Type() ref.Type                               { return dayType }
func (d Day) ConvertToType(ref.Type) ref.Val               { return types.WrapErr(errNoConversion) }
func (d Day) ConvertToNative(reflect.Type) (any, error)    { return nil, errNoConversion }
func (c Clock) Value() any                                 { return c.Clock }
func (c Clock) Type() ref.Type                             { return clockType }
func (c Clock) ConvertToType(ref.Type) ref.Val             { return types.WrapErr(errNoConversion) }
func (c Clock) ConvertToNative(reflect.Type) (any, error)  { return nil, errNoConversion }
func (p Part) Value() any                                  { return p.DayPart }
func (p Part) Type() ref.Type                              { return partType }
func (p Part) ConvertToType(ref.Type) ref.Val              { return types.WrapErr(errNoConversion) }
func (p Part) ConvertToNative(reflect.Type) (any, error)   { return nil, errNoConversion }
func (s Shape) Value() any                                 { return s.Geometry }
func (s Shape) Type() ref.Type                             { return shapeType }
func (s Shape) ConvertToType(ref.Type) ref.Val             { return types.WrapErr(errNoConversion) }
func (s Shape) ConvertToNative(reflect.Type) (any, error)  { return nil, errNoConversion }
func (s Shape) Equal(ref.Val) ref.Val                      { return fault("图形不能用 == 比较") }
func (e *Entry) Value() any                                { return e }
func (e *Entry) Type() ref.Type                            { return entryType }
func (e *Entry) ConvertToType(ref.Type) ref.Val            { return types.WrapErr(errNoConversion) }
func (e *Entry) ConvertToNative(reflect.Type) (any, error) { return nil, errNoConversion }

// workdays is the argument of 加 that authors do not see.
type workdays struct{ *calendar.Workdays }

func (w workdays) Value() any                                { return w.Workdays }
func (w workdays) Type() ref.Type                            { return workType }
func (w workdays) ConvertToType(ref.Type) ref.Val            { return types.WrapErr(errNoConversion) }
func (w workdays) ConvertToNative(reflect.Type) (any, error) { return nil, errNoConversion }
func (w workdays) Equal(ref.Val) ref.Val                     { return Bool(false) }

// Equal holds for the same number whatever its places.
func (n Number) Equal(other ref.Val) ref.Val {
	m, ok := other.(Number)
	return Bool(ok && n.Cmp(m) == 0)
}

// Equal holds for the same day.
func (d Day) Equal(other ref.Val) ref.Val {
	e, ok := other.(Day)
	return Bool(ok && d == e)
}

// Equal holds for the same time of day.
func (c Clock) Equal(other ref.Val) ref.Val {
	d, ok := other.(Clock)
	return Bool(ok && c == d)
}

// Equal holds for the same part of the day.
func (p Part) Equal(other ref.Val) ref.Val {
	q, ok := other.(Part)
	return Bool(ok && p == q)
}

// Equal holds for the same entry of the same register.
func (e *Entry) Equal(other ref.Val) ref.Val {
	f, ok := other.(*Entry)
	return Bool(ok && e.Register == f.Register && e.Key == f.Key)
}

func fault(why string) ref.Val { return types.WrapErr(&Fault{why}) }

// order compares values of one ordered type.
func order(a, b ref.Val) int {
	switch a := a.(type) {
	case Number:
		return a.Cmp(b.(Number))
	case Day:
		return a.Date.Time().Compare(b.(Day).Date.Time())
	case Clock:
		return int(a.Clock - b.(Clock).Clock)
	}
	return a.(Instant).Time.Compare(b.(Instant).Time)
}

// celTypes are the types by the letter of their slots.
var celTypes = map[byte]*cel.Type{'n': numberType, 't': cel.StringType, 'b': cel.BoolType, 'd': dayType, 'i': cel.TimestampType, 'c': clockType, 'p': partType, 's': shapeType, 'e': entryType, 'w': workType}

// environment is CEL with our operators and functions and nothing else: no macros, so no loops; no conversions, no patterns.
// Slots of every type are declared once for all, so that compiling an expression makes no environment of its own.
var environment = sync.OnceValue(func() *cel.Env {
	a := cel.TypeParamType("A")
	condition := cel.Overload("either", []*cel.Type{cel.BoolType, a, a}, a)
	opts := []cel.EnvOption{
		cel.ClearMacros(),
		cel.ParserExpressionSizeLimit(20 * MaxSource),
		cel.ParserRecursionLimit(10 * MaxNesting),
		cel.ExpressionNodeLimit(3 * MaxTokens),
		cel.Function(operators.LogicalAnd, cel.Overload("and", []*cel.Type{cel.BoolType, cel.BoolType}, cel.BoolType)),
		cel.Function(operators.LogicalOr, cel.Overload("or", []*cel.Type{cel.BoolType, cel.BoolType}, cel.BoolType)),
		cel.Function(operators.LogicalNot, cel.Overload("not", []*cel.Type{cel.BoolType}, cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return !v.(Bool) }))),
		cel.Function(operators.Conditional, condition),
		cel.Function(operators.Equals, cel.Overload("equals", []*cel.Type{a, a}, cel.BoolType)),
		cel.Function(operators.NotEquals, cel.Overload("differs", []*cel.Type{a, a}, cel.BoolType)),
		cel.Function(operators.In, cel.Overload("in", []*cel.Type{a, cel.ListType(a)}, cel.BoolType,
			cel.BinaryBinding(func(v, list ref.Val) ref.Val { return list.(traits.Container).Contains(v) }))),
		cel.Function(operators.Negate, cel.Overload("negate", []*cel.Type{numberType}, numberType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return Number{}.reckon('-', v.(Number)) }))),
	}
	for op, holds := range map[string]func(int) bool{
		operators.Less:          func(c int) bool { return c < 0 },
		operators.LessEquals:    func(c int) bool { return c <= 0 },
		operators.Greater:       func(c int) bool { return c > 0 },
		operators.GreaterEquals: func(c int) bool { return c >= 0 },
	} {
		compare := cel.BinaryBinding(func(a, b ref.Val) ref.Val { return Bool(holds(order(a, b))) })
		var overloads []cel.FunctionOpt
		for _, t := range []*cel.Type{numberType, dayType, clockType, cel.TimestampType} {
			overloads = append(overloads, cel.Overload(op+t.TypeName(), []*cel.Type{t, t}, cel.BoolType, compare))
		}
		opts = append(opts, cel.Function(op, overloads...))
	}
	for op, sign := range map[string]byte{operators.Add: '+', operators.Subtract: '-', operators.Multiply: '*', operators.Divide: '/'} {
		overloads := []cel.FunctionOpt{cel.Overload(op+"number", []*cel.Type{numberType, numberType}, numberType,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val { return a.(Number).reckon(sign, b.(Number)) }))}
		if sign == '+' {
			overloads = append(overloads, cel.Overload("join", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
				cel.BinaryBinding(func(a, b ref.Val) ref.Val { return a.(Text) + b.(Text) })))
		}
		opts = append(opts, cel.Function(op, overloads...))
	}
	for letter, t := range celTypes {
		for i := range MaxFacts {
			opts = append(opts, cel.Variable(string(letter)+strconv.Itoa(i), t))
		}
	}
	env, err := cel.NewCustomEnv(append(opts, functionOptions()...)...)
	if err != nil {
		panic(err) // ours alone, and every test meets it
	}
	return env
})

// run is one evaluation: CEL asks it for slots.
type run struct {
	ctx    context.Context
	facts  Facts
	expr   *Expr
	broken error // of the store behind the facts
	args   []Value
}

var runs = sync.Pool{New: func() any { return new(run) }}

// runOf is r emptied for the next evaluation, its room kept.
func runOf(r *run) run {
	clear(r.args[:cap(r.args)])
	return run{args: r.args[:0]}
}

// Parent makes run a cel.Activation.
func (r *run) Parent() cel.Activation { return nil }

// ResolveName is what CEL asks: n0, t1.
func (r *run) ResolveName(name string) (any, bool) {
	v, err := r.slot(&r.expr.slots[slotNumber(name)])
	if err != nil {
		if _, ok := Undecided(err); !ok && r.broken == nil {
			r.broken = err
		}
		return types.WrapErr(err), true
	}
	return v, true
}

// slotNumber is 12 of n12.
func slotNumber(name string) int {
	i := int(name[1] - '0')
	if len(name) == 3 {
		i = 10*i + int(name[2]-'0')
	}
	return i
}

func (r *run) slot(s *slot) (Value, error) {
	if s.call == nil {
		return r.follow(s.path)
	}
	r.args = r.args[:0]
	for _, a := range s.call.Args {
		v := a.Value
		if a.Path != nil {
			var err error
			if v, err = r.follow(a.Path); err != nil {
				return nil, err
			}
		}
		r.args = append(r.args, v)
	}
	return r.facts.Call(r.ctx, s.call, r.args)
}

func (r *run) follow(path []string) (Value, error) {
	v, err := r.facts.Fact(r.ctx, path[0])
	for i := 1; i < len(path) && err == nil; i++ {
		e, ok := v.(*Entry)
		if !ok {
			return nil, &Missing{join(path[:i])}
		}
		v, err = e.Get(r.ctx, path[i])
		var m *Missing
		if errors.As(err, &m) {
			err = &Missing{join(path[:i+1])}
		}
	}
	if v == nil && err == nil {
		err = &Missing{join(path)}
	}
	return v, err
}
