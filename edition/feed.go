package edition

import (
	"time"
)

// Feed is an Atom feed: the newest publications of a county, or those that a reader watches for.
type Feed struct {
	ID       string // an address that never changes
	Title    string
	Subtitle string
	URL      string // of the page that shows the same
	SelfURL  string
	NextURL  string // of the older entries; empty on the last page
	Author   string
	Updated  time.Time
	Entries  []FeedEntry
}

// FeedEntry is one publication in a feed. A withdrawal is an entry too: those who read the document learn of it.
type FeedEntry struct {
	ID        string // address of the document, the same for all its versions
	Title     string
	URL       string
	Summary   string
	Author    string    // 发文机关
	Category  string    // 通知 …
	Published time.Time // of the first version
	Updated   time.Time // of this one
}

// Entry is how a publication stands in a feed.
func (p Publication) Entry() FeedEntry {
	p = p.Clean()
	first := p.PublishedAt
	if len(p.Earlier) > 0 {
		first = p.Earlier[0].PublishedAt
	}
	title, summary := p.Title, p.No
	if p.Record != Publish {
		title = map[Record]string{Correct: "〔更正〕", Withdraw: "〔撤回〕"}[p.Record] + title
		summary = p.standing()
	}
	return FeedEntry{ID: p.URL, Title: title, URL: p.URL, Summary: summary, Author: p.Issuer, Category: p.Kind,
		Published: first, Updated: p.PublishedAt}
}

// Atom writes a feed (RFC 4287, with the archive links of RFC 5005).
func Atom(f Feed) []byte {
	var m markup
	m.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	m.open("feed", "xmlns", "http://www.w3.org/2005/Atom", "xml:lang", "zh-CN")
	m.element("id", line(f.ID))
	m.element("title", line(f.Title))
	if f.Subtitle != "" {
		m.element("subtitle", line(f.Subtitle))
	}
	m.element("updated", stamp(f.Updated))
	m.open("author")
	m.element("name", nonempty(line(f.Author), line(f.Title)))
	m.close("author")
	for _, l := range [][2]string{{"alternate", f.URL}, {"self", f.SelfURL}, {"next", f.NextURL}} {
		if l[1] != "" {
			m.empty("link", "rel", l[0], "href", line(l[1]))
		}
	}
	m.WriteByte('\n')
	for _, e := range f.Entries {
		m.open("entry")
		m.element("id", line(e.ID))
		m.element("title", nonempty(line(e.Title), "无题"))
		m.element("published", stamp(e.Published))
		m.element("updated", stamp(e.Updated))
		m.empty("link", "rel", "alternate", "href", line(e.URL))
		if s := line(e.Author); s != "" {
			m.open("author")
			m.element("name", s)
			m.close("author")
		}
		if s := line(e.Category); s != "" {
			m.empty("category", "term", s)
		}
		m.element("summary", nonempty(line(e.Summary), line(e.Title)))
		m.close("entry")
		m.WriteByte('\n')
	}
	m.close("feed")
	m.WriteByte('\n')
	return []byte(m.String())
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// Place is one address in a sitemap.
type Place struct {
	URL     string
	Changed time.Time // zero where it is not known
}

// MaxPlaces is how many addresses one sitemap may hold; more go into several and a SitemapIndex.
const MaxPlaces = 50_000

// Sitemap lists addresses for search engines (sitemaps.org 0.9), at most MaxPlaces of them.
func Sitemap(places []Place) []byte {
	return sitemap("urlset", "url", places[:min(len(places), MaxPlaces)])
}

// SitemapIndex lists sitemaps.
func SitemapIndex(maps []Place) []byte { return sitemap("sitemapindex", "sitemap", maps) }

func sitemap(root, item string, places []Place) []byte {
	var m markup
	m.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	m.open(root, "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")
	m.WriteByte('\n')
	for _, p := range places {
		m.open(item)
		m.element("loc", line(p.URL))
		if !p.Changed.IsZero() {
			m.element("lastmod", stamp(p.Changed))
		}
		m.close(item)
		m.WriteByte('\n')
	}
	m.close(root)
	m.WriteByte('\n')
	return []byte(m.String())
}
