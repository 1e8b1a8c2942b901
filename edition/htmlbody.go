package edition

import (
	"html"
	"strconv"
	"strings"

	"zhixing/edition/paper"
)

// HTMLBody is the text of the document as an HTML fragment to be set into a page: no title, no style, no script.
//
// Every block with a path is an element with id and data-path set to it, so #三/(四)/25 leads there; data-kind is
// the BlockKind. Headings are <h2> to <h6> inside nested <section>s, beginning with h2 (h3 under the title of a
// plan), so the page has its own <h1>. A heading that runs on into its paragraph is <p> with the phrase in
// <b class="lead">. The number is <span class="mark">. An empty <a class="self"> links to the block's own address
// (out of the order of the tab key: there are hundreds).
// Withheld places are <p class="removed">. Citations are links where their address is known.
func HTMLBody(p Publication) []byte { return HTMLBodyWith(p, nil) }

// HTMLBodyWith sets what beside returns for a block's path right after the block's own text and before its children;
// both then stand in a <div class="row">. beside returns safe HTML, or nothing.
func HTMLBodyWith(p Publication, beside func(path string) string) []byte {
	w := htmlWriter{p: p.Clean(), beside: beside}
	w.body()
	return []byte(w.b.String())
}

type htmlWriter struct {
	beside func(path string) string
	b      strings.Builder
	p      Publication
	cites  paper.Citations
}

func (w *htmlWriter) body() {
	w.b.Grow(32 << 10)
	w.cites = paper.FindCites(w.p.Cites, paper.Linked)
	for i, part := range w.p.Parts {
		depth := 2
		w.b.WriteString(`<section class="part"`)
		if part.Title != "" {
			id := partID(i, part)
			w.b.WriteString(` id="` + html.EscapeString(id) + `"><h2 class="part-title">` + html.EscapeString(part.Title) + "</h2>\n")
			depth = 3
		} else {
			w.b.WriteString(">\n")
		}
		w.blocks(part.Nodes, depth)
		w.b.WriteString("</section>\n")
	}
}

// partID is the address of a plan as a whole; it cannot be the path of a block, since those hold no colon first.
func partID(i int, part Part) string {
	if part.Key != "" {
		return "part:" + address(part.Key)
	}
	return "part:" + strconv.Itoa(i+1)
}

func (w *htmlWriter) blocks(bs []Block, depth int) {
	for i := range bs {
		w.block(&bs[i], depth)
	}
}

func (w *htmlWriter) block(b *Block, depth int) {
	if rows := b.Grid(); rows != nil {
		w.table(b, rows)
		return
	}
	mark, title, rest := b.Split()
	var aside string
	if w.beside != nil && b.Path != "" {
		aside = w.beside(b.Path)
	}
	heads := b.Kind == Heading || b.Kind == AttachmentHead
	nested := heads || len(b.Children) > 0
	tag := "p"
	if heads && rest == "" || b.Kind == AttachmentHead {
		tag = "h" + strconv.Itoa(min(depth, 6))
	}
	if aside != "" && !nested {
		w.b.WriteString(`<div class="row">`)
	}
	if nested {
		w.b.WriteString("<section")
		w.attrs(b, "")
		w.b.WriteByte('>')
		if aside != "" {
			w.b.WriteString(`<div class="row">`)
		}
		w.b.WriteString("<" + tag)
		if tag == "p" {
			w.b.WriteString(` class="` + className(b.Kind) + `"`)
		}
		w.b.WriteByte('>')
	} else {
		w.b.WriteString("<" + tag)
		w.attrs(b, className(b.Kind))
		w.b.WriteByte('>')
	}
	if mark != "" {
		number := strings.TrimSpace(mark)
		w.b.WriteString(`<span class="mark">` + html.EscapeString(number) + "</span>" + mark[len(number):])
	}
	switch {
	case title != "" && rest != "":
		w.b.WriteString(`<b class="lead">` + html.EscapeString(title) + "</b>")
	case title != "":
		w.b.WriteString(html.EscapeString(title))
	}
	w.text(rest)
	if b.Path != "" && b.Kind != Removed {
		w.b.WriteString(`<a class="self" href="#` + html.EscapeString(fragment(b.Path)) + `" tabindex="-1" aria-label="本条地址"></a>`)
	}
	w.b.WriteString("</" + tag + ">\n")
	if aside != "" {
		w.b.WriteString(aside + "</div>\n")
	}
	w.blocks(b.Children, depth+1)
	if nested {
		w.b.WriteString("</section>\n")
	}
}

func className(k BlockKind) string {
	if k == "" {
		return "clause"
	}
	return html.EscapeString(string(k))
}

func (w *htmlWriter) attrs(b *Block, class string) {
	if class != "" {
		w.b.WriteString(` class="` + class + `"`)
	}
	if b.Path != "" {
		path := html.EscapeString(b.Path)
		w.b.WriteString(` id="` + path + `" data-path="` + path + `"`)
	}
	w.b.WriteString(` data-kind="` + className(b.Kind) + `"`)
	if b.Level > 0 {
		w.b.WriteString(` data-level="` + strconv.Itoa(b.Level) + `"`)
	}
}

func (w *htmlWriter) text(s string) {
	for i, l := range strings.Split(s, "\n") {
		if i > 0 {
			w.b.WriteString("<br>")
		}
		w.cites.Each(l, func(s string, c *Cite) {
			s = html.EscapeString(s)
			if c != nil {
				s = `<a class="cite" href="` + html.EscapeString(c.URL) + `">` + s + "</a>"
			}
			w.b.WriteString(s)
		})
	}
}

func (w *htmlWriter) table(b *Block, rows []paper.TableRow) {
	w.b.WriteString(`<div class="table"`)
	w.attrs(b, "")
	w.b.WriteString(` role="region" aria-label="表格" tabindex="0"><table>` + "\n")
	for _, row := range rows {
		w.b.WriteString("<tr")
		if row.Path != "" {
			path := html.EscapeString(row.Path)
			w.b.WriteString(` id="` + path + `" data-path="` + path + `"`)
		}
		w.b.WriteString(">")
		for _, cell := range row.Cells {
			w.b.WriteString("<td>")
			w.text(cell)
			w.b.WriteString("</td>")
		}
		w.b.WriteString("</tr>\n")
	}
	w.b.WriteString("</table></div>\n")
}

// fragment writes a path for the part of an address after #. Han characters may stand there as they are.
func fragment(path string) string {
	return fragmentEscape.Replace(path)
}

var fragmentEscape = strings.NewReplacer("%", "%25", "<", "%3C", ">", "%3E", `"`, "%22", "`", "%60", `\`, "%5C")
