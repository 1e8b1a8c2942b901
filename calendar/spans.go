package calendar

import "time"

// within reads a span from an event at its number: 自印发之日起10个工作日内, 收到通知后3日内, 一年内, 用5年时间.
func (r *termReader) within(i int) int {
	if c := r.rune(i - 1); isArabic(c) || digit(c) >= 0 || c == '十' || c == '百' || r.anyBefore(i, backwards) > 0 {
		return i
	}
	s, j := r.span(i)
	if j == i {
		return i
	}
	switch n := r.anyAt(j, inside); {
	case n > 0:
		j += n
	case r.is(j, "左右时间"):
		j += 4
	case r.is(j, "时间") && r.anyBefore(i, used) > 0:
		j += 2
	case r.anyBefore(i, limits) == 0:
		return i
	}
	from, event, date := r.event(i)
	if from == i {
		from -= r.anyBefore(i, used)
	}
	return r.add(from, j, Term{Kind: Within, Span: s, Event: event, Date: date})
}

var (
	used   = newTails("用", "利用", "花")
	limits = newTails(
		"时限为", "期限为", "时限不超过", "期限不超过", "时间不超过", "时限不得超过", "期限不得超过", "时间不得超过", "最长不超过", "最迟不超过", "最长不得超过", "时限:", "期限:",
	)
)

// span reads a length of time at its number: 10个工作日, 半年, 一年半, 3-5年 (the longer), 48小时.
func (f *folded) span(i int) (Span, int) {
	n, j := f.count(i)
	half := 0 // of the unit, before or after it
	if f.rune(i) == '半' {
		n, j, half = 0, i+1, 1
	}
	if j == i {
		return Span{}, i
	}
	if k := f.rangeSign(j); k > j {
		if m, l := f.count(k); l > k {
			n, j = max(n, m), l
		}
	}
	counted := f.rune(j) == '个'
	if counted {
		j++
	}
	if f.rune(j) == '半' && counted {
		half, j = 1, j+1 // 一个半月
	}
	var u spanWord
	for _, u = range spanWords[f.rune(j)] {
		if f.is(j, u.word) {
			break
		}
		u = spanWord{}
	}
	if u.word == "" || u.counted && !counted && half == 0 {
		return Span{}, i
	}
	j += u.runes
	if u.word == "年" && f.rune(j) == '半' {
		half, j = 1, j+1
	}
	switch {
	case u.word == "小时":
		return Span{n / 24, Days}, j
	case half == 0:
		return Span{n * u.n, u.unit}, j
	case u.unit == Years:
		return Span{12*n + 6, Months}, j
	case u.unit == Months && n == 0 && u.n == 1:
		return Span{15, Days}, j
	case u.unit == Months && n > 0:
		return Span{30*n + 15, Days}, j
	case u.unit == Days:
		return Span{n, Days}, j // 半天: the same day
	}
	return Span{}, i
}

type spanWord struct {
	word    string
	runes   int
	unit    SpanUnit
	n       int
	counted bool // only with 个: 3月 is March
}

var spanWords = map[rune][]spanWord{
	'工': {{"工作日", 3, WorkingDays, 1, false}, {"工作天", 3, WorkingDays, 1, false}},
	'自': {{"自然日", 3, Days, 1, false}},
	'日': {{"日历日", 3, Days, 1, false}, {"日", 1, Days, 1, false}},
	'天': {{"天", 1, Days, 1, false}},
	'周': {{"周", 1, Weeks, 1, false}},
	'星': {{"星期", 2, Weeks, 1, false}},
	'礼': {{"礼拜", 2, Weeks, 1, false}},
	'月': {{"月", 1, Months, 1, true}},
	'季': {{"季度", 2, Months, 3, false}},
	'年': {{"年", 1, Years, 1, false}},
	'小': {{"小时", 2, Days, 1, false}},
}

