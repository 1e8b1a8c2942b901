package paper

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"zhixing/edition/pdf"
	"zhixing/internal/peertest"
)

func TestLinesKeepTheRules(t *testing.T) {
	m := (&sheet{font: face(t)}).measure(three)
	texts := []string{
		strings.Repeat("修渠，护堤。“清淤”（二次）、", 60),
		"到2024年10月底，GB/T 9704—2012所称PM2.5浓度≤35微克，完成率达到99.5%以上……" + strings.Repeat("其余各处水渠，", 20),
		strings.Repeat("至2024年", 40), "治理率" + strings.Repeat("99.75 PM2.5 GB/T9704 ", 18),
		strings.Repeat("《甲》", 80), strings.Repeat("。", 70), strings.Repeat("（", 70), strings.Repeat("a", 300),
		"网址https://gazette.example.cn/990101/d/qzbf-2024-7/very/long/address/that/goes/on/for/more/than/one/line/of/text见此",
	}
	for _, text := range texts {
		var joined strings.Builder
		lines := m.breaks(text, 2*cell, 0, textW)
		for i, l := range lines {
			joined.WriteString(l.text)
			runes := []rune(l.text)
			if strings.Trim(text, "。（") == "" || len(runes) == 0 {
				continue // nothing but what may not stand there: the line is broken all the same
			}
			if i > 0 && strings.ContainsRune(neverFirst, runes[0]) && !wordy(runes[0]) {
				t.Errorf("line %d begins %c", i+1, runes[0])
			}
			if i+1 < len(lines) && strings.ContainsRune(neverLast, runes[len(runes)-1]) {
				t.Errorf("line %d ends %c", i+1, runes[len(runes)-1])
			}
			if next := i + 1; next < len(lines) && len(text) < 400 && len(runes) > 0 && strings.Trim(text, "a") != "" {
				after, _ := utf8.DecodeRuneInString(lines[next].text)
				if wordy(runes[len(runes)-1]) && wordy(after) && strings.Contains(text, l.text+lines[next].text) && !strings.Contains(text, "https") {
					t.Errorf("line %d breaks a word or number: %s|%s", i+1, l.text, lines[next].text)
				}
			}
			if w := l.x + m.width(runes) + float64(len(runes)-1)*(l.spacing-m.base); w > textW+m.size*0.05 {
				t.Errorf("line %d is %.1f pt wide: %s", i+1, w, l.text)
			}
		}
		if got := strings.ReplaceAll(joined.String(), " ", ""); got != strings.ReplaceAll(text, " ", "") {
			t.Errorf("lost text:\n%s\n%s", got, text)
		}
	}
}

func TestTwentyEightCharactersALine(t *testing.T) {
	m := (&sheet{font: face(t)}).measure(three)
	lines := m.breaks(strings.Repeat("字", 26+28+5), 2*cell, 0, textW)
	var n []int
	for _, l := range lines {
		n = append(n, len([]rune(l.text)))
	}
	if len(n) != 3 || n[0] != 26 || n[1] != 28 || n[2] != 5 {
		t.Errorf("%v characters a line, want 26, 28, 5", n)
	}
}

func TestTitlesBreakAtWords(t *testing.T) {
	m := (&sheet{font: face(t)}).measure(two)
	for title, want := range map[string]string{
		"甲县人民政府关于修桥的通知":               "甲县人民政府关于修桥的通知",
		"甲县人民政府办公室关于印发甲县河塘清淤行动方案的通知":  "甲县人民政府办公室|关于印发甲县河塘清淤行动方案的通知",
		"甲县人民政府关于转发《乙市小型水利设施管护办法》的通知": "甲县人民政府关于转发|《乙市小型水利设施管护办法》的通知",
	} {
		if got := strings.Join(m.titleLines(title, textW), "|"); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// face is a font of the system; the tests that measure cannot do without one.
func face(t testing.TB) *pdf.Font {
	t.Helper()
	font, _, err := FindFont(os.ReadFile)
	if err != nil {
		peertest.Missing(t, "%v", err)
	}
	f, err := pdf.ParseFont(font)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheGridIsThatOfTheStandard(t *testing.T) {
	for name, v := range map[string]float64{
		"left and right margins": left + textW + 26*mm - sheetW, "top and bottom margins": top + textH + 35*mm - sheetH,
		"22 lines": 22*pitch - 225*mm, "28 characters": 28*cell - 156*mm,
	} {
		if v > 0.01 || v < -0.01 {
			t.Errorf("%s: off by %.2f pt", name, v)
		}
	}
}
