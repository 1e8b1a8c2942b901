package manuscript

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// word walks the XML of a Word document and writes its text on a sheet, as the document reads with all tracked
// changes accepted. Headers, footers and comments are parts of their own and never read.
type word struct {
	sheet
	numbers *numbering
	notes   map[string]string // footnotes and endnotes, by kind and id
	cited   []string          // notes due after the paragraph or table that cites them
	citedNo int

	paras     []paragraph // open paragraphs: a text box in one holds others
	runs      []run       // open runs, likewise
	chosen    []bool      // of each open AlternateContent: a Choice was read
	fields    []*field    // open fields, innermost last
	coding    int         // how many of them are still in their instruction
	swallowed bool        // text was left out because it stands in an instruction
	skip      int         // depth inside an element that is left out; 0 outside
	inText    bool        // inside w:t, or m:t of a formula
	inCode    bool        // inside w:instrText
	trim      bool        // white space at the ends of w:t does not count
	noteKey   string      // the note at hand, in the part that holds the notes
}

// paragraph is what is known of one until it ends.
type paragraph struct {
	line   []byte   // its text while a text box interrupts it
	solid  bool     // it has text that is not blank
	after  []string // lines of text boxes that interrupt its text
	style  string
	num    numRef
	tables int  // tables open where it begins
	props  bool // inside its properties
	joined bool // its end was deleted: the next paragraph goes on in the same line
}

// run is a stretch of text set alike.
type run struct{ hidden, raised bool }

func (w *word) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if w.skip > 0 || w.leftOut(t) {
			w.skip++
			return nil
		}
		return w.start(t)
	case xml.EndElement:
		if w.skip > 0 {
			w.skip--
			return nil
		}
		return w.end(t.Name)
	case xml.CharData:
		switch {
		case w.skip > 0:
		case w.inText:
			return w.chars(t)
		case w.inCode:
			w.instruct(string(t))
		}
	}
	return nil
}

// leftOut reports elements whose content is not part of the text as it reads.
func (w *word) leftOut(t xml.StartElement) bool {
	switch t.Name.Local {
	case "del", "moveFrom", "cellDel":
		w.deleted(t.Name.Local)
		return true
	case "Fallback": // says once more what Choice has said
		return len(w.chosen) > 0 && w.chosen[len(w.chosen)-1]
	case "tabs", "rt", "sdtPr", "sectPr", "tblPr", "tblGrid",
		"pPrChange", "rPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange", "tblPrExChange", "tblGridChange":
		return true
	}
	return false
}

// deleted notes what else a tracked deletion takes away: the end of a paragraph, a cell, a row.
func (w *word) deleted(name string) {
	p, t := w.paragraph(), w.innermost()
	switch {
	case p != nil && p.props:
		p.joined = true
	case t != nil && t.at >= 0 && name == "cellDel":
		t.row[t.at].deleted = true
	case t != nil && t.rowProps:
		t.deleted = true
	}
}

// paragraph is the one at hand, nil between paragraphs.
func (w *word) paragraph() *paragraph {
	if len(w.paras) == 0 {
		return nil
	}
	return &w.paras[len(w.paras)-1]
}

func (w *word) start(t xml.StartElement) error {
	p := w.paragraph()
	switch name := t.Name.Local; name {
	case "p":
		if ofWord(t.Name) {
			return w.openParagraph()
		}
	case "r":
		w.runs = append(w.runs, run{})
	case "t":
		w.inText, w.trim = true, attr(t, "space") != "preserve"
	case "instrText":
		w.inCode = true
	case "tbl":
		w.openTable()
	case "tr":
		w.closeRow()
	case "tc":
		w.openCell(1, 1)
	case "trPr":
		if t := w.innermost(); t != nil {
			t.rowProps = true
		}
	case "gridSpan":
		columns, _ := strconv.Atoi(attr(t, "val"))
		w.widenCell(columns)
	case "AlternateContent":
		w.chosen = append(w.chosen, false)
	case "Choice":
		if len(w.chosen) > 0 {
			w.chosen[len(w.chosen)-1] = true
		}
	case "footnote", "endnote":
		if kind := attr(t, "type"); kind == "" || kind == "normal" {
			w.noteKey = name + attr(t, "id")
		}
	case "altChunk", "subDoc":
		return refuse("里嵌有另一个文件，那里的文字读不到：请用 WPS 或 Word 打开，另存为 .docx 后再传")
	case "den":
		return w.emit("/")
	case "sup":
		return w.emit("^")
	default:
		if p != nil && (p.props || name == "pPr") {
			p.property(t)
		} else if p != nil {
			return w.inside(p, t)
		}
	}
	return nil
}

