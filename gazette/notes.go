package gazette

import "strings"

// note reads the lines that stand under a document or tell where a part of it is.
func (dr *docReader) note(p *para) bool {
	if inside, ok := publicNote(p.text); ok {
		if dr.d.PublicNote == "" {
			dr.d.PublicNote = inside
		}
		dr.tree.loose(dr.node(NoteNode, p))
		dr.tail, dr.list = true, false
		dr.tree.stack = nil
		dr.i++
		return true
	}
	if inside, ok := availability(p.text); ok {
		inside = bare(inside)
		if top := dr.tree.top(); top != nil && !dr.list {
			dr.d.where = append(dr.d.where, "正文"+bare(top.Title)+inside)
			dr.tree.under(dr.node(NoteNode, p))
		} else {
			dr.d.where = append(dr.d.where, inside)
			dr.tree.loose(dr.node(NoteNode, p))
		}
		dr.i++
		return true
	}
	if startsTail(p.text) || dr.tail && isImprint(p.text) {
		dr.tree.loose(dr.node(NoteNode, p))
		dr.tail = true
		dr.i++
		return true
	}
	if len(p.text) < 300 && interpreter(p.text) != "" && p.mark.style == noStyle {
		dr.tree.loose(dr.node(NoteNode, p))
		dr.i++
		return true
	}
	return false
}

// publicNote reads （此件公开发布，附件3不公开） and 公开属性：主动公开.
func publicNote(s string) (string, bool) {
	if len(s) > 300 {
		return "", false
	}
	inside, ok := wholeBracket(s)
	if ok {
		s = inside
	}
	s = bare(s)
	switch {
	case ok && strings.Contains(s, "公开") && (strings.HasPrefix(s, "此件") || strings.HasPrefix(s, "本文")):
	case ok && strings.HasPrefix(s, "此件") && strings.Contains(s, "删减"):
	case strings.HasPrefix(s, "信息公开形式：") || strings.HasPrefix(s, "公开属性：") || strings.HasPrefix(s, "公开方式："):
	case strings.HasPrefix(s, "此件") && strings.Contains(s, "公开") && runes(s) < 40:
	default:
		return "", false
	}
	return s, true
}

// isImprint reports 某某办公室 2023年9月1日印发 and telephone lines.
func isImprint(s string) bool {
	if len(s) >= 200 {
		return false
	}
	if _, dated := findDate(s); dated && strings.HasSuffix(bare(s), "印发") {
		return true
	}
	head, _, ok := cutColon(s)
	return ok && contains([]string{"联系人", "联系电话", "电话", "传真", "联系地址", "地址", "邮箱", "电子邮箱", "邮编"}, bare(head))
}

// interpreter reads who answers questions on a text: 本办法由甲局负责解读 gives 甲局.
func interpreter(s string) string {
	for _, w := range []string{"负责解读", "负责解释"} {
		at := strings.Index(s, w)
		if at < 0 {
			continue
		}
		head := s[:at]
		by := strings.LastIndex(head, "由")
		if by < 0 || runes(head[by:]) > 60 {
			continue
		}
		who := strings.TrimSuffix(bare(head[by+len("由"):]), "具体")
		if who != "" && !holdsAny(who, "，。；") {
			return who
		}
	}
	return ""
}

// isNote reports a line in brackets under a title: （试行）, （2023年9月1日县人民政府第8次常务会议通过）.
func isNote(s string) bool {
	inside, ok := wholeBracket(s)
	return ok && !strings.Contains(inside, "此件") && len(inside) < 300
}

// startsTail reports a line of those that stand under a document.
func startsTail(s string) bool {
	for _, w := range []string{"（此件", "(此件", "抄送", "抄报", "主送", "印发机关"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return isTailNote(s) || strings.HasPrefix(s, "本") && len(s) < 200 && interpreter(s) != ""
}

// closings are the words that end a notice without a full stop.
var closings = []string{"特此通知", "特此通告", "特此公告", "特此批复", "特此函复", "特此决定", "此复", "特此报告"}

// isTailNote reports a bracket that stands alone: （此件公开发布）, （表格详见县政府网站）.
func isTailNote(t string) bool {
	if strings.HasPrefix(t, "（此件") || strings.HasPrefix(t, "(此件") {
		return true
	}
	inside, ok := leadingBracket(t)
	return ok && saysWhere(inside)
}

// availability reads a bracket that says where something is to be found: （表格详见县政府网站） gives its inside.
func availability(s string) (string, bool) {
	inside, ok := wholeBracket(s)
	if !ok || !saysWhere(inside) {
		return "", false
	}
	return inside, true
}

// saysWhere reports words that tell where a text, table or attachment is to be found.
func saysWhere(s string) bool {
	return runes(s) <= 40 && containsAny(s, []string{"详见", "另附", "附后", "另发", "从略", "此略", "见网站", "可在", "请见", "请登录"}) || s == "略"
}
