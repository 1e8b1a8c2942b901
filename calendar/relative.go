package calendar

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
	// A number that is no date looks like this too; 前 or a cell of its own vouches for it.
	cell := isStop(r.rune(i-1)) && isStop(r.rune(w.to))
	return w, w.bound != open || cell && (w.part == dayPart || sep == '.')
}

// fiveYears reads 十四五 and its kin at i: 期末 is the end of the last year, 期间 names no day. The First Five-Year Plan
// ended in 1957, the tenth in 2005.
func (r *deadlineReader) fiveYears(i int) int {
	n := digit(r.rune(i + 1))
	j := i + 2
	if n < 1 || isArabic(r.rune(i+1)) || r.rune(j) != '五' {
		return i
	}
	if j++; r.rune(j) == '”' || r.rune(j) == '"' {
		j++
	}
	from := i
	if c := r.rune(i - 1); c == '“' || c == '"' {
		from--
	}
	k := j
	if r.is(k, "规划") {
		k += 2
	}
	if n := r.anyAt(k, within); n > 0 {
		r.add(from, k+n, Date{})
		return k + n
	}
	m := r.anyAt(k, atTheEnd)
	if m == 0 {
		return j
	}
	last := 2005 + 5*n
	if r.docYear > last || r.anyBefore(from, compared) > 0 || r.anyBefore(from, notDue) > 0 {
		return k + m
	}
	from -= r.anyBefore(from, leadIns)
	r.add(from, k+m, Date{last, 12, 31})
	return k + m
}

var (
	within   = newHeads("期间", "时期", "期内")
	atTheEnd = newHeads("期末", "末期", "末", "收官", "结束", "时期末")
)

// relative reads 5年内, 3个月内, 用5年时间, which count from an event and name no day.
func (r *deadlineReader) relative(i int) int {
	_, j := r.number(i)
	if j == i || r.anyBefore(i, backwards) > 0 || isArabic(r.rune(i-1)) {
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
	n := r.anyAt(j, spans)
	if n == 0 {
		return i
	}
	k := j + n
	if !r.ends(k, "时间") {
		m := r.anyAt(k, inside)
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

var (
	backwards = newTails("近", "第", "过去", "每", "前", "连续", "最近")
	spans     = newHeads("年左右时间", "年时间", "年", "月", "工作日", "季度", "日", "天", "周", "小时", "星期")
	inside    = newHeads("内", "以内", "之内")
)
