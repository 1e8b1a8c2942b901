package gazette

import (
	"strconv"
	"strings"
)

// body reads what stands below the head of a document.
func (dr *docReader) body() {
	for dr.i < len(dr.paras) {
		p := dr.paras[dr.i]
		switch {
		case dr.planTitle(), dr.attachment(p), dr.signature(), dr.note(p), dr.rows():
			continue
		}
		dr.list = false
		dr.clause(p)
		dr.i++
	}
}

// matchPlan finds the issued title that a printed one stands for; a notice may name it more fully than its heading.
func matchPlan(title string, plans []string) string {
	t := stripTitle(bare(title))
	if runes(t) < 4 {
		return ""
	}
	for _, want := range plans {
		w := stripTitle(want)
		if w == t || runes(t) >= 8 && strings.HasSuffix(w, t) || runes(w) >= 8 && strings.HasSuffix(t, w) && len(t) <= len(w)+36 {
			return want
		}
	}
	return ""
}

// maxPlans is how many plans one notice may issue; the most met is about twenty.
const maxPlans = 200

// planTitle begins a plan where its title stands.
func (dr *docReader) planTitle() bool {
	if startsAttachment(dr.paras[dr.i].text) || len(dr.d.Plans) == maxPlans {
		return false
	}
	n := dr.titleLines(dr.i, func(t string, gap bool) bool {
		if want := matchPlan(t, dr.plans); want != "" && (!gap || strings.HasSuffix(t, bare(want))) {
			return true
		}
		if gap {
			return false
		}
		_, ok := hasAnySuffix(stripTitle(t), planKinds[:19])
		return ok && dr.tail && dr.tree.base == nil && dr.part == nil && balanced(t)
	})
	if n == 0 {
		return false
	}
	dr.beginPlan(dr.paras[dr.i : dr.i+n])
	dr.i += n
	return true
}

// titleLines reports how many paragraphs from i on make a title that ok accepts; gap says that blank lines stand
// between them where they stand between paragraphs too.
func (dr *docReader) titleLines(i int, ok func(title string, gap bool) bool) int {
	var b strings.Builder
	gap := false
	for n := 0; n < 5 && i+n < len(dr.paras); n++ {
		p := dr.paras[i+n]
		if !canBeTitle(p) || runes(p.text) > 90 || standsAlone(p.text) || dr.isSigner(p) {
			return 0
		}
		gap = gap || n > 0 && p.gap && dr.r.layout.spaced
		b.WriteString(bare(p.text))
		if ok(b.String(), gap) {
			return n + 1
		}
	}
	return 0
}

func (dr *docReader) beginPlan(title []*para) {
	plan := &Plan{}
	n := dr.node(PlanTitleNode, title...)
	n.Text = oneLine(n.Text)
	n.Title = n.Text
	plan.Title = n.Text
	dr.d.Plans = append(dr.d.Plans, plan)
	dr.part, dr.list = plan, false
	dr.tree.reset(&plan.Nodes, nil)
	plan.Nodes = append(plan.Nodes, n)
}

// attachment reads the list of attachments, and the heading of one that is printed.
func (dr *docReader) attachment(p *para) bool {
	if dr.list && p.mark.style != noStyle && (p.mark.n == len(dr.d.Attachments)+1) && len(p.text) < 400 && !strings.ContainsAny(p.rest(), "。") {
		dr.listLine(p, p.mark.n, p.rest())
		return true
	}
	if dr.list {
		if last := dr.d.Nodes; !p.gap && len(last) > 0 && canBeTitle(p) && runes(p.text) < 60 {
			if dr.continueList(p) {
				return true
			}
		}
	}
	no, rest, ok := parseAttachmentHead(p.text)
	if !ok {
		return false
	}
	next := dr.peek(1)
	listed := rest != "" && len(dr.d.Attachments) > 0 && dr.isListed(no, rest)
	if rest == "" && (!dr.tail || lastRune(p.text) == '：') && len(dr.d.Attachments) == 0 && next != nil && next.mark.n == 1 && next.mark.style == arabicStyle && !strings.Contains(next.text, "。") {
		dr.tree.loose(dr.node(AttachListNode, p))
		dr.list = true
		dr.i++
		return true
	}
	if rest != "" && !listed {
		m, marked := parseMark(rest)
		if marked {
			no, rest = m.n, rest[m.end:]
		}
		dr.listLine(p, no, rest)
		return true
	}
	dr.printAttachment(p, no, rest)
	return true
}

func (dr *docReader) peek(k int) *para {
	if dr.i+k < len(dr.paras) {
		return dr.paras[dr.i+k]
	}
	return nil
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
		if next == nil || !canBeTitle(next) || runes(next.text) > 60 || strings.ContainsAny(next.text, "：:") || k > 3 || k > 1 && (next.gap || titleEnds(title)) {
			break
		}
		taken = append(taken, next)
		title += bare(next.text)
	}
	dr.d.printedAttachment(no, title)
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

