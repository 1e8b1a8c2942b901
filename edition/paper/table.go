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

// shareWidths shares a width out among the columns of an official paper's table. First every column gets what it must have: no
// number, date or very short text broken; then what reads well; then the long columns get the rest by their length. pad is what a
// cell needs besides its text.
func shareWidths(all []TableRow, width func(string) float64, char, pad, total float64) []float64 {
	n := len(all[0].Cells)
	must, well, want := make([]float64, n), make([]float64, n), make([]float64, n)
	for c := range n {
		must[c] = 2*char + pad
		for i, row := range all {
			w, word := width(row.Cells[c]), longestWord(row.Cells[c], width)
			if i > 0 { // a heading may stand in two lines
				if w < 3.5*char {
					word = w
				}
				well[c] = max(well[c], min(w, 6*char)+pad)
			}
			must[c] = max(must[c], min(word, total/3)+pad)
			want[c] = max(want[c], min(w, total*0.6)+pad)
		}
		well[c] = max(well[c], must[c])
		want[c] = max(want[c], well[c])
	}
	for _, next := range [][]float64{well, want} {
		have, more := 0.0, 0.0
		for c := range must {
			have, more = have+must[c], more+next[c]-must[c]
		}
		if more == 0 {
			continue
		}
		for c := range must {
			must[c] += max(0, min(1, (total-have)/more)) * (next[c] - must[c])
		}
	}
	sum := 0.0
	for _, w := range must {
		sum += w
	}
	for c := range must { // too many columns to be fair to all, or too few to fill the width
		must[c] *= total / sum
	}
	return must
}

// longestWord is the width of the longest piece of a text that a line must not break.
func longestWord(s string, width func(string) float64) float64 {
	runes := []rune(s)
	longest, from := 0.0, 0
	for i := 1; i <= len(runes); i++ {
		if mayBreak(runes, i) {
			longest, from = max(longest, width(strings.TrimSpace(string(runes[from:i])))), i
		}
	}
	return longest
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
