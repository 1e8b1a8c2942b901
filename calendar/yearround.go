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
	if len(r.deadlines) > 0 && r.deadlines[0].Start == int(r.at[i]) {
		return i // of this year, says the older reader
	}
	if r.yearly && !w.said && !w.isRange && w.part >= monthPart && w.bound != open && r.anyBefore(i, otherYear) == 0 {
		return r.recurring(i, w.to, r.dueIn(w, Recurrence{Every: Year}))
	}
	return i
}

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
				if l := r.closing(j + 1); l > j+1 {
					return r.recurring(i, l, rec)
				}
			}
			return i
		}
		return keep(i, k, r.dayOfMonth(k, i, rec, true))
	case Year:
		w, ok := r.point(j)
		if !ok || w.said || w.part < monthPart || w.bound == open && w.part != dayPart {
			if c := r.rune(j); !rec.Next && (c == '底' || c == '末') && r.closing(j+1) > j+1 {
				return r.recurring(i, r.closing(j+1), rec)
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
	if j := r.afterEnd(i+n, &rec); j > i+n {
		return r.recurring(i, j, rec)
	}
	if c := r.rune(i + n); rec.Every == Quarter && (c == '末' || c == '底') {
		if j := r.dayOfPeriod(i+n, &rec); j > i+n && r.r[j-1] == '前' { // 季度末前
			return r.recurring(i, j, rec)
		}
	}
	return i
}

var periods = newHeads("月", "月度", "季", "季度", "年度")
