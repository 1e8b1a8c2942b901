package cap

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"maps"
	"slices"
	"strings"
)

// canonical is n as it is digested: Canonical XML 1.0 without comments, or exclusive (which renders only the namespaces that are used).
// Canonical XML 1.1 differs in attributes xml:…, which CAP has none of. skip, where it is not nil, is left out: the signature itself.
func canonical(text []byte, n, skip *node, exclusive bool) ([]byte, error) {
	c := canonicalizer{exclusive: exclusive}
	scope, rendered := map[string]string{}, map[string]string{}
	if n.parent != nil {
		scope = n.parent.scope
	}
	stack := []level{{xml.Name{}, scope, rendered}}
	d := xml.NewDecoder(bytes.NewReader(text[n.from:n.to]))
	for {
		at := n.from + int(d.InputOffset())
		token, err := d.RawToken()
		if err == io.EOF {
			return c.out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		inSkip := skip != nil && at >= skip.from && at < skip.to
		switch token := token.(type) {
		case xml.StartElement:
			stack = append(stack, c.start(stack[len(stack)-1], token, inSkip))
		case xml.EndElement:
			if !inSkip {
				c.out.WriteString("</" + qualified(token.Name) + ">")
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if !inSkip {
				c.out.WriteString(escaper.Replace(string(token)))
			}
		case xml.ProcInst:
			if !inSkip {
				c.out.WriteString(instruction(token))
			}
		}
	}
}

// canonicalDocument is the root with the instructions to programs around it, as a reference to the whole document means it.
func canonicalDocument(text []byte, root, skip *node, exclusive bool) ([]byte, error) {
	content, err := canonical(text, root, skip, exclusive)
	if err != nil {
		return nil, err
	}
	before, err := instructions(text[:root.from])
	if err != nil {
		return nil, err
	}
	after, err := instructions(text[root.to:])
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, p := range before {
		out.WriteString(p + "\n")
	}
	out.Write(content)
	for _, p := range after {
		out.WriteString("\n" + p)
	}
	return out.Bytes(), nil
}

func instructions(text []byte) (out []string, err error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if p, ok := token.(xml.ProcInst); ok && p.Target != "xml" {
			out = append(out, instruction(p))
		}
	}
}

func instruction(p xml.ProcInst) string {
	if len(p.Inst) == 0 {
		return "<?" + p.Target + "?>"
	}
	return "<?" + p.Target + " " + string(p.Inst) + "?>"
}

type canonicalizer struct {
	exclusive bool
	out       bytes.Buffer
}

// level is an open element: the namespaces that it sees, and those that were written around it.
type level struct {
	name            xml.Name
	scope, rendered map[string]string
}

var attrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")

func (c *canonicalizer) start(outer level, e xml.StartElement, skip bool) level {
	in := level{e.Name, maps.Clone(outer.scope), maps.Clone(outer.rendered)}
	if in.scope == nil {
		in.scope = map[string]string{}
	}
	used := map[string]bool{e.Name.Space: true}
	var attrs []xml.Attr
	for _, a := range e.Attr {
		switch {
		case a.Name.Space == "xmlns":
			in.scope[a.Name.Local] = a.Value
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			in.scope[""] = a.Value
		default:
			if a.Name.Space != "" {
				used[a.Name.Space] = true
			}
			attrs = append(attrs, a)
		}
	}
	if skip {
		return in
	}
	c.out.WriteString("<" + qualified(e.Name))
	prefixes := used
	if !c.exclusive {
		prefixes = map[string]bool{"": true}
		for p := range in.scope {
			prefixes[p] = true
		}
	}
	for _, p := range slices.Sorted(maps.Keys(prefixes)) {
		v := in.scope[p]
		if p == "xml" || in.rendered[p] == v {
			continue
		}
		in.rendered[p] = v
		name := "xmlns"
		if p != "" {
			name += ":" + p
		}
		c.out.WriteString(" " + name + `="` + attrEscaper.Replace(v) + `"`)
	}
	space := func(a xml.Attr) string {
		if a.Name.Space == "" {
			return ""
		}
		return in.scope[a.Name.Space]
	}
	slices.SortFunc(attrs, func(a, b xml.Attr) int {
		return cmp.Or(cmp.Compare(space(a), space(b)), cmp.Compare(a.Name.Local, b.Name.Local))
	})
	for _, a := range attrs {
		c.out.WriteString(" " + qualified(a.Name) + `="` + attrEscaper.Replace(a.Value) + `"`)
	}
	c.out.WriteByte('>')
	return in
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
