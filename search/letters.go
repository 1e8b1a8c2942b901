package search

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// between stands for any punctuation between letters. No text has it as a letter: it is punctuation itself.
const between = '·'

// letter is one letter of a text as it is compared, and the bytes of the text that it was read from. One
// character can give several letters: ㎡ gives m and 2.
type letter struct {
	r          rune
	start, end int
}

// letters reads a text as it is compared, and stops when yield says false:
//
//   - letters and digits, small, of half width, without accents; % and ‰ count as letters;
//   - punctuation and line breaks between them as one `between`, never at the beginning or the end;
//   - brackets, quotation marks and spaces are left out, but a space that parts two numbers is a `between`.
func letters(text string, yield func(letter) bool) {
	var last rune // letter before, 0 at the beginning
	var gap byte  // the kind of what came since; '.' outdoes '(' outdoes ' '
	gapAt := letter{r: between}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		start, end := i, i+size
		i = end
		for _, r := range spell(r) {
			kind := kindOf(r)
			if kind == 0 {
				continue
			}
			if kind != 'a' {
				if gap == 0 || kind == '.' && gap != '.' {
					gapAt.start, gapAt.end = start, end
				}
				gap = max(gap, kind) // ' ' < '(' < '.'
				continue
			}
			r = small(r)
			if last != 0 && (gap == '.' || gap == ' ' && unicode.IsDigit(last) && unicode.IsDigit(r)) && !yield(gapAt) {
				return
			}
			gap, last = 0, r
			if !yield(letter{r, start, end}) {
				return
			}
		}
	}
}

// spell is the character in its plain letters: of half width, accents apart.
func spell(r rune) []rune {
	if r < utf8.RuneSelf || r >= 0x4e00 && r <= 0x9fff { // nearly all of a Chinese text
		return []rune{r}
	}
	return []rune(norm.NFKD.String(string(r)))
}

func small(r rune) rune {
	switch r {
	case '%':
		return '％' // the full-text table cuts at ASCII punctuation
	case '\u0130':
		return 'i'
	}
	return unicode.ToLower(r)
}

// kindOf sorts a character: 'a' letter, ' ' space, '(' bracket or quotation mark, '.' punctuation, 0 nothing.
func kindOf(r rune) byte {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '%', r == '‰':
		return 'a'
	case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029', r == '\f', r == '\v':
		return '.'
	case r == '"', r == '\'', unicode.In(r, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf):
		return '('
	case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return 'a'
	case unicode.In(r, unicode.M, unicode.Cf, unicode.Cc):
		return 0
	}
	return '.'
}

// plain is a text as it is compared.
func plain(text string) []rune {
	out := make([]rune, 0, len(text)/2)
	letters(text, func(l letter) bool {
		out = append(out, l.r)
		return true
	})
	return out
}

// Words takes the words and phrases of a query apart, as they are compared, each once.
func Words(text string) (words []string) {
	seen := map[string]bool{}
	add := func(s string) {
		if w := string(plain(s)); w != "" && !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	var open rune // the quotation mark that ends the phrase, 0 outside
	from := 0
	for i, r := range text {
		switch {
		case open != 0 && r == open:
			add(text[from:i])
			open, from = 0, i+utf8.RuneLen(r)
		case open == 0 && closing[r] != 0:
			add(text[from:i])
			open, from = closing[r], i+utf8.RuneLen(r)
		case open == 0 && unicode.IsSpace(r):
			add(text[from:i])
			from = i + utf8.RuneLen(r)
		}
	}
	add(text[from:])
	return words
}

// closing is the mark that ends what the mark begins.
var closing = map[rune]rune{'"': '"', '“': '”', '”': '”', '„': '“', '「': '」', '『': '』', '＂': '＂', '〝': '〞'}

// A gram is a pair of letters, or a single one, that the index holds for a text, after a mark that says where it
// stands.
type place string

// The places. The marks are never letters.
const (
	inText  place = ""  // title and text
	inTitle place = "¶" // title
	isOften place = "×" // at least oftenTimes times in title and text
)

// oftenTimes is how many times a gram must come to come often.
const oftenTimes = 3

// pairs gives the pairs of letters of a text in order, each with the mark of the place.
func (p place) pairs(text []rune, yield func(gram string)) {
	for i := 1; i < len(text); i++ {
		yield(string(p) + string(text[i-1:i+1]))
	}
}

// singles gives each letter of a text once, with the mark of the place.
func (p place) singles(text []rune, yield func(gram string)) {
	seen := map[rune]bool{}
	for _, r := range text {
		if !seen[r] {
			seen[r] = true
			yield(string(p) + string(r))
		}
	}
}

// often gives the grams that come often, each once.
func often(text []rune, yield func(gram string)) {
	pairs := map[[2]rune]int{}
	single := map[rune]int{}
	for i, r := range text {
		if single[r]++; single[r] == oftenTimes {
			yield(string(isOften) + string(r))
		}
		if i == 0 {
			continue
		}
		pair := [2]rune{text[i-1], r}
		if pairs[pair]++; pairs[pair] == oftenTimes {
			yield(string(isOften) + string(pair[:]))
		}
	}
}

// of is the grams that a word is found by in a place: itself, or its pairs in order.
func (p place) of(word string) (out []string) {
	rs := []rune(word)
	if len(rs) == 1 {
		return []string{string(p) + word}
	}
	p.pairs(rs, func(g string) { out = append(out, g) })
	return out
}
