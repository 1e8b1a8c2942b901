package calendar

// hoursOfDay reads 10-16时, 9时至11时, 10:00-16:00, 17时前 at i.
func (r *termReader) hoursOfDay(i int, rec *Recurrence) int {
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

// daysOfWeek reads the days after 每周 at i and adds a term for each: 每周五前, 每周一、三、五. It is i where there is none.
func (r *termReader) daysOfWeek(i, from int, rec Recurrence) int {
	one := rec
	j := r.dayOfWeek(i, &one)
	if j == i {
		return i
	}
	j = r.recurring(from, j, one)
	for c := r.rune(j); c == '、' || c == '和' || c == '及'; c = r.rune(j) {
		k := j + 1
		if r.rune(k) == '周' {
			k++
		}
		n, l := r.weekday(k)
		if c := r.rune(l); l == k || l == k+1 && (r.anyAt(l, counters) > 0 || c == '是' || c == '项' || c == '个') {
			break
		}
		rec.By = n
		j = r.recurring(j+1, r.closing(l), rec)
	}
	return j
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
	return r.closing(j)
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
	end := r.closing(k)
	if k == j || end == k {
		return i
	}
	return r.recurring(i, end, Recurrence{Every: Week, By: n})
}

// closing gives the place after 前, 之前, 下班前, 17时前 at i, or i.
func (r *termReader) closing(i int) int {
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
		return r.closing(i + 1)
	case c == '初':
		rec.By = 10
		return r.closing(i + 1)
	case (c == '上' || c == '中' || c == '下') && r.rune(i+1) == '旬':
		rec.By = map[rune]int{'上': 10, '中': 20}[c]
		return r.closing(i + 2)
	case r.is(i, "最后一个工作日"), r.is(i, "最后1个工作日"):
		rec.ByWorkdays = true
		return r.closing(i + 7)
	case r.is(i, "最后一日"), r.is(i, "最后一天"):
		return r.closing(i + 4)
	case r.is(i, "首个工作日"):
		rec.By, rec.ByWorkdays = 1, true
		return r.closing(i + 5)
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
		return r.closing(k + 3)
	case c == '周' && r.rune(i) == '第' && !counted && n <= 5:
		rec.By = 7 * n
		return r.closing(k + 1)
	case (c == '日' || c == '号' || c == '天' && first) && !counted && r.rune(i) != '首':
		rec.By = n
		return r.closing(k + 1)
	}
	return i
}
