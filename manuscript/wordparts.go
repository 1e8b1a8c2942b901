package manuscript

import (
	"fmt"
	"strconv"
	"strings"
)

// openParagraph begins a paragraph, perhaps in a text box inside another.
func (w *word) openParagraph() error {
	if outer := w.paragraph(); outer != nil {
		outer.line, w.line = w.line, nil
	}
	w.paras = append(w.paras, paragraph{tables: len(w.tables)})
	return nil
}

// closeParagraph writes the paragraph at hand down, with the number that Word counts for it.
func (w *word) closeParagraph() error {
	if len(w.paras) == 0 {
		return nil
	}
	p := w.paras[len(w.paras)-1]
	w.paras = w.paras[:len(w.paras)-1]
	outer := w.paragraph()
	if !p.joined || outer != nil {
		text := w.take()
		if outer != nil {
			w.line = outer.line
		}
		label := w.numbers.label(p.style, p.num)
		if strings.TrimSpace(text) == "" {
			if label = strings.TrimSpace(label); w.free() {
				label = "" // an empty line that Word numbers
			}
		}
		if err := w.putLine(label + text); err != nil {
			return err
		}
	}
	for _, line := range p.after {
		if err := w.putLine(line); err != nil {
			return err
		}
	}
	if outer != nil || !w.free() {
		return nil
	}
	return w.putNotes()
}

// putLine puts a finished line down. A line of a text box comes before the paragraph that holds the box, or after it
// where it would cut its text.
func (w *word) putLine(line string) error {
	if outer := w.paragraph(); outer != nil && outer.solid && outer.tables == len(w.tables) {
		outer.after = append(outer.after, line)
		return nil
	}
	return w.put(line)
}

// flush puts down a line that was left open because the end of its paragraph was deleted.
func (w *word) flush() error {
	if len(w.line) == 0 || w.paragraph() != nil {
		return nil
	}
	return w.put(w.take())
}

// cite marks the place of a note; its text follows the paragraph or the table, so that it stays in its document.
func (w *word) cite(key string) error {
	text := w.notes[key]
	if text == "" {
		return nil
	}
	w.citedNo++
	mark := fmt.Sprintf("［注%d］", w.citedNo)
	w.cited = append(w.cited, mark+text)
	return w.emit(mark)
}

func (w *word) putNotes() error {
	if !w.free() || len(w.cited) == 0 {
		return nil
	}
	for _, note := range w.cited {
		if err := w.putLine(note); err != nil {
			return err
		}
	}
	w.cited = nil
	return nil
}

// closeNote keeps the note that was read.
func (w *word) closeNote() error {
	if err := w.flush(); err != nil {
		return err
	}
	text := strings.Join(strings.Fields(w.sheet.text()), " ")
	w.sheet = sheet{}
	if w.noteKey != "" {
		w.notes[w.noteKey] = text
	}
	w.noteKey = ""
	return nil
}

// finish ends the document.
func (w *word) finish() error {
	for _, f := range w.fields {
		if w.swallowed && !f.result {
			return refuse("里有一个没有结束的域（%s），它后面的文字读不到：请用 Word 打开，按 Ctrl+A 再按 Ctrl+Shift+F9 把域变成文字，保存后再传", shortName(f.instruction.String()))
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	for len(w.tables) > 0 {
		w.closeTable()
	}
	return w.putNotes()
}

// field is one of Word's fields: an instruction such as PAGEREF _Toc1, and mostly what it gave.
type field struct {
	instruction strings.Builder
	result      bool // the instruction has ended
}

const maxInstruction = 4096 // bytes

func (w *word) instruct(text string) {
	if n := len(w.fields); n > 0 && w.fields[n-1].instruction.Len()+len(text) < maxInstruction {
		w.fields[n-1].instruction.WriteString(text)
	}
}

func (w *word) field(kind string) error {
	n := len(w.fields)
	switch kind {
	case "begin":
		w.swallowed = w.swallowed && n > 0
		w.fields = append(w.fields, &field{})
		w.coding++
	case "separate":
		if n > 0 && !w.fields[n-1].result {
			w.fields[n-1].result = true
			w.coding--
		}
	case "end":
		if n == 0 {
			return nil
		}
		f := w.fields[n-1]
		w.fields = w.fields[:n-1]
		if !f.result {
			w.coding--
			return w.emit(shown(f.instruction.String()))
		}
	}
	return nil
}

// shown is what the few fields show that have no result of their own.
func shown(instruction string) string {
	words := strings.Fields(instruction)
	if len(words) == 0 {
		return ""
	}
	switch strings.ToUpper(words[0]) {
	case "EQ":
		return equation(strings.TrimSpace(strings.TrimSpace(instruction)[2:]))
	case "MACROBUTTON", "GOTOBUTTON":
		return strings.Join(words[min(2, len(words)):], " ")
	}
	return ""
}

// equation reads what Chinese offices use EQ for: \o\ac(○,1) is ①, \o\ad(\s\up 9(xiàn),县) is 县 with its sound,
// \o(\s\up(甲县),\s\do(乙县)) two names one above the other, \f(1,2) is 1/2.
func equation(s string) string {
	sound := strings.Contains(s, `\up`) && !strings.Contains(s, `\do`)
	fraction := strings.Contains(s, `\f(`)
	var args []string
	var arg strings.Builder
	lifted := 0 // depth inside the brackets of a sound
	command := ""
	depth := 0
	quoted := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\':
			j := i + 1
			for j < len(s) && (s[j] >= 'a' && s[j] <= 'z' || s[j] >= 'A' && s[j] <= 'Z' || s[j] == '*') {
				j++
			}
			command = s[i:j]
			i = j - 1
		case c == '(':
			if depth++; sound && command == `\up` && lifted == 0 {
				lifted = depth
			}
			command = ""
		case c == ')':
			if lifted == depth {
				lifted = 0
				arg.Reset()
			}
			depth--
		case c == ',' || c == ';':
			args = append(args, strings.TrimSpace(arg.String()))
			arg.Reset()
		case depth > 0 && command == "" && lifted == 0:
			arg.WriteByte(c)
		}
	}
	args = append(args, strings.TrimSpace(arg.String()))
	if len(args) == 2 && strings.Contains("○〇◯□△◇", args[0]) && args[0] != "" {
		return circled(args[1])
	}
	if fraction {
		return strings.Join(args, "/")
	}
	return strings.Join(args, "")
}

