package calendar

import "time"

// inYear reads on after 每年 at i and adds the terms: 6月底前, 3月、9月, 1月31日前, 3-5月, 汛期, 采暖季前. It gives i where there is
// nothing to add.
func (r *termReader) inYear(i, from int, rec Recurrence) int {
	if n := r.anyAt(i, seasonWords); n > 0 {
		if j := r.seasonEnd(i, n); j > i {
			rec.Season = r.seasonName(i, n)
			return r.recurring(from, j, rec)
		}
		if j := i + r.anyAt(i, seasons); j > i && r.anyAt(j, notInSeason) == 0 {
			return r.inSeason(i, j, from)
		}
		return i
	}
	j := i
	for {
		k := r.monthOfYear(j, from, rec)
		if k == j {
			break
		}
		i, j = k, k
		if c := r.rune(k); c != '、' && c != '和' && c != '及' {
			break
		}
		j, from = k+1, k+1
	}
	return i
}

// monthOfYear adds what one point or range of the year says: 6月底前, 第三季度, 10月至次年3月.
func (r *termReader) monthOfYear(i, from int, rec Recurrence) int {
	first, ok := r.point(i)
	if !ok || first.said {
		return i
	}
	w, _ := r.when(i)
	if r.anyAt(w.to, afterStart) > 0 && w.bound == open || w.said {
		return i
	}
	if w.isRange && first.part == monthPart && w.part == monthPart && w.bound == open {
		rec.FromMonth, rec.ToMonth = r.monthRange(i, w)
		return r.windowed(i, w.to, from, rec)
	}
	rec = r.dueIn(w, rec)
	return r.recurring(from, w.to, rec)
}

// dueIn makes the recurrence due at the point of the year.
func (r *termReader) dueIn(w when, rec Recurrence) Recurrence {
	switch w.part {
	case halfYear:
		rec.ToMonth = time.Month(6 * w.n)
	case quarterYear:
		rec.ToMonth = time.Month(3 * w.n)
	case monthPart, tenDays, dayPart:
		rec.ToMonth, rec.By = time.Month(w.n), w.day
	}
	return rec
}

// monthRange gives the first and the last month of a range that begins at i: 5-9月, 10月至次年3月.
func (r *termReader) monthRange(i int, w when) (from, to time.Month) {
	n, _ := r.number(i)
	if n < 1 || n > 12 {
		n = w.n
	}
	return time.Month(n), time.Month(w.n)
}

// windowed goes on after months or a season that end at j: with the cadence that follows (5-9月每日), or alone.
func (r *termReader) windowed(i, j, from int, rec Recurrence) int {
	k := j + r.anyAt(j, during)
	for _, at := range [2]int{j, k} {
		if c := r.cadence(at); c != nil && c.Every != Seasonal && c.Every != Always && c.Every != Year {
			rec.Every, rec.Each, rec.Times = "", 0, 0
			return r.round(at, rec, from)
		}
	}
	if rec.Every == "" {
		return i
	}
	return r.recurring(from, j, rec)
}

var during = newHeads("期间", "期间,", "份", "份,", ",", "内", "内,", "的", "期间的", "实行", "执行", "要", "应")

// months reads months that stand alone at i: with an interval after them (5-9月每日), or in a sentence that has said 每年
// (…，6月底前公开) or 每月 (…，5日前报送).
func (r *termReader) months(i int) int {
	if c := r.rune(i - 1); isArabic(c) && !r.gap(i) || r.r[i] == '半' {
		return i
	}
	if r.monthly && r.rune(i-1) != '月' {
		var day Recurrence
		if j := r.monthDay(i, &day); j > i && r.r[j-1] == '前' { // 3日内 is a span
			return r.dayOfMonth(i, i, Recurrence{Every: Month}, true)
		}
	}
	w, ok := r.when(i)
	if !ok {
		return i
	}
	first, _ := r.point(i)
	if w.isRange && w.part == monthPart && w.bound == open && first.part == monthPart && first.year >= 0 {
		start := i
		if first.said {
			if _, start = r.fourDigits(i); start == i {
				return i
			}
			start++ // 年
		}
		rec := Recurrence{}
		rec.FromMonth, rec.ToMonth = r.monthRange(start, w)
		return r.windowed(i, w.to, i, rec)
	}
	if r.yearly && !w.said && !w.isRange && w.part >= monthPart && w.bound != open && r.anyBefore(i, otherYear) == 0 {
		return r.recurring(i, w.to, r.dueIn(w, Recurrence{Every: Year}))
	}
	return i
}

