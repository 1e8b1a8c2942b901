package calendar

import "time"

// when is an expression of time as it stands in a text, before anybody has judged what it is there for.
type when struct {
	from, to int  // runes
	year     int  // 0 where none is written
	said     bool // the year is written or follows from 今年, 明年
	part     part
	n        int   // half 1-2, quarter 1-4, month 1-12 by part
	day      int   // of Day; 10 or 20 of TenDays, 0 meaning the last of the month
	bound    bound // how the period is closed
	isRange  bool
	next     bool // the range ends in 次年
	second   bool // 年度: the year as a qualifier of a noun
}

type part uint8

const (
	wholeYear part = iota
	halfYear
	quarterYear
	monthPart
	tenDays
	dayPart
)

type bound uint8

const (
	open   bound = iota // 2025年, 6月
	closed              // 底, 末
	before              // 前, 之前, 内, 年底前
)

// date is the last day of the period; zero where the year is not known.
func (w when) date(year int) Date {
	if w.year != 0 {
		year = w.year
	}
	if year == 0 {
		return Date{}
	}
	switch w.part {
	case halfYear:
		return LastOfMonth(year, time.Month(6*w.n))
	case quarterYear:
		return LastOfMonth(year, time.Month(3*w.n))
	case monthPart:
		return LastOfMonth(year, time.Month(w.n))
	case tenDays, dayPart:
		last := LastOfMonth(year, time.Month(w.n))
		if w.day == 0 || w.day > last.Day {
			return last // 6月31日 is a misprint for the month's last day
		}
		return Date{year, time.Month(w.n), w.day}
	}
	return Date{year, time.December, 31}
}

// when reads the longest expression of time that begins at i.
func (f *folded) when(i int) (when, bool) {
	w, ok := f.point(i)
	if !ok {
		return w, false
	}
	// A range ends where its second point ends; the second takes its year from the first.
	j := f.rangeSign(w.to)
	if j == w.to {
		return w, true
	}
	next := f.rune(j) == '次' || f.rune(j) == '翌'
	if next && f.rune(j+1) == '年' {
		j += 2
	}
	if n, k := f.number(j); k > j && n >= 1 && n <= 31 && w.part == dayPart && (f.rune(k) == '日' || f.rune(k) == '号') {
		w.day, w.isRange = n, true // 5月1日至5日
		return f.close(k+1, w)
	}
	v, ok := f.point(j)
	if !ok || v.part == wholeYear && w.part != wholeYear && v.year == 0 && v.bound == open {
		return w, true
	}
	if v.year == 0 && w.year != 0 {
		v.year, v.said = w.year, w.said
		if next {
			v.year++
		}
	}
	v.from, v.isRange, v.next = w.from, true, next
	return v, true
}

// rangeSign gives the place after a sign that joins two points of time, or i.
func (f *folded) rangeSign(i int) int {
	j := i
	for j < i+3 && (f.rune(j) == '-' || f.rune(j) == '~') {
		j++
	}
	if j == i && (f.rune(i) == '至' || f.rune(i) == '到') {
		j++
	}
	return j
}

// point reads one point or period of time at i.
func (f *folded) point(i int) (when, bool) {
	w := when{from: i}
	if j := f.year(i, &w); j > i {
		return f.yearTail(j, w)
	}
	if f.rune(i) == '年' && f.anyAt(i, yearEnds) > 0 {
		return f.yearTail(i, w)
	}
	if k := f.subYear(i, &w); k > i {
		return f.close(k, w)
	}
	return w, false
}

var yearEnds = newHeads("年底", "年末", "年内", "年终")

// year reads 2025年, 二〇二五年, 2022-2025年, 今年; w.year is set and the place after it returned, or i.
func (f *folded) year(i int, w *when) int {
	switch f.rune(i) {
	case '今', '本', '明':
		if f.rune(i+1) != '年' {
			return i
		}
		w.said = true
		w.year = thisYear
		if f.r[i] == '明' {
			w.year = nextYear
		}
		return i + 2
	}
	y, j := f.fourDigits(i)
	if j == i {
		return i
	}
	if f.rune(j) != '年' {
		k := f.rangeSign(j)
		if f.rune(j) == '、' {
			k = j + 1
		}
		if k == j {
			return i
		}
		z, l := f.fourDigits(k)
		if l == k || f.rune(l) != '年' || z < y {
			return i
		}
		w.year, w.said, w.isRange = z, true, true
		return l + 1
	}
	w.year, w.said = y, true
	return j + 1
}

// thisYear and nextYear stand for 今年 and 明年 until the document's year is known.
const (
	thisYear = -1
	nextYear = -2
)

