package duty

import (
	"strings"

	"zhixing/gazette"
)

// Tables reach a gazette's text flattened: one cell to a line, or the cells of a row on one line, or the columns side
// by side with each cell broken over lines. What all of them keep is the row of headings, so that is where a table is
// known by.

// column is one column of a table.
type column struct {
	kind columnKind
	role role // of a column of units
	name text
	x    int // display column where the heading stands on its line; -1 where headings stand on lines of their own
}

type columnKind uint8

const (
	numberColumn columnKind = iota + 1
	groupColumn             // 类别: what several rows have in common
	titleColumn
	bodyColumn
	unitColumn
	termColumn
	personColumn
	otherColumn
)

// printed is one line of the source with the node that holds it; node is nil where something stands that no table
// goes across.
type printed struct {
	text   string
	span   gazette.Span
	node   *gazette.Node
	indent int
}

// table is a region of lines: headings, then cells.
type table struct {
	columns []column
	rows    []printed
	woven   bool
	heading *gazette.Node // heading above the table
	first   []string      // cells on the line of the headings itself
}

// columnLists are the headings of columns by kind; those of units are the labels of statements.
var columnLists = []struct {
	kind columnKind
	list string
}{
	{otherColumn, "备注 进展 进展情况 工作进展 完成情况 进度 投资 总投资 计划投资 建设地点 地点 依据 文件依据 来源 分值 单位 指标值 属性 考核单位 建设性质 所属乡镇 阶段性目标 督办领导 验收单位 成果形式 项目编号 资金来源"},
	{numberColumn, "序号 编号 任务序号 项目序号 任务编号 顺序号 序 序列"},
	{groupColumn, "类别 类型 分类 领域 方面 板块 大类 一级任务 任务类别 重点领域 工作领域 指标类别 任务分类 工作类别 项目类别 改革领域 专项行动 章节 工程类别 任务类型 所属领域"},
	{titleColumn, "任务名称 工作任务 重点任务 主要任务 任务 项目名称 工作事项 事项 重点工作 工作项目 改革事项 任务事项 名称 目标任务 工作名称 重点事项 项目 主要问题 具体问题 政策措施 任务清单 工作任务名称 事项名称 问题 " +
		"重点工作任务 主要工作任务 工作内容及任务 任务项 重点项目 行动名称 措施名称 实事项目 改革任务 二级任务 政策 具体事项"},
	{bodyColumn, "任务内容 工作内容 主要内容 具体内容 具体任务 具体举措 工作措施 主要措施 重点举措 工作要求 具体措施 建设内容 任务要求 分项任务 任务举措 内容 具体工作 工作举措 整改措施 推进措施 重点内容 主要举措 实施内容 任务分解 " +
		"任务描述 工作目标 目标要求 年度目标 预期目标 目标 具体要求 举措 措施 细化措施 细化任务 任务目标 具体工作任务 年度任务 工作标准 建设任务 建设内容及规模 主要工作内容 重点任务内容 落实措施 具体工作措施 贯彻落实措施 工作安排 具体任务举措 任务措施 三级任务"},
	{termColumn, "完成时限 完成时间 时间节点 时限 时间安排 时限要求 计划完成时间 时间要求 完成期限 时间 时间进度 进度安排 进度要求 整改时限 办理时限 工作时限 责任时限 推进时间 完成日期 截止时间 实施时间 实施期限 期限 完成 序时进度 办结时限"},
	{personColumn, "责任领导 牵头领导 分管领导 责任人 联系人 包联领导 牵头人 负责人 联系电话 分管市领导 市领导 牵头市领导 牵头县领导 县领导 区领导 责任县领导 牵头区领导 责任区领导 联系方式 分管县领导 包保领导"},
}

var columnWords = func() map[string]column {
	out := map[string]column{}
	for _, c := range columnLists {
		for _, w := range strings.Fields(c.list) {
			out[w] = column{kind: c.kind}
		}
	}
	for w, r := range labelRoles {
		if len([]rune(w)) > 2 && (r == lead || r == charge || r == support || r == implement || r == guide) {
			out[w] = column{kind: unitColumn, role: r}
		}
	}
	return out
}()

var columnHeads = func() words {
	var b strings.Builder
	for w := range columnWords {
		b.WriteString(w + " ")
	}
	return newWords(b.String())
}()

