package paper

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"zhixing/edition/pdf"
)

// ErrNoFont says that there is no font to print Chinese with, and how to get one.
var ErrNoFont = errors.New("没有可用的中文字体，不能生成 PDF。请安装一种 TrueType 中文字体（Debian、统信、麒麟：" +
	"apt install fonts-wqy-microhei），或用 --font 指定 .ttf 或 .ttc 文件，例如仿宋 simfang.ttf")

// fontPlaces are where FindFont looks, the faces nearest to print first.
var fontPlaces = []string{
	"/usr/share/fonts/truetype/FangSong_GB2312.ttf",
	"/usr/share/fonts/win/simfang.ttf",
	"/usr/share/fonts/truetype/win/simfang.ttf",
	"C:/Windows/Fonts/simfang.ttf",
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
	"/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
	"/usr/share/fonts/truetype/arphic/uming.ttc",
	"/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
}

// FindFont returns the first usable font and its path: of the places named, or where none is named, of those where
// systems keep fonts. read is os.ReadFile. ErrNoFont, with what is wrong with the places named, where there is none.
func FindFont(read func(name string) ([]byte, error), places ...string) (font []byte, path string, err error) {
	named := len(places) > 0
	if !named {
		places = fontPlaces
	}
	for _, place := range places {
		b, bad := read(place)
		if bad == nil {
			if _, bad = pdf.ParseFont(b); bad == nil {
				return b, place, nil
			}
		}
		if named {
			err = errors.Join(err, fmt.Errorf("字体 %s：%w", place, bad))
		}
	}
	return nil, "", errors.Join(err, ErrNoFont)
}

// PDF prints the document on A4 by GB/T 9704-2012: 22 lines of 28 characters of size three between margins of 37, 26,
// 35 and 28 mm, red masthead and rule, title in size two, plans and attachments on new pages, numbered — 1 — outside.
// font is a .ttf or .ttc; without one the error is ErrNoFont. The text can be searched, copied and read aloud.
func (p Paper) PDF(font []byte) ([]byte, error) {
	if len(font) == 0 {
		return nil, ErrNoFont
	}
	face, err := pdf.ParseFont(font)
	if err != nil {
		return nil, fmt.Errorf("paper.PDF: %w；%w", err, ErrNoFont)
	}
	info := pdf.Info{Title: p.Title, Author: p.Issuer, Subject: p.No, Keywords: p.URL, Creator: "知行 Zhixing", Lang: "zh-CN", Created: p.PublishedAt}
	set := func(short map[int]float64, lean bool) *sheet {
		s := &sheet{doc: pdf.New(face, info, sheetW, sheetH), font: face, p: p, short: short, orphan: -1, lean: lean}
		s.print()
		return s
	}
	short := map[int]float64{}
	for i := range 4 {
		s := set(short, false)
		if i == 0 && p.Form != AsGazette && (s.orphan >= 0 || s.broken) {
			if lean := set(nil, true); lean.doc.Pages() < s.doc.Pages() {
				return lean.doc.Bytes(), nil
			}
		}
		if _, done := short[s.orphan]; s.orphan < 0 || done {
			return s.doc.Bytes(), nil
		}
		short[s.orphan] = s.orphanAt - 2*pitch // the signature takes two lines of the text along to its page
	}
	return set(nil, false).doc.Bytes(), nil
}

func (s *sheet) print() {
	s.turn()
	if s.p.Form == AsGazette {
		s.head()
	} else {
		s.officialHead()
	}
	for _, part := range s.p.Parts {
		level := 1
		if part.Title != "" {
			s.turn()
			s.title("H1", part.Title)
			level = 2
		}
		s.blocks(part.Nodes, level)
	}
	s.foot()
	s.record()
}

