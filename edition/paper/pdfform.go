package paper

import (
	"strings"

	"zhixing/edition/pdf"
)

// Measures of an official paper, in points from the upper edge of the page.
const (
	markAt      = 18 * mm // Paper.Mark; 9704 has no such line
	letterRuleW = 170 * mm
	letterRuleX = (sheetW - letterRuleW) / 2
	recordLine  = 20 // height of a line of the record
)

// furniture is what a new page carries besides its number.
func (s *sheet) furniture() {
	if mark := s.p.Mark; mark != "" {
		m := s.measure(small4)
		s.doc.Text((sheetW-m.width([]rune(mark)))/2, markAt, pdf.Style{Size: small4, Spacing: m.base, Colour: grey}, mark)
	}
	if s.p.Form == AsLetter && s.doc.Pages() == 1 { // 10.1: a red double rule 20 mm above the edge, thin over thick
		y := sheetH - 20*mm
		s.doc.Line(letterRuleX, y-3, letterRuleX+letterRuleW, y-3, 0.75, crimson)
		s.doc.Line(letterRuleX, y, letterRuleX+letterRuleW, y, 2, crimson)
	}
}

// officialHead is the head of an official paper: 版头 (7.2) or that of a letter (10.1), and the title.
func (s *sheet) officialHead() {
	if s.p.Form == AsLetter {
		s.letterHead()
	} else {
		s.fileHead()
	}
	s.title("H1", s.p.Title)
}

func (s *sheet) fileHead() {
	three := pdf.Style{Size: three, Spacing: s.measure(three).base}
	if s.p.Urgency != "" { // 7.2.3: black face, at the upper left of the type area
		heavy := three
		heavy.Weight = bold
		s.doc.Begin("P")
		s.line(0, heavy, pitch, s.p.Urgency)
		s.doc.End()
	}
	s.y = 35 * mm // 7.2.4: from the upper edge of the type area to that of the masthead
	s.masthead(46, textW)
	s.y += 2 * pitch // 7.2.5
	s.doc.Begin("P")
	if s.p.Signer == "" {
		s.centred(s.p.No, three, pitch)
		if s.p.No == "" {
			s.y += pitch // a draft gets its number here
		}
	} else { // 7.2.6: number one character from the left, signer one from the right
		m := s.measure(three.Size)
		signer := "签发人：" + s.p.Signer
		s.doc.Text(left+cell, top+s.y+pitch/2+three.Size*0.36, three, s.p.No)
		s.line(textW-cell-m.width([]rune(signer)), three, pitch, signer)
	}
	s.doc.End()
	s.y += 4 * mm // 7.2.7
	s.doc.Line(left, top+s.y, left+textW, top+s.y, 1.5, crimson)
	s.y += 2 * s.blank() // 7.3.1
}

func (s *sheet) letterHead() {
	s.y = 30*mm - top // 10.1: from the upper edge of the page
	s.masthead(40, letterRuleW)
	y := top + s.y + 4*mm
	s.doc.Line(letterRuleX, y, letterRuleX+letterRuleW, y, 2, crimson)
	s.doc.Line(letterRuleX, y+3, letterRuleX+letterRuleW, y+3, 0.75, crimson)
	m := s.measure(three)
	style := pdf.Style{Size: three, Spacing: m.base}
	base := y + 3 + three*7/8 + three*0.86 // 7/8 of a character from the rule to the first line
	s.doc.Begin("P")
	if s.p.Urgency != "" {
		heavy := style
		heavy.Weight = bold
		s.doc.Text(left, base, heavy, s.p.Urgency)
	}
	if s.p.No != "" {
		s.doc.Text(left+textW-m.width([]rune(s.p.No))+m.base, base, style, s.p.No)
	}
	s.doc.End()
	s.y = base - top + three*0.14 + 2*s.blank() // the title stands two lines below
}

