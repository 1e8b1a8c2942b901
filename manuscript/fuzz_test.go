package manuscript

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// holds checks what Decode promises of any input.
func holds(t *testing.T, name string, data []byte) {
	t.Helper()
	start := time.Now()
	text, err := Decode(name, data)
	if took := time.Since(start); took > 5*time.Second {
		t.Fatalf("%d bytes took %v", len(data), took)
	}
	if err != nil {
		if s := err.Error(); text != "" || !utf8.ValidString(s) || !strings.HasPrefix(s, "《") && !strings.HasPrefix(s, "这个文件") || strings.ContainsAny(s, "\n\r") || !strings.Contains(s, "请") {
			t.Fatalf("refusal %q with text %.60q", s, text)
		}
		return
	}
	if !utf8.ValidString(text) || strings.TrimSpace(text) == "" || strings.ContainsFunc(text, control) || strings.ContainsFunc(text, invisible) || len(text) > MaxText {
		t.Fatalf("text %q", text)
	}
	// Text of Chinese is read as itself.
	if again, err := Decode("稿件.txt", []byte(text)); err == nil && again != text && strings.Contains(text, "的") && !strings.Contains(text, "<") {
		t.Fatalf("read again: %q becomes %q", text, again)
	}
}

// cases hands the parts of every case in testdata to f.
func cases(t testing.TB, f func(parts map[string]string)) {
	files, _ := filepath.Glob("testdata/*/*.txt")
	for _, file := range files {
		f(sections(t, file))
	}
}

func FuzzDecode(f *testing.F) {
	for _, encoding := range []string{"UTF-8", "UTF-8 BOM", "UTF-16LE", "UTF-16BE BOM", "GB 18030"} {
		f.Add("甲.txt", encode(f, notice, encoding))
	}
	f.Add("甲.doc", []byte(oldFile("WordDocument")))
	f.Add("甲.html", []byte("<html><meta charset=gbk><p>"+notice))
	f.Add("甲.docx", docx(paragraphXML, nil))
	f.Add("甲.rtf", []byte(`{\rtf1 x}`))
	cases(f, func(parts map[string]string) {
		if page, ok := parts["page"]; ok {
			f.Add("甲.htm", []byte(page))
		}
	})
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if bytes.Contains(data, []byte("%PDF-")) {
			t.Skip("SKIPPED: another program's work")
		}
		holds(t, name, data)
	})
}

// FuzzWord fuzzes the XML inside the archive, which FuzzDecode cannot reach.
func FuzzWord(f *testing.F) {
	cases(f, func(parts map[string]string) {
		if body, ok := parts["body"]; ok {
			f.Add(body, parts["numbering"], parts["styles"], parts["footnotes"])
		}
	})
	f.Fuzz(func(t *testing.T, body, numbering, styles, footnotes string) {
		holds(t, "甲.docx", docx(body, map[string]string{"numbering": numbering, "styles": styles, "footnotes": footnotes}))
	})
}

func BenchmarkDecode(b *testing.B) {
	text := strings.Repeat(sample(b), 100)
	var body, page strings.Builder
	for line := range strings.Lines(text) {
		body.WriteString(`<w:p><w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="仿宋_GB2312" w:eastAsia="仿宋_GB2312"/><w:sz w:val="32"/></w:rPr><w:t>` + escaped(strings.TrimSpace(line)) + `</w:t></w:r></w:p>`)
		page.WriteString("<p style='text-indent:2em'><span>" + escaped(line) + "</span></p>\n")
	}
	for _, c := range []struct {
		name string
		data []byte
		size int
	}{
		{"txt", []byte(text), len(text)},
		{"gb18030", encode(b, text, "GB 18030"), len(text)},
		{"html", []byte("<html><body>" + page.String()), page.Len()},
		{"docx", docx(body.String(), nil), body.Len()}, // bytes of XML
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(c.size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode("公报."+c.name, c.data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("pdf", func(b *testing.B) {
		needPDF(b)
		data, err := os.ReadFile(os.Getenv("ZHIXING_BENCH_PDF"))
		if err != nil {
			b.Skip("SKIPPED: ZHIXING_BENCH_PDF names no file")
		}
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := Decode("公报.pdf", data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
