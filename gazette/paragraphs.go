package gazette

import "strings"

// para is one paragraph: the lines that the printer broke it into, put together again.
type para struct {
	spans []Span
	text  string // on one line; the mark included
	mark  mark   // style noStyle where it has no number
	line  int    // line of the source that it begins on
	gap   bool   // a blank line or page break stands before it
	noise Noise
	node  *Node
	row   bool // a line of a table or of a list in columns

	mended bool // its text is what a person wrote
}

// start is the offset that names the paragraph in mends and doubts.
func (p *para) start() int { return p.spans[0].Start }

func (p *para) end() int { return p.spans[len(p.spans)-1].End }

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
	paged  bool     // a page ended behind last
	rest   []line   // the lines that follow
	plans  []string // titles that the text says are issued
	table  bool     // inside a table, where every line stands for itself
	head   int      // first line behind the head of the table
}

func joinLines(source string, lines []line, l layout, mends *mending) []*para {
	j := &joiner{source: source, layout: l}
	for i := range lines {
		ln := &lines[i]
		if ln.noise > RunningHead {
			j.end()
		}
		if ln.noise != NotNoise {
			j.paged = true
			continue
		}
		j.paged = j.paged || ln.page
		j.rest = lines[i+1 : min(len(lines), i+6)]
		if i >= j.head {
			if n := tableHead(source, lines, i); n > 0 {
				j.table, j.head = true, i+n
			} else if j.table && j.endsTable(ln) {
				j.table = false
			}
		}
		if j.cur == nil || j.table || j.cur.row || mends.has(ln.Start) || !j.goesOn(ln) {
			j.begin(ln)
		}
		j.add(ln)
	}
	j.end()
	return j.out
}

func (j *joiner) begin(ln *line) {
	j.end()
	j.cur = &para{line: ln.no, gap: ln.gap || ln.page, row: j.table}
	j.depth, j.since, j.length, j.prose = 0, 0, 0, false
	if s := ln.textOf(j.source); len(j.plans) > 0 && (isHeadLine(s) || isNumberLine(s)) {
		j.plans = nil // another document begins
	}
	if m, ok := parseMark(ln.textOf(j.source)); ok && !j.table {
		j.seen[m.style], j.cur.mark = m.n, m
	}
}

// endsTable reports a line that cannot be part of a table: the next section of the text, a title, what stands under
// a document.
func (j *joiner) endsTable(ln *line) bool {
	s := ln.textOf(j.source)
	if m, ok := parseMark(s); ok && m.style <= hanStyle && m.n > 1 && m.n == j.seen[m.style]+1 {
		return true
	}
	if _, ok := isDateLine(s); ok && ln.gap {
		return true
	}
	_, note := publicNote(s)
	return note || startsAttachment(s) || startsTail(s) || isHeadLine(s) || isNumberLine(s)
}

func (j *joiner) end() {
	if j.cur == nil {
		return
	}
	p := j.cur
	if len(j.plans) < 100 {
		defer func() { j.plans = append(j.plans, announced(p.text)...) }()
	}
	if p.row {
		p.text, p.mark = tidy(j.source, p.spans, true), mark{}
	} else {
		p.text, p.mark.end = markedText(j.source, p.spans, p.mark)
	}
	j.out = append(j.out, p)
	j.cur = nil
}

// markedText is the text of a paragraph on one line, and how many bytes of it the number takes. A space stays behind
// a number that would otherwise run into the first word.
func markedText(source string, spans []Span, m mark) (text string, end int) {
	if m.style == noStyle {
		return tidy(source, spans, true), 0
	}
	first := spans[0]
	head := bare(source[first.Start : first.Start+m.end])
	rest := trimSpace(source, Span{first.Start + m.end, first.End})
	text = tidy(source, append([]Span{rest}, spans[1:]...), true)
	if gap := source[first.Start+m.end : rest.Start]; gap != "" && (m.style <= articleStyle || isDigit(lastRune(head)) || isDigit(firstRune(text))) {
		head += string(firstRune(gap))
	}
	return head + text, len(head)
}

