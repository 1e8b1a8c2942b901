package gazette

import (
	"strconv"
	"strings"
)

// tree hangs the paragraphs of one part under their headings.
type tree struct {
	root  *[]*Node
	base  *Node // attachment whose children are being read; nil in the part itself
	stack []frame
	last  [lastStyle]int // last number met of each style in this part
}

type frame struct {
	mark mark
	node *Node
}

// reset begins a new part or attachment.
func (t *tree) reset(root *[]*Node, base *Node) { *t = tree{root: root, base: base} }

// loose adds a node outside the numbering.
func (t *tree) loose(n *Node) {
	if t.base != nil {
		t.base.Children = append(t.base.Children, n)
		return
	}
	*t.root = append(*t.root, n)
}

// top is the innermost heading that is open, or nil.
func (t *tree) top() *Node {
	if len(t.stack) == 0 {
		return nil
	}
	return t.stack[len(t.stack)-1].node
}

// under adds a paragraph without number to the heading that is open.
func (t *tree) under(n *Node) {
	if n.Mark == "" && n.Kind == ClauseNode {
		t.closeList()
	}
	if top := t.top(); top != nil {
		top.Children = append(top.Children, n)
		return
	}
	t.loose(n)
}

// addAt hangs a node as a heading of the given level, or as deep as headings stand open.
func (t *tree) addAt(n *Node, m mark, level int) {
	if m.style == noStyle && level <= len(t.stack) {
		m = t.stack[level-1].mark // it stands where a numbered heading could, and closes as one
	}
	t.stack = t.stack[:min(len(t.stack), level-1)]
	t.under(n)
	t.stack = append(t.stack, frame{m, n})
	n.Level = len(t.stack)
}

// closeList closes a list whose items end in ； and whose last ends in 。: what follows belongs to the paragraph above.
func (t *tree) closeList() {
	k := len(t.stack)
	if k < 2 || lastRune(t.stack[k-1].node.Text) != '。' || len(t.stack[k-1].node.Children) > 0 {
		return
	}
	items := t.stack[k-2].node.Children
	if len(items) >= 2 && strings.ContainsRune("；;", lastRune(items[len(items)-2].Text)) {
		t.stack = t.stack[:k-1]
	}
}

// add hangs a numbered node at its place. It returns what is odd about the number, or nothing.
func (t *tree) add(n *Node, m mark) (odd string) {
	t.open(m)
	if k := len(t.stack); k > 0 && same(t.stack[k-1].mark, m) {
		odd = oddStep(t.stack[k-1].mark.n, m)
		t.stack = t.stack[:k-1]
	} else if m.n != 1 && m.n != t.last[m.style]+1 && m.style != decimalStyle {
		odd = oddStep(t.last[m.style], m)
	}
	t.under(n)
	t.stack = append(t.stack, frame{m, n})
	t.last[m.style] = m.n
	n.Level = len(t.stack)
	return odd
}

func same(a, b mark) bool { return a.style == b.style && a.depth == b.depth && a.word == b.word }

// open closes the headings that a new number ends: down to its own kind where that is open; else, where it begins
// a count of its own, none; else those that rank below it.
func (t *tree) open(m mark) {
	for k := len(t.stack) - 1; k >= 0; k-- {
		if same(t.stack[k].mark, m) {
			t.stack = t.stack[:k+1]
			return
		}
	}
	for k := len(t.stack); k > 0; k-- {
		top := t.stack[k-1].mark
		if m.n == 1 && top.style != orderStyle && top.style != decimalStyle || rank(top) < rank(m) {
			t.stack = t.stack[:k]
			return
		}
	}
	t.stack = t.stack[:0]
}

// rank orders numbers as documents nest them; 1. stands above 1.1.
func rank(m mark) int {
	if m.style == arabicStyle && m.depth == 1 {
		return int(arabicStyle) * 10
	}
	if m.style == decimalStyle {
		return int(arabicStyle)*10 + m.depth
	}
	return int(m.style) * 10
}

func oddStep(last int, m mark) string {
	switch {
	case m.style == orderStyle: // 二是 often stands inside the paragraph of 一是
	case m.n == last:
		return "编号 " + m.key + " 重复出现"
	case m.n < last && m.n == 1:
		return "编号又从 " + m.key + " 开始：前面可能缺了标题"
	case m.n < last:
		return "编号从 " + strconv.Itoa(last) + " 退回到 " + strconv.Itoa(m.n)
	case m.n > last+1:
		return "编号从 " + strconv.Itoa(last) + " 跳到 " + strconv.Itoa(m.n)
	}
	return ""
}
