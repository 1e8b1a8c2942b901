package gazette

import "strings"

// kinds are the words that the title of a document ends with. The longer stand before the shorter.
var kinds = []string{
	"实施意见", "指导意见", "通知", "通告", "公告", "公示", "意见", "决定", "决议", "命令", "批复", "复函",
	"函", "办法", "规定", "细则", "方案", "规划", "计划", "预案", "措施", "报告", "请示", "议案", "纪要", "公报", "通报", "令",
}

// planKinds are the words that the title of a plan printed inside a notice ends with.
var planKinds = []string{
	"方案", "计划", "规划", "办法", "规定", "细则", "预案", "意见", "措施", "规则", "制度", "标准", "要点", "清单", "目录",
	"纲要", "政策", "规范", "章程", "指南", "导则", "条例", "任务书", "责任书", "流程", "机制", "名单", "分工", "一览表", "任务表", "图", "表",
}

// offices are the words that the name of an issuer ends with.
var offices = []string{
	"人民政府", "政府", "办公室", "办公厅", "委员会", "委", "局", "厅", "部", "院", "署", "中心", "指挥部", "领导小组", "管委会",
	"公司", "联合会", "总工会", "法院", "检察院", "常委会", "协会", "党组", "支队", "大队", "总队", "银行", "支行", "分行", "共青团", "妇联",
	"科协", "工商联", "学校", "大学", "社", "处", "站", "所", "馆", "海关", "税务局",
}

// kindOf reads the kind of a document from its title.
func kindOf(title string) string {
	t := stripTitle(title)
	kind, _ := hasAnySuffix(t, kinds)
	if kind == "" {
		kind, _ = hasAnySuffix(t, planKinds)
	}
	if (kind == "通知" || kind == "决定" || kind == "") && containsAny(t, []string{"任免", "任职", "免职", "任命", "职务的", "免去"}) {
		return "任免"
	}
	return kind
}

// stripTitle takes trailing brackets such as （试行） and （甲政发〔2021〕3号） off a title.
func stripTitle(t string) string {
	for {
		head, _, ok := cutBracket(t)
		if !ok || head == "" {
			return t
		}
		t = head
	}
}

// isTitle reports whether the text, without white space, reads as the title of a document: an office, 关于, a kind.
func isTitle(t string) bool {
	if len(t) < 15 || len(t) > 900 {
		return false
	}
	t = stripTitle(t)
	kind, ok := hasAnySuffix(t, kinds)
	if !ok || !balanced(t) {
		return false
	}
	at := strings.Index(t, "关于")
	if at < 0 {
		// 甲县人民政府公告, 甲县人民政府令
		_, office := hasAnySuffix(strings.TrimSuffix(t, kind), offices)
		return office && (kind == "公告" || kind == "令" || kind == "通告" || kind == "命令") && runes(t) < 40
	}
	return isIssuer(t[:at]) && !containsAny(outsideBrackets(t), []string{"。", "；", "，", "：", "！", "？", ";", ":"})
}

// unmarked takes the book-title marks off a title that is printed in them as a whole.
func unmarked(t string) string {
	if inside, ok := strings.CutPrefix(t, "《"); ok {
		if inside, ok = strings.CutSuffix(inside, "》"); ok && balanced(inside) {
			return inside
		}
	}
	return t
}

// isIssuer reports whether what stands before 关于 can be the issuer of a document; nothing at all may be.
func isIssuer(s string) bool {
	if s == "" {
		return true
	}
	if holdsAny(s, "，。；：《》“”") || runes(s) > 120 {
		return false
	}
	_, ok := hasAnySuffix(stripTitle(s), offices)
	return ok
}

// outsideBrackets is s without what stands in brackets and book-title marks.
func outsideBrackets(s string) string {
	if !holdsAny(s, "（(《“") {
		return s
	}
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case opens(r) || r == '“':
			depth++
		case closes(r) || r == '”':
			depth = max(0, depth-1)
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func balanced(s string) bool {
	depth := 0
	for _, r := range s {
		if opens(r) {
			depth++
		} else if closes(r) {
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

// standsAlone reports a line that is no part of a title: a date, a note in brackets, a number.
func standsAlone(s string) bool {
	if _, ok := isDateLine(s); ok {
		return true
	}
	_, bracket := wholeBracket(s)
	_, note := publicNote(s)
	return bracket || note || isNumberLine(s)
}

// isHeadLine reports a line that begins a new document whatever stands before it.
func isHeadLine(s string) bool {
	return len(s) < 600 && strings.Contains(s, "关于") && isTitle(bare(s))
}

// startsTitle reports a line that begins with an office and 关于, as the first line of a title does.
func startsTitle(s string) bool {
	at := strings.Index(s[:min(len(s), 180)], "关于")
	return at > 0 && isIssuer(bare(s[:at]))
}

// bookTitles lists what stands in 《》 in s, white space removed; nested marks stay.
func bookTitles(s string) []string {
	var names []string
	eachBookTitle(s, func(title string, _, _ int) { names = append(names, bare(title)) })
	return names
}

// maxBookTitle is how many bytes a title in 《》 may take; a mark not closed by then is a misprint.
const maxBookTitle = 1500

// eachBookTitle calls do with each outermost 《…》 of s: its inside and where it stands with its marks.
func eachBookTitle(s string, do func(title string, start, end int)) {
	const open, shut = "《", "》"
	for from := 0; ; {
		at := strings.Index(s[from:], open)
		if at < 0 {
			return
		}
		at += from
		depth, i := 0, at
		for i < min(len(s), at+maxBookTitle) {
			if strings.HasPrefix(s[i:], open) {
				depth++
				i += len(open)
			} else if strings.HasPrefix(s[i:], shut) {
				depth--
				i += len(shut)
				if depth == 0 {
					break
				}
			} else {
				i++
			}
		}
		if depth != 0 { // never closed: go on behind the opening mark
			from = at + len(open)
			continue
		}
		do(s[at+len(open):i-len(shut)], at, i)
		from = i
	}
}
