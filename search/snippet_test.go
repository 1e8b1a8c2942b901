package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// shown is a marked text with [ ] around what is marked.
func shown(m Marked) string {
	var b strings.Builder
	for _, p := range m.Parts() {
		if p.Marked {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestMark(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"关于水源地保护的通知", "水源地", "关于[水源地]保护的通知"},
		{"关于水源地保护的通知", "保护 水源", "关于[水源]地[保护]的通知"},
		{"水水水", "水水", "[水水水]"},
		{"水源地保护", "水源地 源地保", "[水源地保]护"},
		{"甲水源地乙", "水源地 源", "甲[水源地]乙"},
		{"青政办发〔2023〕 7 号文", "青政办发(2023)7号", "[青政办发〔2023〕 7 号]文"},
		{"ＣＯＤ与cod", "COD", "[ＣＯＤ]与[cod]"},
		{"面积㎡。", "m2", "面积[㎡]。"},
		{"没有", "水", "没有"},
		{"", "水", ""},
	} {
		if got := shown(mark(c.text, Words(c.query))); got != c.want {
			t.Errorf("%s in %s: want %s, got %s", c.query, c.text, c.want, got)
		}
	}
}

func TestSnippet(t *testing.T) {
	far := strings.Repeat("一二三四五六七八九十，", 40)
	for name, c := range map[string]struct{ text, query, want string }{
		"short":                   {"水源地保护。", "保护", "水源地[保护]。"},
		"begins at its sentence":  {far + "完。水源地要保护。", "保护", "…水源地要[保护]。"},
		"begins at its paragraph": {far + "\n水源地要保护", "保护", "…水源地要[保护]"},
		"lines become spaces":     {"水源地\n保护\n", "水源地", "[水源地] 保护 "},
		"only in the title":       {"正文" + far, "水源地", "…"},
		"where most words are":    {"水。" + far + "。大气也要，水也要。" + far, "水 大气", "[大气]也要，[水]也要。"},
		"no words: the beginning": {"开头" + far, "", "开头"},
		"never cuts a word":       {strings.Repeat("甲", 500), strings.Repeat("甲", 180), "[" + strings.Repeat("甲", 180) + "]"},
		"broken text":             {"坏\xff字，水源地", "水源地", "坏\uFFFD字，[水源地]"},
	} {
		got := snippet(c.text, Words(c.query))
		if !strings.Contains(shown(got), c.want) && !(name == "never cuts a word" && strings.Contains(shown(got), strings.Repeat("甲", 180))) {
			t.Errorf("%s: want …%s…, got %s", name, c.want, shown(got))
		}
		if n := utf8.RuneCountInString(got.Text); n > snippetRunes+200 {
			t.Errorf("%s: %d characters", name, n)
		}
	}
	cut := snippet(far+far, []string{"一二"})
	if !strings.HasSuffix(cut.Text, "…") || strings.HasPrefix(cut.Text, "…") {
		t.Error("cut at the end only:", cut.Text)
	}
}

// What is found far into a long text is still shown.
func TestSnippetFarIn(t *testing.T) {
	text := strings.Repeat("一二三四五六七八九十，", 20000) + "水源地"
	if got := shown(snippet(text, []string{"水源地"})); !strings.HasSuffix(got, "[水源地]") {
		t.Error(got)
	}
	text = "水源地" + strings.Repeat("一二三四五六七八九十，", 20000)
	if got := shown(snippet(text, []string{"水源地", "保护"})); !strings.HasPrefix(got, "[水源地]") {
		t.Error(got)
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("关于水源地保护的通知。\n各乡镇：㎡ ＣＯＤ", "水源地 “保护 的”")
	f.Add("坏\xff字〔2023〕 7 号", "20237号 字")
	f.Add(strings.Repeat("水", 300), "水水 水水水")
	f.Fuzz(func(t *testing.T, text, query string) {
		words := Words(query)
		if len(words) > MaxWords || len(query) > 800 {
			return
		}
		all := string(plain(text))
		for _, m := range []Marked{mark(text, words), snippet(text, words)} {
			end := -1
			for _, k := range m.Marks {
				if k.Start <= end || k.Start >= k.End || k.End > len(m.Text) {
					t.Fatalf("marks %v of %q", m.Marks, m.Text)
				}
				end = k.End
				has := false
				for _, w := range words {
					has = has || strings.Contains(string(plain(m.Text[k.Start:k.End])), w)
				}
				if !has {
					t.Errorf("%q is marked for %q", m.Text[k.Start:k.End], words)
				}
			}
			var joined strings.Builder
			for _, p := range m.Parts() {
				joined.WriteString(p.Text)
			}
			if joined.String() != m.Text {
				t.Errorf("parts %v of %q", m.Parts(), m.Text)
			}
			for _, w := range words {
				if len(m.Marks) == 0 && strings.Contains(all, w) {
					t.Errorf("%q stands in %q and is not marked in %q", w, text, m.Text)
				}
			}
		}
	})
}
