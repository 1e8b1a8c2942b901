package paper

import (
	"strings"
)

// Form is which layout of GB/T 9704-2012 a paper has.
type Form uint8

// The forms.
const (
	AsGazette Form = iota // printed in a gazette: masthead, issue, number and rule; Imprint at the foot
	AsFile                // 文件格式, clause 7: masthead, number, red rule; Record at the foot
	AsLetter              // 信函格式, clause 10.1: masthead over a red double rule, another at the foot of the first page
)

// Record is what stands at the foot of the last page of an official paper (版记, 7.4). A letter has no printer in it (10.1).
type Record struct {
	To        []string // 主送, where the list is too long for the first page (7.3.2)
	CopyTo    []string // 抄送
	Printer   string   // 印发机关
	PrintedOn string   // 2023年11月1日
}

// lines are 主送 and 抄送: names parted by commas, a full stop behind the last (7.4.2).
func (r Record) lines() [][2]string {
	var out [][2]string
	for _, l := range []struct {
		label string
		names []string
	}{{"主送：", r.To}, {"抄送：", r.CopyTo}} {
		if len(l.names) > 0 {
			out = append(out, [2]string{l.label, strings.Join(l.names, "，") + "。"})
		}
	}
	return out
}

// printed is 2023年11月1日印发 (7.4.3); empty for a draft without a date.
func (r Record) printed() string {
	if r.PrintedOn == "" {
		return ""
	}
	return r.PrintedOn + "印发"
}

// Field is a row of a form to fill in; one without text is left blank for a pen.
type Field struct{ Label, Text string }

// Fields reads the rows of a Sheet. The text of a row may have several lines.
func (b *Block) Fields() []Field {
	var out []Field
	for _, row := range b.Children {
		label, text, _ := strings.Cut(row.Text, "\t")
		out = append(out, Field{label, text})
	}
	return out
}

// penLines is how many lines a field without text leaves free.
const penLines = 5

// sealPlace is where a sealed paper is signed (7.3.5.1): how far from the right edge the date and the issuer end, in the unit of
// the widths. The date ends four characters in and the issuer stands in the middle above it; where it would come nearer to the
// edge than two characters, both move to the left.
func sealPlace(issuer, date, char float64) (issuerEnd, dateEnd float64) {
	dateEnd = 4 * char
	issuerEnd = dateEnd + (date-issuer)/2
	if short := 2*char - issuerEnd; short > 0 {
		return issuerEnd + short, dateEnd + short
	}
	return issuerEnd, dateEnd
}
