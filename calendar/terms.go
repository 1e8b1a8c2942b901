package calendar

// Terms finds every way in which a text says when: dates, spans from an event, intervals, seasons, and what stands
// without end; in order of the text, none over another. The year is that of the document or plan, as for Deadlines. What
// Deadlines and Cadences judge to be none (a comparison, a past state, a cited 《title》) is none here.
func Terms(text string, year int) []Term {
	f := fold(text)
	titles := f.titles()
	r := termReader{folded: f, year: year, cadences: f.cadences(titles), deadlines: f.deadlines(titles, year)}
	deadlines := r.deadlines
	for i := 0; i < len(f.r); {
		if len(titles) > 0 && i >= titles[0][0] {
			i = max(i, titles[0][1])
			titles = titles[1:]
			continue
		}
		i = r.step(i)
	}
	return merge(r.out, deadlines)
}

// merge puts the deadlines that no term has taken up between the terms.
func merge(terms []Term, deadlines []Deadline) []Term {
	out := make([]Term, 0, len(terms)+len(deadlines))
	for _, d := range deadlines {
		for len(terms) > 0 && terms[0].End <= d.Start {
			out = append(out, terms[0])
			terms = terms[1:]
		}
		if len(terms) == 0 || terms[0].Start >= d.End {
			out = append(out, Term{Raw: d.Raw, Kind: ByDate, Date: d.Date, Start: d.Start, End: d.End})
		}
	}
	return append(out, terms...)
}

// termReader walks over the text once. It takes up each cadence where it begins and reads on from there (每月 → 每月5日前),
// and reads what neither of the two older readers knows.
type termReader struct {
	folded
	year      int
	cadences  []Cadence  // those that begin at the place of reading or after it
	deadlines []Deadline // likewise
	out       []Term
	done      int  // where the last term ended, or the last date: no event reaches back over it
	monthly   bool // the sentence has said 每月, so that 5日前 recurs
	yearly    bool // likewise 每年
}

// step reads at rune i and gives the next place to read.
func (r *termReader) step(i int) int {
	at := int(r.at[i])
	for len(r.cadences) > 0 && r.cadences[0].Start < at {
		r.cadences = r.cadences[1:]
	}
	for len(r.deadlines) > 0 && r.deadlines[0].Start < at {
		r.deadlines = r.deadlines[1:]
	}
	c := r.r[i]
	if isSentenceEnd(c) {
		r.monthly, r.yearly = false, false
		return i + 1
	}
	if r.cadence(i) != nil {
		return r.round(i, Recurrence{}, i)
	}
	if j := r.own(c, i); j > i {
		return j
	}
	if len(r.deadlines) > 0 && r.deadlines[0].Start == at && !r.deadlines[0].Date.IsZero() {
		j := r.runeAfter(i, r.deadlines[0].End)
		if k := r.seasonTerm(j); k > j {
			return k // 2025年采暖季前
		}
		r.done = j
		return j
	}
	if digit(c) < 0 && c != '十' && c != '百' {
		return i + 1
	}
	for i++; digit(r.rune(i)) >= 0 || r.rune(i) == '十' || r.rune(i) == '百'; i++ {
		if r.gap(i) {
			break
		}
	}
	return i
}

// own reads what the older readers do not know at i, whose rune is c, and gives the place after it, or i.
func (r *termReader) own(c rune, i int) int {
	switch c {
	case '每', '按', '逐':
		return r.rareInterval(i)
	case '次', '下', '翌', '第', '当', '本':
		if j := r.nextPeriod(i); j > i {
			return j
		}
		return r.atOnce(i)
	case '立', '即', '马', '随':
		return r.atOnce(i)
	case '逢':
		return r.whenever(i, i)
	case '贯':
		return r.standing(i, r.anyAt(i, allYear))
	case '月', '季', '年':
		if j := r.afterPeriod(i); j > i {
			return j
		}
		if c == '月' && r.monthly {
			return r.dayOfMonth(i+1, i, Recurrence{Every: Month}, true)
		}
	case '周', '星':
		return r.weekdayBefore(i)
	}
	if digit(c) >= 0 || c == '半' || c == '十' || c == '百' {
		if j := r.months(i); j > i {
			return j
		}
		if j := r.within(i); j > i {
			return j
		}
		if j := r.fiveYears(i); j > i {
			return j
		}
	}
	return r.seasonTerm(i)
}

var allYear = newHeads("贯穿全年", "贯穿始终")

// standing adds the n runes at i as a term without end.
func (r *termReader) standing(i, n int) int {
	if n == 0 {
		return i
	}
	return r.add(i, i+n, Term{Kind: Standing})
}

// add adds the term that stands from i to j and gives j.
func (r *termReader) add(i, j int, t Term) int {
	t.Raw, t.Start, t.End = r.raw(i, j)
	if t.Kind == Recurring {
		t.Recur.Raw = t.Raw
		r.monthly = r.monthly || t.Recur.Every == Month
	}
	r.out = append(r.out, t)
	r.done = j
	return j
}

func (r *termReader) recurring(i, j int, rec Recurrence) int {
	return r.add(i, j, Term{Kind: Recurring, Recur: rec})
}

// cadence is what the older reader found at rune i, or nil.
func (r *termReader) cadence(i int) *Cadence {
	if i >= len(r.r) {
		return nil
	}
	for k := range r.cadences {
		if s := r.cadences[k].Start; s == int(r.at[i]) {
			return &r.cadences[k]
		} else if s > int(r.at[i]) {
			return nil
		}
	}
	return nil
}

// runeAfter is the rune at or after i that begins at the byte end or later.
func (r *termReader) runeAfter(i, end int) int {
	for i < len(r.r) && int(r.at[i]) < end {
		i++
	}
	return i
}

// fiveYears reads “十四五”期间, of which the older reader says no day: its last day is the end of the plan's last year.
func (r *termReader) fiveYears(i int) int {
	n := digit(r.rune(i + 1))
	if r.r[i] != '十' || n < 1 || isArabic(r.rune(i+1)) || r.rune(i+2) != '五' {
		return i
	}
	from, j := i, i+3
	if c := r.rune(j); c == '”' || c == '"' {
		j++
		if c := r.rune(i - 1); c == '“' || c == '"' {
			from--
		}
	}
	if r.is(j, "规划") {
		j += 2
	}
	m := r.anyAt(j, within)
	if last := 2005 + 5*n; m > 0 && r.year <= last {
		return r.add(from, j+m, Term{Kind: ByDate, Date: Date{last, 12, 31}})
	}
	return i
}
