package gazette

import (
	"fmt"
	"testing"
)

func TestWithheld(t *testing.T) {
	for _, c := range []struct {
		note   string
		listed int
		want   string
	}{
		{"此件公开发布", 2, "[]"},
		{"此件公开发布，附件3不公开", 2, "[3]"},
		{"此件公开发布，附件1、3不公开", 3, "[1 3]"},
		{"此件公开发布，附件1，3不公开", 3, "[1 3]"},
		{"此件公开发布，附件1-3不予公开", 3, "[1 2 3]"},
		{"此件公开发布，附件２至４不公开", 4, "[2 3 4]"},
		{"此件公开发布，附件1、附件2和附件5不公开", 5, "[1 2 5]"},
		{"此件公开发布，附件一不公开", 1, "[1]"},
		{"此件公开发布，附件不公开", 3, "[1 2 3]"},
		{"此件公开发布，附件不公开", 0, "[1]"},
		{"此件不公开", 0, "[all]"},
		{"此件依申请公开", 0, "[all]"},
		{"此件公开发布，附件详见县政府网站", 1, "[]"},
	} {
		got := []any{}
		for _, w := range withheld(c.note, c.listed) {
			if w.Whole {
				got = append(got, "all")
			} else {
				got = append(got, w.Attachment)
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: got %v, want %s", c.note, got, c.want)
		}
	}
}

func TestPlanKeys(t *testing.T) {
	for _, c := range []struct {
		titles []string
		want   string
	}{
		{[]string{"甲县水环境提升计划"}, "[]"},
		{[]string{"甲县水环境提升计划", "甲县空气提升计划"}, "[水环境 空气]"},
		{[]string{"甲县水环境质量再提升2023年计划", "甲县空气质量再提升2023年计划", "甲县土壤污染防治2023年计划", "地下水污染防治2023年计划"}, "[水环境 空气 土壤 地下水]"},
		{[]string{"甲方案", "甲方案"}, "[甲方案 甲方案二]"},
		{[]string{"甲县方案（一）", "甲县方案（二）"}, "[一 二]"},
	} {
		var plans []*Plan
		for _, title := range c.titles {
			plans = append(plans, &Plan{Title: title})
		}
		if got := fmt.Sprint(planKeys(plans)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.titles, got, c.want)
		}
	}
}

func TestFindDocNo(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"甲政发〔2023〕15号", "甲政发〔2023〕15号"},
		{"甲政办发[2020] 8 号", "甲政办发〔2020〕8号"},
		{"甲政办发（２０１９）１２号", "甲政办发〔2019〕12号"},
		{"甲政【2021】003号", "甲政〔2021〕3号"},
		{"甲政令〔2011〕第2号", "甲政令〔2011〕2号"},
		{"根据国发〔2022〕11号文件", "国发〔2022〕11号"},
		{"按照省政府办公厅乙政办字〔2022〕1号要求", "乙政办字〔2022〕1号"},
		{"丙发电〔2 0 2 1〕1 7号", "丙发电〔2021〕17号"},
		{"丁经信发〔2020〕5号", "丁经信发〔2020〕5号"},
		{"第11号", ""},
		{"2023年3号", ""},
		{"〔2023〕3号", ""},
	} {
		d, _ := findDocNo(c.text)
		if d.no != c.want {
			t.Errorf("%s: got %q, want %q", c.text, d.no, c.want)
		}
	}
}

func TestFindDate(t *testing.T) {
	for _, c := range []struct {
		text, want string
		found      bool
	}{
		{"2023年9月1日", "2023-09-01", true},
		{"２０２３ 年 ９ 月 １ 日", "2023-09-01", true},
		{"二〇二三年九月一日", "2023-09-01", true},
		{"二○二一年十二月三十一日", "2021-12-31", true},
		{"2021-03-04", "2021-03-04", true},
		{"2021.3.4", "2021-03-04", true},
		{"2021年8月 日", "", true},
		{"2021年 1 1月 2 0 日", "2021-11-20", true},
		{"2023年2月30日", "", false},
		{"2023年9月", "", false},
		{"电话12345678", "", false},
	} {
		d, ok := findDate(c.text)
		if d.date.String() != c.want || ok != c.found {
			t.Errorf("%s: got %s %v, want %s %v", c.text, d.date, ok, c.want, c.found)
		}
	}
}

func TestParseMark(t *testing.T) {
	for _, c := range []struct {
		text, key string
		end       int // characters that the number takes
	}{
		{"一、总体要求", "一", 2}, {"十二、其他", "十二", 3}, {"一 、总体", "一", 3}, {"二．重点", "二", 2},
		{"（一）指导思想", "(一)", 3}, {"(三十六)保障", "(三十六)", 5}, {"（ 二 ）目标", "(二)", 5}, {"㈠目标", "(一)", 1},
		{"1.保障", "1", 2}, {"１．保障", "1", 2}, {"12、保障", "12", 3}, {"11。保障", "11", 3}, {"3 ．保障", "3", 3},
		{"（1）保障", "(1)", 3}, {"1）保障", "(1)", 2}, {"⑵保障", "(2)", 1}, {"①保障", "①", 1},
		{"第一章 总则", "第1章", 3}, {"第 三 条　为", "第3条", 5}, {"第二十条为", "第20条", 4}, {"第一阶段（1月至2月）", "第1阶段", 4},
		{"1.1 目的", "1.1", 3}, {"2.3.4编制", "2.3.4", 5}, {"1 总则", "1", 1}, {"一是加强", "一是", 2}, {"方向二：能源", "方向二", 4}, {"路径举措 3：建设", "路径举措3", 7},
		{"1.2022年底前完成", "1", 2}, {"2.10月底前完成", "2", 2}, {"1. 5G网络", "1", 2},
	} {
		m, ok := parseMark(c.text)
		if !ok || m.key != c.key || runes(c.text[:m.end]) != c.end {
			t.Errorf("%s: got %q taking %d characters", c.text, m.key, runes(c.text[:m.end]))
		}
	}
	for _, s := range []string{
		"1.5万亩", "1 . 5万", "2023年", "一个", "二、三产业融合", "第三条规定的", "第二条第一款", "（一）项规定", "（一）、（二）", "第一阶段重点是", "3家企业", "5.0级地震", "12月底前", "十年", "一是", "①", "第一", "",
	} {
		if m, ok := parseMark(s); ok {
			t.Errorf("%q taken for the number %q", s, m.key)
		}
	}
}

func TestHanNumber(t *testing.T) {
	for n, want := range map[int]string{1: "一", 10: "十", 12: "十二", 20: "二十", 36: "三十六", 100: "一百", 105: "一百零五", 110: "一百一十", 112: "一百一十二", 999: "九百九十九"} {
		if got := hanNumber(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
	for n := 1; n < 1000; n++ {
		if got, used := hanDigits(hanNumber(n)); got != n || used != len(hanNumber(n)) {
			t.Errorf("%d is written %s and read %d", n, hanNumber(n), got)
		}
	}
}
