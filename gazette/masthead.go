package gazette

import (
	"strings"
)

// markMasthead names the lines in which the gazette speaks of itself: the colophon at the end, and the cover where
// no table of contents stands behind it.
func markMasthead(source string, lines []line) {
	title := ""
	for i := range lines {
		s := bare(lines[i].textOf(source))
		if t, ok := issueTitle(s); ok && (lines[i].noise == Cover || i < 30) {
			title = t
			break
		}
	}
	if title == "" {
		return
	}
	colophon := false
	for i := range lines {
		ln := &lines[i]
		if ln.noise == Cover || ln.noise == Contents {
			colophon = false
			continue
		}
		s := bare(ln.textOf(source))
		if strings.Contains(s, title) && (strings.HasSuffix(s, "简介") || s == title || strings.HasSuffix(s, "说明") || strings.HasSuffix(s, "启事")) {
			colophon = true
		}
		if colophon && isTitle(s) {
			colophon = false
		}
		if colophon || isMastheadLine(s) {
			setNoise(ln, Colophon)
		}
	}
}

// issueTitle reads 甲县人民政府公报.
func issueTitle(s string) (string, bool) {
	_, ok := hasAnySuffix(s, []string{"政府公报", "公报"})
	return s, ok && runes(s) <= 20 && !strings.ContainsAny(s, "《》，。")
}

// isMastheadLine reports 2023年第3期（总第6期） and the like.
func isMastheadLine(s string) bool {
	return runes(s) < 30 && strings.Contains(s, "期") && strings.Contains(s, "总第")
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
		if head, ok := strings.CutSuffix(s, "主管主办"); ok && is.Organiser == "" {
			is.Organiser = head
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
