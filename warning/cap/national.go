package cap

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rules of FromNational that belong to the place where it runs.
type Rules struct {
	Domain string // of senders, behind the code of the organisation: example.org
	Events Events // NationalEvents where empty
	// Find gives the triple of a message taken in before, since the national form refers by identifier alone. May be nil.
	Find func(identifier string) (Triple, bool)
}

// National is what a document of the national system says, in CAP.
type National struct {
	Alert Alert
	// Unknown are identifiers that it refers to and Find did not know. An Update or Cancel whose references are all unknown is to be
	// held: Alert is no valid CAP then.
	Unknown []string
	// Lost says, for people, what could not be carried over and what was left out on purpose.
	Lost []string
}

var nationalZone = time.FixedZone("", 8*3600)

// The names that regions' codes have in geocode: of counties, six digits, and of towns and villages, twelve.
const (
	CountyCodes  = "GB/T 2260"
	VillageCodes = "统计用区划代码"
)

// FromNational reads the form in which the national system for warnings exchanges them (GB/T 35965.1): CAP's words without its
// namespace, times with a blank, colours for severities, references by identifier. Names of persons on duty are never taken over.
// The problems are those of the form; whether the result is valid CAP, Write says.
func FromNational(b []byte, rules Rules) (*National, []Problem) {
	c := &checker{}
	root, _, err := readTree(b, documentLimits)
	if err != nil {
		c.unreadable(err)
		return nil, c.problems
	}
	if root.name.Space != "" || root.name.Local != "alert" {
		c.reason(root, "不是国家突发事件预警信息发布系统的格式：根元素要是没有命名空间的 <alert>")
		return nil, c.problems
	}
	if rules.Events == nil {
		rules.Events = NationalEvents
	}
	r := nationalReader{c, &National{}, rules}
	r.alert(root)
	if !Valid(c.problems) {
		return nil, c.problems
	}
	return r.out, c.problems
}

type nationalReader struct {
	*checker
	out   *National
	rules Rules
}

func (r *nationalReader) lose(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(r.out.Lost, s) {
		r.out.Lost = append(r.out.Lost, s)
	}
}

func (r *nationalReader) alert(n *node) {
	a := &r.out.Alert
	a.Identifier = r.need(n, "identifier")
	code := r.need(n, "senderCode")
	a.Sender = code
	if r.rules.Domain != "" {
		a.Sender += "@" + r.rules.Domain
	}
	a.Sent = r.when(n, "sendTime")
	if a.Sent.IsZero() && n.value("sendTime") == "" {
		r.reason(n, "缺少 <sendTime>")
	}
	a.Status = Status(r.word(n, "status", "status"))
	a.MsgType = MsgType(r.word(n, "msgType", "msgType"))
	a.Scope = Scope(r.word(n, "scope", "scope"))
	a.Note = n.value("note")
	if s := n.value("secClassification"); s != "" && s != "None" {
		a.Scope, a.Restriction = Restricted, "密级："+s
		r.lose("密级为 %s：改为限定范围，不得公开", short(s))
	}
	if a.Scope == Restricted && a.Restriction == "" {
		a.Restriction = n.value("restriction")
	}
	if s := n.value("addresses"); s != "" {
		a.Addresses = strings.Fields(strings.ReplaceAll(s, ",", " "))
	}
	a.Source = "国家突发事件预警信息发布系统格式 " + a.Identifier
	r.methods(n.child("code"))
	r.lineage(n.value("references"))
	name := n.value("sender")
	for _, e := range n.nodes {
		if e.name.Local == "info" {
			a.Infos = append(a.Infos, r.info(e, name))
		}
	}
	for _, e := range n.nodes {
		if !slices.Contains([]string{"identifier", "sender", "senderCode", "sendTime", "status", "msgType", "scope", "code", "note",
			"secClassification", "restriction", "addresses", "references", "info"}, e.name.Local) {
			r.lose("未转换的元素：%s", short(e.name.Local))
		}
	}
}

// need is a value without which there is no message.
func (r *nationalReader) need(n *node, name string) string {
	s := n.value(name)
	if s == "" {
		r.reason(n, "缺少 <%s>", name)
	} else if strings.ContainsFunc(s, unnameable) {
		r.reason(n.child(name), "<%s> 里不能有空白、逗号、< 和 &", name)
	}
	return s
}

func (r *nationalReader) word(n *node, name, list string) string {
	s := n.value(name)
	if !slices.Contains(words[list], s) {
		r.reason(n, "<%s> 的值 %q 不认识：要是 %s 之一", name, short(s), strings.Join(words[list], "、"))
	}
	return s
}

// when reads a time with a blank or a T, with or without a zone; empty is none.
func (r *nationalReader) when(n *node, name string) time.Time {
	s := n.value(name)
	if s == "" {
		return time.Time{}
	}
	for _, form := range []string{"2006-01-02 15:04:05-07:00", "2006-01-02T15:04:05-07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		t, err := time.ParseInLocation(form, s, nationalZone)
		if err != nil {
			continue
		}
		if same, err := ParseTime(FormatTime(t)); err == nil && same.Equal(t) { // CAP can say it too
			return same
		}
	}
	r.reason(n.child(name), "时间 %q 不是 2026-08-05 14:30:00+08:00 的写法", short(s))
	return time.Time{}
}