func circled(s string) string {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil || n < 1 || n > 50:
		return "（" + s + "）"
	case n <= 20:
		return string(rune('①' + n - 1))
	case n <= 35:
		return string(rune('㉑' + n - 21))
	}
	return string(rune('㊱' + n - 36))
}

// symbol is the character that a picture font draws at a place; 〓 where it is not known, for a person to see.
func symbol(font, code string) string {
	n, err := strconv.ParseUint(code, 16, 32)
	if err != nil {
		return "〓"
	}
	r := rune(n)
	if r < 0xf000 || r > 0xf0ff {
		if r < 0x20 || r >= 0xe000 && r <= 0xf8ff || r > 0x10ffff {
			return "〓"
		}
		return string(r)
	}
	r -= 0xf000
	table := wingdings
	switch font = strings.ToLower(font); {
	case strings.HasPrefix(font, "symbol"):
		table = symbols
	case font == "wingdings 2":
		table = wingdings2
	case !strings.HasPrefix(font, "wingdings") && r >= 0x20 && r < 0x7f:
		return string(r)
	}
	if s, ok := table[r]; ok {
		return string(s)
	}
	return "〓"
}

var wingdings = map[rune]rune{
	'l': '●', 'm': '○', 'n': '■', 'o': '□', 'q': '□', 'r': '□', 'u': '◆', 'v': '❖', 't': '◆', 's': '◆', 0x9f: '•', 0xa0: '•', 0xa7: '■', 0xa8: '□', 0xa1: '○',
	0xa4: '◉', 0xd8: '➢', 0xe0: '→', 0xdf: '←', 0xe1: '↑', 0xe2: '↓', 0xf0: '⇨', 0xfb: '✗', 0xfc: '✓', 0xfd: '☒', 0xfe: '☑', 0xab: '★',
	0x81: '①', 0x82: '②', 0x83: '③', 0x84: '④', 0x85: '⑤', 0x86: '⑥', 0x87: '⑦', 0x88: '⑧', 0x89: '⑨', 0x8a: '⑩', 0x28: '☎', 0x2a: '✉',
}

var wingdings2 = map[rune]rune{'P': '✓', 'O': '✗', 'R': '☑', 'Q': '☒', 'S': '☒', 'T': '☒', 0xa3: '□', 0x98: '●', 0x99: '○'}

var symbols = map[rune]rune{
	0xb0: '°', 0xb1: '±', 0xb3: '≥', 0xa3: '≤', 0xb4: '×', 0xb8: '÷', 0xb9: '≠', 0xbb: '≈', 0xb7: '•', 0xd7: '·', 0xa5: '∞', 0xae: '→', 0xac: '←', 0xd6: '√',
	0x6d: 'μ', 0x61: 'α', 0x62: 'β', 0x67: 'γ', 0x64: 'δ', 0x44: 'Δ', 0x70: 'π', 0x57: 'Ω', 0x53: 'Σ', 0x71: 'θ', 0x6c: 'λ', 0x2b: '+', 0x2d: '−', 0x3d: '=',
	0x25: '%', 0xe5: '∑', 0xa2: '′', 0xb2: '″',
}
