package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// write writes a row of a table, or lines of running text, as lines.
func (r *row) write(b *strings.Builder, left, width float64) {
	switch {
	case len(r.cells) == 1:
		for _, l := range r.cells[0].lines {
			centred := abs(l.X0+l.X1-width) < l.height()
			if in := (l.X0 - left) / l.height(); in > 1.2 && in < 2.4 && !centred {
				b.WriteString("　　")
			}
			b.WriteString(l.Text)
			b.WriteByte('\n')
		}
		return
	case r.table:
		for i, c := range r.cells {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(c.text())
		}
	default:
		for i, c := range r.cells {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", min(max(1, int(2*c.gap/c.lines[0].height())), 20)))
			}
			b.WriteString(c.text())
		}
	}
	b.WriteByte('\n')
}

// text puts the lines of a cell together. Where the next character would still have found room, its author began a
// new line, and a space says so.
func (c *cell) text() string {
	var b strings.Builder
	for i, l := range c.lines {
		if i > 0 {
			before := c.lines[i-1]
			last, _ := utf8.DecodeLastRuneInString(before.Text)
			next, _ := utf8.DecodeRuneInString(l.Text)
			room := before.X1-before.X0+l.height() <= c.width && !strings.ContainsRune("，、；：。", last)
			if room || latin(last) && latin(next) {
				b.WriteByte(' ')
			}
		}
		b.WriteString(l.Text)
	}
	return b.String()
}

func latin(r rune) bool { return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// numbers reports the number of a heading, alone at the head of its line: 3 应急响应. A space after it is all that tells it from a quantity.
func numbers(line string, after rune) bool {
	return line != "" && line[0] != '.' && len(line) <= 8 && strings.Trim(line, "0123456789.") == "" && (len(line) <= 2 || strings.Contains(line, ".")) &&
		unicode.Is(unicode.Han, after) && !strings.ContainsRune("年月日时秒个十百千万亿元吨公平立亩米里人户家项次名度级倍条所台辆", after)
}
