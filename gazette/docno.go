package gazette

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// docNo is a document's number as found in a text.
type docNo struct {
	Span        // in the text that was searched
	no   string // canonical: 甲政发〔2023〕15号
}

// findDocNo looks for a number like 甲政办发〔2021〕30号, also with [2020], （2019）, full-width or spaced digits.
func findDocNo(s string) (docNo, bool) {
	for from := 0; from < len(s); {
		at := strings.Index(s[from:], "号")
		if at < 0 {
			return docNo{}, false
		}
		at += from
		if d, ok := docNoBefore(s, at); ok {
			return d, true
		}
		from = at + len("号")
	}
	return docNo{}, false
}

// docNoBefore reads backwards from 号: digits, a year in brackets, the office's letters.
func docNoBefore(s string, at int) (docNo, bool) {
	i, serial := digitsBefore(s, at)
	if serial == "" || len(serial) > 5 {
		return docNo{}, false
	}
	if strings.HasSuffix(strings.TrimRightFunc(s[:i], isSpace), "第") {
		i = strings.LastIndex(s[:i], "第")
	}
	i = skipSpaceBefore(s, i)
	r, size := utf8.DecodeLastRuneInString(s[:i])
	if half(r) != ')' {
		return docNo{}, false
	}
	i, year := digitsBefore(s, i-size)
	if len(year) != 4 {
		return docNo{}, false
	}
	i = skipSpaceBefore(s, i)
	r, size = utf8.DecodeLastRuneInString(s[:i])
	if half(r) != '(' {
		return docNo{}, false
	}
	i -= size
	end := skipSpaceBefore(s, i)
	letters := officeLetters(s[:end])
	if letters == "" {
		return docNo{}, false
	}
	n, _ := strconv.Atoi(serial)
	d := docNo{no: bare(letters) + "〔" + year + "〕" + strconv.Itoa(n) + "号"}
	d.Start, d.End = end-len(letters), at+len("号")
	return d, true
}

// officeLetters is the run of Chinese characters that s ends with, without the words of the sentence before it.
func officeLetters(s string) string {
	i := len(s)
	for count := 0; i > 0 && count < 14; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if !isHan(r) && !isSpace(r) {
			break
		}
		if isSpace(r) {
			if k := skipSpaceBefore(s, i); k == 0 || s[i-size] == '\n' || i == len(s) {
				break
			}
		}
		if isHan(r) {
			count++
		}
		i -= size
	}
	letters := strings.TrimLeftFunc(s[i:], isSpace)
	for _, w := range sentenceWords {
		if len(w) == 3 && runes(letters) < 8 {
			continue // a single character may be the first of a county's name
		}
		if at := strings.LastIndex(letters, w); at >= 0 && at+len(w) < len(letters) {
			letters = letters[at+len(w):]
		}
	}
	letters = strings.TrimLeftFunc(letters, isSpace)
	if at := strings.LastIndexFunc(letters, isSpace); at >= 0 && runes(letters[at:]) > 2 {
		letters = strings.TrimSpace(letters[at:])
	}
	if runes(letters) < 1 {
		return ""
	}
	return letters
}

// sentenceWords stand before a number in running text and are no part of it.
var sentenceWords = []string{"根据", "按照", "依据", "贯彻", "落实", "执行", "转发", "印发", "通知", "文号", "文件", "废止", "办公厅", "办公室", "委员会", "以", "和", "及", "与", "的", "按", "对"}

func digitsBefore(s string, at int) (start int, digits string) {
	at = skipSpaceBefore(s, at)
	for at > 0 && len(digits) < 8 {
		r, size := utf8.DecodeLastRuneInString(s[:at])
		if !isDigit(r) {
			break
		}
		digits = string(half(r)) + digits
		at -= size
		if k := skipSpaceBefore(s, at); k < at && at-k <= 3 {
			if p, _ := utf8.DecodeLastRuneInString(s[:k]); isDigit(p) {
				at = k
			}
		}
	}
	return at, digits
}

func skipSpaceBefore(s string, at int) int {
	for at > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:at])
		if !isSpace(r) {
			break
		}
		at -= size
	}
	return at
}

// numberOf reads a line that is nothing but a number, perhaps in brackets or after 文号：.
func numberOf(s string) (string, bool) {
	d, ok := findDocNo(s)
	if !ok {
		return orderNo(s)
	}
	before := strings.TrimSpace(s[:d.Start])
	after := strings.TrimSpace(s[d.End:])
	if head, tail, ok := cutColon(before); ok && strings.TrimSpace(tail) == "" {
		if _, ok := hasAnySuffix(bare(head), []string{"文号", "字号", "编号"}); ok {
			before = ""
		}
	}
	if before == "（" || before == "(" {
		before = ""
	}
	if after == "）" || after == ")" {
		after = ""
	}
	return d.no, before == "" && after == ""
}

// orderNo reads 第5号, as under the title of an order.
func orderNo(s string) (string, bool) {
	s = bare(s)
	rest, ok := strings.CutPrefix(s, "第")
	if !ok {
		return "", false
	}
	n, used := number(rest)
	if used == 0 || rest[used:] != "号" {
		return "", false
	}
	return "第" + strconv.Itoa(n) + "号", true
}

func isNumberLine(s string) bool {
	if len(s) > 120 {
		return false
	}
	_, ok := numberOf(s)
	return ok
}
