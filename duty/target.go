package duty

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// Op is the comparison that meets a target.
type Op string

// The comparisons. Between holds both ends; NoDecrease names no value.
const (
	AtLeast    Op = ">="
	AtMost     Op = "<="
	Exactly    Op = "="
	Below      Op = "<"
	Above      Op = ">"
	About      Op = "~"
	Between    Op = "between"
	NoDecrease Op = "no_decrease"
)

// Target is a commitment that can be measured: 覆盖率达到90%以上 is {覆盖率 >= 90 %}. Subject, unit and value are as printed
// (3万 户 is value 3, unit 万户); a water class compares on its number, so 达到Ⅲ类 is <= III.
type Target struct {
	Raw     string `json:"raw"` // the clause
	Subject string `json:"subject"`
	Op      Op     `json:"op"`
	Value   Value  `json:"value"`
	Unit    string `json:"unit"`
}

// Value is an exact decimal (90, 0.5), the two ends of a range, a class (III), or nothing.
type Value struct {
	Text string // decimal without grouping, or a class in Roman numerals; empty where the target names none
	High string // upper end of a range
}

// Rat is the exact number, and false for a class, a range or nothing.
func (v Value) Rat() (*big.Rat, bool) {
	if v.High != "" {
		return nil, false
	}
	return new(big.Rat).SetString(v.Text)
}

// MarshalJSON writes 90, [3,5], "III" or null.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.Text == "":
		return []byte("null"), nil
	case v.High != "":
		return []byte("[" + v.Text + "," + v.High + "]"), nil
	case v.Text[0] >= '0' && v.Text[0] <= '9':
		return []byte(v.Text), nil
	}
	return json.Marshal(v.Text)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	s := string(b)
	switch {
	case s == "null":
		return nil
	case s[0] == '"':
		return json.Unmarshal(b, &v.Text)
	case s[0] == '[':
		var ends []json.Number
		if err := json.Unmarshal(b, &ends); err != nil {
			return err
		}
		if len(ends) != 2 {
			return fmt.Errorf("value %s: want the two ends of a range", s)
		}
		v.Text, v.High = ends[0].String(), ends[1].String()
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	v.Text = n.String()
	return nil
}

// Targets reads the quantified targets of a duty's text in order. Amounts of support, conditions (年产5万吨以上的企业), present
// state, project names and dates are none.
func Targets(s string) []Target {
	t := newText(s).squeeze()
	r := targetReader{}
	start := 0
	for i := 0; i <= t.len(); i++ {
		if i == t.len() || isClauseEnd(t.f[i]) {
			r.clause(t.cut(start, i))
			start = i + 1
		}
	}
	return r.out
}

func isClauseEnd(c rune) bool {
	switch c {
	case ',', ';', ':', '。', '!', '?', '\n':
		return true
	}
	return false
}

type targetReader struct {
	out []Target
}

// clause reads the targets between two stops. Brackets and titles inside say nothing of their own.
func (r *targetReader) clause(c text) {
	if c = c.plain(); c.len() == 0 || c.len() > 300 {
		return // a table or noise
	}
	c.raw = []rune(strings.Trim(string(c.raw), "、"))
	n, end, quoted := len(r.out), 0, false
	for i := 0; i < c.len(); {
		if c.f[i] == '“' || c.f[i] == '”' {
			quoted = c.f[i] == '“'
		}
		if quoted {
			i++ // “六个一”, “528工程” are names
			continue
		}
		q, j := quantity(c.f, i)
		if j == i {
			i++
			continue
		}
		r.judge(c, q, end, i, j, n)
		i, end = j, j
	}
	if len(r.out) == n {
		r.inWords(c)
	}
}

// plain drops brackets and titles with what they hold.
func (t text) plain() text {
	var out text
	depth := 0
	for i, c := range t.f {
		switch c {
		case '(', '《':
			depth++
			continue
		case ')', '》':
			depth = max(0, depth-1)
			continue
		}
		if depth == 0 && (c != '、' || len(out.f) > 0) {
			out.raw, out.f = append(out.raw, t.raw[i]), append(out.f, c)
		}
	}
	return out
}

