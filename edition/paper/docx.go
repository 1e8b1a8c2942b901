package paper

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhixing/edition/markup"
)

// DOCX is the document for Word and WPS: A4 with the margins, grid, fonts and sizes of GB/T 9704-2012, real heading
// styles (标题 1 to 5, so the navigation pane works), real tables, page numbers. The fonts 方正小标宋, 仿宋_GB2312,
// 楷体_GB2312 and 黑体 are named, not embedded: the office machine has them.
func (p Paper) DOCX() ([]byte, error) {
	w := docxWriter{p: p, cites: FindCites(p.Cites, Linked)}
	w.document()
	parts := []docxPart{
		{"[Content_Types].xml", p.docxTypes()},
		{"_rels/.rels", docxRoot},
		{"docProps/core.xml", w.core()},
		{"docProps/app.xml", docxApp},
		{"word/document.xml", w.String()},
		{"word/styles.xml", docxStyles(p.Form)},
		{"word/settings.xml", docxSettings},
		{"word/footer1.xml", docxFooter("right")},
		{"word/footer2.xml", docxFooter("left")},
		{"word/_rels/document.xml.rels", w.relations()},
	}
	parts = append(parts, p.officialParts()...)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range parts {
		// The zip's own date is fixed: the same publication gives the same bytes.
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, fmt.Errorf("paper.DOCX: %s: %w", part.name, err)
		}
		if _, err := f.Write([]byte(part.content)); err != nil {
			return nil, fmt.Errorf("paper.DOCX: %s: %w", part.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("paper.DOCX: %w", err)
	}
	return out.Bytes(), nil
}

type docxPart struct{ name, content string }

type docxWriter struct {
	markup.Writer
	p     Paper
	links []string // addresses linked to; link i has the relation rLi
	cites Citations
}

const (
	docxW = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	docxR = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

func (w *docxWriter) document() {
	w.Grow(64 << 10)
	w.WriteString(xmlHead)
	w.Open("w:document", "xmlns:w", docxW, "xmlns:r", docxR)
	w.Open("w:body")
	if w.p.Form == AsGazette {
		w.head()
	} else {
		w.officialHead()
	}
	for _, part := range w.p.Parts {
		if part.Title != "" {
			w.paragraph("PartTitle", part.Title)
		}
		w.blocks(part.Nodes, 1)
	}
	for i, s := range w.p.Imprint {
		style := "Provenance"
		if i == 0 {
			style = "ProvenanceFirst"
		}
		w.paragraph(style, s)
	}
	if w.p.Form != AsGazette {
		w.record()
		w.officialSection()
		w.Close("w:body")
		w.Close("w:document")
		return
	}
	w.WriteString(`<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:footerReference w:type="even" r:id="rId4"/>` +
		`<w:pgSz w:w="11906" w:h="16838"/>` + // A4 in twentieths of a point
		`<w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="1400" w:gutter="0"/>` + // 37, 26, 35, 28 mm
		`<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-848"/></w:sectPr>`) // 22 lines of 28 characters
	w.Close("w:body")
	w.Close("w:document")
}

func (w *docxWriter) head() {
	w.paragraph("Masthead", w.p.Masthead)
	if s := w.p.Issue; s != "" {
		w.paragraph("Number", s)
	}
	w.paragraph("Rule", w.p.No) // carries the red rule, with a number or without
	w.paragraph("Title", w.p.Title)
	if s := w.p.Standing; s != "" {
		w.paragraph("Standing", s)
	}
}

func (w *docxWriter) blocks(bs []Block, depth int) {
	for i := range bs {
		b := &bs[i]
		if w.p.Form != AsGazette && w.officialBlock(bs, i) {
			continue
		}
		if rows := b.Grid(); rows != nil {
			w.table(rows)
			continue
		}
		w.block(b, depth)
		next := depth
		if b.Kind == Heading {
			next++
		}
		w.blocks(b.Children, next)
	}
}

var docxKinds = map[Kind]string{Recipients: "Recipients", Signature: "Signature", SignDate: "SignDate",
	Removed: "Removed", AttachmentList: "AttachmentList"}

func (w *docxWriter) block(b *Block, depth int) {
	mark, title, rest := b.Split()
	style := docxKinds[b.Kind]
	switch {
	case b.Kind == AttachmentHead:
		w.begin("AttachmentMark")
		w.run("", strings.TrimSpace(mark))
		w.end()
		w.begin("Heading1Title")
		w.run("", strings.TrimSpace(title+rest))
		w.end()
		return
	case b.Kind == Heading:
		style = "Heading" + strconv.Itoa(min(depth, 5))
	case style == "":
		style = "Normal"
	}
	lead := ""
	if style == "Normal" && title != "" && rest != "" {
		lead = "Lead"
	}
	w.begin(style)
	switch {
	case b.Kind == Heading && rest != "" && title != "": // the phrase is a heading, what runs on is plain text
		w.run("", mark+title)
		w.run("Plain", rest)
	default:
		w.run(lead, mark+title)
		w.run("", rest)
	}
	w.end()
}

func (w *docxWriter) paragraph(style, s string) {
	w.begin(style)
	w.run("", s)
	w.end()
}

func (w *docxWriter) begin(style string) {
	w.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`)
}

func (w *docxWriter) end() { w.Close("w:p") }

// run writes text in a character style, with the documents it cites as links.
func (w *docxWriter) run(style, s string) {
	w.cites.Each(s, func(s string, c *Cite) {
		if c == nil {
			w.plain(style, s)
			return
		}
		w.links = append(w.links, c.URL)
		w.Open("w:hyperlink", "r:id", "rL"+strconv.Itoa(len(w.links)))
		w.plain(style, s)
		w.Close("w:hyperlink")
	})
}

func (w *docxWriter) plain(style, s string) {
	for i, l := range strings.Split(s, "\n") {
		if l == "" && i == 0 {
			continue
		}
		w.Open("w:r")
		if style != "" {
			w.WriteString(`<w:rPr><w:rStyle w:val="` + style + `"/></w:rPr>`)
		}
		if i > 0 {
			w.WriteString("<w:br/>")
		}
		w.Element("w:t", l, "xml:space", "preserve")
		w.Close("w:r")
	}
}

func (w *docxWriter) table(all []TableRow) {
	const width = 8844 // of the type area, 156 mm
	w.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr><w:tblGrid>`)
	for range all[0].Cells {
		w.Empty("w:gridCol", "w:w", strconv.Itoa(width/len(all[0].Cells)))
	}
	w.Close("w:tblGrid")
	for i, row := range all {
		w.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if i == 0 && len(all) > 1 {
			w.WriteString(`<w:tblHeader/>`)
		}
		w.WriteString(`</w:trPr>`)
		for _, cell := range row.Cells {
			w.WriteString(`<w:tc><w:tcPr><w:tcW w:w="` + strconv.Itoa(width/len(row.Cells)) + `" w:type="dxa"/></w:tcPr>`)
			w.paragraph("Cell", cell)
			w.Close("w:tc")
		}
		w.Close("w:tr")
	}
	w.Close("w:tbl")
	w.WriteString(`<w:p><w:pPr><w:pStyle w:val="Normal"/></w:pPr></w:p>`) // Word joins tables that touch
}

func (w *docxWriter) relations() string {
	var m markup.Writer
	m.WriteString(xmlHead)
	m.Open("Relationships", "xmlns", docxRelations)
	for i, kind := range []string{"styles", "settings", "footer", "footer"} {
		target := kind + ".xml"
		if kind == "footer" {
			target = kind + strconv.Itoa(i-1) + ".xml"
		}
		m.Empty("Relationship", "Id", "rId"+strconv.Itoa(i+1), "Type", docxR+"/"+kind, "Target", target)
	}
	w.p.officialRelations(&m)
	for i, url := range w.links {
		if strings.HasPrefix(url, "/") {
			url = w.p.BaseURL + url
		}
		m.Empty("Relationship", "Id", "rL"+strconv.Itoa(i+1), "Type", docxR+"/hyperlink", "Target", url, "TargetMode", "External")
	}
	m.Close("Relationships")
	return m.String()
}

// core is the file's own head, as the system shows it. Its dates are those of the publication.
func (w *docxWriter) core() string {
	var m markup.Writer
	m.WriteString(xmlHead)
	m.Open("cp:coreProperties", "xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/", "xmlns:dcterms", "http://purl.org/dc/terms/",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
	m.Element("dc:title", w.p.Title)
	m.Element("dc:subject", w.p.No)
	m.Element("dc:creator", w.p.Issuer)
	m.Element("dc:identifier", w.p.URL)
	m.Element("dc:language", "zh-CN")
	if t := w.p.PublishedAt; !t.IsZero() && t.Year() > 0 && t.Year() < 10000 {
		stamp := t.Format("2006-01-02T15:04:05Z")
		m.Element("dcterms:created", stamp, "xsi:type", "dcterms:W3CDTF")
		m.Element("dcterms:modified", stamp, "xsi:type", "dcterms:W3CDTF")
	}
	m.Close("cp:coreProperties")
	return m.String()
}
