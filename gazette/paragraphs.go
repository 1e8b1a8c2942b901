package gazette

import (
	"strings"
	"unicode/utf8"
)

// para is one paragraph: the lines that the printer broke it into, put together again.
type para struct {
	spans []Span
	text  string // on one line; the mark included
	mark  mark   // style noStyle where it has no number
	line  int    // line of the source that it begins on
	gap   bool   // a blank line or page break stands before it
	first *line
	noise Noise
	node  *Node
	row   bool // a line of a table or of a list in columns
}

// start is the offset that names the paragraph in mends and doubts.
func (p *para) start() int { return p.spans[0].Start }

// rest is the text after the mark.
func (p *para) rest() string { return p.text[p.mark.end:] }

// joiner puts lines together to paragraphs. It knows, of the paragraph at hand, what decides whether the next line
// goes on with it.
type joiner struct {
	source string
	layout layout
	cur    *para
	last   *line // last line of cur
	depth  int   // brackets open
	since  int   // characters since the outermost was opened
	length int   // characters so far
	prose  bool  // holds a comma or a full stop, as headings and cells seldom do
	seen   [lastStyle]int
	out    []*para
	forced map[int]bool // lines where a mend begins a paragraph
}

func joinLines(source string, lines []line, l layout) []*para {
	j := &joiner{source: source, layout: l}
	for i := range lines {
		ln := &lines[i]
		if ln.noise != NotNoise {
			continue
		}
		if j.cur == nil || !j.goesOn(ln) {
			j.begin(ln)
		}
		j.add(ln)
	}
	j.end()
	return j.out
}

func (j *joiner) begin(ln *line) {
	j.end()
	j.cur = &para{line: ln.no, gap: ln.gap || ln.page, first: ln}
	j.depth, j.since, j.length, j.prose = 0, 0, 0, false
	if m, ok := parseMark(ln.textOf(j.source)); ok {
		j.seen[m.style], j.cur.mark = m.n, m
	}
}

func (j *joiner) end() {
	if j.cur == nil {
		return
	}
	p := j.cur
	p.text = tidy(j.source, p.spans, true)
	p.mark, _ = parseMark(p.text)
	j.out = append(j.out, p)
	j.cur = nil
}

func (j *joiner) add(ln *line) {
	ln.owner = j.cur
	j.cur.spans = append(j.cur.spans, ln.Span)
	j.last = ln
	for _, r := range ln.textOf(j.source) {
		j.length++
		if j.depth > 0 {
			j.since++
		}
		switch {
		case opens(r):
			if j.depth == 0 {
				j.since = 0
			}
			j.depth++
		case closes(r):
			j.depth = max(0, j.depth-1)
		case j.depth == 0 && (r == '，' || r == ',' || r == '。' || r == '；' || r == ';'):
			j.prose = true
		}
	}
}

// goesOn reports whether the line carries on the paragraph at hand.
func (j *joiner) goesOn(ln *line) bool {
	s := ln.textOf(j.source)
	prev := j.last.textOf(j.source)
	if ln.cut {
		return false
	}
	m, marked := parseMark(s)
	fits := marked && j.fits(m)
	gap := ln.gap || ln.page
	if j.depth > 0 && j.since < 400 {
		return !(fits && gap && m.n == j.seen[m.style]+1) && !startsTail(s)
	}
	end := lastRune(prev)
	ended := endsSentence(end)
	indented := j.layout.indents && ln.indent >= 2
	full := j.layout.full(j.last)
	switch {
	case isReply(s) && (ended || closes(end)): // a bracket with the units, alone on its line
		return true
	case fits, startsLabel(s), startsTail(s), startsAttachment(s):
		return false
	case ended:
		return full && !indented && !gap && j.layout.indents
	case end == '：' || end == ':':
		return endsLabel(prev) && !gap
	case end == '，' || end == ',' || end == '、' || end == '“' || end == '《' || end == '（' || end == '(':
		return true
	case isHeadLine(s) || isNumberLine(s):
		return false
	case end == '》' && (firstRune(s) == '《' || firstRune(s) == '（' || firstRune(s) == '('):
		return true
	case closes(end) && (closedDuty(prev) || !j.prose):
		return false
	}
	if j.prose || j.cur.mark.style == orderStyle {
		return !indented || gap
	}
	if full && !indented {
		return true
	}
	// A heading broken over lines: it ends in a word that must be followed by another.
	for _, w := range []string{"和", "及", "与", "的", "and"} {
		if strings.HasSuffix(prev, w) && j.length < 60 {
			return !isSentence(s)
		}
	}
	return false
}

// fits reports whether a number can open a paragraph here: it begins a count or goes on with one.
func (j *joiner) fits(m mark) bool {
	if m.n == 1 {
		return true
	}
	if end := lastRune(j.last.textOf(j.source)); endsSentence(end) || end == '：' || end == ':' || end == '）' || end == ')' {
		return true
	}
	last := j.seen[m.style]
	return m.n > last && m.n <= last+3
}

// isReply reports a line that is nothing but a bracket naming who does the work.
func isReply(s string) bool {
	switch firstRune(s) {
	case '（', '(', '【', '〔', '[':
	default:
		return false
	}
	return closedDuty(s) && !closedEarly(s)
}

// closedEarly reports whether the bracket that s opens with closes before the end of s.
func closedEarly(s string) bool {
	depth := 0
	for i, r := range s {
		if opens(r) {
			depth++
		} else if closes(r) {
			if depth--; depth == 0 {
				return i+utf8.RuneLen(r) < len(strings.TrimRight(s, "。；;"))
			}
		}
	}
	return true
}

var dutyWords = []string{"负责", "牵头", "责任", "配合", "落实", "组织实施", "参与", "承担", "协助"}

// closedDuty reports whether s ends in a bracket that names who does the work.
func closedDuty(s string) bool {
	s = strings.TrimRight(s, "。；;")
	if !closes(lastRune(s)) {
		return false
	}
	depth := 0
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		if closes(r) {
			depth++
		} else if opens(r) {
			if depth--; depth == 0 {
				return containsAny(s[i:], dutyWords)
			}
		}
	}
	return false
}

var labelEnds = []string{"单位", "部门", "时限", "时间", "节点", "处室", "科室", "主体", "责任人", "负责人", "联系人", "电话", "传真", "邮箱", "地址", "网址", "邮编"}

// startsLabel reports a line like 牵头单位：甲局.
func startsLabel(s string) bool {
	head, _, ok := cutColon(s)
	if !ok || runes(head) > 12 {
		return false
	}
	_, ok = hasAnySuffix(bare(head), labelEnds)
	return ok
}

// endsLabel reports a line that ends in a label whose value is still to come.
func endsLabel(s string) bool {
	s = strings.TrimRight(s, "：:")
	_, ok := hasAnySuffix(s, labelEnds)
	return ok && runes(s) <= 12
}

func cutColon(s string) (head, tail string, ok bool) {
	at := strings.IndexAny(s, "：:")
	if at < 0 {
		return s, "", false
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	return s[:at], s[at+size:], true
}

// startsAttachment reports 附件, 附件1, 附件：… and 附：… at the beginning of a line.
func startsAttachment(s string) bool {
	_, _, ok := parseAttachmentHead(s)
	return ok
}

// startsTail reports a line of those that stand under a document.
func startsTail(s string) bool {
	for _, w := range []string{"（此件", "(此件", "抄送", "抄报", "主送", "印发机关"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// isSentence reports a line that ends a sentence and holds a comma: running text rather than a heading.
func isSentence(s string) bool { return endsSentence(lastRune(s)) }