// lines lists the printed lines of a plan in order.
func (r *reader) lines(nodes []*gazette.Node) []printed {
	var out []printed
	var walk func(n *gazette.Node)
	walk = func(n *gazette.Node) {
		switch n.Kind {
		case gazette.HeadingNode, gazette.ClauseNode, gazette.TableNode:
			for _, s := range n.Spans {
				out = append(out, printed{r.issue.Source[s.Start:s.End], s, n, r.indent(s.Start)})
			}
		default:
			out = append(out, printed{})
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	return out
}

// indent is the display width of the white space before a line.
func (r *reader) indent(at int) int {
	w := 0
	for at > 0 {
		c := r.issue.Source[at-1]
		switch {
		case c == ' ' || c == '\t':
			w, at = w+1, at-1
		case at >= 3 && r.issue.Source[at-3:at] == "\u3000":
			w, at = w+2, at-3
		default:
			return w
		}
	}
	return w
}

// tables finds the tables of a plan.
func (r *reader) tables(lines []printed) []table {
	var out []table
	var heading *gazette.Node
	for i := 0; i < len(lines); {
		cols, n, rest := headings(lines[i:])
		if n == 0 {
			if lines[i].node != nil && lines[i].node.Kind == gazette.HeadingNode {
				heading = lines[i].node
			}
			i++
			continue
		}
		t := table{columns: cols, heading: heading, first: rest}
		for i += n; i < len(lines) && !endsTable(lines[i:], t); {
			if again, n, _ := headings(lines[i:]); n > 0 && len(again) >= len(cols)-1 {
				i += n // the headings again, on the next page
				continue
			}
			t.rows = append(t.rows, lines[i])
			i++
		}
		t.woven = isWoven(t)
		out = append(out, t)
	}
	return out
}

// headings reads the headings of a table at the first of the lines: how many lines they take, and the cells that
// follow on the same line.
func headings(lines []printed) (cols []column, n int, rest []string) {
	if !mayHead(lines[0].text) {
		return nil, 0, nil
	}
	carry := ""
	for n < len(lines) && n < 24 && lines[n].node != nil {
		parts := segments(lines[n].text, lines[n].indent, true)
		if len(parts) > 40 {
			parts = parts[:40]
		}
		took := 0
		for k, p := range parts {
			name := carry + p.text
			c, ok := headingColumns(name)
			if !ok && len(cols) > 0 && took == 0 && len(parts) < 3 {
				c, ok = likelyHeading(name)
			}
			if !ok {
				if len([]rune(name)) <= 4 && headStart(name) {
					carry = name
					took++
					continue
				}
				if carry != "" {
					return finishHeadings(cols, n, nil)
				}
				if took > 0 {
					for _, q := range parts[k:] {
						rest = append(rest, q.text)
					}
					return finishHeadings(cols, n+1, rest)
				}
				return finishHeadings(cols, n, nil)
			}
			for m := range c {
				c[m].x = -1
				if len(parts) > 1 && len(c) == 1 {
					c[m].x = p.x
				}
			}
			carry = ""
			cols = append(cols, c...)
			took++
		}
		n++
	}
	return finishHeadings(cols, n, nil)
}

func finishHeadings(cols []column, n int, rest []string) ([]column, int, []string) {
	units, texts := 0, 0
	for _, c := range cols {
		switch c.kind {
		case unitColumn:
			units++
		case titleColumn, bodyColumn:
			texts++
		}
	}
	if units == 0 || texts == 0 {
		return nil, 0, nil
	}
	titles := 0
	for i := range cols {
		if cols[i].kind == titleColumn {
			if titles++; titles > 1 { // 项目名称 and 工作任务: the second says what is to be done
				cols[i].kind = bodyColumn
			}
		}
	}
	return cols, n, rest
}

// headingColumns reads one heading, or several run together.
func headingColumns(name string) ([]column, bool) {
	t := newText(name).squeeze()
	u := unbracket(t.f)
	if len(u) == 0 || len(u) > 60 {
		return nil, false
	}
	if c, ok := columnWords[string(u)]; ok {
		c.name = t
		return []column{c}, true
	}
	if yearTarget(u) {
		return []column{{kind: bodyColumn, name: t}}, true
	}
	var out []column
	for i := 0; i < len(u); {
		n := columnHeads.at(u, i)
		if n < 2 {
			return nil, false
		}
		c := columnWords[string(u[i:i+n])]
		c.name = text{u[i : i+n], u[i : i+n]}
		out = append(out, c)
		i += n
	}
	return out, len(out) > 1
}

// likelyHeading reads a heading that no list holds by its last word, as among other headings: 目标与任务, 牵头落实单位.
func likelyHeading(name string) ([]column, bool) {
	t := newText(name).squeeze()
	u := unbracket(t.f)
	if len(u) < 3 || len(u) > 10 {
		return nil, false
	}
	for _, r := range u {
		if r < 0x4e00 {
			return nil, false
		}
	}
	for _, c := range likely {
		if c.ends.of(u) == 0 || c.with != nil && !c.with.in(u) {
			continue
		}
		return []column{{kind: c.kind, role: c.role, name: t, x: -1}}, true
	}
	return nil, false
}

var likely = []struct {
	kind columnKind
	role role
	ends ends
	with words
}{
	{unitColumn, lead, newEnds("单位 部门 处室 科室 主体"), newWords("牵头 主责 主要 主办")},
	{unitColumn, support, newEnds("单位 部门 处室 科室"), newWords("配合 协 参与 参加")},
	{unitColumn, guide, newEnds("单位 部门 处室"), newWords("指导 督")},
	{unitColumn, implement, newEnds("单位 部门 主体"), newWords("落实 实施")},
	{unitColumn, charge, newEnds("单位 部门 处室 科室"), newWords("责任 负责 承办")},
	{personColumn, noRole, newEnds("领导 责任人 负责人 联系人 同志"), nil},
	{termColumn, noRole, newEnds("时限 时间 期限 节点"), nil},
	{titleColumn, noRole, newEnds("任务 事项 项目 名称 问题"), nil},
	{bodyColumn, noRole, newEnds("内容 措施 举措 要求 目标 安排 标准 成效"), nil},
	{groupColumn, noRole, newEnds("类别 领域 板块 方面"), nil},
}

// mayHead says whether a line can open the headings of a table, at the cost of a look at its first signs.
func mayHead(s string) bool {
	for _, r := range s {
		if r == '|' || r == '│' || r == ' ' || r == '\t' || r == '\u3000' {
			continue
		}
		return columnHeads[fold(r)] != nil
	}
	return false
}

// headStart says that a heading is broken over lines here: 责任 / 单位.
func headStart(s string) bool { return headStarts[newText(s).squeeze().folded()] }

var headStarts = func() map[string]bool {
	out := map[string]bool{}
	for w := range columnWords {
		for i := range w {
			if i > 0 {
				out[w[:i]] = true
			}
		}
	}
	return out
}()

// yearTarget is a column like 2026年目标.
func yearTarget(f []rune) bool {
	if len(f) < 7 || f[4] != '年' || f[0] != '2' {
		return false
	}
	s := string(f[5:])
	return s == "目标" || s == "度目标" || s == "任务" || s == "目标任务" || s == "工作目标" || s == "度任务"
}

// segment is a stretch of a line between gaps, and the display column where it begins.
type segment struct {
	text string
	x    int
}

// segments cuts a line at tabs, bars and wide gaps; at every blank where single is set.
func segments(s string, indent int, single bool) []segment {
	var out []segment
	var b strings.Builder
	x, start, gap := indent, indent, 0
	flush := func() {
		if b.Len() > 0 {
			out = append(out, segment{b.String(), start})
			b.Reset()
		}
	}
	for _, r := range s {
		w := 2
		if r < 0x2e80 {
			w = 1
		}
		switch {
		case r == '\t' || r == '|' || r == '│' || r == '┃' || r == '｜':
			if r != '\t' && b.Len() == 0 && gap == 0 && x > indent {
				out = append(out, segment{"", x})
			}
			flush()
			gap = 9
			if r != '\t' {
				gap = 0
			}
		case r == '\u3000':
			flush()
			gap = 9
		case r == ' ' || r == '\u00a0':
			gap++
			if gap >= 2 || single {
				flush()
			}
		default:
			if b.Len() == 0 {
				start = x
			} else if gap == 1 {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			gap = 0
		}
		x += w
	}
	flush()
	return out
}

// endsTable says that a table does not go on with the first of these lines.
func endsTable(lines []printed, t table) bool {
	ln := lines[0]
	if ln.node == nil {
		return true
	}
	f := newText(ln.text).f
	switch {
	case hasAt(f, 0, []rune("附件")) || hasAt(f, 0, []rune("附表")) && len(f) < 20:
		return true
	case hasAt(f, 0, []rune("备注:")) || hasAt(f, 0, []rune("注:")) || hasAt(f, 0, []rune("说明:")) || hasAt(f, 0, []rune("联系人")) || hasAt(f, 0, []rune("抄送")):
		return true
	}
	if ln.node.Kind != gazette.HeadingNode || len(ln.node.Spans) == 0 || ln.node.Spans[0] != ln.span {
		return false
	}
	// A heading: a row that names a group of rows, or the end. Rows go on below the first.
	if t.columns[0].kind != numberColumn {
		return hanNumerals[runeAt(f, 0)] && opensItem(f, 0)
	}
	for _, l := range lines[1:min(len(lines), 8)] {
		if l.node != nil && isRowNumber(firstCell(l)) {
			return false
		}
	}
	return hanNumerals[runeAt(f, 0)] && opensItem(f, 0)
}

func firstCell(l printed) string {
	if s := segments(l.text, 0, true); len(s) > 0 {
		return s[0].text
	}
	return ""
}

func isRowNumber(s string) bool {
	f := newText(s).squeeze().f
	n := 0
	for n < len(f) && f[n] >= '0' && f[n] <= '9' {
		n++
	}
	return n > 0 && n <= 3 && (n == len(f) || n+1 == len(f) && (f[n] == '.' || f[n] == '、'))
}

// isWoven says that the columns stand side by side with their cells broken over lines.
func isWoven(t table) bool {
	placed, wide := 0, 0
	for _, c := range t.columns {
		if c.x >= 0 {
			placed++
		}
	}
	if placed < len(t.columns) || len(t.rows) < 2 {
		return false
	}
	for _, l := range t.rows {
		if n := len(segments(l.text, l.indent, false)); n > 1 && n < len(t.columns)+1 || n == 1 && l.indent > 4 {
			wide++
		}
	}
	return wide*2 > len(t.rows) && !tight(t)
}

// tight says that every row has all its cells on one line.
func tight(t table) bool {
	full := 0
	for _, l := range t.rows {
		if len(segments(l.text, l.indent, false)) == len(t.columns) {
			full++
		}
	}
	return full*10 >= len(t.rows)*9
}
