package calendar

import "strings"

// short reads a unit used as an interval without 每: 月度通报, 季调度, 年度计划, 年均培训.
func (r *cadenceReader) short(i int) (Every, int) {
	if n := r.anyAt(i, yearly); n > 0 {
		if r.anyBefore(i, spanBefore) > 0 || r.anyAt(i+n, means) > 0 {
			return "", i
		}
		return Year, i + n
	}
	if r.is(i, "年终") || r.is(i, "年底") {
		if r.rune(i+2) != '前' && r.anyIn(i+2, i+4, review) {
			return Year, i + 2 // 年终考核
		}
		return "", i
	}
	if n := r.anyAt(i, dailyDone); n > 0 {
		return Day, i + n
	}
	e, j := r.unit(i)
	if j == i || !r.standsFree(i, j) {
		return "", i
	}
	if e == Year {
		return r.annual(i, j)
	}
	if r.anyAt(j, actions) > 0 || r.anyAt(j+r.anyAt(j, held), actions) > 0 || r.terse(j) {
		return e, j
	}
	if r.r[j-1] != '度' {
		return "", i
	}
	if e == Month || e == HalfYear {
		return e, j
	}
	for k := j; k < j+6 && !isStop(r.rune(k)); k++ {
		if r.anyAt(k, actions) > 0 {
			return e, j
		}
	}
	return "", i
}

var (
	yearly     = newHeads("年均", "年平均")
	spanBefore = newTails("全", "多", "当", "近")
	dailyDone  = newHeads("日产日清", "日清日结", "日清日毕")
	// means are yearly averages of what is measured, not something done each year.
	means = newHeads("增速", "增幅", "增长", "递增", "浓度", "值", "气温", "降", "蒸发", "径流", "利用", "水位", "日照", "PM", "优良", "综合")

	// actions follow a unit that stands alone as its interval: 月通报, 季度调度, 年度总结.
	actions = newHeads(
		"通报", "调度", "例会", "会议", "报告", "分析", "考核", "督查", "督导", "检查", "评估", "评价", "监测", "计划", "总结", "清单", "排名", "点评", "会商", "更新",
		"公布", "公示", "巡查", "研判", "方案", "统计", "报表", "评比", "评议", "小结", "汇总", "盘点", "报送", "自查", "抽查", "审计", "体检", "述职", "讲评", "推进会",
		"联席", "要点", "报制度", "台账", "普查", "测评", "培训", "抽检", "核查", "预报", "轮训", "演练", "晾晒", "晒", "结算", "巡检", "跟踪", "一报", "一考", "一调", "一通",
		"一评",
	)
)

// terse reports whether one sign for an action stands alone at j: 日巡、周报、月结.
func (r *cadenceReader) terse(j int) bool {
	if !strings.ContainsRune("巡报结清评考查检讲测排晒督", r.rune(j)) {
		return false
	}
	c := r.rune(j + 1)
	return isStop(c) || strings.ContainsRune("、”制周月季年", c)
}

// standsFree reports whether the unit from i to j is a word of its own: not 6月, 第三季度, 采暖季, 节假日.
func (r *cadenceReader) standsFree(i, j int) bool {
	c := r.rune(i - 1)
	switch c {
	case '十', '每', '第', '本', '上', '下', '前', '当', '末', '首', '同', '次', '几':
		return false
	}
	if digit(c) >= 0 {
		return false
	}
	after := len(r.out) > 0 && i >= 2 && int(r.at[i-1]) == r.out[len(r.out)-1].End // 日巡周报
	return j-i > 1 || isStop(c) || after || r.anyBefore(i, freeBefore) > 0
}

var freeBefore = newTails(
	"、", "“", "\"", "实行", "执行", "推行", "建立", "坚持", "采取", "实施", "健全", "严格", "落实", "开展", "强化", "完善", "加强", "做好", "组织", "按照", "和", "及",
	"或", "与", "以", "进行", "形成", "制定", "编制", "用", "的", "施行", "通过",
)

// annual judges 年度 and 年: a plan, report or check that comes each year is one; a target or index of the year is
// only a qualifier, and so is a list in which something is entered.
func (r *cadenceReader) annual(i, j int) (Every, int) {
	if j-i == 1 { // 年考核; 年培训1万人次 is a quantity
		if r.anyAt(j, review) > 0 || r.anyAt(j, reports) > 0 || r.terse(j) {
			return Year, j
		}
		return "", i
	}
	from, _ := r.clause(i, j)
	for k := i; k > from; k-- {
		if r.anyBefore(k, entered) > 0 {
			return "", i
		}
	}
	made := r.anyBefore(i, made) > 0
	for k := j; k < j+10 && !isStop(r.rune(k)); k++ {
		if !made && r.anyAt(k, figures) > 0 {
			return "", i
		}
		if n := r.anyAt(k, actions); n > 0 {
			if r.anyAt(k+n, outcomes) > 0 {
				return "", i // 年度考核优秀的
			}
			return Year, j
		}
	}
	return "", i
}

