package calendar

// PlanYear is the year that completes 6月底前 and 年内 in a plan: the single year that its title names (某县2023年行动计划),
// where that is the year of signing, the one before or the one after; otherwise the year of signing. A title that
// names a term (2018—2020年) or a far goal (2035年远景目标) names no such year. 0 stands for a year of signing not known.
func PlanYear(title string, signed int) int {
	f := fold(title)
	year := 0
	for i := 0; i < len(f.r); i++ {
		y, j := f.fourDigits(i)
		if j == i {
			continue
		}
		if k := f.rangeSign(j); k > j || f.rune(j) == '年' && f.rangeSign(j+1) > j+1 {
			return signed
		}
		if f.rune(j) == '年' && f.anyAt(j+1, notPlanned) == 0 && f.anyBefore(i, towards) == 0 {
			year = y
		}
		i = j
	}
	if year == 0 || signed > 0 && (year < signed-1 || year > signed+1) {
		return signed
	}
	return year
}

var notPlanned = newHeads("版", "远景", "底前", "前", "以来", "起", "碳达峰")
