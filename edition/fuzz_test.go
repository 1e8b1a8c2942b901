package edition

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// wellFormed reads XML to its end.
func wellFormed(b []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := dec.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// voidElements of HTML are closed for the XML reader, which our HTML otherwise satisfies.
var voidElements = strings.NewReplacer("<!DOCTYPE html>", "", "<br>", "<br/>", "<meta charset=\"utf-8\">", "")

func wellFormedHTML(b []byte) error {
	s := voidElements.Replace(string(b))
	if i := strings.Index(s, "<head>"); i >= 0 { // meta elements
		s = s[:i] + s[strings.Index(s, "</head>")+len("</head>"):]
	}
	return wellFormed([]byte("<all>" + s + "</all>"))
}

// check tries the editions of p that are text.
func check(t *testing.T, p Publication) {
	t.Helper()
	canonical, err := JSON(p)
	if err != nil {
		t.Fatal(err)
	}
	files := []File{newFile("json", "", "", canonical), newFile("html", "", "", HTML(p)), newFile("txt", "", "", Text(p)),
		newFile("akn", "", "", AKN(p)), newFile("jsonld", "", "", JSONLD(p))}
	for _, f := range files {
		if !utf8.Valid(f.Bytes) {
			t.Errorf("%s is not UTF-8", f.Format)
		}
		var bad error
		switch f.Format {
		case "html":
			bad = errors.Join(wellFormedHTML(f.Bytes), uniqueIDs(f.Bytes))
		case "akn":
			bad = wellFormed(f.Bytes)
		case "json", "jsonld":
			if !json.Valid(f.Bytes) {
				bad = errors.New("not JSON")
			}
		}
		if bad != nil {
			t.Errorf("%s: %v\n%.2000s", f.Format, bad, f.Bytes)
		}
		markup := f.Format == "html" || f.Format == "jsonld" // what a browser may be shown
		if markup && (bytes.Contains(f.Bytes, []byte("<script")) || bytes.Contains(f.Bytes, []byte(`href="javascript`))) {
			t.Errorf("%s: a script got through", f.Format)
		}
	}
	if err := wellFormedHTML(HTMLBody(p)); err != nil {
		t.Error("body:", err)
	}
	if m, err := Manifest(p, files); err == nil {
		if _, err := ParseManifest(m); err != nil || len(m) > MaxManifest {
			t.Errorf("manifest %v:\n%s", err, m)
		}
	}
	q, err := ParseJSON(canonical)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := JSON(q); !bytes.Equal(b, canonical) {
		t.Errorf("JSON does not come back the same:\n%s\n%s", canonical, b)
	}
}

func eachPartXML(b []byte) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			return err
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, wellFormed(b)); err != nil {
			return errors.Join(errors.New(part.Name), err)
		}
	}
	return nil
}

func uniqueIDs(b []byte) error {
	seen := map[string]bool{}
	for _, piece := range strings.Split(string(b), ` id="`)[1:] {
		id, _, _ := strings.Cut(piece, `"`)
		if seen[id] {
			return errors.New("id twice: " + id)
		}
		seen[id] = true
	}
	return nil
}

