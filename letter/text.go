package letter

import (
	"strings"

	"zhixing/edition/paper"
)

// Text is the letter as plain text, with the words of the paper in their order; a page or a mail can show it. Cells of a table
// are parted by tabs, and a form has its labels between 【 and 】.
func (l Letter) Text() string {
	p := l.Paper()
	var b strings.Builder
	put := func(s string) {
		if s != "" {
			b.WriteString(s + "\n")
		}
	}
	gap := func() { b.WriteString("\n") }
	if p.Mark != "" {
		put("〔" + p.Mark + "〕")
	}
	put(p.Urgency)
	put(p.Masthead)
	put(strings.TrimSpace(p.No + cut("　　签发人：", p.Signer)))
	gap()
	put(p.Title)
	gap()
	for _, n := range p.Parts[0].Nodes {
		switch n.Kind {
		case paper.Recipients:
			put(n.Text)
		case paper.Sheet:
			for _, f := range n.Fields() {
				put("【" + f.Label + "】" + strings.ReplaceAll(f.Text, "\n", "\n　　"))
			}
		case paper.AttachmentList:
			gap()
			put("　　" + strings.ReplaceAll(n.Text, "\n", "\n　　　　　"))
		case paper.Signature:
			gap()
			put("　　　　" + n.Text)
		case paper.SignDate:
			put("　　　　" + n.Text)
		case paper.AttachmentHead:
			gap()
			put(n.Mark)
			put(n.Title)
			for _, row := range n.Children[0].Children {
				put(row.Text)
			}
		default:
			put("　　" + n.Text)
		}
	}
	if foot := recordText(p.Record); foot != "" {
		gap()
		put(foot)
	}
	return b.String()
}

func recordText(r paper.Record) string {
	var out []string
	if len(r.To) > 0 {
		out = append(out, "主送："+strings.Join(r.To, "，")+"。")
	}
	if len(r.CopyTo) > 0 {
		out = append(out, "抄送："+strings.Join(r.CopyTo, "，")+"。")
	}
	if r.Printer != "" && r.PrintedOn != "" {
		out = append(out, r.Printer+"　"+r.PrintedOn+"印发")
	}
	return strings.Join(out, "\n")
}
