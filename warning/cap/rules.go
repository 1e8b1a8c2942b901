package cap

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The rules that only the text of the standard holds. Where it says "must" or what it says cannot be read otherwise, a breach is a
// reason; where it says "should", or only a profile asks, advice.

// time is zero where the schema has refused it.
func (c *checker) time(n *node) time.Time {
	s := collapse(n.text)
	t, err := ParseTime(s)
	if err != nil {
		return time.Time{}
	}
	if strings.HasSuffix(s, "+00:00") {
		c.advise(n, "协调世界时写作 -00:00，这里是 +00:00")
	}
	if s[11:13] == "24" {
		c.advise(n, "24:00:00 是次日零时：请写次日 00:00:00")
	}
	return t
}

func (c *checker) alertRules(n *node, a *Alert) {
	for _, name := range []string{"identifier", "sender"} {
		e := n.child(name)
		if e == nil {
			continue
		}
		k := strings.IndexFunc(e.text, unnameable)
		switch {
		case e.text == "":
			c.reason(e, "<%s> 不能空着：预警以发送者、标识和发送时间识别", name)
		case k >= 0:
			r, _ := utf8.DecodeRuneInString(e.text[k:])
			c.reason(e, "<%s> 里不能有空白、逗号、< 和 &，这里有 %q", name, r)
		}
	}
	if e := n.child("restriction"); e != nil && a.Scope != Restricted {
		c.reason(e, "<restriction> 只在 scope 为 Restricted 时写")
	} else if a.Scope == Restricted && strings.TrimSpace(a.Restriction) == "" {
		c.advise(n, "scope 为 Restricted：<restriction> 应写明发给谁")
	}
	if a.Scope == Private && len(a.Addresses) == 0 {
		c.reason(n, "scope 为 Private 时要有 <addresses>，写明发给谁")
	}
	if strings.TrimSpace(a.Note) == "" {
		switch {
		case a.Status == Exercise:
			c.advise(n, "status 为 Exercise：<note> 应写明是哪次演练")
		case a.MsgType == MsgError:
			c.advise(n, "msgType 为 Error：<note> 应说明为什么拒收")
		}
	}
	if len(a.References) == 0 && n.value("references") == "" {
		switch a.MsgType {
		case MsgUpdate, MsgCancel:
			c.reason(n, "msgType 为 %s 时要有 <references>，写明对哪条预警", a.MsgType)
		case MsgAck, MsgError:
			c.advise(n, "msgType 为 %s：没有 <references>，不知道答复的是哪条", a.MsgType)
		}
	}
	if e := n.child("references"); e != nil {
		c.lineage(e, a)
	}
	if a.MsgType == MsgAlert && len(a.Infos) == 0 {
		c.advise(n, "没有 <info>：收到的人不知道出了什么事")
	}
	c.languages(n, a)
}

// unnameable is what identifiers and senders may not hold.
func unnameable(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",<&", r) }

// nameless says that no message and no sender can be called s.
func nameless(s string) bool { return s == "" || strings.ContainsFunc(s, unnameable) }

// references reads triples. What is no triple is a reason: a receiver would not know what is replaced.
func (c *checker) references(n *node) []Triple {
	var out []Triple
	for _, s := range strings.FieldsFunc(n.text, xmlSpace) {
		part := strings.Split(s, ",")
		if len(part) != 3 || nameless(part[0]) || nameless(part[1]) {
			c.reason(n, "%q 不是“发送者,标识,发送时间”：中间没有空白、< 和 &，各条之间用空白隔开", short(s))
			continue
		}
		sent, err := ParseTime(part[2])
		if err != nil {
			c.reason(n, "所引用预警的发送时间 %q %v", short(part[2]), err)
			continue
		}
		out = append(out, Triple{part[0], part[1], sent})
	}
	return out
}

func (c *checker) lineage(n *node, a *Alert) {
	for k, r := range a.References {
		switch {
		case r.Same(a.Triple()):
			c.reason(n, "引用了自己")
		case r.Sender == a.Sender && r.Identifier == a.Identifier:
			c.advise(n, "引用的 %s 与本条标识相同、发送时间不同：同一发送者的标识不能重复", short(r.Identifier))
		case !a.Sent.IsZero() && r.Sent.After(a.Sent):
			c.advise(n, "引用的 %s 发送在本条之后", short(r.Identifier))
		}
		if k > 0 && r.Same(a.References[k-1]) {
			c.advise(n, "%s 引用了两次", short(r.Identifier))
		}
	}
}

// languages: one text under two languages was not translated.
func (c *checker) languages(n *node, a *Alert) {
	for k := range a.Infos {
		for j := range a.Infos[:k] {
			p, q := &a.Infos[j], &a.Infos[k]
			if strings.EqualFold(p.Lang(), q.Lang()) {
				continue
			}
			if p.Description != "" && p.Description == q.Description || p.Headline != "" && p.Headline == q.Headline {
				c.advise(n, "info[%d] 与 info[%d] 的语言不同，文字却相同", j+1, k+1)
				return
			}
		}
	}
}

var markup = regexp.MustCompile(`<[/a-zA-Z!][^<>]*>|&(#[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z]+);`)

