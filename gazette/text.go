package gazette

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isSpace reports white space as printers and web pages use it, the ideographic and the zero-width included.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\f', '\v', 0x85, 0xA0, 0x3000, 0x2028, 0x2029, 0xFEFF, 0x202F, 0x205F:
		return true
	}
	return 0x2000 <= r && r <= 0x200B
}

// isHan reports a Chinese character, 〇 among them.
func isHan(r rune) bool {
	switch {
	case 0x4E00 <= r && r <= 0x9FFF, 0x3400 <= r && r <= 0x4DBF, r == '〇', r == '々':
		return true
	case 0xF900 <= r && r <= 0xFAFF, r >= 0x20000 && r <= 0x3FFFF:
		return unicode.Is(unicode.Han, r)
	}
	return false
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' || '０' <= r && r <= '９' }

func isLatin(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ'
}

func isWord(r rune) bool { return isDigit(r) || isLatin(r) }

// columns is the width of a character as a printer sets it: two for Chinese signs, one for Latin ones.
func columns(r rune) int {
	if r < 0x2010 {
		return 1
	}
	return 2
}

// endsSentence reports the signs that close a sentence.
func endsSentence(r rune) bool {
	switch r {
	case '。', '！', '？', '!', '?', '；', ';', '…':
		return true
	}
	return false
}

func opens(r rune) bool {
	switch r {
	case '（', '(', '《', '〈', '【', '〔', '[', '「', '『':
		return true
	}
	return false
}

func closes(r rune) bool {
	switch r {
	case '）', ')', '》', '〉', '】', '〕', ']', '」', '』':
		return true
	}
	return false
}

// half folds full-width digits, letters and signs to their ASCII twins, and every kind of bracket round a year to
// the round one, so that numbers can be compared however they were printed.
func half(r rune) rune {
	switch {
	case 0xFF01 <= r && r <= 0xFF5E:
		return r - 0xFEE0
	case r == '〔' || r == '【' || r == '［' || r == '[' || r == '﹝':
		return '('
	case r == '〕' || r == '】' || r == '］' || r == ']' || r == '﹞':
		return ')'
	}
	return r
}

// bare returns s without any white space.
func bare(s string) string {
	if !hasSpace(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		if !isSpace(r) {
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
		}
	}
	return b.String()
}

// tidy joins the spans of source that one paragraph is printed in. Line breaks vanish; a space within a line stays
// only where it parts two words: between Latin words, and (keep) between two Chinese ones.
func tidy(source string, spans []Span, keep bool) string {
	if len(spans) == 1 {
		s := source[spans[0].Start:spans[0].End]
		if !hasSpace(s) {
			return s
		}
	}
	var b strings.Builder
	n := 0
	for _, sp := range spans {
		n += sp.End - sp.Start
		keep = keep && !isSpread(source[sp.Start:sp.End])
	}
	b.Grow(n)
	last := rune(-1)
	for _, sp := range spans {
		s := source[sp.Start:sp.End]
		space, inLine := rune(0), false
		if last >= 0 {
			space = ' '
		}
		for i := 0; i < len(s); {
			r, size := utf8.DecodeRuneInString(s[i:])
			if isSpace(r) {
				if space == 0 || !inLine {
					space = r
				}
				inLine = true
				i += size
				continue
			}
			if space != 0 && last >= 0 && partsWords(last, r, keep && inLine) {
				b.WriteRune(space)
			}
			space, inLine = 0, false
			b.WriteString(s[i : i+size])
			last = r
			i += size
		}
	}
	return b.String()
}

// isSpread reports a line whose characters were set apart one by one, 责 任 单 位, so that no space in it parts words.
func isSpread(s string) bool {
	han, apart := 0, 0
	last, gap := rune(0), false
	for _, r := range s {
		if isSpace(r) {
			gap = true
			continue
		}
		if isHan(r) {
			han++
			if gap && isHan(last) {
				apart++
			}
		}
		last, gap = r, false
	}
	return han >= 6 && apart*3 > han
}

func hasSpace(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c <= ' ':
			return true
		case c == 0xC2 || c == 0xE2 || c == 0xE3 || c == 0xEF: // the lead bytes of the other white space
			if r, _ := utf8.DecodeRuneInString(s[i:]); isSpace(r) {
				return true
			}
		}
	}
	return false
}

// partsWords reports whether a space between two characters means something.
func partsWords(a, b rune, keepHan bool) bool {
	if isHan(a) && isHan(b) {
		return keepHan
	}
	return isWord(a) && isWord(b) && a < 0x80 && b < 0x80
}

// trimSpace narrows a span to its first and last printed character.
func trimSpace(source string, sp Span) Span {
	for sp.Start < sp.End {
		r, size := utf8.DecodeRuneInString(source[sp.Start:sp.End])
		if !isSpace(r) {
			break
		}
		sp.Start += size
	}
	for sp.Start < sp.End {
		r, size := utf8.DecodeLastRuneInString(source[sp.Start:sp.End])
		if !isSpace(r) {
			break
		}
		sp.End -= size
	}
	return sp
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// firstRune and lastRune are 0 for the empty string.
func firstRune(s string) rune {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return 0
	}
	return r
}

func lastRune(s string) rune {
	r, size := utf8.DecodeLastRuneInString(s)
	if size == 0 {
		return 0
	}
	return r
}

// hasAnySuffix returns the first suffix of the list that s ends with.
func hasAnySuffix(s string, list []string) (string, bool) {
	for _, w := range list {
		if strings.HasSuffix(s, w) {
			return w, true
		}
	}
	return "", false
}

// holdsAny reports whether s holds one of the signs. strings.ContainsAny looks every character of s up in them; for a
// handful of Chinese signs it is faster to look for each in s.
func holdsAny(s, signs string) bool {
	for _, r := range signs {
		if strings.ContainsRune(s, r) {
			return true
		}
	}
	return false
}

func containsAny(s string, list []string) bool {
	for _, w := range list {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// cutBracket takes a round bracket off the end of s: 工作方案（试行） gives 工作方案 and 试行.
func cutBracket(s string) (head, inside string, ok bool) {
	if r := lastRune(s); r != '）' && r != ')' {
		return s, "", false
	}
	depth := 0
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		switch r {
		case '）', ')':
			depth++
		case '（', '(':
			depth--
			if depth == 0 {
				_, last := utf8.DecodeLastRuneInString(s)
				return s[:i], s[i+size : len(s)-last], true
			}
		}
	}
	return s, "", false
}

// leadingBracket returns what stands in the round bracket that s begins with.
func leadingBracket(s string) (inside string, ok bool) {
	r, size := utf8.DecodeRuneInString(s)
	if r != '（' && r != '(' {
		return "", false
	}
	depth := 0
	for i, r := range s[:min(len(s), 200)] {
		if opens(r) {
			depth++
		} else if closes(r) {
			if depth--; depth == 0 {
				return bare(s[size:i]), true
			}
		}
	}
	return "", false
}

// wholeBracket returns what stands in s where s is one bracket from its first to its last character.
func wholeBracket(s string) (string, bool) {
	head, inside, ok := cutBracket(strings.TrimRight(s, "。"))
	return inside, ok && head == ""
}
