package duty

// role is what a responsibility statement makes of a unit.
type role uint8

const (
	noRole role = iota
	lead
	charge // 责任单位, 负责: leads where nobody else does
	support
	implement
	guide
	term   // 完成时限 and the like: no unit, but a deadline
	person // 责任领导: named people, no unit
	other  // a label of something else
)

// statement is a responsibility statement as read: who leads, who helps, who carries out, and what it says of the
// tasks after it.
type statement struct {
	lead, support, implement, guide []string

	terms      []string // what stands under 完成时限 and the like
	inherit    []string // units that every later task has too
	firstLeads bool     // from here on the first unit of a list leads
	kind       kind
	pure       bool // nothing but units, roles and dates
}

// kind says how sure it is that a text is a responsibility statement at all.
type kind uint8

const (
	notOne   kind = iota
	ruleOnly      // only a rule for later tasks or a term
	bare          // nothing but names of units
	verbal        // 甲局牵头，乙局配合
	labelled      // 责任单位：甲局
)

// read parses the text between the brackets, after the label or of the sentence.
func readStatement(t text, firstLeads bool) statement {
	t = unspace(t)
	p := parser{}
	t = p.cutRules(t)
	p.st.firstLeads = p.st.firstLeads || firstLeads
	for _, f := range fields(t) {
		p.field(f)
	}
	return p.finish()
}

// unspace drops the white space that copying leaves between and inside words. A gap between two units where no 、 parts
// them becomes one.
func unspace(t text) text {
	if !t.has(" ") && !t.has("\n") {
		return t
	}
	out := text{make([]rune, 0, t.len()), make([]rune, 0, t.len())}
	for i := 0; i < t.len(); {
		if !blank(t.f[i]) {
			out.raw, out.f = append(out.raw, t.raw[i]), append(out.f, t.f[i])
			i++
			continue
		}
		j, wide := i, t.raw[i] == '\u3000'
		for j < t.len() && blank(t.f[j]) {
			wide = wide || j > i || t.f[j] == '\n'
			j++
		}
		left := out.f[lastStop(out.f)+1:]
		right := firstName(t.f[j:])
		if (wide || !parted(t.f[:i], t.f[j:])) && firmEnd(left) && firmEnd(right) && !branch(right) {
			out.raw, out.f = append(out.raw, '、'), append(out.f, '、')
		}
		i = j
	}
	return out
}

// parted says that a 、 parts the units around a place, back to the last label and on to the next.
func parted(before, after []rune) bool {
	for i := len(before) - 1; i >= 0 && before[i] != ':' && before[i] != ';'; i-- {
		if before[i] == '、' {
			return true
		}
	}
	for _, r := range after {
		if r == ':' || r == ';' {
			break
		}
		if r == '、' {
			return true
		}
	}
	return false
}

func lastStop(f []rune) int {
	for i := len(f) - 1; i >= 0; i-- {
		if isStop(f[i]) {
			return i
		}
	}
	return -1
}

// branch says that a name only goes on with the one before it: 市甲局 | 乙县分局.
func branch(f []rune) bool { return len(f) <= 6 && branchEnds.of(f) > 0 }

var branchEnds = newEnds("分局 分公司 支行 分行 监管组 支队 大队 分中心")

type parser struct {
	st       statement
	charge   []string
	label    role // of the field being read
	pending  []string
	junk     int  // chunks that are neither units nor a role
	groups   int  // verbs that took units
	labels   int  // labels that took units
	inField  bool // a verb of this field has taken units
	trailing []string
	objects  bool // a verb is followed by what it is done to
}

func (p *parser) field(f field) {
	p.label, p.inField = f.role, false
	switch f.role {
	case term:
		if s := f.trim("。;,、").tight(); s != "" {
			p.st.terms = append(p.st.terms, s)
		}
		return
	case person, other:
		return
	}
	for _, s := range sentences(f.text) {
		for _, c := range chunks(s) {
			p.chunk(c)
		}
		p.flush()
	}
}

