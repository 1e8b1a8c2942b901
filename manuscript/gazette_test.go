package manuscript

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"

	"zhixing/edition"
	"zhixing/gazette"
)

// sample is an issue in invented words.
func sample(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/issue.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// outline is what a reading says, without where it stands in the source.
func outline(issue *gazette.Issue) string {
	var b strings.Builder
	for _, d := range issue.Documents {
		fmt.Fprintf(&b, "%s | %s | %s | %s | %s | %s | %v\n", d.No, d.Title, d.Issuer, d.Kind, d.SignedOn, d.PublicNote, d.Recipients)
		var nodes func([]*gazette.Node)
		nodes = func(ns []*gazette.Node) {
			for _, n := range ns {
				fmt.Fprintf(&b, "%s %s %s\n", n.Kind, n.Path, strings.Join(strings.Fields(n.Text), ""))
				nodes(n.Children)
			}
		}
		nodes(d.Nodes)
		for _, p := range d.Plans {
			fmt.Fprintf(&b, "《%s》 %s\n", p.Title, p.InterpretedBy)
			nodes(p.Nodes)
		}
	}
	return b.String()
}

func reading(t *testing.T, name string, data []byte) string {
	t.Helper()
	text, err := Decode(name, data)
	if err != nil {
		t.Fatal(name, err)
	}
	issue, err := gazette.Read(text)
	if err != nil {
		t.Fatal(name, err)
	}
	return outline(issue)
}

func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

// TestEveryFormatReadsAlike brings one issue as text, as a Word document, as one whose numbers Word counts, and as a
// web page: the reading is the same.
func TestEveryFormatReadsAlike(t *testing.T) {
	text := sample(t)
	want := reading(t, "公报.txt", []byte(text))
	if strings.Count(want, "\n") < 30 {
		t.Fatalf("the sample says little:\n%s", want)
	}
	for _, encoding := range []string{"GB 18030", "UTF-16LE BOM", "UTF-16BE"} {
		if got := reading(t, encoding+".txt", encode(t, text, encoding)); got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", encoding, got, want)
		}
	}
	var plain, counted, page strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		paragraph := func(b *strings.Builder, props, s string) {
			fmt.Fprintf(b, `<w:p><w:pPr>%s</w:pPr><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p>`, props, escaped(s))
		}
		paragraph(&plain, "", line)
		props, rest := numbered(line)
		paragraph(&counted, props, rest)
		if line != "" {
			fmt.Fprintf(&page, "<p>%s</p>\n", escaped(line))
		}
	}
	if n := strings.Count(counted.String(), "numPr"); n < 20 {
		t.Fatalf("only %d lines have numbers", n)
	}
	for name, data := range map[string][]byte{
		"段落.docx":   docx(plain.String(), nil),
		"自动编号.docx": docx(counted.String(), map[string]string{"numbering": countingList}),
		"网页.html":   []byte("<html><body>" + page.String() + "</body></html>"),
	} {
		if got := reading(t, name, data); got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", name, got, want)
		}
	}
}

// countingList counts 一、 （一） 1. as Chinese offices set them.
const countingList = `<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlRestart w:val="0"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`

// numbered takes the number off a line of the sample, and gives the settings that let Word count it.
func numbered(line string) (props, rest string) {
	for level, number := range []string{"一二三四五六", "一二三四五六", "0123456789"} {
		open, shut := [...]string{"", "（", ""}[level], [...]string{"、", "）", ". "}[level]
		s, ok := strings.CutPrefix(line, open)
		digits := len(s) - len(strings.TrimLeft(s, number))
		if !ok || digits == 0 || !strings.HasPrefix(s[digits:], shut) {
			continue
		}
		return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="1"/></w:numPr>`, level), s[digits+len(shut):]
	}
	return "", line
}

// TestOwnEditionsComeBack reads the Word document and the page that the office publishes.
func TestOwnEditionsComeBack(t *testing.T) {
	issue, err := gazette.Read(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range issue.Documents {
		p, err := edition.FromReading(issue, d)
		if err != nil {
			t.Fatal(err)
		}
		p.County, p.Key, p.Version, p.Record = edition.County{Code: "999999", Name: "甲县"}, fmt.Sprint("d", i+1), 1, edition.Publish
		word, err := edition.DOCX(p)
		if err != nil {
			t.Fatal(err)
		}
		want := outline(&gazette.Issue{Documents: []*gazette.Document{d}})
		if diff := apart(want, reading(t, "公文.docx", word)); diff != "" {
			t.Error(diff)
		}
	}
}

// apart tells how two outlines differ. The order of title and number may, and an edition adds where it comes from.
func apart(want, got string) string {
	var diff strings.Builder
	for line := range strings.Lines(want) {
		if !strings.Contains(got, line) {
			fmt.Fprintf(&diff, "lost: %s", line)
		}
	}
	for line := range strings.Lines(got) {
		if !strings.Contains(want, line) && !strings.Contains(line, "解读单位：") && !strings.Contains(line, "版本：") {
			fmt.Fprintf(&diff, "added: %s", line)
		}
	}
	return diff.String()
}
