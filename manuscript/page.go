package manuscript

import (
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// page writes the text of a web page on a sheet: a line for each block, a row of a table with its cells parted by
// tabs. It takes tags as they come and builds no tree, so that no nesting can overflow it.
type page struct {
	sheet
	space   bool // white space is due before the next word
	newline bool // and it was all in one run with a line break
	pre     int  // open <pre>
	raised  int  // open <sup>
	lists   []htmlList
	label   string // number of a list's item, until its text comes
	skip    string // name of the element whose content is not shown
	inSkip  int    // elements of that name open inside
	inner   int    // tables and lists open inside it
	hidden  int    // where it began
	swallow bool   // it held text
}

// htmlList is an open <ol> or <ul>.
type htmlList struct {
	ordered bool
	kind    string // format of the numbers
	next    int
}

const maxLists = 100 // lists in each other that are counted

// unshown are the elements whose content a reader of the page does not see.
var unshown = map[string]bool{
	"script": true, "style": true, "title": true, "template": true, "noscript": true, "nav": true, "select": true, "textarea": true, "button": true,
	"iframe": true, "object": true, "svg": true, "xml": true, "rt": true, "rp": true, "del": true, "datalist": true, "noframes": true, "audio": true, "video": true, "canvas": true,
}

// blocks are the elements that begin and end a line.
var blocks = map[string]bool{
	"p": true, "div": true, "br": true, "hr": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "li": true, "ul": true, "ol": true, "dl": true,
	"dt": true, "dd": true, "table": true, "caption": true, "tr": true, "td": true, "th": true, "tbody": true, "thead": true, "tfoot": true, "section": true, "article": true,
	"header": true, "footer": true, "main": true, "aside": true, "blockquote": true, "pre": true, "form": true, "fieldset": true, "legend": true, "figure": true,
	"figcaption": true, "address": true, "center": true, "body": true, "html": true, "head": true, "details": true, "summary": true, "menu": true, "dir": true, "option": true,
}

// void are the elements that have no content.
var void = map[string]bool{
	"br": true, "hr": true, "img": true, "input": true, "meta": true, "link": true, "base": true, "col": true, "area": true, "embed": true, "source": true, "track": true, "wbr": true,
}

func decodePage(text string) (string, error) {
	p := page{}
	t := tags{src: text}
	for {
		plain, tag, err := t.next()
		if err != nil {
			return "", err
		}
		if plain != "" {
			if err := p.text(plain); err != nil {
				return "", err
			}
		}
		if tag.name == "" {
			break
		}
		if err := p.tag(tag); err != nil {
			return "", err
		}
	}
	if p.skip != "" && (p.swallow || t.cut) {
		return "", refuse("第 %d 行的 <%s> 没有结束，后面的文字读不到，网页可能没有存完：请在浏览器里打开网页，全选复制，粘贴到上传页的文字框里", t.line(p.hidden), p.skip)
	}
	if err := p.endLine(); err != nil {
		return "", err
	}
	out := p.sheet.text()
	if strings.TrimSpace(out) == "" {
		return "", refuse("是网页，但里面没有文字（可能要靠脚本显示）：请在浏览器里打开网页，全选复制，粘贴到上传页的文字框里")
	}
	return out, nil
}

func (p *page) tag(tag htmlTag) error {
	if p.skip != "" && p.skipping(tag) {
		return nil
	}
	if !tag.end && !void[tag.name] && !tag.selfClosed && (unshown[tag.name] || tag.hidden()) {
		if blocks[tag.name] || tag.name == "nav" {
			if err := p.endLine(); err != nil {
				return err
			}
		}
		p.skip, p.inSkip, p.inner, p.hidden, p.swallow = tag.name, 1, 0, tag.at, false
		return nil
	}
	if !blocks[tag.name] {
		switch {
		case tag.name == "sup" && tag.end:
			p.raised = max(0, p.raised-1)
		case tag.name == "sup":
			p.raised++
		}
		return nil
	}
	if err := p.endLine(); err != nil {
		return err
	}
	p.block(tag)
	return nil
}

// skipping reports whether a tag still belongs to the element that is not shown.
func (p *page) skipping(tag htmlTag) bool {
	holds := tag.name == "table" || tag.name == "ol" || tag.name == "ul"
	switch {
	case void[tag.name] || tag.selfClosed:
	case p.inner == 0 && p.endsSkip(tag):
		p.skip = ""
		return false
	case tag.name == p.skip && !tag.end:
		p.inSkip++
	case tag.name == p.skip:
		if p.inSkip--; p.inSkip == 0 {
			p.skip = ""
		}
	case holds && !tag.end:
		p.inner++
	case holds && p.inner > 0:
		p.inner--
	}
	return true
}

// endsSkip reports a tag that ends, as in browsers, an element that nobody closed: a cell ends with the next, a
// paragraph with the next block, anything with the cell it stands in.
func (p *page) endsSkip(tag htmlTag) bool {
	cell := tag.name == "td" || tag.name == "th"
	if tag.end {
		return !p.free() && tag.name != p.skip && (cell || tag.name == "tr" || tag.name == "table")
	}
	switch p.skip {
	case "td", "th":
		return cell || tag.name == "tr"
	case "p":
		return blocks[tag.name]
	}
	return p.skip == "li" && tag.name == "li"
}

func (p *page) block(tag htmlTag) {
	switch tag.name {
	case "table":
		if tag.end {
			p.closeTable()
		} else {
			p.openTable()
		}
	case "tr":
		p.closeRow()
	case "td", "th":
		if tag.end {
			p.closeCell()
		} else {
			p.openCell(tag.number("colspan", 1), tag.number("rowspan", 1))
		}
	case "pre":
		if tag.end {
			p.pre = max(0, p.pre-1)
		} else {
			p.pre++
		}
	case "ol", "ul", "menu", "dir":
		p.list(tag)
	case "li":
		p.item(tag)
	}
}

var listKinds = map[string]string{"": "decimal", "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}

func (p *page) list(tag htmlTag) {
	switch {
	case tag.end && len(p.lists) > 0:
		p.lists = p.lists[:len(p.lists)-1]
	case !tag.end && len(p.lists) < maxLists:
		kind, ok := listKinds[tag.attr("type")]
		style := strings.ToLower(tag.attr("style"))
		ordered := tag.name == "ol" && ok && !strings.Contains(style, "none")
		if strings.Contains(style, "cjk-ideographic") || strings.Contains(style, "chinese") {
			kind = "chineseCountingThousand"
		}
		p.lists = append(p.lists, htmlList{ordered, kind, tag.number("start", 1)})
	}
}

// item writes the number that a browser shows before an item of an ordered list.
func (p *page) item(tag htmlTag) {
	p.label = ""
	if tag.end || len(p.lists) == 0 || !p.lists[len(p.lists)-1].ordered {
		return
	}
	l := &p.lists[len(p.lists)-1]
	n := tag.number("value", l.next)
	l.next = n + 1
	label := numeral(n, l.kind)
	if l.kind == "chineseCountingThousand" {
		label += "、"
	} else {
		label += ". "
	}
	p.label = label
}

// endLine ends the line at hand, if there is one.
func (p *page) endLine() error {
	p.space, p.newline = false, false
	if line := p.take(); strings.TrimSpace(line) != "" {
		return p.put(line)
	}
	return nil
}

// text adds what stands between two tags, with white space run together as browsers do it. A line break between two
// Chinese characters is one that an editor made, and falls away.
func (p *page) text(raw string) error {
	if p.skip != "" {
		p.swallow = p.swallow || strings.TrimSpace(raw) != ""
		return nil
	}
	s := html.UnescapeString(raw)
	if p.raised > 0 {
		s = raised.Replace(s)
	}
	if p.pre > 0 {
		return p.write(strings.ReplaceAll(s, "\r\n", "\n"))
	}
	for s != "" {
		if n := strings.IndexFunc(s, func(r rune) bool { return !isBreak(r) }); n != 0 {
			if n < 0 {
				n = len(s)
			}
			p.space, p.newline = true, p.newline || strings.ContainsAny(s[:n], "\r\n")
			s = s[n:]
			continue
		}
		n := strings.IndexFunc(s, isBreak)
		if n < 0 {
			n = len(s)
		}
		if p.space && len(p.line) > 0 {
			before, _ := utf8.DecodeLastRune(p.line)
			after, _ := utf8.DecodeRuneInString(s)
			if !(p.newline && isWide(before) && isWide(after)) {
				p.line = append(p.line, ' ')
			}
		}
		p.space, p.newline = false, false
		if err := p.write(p.label + s[:n]); err != nil {
			return err
		}
		p.label = ""
		s = s[n:]
	}
	return nil
}

func isBreak(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

// isWide reports characters that are set without spaces between them.
func isWide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || strings.ContainsRune("“”‘’—…", r)
}

func number10(s string, otherwise int) int {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n < 1_000_000 {
		return n
	}
	return otherwise
}