// signature reads issuers and date under a text.
func (dr *docReader) signature() bool {
	k := 0
	for k < 20 && dr.peek(k) != nil && dr.isSigner(dr.peek(k)) {
		k++
	}
	at := dr.peek(k)
	if at == nil || dr.tree.base != nil {
		return false
	}
	date, ok := isDateLine(at.text)
	if !ok {
		if k == 0 || dr.tail || bare(dr.paras[dr.i].text) != issuerOf(dr.d.Title) {
			return false
		}
		k = 1
	}
	for ; k > 0; k-- {
		n := dr.node(SignatureNode, dr.paras[dr.i])
		dr.tree.loose(n)
		if dr.d.Issuer == "" {
			dr.d.Issuer = strings.Join(strings.Fields(n.Text), "、")
		}
		dr.i++
	}
	if ok {
		dr.tree.loose(dr.node(DateNode, at))
		if dr.d.SignedOn.IsZero() && !dr.tail {
			dr.d.SignedOn = date.date
		}
		dr.i++
	}
	dr.tail, dr.list = true, false
	dr.tree.stack = nil
	return true
}

// isSigner reports a line that can stand above the date: one office or more, or an office-holder with his name.
func (dr *docReader) isSigner(p *para) bool {
	if p.mark.style != noStyle || len(p.text) > 300 || strings.ContainsAny(p.text, "，。；：、《（:;") && !strings.HasSuffix(p.text, "（代章）") {
		return false
	}
	_, ok := hasAnySuffix(stripTitle(bare(p.text)), offices)
	return ok
}

// issuerOf is what stands before 关于 in a title.
func issuerOf(title string) string {
	at := strings.Index(title, "关于")
	if at < 0 {
		for _, k := range []string{"公告", "通告", "命令", "令"} {
			if head, ok := strings.CutSuffix(title, k); ok {
				if _, ok := hasAnySuffix(head, offices); ok {
					return head
				}
			}
		}
		return ""
	}
	return title[:at]
}

// note reads the lines that stand under a document or tell where a part of it is.
func (dr *docReader) note(p *para) bool {
	if inside, ok := publicNote(p.text); ok {
		if dr.d.PublicNote == "" {
			dr.d.PublicNote = inside
		}
		dr.tree.loose(dr.node(NoteNode, p))
		dr.tail, dr.list = true, false
		dr.tree.stack = nil
		dr.i++
		return true
	}
	if inside, ok := availability(p.text); ok {
		inside = bare(inside)
		if top := dr.tree.top(); top != nil && !dr.list {
			dr.d.where = append(dr.d.where, "正文"+bare(top.Title)+inside)
			dr.tree.under(dr.node(NoteNode, p))
		} else {
			dr.d.where = append(dr.d.where, inside)
			dr.tree.loose(dr.node(NoteNode, p))
		}
		dr.i++
		return true
	}
	if startsTail(p.text) || dr.tail && isImprint(p.text) {
		dr.tree.loose(dr.node(NoteNode, p))
		dr.tail = true
		dr.i++
		return true
	}
	if len(p.text) < 300 && interpreter(p.text) != "" && p.mark.style == noStyle {
		dr.tree.loose(dr.node(NoteNode, p))
		dr.i++
		return true
	}
	return false
}

// publicNote reads （此件公开发布，附件3不公开） and 公开属性：主动公开.
func publicNote(s string) (string, bool) {
	if len(s) > 300 {
		return "", false
	}
	inside, ok := wholeBracket(s)
	if ok {
		s = inside
	}
	s = bare(s)
	switch {
	case ok && strings.Contains(s, "公开") && (strings.HasPrefix(s, "此件") || strings.HasPrefix(s, "本文")):
	case ok && strings.HasPrefix(s, "此件") && strings.Contains(s, "删减"):
	case strings.HasPrefix(s, "信息公开形式：") || strings.HasPrefix(s, "公开属性：") || strings.HasPrefix(s, "公开方式："):
	case strings.HasPrefix(s, "此件") && strings.Contains(s, "公开") && runes(s) < 40:
	default:
		return "", false
	}
	return s, true
}

// isImprint reports 某某办公室 2023年9月1日印发 and telephone lines.
func isImprint(s string) bool {
	if len(s) >= 200 {
		return false
	}
	if _, dated := findDate(s); dated && strings.HasSuffix(bare(s), "印发") {
		return true
	}
	head, _, ok := cutColon(s)
	return ok && contains([]string{"联系人", "联系电话", "电话", "传真", "联系地址", "地址", "邮箱", "电子邮箱", "邮编"}, bare(head))
}

