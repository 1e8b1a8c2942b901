package cap

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

const nsAtom = "http://www.w3.org/2005/Atom"

// Feed is an index of what is active. An empty one is valid and says that nothing is.
type Feed struct {
	ID, Title string
	Self      string // its own address
	Hub       string // of WebSub, where there is one
	Author    string
	Updated   time.Time // when something last came in or went out; never the time of writing, so that a feed without news stays the same bytes
	Entries   []Entry
}

// Entry is a warning and the address of its document, whose content never changes.
type Entry struct {
	URL   string
	Alert *Alert
}

// Atom writes the feed (RFC 4287). What it says of a warning are hints: the document decides.
func (f Feed) Atom() []byte {
	e := &encoder{depth: 1}
	fmt.Fprintf(e, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=%q xmlns:cap=%q xml:lang=\"zh-CN\">\n", nsAtom, Namespace)
	e.must("id", f.ID)
	e.must("title", f.Title)
	e.atomTime("updated", f.Updated)
	e.in("author", func() { e.must("name", f.Author) })
	e.link("self", "application/atom+xml", f.Self)
	if f.Hub != "" {
		e.link("hub", "", f.Hub)
	}
	for _, entry := range f.Entries {
		e.in("entry", func() { e.entry(entry) })
	}
	e.WriteString("</feed>\n")
	return e.Bytes()
}

func (e *encoder) entry(entry Entry) {
	a := entry.Alert
	i := a.Info("zh")
	if i == nil {
		i = &Info{}
	}
	title := i.Headline
	for _, s := range []string{i.Event, a.Note, a.Identifier} {
		if strings.TrimSpace(title) == "" {
			title = s
		}
	}
	e.must("id", entry.URL)
	e.must("title", title)
	e.atomTime("updated", a.Sent)
	if i.SenderName != "" {
		e.in("author", func() { e.must("name", i.SenderName) })
	}
	e.link("alternate", MediaType, entry.URL)
	e.may("summary", i.Description)
	e.must("cap:identifier", a.Identifier)
	e.must("cap:sender", a.Sender)
	e.time("cap:sent", a.Sent)
	e.must("cap:status", string(a.Status))
	e.must("cap:msgType", string(a.MsgType))
	e.may("cap:event", i.Event)
	for _, c := range i.Categories {
		e.must("cap:category", string(c))
	}
	e.may("cap:urgency", string(i.Urgency))
	e.may("cap:severity", string(i.Severity))
	e.may("cap:certainty", string(i.Certainty))
	e.time("cap:effective", i.Effective)
	e.time("cap:onset", i.Onset)
	e.time("cap:expires", i.Expires)
	for _, area := range i.Areas {
		e.may("cap:areaDesc", area.Desc)
	}
}

func (e *encoder) atomTime(name string, t time.Time) {
	if t.IsZero() {
		t = time.Unix(0, 0).UTC()
	}
	e.must(name, t.Format(time.RFC3339))
}

func (e *encoder) link(rel, mediaType, href string) {
	attr := func(s string) string { return strings.ReplaceAll(escaper.Replace(s), `"`, "&quot;") }
	fmt.Fprintf(e, "%*s<link rel=\"%s\"", 2*e.depth, "", rel)
	if mediaType != "" {
		fmt.Fprintf(e, " type=\"%s\"", mediaType)
	}
	fmt.Fprintf(e, " href=\"%s\"/>\n", attr(href))
}

// Item is what a feed of somebody else has: a document at an address, or inside the feed itself.
type Item struct {
	ID, Title string
	Updated   time.Time // zero where it is not said or not to be read
	URL       string
	Document  []byte // of a fat feed: as it stood there, ready for Parse
}

// maxItems are taken of one feed.
const maxItems = 1000

