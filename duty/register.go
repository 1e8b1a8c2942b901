package duty

import "slices"

// Registers reads what the text orders to be made or kept (清单, 台账, 名录, 方案, 预案 …), in order and as printed, each once.
// What it only mentions (按照工作方案, 列入计划的地块) and what stands in a cited 《title》 is none.
func Registers(s string) []string {
	t := newText(s).squeeze()
	var out []string
	start := 0
	for i := 0; i <= t.len(); i++ {
		if i < t.len() && !isClauseEnd(t.f[i]) {
			continue
		}
		for _, name := range registersOf(t.cut(start, i).untitled()) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		start = i + 1
	}
	return out
}

// untitled drops 《titles》 with what they hold; brackets stay, as 资金使用计划(或方案) is one name.
func (t text) untitled() text {
	var out text
	depth := 0
	for i, c := range t.f {
		switch {
		case c == '《':
			depth++
		case c == '》':
			depth = max(0, depth-1)
		case depth == 0:
			out.raw, out.f = append(out.raw, t.raw[i]), append(out.f, c)
		}
	}
	return out
}

// registersOf reads one clause.
func registersOf(c text) []string {
	if c.len() > 300 {
		return nil
	}
	var out []string
	from := 0 // what stands before belongs to the name before
	ordered := false
	for i := 0; i < c.len(); i++ {
		n := registerHeads.at(c.f, i)
		if n == 0 {
			continue
		}
		end := i + n
		if registerHeads.at(c.f, end) > 0 || c.at(end) == '“' && registerHeads.at(c.f, end+1) > 0 {
			continue // 图谱清单, 规划“一张图” are one name
		}
		if c.at(end) == '(' { // 计划(或方案)
			if k := closing(c.f, end); k > 0 && k-end < 8 && registerHeads.in(c.f[end:k]) {
				end = k + 1
			}
		}
		begin, found := orderedFrom(c.f, from, i, end)
		if !found && ordered && from > 0 {
			found = true // 建立技术库和推荐清单
		}
		if name := registerName(c.cut(begin, end)); found && name != "" && elsewhere.at(c.f, end) == 0 {
			out = append(out, name)
			ordered = true
		}
		from, i = end, end-1
	}
	return out
}

// orderedFrom gives the place after the verb that orders the register whose head stands from head to end: the last
// that makes (制定), else the last that keeps (纳入名录), else the clause where the verb follows (清单修订).
func orderedFrom(f []rune, from, head, end int) (int, bool) {
	for k := head; k > from; k-- {
		if makes.of(f[from:k]) > 0 {
			for n := joins.at(f, k); n > 0 && k+n <= head; n = joins.at(f, k) {
				k += n // 制定并实施
			}
			return k, true
		}
	}
	plan := plans.at(f, head) > 0
	for k := head; k > from && !plan; k-- {
		if n := keeps.of(f[from:k]); n > 0 {
			return k, k < head || string(f[k-n:k]) != "纳入"
		}
	}
	if madeAfter.at(f, end) > 0 {
		for k := head; k > from; k-- {
			if does.of(f[from:k]) > 0 {
				return k, true
			}
		}
		return from, true
	}
	return from, false
}

// registerName is the name without the words that count it: 一份, 各项.
func registerName(t text) string {
	t = t.trim("、和及与了的并或·,")
	t = uncounted(t)
	open, shut := t.index("“"), t.index("”")
	switch {
	case accordingTo.in(t.f), t.len() < 2:
		return ""
	case open >= 0 && shut < 0 && t.len() > 0: // cut inside a quotation
		t = t.from(open + 1)
	}
	return uncounted(t).String()
}

func uncounted(t text) text {
	for n := counters.at(t.f, 0); n > 0 && registerHeads.at(t.f, 0) == 0; n = counters.at(t.f, 0) {
		t = t.from(n).trim("、和及与了的并或·”")
	}
	return t
}

var (
	registerHeads = newWords("清单 台账 名录 名单 黑名单 白名单 红黑名单 实施方案 工作方案 方案 应急预案 预案 年度计划 行动计划 工作计划 实施计划 计划 指南 联单 项目库 技术库 数据库 专家库 " +
		"资源库 人才库 储备库 名录库 信息库 基础库 案例库 图谱 项目册 项目册 目录 档案 手册 实施细则 细则 管理办法 一张图 导则 操作规程 “一企一策” “一厂一策” “一口一策” “一镇一策” " +
		"“一河一策” “一村一策” “一园一策” 一厂一档 一企一档 一户一档 一人一档 路线图 时间表 任务书 责任书 登记簿 任务分解表 规划")
	// plans are made or only mentioned; nothing is kept in them.
	plans = newWords("规划 计划 行动计划 方案 实施方案 工作方案")
	makes = newEnds("建立 健全 完善 制定 制订 编制 出台 修订 修编 更新 形成 绘制 建成 印发 发布 公布 公示 编印 编写 梳理 填报 制作 拟定 拟订 建好 列出 设立 签订 起草 编发 叠加至")
	keeps = newEnds("纳入 落实 实施 实行 推行 汇总 报送 补充 夯实 批复")
	does  = newEnds("完成 推进 做好 开展 加快 抓好 启动")

	madeAfter   = newWords("修订 编制 制定 更新 评估 修编 建设 编修")
	joins       = newWords("并 完善 实施 健全 了 修订 和 、 印发 规范")
	counters    = newWords("一份 一张 一套 一批 一本 五项 各项 两份 三张 一个 相关 相应")
	accordingTo = newWords("按照 根据 依据 参照 对照 贯彻 三线一单 产业政策 要求")
	elsewhere   = newWords("的 要求 明确 确定 规定 外 内 中 管控 纲要 项目 制管理 任务 化")
)
