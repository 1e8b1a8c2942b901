package rule

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"zhixing/calendar"
	"zhixing/quantity"
)

// Compile checks src against the scope; want is the type that the value must have, AnyType where any will do. The error is
// a *SyntaxError with everything that is wrong.
func Compile(src string, scope *Scope, want Type) (*Expr, error) {
	w := &writer{scope: scope, expr: &Expr{src: src}, known: map[string]string{}}
	if !utf8.ValidString(src) || utf8.RuneCountInString(src) > MaxSource {
		w.wrong(0, fmt.Sprintf("太长或不是 UTF-8 文字：最多 %d 个字", MaxSource))
		return nil, w.failed()
	}
	w.tokens, w.problems = scan(src)
	if len(w.problems) == 0 {
		w.write()
	}
	if len(w.problems) > 0 {
		return nil, w.failed()
	}
	env := environment()
	parsed, issues := env.Parse(w.out.String())
	if issues.Err() == nil {
		parsed, issues = env.Check(parsed)
	}
	if issues.Err() != nil {
		w.explain(issues)
		return nil, w.failed()
	}
	tree := parsed.NativeRep()
	w.constants(tree)
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) { w.inspect(tree, e) }))
	w.expr.typ = w.typeOf(tree, tree.Expr())
	if want != AnyType && w.expr.typ.kind != want.kind {
		w.wrong(0, "这里要"+wanted(want)+"，写成了"+w.expr.typ.String())
	}
	if len(w.problems) > 0 {
		return nil, w.failed()
	}
	var err error
	if w.expr.program, err = env.PlanProgram(tree, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost)); err != nil {
		w.wrong(0, "不能用："+err.Error())
		return nil, w.failed()
	}
	return w.expr, nil
}

// MustCompile is for tests and for expressions that stand in code.
func MustCompile(src string, scope *Scope, want Type) *Expr {
	e, err := Compile(src, scope, want)
	if err != nil {
		panic(src + ": " + err.Error())
	}
	return e
}

func wanted(t Type) string {
	if t == OfBool {
		return "条件（是或否）"
	}
	return t.String()
}

// writer turns the author's tokens into CEL's text, in which names, calls of the world and numbers are slots.
type writer struct {
	scope    *Scope
	expr     *Expr
	tokens   []token
	i        int
	out      strings.Builder
	places   []place           // where pieces of the output come from
	known    map[string]string // slots by what was written
	open     []byte            // brackets: ( [, and + for that of 加
	problems []Problem
}

// place says that output from byte out on comes from character at.
type place struct{ out, at int }

func (w *writer) wrong(at int, why string) {
	if len(w.problems) < 20 {
		w.problems = append(w.problems, Problem{at, why})
	}
}

func (w *writer) failed() error { return &SyntaxError{w.expr.src, w.problems} }

func (w *writer) emit(t token, s string) {
	w.places = append(w.places, place{w.out.Len(), t.at})
	w.out.WriteString(s)
	w.out.WriteByte(' ')
}

// operand reports whether a value has just ended, so that an operator must follow.
func (w *writer) operand() bool {
	if w.i == 0 {
		return false
	}
	switch t := w.tokens[w.i-1]; t.kind {
	case 'a':
		return t.text != "in"
	case '9', '"', ')', ']':
		return true
	}
	return false
}

func (w *writer) write() {
	for w.tokens[w.i].kind != 0 {
		t := w.tokens[w.i]
		if strings.IndexByte("a9\"", t.kind) >= 0 && t.text != "in" && w.operand() {
			w.wrong(t.at, "前面少了运算符（并且写 &&，或者写 ||）")
			return
		}
		switch t.kind {
		case 'a':
			w.name(t)
			continue
		case '9':
			d, err := quantity.Parse(t.text)
			if err != nil {
				w.wrong(t.at, err.Error())
			}
			w.emit(t, w.slot(t.text, slot{typ: OfNumber, value: Num(d)}))
		case '"':
			w.emit(t, strconv.QuoteToASCII(t.text))
		default:
			w.sign(t)
		}
		w.i++
	}
	switch last := w.tokens[w.i]; {
	case w.i == 0:
		w.wrong(0, "是空的")
	case len(w.open) > 0 && len(w.problems) == 0:
		w.wrong(last.at, "括号没有配对")
	case !w.operand() && len(w.problems) == 0:
		w.wrong(last.at, "没有写完")
	}
}

func (w *writer) sign(t token) {
	switch t.kind {
	case '(', '[':
		if t.kind == '[' && (w.i == 0 || w.tokens[w.i-1].text != "in") {
			w.wrong(t.at, "方括号只用在 in 后面：类型 in [\"甲\", \"乙\"]")
		}
		if t.kind == '(' && w.operand() && w.tokens[w.i-1].kind != 'a' {
			w.wrong(t.at, "前面少了运算符")
		}
		w.nest(t.kind, t)
	case ')', ']':
		open := byte(0)
		if len(w.open) > 0 {
			open = w.open[len(w.open)-1]
			w.open = w.open[:len(w.open)-1]
		}
		if (t.kind == ']') != (open == '[') || open == 0 {
			w.wrong(t.at, "括号没有配对")
			w.open = append(w.open, '(') // one complaint is enough
		}
		if open == '+' {
			days := w.scope.Workdays
			if days == nil {
				days = calendar.National()
			}
			w.emit(t, ", "+w.slot(" workdays", slot{typ: Type{kind: 'w'}, value: workdays{days}}))
		}
	case '.':
		w.wrong(t.at, "点只能写在名字之间")
	}
	w.emit(t, t.text)
}

