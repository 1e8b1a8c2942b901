package duty

import (
	"strings"

	"zhixing/gazette"
)

// item is a numbered or bare heading, or a numbered clause, with the paragraphs that belong to it.
type item struct {
	node   *gazette.Node // nil for the text before the first heading
	parent *item
	kids   []*item

	text  text // own text without the mark and all paragraphs without number under it, '\n' between
	first int  // runes of own text
	paras []para
	found []found // statements in text
}

// para is one node's stretch of an item's text.
type para struct {
	node  *gazette.Node
	start int // rune of item.text
}

// items builds the tree of a plan's items under a root that holds the text before the first heading.
// Nodes in a table are left out.
func items(nodes []*gazette.Node, inTable map[*gazette.Node]bool) *item {
	root := &item{}
	for _, n := range nodes {
		root.add(n, inTable)
	}
	return root
}

func (it *item) add(n *gazette.Node, skip map[*gazette.Node]bool) {
	if skip[n] {
		for _, c := range n.Children {
			it.add(c, skip)
		}
		return
	}
	switch n.Kind {
	case gazette.HeadingNode, gazette.AttachmentNode:
	case gazette.ClauseNode, gazette.TableNode:
		if n.Mark == "" {
			it.append(n, n.Text)
			for _, c := range n.Children {
				it.add(c, skip)
			}
			return
		}
	default:
		return
	}
	kid := &item{node: n, parent: it}
	kid.append(n, strings.TrimSpace(strings.TrimPrefix(n.Text, n.Mark)))
	kid.first = kid.text.len()
	it.kids = append(it.kids, kid)
	for _, c := range n.Children {
		kid.add(c, skip)
	}
}

func (it *item) append(n *gazette.Node, s string) {
	if s == "" {
		return
	}
	if it.text.len() > 0 {
		it.text.raw, it.text.f = append(it.text.raw, '\n'), append(it.text.f, '\n')
	}
	it.paras = append(it.paras, para{n, it.text.len()})
	t := newText(s)
	it.text.raw, it.text.f = append(it.text.raw, t.raw...), append(it.text.f, t.f...)
}

// walk visits the item and all below it in the order of the text.
func (it *item) walk(visit func(*item)) {
	visit(it)
	for _, k := range it.kids {
		k.walk(visit)
	}
}

// all is the item's text with that of everything below it, marks included.
func (it *item) all() text {
	t := it.text
	for _, k := range it.kids {
		below := k.all()
		mark := newText("\n" + k.node.Mark)
		t = text{append(append(append([]rune{}, t.raw...), mark.raw...), below.raw...), append(append(append([]rune{}, t.f...), mark.f...), below.f...)}
	}
	return t
}

// no is the number without its stop: 1, (一), 五.
func (it *item) no() string {
	if it.node == nil {
		return ""
	}
	m := newText(it.node.Mark).squeeze()
	return strings.TrimRight(m.String(), "、.．。﹒·:：")
}

// section is the headings above, joined by /; heading says that the item's own heading belongs to it as well, as where
// a paragraph without number stands under it.
func (it *item) section(heading bool) string {
	var names []string
	if heading && it.node != nil {
		names = append(names, it.heading())
	}
	for p := it.parent; p != nil && p.node != nil; p = p.parent {
		names = append(names, p.heading())
	}
	var b strings.Builder
	for i := len(names) - 1; i >= 0; i-- {
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		b.WriteString(names[i])
	}
	return b.String()
}

// heading is mark and title without white space.
func (it *item) heading() string {
	t := it.text.cut(0, it.first)
	end := t.len()
	if len(it.found) > 0 && it.found[0].start < end {
		end = it.found[0].start
	}
	if stop := sentenceStop(t.f[:end]); stop < end {
		end = stop
	}
	return newText(it.node.Mark).tight() + t.cut(0, end).trim("。:;").tight()
}