// property reads one of the settings of a paragraph.
func (p *paragraph) property(t xml.StartElement) {
	switch t.Name.Local {
	case "pPr":
		p.props = true
	case "pStyle":
		p.style = attr(t, "val")
	case "numId":
		p.num.id, p.num.hasID = attr(t, "val"), true
	case "ilvl":
		p.num.level, _ = strconv.Atoi(attr(t, "val"))
		p.num.hasLevel = true
	}
}

// inside reads what stands in a paragraph besides text.
func (w *word) inside(p *paragraph, t xml.StartElement) error {
	switch name := t.Name.Local; name {
	case "vanish":
		w.set(func(r *run) { r.hidden = on(t) })
	case "vertAlign":
		w.set(func(r *run) { r.raised = attr(t, "val") == "superscript" })
	case "tab", "ptab":
		return w.emit("\t")
	case "br", "cr":
		return w.emit("\n")
	case "noBreakHyphen":
		return w.emit("-")
	case "sym":
		return w.emit(symbol(attr(t, "font"), attr(t, "char")))
	case "fldChar":
		return w.field(attr(t, "fldCharType"))
	case "footnoteReference", "endnoteReference":
		return w.cite(strings.TrimSuffix(name, "Reference") + attr(t, "id"))
	case "textpath": // letters set as a picture, such as the red masthead
		return w.putLine(attr(t, "string"))
	}
	return nil
}

func (w *word) set(f func(*run)) {
	if len(w.runs) > 0 {
		f(&w.runs[len(w.runs)-1])
	}
}

func ofWord(n xml.Name) bool { return strings.Contains(n.Space, "wordprocessingml") }

func (w *word) end(name xml.Name) error {
	switch name.Local {
	case "p":
		if ofWord(name) {
			return w.closeParagraph()
		}
	case "pPr":
		if p := w.paragraph(); p != nil {
			p.props = false
		}
	case "r":
		if len(w.runs) > 0 {
			w.runs = w.runs[:len(w.runs)-1]
		}
	case "t":
		w.inText = false
	case "instrText":
		w.inCode = false
	case "trPr":
		if t := w.innermost(); t != nil {
			t.rowProps = false
		}
	case "tc":
		if err := w.flush(); err != nil {
			return err
		}
		w.closeCell()
	case "tr":
		w.closeRow()
	case "tbl":
		w.closeTable()
		return w.putNotes()
	case "AlternateContent":
		w.chosen = w.chosen[:max(0, len(w.chosen)-1)]
	case "footnote", "endnote":
		return w.closeNote()
	case "document":
		return w.finish()
	}
	return nil
}

func (w *word) chars(t xml.CharData) error {
	s := string(t)
	if w.trim {
		s = strings.Trim(s, " \t\r\n")
	}
	s = strings.ReplaceAll(s, "\n", " ")
	if len(w.runs) > 0 && w.runs[len(w.runs)-1].raised {
		s = raised.Replace(s)
	}
	return w.emit(s)
}

// raised writes raised digits as such, so that 10³ does not become 103.
var raised = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹", "-", "⁻", "－", "⁻", "+", "⁺")

// emit writes text into the paragraph at hand, unless it is hidden or the inner part of a field's instruction.
func (w *word) emit(text string) error {
	if len(w.runs) > 0 && w.runs[len(w.runs)-1].hidden {
		return nil
	}
	if w.coding > 0 {
		w.swallowed = w.swallowed || strings.TrimSpace(text) != ""
		return nil
	}
	if p := w.paragraph(); p != nil && !p.solid {
		p.solid = strings.TrimSpace(text) != ""
	}
	return w.write(text)
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// on reads a switch: <w:vanish/> is on, <w:vanish w:val="0"/> is off.
func on(t xml.StartElement) bool {
	switch attr(t, "val") {
	case "0", "false", "off", "none":
		return false
	}
	return true
}