// count reads a whole number below 1000 at i, in Arabic or Chinese numerals; end is i where there is none.
func (f *folded) count(i int) (n, end int) {
	n, end = f.number(i)
	if end == i && isArabic(f.rune(i)) {
		for ; end < i+3 && isArabic(f.rune(end)); end++ {
			n = n*10 + int(f.r[end]-'0')
		}
		if isArabic(f.rune(end)) && !f.gap(end) {
			return 0, i
		}
		return n, end
	}
	if end == i+1 && digit(f.rune(i)) > 0 && f.rune(end) == '百' {
		n *= 100
		end++
		if f.rune(end) == '〇' {
			end++
		}
		if m, k := f.number(end); k > end && !isArabic(f.rune(end)) {
			n, end = n+m, k
		}
	}
	return n, end
}

// maxEvent bounds the words of an event.
const maxEvent = 40

// event reads backwards from a span at i what it counts from. It gives the place where the words begin (i if there are none), the
// words, and the event's day where they name it: 自2023年7月1日起.
func (r *termReader) event(i int) (from int, words string, day Date) {
	low := max(r.done, i-maxEvent)
	end := i
	for n := 1; n > 0 && end > low; {
		n = r.anyBefore(end, hedges)
		end -= n
	}
	apart := end > low && r.r[end-1] == ',' // 自收到之日起，10日内; 一经发现，立即
	if apart {
		end--
	}
	end = max(end, low)
	since := r.anyBefore(end, sinceThen) > 0 && !(r.ends(end, "起") && r.ends(end, "发起"))
	if end > low && r.r[end-1] == '的' && r.anyBefore(end-1, sinceThen) > 0 {
		since = true // 收到之日起的10日内
	}
	start, received := end, false
	for k := end - 1; k >= low && !isStop(r.r[k]) && r.r[k] != '、'; k-- {
		start = k
		if c := r.r[k]; c == '自' && r.anyAt(k, notSince) == 0 || c == '从' && r.anyAt(k, notSince) == 0 {
			break
		}
		if c := r.r[k]; (c == '在' || c == '于') && since && r.anyAt(k, notSince) == 0 && r.anyBefore(k+1, notIn) == 0 {
			start = k + 1
			break
		}
		if n := r.anyAt(k, receives); n > 0 {
			start = max(low, k-r.anyBefore(k, beforeReceiving))
			received = !apart || start < k || k+n < end // …签收，并在5日内 is a duty before, no event
			break
		}
	}
	if start >= end {
		return i, "", Date{}
	}
	if !since && !received {
		// 在列入目录一年内 says it without 后; 在全县一年内 says nothing.
		for k := end - 1; k >= max(low, end-14) && !isStop(r.r[k]); k-- {
			if c := r.r[k]; (c == '在' || c == '自' || c == '于') && r.anyIn(k+1, end, happens) {
				words, _, _ = r.raw(k+1, end)
				return k, words, Date{}
			}
		}
		return i, "", Date{}
	}
	if r.r[end-1] == '的' && start < end-1 {
		end-- // 收到申请的，10日内
	}
	words, _, _ = r.raw(start, end)
	if c := r.r[start]; c == '自' || c == '从' {
		if w, ok := r.point(start + 1); ok && w.to < end && (w.part == dayPart || w.part == monthPart) {
			day = r.firstDay(w)
		}
	}
	return start, words, day
}

// firstDay is the day of a point of time, or the first of its month; zero where the year is not known.
func (r *termReader) firstDay(w when) Date {
	year := r.yearOf(w)
	switch {
	case year == 0:
		return Date{}
	case w.part == dayPart:
		return clamped(year, time.Month(w.n), w.day)
	}
	return Date{year, time.Month(w.n), 1}
}

func (r *termReader) yearOf(w when) int {
	switch {
	case w.year > 0:
		return w.year
	case w.year == nextYear && r.year > 0:
		return r.year + 1
	}
	return r.year
}

