package gazette

import "strings"

// docStart is where a document begins: its title takes n paragraphs from at on; open is the first paragraph that
// belongs to it (a number may stand above the title).
type docStart struct {
	open, at, n int
	title       string
	forced      bool // a mend says so
}

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

// findStarts looks for titles of documents.
func (r *reader) findStarts() []docStart {
	promised := map[string]bool{}
	for _, t := range r.issue.Contents {
		promised[t] = true
	}
	var starts []docStart
	var plans []string // titles that the document at hand issues
	dated := false     // the document at hand has been signed
	for i := 0; i < len(r.paras); i++ {
		p := r.paras[i]
		if _, ok := isDateLine(p.text); ok {
			dated = true
		}
		n, title := r.titleAt(i, promised)
		if _, ok := r.mends.take(SplitDocument, p.start()); ok {
			if n == 0 && canBeTitle(p) {
				n, title = 1, bare(p.text)
			}
			starts = append(starts, docStart{open: i, at: i, n: n, title: title, forced: true})
			plans, dated = issued(title), false
			i += max(n, 1) - 1
			continue
		}
		if n == 0 {
			if len(starts) > 0 && !dated && len(plans) < 100 {
				plans = append(plans, announced(p.text)...)
			}
			continue
		}
		s := docStart{open: i, at: i, n: n, title: title}
		head := 0 // where the head of the document before ends
		if k := len(starts); k > 0 {
			head = starts[k-1].at + starts[k-1].n + 1
		}
		for s.open > head && isAbove(r.paras[s.open-1]) {
			s.open--
		}
		above := s.open < i
		ok := promised[title] || len(starts) == 0 || above || r.headFollows(i+n) || dated && firstRune(p.text) != '《'
		if matchPlan(title, plans) != "" && !promised[title] {
			ok = false
		}
		if !ok {
			continue
		}
		_, join := r.mends.take(JoinDocument, p.start())
		if _, above := r.mends.take(JoinDocument, r.paras[s.open].start()); join || above {
			continue
		}
		starts = append(starts, s)
		plans, dated = issued(title), false
		i += n - 1
	}
	return starts
}

// titleAt reports how many paragraphs from i on make the title of a document, and the title on one line.
func (r *reader) titleAt(i int, promised map[string]bool) (n int, title string) {
	var b strings.Builder
	for n < 8 && i+n < len(r.paras) {
		p := r.paras[i+n]
		if !canBeTitle(p) || standsAlone(p.text) || n > 0 && !strings.HasPrefix(p.text, "关于") && isTitle(bare(p.text)) {
			break
		}
		if n == 0 {
			if at := strings.Index(p.text, "关于"); at < 0 && !isIssuer(bare(p.text)) && !isTitle(unmarked(bare(p.text))) {
				break
			}
		}
		b.WriteString(bare(p.text))
		n++
		t := unmarked(b.String())
		if promised[t] {
			return n, t
		}
		if isTitle(t) && !r.titleGoesOn(i+n, t) {
			return n, titleText(t)
		}
	}
	return 0, ""
}

// titleGoesOn tells 关于印发某某办法 / 的通知 from a whole title.
func (r *reader) titleGoesOn(i int, t string) bool {
	if i >= len(r.paras) {
		return false
	}
	s := bare(r.paras[i].text)
	if runes(s) > 40 || !canBeTitle(r.paras[i]) || isNumberLine(s) {
		return false
	}
	return strings.HasPrefix(s, "的") && isTitle(t+s) || isTitle(t+s) && strings.Contains(t, "印发") && strings.HasSuffix(s, "通知")
}

// titleText is the title without a number printed in brackets behind it.
func titleText(t string) string {
	if head, inside, ok := cutBracket(t); ok && isNumberLine(inside) {
		return head
	}
	return t
}

func canBeTitle(p *para) bool {
	if len(p.text) > 700 || p.mark.style != noStyle || p.row {
		return false
	}
	last := lastRune(p.text)
	return !endsSentence(last) && last != '：' && last != ':' && last != '，' && last != '、'
}

// headFollows reports whether what follows a title is the head of a document: its number or its recipients.
func (r *reader) headFollows(i int) bool {
	for k := i; k < i+2 && k < len(r.paras); k++ {
		if isNumberLine(r.paras[k].text) || isRecipients(r.paras[k]) {
			return true
		}
	}
	return false
}

// looseStart takes a source without any document title: a plan alone, or bare text.
func (r *reader) looseStart(end int) docStart {
	var b strings.Builder
	for n := 0; n < end && n < 5; n++ {
		p := r.paras[n]
		if !canBeTitle(p) || runes(p.text) > 60 || isNumberLine(p.text) {
			break
		}
		b.WriteString(bare(p.text))
		t := stripTitle(b.String())
		_, kind := hasAnySuffix(t, kinds)
		if _, plan := hasAnySuffix(t, planKinds); (kind || plan) && balanced(t) {
			return docStart{n: n + 1, title: titleText(b.String())}
		}
	}
	if end > 1 && canBeTitle(r.paras[0]) && runes(r.paras[0].text) <= 60 {
		return docStart{n: 1, title: bare(r.paras[0].text)}
	}
	return docStart{}
}

// beforeFirst gives what stands before the first document to it where that can be its masthead. Running text there
// is a document of its own; anything else is the cover.
func (r *reader) beforeFirst(starts []docStart) []docStart {
	var before []*para
	for _, p := range r.paras[:starts[0].open] {
		if p.noise == NotNoise {
			before = append(before, p)
		}
	}
	switch {
	case len(before) == 0:
	case hasText(before):
		return append([]docStart{r.looseStart(starts[0].open)}, starts...)
	case len(before) <= 10 && r.issue.Contents == nil:
		starts[0].open = 0
		return starts
	default:
		r.doubt(before[0], "第一件公文之前有 %d 行没有归入任何公文，已当作封面，请核对", len(before))
		setParas(before, Cover)
	}
	r.before = starts[0].open
	return starts
}

// isAbove reports a line that stands above the title of a document: its number, a masthead, the section of the
// issue, a degree of urgency.
func isAbove(p *para) bool {
	s := bare(p.text)
	if runes(s) > 40 || endsSentence(lastRune(s)) || p.mark.style != noStyle {
		return false
	}
	return isNumberLine(s) || isSectionName(s) || contains([]string{"特急", "加急", "急件", "特提", "平急"}, s)
}

func setNoiseOf(p *para, n Noise) {
	if p.noise == NotNoise {
		p.noise = n
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