// flush gives the units that still wait for a role the role of their label, or that of a bare list.
func (p *parser) flush() {
	if len(p.pending) == 0 {
		return
	}
	r := p.label
	if r == noRole {
		r = charge
		if p.groups > 0 {
			p.trailing = append(p.trailing, p.pending...)
		}
	} else {
		p.labels++
	}
	p.give(r, p.pending)
	p.pending = nil
}

func (p *parser) give(r role, units []string) {
	switch r {
	case lead:
		p.st.lead = add(p.st.lead, units)
	case charge:
		p.charge = add(p.charge, units)
	case support:
		p.st.support = add(p.st.support, units)
	case implement:
		p.st.implement = add(p.st.implement, units)
	case guide:
		p.st.guide = add(p.st.guide, units)
	}
}

func add(to, units []string) []string {
next:
	for _, u := range units {
		for _, v := range to {
			if u == v {
				continue next
			}
		}
		to = append(to, u)
	}
	return to
}

// chunk reads one piece between commas.
func (p *parser) chunk(c text) {
	c = c.trim("、,;。:-—")
	if c.len() == 0 {
		return
	}
	if at := termAfter(c.f); at > 0 { // 甲局2023年底前完成
		p.st.terms = append(p.st.terms, c.from(at).tight())
		c = c.cut(0, at)
	}
	if sq := c.squeeze(); timeLike(sq.f) && !looseEnd(sq.f) {
		p.st.terms = append(p.st.terms, sq.String())
		return
	}
	if n := labelHeads.at(c.f, 0); n > 3 && n == c.len() { // 责任单位；甲局
		p.flush()
		p.label, p.inField = labelRoles[string(c.f)], false
		return
	}
	if r, n := plainLabel(c.f); n > 0 {
		p.flush()
		p.label, p.inField = r, false
		c = c.cut(n, c.len()).trim("为是:、")
	}
	c = p.marked(dropBy(c))
	if c.len() == 0 {
		return
	}
	if n := withAt(c.f, 0); n > 0 {
		c = c.cut(n, c.len())
		if w, ok := findVerb(c, false); ok {
			c = c.cut(0, w.start)
		}
		p.flush()
		p.give(support, splitUnits(c))
		return
	}
	if v, ok := findVerb(c, p.label != noRole); ok {
		p.verb(c, v)
		return
	}
	if i, n := findWord(c.f, withWords); n > 0 && c.f[i] == '会' && firmEnd(c.f[:i]) && p.label != support {
		// 甲局会同乙局
		p.pending = append(p.pending, splitUnits(c.cut(0, i))...)
		p.flush()
		p.groups++
		p.give(support, splitUnits(c.cut(i+n, c.len())))
		return
	}
	units, whole := unitsOf(c, p.label != noRole)
	if !whole {
		p.junk++
	}
	p.pending = append(p.pending, units...)
}

// marked takes out the names that carry their role in a bracket behind them: 甲局（牵头）、乙局.
func (p *parser) marked(c text) text {
	for {
		i, n := findMark(c.f)
		if n == 0 {
			return c.trim("、")
		}
		start := i
		for start > 0 && !isStop(c.f[start-1]) {
			start--
		}
		units := splitUnits(c.cut(start, i))
		if len(units) == 0 {
			return c
		}
		p.give(lead, units)
		p.groups++
		c = splice(c, start, min(i+n+1, c.len()))
	}
}

// findMark finds （牵头） behind a name.
func findMark(f []rune) (at, n int) {
	for i, r := range f {
		if n := leadMarks.at(f, i); r == '(' && n > 0 && i > 1 {
			return i, n
		}
	}
	return 0, 0
}

var leadMarks = newWords("(牵头) (牵头单位) (牵头部门) (主责) (主责单位) (主办)")

// termAfter is where a date follows a name of a unit, 0 where none does.
func termAfter(f []rune) int {
	for i := 2; i < len(f); i++ {
		if f[i] >= '0' && f[i] <= '9' && !(f[i-1] >= '0' && f[i-1] <= '9') && firmEnd(f[:i]) && timeLike(f[i:]) {
			return i
		}
	}
	return 0
}

