package layout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// draw is a word of letters 10 points wide and high, at a place.
func draw(x, y float64, text string) Word {
	wide := 0.0
	for _, r := range text {
		if wide += 10; r < 0x80 {
			wide -= 5
		}
	}
	return Word{x, y, x + wide, y + 10, text}
}

func page(words ...Word) Page { return Page{500, words} }

func TestRunningText(t *testing.T) {
	got := Text([]Page{page(
		draw(170, 50, "关于某事的通知内容多长"), // centred
		draw(50, 80, "各乡镇人民政府：镇政府"),
		draw(70, 95, "第一段从这里开始，一直写到这一行的末尾才折"),
		draw(50, 110, "到下一行。"),
		draw(70, 125, "第二段。"),
		draw(50, 140, "　"),
		draw(50, 155, "No"), draw(62, 155, "12"), draw(74, 155, "传真"), // gaps of a fifth and more of a letter
		draw(240, 480, "—"), draw(252, 480, "1"), draw(259, 480, "—"),
	)})
	want := "关于某事的通知内容多长\n各乡镇人民政府：镇政府\n　　第一段从这里开始，一直写到这一行的末尾才折\n到下一行。\n　　第二段。\n　\nNo 12传真\n—1—\n\f"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTable(t *testing.T) {
	got := Text([]Page{page(
		draw(50, 62, "附件"),
		draw(50, 75, "甲县渠道整修任务分工表在此"),
		// The head: cells of two lines beside cells of one, centred.
		draw(50, 90, "序"), draw(50, 102, "号"), draw(70, 90, "工作"), draw(70, 102, "任务"), draw(200, 96, "牵头单位"),
		// A row whose second cell is the highest and whose last has two authors' lines.
		draw(50, 132, "1"), draw(70, 120, "查清渗漏，列出清单，分"), draw(70, 132, "段落实，补齐缺口，清走"), draw(70, 144, "淤泥。"),
		draw(200, 126, "县农业农村局"), draw(200, 138, "县水务局"), draw(320, 132, "2026年"), draw(352, 132, "底"),
		// A row of one line: its neighbour tells that it is one.
		draw(50, 170, "2"), draw(70, 170, "栽树"), draw(200, 170, "县林业局、县农业农村局"), draw(320, 170, "长期"),
		draw(50, 200, "注：本表由县水务局解释。在此"),
	)})
	want := "附件\n甲县渠道整修任务分工表在此\n序号\t工作任务\t牵头单位\n" +
		"1\t查清渗漏，列出清单，分段落实，补齐缺口，清走淤泥。\t县农业农村局 县水务局\t2026年底\n" +
		"2\t栽树\t县林业局、县农业农村局\t长期\n注：本表由县水务局解释。在此\n\f"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestRowCutByPageBreak(t *testing.T) {
	got := Text([]Page{
		page(draw(50, 400, "5"), draw(70, 394, "查清渗漏，列出清"), draw(70, 406, "单，分段落实，补"), draw(200, 400, "县水"), draw(250, 480, "1")),
		page(draw(70, 50, "齐缺口。"), draw(200, 44, "务局"), draw(50, 80, "表后的话。")),
	})
	want := "5\t查清渗漏，列出清单，分段落实，补齐缺口。\t县水务局\n1\n\f表后的话。\n\f"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestOddPages(t *testing.T) {
	long := func(x float64, text string, n int) (words []Word) {
		for i := range n {
			words = append(words, draw(x, 50+15*float64(i), fmt.Sprintf("%s%s%02d", strings.Repeat(text, 16), "行", i)))
		}
		return words
	}
	columns := Text([]Page{page(append(long(50, "左", 10), long(260, "右", 10)...)...)})
	if i, j := strings.LastIndex(columns, "左"), strings.Index(columns, "右"); i > j || strings.Contains(columns, "\t") {
		t.Errorf("columns: got %q", columns)
	}
	for name, c := range map[string]struct {
		words []Word
		want  string
	}{
		"no words":              {nil, "\f"},
		"bold by drawing twice": {[]Word{draw(50, 50, "标题"), draw(50.4, 50.2, "标题"), draw(50, 70, "标题")}, "标题\n标题\n\f"},
		"drawn out of order":    {[]Word{draw(50, 200, "末行。"), draw(50, 50, "首行，"), draw(50, 100, "中行，")}, "首行，\n中行，\n末行。\n\f"},
		"words set apart":       {[]Word{draw(50, 50, "甲县人民政府办公室"), draw(300, 50, "2026年3月2日印发")}, "甲县人民政府办公室" + strings.Repeat(" ", 20) + "2026年3月2日印发\n\f"},
		"numbers of headings":   {[]Word{draw(50, 50, "3"), draw(58, 50, "应急响应"), draw(50, 70, "3.1"), draw(68, 70, "分级"), draw(50, 90, "12"), draw(63, 90, "月底")}, "3 应急响应\n3.1 分级\n12月底\n\f"},
		"without height":        {[]Word{{1, 1, 1, 1, "字"}, {1, 1, 1, 1, "句"}}, "字\n句\n\f"},
	} {
		if got := Text([]Page{page(c.words...)}); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// letters are the characters of a text that are no white space, sorted.
func letters(s string) string {
	var r []rune
	for _, c := range s {
		if !unicode.IsSpace(c) {
			r = append(r, c)
		}
	}
	slices.Sort(r)
	return string(r)
}

// TestNothingIsLost throws words about: all of them are in the text, and no other.
func TestNothingIsLost(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var pages []Page
		all, next := "", rune('一')
		for range 1 + rng.IntN(3) {
			var words []Word
			for range rng.IntN(60) {
				x, y := float64(rng.IntN(12)*40), float64(rng.IntN(20)*12)
				if len(words) > 0 && rng.IntN(3) > 0 { // mostly under or beside the one before
					last := words[len(words)-1]
					x, y = last.X0, last.Y0+12
					if rng.IntN(2) == 0 {
						x, y = last.X1+float64(rng.IntN(20)), last.Y0-float64(rng.IntN(30))
					}
				}
				text := strings.Repeat(string(next), 1+rng.IntN(8))
				words = append(words, draw(x, y, text))
				all += text
				next++
			}
			pages = append(pages, page(words...))
		}
		if got := Text(pages); letters(got) != letters(all) || !utf8.ValidString(got) {
			t.Fatalf("from %v\ngot %q", pages, got)
		}
	}
}
