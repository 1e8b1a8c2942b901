package gazette

import "strings"

// cite collects the documents that this one names, in order of first mention.
func (d *Document) cite() {
	c := citer{d: d, known: map[string]int{}, own: map[string]bool{}}
	for _, t := range issued(d.Title) {
		c.own[stripTitle(t)] = true
	}
	for _, p := range d.Plans {
		c.own[stripTitle(p.Title)] = true
	}
	d.Walk(func(n *Node) {
		switch n.Kind {
		case ClauseNode, HeadingNode, NoteNode, TableNode:
			c.node(n)
		}
	})
}

type citer struct {
	d     *Document
	known map[string]int  // number or title → place in d.Cites
	own   map[string]bool // titles of this document's own plans, and short names it defines
}

// node reads the citations of one node.
func (c *citer) node(n *Node) {
	if !strings.Contains(n.Text, "《") {
		return
	}
	eachBookTitle(n.Text, func(title string, start, end int) {
		title = bare(title)
		no, alias, after := numberBehind(n.Text, end)
		if alias != "" {
			c.own[alias] = true
		}
		if no == "" && (c.own[stripTitle(title)] || c.own[title] || matchPlan(title, issued(c.d.Title)) != "") {
			return
		}
		cite := Citation{Title: title, No: no, Path: n.Path}
		cite.Implements = implements(n.Text[:start])
		cite.Effect = effect(n.Text[:start], n.Text[after:])
		c.add(cite)
	})
}

func (c *citer) add(cite Citation) {
	for _, key := range []string{cite.No, cite.Title} {
		if at, ok := c.known[key]; ok && key != "" {
			old := &c.d.Cites[at]
			if old.No != "" && cite.No != "" && old.No != cite.No {
				continue
			}
			old.Implements = old.Implements || cite.Implements
			if old.Effect == "" {
				old.Effect = cite.Effect
			}
			if old.No == "" {
				old.No = cite.No
			}
			return
		}
	}
	c.d.Cites = append(c.d.Cites, cite)
	c.known[cite.Title] = len(c.d.Cites) - 1
	if cite.No != "" {
		c.known[cite.No] = len(c.d.Cites) - 1
	}
}

// numberBehind reads the bracket behind a title: its number, and the short name that it defines.
func numberBehind(s string, at int) (no, alias string, after int) {
	rest := s[at:]
	if r := firstRune(rest); r != '（' && r != '(' && r != '〔' {
		return "", "", at
	}
	depth, end := 0, -1
	for i, r := range rest {
		if opens(r) {
			depth++
		} else if closes(r) {
			if depth--; depth == 0 {
				end = i + len(string(r))
				break
			}
		}
		if i > 400 {
			break
		}
	}
	if end < 0 {
		return "", "", at
	}
	inside := rest[:end]
	if d, ok := findDocNo(inside); ok {
		no = d.no
	}
	if k := strings.Index(inside, "简称"); k >= 0 {
		for _, t := range bookTitles(inside[k:]) {
			alias = t
		}
	}
	return no, alias, at + end
}

// implements reports whether the words before a title say that this document carries it out.
func implements(before string) bool {
	const reach = 600
	if len(before) > reach {
		before = before[len(before)-reach:]
	}
	if at := strings.LastIndexAny(before, "。；"); at >= 0 {
		before = before[at:]
	}
	return containsAny(before, []string{"贯彻", "落实", "根据", "按照", "依据", "依照", "遵照"})
}

// effect reads what this document does to a cited one.
func effect(before, after string) string {
	if at := strings.LastIndexAny(before, "。"); at >= 0 {
		before = before[at:]
	}
	if at := strings.Index(after, "。"); at >= 0 {
		after = after[:at]
	}
	switch {
	case strings.Contains(after, "废止") || strings.Contains(before, "废止"):
		return "废止"
	case strings.Contains(after, "停止执行") || strings.Contains(after, "失效"):
		return "废止"
	case strings.Contains(after, "修改") && strings.Contains(after, "如下"), strings.HasSuffix(before, "修改"), strings.HasSuffix(before, "对") && strings.Contains(after, "修改"):
		return "修改"
	case strings.HasSuffix(before, "代替") || strings.HasSuffix(before, "替代"):
		return "替代"
	}
	return ""
}
