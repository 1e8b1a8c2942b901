package gazette

import (
	"strings"
	"unicode/utf8"
)

// isStatement reports a line that is nothing but a bracket naming who does the work.
func isStatement(s string) bool {
	switch firstRune(s) {
	case '（', '(', '【', '〔', '[':
	default:
		return false
	}
	if _, marked := parseMark(s); marked || strings.HasPrefix(strings.TrimLeft(s, "（(【〔["), "此件") {
		return false
	}
	if balanced(s) {
		return closedDuty(s) && !closedEarly(s)
	}
	return containsAny(s, dutyWords) || containsAny(s, []string{"局、", "委、", "厅、", "部、", "政府、"}) // it closes on a later line
}

// closedEarly reports whether the bracket that s opens with closes before the end of s.
func closedEarly(s string) bool {
	depth := 0
	for i, r := range s {
		if opens(r) {
			depth++
		} else if closes(r) {
			if depth--; depth == 0 {
				return i+utf8.RuneLen(r) < len(strings.TrimRight(s, "。；;"))
			}
		}
	}
	return true
}

var dutyWords = []string{"负责", "牵头", "责任", "配合", "落实", "组织实施", "参与", "承担", "协助"}

// closedDuty reports whether s ends in a bracket that names who does the work.
func closedDuty(s string) bool {
	s = strings.TrimRight(s, "。；;")
	if !closes(lastRune(s)) {
		return false
	}
	depth := 0
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		if closes(r) {
			depth++
		} else if opens(r) {
			if depth--; depth == 0 {
				return containsAny(s[i:], dutyWords)
			}
		}
	}
	return false
}

var labelEnds = []string{"单位", "部门", "时限", "时间", "节点", "处室", "科室", "主体", "责任人", "负责人", "联系人", "电话", "传真", "邮箱", "地址", "网址", "邮编"}

// startsLabel reports a line like 牵头单位：甲局.
func startsLabel(s string) bool {
	head, _, ok := cutColon(s[:min(len(s), 64)])
	if !ok || runes(head) > 12 || holdsAny(head, "。，、；（(【《“") {
		return false
	}
	head = bare(head)
	_, ok = hasAnySuffix(head, labelEnds)
	return ok && head != "单位" && head != "部门" && !containsAny(head, []string{"各", "有关", "相关", "县直", "市直", "区直", "省直"}) // 县直各有关单位：
}

// endsLabel reports a line that ends in a label whose value is still to come.
func endsLabel(s string) bool {
	s = strings.TrimRight(s, "：:")
	_, ok := hasAnySuffix(s, labelEnds)
	return ok && runes(s) <= 8 && !strings.ContainsRune("各有县市省区", firstRune(s)) // 各单位： are recipients
}

func cutColon(s string) (head, tail string, ok bool) {
	at, size := strings.IndexByte(s, ':'), 1
	if wide := strings.Index(s, "："); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("：")
	}
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+size:], true
}
