package gazette

import (
	"strings"
	"unicode/utf8"
)

// glued is how many characters a line must have to be taken for several paragraphs that lost their line breaks.
const glued = 200

// isGlued reports whether a long line holds several paragraphs: sections 一、二、 or articles, other numbers where the
// line is a good part of the whole text, or ideographic indents behind full stops.
func (c *cutter) isGlued(s string) (yes, byIndents bool) {
	most := len(s)*3 > len(c.source) // of the text is this line
	if !most && !containsAny(s, []string{"　　", "二、", "二 、", "二．", "第二", "第2", "第 "}) {
		return false, false
	}
	sections, items, indents := 0, 0, 0
	last := rune('。')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if isSpace(r) {
			if strings.HasPrefix(s[i:], "　　") && (endsSentence(last) || last == '：') {
				indents++
			}
			i += spaces(s[i:])
			last = ' '
			continue
		}
		if (endsSentence(last) || closes(last) || last == ' ') && (r == '（' || r == '(' || r == '第' || r == '十' || isDigit(r) || hanDigit(r) > 0) {
			if m, ok := parseMark(s[i:]); ok {
				switch {
				case m.style <= hanStyle:
					sections++
				case m.style <= arabicStyle:
					items++
				}
			}
		}
		last = r
		i += size
	}
	if indents >= 2 {
		return true, true
	}
	return len(s)*5 > len(c.source)*4 || len(s) > 3*glued && (sections >= 2 || sections+items >= 2 && most), false
}

// unglue cuts a long line at the places where paragraphs must have begun, and page numbers out of it.
func (c *cutter) unglue(s string, base int) {
	if len(s) < glued*3/2 {
		return
	}
	c.pages(s, base)
	parted, indents := c.isGlued(s)
	if !parted {
		return
	}
	u := lineWalk{s: s, seen: &c.seen, head: true, plain: true, indents: indents}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		gap := 0
		if isSpace(r) {
			gap = spaces(s[i:])
		}
		if at := i + gap; at > u.from && at < len(s) && (u.begins(at, gap > 0) || c.planBegins(&u, at)) {
			c.at = append(c.at, base+at)
			u.begin(at)
		}
		if at := c.titleEnd(s, u.from, i); at > 0 {
			c.at = append(c.at, base+at)
			u.begin(at)
		}
		if gap > 0 {
			i += gap
			continue
		}
		u.pass(r)
		i += size
	}
}

// planBegins reports whether the title of a plan that the notice issues stands at byte at, outside any bracket.
func (c *cutter) planBegins(u *lineWalk, at int) bool {
	if u.head || u.depth > 0 || startsAttachment(u.s[u.from:min(at, u.from+40)]) {
		return false
	}
	for _, t := range c.plans {
		if strings.HasPrefix(u.s[at:], t) {
			return true
		}
	}
	return false
}

// titleEnd finds where the title of a plan ends that a paragraph at byte from begins with; i is where the walk is.
func (c *cutter) titleEnd(s string, from, i int) int {
	if i == from && len(c.plans) < 40 {
		if end := strings.Index(s[from:min(len(s), from+900)], "。"); end > 0 {
			c.plans = append(c.plans, announced(s[from:from+end])...)
		}
		return 0
	}
	for _, t := range c.plans {
		if i-from == len(t) && s[from:i] == t {
			return i
		}
	}
	return 0
}

// lineWalk is the state of a walk along one long line.
type lineWalk struct {
	s       string
	seen    *[lastStyle]int
	from    int  // where the paragraph at hand begins
	marked  bool // it begins with a number
	plain   bool // it holds no comma or full stop so far
	count   int  // its characters
	depth   int  // brackets open
	last    rune
	list    bool // it is the list of attachments
	note    bool // it is a bracket such as （此件公开发布）
	indents bool // ideographic indents begin paragraphs
	head    bool // still in the head of a document: nothing but title, number and recipients so far
}

func (u *lineWalk) begin(at int) {
	u.from, u.count, u.depth = at, 0, 0
	m, ok := parseMark(u.s[at:])
	u.marked, u.plain = ok, true
	u.note = isTailNote(u.s[at:])
	_, rest, list := parseAttachmentHead(u.s[at:])
	if u.list = list || u.list && ok; list {
		if m, ok := parseMark(rest); ok && m.n == 1 {
			u.seen[m.style] = 1
		}
	}
	if ok {
		u.seen[m.style] = m.n
		u.head = false
	}
}

func (u *lineWalk) pass(r rune) {
	u.count++
	u.last = r
	switch {
	case opens(r):
		u.depth++
	case closes(r):
		u.depth = max(0, u.depth-1)
	case r == '。':
		u.head = false
		u.plain = false
	case r == '，' || r == '；' || r == ',' || r == ';':
		u.plain = false
	}
}

