package speech

import (
	"strings"
	"testing"
	"unicode/utf8"

	"zhixing/drill"
)

func TestOf(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"【】", ""},
		{"请注意安全", "请注意安全。"},
		{"【示例县气象台】暴雨橙色预警；请注意防范！", "示例县气象台。暴雨橙色预警。请注意防范。"},
		// Numbers.
		{"雨量达50毫米", "雨量达五十毫米。"},
		{"雨量达50.5mm，风速 12m/s", "雨量达五十点五毫米，风速十二米每秒。"},
		{"0.5毫米", "零点五毫米。"},
		{"10户，110户，1005户，1050户，20300人，100000人", "十户，一百一十户，一千零五户，一千零五十户，二万零三百人，十万人。"},
		{"2个村2小时内22人", "两个村两小时内二十二人。"},
		{"50-80毫米", "五十到八十毫米。"},
		{"50～80mm", "五十到八十毫米。"},
		{"湿度85%，降水概率60-80%", "湿度百分之八十五，降水概率百分之六十到百分之八十。"},
		{"最低气温-5℃，最高12℃", "最低气温零下五摄氏度，最高十二摄氏度。"},
		{"１２户", "十二户。"},
		// Times.
		{"2023年7月20日14时30分", "二零二三年七月二十日十四时三十分。"},
		{"2023-07-20 08:05", "二零二三年七月二十日八点零五分。"},
		{"14:00前撤离", "十四点前撤离。"},
		{"14：30前撤离", "十四点三十分前撤离。"},
		{"示例发〔2023〕15号", "示例发二零二三年十五号。"},
		// Telephones.
		{"请拨打119", "请拨打幺幺九。"},
		{"值班电话：0359-6500000", "值班电话。零三五九六五零零零零零。"},
		{"值班电话：6500001", "值班电话六五零零零零幺。"},
		// Signs.
		{"（来源：示例局）请转移。", "来源。示例局，请转移。"},
		{"详见https://example.cn/a?b=1。请转移", "详见。请转移。"},
		{"甲村、乙村、丙村", "甲村，乙村，丙村。"},
		{"甲村\n\n乙村……", "甲村。乙村。"},
		{"《预案》“启动”", "预案启动。"},
	} {
		got, _, _ := strings.Cut(Of(c.text), again)
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTwiceAndNeverTooLong(t *testing.T) {
	if got, want := Of("请转移"), "请转移。再播一遍。请转移。"; got != want {
		t.Error(got)
	}
	if got, want := Of("【演练】请转移。【演练】"), "现在是演练。请转移。再播一遍。请转移。以上是演练。"; got != want {
		t.Error(got)
	}
	// Long sentences are broken where the writer put a comma.
	if got := Of("受强降雨影响预计未来三小时示例河沿岸水位将明显上涨，请沿河各村群众立即撤离"); !strings.Contains(got, "上涨。请沿河") {
		t.Error(got)
	}
	for _, text := range []string{strings.Repeat("请沿河各村群众立即撤离。", 40), strings.Repeat("撤", 1000), "【演练】" + strings.Repeat("请沿河各村群众立即撤离。", 40) + "【演练】", strings.Repeat("9", 2000)} {
		got := Of(text)
		if n := utf8.RuneCountInString(got); n > Most || n < Most/2 || !strings.HasSuffix(got, "。") {
			t.Errorf("%d characters: %s", n, got)
		}
		if strings.HasPrefix(text, drill.Mark) && (!strings.HasPrefix(got, before) || !strings.HasSuffix(got, after)) {
			t.Error("a long drill does not say that it is one:", got)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range []string{"雨量50-80mm，拨打119", "2023-07-20 08:05", "【演练】〔2023〕1.5%-3‰【演练】", "00.00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Of(s)
		if utf8.RuneCountInString(got) > Most {
			t.Errorf("%q: too long", s)
		}
		if strings.ContainsAny(got, "0123456789%-~【】") {
			t.Errorf("%q: %q", s, got)
		}
		if strings.Contains(s, drill.Mark) && got != "" && !(strings.HasPrefix(got, before) && strings.HasSuffix(got, after)) {
			t.Errorf("%q does not say that it is a drill: %q", s, got)
		}
	})
}
