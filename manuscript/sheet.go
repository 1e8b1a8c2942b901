package manuscript

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// sheet is what a document with paragraphs and tables is written on: paragraphs become lines, rows of tables become
// lines with their cells parted by tabs.
//
// A cell's own paragraphs are joined. But many a table only arranges a page: a row of one cell, or with a table
// inside one of its cells, or with a whole text in one, is written as the lines that its cells hold, in order.
type sheet struct {
	done   strings.Builder // finished lines
	line   []byte          // the paragraph at hand
	tables []*table        // open tables, innermost last
	deeper int             // tables open beyond maxTables: their structure is ignored, their text is not
	size   int             // bytes of text so far, for the bound
}

// maxTables is how deep tables stand in each other before one of them is taken for plain paragraphs.
const maxTables = 16

// A cell that holds more is no cell of a table but a page set in one.
const (
	maxCellLines = 40
	maxCellBytes = 20_000
)

// A cell reaches at most so far; Word's own bound is 63 columns.
const (
	maxColumns = 64
	maxRows    = 1000
	maxRow     = 4096 // cells of one row
)

type table struct {
	row      []cell
	at       int   // the open cell; -1 between cells
	real     int   // cells of the row that stand in the source: the others are reached from above or from the left
	deleted  bool  // the row was deleted under tracked changes
	rowProps bool  // inside the properties of the row
	hang     []int // by column: rows that a cell from above still reaches into
}

type cell struct {
	lines   []string
	bytes   int
	layout  bool // holds a table
	deleted bool
}

var errTooLong = refuse("的文字超过上限 %d MB：请按期次或按公文拆开", MaxText>>20)

// write adds to the paragraph at hand.
func (s *sheet) write(text string) error {
	if s.size+len(s.line)+len(text) > MaxText {
		return errTooLong
	}
	s.line = append(s.line, text...)
	return nil
}

// take is the paragraph at hand, which then begins anew.
func (s *sheet) take() string {
	text := string(s.line)
	s.line = s.line[:0]
	return text
}

// put writes a paragraph down where it stands: in the cell at hand or in the open.
func (s *sheet) put(text string) error {
	if s.size += len(text) + 1; s.size > MaxText {
		return errTooLong
	}
	s.place(text, len(s.tables))
	return nil
}

// place puts a line into the innermost open cell of the outer n tables.
func (s *sheet) place(text string, n int) {
	for n--; n >= 0; n-- {
		if t := s.tables[n]; t.at >= 0 {
			c := &t.row[t.at]
			c.lines = append(c.lines, text)
			c.bytes += len(text)
			return
		}
	}
	s.done.WriteString(text)
	s.done.WriteByte('\n')
}

// free reports that the next line stands in no table.
func (s *sheet) free() bool { return len(s.tables) == 0 }

// innermost is the table at hand, nil where there is none.
func (s *sheet) innermost() *table {
	if len(s.tables) == 0 || s.deeper > 0 {
		return nil
	}
	return s.tables[len(s.tables)-1]
}

func (s *sheet) openTable() {
	if len(s.tables) >= maxTables {
		s.deeper++
		return
	}
	if t := s.innermost(); t != nil && t.at >= 0 {
		t.row[t.at].layout = true
	}
	s.tables = append(s.tables, &table{at: -1})
}

func (s *sheet) closeTable() {
	if s.deeper > 0 {
		s.deeper--
		return
	}
	if len(s.tables) > 0 {
		s.closeRow()
		s.tables = s.tables[:len(s.tables)-1]
	}
}

// openCell begins a cell that takes some columns and some rows; the one before ends.
func (s *sheet) openCell(columns, rows int) {
	t := s.innermost()
	if t == nil {
		return
	}
	t.reach()
	if len(t.row) >= maxRow {
		return // goes on in the last cell
	}
	t.at = len(t.row)
	t.real++
	for range min(max(columns, 1), maxColumns) {
		if len(t.row) < maxColumns {
			t.hangs(len(t.row), min(max(rows, 1), maxRows)-1)
		}
		t.row = append(t.row, cell{})
	}
}

// widenCell makes the cell just begun take some columns.
func (s *sheet) widenCell(columns int) {
	if t := s.innermost(); t != nil && t.at == len(t.row)-1 && len(t.row) < maxRow {
		for range min(columns, maxColumns) - 1 {
			t.row = append(t.row, cell{})
		}
	}
}

func (s *sheet) closeCell() {
	if t := s.innermost(); t != nil {
		t.at = -1
	}
}

// hangs notes how many rows a cell of this column reaches down.
func (t *table) hangs(column, rows int) {
	if rows == 0 && column >= len(t.hang) {
		return
	}
	for len(t.hang) <= column {
		t.hang = append(t.hang, 0)
	}
	t.hang[column] = rows
}

// reach puts empty cells where cells from above reach into the row.
func (t *table) reach() {
	for len(t.row) < len(t.hang) && t.hang[len(t.row)] > 0 {
		t.hang[len(t.row)]--
		t.row = append(t.row, cell{})
	}
}

// closeRow writes the row at hand down, if there is one.
func (s *sheet) closeRow() {
	t := s.innermost()
	if t == nil || len(t.row) == 0 {
		return
	}
	t.reach()
	row, real, deleted := t.row, t.real, t.deleted
	t.row, t.at, t.real, t.deleted = t.row[:0], -1, 0, false
	outer := len(s.tables) - 1
	switch {
	case deleted:
	case real == 1 || slices.ContainsFunc(row, cell.isPage):
		for _, c := range row {
			for _, line := range c.lines {
				if !c.deleted {
					s.place(line, outer)
				}
			}
		}
	default:
		var b strings.Builder
		tabs := 0 // due before the next cell that is not empty: a row does not end in tabs
		for _, c := range row {
			if text := c.text(); text != "" && !c.deleted {
				b.WriteString(strings.Repeat("\t", tabs))
				b.WriteString(text)
				tabs = 0
			}
			if !c.deleted {
				tabs++
			}
		}
		if b.Len() > 0 {
			s.place(b.String(), outer)
		}
	}
	clear(row)
}

// isPage reports a cell that only arranges the page.
func (c cell) isPage() bool {
	return c.layout || len(c.lines) > maxCellLines || c.bytes > maxCellBytes
}

// text joins the paragraphs of a cell. Runs of white space become one space: wider gaps part cells.
func (c cell) text() string {
	var b strings.Builder
	for _, line := range c.lines {
		for word := range strings.FieldsSeq(line) {
			if last, _ := utf8.DecodeLastRuneInString(b.String()); b.Len() > 0 && !strings.ContainsRune("，、；：。", last) {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

// text is all that was written.
func (s *sheet) text() string {
	for len(s.tables) > 0 {
		s.closeTable()
	}
	return s.done.String()
}
