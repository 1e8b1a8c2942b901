package paper

import (
	"strings"

	"zhixing/edition/markup"
)

// record is 版记 (7.4): a frame at the foot of the page that the text ends on. A letter has neither printer nor rules (10.1).
func (w *docxWriter) record() {
	const thick, thin = `w:val="single" w:sz="8" w:space="2" w:color="000000"`, `w:val="single" w:sz="6" w:space="2" w:color="000000"`
	type row struct{ label, text, rules string }
	var rows []row
	for _, l := range w.p.Record.lines() {
		rows = append(rows, row{label: l[0], text: l[1]})
	}
	if w.p.Form == AsFile {
		if len(rows) > 0 {
			rows[0].rules = `<w:top ` + thick + `/>`
		}
		rules := `<w:top ` + thick + `/>`
		if len(rows) > 0 {
			rules = `<w:top ` + thin + `/>`
		}
		rows = append(rows, row{rules: rules + `<w:bottom ` + thick + `/>`})
	}
	if len(rows) == 0 {
		return
	}
	// A table that floats at the lower edge of the type area: Word and WPS keep it there whatever stands above it.
	w.WriteString(`<w:tbl><w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:topFromText="120" w:vertAnchor="margin" w:horzAnchor="margin" w:tblpX="0" w:tblpYSpec="bottom"/>` +
		`<w:tblOverlap w:val="never"/><w:tblW w:w="8844" w:type="dxa"/><w:tblLayout w:type="fixed"/>` +
		`<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w="8844"/></w:tblGrid>`)
	for _, r := range rows {
		w.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="8844" w:type="dxa"/>`)
		if r.rules != "" {
			w.WriteString(`<w:tcBorders>` + r.rules + `</w:tcBorders>`)
		}
		w.WriteString(`</w:tcPr>`)
		w.begin("Record")
		if r.label != "" {
			w.run("", r.label+r.text)
		} else {
			w.run("", w.p.Record.Printer)
			w.WriteString(`<w:r><w:tab/></w:r>`)
			w.run("", w.p.Record.printed())
		}
		w.end()
		w.WriteString(`</w:tc></w:tr>`)
	}
	w.Close("w:tbl")
	w.paragraph("RecordEnd", "")
}

// officialSection is the page: margins of 37, 26, 35 and 28 mm and the grid as in the gazette; a letter has a first page of its own.
func (w *docxWriter) officialSection() {
	w.WriteString(`<w:sectPr>`)
	if w.p.Mark != "" {
		w.WriteString(`<w:headerReference w:type="default" r:id="rId5"/><w:headerReference w:type="even" r:id="rId5"/>`)
	}
	if w.p.Form == AsLetter {
		w.WriteString(`<w:headerReference w:type="first" r:id="rId6"/>`)
	}
	w.WriteString(`<w:footerReference w:type="default" r:id="rId3"/><w:footerReference w:type="even" r:id="rId4"/>`)
	if w.p.Form == AsLetter {
		w.WriteString(`<w:footerReference w:type="first" r:id="rId7"/>`)
	}
	header := "851"
	if w.p.Form == AsLetter {
		header = "1701" // 30 mm, 10.1
	}
	w.WriteString(`<w:pgSz w:w="11906" w:h="16838"/>` +
		`<w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="` + header + `" w:footer="1400" w:gutter="0"/>`)
	if w.p.Form == AsLetter {
		w.WriteString(`<w:titlePg/>`)
	}
	w.WriteString(`<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-848"/></w:sectPr>`)
}

// officialPart is a further part of an official paper's file.
type officialPart struct{ id, kind, file, content string }

func (p Paper) official() []officialPart {
	if p.Form == AsGazette {
		return nil
	}
	parts := []officialPart{{"rId8", "fontTable", "fontTable.xml", docxFonts()}}
	if p.Mark != "" {
		parts = append(parts, officialPart{"rId5", "header", "header1.xml", docxRunning("hdr", p.docxMark()+`<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr></w:p>`)})
	}
	if p.Form == AsLetter {
		parts = append(parts,
			officialPart{"rId6", "header", "header2.xml", docxRunning("hdr", p.docxMark()+p.docxMasthead("LetterMasthead", 9638, ""))},
			officialPart{"rId7", "footer", "footer3.xml", docxRunning("ftr", `<w:p><w:pPr><w:pStyle w:val="LetterFoot"/></w:pPr></w:p><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr></w:p>`)})
	}
	return parts
}

func (p Paper) officialParts() []docxPart {
	var out []docxPart
	for _, o := range p.official() {
		out = append(out, docxPart{"word/" + o.file, o.content})
	}
	return out
}

func (p Paper) officialRelations(m *markup.Writer) {
	for _, o := range p.official() {
		m.Empty("Relationship", "Id", o.id, "Type", docxR+"/"+o.kind, "Target", o.file)
	}
}

func (p Paper) docxTypes() string {
	var m markup.Writer
	for _, o := range p.official() {
		m.Empty("Override", "PartName", "/word/"+o.file, "ContentType", docxPackage+o.kind+"+xml")
	}
	return strings.Replace(docxGazetteTypes, "</Types>", m.String()+"</Types>", 1)
}

func (p Paper) docxMark() string {
	if p.Mark == "" {
		return ""
	}
	var m markup.Writer
	m.WriteString(`<w:p><w:pPr><w:pStyle w:val="Mark"/></w:pPr><w:r>`)
	m.Element("w:t", p.Mark)
	m.WriteString(`</w:r></w:p>`)
	return m.String()
}

// docxRunning is a head or foot of pages.
func docxRunning(tag, content string) string {
	return xmlHead + `<w:` + tag + ` xmlns:w="` + docxW + `">` + content + `</w:` + tag + `>`
}

// docxFonts names what may stand in for the faces of 9704 where the machine lacks them.
func docxFonts() string {
	var m markup.Writer
	m.WriteString(xmlHead)
	m.Open("w:fonts", "xmlns:w", docxW)
	for _, f := range [][2]string{{biaosong, "方正小标宋_GBK,小标宋,宋体"}, {fangsong, "仿宋"}, {kaiti, "楷体"}, {heiti, "SimHei"}, {songti, "SimSun"}} {
		m.Open("w:font", "w:name", f[0])
		m.Empty("w:altName", "w:val", f[1])
		m.WriteString(`<w:charset w:val="86"/><w:family w:val="auto"/>`)
		m.Close("w:font")
	}
	m.Close("w:fonts")
	return m.String()
}
