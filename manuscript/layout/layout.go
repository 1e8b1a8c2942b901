// Package layout reads a printed page: words with their places in, lines and rows of tables out. It is pure.
//
// The words come in the order in which the page was drawn. Programs that make pages draw a table cell by cell, so a
// word that stands to the right of the one before and yet higher, or beside it, begins the next cell of a row:
//
//	1        整修    查清渗漏，列      县水        1	整修渠道	查清渗漏，列出清单。	县水务局
//	         渠道    出清单。          务局
//
// Lines of a cell are put together; lines of running text stay as they are printed, and those that begin with an
// indent begin with 　　. Rows of cells are parted by tabs, words far apart in a line by spaces as wide.
package layout

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Word is a run of characters on one line, with the rectangle it fills in points; y grows downward.
type Word struct {
	X0, Y0, X1, Y1 float64
	Text           string
}

func (w Word) height() float64 { return max(w.Y1-w.Y0, 1) }

// Page is one page: its width in points, and its words as they were drawn.
type Page struct {
	Width float64
	Words []Word
}

// line is words side by side; text has the gaps between them as spaces.
type line struct {
	Word
}

// cell is lines one below the other.
type cell struct {
	lines  []line
	x0, x1 float64
	gap    float64 // to the cell before, where both stand on one line; negative where the cell was found by its height
	width  float64 // of the column: of the longest line in it
}

// row is cells side by side. Running text is a row of one cell.
type row struct {
	cells  []cell
	y0, y1 float64
	table  bool
}

// Gaps in the height of a line (which is about 1.2 times the size of the letters).
const (
	wordGap  = 0.15 // parts words of Latin letters
	cellGap  = 0.33 // parts cells, or words set apart
	maxRise  = 15   // a cell begins at most so far above the one before it: half of a tall row
	maxLines = 200  // lines of a first cell that are tried against the height of a row
)

// Text is the text of the pages; each ends in a page break (\f). A row of a table that a page break cuts stands whole
// on the first of its pages.
func Text(pages []Page) string {
	all := make([][]row, len(pages))
	for i, p := range pages {
		all[i] = p.rows()
		if i > 0 {
			all[i] = goOn(all[i-1], all[i])
		}
	}
	var b strings.Builder
	for i, rows := range all {
		left := margin(rows)
		for k := range rows {
			rows[k].write(&b, left, pages[i].Width)
		}
		b.WriteByte('\f')
	}
	return b.String()
}

// rows are the lines and rows of one page from top to bottom.
func (p Page) rows() []row {
	var rows []row
	var prev Word
	for _, w := range p.Words {
		if w.Text == "" || again(prev, w) {
			continue
		}
		rows = add(rows, w)
		prev = w
	}
	return inOrder(settle(rows, p.Width))
}

// maxFurniture is how many lines may stand between the foot of a table and the foot of its page, or above it on the
// next: page numbers, running heads.
const maxFurniture = 2

// goOn puts the first row of a page to the last of the page before, if its first column is empty: it stands under
// the columns of that row from the second on. What remains of the page comes back.
func goOn(before, rows []row) []row {
	last := len(before) - 1
	for k := 0; last >= 0 && !before[last].table && k < maxFurniture; k++ {
		last--
	}
	first := 0
	for first < len(rows) && first < maxFurniture && len(rows[first].cells) == 1 && len(rows[first].cells[0].lines) == 1 && !rows[first].table {
		first++
	}
	if last < 0 || !before[last].table || first == len(rows) || !rows[first].table {
		return rows
	}
	upper, lower := &before[last], &rows[first]
	under := make([]int, len(lower.cells))
	for i, c := range lower.cells {
		under[i] = slices.IndexFunc(upper.cells, func(u cell) bool { return c.x0 < u.x1 && c.x1 > u.x0 })
		if under[i] < 1 || i > 0 && under[i] <= under[i-1] {
			return rows
		}
	}
	for i, c := range lower.cells {
		u := &upper.cells[under[i]]
		u.lines = append(u.lines, c.lines...)
		u.x0, u.x1, u.width = min(u.x0, c.x0), max(u.x1, c.x1), max(u.width, c.width)
	}
	return slices.Delete(rows, first, first+1)
}

