package edition

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhixing/gazette"
)

// withheld knows what a document does not publish and follows its text from node to node: under is the withheld
// attachment that the text being read belongs to, 0 outside one.
type withheld struct {
	whole   bool
	numbers map[int]bool
	doc     *gazette.Document
	under   int
	listed  bool            // the list of attachments has been written anew
	out     map[int]bool    // attachments whose text was found and left out
	paths   map[string]bool // of what was left out
}

func withholding(doc *gazette.Document) *withheld {
	w := &withheld{numbers: map[int]bool{}, out: map[int]bool{}, paths: map[string]bool{}, doc: doc}
	for _, h := range doc.Withheld {
		if h.Whole || h.Attachment < 1 { // a withholding that names nothing withholds everything
			w.whole = true
		}
		w.numbers[h.Attachment] = true
	}
	return w
}

// attachmentHead is the line over a printed attachment: 附件, 附件3, 附件三：名单. Groups: number, separator, rest.
var attachmentHead = regexp.MustCompile(`^(?:附件|附表|附录|附图)\s*[（(]?([0-9０-９]{1,3}|[一二三四五六七八九十]{1,3})?[)）]?(\s*[:：\-—、.．\s]?)\s*((?s).*)$`)

// attachmentList is a list of attachments that was read as a plain paragraph.
var attachmentList = regexp.MustCompile(`^附件\s*[:：]?\s*[1１][.．、]`)

func isList(n *gazette.Node) bool {
	return n.Kind == gazette.AttachListNode || n.Kind == gazette.ClauseNode && attachmentList.MatchString(strings.TrimSpace(n.Text))
}

// covers decides on one node: left out or not, and what stands in its place.
func (w *withheld) covers(n *gazette.Node) (skip bool, place *Block) {
	if len(w.numbers) == 0 {
		return false, nil
	}
	if no, is := w.attachment(n); is {
		w.under = 0
		if !w.numbers[no] {
			return false, nil
		}
		w.under, w.out[no] = no, true
		w.leave(n)
		return true, w.removed(no)
	}
	if w.under == 0 || tail(n) {
		return false, nil
	}
	w.leave(n)
	return true, nil
}

// tail tells the document's own closing lines, which may be printed behind a withheld attachment, from its text.
func tail(n *gazette.Node) bool {
	s := strings.Trim(squeeze(n.Text), "()")
	return n.Kind == gazette.NoteNode && len(n.Children) == 0 &&
		(strings.HasPrefix(s, "此件") || strings.HasPrefix(s, "抄送"))
}

// attachment reports whether n begins a printed attachment, and its number; a withheld number where n does not say
// which it is.
func (w *withheld) attachment(n *gazette.Node) (no int, is bool) {
	s := strings.TrimSpace(n.Text)
	m := attachmentHead.FindStringSubmatch(s)
	switch n.Kind {
	case gazette.AttachmentNode:
	case gazette.ClauseNode, gazette.HeadingNode, gazette.TitleNode, gazette.PlanTitleNode, gazette.SectionNode:
		// Not every sentence that begins with the word: nothing behind it, or a title set off from it. Behind the very
		// number that is withheld anything set off will do.
		if m == nil || isList(n) || m[3] != "" && m[2] == "" {
			return 0, false
		}
		if !w.numbers[number(m[1])] && (len(m[3]) > 240 || strings.ContainsAny(m[3], "。；，！？;!?")) {
			return 0, false
		}
	default:
		return 0, false
	}
	for _, s := range []string{n.Mark, s, n.Title} {
		if m := attachmentHead.FindStringSubmatch(strings.TrimSpace(s)); m != nil && m[1] != "" {
			return number(m[1]), true
		}
	}
	if no := w.number(n.Title + s); no > 0 {
		return no, true
	}
	if len(w.doc.Attachments) == 1 {
		return w.doc.Attachments[0].No, true
	}
	return w.least(), true
}

// number finds the attachment whose title s holds, 0 for none.
func (w *withheld) number(s string) int {
	s = squeeze(s)
	for _, a := range w.doc.Attachments {
		if t := squeeze(a.Title); t != "" && strings.Contains(s, t) {
			return a.No
		}
	}
	return 0
}

// least is the withheld number under which a text goes that does not say which attachment it is: out, to be safe.
func (w *withheld) least() int {
	return slices.Min(slices.Collect(maps.Keys(w.numbers)))
}

