package gazette

import (
	"strings"
	"unicode/utf8"
)

// withheld reads from a public note what it keeps back. 附件不公开 without a number means all that are listed.
func withheld(note string, listed int) []Withheld {
	var out []Withheld
	for _, clause := range noteClauses(note) {
		if !containsAny(clause, []string{"不公开", "不予公开", "依申请公开", "不宜公开", "免予公开", "不对外公开", "暂不公开"}) {
			continue
		}
		if !strings.Contains(clause, "附件") {
			out = append(out, Withheld{Whole: true, Phrase: clause})
			continue
		}
		nos := attachmentNos(clause)
		for n := 1; len(nos) < max(listed, 1) && !holdsAny(clause, "0123456789０１２３４５６７８９一二三四五六七八九"); n++ {
			nos = append(nos, n)
		}
		for _, n := range nos {
			out = append(out, Withheld{Attachment: n, Phrase: clause})
		}
	}
	return out
}

// noteClauses parts a public note at its commas; 附件1，3不公开 stays whole.
func noteClauses(note string) []string {
	var out []string
	for _, c := range strings.FieldsFunc(note, func(r rune) bool { return r == '，' || r == ',' || r == '；' || r == '。' }) {
		if n := len(out); n > 0 && isDigit(firstRune(c)) {
			out[n-1] += "、" + c
			continue
		}
		out = append(out, c)
	}
	return out
}

// attachmentNos reads the numbers in 附件1、3 and 附件1-3.
func attachmentNos(s string) []int {
	at := strings.Index(s, "附件")
	if at < 0 {
		return nil
	}
	s = s[at:]
	var nos []int
	through := false
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "附件"); ok {
			s = rest
			continue
		}
		if n, used := number(s); used > 0 {
			for k := 1; through && len(nos) > 0 && nos[len(nos)-1] < n-1 && k < 100; k++ {
				nos = append(nos, nos[len(nos)-1]+1)
			}
			if n > 0 && n < 100 {
				nos = append(nos, n)
			}
			through, s = false, s[used:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case isDash(r) || r == '至' || r == '到':
			through = true
		case r != '、' && r != '和' && r != '及' && r != '与' && !isSpace(r):
			return nos
		}
		s = s[size:]
	}
	return nos
}
