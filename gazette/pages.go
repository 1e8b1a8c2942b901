package gazette

import "strings"

// markNoise names the page numbers, running heads and drawn lines.
func markNoise(source string, lines []line) {
	for i := range lines {
		ln := &lines[i]
		s := ln.textOf(source)
		atBreak := ln.page || i+1 < len(lines) && lines[i+1].page
		switch {
		case len(s) <= 40 && (isPageNumber(s) || atBreak && isBareNumber(s)):
			ln.noise = PageNumber
		case isRule(s):
			ln.noise = PageBreak
		}
	}
	markRunningHeads(source, lines)
}

// isBareNumber reports 12 and 12/40, which number a page only where one ends.
func isBareNumber(s string) bool {
	page, all, of := strings.Cut(bare(s), "/")
	return len(page) <= 4 && isNumber(page) && (!of || len(all) <= 4 && isNumber(all))
}

// isRule reports a line drawn with signs: ————, * * *, +---+---+.
func isRule(s string) bool {
	n := 0
	for _, r := range s {
		if !strings.ContainsRune("-—－–―─━_＿=*＊~～+|· \t　", r) {
			return false
		}
		n++
	}
	return n >= 3
}

// isPageNumber reads — 4 —, －４－, - 1 -, ·4·, 第4页, 第 4 页 共 10 页.
func isPageNumber(s string) bool {
	s = bare(s)
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(half(r))
	}
	s = b.String()
	dashes := strings.TrimFunc(s, isDash)
	if dashes != s && isNumber(dashes) && len(dashes) <= 4 {
		return isDash(firstRune(s)) && isDash(lastRune(s))
	}
	if rest, ok := strings.CutPrefix(s, "第"); ok {
		if page, after, ok := strings.Cut(rest, "页"); ok && isNumber(page) {
			after = strings.Trim(after, "/,，()共总页")
			return after == "" || isNumber(after)
		}
	}
	return false
}

func isDash(r rune) bool {
	switch r {
	case '-', '—', '－', '–', '―', '─', '‐', '‑', '−', '·', '•', '~', '～', '_', '一':
		return true
	}
	return false
}

func isNumber(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// markRunningHeads finds short lines that come back after page numbers and page breaks.
func markRunningHeads(source string, lines []line) {
	near := func(i int) bool {
		for k := max(0, i-2); k <= i+2 && k < len(lines); k++ {
			if lines[k].noise == PageNumber || lines[k].page && (k == i || k == i-1 || k == i+1) {
				return true
			}
		}
		return false
	}
	count := map[string]int{}
	key := func(i int) string { // the head without the number of the page
		return strings.Map(func(r rune) rune {
			if isDigit(r) || isSpace(r) {
				return -1
			}
			return r
		}, source[lines[i].Start:lines[i].End])
	}
	for i := range lines {
		if lines[i].noise == NotNoise && lines[i].End-lines[i].Start <= 150 && near(i) {
			count[key(i)]++
		}
	}
	for i := range lines {
		ln := &lines[i]
		if ln.noise != NotNoise || ln.End-ln.Start > 150 || !near(i) {
			continue
		}
		k := key(i)
		_, numbered := parseMark(source[ln.Start:ln.End])
		if count[k] >= 2 && !numbered && k != "" && !endsSentence(lastRune(k)) {
			ln.noise = RunningHead
		}
	}
}
