package cap

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// oldNamespaces are editions that are recognised and not read.
var oldNamespaces = map[string]string{
	"urn:oasis:names:tc:emergency:cap:1.1": "CAP 1.1",
	"http://www.incident.com/cap/1.0":      "CAP 1.0",
	"urn:oasis:names:tc:emergency:cap:1.0": "CAP 1.0",
}

// Parse reads a document and says all that is wrong with it. The alert is nil where there is a reason against it, so that nobody
// acts on what is not valid.
func Parse(b []byte) (*Alert, []Problem) {
	a, c := parse(b)
	if !Valid(c.problems) {
		a = nil
	}
	return a, c.problems
}

func parse(b []byte) (*Alert, *checker) {
	c := &checker{}
	root, _, err := readTree(b, documentLimits)
	if err != nil {
		c.unreadable(err)
		return nil, c
	}
	if msg := rootProblem(root); msg != "" {
		c.reason(root, "%s", msg)
		return nil, c
	}
	c.schema(root)
	return c.alert(root), c
}

func (c *checker) unreadable(err error) {
	p := Problem{Message: err.Error()}
	var x *errXML
	if errors.As(err, &x) {
		p.Line = x.line
	}
	c.problems = append(c.problems, p)
}

func rootProblem(root *node) string {
	space, name := root.name.Space, root.name.Local
	switch {
	case space == Namespace && name == "alert":
		return ""
	case space == Namespace:
		return "根元素是 <" + short(name) + ">，CAP 1.2 的是 <alert>（大小写一致）"
	case oldNamespaces[space] != "":
		return "这是 " + oldNamespaces[space] + " 的文件，不按 1.2 读：请发送方改用 " + Namespace
	case space == "" && name == "alert" && (root.child("sendTime") != nil || root.child("senderCode") != nil):
		return "这是国家突发事件预警信息发布系统的格式，不是 CAP 1.2：要先转换"
	case space == "" && name == "alert":
		return "根元素没有命名空间，要是 " + Namespace
	case space == nsAtom && name == "feed" || name == "rss":
		return "这是订阅源，不是一条预警：要读它链接的文件"
	case name == "alert":
		return "命名空间 \"" + short(space) + "\" 不是 CAP 的，要是 " + Namespace
	}
	return "根元素是 <" + short(name) + ">，不是 CAP 1.2 的 <alert>"
}

// alert makes an Alert of the tree and holds it against the text of the standard. What the schema has refused already is left out
// in silence.
func (c *checker) alert(n *node) *Alert {
	a := &Alert{}
	for _, e := range n.nodes {
		if e.name.Space == nsDsig {
			a.Signatures++
		}
		if e.name.Space != Namespace {
			continue
		}
		s := e.text
		switch e.name.Local {
		case "identifier":
			a.Identifier = s
		case "sender":
			a.Sender = s
		case "sent":
			a.Sent = c.time(e)
		case "status":
			a.Status = Status(s)
		case "msgType":
			a.MsgType = MsgType(s)
		case "source":
			a.Source = s
		case "scope":
			a.Scope = Scope(s)
		case "restriction":
			a.Restriction = s
		case "addresses":
			a.Addresses = c.quoted(e)
		case "code":
			a.Codes = append(a.Codes, s)
		case "note":
			a.Note = s
		case "references":
			a.References = c.references(e)
		case "incidents":
			a.Incidents = c.quoted(e)
		case "info":
			a.Infos = append(a.Infos, c.info(e, a.Sent))
		}
	}
	c.alertRules(n, a)
	return a
}

