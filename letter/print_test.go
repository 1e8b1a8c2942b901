package letter

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"zhixing/edition/paper"
	"zhixing/internal/peertest"
)

// testFont is a font of the system; the tests that print cannot do without one.
func testFont(t testing.TB) []byte {
	t.Helper()
	font, _, err := paper.FindFont(os.ReadFile)
	if err != nil {
		peertest.Missing(t, "%v", err)
	}
	return font
}

// pages are the texts of a PDF's pages, as a person's reader would take them, without blanks and line breaks.
func pages(t testing.TB, b []byte) []string {
	t.Helper()
	tool := peertest.Program(t, "pdftotext", "poppler-utils")
	cmd := exec.Command(tool, "-raw", "-", "-")
	cmd.Stdin = bytes.NewReader(b)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, stderr.String())
	}
	all := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	for i := range all {
		all[i] = squeeze(all[i])
	}
	return all
}

var pageNumber = regexp.MustCompile(`—[0-9]+—`)

func squeeze(s string) string {
	return strings.NewReplacer(" ", "", "　", "", "\n", "", "\t", "", "【", "", "】", "").Replace(s)
}

// TestPDFReadsBack: whatever the text of a letter says its print says too, and every page of a demonstration says so.
func TestPDFReadsBack(t *testing.T) {
	font := testFont(t)
	for name, l := range cases(t) {
		b, err := l.PDF(font)
		if err != nil {
			t.Fatal(name, err)
		}
		if dir := os.Getenv("LETTERS"); dir != "" { // to look at: LETTERS=/tmp go test ./letter -run PDF; pdftoppm -png …
			if err := os.WriteFile(dir+"/"+name+".pdf", b, 0o644); err != nil {
				t.Fatal(err)
			}
			d, err := l.DOCX()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir+"/"+name+".docx", d, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got := pages(t, b)
		all := strings.NewReplacer(demoMark, "").Replace(pageNumber.ReplaceAllString(strings.Join(got, ""), ""))
		for _, piece := range strings.Split(strings.NewReplacer("\n", "\t", "　", "\t", "【", "\t", "】", "\t").Replace(l.Text()), "\t") {
			piece = squeeze(strings.Trim(piece, "〔〕"))
			if piece != demoMark && !strings.Contains(all, piece) {
				t.Errorf("%s: %q is not in the PDF:\n%s", name, piece, all)
			}
		}
		for i, page := range got {
			if strings.Contains(page, demoMark) != l.Demo {
				t.Errorf("%s: page %d and demonstration: %s", name, i+1, page)
			}
		}
		again, err := l.PDF(font)
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: the same letter gives other bytes", name)
		}
	}
}

// TestNothingStandsAlone: however long the text, the page that is signed has text of the letter above the signature, and no page
// holds nothing but the record; the first page has text too.
func TestNothingStandsAlone(t *testing.T) {
	font := testFont(t)
	for _, kind := range []Kind{Warn, Circular} {
		for n := 10; n < 900; n += 56 {
			for _, annex := range [][]Annex{nil, {{"附表", [][]string{{"单位", "数"}, {"乙局", "1"}}}}} {
				l := Letter{Kind: kind, Agency: "甲县人民政府办公室", To: []string{"乙局"}, CopyTo: []string{"丙局", "丁局"}, SignedOn: day("2023-11-01"), AsOf: day("2023-10-31"),
					Items: []Item{{Title: "清零", Finding: strings.Repeat("字", n)}}, Demand: strings.Repeat("办", 30), Contact: "示例甲", Annex: annex}
				b, err := l.PDF(font)
				if err != nil {
					t.Fatal(err)
				}
				all := pages(t, b)
				for i, page := range all {
					page = pageNumber.ReplaceAllString(page, "")
					text, _, signed := strings.Cut(page, "甲县人民政府办公室2023年11月1日（联系人")
					text = strings.TrimSuffix(strings.TrimSuffix(text, "附表"), "附件：")
					if signed && !strings.HasSuffix(text, "特此"+kinds[kind].tell+"。") {
						t.Errorf("%s of %d characters is signed on page %d under %q", kind, n, i+1, text)
					}
					if strings.HasPrefix(page, "抄送") {
						t.Errorf("%s of %d characters: page %d has nothing but the record", kind, n, i+1)
					}
					if i == 0 && !strings.Contains(page, "乙局：你单位承担") && kind == Warn {
						t.Errorf("%s of %d characters: no text on the first page: %s", kind, n, page)
					}
				}
			}
		}
	}
}

// TestLongLetters: many items, addressees and copies print to their end.
func TestLongLetters(t *testing.T) {
	font := testFont(t)
	for _, kind := range Kinds {
		l := Letter{Kind: kind, Agency: strings.Repeat("甲县示例领导小组", 6), SignedOn: day("2023-11-01"), When: strings.Repeat("九时", 40), Signer: "示例乙", Urgency: "特急",
			Rule: strings.Repeat("规则", 400), Demand: strings.Repeat("要求", 900) + "讫", Title: strings.Repeat("标题很长的通报", 12)}
		for i := range 150 {
			l.To = append(l.To, "示例单位"+strings.Repeat("某", i%9))
			l.Items = append(l.Items, Item{Title: strings.Repeat("事项", 1+i%30), Basis: "甲政办发〔2023〕12号 三（四）25", Due: day("2023-10-31"), State: "逾期", Finding: strings.Repeat("情况", i%80)})
		}
		l.CopyTo = l.To
		b, err := l.PDF(font)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(pages(t, b), "")
		if strings.Count(all, "逾期1天") != 150 || !strings.Contains(all, "求讫") || strings.Count(all, "2023-10-31") != 150 {
			t.Errorf("%s: %d of 150 rows, %d whole dates", kind, strings.Count(all, "逾期1天"), strings.Count(all, "2023-10-31"))
		}
		if _, err := l.DOCX(); err != nil {
			t.Error(err)
		}
	}
}
