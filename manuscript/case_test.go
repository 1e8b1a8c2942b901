package manuscript

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCases reads the files of testdata: parts of a manuscript above, its text or the refusal below.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.txt")
	if len(files) < 15 {
		t.Fatalf("only %d cases", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			parts := sections(t, file)
			data := []byte(parts["page"])
			if body, ok := parts["body"]; ok {
				data = docx(body, parts)
			}
			got, err := Decode("稿件.docx", data)
			if want := strings.TrimSpace(parts["refuse"]); want != "" {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("want a refusal with %q, got %v and %q", want, err, got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got != parts["want"] {
				t.Errorf("got:\n%s\nwant:\n%s", got, parts["want"])
			}
		})
	}
}

var sectionHead = regexp.MustCompile(`(?m)^-- (\w+) --\n`)

// sections parts a case at its lines -- name --.
func sections(t testing.TB, file string) map[string]string {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	heads := sectionHead.FindAllSubmatchIndex(b, -1)
	for i, h := range heads {
		end := len(b)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		parts[string(b[h[2]:h[3]])] = string(b[h[1]:end])
	}
	return parts
}

const wordNames = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"`

// docx packs a Word document of what stands in its body and in its other parts.
func docx(body string, parts map[string]string) []byte {
	files := map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml":   `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document` + wordNames + `><w:body>` + body + `<w:sectPr><w:headerReference r:id="rId1"/></w:sectPr></w:body></w:document>`,
		"word/header1.xml":    `<w:hdr` + wordNames + `><w:p><w:r><w:t>页眉不是正文</w:t></w:r></w:p></w:hdr>`,
		"word/comments.xml":   `<w:comments` + wordNames + `><w:comment><w:p><w:r><w:t>批注不是正文</w:t></w:r></w:p></w:comment></w:comments>`,
	}
	for _, name := range []string{"numbering", "styles", "footnotes", "endnotes"} {
		if part, ok := parts[name]; ok {
			files["word/"+name+".xml"] = "<w:" + name + wordNames + ">" + part + "</w:" + name + ">"
		}
	}
	return pack(files)
}

func pack(files map[string]string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
