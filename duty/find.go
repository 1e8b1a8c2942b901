package duty

// found is a responsibility statement at its place in a text: start and end are its first and last rune with the
// brackets, inner is what it says.
type found struct {
	start, end int
	inner      text
	statement
	above bool // 以上由…: it covers the items before it too
	by    bool // a sentence that opens with 由
	mid   bool // it stands in a sentence behind what is to be done
}

// finder looks for statements in the order of the text; a rule once stated holds from there on.
type finder struct {
	firstLeads bool
}

// explicit finds the statements in brackets and under labels.
func (r *finder) explicit(t text) []found {
	var out []found
	title := 0 // depth of 《》
	from := 0  // start of the stretch not yet searched for labels
	for i := 0; i < t.len(); i++ {
		switch t.f[i] {
		case '《':
			title++
		case '》':
			title = max(0, title-1)
		}
		var f found
		var ok bool
		switch {
		case t.f[i] == '(' && !(title > 0 && closingTitle(t.f, i)):
			f, ok = r.bracket(t, i)
		case t.f[i] == ')' && unopened(t.f, from, i):
			f, ok = r.halfBracket(t, from, i)
		case t.f[i] == '\n':
			f, ok = r.bareLine(t, i+1)
		}
		if !ok {
			continue
		}
		out = append(out, r.lines(t, from, f.start)...)
		out = append(out, f)
		i = f.end - 1
		from = f.end
		title = 0
	}
	return append(out, r.lines(t, from, t.len())...)
}

// unopened says that the bracket that closes at i was never opened, since from.
func unopened(f []rune, from, i int) bool {
	depth := 0
	for k := i; k >= from && i-k < longest; k-- {
		switch f[k] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return false
			}
		}
	}
	return depth > 0
}

// halfBracket reads a statement whose bracket has lost its first sign: 甲局、乙局负责）.
func (r *finder) halfBracket(t text, from, i int) (found, bool) {
	start := i
	for start > from && !isEnd(t.f[start-1]) && t.f[start-1] != '\n' {
		start--
	}
	inner := t.cut(start, i)
	if inner.len() < 2 || inner.len() > longest {
		return found{}, false
	}
	st := readStatement(inner, r.firstLeads)
	if st.kind != labelled && st.kind != verbal && !(st.kind == bare && allFirm(inner)) {
		return found{}, false
	}
	r.firstLeads = r.firstLeads || st.firstLeads
	return found{start: start, end: i + 1, inner: inner, statement: st}, true
}

// bareLine reads a line that is nothing but units, with or without their roles, where the bracket is lost altogether.
func (r *finder) bareLine(t text, start int) (found, bool) {
	end, stops := start, false
	for end < t.len() && t.f[end] != '\n' {
		stops = isEnd(t.f[end])
		if end-start > 300 || stops && end+1 < t.len() && t.f[end+1] != '\n' || t.f[end] == ':' {
			return found{}, false
		}
		end++
	}
	inner := t.cut(start, end).trim("。;")
	if inner.len() < 5 || inner.f[0] == '(' || inner.f[inner.len()-1] == ')' && opening(inner.f, 0) < 0 {
		return found{}, false
	}
	st := readStatement(inner, r.firstLeads)
	switch {
	case st.kind == bare && !stops && allFirm(inner) && len(atoms(inner)) > 1:
	case st.kind == verbal && st.pure && firmNames(st):
	default:
		return found{}, false
	}
	r.firstLeads = r.firstLeads || st.firstLeads
	return found{start: start, end: end, inner: inner, statement: st, above: coversAbove(inner)}, true
}

// firmNames says that all units of a statement are organs.
func firmNames(st statement) bool {
	for _, list := range [][]string{st.lead, st.support, st.implement, st.guide} {
		for _, u := range list {
			if !firmEnd(newText(u).f) {
				return false
			}
		}
	}
	return true
}

// allFirm says that a text is a list of organs and nothing else.
func allFirm(t text) bool {
	list := joinAdmin(atoms(t))
	for _, u := range list {
		if !firmEnd(u.squeeze().f) {
			return false
		}
	}
	return len(list) > 0
}

// closingTitle says that a 》 follows before the sentence ends, so that i stands in a cited title.
func closingTitle(f []rune, i int) bool {
	for _, r := range f[i:min(len(f), i+120)] {
		if r == '》' {
			return true
		}
		if r == '。' || r == '《' {
			return false
		}
	}
	return false
}

const longest = 900 // runes that a statement may have

