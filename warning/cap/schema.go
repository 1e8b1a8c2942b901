package cap

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// field is an element as its parent's sequence has it: how often, at least and at most (many has no end).
type field struct {
	name        string
	least, most int
}

const many = 1 << 30

// sequence is the content of an element that has elements, in order.
type sequence []field

func (s sequence) many(name string) bool {
	return slices.ContainsFunc(s, func(f field) bool { return f.name == name && f.most > 1 })
}

func one(name string) field       { return field{name, 1, 1} }
func optional(name string) field  { return field{name, 0, 1} }
func anyNumber(name string) field { return field{name, 0, many} }
func some(name string) field      { return field{name, 1, many} }

var pair = sequence{one("valueName"), one("value")}

// fields are the contents of the schema's elements; what stands here neither as a parent nor in simple is text.
var fields = map[string]sequence{
	"alert": {one("identifier"), one("sender"), one("sent"), one("status"), one("msgType"), optional("source"), one("scope"),
		optional("restriction"), optional("addresses"), anyNumber("code"), optional("note"), optional("references"), optional("incidents"),
		{"info", 0, maxInfos}},
	"info": {optional("language"), some("category"), one("event"), anyNumber("responseType"), one("urgency"), one("severity"),
		one("certainty"), optional("audience"), anyNumber("eventCode"), optional("effective"), optional("onset"), optional("expires"),
		optional("senderName"), optional("headline"), optional("description"), optional("instruction"), optional("web"),
		optional("contact"), anyNumber("parameter"), anyNumber("resource"), {"area", 0, maxAreas}},
	"resource":  {one("resourceDesc"), one("mimeType"), optional("size"), optional("uri"), optional("derefUri"), optional("digest")},
	"area":      {one("areaDesc"), anyNumber("polygon"), anyNumber("circle"), anyNumber("geocode"), optional("altitude"), optional("ceiling")},
	"eventCode": pair, "parameter": pair, "geocode": pair,
}

var (
	languageForm = regexp.MustCompile(`^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$`)
	integerForm  = regexp.MustCompile(`^[+-]?[0-9]+$`)
	decimalForm  = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)
)

// simple are the types of elements that are more than text; each says what is wrong with a value, or nothing.
var simple = map[string]func(string) string{
	"sent": dateProblem, "effective": dateProblem, "onset": dateProblem, "expires": dateProblem,
	"language": func(s string) string {
		if !languageForm.MatchString(s) {
			return fmt.Sprintf("语言 %q 不是 zh-CN 一类的写法（用连字符，不用下划线）", short(s))
		}
		return ""
	},
	"size": func(s string) string {
		if !integerForm.MatchString(s) {
			return fmt.Sprintf("大小 %q 不是整数：写字节数", short(s))
		}
		return ""
	},
	"altitude": feetProblem, "ceiling": feetProblem,
}

func dateProblem(s string) string {
	if s == "" {
		return "日期时间不能空着：没有就不写这个元素"
	}
	if _, err := ParseTime(s); err != nil {
		return fmt.Sprintf("日期时间 %q %v", short(s), err)
	}
	return ""
}

func feetProblem(s string) string {
	if !decimalForm.MatchString(s) {
		return fmt.Sprintf("高度 %q 不是十进制数：写海拔英尺", short(s))
	}
	return ""
}

// collapse is what XML Schema does with white space around and in values of all types but strings.
func collapse(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")
}

// schema holds n and what is in it against the schema.
func (c *checker) schema(n *node) {
	c.attributes(n)
	seq, ok := fields[n.name.Local]
	if !ok {
		c.value(n)
		return
	}
	if strings.Trim(n.text, " \t\r\n") != "" {
		c.reason(n, "元素之间有文字 %q：这里只能有元素", short(strings.TrimSpace(n.text)))
	}
	counts := make([]int, len(seq))
	at := 0        // where in the sequence we are
	last := ""     // the element that brought us there
	ended := false // a signature was met
	for _, e := range n.nodes {
		if n.parent == nil && e.name.Space == nsDsig && e.name.Local == "Signature" {
			ended = true
			continue
		}
		k := slices.IndexFunc(seq, func(f field) bool { return f.name == e.name.Local })
		switch {
		case e.name.Space != Namespace && k < 0:
			c.reason(e, "<%s> 不属于 CAP 1.2：除 alert 末尾的 Signature 外，不得有别的命名空间的元素", short(e.name.Local))
			continue
		case e.name.Space != Namespace:
			c.reason(e, "<%s> 的命名空间是 %q，要是 %s", e.name.Local, short(e.name.Space), Namespace)
			continue
		case k < 0:
			c.reason(e, "<%s> 里没有 <%s> 这个元素（大小写要对）", n.name.Local, short(e.name.Local))
			continue
		}
		switch counts[k]++; {
		case counts[k] == seq[k].most+1 && seq[k].most > 1:
			c.reason(e, "<%s> 多于 %d 个：不读", e.name.Local, seq[k].most)
		case counts[k] > seq[k].most:
			c.reason(e, "<%s> 只能有一个", e.name.Local)
		case k < at:
			c.reason(e, "次序不对：<%s> 要在 <%s> 之前", e.name.Local, last)
		case ended:
			c.reason(e, "次序不对：<%s> 要在 Signature 之前", e.name.Local)
		default:
			at, last = k, e.name.Local
		}
		c.schema(e)
	}
	for k, f := range seq {
		if counts[k] < f.least {
			c.reason(n, "缺少 <%s>", f.name)
		}
	}
}

// value checks an element that has no elements.
func (c *checker) value(n *node) {
	name := n.name.Local
	if len(n.nodes) > 0 {
		c.reason(n.nodes[0], "<%s> 里只能有文字，不能有元素", name)
		return
	}
	if list := words[name]; list != nil {
		if !slices.Contains(list, n.text) {
			c.reason(n, "%q 不是 <%s> 的值：只能是 %s 之一，大小写一致，前后没有空白", short(n.text), name, strings.Join(list, "、"))
		}
		return
	}
	if name == "language" && n.text == "" { // the schema's default stands in for nothing, not for blanks
		c.advise(n, "<language> 空着，按标准就是 en-US：请写明")
		return
	}
	check := simple[name]
	if check == nil {
		return
	}
	v := collapse(n.text)
	if msg := check(v); msg != "" {
		c.reason(n, "%s", msg)
	} else if v != n.text {
		c.advise(n, "<%s> 的值前后有空白：有的接收方不认", name)
	}
}

// attributes: CAP has none. Declarations of namespaces and hints for validators are let pass.
func (c *checker) attributes(n *node) {
	for _, a := range n.attrs {
		switch {
		case a.Name.Space == nsXMLs:
		case a.Name.Space == nsXSI && a.Name.Local == "nil":
			c.reason(n, "不能写 xsi:nil：没有值的元素不写")
		case a.Name.Space == nsXSI && (a.Name.Local == "schemaLocation" || a.Name.Local == "noNamespaceSchemaLocation" || a.Name.Local == "type"):
		default:
			c.reason(n, "CAP 的元素没有属性，这里写了 %s", short(a.Name.Local))
		}
	}
}