// verb gives the units before a role verb, and those still waiting, that role, and goes on with what follows.
func (p *parser) verb(c text, v verb) {
	before := c.cut(0, v.start)
	var with []string
	if i, n := findWord(before.f, withWords); n > 0 {
		with = splitUnits(before.cut(i+n, before.len()))
		before = before.cut(0, i).trim("、")
	}
	units := splitUnits(before)
	if len(p.pending) > 0 && !p.inField && p.groups == 0 && (v.role == support || v.role == implement) && len(units) > 0 {
		p.flush()
	}
	units = append(p.pending, units...)
	p.pending = nil
	r := v.role
	if len(units) > 0 || len(with) > 0 {
		p.groups++
		p.inField = true
	}
	if len(units) == 0 && p.label != noRole && v.role == charge {
		return // 责任单位：甲局，分工负责
	}
	p.give(r, units)
	p.give(support, with)
	rest := c.cut(v.end, c.len()).trim("、和及并且,")
	if n := withAt(rest.f, 0); n > 0 {
		rest = rest.cut(n, rest.len())
		if w, ok := findVerb(rest, false); ok {
			rest = rest.cut(0, w.start)
		}
		p.give(support, splitUnits(rest))
		return
	}
	rest = dropBy(rest)
	if w, ok := findVerb(rest, false); ok && w.start > 0 {
		p.verb(rest, w)
	} else if rest.len() > 0 {
		p.objects = true
	}
}

func (p *parser) finish() statement {
	s := p.st
	had := len(s.lead)+len(s.support)+len(s.implement)+len(s.guide)+len(p.charge) > 0
	switch {
	case !had && (len(s.inherit) > 0 || s.firstLeads || len(s.terms) > 0):
		s.kind = ruleOnly
	case !had:
		return statement{}
	case p.labels > 0:
		s.kind = labelled
	case p.groups > 0:
		s.kind = verbal
	case p.junk == 0:
		s.kind = bare
	default:
		return statement{}
	}
	s.pure = p.junk == 0 && !p.objects
	rest := p.charge
	if len(s.inherit) > 0 && len(s.lead) == 0 && len(p.trailing) > 0 && len(p.trailing) < len(rest) {
		// 甲局负责，各乡镇政府。以下均需各乡镇政府落实，不再列出: the list at the end carries out.
		s.implement = add(s.implement, p.trailing)
		rest = without(rest, p.trailing)
	}
	if s.firstLeads && len(s.lead) == 0 && len(rest) > 0 {
		s.lead, rest = rest[:1:1], rest[1:]
	}
	switch {
	case len(s.lead) > 0:
		s.implement = add(rest, s.implement)
	case len(rest) > 0:
		s.lead = rest
	default:
		s.lead, s.implement = s.implement, nil
	}
	s.implement = without(s.implement, s.lead)
	s.support = without(s.support, s.lead)
	return s
}

func without(units, drop []string) []string {
	var out []string
next:
	for _, u := range units {
		for _, d := range drop {
			if u == d {
				continue next
			}
		}
		out = append(out, u)
	}
	return out
}

// unitsOf reads a list without a verb. Outside a label every name must be a unit for the list to count as whole.
func unitsOf(c text, labelled bool) (units []string, whole bool) {
	if labelled {
		units = splitUnits(c)
		return units, len(units) > 0
	}
	whole = true
	for _, a := range joinAdmin(atoms(c)) {
		name := stripEtc(a.text).trim("。.;:,、·-—").squeeze()
		if name.len() == 0 {
			continue
		}
		if !strictUnit(name.f) || !plausible(name.f) {
			whole = false
			continue
		}
		units = append(units, name.String())
	}
	return units, whole && len(units) > 0
}

// sentences parts a field at 。 and ; outside brackets.
func sentences(t text) []text { return splitAt(t, '。', ';') }

// chunks parts a sentence at commas outside brackets.
func chunks(t text) []text { return splitAt(t, ',', ',') }

func splitAt(t text, a, b rune) []text {
	var out []text
	depth, start := 0, 0
	for i, r := range t.f {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth = max(0, depth-1)
		case depth == 0 && (r == a || r == b || r == '.' && a == '。' && i > 0 && t.f[i-1] >= 0x4e00):
			out = append(out, t.cut(start, i))
			start = i + 1
		}
	}
	return append(out, t.cut(start, t.len()))
}
