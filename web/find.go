package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/publication"
	"zhixing/search"
)

// pageLength is how many hits or duties a page shows.
const pageLength = 20

// findPage is what search.html shows.
type findPage struct {
	search.Results
	Heads    map[string]publication.Head
	Facets   publication.Facets
	Asked    bool
	Q        url.Values
	Next     string // address of the next page
	Feed     string // address of the same search as a feed
	Problem  string
	RoleName string
}

// find searches as a page, as data or as a feed; the three have the same parameters.
func (s *Server) find(w http.ResponseWriter, r *http.Request) error {
	if err := s.searchAllowed(r); err != nil {
		return err
	}
	form := strings.TrimPrefix(r.URL.Path, "/search")
	if form != "" {
		if err := onlyKnown(r, searchParameters...); err != nil {
			return err
		}
	}
	q := r.URL.Query()
	page := findPage{Q: q, Asked: asks(q) || form != ""}
	if form == ".atom" {
		r = asFeed(r)
	}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if page.Facets, err = publication.FacetsOf(ctx, tx, s.countyCode); err != nil || !page.Asked {
			return err
		}
		return s.search(ctx, tx, r, &page)
	})
	status := http.StatusOK
	if err != nil {
		he := asHTTPError(err)
		if he.status >= 500 || form != "" {
			return err
		}
		page.Problem, status = he.message, he.status
	}
	switch form {
	case ".json":
		return writeJSON(w, http.StatusOK, searchJSON(page))
	case ".atom":
		var heads []publication.Head
		for _, h := range page.Hits {
			heads = append(heads, page.Heads[h.Key])
		}
		return s.writeFeed(w, r, "检索："+describe(q), "/search?"+q.Encode(), heads)
	}
	p := s.page(r, "公文检索", home, Link{Text: "公文检索"})
	p.Query = q.Get("q")
	if page.Asked && page.Problem == "" {
		watch := url.Values{}
		for k := range q {
			if k != "cursor" && k != "done" && q.Get(k) != "" {
				watch.Set(k, q.Get(k))
			}
		}
		watch.Set("sort", "date")
		page.Feed = "/search.atom?" + watch.Encode()
		p.Alternates = []Alternate{{"application/atom+xml", "关注这个检索", page.Feed}}
	}
	p.Data = page
	return s.render(w, status, "search.html", p)
}

// searchParameters are what a search may be asked with.
var searchParameters = []string{"q", "unit", "kind", "issuer", "from", "to", "sort", "limit", "cursor"}

// searchAllowed slows down one address that searches without end. What is found in the cache does not count.
func (s *Server) searchAllowed(r *http.Request) error {
	if !s.limits.allow("search", clientAddress(r), 20, 60) {
		return &httpError{status: http.StatusTooManyRequests, message: "检索太频繁，请稍等几秒再试。"}
	}
	return nil
}

// asFeed asks the same as a feed does: the newest first, as many as a feed holds.
func asFeed(r *http.Request) *http.Request {
	v := r.URL.Query()
	v.Set("sort", string(search.ByDate))
	v.Set("limit", strconv.Itoa(feedLength))
	v.Del("cursor")
	r = r.Clone(r.Context())
	r.URL.RawQuery = v.Encode()
	return r
}

// asks reports whether a query looks for anything at all.
func asks(q url.Values) bool {
	for _, k := range []string{"q", "unit", "kind", "issuer", "from", "to", "sort"} {
		if strings.TrimSpace(q.Get(k)) != "" {
			return true
		}
	}
	return false
}

func (s *Server) search(ctx context.Context, tx *db.Tx, r *http.Request, page *findPage) error {
	v := r.URL.Query()
	query := search.Query{County: s.countyCode, Text: strings.TrimSpace(v.Get("q")), Kind: v.Get("kind"), Issuer: v.Get("issuer"),
		Sort: search.Sort(v.Get("sort")), After: v.Get("cursor")}
	if u := strings.TrimSpace(v.Get("unit")); u != "" {
		query.Unit = s.canonicalUnit(u)
	}
	var err error
	if query.Limit, err = number(r, "limit", 1, search.MaxLimit, pageLength); err != nil {
		return err
	}
	if query.From, err = day(r, "from"); err != nil {
		return err
	}
	if query.To, err = day(r, "to"); err != nil {
		return err
	}
	if page.Results, err = search.Find(ctx, tx, query); err != nil {
		return err
	}
	if page.Results.Next != "" {
		next := url.Values{}
		for k := range v {
			next.Set(k, v.Get(k))
		}
		next.Set("cursor", page.Results.Next)
		page.Next = r.URL.Path + "?" + next.Encode()
	}
	keys := make([]publication.Key, len(page.Hits))
	for i, h := range page.Hits {
		keys[i] = publication.Key(h.Key)
	}
	heads, err := publication.Heads(ctx, tx, s.countyCode, keys)
	page.Heads = map[string]publication.Head{}
	for _, h := range heads {
		page.Heads[string(h.Key)] = h
	}
	return err
}

// Head is the document of a hit.
func (p findPage) Head(key string) publication.Head { return p.Heads[key] }

// describe says what a query asks, as the title of a feed.
func describe(q url.Values) string {
	var parts []string
	for _, k := range []string{"q", "unit", "kind", "issuer", "from", "to"} {
		if v := strings.TrimSpace(q.Get(k)); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " · ")
}

// findJSON is what was found, as data.
type findJSON struct {
	Total int       `json:"total"`
	Items []hitJSON `json:"items"`
	Next  string    `json:"next,omitempty"`
}

type hitJSON struct {
	publication.Head
	Snippet string `json:"snippet"`
}

func searchJSON(page findPage) findJSON {
	out := findJSON{Total: page.Total, Items: []hitJSON{}, Next: page.Results.Next}
	for _, h := range page.Hits {
		out.Items = append(out.Items, hitJSON{page.Heads[h.Key], h.Snippet.Text})
	}
	return out
}

func (s *Server) apiSearch(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r, searchParameters...); err != nil {
		return err
	}
	if err := s.searchAllowed(r); err != nil {
		return err
	}
	page := findPage{}
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) error { return s.search(ctx, tx, r, &page) }); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, searchJSON(page))
}
