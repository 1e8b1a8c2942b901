package calendar

import "time"

// round takes up the cadence at rune i and reads on: by which day (每月5日前), at which hours, how often. The recurrence says
// what stood before it (5-9月, 汛期), beginning at rune from.
func (r *termReader) round(i int, rec Recurrence, from int) int {
	for r.cadences[0].Start < int(r.at[i]) {
		r.cadences = r.cadences[1:]
	}
	c := r.cadences[0]
	r.cadences = r.cadences[1:]
	j := r.runeAfter(i, c.End)
	switch c.Every {
	case Always:
		return r.add(i, j, Term{Kind: Standing})
	case Seasonal:
		return r.inSeason(i, j, from)
	}
	rec.Every = c.Every
	r.multiple(i, j, &rec)
	switch c.Every {
	case Month:
		r.monthly = true
	case Year:
		r.yearly = true
	}
	k := j + r.anyAt(j, particles)
	switch c.Every {
	case Day:
		k = r.hoursOfDay(k, &rec)
	case Week:
		k = r.dayOfWeek(k, &rec)
	case Month:
		if l := r.dayOfMonth(k, from, rec, false); l > k {
			return l
		}
		k = r.afterEnd(k, &rec)
	case Quarter, HalfYear:
		k = r.dayOfPeriod(k, &rec)
	case Year:
		if l := r.inYear(k, from, rec); l > k {
			return l
		}
		k = r.dayOfPeriod(k, &rec)
	}
	if k == j+r.anyAt(j, particles) {
		k = j
	}
	return r.recurring(from, k, rec)
}

var particles = newHeads("的", "于", "在", "都", "均")

// multiple reads how many units make a period (每两年, 隔周) and how often the duty is done in one (每年不少于2次).
func (r *termReader) multiple(i, j int, rec *Recurrence) {
	switch c := r.r[i]; {
	case c == '双' || c == '隔':
		rec.Each = 2
	case c == '每' || digit(c) > 0:
		k := i
		if c == '每' {
			k++
			if r.rune(k) == '隔' {
				k++
			}
		}
		n, l := r.number(k)
		if m := r.rangeSign(l); l > k && m > l {
			if o, p := r.number(m); p > m {
				n, l = max(n, o), p
			}
		}
		if r.rune(l) == '个' {
			l++
		}
		// 每3个月 has become a quarter already.
		if u, _ := (&cadenceReader{folded: r.folded}).unit(l); l > k && n > 1 && u == rec.Every {
			rec.Each = n
		}
	}
	for k := i; k < j; k++ {
		switch {
		case r.is(k, "半月"), r.is(k, "半个月"):
			rec.Times = 2
		case r.is(k, "工作日"):
			rec.ByWorkdays = true
		}
	}
	if r.r[i] == '/' { // 2次/年
		k := i - r.anyBefore(i, counted)
		for k > 0 && i-k < 4 && digit(r.r[k-1]) >= 0 {
			k--
		}
		if n, _ := r.number(k); n > 1 {
			rec.Times = n
		}
		return
	}
	for k := i + 1; k < j+14 && !isStop(r.rune(k)) && r.r[k] != '、'; k++ {
		if c := r.r[k]; digit(c) < 0 && c != '十' || k >= j && r.cadence(k) != nil {
			continue
		}
		n, l := r.number(k)
		if l == k {
			return
		}
		if m := r.rangeSign(l); m > l {
			if _, p := r.number(m); p > m {
				l = p // 1-2次: at least once
			}
		}
		if r.anyAt(l, counters) > 0 && n > 1 {
			rec.Times = n
			return
		}
		k = l - 1
	}
}

var counters = newHeads("次", "轮", "回", "遍", "场")

// hoursOfDay reads 10-16时, 9时至11时, 10:00-16:00, 17时前 at i.
func (r *termReader) hoursOfDay(i int, rec *Recurrence) int {
	if rec.ByWorkdays && r.is(i, "日") {
		return i
	}
	from, j := r.hour(i)
	if k := r.rangeSign(j); j > i && k > j {
		to, l := r.hour(k)
		if l > k && to > from {
			if rec.FromMinute, rec.ToMinute = from, to; r.is(l, "期间") {
				l += 2
			}
			return l
		}
		return i
	}
	if m, k := r.number(i); k > i && r.rangeSign(k) > k { // 10-16时
		to, l := r.hour(r.rangeSign(k))
		if l > r.rangeSign(k) && m*60 < to {
			rec.FromMinute, rec.ToMinute = m*60, to
			return l
		}
		return i
	}
	if j > i {
		l := j
		if c := r.rune(l); c == '之' || c == '以' {
			l++
		}
		if r.rune(l) == '前' {
			rec.ToMinute = from
			return l + 1
		}
	}
	return i
}

