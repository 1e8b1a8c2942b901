package publication

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Key names a document in addresses; anybody who knows the number can guess it:
//
//	甲政办发〔2023〕12号      甲政办发/2023/12
//	某县人民政府令第5号        某县人民政府令/5
//	no number               2023-3/1, the first document of the third issue of 2023
type Key string

// IssueNo is the number of an issue within its year. It has no MarshalText, which every struct that embeds it would
// inherit.
type IssueNo struct {
	Year int `json:"year"`
	No   int `json:"no"`
}

// String is 2023-3, the form of addresses.
func (n IssueNo) String() string { return fmt.Sprintf("%d-%d", n.Year, n.No) }

// Chinese is 2023年第3期.
func (n IssueNo) Chinese() string { return fmt.Sprintf("%d年第%d期", n.Year, n.No) }

// maxNumber bounds what stands after the agency code, maxAgency the code itself, in characters.
const (
	maxNumber = 99999
	maxAgency = 40
)

var (
	issueForm  = regexp.MustCompile(`^((?:19|20)\d\d)[-年/第]+(\d{1,3})期?$`)
	inIssue    = regexp.MustCompile(`^((?:19|20)\d\d)[-年第]+(\d{1,3})期?[/第]+(\d{1,3})件?$`)
	yearForm   = regexp.MustCompile(`^([^\d/()-]+)[(/-]?((?:19|20)\d\d)年?[)/-]*第?0*(\d{1,5})号?$`)
	orderForm  = regexp.MustCompile(`^([^\d/()-]+?)[/第]+0*(\d{1,5})号?$`)
	bracketsOf = strings.NewReplacer("〔", "(", "〕", ")", "[", "(", "]", ")", "【", "(", "】", ")", "（", "(", "）", ")",
		"［", "(", "］", ")", "〖", "(", "〗", ")", "﹝", "(", "﹞", ")", "<", "(", ">", ")", "{", "(", "}", ")",
		"—", "-", "–", "-", "－", "-", "／", "/", "\\", "/", "_", "-")
)

// ParseKey reads a document number in any way people type it (甲政办发[2023]12号, 甲政办发2023-12, full-width digits,
// spaces), a place in an issue (2023-3/1), or a key. The second result is false where it is none of these.
func ParseKey(s string) (Key, bool) {
	if len(s) > 300 {
		return "", false
	}
	s = foldNumber(s)
	if m := inIssue.FindStringSubmatch(s); m != nil {
		return placeKey(IssueNo{atoi(m[1]), atoi(m[2])}, atoi(m[3])), true
	}
	if m := yearForm.FindStringSubmatch(s); m != nil && agency(m[1]) {
		return Key(fmt.Sprintf("%s/%s/%d", m[1], m[2], atoi(m[3]))), true
	}
	if m := orderForm.FindStringSubmatch(s); m != nil && agency(m[1]) {
		return Key(fmt.Sprintf("%s/%d", m[1], atoi(m[2]))), true
	}
	return "", false
}

// ParseIssueNo reads 2023-3 or 2023年第3期.
func ParseIssueNo(s string) (IssueNo, error) {
	m := issueForm.FindStringSubmatch(foldNumber(s))
	if m == nil || atoi(m[2]) == 0 {
		return IssueNo{}, fmt.Errorf("issue %.40q: want the form 2023-3", s)
	}
	return IssueNo{atoi(m[1]), atoi(m[2])}, nil
}

// No is the document number that the key was made from in its canonical form, empty for a place in an issue.
func (k Key) No() string {
	parts := strings.Split(string(k), "/")
	switch {
	case len(parts) == 3:
		return fmt.Sprintf("%s〔%s〕%s号", parts[0], parts[1], parts[2])
	case len(parts) == 2 && !inIssue.MatchString(string(k)):
		return fmt.Sprintf("%s第%s号", parts[0], parts[1])
	}
	return ""
}

// Agency is the letter code that opens the number, such as 甲政办发; empty for a place in an issue.
func (k Key) Agency() string {
	if k.No() == "" {
		return ""
	}
	a, _, _ := strings.Cut(string(k), "/")
	return a
}

// keyOf is the key of a document: by its number, else by its place in the issue.
func keyOf(no string, issue IssueNo, seq int) Key {
	if k, ok := ParseKey(no); ok && no != "" {
		return k
	}
	return placeKey(issue, seq)
}

func placeKey(issue IssueNo, seq int) Key { return Key(fmt.Sprintf("%s/%d", issue, seq)) }

// agency says whether s can be the letter code of a number: letters, at least one of them a Chinese character.
func agency(s string) bool {
	han, n := false, 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			return false
		}
		han = han || unicode.Is(unicode.Han, r)
		n++
	}
	return han && n <= maxAgency
}

// foldNumber makes brackets, strokes and digits half-width and drops white space.
func foldNumber(s string) string {
	s = bracketsOf.Replace(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

// atoi reads digits that a pattern has already bounded.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
