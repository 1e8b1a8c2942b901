package duty

import (
	"strings"

	"zhixing/gazette"
)

// row is one row of a table, or one sub-row of a numbered one; cells by column.
type row struct {
	no    string
	part  int
	group string
	cells []string
	spans []gazette.Span
	node  *gazette.Node
}

// cell is a piece of a table's text before it is given to a column.
type cell struct {
	text string
	line *printed
}

// read gives the rows of a table.
func (t *table) read() []row {
	if t.woven {
		return t.unweave()
	}
	if t.isBarred() {
		return t.unbar()
	}
	if t.isWrapped() {
		return t.unwrap()
	}
	var cells []cell
	for i := range t.first {
		cells = append(cells, cell{t.first[i], nil})
	}
	single := len(t.first) > 0
	for _, c := range t.columns {
		single = single || c.x >= 0
	}
	for i := range t.rows {
		l := &t.rows[i]
		for _, s := range segments(l.text, 0, single && startsRow(l.text)) {
			cells = append(cells, cell{strings.TrimSpace(s.text), l})
		}
	}
	return t.rowsOf(cells, t.align(cells))
}

func startsRow(s string) bool { return isRowNumber(firstCell(printed{text: s})) }

// rowsOf puts the cells that were given columns together to rows.
func (t *table) rowsOf(cells []cell, at []int) []row {
	var out []row
	var cur *row
	last, group := len(t.columns), ""
	for i, c := range cells {
		j := at[i]
		if cur == nil || j < last || j == last && t.columns[j].kind == numberColumn {
			r := row{part: 1, cells: make([]string, len(t.columns))}
			if cur != nil && t.columns[0].kind == numberColumn && j > 0 {
				r.no, r.part = cur.no, cur.part+1
			}
			out = append(out, r)
			cur = &out[len(out)-1]
		}
		switch t.columns[j].kind {
		case numberColumn:
			cur.no = newText(c.text).trim(".、。").tight()
		case groupColumn:
			group = c.text
		}
		if cur.cells[j] != "" {
			if s := runeAt([]rune(c.text), 0); t.columns[j].kind == unitColumn && s != '、' && s != '，' {
				cur.cells[j] += " "
				if oneEach(cur.cells[j]) && oneEach(c.text) {
					cur.cells[j] = strings.TrimSpace(cur.cells[j]) + "\n"
				}
			}
		}
		cur.cells[j] += c.text
		cur.group = group
		if c.line != nil {
			cur.node = c.line.node
			if n := len(cur.spans); n == 0 || cur.spans[n-1] != c.line.span {
				cur.spans = append(cur.spans, c.line.span)
			}
		}
		last = j
	}
	for i := range out {
		out[i].shift(t)
		if out[i].part > 1 {
			out[i].fill(out[i-1], t)
		}
	}
	return out
}

// oneEach says that a cell holds whole units one to a line.
func oneEach(s string) bool {
	for _, u := range strings.Split(strings.TrimSpace(s), "\n") {
		if f := newText(u).squeeze().f; len(f) < 3 || strings.ContainsAny(u, "、，,;；") || !strictUnit(f) || branch(f) {
			return false
		}
	}
	return true
}

// shift moves the units after the first from the one who leads to the next column, where those who help stand one to a
// line too and nothing else parts the two.
func (r *row) shift(t *table) {
	for j, c := range t.columns {
		s := strings.Split(r.cells[j], "\n")
		if len(s) > 1 && c.role == lead && j+1 < len(t.columns) && t.columns[j+1].kind == unitColumn {
			r.cells[j], r.cells[j+1] = s[0], strings.Join(append(s[1:], r.cells[j+1]), "\n")
		}
		if c.kind == unitColumn {
			r.cells[j] = strings.Trim(strings.ReplaceAll(r.cells[j], "\n", "、"), "、")
		}
	}
}

// fill gives a sub-row what its row says once for all.
func (r *row) fill(above row, t *table) {
	for j, c := range t.columns {
		if c.kind == titleColumn && r.cells[j] == "" && t.has(bodyColumn) {
			r.cells[j] = above.cells[j]
		}
	}
}

