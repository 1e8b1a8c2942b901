package duty

import "strings"

// field is a part of a statement that stands under one label; role is noRole before the first label.
type field struct {
	text
	role role
}

// labelWords are the labels under which units, dates and the rest stand.
var labelWords = map[role]string{
	lead: "牵头单位 牵头部门 牵头责任单位 牵头责任部门 牵头处室 牵头科室 牵头机构 牵头负责单位 主责单位 主责部门 总牵头单位 总牵头部门 总牵头 主牵头单位 " +
		"牵头 主办单位 主办部门 主要责任单位 主要责任部门 第一责任单位 牵头责任主体 第一责任人 牵头单位及责任人 牵头单位和责任人",
	charge: "责任单位 责任部门 责任主体 责任处室 责任科室 责任机构 责任股室 负责单位 负责部门 负责科室 负责处室 负责股室 承办科室 承办单位 承办部门 承办处室 责任分工 责任 分工 工作分工 任务分工 负责 " +
		"主管部门 主管单位 责任单位及部门 责任部门及单位 责任部门和单位 责任单位和部门 责任部门单位 责任落实单位 落实责任单位 责任部门或单位 责任乡镇 责任镇街 责任单位及责任人 责任单位和责任人 责任部门及责任人",
	support: "配合单位 配合部门 参与单位 参与部门 参加单位 参加部门 协办单位 协办部门 协办处室 协作单位 协作部门 协同单位 协同部门 协助单位 协助部门 配合处室 配合科室 " +
		"支持单位 支持部门 协同责任单位 配合责任单位 协同配合单位 协同配合部门 协办责任单位 配合 参与 协办 协同 联合单位 配合部门及单位 配合部门和单位 参与处室",
	implement: "落实单位 落实部门 实施单位 实施部门 组织实施单位 具体实施单位 实施主体 落实主体 执行单位 落实 具体落实单位 具体落实部门",
	guide:     "指导单位 指导部门 业务指导单位 督导单位 监督单位 督办单位 督查单位 监管单位 监督部门 监管部门 指导",
	term: "完成时限 完成时间 时间节点 时间要求 时限要求 时间安排 时间进度 时限 办结时限 工作时限 完成期限 时间 进度安排 计划时间 实施时间 工作进度 推进时间 完成日期 实施期限 " +
		"计划完成时间 进度要求 时序进度 整改时限 办理时限 截止时间 实施步骤 序时进度 时间期限 工作期限 期限",
	person: "责任领导 牵头领导 分管领导 责任人 牵头人 联系人 包联领导 责任县领导 牵头县领导 县级领导 负责人 联系电话 分管市领导 市领导 牵头市领导 责任人员 具体责任人 " +
		"分管县领导 牵头区领导 分管区领导 县领导 区领导 包保领导 总负责人",
	other: "工作目标 工作内容 主要任务 工作任务 任务内容 工作措施 具体措施 目标任务 主要内容 具体内容 备注 项目内容 建设内容 预期目标 主要举措 工作要求 具体任务 重点任务 工作举措 任务目标 " +
		"启动时间 开始时间 实施内容 年度目标 建设地点 资金来源 总投资 主要措施 推进措施 具体举措 总体目标 实施路径",
}

var (
	labelRoles = rolesOf(labelWords)
	labels     = newEnds(allOf(labelWords))
	labelHeads = newWords(allOf(labelWords))
)

func rolesOf(lists map[role]string) map[string]role {
	out := map[string]role{}
	for r, list := range lists {
		for _, w := range strings.Fields(list) {
			out[w] = r
		}
	}
	return out
}

func allOf(lists map[role]string) string {
	var b strings.Builder
	for _, list := range lists {
		b.WriteString(" " + list)
	}
	return b.String()
}

// labelPrefix are words that may stand before a label: 市级牵头单位.
var labelPrefix = newWords("主要 总 省级 市级 县级 区级 省直 市直 县直 区直 省 市 县 区 各 第一 共同 主办 具体 其他 相关 有关 行业 业务 项目 任务 工作 其它 本项 本条 该项 上述 以上 · - — ★ ※ ● ◆ ■ ▲ * .")

