package gazette

import (
	"strings"
	"unicode/utf8"
)

// line is one printed line, or a part of one where a line had to be cut: the smallest piece that gets an owner.
type line struct {
	Span        // without the white space at both ends
	no     int  // line of the source, from 1
	indent int  // columns of white space before it
	right  int  // column where its text ends
	gap    bool // a blank line stands before it
	page   bool // a page break stands before it
	cut    bool // begins inside a printed line
	noisy  bool // a page number was cut out behind it
	noise  Noise
	owner  *para
}

// layout is how the printer set the text, found by counting.
type layout struct {
	wrap    int  // column at which lines were broken; 0 where each paragraph is one line
	indents bool // paragraphs open with an indent
	flush   bool // no line has an indent
	spaced  bool // blank lines stand between paragraphs
}

// splitLines cuts the source at line ends and form feeds. White space is left out; what is printed is in exactly
// one line.
func splitLines(source string) []line {
	lines := make([]line, 0, len(source)/60+8)
	no, blank, page := 1, false, false
	for start := 0; start < len(source); {
		end, next, feed := lineEnd(source, start)
		ln := line{Span: trimSpace(source, Span{start, end}), no: no}
		if ln.Start < ln.End {
			for _, r := range source[start:ln.Start] {
				ln.indent += columns(r)
			}
			ln.right = ln.indent
			for _, r := range source[ln.Start:ln.End] {
				ln.right += columns(r)
			}
			ln.gap, ln.page = blank, page
			blank, page = false, false
			lines = append(lines, ln)
		} else if !feed {
			blank = true
		}
		if feed {
			page = true
		} else {
			no++
		}
		start = next
	}
	return lines
}

// lineEnd finds where the line that begins at start ends and where the next begins.
func lineEnd(source string, start int) (end, next int, feed bool) {
	rest := source[start:]
	at := strings.IndexAny(rest, "\n\r\f\v")
	if at < 0 {
		return len(source), len(source), false
	}
	end = start + at
	switch rest[at] {
	case '\f', '\v':
		return end, end + 1, true
	case '\r':
		if strings.HasPrefix(rest[at:], "\r\n") {
			return end, end + 2, false
		}
	}
	return end, end + 1, false
}

// measure finds the layout.
func measure(source string, lines []line) layout {
	gaps, indented := 0, 0
	for _, ln := range lines {
		if ln.gap {
			gaps++
		}
		if ln.indent >= 2 && ln.indent <= 8 {
			indented++
		}
	}
	var l layout
	l.spaced = gaps*2 > len(lines)
	l.flush = indented*10 <= len(lines)
	l.indents = indented*10 > len(lines) && indented*10 < len(lines)*9
	l.wrap = wrapColumn(source, lines)
	return l
}

// wrapColumn finds the column where lines were broken: lines that end in the middle of a sentence crowd just below
// it, and hardly any line goes beyond it.
func wrapColumn(source string, lines []line) int {
	var open, all [maxWrap + 1]int
	opens, total := 0, 0
	for i := range lines {
		ln := &lines[i]
		if ln.noise != NotNoise || ln.right < 24 {
			continue
		}
		right := min(ln.right, maxWrap)
		all[right]++
		total++
		if r := lastRune(ln.textOf(source)); !endsSentence(r) && r != '：' && r != ':' && i+1 < len(lines) && !lines[i+1].gap {
			open[right]++
			opens++
		}
	}
	most, at := 0, 0
	for w := 24; w < maxWrap; w++ {
		sum := 0
		for k := max(24, w-6); k <= w; k++ {
			sum += open[k]
		}
		if sum >= most && open[w] > 0 {
			most, at = sum, w
		}
	}
	beyond := 0
	for k := at + 5; k <= maxWrap; k++ {
		beyond += all[k]
	}
	if opens < 2 || most*2 < opens || beyond*10 > total {
		return 0
	}
	return at
}

// maxWrap is the widest line that a printer breaks at, in columns.
const maxWrap = 140

// full reports whether the line reaches the column where the printer broke lines.
func (l layout) full(ln *line) bool { return l.wrap > 0 && ln.right+6 >= l.wrap }

// textOf is the line as printed.
func (ln *line) textOf(source string) string { return source[ln.Start:ln.End] }

// cutAt splits a line in two at a byte offset of the source; white space there falls away.
func cutAt(source string, ln line, at int) (head, tail line) {
	head, tail = ln, ln
	head.Span = trimSpace(source, Span{ln.Start, at})
	tail.Span = trimSpace(source, Span{at, ln.End})
	tail.cut, tail.gap, tail.page = true, false, false
	r, _ := utf8.DecodeRuneInString(source[head.End:tail.Start])
	if tail.Start > head.End && isSpace(r) {
		tail.indent = 4
	}
	return head, tail
}