// ReadFeed reads Atom and RSS 2.0. base is the address of the feed, against which others are read. What is no longer in a feed was not
// thereby cancelled. Entries that lead to no document are left out.
func ReadFeed(b []byte, base string) ([]Item, error) {
	from, err := url.Parse(base)
	if err != nil || !Linkable(base) {
		return nil, fmt.Errorf("订阅源的网址 %q 不是 http 或 https 的", short(base))
	}
	root, text, err := readTree(b, feedLimits)
	if err != nil {
		return nil, err
	}
	var items []Item
	switch {
	case root.name.Space == nsAtom && root.name.Local == "feed":
		for _, n := range root.nodes {
			if n.name.Space == nsAtom && n.name.Local == "entry" {
				items = append(items, atomItem(n, text, from))
			}
		}
	case root.name.Local == "rss" && root.child("channel") != nil:
		for _, n := range root.child("channel").nodes {
			if n.name.Local == "item" {
				items = append(items, rssItem(n, from))
			}
		}
	default:
		return nil, fmt.Errorf("根元素是 <%s>：不是 Atom 或 RSS 2.0 的订阅源", short(root.name.Local))
	}
	var out []Item
	for _, it := range items {
		if it.URL != "" || it.Document != nil {
			out = append(out, it)
		}
	}
	if len(out) > maxItems {
		return nil, errors.New("订阅源的条目太多：不读")
	}
	return out, nil
}

func atomItem(n *node, text []byte, base *url.URL) Item {
	it := Item{ID: n.value("id"), Title: n.value("title")}
	it.Updated, _ = time.Parse(time.RFC3339, n.value("updated"))
	if c := n.child("content"); c != nil {
		for _, e := range c.nodes {
			if e.name.Local == "alert" {
				it.Document = e.document(text)
			}
		}
	}
	it.URL = chooseLink(n, base)
	return it
}

// chooseLink: by type, then the only one, then one that ends in .xml. Servers leave type and rel out.
func chooseLink(n *node, base *url.URL) string {
	var links, xmls []string
	for _, l := range n.nodes {
		if l.name.Space != nsAtom || l.name.Local != "link" {
			continue
		}
		href := resolve(l.attr("href"), l.base(base))
		if href == "" {
			continue
		}
		if t, _, _ := strings.Cut(l.attr("type"), ";"); strings.TrimSpace(strings.ToLower(t)) == MediaType {
			return href
		}
		switch l.attr("rel") {
		case "", "alternate", "related", "enclosure":
		default: // self, hub, edit …
			continue
		}
		links = append(links, href)
		if u, err := url.Parse(href); err == nil && strings.EqualFold(path.Ext(u.Path), ".xml") {
			xmls = append(xmls, href)
		}
	}
	switch {
	case len(links) == 1:
		return links[0]
	case len(xmls) > 0:
		return xmls[0]
	}
	return ""
}

func rssItem(n *node, base *url.URL) Item {
	it := Item{ID: n.value("guid"), Title: n.value("title"), URL: resolve(n.value("link"), base)}
	for _, form := range []string{time.RFC1123Z, time.RFC1123, "2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 -0700", time.RFC3339} {
		if t, err := time.Parse(form, n.value("pubDate")); err == nil {
			it.Updated = t
			break
		}
	}
	return it
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// base is the address that xml:base makes of u for what is in n.
func (n *node) base(u *url.URL) *url.URL {
	if n.parent != nil {
		u = n.parent.base(u)
	}
	for _, a := range n.attrs {
		if a.Name.Space == nsXML && a.Name.Local == "base" {
			if b, err := u.Parse(strings.TrimSpace(a.Value)); err == nil {
				u = b
			}
		}
	}
	return u
}

// resolve gives an absolute http or https address, or nothing.
func resolve(href string, base *url.URL) string {
	if href == "" {
		return ""
	}
	u, err := base.Parse(href)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// document is n's own bytes with the namespaces that it has from around it, so that it stands alone and its signature holds.
func (n *node) document(text []byte) []byte {
	own := map[string]bool{}
	for _, a := range n.attrs {
		if a.Name.Space == nsXMLs {
			own[a.Name.Local] = true // "xmlns" is the one without prefix
		}
	}
	var add bytes.Buffer
	for _, prefix := range slices.Sorted(maps.Keys(n.scope)) {
		name, attr := prefix, "xmlns:"+prefix
		if prefix == "" {
			name, attr = "xmlns", "xmlns"
		}
		if !own[name] && !(prefix == "" && n.scope[prefix] == "") {
			fmt.Fprintf(&add, " %s=\"%s\"", attr, strings.ReplaceAll(escaper.Replace(n.scope[prefix]), `"`, "&quot;"))
		}
	}
	raw := text[n.from:n.to]
	k := bytes.IndexAny(raw, " \t\r\n/>") // behind the name
	return bytes.Join([][]byte{raw[:k], add.Bytes(), raw[k:]}, nil)
}