// fields parts a statement at its labels.
func fields(t text) []field {
	var out []field
	cur, r := 0, noRole
	depth := 0
	for i := 0; i < t.len(); i++ {
		switch t.f[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case ':':
			if depth > 0 {
				continue
			}
			start, role := labelBefore(t.f, cur, i)
			if role == noRole {
				continue
			}
			out = append(out, field{t.cut(cur, start), r})
			cur, r = i+1, role
		}
	}
	return append(out, field{t.cut(cur, t.len()), r})
}

// labelBefore finds the label that ends at the colon at c and where it starts, not before from.
func labelBefore(f []rune, from, c int) (start int, r role) {
	e := c
	for e > from && f[e-1] == ' ' {
		e--
	}
	for e > from && f[e-1] == ')' {
		o := opening(f[:e], from)
		if o < 0 {
			break
		}
		for e = o; e > from && f[e-1] == ' '; e-- {
		}
	}
	if e > from && (f[e-1] == '为' || f[e-1] == '是') {
		e--
	}
	if n := labels.of(f[from:e]); n > 0 {
		s := e - n
		return prefixStart(f, from, s), labelRoles[string(f[s:e])]
	}
	// A label with blanks or a bracket inside: 牵头（责任）单位, 责 任 单 位.
	s := e
	for s > from && e-s < 14 && !isStop(f[s-1]) {
		s--
	}
	for s < e && blank(f[s]) {
		s++
	}
	u := unbracket(f[s:e])
	if n := labels.of(u); n > 1 && (n == len(u) || labelPrefix.at(u, 0) == len(u)-n) {
		return s, labelRoles[string(u[len(u)-n:])]
	}
	if n := labelNouns.of(u); n > 0 && len(u) <= 10 {
		if k := labelStems.at(u, labelPrefix.at(u, 0)); k > 0 {
			return s, labelRoles[string(u[labelPrefix.at(u, 0):][:k])]
		}
	}
	if n := labelPersons.of(u); n > 0 && len(u) <= 10 && personStems.at(u, labelPrefix.at(u, 0)) > 0 {
		return s, person
	}
	return 0, noRole
}

// labelStems and labelNouns are how a label begins and ends that has a word of its own between: 牵头考核单位.
var (
	labelStems = newWords("牵头 责任 负责 配合 参与 协办 协同 落实")
	labelNouns = newEnds("单位 部门 处室 科室 股室 机构")

	personStems  = newWords("牵头 责任 负责 分管 包保 包联 包抓 挂钩 挂点 联系 主管")
	labelPersons = newEnds("领导 同志 责任人 负责人")
)

// prefixStart moves the start of a label back over 市级, 主要 and the like, where nothing but a stop stands before.
func prefixStart(f []rune, from, s int) int {
	for p := max(from, s-4); p < s; p++ {
		if labelPrefix.at(f, p) == s-p && (p == from || isStop(f[p-1]) || f[p-1] == ' ') {
			return p
		}
	}
	return s
}

func isStop(r rune) bool {
	switch r {
	case ',', ';', '。', '、', ':':
		return true
	}
	return false
}

