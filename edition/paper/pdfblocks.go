package paper

import (
	"cmp"
	"fmt"
	"strings"

	"zhixing/edition/pdf"
)

// blocks sets the text; level is that of the headings in it, for the outline and for reading aloud.
func (s *sheet) blocks(bs []Block, level int) {
	for i := range bs {
		b := &bs[i]
		if rows := b.Grid(); rows != nil {
			s.table(rows)
			continue
		}
		switch b.Kind {
		case Sheet:
			s.fields(b.Fields())
			continue
		case Signature:
			if i+1 < len(bs) && bs[i+1].Kind == SignDate {
				s.signature(b.Text, bs[i+1].Text)
			} else {
				s.signature(b.Text, "")
			}
		case SignDate:
			if i == 0 || bs[i-1].Kind != Signature {
				s.signature("", b.Text)
			}
		case AttachmentHead:
			s.attachment(b)
		default:
			s.block(b, level)
		}
		next := level
		if b.Kind == Heading {
			next++
		}
		s.blocks(b.Children, next)
	}
}

func (s *sheet) block(b *Block, level int) {
	mark, title, rest := b.Split()
	text := mark + title + rest
	if text == "" {
		return
	}
	tag, lead := "P", 0
	switch {
	case b.Kind == Heading:
		tag = fmt.Sprintf("H%d", min(level+1, 6))
		s.need(2 * pitch) // a heading does not stay behind alone
		s.doc.Outline(level+1, mark+cmp.Or(title, head(rest, 30)), top+s.y)
		if b.Level <= 2 || rest == "" {
			lead = len([]rune(mark + title))
		}
		if rest != "" && title == "" {
			lead = 0
		}
	case title != "" && rest != "":
		lead = 0
	}
	s.doc.Begin(tag)
	switch b.Kind {
	case Recipients:
		s.paragraph(text, 0, 0, 0)
	case AttachmentList:
		if s.p.Form == AsGazette {
			s.skip(1)
		} else {
			s.signed, s.signAt = 0, 0
			s.keep(float64(1 + strings.Count(text, "\n") + 1)) // titles of one line each; it goes with the signature
		}
		s.attachments(text)
	case Removed:
		s.need(pitch)
		s.line(2*cell, pdf.Style{Size: three, Spacing: s.measure(three).base, Colour: grey}, pitch, text)
	default:
		s.paragraph(text, 2*cell, 0, lead)
	}
	s.doc.End()
}

// signature sets the issuer two characters from the right, and the date under it, in by two from where the issuer
// begins; the longer of the two ends two characters from the right.
func (s *sheet) signature(issuer, date string) {
	m := s.measure(three)
	if s.p.Form != AsGazette {
		s.sealed(issuer, date)
		return
	}
	wide, dateWide := m.width([]rune(issuer)), m.width([]rune(date))
	if wide > textW-4*cell { // too long to be set so
		s.doc.Begin("P")
		s.paragraph(issuer, 2*cell, 0, 0)
		s.doc.End()
		issuer, wide = "", 0
	}
	x := textW - 2*cell - wide
	dateX := x + 2*cell
	if dateWide > wide {
		dateX = textW - 2*cell - dateWide
		x = dateX - 2*cell
		if issuer != "" && x+wide > textW-2*cell {
			x = textW - 2*cell - wide
		}
	}
	if issuer != "" {
		s.keep(3)
	}
	style := pdf.Style{Size: three, Spacing: m.base}
	for _, l := range []struct {
		x    float64
		text string
	}{{x, issuer}, {dateX, date}} {
		if l.text != "" {
			s.doc.Begin("P")
			s.line(max(0, l.x), style, pitch, strings.ReplaceAll(l.text, "\n", " "))
			s.doc.End()
		}
	}
}

// keep makes room for a signature of n lines, the first of them empty, and remembers where it would stand alone.
func (s *sheet) keep(n float64) {
	if s.y == 0 {
		return
	}
	page, filled := s.doc.Pages(), s.y
	s.need((n-1)*pitch + s.blank())
	if s.signed != page { // a list of attachments right above is no text: it goes along
		s.signed, s.signAt = s.doc.Pages(), s.y
	} else {
		filled = s.signAt
	}
	if s.doc.Pages() > page && filled > 4*pitch && s.orphan < 0 {
		s.orphan, s.orphanAt = page, filled
	}
	s.skip(1)
}