// plan reports whether a text that was read as a plan belongs to a withheld attachment: by its title, or because
// it follows one and the notice does not speak of it.
func (w *withheld) plan(pl *gazette.Plan) bool {
	if len(w.numbers) == 0 {
		return false
	}
	no, is := w.attachment(&gazette.Node{Kind: gazette.PlanTitleNode, Text: pl.Title, Title: pl.Title})
	for _, a := range w.doc.Attachments {
		if !is && squeeze(a.Title) == squeeze(pl.Title) {
			no, is = a.No, true
		}
	}
	if !is && w.under != 0 && !w.notice(pl.Title) {
		no = w.under
	}
	w.under = 0
	if !w.numbers[no] {
		return false
	}
	w.under, w.out[no] = no, true
	for _, n := range pl.Nodes {
		w.leave(n)
	}
	return true
}

// notice reports whether the title or the notice's own paragraphs name s.
func (w *withheld) notice(s string) bool {
	s = squeeze(s)
	if s == "" || strings.Contains(squeeze(w.doc.Title), s) {
		return s != ""
	}
	return slices.ContainsFunc(w.doc.Nodes, func(n *gazette.Node) bool {
		return n.Kind == gazette.ClauseNode && strings.Contains(squeeze(n.Text), s)
	})
}

// list writes a list of attachments anew, from those that are public, where it may name a withheld one. ok is false
// for every other node; the text is empty where an earlier list has said it already.
func (w *withheld) list(n *gazette.Node) (text string, ok bool) {
	if len(w.numbers) == 0 || !isList(n) || !w.named(n.Text) {
		return "", false
	}
	if w.listed {
		return "", true
	}
	w.listed = true
	if len(w.doc.Attachments) == 0 {
		return "附件：" + placeholder(w.least()), true
	}
	var items []string
	for _, a := range w.doc.Attachments {
		title := a.Title
		if w.numbers[a.No] {
			title = placeholder(a.No)
		}
		if len(w.doc.Attachments) > 1 {
			title = fmt.Sprintf("%d. %s", a.No, title)
		}
		items = append(items, title)
	}
	return "附件：" + strings.Join(items, "\n"), true
}

// named reports whether a list of attachments may name a withheld one: unless the reading accounts for every line.
func (w *withheld) named(list string) bool {
	s := squeeze(list)
	for no := range w.numbers {
		if regexp.MustCompile(`(^|[^0-9])` + strconv.Itoa(no) + `[.、]`).MatchString(s) {
			return true
		}
		for _, a := range w.doc.Attachments {
			if a.No == no {
				return true
			}
		}
	}
	for _, a := range w.doc.Attachments {
		s = strings.Replace(s, squeeze(a.Title), "", 1)
	}
	s = regexp.MustCompile(`\([^()]*\)|附件|[0-9.:、;,。]`).ReplaceAllString(s, "")
	return s != ""
}

func (w *withheld) leave(n *gazette.Node) {
	w.paths[n.Path] = true
	for _, c := range n.Children {
		w.leave(c)
	}
}

// removed is what stands in the place of a withheld attachment. Its path is ours: the reader's may hold the title.
func (w *withheld) removed(no int) *Block {
	return &Block{Kind: Removed, Text: placeholder(no), Path: fmt.Sprintf("附件%d", no)}
}

func placeholder(no int) string { return fmt.Sprintf("〔附件%d不公开〕", no) }

// prune takes out of the head what only the withheld text said.
func (w *withheld) prune(p *Publication) {
	var b strings.Builder
	p.Walk(func(_ Part, n Block, _ int) { b.WriteString(squeeze(n.Text)) })
	said := func(s string) bool { return s != "" && strings.Contains(b.String(), squeeze(s)) }
	cites := p.Cites
	p.Cites = nil
	for _, c := range cites {
		if c.Path != "" && !w.paths[c.Path] && p.Has(c.Path) || said(c.Title) && (c.No == "" || said(c.No)) {
			p.Cites = append(p.Cites, c)
		}
	}
	if !said(p.InterpretedBy) {
		p.InterpretedBy = ""
	}
	var keep []string
	for _, s := range strings.Split(p.Availability, "；") {
		if said(s) || strings.Contains(squeeze(p.PublicNote), squeeze(s)) {
			keep = append(keep, s)
		}
	}
	p.Availability = strings.Join(keep, "；")
}

// number reads 3, ３, 三 or 二十三; 0 where it is none of them.
func number(s string) int {
	if n, err := strconv.Atoi(squeeze(s)); err == nil {
		return n
	}
	const digits = "零一二三四五六七八九"
	n, digit := 0, 0
	for _, r := range s {
		switch i := strings.IndexRune(digits, r); {
		case r == '百':
			n, digit = n+max(digit, 1)*100, 0
		case r == '十':
			n, digit = n+max(digit, 1)*10, 0
		case i >= 0:
			digit = i / len("零")
		}
	}
	return n + digit
}
