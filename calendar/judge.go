package calendar

// isDeadline judges an expression of time by the words around it. The order goes from what is surely none to what
// is one unless something speaks against it.
func (r *deadlineReader) isDeadline(w when, d Date) bool {
	i, j := w.from, w.to
	switch {
	case w.bound != before && r.anyAt(j, afterStart) > 0 && r.anyAt(j, notStart) == 0:
		return false
	case w.bound == open && r.anyAt(j, qualified) > 0:
		return false
	case r.recurring(w):
		return false
	case !w.isRange && r.started(i, j):
		return false
	case r.anyBefore(i, notDue) > 0, w.bound != before && r.anyBefore(i, compared) > 0:
		return false
	}
	past := r.docYear > 0 && !d.IsZero() && d.Year < r.docYear
	from, to := r.clause(i, j)
	switch {
	case past && (w.bound != before || d.Year < r.docYear-1):
		return false
	case r.anyBefore(i, asOf) > 0 && !r.ahead(w, d):
		return false
	case r.describes(w, to), r.contains(max(r.sentence, i-12), i, "有效期"):
		return false
	}
	if w.bound == closed && r.anyIn(j, j+5, review) {
		return false // 年终考核
	}
	if w.bound != open {
		return w.said || w.part != wholeYear || !isWordBefore(r.rune(i-1))
	}
	return r.opens(w, from, to)
}

// afterStart make the time a beginning or a past: 2023年起, 2022年以来.
var afterStart = newHeads(
	"起", "开始", "以来", "以后", "之后", "及以后", "及以前", "后,", "后开", "后新", "后建", "后至", "施行", "正式施行", "正式实施",
)

var notStart = newHeads("起草", "起步", "施行方案")

// qualified follow a period that only qualifies them: 2020年版, 2022年水平, 2023年冬季.
var qualified = newHeads(
	"版", "第", "一号文", "1号文", "中央一号", "中央1号", "号", "水平", "基础", "相比", "同期", "同比", "实际", "远景", "行动计划", "行动方案", "工作要点",
	"的基", "为基", "不变价", "价格", "已", "中央财政", "期间", "冬春", "春", "夏", "秋", "冬", "间", "前三", "前期", "初", "中期", "世界", "全国第",
	"国际", "规划", "是", "为", "持续", "继续推进", "长期", "度末", "出台的", "印发", "发布的", "修订", "颁布",
)

// notDue stand before a time up to which something is valid or at which it was done.
var notDue = newTails("有效期至", "有效期", "有效期到", "有效期为", "已于", "已在", "曾于", "去年", "早在", "较", "比")

// compared stand before a time with which something is compared, or by which it is dated.
var compared = newTails(
	"相比", "相较", "与", "超过", "高于", "低于", "优于", "少于", "多于", "相对", "按照", "参照", "根据", "依据", "基于", "对标", "截至目前", "始于", "成立于", "“", "以", "恢复到", "恢复至", "印发的", "发布的", "依照",
)

var review = newHeads("考核", "总结", "考评", "绩效", "述职", "评优", "奖", "分红", "决算", "慰问")

var asOf = newTails("截至", "截止", "截止到", "截至到")

// ahead reports whether 截至 names a day to come and not the state that has been reached.
func (r *deadlineReader) ahead(w when, d Date) bool {
	return r.docYear > 0 && (d.Year > r.docYear || w.bound == before || w.part == wholeYear && w.bound == closed)
}

// recurring reports whether the period comes round again, so that it is the window of a cadence: 每年6月底前.
func (r *deadlineReader) recurring(w when) bool {
	i, j := w.from, w.to
	if w.next && !w.said {
		return true // 10月—次年3月
	}
	each := r.rune(j) == '每' && isInterval(r.rune(j+1))
	if w.said {
		return each && w.isRange && w.part != wholeYear // 2024年6-8月每日: a window in which something is done each day
	}
	switch {
	case each, r.yearly && w.part >= monthPart:
		return true
	case w.part == wholeYear && isWordBefore(r.rune(i-1)):
		return true
	case r.anyBefore(i, otherYear) > 0:
		return true
	case r.recurred > 0 && r.joined(i, r.recurred):
		return true
	}
	return false
}

// otherYear stand before a month of a year that is not the document's.
var otherYear = newTails("每年", "次年", "翌年", "次年的", "当年", "上年", "去年", "历年", "第二年", "次年度", "下一年度", "上一年度", "下年", "隔年", "前", "上", "学年", "年度")

// joined reports whether only 、 or 和 or the space between two cells stands between end and i.
func (r *deadlineReader) joined(i, end int) bool {
	c := r.rune(i - 1)
	return i == end+1 && (c == '、' || c == '和' || c == '及' || c == '与') || i == end && r.gap(i)
}

// started reports whether 自 or 从 stands before, or 起 a few signs on: 自2023年, 从今年秋季学期开始.
func (r *deadlineReader) started(i, j int) bool {
	if c := r.rune(i - 1); c == '自' || c == '从' || c == '由' {
		return true
	}
	for k := j; k < j+8 && !isStop(r.rune(k)); k++ {
		if r.r[k] == '起' {
			n := r.rune(k + 1)
			return isStop(n) || n == '实' || n == '执' || n == '施' || n == '全' || n == '对' || n == '每' || n == '在'
		}
	}
	return false
}

