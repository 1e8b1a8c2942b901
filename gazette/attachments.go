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

// listAttachment adds what a line of the list under 附件： names, and what it says about where it is.
func (d *Document) listAttachment(no int, text string, sp Span) {
	text = bare(text)
	if head, inside, ok := cutBracket(text); ok && saysWhere(inside) {
		text = head
		d.where = append(d.where, inside)
	}
	text = strings.TrimRight(text, "。；;，,")
	if title := strings.TrimSuffix(strings.TrimPrefix(text, "《"), "》"); !holdsAny(title, "《》") {
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
func (d *Document) printedAttachment(no int, title string, sp Span) {
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
	if no == 0 {
		no = len(d.Attachments) + 1
	}
	if title != "" { // printed, but in no list
		d.Attachments = append(d.Attachments, Attachment{No: no, Title: title, Printed: true, Span: sp})
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

// attachment reads the list of attachments, and the heading of one that is printed.
func (dr *docReader) attachment(p *para) bool {
	if dr.list {
		if p.mark.n == len(dr.d.Attachments)+1 && len(p.text) < 400 && !strings.Contains(p.rest(), "。") {
			dr.listLine(p, p.mark.n, p.rest())
			return true
		}
		if !p.gap && canBeTitle(p) && runes(p.text) < 60 && dr.continueList(p) {
			return true
		}
	}
	no, rest, ok := parseAttachmentHead(p.text)
	switch {
	case !ok:
		return false
	case rest == "" && dr.listFollows(p):
		dr.tree.loose(dr.node(AttachListNode, p))
		dr.list = true
		dr.i++
	case rest != "" && !dr.isListed(no, rest):
		if m, ok := parseMark(rest); ok {
			no, rest = m.n, rest[m.end:]
		}
		dr.listLine(p, no, rest)
	default:
		dr.printAttachment(p, no, rest)
	}
	return true
}

// listFollows tells 附件： above its list from 附件 above the text of one.
func (dr *docReader) listFollows(p *para) bool {
	next := dr.peek(1)
	return len(dr.d.Attachments) == 0 && (!dr.tail || lastRune(p.text) == '：') &&
		next != nil && next.mark.style == arabicStyle && next.mark.n == 1 && !strings.Contains(next.text, "。")
}

func (dr *docReader) isListed(no int, title string) bool {
	for _, a := range dr.d.Attachments {
		if a.Title == bare(title) || no > 0 && a.No == no {
			return true
		}
	}
	return false
}

// listLine takes one line of the list of attachments.
func (dr *docReader) listLine(p *para, no int, text string) {
	dr.tree.loose(dr.node(AttachListNode, p))
	dr.d.listAttachment(no, text, p.spans[0])
	dr.list = true
	dr.i++
}

// continueList takes the second line of a title in the list.
func (dr *docReader) continueList(p *para) bool {
	k := len(dr.d.Attachments) - 1
	if k < 0 || p.mark.style != noStyle || startsAttachment(p.text) {
		return false
	}
	if _, ok := availability(p.text); ok {
		return false
	}
	if _, ok := isDateLine(p.text); ok || dr.isSigner(p) {
		return false
	}
	dr.tree.loose(dr.node(AttachListNode, p))
	dr.d.Attachments[k].Title += bare(p.text)
	dr.i++
	return true
}

// printAttachment begins an attachment whose text stands in the source.
func (dr *docReader) printAttachment(p *para, no int, rest string) {
	taken := []*para{p}
	title := bare(rest)
	for k := 1; title == "" || k > 1 && rest == ""; k++ {
		next := dr.peek(k)
		if next == nil || !canBeTitle(next) || runes(next.text) > 60 || holdsAny(next.text, "：:") || k > 3 || k > 1 && (next.gap || titleEnds(title)) {
			break
		}
		taken = append(taken, next)
		title += bare(next.text)
	}
	dr.d.printedAttachment(no, title, p.spans[0])
	dr.list = false
	if want := matchPlan(title, dr.plans); want != "" && rest == "" && len(taken) > 1 {
		plan := taken[1:]
		dr.beginPlan(plan)
		head := dr.node(AttachmentNode, p)
		head.Mark = bare(p.text)
		dr.part.Nodes = append([]*Node{head}, dr.part.Nodes...)
		dr.i += len(taken)
		return
	}
	n := dr.node(AttachmentNode, taken...)
	n.Text, n.Title = oneLine(n.Text), title
	n.Mark = strings.TrimSuffix(oneLine(p.text), bare(rest))
	root := &dr.d.Nodes
	if dr.part != nil {
		root = &dr.part.Nodes
	}
	*root = append(*root, n)
	dr.tree.reset(root, n)
	dr.i += len(taken)
}

// titleEnds reports whether the title of an attachment needs no second line.
func titleEnds(t string) bool {
	_, ok := hasAnySuffix(stripTitle(t), planKinds)
	return ok
}

// startsAttachment reports 附件, 附件1, 附件：… and 附：… at the beginning of a line.
func startsAttachment(s string) bool {
	_, _, ok := parseAttachmentHead(s)
	return ok
}
