package rule

import (
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"zhixing/calendar"
)

var noOverload = regexp.MustCompile(`^found no matching overload for '([^']+)' applied to '\((.*)\)'`)

// typeWords are CEL's words for our types.
var typeWords = strings.NewReplacer("number", "数", "string", "文字", "bool", "“是/否”", "day", "日期", "timestamp", "时刻",
	"google.protobuf.Timestamp", "时刻", "clock", "钟点", "stretch", "时段", "shape", "图形", "entry", "条目", "list", "清单", ", workdays", "", ", ", "和")

// explain turns CEL's complaints into sentences that point into the author's text.
func (w *writer) explain(issues *cel.Issues) {
	for _, e := range issues.Errors() {
		at := w.source(e.Location.Column())
		m := noOverload.FindStringSubmatch(e.Message)
		switch {
		case m != nil:
			w.wrong(at, mismatch(m[1], m[2]))
		case strings.HasPrefix(e.Message, "Syntax error"):
			w.wrong(at, "写法不对：这里多了或少了东西")
			return // what follows are echoes
		case strings.HasPrefix(e.Message, "expected type 'bool'"):
			w.wrong(at, "这里要条件，写成了"+typeWords.Replace(strings.Trim(e.Message[strings.LastIndex(e.Message, " ")+1:], "'")))
		default:
			w.wrong(at, "写法不对")
		}
	}
}

// source is the character of the author's text that a byte of CEL's text comes from.
func (w *writer) source(out int) int {
	at := 0
	for _, p := range w.places {
		if p.out > out {
			break
		}
		at = p.at
	}
	return at
}

func mismatch(name, args string) string {
	for written, f := range functions {
		if f.name == name {
			return "“" + written + "”写作 " + f.usage + "，不能用于" + typeWords.Replace(args)
		}
	}
	op := strings.Trim(name, "_@")
	types := strings.Split(args, ", ")
	has := func(t string) bool { return strings.Contains(args, t) }
	sides := "是" + typeWords.Replace(args)
	if len(types) == 2 {
		sides = "左边是" + typeWords.Replace(types[0]) + "，右边是" + typeWords.Replace(types[1])
	}
	switch name {
	case operators.LogicalAnd, operators.LogicalOr:
		return "“" + op + "”两边要是条件，这里" + sides
	case operators.LogicalNot:
		return "“!”后面要是条件，这里是" + typeWords.Replace(args)
	case operators.Conditional:
		return "“条件 ? 甲 : 乙”前面要是条件，甲和乙要同一种，这里是" + typeWords.Replace(args)
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		switch {
		case has("bool") && has("string") && len(types) == 2:
			return "“" + op + "”" + sides + "：是否型的格子直接写名字（在线监测），否定写 !在线监测"
		case has("bool"):
			return "“" + op + "”" + sides + "：连着比较要拆开，写作 1 < 值 && 值 < 5"
		case has("day") && has("imestamp"):
			return "“" + op + "”" + sides + "：时刻先写作 日期(时刻)"
		case has("day") && has("string"):
			return "“" + op + "”" + sides + "：日期写作 日期(\"2023-12-31\")"
		case has("clock") && has("string"):
			return "“" + op + "”" + sides + "：钟点写作 钟点(\"08:30\")"
		case has("stretch"):
			return "“" + op + "”" + sides + "：看一个钟点在不在时段里，写 在时段(钟点, 时段)"
		case types[0] == "string" && len(types) == 2 && types[1] == "string":
			return "文字不能比大小；水质类别用 劣于(类别, \"Ⅲ\")"
		case has("number") && has("string"):
			return "“" + op + "”" + sides + "：数不加引号"
		}
		return "“" + op + "”两边要同一种，这里" + sides
	case operators.In:
		return "in 前后要同一种，这里是" + typeWords.Replace(args)
	case operators.Add:
		return "“+”只能加数，或把文字接起来，这里" + sides + "；日期往后推写 加(日期, \"3个月\")"
	case operators.Subtract:
		return "“-”只能减数，这里" + sides + "；两天相差写 天数(从哪天, 到哪天)"
	}
	return "“" + op + "”只能用于数，这里是" + typeWords.Replace(args)
}