// describes reports whether the clause only describes whom or what the duty is about: 对2022年底前建成的项目, …给予.
func (r *deadlineReader) describes(w when, to int) bool {
	i, j := w.from, w.to
	of := j
	for of < to && r.r[of] != '的' {
		of++
	}
	switch {
	case of == to:
		return false
	case of == j && r.ends(i, "到"):
		return false // 提高到2025年的50%
	case of == j, of == to-1 && r.rune(to) == ',':
		return true // 2023年的, 2022年底前投产的,
	case r.anyBefore(i, toWhom) > 0:
		return true
	case w.bound != open && of-j <= 8 && r.anyAt(j, doneBefore) > 0:
		// 2000年底前建成的小区; but 2025年底前建成覆盖全县的网络 in a document of 2024 is still to be done
		return j+r.anyAt(j, doneBefore) == of || !(w.said && r.docYear > 0 && w.year > r.docYear)
	}
	return r.rune(to) == ',' && r.anyAt(to+1, rewards) > 0
}

var (
	toWhom     = newTails("对", "对于", "凡", "凡是", "将", "向", "为", "给")
	doneBefore = newHeads(
		"建成", "取得", "登记", "注册", "成立", "投产", "竣工", "开工", "已", "签订", "出让", "批准", "核准", "备案", "投入", "入库", "参保", "购买", "审批",
	)
	rewards = newHeads("给予", "予以", "奖励", "一次性", "按", "可", "每", "由", "最高", "再给", "分别给予", "补助", "享受")
)

// opens reports whether a period without 前 or 底 (2025年, 6月) heads a commitment.
func (r *deadlineReader) opens(w when, from, to int) bool {
	i, j := w.from, w.to
	if w.second && r.rune(j) != ',' && r.anyAt(j, promises) == 0 {
		return false // 2023年度…: a qualifier
	}
	if r.anyBefore(i, towards) > 0 || w.isRange && w.said && (r.rune(i-1) == '自' || r.rune(i-1) == '从') {
		return w.said || w.part != wholeYear
	}
	if w.isRange && r.rune(i-1) == '(' && r.rune(j) == ')' {
		return r.anyBefore(i-1, named) == 0
	}
	if r.anyAt(j, promises) > 0 || r.accepted > 0 && r.joined(i, r.accepted) {
		return true
	}
	if r.rune(j) == '、' || r.rune(j) == '和' {
		if v, ok := r.point(j + 1); ok && v.bound != open {
			return true // 3月、9月底前
		}
	}
	switch {
	case i == from, i-from == 2 && r.ends(i, "其中"):
		return w.said || isStop(r.rune(j))
	case r.anyBefore(i, objectOf) > 0:
		return false
	}
	return w.said && r.anyIn(j, to, measures) // 甲县2025年…浓度下降15%: the subject first
}

var (
	// towards lead to the time by which something shall be.
	towards = newTails("到", "至", "力争", "争取", "确保", "计划", "预计", "拟", "于", "将在", "在", "日期为", "时间为", "期限为", "时限为")

	// named stand before brackets that give the term of a plan: 行动计划（2022—2024年）.
	named = newTails("计划", "方案", "规划", "纲要", "行动", "》", "意见")

	// promises begin a commitment right after its time.
	promises = newHeads(
		"力争", "争取", "确保", "计划", "预计", "新增", "新建", "新改建", "新培育", "新设", "新引进", "建成", "建设", "建立", "完成", "基本", "达到", "达", "实现",
		"培育", "打造", "启动", "全面", "累计", "不低于", "不少于", "至少", "突破", "超过", "力促", "推动", "组织", "开展", "出台", "制定", "印发", "形成", "投入使用",
		"投产", "开工", "竣工", "底", "率先", "再", "要", "前完成", "创建", "改造", "整治", "淘汰", "控制在", "保持", "提高", "提升", "下降", "降低", "安排", "完工", "通车",
		"取得", "全部", "集中", "巩固", "总结", "推进", "深入", "举办", "召开", "报送", "提交", "公布", "编制", "确定", "明确", "实施", "试点", "试运行", "投运", "交付", "验收",
		"上报", "落实", "发布", "修订", "建好", "选取", "遴选", "支持", "主体", "封顶", "具备", "扩大", "推广", "覆盖", "初步", "如期", "正式", "挂牌", "入库", "进场", "动工",
	)

	// objectOf take the year as part of their object: 完成2023年任务, 列入2025年计划.
	objectOf = newTails(
		"列入", "纳入", "完成", "落实", "按照", "做好", "编制", "制定", "下达", "安排", "印发", "开展", "公布", "执行", "启动", "申报", "组织", "围绕", "参加", "推进",
		"抓好", "根据", "举办", "召开", "获评", "实施", "发布", "出台", "结合", "关于", "及", "和", "的", "抓紧", "对照", "贯彻", "作为", "提前", "巩固", "加快", "办好",
		"用好", "参与",
	)

	// measures tell that a clause promises a figure or a result.
	measures = newHeads(
		"达", "不低于", "不少于", "不超过", "超过", "突破", "下降", "降低", "增长", "提高", "提升", "控制在", "新增", "建成", "完成", "实现", "力争", "确保", "稳定在",
		"保持在", "全覆盖", "基本", "全部", "率先",
	)
)
