package duty

import "strings"

// A table may reach the text with its columns side by side but one blank between them, so that only the first line of
// a row tells its cells apart:
//
//	1 完善政策 制定支持政策，加大投入力 甲局 乙局、 6月底
//	体系 度，优化支出结构。 丙局 前
//
// What stands on the lines below goes to the cells that reached the end of their column and are not complete.

// isWrapped says that a table has come so: its rows begin with lines of all cells, and other lines follow them.
func (t *table) isWrapped() bool {
	if t.columns[0].kind != numberColumn || len(t.columns) < 4 || t.woven {
		return false
	}
	for _, c := range t.columns {
		if c.x < 0 {
			return false
		}
	}
	full, other := 0, 0
	for _, l := range t.rows {
		switch n := len(segments(l.text, 0, true)); {
		case startsRow(l.text) && n == len(t.columns):
			full++
		case !startsRow(l.text) && n < len(t.columns):
			other++
		default:
			return false
		}
	}
	return full > 1 && other > 0
}

// unwrap reads such a table.
func (t *table) unwrap() []row {
	width := make([]int, len(t.columns))
	for _, l := range t.rows {
		if startsRow(l.text) {
			for j, s := range segments(l.text, 0, true) {
				width[j] = max(width[j], len([]rune(s.text)))
			}
		}
	}
	var out []row
	last := make([]int, len(t.columns)) // runes of the last piece of each cell
	for i := range t.rows {
		l := &t.rows[i]
		pieces := segments(l.text, 0, true)
		if startsRow(l.text) {
			r := row{part: 1, cells: make([]string, len(t.columns)), node: l.node}
			for j, s := range pieces {
				r.cells[j], last[j] = s.text, len([]rune(s.text))
			}
			r.no = newText(r.cells[0]).trim(".、。").tight()
			out = append(out, r)
		} else if len(out) > 0 {
			r := &out[len(out)-1]
			for k, j := range t.place(pieces, r.cells, last, width) {
				r.cells[j] += pieces[k].text
				last[j] = len([]rune(pieces[k].text))
			}
		}
		if len(out) > 0 {
			r := &out[len(out)-1]
			r.spans = append(r.spans, l.span)
		}
	}
	return out
}

// place gives the pieces of a line, in order, to the columns where they fit best.
func (t *table) place(pieces []segment, cells []string, last, width []int) []int {
	m := len(t.columns)
	const inf = 1 << 28
	best := make([][]int, len(pieces)+1)
	from := make([][]int, len(pieces)+1)
	for i := range best {
		best[i], from[i] = make([]int, m+1), make([]int, m+1)
		for j := range best[i] {
			if i > 0 {
				best[i][j] = inf
			}
		}
	}
	for i, p := range pieces {
		for j := 1; j <= m; j++ {
			fit := t.fit(p.text, j-1, cells, last, width)
			for k := 0; k < j; k++ {
				if c := best[i][k] + fit; c < best[i+1][j] {
					best[i+1][j], from[i+1][j] = c, k
				}
			}
		}
	}
	at := 1
	for j := 1; j <= m; j++ {
		if best[len(pieces)][j] < best[len(pieces)][at] {
			at = j
		}
	}
	out := make([]int, len(pieces))
	for i := len(pieces); i > 0; i-- {
		out[i-1] = max(at-1, 0)
		at = from[i][at]
	}
	return out
}

// fit is the cost of carrying on column j with a piece.
func (t *table) fit(piece string, j int, cells []string, last, width []int) int {
	n := len([]rune(piece))
	cost := 0
	if over := n - width[j]; over > 1 {
		cost += 4 * over
	}
	cell := newText(cells[j]).squeeze().f
	end := runeAt(cell, len(cell)-1)
	open := end == '、' || end == ','
	if last[j]+2 < width[j] && !open {
		cost += 6
	}
	whole := newText(cells[j] + piece).squeeze()
	switch t.columns[j].kind {
	case numberColumn:
		return 1000
	case unitColumn:
		list := atoms(whole)
		if len(list) == 0 || !strictUnit(list[len(list)-1].squeeze().f) {
			cost += 4
		}
		if !open && strictUnit(lastAtom(cell)) && !strings.ContainsRune(piece, '、') {
			cost += 3
		}
		if l := lookOf(piece); l.time || l.commas && !l.partUnits {
			cost += 8
		}
	case termColumn:
		if !lookOf(whole.String()).time || timeLike(cell) && (end == '前' || end == '底') {
			cost += 8
		}
	default:
		if isEnd(end) {
			cost += 5
		}
		if t.columns[j].kind != bodyColumn && strings.ContainsAny(piece, "。；，,;") {
			cost += 5
		}
		if lookOf(piece).units {
			cost += 4
		}
	}
	return cost
}

func lastAtom(f []rune) []rune {
	list := atoms(text{f, f})
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].squeeze().f
}