var (
	// hedges stand between an event and its span.
	hedges = newTails(
		"应当", "应", "须", "必须", "要", "在", "于", "的", "力争", "争取", "确保", "原则上", "一般", "不超过", "不得超过", "最迟", "至迟", "最长", "用", "利用", "限", "务必", "需",
		"需要", "可", "其", "力争在", "并", "最晚", "不晚于", "不迟于",
	)
	sinceThen       = newTails("起", "后", "之日", "之时", "届满", "当日", "今后", "以来")
	notSince        = newHeads("自然", "自身", "自己", "自行", "自主", "自治", "自查", "自来", "自动", "自愿", "从事", "从业", "从严", "从快", "于是", "在册", "在建", "在线", "在岗", "在职", "自评", "自觉")
	notIn           = newTails("存在", "现在", "正在", "所在", "由于", "关于", "对于", "基于", "属于", "位于", "处于", "用于", "低于", "高于", "不在", "潜在", "内在")
	receives        = newHeads("收到", "接到", "接报", "发现", "签收", "收悉", "接获", "获知", "得知", "一经", "一旦", "经发现", "经核实")
	beforeReceiving = newTails("自", "从", "一经", "一旦", "经")
	happens         = newHeads(
		"列入", "收到", "接到", "印发", "发布", "下达", "受理", "竣工", "验收", "签订", "完工", "发生", "届满", "终了", "结束", "公布", "施行", "备案", "批准", "审批", "开工",
		"建成", "认定", "成立", "登记", "投产", "投用", "纳入", "公告", "签收", "交办", "作出", "送达", "立项", "入库", "移交", "提交", "申请", "报送", "发现",
	)
)

// atOnce reads 立即, 第一时间, 当日办结 as a span of no days from the event before it, 次日 as one of a day; 即日起 stands.
func (r *termReader) atOnce(i int) int {
	n := r.anyAt(i, atOnce)
	span := Span{0, Days}
	switch {
	case n > 0:
	case r.is(i, "即日起"):
		if j := i + 3; r.rangeSign(j) == j {
			return r.standing(i, 3)
		}
		return i
	case r.is(i, "当日") || r.is(i, "当天"):
		n = 2
		if m := r.anyAt(i+2, inside); m > 0 {
			n += m
		} else if r.anyAt(i+2, handled) == 0 {
			return i
		}
	case r.is(i, "次日") || r.is(i, "翌日"):
		_, j := r.hour(i + 2)
		if r.rune(j) != '前' {
			return i
		}
		n, span.N = j+1-i, 1
	default:
		return i
	}
	from, event, date := r.event(i)
	return r.add(from, i+n, Term{Kind: Within, Span: span, Event: event, Date: date})
}

var (
	atOnce  = newHeads("立即", "立刻", "即刻", "马上", "第一时间", "随即", "即时")
	handled = newHeads(
		"办结", "完成", "处置", "处理", "上报", "报告", "报送", "反馈", "整改", "清运", "清理", "销号", "答复", "回复", "办理", "移交", "转办", "公布", "通报", "受理", "交办", "录入", "归档",
	)
)

var doing = newHeads("开展", "进行", "组织", "要", "应", "都", "均", "集中", "加强", "前")

// whenever reads 逢雨必查, 每逢重大节日 at 逢: a duty that follows something which comes without an interval.
func (r *termReader) whenever(i, from int) int {
	switch r.rune(i - 1) {
	case '相', '适', '恰', '重', '欣', '正', '遭', '喜', '每':
		if from == i {
			return i
		}
	}
	j := i + 1
	for j < i+9 && !isStop(r.rune(j)) && r.r[j] != '必' && r.r[j] != '、' && r.anyAt(j, handled) == 0 && r.anyAt(j, doing) == 0 {
		j++
	}
	if j == i+1 || j == i+9 && from == i || r.rune(j) != '必' && from == i {
		return i
	}
	event, _, _ := r.raw(from, j)
	if r.rune(j) == '必' && !isStop(r.rune(j+1)) {
		j += 2
	}
	return r.add(from, j, Term{Kind: Standing, Event: event})
}
