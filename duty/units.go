package duty

import "strings"

// SplitUnits splits a printed list of units into their names as printed. Names with a bracket or a 、 of their own
// stay whole, 和 and 及 part two names only where both sides end like one, 等, 等部门 and 等有关部门 are dropped, and so
// is what is no unit at all:
//
//	SplitUnits("甲局、工业和信息化局和各县（市、区）政府等有关部门") // 甲局 工业和信息化局 各县（市、区）政府
func SplitUnits(list string) []string {
	return splitUnits(newText(list))
}

func splitUnits(t text) []string {
	var out []string
	for _, a := range joinAdmin(atoms(unspace(t))) {
		name := stripEtc(a.text).trim("。.;:,、·-—")
		if n := name.tight(); n != "" && plausible(name.squeeze().f) {
			out = append(out, n)
		}
	}
	return out
}

// atom is one name and the sign that stands before it.
type atom struct {
	text
	sep rune
}

func atoms(t text) []atom {
	var out []atom
	depth, start, sep := 0, 0, rune(0)
	quoted := 0 // end of a quotation inside a name: “双随机、一公开”联席会议
	for i := 0; i <= t.len(); i++ {
		r := t.at(i)
		switch r {
		case '(':
			if closing(t.f, i) >= 0 || depth > 0 {
				depth++
			}
			continue
		case ')':
			depth = max(0, depth-1)
			continue
		case '“':
			if end := quoteEnd(t.f, i); end > 0 && depth == 0 {
				quoted = end
			}
		}
		if (depth > 0 || i < quoted) && i < t.len() {
			continue
		}
		if i == t.len() || r == '、' || r == ',' || r == ';' || r == '。' || r == '/' || r == '|' {
			out = append(out, splitAnd(t.cut(start, i), sep)...)
			start, sep = i+1, r
		}
	}
	return out
}

// splitAnd parts a piece at 和 and 及 where both sides are names.
func splitAnd(t text, sep rune) []atom {
	t = t.trim("。.;:,、")
	if t.len() == 0 {
		return nil
	}
	depth := 0
	for i, r := range t.f {
		switch r {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		}
		n := andWords.at(t.f, i)
		if depth > 0 || n == 0 || i == 0 {
			continue
		}
		left, right := t.cut(0, i).squeeze(), t.cut(i+n, t.len()).squeeze()
		if right.len() < 2 || hasAt(right.f, 0, []rune("其下")) || hasAt(right.f, 0, []rune("其所")) {
			continue
		}
		if !firmEnd(left.f) || !looseEnd(right.f) || bareTail(right.f) {
			continue
		}
		return append([]atom{{left, sep}}, splitAnd(t.cut(i+n, t.len()), '和')...)
	}
	return []atom{{t, sep}}
}

var andWords = newWords("和 及 以及 与 暨 并")

// bareTail says that the right side of 和 is no name of its own: 有关部门和单位, 党委和政府.
func bareTail(f []rune) bool {
	switch string(f) {
	case "单位", "部门", "企业", "政府", "人民政府", "管委会", "办事处", "地方", "机构", "个人", "团体", "人员":
		return true
	}
	return false
}

// adminWords are the kinds of place; a list of them with one tail is one name: 各市、州、县人民政府.
var adminWords = newWords("地级市 市 州 县 区 乡 镇 乡镇 街道 街镇 镇街 盟 旗 师 县区 区县 县市 市县 市区 县市区 市州 地区 自治州 自治县 县级市 团场 办事处 街道办事处 村 社区 行政村")

// adminPrefix are the words that open such a list.
var adminPrefix = newWords("各 各有关 有关 各相关 相关 所在 省内各 全省各 全市各 全县各 各级 其他 其余 属地 涉及")

