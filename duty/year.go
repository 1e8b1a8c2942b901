package duty

import (
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/gazette"
)

// year is the year that completes 6月底前 in a document: that of its date, else of its number, of the issue, of its
// title, of the latest order that it cites, and last the earliest year that its text names. 0 where there is none.
func year(issue *gazette.Issue, d *gazette.Document) int {
	for _, y := range []int{d.SignedOn.Year, numberYear(d.No), issue.Year, calendar.PlanYear(d.Title, 0)} {
		if y > 0 {
			return y
		}
	}
	latest := 0
	for _, c := range d.Cites {
		latest = max(latest, numberYear(c.No))
	}
	if latest > 0 {
		return latest
	}
	first := earliestYear(d.Nodes)
	for _, p := range d.Plans {
		if y := earliestYear(p.Nodes); first == 0 || y > 0 && y < first {
			first = y
		}
	}
	return first
}

// numberYear is the year of a document's number: 2023 of 甲政发〔2023〕1号.
func numberYear(no string) int {
	_, after, _ := strings.Cut(no, "〔")
	year, _, _ := strings.Cut(after, "〕")
	y, err := strconv.Atoi(year)
	if err != nil || y < 1949 || y > 2100 {
		return 0
	}
	return y
}

// earliestYear is the smallest 2020年 in a text that is no point of comparison (比2015年), no start (自2015年, 2015年以来)
// and no edition (2019年本).
func earliestYear(nodes []*gazette.Node) int {
	first := 0
	for _, n := range nodes {
		f := newText(n.Text).f
		for i := 0; i+4 < len(f); i++ {
			if !isYear(f, i) || i > 0 && strings.ContainsRune("比较自从于与", f[i-1]) {
				continue
			}
			if y, _ := strconv.Atoi(string(f[i : i+4])); first == 0 || y < first {
				first = y
			}
		}
		if y := earliestYear(n.Children); y > 0 && (first == 0 || y < first) {
			first = y
		}
	}
	return first
}

// isYear says that a year of this century stands at i.
func isYear(f []rune, i int) bool {
	if f[i] != '2' || f[i+1] != '0' || i > 0 && f[i-1] >= '0' && f[i-1] <= '9' {
		return false
	}
	for _, r := range f[i+2 : i+4] {
		if r < '0' || r > '9' {
			return false
		}
	}
	if f[i+4] != '年' {
		r := f[i+4] // 2012—2015年
		return (r == '-' || r == '—' || r == '~' || r == '～' || r == '－') && isYearTail(f, i+5)
	}
	return !strings.ContainsRune("本版来以修", runeAt(f, i+5))
}

func isYearTail(f []rune, i int) bool {
	for i < len(f) && (f[i] == '-' || f[i] == '—') {
		i++
	}
	return i+4 < len(f) && isYear(f, i)
}
