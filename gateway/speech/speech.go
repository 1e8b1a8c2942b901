// Package speech makes text that is to be read aloud of text that was written to be read: short sentences, numbers and units in words,
// no symbols, twice where there is room, and never longer than people stand and listen.
//
//	speech.Of("【示例县气象台】预计3小时内雨量达50mm以上，请拨打119。")
//	// 示例县气象台。预计三小时内雨量达五十毫米以上，请拨打幺幺九。再播一遍。示例县气象台。预计……
//
// What is a drill says so before and after.
package speech

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhixing/drill"
)

// Most is how many characters are read: some 75 seconds.
const Most = 300

// The words around what is said.
const (
	before = "现在是演练。"
	after  = "以上是演练。"
	again  = "再播一遍。"
)

// Of is the text as it is to be read.
func Of(text string) string {
	exercise := drill.Has(text)
	body := sentences(spoken(strings.ReplaceAll(text, drill.Mark, "")))
	if body == "" {
		return ""
	}
	room := Most
	if exercise {
		room -= utf8.RuneCountInString(before + after)
	}
	if twice := body + again + body; utf8.RuneCountInString(twice) <= room {
		body = twice
	} else {
		body = cut(body, room)
	}
	if exercise {
		return before + body + after
	}
	return body
}

// cut keeps whole sentences up to so many characters.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	for i := most; i > 0; i-- {
		if r[i-1] == '。' {
			return string(r[:i])
		}
	}
	return string(r[:most-1]) + "。"
}

// longSentence is where a comma becomes a full stop: the reader has to breathe, and the echo to fade.
const longSentence = 25

// sentences leaves commas and full stops of all punctuation.
func sentences(s string) string {
	var out []rune
	length := 0 // of the sentence so far
	pause := func(p rune) {
		n := len(out)
		if n == 0 {
			return
		}
		if p == '，' && length >= longSentence {
			p = '。'
		}
		switch last := out[n-1]; {
		case last == '。' || last == p:
		case last == '，':
			out[n-1] = p
		default:
			out = append(out, p)
		}
		if out[len(out)-1] == '。' {
			length = 0
		}
	}
	for _, r := range s {
		switch {
		case strings.ContainsRune("。；;！!？?：:\n\r】", r):
			pause('。')
		case strings.ContainsRune("，,、（）()—…", r):
			pause('，')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out = append(out, r)
			length++
		}
	}
	pause('。')
	if n := len(out); n > 0 && out[n-1] == '，' {
		out[n-1] = '。'
	}
	return string(out)
}

// rule replaces what is written in figures by words.
type rule struct {
	pattern *regexp.Regexp
	words   func(m []string) string
}

const figure = `\d+(?:\.\d+)?`

// rules, in their order: what is special stands before what is general, and none leaves a figure for the next.
var rules = []rule{
	{regexp.MustCompile(`https?://[\x21-\x7e]+`), func([]string) string { return "" }},
	{regexp.MustCompile(`〔(\d{4})〕`), func(m []string) string { return digits(m[1]) + "年" }},
	{regexp.MustCompile(`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`), func(m []string) string {
		return digits(m[1]) + "年" + number(m[2]) + "月" + number(m[3]) + "日"
	}},
	{regexp.MustCompile(`(\d{4})年`), func(m []string) string { return digits(m[1]) + "年" }},
	{regexp.MustCompile(`(\d{1,2})[:：](\d{2})`), func(m []string) string { return clock(m[1], m[2]) }},
	{regexp.MustCompile(`\d{3,4}-\d{7,8}`), func(m []string) string { return dialled(m[0]) }},
	{regexp.MustCompile(`((?:电话|热线|拨打|致电|拨)[：:]?\s*)(\d+)`), func(m []string) string { return strings.TrimRight(m[1], " :：") + dialled(m[2]) }},
	{regexp.MustCompile(`\d{7,}`), func(m []string) string { return dialled(m[0]) }},
	{regexp.MustCompile(`(` + figure + `)\s*[-~～—－至]+\s*(` + figure + `)\s*[%％]`), func(m []string) string {
		return "百分之" + number(m[1]) + "到" + "百分之" + number(m[2])
	}},
	{regexp.MustCompile(`(` + figure + `)\s*[%％]`), func(m []string) string { return "百分之" + number(m[1]) }},
	{regexp.MustCompile(`(` + figure + `)\s*‰`), func(m []string) string { return "千分之" + number(m[1]) }},
	{regexp.MustCompile(`(^|[^\d一-龥])[-－](` + figure + `)\s*(?:℃|°C)`), func(m []string) string { return m[1] + "零下" + number(m[2]) + "摄氏度" }},
	{regexp.MustCompile(`([一-龥])[-－](` + figure + `)\s*(?:℃|°C)`), func(m []string) string { return m[1] + "零下" + number(m[2]) + "摄氏度" }},
	{regexp.MustCompile(`(` + figure + `)\s*[-~～—－]+\s*(` + figure + `)`), func(m []string) string { return number(m[1]) + "到" + m[2] }},
	{regexp.MustCompile(`(` + figure + `)\s*(` + unitPattern() + `)`), func(m []string) string { return number(m[1]) + units[m[2]] }},
	{regexp.MustCompile(`(^|\D)2([个小天次人户座条处辆名台起周])`), func(m []string) string { return m[1] + "两" + m[2] }},
	{regexp.MustCompile(figure), func(m []string) string { return number(m[0]) }},
}

