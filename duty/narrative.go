package duty

import "zhixing/gazette"

// Many plans give work in plain sentences: 甲局要…, 由甲局向乙局…, 各乡镇政府要于…前…. Such duties are proposed for a
// person to confirm, and only in plans that use no responsibility statements, where 各单位要… is but an exhortation.

// modals follow the unit that is given work.
var modals = newWords("要 应 应当 须 必须 需 需要 负责 具体负责 主要负责 会同 牵头 承担 要会同 切实 按照 按 依据 根据 于 向 每 定期 及时 统筹 具体承担 务必 可 将 对 在 是 作为 履行 组织 督促 指导 做好 抓好 加强 制定 建立 配合")

// weakModals only count where nothing but a unit stands before them and the sentence begins there.
var weakModals = map[string]bool{"可": true, "将": true, "对": true, "在": true, "是": true, "作为": true, "向": true, "于": true, "每": true, "按": true,
	"组织": true, "督促": true, "指导": true, "做好": true, "抓好": true, "加强": true, "制定": true, "建立": true, "配合": true, "履行": true, "根据": true}

// setting are headings under which nothing is ordered.
var settings = []string{"指导思想", "基本原则", "工作原则", "总体要求", "基本情况", "发展情况", "总体思路", "总体目标", "工作目标", "主要目标", "发展目标", "目标任务", "适用范围", "编制依据", "编制目的",
	"现状", "组成人员", "名单", "成员", "认定标准", "背景", "有关情况", "基本条件", "申报条件", "术语", "存在问题", "重大意义", "重要意义"}

// narrative proposes the duties of a plan that stand in plain sentences.
func (r *reader) narrative(root *item) {
	var walk func(it *item)
	walk = func(it *item) {
		if it.node != nil && it.sets() {
			return
		}
		r.propose(it)
		for _, k := range it.kids {
			walk(k)
		}
	}
	walk(root)
}

func (it *item) sets() bool {
	t := it.text.cut(0, min(it.first, 24))
	stop := sentenceStop(t.f)
	for _, s := range settings {
		if index(t.f[:stop], []rune(s)) >= 0 {
			return it.node.Kind == gazette.HeadingNode || stop < 16
		}
	}
	return false
}

// order is one sentence, or part of one, that gives work to a unit.
type order struct {
	start         int
	lead, support []string
}

func (r *reader) propose(it *item) {
	body := 0
	if it.node != nil {
		_, body, _ = it.title(it.text.len(), longTitle)
	}
	var orders []order
	for _, c := range clauses(it.text, body) {
		if o, ok := readOrder(it.text, c, body); ok {
			orders = append(orders, o)
		}
	}
	for i, o := range orders {
		end := it.text.len()
		if i+1 < len(orders) {
			end = orders[i+1].start
		}
		f := found{start: o.start, end: end, statement: statement{lead: o.lead, support: o.support, kind: verbal}}
		r.emit(it, part{no: i + 1, found: f, from: o.start, to: end, text: it.text.cut(o.start, end)})
		d := &r.out[len(r.out)-1]
		d.Proposed, d.Responsibility = true, ""
	}
}

// clause is a stretch between commas; first says that a sentence begins with it.
type clause struct {
	start, end int
	first      bool
}

func clauses(t text, from int) []clause {
	var out []clause
	depth, start, first := 0, from, true
	for i := from; i <= t.len(); i++ {
		r := t.at(i)
		switch r {
		case '(', '《':
			depth++
		case ')', '》':
			depth = max(0, depth-1)
		}
		if i < t.len() && r != '\n' && (depth > 0 || r != ',' && !isEnd(r)) {
			continue
		}
		for start < i && blank(t.f[start]) {
			start++
		}
		if i > start {
			out = append(out, clause{start, i, first})
		}
		start, first = i+1, r != ','
	}
	return out
}

