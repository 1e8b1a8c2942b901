package bulletin

import (
	"strings"

	"zhixing/calendar"
	"zhixing/edition/paper"
)

// Paper is the bulletin for print and for Word, as a file of the agency that issues it (GB/T 9704-2012).
func (b Bulletin) Paper(agency string, demo bool) paper.Paper {
	out := paper.Paper{Form: paper.AsFile, Masthead: agency, No: b.No, Title: b.Heading(), Issuer: agency, PublishedAt: b.Issued}
	if demo {
		out.Mark = "演示"
	} else if b.Issued.IsZero() {
		out.Mark = "草稿"
	}
	nodes := []paper.Block{
		{Kind: paper.Recipients, Text: strings.Join(b.To, "、") + "："},
		{Kind: paper.Clause, Text: "按照" + b.Basis + "的规定，现将" + b.Label + "情况通报如下。数据截至" + b.AsOf.In(calendar.Zone).Format("2006年1月2日15时04分") + "。"},
	}
	marks := []string{"一", "二", "三", "四", "五", "六"}
	for i, p := range b.Parts {
		mark := marks[i] + "、"
		nodes = append(nodes, paper.Block{Kind: paper.Heading, Level: 1, Mark: mark, Title: p.Title, Text: mark + p.Title},
			paper.Block{Kind: paper.Clause, Text: p.Says})
		if len(p.Rows) > 0 {
			var lines []string
			for _, row := range append([][]string{p.Columns}, p.Rows...) {
				lines = append(lines, strings.Join(row, "\t"))
			}
			nodes = append(nodes, paper.Block{Kind: paper.Table, Text: strings.Join(lines, "\n")})
		}
	}
	nodes = append(nodes, paper.Block{Kind: paper.Signature, Text: agency})
	if !b.Issued.IsZero() {
		out.Record = paper.Record{Printer: agency, PrintedOn: calendar.DateOf(b.Issued).Chinese()}
		nodes = append(nodes, paper.Block{Kind: paper.SignDate, Text: calendar.DateOf(b.Issued).Chinese()})
	}
	out.Parts = []paper.Part{{Nodes: nodes}}
	return out
}

// Heading is the title with its period: 断面水质月通报（2023年9月）.
func (b Bulletin) Heading() string { return b.Title + "（" + b.Label + "）" }