// masthead sets the name in red, as large as it goes; a very long one in several lines.
func (s *sheet) masthead(size, width float64) {
	name := s.p.Masthead
	if name == "" {
		s.y += size
		return
	}
	lines := []string{name}
	if fits := width / s.measure(1).width([]rune(name)) * 0.98; fits < 26 {
		size = 26
		lines = s.measure(size).titleLines(name, width*0.98)
	} else {
		size = min(size, fits)
	}
	m := s.measure(size)
	s.doc.Begin("P")
	for i, l := range lines {
		if i > 0 {
			s.y += size * 0.25
		}
		x := left + (textW-m.width([]rune(l)))/2
		if s.p.Form == AsLetter { // centred on the page, which is not the middle of the type area
			x = (sheetW - m.width([]rune(l))) / 2
		}
		s.doc.Text(x, top+s.y+size*0.86, pdf.Style{Size: size, Spacing: m.base, Colour: crimson, Weight: 0.025}, l)
		s.y += size
	}
	s.doc.End()
}

// sealed signs a paper that gets a seal (7.3.5.1).
func (s *sheet) sealed(issuer, date string) {
	m := s.measure(three)
	var lines []string
	if issuer != "" {
		lines = m.titleLines(strings.ReplaceAll(issuer, "\n", " "), textW-6*cell)
	}
	widest := 0.0
	for _, l := range lines {
		widest = max(widest, m.width([]rune(l)))
	}
	dateWide := m.width([]rune(date))
	end, dateEnd := sealPlace(widest, dateWide, cell)
	s.keep(float64(len(lines)) + 2)
	style := pdf.Style{Size: three, Spacing: m.base}
	for _, l := range lines {
		s.doc.Begin("P")
		s.line(textW-end-widest+(widest-m.width([]rune(l)))/2, style, pitch, l)
		s.doc.End()
	}
	if date == "" {
		s.y += pitch // a draft is dated here
		return
	}
	s.doc.Begin("P")
	s.line(textW-dateEnd-dateWide, style, pitch, date)
	s.doc.End()
}

const (
	fieldLine = 22 // height of a line in a form
	fieldPad  = 7
	labelW    = 6 * four
)

// fieldHeight is how high n lines of a form are with what is free above and below them.
func (s *sheet) fieldHeight(n int) float64 {
	if s.lean {
		return float64(n)*(fieldLine-2) + fieldPad
	}
	return float64(n)*fieldLine + 2*fieldPad
}

// fields sets a form to fill in: labels at the left, texts at the right, all in size four.
func (s *sheet) fields(all []Field) {
	m := s.measure(four)
	s.doc.Begin("Table")
	for _, f := range all {
		labels := m.breaks(f.Label, 0, 0, labelW-2*four)
		lines := m.breaks(f.Text, 0, 0, textW-labelW-2*fieldPad)
		if f.Text == "" {
			lines = make([]setLine, penLines)
			if s.lean {
				lines = lines[:penLines-2]
			}
		}
		for len(lines) > 0 {
			n := max(len(lines), len(labels))
			if s.y+s.fieldHeight(n) > s.end()+0.5 {
				s.broken = true
				// A long field goes on over the page; a short one goes to the next page whole.
				n = int((s.end() - s.y - 2*fieldPad) / fieldLine)
				if s.y > 0 && (n < len(labels) || n < 3 || len(lines) <= 6 || f.Text == "") {
					s.turn()
					continue
				}
			}
			n = max(n, 1)
			s.field(labels, lines[:min(n, len(lines))], s.fieldHeight(n))
			lines = lines[min(n, len(lines)):]
		}
	}
	s.doc.End()
	s.y += 6
}