// hour reads 9时, 17:30, 上午9点, 下午5时30分 at i as minutes of the day.
func (f *folded) hour(i int) (minute, end int) {
	j, noon := i, 0
	switch {
	case f.is(i, "上午"), f.is(i, "早上"), f.is(i, "早"), f.is(i, "凌晨"):
		if j++; f.r[i] != '早' || f.rune(j) == '上' {
			j++
		}
	case f.is(i, "下午"), f.is(i, "晚上"):
		j, noon = i+2, 12
	case f.is(i, "晚"):
		j, noon = i+1, 12
	}
	if m, k := f.clock(j); k > j {
		return m, k
	}
	n, k := f.number(j)
	if c := f.rune(k); k == j || n > 24 || c != '时' && c != '点' {
		return 0, i
	}
	if n < noon {
		n += noon
	}
	k++
	if f.rune(k) == '整' {
		k++
	}
	if m, l := f.number(k); l > k && m < 60 && f.rune(l) == '分' && n < 24 {
		return n*60 + m, l + 1
	}
	if f.rune(k) == '半' && n < 24 {
		return n*60 + 30, k + 1
	}
	return n * 60, k
}

// dayOfWeek reads the day after 每周: 每周五, 每周一前, 每周一至周五; but 每周一次 is only every week.
func (r *termReader) dayOfWeek(i int, rec *Recurrence) int {
	n, j := r.weekday(i)
	if j == i || r.anyAt(j, counters) > 0 {
		return i
	}
	if n == 1 && r.anyAt(j, sends) == 0 && (r.anyAt(j, turns) > 0 || r.anyAt(j, actions) > 0) {
		return i // 每周一调度
	}
	if k := r.rangeSign(j); k > j {
		if r.rune(k) == '周' {
			k++
		}
		if m, l := r.weekday(k); l > k && m > n {
			if n == 1 && m == 5 {
				rec.Every, rec.ByWorkdays = Day, true
				return l
			}
			n, j = m, l
		}
	}
	rec.By = n
	return r.beforeTail(j)
}

var sends = newHeads("报送", "报告", "上报")

// weekday reads 一 to 六, 日, 天 or 末 at i.
func (r *termReader) weekday(i int) (n, end int) {
	switch c := r.rune(i); {
	case c == '日' || c == '天' || c == '末':
		return 7, i + 1
	case digit(c) >= 1 && digit(c) <= 6 && c != '两' && !isArabic(c):
		return digit(c), i + 1
	}
	return 0, i
}

// weekdayBefore reads 周五前 without 每 at i.
func (r *termReader) weekdayBefore(i int) int {
	j := i + 1
	if r.r[i] == '星' {
		if r.rune(j) != '期' {
			return i
		}
		j++
	}
	switch r.rune(i - 1) {
	case '本', '下', '上', '每', '一', '两', '第', '这':
		return i
	}
	n, k := r.weekday(j)
	end := r.beforeTail(k)
	if k == j || end == k {
		return i
	}
	return r.recurring(i, end, Recurrence{Every: Week, By: n})
}

// beforeTail gives the place after 前, 之前, 下班前, 17时前 at i, or i.
func (r *termReader) beforeTail(i int) int {
	j := i
	if _, k := r.hour(i); k > i {
		j = k
	} else if r.is(i, "下班") {
		j = i + 2
	}
	w, _ := r.close(j, when{})
	if w.bound == open {
		return i
	}
	return w.to
}

// dayOfMonth reads the day of a month at i and adds the term that began at from: 5日前, 25号, 1-5日, 底前, 上旬, 前3个工作日内,
// 第5个工作日前, 最后一个工作日. It is i where there is none; with strict, also where no 前 or 内 closes it.
func (r *termReader) dayOfMonth(i, from int, rec Recurrence, strict bool) int {
	j := r.monthDay(i, &rec)
	if j == i || strict && r.r[j-1] != '前' && r.r[j-1] != '内' {
		return i
	}
	j = r.recurring(from, j, rec)
	for c := r.rune(j); c == '、' || c == '和' || c == '及'; c = r.rune(j) { // 每月5日、20日前
		again := rec
		again.By, again.ByWorkdays = 0, false
		k := r.monthDay(j+1, &again)
		if k == j+1 {
			break
		}
		j = r.recurring(j+1, k, again)
	}
	return j
}