// bracket reads the bracket that opens at i, if it is a responsibility statement.
func (r *finder) bracket(t text, i int) (found, bool) {
	c := closing(t.f, i)
	open := c < 0 || c-i > longest
	if open {
		c = sentenceEnd(t.f, i)
	}
	inner := t.cut(i+1, c)
	if inner.len() < 2 || inner.len() > longest || explains(inner) {
		return found{}, false
	}
	st := readStatement(inner, r.firstLeads)
	switch {
	case st.kind == notOne || st.kind == ruleOnly:
		return found{}, false
	case open && st.kind != labelled && !((st.kind == verbal || allFirm(inner)) && (isEnd(lastInk(t.f, i)) || i > 0 && t.f[i-1] == '\n')):
		return found{}, false
	case st.kind != labelled && !open && !r.standsFree(t, i, c, st, inner):
		return found{}, false
	}
	r.firstLeads = r.firstLeads || st.firstLeads
	end := min(c+1, t.len())
	for end < t.len() && t.f[end] == ')' && unopened(t.f, i, end) {
		end++ // a second sign that closes nothing
	}
	return found{start: i, end: end, inner: inner, statement: st, above: coversAbove(inner)}, true
}

// sentenceBefore is the sentence that runs up to i.
func sentenceBefore(f []rune, i int) []rune {
	s := i
	for s > 0 && i-s < 12 && !isEnd(f[s-1]) && f[s-1] != ',' && f[s-1] != '\n' {
		s--
	}
	return f[s:i]
}

// sentenceEnd is where a bracket ends that nobody closed.
func sentenceEnd(f []rune, i int) int {
	to := min(len(f), i+longest+2)
	for ; i < to; i++ {
		if f[i] == '\n' || f[i] == '。' && (i+1 == len(f) || labelHeads.at(f, i+1) == 0) {
			return i
		}
	}
	return to
}

// standsFree says that a bracket without a label stands where a statement does: after a sentence or at its end.
func (r *finder) standsFree(t text, open, close int, st statement, inner text) bool {
	k, leadsAny := st.kind, len(st.lead)+len(st.guide) > 0 // （乙局参加） in a sentence only explains
	before, after := open-1, close+1
	for before >= 0 && t.f[before] == ' ' {
		before--
	}
	for after < t.len() && t.f[after] == ' ' {
		after++
	}
	b, a := t.at(before), t.at(after)
	begins := b == 0 || b == '\n' || isEnd(b) || b == ')' || b == '”' && isEnd(t.at(before-1))
	ends := a == 0 || a == ':' || a == '\n' || isEnd(a) || a == '(' && k == verbal
	if k == verbal {
		return begins || leadsAny && (ends || a == ',' || opensItem(t.f, after))
	}
	if b == '》' || !begins && !ends || !begins && looseEnd(sentenceBefore(t.f, open)) {
		return false // 报上级主管部门（甲局）。 explains
	}
	firm, all := 0, 0
	for _, u := range joinAdmin(atoms(inner)) {
		if sq := u.squeeze(); timeLike(sq.f) && !looseEnd(sq.f) {
			continue
		}
		all++
		if firmEnd(u.squeeze().f) {
			firm++
		}
	}
	return firm == all || firm > 0 && begins && (firm*2 >= all || a == 0 || a == '\n')
}

func isEnd(r rune) bool { return r == '。' || r == ';' || r == '!' || r == '?' }

// opensItem says that a number opens the text at i.
func opensItem(f []rune, i int) bool {
	switch r := runeAt(f, i); {
	case r == '(':
		return closing(f, i) > 0 && closing(f, i)-i <= 4
	case r >= '0' && r <= '9':
		for i < len(f) && f[i] >= '0' && f[i] <= '9' {
			i++
		}
		return runeAt(f, i) == '.' || runeAt(f, i) == '、'
	case hanNumerals[r]:
		for i < len(f) && hanNumerals[f[i]] {
			i++
		}
		return runeAt(f, i) == '是' || runeAt(f, i) == '、'
	}
	return false
}

var hanNumerals = map[rune]bool{'一': true, '二': true, '三': true, '四': true, '五': true, '六': true, '七': true, '八': true, '九': true, '十': true}

// explains says that a bracket explains what stands before it.
func explains(t text) bool {
	f := t.trim("").f
	return explainHeads.at(f, 0) > 0 && namesLikeThem.at(f, 0) == 0
}

// namesLikeThem are openings of units that begin like an explanation.
var namesLikeThem = newWords("共青团 共和 即墨 含山 如东 如皋 原平 原州 原阳 指挥 附属")

var explainHeads = newWords("含 包括 包含 以下简称 简称 下称 即 原 如 例如 比如 详见 见 附件 附 不含 不包括 除 其中 注 指 俗称 又称 又名 挂 加挂 暂定 试行 草案 征求意见 修订 此件 以下统称 统称 截至 约 共 具体 名单 表格 国发 国办")

