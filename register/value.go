package register

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/quantity"
	"zhixing/sheet"
)

// The spellings of 是否.
const (
	yesWord = "是"
	noWord  = "否"
)

// maxDigits bounds a number's digits that count: so many a double holds exactly, and Excel keeps no more.
const maxDigits = 15

// tidy takes off what people and spreadsheets leave around a value: blanks, and the width of letters and signs.
func tidy(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == '\ufeff', r == '\u200b':
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s))
}

// parse gives the one spelling of what somebody typed into the field, or a sentence that says what is wrong and what to
// do. An empty text is an empty field. References are looked up elsewhere, and shapes are kept apart: shape is that of a
// line or a surface, whose spelling is its address.
func (r *Registers) parse(f *Field, raw string) (value string, shape *Geometry, bad string) {
	if !readable(raw) {
		return "", nil, "有无法识别的字符，请重新输入。"
	}
	s := tidy(raw)
	if s == "" {
		return "", nil, ""
	}
	switch f.Type {
	case Text, Person, Ref:
		value, bad = parseText(f, raw)
	case Number:
		value, bad = parseNumber(f, s)
	case Money:
		value, bad = parseMoney(f, s)
	case Day:
		value, bad = parseDay(f, s)
	case Clock:
		value, bad = parseClock(s)
	case Part:
		value, bad = parsePart(s)
	case Choice:
		value, bad = parseChoice(f, s)
	case YesNo:
		value, bad = parseYesNo(s)
	case Unit:
		value, bad = r.parseUnit(s)
	case File:
		if value, bad = s, ""; !isFileValue(s) {
			bad = "文件不能写在表格里，请在条目页面上传。"
		}
	case Point, Line, Polygon:
		return parsePlace(f, raw)
	default:
		bad = "这一格的类型认不出，请联系管理员。"
	}
	return value, nil, bad
}

func parseText(f *Field, raw string) (string, string) {
	s := strings.TrimSpace(strings.ReplaceAll(raw, "\r\n", "\n"))
	most := maxText
	if f.Type != Text {
		most, s = maxKey, strings.Join(strings.Fields(s), " ")
	}
	if len(s) > most {
		return "", fmt.Sprintf("最多%d字，现有%d字，请删减。", most/3, utf8.RuneCountInString(s))
	}
	return s, ""
}

// parseNumber reads 1,234.50 and, where a unit stands behind, converts it: 12公顷 in a field of 亩 is 180.
func parseNumber(f *Field, s string) (string, string) {
	digits, unit := splitNumber(s)
	d, err := quantity.Parse(digits)
	if err != nil {
		return "", fmt.Sprintf("“%s”不是数，请只写数字%s。", cut(s, 40), inUnit(f.Unit))
	}
	if unit != "" && unit != string(f.Unit) {
		from, err := quantity.ParseUnit(unit)
		if err != nil {
			return "", fmt.Sprintf("“%s”的计量单位不认识，请只写数字%s。", cut(s, 40), inUnit(f.Unit))
		}
		if from != f.Unit {
			if !from.Same(f.Unit) {
				return "", fmt.Sprintf("“%s”不能换算，请只写数字%s。", cut(s, 40), inUnit(f.Unit))
			}
			exact, err := quantity.Convert(d, from, f.Unit)
			if err != nil {
				return "", err.Error() + "。"
			}
			if d, err = decimalOf(exact); err != nil {
				return "", fmt.Sprintf("“%s”换算后除不尽，请换算好再填%s。", cut(s, 40), inUnit(f.Unit))
			}
		}
	}
	if significant(d) > maxDigits {
		return "", fmt.Sprintf("“%s”超过%d位有效数字，请核对。", cut(s, 40), maxDigits)
	}
	return d.String(), f.bounds(d)
}

func inUnit(u quantity.Unit) string {
	if u == "" {
		return ""
	}
	return "，单位是" + string(u)
}

