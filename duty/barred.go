package duty

import "strings"

// barred says that a line holds cells between bars.
func barred(s string) bool {
	return strings.Count(s, "|")+strings.Count(s, "│")+strings.Count(s, "｜") > 1
}

// isBarred says that each line is a row whose cells stand between bars.
func (t *table) isBarred() bool {
	if t.woven || len(t.first) > 0 || len(t.rows) == 0 {
		return false
	}
	for _, l := range t.rows {
		if !barred(l.text) {
			return false
		}
	}
	return true
}

// unbar reads such a table. A cell that holds for several rows stands in the first of them only; the others are short
// of it, or filled up with empty cells at their end.
func (t *table) unbar() []row {
	var out []row
	group := ""
	for i := range t.rows {
		l := &t.rows[i]
		cells := barCells(l.text)
		if len(cells) > len(t.columns) {
			cells = cells[:len(t.columns)]
		}
		at := t.shift(cells)
		r := row{part: 1, cells: make([]string, len(t.columns)), node: l.node}
		r.spans = append(r.spans, l.span)
		for j, s := range cells {
			if at+j < len(t.columns) {
				r.cells[at+j] = s
			}
		}
		for j, c := range t.columns {
			above := at > j && len(out) > 0
			switch c.kind {
			case groupColumn:
				if !above {
					group = r.cells[j]
				}
			case numberColumn:
				if r.no = newText(r.cells[j]).trim(".、。").tight(); above {
					r.no, r.part = out[len(out)-1].no, out[len(out)-1].part+1
				}
			case titleColumn:
				if above && t.has(bodyColumn) {
					r.cells[j] = out[len(out)-1].cells[j]
				}
			}
		}
		r.group = group
		out = append(out, r)
	}
	return out
}

// barCells cuts a line at its bars. A bar at an end of the line closes a cell, it opens none.
func barCells(s string) []string {
	s = strings.NewReplacer("│", "|", "｜", "|").Replace(strings.TrimSpace(s))
	cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(s, "|"), "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// shift finds the column where a row begins: the first, or a later one where the columns before are held by a row above.
func (t *table) shift(cells []string) int {
	room := len(t.columns) - len(cells)
	for n := len(cells); n > 1 && cells[n-1] == ""; n-- {
		room++
	}
	best, at := 1<<28, 0
	for s := 0; s <= room; s++ {
		cost, units := 2*s, false
		for j, c := range cells {
			if s+j < len(t.columns) && c != "" {
				cost += t.columns[s+j].cost(lookOf(c), len(t.columns))
				units = units || t.columns[s+j].kind == unitColumn
			}
		}
		if !units {
			cost += 20 // nobody would do it
		}
		if cost < best {
			best, at = cost, s
		}
	}
	return at
}
