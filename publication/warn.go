package publication

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Warning is a place of a draft that a person should look at before it is published.
type Warning struct {
	At      int    // byte offset into the source
	Line    int    // from 1
	Found   string // masked, such as 110105********001X
	Message string
}

// maxWarnings bounds what Warnings returns; a text with more is no gazette.
const maxWarnings = 200

// Warnings finds suspected personal data in a draft: identity numbers and mobile numbers. It reads the whole source,
// also what will not be published.
func Warnings(d Draft) []Warning {
	var out []Warning
	for i := 0; i < len(d.Source) && len(out) < maxWarnings; {
		if !digit(d.Source[i]) {
			i++
			continue
		}
		end := i
		for end < len(d.Source) && digit(d.Source[end]) {
			end++
		}
		run := d.Source[i:end]
		if end < len(d.Source) && len(run) == 17 && (d.Source[end] == 'X' || d.Source[end] == 'x') {
			end++
			run = d.Source[i:end]
		}
		switch {
		case identity(run):
			out = append(out, Warning{At: i, Found: mask(run, 6, 4), Message: "疑似居民身份证号码。公布前请删去或隐去中间各位。"})
		case mobile(run) && (i == 0 || d.Source[i-1] != '.') && (end == len(d.Source) || d.Source[end] != '.' || end+1 == len(d.Source) || !digit(d.Source[end+1])):
			out = append(out, Warning{At: i, Found: mask(run, 3, 4), Message: "疑似手机号码。如是个人号码，公布前请删去。"})
		}
		i = end
	}
	for i, line, from := 0, 1, 0; i < len(out); i++ {
		line += strings.Count(d.Source[from:out[i].At], "\n")
		from = out[i].At
		out[i].Line = line
		out[i].Message = fmt.Sprintf("第%d行：%s", line, out[i].Message)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At < out[j].At })
	return out
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// identity checks the form of GB 11643: six digits of a division, a day of birth, three of order, a check digit.
func identity(s string) bool {
	if len(s) != 18 || s[0] == '0' {
		return false
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil || s[6:8] < "18" || s[6:8] > "20" {
		return false
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return "10X98765432"[sum%11] == strings.ToUpper(s)[17]
}

// mobile checks the form of a mainland mobile number.
func mobile(s string) bool {
	return len(s) == 11 && s[0] == '1' && s[1] >= '3'
}

// mask keeps the first and last few characters.
func mask(s string, head, tail int) string {
	return s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:]
}
