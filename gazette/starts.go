package gazette

import "strings"

// docStart is where a document begins: its title takes n paragraphs from at on; open is the first paragraph that
// belongs to it (a number may stand above the title).
type docStart struct {
	open, at, n int
	title       string
	forced      bool // a mend says so
}

// findStarts looks for titles of documents.
func (r *reader) findStarts() []docStart {
	f := starter{r: r, promised: map[string]bool{}}
	for _, t := range r.issue.Contents {
		f.promised[t] = true
	}
	for i := 0; i < len(r.paras); {
		i = f.look(i)
	}
	return f.starts
}

// starter walks over the paragraphs and keeps what tells a new document from a plan inside the one at hand.
type starter struct {
	r        *reader
	promised map[string]bool // titles in the table of contents
	starts   []docStart
	plans    []string // titles that the document at hand issues
	dated    bool     // it has been signed
}

// look sees whether a document begins at paragraph i, and gives the paragraph to look at next.
func (f *starter) look(i int) int {
	p := f.r.paras[i]
	if _, ok := isDateLine(p.text); ok {
		f.dated = true
	}
	n, title := f.r.titleAt(i, f.promised)
	if _, ok := f.r.mends.take(SplitDocument, p.start()); ok {
		f.r.mends.take(JoinDocument, p.start()) // joined once, parted again
		if n == 0 && canBeTitle(p) {
			n, title = 1, bare(p.text)
		}
		return f.begin(docStart{open: i, at: i, n: n, title: title, forced: true})
	}
	if n == 0 {
		if len(f.starts) > 0 && !f.dated && len(f.plans) < 100 {
			f.plans = append(f.plans, announced(p.text)...)
		}
		return i + 1
	}
	s := docStart{open: f.headAbove(i), at: i, n: n, title: title}
	if !f.isDocument(s) {
		return i + 1
	}
	_, join := f.r.mends.take(JoinDocument, p.start())
	if _, above := f.r.mends.take(JoinDocument, f.r.paras[s.open].start()); join || above {
		return s.at + n // all lines of the title: the second may read as one of its own
	}
	return f.begin(s)
}

func (f *starter) begin(s docStart) int {
	f.starts = append(f.starts, s)
	f.plans, f.dated = issued(s.title), false
	return s.at + max(s.n, 1)
}

// headAbove is the first of the lines above a title that belong to its document.
func (f *starter) headAbove(i int) int {
	end := 0 // of the head of the document before
	if k := len(f.starts); k > 0 {
		end = f.starts[k-1].at + f.starts[k-1].n + 1
	}
	for i > end && isAbove(f.r.paras[i-1]) {
		i--
	}
	return i
}

// isDocument tells the title of a document from that of a plan, and from a title that is only mentioned: the table of
// contents has it, the head of a document stands round it, or the document before is signed and done.
func (f *starter) isDocument(s docStart) bool {
	if f.promised[s.title] {
		return true
	}
	if matchPlan(s.title, f.plans) != "" {
		return false
	}
	mentioned := firstRune(f.r.paras[s.at].text) == '《'
	return len(f.starts) == 0 || s.open < s.at || f.r.headFollows(s.at+s.n) || f.dated && !mentioned
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
	if len(p.text) > 700 || p.mark.style != noStyle || p.row || strings.Contains(p.text, "|") {
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
