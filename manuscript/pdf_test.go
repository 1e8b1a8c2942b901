package manuscript

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/internal/peertest"
	"zhixing/manuscript/layout"
)

// needPDF is for tests that cannot do without pdftotext.
func needPDF(t testing.TB) {
	t.Helper()
	peertest.Program(t, pdfProgram, "poppler-utils")
}

// TestPDFComesBack prints a document and reads the print: the same documents, headings and clauses.
func TestPDFComesBack(t *testing.T) {
	needPDF(t)
	font, _, err := edition.FindFont(os.ReadFile)
	if err != nil {
		peertest.Missing(t, "%v", err)
	}
	want, err := gazette.Read(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	p, err := edition.FromReading(want, want.Documents[0])
	if err != nil {
		t.Fatal(err)
	}
	p.County, p.Key, p.Version, p.Record = edition.County{Code: "999999", Name: "甲县"}, "d1", 1, edition.Publish
	printed, err := edition.PDF(p, font)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Decode("稿件.pdf", printed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := gazette.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := apart(outline(want), outline(got)); diff != "" {
		t.Errorf("%sfrom:\n%s", diff, text)
	}
	for n := 100; n < len(printed); n += len(printed) / 9 { // cut short: all of it or nothing
		if got, err := Decode("断.pdf", printed[:n]); err == nil && got != text {
			t.Errorf("cut at %d of %d: got %d bytes of %d", n, len(printed), len(got), len(text))
		}
	}
}

func TestPDFRefusals(t *testing.T) {
	needPDF(t)
	blank := "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\ntrailer<</Root 1 0 R>>\n"
	for data, want := range map[string]string{
		"%PDF-1.7\n": "不完整或已损坏",
		"%PDF-1.7\n" + strings.Repeat("0 0 obj ", 1000): "不完整或已损坏",
		blank: "扫描件",
	} {
		if got, err := Decode("公报.txt", []byte(data)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "请") {
			t.Errorf("%.40q: want %q, got %q, %v", data, want, got, err)
		}
	}
}

// TestPDFProgram puts scripts in the place of pdftotext.
func TestPDFProgram(t *testing.T) {
	sh := peertest.Program(t, "sh", "dash")
	defer func(s string, d time.Duration, m int) { pdfProgram, pdfTime, pdfMemory = s, d, m }(pdfProgram, pdfTime, pdfMemory)
	pdfMemory = 100 << 10
	word := `<page width="500.0" height="800.0">
<word xMin="50.0" yMin="50.0" xMax="70.0" yMax="60.0">%s</word>
`
	for name, c := range map[string]struct{ script, want string }{
		"good":                  {"cat >/dev/null; echo '" + strings.ReplaceAll(word, "%s", "甲&lt;乙&amp;") + "'", ""},
		"sleeps":                {"exec sleep 60", "还没有读完"},
		"child sleeps":          {"sleep 20 & wait", "还没有读完"},
		"floods":                {"yes '" + strings.Repeat("x", 100) + "'", "超过上限"},
		"complains without end": {"yes x >&2", "不完整或已损坏"},
		"eats memory":           {`x=y; while :; do x="$x$x"; done`, "不完整或已损坏"},
		"password":              {"cat >/dev/null; echo 'Command Line Error: Incorrect password' >&2; exit 1", "密码"},
		"copying":               {"cat >/dev/null; echo 'Copying of text from this document is not allowed.' >&2; exit 3", "不许复制"},
		"encoding":              {"cat >/dev/null; echo \"Syntax Error: Missing language pack for 'Adobe-GB1' mapping\" >&2; echo '<page width=\"5\">'", "poppler-data"},
		"broken":                {"cat >/dev/null; exit 1", "不完整或已损坏"},
		"private use":           {"cat >/dev/null; echo '" + strings.ReplaceAll(word, "%s", "\ue001\ue002字") + "'", "乱码"},
		"does not read":         {"exit 0", "扫描件"},
	} {
		pdfProgram = filepath.Join(t.TempDir(), "pdftotext")
		if err := os.WriteFile(pdfProgram, []byte("#!"+sh+"\n"+c.script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if pdfTime = time.Minute; strings.Contains(c.script, "sleep") {
			pdfTime = time.Second
		}
		got, err := Decode("公报.pdf", append([]byte("%PDF-1.7"), bytes.Repeat([]byte("x"), 1<<20)...))
		switch {
		case c.want == "" && (err != nil || got != "甲<乙&\n\f"):
			t.Errorf("%s: got %q, %v", name, got, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: want %q, got %.80q, %v", name, c.want, got, err)
		}
		if took := time.Since(start); took > 12*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// picturePDF has pages of text (true) and pages that are one picture (false).
func picturePDF(pages ...bool) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[")
	for i := range pages {
		fmt.Fprintf(&b, "%d 0 R ", 10+2*i)
	}
	fmt.Fprintf(&b, "]/Count %d>>endobj\n3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n", len(pages))
	fmt.Fprintf(&b, "4 0 obj<</Type/XObject/Subtype/Image/Width 800/Height 1000/ColorSpace/DeviceGray/BitsPerComponent 1/Length 100000>>stream\n%s\nendstream endobj\n", strings.Repeat("U", 100_000))
	for i, text := range pages {
		content := "q 500 0 0 700 0 0 cm /I Do Q"
		if text {
			content = fmt.Sprintf("BT /F 12 Tf 72 700 Td (page %d) Tj ET", i+1)
		}
		fmt.Fprintf(&b, "%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>/XObject<</I 4 0 R>>>>/Contents %d 0 R>>endobj\n", 10+2*i, 11+2*i)
		fmt.Fprintf(&b, "%d 0 obj<</Length %d>>stream\n%s\nendstream endobj\n", 11+2*i, len(content), content)
	}
	b.WriteString("trailer<</Root 1 0 R>>\n%%EOF\n")
	return []byte(b.String())
}

// TestScannedPages refuses a file of which a page would be lost, covers excepted.
func TestScannedPages(t *testing.T) {
	needPDF(t)
	const t1, pic = true, false
	for _, c := range []struct {
		pages []bool
		want  string
	}{
		{[]bool{t1, t1}, ""},
		{[]bool{pic, t1, t1, pic}, ""},
		{[]bool{t1, pic, t1}, "第 2 页只有图片"},
		{[]bool{t1, pic}, "第 2 页只有图片"},
		{[]bool{pic, pic, pic}, "扫描件"},
	} {
		got, err := Decode("公报.pdf", picturePDF(c.pages...))
		if c.want == "" && (err != nil || strings.Count(got, "page ") != strings.Count(fmt.Sprint(c.pages), "true")) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: want %q, got %q, %v", c.pages, c.want, got, err)
		}
	}
}

// A font for many scripts says of itself that it is more than twice as high as its letters. The short last line of a paragraph and the
// next line, which is indented beyond it, are no row of a table for that.
func TestHighFont(t *testing.T) {
	const list = `  <page width="594.96" height="841.92">
    <word xMin="111.5" yMin="103.9" xMax="497.7" yMax="145.4">（1）县林业局三十分钟内赶到现场，每两小时报告一次火</word>
    <word xMin="79.5" yMin="132.4" xMax="111.5" yMax="173.9">情。</word>
    <word xMin="111.5" yMin="161.0" xMax="488.3" yMax="202.5">（2）示例乡组织群众撤离，并报送照片。</word>
    <word xMin="111.5" yMin="189.5" xMax="175.5" yMax="231.0">响应行动</word>
    <word xMin="79.5" yMin="218.0" xMax="203.5" yMax="259.5">后面还有一行。</word>
`
	want := "（1）县林业局三十分钟内赶到现场，每两小时报告一次火\n情。\n（2）示例乡组织群众撤离，并报送照片。\n　　响应行动\n后面还有一行。\n\f"
	if got := layout.Text(pdfPages(list)); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
