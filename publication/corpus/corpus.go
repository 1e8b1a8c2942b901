// Package corpus makes invented gazettes in bulk, for benchmarks, load tests and kill tests. Every text is put
// together from lists of words by a fixed rule, so the same number always gives the same issue:
//
//	text := corpus.Issue("青禾", 0, 20, 8<<10) // the first issue: 20 documents of some 8 KB
//	err := corpus.Fill(ctx, press, "青禾", 5000, 8<<10, nil)
//
// Nothing here is a sentence of a real gazette.
package corpus

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"zhixing/db"
	"zhixing/publication"
)

// PerIssue is how many documents Fill puts into an issue.
const PerIssue = 20

// firstYear is the year of issue 0; there are twelve issues a year.
const firstYear = 2001

var (
	units = strings.Fields(`县水务局 县财政局 县自然资源局 县应急管理局 县农业农村局 县住房和城乡建设局 县交通运输局 县教育局
		县卫生健康局 县民政局 县林业局 县气象局 县市场监督管理局 县文化和旅游局 县统计局 县审计局`)
	subjects = strings.Fields(`河道管护 村庄道路养护 校园饮水安全 山坪塘加固 公共厕所改造 老旧电梯更新 森林防火巡护 秸秆综合利用
		小型水库看护 农机具存放 冬季取暖保障 集贸市场整治 古树名木保护 乡村医生培训 档案数字化 公交站牌更新 路灯节能改造 地名标志设置`)
	kinds   = strings.Fields(`通知 实施意见 工作方案 通知 管理办法 通知`)
	actions = strings.Fields(`摸清底数 建立台账 逐项核对 限期整改 公开结果 定期通报 组织培训 现场查看 登记造册 补齐短板 明确专人 张贴告示`)
	objects = strings.Fields(`管护范围 责任名单 设施清单 巡查记录 维修计划 经费安排 验收标准 应急物资 监督电话 公示栏 进度表 问题清单`)
	linking = strings.Fields(`并 同时 在此基础上 随后 对发现的问题 按照先急后缓的原则 结合本地实际 征求群众意见后`)
)

// Issue is the manuscript of the n-th invented issue, from 0, with so many documents (at most 100) of about size bytes each. place
// is the name of the county without 县, of two characters; its documents are numbered 青禾政发, 青禾政办发.
func Issue(place string, n, documents, size int) string {
	r := rand.New(rand.NewPCG(uint64(n), 20240401))
	year, no := firstYear+n/12, n%12+1
	var b strings.Builder
	fmt.Fprintf(&b, "%s县人民政府公报\n\n%d年第%d期（总第%d期）\n\n%s县人民政府办公室 主管主办\n\n%d年%d月28日出版\n\n", place, year, no, n+1, place, year, no)
	for i := range documents {
		document(&b, r, place, year, no, n%12*100+i+1, size)
	}
	return b.String()
}

func document(b *strings.Builder, r *rand.Rand, place string, year, month, number, size int) {
	issuer, agency := place+"县人民政府", place+"政发"
	if r.IntN(2) == 0 {
		issuer, agency = place+"县人民政府办公室", place+"政办发"
	}
	subject, kind := pick(r, subjects), pick(r, kinds)
	fmt.Fprintf(b, "%s关于加强%s的%s\n\n%s〔%d〕%d号\n\n各乡（镇）人民政府，县直各有关单位：\n\n", issuer, subject, kind, agency, year, number)
	fmt.Fprintf(b, "为做好%s，根据《%s县人民政府关于加强%s的意见》（%s政发〔%d〕%d号），作如下安排。\n\n", subject, place, pick(r, subjects), place,
		max(firstYear, year-1), 1+r.IntN(200))
	end := b.Len() + size - 600
	for part := 1; b.Len() < end && part <= 10; part++ {
		fmt.Fprintf(b, "%s、%s\n\n", chinese(part), pick(r, subjects))
		for item := 1; item <= 4 && b.Len() < end; item++ {
			fmt.Fprintf(b, "（%s）%s%s。", chinese(item), pick(r, actions), pick(r, objects))
			for range 3 + size/(8<<10)*4 {
				fmt.Fprintf(b, "%s%s%s，%s%s%d处，%s%s。", pick(r, linking), pick(r, actions), pick(r, objects), pick(r, actions), pick(r, objects),
					1+r.IntN(90), pick(r, actions), pick(r, objects))
			}
			lead := r.IntN(len(units))
			fmt.Fprintf(b, "%d年%d月底前完成。（%s牵头，%s配合）\n\n", year, 1+r.IntN(12), units[lead], units[(lead+1+r.IntN(len(units)-1))%len(units)])
		}
	}
	fmt.Fprintf(b, "%s\n\n%d年%d月%d日\n\n（此件公开发布）\n\n", issuer, year, month, 1+r.IntN(27))
}

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

func chinese(n int) string {
	return []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}[(n-1)%10]
}

// Fill publishes so many invented documents of about size bytes through the whole way of a draft, in issues of PerIssue.
// told may be nil.
func Fill(ctx context.Context, press *publication.Press, place string, documents, size int, told publication.Progress) error {
	for done, n := 0, 0; done < documents; n++ {
		count := min(PerIssue, documents-done)
		out, err := Publish(ctx, press, Issue(place, n, count, size))
		if err != nil {
			return fmt.Errorf("corpus.Fill: issue %d: %w", n, err)
		}
		done += len(out.Documents)
		if len(out.Documents) != count {
			return fmt.Errorf("corpus.Fill: issue %d: %d documents were read as %d", n, count, len(out.Documents))
		}
		if told != nil {
			told(int64(done), int64(documents))
		}
	}
	return nil
}

// Publish takes a manuscript all the way: one uploads and submits, another publishes.
func Publish(ctx context.Context, press *publication.Press, text string) (publication.Outcome, error) {
	editor := publication.Actor{Name: "编辑甲", MayDraft: true}
	var d publication.Draft
	err := press.DB.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = publication.Upload(ctx, tx, press.County.Code, editor, publication.Manuscript{Filename: "issue.txt", Raw: []byte(text), Source: text})
		if err == nil {
			d, err = publication.Submit(ctx, tx, d.At(), editor)
		}
		return err
	})
	if err != nil {
		return publication.Outcome{}, err
	}
	return press.Publish(ctx, d.At(), publication.Actor{Name: "签发乙", MayPublish: true})
}
