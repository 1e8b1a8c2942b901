package gazette

import (
	"strings"
	"unicode/utf8"
)

// parseAttachmentHead reads 附件, 附件2, 附件：…, 附1：… at the beginning of a paragraph; no is 0 where none is
// printed.
func parseAttachmentHead(s string) (no int, rest string, ok bool) {
	if !strings.HasPrefix(s, "附") {
		return 0, "", false
	}
	at := len("附")
	word := false
	if k := spaces(s[at:]); strings.HasPrefix(s[at+k:], "件") {
		at += k + len("件")
		word = true
	} else if strings.HasPrefix(s[at:], "表") || strings.HasPrefix(s[at:], "录") {
		at += len("表")
		word = true
	}
	gap := spaces(s[at:])
	n, used := number(s[at+gap:])
	if used > 0 && n > 0 && n < 100 {
		no = n
		at += gap + used
		gap = spaces(s[at:])
	}
	rest = s[at+gap:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "":
		return no, "", word || no > 0
	case r == '：' || r == ':':
		return no, strings.TrimLeftFunc(rest[size:], isSpace), true
	case gap > 0 && word, (r == '《' || r == '.' || r == '．' || r == '、') && no > 0:
		return no, strings.TrimLeft(rest, ".．、"), true
	}
	return 0, "", false
}

// availability reads a bracket that says where something is to be found: （表格详见县政府网站） gives its inside.
func availability(s string) (string, bool) {
	inside, ok := wholeBracket(s)
	if !ok || !saysWhere(inside) {
		return "", false
	}
	return inside, true
}

// saysWhere reports words that tell where a text, table or attachment is to be found.
func saysWhere(s string) bool {
	return runes(s) <= 40 && containsAny(s, []string{"详见", "另附", "附后", "另发", "从略", "此略", "见网站", "可在", "请见", "请登录"}) || s == "略"
}

// listAttachment adds what a line of the list under 附件： names, and what it says about where it is.
func (d *Document) listAttachment(no int, text string, sp Span) {
	text = bare(text)
	if head, inside, ok := cutBracket(text); ok && saysWhere(inside) {
		text = head
		d.where = append(d.where, inside)
	}
	text = strings.TrimRight(text, "。；;，,")
	if title := strings.TrimSuffix(strings.TrimPrefix(text, "《"), "》"); !strings.ContainsAny(title, "《》") {
		text = title
	}
	if text == "" {
		return
	}
	if no == 0 {
		no = len(d.Attachments) + 1
	}
	d.Attachments = append(d.Attachments, Attachment{No: no, Title: text, Span: sp})
}

// printed notes that the text of an attachment stands in the source.
func (d *Document) printedAttachment(no int, title string) {
	for i := range d.Attachments {
		a := &d.Attachments[i]
		if a.Title == title && title != "" || title == "" && (no == a.No || no == 0 && len(d.Attachments) == 1) {
			a.Printed = true
			return
		}
	}
	for i := range d.Attachments {
		a := &d.Attachments[i]
		if !a.Printed && (no == a.No || no == 0) {
			a.Printed = true
			return
		}
	}
}

// tellAvailability puts together where the attachments, tables and text of the document are to be found.
func (d *Document) tellAvailability() {
	var words []string
	add := func(s string) {
		for _, w := range words {
			if w == s {
				return
			}
		}
		words = append(words, s)
	}
	for _, a := range d.Attachments {
		if a.Printed {
			add("附件随文刊印")
		}
	}
	for _, w := range d.where {
		add(w)
	}
	for _, clause := range noteClauses(d.PublicNote) {
		if saysWhere(clause) || strings.Contains(clause, "附件") && strings.Contains(clause, "不") {
			add(clause)
		}
	}
	d.Availability = strings.Join(words, "；")
}
