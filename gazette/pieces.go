package gazette

import "strings"

// tile hands every byte of the source to its owner: the lines in order, white space between them as Blank or
// PageBreak.
func (r *reader) tile() {
	pieces := make([]Piece, 0, 2*len(r.lines)+1)
	at := 0
	fill := func(end int) {
		if end > at {
			noise := Blank
			if strings.ContainsAny(r.source[at:end], "\f\v") {
				noise = PageBreak
			}
			pieces = append(pieces, Piece{Span: Span{at, end}, Noise: noise})
		}
	}
	for i := range r.lines {
		ln := &r.lines[i]
		fill(ln.Start)
		p := Piece{Span: ln.Span, Noise: ln.noise}
		if ln.owner != nil {
			p.Node, p.Noise = ln.owner.node, ln.owner.noise
		}
		pieces = append(pieces, p)
		at = ln.End
	}
	fill(len(r.source))
	r.issue.Pieces = pieces
}

// Line is the line of the source that a byte offset stands on, from 1.
func Line(source string, offset int) int {
	return 1 + strings.Count(source[:min(max(offset, 0), len(source))], "\n")
}
