package web

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

//go:embed openapi.json
var openapiDocument []byte

func (s *Server) openapi(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err := w.Write(openapiDocument)
	return err
}

// onlyKnown refuses a query that asks for something this address does not know, so that a misspelt filter is not
// silently left out.
func onlyKnown(r *http.Request, known ...string) error {
next:
	for name := range r.URL.Query() {
		for _, k := range known {
			if name == k {
				continue next
			}
		}
		if len(known) == 0 {
			return badRequest(fmt.Sprintf("不认识的参数 %q；这个地址没有参数。", name))
		}
		return badRequest(fmt.Sprintf("不认识的参数 %q；可用的参数：%s。", name, strings.Join(known, "、")))
	}
	return nil
}

// number reads a whole number within a range; what lies outside is refused with the range, never cut.
func number(r *http.Request, name string, least, most, without int) (int, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return without, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, badRequest(fmt.Sprintf("参数 %s 应为 %d 至 %d 的整数。", name, least, most))
	}
	return n, nil
}

// day reads a date; nothing asks for none.
func day(r *http.Request, name string) (calendar.Date, error) {
	d, err := calendar.ParseDate(r.URL.Query().Get(name))
	if err != nil {
		return d, badRequest("参数 " + name + " 应为 2023-10-31 形式的日期。")
	}
	return d, nil
}

func (s *Server) apiIssues(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r); err != nil {
		return err
	}
	var list []publication.Issue
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Issues(ctx, tx, s.countyCode)
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": orEmpty(list)})
}

func (s *Server) apiIssue(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r); err != nil {
		return err
	}
	is, err := s.issueOf(r, r.PathValue("no"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, is)
}

func (s *Server) apiDocuments(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r, "unit", "kind", "issuer", "agency", "year", "from", "to", "limit", "cursor"); err != nil {
		return err
	}
	q := r.URL.Query()
	f := publication.Filter{Kind: q.Get("kind"), Issuer: q.Get("issuer"), Agency: q.Get("agency"), Cursor: q.Get("cursor")}
	if u := q.Get("unit"); u != "" {
		f.Unit = s.canonicalUnit(u)
	}
	var err error
	if f.Year, err = number(r, "year", 1949, 2999, 0); err != nil {
		return err
	}
	if f.Limit, err = number(r, "limit", 1, publication.MaxLimit, publication.DefaultLimit); err != nil {
		return err
	}
	if f.From, err = day(r, "from"); err != nil {
		return err
	}
	if f.To, err = day(r, "to"); err != nil {
		return err
	}
	var page publication.Page
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = publication.List(ctx, tx, s.countyCode, f)
		return err
	})
	if err != nil {
		return err
	}
	page.Items = orEmpty(page.Items)
	return writeJSON(w, http.StatusOK, page)
}

func (s *Server) apiDocument(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r, "on", "v"); err != nil {
		return err
	}
	key, ok := publication.ParseKey(r.PathValue("key"))
	if !ok {
		return notFound("没有这件公文。文号写作 甲政发/2023/1 这样的形式。")
	}
	d, err := s.documentOf(r, key)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, d)
}

func (s *Server) apiUnits(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r); err != nil {
		return err
	}
	var list []publication.UnitCount
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Units(ctx, tx, s.countyCode)
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": orEmpty(list)})
}

func (s *Server) apiUnit(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r); err != nil {
		return err
	}
	u, err := s.unitOf(r, r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, u)
}

func (s *Server) apiFreshness(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r); err != nil {
		return err
	}
	var f publication.Front
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = publication.FrontOf(ctx, tx, s.countyCode)
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"items": orEmpty(f.Freshness)})
}

// apiDump streams the whole public record. It is costly, so one address may ask for it only now and then.
func (s *Server) apiDump(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r); err != nil {
		return err
	}
	if !s.limits.allow("dump", clientAddress(r), 1.0/60, 2) {
		return &httpError{status: http.StatusTooManyRequests, message: "全量数据每分钟只能取一次，请稍后再来。"}
	}
	select {
	case s.limits.dumps <- struct{}{}:
		defer func() { <-s.limits.dumps }()
	default:
		return &httpError{status: http.StatusServiceUnavailable, message: "正在下载全量数据的人较多，请过几分钟再来。"}
	}
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+s.countyCode+`.jsonl.gz"`)
	return publication.Dump(r.Context(), s.DB, s.Log, s.countyCode, hurried{w, time.Now().Add(dumpLong)}, true, nil)
}

// orEmpty makes an empty list an empty list in JSON, not null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