// fourDigits reads a year between 1949 and 2100.
func (f *folded) fourDigits(i int) (y, end int) {
	arabic := isArabic(f.rune(i))
	if i > 0 && isArabic(f.rune(i-1)) && !f.gap(i) {
		return 0, i
	}
	for end = i; end < i+4; end++ {
		c := f.rune(end)
		if end > i && !arabic && (c == '0' || c == 'O' || c == 'o') {
			c = '〇' // 二0二三, 二O二三
		}
		d := digit(c)
		if d < 0 || c == '两' || isArabic(c) != arabic {
			return 0, i
		}
		y = y*10 + d
	}
	if y < 1949 || y > 2100 {
		return 0, i
	}
	return y, end
}

// yearTail reads what narrows or closes a year that ends at j: 底前, 年底, 上半年, 第三季度, 6月30日前, 度.
func (f *folded) yearTail(j int, w when) (when, bool) {
	if f.rune(j) == '度' {
		w.second = true
		j++
	}
	k := j
	if f.rune(k) == '年' {
		k++
	}
	switch f.rune(k) {
	case '底', '末', '终':
		w.bound = closed
		w.second = false
		return f.close(k+1, w)
	case '内':
		w.bound = before
		w.second = false
		w.to = k + 1
		return w, true
	}
	if w.year == 0 {
		return w, false // 年 alone
	}
	if k = f.subYear(j, &w); k > j {
		w.second = false
		return f.close(k, w)
	}
	return f.close(j, w)
}

// subYear reads 上半年, 三季度, 6月, 6月底, 6月上旬, 6月30日 at i and gives the place after it, or i.
func (f *folded) subYear(i int, w *when) int {
	c := f.rune(i)
	if (c == '上' || c == '下') && f.is(i+1, "半年") {
		w.part, w.n = halfYear, 1
		if c == '下' {
			w.n = 2
		}
		return f.periodEnd(i+3, w)
	}
	j := i
	if c == '第' {
		j++
	}
	n, k := f.number(j)
	if k == j {
		return i
	}
	if f.is(k, "季度") && n >= 1 && n <= 4 {
		w.part, w.n = quarterYear, n
		return f.periodEnd(k+2, w)
	}
	if c == '第' || n < 1 || n > 12 {
		return i
	}
	if l := f.rangeSign(k); l > k && f.rune(k) != '到' && f.rune(k) != '至' { // 6-8月
		m, e := f.number(l)
		if e == l || m < n || m > 12 || f.rune(e) != '月' {
			return i
		}
		n, k, w.isRange = m, e, true
	}
	if f.rune(k) != '月' {
		return i
	}
	w.part, w.n = monthPart, n
	return f.monthTail(k+1, w)
}

// periodEnd reads the 末 or 底 of a quarter or half-year.
func (f *folded) periodEnd(i int, w *when) int {
	if c := f.rune(i); c == '末' || c == '底' {
		w.bound = closed
		return i + 1
	}
	return i
}

func (f *folded) monthTail(i int, w *when) int {
	if f.rune(i) == '份' {
		i++
	}
	switch f.rune(i) {
	case '底', '末':
		w.bound = closed
		return i + 1
	case '初':
		w.part, w.day = tenDays, 10
		return i + 1
	case '上', '中', '下':
		if f.rune(i+1) == '旬' {
			w.part = tenDays
			w.day = map[rune]int{'上': 10, '中': 20, '下': 0}[f.r[i]]
			return i + 2
		}
	}
	n, k := f.number(i)
	if l := f.rangeSign(k); k > i && l > k { // 12月10-15日
		if m, e := f.number(l); e > l && m > n && (f.rune(e) == '日' || f.rune(e) == '号') {
			n, k, w.isRange = m, e, true
		}
	}
	if k > i && n >= 1 && n <= 31 && (f.rune(k) == '日' || f.rune(k) == '号') {
		w.part, w.day = dayPart, n
		k++
		if _, l := f.number(k); l > k && (f.rune(l) == '时' || f.rune(l) == '点') {
			return l + 1
		}
		return k
	}
	return i
}

// close reads 前, 之前, 以前, 内 after a period that ends at i.
func (f *folded) close(i int, w when) (when, bool) {
	j := i
	if f.is(j, "(含)") {
		j += 3
	}
	if c := f.rune(j); c == '之' || c == '以' {
		j++
	}
	switch f.rune(j) {
	case '前':
		if f.anyAt(j+1, notBefore) == 0 || j > i {
			w.bound = before
			i = j + 1
		}
	case '内':
		w.bound = before
		i = j + 1
	}
	w.to = i
	return w, true
}

// notBefore are the continuations that make 前 part of another word: 前期, 前三季度.
var notBefore = newHeads("期", "后", "置", "瞻", "列", "沿", "述", "往", "来", "端", "景", "三季", "两季", "3季", "N", "款", "项")
