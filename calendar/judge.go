package calendar

import "unicode/utf8"

// isDeadline judges an expression of time by the words around it. The order goes from what is surely none to what
// is one unless something speaks against it.
func (r *deadlineReader) isDeadline(w when, d Date) bool {
	i, j := w.from, w.to
	switch {
	case r.anyAt(j, afterStart) > 0 && r.rune(j) != 0:
		return false
	case w.bound == open && r.anyAt(j, afterNoDeadline) > 0:
		return false
	case r.recurring(w):
		return false
	case !w.isRange && r.started(i, j):
		return false
	case r.anyBefore(i, beforeNoDeadline) > 0:
		return false
	}
	past := r.docYear > 0 && !d.IsZero() && d.Year < r.docYear
	from, to := r.clause(i, j)
	switch {
	case past && (w.bound != before || d.Year < r.docYear-1):
		return false
	case r.anyBefore(i, []string{"截至", "截止", "截止到"}) > 0 && (past || d.Year == r.docYear && w.bound == open || r.docYear == 0):
		return false
	case r.describes(w, from, to):
		return false
	}
	if w.bound != open {
		return w.said || w.part != wholeYear || !isWordBefore(r.rune(i-1))
	}
	return r.opens(w, from, to)
}

// afterStart make the time a beginning or a past: 2023年起, 2022年以来.
var afterStart = []string{"起", "开始", "以来", "以后", "之后", "后,", "后开", "后新", "后建", "后至", "施行", "正式施行", "正式实施"}

// afterNoDeadline say that an open period qualifies what follows.
var afterNoDeadline = []string{
	"版", "第", "一号文", "1号文", "中央一号", "中央1号", "号", "水平", "基础", "相比", "同期", "同比", "实际", "远景", "行动计划", "行动方案",
	"工作要点", "的基", "为基", "不变价", "价格", "已", "中央财政", "期间", "冬春", "春", "夏", "秋", "冬", "以上", "多", "左右", "间", "前三", "前期",
	"初", "中期", "世界", "全国第", "国际", "制", "级", "专业", "学制", "一遇", "龄", "规划", "度末", "出台的", "印发", "发布的", "修订", "颁布",
}

// beforeNoDeadline compare with the time or name a beginning or a term of validity.
var beforeNoDeadline = []string{
	"较", "比", "相比", "相较", "同比", "与", "超过", "高于", "低于", "优于", "少于", "多于", "相对", "对比", "按照", "参照", "根据", "依据", "基于", "对标",
	"有效期至", "有效期", "有效期到", "有效期为", "截至目前", "去年", "早在", "始于", "成立于", "“", "以", "恢复到", "恢复至", "印发的", "发布的", "依照", "摘自",
}

// recurring reports whether the period comes round again, so that it is the window of a cadence: 每年6月底前.
func (r *deadlineReader) recurring(w when) bool {
	i, j := w.from, w.to
	if w.said {
		// 2023年5-9月每日: a window in which something is done each day.
		return w.part != wholeYear && w.isRange && r.rune(j) == '每' && isInterval(r.rune(j+1))
	}
	if c := r.rune(i - 1); w.part == wholeYear && isWordBefore(c) {
		return true
	}
	if r.yearly {
		return true
	}
	switch {
	case r.anyBefore(i, []string{"次年", "翌年", "次年的", "当年", "当年年", "上年", "去年", "历年", "第二年", "次年度", "下一年度", "上一年度", "下年", "隔年", "前", "上", "学年", "年度"}) > 0:
		return true
	case r.rune(j) == '每' && isInterval(r.rune(j+1)):
		return true
	case r.rejected > 0 && i-r.rejected <= 1 && i > r.rejected && (r.rune(i-1) == '、' || r.rune(i-1) == '和' || r.rune(i-1) == '及'):
		return true
	}
	return false
}

// started reports whether 自 or 从 stands before: 自2023年, 从今年秋季学期开始.
func (r *deadlineReader) started(i, j int) bool {
	if c := r.rune(i - 1); c == '自' || c == '从' || c == '由' {
		return true
	}
	if r.ends(i, "起于") {
		return true
	}
	for k := j; k < j+8 && !isStop(r.rune(k)); k++ { // 2022年春季学期起, 2021年1月1日零时起
		if c := r.r[k]; c == '起' {
			n := r.rune(k + 1)
			return isStop(n) || n == '实' || n == '执' || n == '施' || n == '全' || n == '对' || n == '每' || n == '在'
		}
	}
	return false
}

// describes reports whether the clause only describes whom or what the duty is about: 对2022年底前建成的项目, …给予.
func (r *deadlineReader) describes(w when, from, to int) bool {
	i, j := w.from, w.to
	of := -1
	for k := j; k < to; k++ {
		if r.r[k] == '的' {
			of = k
			break
		}
	}
	if of < 0 {
		return false
	}
	if of == to-1 && r.rune(to) == ',' || of == j {
		return true // 2022年底前投产的, 2023年的
	}
	if r.anyBefore(i, []string{"对", "对于", "凡", "凡是", "将", "向", "为", "给"}) > 0 {
		return true
	}
	if w.bound != open && of-j <= 8 && r.past(j, of) {
		return true // 2000年底前建成的小区
	}
	if next := r.rune(to); next == ',' && r.anyAt(to+1, rewards) > 0 {
		return true
	}
	return false
}

// past reports whether the words between are of something done, as 建成, 取得, 登记.
func (r *deadlineReader) past(i, j int) bool {
	return r.anyAt(i, []string{"建成", "取得", "登记", "注册", "成立", "投产", "竣工", "开工", "已", "签订", "出让", "批准", "核准", "备案", "投入", "入库", "参保", "购买", "审批"}) > 0 && j > i
}

