package gazette

import (
	"strings"

	"zhixing/calendar"
)

// posts are the words that name a post, the longer before the shorter that they end with.
var posts = []string{
	"总工程师", "总经济师", "总会计师", "总规划师", "总农艺师", "总统计师", "主任科员", "督察专员", "调研员", "副调研员", "总编辑", "督察长", "秘书长",
	"检察长", "董事长", "监事长", "理事长", "审判员", "检察员", "教导员", "指导员", "协理员", "督导员", "安全总监", "总经理", "总编", "总监", "经理", "书记", "主席",
	"主任", "局长", "厅长", "部长", "县长", "区长", "市长", "镇长", "乡长", "院长", "校长", "园长", "所长", "站长", "台长", "馆长", "队长", "大队长", "支队长",
	"处长", "科长", "股长", "会长", "行长", "庭长", "政委", "政治委员", "委员", "董事", "监事", "科员", "督学", "参事", "顾问", "专员", "组长", "社长", "主编", "场长", "厂长", "巡视员",
}

// postPrefixes stand before such a word and belong to the post.
var postPrefixes = []string{
	"党组", "党委", "常务", "副", "代理", "执行", "一级", "二级", "三级", "四级", "首席", "名誉", "兼职", "专职", "政治", "第一",
}

// appointments reads the moves of a personnel notice.
func appointments(d *Document) []Appointment {
	var out []Appointment
	removing := false
	decided := decidedOn(d)
	d.Walk(func(n *Node) {
		if n.Kind != ClauseNode && n.Kind != HeadingNode && n.Kind != TableNode {
			return
		}
		text := n.Body()
		if strings.Contains(text, "决定") && !strings.Contains(text, "同志") {
			return
		}
		for _, part := range splitMoves(text) {
			switch head := bare(strings.TrimRight(part, "：:")); {
			case head == "免去" || head == "免职" || strings.HasSuffix(head, "决定免去"):
				removing = true
				continue
			case head == "任命" || head == "任职" || strings.HasSuffix(head, "决定任命"):
				removing = false
				continue
			}
			moves, now := readMove(part, removing)
			removing = now
			for _, a := range moves {
				a.DecidedOn, a.Path = decided, n.Path
				out = append(out, a)
			}
		}
	})
	return out
}

// splitMoves parts a paragraph that holds several moves.
func splitMoves(s string) []string {
	var parts []string
	depth, from := 0, 0
	for i, r := range s {
		switch {
		case opens(r):
			depth++
		case closes(r):
			depth--
		case depth == 0 && (r == '；' || r == ';' || r == '。' || (r == '：' || r == ':') && runes(s[from:i]) <= 12):
			parts = append(parts, s[from:i])
			from = i + len(string(r))
		}
	}
	if strings.TrimSpace(s[from:]) != "" {
		parts = append(parts, s[from:])
	}
	return parts
}

// readMove reads 甲同志任县乙局局长（试用期一年） and 免去丙同志县丁局副局长职务; one sentence may appoint and remove.
func readMove(s string, removing bool) (out []Appointment, now bool) {
	now = removing
	s = bare(s)
	var person string
	if rest, ok := strings.CutPrefix(s, "免去"); ok {
		s, removing = rest, true
		now = removing && false || now
	} else if rest, ok := strings.CutPrefix(s, "任命"); ok {
		s, removing = rest, false
	}
	for _, w := range []string{"同志"} {
		if at := strings.Index(s, w); at > 0 {
			person, s = s[:at], s[at+len(w):]
		}
	}
	if person == "" || runes(person) > 20 {
		return nil, now
	}
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool { return r == '，' || r == ',' }) {
		off := removing
		switch {
		case strings.HasPrefix(piece, "免去"):
			piece, off = strings.TrimPrefix(piece, "免去"), true
		case strings.HasPrefix(piece, "不再担任"):
			piece, off = strings.TrimPrefix(piece, "不再担任"), true
		default:
			for _, w := range []string{"任命为", "担任", "任", "为"} {
				if rest, ok := strings.CutPrefix(piece, w); ok {
					piece, off = rest, false
					break
				}
			}
		}
		for _, w := range []string{"其", "所任", "原任", "的"} {
			piece = strings.TrimPrefix(piece, w)
		}
		a := readPost(piece)
		if a.Post == "" {
			continue
		}
		a.Person, a.Action = person, "appoint"
		if off {
			a.Action = "remove"
		}
		out = append(out, a)
	}
	return out, now
}

// readPost splits 县甲局副局长（正科级）（试用期一年） in unit, post, rank and probation.
func readPost(s string) Appointment {
	var a Appointment
	for {
		head, inside, ok := cutBracket(s)
		if !ok {
			break
		}
		switch {
		case strings.Contains(inside, "试用"):
			a.ProbationMonths = months(inside)
		case strings.HasSuffix(inside, "级"):
			a.Rank = inside
		default:
			ok = false
		}
		if !ok {
			break
		}
		s = head
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "职务"), "的")
	post, ok := hasAnySuffix(s, posts)
	if !ok {
		if at := strings.LastIndexAny(s, "局委办院部"); at > 0 {
			a.Unit, a.Post = s[:at+3], s[at+3:]
		}
		return a
	}
	unit := strings.TrimSuffix(s, post)
	for {
		prefix, ok := hasAnySuffix(unit, postPrefixes)
		if !ok || prefix == unit && len(unit) == 0 {
			break
		}
		unit, post = strings.TrimSuffix(unit, prefix), prefix+post
	}
	a.Unit, a.Post = unit, post
	return a
}

// months reads 试用期一年, 试用期6个月, 试用一年.
func months(s string) int {
	for i, r := range s {
		if n, used := number(s[i:]); used > 0 && n > 0 && (isDigit(r) || hanDigit(r) >= 0 || r == '十') {
			rest := strings.TrimPrefix(s[i+used:], "个")
			switch {
			case strings.HasPrefix(rest, "年"):
				return n * 12
			case strings.HasPrefix(rest, "月"):
				return n
			}
		}
	}
	if strings.Contains(s, "半年") {
		return 6
	}
	return 0
}

// decidedOn is the date of the meeting that decided, or the date of the notice.
func decidedOn(d *Document) calendar.Date {
	var on calendar.Date
	d.Walk(func(n *Node) {
		if n.Kind != ClauseNode || !on.IsZero() || !containsAny(n.Text, []string{"决定", "研究", "会议"}) {
			return
		}
		if f, ok := findDate(n.Text); ok {
			on = f.date
		}
	})
	if on.IsZero() {
		return d.SignedOn
	}
	return on
}