// readOrder reads a clause that gives work to the unit it opens with.
func readOrder(t text, c clause, body int) (order, bool) {
	s := t.cut(c.start, c.end)
	at := 0
	if n := markLength(s.f); n > 0 {
		at = n
	}
	by := s.at(at) == '由'
	if by {
		at++
	}
	if seat, ok := readSeat(t, c, s); ok {
		return seat, true
	}
	for i := at + 2; i < s.len() && i < at+60; i++ {
		n := modals.at(s.f, i)
		if n == 0 {
			continue
		}
		word := string(s.f[i : i+n])
		subject := s.cut(at, i)
		if sameName(s.f, i, n) {
			continue
		}
		if k := index(t.f[c.end:min(c.end+12, t.len())], []rune("不再")); k == 1 {
			return order{}, false // 各区政府须抓好落实，不再列出 is a rule
		}
		if of := lastIndex(unbracketKeep(subject.f), '的'); of >= 0 && (word == "要" || word == "应" || word == "应当" || word == "须" || word == "必须") {
			subject = subject.from(of + 1)
		}
		units, whole := unitsOf(subject, false)
		if !whole {
			if i > at+30 {
				break
			}
			continue
		}
		if weakModals[word] && !by && !(c.first && weakEnough(s, i, word, c, body)) {
			return order{}, false
		}
		o := order{start: c.start, lead: units}
		rest := s.from(i + n)
		if word != "会同" && word != "要会同" {
			if m := withWords.at(rest.f, 0); m > 0 {
				o.support = leadingUnits(rest.from(m))
			} else if hasAt(rest.f, 0, []rune("组织")) {
				if list := splitUnits(rest.from(2)); len(list) > 1 {
					o.support = list
				}
			}
		} else {
			o.support = leadingUnits(rest)
		}
		return o, true
	}
	return order{}, false
}

// weakEnough lets a weak modal count where the body of a numbered item begins with it, or the unit is named as the one
// responsible.
func weakEnough(s text, i int, word string, c clause, body int) bool {
	switch word {
	case "是", "作为":
		return s.has("责任主体") || s.has("第一责任人") || s.has("实施主体") || s.has("责任单位")
	case "可":
		return false
	}
	return c.start <= body+1 || word == "根据" || word == "按"
}

// sameName says that the modal at i is a part of a word: 重要, 应急, 按揭, 对外.
func sameName(f []rune, i, n int) bool {
	if nounsAfter.at(f, i+n) > 0 {
		return true
	}
	switch f[i] {
	case '要':
		return i > 0 && (f[i-1] == '重' || f[i-1] == '主' || f[i-1] == '需' || f[i-1] == '必' || f[i-1] == '纪') || runeAt(f, i+1) == '求' || runeAt(f, i+1) == '素'
	case '应':
		return runeAt(f, i+1) == '急' || runeAt(f, i+1) == '用' || runeAt(f, i+1) == '对' || i > 0 && (f[i-1] == '相' || f[i-1] == '供' || f[i-1] == '响' || f[i-1] == '适')
	case '对':
		return runeAt(f, i+1) == '外' || runeAt(f, i+1) == '口'
	case '在':
		return i > 0 && (f[i-1] == '所' || f[i-1] == '存')
	}
	return false
}

// readSeat reads 领导小组下设办公室，办公室设在甲局，具体负责…: the office is given work.
func readSeat(t text, c clause, s text) (order, bool) {
	i := s.index("设在")
	if i < 2 || !strictUnit(s.f[:i]) {
		return order{}, false
	}
	rest := t.f[min(c.end+1, t.len()):]
	if !hasAt(rest, 0, []rune("具体负责")) && !hasAt(rest, 0, []rune("负责")) && !hasAt(rest, 0, []rune("承担")) {
		return order{}, false
	}
	start := c.start
	for start > 0 && !isEnd(t.f[start-1]) && t.f[start-1] != '\n' {
		start--
	}
	return order{start: start, lead: []string{s.cut(0, i).tight()}}, true
}

// leadingUnits reads the list of units that a text opens with: 财政局等部门制定… gives 财政局.
func leadingUnits(t text) []string {
	var out []string
	start := 0
	for i := 1; i <= t.len() && i < 80; i++ {
		if !firmEnd(t.f[start:i]) {
			if r := t.at(i - 1); r == ',' || isEnd(r) {
				break
			}
			continue
		}
		if i < t.len() && firmLonger(t.f[start:], i-start) {
			continue
		}
		out = append(out, t.cut(start, i).tight())
		if r := t.at(i); r == '、' {
			start = i + 1
		} else if n := andWords.at(t.f, i); n > 0 {
			start = i + n
		} else {
			break
		}
		i = start
	}
	return out
}

// firmLonger says that the name goes on: 县委|宣传部, 办公|室.
func firmLonger(f []rune, i int) bool {
	for k := i + 1; k <= len(f) && k <= i+4; k++ {
		switch f[k-1] {
		case '、', ',', '等', '在', '对', '按', '制', '和', '及':
			return false
		}
		if firmEnd(f[:k]) {
			return true
		}
	}
	return false
}

// unbracketKeep blanks what stands in brackets, so that places stay.
func unbracketKeep(f []rune) []rune {
	out := append([]rune(nil), f...)
	depth := 0
	for i, r := range out {
		if r == '(' {
			depth++
		}
		if depth > 0 {
			out[i] = ' '
		}
		if r == ')' {
			depth = max(0, depth-1)
		}
	}
	return out
}
