package edition

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"zhixing/edition/pdf"
)

// testFont is a font of the system; without one the tests that print are skipped, and say so.
func testFont(t testing.TB) []byte {
	t.Helper()
	font, _, err := FindFont(os.ReadFile)
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	return font
}

// pdfText reads the text out of a PDF as a person's reader would.
func pdfText(t testing.TB, b []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("SKIPPED: pdftotext is not installed (Debian: poppler-utils)")
	}
	cmd := exec.Command(tool, "-raw", "-", "-")
	cmd.Stdin = bytes.NewReader(b)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, stderr.String())
	}
	return string(out)
}

func TestPDFTextCanBeReadBack(t *testing.T) {
	font := testFont(t)
	for name, p := range samples() {
		b, err := PDF(p, font)
		if err != nil {
			t.Fatal(name, err)
		}
		text := squeeze(pdfText(t, b))
		p.Clean().Walk(func(_ Part, b Block, _ int) {
			for _, piece := range strings.FieldsFunc(b.Text, func(r rune) bool { return r == '\n' || r == '\t' || r == ' ' || r == '　' }) {
				if !strings.Contains(text, squeeze(piece)) && !strings.Contains(text, squeeze(b.Text)) {
					t.Errorf("%s: %q is not in the PDF:\n%s", name, piece, text)
				}
			}
		})
		for _, want := range []string{p.No, p.Title} {
			if !strings.Contains(text, squeeze(want)) {
				t.Errorf("%s: lost %q", name, want)
			}
		}
	}
}

func TestPDFWithoutFont(t *testing.T) {
	_, err := PDF(sample(), nil)
	if !errors.Is(err, ErrNoFont) || !strings.Contains(err.Error(), "fonts-wqy-microhei") {
		t.Error(err)
	}
	if _, err := PDF(sample(), []byte("OTTO and so on")); !errors.Is(err, ErrNoFont) {
		t.Error(err)
	}
	nothing := func(string) ([]byte, error) { return nil, os.ErrNotExist }
	if _, _, err := FindFont(nothing); !errors.Is(err, ErrNoFont) {
		t.Error(err)
	}
	if _, _, err := FindFont(nothing, "/x/simfang.ttf"); !errors.Is(err, ErrNoFont) || !strings.Contains(err.Error(), "/x/simfang.ttf") {
		t.Error(err)
	}
	files, err := All(sample(), nil)
	if err != nil || len(files) != 6 {
		t.Errorf("%v, %d editions", err, len(files))
	}
}

func TestLinesKeepTheRules(t *testing.T) {
	m := (&sheet{font: face(t)}).measure(three)
	texts := []string{
		strings.Repeat("修渠，护堤。“清淤”（二次）、", 60),
		"到2024年10月底，GB/T 9704—2012所称PM2.5浓度≤35微克，完成率达到99.5%以上……" + strings.Repeat("其余各处水渠，", 20),
		strings.Repeat("至2024年", 40), "治理率" + strings.Repeat("99.75 PM2.5 GB/T9704 ", 18),
		strings.Repeat("《甲》", 80), strings.Repeat("。", 70), strings.Repeat("（", 70), strings.Repeat("a", 300),
		"网址https://gazette.example.cn/990101/d/qzbf-2024-7/very/long/address/that/goes/on/for/more/than/one/line/of/text见此",
	}
	for _, text := range texts {
		var joined strings.Builder
		lines := m.breaks(text, 2*cell, 0, textW)
		for i, l := range lines {
			joined.WriteString(l.text)
			runes := []rune(l.text)
			if strings.Trim(text, "。（") == "" || len(runes) == 0 {
				continue // nothing but what may not stand there: the line is broken all the same
			}
			if i > 0 && strings.ContainsRune(neverFirst, runes[0]) && !wordy(runes[0]) {
				t.Errorf("line %d begins %c", i+1, runes[0])
			}
			if i+1 < len(lines) && strings.ContainsRune(neverLast, runes[len(runes)-1]) {
				t.Errorf("line %d ends %c", i+1, runes[len(runes)-1])
			}
			if next := i + 1; next < len(lines) && len(text) < 400 && len(runes) > 0 && strings.Trim(text, "a") != "" {
				after, _ := utf8.DecodeRuneInString(lines[next].text)
				if wordy(runes[len(runes)-1]) && wordy(after) && strings.Contains(text, l.text+lines[next].text) && !strings.Contains(text, "https") {
					t.Errorf("line %d breaks a word or number: %s|%s", i+1, l.text, lines[next].text)
				}
			}
			if w := l.x + m.width(runes) + float64(len(runes)-1)*(l.spacing-m.base); w > textW+m.size*0.05 {
				t.Errorf("line %d is %.1f pt wide: %s", i+1, w, l.text)
			}
		}
		if got := strings.ReplaceAll(joined.String(), " ", ""); got != strings.ReplaceAll(text, " ", "") {
			t.Errorf("lost text:\n%s\n%s", got, text)
		}
	}
}

func TestTwentyEightCharactersALine(t *testing.T) {
	m := (&sheet{font: face(t)}).measure(three)
	lines := m.breaks(strings.Repeat("字", 26+28+5), 2*cell, 0, textW)
	var n []int
	for _, l := range lines {
		n = append(n, len([]rune(l.text)))
	}
	if len(n) != 3 || n[0] != 26 || n[1] != 28 || n[2] != 5 {
		t.Errorf("%v characters a line, want 26, 28, 5", n)
	}
}

func TestTitlesBreakAtWords(t *testing.T) {
	m := (&sheet{font: face(t)}).measure(two)
	for title, want := range map[string]string{
		"甲县人民政府关于修桥的通知":               "甲县人民政府关于修桥的通知",
		"甲县人民政府办公室关于印发甲县河塘清淤行动方案的通知":  "甲县人民政府办公室|关于印发甲县河塘清淤行动方案的通知",
		"甲县人民政府关于转发《乙市小型水利设施管护办法》的通知": "甲县人民政府关于转发|《乙市小型水利设施管护办法》的通知",
	} {
		if got := strings.Join(m.titleLines(title, textW), "|"); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func TestLongTablesAndDocumentsTurnPages(t *testing.T) {
	font := testFont(t)
	p := sample()
	p.Parts = nil
	var row, long strings.Builder
	for i := range 120 {
		row.WriteString(strings.Repeat("第", 1+i%7) + "行\t" + strings.Repeat("内容较长的一格，", i%9) + "\t完\n")
	}
	long.WriteString("甲\t" + strings.Repeat("一格比一页还长，", 900) + "\t乙")
	p.Parts = []Part{{Nodes: []Block{{Kind: Table, Text: row.String()}, {Kind: Table, Text: long.String()},
		{Kind: Table, Text: strings.Repeat("列\t", 60) + "末"}, {Kind: Clause, Text: strings.Repeat("正文很长。", 3000)}}}}
	b, err := PDF(p, font)
	if err != nil {
		t.Fatal(err)
	}
	text := squeeze(pdfText(t, b))
	if n := strings.Count(text, "一格比一页还长"); n < 600 { // those broken over two lines of the cell do not count
		t.Errorf("%d of 900 phrases of the long cell", n)
	}
	if !strings.Contains(text, "—20—") {
		t.Error("want at least twenty numbered pages")
	}
}

func face(t testing.TB) *pdf.Font {
	t.Helper()
	f, err := pdf.ParseFont(testFont(t))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