// inspect checks what CEL's types do not say: constants of dates, spans and classes, entries of different registers, and
// lists of mixed things.
func (w *writer) inspect(tree *ast.AST, e ast.Expr) {
	at := w.at(tree, e)
	switch e.Kind() {
	case ast.ListKind:
		elems := e.AsList().Elements()
		for _, el := range elems {
			if !tree.GetType(el.ID()).IsExactType(tree.GetType(elems[0].ID())) {
				w.wrong(at, "方括号里要同一种值")
				return
			}
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case operators.Equals, operators.NotEquals:
			a, b := w.typeOf(tree, args[0]), w.typeOf(tree, args[1])
			if a.kind == 'e' && a != b {
				w.wrong(at, "两边是不同台账的条目")
			}
			if a.kind == 's' {
				w.wrong(at, "图形不能比较，用 落入(位置, \"台账id\")")
			}
			w.compared(tree, args[0], args[1])
			w.compared(tree, args[1], args[0])
		case operators.In:
			if args[1].Kind() == ast.ListKind {
				w.compared(tree, args[0], args[1].AsList().Elements()...)
			}
		case "date_":
			if s, ok := text(args[0]); ok && types.IsError(date(s)) {
				w.wrong(at, "日期写作 日期(\"2023-12-31\")，没有“"+string(s)+"”这一天")
			}
		case "clock_", "part_":
			of, usage := clock, "钟点写作 钟点(\"08:30\")"
			if call.FunctionName() == "part_" {
				of, usage = dayPart, "时段写作 时段(\"22:00-06:00\")"
			}
			if s, ok := text(args[0]); ok && types.IsError(of(s)) {
				w.wrong(at, usage+"，没有“"+string(s)+"”")
			}
		case "plus_":
			if s, ok := text(args[1]); ok {
				_, window := ParseWindow(string(s))
				_, err := calendar.ParseSpan(string(s))
				if err != nil && !(window && w.typeOf(tree, args[0]) == OfInstant) {
					w.wrong(at, err.Error())
				}
			}
		case "worse_", "better_":
			for _, a := range args {
				if s, ok := text(a); ok && classNames[strings.TrimSuffix(string(s), "类")] == 0 {
					w.wrong(at, "“"+string(s)+"”不是水质类别，写 Ⅰ 到 Ⅴ、劣Ⅴ")
				}
			}
		}
	}
}

// compared asks the scope whether a name can ever hold the constants that it is compared with.
func (w *writer) compared(tree *ast.AST, name ast.Expr, with ...ast.Expr) {
	if w.scope.Constant == nil || name.Kind() != ast.IdentKind {
		return
	}
	path := w.expr.slots[slotNumber(name.AsIdent())].path
	if path == nil {
		return
	}
	for _, c := range with {
		if s, ok := text(c); ok {
			if why := w.scope.Constant(path, string(s)); why != "" {
				w.wrong(w.at(tree, c), why)
			}
		}
	}
}

// at is the character of the author's text where a node of CEL's tree begins.
func (w *writer) at(tree *ast.AST, e ast.Expr) int {
	if r, ok := tree.SourceInfo().GetOffsetRange(e.ID()); ok {
		return w.source(int(r.Start))
	}
	return 0
}

func text(e ast.Expr) (Text, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(Text)
	return s, ok
}

// typeOf is our type of a node that CEL has checked.
func (w *writer) typeOf(tree *ast.AST, e ast.Expr) Type {
	t := tree.GetType(e.ID())
	for letter, c := range celTypes {
		if c.IsExactType(t) {
			out := Type{kind: letter}
			if letter == 'e' && e.Kind() == ast.IdentKind {
				out = w.expr.slots[slotNumber(e.AsIdent())].typ
			}
			return out
		}
	}
	return AnyType
}
