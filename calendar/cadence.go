package calendar

// Every is the interval at which a duty comes round.
type Every string

// The intervals. Always names none: 常态化, 持续, 动态, 定期.
const (
	Day      Every = "day"
	Week     Every = "week"
	Month    Every = "month"
	Quarter  Every = "quarter"
	HalfYear Every = "half-year"
	Year     Every = "year"
	Season   Every = "season"
	Always   Every = "always"
)

// Cadence is how often a duty is to be done.
type Cadence struct {
	Raw   string // as printed, white space removed: 每季度
	Every Every
	Note  string // the clause that it belongs to
	Start int    // byte offsets of Raw in the text
	End   int
}

// Cadences finds the cadences of a duty's text in order. A word that only looks like one is none: 年产, 年薪, 近三年,
// 每人每月, 年度目标, a season that only describes (冬季保温措施).
func Cadences(text string) []Cadence {
	f := fold(text)
	r := cadenceReader{folded: f}
	titles := f.titles()
	for i := 0; i < len(f.r); {
		if len(titles) > 0 && i >= titles[0][0] {
			i = max(i, titles[0][1])
			titles = titles[1:]
			continue
		}
		i = r.step(i)
	}
	return r.out
}

type cadenceReader struct {
	folded
	out []Cadence
}

func (r *cadenceReader) add(i, j int, every Every) int {
	raw, start, end := r.raw(i, j)
	from, to := r.clause(i, j)
	note, _, _ := r.raw(from, to)
	r.out = append(r.out, Cadence{raw, every, note, start, end})
	return j
}

// step reads at rune i and gives the next place to read.
func (r *cadenceReader) step(i int) int {
	c := r.r[i]
	switch c {
	case '每':
		if e, j := r.each(i); j > i {
			return r.add(i, j, e)
		}
	case '按', '逐', '分':
		if e, j := r.by(i); j > i {
			return r.add(i, j, e)
		}
	case '年', '季', '月', '日', '周', '半', '旬':
		if e, j := r.short(i); j > i {
			return r.add(i, j, e)
		}
	case '春', '夏', '秋', '冬', '采', '供', '取', '汛', '主', '非', '平', '枯', '丰', '雨', '旱':
		if j := r.season(i); j > i {
			return r.add(i, j, Season)
		}
	case '常', '持', '长', '动', '定', '不', '适', '经', '全', '随':
		if n := r.anyAt(i, always); n > 0 {
			return r.add(i, i+n, Always)
		}
	case '上':
		if n := r.anyAt(i, []string{"上半年、下半年各", "上半年和下半年各", "上、下半年各", "上下半年各", "上半年下半年各"}); n > 0 {
			return r.add(i, i+n, HalfYear)
		}
	}
	if digit(c) > 0 || c == '十' || c == '半' {
		if e, j := r.once(i); j > i {
			return r.add(i, j, e)
		}
	}
	return i + 1
}

var always = []string{
	"常态化", "常态长效", "持续", "长期坚持", "长期", "动态", "定期", "定时", "不定期", "不间断", "适时", "经常性", "全时段", "全天候", "随时",
}

// unit reads a unit of time at i: 季度, 半年, 日. The longer words stand first.
func (r *cadenceReader) unit(i int) (Every, int) {
	for _, u := range units {
		if r.is(i, u.word) {
			j := i + len([]rune(u.word))
			if u.not != nil && r.anyAt(j, u.not) > 0 {
				return "", i
			}
			return u.every, j
		}
	}
	return "", i
}

var units = []struct {
	word  string
	every Every
	not   []string // continuations that make another word of it
}{
	{"半年度", HalfYear, nil},
	{"半年", HalfYear, nil},
	{"半个月", Month, nil},
	{"半月", Month, nil},
	{"工作日", Day, nil},
	{"星期", Week, nil},
	{"季度", Quarter, nil},
	{"季", Quarter, []string{"节", "作物", "补", "风", "亩"}},
	{"学期", HalfYear, nil},
	{"学年", Year, nil},
	{"年度", Year, nil},
	{"年", Year, []string{"龄", "级", "产", "代", "轻", "味"}},
	{"月", Month, []string{"龄", "球", "饼"}},
	{"周", Week, []string{"边", "岁", "转", "围", "期", "长"}},
	{"天", Day, []string{"然气", "线"}},
	{"日", Day, []string{"常", "用", "照"}},
}

