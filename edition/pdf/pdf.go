// Package pdf writes PDF 1.7 files: text and lines in one embedded TrueType face, with outline, links, metadata and tags
// that say what is a heading, a paragraph or a table cell, so that the text can be searched, copied and read aloud. It knows
// nothing of layout; the same calls give the same bytes. Lengths are points (1/72 inch), from the top left of the page.
//
//	font, err := pdf.ParseFont(ttf)
//	d := pdf.New(font, pdf.Info{Title: "通知", Lang: "zh-CN"}, 595.28, 841.89)
//	d.Page()
//	d.Begin("H1")
//	d.Text(72, 100, pdf.Style{Size: 22}, "关于修渠的通知")
//	d.End()
//	b := d.Bytes()
package pdf

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"
)

// Info is the file's own head.
type Info struct {
	Title, Author, Subject, Keywords, Creator string

	Lang    string // of the text, such as zh-CN
	Created time.Time
}

// Colour is red, green and blue, 0 to 1.
type Colour [3]float64

// Style is how a run of text is drawn.
type Style struct {
	Size    float64
	Spacing float64 // added behind every character
	Weight  float64 // width of a line drawn around the outlines, as a part of Size; 0 for the plain face
	Colour  Colour
}

// Doc is a document that is being written. Draw on the last page only.
type Doc struct {
	font    *subset
	info    Info
	w, h    float64
	pages   []*page
	root    *element // of the structure; Document
	open    *element // that text belongs to
	outline []entry
}

type page struct {
	content bytes.Buffer
	owners  []*element // of each piece of marked content
	links   []link
}

type link struct {
	x, y, w, h float64
	url        string
}

type entry struct {
	level, page int
	y           float64
	title       string
}

// element is a node of the structure: what a screen reader steps through.
type element struct {
	tag    string
	parent *element
	kids   []kid
	object int // number of its object, given when the file is written
}

// kid is an element, or a piece of marked content on a page.
type kid struct {
	element    *element
	page, mark int
}

// New begins a document with pages of w × h points.
func New(font *Font, info Info, w, h float64) *Doc {
	root := &element{tag: "Document"}
	return &Doc{font: newSubset(font), info: info, w: w, h: h, root: root, open: root}
}

// Page begins a new page. Elements that are open go on there.
func (d *Doc) Page() { d.pages = append(d.pages, &page{}) }

// Pages is how many pages there are.
func (d *Doc) Pages() int { return len(d.pages) }

// Begin opens an element of the structure: H1 to H6, P, Table, TR, TD … Text belongs to the innermost open one.
func (d *Doc) Begin(tag string) {
	e := &element{tag: tag, parent: d.open}
	d.open.kids = append(d.open.kids, kid{element: e})
	d.open = e
}

// End closes the innermost open element.
func (d *Doc) End() {
	if d.open.parent != nil {
		d.open = d.open.parent
	}
}

// Text draws s with its base line at y. Outside every element it is decoration, such as a page number.
func (d *Doc) Text(x, y float64, style Style, s string) {
	p := d.pages[len(d.pages)-1]
	if d.open == d.root {
		p.content.WriteString("/Artifact BMC\n")
	} else {
		fmt.Fprintf(&p.content, "/%s <</MCID %d>> BDC\n", d.open.tag, len(p.owners))
		d.open.kids = append(d.open.kids, kid{page: len(d.pages) - 1, mark: len(p.owners)})
		p.owners = append(p.owners, d.open)
	}
	c := style.Colour
	fmt.Fprintf(&p.content, "BT /F %s Tf %s Tc %s %s %s rg ", num(style.Size), num(style.Spacing), num(c[0]), num(c[1]), num(c[2]))
	if style.Weight > 0 {
		fmt.Fprintf(&p.content, "2 Tr %s w %s %s %s RG ", num(style.Size*style.Weight), num(c[0]), num(c[1]), num(c[2]))
	} else {
		p.content.WriteString("0 Tr ")
	}
	fmt.Fprintf(&p.content, "%s %s Td <", num(x), num(d.h-y))
	for _, r := range s {
		fmt.Fprintf(&p.content, "%04X", d.font.id(r))
	}
	p.content.WriteString("> Tj ET\nEMC\n")
}

// Line draws a straight line.
func (d *Doc) Line(x1, y1, x2, y2, width float64, c Colour) {
	p := d.pages[len(d.pages)-1]
	fmt.Fprintf(&p.content, "/Artifact BMC\n%s w %s %s %s RG %s %s m %s %s l S\nEMC\n", num(width),
		num(c[0]), num(c[1]), num(c[2]), num(x1), num(d.h-y1), num(x2), num(d.h-y2))
}

// Link makes a rectangle of the page lead to url; y is its upper edge.
func (d *Doc) Link(x, y, w, h float64, url string) {
	p := d.pages[len(d.pages)-1]
	p.links = append(p.links, link{x, y, w, h, url})
}

// Outline adds a line to the outline at the side, level from 1, that leads to y on this page.
func (d *Doc) Outline(level int, title string, y float64) {
	d.outline = append(d.outline, entry{level, len(d.pages) - 1, y, title})
}

// num writes a length with at most three places.
func num(v float64) string {
	b := strconv.AppendFloat(nil, v, 'f', 3, 64)
	b = bytes.TrimRight(b, "0")
	b = bytes.TrimSuffix(b, []byte("."))
	if s := string(b); s != "-0" {
		return s
	}
	return "0"
}

// str writes a text string: UTF-16 in hexadecimal.
func str(s string) string {
	var b bytes.Buffer
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteByte('>')
	return b.String()
}