// again reports a word that was drawn twice to look bold.
func again(a, b Word) bool {
	near := 0.15 * b.height()
	return a.Text == b.Text && abs(a.X0-b.X0) < near && abs(a.Y0-b.Y0) < near
}

func abs(x float64) float64 { return max(x, -x) }

// add puts the next word where it belongs: on the line at hand, on a new line of the cell, in a new cell, in a new row.
func add(rows []row, w Word) []row {
	if len(rows) == 0 {
		return append(rows, newRow(w))
	}
	r := &rows[len(rows)-1]
	c := &r.cells[len(r.cells)-1]
	last := &c.lines[len(c.lines)-1]
	h := min(w.height(), last.height())
	level := min(w.Y1, last.Y1)-max(w.Y0, last.Y0) > h/2
	gap := w.X0 - last.X1
	before := -1e9 // right edge of the cell before this one
	if n := len(r.cells); n > 1 {
		before = r.cells[n-2].x1
	}
	switch {
	case level && gap > -h/2 && gap < cellGap*h:
		before, _ := utf8.DecodeLastRuneInString(last.Text)
		after, _ := utf8.DecodeRuneInString(w.Text)
		if gap > wordGap*h && (latin(before) && latin(after) || numbers(last.Text, after)) { // printers set a little room around figures too
			last.Text += " "
		}
		last.join(w)
		c.x1, r.y1 = max(c.x1, w.X1), max(r.y1, w.Y1)
		return rows
	case level && gap >= cellGap*h && (len(r.cells) > 1 || len(c.lines) == 1):
		r.add(w, gap)
		return rows
	case level && gap >= cellGap*h: // running text whose last line has a gap: that line is a row of its own
		l := *last
		c.lines = c.lines[:len(c.lines)-1]
		r.y1 = c.lines[len(c.lines)-1].Y1
		rows = append(rows, newRow(l.Word))
		rows[len(rows)-1].add(w, gap)
		return rows
	case w.X0 >= last.X1-2 && w.Y0 < last.Y1 && w.Y1 > last.Y0-maxRise*h:
		if n := c.reaching(w.X0 + 2); len(r.cells) == 1 && n > 0 { // text above the table
			above, rest := c.lines[:n], c.lines[n:]
			rows[len(rows)-1] = textRow(above)
			rows = append(rows, textRow(rest))
			r = &rows[len(rows)-1]
		}
		r.add(w, -1)
		return rows
	case !level && w.Y0 > last.Y0 && w.Y0-last.Y1 < 1.2*h && w.X0 >= before-2 && w.X0 < c.x1+h && w.X1 > c.x0-h && (len(r.cells) == 1 || w.X0 > c.x0-5*h):
		c.lines = append(c.lines, line{w})
		c.x0, c.x1, r.y1 = min(c.x0, w.X0), max(c.x1, w.X1), max(r.y1, w.Y1)
		return rows
	}
	return append(rows, newRow(w))
}

// reaching is how many lines of the cell stand above and including the last that reaches beyond x.
func (c *cell) reaching(x float64) int {
	n := len(c.lines)
	for n > 0 && c.lines[n-1].X1 <= x {
		n--
	}
	return n
}

func newRow(w Word) row { return row{[]cell{{[]line{{w}}, w.X0, w.X1, 0, 0}}, w.Y0, w.Y1, false} }

// add begins a cell.
func (r *row) add(w Word, gap float64) {
	r.cells = append(r.cells, cell{[]line{{w}}, w.X0, w.X1, gap, 0})
	r.y0, r.y1 = min(r.y0, w.Y0), max(r.y1, w.Y1)
	r.table = r.table || gap < 0
}

// join adds a word to the line.
func (l *line) join(w Word) {
	l.Text += w.Text
	l.X1, l.Y0, l.Y1 = max(l.X1, w.X1), min(l.Y0, w.Y0), max(l.Y1, w.Y1)
}

