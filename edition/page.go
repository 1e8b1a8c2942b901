package edition

import (
	_ "embed"
	"html"
)

//go:embed page.css
var pageCSS string

// HTML is the document as one file that needs nothing else: to keep, to read without a network and to print on A4 in
// the conventions of GB/T 9704-2012. Its only style is inside it; it has no script and asks nobody for anything.
func HTML(p Publication) []byte {
	p = p.Clean()
	w := htmlWriter{p: p}
	b := &w.b
	line := func(tag, class, s string) {
		if s != "" {
			b.WriteString("<" + tag + ` class="` + class + `">` + html.EscapeString(s) + "</" + tag + ">\n")
		}
	}
	b.WriteString("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
	b.WriteString("<title>" + html.EscapeString(p.Title) + "</title>\n")
	for _, m := range [][2]string{{"dcterms.identifier", p.No}, {"dcterms.creator", p.Issuer}, {"dcterms.issued", p.SignedOn.String()}, {"dcterms.source", p.URL}} {
		if m[1] != "" {
			b.WriteString(`<meta name="` + m[0] + `" content="` + html.EscapeString(m[1]) + "\">\n")
		}
	}
	b.WriteString("<style>\n" + pageCSS + "</style>\n</head>\n<body>\n<main>\n<header>\n")
	line("p", "masthead", p.gazette())
	line("p", "issue", p.issueNo())
	line("p", "number", p.No)
	b.WriteString("</header>\n")
	line("h1", "title", p.Title)
	line("p", "standing", p.standing())
	w.body()
	b.WriteString("<footer>\n")
	for _, s := range p.provenance() {
		line("p", "provenance", s)
	}
	b.WriteString("</footer>\n</main>\n</body>\n</html>\n")
	return []byte(b.String())
}

func nonemptyOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
