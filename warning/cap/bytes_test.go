package cap

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func verdict(t *testing.T, name string, b []byte, valid bool, words string) *Alert {
	t.Helper()
	a, problems := Parse(b)
	if Valid(problems) != valid || !strings.Contains(fmt.Sprint(problems), words) {
		t.Errorf("%s: %v, want %v and %q: %v", name, Valid(problems), valid, words, problems)
	}
	return a
}

func TestEncodings(t *testing.T) {
	doc := expand.Replace("{head}{info}<headline>绛县暴雨橙色预警</headline></info></alert>")
	declared := func(enc string) string { return `<?xml version="1.0" encoding="` + enc + `"?>` + doc }
	gb := func(s string) []byte { b, _ := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); return b }
	utf16 := func(s string, e unicode.Endianness, bom unicode.BOMPolicy) []byte {
		b, _ := unicode.UTF16(e, bom).NewEncoder().Bytes([]byte(s))
		return b
	}
	for name, b := range map[string][]byte{
		"bare": []byte(doc), "UTF-8": []byte(declared("UTF-8")), "utf8 with a mark": []byte("\ufeff" + declared("utf-8")), "a mark alone": []byte("\ufeff" + doc),
		"GBK": gb(declared("GBK")), "gb2312": gb(declared("gb2312")), "GB18030 in single quotes": gb(strings.ReplaceAll(declared("GB18030"), `"GB18030"`, "'GB18030'")),
		"UTF-16LE": utf16(declared("UTF-16"), unicode.LittleEndian, unicode.UseBOM), "UTF-16BE": utf16(declared("utf-16"), unicode.BigEndian, unicode.UseBOM),
		"UTF-16 without a mark": utf16(declared("UTF-16LE"), unicode.LittleEndian, unicode.IgnoreBOM),
	} {
		if a := verdict(t, name, b, true, ""); a != nil && a.Infos[0].Headline != "绛县暴雨橙色预警" {
			t.Errorf("%s: %q", name, a.Infos[0].Headline)
		}
	}
	for name, c := range map[string]struct {
		b     []byte
		words string
	}{
		"GBK that says nothing":    {gb(doc), "不是 UTF-8"},
		"GBK that says UTF-8":      {gb(declared("UTF-8")), "不是 UTF-8"},
		"UTF-8 that says GBK":      {[]byte(declared("GBK") + "é"), "编码"},
		"a mark and another name":  {[]byte("\ufeff" + declared("GBK")), "字节序"},
		"UTF-16 that says UTF-8":   {utf16(declared("UTF-8"), unicode.LittleEndian, unicode.UseBOM), "UTF-16"},
		"UTF-8 that says UTF-16":   {[]byte(declared("UTF-16")), "不读"},
		"UTF-16 of odd length":     {append(utf16(doc, unicode.LittleEndian, unicode.UseBOM), 0), "单数"},
		"ASCII with Chinese":       {[]byte(declared("US-ASCII")), "ASCII"},
		"Big5":                     {[]byte(declared("Big5")), "不读"},
		"UTF-7":                    {[]byte(declared("UTF-7")), "不读"},
		"two marks":                {[]byte("\ufeff\ufeff" + doc), "文字"},
		"overlong":                 {[]byte(strings.Replace(doc, "暴", "\xc0\xbc", 1)), "UTF-8"},
		"half a surrogate":         {[]byte(strings.Replace(doc, "暴", "\xed\xa0\x80", 1)), "UTF-8"},
		"bad bytes in a comment":   {[]byte("<!-- \xff -->" + doc), "UTF-8"},
		"control in a comment":     {[]byte("<!-- \x02 -->" + doc), "U+0002"},
		"a picture":                {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), ""},
		"a zip":                    {[]byte("PK\x03\x04\x00"), ""},
		"UTF-16 without an ending": {[]byte("\xff\xfe<\x00"), ""},
	} {
		verdict(t, name, c.b, false, c.words)
	}
}

