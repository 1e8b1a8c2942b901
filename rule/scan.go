package rule

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a piece of the author's text.
type token struct {
	kind byte   // 'a' name, '9' number, '"' text, 0 end, else the sign itself; of two signs the first, and = for ==
	text string // what CEL gets for a sign, the content of a text
	at   int    // character of the source, from 1
}

// Problem is something wrong in an expression.
type Problem struct {
	At  int // character of the author's text, from 1; 0: the whole
	Why string
}

// SyntaxError is all that is wrong with an expression.
type SyntaxError struct {
	Source   string
	Problems []Problem
}

func (e *SyntaxError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("；")
		}
		if p.At > 0 {
			fmt.Fprintf(&b, "第%d个字：", p.At)
		}
		b.WriteString(p.Why)
	}
	return b.String()
}

// signs are the operators by how authors write them. Full-width ones are what a Chinese keyboard gives.
var signs = []struct{ written, cel string }{
	{"==", "=="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="}, {"&&", "&&"}, {"||", "||"}, {"＝＝", "=="}, {"！＝", "!="}, {"！=", "!="},
	{"＜＝", "<="}, {"＞＝", ">="}, {"＜=", "<="}, {"＞=", ">="}, {"≠", "!="}, {"≤", "<="}, {"≥", ">="}, {"≦", "<="}, {"≧", ">="},
	{"＆＆", "&&"}, {"｜｜", "||"}, {"<", "<"}, {">", ">"}, {"＜", "<"}, {"＞", ">"}, {"!", "!"}, {"！", "!"}, {"+", "+"}, {"＋", "+"},
	{"-", "-"}, {"－", "-"}, {"−", "-"}, {"*", "*"}, {"×", "*"}, {"/", "/"}, {"÷", "/"}, {"(", "("}, {"（", "("}, {")", ")"},
	{"）", ")"}, {"[", "["}, {"]", "]"}, {",", ","}, {"，", ","}, {".", "."}, {"?", "?"}, {"？", "?"}, {":", ":"}, {"：", ":"},
}

// hints are signs of other languages and what to write instead.
var hints = map[rune]string{
	'=': "相等写 ==", '＝': "相等写 ==", '&': "并且写 &&", '|': "或者写 ||", '%': "没有 %；百分数直接写数", '{': "这里不能用大括号", '}': "这里不能用大括号",
	';': "不用写分号", '；': "不用写分号", '。': "不用写句号；小数点写 .", '、': "几个选项写作 in [\"甲\", \"乙\"]", '^': "没有乘方", '“': "引号没有配对", '”': "引号没有配对",
}

// scan cuts the author's text into tokens, the last of which is the end.
func scan(src string) ([]token, []Problem) {
	var out []token
	var wrong []Problem
	at := 0 // characters before i
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRuneInString(src[i:])
		start := at + 1
		step := func(n int) { at += utf8.RuneCountInString(src[i : i+n]); i += n }
		switch {
		case unicode.IsSpace(c):
			step(size)
		case c == '"' || c == '\'' || c == '“' && strings.Contains(src[i:], "”"):
			text, n, why := quoted(src[i:], c)
			if why != "" {
				return out, append(wrong, Problem{start, why})
			}
			out = append(out, token{'"', text, start})
			step(n)
		case inName(c):
			n := 0
			digits := true
			for n < len(src)-i {
				d, size := utf8.DecodeRuneInString(src[i+n:])
				if !inName(d) {
					break
				}
				digits = digits && '0' <= d && d <= '9'
				n += size
			}
			kind := byte('a')
			if digits {
				kind = '9'
				if rest := src[i+n:]; len(rest) > 1 && rest[0] == '.' && '0' <= rest[1] && rest[1] <= '9' {
					for n++; n < len(src)-i && '0' <= src[i+n] && src[i+n] <= '9'; n++ {
					}
				}
			}
			out = append(out, token{kind, src[i : i+n], start})
			step(n)
		default:
			cel, n := sign(src[i:])
			if n == 0 {
				why := hints[c]
				if why == "" {
					why = "不认识“" + string(c) + "”"
				}
				return out, append(wrong, Problem{start, why})
			}
			out = append(out, token{cel[0], cel, start})
			step(n)
		}
		if len(out) > MaxTokens {
			return out, append(wrong, Problem{0, fmt.Sprintf("太长：一条表达式最多 %d 个词，请拆成几条", MaxTokens)})
		}
	}
	return append(out, token{0, "", at + 1}), wrong
}

func sign(s string) (cel string, n int) {
	for _, w := range signs {
		if strings.HasPrefix(s, w.written) {
			return w.cel, len(w.written)
		}
	}
	return "", 0
}

func inName(c rune) bool {
	return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || unicode.Is(unicode.Nl, c)
}

// quoted reads a text in quotes; a backslash before a quote, a backslash or n has its usual sense.
func quoted(s string, open rune) (text string, n int, why string) {
	var b strings.Builder
	end := open
	if open == '“' {
		end = '”'
	}
	for i := utf8.RuneLen(open); i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case c == end:
			return b.String(), i, ""
		case c == '\n':
			return "", 0, "引号要在同一行里配对"
		case c == '\\' && i < len(s):
			switch s[i] {
			case '"', '\'', '\\':
				b.WriteByte(s[i])
			case 'n':
				b.WriteByte('\n')
			default:
				return "", 0, `反斜杠后面只能是引号、反斜杠或 n`
			}
			i++
		default:
			b.WriteRune(c)
		}
	}
	return "", 0, "引号没有配对"
}

// perhaps names the known name that is nearest to what was written, if one is near.
func perhaps(written string, known []string) string {
	best, least := "", 1+max(1, utf8.RuneCountInString(written)/2)
	for _, k := range known {
		if d := distance([]rune(written), []rune(k)); d < least || d == least && k < best {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "，是不是“" + best + "”"
}

// distance is the number of characters to put in, take out or change.
func distance(a, b []rune) int {
	if len(a) > 60 || len(b) > 60 {
		return 60
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		left := row[0]
		row[0] = i + 1
		for j, y := range b {
			d := left
			if x != y {
				d = 1 + min(left, row[j], row[j+1])
			}
			left, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
