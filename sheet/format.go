package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// format is what matters of a number format: a date and a clock are shown as such, a percentage with its sign, and
// decimals that are only zeros are kept. Everything else is looks.
type format struct {
	date, clock, percent bool
	decimals             int
}

// builtIn is the format that a number names without its code standing in the file. 27 to 58 are those of a Chinese
// Excel (ECMA-376 part 1, 18.8.30).
func builtIn(id int) format {
	switch {
	case id == 2, id == 4, id == 39, id == 40, id == 43, id == 44:
		return format{decimals: 2}
	case id == 9:
		return format{percent: true}
	case id == 10:
		return format{percent: true, decimals: 2}
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return format{date: true}
	case id == 22:
		return format{date: true, clock: true}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return format{clock: true}
	}
	return format{}
}

// parseFormat reads a format code such as yyyy"年"m"月"d"日";@ by its first section.
func parseFormat(code string) format {
	if strings.EqualFold(code, "general") {
		return format{}
	}
	var f format
	var month, point bool
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return f.settle(month)
			}
			i += end + 1
		case '\\', '_', '*':
			i++ // the next character stands for itself, for its width, or fills
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return f.settle(month)
			}
			if in := strings.ToLower(code[i+1 : i+end]); in != "" && strings.Trim(in, "hms") == "" {
				f.clock = true // hours that run over a day
			}
			i += end
		case ';':
			return f.settle(month)
		case 'y', 'Y', 'd', 'D':
			f.date = true
		case 'm', 'M':
			month = true
		case 'h', 'H', 's', 'S':
			f.clock = true
		case '%':
			f.percent = true
		case '.':
			point = true
		case '0':
			if point {
				f.decimals++
			}
		}
	}
	return f.settle(month)
}

// settle says whether m was a month or a minute.
func (f format) settle(m bool) format {
	if m && !f.clock {
		f.date = true
	}
	if f.date || f.clock {
		f.decimals, f.percent = 0, false
	}
	return f
}

// show is the number as a text: a day as 2006-01-02, a number in full and not as the cell happens to round it.
func (f format) show(raw string, date1904 bool) string {
	x, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return raw
	}
	if f.date || f.clock {
		if s, ok := f.when(x, date1904); ok {
			return s
		}
		return decimal(x, 0, 0)
	}
	if f.percent {
		return decimal(x, 2, f.decimals) + "%"
	}
	return decimal(x, 0, f.decimals)
}

func (f format) when(x float64, date1904 bool) (string, bool) {
	if date1904 {
		x += 1462
	}
	minutes := int64(math.Round(x * 24 * 60))
	switch {
	case x < 0 || x >= 2_958_466: // 9999-12-31 is the last
		return "", false
	case f.date && x < 61: // before March 1900 Excel is a day off
		return "", false
	case f.date && f.clock && minutes%(24*60) != 0:
		return time.Unix(epoch.Unix()+minutes*60, 0).UTC().Format("2006-01-02 15:04"), minutes < 2_958_466*24*60
	case f.date:
		return epoch.AddDate(0, 0, int(x)).Format(time.DateOnly), true
	}
	return strconv.FormatInt(minutes/60, 10) + ":" + string([]byte{'0' + byte(minutes%60/10), '0' + byte(minutes%10)}), true
}

// decimal writes x times a power of ten with all that a float64 surely holds, 15 digits, and at least the decimals.
func decimal(x float64, shift, decimals int) string {
	sign := ""
	if x < 0 {
		sign = "-"
	}
	x = math.Abs(x)                          // of -0 too
	s := strconv.FormatFloat(x, 'e', 14, 64) // 1.23456789012345e+02
	mantissa, exp, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exp)
	digits := mantissa[:1] + mantissa[2:]
	if e += shift; x == 0 {
		e = 0
	}
	var whole, part string
	switch {
	case e < 0:
		whole, part = "0", strings.Repeat("0", min(-e-1, 400))+digits
	case e >= len(digits)-1:
		whole = digits + strings.Repeat("0", min(e-len(digits)+1, 400))
	default:
		whole, part = digits[:e+1], digits[e+1:]
	}
	part = strings.TrimRight(part, "0")
	if n := min(decimals, 20) - len(part); n > 0 {
		part += strings.Repeat("0", n)
	}
	if part != "" {
		part = "." + part
	}
	return sign + whole + part
}
