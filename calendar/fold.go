package calendar

import (
	"strings"
	"unicode/utf8"
)

// folded is a text made even for reading: full-width signs half-width, all dashes '-', white space gone (a blank
// line is one '\n'). Each rune knows which bytes of the source it was.
type folded struct {
	src string
	r   []rune
	at  []int32 // first byte of rune i
	end []int32 // byte after rune i
}

// maxText bounds the offsets; a longer text is read up to here by nobody: callers pass one clause or one issue.
const maxText = 1 << 30

func fold(s string) folded {
	if len(s) > maxText {
		s = s[:maxText]
	}
	n := utf8.RuneCountInString(s)
	f := folded{s, make([]rune, 0, n), make([]int32, 0, n), make([]int32, 0, n)}
	newlines := 0
	for i := 0; i < len(s); {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case c == '\n':
			if newlines++; newlines == 2 {
				f.add('\n', i, size)
			}
		case c <= ' ' || c == '\u3000' || c == '\u00a0' || c == '\ufeff' || c == '\u200b':
		default:
			newlines = 0
			f.add(foldRune(c), i, size)
		}
		i += size
	}
	return f
}

func (f *folded) add(c rune, at, size int) {
	f.r = append(f.r, c)
	f.at = append(f.at, int32(at))
	f.end = append(f.end, int32(at+size))
}

func foldRune(c rune) rune {
	switch {
	case c < 0x2010:
		return c
	case c >= 0xFF01 && c <= 0xFF5E:
		return c - 0xFEE0
	case c >= 0x2010 && c <= 0x2015, c == 0x2212, c == 0x2500, c == 0x2501:
		return '-'
	case c == '〜', c == '∼':
		return '~'
	case c == '○', c == '零', c == '◯':
		return '〇'
	}
	return simplified(c)
}

// simplified turns the traditional signs that matter to dates and intervals into simplified ones.
func simplified(c rune) rune {
	if i := int(c) - firstHan; i >= 0 && i < len(simple) && simple[i] != 0 {
		return rune(simple[i])
	}
	return c
}

const firstHan = 0x4E00

var simple = func() (table [0x5200]uint16) {
	from := []rune("內個開從較後當達實現計劃確爭間週動態續長報調總結過時將與")
	for i, c := range []rune("内个开从较后当达实现计划确争间周动态续长报调总结过时将与") {
		table[from[i]-firstHan] = uint16(c)
	}
	return table
}()

// is reports whether word stands at i.
func (f *folded) is(i int, word string) bool {
	if i < 0 {
		return false
	}
	for _, c := range word {
		if i >= len(f.r) || f.r[i] != c {
			return false
		}
		i++
	}
	return true
}

// ends reports whether word stands just before i.
func (f *folded) ends(i int, word string) bool {
	return f.is(i-utf8.RuneCountInString(word), word)
}

// rune is the rune at i, or 0 outside the text.
func (f *folded) rune(i int) rune {
	if i < 0 || i >= len(f.r) {
		return 0
	}
	return f.r[i]
}

// gap reports whether white space stood before rune i.
func (f *folded) gap(i int) bool { return i > 0 && i < len(f.r) && f.end[i-1] != f.at[i] }

// raw is the source of the runes from i to j, j excluded, without its white space.
func (f *folded) raw(i, j int) (text string, start, end int) {
	start, end = int(f.at[i]), int(f.end[j-1])
	text = f.src[start:end]
	if strings.ContainsAny(text, " \t\r\n\v\f\u3000\u00a0\ufeff\u200b") {
		text = strings.Map(func(c rune) rune {
			if c <= ' ' || c == '\u3000' || c == '\u00a0' || c == '\ufeff' || c == '\u200b' {
				return -1
			}
			return c
		}, text)
	}
	return text, start, end
}

// contains reports whether word stands somewhere in the runes from i to j.
func (f *folded) contains(i, j int, word string) bool {
	j = min(j, len(f.r))
	for ; i < j; i++ {
		if f.is(i, word) {
			return true
		}
	}
	return false
}

// clause gives the bounds of the clause around [i, j): runes between two stops, commas or brackets. It looks at
// most 60 runes to either side.
func (f *folded) clause(i, j int) (from, to int) {
	from, to = i, j
	for from > 0 && i-from < 60 && !isStop(f.r[from-1]) {
		from--
	}
	for to < len(f.r) && to-j < 60 && !isStop(f.r[to]) {
		to++
	}
	return from, to
}

func isStop(c rune) bool {
	switch c {
	case ',', ';', ':', '。', '!', '?', '\n', '(', ')', '〔', '〕', '【', '】', '[', ']', '|', '/', 0:
		return true
	}
	return false
}

func isSentenceEnd(c rune) bool { return c == '。' || c == ';' || c == '!' || c == '?' || c == '\n' }

// titles gives the rune ranges of 《…》, in order. A title may hold another; one that is never closed is none.
func (f *folded) titles() [][2]int {
	var out [][2]int
	open, last, depth := 0, -1, 0
	for i, c := range f.r {
		switch c {
		case '《':
			if depth == 0 {
				open, last = i, -1
			}
			depth++
		case '》':
			if depth > 0 {
				if depth--; depth == 0 {
					out = append(out, [2]int{open, i + 1})
				}
				last = i
			}
		case '。', '\n':
			if depth > 0 && last > open {
				out = append(out, [2]int{open, last + 1})
			}
			depth = 0
		}
	}
	if depth > 0 && last > open {
		out = append(out, [2]int{open, last + 1})
	}
	return out
}

// digit is the value of an Arabic or Chinese digit, or -1.
func digit(c rune) int {
	switch c {
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return int(c - '0')
	case '〇':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

func isArabic(c rune) bool { return c >= '0' && c <= '9' }

// number reads a whole number below 100 at i, in Arabic (one or two digits) or Chinese numerals (十二, 二十五), and gives
// the place after it; end is i where there is none.
func (f *folded) number(i int) (n, end int) {
	c := f.rune(i)
	if isArabic(c) {
		for end = i; end < i+2 && isArabic(f.rune(end)); end++ {
			n = n*10 + int(f.r[end]-'0')
		}
		if isArabic(f.rune(end)) && !f.gap(end) {
			return 0, i // a longer number
		}
		return n, end
	}
	if d := digit(c); d > 0 {
		n, end = d, i+1
		if f.rune(end) != '十' {
			return n, end
		}
		n *= 10
		end++
	} else if c == '十' {
		n, end = 10, i+1
	} else {
		return 0, i
	}
	if d := digit(f.rune(end)); d > 0 && !isArabic(f.rune(end)) {
		n += d
		end++
	}
	return n, end
}
