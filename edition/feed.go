package edition

import (
	"time"

	"zhixing/edition/markup"
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
	var m markup.Writer
	m.WriteString(markup.Head)
	m.Open("feed", "xmlns", "http://www.w3.org/2005/Atom", "xml:lang", "zh-CN")
	m.Element("id", line(f.ID))
	m.Element("title", line(f.Title))
	if f.Subtitle != "" {
		m.Element("subtitle", line(f.Subtitle))
	}
	m.Element("updated", stamp(f.Updated))
	m.Open("author")
	m.Element("name", nonempty(line(f.Author), line(f.Title)))
	m.Close("author")
	for _, l := range [][2]string{{"alternate", f.URL}, {"self", f.SelfURL}, {"next", f.NextURL}} {
		if l[1] != "" {
			m.Empty("link", "rel", l[0], "href", line(l[1]))
		}
	}
	m.WriteByte('\n')
	for _, e := range f.Entries {
		m.Open("entry")
		m.Element("id", line(e.ID))
		m.Element("title", nonempty(line(e.Title), "无题"))
		m.Element("published", stamp(e.Published))
		m.Element("updated", stamp(e.Updated))
		m.Empty("link", "rel", "alternate", "href", line(e.URL))
		if s := line(e.Author); s != "" {
			m.Open("author")
			m.Element("name", s)
			m.Close("author")
		}
		if s := line(e.Category); s != "" {
			m.Empty("category", "term", s)
		}
		m.Element("summary", nonempty(line(e.Summary), line(e.Title)))
		m.Close("entry")
		m.WriteByte('\n')
	}
	m.Close("feed")
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
	var m markup.Writer
	m.WriteString(markup.Head)
	m.Open(root, "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")
	m.WriteByte('\n')
	for _, p := range places {
		m.Open(item)
		m.Element("loc", line(p.URL))
		if !p.Changed.IsZero() {
			m.Element("lastmod", stamp(p.Changed))
		}
		m.Close(item)
		m.WriteByte('\n')
	}
	m.Close(root)
	m.WriteByte('\n')
	return []byte(m.String())
}
