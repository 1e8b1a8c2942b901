package gazette

import (
	"math/rand"
	"strings"
	"testing"
)

// crumbs are what official texts are made of, whole and broken.
var crumbs = []string{
	"甲县人民政府", "办公室", "关于印发", "关于", "《甲县河道方案》", "《", "》", "的通知", "的意见", "甲政发〔2021〕3号", "〔2021〕", "(2020)5号", "号", "各乡镇人民政府：",
	"一、", "二、", "三、", "（一）", "（二）", "(三)", "1.", "2．", "３、", "11。", "1.1 ", "2.2.1 ", "1 总则", "第一章 ", "第二条 ", "第3节", "（1）", "①", "⑵", "一是", "二是", "第一阶段", "方向一：",
	"总体要求", "开展排查。", "建立台账，", "（县水务局牵头，", "乡镇配合）", "（责任单", "位：甲局", "）", "（", "；", "：", "。", "责任单位：", "牵头部门：县水务局", "完成时限：2021年底前",
	"2021年3月4日", "二〇二一年三月四日", "2021年8月 日", "（此件公开发布）", "（此件公开发布，附件1、3不公开）", "附件", "附件1", "附件：1.名单", "附件：", "（附件详见网站）", "抄送：县委。", "2021年3月5日印发",
	"目 录", "……3", "..... (12)", "— 4 —", "－５－", "- 6 -", "第3期（总第6期）", "甲县人民政府公报", "主管主办：甲县", "序号", "任务名称", "责任单位", "时间节点", "序号  任务  牵头单位  时限", "3", "/",
	"索引号：123", "发布机构：甲县", "当前位置：首页>公开", "打印本页", "ICP备1号", "免去：", "张三同志任县水务局局长（试用期一年）；", "任命：", "组 长：王某 县长", "成 员：李某 局长", "中文 English and 和",
	"\n", "\n", "\n", "\n\n", "\r\n", "\f", "　　", "  ", "\t", "\u200b", "\ufeff", "\xff", "\xe5\x8f", "0", "９", "5%", "“", "”", "and", "本办法由甲局负责解释。", "废止", "（表格详见县政府网站）", "由", "负责解读",
}

// soup is a text of n crumbs.
func soup(rnd *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(crumbs[rnd.Intn(len(crumbs))])
		if rnd.Intn(3) == 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestNothingIsLostOfAnyText(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	read := 0
	for i := range 4000 {
		source := soup(rnd, 3+rnd.Intn(120))
		is, err := Read(source)
		if err != nil {
			continue
		}
		read++
		whole(t, is)
		if len(is.Documents) == 0 {
			t.Fatalf("soup %d: no document in %q", i, source)
		}
		if t.Failed() {
			t.Fatalf("soup %d: %q", i, source)
		}
	}
	if read < 2000 {
		t.Fatalf("only %d of 4000 soups could be read: the crumbs test nothing", read)
	}
}
