package manuscript

import (
	"strconv"
	"strings"
)

// numeral writes a number in one of Word's formats; formats that no Chinese office uses come out in digits.
func numeral(n int, format string) string {
	if n < 0 || n >= 1_000_000 {
		return strconv.Itoa(n)
	}
	switch format {
	case "none":
		return ""
	case "chineseCounting", "taiwaneseCounting", "ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand":
		if n > 99 || n >= 10 && strings.HasSuffix(format, "igital") {
			return spell(n, "〇一二三四五六七八九")
		}
		return chinese(n)
	case "chineseCountingThousand", "taiwaneseCountingThousand", "japaneseCounting":
		return chinese(n)
	case "chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal":
		return formal.Replace(longChinese(n))
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "decimalFullWidth", "decimalFullWidth2":
		return spell(n, "０１２３４５６７８９")
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		if n >= 1 && n <= 50 {
			return circled(strconv.Itoa(n))
		}
	case "decimalEnclosedParen":
		return "(" + strconv.Itoa(n) + ")"
	case "decimalEnclosedFullstop":
		return strconv.Itoa(n) + "."
	case "ideographEnclosedCircle":
		if n >= 1 && n <= 10 {
			return string(rune('㊀' + n - 1))
		}
	case "ideographTraditional":
		return pick(n, "甲乙丙丁戊己庚辛壬癸")
	case "ideographZodiac":
		return pick(n, "子丑寅卯辰巳午未申酉戌亥")
	case "lowerLetter":
		return letters(n, 'a')
	case "upperLetter":
		return letters(n, 'A')
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	}
	return strconv.Itoa(n)
}

// spell writes a number digit by digit.
func spell(n int, digits string) string {
	d := []rune(digits)
	var b strings.Builder
	for _, c := range strconv.Itoa(n) {
		b.WriteRune(d[c-'0'])
	}
	return b.String()
}

func pick(n int, of string) string {
	r := []rune(of)
	if n < 1 || n > len(r) {
		return strconv.Itoa(n)
	}
	return string(r[n-1])
}

// letters counts a … z, aa, bb …, as Word does.
func letters(n int, first rune) string {
	if n < 1 || n > 26*30 {
		return strconv.Itoa(n)
	}
	return strings.Repeat(string(first+rune((n-1)%26)), 1+(n-1)/26)
}

// chinese writes 12 as 十二, 101 as 一百零一, 20300 as 二万零三百.
func chinese(n int) string {
	s := longChinese(n)
	if strings.HasPrefix(s, "一十") {
		return strings.TrimPrefix(s, "一")
	}
	return s
}

// longChinese writes 12 as 一十二.
func longChinese(n int) string {
	if n == 0 {
		return "零"
	}
	if n >= 10_000 {
		s := chinese(n/10_000) + "万"
		switch rest := n % 10_000; {
		case rest == 0:
			return s
		case rest < 1000:
			return s + "零" + longChinese(rest)
		default:
			return s + longChinese(rest)
		}
	}
	digits, units := []rune("零一二三四五六七八九"), [4]string{"", "十", "百", "千"}
	var b strings.Builder
	gap := false
	for place, size := 3, 1000; place >= 0; place, size = place-1, size/10 {
		d := n / size % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteRune('零')
			gap = false
		}
		b.WriteRune(digits[d])
		b.WriteString(units[place])
	}
	return b.String()
}

var formal = strings.NewReplacer("一", "壹", "二", "贰", "三", "叁", "四", "肆", "五", "伍", "六", "陆", "七", "柒", "八", "捌", "九", "玖", "十", "拾", "百", "佰", "千", "仟", "万", "萬")

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, u := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= u.value {
			b.WriteString(u.sign)
			n -= u.value
		}
	}
	return b.String()
}