// decimalOf is an exact fraction as a decimal, if it is one.
func decimalOf(x *big.Rat) (quantity.Decimal, error) {
	places, exact := x.FloatPrec()
	if !exact || places > maxDigits {
		return quantity.Decimal{}, &quantity.Syntax{Text: x.RatString(), Why: "除不尽"}
	}
	return quantity.Round(x, places)
}

func significant(d quantity.Decimal) int {
	n := d.Coef()
	for n != 0 && n%10 == 0 {
		n /= 10
	}
	return len(strings.TrimPrefix(strconv.FormatInt(n, 10), "-"))
}

// splitNumber parts the digits, freed from separators of thousands, from the unit behind them.
func splitNumber(s string) (digits, unit string) {
	i := 0
	for i < len(s) && strings.IndexByte("+-.,0123456789 ", s[i]) >= 0 {
		i++
	}
	digits, unit = strings.TrimSpace(s[:i]), strings.TrimSpace(s[i:])
	if strings.Contains(digits, ",") {
		whole, _, _ := strings.Cut(digits, ".")
		groups := strings.Split(strings.TrimLeft(whole, "+-"), ",")
		for n, g := range groups {
			if n == 0 && (len(g) == 0 || len(g) > 3) || n > 0 && len(g) != 3 {
				return s, "" // 1,5 is no number that we may guess at
			}
		}
		digits = strings.ReplaceAll(digits, ",", "")
	}
	return digits, unit
}

func (f *Field) bounds(d quantity.Decimal) string {
	switch {
	case f.Min != nil && d.Cmp(*f.Min) < 0:
		return fmt.Sprintf("不能小于%s，现在是%s，请核对%s。", f.Min, d, inUnit(f.Unit))
	case f.Max != nil && d.Cmp(*f.Max) > 0:
		return fmt.Sprintf("不能大于%s，现在是%s，请核对%s。", f.Max, d, inUnit(f.Unit))
	}
	return ""
}

// parseMoney reads an amount in 元, or in the field's unit, and gives fen. A unit written behind the amount counts.
func parseMoney(f *Field, s string) (string, string) {
	unit := f.Unit
	if unit == "" {
		unit = "元"
	}
	digits, tail := splitNumber(strings.TrimLeft(s, "¥￥"))
	from := unit
	if tail != "" {
		u, err := quantity.ParseUnit(tail)
		if err != nil || !u.Same("元") {
			return "", fmt.Sprintf("“%s”不是金额，请只写数字，单位是%s。", cut(s, 40), unit)
		}
		from = u
	}
	d, err := quantity.Parse(digits)
	if err != nil {
		return "", fmt.Sprintf("“%s”不是金额，请只写数字，单位是%s。", cut(s, 40), unit)
	}
	yuan, err := quantity.Convert(d, from, "元")
	if err != nil {
		return "", err.Error() + "。"
	}
	fen := yuan.Mul(yuan, big.NewRat(100, 1))
	if !fen.IsInt() {
		return "", fmt.Sprintf("“%s”不足一分的尾数记不了，请核对。", cut(s, 40))
	}
	if n := fen.Num(); !n.IsInt64() || n.Int64() > 999_999_999_999_999 || n.Int64() < -999_999_999_999_999 {
		return "", fmt.Sprintf("“%s”太大，请核对单位（%s）。", cut(s, 40), unit)
	}
	in, err := fenIn(fen.Num().Int64(), unit)
	if err != nil {
		return "", err.Error()
	}
	return fen.Num().String(), f.bounds(in)
}

// fenIn is an amount in a unit of money, with the places that it needs.
func fenIn(fen int64, unit quantity.Unit) (quantity.Decimal, error) {
	if unit == "" {
		unit = "元"
	}
	exact, err := quantity.Convert(quantity.New(fen, 2), "元", unit)
	if err != nil {
		return quantity.Decimal{}, err
	}
	return decimalOf(exact)
}

func parseDay(f *Field, s string) (string, string) {
	d, ok := sheet.ParseDate(s)
	if !ok || d.Year > 2200 {
		return "", fmt.Sprintf("“%s”不是日期，请写成 2023-10-31。", cut(s, 40))
	}
	return d.String(), ""
}

