package search_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/search"
)

// corpus makes invented documents of about size bytes each, out of the words that such documents are made of.
func corpus(documents, size int) []search.Entry {
	rnd := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields(`工作 任务 重点任务 治理 水 大气 土壤 环境 生态环境 污染 防治 排放 企业 项目 建设 推进 落实 责任 责任单位 县级 人民政府 乡镇
		村庄 农业 粮食 服务 补助 资金 监管 检查 巡查 整改 完成 年底前 2023年 10月底前 达标 水质 断面 标准 方案 的 和 对 按照 加强 开展 建立 台账 名录 机制
		信息 平台 数据 安全 应急 预案 演练 道路 交通 河道 水源地 垃圾 污水 处理 设施 运行 维护 公开 公示 考核 通报 问责 COD 85% PM2.5 三级 指标 目标`)
	marks := []string{"，", "，", "，", "。", "；", "、", "。\n"}
	text := func(size int) string {
		var b strings.Builder
		for b.Len() < size {
			for range 3 + rnd.IntN(6) {
				// Some words come far more often than others, as in any language; and letters of no word at all.
				if rnd.IntN(12) == 0 {
					b.WriteRune(rune(0x4e00 + rnd.IntN(6000)))
				} else {
					b.WriteString(words[int(float64(len(words))*rnd.Float64()*rnd.Float64())])
				}
			}
			b.WriteString(marks[rnd.IntN(len(marks))])
		}
		return b.String()
	}
	var entries []search.Entry
	first := calendar.Date{Year: 2015, Month: time.January, Day: 1}
	for i := range documents {
		entries = append(entries, search.Entry{
			County: county, Key: fmt.Sprintf("doc/%05d", i), Version: 1,
			Title:    fmt.Sprintf("关于%s的%s", strings.NewReplacer("，", "", "。", "", "；", "", "、", "", "\n", "").Replace(text(40)), []string{"通知", "意见", "方案"}[i%3]),
			Body:     text(size),
			Kind:     []string{"通知", "意见", "方案"}[i%3],
			Issuer:   "青石县人民政府",
			Units:    []string{fmt.Sprintf("第%d局", i%40), fmt.Sprintf("第%d局", i%7+40)},
			SignedOn: first.AddDays(rnd.IntN(3000)),
		})
	}
	return entries
}

// BenchmarkFind finds in 5,000 documents of 8 KB: the first 20 by rank, with snippets and the exact total.
//
//	go test -run '^$' -bench Find ./search
//
// Building the corpus takes half a minute and is not measured.
func BenchmarkFind(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) {
			d := dbtest.Open(b, dbtest.DSN(b, dialect), time.Now)
			begun := time.Now()
			entries := corpus(5000, 8000)
			for len(entries) > 0 {
				put(b, d, entries[:250]...)
				entries = entries[250:]
			}
			if dialect == db.PostgreSQL {
				err := d.Write(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(ctx, `ANALYZE`)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.Logf("%s: 5,000 documents of 8 KB indexed in %v", dialect, time.Since(begun).Round(100*time.Millisecond))
			for _, q := range []search.Query{
				{Text: "水"}, {Text: "工作"}, {Text: "工作 任务"}, {Text: "人民政府"}, {Text: "生态环境 污染 治理"}, {Text: "水源地"}, {Text: "PM2.5"}, {Text: "重点任务治理"},
				{Text: "工作", Sort: search.ByDate}, {Text: "工作", Unit: "第3局"}, {Unit: "第3局"}, {Kind: "通知"},
			} {
				b.Run(fmt.Sprintf("%s %s%s%s", q.Text, q.Unit, q.Kind, q.Sort), func(b *testing.B) {
					var total int
					for b.Loop() {
						total = find(b, d, q).Total
					}
					b.ReportMetric(float64(total), "hits")
				})
			}
		})
	}
}