var (
	reports  = newHeads("通报", "报告", "评估", "评价", "审计", "讲评", "小结", "点评", "调度", "总评")
	outcomes = newHeads("优秀", "合格", "不合格", "结果", "称职", "等次", "排名靠后", "不达标")
	entered  = newTails("列入", "纳入", "作为", "完成", "列为", "分解", "下达", "超过", "依据")
	made     = newTails("制定", "编制", "制订", "出台", "形成", "发布", "公布", "报送", "提交", "建立", "实行")
	figures  = newHeads("计划投资", "计划完成", "计划总投资", "目标", "任务", "指标", "预算", "决算", "资金", "投资", "改善")
)

// once reads 一月一调度, 半年一次, 两年一轮, 一年不少于两次 at a numeral.
func (r *cadenceReader) once(i int) (Every, int) {
	if c := r.rune(i - 1); digit(c) >= 0 || c == '第' || c == '十' || c == '每' || c == '近' {
		return "", i
	}
	j, times := i, 1
	if r.r[i] != '半' {
		times, j = r.number(i)
	}
	if r.rune(j) == '个' {
		j++
	}
	e, k := r.unit(j)
	if k == j {
		return "", i
	}
	k += r.anyAt(k, held)
	k += r.anyAt(k, atLeast)
	n, l := r.number(k)
	m := r.anyAt(l, turns)
	if m == 0 && n == 1 && k == l-1 && !isArabic(r.rune(k)) && r.anyAt(l, notTurn) == 0 && !isStop(r.rune(l)) {
		m = 1 // 一周一小结
	}
	if l == k || n < 1 || m == 0 {
		return "", i
	}
	return e.times(times), l + m
}

var (
	notTurn = newHeads("度", "届", "并", "体", "些", "批", "直", "定", "般", "律", "样", "同", "起", "级", "流", "步", "期", "个", "站")
	held    = newHeads("有", "集中", "全面", "进行", "开展", "组织", "召开", "举办", "更新", "评选", "通报", "调度", "考核", "培训")
	atLeast = newHeads("不少于", "不低于", "至少")
	turns   = newHeads(
		"次", "轮", "回", "遍", "场", "换", "评", "考核", "考", "更", "查", "检", "调度", "通报", "报", "会商", "督", "巡", "总结", "结", "研判", "分析", "演", "清", "排",
		"签", "审", "测", "体检", "训",
	)
)

var seasons = newHeads(
	"秋冬季", "冬春季", "春夏季", "夏秋季", "春秋季", "春秋两季", "春季", "夏季", "秋季", "冬季", "采暖季", "采暖期", "供暖季", "供暖期", "取暖季", "取暖期", "非汛期", "主汛期",
	"汛期", "平水期", "枯水期", "丰水期", "雨季", "旱季",
)

// season reads a season in which something is to be done; one that only describes a thing (冬季保温被, 预防汛期山洪) is
// none, nor is one that the duty must be done before.
func (r *cadenceReader) season(i int) int {
	j := i + r.anyAt(i, seasons)
	if c := r.rune(i - 1); j == i || isArabic(c) || c == '年' || c == '-' || r.anyAt(j, notInSeason) > 0 {
		return i
	}
	from, to := r.clause(i, j)
	if from == i || r.anyBefore(i, inSeason) > 0 || r.anyAt(j, seasonal) > 0 || r.contains(j, min(to, j+6), "监测") {
		return j
	}
	return i
}

var (
	notInSeason = newHeads(
		"前", "来临", "到来", "结束", "后", "以来", "学期", "招聘", "保温", "招生", "攻势", "征兵", "开学", "作物", "行动", "入学", "毕业", "班", "运动", "项目", "奥", "清洁取暖",
		"取暖",
	)
	inSeason = newTails(
		"在", "保障", "确保", "做好", "加强", "强化", "开展", "抓好", "于", "突出", "盯紧", "持续", "加大", "聚焦", "每年", "实施", "严控", "提升",
	)
	seasonal = newHeads("期间", "时", "巡查", "加密", "要", "应", "每")
)
