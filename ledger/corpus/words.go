package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"zhixing/duty"
	"zhixing/publication"
)

var (
	actions = strings.Fields(`摸清底数并建立 逐项核对 限期整改 定期通报 组织检查 登记造册 补齐完善 明确专人管理 全面更新 加强维护 开展评估 规范设置 抓紧实施 足额落实`)
	objects = strings.Fields(`小型水库管护范围 校园饮水设施 农村公路养护记录 公共厕所改造 老旧电梯更新 森林防火巡护 秸秆综合利用 集贸市场秩序 古树名木保护 乡村医生培训
		公交站牌 路灯节能改造 地名标志 山坪塘加固 应急物资储备 供暖保障 污水管网 健身设施 养老服务站点 档案数字化`)
	linking = strings.Fields(`结合实际 按照先急后缓的原则 会同有关单位 征求群众意见后 在上年基础上 对照清单 按季度 随同巡查`)
)

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

func target(r *rand.Rand) []duty.Target {
	n, what := fmt.Sprint(60+r.IntN(40)), pick(r, objects)+"完成率"
	return []duty.Target{{Raw: what + "达到" + n + "%以上", Subject: what, Op: duty.AtLeast, Value: duty.Value{Text: n}, Unit: "%"}}
}

func chinese(n int) string {
	digits := strings.Split("零一二三四五六七八九", "")
	if n < 10 {
		return digits[n]
	}
	return "十" + strings.TrimSuffix(digits[n%10], "零")
}

func documentKey(n int) publication.Key {
	return publication.Key(fmt.Sprintf("青政办发/2023/%d", n))
}

func documentNo(n int) string { return fmt.Sprintf("青政办发〔2023〕%d号", n) }

func documentTitle(n int) string {
	return fmt.Sprintf("青禾县%s工作方案（第%d号）", objects[n%len(objects)], n)
}

// Document is the key of the n-th document of every county, from 1.
func Document(n int) string { return string(documentKey(n)) }
