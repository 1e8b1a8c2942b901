package paper

import (
	"math"
	"strings"
	"testing"

	"zhixing/edition/pdf"
)

func TestSealPlace(t *testing.T) {
	for _, c := range []struct{ issuer, date, issuerEnd, dateEnd float64 }{
		{9, 6.5, 2.75, 4},  // the issuer is longer: it reaches over the date on both sides
		{4, 6.5, 5.25, 4},  // shorter: in the middle above it
		{16, 6.5, 2, 6.75}, // so long that it would leave less than two characters: both move
		{0, 6.5, 7.25, 4},
	} {
		issuer, date := sealPlace(c.issuer, c.date, 1)
		if issuer != c.issuerEnd || date != c.dateEnd {
			t.Errorf("%+v: %v and %v", c, issuer, date)
		}
		if c.issuer > 0 && issuer+c.issuer/2 != date+c.date/2 {
			t.Errorf("%+v: not in the middle", c)
		}
	}
}

func TestShareWidths(t *testing.T) {
	rows := func(texts ...string) []TableRow {
		var out []TableRow
		for _, s := range texts {
			out = append(out, TableRow{Cells: strings.Split(s, "|")})
		}
		return out
	}
	for name, all := range map[string][]TableRow{
		"few":   rows("单位|数", "甲|1"),
		"usual": rows("序号|任务|时限|状态|情况", "1|"+strings.Repeat("任务", 20)+"|2023-10-31|逾期34天|"+strings.Repeat("情况", 60)),
		"tight": rows("序号|编号|任务|单位|依据|时限|状态|情况", "1|甲-25|禁煤区散煤清零|甲县住房和城乡建设管理局|甲政办发〔2023〕12号三（四）25|2023-10-31|逾期34天|最近一次填报为2023年10月20日"),
	} {
		got := shareWidths(all, wide, 1, 0.5, 36)
		sum := 0.0
		for c, w := range got {
			sum += w
			for _, row := range all {
				if s := row.Cells[c]; w < longestWord(s, wide)+0.499 || w < 2.499 {
					t.Errorf("%s: column %d of %.1f characters breaks %s", name, c+1, w, s)
				}
			}
		}
		if math.Abs(sum-36) > 0.01 {
			t.Errorf("%s: %v makes %v", name, got, sum)
		}
	}
	// Too many columns still share the whole width.
	sum := 0.0
	for _, w := range shareWidths(rows(strings.Repeat("列|", 60)+"末"), wide, 1, 0.5, 36) {
		sum += w
	}
	if math.Abs(sum-36) > 0.01 {
		t.Error(sum)
	}
}

// TestLeanTakesAPageLess: what is left over by a line or two goes on the page; a gazette is never set so.
func TestLeanTakesAPageLess(t *testing.T) {
	font := face(t)
	set := func(form Form, lean bool, n int) int {
		p := Paper{Form: form, Masthead: "甲县人民政府", Title: "关于修渠的函", Parts: []Part{{Nodes: []Block{
			{Kind: Clause, Text: strings.Repeat("字", n)}, {Kind: Signature, Text: "甲县人民政府"}, {Kind: SignDate, Text: "2023年11月1日"}}}}}
		s := &sheet{doc: pdf.New(font, pdf.Info{}, sheetW, sheetH), font: font, p: p, orphan: -1, lean: lean}
		s.print()
		return s.doc.Pages()
	}
	saved := 0
	for n := 28; n < 28*22; n += 28 {
		saved += set(AsLetter, false, n) - set(AsLetter, true, n)
	}
	if saved < 1 || saved > 3 {
		t.Errorf("%d lengths of text take a page less", saved)
	}
}

// TestRecordOfAnyLength: the record ends at the lower edge, also where there is next to nothing in it, or more than a page.
func TestRecordOfAnyLength(t *testing.T) {
	font := face(t)
	for _, r := range []Record{{}, {Printer: "甲局"}, {CopyTo: []string{"乙局"}}, {To: []string{strings.Repeat("甲", 3000)}, CopyTo: []string{strings.Repeat("乙", 3000)}, Printer: strings.Repeat("丙", 80), PrintedOn: "2023年11月1日"}} {
		for _, form := range []Form{AsFile, AsLetter} {
			s := &sheet{doc: pdf.New(font, pdf.Info{}, sheetW, sheetH), font: font, p: Paper{Form: form, Title: "函", Record: r}, orphan: -1}
			s.print()
			if n := s.doc.Pages(); n > 12 {
				t.Errorf("%d pages", n)
			}
			if form == AsFile && math.Abs(s.y-textH) > 0.01 && len(r.To) == 0 {
				t.Errorf("the last rule stands at %.1f, not at the lower edge %.1f", s.y, textH)
			}
		}
	}
}
