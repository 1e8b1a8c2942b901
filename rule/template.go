package rule

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Template is a sentence with expressions in braces: “{条目.名称}氨氮{值}，超过限值{参数.排口氨氮限值}”. A brace itself is written
// twice.
type Template struct {
	src   string
	parts []part
}

// part is text, or an expression.
type part struct {
	text string
	expr *Expr
}

// CompileTemplate checks src against the scope, as Compile does; places of problems are those in the whole sentence.
func CompileTemplate(src string, scope *Scope) (*Template, error) {
	t := &Template{src: src}
	failed := func(at int, why string) error { return &SyntaxError{src, []Problem{{at, why}}} }
	if !utf8.ValidString(src) || utf8.RuneCountInString(src) > MaxSource {
		return nil, failed(0, fmt.Sprintf("太长或不是 UTF-8 文字：最多 %d 个字", MaxSource))
	}
	var all []Problem
	var text strings.Builder
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case (c == '{' || c == '}') && i+1 < len(src) && src[i+1] == c:
			text.WriteByte(c)
			i += 2
		case c == '}':
			return nil, failed(1+utf8.RuneCountInString(src[:i]), "多了一个“}”；要写大括号本身，写两个")
		case c == '{':
			at := 1 + utf8.RuneCountInString(src[:i])
			n := strings.IndexByte(src[i:], '}')
			if n < 0 {
				return nil, failed(at, "“{”没有配对")
			}
			e, err := Compile(src[i+1:i+n], scope, AnyType)
			if err != nil {
				for _, p := range err.(*SyntaxError).Problems {
					if p.At > 0 {
						p.At += at
					} else {
						p.At = at
					}
					all = append(all, p)
				}
			}
			if e != nil && e.typ == OfShape {
				all = append(all, Problem{at, "图形不能写进句子"})
			}
			t.parts = append(t.parts, part{text: text.String()}, part{expr: e})
			text.Reset()
			i += n + 1
		default:
			text.WriteByte(c)
			i++
		}
		if len(t.parts) > MaxFacts {
			return nil, failed(0, "大括号太多")
		}
	}
	if len(all) > 0 {
		return nil, &SyntaxError{src, all}
	}
	t.parts = append(t.parts, part{text: text.String()})
	return t, nil
}

// Text is the sentence with its facts put in. What is missing reads （未填）, what cannot be reckoned （无法计算）.
func (t *Template) Text(ctx context.Context, facts Facts) (string, error) {
	if t == nil {
		return "", nil
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.expr.Eval(ctx, facts)
		_, undecided := Undecided(err)
		_, missing := err.(*Missing)
		switch {
		case missing:
			b.WriteString("（未填）")
		case undecided:
			b.WriteString("（无法计算）")
		case err != nil:
			return "", err
		default:
			b.WriteString(Print(v))
		}
	}
	return b.String(), nil
}

// String is the template as its author wrote it.
func (t *Template) String() string { return t.src }

// Exprs are the expressions in it.
func (t *Template) Exprs() []*Expr {
	var out []*Expr
	for _, p := range t.parts {
		if p.expr != nil {
			out = append(out, p.expr)
		}
	}
	return out
}