var units = map[string]string{"mm": "毫米", "cm": "厘米", "km/h": "公里每小时", "km": "公里", "m/s": "米每秒", "m³/s": "立方米每秒", "m³": "立方米", "μg/m³": "微克每立方米",
	"㎡": "平方米", "m": "米", "kg": "公斤", "℃": "摄氏度", "°C": "摄氏度", "hPa": "百帕", "h": "小时", "min": "分钟"}

// unitPattern has the longest first: m/s is no metre.
func unitPattern() string {
	return `μg/m³|m³/s|km/h|m/s|m³|hPa|min|mm|cm|km|kg|°C|℃|㎡|m|h`
}

func spoken(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		}
		return r
	}, s)
	for _, r := range rules {
		s = r.pattern.ReplaceAllStringFunc(s, func(found string) string { return r.words(r.pattern.FindStringSubmatch(found)) })
	}
	return s
}

const figures = "零一二三四五六七八九"

func digit(c byte) string { return string([]rune(figures)[c-'0']) }

// digits reads one figure after the other, as years are.
func digits(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString(digit(s[i]))
	}
	return b.String()
}

// dialled is how a telephone number is said: one is yāo, so that it cannot be taken for seven.
func dialled(s string) string {
	return strings.ReplaceAll(digits(strings.ReplaceAll(s, "-", "")), "一", "幺")
}

func clock(hour, minute string) string {
	s := number(hour) + "点"
	switch {
	case minute == "00":
		return s
	case minute[0] == '0':
		return s + "零" + number(minute[1:]) + "分"
	}
	return s + number(minute) + "分"
}

// number reads a number as a number: 1050 is 一千零五十, 3.5 三点五. What is longer than anything that is counted is read by its figures.
func number(s string) string {
	whole, part, _ := strings.Cut(s, ".")
	whole = strings.TrimLeft(whole, "0")
	out := "零"
	switch {
	case len(whole) > 8:
		out = digits(whole)
	case len(whole) > 4:
		high, low := whole[:len(whole)-4], whole[len(whole)-4:]
		out = thousands(high) + "万"
		if rest := strings.TrimLeft(low, "0"); rest != "" {
			if low[0] == '0' {
				out += "零"
			}
			out += thousands(rest)
		}
	case whole != "":
		out = thousands(whole)
	}
	if strings.HasPrefix(out, "一十") {
		out = strings.TrimPrefix(out, "一")
	}
	if part != "" {
		out += "点" + digits(part)
	}
	return out
}

// thousands reads one to four figures of which the first is none.
func thousands(s string) string {
	var b strings.Builder
	zero := false
	for i := range len(s) {
		if s[i] == '0' {
			zero = true
			continue
		}
		if zero {
			b.WriteString("零")
		}
		zero = false
		b.WriteString(digit(s[i]) + []string{"", "十", "百", "千"}[len(s)-1-i])
	}
	return b.String()
}
