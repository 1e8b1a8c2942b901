package gazette

import "strings"

// isRecipients reports 各乡镇人民政府，县直各单位： and the like.
func isRecipients(p *para) bool {
	last := lastRune(p.text)
	return (last == '：' || last == ':') && p.mark.style == noStyle && isAddressed(strings.TrimRight(p.text, "：:"))
}

// isAddressed reports a list of offices that a document is addressed to, without its colon.
func isAddressed(s string) bool {
	if len(s) > 900 || holdsAny(s, "。；") {
		return false
	}
	if _, marked := parseMark(s); marked {
		return false
	}
	s = bare(s)
	if holdsAny(s, "：:") || containsAny(s, []string{"如下", "现将", "通知", "决定", "免去", "任命"}) {
		return false
	}
	_, office := hasAnySuffix(stripTitle(s), offices)
	return office || containsAny(s, []string{"各", "单位", "部门", "政府", "企业", "机构", "公司", "办事处"})
}

// splitRecipients splits at commas outside brackets.
func splitRecipients(s string) []string {
	var out []string
	s = bare(strings.TrimRight(s, "：:"))
	depth, from := 0, 0
	add := func(w string) {
		switch {
		case w == "":
		case len(out) > 0 && runes(w) == 1: // 市政府各委、办、局
			out[len(out)-1] += "、" + w
		default:
			out = append(out, w)
		}
	}
	for i, r := range s {
		switch {
		case opens(r):
			depth++
		case closes(r):
			depth--
		case depth <= 0 && (r == '，' || r == '、' || r == ',' || r == '；'):
			add(s[from:i])
			from = i + len(string(r))
		}
	}
	add(s[from:])
	return out
}
