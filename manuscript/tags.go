package manuscript

import (
	"html"
	"strings"
)

// tags cuts a web page into text and tags, forgiving as browsers are. Every byte is looked at a fixed number of times.
type tags struct {
	src       string
	at        int
	lastAngle int // place of the last >, once ready
	ready     bool
	cut       bool // the page ended inside an element that holds no tags
}

// htmlTag is one tag; name is in lower case, and empty at the end of the page.
type htmlTag struct {
	name       string
	at         int  // where it stands
	end        bool // </p>
	selfClosed bool // <p/>, which closes only foreign elements
	attrs      string
}

// raw are the elements whose content has no tags.
var raw = map[string]bool{"script": true, "style": true, "textarea": true, "title": true, "iframe": true, "noframes": true, "xmp": true}

// line is the line of the page on which a place stands, from 1.
func (t *tags) line(at int) int { return 1 + strings.Count(t.src[:at], "\n") }

// next gives the text up to the next tag, and the tag. Comments and declarations are skipped.
func (t *tags) next() (text string, tag htmlTag, err error) {
	if !t.ready {
		t.lastAngle, t.ready = strings.LastIndexByte(t.src, '>'), true
	}
	from := t.at
	for i := from; ; {
		n := strings.IndexByte(t.src[i:], '<')
		if n < 0 || i+n+1 >= len(t.src) || t.lastAngle < i+n && !strings.HasPrefix(t.src[i+n:], "<!--") {
			t.at = len(t.src)
			return t.src[from:], htmlTag{}, nil
		}
		i += n
		switch c := t.src[i+1]; {
		case c == '!' || c == '?':
			if i > from {
				t.at = i
				return t.src[from:i], htmlTag{name: "!"}, nil
			}
			t.at = i
			if err := t.skipDeclaration(); err != nil {
				return "", htmlTag{}, err
			}
			from, i = t.at, t.at
		case isLetter(c) || c == '/' && i+2 < len(t.src) && isLetter(t.src[i+2]):
			text = t.src[from:i]
			t.at = i
			return text, t.readTag(), nil
		default: // a sign like any other, as in x < 3
			i++
		}
	}
}

// skipDeclaration skips <!-- -->, <!doctype>, <![if …]> and <?xml ?>.
func (t *tags) skipDeclaration() error {
	rest := t.src[t.at:]
	if strings.HasPrefix(rest, "<!--") && !strings.HasPrefix(rest, "<!-->") {
		end := strings.Index(rest[4:], "-->")
		if end < 0 {
			return refuse("第 %d 行的注释没有结束，后面的文字读不到，网页可能没有存完：请在浏览器里打开网页，全选复制，粘贴到上传页的文字框里", t.line(t.at))
		}
		t.at += 4 + end + 3
		return nil
	}
	t.at += strings.IndexByte(rest, '>') + 1 // there is one: lastAngle
	return nil
}

// readTag reads the tag that starts here. Signs in quotes do not end it, if the quotes end.
func (t *tags) readTag() htmlTag {
	i := t.at + 1
	tag := htmlTag{at: t.at}
	if t.src[i] == '/' {
		tag.end = true
		i++
	}
	start := i
	for i < len(t.src) && !isBreak(rune(t.src[i])) && t.src[i] != '>' && t.src[i] != '/' {
		i++
	}
	tag.name = strings.ToLower(t.src[start:i])
	start = i
	for i < len(t.src) && t.src[i] != '>' {
		switch c := t.src[i]; {
		case (c == '"' || c == '\'') && afterEquals(t.src[start:i]):
			i += 1 + strings.IndexByte(t.src[i+1:], c) // stays where the quotes never end
		}
		i++
	}
	i = min(i, len(t.src))
	tag.attrs = t.src[start:i]
	tag.selfClosed = strings.HasSuffix(tag.attrs, "/") && strings.Contains(tag.name, ":")
	t.at = min(i+1, len(t.src))
	if raw[tag.name] && !tag.end {
		t.skipRaw(tag.name)
	}
	return tag
}

func afterEquals(s string) bool {
	s = strings.TrimRight(s[max(0, len(s)-16):], " \t\r\n\f")
	return strings.HasSuffix(s, "=")
}

// skipRaw goes on to the end tag of an element that holds no tags, or to the end of the page.
func (t *tags) skipRaw(name string) {
	for {
		n := strings.Index(t.src[t.at:], "</")
		if n < 0 {
			t.cut = strings.TrimSpace(t.src[t.at:]) != ""
			t.at = len(t.src)
			return
		}
		t.at += n
		if rest := t.src[t.at+2:]; len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			return
		}
		t.at += 2
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// attr is the value of an attribute; empty where it has none.
func (t htmlTag) attr(name string) string {
	value, _ := t.lookup(name)
	return value
}

func (t htmlTag) number(name string, otherwise int) int { return number10(t.attr(name), otherwise) }

// hidden reports that the element is set not to be shown.
func (t htmlTag) hidden() bool {
	if t.attrs == "" {
		return false
	}
	if _, ok := t.lookup("hidden"); ok {
		return true
	}
	style := strings.ToLower(strings.Join(strings.Fields(t.attr("style")), ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") || strings.Contains(style, "mso-hide:all")
}

// lookup finds an attribute.
func (t htmlTag) lookup(want string) (string, bool) {
	s := t.attrs
	for {
		s = strings.TrimLeft(s, " \t\r\n\f/")
		if s == "" {
			return "", false
		}
		end := strings.IndexAny(s[1:], "= \t\r\n\f/") + 1
		if end == 0 {
			end = len(s)
		}
		name := s[:end]
		s = strings.TrimLeft(s[end:], " \t\r\n\f")
		value := ""
		if strings.HasPrefix(s, "=") {
			value, s = attrValue(strings.TrimLeft(s[1:], " \t\r\n\f"))
		}
		if strings.EqualFold(name, want) {
			return html.UnescapeString(value), true
		}
	}
}

func attrValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], s[end+2:]
		}
	}
	end := strings.IndexAny(s, " \t\r\n\f")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}
