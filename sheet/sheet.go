// Package sheet writes spreadsheets that a clerk can print, and reads them back after they went through Excel or WPS.
//
// A Book is tables as a ledger shows them: a heading, a row of column titles, rows of texts. Write makes an .xlsx of it:
// dates are real dates, a text is never a formula, the titles stay in sight and are repeated on every printed page.
// Read takes .xlsx and .csv by what they are, not by their name: it finds the row of titles, carries merged cells to
// every row that they stand for, and gives each cell as text, a date always as 2006-01-02. What Write wrote from
// canonical texts (dates 2006-01-02, numbers such as 1.50) Read gives back unchanged.
//
// Everything is bounded by Limits, nothing touches the disk, and every refusal is an *Error with a sentence for the
// person who uploaded the file.
//
// Example: a ledger out, and in again after it was edited:
//
//	err := sheet.Write(w, sheet.Book{Sheets: []sheet.Sheet{{
//		Name: "任务台账", Heading: "甲县重点任务台账", Note: "截至2023年10月31日",
//		Columns: []sheet.Column{{Title: "序号"}, {Title: "任务", Kind: sheet.Wrap}, {Title: "时限", Kind: sheet.Date}},
//		Rows:    [][]string{{"1", "散煤清零", "2023-10-31"}},
//	}}})
//	tables, err := sheet.Read(r, size, sheet.Usual, "序号", "任务", "时限")
//	tables[0].Rows[0].Cells["时限"] // 2023-10-31
package sheet

import (
	"strings"
	"time"
	"unicode"

	"zhixing/calendar"
)

// Book is a file; its sheets stand in order.
type Book struct{ Sheets []Sheet }

// Sheet is one table.
type Sheet struct {
	Name    string // of the tab; made fit for Excel where it is not (31 characters, no []:*?/\)
	Heading string // the line above the table; may be empty
	Note    string // a smaller line under the heading: 截至日期、单位、说明; may be empty
	Columns []Column
	Rows    [][]string // cells beyond the columns are refused, missing ones are empty
}

// Column is how a column is written.
type Column struct {
	Title   string
	Width   float64 // in characters of half width; 0: made from the kind and the title
	Kind    Kind
	Choices []string // what may be picked in the cell; others are refused by Excel
}

// Kind is what a column holds.
type Kind uint8

// The kinds of column. A cell that is no date or no plain number is written as text in any of them.
const (
	Text   Kind = iota // as it stands, centred when short
	Date               // 2006-01-02
	Number             // 12, -3.50
	Wrap               // a long text, broken into lines
)

// Table is one sheet as read.
type Table struct {
	Name   string // of the tab; empty for a CSV
	Line   int    // of the titles, counted from 1 as Excel does
	Header []string
	Rows   []Row // without empty ones
}

// Row is a row under the titles.
type Row struct {
	Line  int               // in the sheet, for messages: 第 5 行
	Cells map[string]string // by title; empty cells are left out
}

// Date is the date in the column: the zero Date where the cell is empty, false where it holds something else.
func (r Row) Date(title string) (calendar.Date, bool) { return ParseDate(r.Cells[title]) }

// ParseDate reads a date as people type it into cells: 2023-10-31, 2023年10月31日, 2023/10/31, 2023.10.31, 20231031,
// all with full-width digits too, and with a time of day behind them, which is dropped. Empty is the zero Date. A date
// without a day or without a year is none: which day is meant would be a guess.
func ParseDate(s string) (calendar.Date, bool) {
	s = strings.TrimSpace(narrow(s))
	if s == "" {
		return calendar.Date{}, true
	}
	if i := strings.IndexAny(s, " T"); i > 0 && isClock(strings.TrimSpace(s[i+1:])) {
		s = s[:i]
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/.年月日号", r) })
	if len(parts) == 1 && len(s) == 8 && isDigits(s) {
		parts = []string{s[:4], s[4:6], s[6:]}
	}
	if len(parts) != 3 || len(parts[0]) != 4 || !dateForm(s, parts) {
		return calendar.Date{}, false
	}
	var n [3]int
	for i, p := range parts {
		if len(p) > 4 || !isDigits(p) {
			return calendar.Date{}, false
		}
		for _, c := range p {
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	if n[0] < 1900 {
		return calendar.Date{}, false
	}
	return calendar.NewDate(n[0], time.Month(n[1]), n[2])
}

// dateForm reports whether the parts stand together as a date does and not as, say, 2023年10/31.
func dateForm(s string, p []string) bool {
	for _, sep := range []string{"-", "/", ".", ""} {
		if s == p[0]+sep+p[1]+sep+p[2] {
			return true
		}
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "日"), "号")
	return s == p[0]+"年"+p[1]+"月"+p[2]
}

func isClock(s string) bool {
	return s != "" && strings.Trim(s, "0123456789:.Z") == "" && strings.Contains(s, ":")
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// narrow makes full-width ASCII half-width and every space a plain one.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case unicode.IsSpace(r):
			return ' '
		case r == '\ufeff', r == '\u200b':
			return -1
		}
		return r
	}, s)
}
