package sheet

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// What an .xlsx holds at most, by Excel's own specification.
const (
	maxSheetRows  = 1_048_576
	maxColumns    = 16_384
	maxCellUnits  = 32_767 // UTF-16 units of one cell
	maxNameUnits  = 31     // of a tab
	rowsForAdding = 1000   // rows under the table that still offer the choices
)

// Write writes the book as .xlsx. It refuses what would not come back: columns without a title or with the same title,
// texts longer than a cell. A sheet of more than 16 MB of XML is put aside in a temporary file by excelize.
func Write(w io.Writer, b Book) error {
	if len(b.Sheets) == 0 {
		return refuse(Invalid, "没有可以导出的表格。")
	}
	f := excelize.NewFile()
	defer f.Close()
	book := writer{f: f}
	if err := book.prepare(); err != nil {
		return fmt.Errorf("sheet.Write: %w", err)
	}
	for _, s := range b.Sheets {
		s.Name = book.tab(s.Name)
		if err := s.check(); err != nil {
			return at(s.Name, err.Line, err)
		}
		if err := book.add(s); err != nil {
			return fmt.Errorf("sheet.Write: %s: %w", s.Name, err)
		}
	}
	if err := book.finish(); err != nil {
		return fmt.Errorf("sheet.Write: %w", err)
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("sheet.Write: %w", err)
	}
	return nil
}

func (s Sheet) check() *Error {
	if len(s.Columns) == 0 || len(s.Columns) > maxColumns {
		return refuse(Invalid, "表格应有 1 至 %d 列，现有 %d 列。", maxColumns, len(s.Columns))
	}
	if len(s.Rows) > maxSheetRows-3-rowsForAdding {
		return refuse(TooLarge, "有 %d 行，超过一张工作表的上限：请分年度或分单位导出。", len(s.Rows))
	}
	seen := map[string]bool{}
	for i, c := range s.Columns {
		key := titleKey(c.Title)
		if key == "" || seen[key] {
			return refuse(Invalid, "第 %d 列的标题“%s”为空或重复。", i+1, c.Title)
		}
		seen[key] = true
	}
	for i, row := range s.Rows {
		if len(row) > len(s.Columns) {
			return &Error{Kind: Invalid, Line: s.first() + i, Message: fmt.Sprintf("有 %d 格，表头只有 %d 列。", len(row), len(s.Columns))}
		}
		for j, text := range row {
			if len(text) > maxCellUnits && len(utf16.Encode([]rune(text))) > maxCellUnits {
				return &Error{Kind: TooLarge, Line: s.first() + i, Message: fmt.Sprintf("“%s”的文字超过一格的上限 %d 字。", s.Columns[j].Title, maxCellUnits)}
			}
		}
	}
	return nil
}

// titles is the line of the titles, first that of the first row under them.
func (s Sheet) titles() int {
	n := 1
	for _, above := range []string{s.Heading, s.Note} {
		if above != "" {
			n++
		}
	}
	return n
}

func (s Sheet) first() int { return s.titles() + 1 }

// writer keeps what the sheets of one file share.
type writer struct {
	f      *excelize.File
	tabs   []string // in lower case: Excel does not tell 表a from 表A
	lists  []string // choices, joined by newlines; each is a column of the hidden sheet
	hidden string   // its name
	styles styles
}

// tab makes a name fit for a tab and different from those before it.
func (w *writer) tab(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "")), " '")
	if name == "" || strings.EqualFold(name, "history") { // Excel keeps that one for itself
		name = "表" + strconv.Itoa(len(w.tabs)+1)
	}
	for n, base := 1, name; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = "（" + strconv.Itoa(n) + "）"
		}
		name = strings.TrimRight(cutUnits(base, maxNameUnits-len([]rune(suffix)))+suffix, " '")
		if key := strings.ToLower(name); !slices.Contains(w.tabs, key) {
			w.tabs = append(w.tabs, key)
			return name
		}
	}
}

func cutUnits(s string, n int) string {
	for i, r := range s {
		if n -= max(utf16.RuneLen(r), 1); n < 0 {
			return s[:i]
		}
	}
	return s
}

func (w *writer) prepare() error {
	// Excelize names itself as the author otherwise.
	if err := w.f.SetDocProps(&excelize.DocProperties{Creator: "知行", LastModifiedBy: "知行"}); err != nil {
		return err
	}
	return w.styles.define(w.f)
}