// joinAdmin puts together the atoms that are one name with a 、 of its own.
func joinAdmin(in []atom) []atom {
	var out []atom
	for _, a := range in {
		if n := len(out); n > 0 && (a.sep == '、' || a.sep == '和') &&
			pureAdmin(out[n-1].f) && (adminTail(a.f) || sameRank(unbracket(out[n-1].f), unbracket(a.f))) {
			sep := []rune{a.sep}
			if a.sep == '和' {
				sep = []rune("和")
			}
			p := &out[n-1]
			p.raw = append(append(append([]rune{}, p.raw...), sep...), a.raw...)
			p.f = append(append(append([]rune{}, p.f...), sep...), a.f...)
			continue
		}
		out = append(out, a)
	}
	return out
}

// pureAdmin is 各市 or 各市、州: a list of kinds of place that still wants its tail.
func pureAdmin(f []rune) bool {
	f = unbracket(f)
	if i := lastIndex(f, '、'); i >= 0 {
		return pureAdmin(f[:i]) && adminWords.at(f, i+1) == len(f)-i-1
	}
	n := adminPrefix.at(f, 0)
	if organEnds.of(f) > 0 {
		return false // 各街道办事处 wants no tail
	}
	return adminWords.at(f, n) > 0 && adminWords.at(f, n) == len(f)-n
}

// adminTail is the next kind of place, alone or with what closes the list: 州, 县人民政府.
func adminTail(f []rune) bool {
	f = unbracket(f)
	n := adminWords.at(f, 0)
	if n == 0 {
		return false
	}
	switch string(f[n:]) {
	case "", "政府", "人民政府", "党委", "党委政府", "党工委", "委", "等", "等地", "政府等":
		return true
	}
	return false
}

// sameRank says that two kinds of place stand side by side, so that an office may close their list: 各市、州教育局.
func sameRank(f, g []rune) bool {
	n := adminWords.at(g, 0)
	if n == 0 || n == len(g) || !firmEnd(g[n:]) || len(g)-n < 2 {
		return false
	}
	last := f
	if i := lastIndex(f, '、'); i >= 0 {
		last = f[i+1:]
	} else {
		last = f[adminPrefix.at(f, 0):]
	}
	a, b := rank[string(last)], rank[string(g[:n])]
	return a > 0 && a == b
}

var rank = map[string]int{"市": 1, "州": 1, "盟": 1, "地区": 1, "县": 2, "区": 2, "旗": 2, "县区": 2, "乡": 3, "镇": 3, "街道": 3, "乡镇": 3}

func lastIndex(f []rune, r rune) int {
	for i := len(f) - 1; i >= 0; i-- {
		if f[i] == r {
			return i
		}
	}
	return -1
}

// unbracket drops what stands in brackets, and white space.
func unbracket(f []rune) []rune {
	out := make([]rune, 0, len(f))
	depth := 0
	for _, r := range f {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth = max(0, depth-1)
		case depth == 0 && r != ' ':
			out = append(out, r)
		}
	}
	return out
}

// stripEtc drops 等, 等部门, 等有关部门 … from the end of a name.
func stripEtc(t text) text {
	f := t.f
	for i := len(f) - 1; i >= 0 && len(f)-i <= 18; i-- {
		if f[i] == ')' {
			return t
		}
		if f[i] != '等' {
			continue
		}
		if i == 0 {
			return t.cut(0, 0)
		}
		switch f[i-1] {
		case '高', '中', '初', '平', '同', '对', '优', '均':
			continue
		}
		tail := f[i+1:]
		if len(tail) == 0 || etcEnds.of(tail) > 0 {
			return t.cut(0, i)
		}
	}
	return t
}

var etcEnds = newEnds("部门 单位 地 企业 机构 公司 分公司 院校 学校 运营商 市 县 区 乡镇 街道 方面 成员 局 厅 委 办 协会 组织 镇 银行 中心 团体 各方 政府")

// strictUnit says that a folded name without white space ends like a unit and reads like a name.
func strictUnit(f []rune) bool {
	f = unbracket(f)
	if len(f) < 2 || len(f) > 40 {
		return false
	}
	if etc := stripEtc(text{f, f}); etc.len() < len(f) && etc.len() > 1 {
		return strictUnit(etc.f) || vagueEnds.of(f) > 0 && !clauseLike(f)
	}
	return looseEnd(f) && !clauseLike(f)
}

