package letter

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Number is a document number: 甲政督〔2023〕5号.
type Number struct {
	Code    string // 甲政督: the issuer's and the series' characters
	Year, N int
}

// String writes the number by GB/T 9704-2012, 7.2.5: the year in full between 〔〕, the running number without 第 and without
// leading zeros. It is empty for the zero Number.
func (n Number) String() string {
	if n == (Number{}) {
		return ""
	}
	return fmt.Sprintf("%s〔%d〕%d号", n.Code, n.Year, n.N)
}

// numberForm takes the brackets, the 第 and the zeros that people type; String puts them right.
var numberForm = regexp.MustCompile(`^(\p{Han}[\p{Han}A-Za-z]{0,39})[〔\[［【(（]([12][0-9]{3})[〕\]］】)）]第?0{0,5}([1-9][0-9]{0,5})号$`)

// halfWidth turns full-width digits into plain ones.
var halfWidth = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9")

// ParseNumber reads a document number, with wrong brackets, full-width digits or blanks too.
func ParseNumber(s string) (Number, error) {
	if utf8.RuneCountInString(s) <= 100 { // nobody's number is longer
		m := numberForm.FindStringSubmatch(halfWidth.Replace(strings.Join(strings.Fields(s), "")))
		if m != nil {
			year, _ := strconv.Atoi(m[2]) // the form lets only few digits through
			n, _ := strconv.Atoi(m[3])
			return Number{m[1], year, n}, nil
		}
		return Number{}, fmt.Errorf("文号“%s”读不出来：应写作“甲政督〔2023〕5号”的样子", s)
	}
	return Number{}, fmt.Errorf("文号太长：应写作“甲政督〔2023〕5号”的样子")
}