// attachment begins a page of its own: its number at the top left, its title in the middle of the third line.
func (s *sheet) attachment(b *Block) {
	mark, title, rest := b.Split()
	mark, title = strings.TrimSpace(mark), strings.TrimSpace(title+rest)
	if mark == "" {
		mark, title = title, ""
	}
	s.turn()
	s.doc.Outline(1, mark+title, top+s.y)
	s.doc.Begin("H1")
	s.line(0, pdf.Style{Size: three, Spacing: s.measure(three).base, Weight: bold}, pitch, mark)
	s.y += pitch
	if title != "" {
		for _, l := range s.measure(two).titleLines(title, textW) {
			s.centred(l, pdf.Style{Size: two, Weight: 0.02}, pitch*1.1)
		}
		s.y += pitch
	}
	s.doc.End()
}

const (
	rowLine = 18 // height of a line in a table
	rowPad  = 4
)

// table draws rows with rules between them. A row that does not fit goes to the next page under the first row again;
// one that is longer than a page is cut.
func (s *sheet) table(all []TableRow) {
	m := s.measure(small4)
	widths := s.widths(m, all)
	s.y += 4
	s.doc.Begin("Table")
	for i, row := range all {
		cells := s.rowLines(m, row.Cells, widths)
		if i > 0 && s.y+rowHeight(cells) > textH && rowHeight(cells) < textH/2 {
			s.turn()
			s.row(s.rowLines(m, all[0].Cells, widths), widths, m)
		}
		for tallest(cells) > 0 {
			room := int((textH - s.y - 2*rowPad) / rowLine)
			if room < 1 || room < 3 && tallest(cells) > room {
				s.turn()
				continue
			}
			var now [][]setLine
			for c := range cells {
				n := min(room, len(cells[c]))
				now = append(now, cells[c][:n])
				cells[c] = cells[c][n:]
			}
			s.row(now, widths, m)
		}
	}
	s.doc.End()
	s.y += 6
}

func (s *sheet) widths(m measure, all []TableRow) []float64 {
	if s.p.Form == AsGazette {
		return columnWidths(m, all)
	}
	return shareWidths(all, func(s string) float64 { return m.width([]rune(s)) }, small4, 2*rowPad, textW)
}

// columnWidths shares the width out by the longest cell of each column; no column is thinner than two characters where
// there is room for that.
func columnWidths(m measure, all []TableRow) []float64 {
	widths := make([]float64, len(all[0].Cells))
	total := 0.0
	for _, row := range all {
		for c := range widths {
			widths[c] = max(widths[c], min(m.width([]rune(row.Cells[c]))+2*rowPad, textW*0.6))
		}
	}
	for c := range widths {
		widths[c] = max(widths[c], 2*small4+2*rowPad)
		total += widths[c]
	}
	for c := range widths {
		widths[c] *= textW / total
	}
	return widths
}

func (s *sheet) rowLines(m measure, row []string, widths []float64) [][]setLine {
	cells := make([][]setLine, len(widths))
	for c := range widths {
		cells[c] = m.breaks(row[c], 0, 0, max(widths[c]-2*rowPad, small4))
	}
	return cells
}

func tallest(cells [][]setLine) int {
	n := 0
	for _, c := range cells {
		n = max(n, len(c))
	}
	return n
}

func rowHeight(cells [][]setLine) float64 { return float64(tallest(cells))*rowLine + 2*rowPad }

func (s *sheet) row(cells [][]setLine, widths []float64, m measure) {
	height := rowHeight(cells)
	x, y := left, top+s.y
	s.doc.Begin("TR")
	for c, lines := range cells {
		s.doc.Begin("TD")
		down := y + (height-float64(len(lines))*rowLine)/2
		for _, l := range lines {
			at := x + rowPad
			if len(lines) == 1 { // a short cell stands in the middle
				at = x + (widths[c]-m.width([]rune(l.text)))/2
			}
			spacing := l.spacing
			if s.p.Form != AsGazette { // in a narrow cell a spread line falls apart
				spacing = m.base
			}
			s.doc.Text(at, down+rowLine/2+small4*0.36, pdf.Style{Size: small4, Spacing: spacing}, l.text)
			down += rowLine
		}
		s.doc.End()
		s.doc.Line(x, y, x, y+height, 0.5, pdf.Colour{})
		x += widths[c]
	}
	s.doc.End()
	s.doc.Line(x, y, x, y+height, 0.5, pdf.Colour{})
	s.doc.Line(left, y, x, y, 0.5, pdf.Colour{})
	s.doc.Line(left, y+height, x, y+height, 0.5, pdf.Colour{})
	s.y += height
}

// head is the first n characters of a text.
func head(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}
