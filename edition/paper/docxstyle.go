package paper

import (
	"slices"
	"strconv"

	"zhixing/edition/markup"
)

const (
	xmlHead       = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	docxRelations = "http://schemas.openxmlformats.org/package/2006/relationships"
	docxPackage   = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

const docxGazetteTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="application/xml"/>` +
	`<Override PartName="/word/document.xml" ContentType="` + docxPackage + `document.main+xml"/>` +
	`<Override PartName="/word/styles.xml" ContentType="` + docxPackage + `styles+xml"/>` +
	`<Override PartName="/word/settings.xml" ContentType="` + docxPackage + `settings+xml"/>` +
	`<Override PartName="/word/footer1.xml" ContentType="` + docxPackage + `footer+xml"/>` +
	`<Override PartName="/word/footer2.xml" ContentType="` + docxPackage + `footer+xml"/>` +
	`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
	`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>`

const docxRoot = xmlHead + `<Relationships xmlns="` + docxRelations + `">` +
	`<Relationship Id="rId1" Type="` + docxR + `/officeDocument" Target="word/document.xml"/>` +
	`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
	`<Relationship Id="rId3" Type="` + docxR + `/extended-properties" Target="docProps/app.xml"/></Relationships>`

const docxApp = xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Zhixing</Application></Properties>`

const docxSettings = xmlHead + `<w:settings xmlns:w="` + docxW + `"><w:evenAndOddHeaders/>` +
	`<w:characterSpacingControl w:val="compressPunctuation"/>` +
	`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`

// docxFooter is the page number — 1 — in size four, outside on both sides of the sheet.
func docxFooter(side string) string {
	var m markup.Writer
	m.WriteString(xmlHead)
	m.Open("w:ftr", "xmlns:w", docxW)
	m.WriteString(`<w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="` + side + `"/></w:pPr>` +
		`<w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>` +
		`<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` +
		`<w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>`)
	m.Close("w:ftr")
	return m.String()
}

// docxStyle is one paragraph style: font, size in half points, and raw paragraph and run properties.
type docxStyle struct {
	id, name, font string
	size           int
	ppr, rpr       string
}

// Fonts of GB/T 9704 for text, titles, and headings of the first and second level.
const (
	fangsong = "仿宋_GB2312"
	biaosong = "方正小标宋简体"
	heiti    = "黑体"
	kaiti    = "楷体_GB2312"
	songti   = "宋体"
)

const (
	flush    = `<w:ind w:firstLine="0" w:firstLineChars="0"/>`
	centered = flush + `<w:jc w:val="center"/>`
	red      = `<w:color w:val="E60012"/>`
	loose    = `<w:spacing w:line="660" w:lineRule="exact"/>`
)

var docxParagraphs = []docxStyle{
	{"Masthead", "报头", biaosong, 72, `<w:spacing w:before="0" w:line="960" w:lineRule="exact"/>` + centered, red},
	{"Number", "期号", fangsong, 32, centered, ""},
	{"Rule", "文号与红线", fangsong, 32, `<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="11" w:color="E60012"/></w:pBdr><w:spacing w:after="1158"/>` + centered, ""},
	{"Title", "Title", biaosong, 44, `<w:spacing w:after="579" w:line="660" w:lineRule="exact"/>` + centered + `<w:outlineLvl w:val="0"/>`, ""},
	{"Standing", "更正说明", fangsong, 32, `<w:pBdr><w:top w:val="single" w:sz="8" w:space="4" w:color="E60012"/><w:bottom w:val="single" w:sz="8" w:space="4" w:color="E60012"/></w:pBdr><w:spacing w:after="579"/>` + flush, ""},
	{"PartTitle", "所附文件标题", biaosong, 44, `<w:keepNext/><w:pageBreakBefore/><w:spacing w:after="579" w:line="660" w:lineRule="exact"/>` + centered + `<w:outlineLvl w:val="0"/>`, ""},
	{"Heading1", "heading 1", heiti, 32, `<w:keepNext/><w:outlineLvl w:val="1"/>`, ""},
	{"Heading2", "heading 2", kaiti, 32, `<w:keepNext/><w:outlineLvl w:val="2"/>`, ""},
	{"Heading3", "heading 3", fangsong, 32, `<w:outlineLvl w:val="3"/>`, ""},
	{"Heading4", "heading 4", fangsong, 32, `<w:outlineLvl w:val="4"/>`, ""},
	{"Heading5", "heading 5", fangsong, 32, `<w:outlineLvl w:val="5"/>`, ""},
	{"AttachmentMark", "附件序号", heiti, 32, `<w:keepNext/><w:pageBreakBefore/><w:spacing w:after="579"/>` + flush, ""},
	{"Heading1Title", "附件标题", biaosong, 44, `<w:keepNext/><w:spacing w:after="579" w:line="660" w:lineRule="exact"/>` + centered + `<w:outlineLvl w:val="0"/>`, ""},
	{"Recipients", "主送", fangsong, 32, flush, ""},
	{"AttachmentList", "附件说明", fangsong, 32, `<w:spacing w:before="579"/><w:ind w:left="1600" w:leftChars="500" w:hanging="960" w:hangingChars="300"/>`, ""},
	{"Signature", "Signature", fangsong, 32, `<w:keepNext/><w:spacing w:before="579"/><w:ind w:right="640" w:rightChars="200" w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="right"/>`, ""},
	{"SignDate", "Date", fangsong, 32, `<w:ind w:right="640" w:rightChars="200" w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="right"/>`, ""},
	{"Removed", "不公开", fangsong, 32, "", `<w:color w:val="555555"/>`},
	{"Cell", "表格文字", fangsong, 28, `<w:spacing w:line="400" w:lineRule="exact"/>` + centered, ""},
	{"Provenance", "出处", fangsong, 28, `<w:keepLines/><w:spacing w:line="440" w:lineRule="exact"/>` + flush, ""},
	{"ProvenanceFirst", "出处首行", fangsong, 28, `<w:keepLines/><w:pBdr><w:top w:val="single" w:sz="8" w:space="4" w:color="000000"/></w:pBdr><w:spacing w:before="579" w:line="440" w:lineRule="exact"/>` + flush, ""},
	{"Footer", "footer", songti, 28, `<w:ind w:left="320" w:right="320" w:firstLine="0" w:firstLineChars="0"/>`, ""},
}

// docxStyles writes word/styles.xml. Paragraphs are set in by two characters and stand on the grid of 28.95 pt.
func docxStyles(form Form) string {
	var m markup.Writer
	m.WriteString(xmlHead)
	m.Open("w:styles", "xmlns:w", docxW)
	m.WriteString(`<w:docDefaults><w:rPrDefault><w:rPr>` + docxFont(fangsong) + `<w:sz w:val="32"/><w:szCs w:val="32"/>` +
		`<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr>` +
		`<w:overflowPunct/><w:spacing w:line="579" w:lineRule="exact"/><w:ind w:firstLine="640" w:firstLineChars="200"/>` +
		`<w:jc w:val="both"/></w:pPr></w:style>`)
	paragraphs := docxParagraphs
	if form != AsGazette {
		paragraphs = append(slices.Clip(paragraphs), docxOfficial...)
	}
	for _, s := range paragraphs {
		m.Open("w:style", "w:type", "paragraph", "w:styleId", s.id)
		m.Empty("w:name", "w:val", s.name)
		m.WriteString(`<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr>` + s.ppr + `</w:pPr><w:rPr>` +
			docxFont(s.font) + s.rpr + `<w:sz w:val="` + strconv.Itoa(s.size) + `"/><w:szCs w:val="` + strconv.Itoa(s.size) + `"/></w:rPr>`)
		m.Close("w:style")
	}
	m.WriteString(`<w:style w:type="character" w:styleId="Lead"><w:name w:val="首句"/><w:rPr><w:b/></w:rPr></w:style>` +
		`<w:style w:type="character" w:styleId="Plain"><w:name w:val="正文续"/><w:rPr>` + docxFont(fangsong) + `</w:rPr></w:style>` +
		`<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:tblPr><w:jc w:val="center"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		m.Empty("w:"+side, "w:val", "single", "w:sz", "4", "w:space", "0", "w:color", "000000")
	}
	m.WriteString(`</w:tblBorders></w:tblPr></w:style>`)
	m.Close("w:styles")
	return m.String()
}

func docxFont(name string) string {
	latin := "Times New Roman"
	return `<w:rFonts w:ascii="` + latin + `" w:hAnsi="` + latin + `" w:eastAsia="` + name + `" w:cs="` + latin + `"/>`
}