// opening finds the bracket that the one at the end of f closes.
func opening(f []rune, from int) int {
	depth := 0
	for i := len(f) - 1; i >= from; i-- {
		switch f[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// plainLabel is a label without a colon at the start of a piece: 责任单位为甲局, 责任单位 甲局.
func plainLabel(f []rune) (role, int) {
	p := 0
	if n := labelPrefix.at(f, 0); n > 0 && labelHeads.at(f, n) > 2 {
		p = n
	}
	n := labelHeads.at(f, p)
	if n < 3 {
		return noRole, 0
	}
	e := p + n
	for runeAt(f, e) == ' ' {
		e++
	}
	rest := f[e:]
	if r := runeAt(f, e); r == '为' || r == '是' {
		rest = f[e+1:]
	} else if e == p+n && !strictUnit(firstName(rest)) {
		return noRole, 0
	}
	if len(rest) < 2 {
		return noRole, 0
	}
	return labelRoles[string(f[p:p+n])], p + n
}

func firstName(f []rune) []rune {
	for i, r := range f {
		if r == '、' || r == ',' || blank(r) || r == ';' || r == '。' {
			return f[:i]
		}
	}
	return f
}

// verb is a place where a role verb stands after names of units: start is the end of the names, end that of the verb.
type verb struct {
	start, end int
	role       role
}

// verbWords are the verbs that give the units before them a role.
var verbWords = map[role]string{
	lead: "牵头 牵头负责 负责牵头 牵头组织实施 牵头组织 牵头落实 牵头实施 牵头推进 牵头抓总 牵头督导 牵头承办 牵头办理 牵头开展 牵头推动 牵头协调 总牵头 主责 主办 牵头抓 负总责 为主 为牵头单位 为牵头部门 牵头负责落实 牵头统筹 " +
		"作为牵头单位 是牵头单位 牵头制定 牵头完成",
	charge: "负责 具体负责 承办 承担 分工负责 分别负责 共同负责 负责办理 为责任单位 为责任部门 作为责任单位 是责任单位 办理 各负其责 负责推进 负责推动 负责统筹 主抓",
	support: "配合 参与 参加 协办 协助 协同 协作 配合落实 配合实施 协同配合 协同推进 共同参与 配合做好 参与配合 积极配合 密切配合 负责配合 支持配合 协调配合 为配合单位 为配合部门 为参与单位 协助配合 " +
		"作为配合单位 配合推进 支持 协同落实 协助落实 协同参与",
	implement: "落实 负责落实 组织实施 实施 具体实施 组织落实 贯彻落实 抓好落实 推进落实 具体落实 负责组织实施 负责实施 负责具体实施 执行 负责具体落实 负责抓好落实 负责贯彻落实 负责组织落实 抓落实 组织推进 组织推动 " +
		"具体组织实施 具体组织推动 做好落实 组织开展 负责组织开展 负责抓落实 贯彻执行 落实落地",
	guide: "指导 督导 业务指导 监督 负责指导 负责督导 督促指导 监督指导 指导推进 负责监督 指导落实 督促落实 督查 负责督促 监督落实",
}

var (
	verbRoles = rolesOf(verbWords)
	verbs     = newWords(allOf(verbWords))
)

// weakVerbs stand in names of units too (督导室, 政策落实科); they count only at the end of a piece or after an adverb.
var weakVerbs = map[string]bool{"指导": true, "督导": true, "监督": true, "督查": true, "支持": true, "实施": true, "执行": true, "办理": true, "承担": true, "承办": true,
	"协作": true, "协同": true, "协助": true, "参加": true, "主办": true, "落实": true, "为主": true, "主责": true, "组织开展": true, "业务指导": true}

var adverbs = newEnds("按 按照 按职责 按职能 按职责分工 按职能分工 按照职责分工 按照职能分工 按各自职责 按照各自职责 按各自职责分工 按照各自职责分工 按任务分工 按分工 根据职责分工 根据职责 根据各自职责 依职责 依职责分工 依据职责分工 依据职责 " +
	"按照职责 按照职能 按职权 按权限 按照权限 分别 共同 具体 统一 主要 积极 密切 联合 协同 各自 结合实际 分级 分工 分类 按职责分别 按职责具体 按有关职责 按相关职责 按职责权限 依法 依法依规 按规定 按职责共同 齐抓共管 全力 认真 " +
	"属地 据职责分工 按照工作职责 按工作职责 按部门职责 按照部门职责 按部门职责分工 按照部门职责分工 按照职责分工分别 按职责任务 职责分工 根据职能 根据职能分工 按照任务分工 具体组织 同步 一同 一起 分头 在职责范围内 在各自职责范围内 结合职责 协调")

// withWords join a helper to the one in charge.
var withWords = newWords("会同 商 会商 联合 牵头会同")

// tradeWords begin with 商 without asking anybody: 商务局, 商城县.
var tradeWords = newWords("商务 商业 商贸 商会 商标 商行 商报 商城 商河 商丘 商洛 商南 商州 商水 商都 会同县")

// withAt is the length of the word at i that joins a helper, 0 where none does.
func withAt(f []rune, i int) int {
	if tradeWords.at(f, i) > 0 {
		return 0
	}
	return withWords.at(f, i)
}

// nounsAfter turn a verb into a part of a name: 牵头单位, 负责同志, 责任人.
var nounsAfter = newWords("单位 部门 同志 人 人员 处室 集团 领导 主体 者 机构 科室 责任 县级领导 企业")

// findVerb looks for the first role verb after names of units.
func findVerb(c text, labelled bool) (verb, bool) {
	depth := 0
	for i := range c.f {
		switch c.f[i] {
		case '(':
			depth++
			continue
		case ')':
			depth = max(0, depth-1)
			continue
		}
		n := verbs.at(c.f, i)
		if n == 0 || depth > 0 {
			continue
		}
		w := string(c.f[i : i+n])
		if verbRoles[w] != noRole && nounsAfter.at(c.f, i+n) > 0 && w[0] != "为"[0] {
			continue
		}
		names := c.cut(0, dropAdverbs(c.f, i))
		if weakVerbs[w] && names.len() == i && !atStop(c.f, i+n) {
			continue
		}
		if names.len() == 0 || namesEnd(names, labelled) {
			return verb{names.len(), i + n, verbRoles[w]}, true
		}
	}
	// 甲局、乙局按职责做好相关工作: an adverb of duty after units is enough.
	for i := range c.f {
		if i > 1 && (c.f[i] == '按' || c.f[i] == '依' || c.f[i] == '根') && dutyWords.at(c.f, i) > 0 && namesEnd(c.cut(0, i), labelled) {
			return verb{i, c.len(), charge}, true
		}
	}
	return verb{}, false
}

var dutyWords = newWords("按职责 按照职责 按职能 按照职能 按各自职责 按照各自职责 根据职责 依职责 按分工 按照分工 按任务分工 按工作职责 按部门职责 按照部门职责")

// dropAdverbs moves i back over 按职责分工 and the like.
func dropAdverbs(f []rune, i int) int {
	for {
		for i > 0 && f[i-1] == ' ' {
			i--
		}
		n := adverbs.of(f[:i])
		if n == 0 {
			return i
		}
		i -= n
	}
}

// atStop says that a piece ends at i or goes on with another one.
func atStop(f []rune, i int) bool {
	for runeAt(f, i) == ' ' {
		i++
	}
	return i >= len(f) || isStop(f[i]) || f[i] == '和' || f[i] == '并' || f[i] == ')'
}

// namesEnd says that the text before a verb is a list of units.
func namesEnd(names text, labelled bool) bool {
	names = names.trim("、")
	if i, n := findWord(names.f, withWords); n > 0 && i > 0 {
		return namesEnd(names.cut(0, i), labelled) && len(splitUnits(names.cut(i+n, names.len()))) > 0
	}
	if names.len() < 2 {
		return false
	}
	list := atoms(names)
	if len(list) == 0 {
		return false
	}
	last := list[len(list)-1].squeeze().f
	if labelled {
		return plausible(stripEtc(text{last, last}).f)
	}
	odd := 0
	for _, a := range list {
		f := a.squeeze().f
		if s := stripEtc(text{f, f}); s.len() < len(f) && s.len() > 1 && !clauseLike(f) {
			continue
		}
		if !strictUnit(f) {
			if clauseLike(f) || len(f) > 24 {
				return false
			}
			odd++
		}
	}
	return odd*2 < len(list) || odd*2 == len(list) && looseEnd(last)
}

func findWord(f []rune, w words) (at, n int) {
	depth := 0
	for i, r := range f {
		switch r {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		}
		if n := w.at(f, i); n > 0 && depth == 0 {
			if f[i] == '商' && (i == 0 || !looseEnd(f[:i]) || adminWords.at(f, i-1) > 0 || tradeWords.at(f, i) > 0) {
				continue
			}
			if f[i] == '联' && (runeAt(f, i+2) == '会' || i > 0 && !looseEnd(f[:i])) {
				continue
			}
			return i, n
		}
	}
	return 0, 0
}

// dropBy drops 由, 以上由, 具体由, 市级由 before the names.
func dropBy(c text) text {
	c = c.trim("、")
	for i := 0; i < c.len() && i < 16; i++ {
		switch c.f[i] {
		case '由':
			if i > 0 && looseEnd(c.f[:i]) && !byHeads(c.f[:i]) {
				return c
			}
			return c.cut(i+1, c.len())
		case '、', '(', ')':
			return c
		}
	}
	return c
}

// byHeads are openings before 由 that end like a unit by chance.
func byHeads(f []rune) bool {
	for _, r := range f {
		switch r {
		case '级', '上', '述', '项', '并', '均', '其':
			return true
		}
	}
	return false
}