// methods are orders to channels: who receives the warning decides by himself how it is told.
func (r *nationalReader) methods(n *node) {
	if n == nil {
		return
	}
	var names []string
	for _, m := range n.nodes {
		if s := m.value("methodName"); s != "" {
			names = append(names, short(s))
		}
	}
	if len(names) > 0 {
		r.lose("发布渠道指令不转：%s", strings.Join(names, "、"))
	}
}

func (r *nationalReader) lineage(s string) {
	for _, id := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;，；\t\r\n", r) }) {
		var t Triple
		known := false
		if r.rules.Find != nil {
			t, known = r.rules.Find(id)
		}
		if known {
			r.out.Alert.References = append(r.out.Alert.References, t)
			continue
		}
		r.out.Unknown = append(r.out.Unknown, id)
		r.lose("引用的 %s 未收到过：记在说明里", short(id))
		r.out.Alert.Note = strings.TrimSpace(r.out.Alert.Note + " 引用 " + id)
	}
}

func (r *nationalReader) info(n *node, sender string) Info {
	i := Info{
		Language: n.value("language"), SenderName: sender, Headline: n.value("headline"), Description: n.value("description"),
		Instruction: n.value("instruction"), Effective: r.when(n, "effective"), Onset: r.when(n, "onset"), Expires: r.when(n, "expires"),
		Urgency: UrgencyUnknown, Certainty: CertaintyUnknown, Severity: SeverityUnknown,
	}
	if i.Language == "" || !languageForm.MatchString(i.Language) {
		i.Language = "zh-CN"
	}
	if s := n.value("urgency"); slices.Contains(words["urgency"], s) {
		i.Urgency = Urgency(s)
	} else if s != "" {
		r.lose("紧急程度 %s 不认识：作未知", short(s))
	}
	if s := n.value("certainty"); slices.Contains(words["certainty"], s) {
		i.Certainty = Certainty(s)
	} else if s != "" {
		r.lose("确定程度 %s 不认识：作未知", short(s))
	}
	r.event(n, &i)
	r.severity(n, &i)
	if s := n.value("senderName"); s != "" {
		r.lose("值班人员姓名不转")
	}
	if s := n.value("contact"); s != "" {
		r.lose("联系方式不转")
	}
	if s := n.value("web"); s != "" && uriProblem(s) == "" {
		i.Web = s
	} else if s != "" {
		r.lose("网址 %s 不是绝对的：不转", short(s))
	}
	for _, e := range n.nodes {
		if e.name.Local == "area" {
			i.Areas = append(i.Areas, r.area(e))
		}
		if e.name.Local == "resource" {
			r.lose("附件 %s 不转", short(e.value("resourceDesc")))
		}
	}
	return i
}

func (r *nationalReader) event(n *node, i *Info) {
	code := n.value("eventType")
	e, known := r.rules.Events.Of(code)
	i.Categories, i.Event = e.Categories, e.Name
	switch {
	case code == "":
		i.Event = i.Headline
		r.lose("没有事件代码：事件名称取标题")
	default:
		i.EventCodes = []Value{{EventList, code}}
		if !known {
			i.Event = code
			r.lose("事件代码 %s 不在表里：照原样保留，以标题为准", short(code))
		}
	}
}

func (r *nationalReader) severity(n *node, i *Info) {
	s := n.value("severity")
	c, ok := ColourOf(s)
	if !ok {
		if s != "" && s != "Unknown" {
			r.lose("级别 %s 不是四色之一：作未知", short(s))
		}
		return
	}
	i.Severity = c.Severity
	i.Parameters = append(i.Parameters, Value{"warningColour", c.Code}, Value{"warningLevel", c.Roman})
}

func (r *nationalReader) area(n *node) Area {
	a := Area{Desc: n.value("areaDesc")}
	for _, e := range n.nodes {
		s := strings.TrimSpace(e.text)
		if s == "" {
			continue
		}
		switch e.name.Local {
		case "polygon":
			if p, err := ParsePolygon(s); err != nil {
				r.lose("“%s”的多边形不转：%v", short(a.Desc), err)
			} else if p.Crosses() {
				r.lose("“%s”的多边形不转：边互相交叉", short(a.Desc))
			} else {
				a.Polygons = append(a.Polygons, p)
			}
		case "circle":
			if c, err := ParseCircle(s); err != nil {
				r.lose("“%s”的圆不转：%v", short(a.Desc), err)
			} else {
				a.Circles = append(a.Circles, c)
			}
		case "geocode":
			for _, code := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，; \t\r\n", r) }) {
				list := VillageCodes
				if len(code) == 6 {
					list = CountyCodes
				}
				a.Geocodes = append(a.Geocodes, Value{list, code})
			}
		}
	}
	return a
}
