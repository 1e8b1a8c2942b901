// Package markup writes XML that is well-formed as long as every element opened is closed: names are the caller's
// constants, values are escaped. Characters that XML cannot carry must have been cleaned away before.
//
//	var m markup.Writer
//	m.Open("p", "class", "note")
//	m.Text("a < b")
//	m.Close("p")
package markup

import "strings"

// Head is the declaration that begins a file.
const Head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// Writer collects the text of an XML file.
type Writer struct{ strings.Builder }

var xmlEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;")

// Open writes a start tag; attrs are names and values in turn, and those without a value are left out.
func (m *Writer) Open(name string, attrs ...string) { m.tag(name, ">", attrs) }

// Empty writes an element without content.
func (m *Writer) Empty(name string, attrs ...string) { m.tag(name, "/>", attrs) }

func (m *Writer) tag(name, end string, attrs []string) {
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

// Close writes an end tag.
func (m *Writer) Close(name string) { m.WriteString("</" + name + ">") }

// Text writes character data.
func (m *Writer) Text(s string) { xmlText.WriteString(m, s) }

// xmlText leaves line breaks and quotation marks as they are.
var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Element writes an element that holds text only.
func (m *Writer) Element(name, s string, attrs ...string) {
	m.Open(name, attrs...)
	m.Text(s)
	m.Close(name)
}
