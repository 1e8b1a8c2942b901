package gazette

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// style is a way of numbering. The order is that in which official documents nest them.
type style uint8

const (
	noStyle       style = iota
	partStyle           // 第一部分, 第一编
	chapterStyle        // 第一章
	sectionStyle        // 第一节
	articleStyle        // 第一条
	hanStyle            // 一、
	hanRoundStyle       // （一）
	wordStyle           // 方向一：, 第一阶段
	decimalStyle        // 1.1, 1.1.1 (depth in mark.depth)
	arabicStyle         // 1.
	roundStyle          // （1）
	circleStyle         // ①
	orderStyle          // 一是
	lastStyle
)

// mark is the number that a paragraph opens with.
type mark struct {
	style style
	n     int    // 1 for 一、
	depth int    // of a decimal number: 2 for 1.1
	word  string // of wordStyle: 方向
	end   int    // bytes of the paragraph that the mark takes
	key   string // folded form, as in addresses: 一, (一), 25, 第3条
}

// parseMark reads the number at the beginning of a trimmed paragraph.
func parseMark(s string) (mark, bool) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == '第':
		return parseOrdinal(s, size)
	case r == '（' || r == '(' || r == '〔' && len(s) < 40:
		return parseRound(s, size)
	case isDigit(r):
		return parseArabic(s)
	case hanDigit(r) >= 0 || r == '十':
		return parseHan(s)
	}
	if m, ok := parseSign(s, r, size); ok {
		return m, true
	}
	return parseWord(s)
}

// countedWords are what headings count in their own words: 方向一：, 任务 3：, 专栏1.
var countedWords = []string{"方向", "赛道", "举措", "任务", "行动", "工程", "专栏", "板块", "措施", "专项", "步骤", "领域", "环节", "链条", "场景"}

// parseWord reads 方向一：, 路径举措 1：.
func parseWord(s string) (mark, bool) {
	at, count := 0, 0
	for count < 7 {
		r, size := utf8.DecodeRuneInString(s[at:])
		if !isHan(r) && r != '/' || hanDigit(r) > 0 || r == '十' {
			break
		}
		at += size
		count++
	}
	word, ok := s[:at], false
	if count >= 2 && at < len(s) {
		_, ok = hasAnySuffix(word, countedWords)
	}
	if !ok {
		return mark{}, false
	}
	at += spaces(s[at:])
	n, used := number(s[at:])
	if used == 0 || n == 0 || n > 99 {
		return mark{}, false
	}
	label := s[at : at+used]
	at += used
	gap := spaces(s[at:])
	r, size := utf8.DecodeRuneInString(s[at+gap:])
	switch {
	case r == '：' || r == ':' || r == '、':
		at += gap + size
	case gap == 0 || !isHan(r) || holdsAny(s, "，。"):
		return mark{}, false
	}
	return mark{style: wordStyle, n: n, depth: 1, word: word, end: at, key: strings.ReplaceAll(word, "/", "") + label}, true
}

// parseSign reads the numbers that are one character: ① ⑴ ⒈ ㈠.
func parseSign(s string, r rune, size int) (mark, bool) {
	m := mark{depth: 1, end: size}
	switch {
	case '①' <= r && r <= '⑳':
		m.style, m.n = circleStyle, int(r-'①')+1
		m.key = string(r)
	case '⑴' <= r && r <= '⒇':
		m.style, m.n = roundStyle, int(r-'⑴')+1
		m.key = "(" + strconv.Itoa(m.n) + ")"
	case '⒈' <= r && r <= '⒛':
		m.style, m.n = arabicStyle, int(r-'⒈')+1
		m.key = strconv.Itoa(m.n)
	case '㈠' <= r && r <= '㈩':
		m.style, m.n = hanRoundStyle, int(r-'㈠')+1
		m.key = "(" + hanNumber(m.n) + ")"
	default:
		return mark{}, false
	}
	return m, len(s) > size
}

// parseOrdinal reads 第一章, 第 3 条, 第一部分.
func parseOrdinal(s string, at int) (mark, bool) {
	at += spaces(s[at:])
	n, used := number(s[at:])
	if used == 0 || n == 0 {
		return mark{}, false
	}
	at += used
	at += spaces(s[at:])
	kinds := []struct {
		word  string
		style style
	}{{"部分", partStyle}, {"编", partStyle}, {"篇", partStyle}, {"章", chapterStyle}, {"节", sectionStyle}, {"条", articleStyle}, {"阶段", wordStyle}, {"步", wordStyle}}
	for _, k := range kinds {
		if !strings.HasPrefix(s[at:], k.word) {
			continue
		}
		at += len(k.word)
		// 第三条规定的…, 第五条第二款 and the like cite an article, they do not open one.
		for _, w := range []string{"规定", "第", "、", "和", "至", "之", "中", "所"} {
			if k.style == articleStyle && strings.HasPrefix(s[at:], w) {
				return mark{}, false
			}
		}
		if k.style != articleStyle && strings.HasPrefix(s[at:], "的") {
			return mark{}, false
		}
		if follow, _ := utf8.DecodeRuneInString(s[at:]); k.style == wordStyle && isHan(follow) {
			return mark{}, false // 第一阶段重点是…
		}
		return mark{style: k.style, n: n, depth: 1, word: k.word, end: at, key: "第" + strconv.Itoa(n) + k.word}, true
	}
	return mark{}, false
}

