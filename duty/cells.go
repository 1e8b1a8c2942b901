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

// align gives each cell the column that makes the whole cheapest: cells of a row come in the order of the columns,
// a row starts with its number, and what looks like units belongs under units.
func (t *table) align(cells []cell) []int {
	m := len(t.columns)
	const inf = 1 << 28
	cost := make([][]int, len(cells)+1)
	back := make([][]int, len(cells)+1)
	for i := range cost {
		cost[i], back[i] = make([]int, m), make([]int, m)
	}
	for j := range cost[0] {
		cost[0][j] = inf
	}
	cost[0][m-1] = 0
	for i := range cells {
		look := lookOf(cells[i].text)
		for j := range t.columns {
			best, from := inf, 0
			own := t.columns[j].cost(look, len(t.columns))
			for k := range t.columns {
				if cost[i][k] >= inf {
					continue
				}
				c := cost[i][k] + own + t.step(k, j, i, cells, look)
				if c < best {
					best, from = c, k
				}
			}
			cost[i+1][j], back[i+1][j] = best, from
		}
	}
	out := make([]int, len(cells))
	j := 0
	for k := range t.columns {
		if cost[len(cells)][k] < cost[len(cells)][j] {
			j = k
		}
	}
	for i := len(cells); i > 0; i-- {
		out[i-1] = j
		j = back[i][j]
	}
	return out
}

// look is what a cell's text looks like.
type look struct {
	number, none, units, partUnits, time, commas bool
	size                                         int
	name                                         bool
}

func lookOf(s string) look {
	t := newText(s).squeeze()
	l := look{size: t.len(), number: isRowNumber(s), commas: strings.ContainsAny(t.folded(), ",;")}
	switch t.folded() {
	case "", "/", "-", "—", "--", "——", "无", "\\":
		l.none = true
		return l
	}
	l.time = timeLike(t.f) && t.len() <= 24
	if !l.time {
		list := atoms(t)
		good := 0
		for _, a := range list {
			f := a.squeeze().f
			if strictUnit(f) {
				good++
			}
		}
		l.units = len(list) > 0 && good == len(list)
		l.partUnits = good > 0 && good*2 >= len(list) && !strings.ContainsRune(t.folded(), '。')
		if st := readStatement(t, false); !l.units && (st.kind == verbal || st.kind == labelled) && good == 0 {
			l.partUnits = t.len() < 200
		}
	}
	l.name = t.len() >= 2 && t.len() <= 3 && !l.units && !l.time
	return l
}

func (c column) cost(l look, m int) int {
	switch c.kind {
	case numberColumn:
		if l.number {
			return 0
		}
		return 200
	case unitColumn:
		switch {
		case l.none, l.units:
			return 0
		case l.partUnits:
			return 4
		case l.time, l.number:
			return 60
		case l.size <= 12:
			return 14
		}
		return 60
	case termColumn:
		switch {
		case l.time, l.none:
			return 0
		case l.units, l.number:
			return 50
		case l.size <= 10:
			return 14
		}
		return 50
	case personColumn:
		switch {
		case l.none, l.name:
			return 0
		case l.units, l.time, l.number:
			return 40
		case l.size <= 14:
			return 6
		}
		return 60
	case groupColumn:
		switch {
		case l.none, l.units, l.time, l.number:
			return 25
		case l.size <= 20:
			return 1
		}
		return 20
	case titleColumn:
		switch {
		case l.number:
			return 40
		case l.units, l.time, l.none:
			return 12
		case l.size > 24:
			return 4
		case l.size > 14 || l.commas:
			return 2
		}
		return 0
	case bodyColumn:
		switch {
		case l.number:
			return 40
		case l.units, l.time:
			return 12
		case l.none:
			return 8
		case l.size <= 6:
			return 2
		case l.size <= 10:
			return 1
		}
		return 0
	}
	if l.units || l.number {
		return 10
	}
	return 4
}

// step is the cost of going from column k to column j with cell i.
func (t *table) step(k, j, i int, cells []cell, l look) int {
	numbered := t.columns[0].kind == numberColumn
	switch {
	case k == j && i > 0:
		prev := newText(cells[i-1].text).squeeze().f
		end := runeAt(prev, len(prev)-1)
		switch {
		case t.columns[j].kind == numberColumn:
			return 200
		case end == '、' || end == ',':
			return 0
		case t.columns[j].kind == unitColumn:
			return 10
		case isEnd(end) || end == 0:
			return 9
		}
		return 7
	case j > k:
		return t.skipped(k+1, j)
	case !numbered:
		return 2 + t.skipped(k+1, len(t.columns)) + t.skipped(0, j)
	case j == 0:
		return t.skipped(k+1, len(t.columns))
	default: // a sub-row of a numbered row
		return 16 + t.skipped(k+1, len(t.columns)) + t.skipped(t.body(), j)
	}
}

// body is the column where a sub-row begins: what is to be done, after what names the row as a whole.
func (t *table) body() int {
	at := 0
	for i, c := range t.columns {
		if c.kind == bodyColumn {
			return i
		}
		if c.kind == titleColumn {
			at = i
		}
	}
	return at
}

// skipped is the cost of leaving the columns from i to before j without a cell.
func (t *table) skipped(i, j int) int {
	n := 0
	for ; i < j; i++ {
		switch t.columns[i].kind {
		case groupColumn, otherColumn:
			n += 3
		case numberColumn:
			n += 12
		case personColumn, termColumn:
			n += 9
		case unitColumn:
			if t.columns[i].role == support || t.columns[i].role == implement {
				n += 8
				continue
			}
			n += 11
		default:
			n += 10
		}
	}
	return n
}

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
		if out[i].part > 1 {
			out[i].fill(out[i-1], t)
		}
	}
	return out
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
		d.Title = newText(title).trim("。;:,").tight()
		d.Text = body
	}
	d.BodyHead = head(newText(d.Text), 15)
	d.Section = tableSection(t, w.group)
	if w.node != nil {
		d.Clause = w.node.Path
	}
	r.phrases(&d, newText(title), false)
	r.phrases(&d, newText(body), true)
	d.Deadlines = append(d.Deadlines, r.terms(st.terms)...)
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
