package gazette

import (
	"strings"
	"testing"
)

const mendSource = `甲县人民政府关于做好防汛工作的通知

甲政发〔2021〕3号

各乡镇人民政府：

总体要求

坚持预防为主。

一、开展排查。4月底前完成。

（一）排查河道

2021年3月4日

甲县人民政府关于表彰先进的决定

甲政发〔2021〕4号

各乡镇人民政府：

决定表彰先进。

甲县人民政府

2021年3月5日
`

func at(t *testing.T, words string) int {
	t.Helper()
	i := strings.Index(mendSource, words)
	if i < 0 {
		t.Fatalf("%q is not in the source", words)
	}
	return i
}

func TestMends(t *testing.T) {
	second := at(t, "甲县人民政府关于表彰")
	for _, c := range []struct {
		name string
		mend Mend
		want string // a line of the outline that the mend makes
	}{
		{"split", Mend{at(t, "总体要求"), SplitDocument, ""}, "公文 0-0/2《总体要求》"},
		{"join", Mend{second, JoinDocument, ""}, "段3 条：甲县人民政府关于表彰先进的决定"},
		{"level", Mend{at(t, "总体要求"), SetLevel, "1"}, "段1/段1 条：坚持预防为主。"},
		{"no level", Mend{at(t, "一、开展"), SetLevel, "0"}, "段3 条：一、开展排查。4月底前完成。"},
		{"deeper", Mend{at(t, "（一）"), SetLevel, "1"}, "  (一) 题：（一）排查河道"},
		{"text", Mend{at(t, "一、开展"), SetText, "二、开展抢险。5月底前完成。"}, "二 条{开展抢险}：二、开展抢险。5月底前完成。"},
		{"text of a title", Mend{second, SetText, "甲县人民政府关于表彰先进集体的决定"}, "公文 甲政发〔2021〕4号《甲县人民政府关于表彰先进集体的决定》"},
		{"number", Mend{second, SetNo, "甲政发〔2021〕5号"}, "公文 甲政发〔2021〕5号《甲县人民政府关于表彰先进的决定》"},
		{"title", Mend{second, SetTitle, "甲县人民政府关于表彰的命令"}, "公文 甲政发〔2021〕4号《甲县人民政府关于表彰的命令》"},
		{"issuer", Mend{second, SetIssuer, "甲县人民政府办公室"}, "  机关：甲县人民政府办公室"},
		{"kind", Mend{second, SetKind, "通报"}, "  文种：通报"},
		{"date", Mend{second, SetSignedOn, "2021-03-06"}, "  成文：2021-03-06"},
		{"note", Mend{second, SetPublicNote, "此件不公开"}, "  不公开：全文"},
	} {
		t.Run(c.name, func(t *testing.T) {
			is, err := Read(mendSource, c.mend)
			if err != nil {
				t.Fatal(err)
			}
			if got := outline(is); !strings.Contains(got, c.want) {
				t.Errorf("%q is not in\n%s", c.want, got)
			}
		})
	}
}

func TestMendsThatFindNothing(t *testing.T) {
	for _, c := range []struct {
		mend Mend
		want string
	}{
		{Mend{at(t, "做好防汛"), SplitDocument, ""}, "订正 split（第 1 行"},
		{Mend{at(t, "坚持预防"), JoinDocument, ""}, "订正 join（第 9 行"},
		{Mend{1 << 20, SetText, "某"}, "不在文本之内"},
		{Mend{-1, SetText, "某"}, "不在文本之内"},
		{Mend{0, SetText, " "}, "是空的"},
		{Mend{0, SetLevel, "6"}, "应为 0 至 5"},
		{Mend{0, SetSignedOn, "3月4日"}, "2006-01-02"},
		{Mend{0, "colour", "red"}, "不认得的订正"},
		{Mend{at(t, "各乡镇"), SetLevel, "1"}, "没有找到可以订正的地方"},
	} {
		_, err := Read(mendSource, c.mend)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got error %v, want %q", c.mend, err, c.want)
		}
	}
}
