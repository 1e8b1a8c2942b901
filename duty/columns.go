package duty

import "strings"

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

// columnLists are the headings of columns by kind; those of units are the labels of statements.
var columnLists = []struct {
	kind columnKind
	list string
}{
	{otherColumn, "备注 进展 进展情况 工作进展 完成情况 进度 投资 总投资 计划投资 建设地点 地点 依据 文件依据 来源 分值 单位 指标值 属性 考核单位 建设性质 所属乡镇 阶段性目标 督办领导 验收单位 成果形式 项目编号 资金来源"},
	{numberColumn, "序号 编号 任务序号 项目序号 任务编号 顺序号 序 序列"},
	{groupColumn, "类别 类型 分类 领域 方面 板块 大类 一级任务 任务类别 重点领域 工作领域 指标类别 任务分类 工作类别 项目类别 改革领域 专项行动 章节 工程类别 任务类型 所属领域"},
	{titleColumn, "任务名称 工作任务 重点任务 主要任务 任务 项目名称 工作事项 事项 重点工作 工作项目 改革事项 任务事项 名称 目标任务 工作名称 重点事项 项目 主要问题 具体问题 政策措施 任务清单 工作任务名称 事项名称 问题 " +
		"实事名称 实事内容 重点工作任务 主要工作任务 工作内容及任务 任务项 重点项目 行动名称 措施名称 实事项目 改革任务 二级任务 政策 具体事项"},
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
	if len(u) <= 8 && len(out) > 1 && allTexts(out) { // 年度任务目标 is one heading
		return []column{{kind: out[len(out)-1].kind, name: t}}, true
	}
	return out, len(out) > 1
}

// allTexts says that all columns say what is to be done.
func allTexts(cols []column) bool {
	for _, c := range cols {
		if c.kind != titleColumn && c.kind != bodyColumn {
			return false
		}
	}
	return true
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
	{bodyColumn, noRole, newEnds("内容 措施 举措 要求 目标 安排 标准 成效 做法 要点"), nil},
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

// yearTarget is a column like 2026年目标, 2026年度工作任务.
func yearTarget(f []rune) bool {
	if len(f) < 7 || f[4] != '年' || f[0] != '2' {
		return false
	}
	rest := f[5:]
	if rest[0] == '度' {
		rest = rest[1:]
	}
	c, ok := columnWords[string(rest)]
	return ok && allTexts([]column{c}) || string(rest) == "任务目标"
}