// Measures of the sheet in points.
const (
	mm     = 72 / 25.4
	sheetW = 210 * mm
	sheetH = 297 * mm
	left   = 28 * mm
	top    = 37 * mm
	textW  = 156 * mm
	textH  = 225 * mm
	pitch  = textH / 22 // of lines
	cell   = textW / 28 // of characters
	three  = 16         // sizes: 三号, 二号, 四号, 小四
	two    = 22
	four   = 14
	small4 = 12
	bold   = 0.03 // weight of headings
)

var (
	crimson = pdf.Colour{0.902, 0, 0.071}
	grey    = pdf.Colour{0.33, 0.33, 0.33}
)

// sheet sets a publication page by page; y is how far down the text area the next line begins.
type sheet struct {
	doc      *pdf.Doc
	font     *pdf.Font
	p        Paper
	y        float64
	short    map[int]float64 // pages that end earlier, by number, and where
	orphan   int             // page behind which a signature would stand alone; -1 for none
	orphanAt float64         // how far that page was filled
	// Of an official paper only:
	lean   bool    // empty lines are lower, so that a little that is left over does not take a page of its own (7.3.5.5)
	broken bool    // a form goes over the page
	signed int     // page that bears the signature
	signAt float64 // how far it was filled before that
}

func (s *sheet) measure(size float64) measure {
	return measure{s.font, size, (cell - three) * size / three}
}

// turn begins a new page, unless nothing stands on this one.
func (s *sheet) turn() {
	if s.doc.Pages() > 0 && s.y == 0 {
		return
	}
	s.doc.Page()
	s.y = 0
	s.furniture()
	if s.p.Form == AsLetter && s.doc.Pages() == 1 {
		return // 10.1: the first page of a letter shows no number
	}
	n := fmt.Sprintf("— %d —", s.doc.Pages())
	m := s.measure(four)
	x := left + textW - cell - m.width([]rune(n))
	if s.doc.Pages()%2 == 0 {
		x = left + cell
	}
	s.doc.Text(x, top+textH+7*mm+four*0.9, pdf.Style{Size: four, Spacing: m.base}, n)
}

// need turns the page where height does not go on it any more.
func (s *sheet) need(height float64) {
	if s.y+height > s.end()+0.5 {
		s.turn()
	}
}

// end is how far down this page may be filled.
func (s *sheet) end() float64 {
	if at, ok := s.short[s.doc.Pages()]; ok {
		return at
	}
	return textH
}

// skip leaves n lines empty, but none at the head of a page.
func (s *sheet) skip(n float64) {
	if s.y > 0 {
		s.y += n * s.blank()
	}
}

// blank is the height of an empty line.
func (s *sheet) blank() float64 {
	if s.lean {
		return 0.6 * pitch
	}
	return pitch
}

// line draws text on the next line, which is high points high, and goes down by them.
func (s *sheet) line(x float64, style pdf.Style, high float64, text string) {
	s.need(high)
	s.doc.Text(left+x, top+s.y+high/2+style.Size*0.36, style, text)
	s.y += high
}

func (s *sheet) head() {
	s.doc.Begin("P")
	name := s.p.Masthead
	size := min(46, textW/max(1, s.measure(1).width([]rune(name)))*0.98)
	s.centred(name, pdf.Style{Size: size, Colour: crimson, Weight: 0.025}, size*1.5)
	s.doc.End()
	s.doc.Begin("P")
	s.centred(s.p.Issue, pdf.Style{Size: three}, pitch)
	s.centred(s.p.No, pdf.Style{Size: three}, pitch)
	s.doc.End()
	s.y += 4 * mm
	s.doc.Line(left, top+s.y, left+textW, top+s.y, 1.5, crimson)
	s.y += 2 * pitch
	s.title("H1", s.p.Title)
	if standing := s.p.Standing; standing != "" {
		s.doc.Begin("P")
		s.doc.Line(left, top+s.y, left+textW, top+s.y, 0.75, crimson)
		s.y += 4
		s.paragraph(standing, 0, 0, 0)
		s.y += 4
		s.doc.Line(left, top+s.y, left+textW, top+s.y, 0.75, crimson)
		s.y += pitch
		s.doc.End()
	}
}