// interpreter reads who answers questions on a text: 本办法由甲局负责解读 gives 甲局.
func interpreter(s string) string {
	for _, w := range []string{"负责解读", "负责解释"} {
		at := strings.Index(s, w)
		if at < 0 {
			continue
		}
		head := s[:at]
		by := strings.LastIndex(head, "由")
		if by < 0 || runes(head[by:]) > 60 {
			continue
		}
		who := strings.TrimSuffix(bare(head[by+len("由"):]), "具体")
		if who != "" && !strings.ContainsAny(who, "，。；") {
			return who
		}
	}
	return ""
}

// clause takes a paragraph of the text.
func (dr *docReader) clause(p *para) {
	n := dr.node(ClauseNode, p)
	if value, ok := dr.r.mends.take(SetLevel, p.start()); ok {
		dr.setLevel(p, n, value)
		return
	}
	if dr.part == nil && !dr.tail && len(dr.plans) < 100 {
		dr.plans = append(dr.plans, announced(p.text)...)
	}
	if p.mark.style == noStyle {
		dr.tree.closeList()
		titled(dr.tree.top())
		dr.tree.under(n)
		return
	}
	n.Mark, n.key = strings.TrimSpace(p.text[:p.mark.end]), p.mark.key
	n.Title = heading(p)
	if n.Title != "" && bare(p.rest()) == n.Title {
		n.Kind = HeadingNode
	}
	if odd := dr.tree.add(n, p.mark); odd != "" {
		dr.r.doubt(p, "%s，请核对原件", odd)
	}
}

// setLevel hangs a paragraph where a mend says: as a heading of that level, or as a paragraph without number.
func (dr *docReader) setLevel(p *para, n *Node, value string) {
	level, _ := strconv.Atoi(value)
	if level == 0 {
		dr.tree.under(n)
		return
	}
	n.Kind = HeadingNode
	n.Mark, n.key = strings.TrimSpace(p.text[:p.mark.end]), p.mark.key
	if n.Title = heading(p); n.Title == "" {
		n.Title = oneLine(strings.TrimRight(p.rest(), "。：:"))
	}
	dr.tree.addAt(n, p.mark, level)
}

// heading is the opening phrase of a numbered paragraph where it reads as a heading.
func heading(p *para) string {
	rest := strings.TrimLeftFunc(p.rest(), isSpace)
	if p.mark.style == articleStyle { // 第一条（目的依据）为…
		if caption, ok := leadingBracket(rest); ok && runes(caption) <= 20 {
			return caption
		}
		return ""
	}
	end := sentenceEnd(rest)
	if end < 0 { // no full stop at all
		title := strings.TrimRight(rest, "：:")
		if runes(title) > 80 || endsSentence(lastRune(title)) {
			return ""
		}
		return bare(title)
	}
	head, tail := rest[:end], strings.TrimSpace(rest[end:])
	tail = strings.TrimLeft(tail, "。．")
	if colon, body, ok := cutColon(head); ok && runes(colon) <= 20 && !strings.ContainsAny(colon, "，、；“") && body != "" {
		return bare(colon)
	}
	if tail == "" || runes(head) > 45 || strings.ContainsAny(head, "；;") {
		return ""
	}
	return bare(head)
}

// titled makes a heading of a numbered sentence that stands alone above the paragraph that it heads.
func titled(n *Node) {
	if n == nil || n.Title != "" || len(n.Children) > 0 || n.Mark == "" || strings.HasPrefix(n.Mark, "第") {
		return
	}
	rest := bare(n.Body())
	if end := sentenceEnd(rest); end > 0 && rest[end:] == "。" && runes(rest) <= 46 {
		n.Title, n.Kind = rest[:end], HeadingNode
	}
}

// sentenceEnd is where the first sentence of s ends, outside brackets and quotation marks; -1 where none does.
func sentenceEnd(s string) int {
	depth := 0
	for i, r := range s {
		switch {
		case opens(r) || r == '“':
			depth++
		case closes(r) || r == '”':
			depth = max(0, depth-1)
		case depth == 0 && (r == '。' || r == '！' || r == '？'):
			return i
		}
	}
	return -1
}

// rows reads lines set in columns, such as lists of names.
func (dr *docReader) rows() bool {
	k := 0
	for dr.peek(k) != nil && dr.peek(k).row {
		k++
	}
	if k == 0 {
		return false
	}
	table := &Node{Kind: TableNode}
	for ; k > 0; k-- {
		row := dr.node(TableNode, dr.paras[dr.i])
		row.Text = dr.r.asPrinted(row.Spans[0])
		table.Children = append(table.Children, row)
		dr.i++
	}
	dr.tree.under(table)
	dr.list = false
	return true
}