func (w *writer) add(s Sheet) error {
	if len(w.tabs) == 1 {
		if err := w.f.SetSheetName("Sheet1", s.Name); err != nil {
			return err
		}
	} else if _, err := w.f.NewSheet(s.Name); err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(s.Columns))
	if err != nil {
		return err
	}
	if err := w.setUp(s, last); err != nil {
		return err
	}
	if err := w.choices(s); err != nil {
		return err
	}
	out, err := w.f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	widths := make([]float64, len(s.Columns))
	for i, c := range s.Columns {
		widths[i] = s.width(i)
		if err := out.SetColStyle(i+1, i+1, w.styles.column[c.Kind]); err != nil {
			return err
		}
		if err := out.SetColWidth(i+1, i+1, widths[i]); err != nil {
			return err
		}
	}
	if err := w.head(out, s, last, widths); err != nil {
		return err
	}
	cells := make([]any, len(s.Columns))
	for i, row := range s.Rows {
		for j, c := range s.Columns {
			text := ""
			if j < len(row) {
				text = row[j]
			}
			cells[j] = w.styles.cell(c.Kind, text)
		}
		if err := out.SetRow("A"+strconv.Itoa(s.first()+i), cells, height(row, widths)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// head writes the heading, the note and the titles.
func (w *writer) head(out *excelize.StreamWriter, s Sheet, last string, widths []float64) error {
	line := 0
	for _, above := range []struct {
		text   string
		style  int
		height float64
	}{{s.Heading, w.styles.heading, 30}, {s.Note, w.styles.note, 18}} {
		if above.text == "" {
			continue
		}
		line++
		n := strconv.Itoa(line)
		if err := out.SetRow("A"+n, []any{excelize.Cell{StyleID: above.style, Value: clean(above.text)}}, excelize.RowOpts{Height: above.height}); err != nil {
			return err
		}
		if len(s.Columns) > 1 {
			if err := out.MergeCell("A"+n, last+n); err != nil {
				return err
			}
		}
	}
	titles, texts := make([]any, len(s.Columns)), make([]string, len(s.Columns))
	for i, c := range s.Columns {
		texts[i] = clean(c.Title)
		titles[i] = excelize.Cell{StyleID: w.styles.title, Value: texts[i]}
	}
	return out.SetRow("A"+strconv.Itoa(s.titles()), titles, height(texts, widths))
}

// width is the column's width in characters of half width; a title must not run under the arrow of its filter.
func (s Sheet) width(i int) float64 {
	c := s.Columns[i]
	if c.Width > 0 {
		return min(c.Width, 255)
	}
	switch c.Kind {
	case Date:
		return max(12, halves(c.Title)+3)
	case Wrap:
		return 40
	}
	width := 6.0
	for _, row := range s.Rows[:min(len(s.Rows), 200)] {
		if i < len(row) {
			width = max(width, halves(row[i])+2)
		}
	}
	return max(min(width, 24), min(halves(c.Title)+3, 24))
}

// height makes room for texts of several lines: not every program does so by itself when it opens a file. It is an
// estimate, rather a line too many than one too few.
func height(texts []string, widths []float64) excelize.RowOpts {
	const line, most = 14.5, 409 // points; Excel allows no higher row
	lines := 1.0
	for i, text := range texts {
		n := 0.0
		for part := range strings.Lines(text) {
			n += max(1, math.Ceil(halves(strings.TrimSuffix(part, "\n"))/max(widths[i]-1.5, 1)))
		}
		lines = max(lines, n)
	}
	return excelize.RowOpts{Height: min(lines*line+5, most)}
}

// halves is how wide a text is, a Chinese character being two.
func halves(s string) float64 {
	n := 0
	for _, r := range s {
		if n++; r >= 0x1100 {
			n++
		}
	}
	return float64(n)
}

// clean drops what XML cannot hold. A line ends with \n alone, as in Excel.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			return -1
		}
		return r
	}, s)
}

// serial is Excel's number of a day. Days before March 1900 are left as text: Excel counts a 29 February there.
func serial(text string) (float64, bool) {
	if len(text) != len(time.DateOnly) {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) {
		return 0, false
	}
	return float64((t.Unix() - epoch.Unix()) / secondsOfDay), true // a Duration would end in 2191
}

var epoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

const secondsOfDay = 24 * 60 * 60
