package edition

import (
	"fmt"
	"slices"
	"strings"

	"zhixing/edition/paper"
	"zhixing/gazette"
)

// FromReading makes a publication of a document as read: its head, its text and the plans printed inside it, in the
// order of the source, without what the document withholds. ErrWithheld where all of it is withheld. The caller
// fills in what the reading does not know: Record, County, Key, Version, VersionNote, Earlier, PublishedAt, URL,
// BaseURL, Duties (only those whose path Has reports true for) and the URLs of Cites and Attachments.
//
// Of a withheld attachment goes out neither text, title nor citation: its place says 〔附件3不公开〕. Where it cannot be
// told which attachment a text belongs to while one is withheld, that text is left out too.
func FromReading(issue *gazette.Issue, doc *gazette.Document) (Publication, error) {
	w := withholding(doc)
	if w.whole {
		return Publication{}, ErrWithheld
	}
	p := Publication{
		No: doc.No, Title: doc.Title, Kind: doc.Kind, Issuer: doc.Issuer, Recipients: slices.Clone(doc.Recipients),
		SignedOn: doc.SignedOn, PublicNote: doc.PublicNote, Availability: doc.Availability, InterpretedBy: doc.InterpretedBy,
	}
	if issue != nil {
		p.Issue = Issue{issue.Title, issue.Year, issue.No, issue.TotalNo, issue.PublishDate}
	}
	for _, a := range doc.Attachments {
		if w.numbers[a.No] {
			p.Attachments = append(p.Attachments, Attachment{No: a.No, Note: "不公开"})
			continue
		}
		p.Attachments = append(p.Attachments, Attachment{No: a.No, Title: a.Title})
	}
	p.Parts = parts(doc, w)
	for _, a := range doc.Attachments {
		if a.Printed && w.numbers[a.No] && !w.out[a.No] {
			return Publication{}, fmt.Errorf("edition: 附件%d不公开，却找不到它在文中的位置；请先改正附件的标题，再发布", a.No)
		}
	}
	for _, c := range doc.Cites {
		p.Cites = append(p.Cites, Cite{Title: c.Title, No: c.No, Effect: effect(c), Path: c.Path})
	}
	if len(w.numbers) > 0 {
		w.prune(&p)
	}
	return p.Clean(), nil
}

func effect(c gazette.Citation) string {
	if c.Effect == "" && c.Implements {
		return "贯彻"
	}
	return c.Effect
}

// piece is a node of the notice, or a plan.
type piece struct {
	node *gazette.Node
	plan *gazette.Plan
	at   int
}

// parts puts the notice's nodes and the plans in the order of the source. Nodes that follow a plan, such as
// attachments printed behind it, make a part of their own.
func parts(doc *gazette.Document, w *withheld) []Part {
	var pieces []piece
	at := doc.Span.Start
	for _, n := range doc.Nodes {
		if len(n.Spans) > 0 {
			at = n.Spans[0].Start
		}
		pieces = append(pieces, piece{node: n, at: at})
	}
	for _, pl := range doc.Plans {
		pieces = append(pieces, piece{plan: pl, at: pl.Span.Start})
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.at - b.at })

	var out []Part
	open := false
	for _, pc := range pieces {
		if pc.plan != nil {
			open = false
			if w.plan(pc.plan) {
				out = append(out, Part{Nodes: []Block{*w.removed(w.under)}})
				continue
			}
			nodes := w.blocks(pc.plan.Nodes)
			out = append(out, Part{Key: pc.plan.Key, Title: pc.plan.Title, InterpretedBy: pc.plan.InterpretedBy, Nodes: nodes})
			continue
		}
		if !open {
			out, open = append(out, Part{}), true
		}
		last := &out[len(out)-1]
		last.Nodes = append(last.Nodes, w.blocks([]*gazette.Node{pc.node})...)
	}
	for i := range out {
		out[i].Nodes = joinLists(out[i].Nodes)
	}
	return slices.DeleteFunc(out, func(p Part) bool { return len(p.Nodes) == 0 && p.Title == "" })
}

var kinds = map[gazette.NodeKind]BlockKind{
	gazette.RecipientsNode: Recipients, gazette.HeadingNode: Heading, gazette.ClauseNode: Clause,
	gazette.SignatureNode: Signature, gazette.DateNode: SignDate, gazette.NoteNode: Note,
	gazette.AttachListNode: AttachmentList, gazette.AttachmentNode: AttachmentHead, gazette.TableNode: Table,
}

// blocks turns nodes into blocks. Title and number are said in the head and the issue's own group headings are not
// the document's, so they make no block; what stands under them does.
func (w *withheld) blocks(nodes []*gazette.Node) []Block {
	var out []Block
	for _, n := range nodes {
		if skip, block := w.covers(n); skip {
			if block != nil {
				out = append(out, *block)
			}
			continue
		}
		if text, ok := w.list(n); ok {
			if text != "" {
				out = append(out, Block{Kind: AttachmentList, Text: text, Path: "附件"})
			}
			w.leave(n)
			continue
		}
		if n.Kind == gazette.TableNode && len(n.Children) > 0 {
			out = append(out, w.table(n)...)
			continue
		}
		children := w.blocks(n.Children)
		if kind, known := kinds[n.Kind]; known {
			out = append(out, Block{Kind: kind, Level: n.Level, Mark: n.Mark, Title: n.Title, Text: n.Text, Path: n.Path, Children: children})
			continue
		}
		out = append(out, children...)
	}
	return out
}

// joinLists makes one block of the lines of a list of attachments that were read one by one: a line is an item of its
// own where it is numbered, and the rest of the title before it where not.
func joinLists(bs []Block) []Block {
	var out []Block
	for _, b := range bs {
		b.Children = joinLists(b.Children)
		k := len(out) - 1
		if b.Kind != AttachmentList || k < 0 || out[k].Kind != AttachmentList || len(b.Children) > 0 {
			out = append(out, b)
			continue
		}
		line := strings.TrimSpace(b.Text)
		if line != "" && line[0] >= '0' && line[0] <= '9' {
			line = "\n" + line
		}
		out[k].Text += line
	}
	return out
}

// table reads rows as printed into cells. A row may be the line over a withheld attachment: then the table ends there.
func (w *withheld) table(n *gazette.Node) []Block {
	b := Block{Kind: Table, Level: n.Level, Text: n.Text, Path: n.Path}
	var texts, paths []string
	var places []Block
	for _, row := range n.Children {
		line := *row
		line.Kind = gazette.ClauseNode
		if skip, place := w.covers(&line); skip {
			if place != nil {
				places = append(places, *place)
			}
			continue
		}
		texts, paths = append(texts, row.Text), append(paths, row.Path)
	}
	for i, text := range paper.Columns(texts) {
		b.Children = append(b.Children, Block{Kind: Row, Text: text, Path: paths[i]})
	}
	return append([]Block{b}, places...)
}

// squeeze folds a text for comparing: no space, half-width forms of what printers mix.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0x3000 || r == 0xa0:
			return -1
		case r >= 0xff01 && r <= 0xff5e: // full-width forms of ASCII
			return r - 0xfee0
		case strings.ContainsRune("〔［【", r):
			return '['
		case strings.ContainsRune("〕］】", r):
			return ']'
		}
		return r
	}, s)
}