func (t *table) has(k columnKind) bool {
	for _, c := range t.columns {
		if c.kind == k {
			return true
		}
	}
	return false
}

// rowsDuties emits the duties of a table.
func (r *reader) table(t table) {
	header := text{}
	for _, c := range t.columns {
		if c.kind == unitColumn {
			header.raw, header.f = append(header.raw, c.name.raw...), append(header.f, c.name.f...)
		}
	}
	if i, n := findWord2(header.f, firstWords); n > 0 && i > 0 {
		r.firstLeads = true
	}
	for _, w := range t.read() {
		r.row(t, w)
	}
}

// row emits the duty of one row.
func (r *reader) row(t table, w row) {
	p := parser{}
	p.st.firstLeads = r.firstLeads
	var title, body, said []string
	for j, c := range t.columns {
		s := w.cells[j]
		if lookOf(s).none {
			continue
		}
		switch c.kind {
		case titleColumn:
			title = append(title, s)
		case bodyColumn:
			body = append(body, s)
		case unitColumn:
			p.field(field{p.cutRules(unspace(newText(s))), c.role})
			said = append(said, c.name.tight()+"："+newText(s).tight())
		case termColumn:
			p.st.terms = append(p.st.terms, newText(s).tight())
			said = append(said, c.name.tight()+"："+newText(s).tight())
		}
	}
	st := p.finish()
	if st.kind == notOne || st.kind == ruleOnly {
		return
	}
	r.firstLeads = r.firstLeads || st.firstLeads
	r.rowDuty(t, w, st, strings.Join(title, ""), strings.Join(body, ""), strings.Join(said, "；"))
	r.inherited = add(r.inherited, st.inherit)
}

func (r *reader) rowDuty(t table, w row, st statement, title, body, said string) {
	d := Duty{Doc: r.doc.No, Plan: r.title, No: w.no, Part: w.part, Responsibility: said,
		Lead: st.lead, Support: st.support, Implement: st.implement, Guide: st.guide,
		Inherited: append([]string(nil), r.inherited...), Spans: w.spans}
	if body == "" || title == "" {
		whole := newText(title + body).trim("")
		if n := markLength(whole.f); n > 0 {
			if d.No == "" {
				d.No = whole.cut(0, n).trim(".、。").tight()
			}
			whole = whole.from(n).trim("")
		}
		end, at, _ := titleEnd(whole, false, shortTitle)
		d.Title = whole.cut(0, end).trim("。;:,").tight()
		d.Text = whole.from(at).String()
		if at >= whole.len() {
			d.Text = whole.String()
		}
		title, body = "", whole.String()
	} else {
		whole := newText(title).trim("")
		if n := markLength(whole.f); n > 0 && d.No == "" {
			d.No = whole.cut(0, n).trim(".、。").tight()
			whole = whole.from(n)
		}
		d.Title = whole.trim("。;:,").tight()
		b := newText(body).trim("")
		if n := markLength(b.f); n > 0 && b.f[0] >= '0' && b.f[0] <= '9' && (d.No == "" || hanNumerals[newText(d.No).at(0)]) {
			d.No = b.cut(0, n).trim(".、。").tight() // the number of the task stands before what is to be done
			b = b.from(n).trim("")
			body = b.String()
		}
		d.Text = body
	}
	d.BodyHead = head(newText(d.Text), 15)
	d.Section = tableSection(t, w.group)
	if w.node != nil {
		d.Clause = w.node.Path
	}
	r.phrases(&d, newText(title), false)
	r.phrases(&d, newText(body), true)
	r.due(&d, st.terms)
	r.out = append(r.out, d)
}

func tableSection(t table, group string) string {
	var parts []string
	if t.heading != nil {
		parts = append(parts, newText(t.heading.Mark+t.heading.Title).tight())
	}
	if group != "" {
		parts = append(parts, newText(group).tight())
	}
	return strings.Join(parts, "/")
}

// markLength is the length of a number that opens a text: 1. （一） 一是.
func markLength(f []rune) int {
	if !opensItem(f, 0) {
		return 0
	}
	if f[0] == '(' {
		return closing(f, 0) + 1
	}
	for i, r := range f {
		if r == '.' || r == '、' || r == '是' {
			return i + 1
		}
	}
	return 0
}
