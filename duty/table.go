package duty

import (
	"strings"

	"zhixing/gazette"
)

// Tables reach a gazette's text flattened: one cell to a line, or the cells of a row on one line, or the columns side
// by side with each cell broken over lines. What all of them keep is the row of headings, so that is where a table is
// known by.

// printed is one line of the source with the node that holds it; node is nil where something stands that no table
// goes across.
type printed struct {
	text   string
	span   gazette.Span
	node   *gazette.Node
	indent int
}

// table is a region of lines: headings, then cells.
type table struct {
	columns []column
	rows    []printed
	woven   bool
	heading *gazette.Node // heading above the table
	first   []string      // cells on the line of the headings itself
}

// lines lists the printed lines of a plan in order.
func (r *reader) lines(nodes []*gazette.Node) []printed {
	var out []printed
	var walk func(n *gazette.Node)
	walk = func(n *gazette.Node) {
		switch n.Kind {
		case gazette.HeadingNode, gazette.ClauseNode, gazette.TableNode:
			for _, s := range n.Spans {
				out = append(out, printed{r.issue.Source[s.Start:s.End], s, n, r.indent(s.Start)})
			}
		default:
			out = append(out, printed{})
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	return out
}

// indent is the display width of the white space before a line.
func (r *reader) indent(at int) int {
	w := 0
	for at > 0 {
		c := r.issue.Source[at-1]
		switch {
		case c == ' ' || c == '\t':
			w, at = w+1, at-1
		case at >= 3 && r.issue.Source[at-3:at] == "\u3000":
			w, at = w+2, at-3
		default:
			return w
		}
	}
	return w
}

// tables finds the tables of a plan.
func (r *reader) tables(lines []printed) []table {
	var out []table
	var heading *gazette.Node
	for i := 0; i < len(lines); {
		cols, n, rest := headings(lines[i:])
		if n == 0 {
			if lines[i].node != nil && lines[i].node.Kind == gazette.HeadingNode {
				heading = lines[i].node
			}
			i++
			continue
		}
		t := table{columns: cols, heading: heading, first: rest}
		for i += n; i < len(lines) && !endsTable(lines[i:], t); {
			if again, n, _ := headings(lines[i:]); n > 0 && len(again) >= len(cols)-1 {
				i += n // the headings again, on the next page
				continue
			}
			t.rows = append(t.rows, lines[i])
			i++
		}
		t.woven = isWoven(t)
		out = append(out, t)
	}
	return out
}

// headings reads the headings of a table at the first of the lines: how many lines they take, and the cells that
// follow on the same line.
func headings(lines []printed) (cols []column, n int, rest []string) {
	if !mayHead(lines[0].text) && !barred(lines[0].text) {
		return nil, 0, nil
	}
	carry := ""
	for n < len(lines) && n < 24 && lines[n].node != nil {
		parts := segments(lines[n].text, lines[n].indent, true)
		if len(parts) > 40 {
			parts = parts[:40]
		}
		took := 0
		for k, p := range parts {
			name := carry + p.text
			c, ok := headingColumns(name)
			if !ok && (len(cols) > 0 && (took == 0 && len(parts) < 3 || cols[0].kind == numberColumn && endsHeadings(parts)) || barred(lines[n].text) && allHeadings(parts)) {
				c, ok = likelyHeading(name)
			}
			if !ok {
				if len([]rune(name)) <= 4 && headStart(name) {
					carry = name
					took++
					continue
				}
				if carry != "" {
					return finishHeadings(cols, n, nil)
				}
				if took > 0 {
					for _, q := range parts[k:] {
						rest = append(rest, q.text)
					}
					return finishHeadings(cols, n+1, rest)
				}
				return finishHeadings(cols, n, nil)
			}
			for m := range c {
				c[m].x = -1
				if len(parts) > 1 && len(c) == 1 {
					c[m].x = p.x
				}
			}
			carry = ""
			cols = append(cols, c...)
			took++
		}
		n++
	}
	return finishHeadings(cols, n, nil)
}

// endsHeadings says that a line that begins like one of headings ends like one too.
func endsHeadings(parts []segment) bool {
	_, ok := headingColumns(parts[len(parts)-1].text)
	return ok && len(parts) > 2
}

// allHeadings says that a line holds nothing but headings, most of them known.
func allHeadings(parts []segment) bool {
	known := 0
	for _, p := range parts {
		if _, ok := headingColumns(p.text); ok {
			known++
		} else if _, ok := likelyHeading(p.text); !ok {
			return false
		}
	}
	return known*2 >= len(parts) && len(parts) > 2
}

func finishHeadings(cols []column, n int, rest []string) ([]column, int, []string) {
	units, texts := 0, 0
	for _, c := range cols {
		switch c.kind {
		case unitColumn:
			units++
		case titleColumn, bodyColumn:
			texts++
		}
	}
	if units == 0 || texts == 0 {
		return nil, 0, nil
	}
	titles := 0
	for i := range cols {
		if cols[i].kind == titleColumn {
			if titles++; titles > 1 { // 项目名称 and 工作任务: the second says what is to be done
				cols[i].kind = bodyColumn
			}
		}
	}
	return cols, n, rest
}

// segment is a stretch of a line between gaps, and the display column where it begins.
type segment struct {
	text string
	x    int
}

// segments cuts a line at tabs, bars and wide gaps; at every blank where single is set.
func segments(s string, indent int, single bool) []segment {
	var out []segment
	var b strings.Builder
	x, start, gap := indent, indent, 0
	flush := func() {
		if b.Len() > 0 {
			out = append(out, segment{b.String(), start})
			b.Reset()
		}
	}
	for _, r := range s {
		w := 2
		if r < 0x2e80 {
			w = 1
		}
		switch {
		case r == '\t' || r == '|' || r == '│' || r == '┃' || r == '｜':
			if r != '\t' && b.Len() == 0 && gap == 0 && x > indent {
				out = append(out, segment{"", x})
			}
			flush()
			gap = 9
			if r != '\t' {
				gap = 0
			}
		case r == '\u3000':
			flush()
			gap = 9
		case r == ' ' || r == '\u00a0':
			gap++
			if gap >= 2 || single {
				flush()
			}
		default:
			if b.Len() == 0 {
				start = x
			} else if gap == 1 {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			gap = 0
		}
		x += w
	}
	flush()
	return out
}

// endsTable says that a table does not go on with the first of these lines.
func endsTable(lines []printed, t table) bool {
	ln := lines[0]
	if ln.node == nil {
		return true
	}
	f := newText(ln.text).f
	switch {
	case hasAt(f, 0, []rune("附件")) || hasAt(f, 0, []rune("附表")) && len(f) < 20:
		return true
	case hasAt(f, 0, []rune("备注:")) || hasAt(f, 0, []rune("注:")) || hasAt(f, 0, []rune("说明:")) || hasAt(f, 0, []rune("联系人")) || hasAt(f, 0, []rune("抄送")):
		return true
	}
	if barred(ln.text) {
		return false
	}
	if ln.node.Kind != gazette.HeadingNode || len(ln.node.Spans) == 0 || ln.node.Spans[0] != ln.span {
		return false
	}
	// A heading: a row that names a group of rows, or the end. Rows go on below the first.
	if t.columns[0].kind != numberColumn {
		return hanNumerals[runeAt(f, 0)] && opensItem(f, 0)
	}
	for _, l := range lines[1:min(len(lines), 8)] {
		if l.node != nil && isRowNumber(firstCell(l)) {
			return false
		}
	}
	return hanNumerals[runeAt(f, 0)] && opensItem(f, 0)
}

func firstCell(l printed) string {
	if s := segments(l.text, 0, true); len(s) > 0 {
		return s[0].text
	}
	return ""
}

func isRowNumber(s string) bool {
	f := newText(s).squeeze().f
	n := 0
	for n < len(f) && f[n] >= '0' && f[n] <= '9' {
		n++
	}
	return n > 0 && n <= 3 && (n == len(f) || n+1 == len(f) && (f[n] == '.' || f[n] == '、'))
}

// isWoven says that the columns stand side by side with their cells broken over lines.
func isWoven(t table) bool {
	placed, wide := 0, 0
	for _, c := range t.columns {
		if c.x >= 0 {
			placed++
		}
	}
	if placed < len(t.columns) || len(t.rows) < 2 || t.closeHeadings() && numberedLines(t.rows) {
		return false
	}
	for _, l := range t.rows {
		if strings.Count(l.text, "\t") > 1 {
			return false // tabs keep no columns
		}
		if w := width2(l.text); barred(l.text) && abs(w-width2(t.rows[0].text)) > 2 {
			return false // bars that stand one below the other are drawn, others only part cells
		}
		if n := len(segments(l.text, l.indent, false)); n > 1 && n < len(t.columns)+1 || n == 1 && l.indent > 4 {
			wide++
		}
	}
	return wide*2 > len(t.rows) && !tight(t)
}

// closeHeadings says that the headings stand but one blank apart, so that no column can be told by its place.
func (t *table) closeHeadings() bool {
	for j, c := range t.columns[1:] {
		if last := t.columns[j]; c.x-last.x-width2(string(last.name.raw)) > 1 {
			return false
		}
	}
	return true
}

// numberedLines says that each line is a row with its number.
func numberedLines(rows []printed) bool {
	for _, l := range rows {
		if !startsRow(l.text) {
			return false
		}
	}
	return true
}

// tight says that every row has all its cells on one line.
func tight(t table) bool {
	full := 0
	for _, l := range t.rows {
		if len(segments(l.text, l.indent, false)) == len(t.columns) {
			full++
		}
	}
	return full*10 >= len(t.rows)*9
}
