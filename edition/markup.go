package edition

import "strings"

// markup writes XML. Names are our own constants; values are escaped; what XML cannot carry was cleaned away before.
type markup struct{ strings.Builder }

var xmlEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;")

// open writes a start tag; attrs are names and values in turn, and those without a value are left out.
func (m *markup) open(name string, attrs ...string) { m.tag(name, ">", attrs) }

// empty writes an element without content.
func (m *markup) empty(name string, attrs ...string) { m.tag(name, "/>", attrs) }

func (m *markup) tag(name, end string, attrs []string) {
	m.WriteString("<" + name)
	for i := 0; i < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			m.WriteString(" " + attrs[i] + `="`)
			xmlEscape.WriteString(m, attrs[i+1])
			m.WriteByte('"')
		}
	}
	m.WriteString(end)
}

func (m *markup) close(name string) { m.WriteString("</" + name + ">") }

func (m *markup) text(s string) { xmlText.WriteString(m, s) }

// xmlText leaves line breaks and quotation marks as they are.
var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// element writes an element that holds text only.
func (m *markup) element(name, s string, attrs ...string) {
	m.open(name, attrs...)
	m.text(s)
	m.close(name)
}