// settle tells rows of tables from columns of text, and gives back to running text the lines that stand above a table.
func settle(rows []row, width float64) []row {
	var out []row
	for _, r := range rows {
		if !r.table {
			out = append(out, r)
			continue
		}
		if n := r.own(); n < len(r.cells[0].lines) {
			above := r.cells[0].lines[:len(r.cells[0].lines)-n]
			out = append(out, textRow(above))
			r.cells[0] = textRow(r.cells[0].lines[len(above):]).cells[0]
			r.measure()
		}
		if r.columns(width) {
			for _, c := range r.cells {
				out = append(out, textRow(c.lines))
			}
			continue
		}
		out = append(out, r)
	}
	// A row of a table may have but one line in every cell: its neighbours tell.
	for i := range out {
		if n := len(out[i].cells); n > 1 && !out[i].table {
			out[i].table = n > 2 && (i > 0 && out[i-1].table || i+1 < len(out) && out[i+1].table)
		}
	}
	measureColumns(out)
	return out
}

// measureColumns finds how wide the columns are in which cells stand, from rows of as many cells one after another.
func measureColumns(rows []row) {
	for i, end := 0, 0; i < len(rows); i = end {
		n := len(rows[i].cells)
		for end = i + 1; rows[i].table && end < len(rows) && rows[end].table && len(rows[end].cells) == n; end++ {
		}
		width := make([]float64, n)
		for _, r := range rows[i:end] {
			for k, c := range r.cells {
				for _, l := range c.lines {
					width[k] = max(width[k], l.X1-l.X0)
				}
			}
		}
		for _, r := range rows[i:end] {
			for k := range r.cells {
				r.cells[k].width = width[k]
			}
		}
	}
}

func textRow(lines []line) row {
	r := newRow(lines[0].Word)
	c := &r.cells[0]
	c.lines = lines
	for _, l := range lines {
		c.x0, c.x1 = min(c.x0, l.X0), max(c.x1, l.X1)
	}
	r.measure()
	return r
}

func (r *row) measure() {
	r.y0, r.y1 = extent(r.cells)
}

func extent(cells []cell) (y0, y1 float64) {
	y0, y1 = 1e9, -1e9
	for _, c := range cells {
		for _, l := range c.lines {
			y0, y1 = min(y0, l.Y0), max(y1, l.Y1)
		}
	}
	return y0, y1
}

// own is how many of the last lines of the first cell belong to the row: those that stand in the middle of the row's
// height, or begin at its top.
func (r *row) own() int {
	top, bottom := extent(r.cells[1:])
	lines := r.cells[0].lines
	best, at := 1e9, 1
	for n := 1; n <= min(len(lines), maxLines); n++ {
		first, last := lines[len(lines)-n], lines[len(lines)-1]
		off := min(abs((first.Y0+last.Y1)-(top+bottom))/2, abs(first.Y0-top))
		if off < best-0.5 {
			best, at = off, n
		}
	}
	return at
}

// columns reports text set in columns rather than a row of a table.
func (r *row) columns(width float64) bool {
	for _, c := range r.cells {
		if len(c.lines) < 8 || c.x1-c.x0 < 0.3*width {
			return false
		}
	}
	return true
}

// inOrder puts rows from top to bottom, unless some stand beside each other.
func inOrder(rows []row) []row {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b row) int {
		switch {
		case a.y0 < b.y0:
			return -1
		case a.y0 > b.y0:
			return 1
		}
		return 0
	})
	for i := 1; i < len(sorted); i++ {
		if sorted[i-1].y1-sorted[i].y0 > 0.5*(sorted[i].y1-sorted[i].y0) || sorted[i-1].y1-sorted[i].y0 > 8 {
			return rows
		}
	}
	return sorted
}

// margin is where the lines of running text begin that have no indent.
func margin(rows []row) float64 {
	count, all := map[int]int{}, 0
	for _, r := range rows {
		if len(r.cells) == 1 {
			for _, l := range r.cells[0].lines {
				count[int(l.X0+0.5)]++
				all++
			}
		}
	}
	left := 1 << 20
	for x, n := range count {
		if n > 1 && n*10 >= all {
			left = min(left, x)
		}
	}
	return float64(left)
}
