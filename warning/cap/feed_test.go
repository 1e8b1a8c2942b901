package cap

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

func TestFeedReadsBack(t *testing.T) {
	a := storm()
	f := Feed{ID: "https://example.org/cap", Title: "示例县预警", Self: "https://example.org/cap.atom?a=1&b=2", Hub: "https://hub.example.org/", Author: "示例县", Updated: at(14, 30),
		Entries: []Entry{{"https://example.org/cap/1.xml", &a}, {"https://example.org/cap/2.xml", &Alert{Identifier: "x", Sender: "s", Sent: at(1, 0), Status: Actual, MsgType: MsgCancel, Scope: Public}}}}
	b := f.Atom()
	if !bytes.Equal(b, f.Atom()) {
		t.Error("a feed without news is the same bytes")
	}
	items, err := ReadFeed(b, f.Self)
	if err != nil || len(items) != 2 || items[0].URL != "https://example.org/cap/1.xml" || items[0].ID != items[0].URL || !items[0].Updated.Equal(at(14, 30)) ||
		items[0].Title != "暴雨红色预警[I级/特别严重]" || items[1].Title != "x" {
		t.Errorf("%+v %v\n%s", items, err, b)
	}
	for _, want := range []string{`rel="self" type="application/atom+xml" href="https://example.org/cap.atom?a=1&amp;b=2"`, `rel="hub"`, "<cap:event>暴雨</cap:event>",
		"<cap:severity>Extreme</cap:severity>", "<cap:expires>2026-08-05T20:30:00+08:00</cap:expires>", "<cap:areaDesc>南部</cap:areaDesc>"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("lacks %s\n%s", want, b)
		}
	}
	if _, err := exec.LookPath("xmllint"); err == nil {
		cmd := exec.Command("xmllint", "--noout", "-")
		cmd.Stdin = bytes.NewReader(b)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	}
	f.Entries = nil
	if items, err := ReadFeed(f.Atom(), f.Self); err != nil || len(items) != 0 {
		t.Error("an empty feed is one", items, err)
	}
}

func TestReadFeedOfOthers(t *testing.T) {
	const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><id>i</id><title>t</title><updated>2026-08-05T14:30:00+08:00</updated><entry><id>1</id>`
	for name, c := range map[string]struct{ entry, url string }{
		"by type":                {`<link href="https://a.example/x.html"/><link type="application/cap+xml" href="/w/1"/>`, "https://feed.example/w/1"},
		"type with a parameter":  {`<link href="https://a.example/x"/><link type="Application/CAP+xml; charset=utf-8" href="w/1"/>`, "https://feed.example/d/w/1"},
		"the only one":           {`<link href="https://a.example/x"/>`, "https://a.example/x"},
		"by the ending":          {`<link href="https://a.example/x.html"/><link href="https://a.example/x.XML?y=1"/>`, "https://a.example/x.XML?y=1"},
		"self is none":           {`<link rel="self" href="https://a.example/self"/><link href="https://a.example/x"/>`, "https://a.example/x"},
		"nobody knows which":     {`<link href="https://a.example/x"/><link href="https://a.example/y"/>`, ""},
		"a file":                 {`<link type="application/cap+xml" href="file:///etc/passwd"/>`, ""},
		"a program":              {`<link href="javascript:alert(1)"/>`, ""},
		"base":                   {`<link xml:base="https://b.example/q/" href="x"/>`, "https://b.example/q/x"},
		"a link of nobody knows": {`<x:link xmlns:x="urn:x" href="https://a.example/x"/>`, ""},
	} {
		items, err := ReadFeed([]byte(atom+c.entry+`</entry></feed>`), "https://feed.example/d/feed.atom")
		got := ""
		if len(items) > 0 {
			got = items[0].URL
		}
		if err != nil || got != c.url {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.url)
		}
	}
	rss := `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item><title>暴雨</title><link>https://a.example/1.xml</link><guid>urn:oid:1</guid>` +
		`<pubDate>Wed, 05 Aug 2026 14:30:00 +0800</pubDate></item><item><title>没有链接</title></item></channel></rss>`
	items, err := ReadFeed([]byte(rss), "https://a.example/")
	if err != nil || len(items) != 1 || items[0].ID != "urn:oid:1" || items[0].URL != "https://a.example/1.xml" || !items[0].Updated.Equal(at(14, 30)) {
		t.Error(items, err)
	}
	for name, b := range map[string]string{
		"a document": expand.Replace("{head}</alert>"), "a bomb": "<!DOCTYPE feed [<!ENTITY a 'b'>]>" + atom, "nothing": "", "a page": "<html/>",
	} {
		if _, err := ReadFeed([]byte(b), "https://a.example/"); err == nil {
			t.Error(name)
		}
	}
	if _, err := ReadFeed([]byte(rss), "file:///x"); err == nil {
		t.Error("the base of a feed is an address of the web")
	}
}

// TestFatFeed: the document inside comes out as it stood, with its namespaces, and its signature holds.
func TestFatFeed(t *testing.T) {
	a := storm()
	plain, err := Write(a)
	if err != nil {
		t.Fatal(err)
	}
	key, cert := testKey(t)
	signed, err := Sign(plain, key, cert)
	if err != nil {
		t.Fatal(err)
	}
	_, inner, _ := bytes.Cut(signed, []byte("?>\n"))
	feed := `<a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns="urn:x"><a:entry><a:id>1</a:id><a:content type="text/xml">` + string(inner) + `</a:content></a:entry></a:feed>`
	items, err := ReadFeed([]byte(feed), "https://a.example/")
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if _, err := Verify(items[0].Document, trust(cert), at(15, 0)); err != nil {
		t.Errorf("%v\n%s", err, items[0].Document)
	}
	prefixed := `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:c="` + Namespace + `"><entry><id>1</id><content type="application/xml"><c:alert><c:identifier>a1</c:identifier>` +
		`<c:sender>s</c:sender><c:sent>2026-08-05T14:30:00+08:00</c:sent><c:status>Actual</c:status><c:msgType>Alert</c:msgType><c:scope>Public</c:scope></c:alert></content></entry></feed>`
	items, err = ReadFeed([]byte(prefixed), "https://a.example/")
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if a, problems := Parse(items[0].Document); a == nil || a.Identifier != "a1" {
		t.Error(problems, string(items[0].Document))
	}
}