// TestBounds: what is large, deep or many ends soon, and says why.
func TestBounds(t *testing.T) {
	head, rest := expand.Replace("{head}"), "</alert>"
	info := expand.Replace("{info}")
	ring := func(n int) string {
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, "%d.%06d,111.5 ", 10+k%70, k)
		}
		return b.String() + "10.000000,111.5"
	}
	for name, c := range map[string]struct {
		doc   string
		valid bool
		words string
	}{
		"below a MiB":          {head + info + "<description>" + strings.Repeat("雨", 340_000) + "</description></info>" + rest, true, ""},
		"above a MiB":          {head + info + "<description>" + strings.Repeat("雨", 360_000) + "</description></info>" + rest, false, "1 MiB"},
		"deep":                 {head + strings.Repeat("<a>", 200_000), false, "层"},
		"wide":                 {head + strings.Repeat("<code/>", 100_000) + rest, false, "个"},
		"infos":                {head + strings.Repeat(info+"</info>", 257) + rest, false, "256"},
		"points":               {head + info + "<area><areaDesc>x</areaDesc><polygon>" + ring(25_000) + "</polygon></area></info>" + rest, false, "20000"},
		"points in all":        {head + info + "<area><areaDesc>x</areaDesc>" + strings.Repeat("<polygon>"+ring(8_000)+"</polygon>", 3) + "</area></info>" + rest, false, "20000"},
		"many points":          {head + info + "<area><areaDesc>x</areaDesc><polygon>" + ring(15_000) + "</polygon></area></info>" + rest, true, ""},
		"many faults":          {head + strings.Repeat("<x/>", 10_000) + rest, false, "没有 <x>"},
		"an attribute":         {`<alert x="` + strings.Repeat("y", 900_000) + `">`, false, ""},
		"many attributes":      {head + "<code " + manyAttributes(40_000) + "/>" + rest, false, "属性多于 64 个"},
		"many namespaces":      {"<alert " + strings.ReplaceAll(manyAttributes(40), " a", " xmlns:a") + "/>", false, "前缀"},
		"a long name":          {"<" + strings.Repeat("a", 900_000) + "/>", false, "根元素"},
		"digits":               {head + info + "<area><areaDesc>x</areaDesc><circle>" + strings.Repeat("0", 400_000) + "35.1,111.1 " + strings.Repeat("9", 400_000) + "</circle></area></info>" + rest, false, "半径"},
		"digits of a foot":     {head + info + "<area><areaDesc>x</areaDesc><altitude>" + strings.Repeat("9", 800_000) + "</altitude></area></info>" + rest, true, ""},
		"quotes":               {head + "<incidents>" + strings.Repeat(`"a b" `, 100_000) + "</incidents>" + rest, true, ""},
		"a directive":          {"<!DOCTYPE alert [" + strings.Repeat("<!ENTITY a 'b'>", 50_000) + "]>" + head + rest, false, "DTD"},
		"characters by number": {head + info + "<headline>" + strings.Repeat("&#65;", 150_000) + "</headline></info>" + rest, true, "标题"},
	} {
		begun := time.Now()
		verdict(t, name, []byte(c.doc), c.valid, c.words)
		if d := time.Since(begun); d > 5*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

func manyAttributes(n int) string {
	var b strings.Builder
	for k := range n {
		fmt.Fprintf(&b, ` a%d="x"`, k)
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	for _, c := range cases(f) {
		f.Add([]byte(c.doc))
	}
	key, cert := testKey(f)
	f.Add(must2(Sign(must2(Write(storm())), key, cert)))
	f.Add([]byte(nationalForm))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 64<<10 {
			return
		}
		a, problems := Parse(b)
		if (a != nil) != Valid(problems) {
			t.Fatal(problems)
		}
		FromNational(b, Rules{})
		ReadFeed(b, "https://example.org/")
		Verify(b, nil, at(15, 0))
		if a == nil {
			return
		}
		out, err := Write(*a)
		if err != nil {
			return // crossing polygons and the like
		}
		back, problems := Parse(out)
		if back == nil {
			t.Fatalf("%v\n%s", problems, out)
		}
		again, err := Write(*back)
		if err != nil || string(again) != string(out) {
			t.Fatalf("%v\n%s\n%s", err, out, again)
		}
	})
}
