package duty

import "strings"

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
	l.time = timeLike(t.f) && t.len() <= 24 || within(t.f)
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

// within says that a text is a span in which something is to be done: 印发后2个月完成.
func within(f []rune) bool {
	if len(f) > 20 || len(f) < 5 || string(f[len(f)-2:]) != "完成" {
		return false
	}
	for i, r := range f {
		if r >= '0' && r <= '9' && (runeAt(f, i+1) == '个' || runeAt(f, i+1) == '日' || runeAt(f, i+1) == '天') {
			return true
		}
	}
	return false
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
		case end == ';':
			return 5
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
