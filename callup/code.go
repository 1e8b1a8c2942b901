package callup

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode"
)

// A reply code is four symbols and a check symbol, K7M4X. That of a drill has one more and begins with Y, as no other does. No two
// symbols look alike: neither 0 and O, 1 and I, 2 and Z, 5 and S, 8 and B, 6 and G, nor U and V are both there. Each code has a letter
// and a digit, so that no number and no word is one. The check symbol shows one wrong symbol anywhere, and any two that changed places.
const (
	symbols  = "346789ACEFHJKLMNPRTUWXY" // a prime number of them, or the check would miss some
	drillSym = 'Y'
	codeLen  = 5
)

// newCode makes a code at random.
func newCode(drill bool) string {
	n := codeLen
	if drill {
		n++
	}
	for {
		b := make([]byte, n-1)
		for i := range b {
			b[i] = symbols[randomIndex()]
		}
		if drill {
			b[0] = drillSym
		} else if b[0] == drillSym {
			continue
		}
		code := string(append(b, checkSymbol(string(b))))
		if mixed(code) {
			return code
		}
	}
}

func randomIndex() int {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(len(symbols))))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return int(n.Int64())
}

// checkSymbol makes the sum of all symbols, each times its place, divisible by their number.
func checkSymbol(body string) byte {
	sum := 0
	for i := range len(body) {
		sum += (i + 1) * strings.IndexByte(symbols, body[i])
	}
	p, weight := len(symbols), len(body)+1
	for v := range p {
		if (sum+weight*v)%p == 0 {
			return symbols[v]
		}
	}
	panic("callup: the number of symbols is not prime")
}

// validCode reports whether a text in capitals is a code.
func validCode(s string) bool {
	if strings.Trim(s, symbols) != "" || !mixed(s) {
		return false
	}
	switch len(s) {
	case codeLen:
		if s[0] == drillSym {
			return false
		}
	case codeLen + 1:
		if s[0] != drillSym {
			return false
		}
	default:
		return false
	}
	return checkSymbol(s[:len(s)-1]) == s[len(s)-1]
}

// mixed reports whether a text has both a letter and a digit.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

// spelling is what a text says of codes.
type spelling struct {
	codes []string // valid, each once
	wrong bool     // there is something that was meant for a code and is none
	rest  string   // the text without what looks like a code
}

// spell looks for codes in what somebody wrote. Nothing is mended: what is nearly a code is none.
func spell(text string) spelling {
	var out spelling
	var rest, word strings.Builder
	end := func() {
		w := strings.ToUpper(narrow(word.String()))
		switch {
		case validCode(w):
			out.codes = union(out.codes, []string{w})
		case mixed(w) && len(w) >= codeLen-1 && len(w) <= codeLen+2:
			out.wrong = true
		default:
			rest.WriteString(word.String())
		}
		word.Reset()
	}
	for _, r := range text {
		if n := narrowed(r); n < unicode.MaxASCII && (unicode.IsLetter(n) || unicode.IsDigit(n)) {
			word.WriteRune(r)
			continue
		}
		end()
		rest.WriteRune(r)
	}
	end()
	out.rest = strings.TrimSpace(rest.String())
	return out
}

// narrow turns full-width letters, digits and blanks into plain ones: telephones write both.
func narrow(s string) string { return strings.Map(narrowed, s) }

func narrowed(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	}
	return r
}
