package cap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of one document. A warning of a county needs a hundredth of them.
const (
	MaxBytes  = 1 << 20
	MaxFeed   = 8 << 20 // of a feed, which may hold documents
	maxDepth  = 32
	maxScope  = 32 // namespaces that an element sees
	maxAttrs  = 64 // of an element
	maxInfos  = 256
	maxAreas  = 1000   // in one info
	maxPoints = 20_000 // in all
)

const (
	nsXML  = "http://www.w3.org/XML/1998/namespace"
	nsXMLs = "http://www.w3.org/2000/xmlns/"
	nsXSI  = "http://www.w3.org/2001/XMLSchema-instance"
	nsDsig = "http://www.w3.org/2000/09/xmldsig#"
)

// node is an element. text is all its character data, with comments taken out and CDATA put in.
type node struct {
	name     xml.Name // Space is the namespace itself
	attrs    []xml.Attr
	text     string
	nodes    []*node
	parent   *node
	nth      int // among its siblings of the same name, from 1
	line     int
	from, to int // bytes of the element in the document
	scope    map[string]string
	seen     map[xml.Name]int // while it is open
}

// path is where the node stands, as problems say it: alert/info[1]/event.
func (n *node) path() string {
	if n.parent == nil {
		return n.name.Local
	}
	step := n.name.Local
	if r, ok := fields[n.parent.name.Local]; ok && r.many(step) || n.nth > 1 {
		step = fmt.Sprintf("%s[%d]", step, n.nth)
	}
	return n.parent.path() + "/" + short(step)
}

// child is the first child of that name in the node's own namespace, or nil.
func (n *node) child(name string) *node {
	for _, c := range n.nodes {
		if c.name.Local == name && c.name.Space == n.name.Space {
			return c
		}
	}
	return nil
}

// value is the text of a child, trimmed; for forms without a schema.
func (n *node) value(name string) string {
	if c := n.child(name); c != nil {
		return strings.TrimSpace(c.text)
	}
	return ""
}

// errXML is a document that is no XML, or more of it than is read.
type errXML struct {
	line int
	msg  string
}

func (e *errXML) Error() string { return e.msg }

// limits are what readTree reads at most.
type limits struct{ bytes, nodes int }

var (
	documentLimits = limits{MaxBytes, 20_000}
	feedLimits     = limits{MaxFeed, 200_000}
)

// readTree reads XML with namespaces and nothing else: no DTD, so no entities but the five of XML; bounded in every direction.
// encoding/xml forgives much that XML does not; that is refused here.
func readTree(b []byte, most limits) (root *node, text []byte, err error) {
	if len(b) > most.bytes {
		return nil, nil, &errXML{0, fmt.Sprintf("文件大于 %d MiB：不读", most.bytes>>20)}
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, nil, &errXML{0, "文件是空的"}
	}
	if b, err = decode(b); err != nil {
		return nil, nil, &errXML{0, err.Error()}
	}
	t := treeReader{b: b, d: xml.NewDecoder(bytes.NewReader(b)), most: most.nodes}
	t.d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded already
	root, err = t.read()
	if err != nil {
		line, _ := t.d.InputPos()
		return nil, nil, &errXML{line, err.Error()}
	}
	return root, b, nil
}

type treeReader struct {
	b     []byte
	d     *xml.Decoder
	root  *node
	open  *node
	depth int
	count int
	most  int // elements
	text  map[*node]*strings.Builder
}

