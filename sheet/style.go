package sheet

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxDecimals is how many decimals a number keeps as a number; with more it stays a text.
const maxDecimals = 6

// styles are the looks that a file knows, by number.
type styles struct {
	heading, note, title int
	text, wrap, date     int
	number               [maxDecimals + 1]int // by decimals, so that 1.50 stays 1.50
	column               map[Kind]int         // of cells that are not filled yet
}

// Texts are formatted as text and not only stored as one: a text such as =1+1, 3-1 or 0012 stays one when somebody
// goes into the cell and out again.
func (s *styles) define(f *excelize.File) (err error) {
	var lines []excelize.Border
	for _, side := range []string{"left", "top", "right", "bottom"} {
		lines = append(lines, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	style := func(font, across string, size float64, bold, framed, wrap bool, format string) (id int) {
		if err != nil {
			return 0
		}
		st := &excelize.Style{
			Font:      &excelize.Font{Family: font, Size: size, Bold: bold},
			Alignment: &excelize.Alignment{Horizontal: across, Vertical: "center", WrapText: wrap},
		}
		if across == "right" {
			st.Alignment.Indent = 1 // off the line
		}
		if framed {
			st.Border = lines
		}
		if format != "" {
			st.CustomNumFmt = &format
		}
		id, err = f.NewStyle(st)
		return id
	}
	const asText, day = "@", "yyyy-mm-dd"
	s.heading = style("黑体", "center", 18, false, false, false, asText)
	s.note = style("宋体", "right", 10, false, false, false, asText)
	s.title = style("黑体", "center", 11, false, true, true, asText)
	s.text = style("宋体", "center", 11, false, true, true, asText)
	s.wrap = style("宋体", "left", 11, false, true, true, asText)
	s.date = style("宋体", "center", 11, false, true, false, day)
	for n := range s.number {
		format := "0"
		if n > 0 {
			format += "." + strings.Repeat("0", n)
		}
		s.number[n] = style("宋体", "right", 11, false, true, false, format)
	}
	s.column = map[Kind]int{
		Text:   style("宋体", "center", 11, false, false, true, asText),
		Wrap:   style("宋体", "left", 11, false, false, true, asText),
		Date:   style("宋体", "center", 11, false, false, false, day),
		Number: style("宋体", "right", 11, false, false, false, ""),
	}
	return err
}

// A number that comes back as it went in: no leading zeros, no sign at zero, no more digits than a float64 holds.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// cell is the text in the form that its column wants, where it has that form. An empty cell stays
// empty, for Excel counts an empty text as something, but keeps the look of its column.
func (s *styles) cell(kind Kind, text string) excelize.Cell {
	text = clean(text)
	style := s.text
	switch kind {
	case Date:
		if n, ok := serial(text); ok {
			return excelize.Cell{StyleID: s.date, Value: n}
		}
		if text == "" {
			return excelize.Cell{StyleID: s.date}
		}
	case Number:
		if x, decimals, ok := number(text); ok {
			return excelize.Cell{StyleID: s.number[decimals], Value: x}
		}
		if text == "" {
			return excelize.Cell{StyleID: s.number[0]}
		}
	case Wrap:
		style = s.wrap
	}
	if text == "" {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: text}
}

func number(text string) (x float64, decimals int, ok bool) {
	if !plainNumber.MatchString(text) {
		return 0, 0, false
	}
	whole, part, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(whole)+len(part) > 15 || len(part) > maxDecimals {
		return 0, 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, len(part), err == nil && (x != 0 || text[0] != '-')
}
