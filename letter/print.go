package letter

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"zhixing/edition/paper"
)

// Check says, in Chinese, what even a draft cannot be without; nil where nothing lacks.
func (l Letter) Check() error {
	l = l.clean()
	switch {
	case !l.Kind.Known():
		return fmt.Errorf("没有“%s”这一种文书", l.Kind)
	case l.Agency == "":
		return errors.New("文书没有写明发文机关")
	case len(l.Items) == 0:
		return errors.New("文书没有写明所涉任务")
	}
	for i, it := range l.Items {
		if it.Title == "" {
			return fmt.Errorf("文书所涉第%d项任务没有名称", i+1)
		}
	}
	return nil
}

// Lacks names what has to be filled in before a draft can be signed and sent; nil where nothing lacks.
func (l Letter) Lacks() []string {
	l = l.clean()
	var out []string
	for _, f := range []struct {
		name string
		is   bool
	}{{"发文字号", l.No != ""}, {"主送单位", len(l.To) > 0}, {"成文日期", !l.SignedOn.IsZero()},
		{"约谈时间", l.When != "" || l.Kind != Interview}, {"约谈地点", l.Where != "" || l.Kind != Interview}} {
		if !f.is {
			out = append(out, f.name)
		}
	}
	return out
}

// annexes are all tables behind the letter: the list of items first where they are many.
func (l Letter) annexes() []Annex {
	var out []Annex
	if len(l.Items) > inText {
		out = append(out, Annex{"任务办理情况表", table(l.Items, l.AsOf)})
	}
	for _, a := range l.Annex {
		if len(a.Rows) > 0 {
			a.Title = cmp.Or(a.Title, "有关情况表")
			out = append(out, a)
		}
	}
	return out
}

// Paper is the letter set for print: 提醒函, 预警函, 约谈通知 and 督办单 as letters (GB/T 9704-2012, 10.1), 通报 as a file (7).
func (l Letter) Paper() paper.Paper {
	l = l.clean()
	p := paper.Paper{Form: kinds[l.Kind].form, Masthead: l.Masthead, No: l.No, Title: l.Heading(), Issuer: l.Agency, Urgency: l.Urgency,
		Record: paper.Record{CopyTo: l.CopyTo}}
	if !l.SignedOn.IsZero() {
		p.PublishedAt = l.SignedOn.Time()
	}
	if l.Demo {
		p.Mark = demoMark
	}
	if l.Kind == Circular {
		p.Signer = l.Signer
		p.Record.Printer = cmp.Or(l.Printer, l.Agency)
		p.Record.PrintedOn = cmp.Or(l.PrintedOn, l.SignedOn).Chinese()
	}
	var nodes []paper.Block
	if l.Kind == Supervise {
		nodes = append(nodes, l.order())
	} else {
		if l.crowded() {
			p.Record.To = l.To
		}
		nodes = append(nodes, l.body()...)
	}
	annexes := l.annexes()
	if s := annexList(annexes); s != "" {
		nodes = append(nodes, paper.Block{Kind: paper.AttachmentList, Text: s})
	}
	nodes = append(nodes, paper.Block{Kind: paper.Signature, Text: l.Agency})
	if !l.SignedOn.IsZero() { // 7.3.5.4: no leading zeros
		nodes = append(nodes, paper.Block{Kind: paper.SignDate, Text: l.SignedOn.Chinese()})
	}
	if s := l.contact(); s != "" && l.Kind != Supervise { // 7.3.6: in brackets under the date; the form has it in a field
		nodes = append(nodes, paper.Block{Kind: paper.Note, Text: "（" + s + "）"})
	}
	for i, a := range annexes {
		mark := annexMark(annexes, i)
		var rows []paper.Block
		for _, r := range a.Rows {
			rows = append(rows, paper.Block{Kind: paper.Row, Text: strings.Join(r, "\t")})
		}
		nodes = append(nodes, paper.Block{Kind: paper.AttachmentHead, Mark: mark, Title: a.Title, Text: mark + " " + a.Title,
			Children: []paper.Block{{Kind: paper.Table, Children: rows}}})
	}
	p.Parts = []paper.Part{{Nodes: nodes}}
	return p
}

// annexMark is what stands above an annex (7.3.7): a number where there are several.
func annexMark(annexes []Annex, i int) string {
	if len(annexes) > 1 {
		return fmt.Sprintf("附件%d", i+1)
	}
	return "附件"
}

// annexList is 附件说明 (7.3.4): numbered where there are several, no stop behind a name.
func annexList(annexes []Annex) string {
	var names []string
	for i, a := range annexes {
		if len(annexes) > 1 {
			names = append(names, fmt.Sprintf("%d.%s", i+1, a.Title))
		} else {
			names = append(names, a.Title)
		}
	}
	if names == nil {
		return ""
	}
	return "附件：" + strings.Join(names, "\n")
}

// crowded reports whether the addressees would push the text off the first page; they then stand at the foot of the last (7.3.2).
func (l Letter) crowded() bool {
	const lineOf, titleOf = 28, 19 // characters on a line of text, and of a title
	rows := len([]rune(list(l.To)))/lineOf + len([]rune(l.Heading()))*3/titleOf/2
	if kinds[l.Kind].form == paper.AsFile {
		return rows > 5
	}
	return rows > 10
}

// DOCX is the letter for Word and WPS.
func (l Letter) DOCX() ([]byte, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	return l.Paper().DOCX()
}

// PDF is the letter for print; font is a .ttf or .ttc with Chinese characters, see paper.FindFont.
func (l Letter) PDF(font []byte) ([]byte, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	return l.Paper().PDF(font)
}