// centred draws one line in the middle; nothing for an empty text.
func (s *sheet) centred(text string, style pdf.Style, high float64) {
	if text == "" {
		return
	}
	m := s.measure(style.Size)
	style.Spacing = m.base
	s.line((textW-m.width([]rune(text)))/2, style, high, text)
}

func (s *sheet) title(tag, text string) {
	if text == "" {
		return
	}
	lines := s.measure(two).titleLines(text, textW)
	s.need(float64(min(len(lines), 20)) * pitch * 1.1)
	s.doc.Outline(1, text, top+s.y)
	s.doc.Begin(tag)
	for _, l := range lines {
		s.centred(l, pdf.Style{Size: two, Weight: 0.02}, pitch*1.1)
	}
	s.doc.End()
	s.y += s.blank()
}

// paragraph sets text by the grid; lead is how many characters at its head are set in bold.
func (s *sheet) paragraph(text string, first, hang float64, lead int) {
	m := s.measure(three)
	for _, l := range m.breaks(text, first, hang, textW) {
		style := pdf.Style{Size: three, Spacing: l.spacing}
		runes := []rune(l.text)
		n := min(lead, len(runes))
		lead -= n
		s.need(pitch)
		x := l.x
		if n > 0 {
			heavy := style
			heavy.Weight = bold
			s.doc.Text(left+x, top+s.y+pitch/2+three*0.36, heavy, string(runes[:n]))
			x += m.width(runes[:n]) + float64(n)*(l.spacing-m.base)
		}
		if n < len(runes) {
			s.doc.Text(left+x, top+s.y+pitch/2+three*0.36, style, string(runes[n:]))
		}
		s.y += pitch
	}
}

var listNumber = regexp.MustCompile(`^[0-9]{1,3}\s?[.．、]\s*`)

// attachments sets 附件：1. … with every title under the first character of the one before.
func (s *sheet) attachments(text string) {
	m := s.measure(three)
	rest := strings.TrimLeft(strings.TrimPrefix(text, "附件"), "：: ")
	if rest == text {
		s.paragraph(text, 2*cell, 0, 0)
		return
	}
	for i, item := range strings.Split(rest, "\n") {
		x := 5 * cell
		hang := x + m.width([]rune(listNumber.FindString(item)))
		s.need(pitch)
		if i == 0 {
			s.doc.Text(left+2*cell, top+s.y+pitch/2+three*0.36, pdf.Style{Size: three, Spacing: m.base}, "附件：")
		}
		s.paragraph(item, x, hang, 0)
	}
}

// foot is the imprint: where the edition comes from, between two rules at the foot of the last page.
func (s *sheet) foot() {
	m := s.measure(four)
	var lines []setLine
	for _, t := range s.p.Imprint {
		lines = append(lines, m.breaks(t, cell, cell, textW-cell)...)
	}
	if len(lines) == 0 {
		return
	}
	const high = 20
	height := float64(len(lines))*high + 8
	s.y += pitch
	s.need(min(height, textH))
	s.y = max(s.y, textH-height)
	s.doc.Line(left, top+s.y, left+textW, top+s.y, 1, pdf.Colour{})
	s.y += 4
	s.doc.Begin("P")
	for _, l := range lines {
		s.line(l.x, pdf.Style{Size: four, Spacing: l.spacing}, high, l.text)
		if u, err := url.Parse(s.p.URL); err == nil && s.p.URL != "" && strings.Contains(l.text, s.p.URL) && WebAddress(s.p.URL) {
			s.doc.Link(left+l.x, top+s.y-high, textW-2*cell, high, u.String())
		}
	}
	s.doc.End()
	s.doc.Line(left, top+s.y+4, left+textW, top+s.y+4, 1, pdf.Colour{})
}
