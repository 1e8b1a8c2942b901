package gazette

import (
	"strings"
	"unicode/utf8"
)

func spaces(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !isSpace(r) {
			break
		}
		n += size
	}
	return n
}

// number reads Arabic or Chinese digits; used is 0 where there are none.
func number(s string) (n, used int) {
	if r, _ := utf8.DecodeRuneInString(s); isDigit(r) {
		return digits(s)
	}
	return hanDigits(s)
}

// digits reads up to nine half- or full-width digits.
func digits(s string) (n, used int) {
	for k := 0; k < 9; k++ {
		r, size := utf8.DecodeRuneInString(s[used:])
		if !isDigit(r) {
			break
		}
		n = n*10 + int(half(r)-'0')
		used += size
	}
	return n, used
}

func hanDigit(r rune) int {
	switch r {
	case '〇', '零', '○', 'Ｏ':
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

// hanDigits reads 十二, 三十六, 一百零五 and the digit-by-digit 二〇二三.
func hanDigits(s string) (n, used int) {
	section, digit, plain := 0, -1, 0
	for i := 0; i < 12 && used < len(s); i++ {
		r, size := utf8.DecodeRuneInString(s[used:])
		switch d := hanDigit(r); {
		case d >= 0:
			if digit >= 0 {
				plain++
				digit = digit*10 + d
			} else {
				digit = d
			}
			if digit > 9999 {
				return 0, 0
			}
		case r == '十':
			if digit < 0 {
				digit = 1
			}
			section += digit * 10
			digit = -1
		case r == '百' && digit > 0:
			section += digit * 100
			digit = -1
		default:
			return section + max(digit, 0), used
		}
		used += size
	}
	return section + max(digit, 0), used
}

// hanNumber writes 1 to 999 in Chinese digits.
func hanNumber(n int) string {
	const d = "零一二三四五六七八九"
	digit := func(k int) string { return d[k*3 : k*3+3] }
	var b strings.Builder
	if n >= 100 {
		b.WriteString(digit(n/100) + "百")
		if n %= 100; n > 0 && n < 10 {
			b.WriteString("零")
		} else if n >= 10 && n < 20 {
			b.WriteString("一")
		}
	}
	if n >= 10 {
		if n >= 20 {
			b.WriteString(digit(n / 10))
		}
		b.WriteString("十")
		n %= 10
	}
	if n > 0 {
		b.WriteString(digit(n))
	}
	return b.String()
}
