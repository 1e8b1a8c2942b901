package manuscript

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// tidy brings line ends to \n, takes out what cannot be seen, and puts characters where radicals stand for them.
func tidy(text string) string {
	text = strings.TrimRight(text, "\x1a\x00") // the end-of-file mark of old systems
	if strings.IndexFunc(text, untidy) < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	from := 0
	for i, r := range text {
		if !untidy(r) || i < from {
			continue
		}
		b.WriteString(text[from:i])
		from = i + len(string(r))
		switch {
		case r == '\r' && strings.HasPrefix(text[from:], "\n"):
		case r == '\r', r == '\v', r == 0x85, r == 0x2028, r == 0x2029:
			b.WriteByte('\n')
		case radical(r):
			b.WriteString(unradical(r))
		}
	}
	b.WriteString(text[from:])
	return b.String()
}

func untidy(r rune) bool {
	return r == '\r' || r == '\v' || r > 0x7f && (r == 0x85 || r == 0x2028 || r == 0x2029 || invisible(r) || radical(r))
}

// invisible reports characters that take no room and that nobody typed on purpose: soft hyphens, zero-width
// characters, direction marks, byte-order marks, variation selectors.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xfe00 && r <= 0xfe0f:
		return true
	}
	return false
}

// radical reports characters of the two blocks of radicals. No text is written with them, but many a PDF gives
// them in place of the character they look like, and people copy them from there.
func radical(r rune) bool { return r >= 0x2e80 && r <= 0x2fd5 }

func unradical(r rune) string {
	if s, ok := radicals[r]; ok {
		return s
	}
	return string(r)
}

func init() { // the Kangxi block has its mapping in Unicode
	for r := rune(0x2f00); r <= 0x2fd5; r++ {
		radicals[r] = norm.NFKC.String(string(r))
	}
}

// radicals are those that stand alone as characters.
var radicals = map[rune]string{
	'⺠': "民", '⺟': "母", '⻁': "虎", '⻄': "西", '⻅': "见", '⻆': "角", '⻉': "贝", '⻋': "车", '⻑': "長", '⻓': "长", '⻔': "门",
	'⻘': "青", '⻚': "页", '⻛': "风", '⻜': "飞", '⻝': "食", '⻢': "马", '⻥': "鱼", '⻦': "鸟", '⻨': "麦", '⻩': "黄", '⻬': "齐",
	'⻮': "齿", '⻰': "龙", '⻳': "龟",
}