func TestEveryEditionIsWellFormed(t *testing.T) {
	for name, p := range samples() {
		check(t, p)
		b, err := DOCX(p)
		if err := errors.Join(err, eachPartXML(b)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSameTwice(t *testing.T) {
	font := testFont(t)
	for name, p := range samples() {
		files, err := All(p, font)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			again, _ := All(p, font)
			for i, f := range files {
				if f.SHA256 != again[i].SHA256 {
					t.Errorf("%s: %s is not the same twice", name, f.Format)
				}
			}
		}
	}
}

func FuzzEditions(f *testing.F) {
	for _, s := range []string{"文字", "<b>&amp;\"'</b>", "a\x00b\x1f\ufffe", "]]>\u2028\u202e", "\xff\xfe", "第一条 x", "一\t二\n三\t四",
		`javascript:alert(1)`, "</script><script>", "\x00\x01\x02", strings.Repeat("长", 300)} {
		f.Add(s, "1.", s, s, "https://x.cn/"+s, uint8(3), int64(1700000000))
	}
	f.Fuzz(func(t *testing.T, text, mark, title, path, url string, shape uint8, at int64) {
		p := hostile(text, mark, title, path, url, shape, at)
		check(t, p)
		if shape%16 == 0 {
			b, err := DOCX(p)
			if err := errors.Join(err, eachPartXML(b)); err != nil {
				t.Error(err)
			}
		}
	})
}

// hostile builds a publication out of any texts, in a shape that the number chooses.
func hostile(text, mark, title, path, url string, shape uint8, at int64) Publication {
	kinds := []BlockKind{Heading, Clause, Table, AttachmentHead, Removed, Signature, SignDate, Note, AttachmentList, Row, Recipients, "", "x\"y"}
	b := Block{Kind: kinds[int(shape)%len(kinds)], Level: int(shape) % 7, Mark: mark, Title: title, Text: mark + title + text, Path: path}
	deep := b
	for range int(shape) % 40 {
		deep = Block{Kind: Heading, Text: text, Path: path, Children: []Block{deep, b}}
	}
	p := Publication{Record: []Record{Publish, Correct, Withdraw, Record(text)}[shape%4], County: County{mark, title}, Key: path,
		Version: int(shape), VersionNote: text, PublishedAt: time.Unix(at, 0), URL: url, BaseURL: url, No: mark, Title: title,
		Kind: text, Issuer: title, Recipients: []string{text}, Issue: Issue{Title: text, Year: int(at % 3000), No: int(shape)},
		PublicNote: text, Availability: text, InterpretedBy: title,
		Attachments: []Attachment{{No: int(shape), Title: text, URL: url, SHA256: strings.Repeat("ab", 32)}},
		Cites:       []Cite{{Title: title, No: mark, URL: url, Effect: text, Path: path}, {Title: text, URL: url}},
		Parts:       []Part{{Nodes: []Block{b, deep, b}}, {Key: path, Title: title, Nodes: []Block{deep}}, {Key: path, Title: text}},
	}
	if y := p.PublishedAt.UTC().Year(); y < 1 || y > 9999 {
		p.PublishedAt = time.Time{} // no clock of ours says so
	}
	return p
}

// TestAnyText does what the fuzzer does, a few hundred times with characters that have broken such writers before.
func TestAnyText(t *testing.T) {
	font := testFont(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"文", "。", "（", "<", ">", "&", "\"", "'", "\x00", "\x0b", "\ufffe", "\u2028", "\u202e", "\xff", "\n", "\t", " ", "　", "]]>",
		"1", ".", "第", "条", "附件", "《", "》", "𠮷", "👍", "é", "%", "#", "/", "(", ")", "\\", "--", "http://a", "javascript:"}
	text := func() string {
		var b strings.Builder
		for range rnd.IntN(40) {
			b.WriteString(alphabet[rnd.IntN(len(alphabet))])
		}
		return b.String()
	}
	for i := range 160 {
		p := hostile(text(), text(), text(), text(), text(), uint8(i), rnd.Int64N(4e9))
		check(t, p)
		if i%10 == 0 {
			b, err := DOCX(p)
			if err := errors.Join(err, eachPartXML(b)); err != nil {
				t.Error(err)
			}
			b, err = PDF(p, font)
			if err != nil {
				t.Fatal(err)
			}
			pdfText(t, b)
		}
		if t.Failed() {
			t.Fatalf("%d: %+v", i, p)
		}
	}
}

func FuzzManifest(f *testing.F) {
	files, _ := All(sample(), nil)
	m, _ := Manifest(sample(), files)
	f.Add(m)
	f.Add(Bundle(m, []byte("c2sp.org/tlog-proof@v1\nindex 3\n")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := ParseManifest(b); err == nil && !bytes.Equal(l.text(), b) {
			t.Errorf("read as something else: %q %q", b, l.text())
		}
		if m, proof, err := SplitBundle(b); err == nil && !bytes.Equal(Bundle(m, proof), b) {
			t.Errorf("taken apart wrongly: %q", b)
		}
		_, _ = ParseJSON(b)
	})
}

func TestFeedsAreWellFormed(t *testing.T) {
	f := Feed{ID: "https://x.cn/feed", Title: "甲县<公报>&\x00", URL: "https://x.cn/?a=1&b=2", Updated: time.Unix(1700000000, 0)}
	for _, p := range samples() {
		f.Entries = append(f.Entries, p.Entry())
	}
	for _, b := range [][]byte{Atom(f), Sitemap([]Place{{"https://x.cn/?a=1&b=2", time.Unix(1700000000, 0)}, {URL: "https://x.cn/2"}}), SitemapIndex(nil)} {
		if err := wellFormed(b); err != nil {
			t.Errorf("%v:\n%s", err, b)
		}
	}
	e := samples()["withdrawn"].Entry()
	if !strings.HasPrefix(e.Title, "〔撤回〕") || !strings.Contains(e.Summary, "文件已另行印发") || !e.Published.Before(e.Updated) {
		t.Errorf("%+v", e)
	}
}