func (c *checker) info(n *node, sent time.Time) Info {
	var i Info
	for _, e := range n.nodes {
		if e.name.Space != Namespace {
			continue
		}
		s := e.text
		switch e.name.Local {
		case "language":
			i.Language = collapse(s)
		case "category":
			i.Categories = append(i.Categories, Category(s))
		case "event":
			i.Event = s
		case "responseType":
			i.Responses = append(i.Responses, Response(s))
		case "urgency":
			i.Urgency = Urgency(s)
		case "severity":
			i.Severity = Severity(s)
		case "certainty":
			i.Certainty = Certainty(s)
		case "audience":
			i.Audience = s
		case "eventCode":
			i.EventCodes = append(i.EventCodes, c.pair(e))
		case "effective":
			i.Effective = c.time(e)
		case "onset":
			i.Onset = c.time(e)
		case "expires":
			i.Expires = c.time(e)
		case "senderName":
			i.SenderName = s
		case "headline":
			i.Headline = s
		case "description":
			i.Description = s
		case "instruction":
			i.Instruction = s
		case "web":
			i.Web = collapse(s)
			c.web(e, i.Web)
		case "contact":
			i.Contact = s
		case "parameter":
			i.Parameters = append(i.Parameters, c.pair(e))
		case "resource":
			i.Resources = append(i.Resources, c.resource(e))
		case "area":
			i.Areas = append(i.Areas, c.area(e))
		}
	}
	c.infoAdvice(n, &i, sent)
	return i
}

func (c *checker) resource(n *node) Resource {
	var r Resource
	for _, e := range n.nodes {
		if e.name.Space != Namespace {
			continue
		}
		s := e.text
		switch e.name.Local {
		case "resourceDesc":
			r.Desc = s
		case "mimeType":
			r.MimeType = s
		case "size":
			r.Size = c.size(e)
		case "uri":
			r.URI = collapse(s)
		case "derefUri":
			r.Deref = c.base64(e)
		case "digest":
			r.Digest = s
		}
	}
	c.resourceRules(n, &r)
	return r
}

func (c *checker) area(n *node) Area {
	var a Area
	for _, e := range n.nodes {
		if e.name.Space != Namespace {
			continue
		}
		switch e.name.Local {
		case "areaDesc":
			a.Desc = e.text
		case "polygon":
			if p, ok := c.polygon(e); ok {
				a.Polygons = append(a.Polygons, p)
			}
		case "circle":
			if k, ok := c.circle(e); ok {
				a.Circles = append(a.Circles, k)
			}
		case "geocode":
			a.Geocodes = append(a.Geocodes, c.pair(e))
		case "altitude":
			a.Altitude = feet(e)
		case "ceiling":
			a.Ceiling = feet(e)
		}
	}
	c.areaRules(n, &a)
	return a
}

func (c *checker) pair(n *node) Value {
	var v Value
	for _, e := range n.nodes {
		switch e.name.Local {
		case "valueName":
			v.Name = e.text
		case "value":
			v.Value = e.text
		}
	}
	return v
}

// feet is nil where the schema has refused the number.
func feet(n *node) *float64 {
	s := collapse(n.text)
	if !decimalForm.MatchString(s) {
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil // more than 300 digits
	}
	return &v
}

// quoted reads a list whose entries are parted by white space; an entry that has some is in double quotes.
func (c *checker) quoted(n *node) []string {
	var out []string
	for rest := strings.TrimLeft(n.text, " \t\r\n"); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		if rest[0] != '"' {
			k := strings.IndexAny(rest, " \t\r\n")
			if k < 0 {
				k = len(rest)
			}
			if strings.Contains(rest[:k], `"`) {
				c.reason(n, "引号在 %q 中间：含空格的一项要整个放在双引号里", short(rest[:k]))
			}
			out, rest = append(out, rest[:k]), rest[k:]
			continue
		}
		entry, after, ok := strings.Cut(rest[1:], `"`)
		switch {
		case !ok:
			c.reason(n, "双引号没有配对：%q", short(rest))
			return out
		case strings.TrimSpace(entry) == "":
			c.reason(n, "双引号里是空的")
		case after != "" && !strings.ContainsAny(after[:1], " \t\r\n"):
			c.reason(n, "引号之后要有空白：%q", short(rest))
		}
		out, rest = append(out, entry), after
	}
	return out
}
