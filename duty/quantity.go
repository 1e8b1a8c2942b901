package duty

import "strconv"

// amount is a number with its unit as printed: 3万人次, 20、50、80毫克/立方米, 3—5家, Ⅲ类.
type amount struct {
	values []string // decimals; several where they share the unit
	high   string   // upper end of a range
	unit   string
	class  bool // a class of quality, values[0] in Roman numerals
}

// quantity reads an amount at i and gives the place after it, or i. A number without a unit is none.
func quantity(f []rune, i int) (amount, int) {
	if c := f[i]; !isDigit(c) && !startsNumeral(c) && (c < 'Ⅰ' || c > 'Ⅴ') && c != 'I' && c != 'V' {
		return amount{}, i
	}
	if c := runeAt(f, i-1); isLatin(c) || c == '.' || c == '第' || isDigit(c) {
		return amount{}, i
	}
	if q, j := qualityClass(f, i); j > i {
		return q, j
	}
	v, j := decimal(f, i)
	if j == i {
		return chineseAmount(f, i)
	}
	q := amount{values: []string{v}}
	for runeAt(f, j) == '、' {
		v, k := decimal(f, j+1)
		if k == j+1 {
			break
		}
		q.values = append(q.values, v)
		j = k
	}
	if k := j + unitOf(f, j); k > j && len(q.values) == 1 && isRange(runeAt(f, k)) {
		// 3个-5个, 30%~50%
		if v, l := decimal(f, k+1); l > k+1 && unitOf(f, l) == k-j && string(f[l:l+k-j]) == string(f[j:k]) {
			q.high, j = v, l
		}
	}
	if len(q.values) == 1 && isRange(runeAt(f, j)) {
		if v, k := decimal(f, j+1); k > j+1 {
			q.high, j = v, k
		}
	}
	if c := runeAt(f, j); c == '余' || c == '多' {
		j++
	}
	n := unitOf(f, j)
	if n == 0 {
		return amount{}, i
	}
	q.unit = string(f[j : j+n])
	return q, j + n
}

// chineseAmount reads 五支, 两个, 七小时, 一百二十户.
func chineseAmount(f []rune, i int) (amount, int) {
	n, j := numeral(f, i)
	if j == i || n == 0 || f[i] == '百' || f[i] == '千' || isLatin(runeAt(f, i-1)) || numeralRune(runeAt(f, i-1)) {
		return amount{}, i // 千人供水工程 counts nothing
	}
	u := spoken.at(f, j)
	if k := scales.at(f, j); k > 0 && spoken.at(f, j+k) > 0 {
		u = k + spoken.at(f, j+k)
	}
	if u == 0 || phrases.at(f, i) > 0 {
		return amount{}, i
	}
	return amount{values: []string{strconv.Itoa(n)}, unit: string(f[j : j+u])}, j + u
}

// spoken are the units that numerals in words count in: 五支队伍, 七小时, 三万人次.
var spoken = newWords("个 家 名 人次 户 辆 台 套 条 座 处 所 项 次 轮 场次 支 批次 件 亩 公里 米 小时 分钟 张 种 个百分点")

// phrases begin with a numeral and count nothing.
var phrases = newWords("一批 一体 一次性 一个方面 一件事 一站式 一网通办 一户一 一企一 一厂一 一镇一 一口一 一项一 一定 一些 一般 一类 一并 一家 三项制度 双随机")

// decimal reads 12, 0.5 in Arabic digits at i.
func decimal(f []rune, i int) (string, int) {
	j := i
	for isDigit(runeAt(f, j)) {
		j++
	}
	if j == i || j-i > 15 {
		return "", i
	}
	if runeAt(f, j) == '.' && isDigit(runeAt(f, j+1)) {
		for j++; isDigit(runeAt(f, j)); j++ {
		}
	}
	k := i
	for k < j-1 && f[k] == '0' && f[k+1] != '.' {
		k++
	}
	return string(f[k:j]), j
}

// numeral reads a Chinese numeral below 10,000 at i: 七, 十二, 一百二十, 两千.
func numeral(f []rune, i int) (n, end int) {
	digit := 0
	for end = i; ; end++ {
		c := runeAt(f, end)
		by := 0
		switch c {
		case '一', '二', '三', '四', '五', '六', '七', '八', '九', '两':
			if digit > 0 {
				return 0, i
			}
			digit = digitOf(c)
			continue
		case '十':
			by = 10
		case '百':
			by = 100
		case '千':
			by = 1000
		case '零':
			continue
		default:
			return n + digit, end
		}
		if n > 0 && n%(by*10) != 0 {
			return 0, i
		}
		n += max(digit, 1) * by
		digit = 0
	}
}

func startsNumeral(c rune) bool {
	switch c {
	case '一', '二', '三', '四', '五', '六', '七', '八', '九', '两', '十':
		return true
	}
	return false
}

func digitOf(c rune) int {
	for i, d := range [...]rune{'一', '二', '三', '四', '五', '六', '七', '八', '九'} {
		if c == d {
			return i + 1
		}
	}
	return 2 // 两
}

func numeralRune(c rune) bool {
	_, end := numeral([]rune{c}, 0)
	return end > 0
}

// qualityClass reads Ⅲ类, III类 at i; 劣Ⅴ类 is worse than any.
func qualityClass(f []rune, i int) (amount, int) {
	classes := [...]string{"I", "II", "III", "IV", "V"}
	j := i
	class := ""
	switch c := runeAt(f, i); {
	case c >= 'Ⅰ' && c <= 'Ⅴ':
		class, j = classes[c-'Ⅰ'], i+1
	case c == 'I' || c == 'V':
		for j < i+3 && (runeAt(f, j) == 'I' || runeAt(f, j) == 'V') {
			j++
		}
		class = string(f[i:j])
	}
	if j == i || runeAt(f, j) != '类' || runeAt(f, i-1) == '劣' {
		return amount{}, i
	}
	for _, known := range classes {
		if class == known {
			return amount{values: []string{class}, unit: "类", class: true}, j + 1
		}
	}
	return amount{}, i
}

// unitOf is the length of the unit at i, scale and denominator included: 万人次, 毫克/立方米, %.
func unitOf(f []rune, i int) int {
	j := i + scales.at(f, i)
	n := unitWords.at(f, j)
	switch {
	case n == 0 && j > i:
		return j - i // 5万
	case n == 0:
		return 0
	}
	j += n
	if runeAt(f, j) == '/' {
		if n := unitWords.at(f, j+1); n > 0 {
			j += 1 + n
		}
	}
	return j - i
}

var (
	scales    = newWords("万 亿 万亿 千万 百万 千")
	unitWords = newWords("% ‰ 个百分点 百分点 个 家 名 人 人次 户 辆 台 套 台套 台(套) 条 座 处 所 项 次 轮 期 场 场次 支 批次 件 种 亩 公顷 公里 千米 米 厘米 " +
		"毫米 平方公里 平方千米 平方米 立方米 方 吨 千克 公斤 克 毫克 微克 千瓦 千瓦时 兆瓦 吉瓦 度 元 分钟 小时 秒 天 张 张床位 床 间 棵 株 头 只 尾 艘 架 部 篇 本 册 " +
		"块 片 组 对 门 节 班 宗 例 起 笔 单 款 升 吨标准煤 分贝 兆 G 兆比特 个工作日 工作日 人/次 位 卷 幅 份 倍 幢 栋 孔 眼 口 枚 档 类 级")
)

func isRange(c rune) bool {
	return c == '-' || c == '—' || c == '–' || c == '~' || c == '～' || c == '至' || c == '到' || c == '－'
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }
func isLatin(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }
