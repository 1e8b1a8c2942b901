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
	r.yearly = r.yearly || c.Every == Year
	k := j + r.anyAt(j, particles)
	switch c.Every {
	case Day:
		k = r.hoursOfDay(k, &rec)
	case Week:
		if l := r.daysOfWeek(k, from, rec); l > k {
			return l
		}
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

// dayOfPeriod reads when a quarter, half-year or year is due at i: 末前, 首月10日前, 最后一个月20日前, 结束后10日内.
func (r *termReader) dayOfPeriod(i int, rec *Recurrence) int {
	if c := r.rune(i); c == '末' || c == '底' || c == '终' {
		if n := r.anyAt(i, endOf); n > 1 {
			return r.monthOf(i, n, rec)
		}
		return r.closing(i + 1)
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
	return r.closing(i + n)
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
		if end = r.closing(k); end == k {
			return i
		}
	}
	*rec = by
	return end
}

var ended = newHeads("结束后", "终了后", "结束之日起", "后", "末后", "期满后", "结束之后")

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