// looseEnd says that the text ends like a unit.
func looseEnd(f []rune) bool {
	f = unbracket(f)
	if etc := stripEtc(text{f, f}); etc.len() > 1 {
		f = etc.f
	}
	if len(f) < 2 || seemsOnly(f) {
		return false
	}
	return unitEnds.of(f) > 0 || vagueEnds.of(f) > 0
}

// seemsOnly says that the text ends in a word that only ends like a unit, unless a longer one is a unit: 县政协办.
func seemsOnly(f []rune) bool {
	n := notUnitEnds.of(f)
	return n > 0 && organEnds.of(f) <= n
}

// firmEnd says that the text ends like an organ, so that a following 和 cannot be a part of its name.
func firmEnd(f []rune) bool {
	f = unbracket(f)
	if etc := stripEtc(text{f, f}); etc.len() > 1 && etc.len() < len(f) {
		return looseEnd(etc.f) && !clauseLike(etc.f)
	}
	if len(f) < 2 || seemsOnly(f) || clauseLike(f) {
		return false
	}
	if organEnds.of(f) > 0 {
		return true
	}
	return adminPrefix.at(f, 0) > 0 && looseEnd(f)
}

var organEnds = newEnds("局 厅 委 部 办 署 院 处 所 站 队 社 馆 台 政府 委员会 管委会 办公室 办公厅 中心 公司 集团 银行 支行 分行 联社 供销社 海关 大队 支队 总队 " +
	"领导小组 工作组 小组 专班 指挥部 部门 单位 协会 联合会 总工会 妇联 残联 文联 侨联 科协 工商联 团委 党委 党工委 纪委 监委 街道办 办事处 分局 总局 大学 学院 医院 研究院 研究所 " +
	"政协办 人大办 监察机关 检察机关 司法机关 公安机关 行政机关 党政机关 政法机关 审判机关 税务机关")

var unitEnds = newEnds("局 厅 委 部 办 院 署 会 室 处 科 股 县 市 区 州 镇 乡 盟 旗 村 团 所 站 队 台 馆 社 校 行 厂 组 班 师 连 关 司 段 " +
	"政府 中心 公司 集团 银行 中学 小学 大学 高校 妇联 残联 文联 侨联 科协 社科联 工商联 街道 乡镇 镇街 街镇 人大 政协 林场 农场 基地 学校 " +
	"团市委 河长 路长 田长 林长 链长 指挥长 供电 电力 移动 联通 电信 铁塔 邮政 红十字会 村居 村委 居委 高新园 工业园 团场 各地 办事处 社区 专班 开发区 经营者 网格员")

var vagueEnds = newEnds("部门 单位 企业 机构 组织 地方 主体 各地 运营商 院校 平台公司 团体 各方")

// notUnitEnds are words that only end like a unit.
var notUnitEnds = newEnds("社会 大会 机会 不会 例会 展会 晚会 博览会 座谈会 交流会 推介会 对接会 发布会 联席会 会议 城乡 内部 全部 外部 干部 局部 西部 东部 中部 南部 北部 " +
	"举办 开办 主办 承办 协办 交办 督办 经办 代办 补办 创办 兴办 查办 到处 好处 此处 之处 查处 深处 惩处 市区 城区 山区 小区 灾区 辖区 校区 库区 街区 片区 林区 矿区 牧区 " +
	"郊区 禁区 禁煤区 城镇 农村 乡村 美丽乡村 发行 实行 进行 执行 运行 推行 试行 举行 先行 并行 现行 可行 通行 重组 分组 编组 社团 场所 厕所 网站 加油站 车站 电站 充电站 " +
	"团队 平台 出台 舞台 后台 学科 专科 本科 教室 实验室 教师 律师 工程师 老师 全县 全市 全区 全省 全镇 全乡 本县 本市 本区 本省 我县 我市 我区 我省 该县 该市 成本 " +
	"有关 相关 无关 机关 公关 攻关 难关 社区服务 多部 进行 委托 重点社区 示范村 一村 试点县 示范县 强县 强市 强省 上市 城市 超市 股市 门市 都市 夜市 集市")

