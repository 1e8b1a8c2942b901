package duty

import (
	"sort"
	"strings"
)

// unweave reads a table whose columns stand side by side. Each stretch of a line goes to the column whose heading it
// stands under; a row goes from one number to the next, or from one blank line to the next where numbers stand in the
// middle of their rows. The number may open the first cell of text.
func (t *table) unweave() []row {
	t.placeByRows()
	lines := make([][]string, len(t.rows))
	numbered := t.columns[0].kind == numberColumn
	var anchors []int
	for i, l := range t.rows {
		lines[i] = t.byColumn(l)
		if numbered && isRowNumber(lines[i][0]) || !numbered && markLength(newText(lines[i][t.texts()]).f) > 0 {
			anchors = append(anchors, i)
		}
	}
	if len(anchors) == 0 {
		return nil
	}
	starts := t.starts(lines, anchors)
	var out []row
	for k, a := range anchors {
		end := len(lines)
		if k+1 < len(anchors) {
			end = starts[k+1]
		}
		r := row{part: 1, cells: make([]string, len(t.columns)), node: t.rows[a].node}
		if numbered {
			r.no = newText(lines[a][0]).trim(".、。").tight()
		}
		for i := starts[k]; i < end; i++ {
			for j, s := range lines[i] {
				if j > 0 || !numbered {
					r.cells[j] += s
				}
			}
			r.spans = append(r.spans, t.rows[i].span)
		}
		for j, c := range t.columns {
			if c.kind == groupColumn {
				r.group = r.cells[j]
			}
		}
		out = append(out, r)
	}
	return out
}

// placeByRows moves the headings to where the lines that have all cells show their columns, where a copy has moved them.
func (t *table) placeByRows() {
	at := make([][]int, len(t.columns))
	for _, l := range t.rows {
		if s := segments(l.text, l.indent, false); len(s) == len(t.columns) {
			for j := range s {
				at[j] = append(at[j], s[j].x)
			}
		}
	}
	if len(at[0]) < 2 {
		return
	}
	for j := range at {
		sort.Ints(at[j])
		if at[j][len(at[j])-1]-at[j][0] > 4 {
			return // no straight columns
		}
	}
	for j := range at {
		t.columns[j].x = at[j][len(at[j])/2]
	}
}

// texts is the first column that says what is to be done.
func (t *table) texts() int {
	for j, c := range t.columns {
		if c.kind == titleColumn || c.kind == bodyColumn {
			return j
		}
	}
	return 0
}

// byColumn gives the stretches of a line to the columns.
func (t *table) byColumn(l printed) []string {
	out := make([]string, len(t.columns))
	for _, s := range segments(l.text, l.indent, false) {
		best, dist := 0, 1<<30
		for j, c := range t.columns {
			width := 2 * c.name.len()
			mid, own := c.x+width/2, s.x+width2(s.text)/2
			d := abs(mid - own)
			if s.x <= c.x+width && c.x <= s.x+width2(s.text) {
				d /= 4 // it stands under the heading itself
			}
			if d < dist {
				best, dist = j, d
			}
		}
		if t.columns[best].kind == numberColumn && !isRowNumber(s.text) && len(t.columns) > best+1 {
			best++
		}
		out[best] += s.text
	}
	return out
}

func width2(s string) int {
	w := 0
	for _, r := range s {
		if r < 0x2e80 {
			w++
		} else {
			w += 2
		}
	}
	return w
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// starts finds the first line of each row. Numbers that stand in the middle of their rows are known by text above the
// first of them; then a row starts after the line where most cells of the row above come to an end.
func (t *table) starts(lines [][]string, anchors []int) []int {
	starts := append([]int(nil), anchors...)
	if anchors[0] == 0 {
		return starts
	}
	starts[0] = 0
	for k := 1; k < len(anchors); k++ {
		best, at := -1, anchors[k]
		for i := anchors[k-1] + 1; i <= anchors[k]; i++ {
			score := 0
			for j, c := range t.columns {
				s := strings.TrimSpace(lines[i-1][j])
				if c.kind == titleColumn || c.kind == bodyColumn {
					if r := []rune(s); len(r) > 0 && isEnd(fold(r[len(r)-1])) {
						score += 4
					}
				}
			}
			if off := abs((anchors[k-1]+anchors[k]+1)/2 - i); off < 3 {
				score += 3 - off
			}
			if score > best {
				best, at = score, i
			}
		}
		starts[k] = at
	}
	return starts
}
