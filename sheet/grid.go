package sheet

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// grid is the cells of one sheet that hold something.
type grid struct {
	name   string
	rows   []gridRow // in order of their lines
	merges []merge
}

type gridRow struct {
	line  int
	cells []gridCell // in order of their columns
}

type gridCell struct {
	col  int // from 0
	text string
}

// merge is a cell that reaches down over the lines from its own to last.
type merge struct{ col, first, last int }

func columnName(col int) string {
	name, err := excelize.ColumnNumberToName(col + 1)
	if err != nil {
		return "?"
	}
	return name
}

// put adds a cell to a row under way, and takes it off what may still come.
func (row *gridRow) put(g *grid, col int, text string, limits Limits, left *int) error {
	if text = strings.TrimSpace(clean(text)); text == "" {
		return nil
	}
	switch {
	case col >= limits.Columns:
		return at(g.name, row.line, refuse(TooLarge, "%s列有内容，超过上限 %d 列：请删去右边多余的内容。", columnName(col), limits.Columns))
	case len(text) > limits.Text:
		return at(g.name, row.line, refuse(TooLarge, "%s列的文字有 %d 字，太长：请缩短，全文可作为附件上传。", columnName(col), utf8.RuneCountInString(text)))
	}
	if *left--; *left < 0 {
		return at(g.name, row.line, refuse(TooLarge, "全部内容超过上限 %d 格：请分成几个文件。", limits.Cells))
	}
	if n := len(row.cells); n > 0 && row.cells[n-1].col >= col { // a file that Excel did not write
		i, found := slices.BinarySearchFunc(row.cells, col, func(c gridCell, col int) int { return cmp.Compare(c.col, col) })
		if !found {
			row.cells = slices.Insert(row.cells, i, gridCell{col, text})
		}
		return nil
	}
	row.cells = append(row.cells, gridCell{col, text})
	return nil
}

func (g *grid) add(row gridRow, limits Limits) error {
	if len(row.cells) == 0 {
		return nil
	}
	if len(g.rows) >= limits.Rows {
		return at(g.name, row.line, refuse(TooLarge, "内容超过上限 %d 行：请分成几个文件。", limits.Rows))
	}
	g.rows = append(g.rows, row)
	return nil
}

// spread writes the text of a merged cell into every row that it reaches over, as a reader of the sheet sees it.
// A merge that only reaches to the right needs nothing: its text stands in its first column.
func (g *grid) spread(limits Limits) {
	slices.SortStableFunc(g.rows, func(a, b gridRow) int { return cmp.Compare(a.line, b.line) })
	budget := limits.Cells // visits, so that a file of overlapping merges takes no longer than another
	for _, m := range g.merges {
		i, _ := slices.BinarySearchFunc(g.rows, m.first, func(r gridRow, line int) int { return cmp.Compare(r.line, line) })
		if i == len(g.rows) || g.rows[i].line != m.first {
			continue // an empty cell
		}
		text := g.rows[i].text(m.col)
		if text == "" {
			continue
		}
		for i++; i < len(g.rows) && g.rows[i].line <= m.last; i++ {
			if budget--; budget < 0 {
				return
			}
			row := &g.rows[i]
			if at, found := row.find(m.col); !found {
				row.cells = slices.Insert(row.cells, at, gridCell{m.col, text})
			}
		}
	}
}

func (row *gridRow) find(col int) (int, bool) {
	return slices.BinarySearchFunc(row.cells, col, func(c gridCell, col int) int { return cmp.Compare(c.col, col) })
}

func (row *gridRow) text(col int) string {
	if i, ok := row.find(col); ok {
		return row.cells[i].text
	}
	return ""
}