func (c *checker) infoAdvice(n *node, i *Info, sent time.Time) {
	for _, e := range n.nodes {
		switch e.name.Local {
		case "event":
			if strings.TrimSpace(e.text) == "" {
				c.advise(e, "事件名称空着")
			}
		case "headline":
			if k := utf8.RuneCountInString(e.text); k > 160 {
				c.advise(e, "标题有 %d 字：宜在 160 字以内", k)
			}
		}
		switch e.name.Local {
		case "event", "headline", "description", "instruction", "senderName", "audience":
			if markup.MatchString(e.text) {
				c.advise(e, "文字里有 HTML 标记：接收方会照原样显示")
			}
		}
	}
	if !i.Expires.IsZero() {
		if !i.Effective.IsZero() && i.Effective.After(i.Expires) {
			c.advise(n, "失效时间早于生效时间")
		} else if i.Onset.After(i.Expires) {
			c.advise(n, "失效时间早于预计发生时间")
		} else if sent.After(i.Expires) {
			c.advise(n, "失效时间早于发送时间：发出时已经过期")
		}
	} else {
		c.advise(n, "没有 <expires>：各接收方要自定期限")
	}
	if len(i.Areas) == 0 {
		c.advise(n, "没有 <area>：不知道对哪里")
	}
}

var (
	schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	mimeForm   = regexp.MustCompile(`^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+([ \t]*;[ \t]*[A-Za-z0-9!#$&^_.+-]+=("[^"]*"|[^\s";]+))*$`)
	sha1Form   = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)
)

// uriProblem says what keeps s from being an absolute address.
func uriProblem(s string) string {
	scheme := schemeForm.FindString(s)
	switch {
	case strings.ContainsFunc(s, unicode.IsSpace) || strings.ContainsAny(s, `<>"`):
		return fmt.Sprintf("网址 %q 里有空白、引号或尖括号", short(s))
	case scheme == "":
		return fmt.Sprintf("网址 %q 不是绝对的：要以 https:// 一类开头", short(s))
	case len(scheme) == len(s):
		return fmt.Sprintf("网址 %q 不完整", short(s))
	case Linkable(s):
		if u, err := url.Parse(s); err != nil || u.Host == "" {
			return fmt.Sprintf("网址 %q 里没有主机名，或写法不对", short(s))
		}
	}
	return ""
}

func (c *checker) web(n *node, s string) {
	if msg := uriProblem(s); msg != "" {
		c.reason(n, "%s", msg)
	} else if !Linkable(s) {
		c.advise(n, "网址 %q 不是 http 或 https：不会做成链接", short(s))
	}
}

// Linkable says whether an address may become a link on a page.
func Linkable(s string) bool {
	scheme := strings.ToLower(schemeForm.FindString(s))
	return scheme == "http:" || scheme == "https:"
}

func (c *checker) size(n *node) int64 {
	s := collapse(n.text)
	if !integerForm.MatchString(s) {
		return 0
	}
	v, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		c.advise(n, "大小 %s 字节大得不可信", short(s))
		return 0
	case v < 0:
		c.advise(n, "大小是负数")
		return 0
	}
	return v
}

// base64 may be broken into lines.
func (c *checker) base64(n *node) []byte {
	s := strings.Join(strings.Fields(n.text), "")
	b, err := base64.StdEncoding.DecodeString(s)
	switch {
	case err != nil:
		c.reason(n, "<derefUri> 不是 base64")
		return nil
	case len(b) == 0:
		c.reason(n, "<derefUri> 是空的：没有就不写")
	}
	return b
}

func (c *checker) resourceRules(n *node, r *Resource) {
	if e := n.child("mimeType"); e != nil && !mimeForm.MatchString(r.MimeType) {
		c.reason(e, "%q 不是 image/png 一类的媒体类型", short(r.MimeType))
	}
	uri, deref, digest := n.child("uri"), n.child("derefUri"), n.child("digest")
	switch {
	case uri == nil && deref == nil:
		c.advise(n, "没有 <uri> 也没有 <derefUri>：取不到文件")
	case uri == nil:
	case deref == nil && uriProblem(r.URI) != "":
		c.reason(uri, "%s；没有 <derefUri> 时要写绝对网址", uriProblem(r.URI))
	case strings.ContainsFunc(r.URI, unicode.IsSpace):
		c.reason(uri, "%s", uriProblem(r.URI))
	}
	if digest != nil && !sha1Form.MatchString(r.Digest) {
		c.reason(digest, "<digest> 是文件的 SHA-1，写成 40 位十六进制数，这里是 %q", short(r.Digest))
	} else if digest != nil && len(r.Deref) > 0 {
		if sum := sha1.Sum(r.Deref); !strings.EqualFold(r.Digest, hex.EncodeToString(sum[:])) {
			c.reason(digest, "<digest> 与 <derefUri> 里文件的 SHA-1 不同：文件或摘要有误")
		}
	}
	if r.Size > 0 && len(r.Deref) > 0 && r.Size != int64(len(r.Deref)) {
		c.advise(n, "<size> 是 %d 字节，<derefUri> 里的文件是 %d 字节", r.Size, len(r.Deref))
	}
}

func (c *checker) areaRules(n *node, a *Area) {
	altitude, ceiling := n.child("altitude"), n.child("ceiling")
	switch {
	case ceiling == nil:
	case altitude == nil:
		c.reason(ceiling, "<ceiling> 要与 <altitude> 同用")
	case a.Altitude != nil && a.Ceiling != nil && *a.Ceiling < *a.Altitude:
		c.reason(ceiling, "<ceiling> 低于 <altitude>")
	}
	if n.child("areaDesc") != nil && strings.TrimSpace(a.Desc) == "" {
		c.advise(n, "<areaDesc> 空着")
	}
	if len(a.Polygons)+len(a.Circles)+len(a.Geocodes) == 0 {
		c.advise(n, "没有图形也没有区划代码：接收方只能看地名")
	}
}
