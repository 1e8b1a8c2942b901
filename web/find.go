package web

import (
	"context"
	"net/http"
	"net/url"
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
	if !s.limits.allow("search", clientAddress(r), 20, 60) {
		return &httpError{status: http.StatusTooManyRequests, message: "检索太频繁，请稍等几秒再试。"}
	}
	q := r.URL.Query()
	page := findPage{Q: q, Asked: asks(q)}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if page.Facets, err = publication.FacetsOf(ctx, tx, s.countyCode); err != nil || !page.Asked {
			return err
		}
		return s.search(ctx, tx, r, &page)
	})
	form := strings.TrimPrefix(r.URL.Path, "/search")
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
		return s.writeFeed(w, "检索："+describe(q), "/search?"+q.Encode(), heads)
	}
	p := s.page(r, "公文检索", home, Link{Text: "公文检索"})
	p.Query = q.Get("q")
	if page.Asked && page.Problem == "" {
		watch := url.Values{}
		for k := range q {
			if k != "after" && k != "done" && q.Get(k) != "" {
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
		Sort: search.Sort(v.Get("sort")), After: v.Get("after")}
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
		next.Set("after", page.Results.Next)
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

type hitJSON struct {
	publication.Head
	Snippet string `json:"snippet"`
}

func searchJSON(page findPage) map[string]any {
	items := []hitJSON{}
	for _, h := range page.Hits {
		items = append(items, hitJSON{page.Heads[h.Key], h.Snippet.Text})
	}
	return map[string]any{"total": page.Total, "items": items, "next": page.Results.Next}
}

func (s *Server) apiSearch(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r, "q", "unit", "kind", "issuer", "from", "to", "sort", "limit", "after"); err != nil {
		return err
	}
	page := findPage{}
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) error { return s.search(ctx, tx, r, &page) }); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, searchJSON(page))
}

// duties lists duties as read, of all documents, one document or one unit, as page, table or data.
func (s *Server) duties(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := publication.DutyFilter{Role: q.Get("role"), Cursor: q.Get("after"), Limit: pageLength}
	if u := strings.TrimSpace(q.Get("unit")); u != "" {
		f.Unit = s.canonicalUnit(u)
	}
	if d := strings.TrimSpace(q.Get("doc")); d != "" {
		key, ok := publication.ParseKey(d)
		if !ok {
			return badRequest("文号写作 甲政发〔2023〕1号 或 甲政发/2023/1 的形式。")
		}
		f.Key = key
	}
	form := strings.TrimPrefix(r.URL.Path, "/duties")
	if form != "" {
		f.Limit = publication.MaxLimit
	}
	var list publication.DutyPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Duties(ctx, tx, s.countyCode, f)
		for err == nil && form == ".csv" && list.Next != "" && len(list.Items) < 20000 { // a table is whole
			var more publication.DutyPage
			f.Cursor = list.Next
			more, err = publication.Duties(ctx, tx, s.countyCode, f)
			list.Items, list.Next = append(list.Items, more.Items...), more.Next
		}
		return err
	})
	if err != nil {
		return err
	}
	views, err := dutyViews(list.Items)
	if err != nil {
		return err
	}
	switch form {
	case ".csv":
		return writeCSV(w, "任务摘录.csv", dutyRows(views))
	case ".json":
		list.Items = orEmpty(list.Items)
		return writeJSON(w, http.StatusOK, list)
	}
	p := s.page(r, "任务摘录", home, Link{Text: "任务摘录"})
	next := ""
	if list.Next != "" {
		v := url.Values{}
		for k := range q {
			v.Set(k, q.Get(k))
		}
		v.Set("after", list.Next)
		next = "/duties?" + v.Encode()
	}
	export := "?" + url.Values{"unit": {q.Get("unit")}, "role": {q.Get("role")}, "doc": {q.Get("doc")}}.Encode()
	p.Data = map[string]any{"Duties": views, "Next": next, "First": q.Get("after") != "", "Unit": q.Get("unit"), "Role": q.Get("role"), "Doc": q.Get("doc"), "Export": export}
	return s.render(w, http.StatusOK, "duties.html", p)
}
