package gazette

import "strings"

// readDocuments finds where documents begin and reads each.
func (r *reader) readDocuments() {
	starts := r.findStarts()
	end := len(r.paras)
	if len(starts) == 0 {
		starts = []docStart{r.looseStart(end)}
	}
	starts = r.beforeFirst(r.dropRepeats(starts))
	for i, s := range starts {
		next := end
		if i+1 < len(starts) {
			next = starts[i+1].open
		}
		r.readDocument(s, next)
	}
}

// docReader reads one document from its paragraphs.
type docReader struct {
	r     *reader
	d     *Document
	paras []*para
	i     int
	part  *Plan // the plan being read; nil in the notice
	tree  tree
	plans []string // titles that the notice says it issues
	tail  bool     // the signature has been read
	list  bool     // a list of attachments is open
}

func (r *reader) readDocument(s docStart, end int) {
	d := &Document{Seq: len(r.issue.Documents) + 1, Title: s.title, Kind: kindOf(s.title)}
	dr := &docReader{r: r, d: d, plans: issued(s.title)}
	for _, p := range r.paras[s.open:end] {
		if p.noise == NotNoise {
			dr.paras = append(dr.paras, p)
		}
	}
	dr.tree.reset(&d.Nodes, nil)
	dr.head(s)
	dr.body()
	d.Span = Span{dr.paras[0].start(), dr.paras[len(dr.paras)-1].end()}
	r.issue.Documents = append(r.issue.Documents, d)
	dr.facts()
}

// node makes a node of one or several paragraphs.
func (dr *docReader) node(kind NodeKind, paras ...*para) *Node {
	n := &Node{Kind: kind}
	for _, p := range paras {
		p.node = n
		n.Spans = append(n.Spans, p.spans...)
		n.mended = n.mended || p.mended
	}
	n.Text = joinText(paras)
	return n
}

// joinText is the text of several paragraphs that make one node, such as the lines of a title.
func joinText(paras []*para) string {
	if len(paras) == 1 {
		return paras[0].text
	}
	var b strings.Builder
	for i, p := range paras {
		if i > 0 && isWord(lastRune(paras[i-1].text)) && isWord(firstRune(p.text)) {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// oneLine is a text without the spaces that printers set between the characters of a title.
func oneLine(s string) string { return tidy(s, []Span{{0, len(s)}}, false) }

func (dr *docReader) head(s docStart) {
	for dr.i < s.at-s.open {
		p := dr.paras[dr.i]
		dr.i++
		dr.number(p)
	}
	if s.n > 0 {
		n := dr.node(TitleNode, dr.paras[dr.i:dr.i+s.n]...)
		n.Text = oneLine(n.Text)
		n.Title = s.title
		dr.d.Nodes = append(dr.d.Nodes, n)
		dr.i += s.n
		if d, ok := findDocNo(n.Text); ok && s.title != n.Text {
			dr.d.No = d.no
		}
	}
	for dr.i < len(dr.paras) {
		p := dr.paras[dr.i]
		switch {
		case isNumberLine(p.text):
			dr.number(p)
		case isNote(p.text):
			dr.d.Nodes = append(dr.d.Nodes, dr.node(NoteNode, p))
		case isRecipients(p):
			n := dr.node(RecipientsNode, p)
			dr.d.Nodes = append(dr.d.Nodes, n)
			dr.d.Recipients = splitRecipients(n.Text)
			dr.i++
			return
		default:
			return
		}
		dr.i++
	}
}

// number takes a line above or below the title: the number of the document, the section of the issue, a masthead.
func (dr *docReader) number(p *para) {
	kind := NoteNode
	switch no, ok := numberOf(p.text); {
	case ok:
		kind = NumberNode
		if strings.HasPrefix(no, "第") { // an order is counted by its issuer
			no = stripTitle(dr.d.Title) + no
		}
		dr.d.No = no // of two numbers the lower one, next to the title, is the document's
	case isSectionName(bare(p.text)):
		kind = SectionNode
	}
	dr.d.Nodes = append(dr.d.Nodes, dr.node(kind, p))
}