// parseRound reads （一） and （1）; 〔一〕 as some printers have it.
func parseRound(s string, at int) (mark, bool) {
	at += spaces(s[at:])
	first, _ := utf8.DecodeRuneInString(s[at:])
	n, used := number(s[at:])
	if used == 0 || n == 0 || n > 999 {
		return mark{}, false
	}
	at += used
	at += spaces(s[at:])
	r, size := utf8.DecodeRuneInString(s[at:])
	if r != '）' && r != ')' && r != '〕' {
		return mark{}, false
	}
	at += size
	if citesItem(s[at:]) {
		return mark{}, false
	}
	if isDigit(first) {
		return mark{style: roundStyle, n: n, depth: 1, end: at, key: "(" + strconv.Itoa(n) + ")"}, true
	}
	return mark{style: hanRoundStyle, n: n, depth: 1, end: at, key: "(" + hanNumber(n) + ")"}, true
}

// citesItem tells （一）项规定 and （一）、（二）, which cite an item, from （一）项目目标, which opens one.
func citesItem(rest string) bool {
	for _, w := range []string{"、", "至", "和", "或", "及"} {
		if strings.HasPrefix(rest, w) && firstRune(rest[len(w):]) != 0 && opens(firstRune(strings.TrimPrefix(rest[len(w):], "第"))) {
			return true
		}
	}
	after, ok := strings.CutPrefix(rest, "项")
	if !ok {
		if after, ok = strings.CutPrefix(rest, "款"); !ok {
			return false
		}
	}
	switch firstRune(after) {
	case '规', '、', '和', '所', '的', '至', '之', '情', '，', '内', '要', '或', '中', '第', '。', '；', 0:
		return true
	}
	return false
}

// parseArabic reads 1. 1、 １． 11。 1） 1.2 and 1.2.3.
func parseArabic(s string) (mark, bool) {
	n, at := digits(s)
	if at == 0 || n > 999 {
		return mark{}, false
	}
	m := mark{style: arabicStyle, n: n, depth: 1, key: strconv.Itoa(n)}
	for {
		gap := spaces(s[at:])
		r, size := utf8.DecodeRuneInString(s[at+gap:])
		next := at + gap + size
		follow, _ := utf8.DecodeRuneInString(s[next:])
		switch {
		case (r == '.' || r == '．') && isDigit(follow) && gap == 0:
			k, used := digits(s[next:])
			if after := strings.TrimLeftFunc(s[next+used:], isSpace); m.depth == 1 && m.n > 0 && isCalendar(after) {
				m.end = next // 2.2022年10月底前…
				return m, true
			}
			if used > 6 || m.depth == 4 {
				return mark{}, false
			}
			m.style, m.n, at = decimalStyle, k, next+used
			m.depth++
			m.key += "." + strconv.Itoa(k)
			continue
		case m.depth > 1:
			// 1.2 opens a paragraph where a space or a Chinese word follows that is no unit of measure.
			if r == '.' || r == '．' || r == '、' {
				at = next
			} else if !isHan(r) && !isGrade(s[at+gap:]) || gap == 0 && isMeasure(r) {
				return mark{}, false
			}
			m.end = at
			return m, m.n > 0
		case gap > 0 && (isHan(r) && !isMeasure(r) || isGrade(s[at+gap:])) && len(s) < 80 && !holdsAny(s, "。，；、：:,"):
			m.end = at // 1 总则
			return m, m.n > 0 && m.n < 30
		case r == '.' || r == '．' || r == '、' || r == '。' || r == '﹒' || r == '·' && gap == 0:
			if after := s[next+spaces(s[next:]):]; after == "" || gap > 0 && isDigit(firstRune(after)) { // nothing follows, or 1 . 5万
				return mark{}, false
			}
			m.end = next
			return m, m.n > 0
		case r == '）' || r == ')':
			m.style, m.end, m.key = roundStyle, next, "("+m.key+")"
			return m, m.n > 0
		}
		return mark{}, false
	}
}

// isCalendar reports 年 or 月 as they stand behind the digits of a date.
func isCalendar(s string) bool {
	return strings.HasPrefix(s, "年") || strings.HasPrefix(s, "月")
}

// isGrade reports a grade as plans of emergency number theirs: Ⅳ级响应.
func isGrade(s string) bool {
	rest := strings.TrimLeft(s, "ⅠⅡⅢⅣIV")
	return rest != s && len(s)-len(rest) <= 3 && strings.HasPrefix(rest, "级")
}

// isMeasure reports a word that is counted, so that the digits before it are a quantity and no number.
func isMeasure(r rune) bool {
	return strings.ContainsRune("万亿千百米公亩吨元倍个级度平立天小年月日家项处次台辆人户座条名所套件吉兆左以至到多余", r)
}

// parseHan reads 一、 and 一是.
func parseHan(s string) (mark, bool) {
	n, at := hanDigits(s)
	if at == 0 || n == 0 || n > 999 {
		return mark{}, false
	}
	gap := spaces(s[at:])
	r, size := utf8.DecodeRuneInString(s[at+gap:])
	next := at + gap + size
	switch r {
	case '、', '．', '.', '､':
		follow, _ := utf8.DecodeRuneInString(s[next:])
		if hanDigit(follow) >= 0 && follow != '十' { // 二、三产业
			if _, used := hanDigits(s[next:]); goesOn(s[next+used:]) {
				return mark{}, false
			}
		}
		return mark{style: hanStyle, n: n, depth: 1, end: next, key: hanNumber(n)}, true
	case '是':
		if gap == 0 && n <= 20 && next < len(s) {
			return mark{style: orderStyle, n: n, depth: 1, end: next, key: hanNumber(n) + "是"}, true
		}
	}
	return mark{}, false
}

// goesOn tells a list of numerals (一、二产业) from a title that begins with one (一、三年目标).
func goesOn(rest string) bool {
	switch r, _ := utf8.DecodeRuneInString(rest); r {
	case '、', '，', '产', '级', '次', '类', '等', '期', '线', '楼':
		return true
	}
	return false
}
