package duty

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhixing/gazette"
)

// item is a numbered or bare heading, or a numbered clause, with the paragraphs that belong to it.
type item struct {
	node   *gazette.Node // nil for the text before the first heading
	mark   string        // as printed; the node's own, or that of a paragraph like 方向一：…
	parent *item
	kids   []*item

	text  text // own text without the mark and all paragraphs without number under it, '\n' between
	first int  // runes of own text
	paras []para
	found []found // statements in text

	heads struct { // title, found once, when first asked for, and whether it reads as a heading
		text text
		ok   bool
	}
}

// para is one node's stretch of an item's text.
type para struct {
	node  *gazette.Node
	start int     // rune of item.text
	skip  int     // runes of the node's text before that
	at    []int32 // byte of the source where each rune stands; made when first asked for
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
		if m := namedMark(n.Text); n.Mark == "" && m > 0 {
			it.begin(n, n.Text[:m], n.Text[m:], skip)
			return
		}
		if m := misread(n.Text); n.Mark == "" && m > 0 {
			it.begin(n, "1.", n.Text[m:], skip)
			return
		}
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
	it.begin(n, n.Mark, strings.TrimPrefix(n.Text, n.Mark), skip)
}

// begin opens an item below it.
func (it *item) begin(n *gazette.Node, mark, rest string, skip map[*gazette.Node]bool) {
	kid := &item{node: n, mark: mark, parent: it}
	kid.append(n, strings.TrimSpace(rest))
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
	skip := 0
	if i := strings.Index(n.Text, s); i > 0 {
		skip = utf8.RuneCountInString(n.Text[:i])
	}
	it.paras = append(it.paras, para{node: n, start: it.text.len(), skip: skip})
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
		mark := newText("\n" + k.mark)
		t = text{append(append(append([]rune{}, t.raw...), mark.raw...), below.raw...), append(append(append([]rune{}, t.f...), mark.f...), below.f...)}
	}
	return t
}

// no is the number without its stop: 1, (一), 五.
func (it *item) no() string {
	if it.node == nil {
		return ""
	}
	m := newText(it.mark).squeeze()
	no := strings.TrimRight(m.String(), "、.．。﹒·:：")
	if namedMark(it.mark) > 0 { // 路径举措1
		no = strings.TrimLeftFunc(no, func(r rune) bool { return !isNumeral(fold(r)) })
	}
	return no
}

// section is the headings above, joined by /.
func (it *item) section() string {
	var names []string
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
	return newText(it.mark).tight() + t.cut(0, end).trim("。:;").tight()
}

// namedMark is the length in bytes of a number with a noun before it, such as 方向一： and 路径举措 1：, that opens a
// paragraph; 0 where there is none.
func namedMark(s string) int {
	if i := strings.IndexAny(s, "：:"); i < 0 || i > 40 {
		return 0
	}
	t := newText(s)
	i := 0
	for i < t.len() && i < 8 && !isNumeral(t.f[i]) && t.f[i] != ' ' {
		if t.f[i] < 0x4e00 && t.f[i] != '/' {
			return 0
		}
		i++
	}
	for i < t.len() && t.f[i] == ' ' {
		i++
	}
	digits := i
	for i < t.len() && isNumeral(t.f[i]) {
		i++
	}
	if i == digits || digits < 2 || t.at(i) != ':' || i-digits > 3 {
		return 0
	}
	return len(string(t.raw[:i+1]))
}

// misread is the length in bytes of a first number that was read as a letter: I. and }. for 1.
func misread(s string) int {
	t := newText(s[:min(len(s), 24)])
	switch t.at(0) {
	case 'I', 'l', '|', ')', '丨':
	default:
		return 0
	}
	i := 1
	for t.at(i) == ' ' {
		i++
	}
	if t.at(i) != '.' && t.at(i) != '、' || t.at(i+1) < 0x4e00 && t.at(i+1) != ' ' {
		return 0
	}
	return len(string(t.raw[:i+1]))
}

func isNumeral(r rune) bool { return r >= '0' && r <= '9' || hanNumerals[r] }

// spans tells where a stretch of the item's text stands in the source.
func (it *item) spans(source string, from, to int) []gazette.Span {
	var out []gazette.Span
	for i := range it.paras {
		p := &it.paras[i]
		end := it.text.len()
		if i+1 < len(it.paras) {
			end = it.paras[i+1].start - 1
		}
		if end <= from || p.start >= to {
			continue
		}
		if p.at == nil {
			p.at = align(source, p.node)
		}
		a, b := p.skip+max(from-p.start, 0), p.skip+min(to, end)-p.start
		if from <= p.start && p.node == it.node {
			a = 0 // with its number
		}
		if a >= b || b > len(p.at) {
			out = append(out, p.node.Spans...)
			continue
		}
		start, stop := int(p.at[a]), int(p.at[b-1])
		_, size := utf8.DecodeRuneInString(source[stop:])
		stop += size
		for _, s := range p.node.Spans {
			if s.End > start && s.Start < stop {
				out = append(out, gazette.Span{Start: max(s.Start, start), End: min(s.End, stop)})
			}
		}
	}
	return out
}

// align gives each rune of a node's text its place in the source. The text differs from the source only in white
// space; where it differs otherwise, as after a mend, the answer is empty.
func align(source string, n *gazette.Node) []int32 {
	out := make([]int32, 0, len(n.Text)/3+1)
	span, at := 0, 0
	if len(n.Spans) > 0 {
		at = n.Spans[0].Start
	}
	for _, r := range n.Text {
		if unicode.IsSpace(r) {
			out = append(out, int32(at))
			continue
		}
		for {
			for span < len(n.Spans) && at >= n.Spans[span].End {
				if span++; span < len(n.Spans) {
					at = n.Spans[span].Start
				}
			}
			if span >= len(n.Spans) {
				return []int32{}
			}
			c, size := utf8.DecodeRuneInString(source[at:])
			if c == r {
				out = append(out, int32(at))
				at += size
				break
			}
			if !unicode.IsSpace(c) && c != '\u200b' && c != '\ufeff' {
				return []int32{}
			}
			at += size
		}
	}
	return out
}