func (s *sheet) field(labels, lines []setLine, height float64) {
	m := s.measure(four)
	y := top + s.y
	s.doc.Begin("TR")
	s.doc.Begin("TH")
	pace := float64(fieldLine)
	if s.lean {
		pace -= 2
	}
	down := y + (height-float64(len(labels))*pace)/2
	for _, l := range labels {
		s.doc.Text(left+(labelW-m.width([]rune(l.text)))/2, down+pace/2+four*0.36, pdf.Style{Size: four, Spacing: m.base, Weight: bold}, l.text)
		down += pace
	}
	s.doc.End()
	s.doc.Begin("TD")
	down = y + (height-float64(len(lines))*pace)/2
	for _, l := range lines {
		if l.text != "" {
			s.doc.Text(left+labelW+fieldPad+l.x, down+pace/2+four*0.36, pdf.Style{Size: four, Spacing: l.spacing}, l.text)
		}
		down += pace
	}
	s.doc.End()
	s.doc.End()
	right := left + textW
	for _, x := range []float64{left, left + labelW, right} {
		s.doc.Line(x, y, x, y+height, 0.5, pdf.Colour{})
	}
	s.doc.Line(left, y, right, y, 0.5, pdf.Colour{})
	s.doc.Line(left, y+height, right, y+height, 0.5, pdf.Colour{})
	s.y += height
}

// record is 版记 (7.4), on the lowest lines of the last page. A letter has neither printer nor rules in it (10.1).
func (s *sheet) record() {
	const thick, thin, gap = 0.35 * mm, 0.25 * mm, 4 // 7.4.1
	file := s.p.Form == AsFile
	names := s.p.Record.lines()
	if !file && (s.p.Form != AsLetter || len(names) == 0) {
		return
	}
	m := s.measure(four)
	plain := pdf.Style{Size: four, Spacing: m.base}
	var rows []func() // each draws one line
	for _, l := range names {
		x := four + m.width([]rune(l[0]))
		for i, set := range m.breaks(l[1], x, x, textW-four) { // 7.4.2: further lines under the first name
			rows = append(rows, func() {
				if i == 0 {
					s.doc.Text(left+four, top+s.y+recordLine/2+four*0.36, plain, l[0])
				}
				s.line(set.x, pdf.Style{Size: four, Spacing: set.spacing}, recordLine, set.text)
			})
		}
	}
	height := float64(len(rows)) * recordLine
	printer, day := s.p.Record.Printer, s.p.Record.printed()
	dayX := textW - four - m.width([]rune(day))
	var printed []setLine // of the printer, where it does not stand on one line with the day
	if m.width([]rune(printer)) > dayX-2*four {
		printed = m.breaks(printer, four, four, textW-four)
	}
	if file {
		height += recordLine + 2*gap
		if len(rows) > 0 {
			height += 2 * gap
		}
		height += float64(len(printed)) * recordLine
	}
	page := s.doc.Pages()
	s.y += gap
	s.need(min(height, textH))
	if s.signed == page && s.doc.Pages() > page && s.orphan < 0 { // alone on its page: the signature is to come along
		s.orphan, s.orphanAt = page, s.signAt
	}
	s.y = max(s.y, textH-height)
	rule := func(width float64) {
		s.doc.Line(left, top+s.y, left+textW, top+s.y, width, pdf.Colour{})
	}
	s.doc.Begin("P")
	defer s.doc.End()
	if file {
		rule(thick)
		s.y += gap
	}
	for _, draw := range rows {
		draw()
	}
	if !file {
		return
	}
	if len(rows) > 0 {
		s.y += gap
		rule(thin)
		s.y += gap
	}
	for _, l := range printed {
		s.line(l.x, pdf.Style{Size: four, Spacing: l.spacing}, recordLine, l.text)
	}
	if printed == nil { // 7.4.3: the printer one character from the left, the day one from the right
		s.doc.Text(left+four, top+s.y+recordLine/2+four*0.36, plain, printer)
	}
	s.line(dayX, plain, recordLine, day)
	s.y = max(s.y, textH) // 7.4.1: the last rule is the lower edge of the type area
	rule(thick)
}
