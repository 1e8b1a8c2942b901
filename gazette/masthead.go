package gazette

import "strings"

// markMasthead names the lines in which a gazette speaks of itself: the cover where no table of contents follows it,
// the running heads, the colophon at the end.
func markMasthead(source string, lines []line) {
	title := ""
	for i := 0; i < len(lines) && i < 40 && title == ""; i++ {
		if t, ok := issueTitle(bare(lines[i].textOf(source))); ok {
			title = t
		}
	}
	if title == "" {
		return
	}
	for i := range lines {
		if lines[i].noise != NotNoise || !isCoverLine(bare(lines[i].textOf(source))) {
			break
		}
		lines[i].noise = Cover
	}
	colophon := false
	for i := range lines {
		ln := &lines[i]
		s := ln.textOf(source)
		if len(s) <= 300 {
			s = bare(s)
		}
		switch {
		case ln.noise == Cover || ln.noise == Contents || isHeadLine(s):
			colophon = false
		case s == title || isMastheadLine(s):
			setNoise(ln, RunningHead)
		case strings.HasPrefix(strings.TrimPrefix(s, "《"), title):
			_, about := hasAnySuffix(s, []string{"简介", "说明", "启事", "声明", "编辑部", "征订"})
			colophon = colophon || about
		}
		if colophon {
			setNoise(ln, Colophon)
		}
	}
	markImprint(source, lines)
}

// markImprint finds the block of addresses at the end of an issue, and at the end of each where several stand in
// one text.
func markImprint(source string, lines []line) {
	for end := len(lines); end > 0; {
		n := 0
		for n < end && (isImprintLine(bare(lines[end-1-n].textOf(source))) || lines[end-1-n].noise == PageNumber) {
			n++
		}
		if n >= 2 {
			for k := end - n; k < end; k++ {
				setNoise(&lines[k], Colophon)
			}
		}
		for end -= max(n, 1); end > 0 && (lines[end].noise != Cover || lines[end-1].noise == Cover); end-- {
		}
	}
}

// isImprintLine reports 主办：某某办公室, 邮编：000000 and the like.
func isImprintLine(s string) bool {
	head, _, ok := cutColon(s)
	if !ok || len(s) > 150 {
		return false
	}
	return contains([]string{
		"主管", "主办", "主管主办", "主办单位", "主管单位", "承办", "编辑", "编辑出版", "出版", "编印", "印刷", "发行", "地址", "电话", "联系电话", "传真", "邮编", "邮政编码", "网址", "网站", "邮箱", "电子邮箱",
		"准印证号", "刊号", "责任编辑", "主编", "编辑部", "投稿邮箱", "印数", "定价",
	}, head)
}

// isCoverLine reports a line of the cover of an issue.
func isCoverLine(s string) bool {
	if runes(s) > 40 || isTitle(s) || endsSentence(lastRune(s)) {
		return false
	}
	if _, ok := issueTitle(s); ok || isMastheadLine(s) || isNumber(s) && len(s) == 4 {
		return true
	}
	if containsAny(s, []string{"主办", "主管", "出版", "编辑", "办刊", "季刊", "月刊", "宗旨", "准印", "刊号", "内部资料", "GONGBAO", "gongbao"}) {
		return true
	}
	return isIssueNo(s)
}

// isIssueNo reports 第3期, 第3期（总第6期） with nothing else.
func isIssueNo(s string) bool {
	return strings.HasPrefix(s, "第") && runes(s) < 20 && (strings.HasSuffix(stripTitle(s), "期") || strings.HasSuffix(stripTitle(s), "号"))
}

// issueTitle reads 甲县人民政府公报.
func issueTitle(s string) (string, bool) {
	_, ok := hasAnySuffix(s, []string{"政府公报", "公报"})
	return s, ok && runes(s) <= 20 && runes(s) >= 4 && !holdsAny(s, "《》，。关于")
}

// isMastheadLine reports 2023年第3期（总第6期）, 2023年第3期 县政府文件 and the like.
func isMastheadLine(s string) bool {
	if len(s) >= 120 || holdsAny(s, "《》，。；") {
		return false
	}
	if strings.Contains(s, "总第") && strings.Contains(s, "期") {
		return true
	}
	y, used := yearNumber(s)
	return y > 1900 && strings.HasPrefix(s[used:], "年第") && containsAny(s[used:], []string{"期", "号"})
}

// readMasthead reads what cover and colophon say of the issue.
func (r *reader) readMasthead() {
	is := r.issue
	for i := range r.lines {
		ln := &r.lines[i]
		if ln.noise != Cover && ln.noise != Colophon {
			continue
		}
		printed := ln.textOf(r.source)
		s := bare(printed)
		if t, ok := issueTitle(s); ok && is.Title == "" {
			is.Title = t
		}
		readIssueNo(is, s)
		if d, ok := findDate(s); ok && is.PublishDate.IsZero() && strings.Contains(s, "出版") {
			is.PublishDate = d.date
		}
		if isNumber(s) && len(s) == 4 && is.Year == 0 {
			is.Year, _ = digits(s)
		}
		for _, w := range []string{"主管主办", "主办"} {
			if head, ok := strings.CutSuffix(s, w); ok && is.Organiser == "" && head != "" {
				is.Organiser = head
			}
		}
		head, tail, ok := cutColon(printed)
		if !ok {
			continue
		}
		tail = strings.Trim(strings.TrimSpace(tail), "<>〈〉")
		set := func(field *string) {
			if *field == "" {
				*field = tail
			}
		}
		switch bare(head) {
		case "主管主办", "主办", "主办单位":
			set(&is.Organiser)
		case "地址":
			set(&is.Address)
		case "电话", "联系电话":
			set(&is.Tel)
		case "邮编", "邮政编码":
			set(&is.Postcode)
		case "网址", "网站":
			set(&is.Website)
		}
	}
	if is.Year == 0 && !is.PublishDate.IsZero() {
		is.Year = is.PublishDate.Year
	}
}

// readIssueNo reads 2023年第3期（总第6期）.
func readIssueNo(is *Issue, s string) {
	if at := strings.Index(s, "年第"); at >= 4 && is.Year == 0 {
		if y, used := yearNumber(s[at-4:]); used == 4 {
			is.Year = y
		}
	}
	for rest := s; ; {
		at := strings.Index(rest, "第")
		if at < 0 {
			return
		}
		total := strings.HasSuffix(rest[:at], "总")
		rest = rest[at+len("第"):]
		n, used := number(rest)
		if used == 0 || !(strings.HasPrefix(rest[used:], "期") || strings.HasPrefix(rest[used:], "号")) {
			continue
		}
		if total && is.TotalNo == 0 {
			is.TotalNo = n
		} else if !total && is.No == 0 {
			is.No = n
		}
	}
}