// begins reports whether a paragraph begins at byte at, which white space precedes where gap.
func (u *lineWalk) begins(at int, gap bool) bool {
	t := u.s[at:]
	r, _ := utf8.DecodeRuneInString(t)
	ended := endsSentence(u.last) || u.last == '：' || u.last == ':' || closes(u.last)
	if u.depth > 0 && !(u.count > 300 && u.last == '。') {
		return false
	}
	if isTailNote(t) || strings.HasPrefix(t, "抄送：") {
		return true
	}
	if u.note && closes(u.last) {
		return true
	}
	if u.indents && gap && u.count > 1 && strings.HasSuffix(u.s[:at], "　　") && !u.oneCharacter(at) {
		return true
	}
	if r == '附' && (ended || gap) && startsAttachment(t[:min(len(t), 30)]) {
		return true
	}
	if u.head {
		return u.inHead(at, gap)
	}
	if gap && (endsSentence(u.last) || u.last == '：' || u.last == ':' || closes(u.last) && closedDuty(strings.TrimSpace(u.s[max(u.from, at-900):at]))) {
		return true
	}
	if gap && u.plain && !u.marked && u.count <= 60 && u.standsAlone(at) {
		return true
	}
	heading := u.marked && u.plain && u.count <= 45 && u.count > 3
	if gap && heading && isHan(u.last) && (isHan(r) || isDigit(r) && strings.ContainsAny(t[:min(len(t), 200)], "，,")) {
		return true
	}
	if (u.last == '。' || u.count < 8 && contains(closings, strings.TrimSpace(u.s[u.from:at]))) && u.signs(t) {
		return true
	}
	if u.count <= 3 && startsAttachment(u.s[u.from:at]) {
		return false // 附件： and its first line
	}
	return u.number(t, ended || gap, heading || u.list)
}

// oneCharacter reports a single character between two gaps, as in 组　　长.
func (u *lineWalk) oneCharacter(at int) bool {
	_, size := utf8.DecodeRuneInString(u.s[at:])
	next, _ := utf8.DecodeRuneInString(u.s[at+size:])
	return isSpace(next)
}

// standsAlone reports a fragment that is a line of its own: a date, an office before a date, the title of a plan.
func (u *lineWalk) standsAlone(at int) bool {
	f := strings.TrimSpace(u.s[u.from:at])
	if _, ok := isDateLine(f); ok {
		return true
	}
	f = bare(f)
	if _, ok := hasAnySuffix(f, offices); ok {
		d, dated := findDate(u.s[at:min(len(u.s), at+60)])
		return dated && d.Start == 0
	}
	_, ok := hasAnySuffix(stripTitle(f), planKinds)
	return ok && runes(f) >= 6
}

// number reports whether t opens with a number that goes on with the count.
func (u *lineWalk) number(t string, parted, heading bool) bool {
	r, _ := utf8.DecodeRuneInString(t)
	if !isDigit(r) && hanDigit(r) < 0 && r != '十' && r != '（' && r != '(' && r != '第' {
		return false
	}
	m, ok := parseMark(t)
	if !ok || m.style == orderStyle || m.style == roundStyle || m.style == circleStyle || m.style == decimalStyle {
		return false
	}
	next := m.n == u.seen[m.style]+1
	if !next && m.n != 1 {
		return parted && m.style < arabicStyle && m.n > u.seen[m.style] && m.n <= u.seen[m.style]+3
	}
	if parted || heading {
		return m.style != arabicStyle || isHan(firstRune(strings.TrimLeftFunc(t[m.end:], isSpace))) || firstRune(t[m.end:]) == '“'
	}
	return m.style == hanStyle && next && m.n > 1 || m.style == hanRoundStyle && next && isHan(u.last) && m.n > 1
}

// inHead cuts title, number, recipients and text from each other.
func (u *lineWalk) inHead(at int, gap bool) bool {
	if (u.last == '：' || u.last == ':') && u.count <= 250 {
		return true
	}
	if u.last == '号' {
		_, ok := findDocNo(u.s[max(u.from, at-120):at])
		return ok
	}
	if u.count < 300 && strings.HasPrefix(u.s[at:], "各") && isTitle(bare(u.s[u.from:at])) {
		return true
	}
	if d, ok := findDocNo(u.s[at:min(len(u.s), at+90)]); ok && d.Start == 0 {
		_, kind := hasAnySuffix(u.s[u.from:at], kinds)
		return gap || kind
	}
	return gap && isHan(u.last) && u.count > 3 || u.number(u.s[at:], gap || endsSentence(u.last), false)
}

// signs reports whether a signature and a date follow: an office, then a date, and nothing between.
func (u *lineWalk) signs(t string) bool {
	t = t[:min(len(t), 240)]
	d, ok := findDate(t)
	if !ok || d.Start == 0 {
		return false
	}
	before := bare(t[:d.Start])
	if holdsAny(before, "，。；：、（《") {
		return false
	}
	_, ok = hasAnySuffix(before, offices)
	return ok
}