// inSeason adds the season from i to j, or takes up the interval that follows it: 汛期每周.
func (r *termReader) inSeason(i, j, from int) int {
	name := r.seasonName(i, j-i)
	if k := r.windowed(i, j, from, Recurrence{Season: name}); k > i {
		return k
	}
	return r.recurring(from, j, Recurrence{Every: Seasonal, Season: name})
}

// seasonTerm reads 采暖季前, 2023年汛期来临前, 入冬前, 汛期结束前 at i.
func (r *termReader) seasonTerm(i int) int {
	n := r.anyAt(i, seasonWords)
	if n == 0 {
		return i
	}
	from, year := i, r.year
	if r.rune(i-1) == '年' {
		switch c := r.rune(i - 2); {
		case c == '今' || c == '本':
			from = i - 2
		case c == '明':
			if from = i - 2; year > 0 {
				year++
			}
		case c == '次' || c == '翌' || c == '去' || c == '往' || c == '常':
			return i
		default:
			if y, j := r.fourDigits(i - 5); i >= 5 && j == i-1 {
				from, year = i-5, y
			}
		}
	}
	if from < r.done {
		return i
	}
	name := r.seasonName(i, n)
	if r.is(i+n, "结束") {
		if j := r.tail(i + n + 2); j > i+n+2 {
			return r.recurring(from, j, Recurrence{Every: Seasonal, Season: name})
		}
		return i
	}
	j := r.seasonEnd(i, n)
	if j == i {
		return i
	}
	if r.yearly && from == i {
		return r.recurring(i, j, Recurrence{Every: Year, Season: name})
	}
	t := Term{Kind: BeforeSeason, Season: name}
	if year > 0 {
		t.Date = Date{year, 1, 1}
	}
	return r.add(from, j, t)
}

// seasonEnd gives the place after 前, 来临前, 到来之前 that follows the season's n runes at i, or i.
func (r *termReader) seasonEnd(i, n int) int {
	j := i + n
	j += r.anyAt(j, comes)
	if j < len(r.r) && r.r[j] == '前' && (r.rune(j+1) == '后' || r.rune(j+1) == '夕' && r.rune(j+2) == '后') {
		return i
	}
	w, _ := r.close(j, when{})
	if w.bound != before || r.r[w.to-1] != '前' {
		return i
	}
	if r.rune(w.to) == '夕' {
		w.to++
	}
	return w.to
}

var comes = newHeads("来临", "到来", "开始", "启动", "期间来临", "正式开始")

// seasonName is the season that the n runes at i mean: 汛期 for 入汛.
func (r *termReader) seasonName(i, n int) string {
	word := string(r.r[i : i+n])
	if name := seasonNames[word]; name != "" {
		return name
	}
	return word
}

var seasonNames = map[string]string{
	"汛": "汛期", "入汛": "汛期", "进入汛期": "汛期", "采暖": "采暖季", "供暖": "供暖季", "取暖": "取暖季", "入冬": "冬季", "入夏": "夏季", "入春": "春季", "入秋": "秋季",
	"春节": "春节", "国庆": "国庆节", "五一": "劳动节", "清明": "清明节", "端午": "端午节", "中秋": "中秋节", "进入采暖季": "采暖季", "进入冬季": "冬季",
}

// seasonWords begin a term that ends before them.
var seasonWords = newHeads(
	"秋冬季", "冬春季", "春夏季", "夏秋季", "春季", "夏季", "秋季", "冬季", "采暖季", "采暖期", "供暖季", "供暖期", "取暖季", "取暖期", "非汛期", "主汛期", "汛期", "平水期", "枯水期",
	"丰水期", "雨季", "旱季", "汛", "入汛", "进入汛期", "采暖", "供暖", "取暖", "入冬", "入夏", "入春", "入秋", "进入冬季", "进入采暖季", "封冻", "上冻", "封冻期", "冰冻期", "防火期",
	"森林防火期", "春耕", "春播", "三夏", "麦收", "夏收", "秋收", "三秋", "开学", "元旦", "春节", "清明", "清明节", "五一", "劳动节", "端午", "端午节", "中秋", "中秋节", "国庆", "国庆节",
)