var rewards = []string{"给予", "予以", "奖励", "一次性", "按", "可", "每", "由", "最高", "再给", "分别给予", "补助", "享受"}

// opens reports whether a period without 前 or 底 (2025年, 6月) heads a commitment.
func (r *deadlineReader) opens(w when, from, to int) bool {
	i, j := w.from, w.to
	if w.second && r.rune(j) != ',' && !r.promise(j) {
		return false // 2023年度…: a qualifier
	}
	if r.anyBefore(i, []string{"到", "至", "力争", "争取", "确保", "计划", "预计", "拟", "于", "将在", "在", "将于", "计划于", "预计于"}) > 0 {
		return w.said || w.part != wholeYear
	}
	if w.isRange && r.rune(i-1) == '(' && r.rune(j) == ')' {
		return r.anyBefore(i-1, []string{"计划", "方案", "规划", "纲要", "行动", "》", "意见"}) == 0
	}
	if r.promise(j) {
		return true
	}
	start := i == from || i-from <= 2 && (r.rune(i-1) == '、' || r.rune(i-1) == '中')
	if !start {
		return false
	}
	if w.said {
		return true
	}
	c := r.rune(j)
	return isStop(c)
}

// promise reports whether a word of commitment stands at i.
func (r *deadlineReader) promise(i int) bool { return r.anyAt(i, promises) > 0 }

var promises = []string{
	"力争", "争取", "确保", "计划", "预计", "新增", "新建", "新改建", "新培育", "新设", "新引进", "建成", "建设", "建立", "完成", "基本", "达到", "达", "实现", "培育",
	"打造", "启动", "全面", "累计", "不低于", "不少于", "至少", "突破", "超过", "力促", "推动", "组织", "开展", "出台", "制定", "印发", "形成", "投入使用", "投产", "开工",
	"竣工", "底", "率先", "再", "要", "前完成", "创建", "改造", "整治", "淘汰", "控制在", "保持", "提高", "提升", "下降", "降低", "安排", "完工", "通车", "取得", "全部",
}

// numeric reads a date of table cells: 2023-06-30, 2023.6.30前, 2023.12.
func (r *deadlineReader) numeric(i int) (when, bool) {
	y, j := r.fourDigits(i)
	sep := r.rune(j)
	if j == i || sep != '.' && sep != '-' && sep != '/' {
		return when{}, false
	}
	w := when{from: i, year: y, said: true, part: monthPart}
	m, k := r.number(j + 1)
	if k == j+1 || m < 1 || m > 12 {
		return when{}, false
	}
	w.n = m
	if r.rune(k) == sep {
		d, l := r.number(k + 1)
		if l == k+1 || d < 1 || d > 31 {
			return when{}, false
		}
		w.part, w.day, k = dayPart, d, l
	}
	if r.rune(k) == '底' || r.rune(k) == '末' {
		w.bound = closed
		k++
	}
	w, _ = r.close(k, w)
	// A number that is no date looks like this too; a table cell or 前 vouches for it.
	whole := isStop(r.rune(i-1)) && isStop(r.rune(w.to)) && utf8.RuneCountInString(r.src) < 400
	return w, w.bound != open || whole && (w.part == dayPart || sep == '.')
}

// fiveYears reads 十四五 and its kin at i: 期末 is the end of the last year, 期间 names no day.
func (r *deadlineReader) fiveYears(i int) int {
	n := digit(r.rune(i + 1))
	j := i + 2
	if n < 1 || n > 9 || isArabic(r.rune(i+1)) || r.rune(j) != '五' {
		return i
	}
	if j++; r.rune(j) == '”' || r.rune(j) == '"' {
		j++
	}
	from := i
	if c := r.rune(i - 1); c == '“' || c == '"' {
		from--
	}
	last := 2000 + 5*n + 5
	k := j
	if r.is(k, "规划") || r.is(k, "时期") {
		k += 2
	}
	switch n := r.anyAt(k, []string{"期末", "末期", "末", "收官", "结束", "期间", "时期", "期内"}); {
	case n == 0:
		return j
	case r.anyAt(k, []string{"期间", "时期", "期内"}) > 0:
		r.add(from, k+n, Date{})
		return k + n
	default:
		if r.docYear > last || r.anyBefore(from, []string{"较", "比"}) > 0 {
			return k + n
		}
		if m := r.anyBefore(from, leadIns); m > 0 {
			from -= m
		}
		r.add(from, k+n, Date{last, 12, 31})
		return k + n
	}
}

// relative reads 5年内, 3个月内, 用5年时间, which count from an event and name no day.
func (r *deadlineReader) relative(i int) int {
	_, j := r.number(i)
	if j == i || isWordBefore(r.rune(i-1)) {
		return i
	}
	if k := r.rangeSign(j); k > j {
		if _, l := r.number(k); l > k {
			j = l
		}
	}
	if r.rune(j) == '个' {
		j++
	}
	n := r.anyAt(j, []string{"年左右时间", "年时间", "年", "月", "工作日", "季度", "日", "天", "周", "小时", "星期"})
	if n == 0 {
		return i
	}
	k := j + n
	if !r.ends(k, "时间") || r.rune(k) == '内' {
		m := r.anyAt(k, []string{"内", "以内", "之内"})
		if m == 0 {
			return i
		}
		k += m
	}
	from := i
	for b := i - 1; b >= 0 && i-b <= 12 && !isStop(r.r[b]); b-- {
		if c := r.r[b]; c == '在' || c == '自' || c == '用' || c == '于' {
			from = b
			break
		}
	}
	r.add(from, k, Date{})
	return k
}
