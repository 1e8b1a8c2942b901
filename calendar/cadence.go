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
	Seasonal Every = "season"
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
// 每人每月, 年度目标, a season that only describes (冬季保温被).
func Cadences(text string) []Cadence {
	f := fold(text)
	return f.cadences(f.titles())
}

func (f *folded) cadences(titles [][2]int) []Cadence {
	r := cadenceReader{folded: *f}
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
	if every == "" {
		return j
	}
	raw, start, end := r.raw(i, j)
	note, _, _ := r.raw(r.clause(i, j))
	r.out = append(r.out, Cadence{raw, every, note, start, end})
	return j
}

// step reads at rune i and gives the next place to read.
func (r *cadenceReader) step(i int) int {
	c := r.r[i]
	if digit(c) > 0 || c == '十' || c == '半' {
		if e, j := r.once(i); j > i {
			return r.add(i, j, e)
		}
	}
	var e Every
	j := i
	switch c {
	case '每':
		e, j = r.each(i)
	case '按', '逐', '分':
		e, j = r.by(i)
	case '年', '季', '月', '日', '周', '半':
		e, j = r.short(i)
	case '/':
		e, j = r.per(i)
	case '春', '夏', '秋', '冬', '采', '供', '取', '汛', '主', '非', '平', '枯', '丰', '雨', '旱':
		e, j = Seasonal, r.season(i)
	case '常', '持', '长', '动', '定', '不', '适', '经', '全', '随':
		e, j = Always, r.always(i)
	case '上':
		e, j = HalfYear, i+r.anyAt(i, bothHalves)
	case '双', '隔':
		if e, j = r.unit(i + 1); j == i+1 || r.anyAt(j, actions) == 0 {
			j = i
		}
	}
	if j > i {
		return r.add(i, j, e)
	}
	return i + 1
}

var bothHalves = newHeads("上半年、下半年各", "上半年和下半年各", "上、下半年各", "上下半年各", "上半年下半年各")

// always reads 常态化, 持续 … at i; they are none in 可持续, 中长期 and 长期护理.
func (r *cadenceReader) always(i int) int {
	n := r.anyAt(i, noInterval)
	if c := r.rune(i - 1); c == '可' || c == '中' || r.anyAt(i+n, things) > 0 {
		return i
	}
	return i + n
}

var (
	noInterval = newHeads(
		"常态化", "常态长效", "持续", "长期坚持", "长期", "动态", "定期", "定时", "不定期", "不间断", "适时", "经常性", "全时段", "全天候", "随时",
	)
	things = newHeads("护理", "照护", "贷款", "资金", "租赁", "存款", "时间", "合同", "股权", "投资")
)

// unit reads a unit of time at i: 季度, 半年, 日. The longer words stand first.
func (r *cadenceReader) unit(i int) (Every, int) {
	for _, u := range units[r.rune(i)] {
		if r.is(i, u.word) {
			j := i + u.runes
			if r.anyAt(j, u.not) > 0 {
				return "", i
			}
			return u.every, j
		}
	}
	return "", i
}

type unit struct {
	word  string
	runes int
	every Every
	not   heads // continuations that make another word of it
}

var units = map[rune][]unit{
	'月': {{"月度", 2, Month, nil}, {"月", 1, Month, newHeads("龄", "球", "饼")}},
	'半': {{"半年度", 3, HalfYear, nil}, {"半年", 2, HalfYear, nil}, {"半个月", 3, Month, nil}, {"半月", 2, Month, nil}},
	'工': {{"工作日", 3, Day, nil}},
	'星': {{"星期", 2, Week, nil}},
	'季': {{"季度", 2, Quarter, nil}, {"季", 1, Quarter, newHeads("节", "作物", "补", "风", "亩")}},
	'学': {{"学期", 2, HalfYear, nil}, {"学年", 2, Year, nil}},
	'年': {{"年度", 2, Year, nil}, {"年", 1, Year, newHeads("龄", "级", "产", "代", "轻", "味", "检", "审")}},
	'周': {{"周", 1, Week, newHeads("边", "岁", "转", "围", "期", "长")}},
	'天': {{"天", 1, Day, newHeads("然气", "线")}},
	'日': {{"日", 1, Day, newHeads("常", "用", "照")}},
	'晚': {{"晚", 1, Day, nil}},
}

// times is the interval of n units as far as it has a name, else the unit's own; none for 每10天.
func (e Every) times(n int) Every {
	switch {
	case e == Month && n == 3:
		return Quarter
	case e == Month && n == 6, e == Quarter && n == 2:
		return HalfYear
	case e == Month && n == 12, e == Quarter && n == 4:
		return Year
	case e == Day && n == 7:
		return Week
	case e == Day && n == 30:
		return Month
	case e == Day && n > 1:
		return ""
	}
	return e
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
	if k == j || r.rateOf(i) {
		return "", i
	}
	return e.times(n), k
}

// rateOf reports whether 每月 at i belongs to a price: 每人每月500元, 每亩每年.
func (r *cadenceReader) rateOf(i int) bool {
	for k := i - 1; k >= i-5 && k >= 0; k-- {
		switch r.r[k] {
		case '每':
			return r.priced(i)
		case ',', '。', '、', ';':
			return false
		}
	}
	return false
}

// priced reports whether money is named in the clause that goes on at i: 每户每年补助1000元, but 每镇每年建成1所.
func (r *cadenceReader) priced(i int) bool {
	for k := i; k < i+24 && k < len(r.r); k++ {
		switch r.r[k] {
		case '元':
			return true
		case ',', '。', ';':
			return false
		}
	}
	return false
}

// by reads 按季度, 逐月, 分年度 at the first sign.
func (r *cadenceReader) by(i int) (Every, int) {
	e, j := r.unit(i + 1)
	switch {
	case j == i+1, r.anyAt(j, charged) > 0:
		return "", i
	case r.r[i] == '分' && (e != Quarter && e != Year && e != Month || r.anyBefore(i+1, fractions) > 0):
		return "", i
	}
	return e, j
}

var (
	charged   = newHeads("计罚", "连续", "计酬", "计息", "均", "限")
	fractions = newTails("部分", "百分", "划分", "区分")
)

// per reads the frequency 次/年 at the stroke.
func (r *cadenceReader) per(i int) (Every, int) {
	if e, j := r.unit(i + 1); j > i+1 && r.anyBefore(i, counted) > 0 {
		return e, j
	}
	return "", i
}

var counted = newTails("次", "轮", "期", "场")
