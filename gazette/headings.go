package gazette

import (
	"strconv"
	"strings"
)

// clause takes a paragraph of the text.
func (dr *docReader) clause(p *para) {
	n := dr.node(ClauseNode, p)
	if value, ok := dr.r.mends.take(SetLevel, p.start()); ok {
		dr.setLevel(p, n, value)
		return
	}
	if dr.part == nil && !dr.tail && len(dr.plans) < 100 {
		dr.plans = append(dr.plans, announced(p.text)...)
	}
	if p.mark.style == noStyle {
		dr.tree.closeList()
		titled(dr.tree.top())
		dr.tree.under(n)
		return
	}
	n.Mark, n.key = strings.TrimSpace(p.text[:p.mark.end]), p.mark.key
	n.Title = heading(p)
	if n.Title != "" && bare(p.rest()) == n.Title {
		n.Kind = HeadingNode
	}
	if odd := dr.tree.add(n, p.mark); odd != "" {
		dr.r.doubt(p, "%s，请核对原件", odd)
	}
}

// setLevel hangs a paragraph where a mend says: as a heading of that level, or as a paragraph without number.
func (dr *docReader) setLevel(p *para, n *Node, value string) {
	level, _ := strconv.Atoi(value)
	if level == 0 {
		dr.tree.under(n)
		return
	}
	n.Kind = HeadingNode
	n.Mark, n.key = strings.TrimSpace(p.text[:p.mark.end]), p.mark.key
	if n.Title = heading(p); n.Title == "" {
		n.Title = oneLine(strings.TrimRight(p.rest(), "。：:"))
	}
	dr.tree.addAt(n, p.mark, level)
}

// heading is the opening phrase of a numbered paragraph where it reads as a heading.
func heading(p *para) string {
	rest := strings.TrimLeftFunc(p.rest(), isSpace)
	if p.mark.style == articleStyle { // 第一条（目的依据）为…
		if caption, ok := leadingBracket(rest); ok && runes(caption) <= 20 {
			return caption
		}
		return ""
	}
	end := sentenceEnd(rest)
	if end < 0 { // no full stop at all
		title := strings.TrimRight(rest, "：:")
		if runes(title) > 80 || endsSentence(lastRune(title)) {
			return ""
		}
		return bare(title)
	}
	head, tail := rest[:end], strings.TrimSpace(rest[end:])
	tail = strings.TrimLeft(tail, "。．")
	if colon, body, ok := cutColon(head); ok && runes(colon) <= 20 && !holdsAny(colon, "，、；“") && body != "" {
		return bare(colon)
	}
	if tail == "" || runes(head) > 45 || holdsAny(head, "；;") {
		return ""
	}
	return bare(head)
}

// titled makes a heading of a numbered sentence that stands alone above the paragraph that it heads.
func titled(n *Node) {
	if n == nil || n.Title != "" || len(n.Children) > 0 || n.Mark == "" || strings.HasPrefix(n.Mark, "第") {
		return
	}
	rest := bare(n.Body())
	if end := sentenceEnd(rest); end > 0 && rest[end:] == "。" && runes(rest) <= 46 {
		n.Title, n.Kind = rest[:end], HeadingNode
	}
}

// sentenceEnd is where the first sentence of s ends, outside brackets and quotation marks; -1 where none does.
func sentenceEnd(s string) int {
	depth := 0
	for i, r := range s {
		switch {
		case opens(r) || r == '“':
			depth++
		case closes(r) || r == '”':
			depth = max(0, depth-1)
		case depth == 0 && (r == '。' || r == '！' || r == '？'):
			return i
		}
	}
	return -1
}
