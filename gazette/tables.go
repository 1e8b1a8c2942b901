package gazette

import (
	"strings"
	"unicode/utf8"
)

// columnHeads are the words that head the columns of tables of tasks.
var columnHeads = []string{
	"序号", "任务", "工作任务", "主要任务", "重点任务", "任务名称", "任务内容", "工作内容", "主要内容", "具体任务", "具体内容", "重点工作", "工作措施", "具体措施", "主要措施", "任务分解", "内容", "事项", "事项名称",
	"责任单位", "牵头单位", "配合单位", "责任部门", "牵头部门", "配合部门", "参与单位", "参与部门", "主责单位", "协办单位", "落实单位", "责任处室", "牵头处室", "配合处室", "责任人", "责任领导", "牵头领导",
	"完成时限", "时间节点", "完成时间", "时限", "时限要求", "进度安排", "工作目标", "目标", "目标任务", "措施", "类别", "项目", "项目名称", "名称", "指标", "指标名称", "单位", "备注", "姓名", "职务", "阶段性目标", "年份",
}

// unitHeads are those among them that make a list of headings a table of tasks.
var unitHeads = []string{"序号", "责任", "牵头", "配合", "时限", "时间节点", "完成时间", "指标", "处室", "单位", "主责", "协办"}

// isColumnHead reports one cell of the head of a table.
func isColumnHead(s string) bool {
	s = bare(s)
	if contains(columnHeads, s) {
		return true
	}
	// 2026年目标, 责任单位（列第一位的为牵头单位）
	return strings.HasSuffix(s, "年目标") && runes(s) <= 8 || runes(s) <= 24 && contains(columnHeads, stripTitle(s)) || runes(s) <= 8 && strings.HasSuffix(s, "年") && isNumber(strings.TrimSuffix(s, "年"))
}

// tableHead reports how many lines from i on are the head of a table: one line of several cells, or one cell a line.
func tableHead(source string, lines []line, i int) int {
	if lines[i].End-lines[i].Start > 600 {
		return 0
	}
	cells := splitCells(lines[i].textOf(source))
	if len(cells) >= 3 {
		heads := 0
		for _, c := range cells {
			if isColumnHead(c) {
				heads++
			}
		}
		if heads >= 2 && heads*2 >= len(cells) {
			return 1
		}
		return 0
	}
	n, known, units, strange := 0, 0, 0, 0
	for k := i; k < len(lines) && k < i+14 && strange < 2; k++ {
		s := lines[k].textOf(source)
		if lines[k].noise != NotNoise || len(s) > 90 || isNumber(s) || holdsAny(s, "。，；：:") {
			break
		}
		if !isColumnHead(s) { // 分管领导: a word that only this table uses
			strange++
			continue
		}
		if strange = 0; containsAny(s, unitHeads) {
			units++
		}
		known++
		n = k - i + 1
	}
	if known >= 3 && units >= 2 && isColumnHead(lines[i].textOf(source)) {
		return n
	}
	return 0
}

// splitCells parts a line at tabs, bars and gaps of two columns and more.
func splitCells(s string) []string {
	var cells []string
	from, gap := 0, 0
	add := func(end int) {
		if c := strings.TrimFunc(s[from:end], func(r rune) bool { return isSpace(r) || r == '|' || r == '｜' }); c != "" {
			cells = append(cells, c)
		}
	}
	for i, r := range s {
		switch {
		case r == '\t' || r == '|' || r == '｜':
			gap += 2
		case isSpace(r):
			gap += columns(r)
		default:
			if gap >= 2 {
				add(i)
				from = i
			}
			gap = 0
		}
	}
	add(len(s))
	return cells
}

// markRows finds lines set in columns: three or more in a row, each short, without a full stop and with a gap
// between words, as lists of names have them.
func markRows(source string, paras []*para) {
	for i := 0; i < len(paras); {
		k := i
		for k < len(paras) && isRow(source, paras[k]) {
			k++
		}
		if k-i >= 3 {
			for _, p := range paras[i:k] {
				p.row = true
			}
		}
		i = max(k, i+1)
	}
}

func isRow(source string, p *para) bool {
	if len(p.spans) != 1 || len(p.text) > 240 || p.mark.style != noStyle || holdsAny(p.text, "。；？！") {
		return false
	}
	return hasSpace(source[p.spans[0].Start:p.spans[0].End]) && !standsAlone(p.text) && !isTitle(bare(p.text))
}

// asPrinted is a line with its indent and its gaps, so that columns can be told by where they stand.
func (r *reader) asPrinted(sp Span) string {
	from := sp.Start
	for from > 0 {
		c, size := utf8.DecodeLastRuneInString(r.source[:from])
		if c == '\n' || c == '\r' || c == '\f' || !isSpace(c) || sp.Start-from > 400 {
			break
		}
		from -= size
	}
	return r.source[from:sp.End]
}

// rows reads lines set in columns, such as lists of names.
func (dr *docReader) rows() bool {
	k := 0
	for dr.peek(k) != nil && dr.peek(k).row {
		k++
	}
	if k == 0 {
		return false
	}
	table := &Node{Kind: TableNode}
	for ; k > 0; k-- {
		row := dr.node(TableNode, dr.paras[dr.i])
		row.Text = dr.r.asPrinted(row.Spans[0])
		table.Children = append(table.Children, row)
		dr.i++
	}
	dr.tree.under(table)
	dr.list = false
	return true
}