func (r *termReader) monthDay(i int, rec *Recurrence) int {
	first := r.rune(i) == '前' || r.rune(i) == '第' || r.rune(i) == '首'
	switch c := r.rune(i); {
	case c == '底' || c == '末':
		return r.tail(i + 1)
	case c == '初':
		rec.By = 10
		return r.tail(i + 1)
	case (c == '上' || c == '中' || c == '下') && r.rune(i+1) == '旬':
		rec.By = map[rune]int{'上': 10, '中': 20}[c]
		return r.tail(i + 2)
	case r.is(i, "最后一个工作日"), r.is(i, "最后1个工作日"):
		rec.ByWorkdays = true
		return r.tail(i + 7)
	case r.is(i, "最后一日"), r.is(i, "最后一天"):
		return r.tail(i + 4)
	case r.is(i, "首个工作日"):
		rec.By, rec.ByWorkdays = 1, true
		return r.tail(i + 5)
	}
	j := i
	if first {
		j++
	}
	n, k := r.number(j)
	if k == j || n < 1 || n > 31 {
		return i
	}
	if l := r.rangeSign(k); l > k {
		if m, e := r.number(l); e > l && m > n && m <= 31 {
			n, k = m, e
		}
	}
	counted := r.rune(k) == '个'
	if counted {
		k++
	}
	switch c := r.rune(k); {
	case r.is(k, "工作日") && first:
		rec.By, rec.ByWorkdays = n, true
		return r.tail(k + 3)
	case c == '周' && r.rune(i) == '第' && !counted && n <= 5:
		rec.By = 7 * n
		return r.tail(k + 1)
	case (c == '日' || c == '号' || c == '天' && first) && !counted && r.rune(i) != '首':
		rec.By = n
		return r.tail(k + 1)
	}
	return i
}

// tail gives the place after 前, 之前, 内, 18时前 or i.
func (r *termReader) tail(i int) int { return r.beforeTail(i) }

// dayOfPeriod reads when a quarter, half-year or year is due at i: 末前, 首月10日前, 最后一个月20日前, 结束后10日内.
func (r *termReader) dayOfPeriod(i int, rec *Recurrence) int {
	if c := r.rune(i); c == '末' || c == '底' || c == '终' {
		if n := r.anyAt(i, endOf); n > 1 {
			return r.monthOf(i, n, rec)
		}
		return r.tail(i + 1)
	}
	if n := r.anyAt(i, endOf); n > 0 {
		return r.monthOf(i, n, rec)
	}
	if n := r.anyAt(i, startOf); n > 0 {
		next := *rec
		next.Next = true
		if j := r.monthDay(i+n, &next); j > i+n {
			*rec = next
			return j
		}
		return i
	}
	if j := r.afterEnd(i, rec); j > i {
		return j
	}
	by := *rec
	if j := r.monthDay(i, &by); j > i && rec.Every != Year {
		*rec = by
		return j
	}
	return i
}

func (r *termReader) monthOf(i, n int, rec *Recurrence) int {
	if j := r.monthDay(i+n, rec); j > i+n {
		return j
	}
	return r.tail(i + n)
}

var (
	endOf   = newHeads("末月", "最后一个月", "第三个月", "第3个月")
	startOf = newHeads("首月", "第一个月", "第1个月", "首个月")
)

// afterEnd reads 结束后10日内, 后5个工作日内, 终了后一个月内 at i.
func (r *termReader) afterEnd(i int, rec *Recurrence) int {
	n := r.anyAt(i, ended)
	if n == 0 {
		return i
	}
	j := i + n
	j += r.anyAt(j, particles)
	if c := r.rune(j); c == '第' || c == '前' {
		j++
	}
	s, k := r.span(j)
	if k == j || s.N < 1 {
		return i
	}
	by := *rec
	by.Next = true
	switch {
	case s.Unit == Days && s.N <= 31:
		by.By = s.N
	case s.Unit == WorkingDays && s.N <= 23:
		by.By, by.ByWorkdays = s.N, true
	case s.Unit == Weeks && s.N <= 4:
		by.By = 7 * s.N
	case s.Unit == Months && s.N == 1:
		by.By = 31
	case s.Unit == Months && s.N <= 12 && rec.Every == Year:
		by.ToMonth = time.Month(s.N)
	case s.Unit == Months && s.N == 3 && rec.Every == Quarter, s.Unit == Months && s.N == 6 && rec.Every == HalfYear:
	default:
		return i
	}
	end := k + r.anyAt(k, inside)
	if end == k {
		if end = r.tail(k); end == k {
			return i
		}
	}
	*rec = by
	return end
}

var ended = newHeads("结束后", "终了后", "结束之日起", "后", "末后", "期满后", "结束之后")
