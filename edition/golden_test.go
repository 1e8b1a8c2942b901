package edition

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata; go test -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (look, then go test ./edition -update):\n%s", name, got)
	}
}

func TestGolden(t *testing.T) {
	p := sample()
	golden(t, "sample.txt", Text(p))
	golden(t, "sample.body.html", HTMLBody(p))
	golden(t, "sample.akn.xml", bytes.ReplaceAll(AKN(p), []byte("><"), []byte(">\n<")))
	golden(t, "sample.jsonld", JSONLD(p))
	canonical, err := JSON(p)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.json", canonical)
	manifest, err := Manifest(p, []File{newFile("txt", "", "", Text(p)), newFile("json", "", "", canonical)})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.manifest", manifest)
	golden(t, "withdrawn.txt", Text(samples()["withdrawn"]))
	golden(t, "corrected.txt", []byte(strings.SplitAfter(string(Text(samples()["corrected"])), "————————\n")[1]))
}

// TestHTMLFileNeedsNothingElse: the whole text is in it, and nothing is asked for from anywhere.
func TestHTMLFileNeedsNothingElse(t *testing.T) {
	for name, p := range samples() {
		page := string(HTML(p))
		if !strings.Contains(page, string(HTMLBody(p))) || !strings.Contains(page, "default-src 'none'") {
			t.Errorf("%s: the text or the policy is missing", name)
		}
		for _, bad := range []string{"src=", "@import", "url(", "<link", "<script", "javascript:"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: %q", name, bad)
			}
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"甲\u202e乙\u2066丙\ufeff": "甲乙丙", "a\x00b\x1fc\x7fd": "abcd", "一\r\n二\r三\u2028四": "一 二 三 四", "\xff": "\ufffd",
		" 　两头 　": "两头", "𠮷👍\u200d": "𠮷👍\u200d",
	} {
		if got := (Publication{Title: in}).Clean().Title; got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	p := sample().Clean()
	a, _ := JSON(p)
	b, _ := JSON(p.Clean())
	if !bytes.Equal(a, b) {
		t.Error("what is clean changes when it is cleaned again")
	}
}

func TestHTMLAnchors(t *testing.T) {
	body := string(HTMLBody(sample()))
	for _, e := range sample().Outline() {
		if !strings.Contains(body, ` id="`+e.Path+`"`) {
			t.Errorf("the outline leads to %s, which is not in the text", e.Path)
		}
	}
	sample().Walk(func(_ Part, b Block, _ int) {
		if b.Path != "" && strings.Count(body, ` id="`+b.Path+`" data-path="`+b.Path+`"`) != 1 {
			t.Errorf("%s is not an anchor once", b.Path)
		}
	})
	for _, bad := range []string{"style=", "<style", "<script", " on", "javascript:"} {
		if strings.Contains(body, bad) {
			t.Errorf("the fragment holds %q", bad)
		}
	}
	with := string(HTMLBodyWith(sample(), func(path string) string {
		if path == "河塘/二/(一)" {
			return "<aside>任务</aside>"
		}
		return ""
	}))
	if !strings.Contains(with, "</p>\n<aside>任务</aside></div>\n</section>") || strings.Count(with, `class="row"`) != 1 {
		t.Error("beside:", with)
	}
}

func TestOutline(t *testing.T) {
	var got []string
	for _, e := range sample().Outline() {
		got = append(got, strings.Repeat("-", e.Depth)+e.Mark+e.Title+"@"+e.Path)
	}
	want := "青禾县河塘清淤与田间水渠修缮行动方案@part:河塘 -一、目标任务@河塘/一 -二、重点工作@河塘/二 --（一）摸清底数@河塘/二/(一) --（二）分类施工@河塘/二/(二) 附件1河塘清淤任务分解表@附件1"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