// lines finds the statements that stand under a label in running text: 责任单位：甲局。
func (r *finder) lines(t text, from, to int) []found {
	var out []found
	depth := 0
	for i := from; i < to; i++ {
		switch t.f[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		}
		if t.f[i] != ':' || depth > 0 {
			continue
		}
		start, role := labelBefore(t.f[:to], from, i)
		if role == noRole || role == other || !beginsAt(t.f, from, start) {
			continue
		}
		end := r.lineEnd(t, i+1, to)
		f := found{start: start, end: end, inner: t.cut(start, end).trim("。; ")}
		f.statement = readStatement(f.inner, r.firstLeads)
		if f.kind != labelled && f.kind != verbal && !(f.kind == ruleOnly && len(f.terms) > 0) {
			continue
		}
		r.firstLeads = r.firstLeads || f.firstLeads
		out = append(out, f)
		i, depth = end-1, 0
	}
	return out
}

// beginsAt says that nothing of the same sentence stands before i.
func beginsAt(f []rune, from, i int) bool {
	if i <= from {
		return true
	}
	switch p := f[i-1]; p {
	case ' ', '\n', '(', ')', '”', '、':
		return true
	default:
		return isEnd(p)
	}
}

// lineEnd is where the statement under labels ends: at the full stop after which no label follows.
func (r *finder) lineEnd(t text, i, to int) int {
	depth := 0
	for ; i < to; i++ {
		switch t.f[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case '。':
			if depth == 0 && !labelFollows(t.f, i+1, to) {
				return i + 1
			}
		case '\n':
			if p := lastInk(t.f, i); p != ':' && !labelFollows(t.f, i+1, to) {
				return i
			}
		case ' ':
			// A wide gap before what is no label ends it as well.
			if depth == 0 && opensItem(t.f, i+1) {
				return i + 1
			}
		}
	}
	return to
}

// labelFollows says that another label, or a rule, follows at i.
func labelFollows(f []rune, i, to int) bool {
	for i < to && (blank(f[i]) || f[i] == '。') {
		i++
	}
	if n, _ := findWord2(f[i:min(to, i+24)], ruleHeads); n == 0 && ruleHeads.at(f, i) > 0 {
		return true
	}
	for c := i; c < to && c < i+16; c++ {
		if f[c] == ':' {
			s, role := labelBefore(f, i, c)
			return role != noRole && role != other && s == i
		}
	}
	return false
}

var ruleHeads = newWords("以下均 以下各 列第一 第一位 无牵头 以下任务 以下工作 以下政策 以下措施 排第一")

// spoken finds the statements made in sentences: 由甲局牵头组织实施，乙局配合。
func (r *finder) spoken(t text) []found {
	var out []found
	start, depth := 0, 0
	for i := 0; i <= t.len(); i++ {
		switch {
		case t.at(i) == '(':
			depth++
		case t.at(i) == ')':
			depth = max(0, depth-1)
		}
		if i < t.len() && (depth > 0 || !isEnd(t.f[i]) && t.f[i] != '\n') {
			continue
		}
		if f, ok := r.sentence(t, start, i); ok {
			f.end = min(i+1, t.len())
			out = append(out, f)
		}
		start = i + 1
	}
	return out
}

func (r *finder) sentence(t text, start, end int) (found, bool) {
	s := t.cut(start, end).trim("")
	if s.len() < 4 || s.len() > longest || findWordIn(s.f, notAgain) > 0 {
		return found{}, false // 各区政府须抓好落实，不再列出 is a rule
	}
	for start < end && blank(t.f[start]) {
		start++
	}
	pieces := chunks(s)
	first := pieces[0]
	named := dropBy(first)
	by := named.len() < first.len()
	v, ok := findVerb(named, false)
	if at := laterBy(pieces); !ok && at > 0 {
		// 建成3所学校，由甲局牵头，乙局配合: what is to be done stands first.
		f, ok := r.sentence(t, start+at, end)
		f.mid = true
		return f, ok
	}
	if !ok || v.start == 0 || v.role == guide || v.role == support {
		return found{}, false
	}
	rest := named.cut(v.end, named.len()).trim("、")
	if !by && rest.len() > 0 && v.role != lead && withAt(rest.f, 0) == 0 {
		return found{}, false
	}
	st := readStatement(s, r.firstLeads)
	if st.kind != verbal && st.kind != labelled {
		return found{}, false
	}
	return found{start: start, end: end, inner: s, statement: st, above: coversAbove(s), by: by}, true
}

// laterBy is where in a sentence the piece begins that says 由甲局牵头, 0 where none does after the first.
func laterBy(pieces []text) int {
	at := pieces[0].len() + 1
	for _, c := range pieces[1:] {
		if c.at(0) == '由' {
			if v, ok := findVerb(c.cut(1, c.len()), false); ok && v.start > 0 && v.role == lead {
				return at
			}
		}
		at += c.len() + 1
	}
	return 0
}

// coversAbove says that a statement speaks of the items before it too.
func coversAbove(t text) bool {
	return hasAt(t.f, 0, []rune("以上")) || hasAt(t.f, 0, []rune("上述"))
}

// lastInk is the last rune before i that is no white space.
func lastInk(f []rune, i int) rune {
	for i--; i >= 0; i-- {
		if !blank(f[i]) {
			return f[i]
		}
	}
	return 0
}
