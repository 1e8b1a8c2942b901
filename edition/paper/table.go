package paper

import (
	"regexp"
	"strings"
)

// TableRow is one row of a table; Path is empty where the row has no address of its own.
type TableRow struct {
	Path  string
	Cells []string
}

// Grid reads a table: the lines of its text and the rows below it, cells parted by tabs, all rows filled up to the
// same number of cells. It is nil where no row has two cells: then the lines are set as plain ones.
func (b *Block) Grid() []TableRow {
	if b.Kind != Table {
		return nil
	}
	var out []TableRow
	width := 0
	add := func(path, text string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		cells := strings.Split(text, "\t")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		width = max(width, len(cells))
		out = append(out, TableRow{path, cells})
	}
	for _, line := range strings.Split(b.Text, "\n") {
		add("", line)
	}
	for _, row := range b.Children {
		add(row.Path, strings.ReplaceAll(row.Text, "\n", " "))
	}
	if width < 2 || width*len(out) > 1<<16 { // a freak row does not blow all others up
		return nil
	}
	for i := range out {
		for len(out[i].Cells) < width {
			out[i].Cells = append(out[i].Cells, "")
		}
	}
	return out
}

// gaps are what may part the columns of a row as printed, the surest first.
var gaps = []*regexp.Regexp{regexp.MustCompile(`\s*\t\s*`), regexp.MustCompile(`[\s　]*(?:　|\s{2})[\s　]*`), regexp.MustCompile(`[\s　]+`)}

// Columns sets tabs between the columns of rows as printed, where all rows agree on how many there are; elsewhere the
// rows come back as lines.
func Columns(rows []string) []string {
	for _, gap := range gaps {
		out := make([]string, len(rows))
		width := 0
		for i, row := range rows {
			cells := gap.Split(strings.TrimSpace(row), -1)
			if i == 0 {
				width = len(cells)
			}
			if len(cells) != width || width < 2 {
				width = 0
				break
			}
			out[i] = strings.Join(cells, "\t")
		}
		if width >= 2 {
			return out
		}
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = strings.Join(strings.Fields(row), "　")
	}
	return out
}