func (t *treeReader) read() (*node, error) {
	t.text = map[*node]*strings.Builder{}
	for {
		from := int(t.d.InputOffset())
		token, err := t.d.RawToken()
		var syntax *xml.SyntaxError
		switch {
		case err == io.EOF && t.open != nil:
			return nil, fmt.Errorf("不是完整的 XML：<%s> 没有结束", short(t.open.name.Local))
		case err == io.EOF && t.root == nil:
			return nil, errors.New("不是 XML：没有根元素")
		case err == io.EOF:
			return t.root, nil
		case errors.As(err, &syntax):
			return nil, fmt.Errorf("不是正确的 XML：%s", syntaxWords(syntax.Msg))
		case err != nil:
			return nil, fmt.Errorf("不是正确的 XML：%v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			raw := t.b[from:t.d.InputOffset()]
			switch err = t.start(token, from); {
			case err != nil:
			case surrogate(raw):
				err = errors.New("不是正确的 XML：有 XML 不容的字符")
			case !spaced(raw):
				err = errors.New("不是正确的 XML：两个属性之间要有空白")
			}
		case xml.EndElement:
			err = t.end(token)
		case xml.CharData:
			raw := t.b[from:t.d.InputOffset()]
			switch {
			case !bytes.HasPrefix(raw, []byte("<![CDATA[")) && surrogate(raw):
				err = errors.New("不是正确的 XML：有 XML 不容的字符")
			case t.open != nil:
				t.text[t.open].Write(token)
			case len(bytes.Trim(raw, " \t\r\n")) > 0: // raw: blanks in CDATA or by number are text too
				err = errors.New("不是正确的 XML：根元素之外有文字")
			}
		case xml.ProcInst:
			raw := t.b[from+2+len(token.Target) : t.d.InputOffset()] // behind the target
			switch xmlName := strings.EqualFold(token.Target, "xml"); {
			case xmlName && (from != 0 || token.Target != "xml"):
				err = errors.New("不是正确的 XML：XML 声明只能在文件的最前面，出现一次")
			case xmlName && !declarationForm.Match(raw):
				err = errors.New("不是正确的 XML：XML 声明写法不对")
			case !bytes.HasPrefix(raw, []byte("?>")) && !xmlSpace(rune(raw[0])):
				err = errors.New("不是正确的 XML：<?" + short(token.Target) + " 之后要有空白")
			}
		case xml.Directive:
			err = errors.New("文件带有 DTD（<!DOCTYPE …> 之类）：预警文件不得有，不读")
		}
		if err != nil {
			return nil, err
		}
	}
}

func (t *treeReader) start(e xml.StartElement, from int) error {
	line, _ := t.d.InputPos()
	n := &node{parent: t.open, line: line, from: from, nth: 1}
	switch t.count++; {
	case t.open == nil && t.root != nil:
		return errors.New("不是正确的 XML：根元素有两个")
	case t.depth >= maxDepth:
		return fmt.Errorf("元素套了 %d 层以上：不读", maxDepth)
	case t.count > t.most:
		return fmt.Errorf("元素多于 %d 个：不读", t.most)
	case len(e.Attr) > maxAttrs:
		return fmt.Errorf("一个元素的属性多于 %d 个：不读", maxAttrs)
	}
	if t.open != nil {
		n.scope = t.open.scope
	}
	if err := n.declare(e.Attr); err != nil {
		return err
	}
	var err error
	if n.name, err = n.resolve(e.Name, true); err != nil {
		return err
	}
	seen := map[xml.Name]bool{}
	for _, a := range e.Attr {
		if a.Name, err = n.resolve(a.Name, false); err != nil {
			return err
		}
		if seen[a.Name] {
			return fmt.Errorf("不是正确的 XML：<%s> 的属性 %s 写了两次", short(n.name.Local), short(a.Name.Local))
		}
		seen[a.Name] = true
		n.attrs = append(n.attrs, a)
	}
	if t.open == nil {
		t.root = n
	} else {
		if t.open.seen == nil {
			t.open.seen = map[xml.Name]int{}
		}
		t.open.seen[n.name]++
		n.nth = t.open.seen[n.name]
		t.open.nodes = append(t.open.nodes, n)
	}
	t.open, t.depth = n, t.depth+1
	t.text[n] = &strings.Builder{}
	return nil
}

func (t *treeReader) end(e xml.EndElement) error {
	n := t.open
	if n == nil {
		return fmt.Errorf("不是正确的 XML：多出 </%s>", short(e.Name.Local))
	}
	if name, err := n.resolve(e.Name, true); err != nil || name != n.name {
		return fmt.Errorf("不是正确的 XML：<%s> 以 </%s> 结束", short(n.name.Local), short(e.Name.Local))
	}
	n.text, n.to = t.text[n].String(), int(t.d.InputOffset())
	n.seen = nil
	delete(t.text, n)
	t.open, t.depth = n.parent, t.depth-1
	return nil
}

// declare takes in the namespaces that an element declares.
func (n *node) declare(attrs []xml.Attr) error {
	own := false
	for _, a := range attrs {
		var prefix string
		switch {
		case a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name.Space == "xmlns":
			prefix = a.Name.Local
			if a.Value == "" || prefix == "xmlns" || (prefix == "xml") != (a.Value == nsXML) || a.Value == nsXMLs {
				return fmt.Errorf("不是正确的 XML：命名空间前缀 %s 不能这样声明", short(prefix))
			}
		default:
			continue
		}
		if !own {
			scope := make(map[string]string, len(n.scope)+1)
			for k, v := range n.scope {
				scope[k] = v
			}
			n.scope, own = scope, true
		}
		if n.scope[prefix] = a.Value; len(n.scope) > maxScope {
			return fmt.Errorf("命名空间前缀多于 %d 个：不读", maxScope)
		}
	}
	return nil
}

// resolve puts the namespace in the place of the prefix. An attribute without prefix has none.
func (n *node) resolve(name xml.Name, element bool) (xml.Name, error) {
	switch {
	case name.Space == "xml":
		return xml.Name{Space: nsXML, Local: name.Local}, nil
	case !element && (name.Space == "xmlns" || name.Space == "" && name.Local == "xmlns"):
		return xml.Name{Space: nsXMLs, Local: name.Local}, nil
	case name.Space == "" && !element:
		return name, nil
	case name.Space == "":
		return xml.Name{Space: n.scope[""], Local: name.Local}, nil
	}
	space, ok := n.scope[name.Space]
	if !ok {
		return name, fmt.Errorf("不是正确的 XML：命名空间前缀 %s 没有声明", short(name.Space))
	}
	return xml.Name{Space: space, Local: name.Local}, nil
}