// each reads 每季度, 每半年, 每2个月, 每3～5年 at 每.
func (r *cadenceReader) each(i int) (Every, int) {
	j := i + 1
	if r.rune(j) == '隔' {
		j++
	}
	n, k := r.number(j)
	if k > j {
		if l := r.rangeSign(k); l > k {
			if _, m := r.number(l); m > l {
				k = m
			}
		}
		j = k
	}
	if r.rune(j) == '个' {
		j++
	}
	e, k := r.unit(j)
	if k == j || n > 1 && (e == Day || e == Quarter) && r.rateOf(i) {
		return "", i
	}
	if r.rateOf(i) {
		return "", i
	}
	return e, k
}

// rateOf reports whether 每月 at i belongs to a price: 每人每月500元, 每亩每年.
func (r *cadenceReader) rateOf(i int) bool {
	for k := i - 1; k >= i-4 && k >= 0; k-- {
		switch r.r[k] {
		case '每':
			return true
		case ',', '。', '、', ';':
			return false
		}
	}
	return false
}

// by reads 按季度, 逐月, 分年度 at the first sign.
func (r *cadenceReader) by(i int) (Every, int) {
	e, j := r.unit(i + 1)
	if j == i+1 {
		return "", i
	}
	switch {
	case r.anyAt(j, []string{"计罚", "连续", "计酬", "计息", "均", "限"}) > 0:
		return "", i
	case r.r[i] == '分' && e != Quarter && e != Year && e != Month:
		return "", i
	case r.r[i] == '分' && r.rune(i-1) == '部', r.r[i] == '分' && r.rune(i-1) == '百', r.r[i] == '分' && r.rune(i-1) == '划':
		return "", i
	}
	return e, j
}

// actions follow a unit that stands alone as its interval: 月通报, 季度调度, 年度总结.
var actions = []string{
	"通报", "调度", "例会", "会议", "报告", "分析", "考核", "督查", "督导", "检查", "评估", "评价", "监测", "计划", "总结", "清单", "排名", "点评", "会商", "更新",
	"公布", "公示", "巡查", "研判", "方案", "统计", "报表", "评比", "评议", "小结", "汇总", "盘点", "报送", "自查", "抽查", "审计", "体检", "述职", "讲评", "推进会", "联席",
	"要点", "报制度", "报表", "台账", "普查", "测评", "培训", "抽检", "核查", "预报", "盘查", "轮训", "演练", "晾晒", "晒", "结算", "培训", "巡检", "跟踪", "一报", "一考", "一调", "一通", "一评",
}

// short reads a unit used as an interval without 每: 月度通报, 季调度, 年度计划, 年均增长.
func (r *cadenceReader) short(i int) (Every, int) {
	if n := r.anyAt(i, []string{"年均", "年平均"}); n > 0 {
		if r.anyAt(i+n, []string{"浓度", "值", "气温", "降", "蒸发", "径流", "利用", "水位", "日照", "PM", "优良", "综合"}) > 0 && r.anyAt(i+n, []string{"降低", "下降"}) == 0 {
			return "", i
		}
		if r.anyBefore(i, []string{"全", "多", "当", "近"}) > 0 {
			return "", i
		}
		return Year, i + n
	}
	e, j := r.unit(i)
	if j == i || !r.standsFree(i, j) {
		return "", i
	}
	if e == Year {
		return r.annual(i, j)
	}
	if r.anyAt(j, actions) > 0 {
		return e, j
	}
	if r.r[j-1] == '度' && (e == Month || e == HalfYear) {
		return e, j
	}
	for k := j; r.r[j-1] == '度' && k < j+6 && !isStop(r.rune(k)); k++ {
		if r.anyAt(k, actions) > 0 {
			return e, j
		}
	}
	return "", i
}

// standsFree reports whether the unit from i to j is a word of its own: not 6月, 第三季度, 采暖季, 节假日.
func (r *cadenceReader) standsFree(i, j int) bool {
	c := r.rune(i - 1)
	if digit(c) >= 0 || c == '十' || c == '每' || c == '第' || c == '本' || c == '上' || c == '下' || c == '前' || c == '当' || c == '末' || c == '首' || c == '同' || c == '次' || c == '几' || c == '两' {
		return false
	}
	if j-i > 1 {
		return true
	}
	return isStop(c) || r.anyBefore(i, freeBefore) > 0
}

