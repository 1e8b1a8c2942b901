package calendar

// Deadline is a time by which a duty is to be done.
type Deadline struct {
	Raw   string // as printed, white space removed
	Date  Date   // the last day of the period; zero where the words name none (5年内) or the year is not known
	Start int    // byte offsets into the text
	End   int
}

// Deadlines finds the deadlines of a duty's text in order. The year is that of the document or plan; it completes
// 6月底前 and 年内, and 0 means that it is not known.
//
// The last day of the period named is the deadline: 2023年底前 is 2023-12-31, 6月上旬 is the 10th. A start (自2023年起), a
// comparison (较2022年), a present state, the window of a recurring duty (每年6月底前) and whatever stands in a cited 《title》
// are none.
func Deadlines(text string, year int) []Deadline {
	f := fold(text)
	return f.deadlines(f.titles(), year)
}

func (f *folded) deadlines(titles [][2]int, year int) []Deadline {
	r := deadlineReader{folded: *f, docYear: year}
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

type deadlineReader struct {
	folded
	docYear  int
	out      []Deadline
	sentence int  // rune where the sentence began
	lastYear int  // year of the last expression of this sentence, for 2024年6月底前…，10月底前…
	yearly   bool // the sentence has said 每年, so that its months recur
	accepted int  // end of the last expression that was a deadline
	done     int  // end of the last deadline found, of whatever kind
	recurred int  // end of the last one that recurs; 3月底、9月底 share one fate
}

// step reads at rune i and gives the next place to read.
func (r *deadlineReader) step(i int) int {
	c := r.r[i]
	switch {
	case isSentenceEnd(c):
		r.sentence, r.lastYear, r.yearly = i+1, 0, false
		return i + 1
	case c == '每' || c == '按' || c == '逐':
		if n := r.rune(i + 1); n == '年' || n == '学' {
			r.yearly = true
		}
		return i + 1
	case c == '年' || c == '今' || c == '本' || c == '明' || c == '上' || c == '下' || c == '第' || c == '十' || digit(c) >= 0:
	case c == '月':
		if r.is(i, "月底前") && !isWordBefore(r.rune(i-1)) {
			r.add(i, i+3, Date{})
		}
		return i + 1
	case c == '过' && r.is(i, "过渡期内"):
		r.add(i, i+4, Date{})
		return i + 4
	default:
		return i + 1
	}
	if w, ok := r.numeric(i); ok {
		return r.judge(w)
	}
	if w, ok := r.when(i); ok {
		return r.judge(w)
	}
	if c == '十' {
		if j := r.fiveYears(i); j > i {
			return j
		}
	}
	if j := r.relative(i); j > i {
		return j
	}
	if digit(c) < 0 {
		return i + 1
	}
	for i++; i < len(r.r) && (isArabic(r.r[i]) == isArabic(c)) && digit(r.r[i]) >= 0 && !r.gap(i); i++ {
	}
	return i
}

func isInterval(c rune) bool {
	return c == '年' || c == '月' || c == '季' || c == '半' || c == '周' || c == '日' || c == '天' || c == '个' || c == '旬' || c == '学'
}

// isWordBefore reports whether c before 月底 or 年底 makes it somebody else's: 每月底, 当年底, 近两年内.
func isWordBefore(c rune) bool {
	switch c {
	case '每', '当', '次', '上', '下', '翌', '往', '历', '同', '前', '后', '近', '几', '数', '学', '周', '全', '多', '去', '逐', '按', '个', '隔':
		return true
	}
	return digit(c) >= 0 || c == '十'
}

func (r *deadlineReader) add(i, j int, d Date) {
	i = max(i, r.done)
	r.done = j
	raw, start, end := r.raw(i, j)
	r.out = append(r.out, Deadline{raw, d, start, end})
}

// judge decides whether the expression is a deadline and gives the place after it.
func (r *deadlineReader) judge(w when) int {
	switch w.year {
	case thisYear:
		w.year = r.docYear
	case nextYear:
		if w.year = 0; r.docYear > 0 {
			w.year = r.docYear + 1
		}
	}
	from := w.from
	if w.year == 0 && !w.said && r.lastYear != 0 && w.part != wholeYear {
		w.year = r.lastYear
	}
	d := w.date(r.docYear)
	ok := r.isDeadline(w, d)
	if !ok {
		if r.recurring(w) {
			r.recurred = w.to
		}
		return w.to
	}
	r.accepted = w.to
	if w.said && w.year > 0 && (w.part != wholeYear || w.bound == open) && !r.endpoint(w) {
		r.lastYear = w.year
	}
	r.add(from-r.anyBefore(from, leadIns), w.to, d)
	return w.to
}

// leadIns belong to the deadline as it is printed.
var leadIns = newTails("力争到", "争取到", "确保到", "力争在", "到")

// endpoint reports whether the expression is a far goal (到2025年), which lends its year to no month that follows.
func (r *deadlineReader) endpoint(w when) bool {
	return w.part == wholeYear && (r.anyBefore(w.from, leadIns) > 0 || r.ends(w.from, "力争") || r.ends(w.from, "至") || w.bound != open)
}