// clauseLike says that a text is a piece of a sentence rather than a name.
func clauseLike(f []rune) bool {
	quoted := 0 // end of a quotation inside a name: 推进“三地一区”建设领导小组
	for i, r := range f {
		if i < quoted {
			continue
		}
		switch r {
		case '“':
			if c := quoteEnd(f, i); c > 0 && organEnds.of(f) > 0 {
				quoted = c
				continue
			}
			return true
		case '。', ';', ':', '!', '?', '%', '《', '》', '”', '"', '+', '=', '→', '①', '②', '③':
			return true
		case '的':
			return true
		}
		if n := clauseWords.at(f, i); n > 0 {
			return true
		}
	}
	return clauseHeads.at(f, 0) > 0
}

// quoteEnd is where a short quotation that opens at i, and does not end the text, has closed.
func quoteEnd(f []rune, i int) int {
	for k := i + 1; k < len(f)-1 && k < i+14; k++ {
		if f[k] == '”' {
			return k + 1
		}
	}
	return 0
}

var clauseWords = newWords("应当 通过 按照 根据 依据 确保 做好 抓好 加强 加快 必须 不得 严禁 使用 开展 实现 达到 强化 提升 提高 完善 健全 建立 建成 制定 出台 印发 完成 " +
	"召开 不断 进一步 各负其责 年底 月底 包括")

var clauseHeads = newWords("由 把 被 使 按 及 与 对于 对全 对县 对市 对区 对各 对未 对在 将在 将于 为了 为各 以及 以县 以市 以各 在全 在县 在市 在区 在各 在重 在本 从事 从严 应当 应由 应在 应按 要求 要在 要按 需要 须由 " +
	"并由 并报 并按 并在 并且 且由 或者 经县 经市 经区 经省 经各 报县 报市 报区 报省 报请 报送 报经 报上 向县 向市 向区 向省 向各 向社 不得 不断 可由 可以 已经 未经 则由 即由 凡是 属于 是指 其中 同时 例如 见附 详见 含新 包含 " +
	"推动 推进 支持 鼓励 引导 组织开展 协调 督促 指导 联合 会同 配合 成立 设立 完成 落实 负责 牵头 积极 各负 有序 全面 深入 统筹 严格 优化 持续 定期 及时 大力 切实 各类")

// plausible says that a name in a list that is labelled as units can stand: it need not end like a unit, but it is
// no date, no remark and no sentence.
func plausible(f []rune) bool {
	if len(f) < 2 || len(f) > 60 {
		return false
	}
	base := unbracket(f)
	if len(base) == 0 || timeLike(base) || remarks[string(base)] {
		return false
	}
	if strings.ContainsAny(string(base), "。;:!?%《》=") {
		return false
	}
	if looseEnd(base) {
		return clauseHeads.at(base, 0) == 0
	}
	return len(base) <= 16 && !clauseLike(base)
}

var remarks = map[string]bool{"下同": true, "无": true, "等": true, "单位": true, "部门": true, "持续推进": true, "长期": true, "长期坚持": true,
	"长期推进": true, "持续实施": true, "常态化": true, "常态化推进": true, "全年": true, "即时": true, "立即": true, "另行通知": true, "同上": true, "按职责分工": true}

// timeLike says that a piece is a date or a term, which stands among units in many brackets.
func timeLike(f []rune) bool {
	digit := false
	for i, r := range f {
		if r >= '0' && r <= '9' {
			digit = true
			continue
		}
		if digit && (r == '年' || r == '月' || r == '日' || r == '季') && i > 0 && (f[i-1] >= '0' && f[i-1] <= '9' || r == '季') {
			return true
		}
	}
	return timeHeads.at(f, 0) > 0
}

var timeHeads = newWords("年底 年内 年度 全年 长期 持续 常态 即时 立即 每年 每月 每季 适时 近期 中期 远期 十四五 到20 完成时 " +
	"第一季度 第二季度 第三季度 第四季度 一季度 二季度 三季度 四季度 上半年 下半年 立行立改")