func (j *joiner) add(ln *line) {
	ln.owner = j.cur
	j.cur.spans = append(j.cur.spans, ln.Span)
	j.last, j.paged = ln, false
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
	if ln.cut && !j.last.noisy {
		return false
	}
	m, marked := parseMark(s)
	fits := marked && j.fits(m)
	gap := (ln.gap || ln.page) && !(j.layout.wrap > 0 && j.paged) // a page may end inside a sentence
	if j.depth > 0 && j.since < 400 {
		return !(fits && (gap || !j.layout.full(j.last)) && m.n == j.seen[m.style]+1) && !startsTail(s)
	}
	end := lastRune(prev)
	ended := endsSentence(end)
	indented := j.layout.indents && ln.indent >= 2
	full := j.layout.full(j.last)
	switch {
	case isStatement(s) && (ended || closes(end)): // a bracket with the units, alone on its line
		return true
	case fits, startsLabel(s), startsTail(s), startsAttachment(s):
		return false
	case j.beginsPlan(s), !j.prose && (j.endsTitle(s) || j.isTitle(s)):
		return false
	case full && j.layout.indents && !gap:
		return !indented
	case ended:
		// Where nothing marks a new paragraph, a full stop at the very end of a full line is seldom its end.
		return full && j.layout.flush && !gap && end == '。' && j.last.right+3 >= j.layout.wrap && !j.signs(ln) && !startsTitle(s)
	case end == '：' || end == ':':
		return len(j.cur.spans) == 1 && endsLabel(prev) && !gap
	case end == '，' || end == ',' || end == '、' || end == '“' || end == '《' || end == '（' || end == '(':
		return true
	case isHeadLine(s) || isNumberLine(s):
		return false
	case end == '》' && len(j.cur.spans) == 1 && isTitle(unmarked(bare(prev))):
		return false
	case end == '》' && (firstRune(s) == '《' || firstRune(s) == '（' || firstRune(s) == '('):
		return true
	case closes(end) && (closedDuty(prev) || !j.prose):
		return false
	}
	if j.signs(ln) {
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

// beginsPlan reports whether a line begins, or is, the title of a plan that the notice issues.
func (j *joiner) beginsPlan(s string) bool {
	if len(j.plans) == 0 || len(s) > 200 {
		return false
	}
	t := bare(s)
	for _, plan := range j.plans {
		if strings.HasPrefix(plan, t) && runes(t) >= 8 || strings.HasSuffix(plan, t) && runes(t) >= 10 && len(j.cur.spans) > 0 && !strings.HasPrefix(plan, bare(j.last.textOf(j.source))) {
			return true
		}
	}
	return false
}

// endsTitle reports whether the paragraph at hand is the title of a plan, and the next line its first sentence.
func (j *joiner) endsTitle(next string) bool {
	opening := false
	for _, w := range []string{"为", "根据", "按照", "依据", "贯彻", "近年来"} {
		opening = opening || strings.HasPrefix(next, w)
	}
	if !opening || j.cur.mark.style != noStyle {
		return false
	}
	_, ok := hasAnySuffix(stripTitle(bare(j.last.textOf(j.source))), planKinds[:19])
	return ok
}

// isTitle reports whether the paragraph at hand is the whole title of a document, which the next line does not add to.
func (j *joiner) isTitle(next string) bool {
	if len(j.cur.spans) > 6 || j.length > 200 || j.cur.mark.style != noStyle || strings.HasPrefix(next, "的") || strings.HasPrefix(next, "通知") {
		return false
	}
	t := oneLine(tidy(j.source, j.cur.spans, false))
	return strings.Contains(t, "关于") && isTitle(t)
}

// signs reports whether a line is the first of a signature: an office, with the date or another office below.
func (j *joiner) signs(ln *line) bool {
	s := ln.textOf(j.source)
	if _, ok := isDateLine(s); ok {
		return true
	}
	if len(s) > 150 || holdsAny(s, "，。；：、") {
		return false
	}
	if _, ok := hasAnySuffix(bare(s), offices); !ok {
		return false
	}
	for _, next := range j.rest {
		if next.noise != NotNoise {
			continue
		}
		t := next.textOf(j.source)
		if _, ok := isDateLine(t); ok {
			return true
		}
		if _, ok := hasAnySuffix(bare(t[:min(len(t), 150)]), offices); !ok {
			break
		}
	}
	return false
}

// isSentence reports a line that ends a sentence and holds a comma: running text rather than a heading.
func isSentence(s string) bool { return endsSentence(lastRune(s)) }