func (w *writer) nest(kind byte, t token) {
	if w.open = append(w.open, kind); len(w.open) == MaxNesting+1 {
		w.wrong(t.at, fmt.Sprintf("括号套得太深，最多 %d 层", MaxNesting))
	}
}

// name writes a name with what belongs to it: a path, or a function with its opening bracket or, where it asks the world, whole.
func (w *writer) name(t token) {
	next := w.tokens[w.i+1]
	switch {
	case next.kind == '(':
		w.function(t)
		return
	case t.text == "in":
		w.emit(t, "in")
		w.i++
		if w.tokens[w.i].kind != '[' {
			w.wrong(w.tokens[w.i].at, "in 后面写方括号：类型 in [\"甲\", \"乙\"]")
		}
		return
	case (t.text == "是" || t.text == "true") && next.kind != '.':
		w.emit(t, "true")
		w.i++
		return
	case (t.text == "否" || t.text == "false") && next.kind != '.':
		w.emit(t, "false")
		w.i++
		return
	}
	path := w.path()
	typ, why := w.scope.lookup(path)
	if why != "" {
		w.wrong(t.at, why)
		typ = OfBool
	}
	if path[0] == "参数" {
		path = []string{join(path)}
	}
	w.emit(t, w.slot(join(path), slot{typ: typ, path: path}))
}

// path reads 断面.目标类别 at a name.
func (w *writer) path() []string {
	path := []string{w.tokens[w.i].text}
	for w.i++; w.tokens[w.i].kind == '.' && w.tokens[w.i+1].kind == 'a' && len(path) < 8; w.i += 2 {
		path = append(path, w.tokens[w.i+1].text)
	}
	return path
}

func (w *writer) function(t token) {
	w.i++ // at the bracket
	if f, ok := functions[t.text]; ok {
		w.emit(t, f.name+"(")
		kind := byte('(')
		if t.text == "加" {
			kind = '+'
		}
		w.nest(kind, t)
		w.i++
		return
	}
	if _, ok := world[t.text]; !ok {
		var known []string
		for n := range functions {
			known = append(known, n)
		}
		for n := range world {
			known = append(known, n)
		}
		w.wrong(t.at, "没有“"+t.text+"”这个函数"+perhaps(t.text, known))
		w.emit(t, "(")
		w.nest('(', t)
		w.i++
		return
	}
	call, good := w.arguments(t)
	if !good {
		return
	}
	typ, why := w.scope.ask(call)
	if why != "" {
		w.wrong(t.at, why)
		typ = OfBool
	}
	w.emit(t, w.slot(call.String(), slot{typ: typ, call: call}))
}

// arguments reads a call of the world at its bracket, to behind the closing one.
func (w *writer) arguments(t token) (*Call, bool) {
	call := &Call{Name: t.text}
	for w.i++; ; w.i++ {
		switch a := w.tokens[w.i]; a.kind {
		case 'a':
			path := w.path()
			typ, why := w.scope.lookup(path)
			if why != "" {
				w.wrong(a.at, why)
				typ = OfBool
			}
			if path[0] == "参数" {
				path = []string{join(path)}
			}
			call.Args = append(call.Args, Arg{Path: path, Type: typ})
		case '"':
			w.i++
			call.Args = append(call.Args, Arg{Type: OfText, Value: Text(a.text)})
		case '9':
			w.i++
			d, err := quantity.Parse(a.text)
			if err != nil {
				w.wrong(a.at, err.Error())
			}
			call.Args = append(call.Args, Arg{Type: OfNumber, Value: Num(d)})
		}
		switch end := w.tokens[w.i]; {
		case end.kind == ',' && len(call.Args) < 8:
			continue
		case end.kind == ')':
			w.i++
			return call, len(w.problems) == 0
		default:
			usage, _ := usageOf(t.text)
			w.wrong(t.at, "“"+t.text+"”写作 "+usage+"，括号里只能是名字或用引号写的文字")
			for w.tokens[w.i].kind != 0 { // nothing behind it can be read
				w.i++
			}
			w.open = nil
			return nil, false
		}
	}
}

// slot is the name under which CEL knows what was written.
func (w *writer) slot(written string, s slot) string {
	if name, ok := w.known[written]; ok {
		return name
	}
	if len(w.expr.slots) == MaxFacts {
		w.wrong(0, fmt.Sprintf("太长：一条表达式最多用 %d 个名字和数，请拆成几条", MaxFacts))
		return "b0"
	}
	name := string(s.typ.kind) + strconv.Itoa(len(w.expr.slots))
	w.expr.slots = append(w.expr.slots, s)
	w.known[written] = name
	return name
}

// constants puts numbers and workdays where CEL would ask for them.
func (w *writer) constants(tree *ast.AST) {
	for id, r := range tree.ReferenceMap() {
		if r.Name == "" { // a function
			continue
		}
		if v := w.expr.slots[slotNumber(r.Name)].value; v != nil {
			tree.SetReference(id, &ast.ReferenceInfo{Name: r.Name, Value: v})
		}
	}
}