// nextPeriod reads 次月5日前, 下季度首月10日前, 次年1月31日前, 当月底前 at i.
func (r *termReader) nextPeriod(i int) int {
	rec := Recurrence{Next: true}
	n := 0
	for _, p := range nextPeriods[r.r[i]] {
		if r.is(i, p.word) {
			rec.Every, n = p.every, p.runes
			break
		}
	}
	if n == 0 || r.isRangeBefore(i) {
		return i
	}
	rec.Next = r.r[i] != '当' && r.r[i] != '本'
	j := i + n
	j += r.anyAt(j, particles)
	switch rec.Every {
	case Month:
		if r.dayOfMonthEnd(j) == j {
			return i
		}
		return max(i, r.dayOfMonth(j, i, rec, false))
	case Quarter:
		k := j + r.anyAt(j, startOf)
		if k == j && !rec.Next {
			if c := r.rune(j); c == '末' || c == '底' {
				if l := r.tail(j + 1); l > j+1 {
					return r.recurring(i, l, rec)
				}
			}
			return i
		}
		return keep(i, k, r.dayOfMonth(k, i, rec, true))
	case Year:
		w, ok := r.point(j)
		if !ok || w.said || w.part < monthPart || w.bound == open && w.part != dayPart {
			if c := r.rune(j); !rec.Next && (c == '底' || c == '末') && r.tail(j+1) > j+1 {
				return r.recurring(i, r.tail(j+1), rec)
			}
			return i
		}
		if r.anyAt(w.to, afterStart) > 0 {
			return i
		}
		return r.recurring(i, w.to, r.dueIn(w, rec))
	}
	return i
}

// keep is j, or i where reading at k has found nothing.
func keep(i, k, j int) int {
	if j == k {
		return i
	}
	return j
}

// dayOfMonthEnd tells whether a day of the month stands at i, without adding it.
func (r *termReader) dayOfMonthEnd(i int) int {
	var none Recurrence
	j := r.monthDay(i, &none)
	if c := r.rune(i); j > i && (c == '底' || c == '末' || c == '初' || c == '上' || c == '中' || c == '下') && r.r[j-1] != '前' {
		return i // 当月底: no term
	}
	return j
}

func (r *termReader) isRangeBefore(i int) bool {
	c := r.rune(i - 1)
	return c == '-' || c == '~' || c == '至' || c == '到'
}

var nextPeriods = map[rune][]struct {
	word  string
	runes int
	every Every
}{
	'次': {{"次月", 2, Month}, {"次季度", 3, Quarter}, {"次季", 2, Quarter}, {"次年度", 3, Year}, {"次年", 2, Year}},
	'翌': {{"翌月", 2, Month}, {"翌年", 2, Year}},
	'下': {{"下月", 2, Month}, {"下个月", 3, Month}, {"下一个月", 4, Month}, {"下季度", 3, Quarter}, {"下一季度", 4, Quarter}, {"下个季度", 4, Quarter}, {"下一年度", 4, Year}, {"下一年", 3, Year}, {"下年度", 3, Year}, {"下年", 2, Year}},
	'第': {{"第二年", 3, Year}},
	'当': {{"当月", 2, Month}, {"当季度", 3, Quarter}, {"当季", 2, Quarter}, {"当年度", 3, Year}, {"当年", 2, Year}},
	'本': {{"本月", 2, Month}, {"本季度", 3, Quarter}},
}

// afterPeriod reads 季后10日内, 年度终了后一个季度内, 月度结束后5日内 at i.
func (r *termReader) afterPeriod(i int) int {
	var rec Recurrence
	n := r.anyAt(i, periods)
	switch {
	case n == 0 || digit(r.rune(i-1)) >= 0 || r.rune(i-1) == '第':
		return i
	case r.r[i] == '月':
		rec.Every = Month
	case r.r[i] == '季':
		rec.Every = Quarter
	default:
		rec.Every = Year
	}
	return keep(i, i+n, r.addAfterEnd(i, i+n, rec))
}

func (r *termReader) addAfterEnd(from, i int, rec Recurrence) int {
	j := r.afterEnd(i, &rec)
	if j == i {
		return i
	}
	return r.recurring(from, j, rec)
}

var periods = newHeads("月", "月度", "季", "季度", "年度")

// rareInterval reads intervals that have no Every of their own at i: 每10天, 每旬, 按旬; and 每逢.
func (r *termReader) rareInterval(i int) int {
	switch {
	case r.rune(i+1) == '旬':
		return r.recurring(i, i+2, Recurrence{Every: Month, Times: 3})
	case r.is(i, "每逢"):
		return r.whenever(i+1, i)
	case r.r[i] != '每':
		return i
	}
	j := i + 1
	if r.rune(j) == '隔' {
		j++
	}
	n, k := r.number(j)
	if c := r.rune(k); k == j || n < 2 || c != '天' && c != '日' || r.anyAt(k+1, inside) > 0 {
		return i
	}
	return r.recurring(i, k+1, Recurrence{Every: Day, Each: n})
}
