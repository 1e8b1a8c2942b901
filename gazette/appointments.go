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
	"处长", "科长", "股长", "会长", "行长", "庭长", "政委", "政治委员", "党委委员", "党组成员", "委员", "成员", "董事", "监事", "科员", "督学", "参事", "顾问", "专员", "组长", "社长", "主编", "场长", "厂长", "巡视员",
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
		if at := strings.Index(text, "决定"); at >= 0 { // 经某次会议研究决定，任命…
			text = strings.TrimLeft(text[at+len("决定"):], "，,：: ")
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
			for _, a := range readMove(part, removing) {
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

// readMove reads 甲同志任县乙局局长（试用期一年）, 甲为县乙局局长，试用期一年 and 免去丙同志县丁局副局长职务; one sentence may appoint
// and remove.
func readMove(s string, removing bool) []Appointment {
	s = bare(s)
	for _, lead := range []struct {
		word string
		off  bool
	}{{"决定免去", true}, {"决定任命", false}, {"免去", true}, {"任命", false}} {
		if rest, ok := strings.CutPrefix(s, lead.word); ok {
			s, removing = rest, lead.off
			break
		}
	}
	person, rest := cutPerson(s, removing)
	if person == "" {
		return nil
	}
	var out []Appointment
	for _, piece := range strings.FieldsFunc(rest, func(r rune) bool { return r == '，' || r == ',' }) {
		if strings.HasPrefix(piece, "试用") {
			if n := months(piece); n > 0 && len(out) > 0 {
				out[len(out)-1].ProbationMonths = n
			}
			continue
		}
		if next, after := cutPerson(piece, false); next != "" && !startsWithVerb(piece) {
			person, piece = next, after
		}
		piece, off := cutVerb(piece, removing)
		for _, a := range readPosts(piece) {
			a.Person, a.Action = person, "appoint"
			if off {
				a.Action = "remove"
			}
			out = append(out, a)
		}
	}
	return out
}

// cutPerson takes the name off the beginning: before 同志, or before 任 and 为, or, of those removed, before 的.
func cutPerson(s string, removing bool) (person, rest string) {
	if at := strings.Index(s, "同志"); at > 0 && runes(s[:at]) <= 15 {
		return s[:at], s[at+len("同志"):]
	}
	words := []string{"任", "为", "不再"}
	if removing {
		words = append(words, "的")
	}
	best := -1
	for _, w := range words {
		if at := strings.Index(s, w); at > 0 && (best < 0 || at < best) {
			best = at
		}
	}
	if best < 0 {
		return "", ""
	}
	name := s[:best]
	if n := runes(name); n < 2 || n > 4 && !strings.Contains(name, "·") || n > 15 {
		return "", ""
	}
	return name, s[best:]
}

// startsWithVerb tells 同时任…, which goes on with the person at hand, from 李某任…, which names another.
func startsWithVerb(s string) bool {
	for _, w := range []string{"同时", "并", "兼", "任", "为", "免", "不再", "担任", "继续", "其"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// cutVerb takes 任, 任命为, 免去其, 不再担任 and the like off what is said of a person.
func cutVerb(s string, removing bool) (rest string, off bool) {
	off = removing
	switch {
	case strings.HasPrefix(s, "同时"):
		s = strings.TrimPrefix(s, "同时")
	case strings.HasPrefix(s, "并"):
		s = strings.TrimPrefix(s, "并")
	}
	for _, v := range []struct {
		word string
		off  bool
	}{{"免去", true}, {"不再担任", true}, {"任命为", false}, {"担任", false}, {"任", false}, {"为", false}} {
		if cut, ok := strings.CutPrefix(s, v.word); ok {
			s, off = cut, v.off
			break
		}
	}
	for _, w := range []string{"其", "所任", "原任", "的", "兼任", "兼"} {
		s = strings.TrimPrefix(s, w)
	}
	return s, off
}

// readPosts reads one post, or several of one unit: 县医院党委委员、副院长.
func readPosts(s string) []Appointment {
	a := readPost(s)
	if a.Post == "" {
		return nil
	}
	before, several := strings.CutSuffix(a.Unit, "、")
	if !several {
		return []Appointment{a}
	}
	more := readPosts(before)
	if len(more) == 0 {
		a.Unit = before
		return []Appointment{a}
	}
	a.Unit = more[len(more)-1].Unit
	return append(more, a)
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
