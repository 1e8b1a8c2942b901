package paper

import (
	"slices"
	"strings"
	"unicode"

	"zhixing/edition/pdf"
)

// setLine is one line of a paragraph, ready to be drawn: from x, with spacing behind every character.
type setLine struct {
	text    string
	x       float64
	spacing float64
}

// measure is how text is set: size, and the spacing that puts 28 full-width characters on a line of 156 mm.
type measure struct {
	font *pdf.Font
	size float64
	base float64 // spacing
}

func (m measure) width(runes []rune) float64 {
	w := 0.0
	for _, r := range runes {
		w += m.advance(r)
	}
	return w
}

func (m measure) advance(r rune) float64 {
	em, _ := m.font.Advance(r)
	return em*m.size + m.base
}

// Characters that may not begin a line, and that may not end one (禁则).
const (
	neverFirst = "。，、；：？！…—～·.,;:?!%‰℃°）》」』】〕〉”’)]}％／/"
	neverLast  = "（《「『【〔〈“‘([{＃№￥$第"
)

// breaks sets a paragraph: the first line is in by first, the others by hang; all end at width. Lines but the last
// are spread to the full width. No line begins or ends against the rules, and no number or word is broken unless it
// is longer than a line.
func (m measure) breaks(s string, first, hang, width float64) []setLine {
	var out []setLine
	for _, para := range strings.Split(s, "\n") {
		runes := []rune(strings.TrimRight(para, " 　"))
		x := first
		for {
			n := m.fit(runes, width-x)
			line := strings.TrimRight(string(runes[:n]), " ")
			last := n == len(runes)
			out = append(out, setLine{line, x, m.spread([]rune(line), width-x, last)})
			runes = []rune(strings.TrimLeft(string(runes[n:]), " "))
			x = hang
			if last || len(runes) == 0 {
				break
			}
		}
	}
	return out
}

// fit is how many characters go on a line of this width.
func (m measure) fit(runes []rune, width float64) int {
	n, w := 0, 0.0
	for n < len(runes) {
		a := m.advance(runes[n])
		if w+a > width+0.01 {
			break
		}
		w += a
		n++
	}
	if n == len(runes) {
		return n
	}
	// A stop too many is squeezed in rather than pushing its neighbour over.
	if n > 0 && strings.ContainsRune(neverFirst, runes[n]) && w+m.advance(runes[n]) < width+m.size*0.6 && mayBreak(runes, n+1) {
		return n + 1
	}
	for k := n; k > 0; k-- {
		if mayBreak(runes, k) {
			return k
		}
	}
	return max(n, 1)
}

// mayBreak reports whether a line may end before runes[at].
func mayBreak(runes []rune, at int) bool {
	if at <= 0 || at >= len(runes) {
		return at == len(runes)
	}
	before, after := runes[at-1], runes[at]
	switch {
	case before == ' ' || after == ' ':
		return !strings.ContainsRune(neverFirst, after)
	case strings.ContainsRune(neverFirst, after), strings.ContainsRune(neverLast, before):
		return false
	}
	return !(wordy(before) && wordy(after))
}

// wordy characters stay together: 2024, GB/T, PM2.5.
func wordy(r rune) bool {
	return r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".-/+_@#&=~:", r)) && r != 0x3000
}

// spread is the spacing that fills the line; a last line keeps the grid, and a line that would be torn apart too.
func (m measure) spread(runes []rune, width float64, last bool) float64 {
	if len(runes) < 2 {
		return m.base
	}
	slack := width - m.width(runes) + m.base // no spacing is seen behind the last character
	add := slack / float64(len(runes)-1)
	if last && slack >= 0 || add > m.size*0.25 {
		return m.base
	}
	return m.base + add
}

