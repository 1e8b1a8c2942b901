package edition

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"zhixing/internal/peertest"
)

// testFont is a font of the system; the tests that print cannot do without one.
func testFont(t testing.TB) []byte {
	t.Helper()
	font, _, err := FindFont(os.ReadFile)
	if err != nil {
		peertest.Missing(t, "%v", err)
	}
	return font
}

// pdfText reads the text out of a PDF as a person's reader would.
func pdfText(t testing.TB, b []byte) string {
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

// TestSignatureIsNotAlone: however long the text before it, the signature's page has text of the notice above it.
func TestSignatureIsNotAlone(t *testing.T) {
	font := testFont(t)
	for n := 100; n < 560; n += 28 {
		p := sample()
		p.Parts = []Part{{Nodes: []Block{{Kind: Clause, Text: strings.Repeat("字", n)}, {Kind: Signature, Text: "青禾县人民政府办公室"},
			{Kind: SignDate, Text: "2024年3月18日"}}}}
		b, err := PDF(p, font)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range strings.Split(pdfText(t, b), "\f") {
			if strings.Contains(page, "\n2024年3月18日") && !strings.Contains(page, "字字") {
				t.Errorf("%d characters: the signature stands alone:\n%s", n, page)
			}
		}
	}
}