func parseClock(s string) (string, string) {
	c, err := calendar.ParseClock(s)
	if err != nil {
		return "", fmt.Sprintf("“%s”不是钟点，请写成 08:30。", cut(s, 40))
	}
	return c.String(), ""
}

func parsePart(s string) (string, string) {
	p, err := calendar.ParseDayPart(s)
	if err != nil {
		return "", fmt.Sprintf("“%s”不是时段，请写成 09:00-11:30；跨过半夜的写 22:00-06:00。", cut(s, 40))
	}
	return p.String(), ""
}

func parseChoice(f *Field, s string) (string, string) {
	if i := slices.IndexFunc(f.Options, func(o string) bool { return o == s || org.Fold(o) == org.Fold(s) }); i >= 0 {
		return f.Options[i], ""
	}
	return "", fmt.Sprintf("“%s”不在选项之内，可选：%s。", cut(s, 40), cut(strings.Join(f.Options, "、"), 300))
}

func parseYesNo(s string) (string, string) {
	switch strings.ToUpper(s) {
	case "是", "有", "√", "TRUE", "Y", "YES", "1", "对":
		return yesWord, ""
	case "否", "无", "×", "FALSE", "N", "NO", "0", "X", "没有", "不是":
		return noWord, ""
	}
	return "", fmt.Sprintf("“%s”认不出，请写“是”或“否”。", cut(s, 40))
}

func (r *Registers) parseUnit(s string) (string, string) {
	if r.Directory == nil {
		return s, ""
	}
	u, ok := r.Directory.Resolve(s)
	if !ok {
		var near []string
		for _, u := range r.Directory.Search(s, 3) {
			near = append(near, u.Name)
		}
		if len(near) > 0 {
			return "", fmt.Sprintf("没有叫“%s”的单位，是不是“%s”？", cut(s, 60), strings.Join(near, "”“"))
		}
		return "", fmt.Sprintf("没有叫“%s”的单位，请写单位全称。", cut(s, 60))
	}
	if u.Kind == org.Set {
		return "", fmt.Sprintf("“%s”是统称，请写明是哪一个单位。", u.Name)
	}
	return u.Name, ""
}

// fileValue is the spelling of a file: its hash, size, kind and name.
func fileValue(sha string, size int, media, name string) string {
	return fmt.Sprintf("sha256:%s %d %s %s", sha, size, media, name)
}

// FileRef is what a file field holds.
type FileRef struct {
	SHA256    string
	Size      int
	MediaType string
	Name      string
}

// ParseFile reads the spelling of a file field; false where it holds none.
func ParseFile(value string) (FileRef, bool) {
	parts := strings.SplitN(value, " ", 4)
	hex, ok := strings.CutPrefix(parts[0], "sha256:")
	if !ok || len(parts) != 4 || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return FileRef{}, false
	}
	size, err := strconv.Atoi(parts[1])
	if err != nil || size < 0 || size > maxFile {
		return FileRef{}, false
	}
	return FileRef{hex, size, parts[2], parts[3]}, true
}

func isFileValue(s string) bool {
	_, ok := ParseFile(s)
	return ok
}

// Written is a field's value as people write it: money in its unit, a file by its name, a point as 东经, 北纬.
func (f *Field) Written(value string) string {
	switch f.Type {
	case Money:
		if fen, err := strconv.ParseInt(value, 10, 64); err == nil {
			if d, err := fenIn(fen, f.Unit); err == nil {
				return d.String()
			}
		}
	case File:
		if ref, ok := ParseFile(value); ok {
			return ref.Name
		}
	case Line, Polygon:
		if n, ok := shapePoints(value); ok {
			return fmt.Sprintf("图形（%d个点）", n)
		}
	}
	return value
}

// cut keeps at most n bytes of valid text.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func today(tx *db.Tx) calendar.Date { return calendar.DateOf(tx.Now()) }