// judge decides whether the amount q, which stands from i to j in clause c, is a target. The amount before it ended at
// prev; targets from first on are of this clause.
func (r *targetReader) judge(c text, q amount, prev, i, j, first int) {
	left, right := c.f[prev:i], c.f[j:]
	if len(right) > 0 && right[0] == '的' && q.unit != "%" || isCondition(c.f[:i], right) {
		return
	}
	n := compareWords.of(left)
	listed := len(r.out) > first && prev > 0 && runeAt(left, 0) == '、' && r.out[len(r.out)-1].Unit == q.unit
	if listed && n == 1 {
		n = 0 // 救护车6辆、特约4辆
	}
	op := compares[string(left[len(left)-n:])]
	explicit := n > 0
	if mark := bounds.at(right, 0); mark > 0 {
		op = bound(string(right[:mark]), op)
		after := runeAt(right, mark)
		explicit = explicit || after == 0 || after == '、' || after == '和'
	}
	switch {
	case q.class:
		if !water.in(left) {
			return
		}
		op = AtMost
	case !explicit && listed:
		op = r.out[len(r.out)-1].Op // 新增救护车6辆、消防车4辆
	case !explicit && !counted(c.f[:i], q):
		return
	case op == "":
		op = AtLeast
	}
	if q.high != "" {
		op = Between
	}
	if op == AtLeast && n > 0 && (smaller.in([]rune(q.unit)) || finer.in(left)) {
		op = AtMost // 浓度达到35微克/立方米
	}
	if daily.of(left[:len(left)-n]) > 0 && strings.HasSuffix(q.unit, "时") {
		q.unit += "/天"
	}
	for _, v := range q.values {
		r.out = append(r.out, Target{string(c.raw), subject(c.cut(prev, i-n), c.from(j)), op, Value{v, q.high}, q.unit})
	}
}

// bound is the comparison that a word after the number makes of the one before it.
func bound(word string, op Op) Op {
	switch word {
	case "以上", "及以上":
		if op == Above || op == Below {
			return op
		}
		return AtLeast
	case "以内", "以下", "及以下":
		return AtMost
	}
	if op == "" || op == AtLeast {
		return About
	}
	return op
}

// isCondition reports whether the words around an amount make it a limit of whom something concerns, an amount of
// support, or a present state.
func isCondition(left, right []rune) bool {
	n := bounds.at(right, 0)
	after := right[n:]
	switch {
	case supports.in(left), states.in(left) && !shall.in(left):
		return true
	case len(after) == 0:
		return false
	case after[0] == '的':
		return true // 超过80%的, 5万吨以上的企业
	}
	return n > 0 && compareWords.of(left) == 0 && countVerbs.of(left) == 0 && after[0] != '、' && after[0] != '和'
}

// counted reports whether an amount without a comparison is a commitment: an action that counts things stands before.
func counted(left []rune, q amount) bool {
	switch {
	case strings.HasPrefix(q.unit, "%"), strings.HasSuffix(q.unit, "百分点"):
		return changeVerbs.of(left) > 0
	case strings.HasSuffix(q.unit, "元"):
		return invest.in(left)
	case notCounted[q.unit], strings.HasSuffix(q.unit, "级"):
		return false
	}
	return countVerbs.in(left) || changeVerbs.of(left) > 0
}

// subject is what the target measures: the words before the comparison, or where only a verb stands there, the thing
// counted after the number.
func subject(left, right text) string {
	s := left.trim("、“”")
	if n := countVerbs.of(s.f); n > 0 || s.len() == 0 {
		k := 0
		for k < right.len() && right.f[k] != '、' && k < 20 {
			k++
		}
		if t := right.cut(bounds.at(right.f, 0), max(k, bounds.at(right.f, 0))); t.len() > 0 {
			return t.String()
		}
	}
	for i := s.len(); i > 0; i-- {
		if countVerbs.of(s.f[:i]) > 0 && i < s.len() && measured.at(s.f, i) == 0 {
			return s.from(i).String()
		}
	}
	return s.String()
}

// inWords reads targets that name no number: 全覆盖, 清零, 不减少.
func (r *targetReader) inWords(c text) {
	for i := range c.f {
		n := wordTargets.at(c.f, i)
		if n == 0 {
			continue
		}
		t := wordless[string(c.f[i:i+n])]
		t.Raw, t.Subject = string(c.raw), c.cut(0, i).trim("、“”").String()
		if t.Subject == "" {
			t.Subject = c.from(i + n).String()
		}
		r.out = append(r.out, t)
		return
	}
}

// in reports whether one of the words stands in f.
func (w words) in(f []rune) bool {
	for i := range f {
		if w.at(f, i) > 0 {
			return true
		}
	}
	return false
}

func (w ends) in(f []rune) bool {
	for i := range f {
		if w.of(f[:i+1]) > 0 {
			return true
		}
	}
	return false
}

