package paper

import (
	"fmt"
	"strconv"
	"strings"

	"zhixing/edition/markup"
)

// What an official paper adds to the styles of the gazette. 11.34 pt are the 4 mm between number and rule (7.2.7, 10.1).
var docxOfficial = []docxStyle{
	{"Urgency", "紧急程度", heiti, 32, flush, ""},
	{"FileMasthead", "发文机关标志", biaosong, 72, flush + `<w:jc w:val="center"/>`, red},
	{"LetterMasthead", "信函发文机关标志", biaosong, 72, `<w:pBdr><w:bottom w:val="thickThinSmallGap" w:sz="24" w:space="11" w:color="E60012"/></w:pBdr>` +
		`<w:ind w:left="-454" w:right="-340" w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="center"/>`, red},
	{"LetterNumber", "信函发文字号", fangsong, 32, `<w:tabs><w:tab w:val="right" w:pos="8844"/></w:tabs><w:spacing w:before="280"/>` + flush, ""},
	{"SealSignature", "发文机关署名", fangsong, 32, `<w:keepNext/><w:spacing w:before="579"/>` + flush + `<w:jc w:val="right"/>`, ""},
	{"SealDate", "成文日期", fangsong, 32, flush + `<w:jc w:val="right"/>`, ""},
	{"CellText", "表格长文字", fangsong, 28, `<w:spacing w:line="400" w:lineRule="exact"/>` + flush + `<w:jc w:val="left"/>`, ""},
	{"FieldLabel", "表单栏目", heiti, 28, `<w:spacing w:line="440" w:lineRule="exact"/>` + centered, ""},
	{"FieldText", "表单内容", fangsong, 28, `<w:spacing w:line="440" w:lineRule="exact"/>` + flush, ""},
	{"Record", "版记", fangsong, 28, `<w:keepNext/><w:keepLines/><w:tabs><w:tab w:val="right" w:pos="8564"/></w:tabs><w:spacing w:line="440" w:lineRule="exact"/>` +
		`<w:ind w:left="1120" w:right="280" w:hanging="840" w:firstLineChars="0"/><w:jc w:val="left"/>`, ""},
	{"RecordEnd", "版记后", fangsong, 2, `<w:spacing w:line="20" w:lineRule="exact"/>` + flush, ""}, // a table needs a paragraph behind it
	{"Mark", "页首说明", fangsong, 24, `<w:framePr w:w="8844" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:xAlign="center" w:y="820"/>` +
		`<w:spacing w:line="400" w:lineRule="exact"/>` + centered, `<w:color w:val="555555"/>`},
	{"LetterFoot", "信函版心下双线", fangsong, 2, `<w:framePr w:w="9638" w:h="20" w:hRule="exact" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:xAlign="center" w:y="15704"/>` +
		`<w:pBdr><w:top w:val="thinThickSmallGap" w:sz="24" w:space="0" w:color="E60012"/></w:pBdr><w:spacing w:line="20" w:lineRule="exact"/>` + flush, ""},
}

// officialHead is 版头 (7.2), or what stands under the masthead of a letter (10.1); the masthead itself is there in the head of
// the first page, which pushes the text down.
func (w *docxWriter) officialHead() {
	p := w.p
	if p.Form == AsLetter {
		w.begin("LetterNumber")
		if p.Urgency != "" {
			w.WriteString(`<w:r><w:rPr>` + docxFont(heiti) + `</w:rPr>`)
			w.Element("w:t", p.Urgency)
			w.Close("w:r")
		}
		w.WriteString(`<w:r><w:tab/></w:r>`)
		w.run("", p.No)
		w.end()
		w.spaced("Title", `<w:spacing w:before="1158" w:after="579" w:line="660" w:lineRule="exact"/>`, p.Title)
		return
	}
	above := 1984 // 35 mm
	if p.Urgency != "" {
		w.paragraph("Urgency", p.Urgency)
		above -= 579
	}
	w.WriteString(p.docxMasthead("FileMasthead", 8844, `w:before="`+strconv.Itoa(above)+`" w:after="1158" `))
	if p.Signer == "" {
		w.paragraph("Rule", p.No)
	} else {
		w.WriteString(`<w:p><w:pPr><w:pStyle w:val="Rule"/><w:tabs><w:tab w:val="right" w:pos="8524"/></w:tabs><w:jc w:val="left"/></w:pPr>`)
		w.run("", "　"+p.No)
		w.WriteString(`<w:r><w:tab/></w:r>`)
		w.run("", "签发人：")
		w.WriteString(`<w:r><w:rPr>` + docxFont(kaiti) + `</w:rPr>`)
		w.Element("w:t", p.Signer)
		w.Close("w:r")
		w.end()
	}
	w.paragraph("Title", p.Title)
}

