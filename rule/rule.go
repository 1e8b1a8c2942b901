// Package rule holds the closed expressions in which documents' conditions are written (CEL), and the clause they stand
// on. An author writes Chinese names, full-width signs if he likes, exact decimals and dates:
//
//	有(溯源日期) && 天数(溯源日期, 今天) > 30 && 断面.目标类别 == "Ⅲ" && 日排水量 * 1.1 > 参数.排水量限值
//
// Compile checks every name and type against a Scope and answers with all that is wrong, each with its place in the
// author's own text. A compiled Expr asks Facts for what it needs, when it needs it; it has no loops, no clock and no
// way out of itself, and its cost is known when it is compiled.
//
// A fact that is not there (*Missing) makes a comparison undecided, never true and never false: Eval returns the error.
// && and || decide all the same where the other side suffices, so 有(甲) && 甲 > 3 is false where 甲 is missing.
//
// Example: with the scope {日排水量: Number} and the facts {日排水量: 120}, Compile("日排水量 > 100", …).Holds(…) is true.
package rule

import (
	"context"
	"errors"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Bounds of what an author may write. A condition that needs more is two conditions.
const (
	MaxSource  = 2000 // characters
	MaxTokens  = 500
	MaxNesting = 24
	MaxFacts   = 64 // different names, calls and numbers in one expression
	maxCost    = 10_000
)

// Facts is where an expression finds what it speaks of. What is not known is a *Missing.
type Facts interface {
	// Fact is the value of a name of the scope as written: 日排水量, 今天, 参数.氨氮限值. Behind 断面.目标类别 stands
	// Fact(断面), which is an *Entry, and its field.
	Fact(ctx context.Context, name string) (Value, error)
	// Call answers a function that looks at the world (落入, 条数, 均值 …); the arguments are evaluated.
	Call(ctx context.Context, call *Call, args []Value) (Value, error)
}

// Expr is a compiled expression, safe for concurrent use.
type Expr struct {
	src     string
	typ     Type
	program cel.Program
	slots   []slot
}

// slot is one leaf of an expression: a name, a call of the world, or a number. CEL knows it by its type's letter and its place
// in Expr.slots: n0, t1.
type slot struct {
	typ   Type
	path  []string // of a name; 参数.NAME is one part
	call  *Call
	value Value // of a number
}

// Missing says that a fact is not there: an empty field, no reading in the window, no value on the day.
type Missing struct {
	Name string // as the author wrote it
}

func (m *Missing) Error() string { return "缺“" + m.Name + "”，不能判定" }

// Fault says that what is there cannot be reckoned with: a division by zero, a text that is no date.
type Fault struct {
	Why string
}

func (f *Fault) Error() string { return f.Why + "，不能判定" }

// Undecided reports whether err only says that the expression can be neither true nor false with these facts, and what
// is missing or wrong. Other errors are those of the store behind the facts.
func Undecided(err error) (lacks string, ok bool) {
	var m *Missing
	if errors.As(err, &m) {
		return m.Name, true
	}
	var f *Fault
	if errors.As(err, &f) {
		return f.Why, true
	}
	return "", false
}

// Eval is the expression's value on the facts.
func (e *Expr) Eval(ctx context.Context, facts Facts) (Value, error) {
	run := runs.Get().(*run)
	run.ctx, run.facts, run.expr = ctx, facts, e
	v, _, err := e.program.Eval(run)
	broken := run.broken
	*run = runOf(run)
	runs.Put(run)
	switch {
	case broken != nil: // even where && or || went on without it: the store is not to be trusted any more
		return nil, broken
	case err != nil:
		return nil, plain(err)
	}
	return v, nil
}

// plain takes our own error out of CEL's.
func plain(err error) error {
	var m *Missing
	var f *Fault
	switch {
	case errors.As(err, &m):
		return m
	case errors.As(err, &f):
		return f
	}
	var e *types.Err
	if errors.As(err, &e) {
		return e.Unwrap()
	}
	return err
}

// Holds is Eval of a condition. A nil expression holds always.
func (e *Expr) Holds(ctx context.Context, facts Facts) (bool, error) {
	if e == nil {
		return true, nil
	}
	v, err := e.Eval(ctx, facts)
	if err != nil {
		return false, err
	}
	b, ok := v.(Bool)
	if !ok {
		return false, &Fault{"“" + e.src + "”不是条件"}
	}
	return bool(b), nil
}

// String is the expression as its author wrote it.
func (e *Expr) String() string { return e.src }

// Type is that of the value.
func (e *Expr) Type() Type { return e.typ }

// Names are the names it may ask for, as written, without those that stand in calls: 日排水量, 断面.目标类别, 参数.氨氮限值.
// Paths of several parts begin at an entry.
func (e *Expr) Names() []string {
	var out []string
	for _, s := range e.slots {
		if s.path != nil {
			out = append(out, join(s.path))
		}
	}
	return out
}

// Calls are the questions it may ask of the world.
func (e *Expr) Calls() []*Call {
	var out []*Call
	for _, s := range e.slots {
		if s.call != nil {
			out = append(out, s.call)
		}
	}
	return out
}
