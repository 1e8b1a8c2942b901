package edition

import (
	"strconv"
	"strings"

	"zhixing/edition/paper"
)

// aknAbbreviations are the element references of the naming convention that eIds are built from.
var aknAbbreviations = map[string]string{
	"chapter": "chp", "section": "sec", "subsection": "subsec", "paragraph": "para", "subparagraph": "subpara",
	"article": "art", "point": "point", "hcontainer": "hcontainer", "part": "part",
}

// mainBody writes the text. Everything in it is a hierarchical element, so that notices, plans and attachments mix in
// the order of print.
func (w *aknWriter) mainBody() {
	w.cites = paper.FindCites(w.p.Cites, func(Cite) bool { return true })
	wrote := false
	if w.p.Record == Withdraw {
		w.Element("p", w.p.standing())
		wrote = true
	}
	for _, part := range w.p.Parts {
		if part.Title == "" {
			for i := range part.Nodes {
				w.block("", &part.Nodes[i])
				wrote = true
			}
			continue
		}
		id := w.eID("", "hcontainer", "")
		w.Open("hcontainer", "name", "plan", "eId", id)
		w.Element("heading", part.Title)
		for i := range part.Nodes {
			w.block(id, &part.Nodes[i])
		}
		w.Close("hcontainer")
		wrote = true
	}
	if !wrote { // the schema wants something
		w.Element("p", "")
	}
}

// block writes one block: number, heading, then either intro and the blocks below, or content.
func (w *aknWriter) block(parent string, b *Block) {
	element, name := aknElement(b)
	id := w.eID(parent, element, b.Mark)
	status := ""
	if b.Kind == Removed {
		status = "ignored"
	}
	w.Open(element, "eId", id, "name", name, "status", status, "zx:path", b.Path)
	if rows := b.Grid(); rows != nil {
		w.Open("content")
		w.table(rows)
		w.Close("content")
		w.Close(element)
		return
	}
	mark, title, rest := b.Split()
	if mark != "" {
		w.Element("num", strings.TrimSpace(mark))
	}
	if title != "" {
		w.Element("heading", title)
	}
	switch {
	case len(b.Children) == 0:
		w.Open("content")
		w.content(b, rest)
		w.Close("content")
	default:
		if rest != "" {
			w.Open("intro")
			w.content(b, rest)
			w.Close("intro")
		}
		for i := range b.Children {
			w.block(id, &b.Children[i])
		}
	}
	w.Close(element)
}

// aknElement names the hierarchical element of a block: by the word in its number, else by its level. What is not a
// clause is a hcontainer with a name.
func aknElement(b *Block) (element, name string) {
	if b.Kind != Heading && b.Kind != Clause && b.Kind != "" {
		return "hcontainer", strings.ReplaceAll(string(b.Kind), "_", "-")
	}
	if strings.HasPrefix(b.Mark, "第") {
		for _, w := range [][2]string{{"条", "article"}, {"章", "chapter"}, {"节", "section"}, {"款", "paragraph"}} {
			if strings.Contains(b.Mark, w[0]) {
				return w[1], ""
			}
		}
	}
	switch {
	case b.Mark == "" && b.Kind != Heading, b.Level == 3:
		return "paragraph", ""
	case b.Level <= 1:
		return "section", ""
	case b.Level == 2:
		return "subsection", ""
	case b.Level == 4:
		return "subparagraph", ""
	}
	return "point", ""
}

func (w *aknWriter) content(b *Block, rest string) {
	w.Open("p")
	switch b.Kind {
	case Removed:
		w.Element("omissis", rest)
	case Signature:
		w.Element("signature", rest)
	case SignDate:
		w.Element("docDate", rest, "date", xsdDate(w.p.SignedOn, w.p.PublishedAt))
	default:
		w.lines(rest)
	}
	w.Close("p")
}

func (w *aknWriter) lines(s string) {
	for i, l := range strings.Split(s, "\n") {
		if i > 0 {
			w.Empty("br")
		}
		w.cites.Each(l, func(s string, c *Cite) {
			if c == nil {
				w.Text(s)
				return
			}
			w.Element("ref", s, "href", w.citeHref(*c))
		})
	}
}

func (w *aknWriter) table(all []paper.TableRow) {
	w.Open("table")
	for _, row := range all {
		w.Open("tr", "zx:path", row.Path)
		for _, cell := range row.Cells {
			w.Open("td")
			w.Open("p")
			w.lines(cell)
			w.Close("p")
			w.Close("td")
		}
		w.Close("tr")
	}
	w.Close("table")
}

// eID builds an identifier by the naming convention: the parent's, two strokes, the element's abbreviation and its
// number, or its place among its like where it has none. A number used twice gets its count behind it.
func (w *aknWriter) eID(parent, element, mark string) string {
	stem := aknAbbreviations[element] + "_"
	if parent != "" {
		stem = parent + "__" + stem
	}
	if n := markNumber(mark); n != "" {
		return w.take(stem + n)
	}
	w.ids[stem]++
	return w.take(stem + "nn" + strconv.Itoa(w.ids[stem]))
}

// take gives id out, or id-2, id-3 … where it has been given before. Stems end in a stroke, so they are no ids.
func (w *aknWriter) take(id string) string {
	try := id
	for w.ids[try] > 0 {
		w.ids[id]++
		try = id + "-" + strconv.Itoa(w.ids[id])
	}
	w.ids[try] = 1
	return try
}

// markNumber reads the number out of 一、 （四） 25. 第三条; empty where there is none that can be read.
func markNumber(mark string) string {
	var digits, han strings.Builder
	for _, r := range squeeze(mark) {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case strings.ContainsRune("零〇一二三四五六七八九十百", r):
			han.WriteRune(r)
		}
	}
	if digits.Len() > 0 {
		return digits.String()
	}
	if n := number(han.String()); n > 0 {
		return strconv.Itoa(n)
	}
	return ""
}
