package web

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// feedLength is how many documents a feed holds.
const feedLength = 50

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Author    string     `xml:"author>name"`
	Links     []atomLink `xml:"link"`
	Summary   string     `xml:"summary"`
}

func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	heads, err := s.recent(r, publication.Filter{})
	if err != nil {
		return err
	}
	return s.writeFeed(w, r, s.countyName+"人民政府公报", "/", heads)
}

// recent are the documents of a feed: those published, corrected or withdrawn last.
func (s *Server) recent(r *http.Request, f publication.Filter) (heads []publication.Head, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		heads, err = publication.Recent(ctx, tx, s.countyCode, f, feedLength)
		return err
	})
	return heads, err
}

// writeFeed writes an Atom feed (RFC 4287) of documents; page is the address that it belongs to. A withdrawn document
// stays in with its new state, so that readers of the feed learn of the withdrawal.
func (s *Server) writeFeed(w http.ResponseWriter, r *http.Request, title, page string, heads []publication.Head) error {
	updated := time.Unix(0, 0)
	f := atomFeed{Lang: "zh-CN", ID: s.BaseURL + page, Title: title, Links: []atomLink{
		{"self", "application/atom+xml", s.BaseURL + r.URL.RequestURI()}, {"alternate", "text/html", s.BaseURL + page}}}
	for _, h := range heads {
		if h.RecordedAt.After(updated) {
			updated = h.RecordedAt
		}
		at := s.BaseURL + documentURL(h.Key)
		summary := strings.Join(strings.Fields(h.No+" "+h.Issuer+" "+h.SignedOn.Chinese()), " ")
		switch {
		case h.Withdrawn:
			summary += "（已撤回）"
		case h.Version > 1:
			summary += "（已更正）"
		}
		author := h.Issuer
		if author == "" {
			author = s.countyName + "人民政府"
		}
		f.Entries = append(f.Entries, atomEntry{
			ID: at, Title: h.Title, Published: rfc3339(h.FirstAt), Updated: rfc3339(h.RecordedAt), Author: author,
			Links: []atomLink{{"alternate", "text/html", at}}, Summary: summary,
		})
	}
	f.Updated = rfc3339(updated)
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	return writeXML(w, f)
}

func rfc3339(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339) }

func writeXML(w http.ResponseWriter, v any) error {
	if _, err := w.Write([]byte(xml.Header)); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	return enc.Encode(v)
}

type sitemapSet struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
}

func (s *Server) sitemap(w http.ResponseWriter, r *http.Request) error {
	var rows []publication.SitemapRow
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = publication.Sitemap(ctx, tx, s.countyCode)
		return err
	})
	if err != nil {
		return err
	}
	set := sitemapSet{}
	for _, row := range rows {
		u := url.URL{Path: row.Path}
		set.URLs = append(set.URLs, sitemapURL{s.BaseURL + u.EscapedPath(), rfc3339(row.ChangedAt)})
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	return writeXML(w, set)
}

func (s *Server) robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("User-agent: *\nDisallow: /desk\nDisallow: /login\nDisallow: /search\nDisallow: /api/\nSitemap: " + s.BaseURL + "/sitemap.xml\n"))
	return err
}

func (s *Server) opensearch(w http.ResponseWriter, _ *http.Request) error {
	type urlElement struct {
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	}
	type description struct {
		XMLName     xml.Name   `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
		ShortName   string     `xml:"ShortName"`
		Description string     `xml:"Description"`
		Encoding    string     `xml:"InputEncoding"`
		URL         urlElement `xml:"Url"`
	}
	w.Header().Set("Content-Type", "application/opensearchdescription+xml; charset=utf-8")
	return writeXML(w, description{ShortName: s.countyName + "公报", Description: "检索" + s.countyName + "人民政府公报", Encoding: "UTF-8",
		URL: urlElement{"text/html", s.BaseURL + "/search?q={searchTerms}"}})
}
