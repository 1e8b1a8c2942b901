package gazette

import "strings"

// cite collects the documents that this one names, in order of first mention.
func (d *Document) cite() {
	c := citer{d: d, known: map[string]int{}, own: map[string]bool{}, issued: issued(d.Title)}
	for _, t := range c.issued {
		c.own[stripTitle(t)] = true
	}
	for _, p := range d.Plans {
		c.own[stripTitle(p.Title)] = true
	}
	c.part(d.Nodes)
	for _, p := range d.Plans {
		c.part(p.Nodes)
	}
}

type citer struct {
	d      *Document
	issued []string
	known  map[string]int  // number or title → place in d.Cites
	own    map[string]bool // titles of this document's own plans, and short names it defines
}

// part reads a notice or a plan. What stands there before the first heading, or in the first article, says what the
// document carries out.
func (c *citer) part(nodes []*Node) {
	preamble := true
	for _, n := range nodes {
		preamble = preamble && n.key == ""
		c.node(n, preamble)
		walk(n.Children, func(n *Node) { c.node(n, n.key == "第1条") })
	}
}

// node reads the citations of one node.
func (c *citer) node(n *Node, preamble bool) {
	switch n.Kind {
	case ClauseNode, HeadingNode, NoteNode, TableNode:
	default:
		return
	}
	from := 0
	eachBookTitle(n.Text, func(title string, start, end int) {
		title = bare(title)
		nos, alias, after := numbersBehind(n.Text, end)
		if start > from { // a short name stands inside the bracket of the title before it
			c.numbers(n, n.Text[from:start])
		}
		from = max(from, after)
		if alias != "" {
			c.own[alias] = true
		}
		if len(nos) == 0 && (c.own[stripTitle(title)] || c.own[title] || matchPlan(title, c.issued) != "") {
			return
		}
		cite := Citation{Title: title, Path: n.Path}
		cite.Implements = preamble && implements(n.Text[:start])
		cite.Effect = effect(n.Text[:start], n.Text[after:])
		for _, cite.No = range nos {
			c.add(cite)
		}
		if len(nos) == 0 {
			c.add(cite)
		}
	})
	c.numbers(n, n.Text[from:])
}

// numbers reads documents that are cited by number alone.
func (c *citer) numbers(n *Node, s string) {
	if n.Kind == NoteNode {
		return
	}
	for {
		d, ok := findDocNo(s)
		if !ok {
			return
		}
		if d.no != c.d.No {
			c.add(Citation{No: d.no, Path: n.Path})
		}
		s = s[d.End:]
	}
}

func (c *citer) add(cite Citation) {
	for _, key := range []string{cite.No, cite.Title} {
		if at, ok := c.known[key]; ok && key != "" {
			old := &c.d.Cites[at]
			if old.No != "" && cite.No != "" && old.No != cite.No {
				continue // one title, two numbers: two documents
			}
			old.Implements = old.Implements || cite.Implements
			if old.Effect == "" {
				old.Effect = cite.Effect
			}
			if old.No == "" {
				old.No = cite.No
			}
			if old.Title == "" {
				old.Title = cite.Title
			}
			return
		}
	}
	c.d.Cites = append(c.d.Cites, cite)
	if cite.Title != "" {
		c.known[cite.Title] = len(c.d.Cites) - 1
	}
	if cite.No != "" {
		c.known[cite.No] = len(c.d.Cites) - 1
	}
}

// numbersBehind reads the bracket behind a title: its numbers, and the short name that it defines.
func numbersBehind(s string, at int) (nos []string, alias string, after int) {
	rest := s[at:]
	if r := firstRune(rest); r != '（' && r != '(' && r != '〔' {
		return nil, "", at
	}
	depth, end := 0, -1
	for i, r := range rest[:min(len(rest), 600)] {
		if opens(r) {
			depth++
		} else if closes(r) {
			if depth--; depth == 0 {
				end = i + len(string(r))
				break
			}
		}
	}
	if end < 0 {
		return nil, "", at
	}
	inside := rest[:end]
	if k := strings.Index(inside, "简称"); k >= 0 {
		for _, t := range bookTitles(inside[k:]) {
			alias = t
		}
		inside = inside[:k]
	}
	for {
		d, ok := findDocNo(inside)
		if !ok {
			return nos, alias, at + end
		}
		nos = append(nos, d.no)
		inside = inside[d.End:]
	}
}

// implements reports whether the words before a title say that this document carries it out.
func implements(before string) bool {
	before = before[max(0, len(before)-600):]
	if at := strings.LastIndexAny(before, "。；"); at >= 0 {
		before = before[at:]
	}
	return containsAny(before, []string{"贯彻", "落实", "根据", "按照", "依据", "依照", "遵照"})
}

// effect reads what this document does to a cited one: from the words right before it, or those that end the clause.
func effect(before, after string) string {
	before = before[max(0, len(before)-400):]
	if at := strings.LastIndexAny(before, "。；"); at >= 0 {
		before = before[at:]
	}
	before = outsideBrackets(before)
	if at := strings.LastIndexAny(before, "，,"); at >= 0 {
		before = before[at:]
	}
	after = after[:min(len(after), 1500)]
	if at := strings.IndexAny(after, "。；"); at >= 0 {
		after = after[:at]
	}
	after = outsideBrackets(after)
	if at := strings.IndexAny(after, "，,"); at >= 0 {
		after = after[:at]
	}
	switch {
	case containsAny(before, []string{"废止", "停止执行"}), containsAny(after, []string{"废止", "停止执行", "失效", "不再执行"}):
		return "废止"
	case containsAny(before, []string{"修改", "修订"}) && !strings.Contains(before, "修改后"), strings.Contains(after, "修改"):
		return "修改"
	case strings.Contains(before, "替代") || strings.Contains(before, "代替"):
		return "替代"
	}
	return ""
}
