package sheet

import (
	"maps"
	"strings"
)

// maxAbove is how far down the row of titles may stand.
const maxAbove = 30

// titleKey is what two spellings of a title have in common: no spaces or line breaks, nothing of full width, no mark
// of a field that must be filled.
func titleKey(s string) string {
	return strings.Trim(strings.ReplaceAll(narrow(s), " ", ""), "*:")
}

// titleRow finds the row of titles, -1 where there is none. Titles in two lines end in the second: a title that is
// merged over both stands in both, so the second holds at least as many as the first.
func (g *grid) titleRow(wanted map[string]string) int {
	best, most := -1, 0
	for i, row := range g.rows[:min(len(g.rows), maxAbove)] {
		found := map[string]bool{}
		for _, c := range row.cells {
			if key := titleKey(c.text); key != "" && (len(wanted) == 0 || wanted[key] != "") {
				found[key] = true
			}
		}
		n := len(found)
		switch {
		case len(wanted) == 0:
			if n >= 2 {
				return g.lowest(i)
			}
		case n > most || n == most && n > 0 && g.joined(i-1, i):
			best, most = i, n
		}
	}
	if most < min(2, len(wanted)) {
		return -1
	}
	return best
}

// joined reports whether a cell of row i reaches down to row j, other than one that stands alone in its row.
func (g *grid) joined(i, j int) bool {
	if i < 0 || len(g.rows[i].cells) < 2 {
		return false
	}
	for _, m := range g.merges {
		if m.first <= g.rows[i].line && m.last >= g.rows[j].line && g.rows[i].text(m.col) != "" {
			return true
		}
	}
	return false
}

// lowest is the last row of the titles that begin in row i.
func (g *grid) lowest(i int) int {
	for i+1 < min(len(g.rows), maxAbove) && g.joined(i, i+1) {
		i++
	}
	return i
}

// table reads the grid under its titles; false where it has none.
func (g *grid) table(titles []string) (Table, bool, error) {
	wanted := make(map[string]string, len(titles))
	for _, t := range titles {
		wanted[titleKey(t)] = t
	}
	top := g.titleRow(wanted)
	if top < 0 {
		return Table{}, false, nil
	}
	t := Table{Name: g.name, Line: g.rows[top].line}
	byCol := map[int]string{}
	used := map[string]bool{}
	entitle := func(col int, name string) {
		for name == "" || used[name] {
			name += "（" + columnName(col) + "列）"
		}
		used[name] = true
		byCol[col] = name
		t.Header = append(t.Header, name)
	}
	for _, c := range g.rows[top].cells {
		name, asked := wanted[titleKey(c.text)]
		if asked && used[name] {
			return Table{}, false, at(g.name, t.Line, refuse(Invalid, "有两列的标题都是“%s”，分不清用哪一列：请删去或改名其中一列。", name))
		}
		if !asked {
			name = strings.Join(strings.Fields(narrow(c.text)), " ")
		}
		entitle(c.col, name)
	}
	titleCells := map[string]string{}
	for _, c := range g.rows[top].cells {
		titleCells[byCol[c.col]] = c.text
	}
	for _, r := range g.rows[g.lowest(top)+1:] {
		row := Row{Line: r.line, Cells: make(map[string]string, len(r.cells))}
		for _, c := range r.cells {
			if _, ok := byCol[c.col]; !ok {
				entitle(c.col, "")
			}
			row.Cells[byCol[c.col]] = c.text
		}
		if len(titleCells) > 1 && maps.Equal(row.Cells, titleCells) {
			continue // the titles once more, as some put them on every printed page
		}
		t.Rows = append(t.Rows, row)
	}
	return t, true, nil
}