// docxMasthead is the paragraph of the red name, as large as fits on width twips but not below size one.
func (p Paper) docxMasthead(style string, width int, spacing string) string {
	half := min(72, max(52, int(2*0.98*float64(width)/20/max(1, wide(p.Masthead)))))
	var m markup.Writer
	m.WriteString(fmt.Sprintf(`<w:p><w:pPr><w:pStyle w:val="%s"/><w:spacing %sw:line="%d" w:lineRule="exact"/></w:pPr><w:r><w:rPr><w:sz w:val="%d"/><w:szCs w:val="%d"/></w:rPr>`,
		style, spacing, half*11, half, half))
	m.Element("w:t", p.Masthead)
	m.WriteString(`</w:r></w:p>`)
	return m.String()
}

func (w *docxWriter) spaced(style, ppr, s string) {
	w.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/>` + ppr + `</w:pPr>`)
	w.run("", s)
	w.end()
}

// officialBlock writes the blocks that an official paper sets otherwise than a gazette.
func (w *docxWriter) officialBlock(bs []Block, i int) bool {
	b := &bs[i]
	switch b.Kind {
	case Sheet:
		w.fields(b.Fields())
	case Signature:
		date := ""
		if i+1 < len(bs) && bs[i+1].Kind == SignDate {
			date = bs[i+1].Text
		}
		end, _ := sealPlace(wide(b.Text), wide(date), 1)
		w.spaced("SealSignature", docxIn(end), b.Text)
	case SignDate:
		issuer := ""
		if i > 0 && bs[i-1].Kind == Signature {
			issuer = bs[i-1].Text
		}
		_, end := sealPlace(wide(issuer), wide(b.Text), 1)
		w.spaced("SealDate", docxIn(end), b.Text)
	case Table:
		rows := b.Grid()
		if rows == nil {
			return false
		}
		w.measured(rows)
	default:
		return false
	}
	return true
}

// wide is about how many full-width characters a text takes.
func wide(s string) float64 {
	n := 0.0
	for _, r := range s {
		if r < 0x2e80 && !strings.ContainsRune("“”‘’—…·", r) {
			n += 0.5
		} else {
			n++
		}
	}
	return n
}

// docxIn ends a line so many characters of size three before the right edge; a name of more than a line keeps to the left too.
func docxIn(chars float64) string {
	right := strconv.Itoa(int(chars * 320))
	return `<w:ind w:left="640" w:right="` + right + `" w:rightChars="` + strconv.Itoa(int(chars*100)) + `" w:firstLine="0" w:firstLineChars="0"/>`
}

const docxTextW = 8844 // 156 mm

func (w *docxWriter) fields(all []Field) {
	const label = 1680
	w.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="8844" w:type="dxa"/><w:tblLayout w:type="fixed"/>` +
		`<w:tblCellMar><w:top w:w="80" w:type="dxa"/><w:left w:w="120" w:type="dxa"/><w:bottom w:w="80" w:type="dxa"/><w:right w:w="120" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>` +
		`<w:gridCol w:w="1680"/><w:gridCol w:w="7164"/></w:tblGrid>`)
	for _, f := range all {
		w.WriteString(`<w:tr><w:trPr>`)
		if len([]rune(f.Text)) < 300 { // a longer one may go on over the page
			w.WriteString(`<w:cantSplit/>`)
		}
		if f.Text == "" {
			w.Empty("w:trHeight", "w:val", strconv.Itoa(penLines*440), "w:hRule", "atLeast")
		}
		w.WriteString(`</w:trPr>`)
		w.cell(label, "FieldLabel", f.Label)
		w.cell(docxTextW-label, "FieldText", f.Text)
		w.Close("w:tr")
	}
	w.Close("w:tbl")
}

// cell writes a cell with a paragraph a line.
func (w *docxWriter) cell(width int, style, text string) {
	w.WriteString(`<w:tc><w:tcPr><w:tcW w:w="` + strconv.Itoa(width) + `" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`)
	for _, l := range strings.Split(text, "\n") {
		w.paragraph(style, l)
	}
	w.Close("w:tc")
}

// measured is a table whose columns are as wide as what stands in them asks.
func (w *docxWriter) measured(all []TableRow) {
	const char = 280 // size four, as the cells are
	widths := shareWidths(all, func(s string) float64 { return char * wide(s) }, char, 240, docxTextW)
	w.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="8844" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for c := range widths {
		w.Empty("w:gridCol", "w:w", strconv.Itoa(int(widths[c])))
	}
	w.Close("w:tblGrid")
	for i, row := range all {
		w.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if i == 0 && len(all) > 1 {
			w.WriteString(`<w:tblHeader/>`)
		}
		w.WriteString(`</w:trPr>`)
		for c, text := range row.Cells {
			style := "Cell"
			if i > 0 && wide(text) > 10 {
				style = "CellText"
			}
			w.cell(int(widths[c]), style, text)
		}
		w.Close("w:tr")
	}
	w.Close("w:tbl")
	w.paragraph("CellText", "") // Word joins tables that touch
}
