package edition

import (
	"fmt"
	"strings"

	"zhixing/calendar"
)

// Text is the document to be read in any editor: UTF-8, one paragraph a line, set in by two full-width spaces as
// in print, numbers as printed, table cells parted by tabs.
func Text(p Publication) []byte {
	p = p.Clean()
	var b strings.Builder
	b.Grow(16 << 10)
	if s := p.masthead(); s != "" {
		b.WriteString(s + "\n\n")
	}
	b.WriteString(p.Title + "\n")
	if p.No != "" {
		b.WriteString(p.No + "\n")
	}
	if p.Record == Withdraw {
		b.WriteString("\n" + p.standing() + "\n")
	}
	for _, part := range p.Parts {
		b.WriteByte('\n')
		if part.Title != "" {
			b.WriteString("\n" + part.Title + "\n\n")
		}
		textBlocks(&b, part.Nodes)
	}
	b.WriteString("\n————————\n")
	for _, l := range p.provenance() {
		b.WriteString(l + "\n")
	}
	return []byte(b.String())
}

func textBlocks(b *strings.Builder, blocks []Block) {
	for _, n := range blocks {
		if s := nonemptyOr(n.Text, n.Mark+n.Title); s != "" {
			b.WriteString(indent(n.Kind, s) + "\n")
		}
		textBlocks(b, n.Children)
	}
}

// indent sets paragraphs in as print does: text by two characters, what is addressed or tabulated not at all.
func indent(k BlockKind, s string) string {
	switch k {
	case Recipients, AttachmentHead, Table, Row:
		return s
	case Signature, SignDate:
		return "　　　　　　　　" + strings.ReplaceAll(s, "\n", "\n　　　　　　　　")
	case AttachmentList:
		return "　　" + strings.ReplaceAll(s, "\n", "\n　　　　　")
	}
	return "　　" + strings.ReplaceAll(s, "\n", "\n　　")
}

// masthead names the issue of the gazette: 某县人民政府公报　2023年第3期（总第6期）.
func (p Publication) masthead() string {
	if p.Issue.Title == "" {
		return ""
	}
	return p.Issue.Title + "　" + p.issueNo()
}

// gazette is the name on the masthead.
func (p Publication) gazette() string {
	return nonemptyOr(p.Issue.Title, p.County.Name+"人民政府公报")
}

func (p Publication) issueNo() string {
	i := p.Issue
	if i.Year == 0 && i.No == 0 {
		return ""
	}
	s := fmt.Sprintf("%d年第%d期", i.Year, i.No)
	if i.TotalNo > 0 {
		s += fmt.Sprintf("（总第%d期）", i.TotalNo)
	}
	return s
}

// standing says what became of the document: corrected, withdrawn, or nothing.
func (p Publication) standing() string {
	day := calendar.DateOf(p.PublishedAt).Chinese()
	if p.PublishedAt.IsZero() {
		day = ""
	}
	var s string
	switch p.Record {
	case Correct:
		s = day + "更正"
	case Withdraw:
		s = "本文件已于" + day + "撤回"
	default:
		return ""
	}
	if p.VersionNote != "" {
		s += "：" + p.VersionNote
	}
	return s
}

// provenance is what stands at the foot of an edition: where it came from and how it can be checked.
func (p Publication) provenance() []string {
	var out []string
	add := func(label, s string) {
		if s != "" {
			out = append(out, label+"："+s)
		}
	}
	add("解读单位", p.InterpretedBy)
	add("说明", p.Availability)
	if !p.PublishedAt.IsZero() {
		add("发布时间", p.PublishedAt.In(calendar.Zone).Format("2006-01-02 15:04:05")+"（北京时间）")
	}
	if p.Version > 0 {
		add("版本", fmt.Sprintf("第%d版", p.Version))
	}
	if p.Record == Correct {
		add("更正", p.VersionNote)
	}
	add("网址", p.URL)
	return out
}