var freeBefore = []string{
	"、", "“", "\"", "实行", "执行", "推行", "建立", "坚持", "采取", "实施", "健全", "严格", "落实", "开展", "强化", "完善", "加强", "做好", "组织", "按照", "和", "及", "或", "与",
	"以", "进行", "形成", "制定", "编制", "用", "的", "施行", "通过", "每",
}

// annual judges 年度 and 年: a plan, report or check that comes each year is one; a target or index of the year is
// only a qualifier, and so is a list in which something is entered.
func (r *cadenceReader) annual(i, j int) (Every, int) {
	from, _ := r.clause(i, j)
	for k := i; k > from; k-- {
		if r.anyBefore(k, []string{"列入", "纳入", "作为", "完成", "列为", "分解", "下达", "超过", "依据"}) > 0 {
			return "", i
		}
	}
	for k := j; k < j+10 && !isStop(r.rune(k)); k++ {
		if r.anyAt(k, []string{"目标", "任务", "指标", "预算", "决算", "资金", "投资", "改善"}) > 0 {
			return "", i
		}
		if r.anyAt(k, actions) > 0 {
			return Year, j
		}
	}
	return "", i
}

// once reads 一月一调度, 半年一次, 两年一轮, 一年不少于两次 at a numeral.
func (r *cadenceReader) once(i int) (Every, int) {
	if c := r.rune(i - 1); digit(c) >= 0 || c == '第' || c == '十' || c == '每' || c == '近' {
		return "", i
	}
	j := i
	if r.r[i] != '半' {
		_, j = r.number(i)
	}
	if r.rune(j) == '个' {
		j++
	}
	e, k := r.unit(j)
	if k == j {
		return "", i
	}
	if r.rune(k) == '至' && r.rune(k+1) == '少' {
		k += 2
	} else if n := r.anyAt(k, []string{"不少于", "不低于"}); n > 0 {
		k += n
	}
	n, l := r.number(k)
	if l == k || n < 1 {
		return "", i
	}
	if r.anyAt(l, []string{"次", "轮", "回", "遍", "场", "换", "评", "考", "更", "查", "检", "调度", "通报", "报", "会商", "督", "巡", "总结", "结", "研判", "分析", "演", "清", "排", "签", "审", "测", "届"}) == 0 {
		return "", i
	}
	return e, l
}

var seasons = []string{
	"秋冬季", "冬春季", "春夏季", "夏秋季", "春秋季", "春秋两季", "春季", "夏季", "秋季", "冬季", "采暖季", "采暖期", "供暖季", "供暖期", "取暖季", "取暖期", "非汛期", "主汛期",
	"汛期", "平水期", "枯水期", "丰水期", "雨季", "旱季",
}

// season reads a season in which something is to be done; one that only describes a thing (冬季保温措施, 防止汛期污染) is
// none, nor is one that the duty must be done before.
func (r *cadenceReader) season(i int) int {
	n := r.anyAt(i, seasons)
	if n == 0 {
		return i
	}
	j := i + n
	if r.anyAt(j, []string{"前", "来临", "到来", "结束", "后", "以来", "学期", "招聘", "保温", "招生", "攻势", "征兵", "开学", "作物", "行动", "入学", "毕业", "班", "运动", "项目", "奥"}) > 0 {
		return i
	}
	if isArabic(r.rune(i-1)) || r.rune(i-1) == '年' || r.rune(i-1) == '-' {
		return i
	}
	if r.anyBefore(i, []string{"在", "保障", "确保", "做好", "加强", "强化", "开展", "抓好", "于", "突出", "盯紧", "持续", "加大", "聚焦", "每年", "实施", "严控", "提升"}) > 0 {
		return j
	}
	if r.anyAt(j, []string{"期间", "监测", "时", ",", "巡查", "加密", "要", "应", "每"}) > 0 {
		return j
	}
	from, to := r.clause(i, j)
	if from == i || r.contains(j, min(to, j+6), "监测") {
		return j
	}
	return i
}
