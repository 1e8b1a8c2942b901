package duty

// cutRules takes the sentences out of a statement that speak of other tasks: the first leads, the following are to be
// carried out by all townships as well.
func (p *parser) cutRules(t text) text {
	t = p.cutInherit(t)
	t = p.cutFirst(t)
	return cutNote(t)
}

var notAgain = newWords("不再列出 不再重复列出 不再单独列出 不再一一列出 不再逐一列出 不再另行列出 不再分别列出 不再单列 不再列 不再重复 不再做分工 不再作分工 不再分工 不再标注 不再注明 不再说明 不再逐一明确 不再一一说明 不再赘述 不再单独明确 不再列示 不再单独说明 不再逐项列出 不再重复明确 不再具体列出 不再逐条列出")

var inheritFrom = newWords("均需 均须 均由 均要 都需 都要 都由 皆需 皆由 均涉及 都涉及 还需 均有 均请 均应由 均需要 均包括 均含 需 须 由 涉及 均应 另需")

var inheritTo = newWords("负责 落实 组织 配合 参与 执行 按 具体 共同 结合 抓好 实施 推进 做好 , 。 认真 贯彻 分别")

// cutInherit finds 以下均需各乡镇政府落实，不再列出 and its like.
func (p *parser) cutInherit(t text) text {
	end, n := findWord2(t.f, notAgain)
	if rest, ok := p.cutAllAre(t); ok {
		return rest
	}
	from := 0
	if n == 0 {
		i := t.index("以下")
		if i < 0 || index(t.f[i:], []rune("均")) < 0 {
			return t
		}
		from, end = i, t.len()
	}
	for i := end - 1; n > 0 && i >= 0; i-- {
		if t.f[i] == '。' || t.f[i] == ';' {
			from = i + 1
			break
		}
		if hasAt(t.f, i, []rune("以下")) && i+2 < end {
			from = i
			break
		}
	}
	if n > 0 && from == 0 && !hasAt(t.f, 0, []rune("以下")) {
		// No full stop before it: it starts with the clause that says 均需.
		for i := end - 1; i > 0; i-- {
			if inheritFrom.at(t.f, i) > 1 {
				for from = i; from > 0 && t.f[from-1] != ',' && t.f[from-1] != '、'; from-- {
				}
				break
			}
		}
	}
	for i := from; i < end; i++ {
		k := inheritFrom.at(t.f, i)
		if k == 0 {
			continue
		}
		j := i + k
		for j < end && inheritTo.at(t.f, j) == 0 {
			if t.f[j] == '(' {
				if c := closing(t.f, j); c > 0 && c < end {
					j = c
				}
			}
			j++
		}
		if units := splitUnits(t.cut(i+k, j)); len(units) > 0 {
			p.st.inherit = add(p.st.inherit, units)
			break
		}
		if n > 0 && j == i+k && firmEnd(t.f[from:i]) { // 各区政府须抓好落实，不再列出
			p.st.inherit = add(p.st.inherit, splitUnits(t.cut(from, i)))
			break
		}
	}
	if len(p.st.inherit) == 0 {
		return t
	}
	stop := end + n
	for stop < t.len() && t.f[stop] != '。' && t.f[stop] != ';' {
		stop++
	}
	if stop < t.len() {
		stop++
	}
	return splice(t, from, stop)
}

// cutAllAre finds 各县政府均为落实单位，不再列出 and its like, where the units stand before the word.
func (p *parser) cutAllAre(t text) (text, bool) {
	i, n := findWord2(t.f, allAre)
	if n == 0 {
		return t, false
	}
	end := i + n
	for end < t.len() && !isEnd(t.f[end]) && t.f[end] != ')' && t.f[end] != '\n' {
		end++
	}
	if findWordIn(t.f[i+n:end], notAgain) == 0 && index(t.f[i+n:end], []rune("下同")) < 0 {
		return t, false
	}
	from, depth := i, 0
	for from > 0 {
		switch r := t.f[from-1]; {
		case r == ')':
			depth++
		case r == '(':
			depth--
		}
		if r := t.f[from-1]; depth < 0 || depth == 0 && (r == ',' || r == ':' || isEnd(r)) {
			break
		}
		from--
	}
	units := splitUnits(t.cut(from, i))
	if len(units) == 0 {
		return t, false
	}
	p.st.inherit = add(p.st.inherit, units)
	return splice(t, from, min(end+1, t.len())), true
}

var allAre = newWords("均为责任单位 均为落实单位 均为配合单位 均为实施单位 均为参与单位 均为责任主体 均为落实主体 均为实施主体 均是责任单位 均是落实单位")

func findWordIn(f []rune, w words) int {
	_, n := findWord2(f, w)
	return n
}

func findWord2(f []rune, w words) (at, n int) {
	for i := range f {
		if n := w.at(f, i); n > 0 {
			return i, n
		}
	}
	return 0, 0
}

func splice(t text, i, j int) text {
	return text{append(append([]rune{}, t.raw[:i]...), t.raw[j:]...), append(append([]rune{}, t.f[:i]...), t.f[j:]...)}
}

var firstWords = newWords("第一位 第一个 首位 排名第一 排第一 列第一 第一的 第1位 第1个 第一责任单位 第一责任部门 第一单位 首个单位 首家单位")

// cutFirst finds 列第一位的为牵头单位，下同 and its like, in a bracket of its own or between commas.
func (p *parser) cutFirst(t text) text {
	i, n := findWord2(t.f, firstWords)
	if n == 0 {
		return t
	}
	from, to := i, i+n
	for from > 0 && !isStop(t.f[from-1]) && t.f[from-1] != '(' {
		from--
	}
	for to < t.len() && !isStop(t.f[to]) && t.f[to] != ')' {
		to++
	}
	if hasAt(t.f, from-2, []rune("注:")) {
		from -= 2
	}
	if from > 0 && t.f[from-1] == '(' {
		if c := closing(t.f, from-1); c > 0 {
			if !leads(t.f[from:c]) && !leads(t.f[max(0, from-6):from]) {
				return t
			}
			p.st.firstLeads = true
			return splice(t, from-1, c+1)
		}
	}
	if !leads(t.f[from:to]) {
		return t
	}
	p.st.firstLeads = true
	for _, same := range []string{",下同", ",以下同"} {
		if hasAt(t.f, to, []rune(same)) {
			to += len([]rune(same))
		}
	}
	if from > 0 && (t.f[from-1] == ',' || t.f[from-1] == ';') {
		from--
	}
	return splice(t, from, to)
}

func leads(f []rune) bool {
	return index(f, []rune("牵头")) >= 0 || index(f, []rune("主责")) >= 0 || index(f, []rune("主办")) >= 0 || index(f, []rune("负总责")) >= 0
}

// cutNote drops 无牵头单位的，责任单位即为牵头单位 and 以下简称…: the first says what holds anyway.
func cutNote(t text) text {
	for _, s := range []string{"无牵头单位的", "未明确牵头单位的", "没有牵头单位的", "无牵头部门的", "未列牵头单位的"} {
		i := t.index(s)
		if i < 0 {
			continue
		}
		j := i
		for j < t.len() && t.f[j] != '。' && t.f[j] != ';' && t.f[j] != ')' {
			j++
		}
		return splice(t, i, j)
	}
	return t
}
