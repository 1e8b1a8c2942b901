package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLetters(t *testing.T) {
	for text, want := range map[string]string{
		"":                "",
		"水质":              "水质",
		"  水 质　改善 ":       "水质改善",
		"水质，改善。":          "水质·改善",
		"……水质……改善……":      "水质·改善",
		"水质\n改善":          "水质·改善",
		"青政办发〔2023〕 12 号": "青政办发202312号",
		"青政办发﹝２０２３﹞１２号":     "青政办发202312号",
		"“先急后缓”的":           "先急后缓的",
		"《条例》（试行）":          "条例试行",
		"ＣＯＤ≤20mg/L":        "cod·20mg·l",
		"3 5":               "3·5",
		"3.5":               "3·5",
		"GB 3838-2002":      "gb3838·2002",
		"85% ８５％ ‰":         "85％85％‰",
		"㎡ ① Ⅲ ㈠":           "m2·1iii一",
		"Café CAFE\u0301 İ": "cafecafei",
		"水\u200b质\ufe00":    "水质",
		"坏\xff字":            "坏·字",
		"水\x00质":            "水质",
		"⼀丁":                "一丁",
		"𰻝𠮷〇々":              "𰻝𠮷〇々",
		"a·b¶c×d":           "a·b·c·d",
		"カガ":                "カカ",
	} {
		if got := string(plain(text)); got != want {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
	}
}

// Every letter says where it was read.
func TestLettersKnowTheirPlace(t *testing.T) {
	const text = "（水） ㎡，质\xff％"
	var got []string
	letters(text, func(l letter) bool {
		got = append(got, string(l.r)+"="+text[l.start:l.end])
		return true
	})
	want := []string{"水=水", "m=㎡", "2=㎡", "·=，", "质=质", "·=\xff", "％=％"}
	if !slices.Equal(got, want) {
		t.Errorf("want %q, got %q", want, got)
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":             "",
		"水":            "水",
		"水源地　保护\t方案":   "水源地|保护|方案",
		"水源地 水源地":      "水源地",
		"“水源地 保护” 方案":  "水源地保护|方案",
		"\"水源地 保护\"方案": "水源地保护|方案",
		"方案「水源地 保护」『大气 土壤』": "方案|水源地保护|大气土壤",
		"”水源地 保护”":          "水源地保护",
		"“水源地 保护":           "水源地保护",
		"水源地” 保护":           "水源地|保护",
		"“ ” “，”":           "",
		"COD，氨氮":            "cod·氨氮",
		"青政办发[2023]7号":      "青政办发20237号",
		"《水污染防治法》 （试行）":     "水污染防治法|试行",
		`"a "b`:             "a|b",
	} {
		if got := strings.Join(Words(text), "|"); got != want {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
	}
}

func TestGrams(t *testing.T) {
	var got []string
	add := func(g string) { got = append(got, g) }
	text := plain("水质水质，水")
	inTitle.pairs(text, add)
	inText.singles(text, add)
	often(plain("水质水质水质水"), add)
	want := "¶水质 ¶质水 ¶水质 ¶质· ¶·水 水 质 · ×水 ×质 ×水质 ×质水"
	slices.Sort(got)
	sorted := strings.Fields(want)
	slices.Sort(sorted)
	if !slices.Equal(got, sorted) {
		t.Errorf("want %v, got %v", sorted, got)
	}
	if got := inText.of("水"); !slices.Equal(got, []string{"水"}) {
		t.Error(got)
	}
	if got := isOften.of("水源地"); !slices.Equal(got, []string{"×水源", "×源地"}) {
		t.Error(got)
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"水源地 “保护 方案” COD 85%", "青政办发〔2023〕7号", "\"", "a\u0301 ㎡ İ \xff", "NEAR(a b) OR -c ^d {e} 'f':1A *", "𰻝\u200b面"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := Words(text)
		seen := map[string]bool{}
		for _, w := range words {
			if w == "" || seen[w] || !utf8.ValidString(w) || w[0] == ' ' {
				t.Errorf("%q: word %q in %q", text, w, words)
			}
			seen[w] = true
			if again := string(plain(w)); again != w {
				t.Errorf("%q: the word %q reads as %q", text, w, again)
			}
			if strings.ContainsAny(w, "\"'\\ \x00*^:(){}-+&|!<>") {
				t.Errorf("%q: the word %q could be read as a command", text, w)
			}
		}
		if err := (Query{Text: text, Limit: 20}).Check(); err == nil && len(words) == 0 {
			t.Errorf("%q: has no words and was not refused", text)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("MyAyMDIzLTAxLTAxIGE")
	f.Fuzz(func(t *testing.T, s string) {
		if c, ok := parseCursor(s); ok {
			if again, ok := parseCursor(c.String()); !ok || again != c {
				t.Errorf("%q: %+v became %+v", s, c, again)
			}
		}
	})
}