var (
	compares = map[string]Op{
		"超过": Above, "突破": Above, "高于": Above, "大于": Above, "多于": Above,
		"不高于": AtMost, "不超过": AtMost, "不大于": AtMost, "不多于": AtMost, "控制在": AtMost, "压减到": AtMost, "压减至": AtMost, "降至": AtMost, "降到": AtMost,
		"下降到": AtMost, "下降至": AtMost, "减少到": AtMost, "减少至": AtMost, "压缩至": AtMost, "压缩到": AtMost, "缩短至": AtMost, "缩短到": AtMost, "低于": Below,
		"少于": Below, "小于": Below, "约": About, "近": About, "达到约": About,
		"达到": AtLeast, "达": AtLeast, "达到了": AtLeast, "不低于": AtLeast, "不少于": AtLeast, "不小于": AtLeast, "不短于": AtLeast, "至少": AtLeast, "提高到": AtLeast, "提升到": AtLeast,
		"提升至": AtLeast, "提高至": AtLeast, "增加到": AtLeast, "增加至": AtLeast, "增长到": AtLeast, "扩大到": AtLeast, "稳定在": AtLeast, "保持在": AtLeast, "分别达到": AtLeast,
		"优于": AtLeast, "实现": AtLeast,
	}
	compareWords = endsOf(compares)

	bounds = newWords("以上 及以上 以内 以下 及以下 左右 上下")

	// countVerbs order that things be brought about which are then counted.
	countVerbs = newEnds("培育 打造 建成 建设 新建 新增 更换 改造 完成 开展 组织 举办 培养 培训 引进 招引 形成 创建 认定 建立 发展 布局 选派 遴选 扶持 督促 推动 新认定 建好 实施 " +
		"落实 设立 引育 招录 招聘 选聘 新引进 新培育 改建 扩建 新开工 开工 投产 配备 配置 安装 淘汰 整治 治理 修复 绿化 种植 栽植 储备 签约 推广 评选 命名 进行 提前 开通 新改建 " +
		"召开 推出 建造 申报 争创 创成 孵化 壮大 确保 力争 争取 累计 分别")

	// measured make a noun of the verb before them: 绿化率, 改造面积.
	measured = newWords("率 量 度 面积 数 比例 规模 能力 任务")

	// changeVerbs are followed by the amount of a change.
	changeVerbs = newEnds("下降 降低 减少 压减 提高 提升 增长 增加 削减 缩短 提高了 同比增长 同比下降 年均增长 增幅")

	supports = newWords("给予 补助 补贴 奖励 奖补 资助 最高 罚款 处以 贴息 减按 贷款额度 注册资本 补偿")
	states   = newWords("现有 目前 已建成 已有 已完成 已达 已超过 已实现 现状 占地 总投资 年产 设计处理能力 提出的 自筹")
	shall    = newWords("要 应 须 确保 力争 争取 达到")
	invest   = newWords("完成投资 投资额 产值 营业收入 到位 签约")
	water    = newWords("达到 达 优于 不低于 保持")
	smaller  = newWords("微克/ 毫克/ 分贝")
	finer    = newWords("分辨率 时延 延误率 失业率 发病率 死亡率 漏损率 事故率 能耗 耗水量 用水量 排放量 电耗 水耗")
	daily    = newEnds("每天 每日 日均")

	// notCounted units are parts of names and of spans of time rather than of things to be had.
	notCounted = map[string]bool{"级": true, "类": true, "天": true, "方": true, "档": true, "个工作日": true, "工作日": true, "倍": true, "度": true, "G": true, "千": true, "位": true}

	wordless = map[string]Target{
		"全覆盖": {Op: Exactly, Value: Value{Text: "100"}, Unit: "%"}, "全接入": {Op: Exactly, Value: Value{Text: "100"}, Unit: "%"},
		"全部": {Op: Exactly, Value: Value{Text: "100"}, Unit: "%"}, "百分百": {Op: Exactly, Value: Value{Text: "100"}, Unit: "%"},
		"百分之百": {Op: Exactly, Value: Value{Text: "100"}, Unit: "%"},
		"清零":   {Op: Exactly, Value: Value{Text: "0"}}, "零排放": {Op: Exactly, Value: Value{Text: "0"}}, "零增长": {Op: Exactly, Value: Value{Text: "0"}},
		"负增长": {Op: Below, Value: Value{Text: "0"}, Unit: "%"},
		"不减少": {Op: NoDecrease}, "不下降": {Op: NoDecrease}, "不降低": {Op: NoDecrease}, "不退化": {Op: NoDecrease},
	}
	wordTargets = wordsOf(wordless)
)

func endsOf(m map[string]Op) ends {
	var list []string
	for w := range m {
		list = append(list, w)
	}
	return newEnds(strings.Join(list, " "))
}

func wordsOf(m map[string]Target) words {
	var list []string
	for w := range m {
		list = append(list, w)
	}
	return newWords(strings.Join(list, " "))
}