// titleLines breaks a title into centred lines of at most width, at words where it can tell them: the name of the
// issuer, what follows 关于, titles in 《》; and so that no line is much longer than another.
func (m measure) titleLines(s string, width float64) []string {
	runes := []rune(s)
	best, cost := []string(nil), 0.0
	breaks := make([]float64, len(runes)) // how badly it reads when it is broken here; below 0 where it may not be
	for i := range breaks {
		if breaks[i] = -1; mayBreak(runes, i) && len(runes) <= 400 {
			breaks[i] = titleBreak(runes, i)
		}
	}
	least := int(m.width(runes)/width) + 1
	for n := least; n <= least+3; n++ {
		lines, c := m.titleInto(runes, breaks, n, width)
		if lines != nil && (best == nil || c < cost) {
			best, cost = lines, c
		}
	}
	if best == nil {
		for _, l := range m.breaks(s, 0, 0, width) {
			best = append(best, l.text)
		}
	}
	return best
}

// titleInto finds the cheapest way to break a title into n lines; nil where there is none.
func (m measure) titleInto(runes []rune, breaks []float64, n int, width float64) ([]string, float64) {
	const far = 1e9
	if len(runes) > 400 {
		return nil, far
	}
	ideal := m.width(runes) / float64(n)
	sums := make([]float64, len(runes)+1)
	for i, r := range runes {
		sums[i+1] = sums[i] + m.advance(r)
	}
	cost := make([][]float64, n+1)
	from := make([][]int, n+1)
	for k := range cost {
		cost[k], from[k] = make([]float64, len(runes)+1), make([]int, len(runes)+1)
		for i := range cost[k] {
			cost[k][i] = far
		}
	}
	cost[0][0] = 0
	for k := 1; k <= n; k++ {
		for to := 1; to <= len(runes); to++ {
			if to < len(runes) && breaks[to] < 0 {
				continue
			}
			for at := to - 1; at >= 0 && sums[to]-sums[at] <= width; at-- {
				off := (sums[to] - sums[at] - ideal) / ideal
				c := cost[k-1][at] + 12*off*off
				if to < len(runes) {
					c += breaks[to]
				}
				if c < cost[k][to] {
					cost[k][to], from[k][to] = c, at
				}
			}
		}
	}
	if cost[n][len(runes)] >= far {
		return nil, far
	}
	lines := make([]string, n)
	for k, to := n, len(runes); k > 0; k-- {
		at := from[k][to]
		lines[k-1], to = strings.TrimSpace(string(runes[at:to])), at
	}
	return lines, cost[n][len(runes)] + float64(n)
}

// titleWords are words of two characters that titles are made of: a line ends beside them rather than inside.
var titleWords = strings.Fields("实施 方案 行动 计划 工作 管理 办法 意见 通知 通告 公告 决定 规定 细则 规划 领导 小组 机制 制度 项目 试点 " +
	"建设 发展 推进 促进 加强 提升 质量 环境 污染 防治 治理 整治 保护 安全 生产 农业 农村 产业 工程 预案 应急 政府 人民 办公 " +
	"印发 转发 调整 增加 废止 修改 同志 任免 职务 综合 执法 行政 服务 体系 改革 创新 责任 目标 重点 专项 年度 土壤 空气")

// titleBreak is how badly a title reads when it is broken here.
func titleBreak(runes []rune, at int) float64 {
	after, before := string(runes[at:min(at+2, len(runes))]), string(runes[max(0, at-2):at])
	switch {
	case after == "关于":
		return 0
	case strings.ContainsRune("年月日号期％%", runes[at]), slices.Contains(titleWords, string(runes[at-1:at+1])):
		return 12
	case strings.ContainsRune("《“", runes[at]) || strings.ContainsRune("》”、", runes[at-1]):
		return 1
	case strings.ContainsRune("和与及暨", runes[at]):
		return 2
	case before == "印发" || before == "转发" || before == "关于":
		return 3
	case runes[at] == '的' || runes[at] == '（' || runes[at-1] == '年':
		return 5
	}
	if head := string(runes[:at]); strings.Count(head, "《") > strings.Count(head, "》") || strings.Count(head, "“") > strings.Count(head, "”") {
		return 5
	}
	if slices.Contains(titleWords, after) || slices.Contains(titleWords, before) {
		return 3.5
	}
	return 4
}
