package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestOpenAPINamesEveryRoute holds the list of routes and the description against each other.
func TestOpenAPINamesEveryRoute(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(openapiDocument, &doc); err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			described[strings.ToUpper(method)+" "+path] = true
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s %s: operationId %q is missing or taken", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	for _, r := range routes {
		if !strings.Contains(r.pattern, " /api/") {
			continue
		}
		name := strings.ReplaceAll(r.pattern, "...}", "}")
		if !described[name] {
			t.Errorf("%s is not in openapi.json", name)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("openapi.json describes %s, which is no route", name)
	}
}

// TestAnswersFitTheirSchemas walks the whole API over the demonstration county, with a correction and a withdrawal, and
// holds every answer against its schema, strictly: no field may come that is not described.
func TestAnswersFitTheirSchemas(t *testing.T) {
	schemas := strictSchemas(t)
	sites(t, func(s *site) {
		s.publishDemo()
		seen := map[string]int{}
		get := func(path, schema string) map[string]any {
			t.Helper()
			a := s.get("", path)
			if a.status != http.StatusOK {
				s.t.Fatalf("GET %s: %d %.300s", path, a.status, a.body)
			}
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
			if err != nil {
				s.t.Fatalf("GET %s: %v", path, err)
			}
			if err := schemas[schema].Validate(v); err != nil {
				s.t.Errorf("GET %s is not a %s: %v", path, schema, err)
			}
			seen[schema]++
			return v.(map[string]any)
		}
		items := func(v map[string]any) []any { return v["items"].([]any) }
		field := func(v any, name string) string { return fmt.Sprint(v.(map[string]any)[name]) }

		for _, is := range items(get("/api/v1/issues", "IssueList")) {
			get("/api/v1/issues/"+field(is, "year")+"-"+field(is, "no"), "Issue")
		}
		heads := items(get("/api/v1/documents?limit=100", "DocumentList"))
		if len(heads) < 15 {
			s.t.Fatalf("%d documents in the demonstration county", len(heads))
		}
		for _, h := range heads {
			address := "/api/v1/documents/" + escape(field(h, "key"))
			get(address, "Document")
			get(address+"?v=1", "Document")
			if encoded := get("/api/v1/documents/"+url.QueryEscape(field(h, "key")), "Document"); field(encoded, "key") != field(h, "key") {
				s.t.Errorf("%s with its strokes encoded: another document", address)
			}
		}
		get("/api/v1/documents?limit=1", "DocumentList")
		for _, u := range items(get("/api/v1/units", "UnitList")) {
			get("/api/v1/units/"+url.PathEscape(field(u, "unit")), "Unit")
		}
		get("/api/v1/search?q="+url.QueryEscape("公报"), "SearchResult")
		get("/search.json?limit=3&sort=date&q="+url.QueryEscape("公报"), "SearchResult")
		get("/api/v1/search?q="+url.QueryEscape("决无此词"), "SearchResult")
		get("/api/v1/duties?limit=100", "DutyList")
		get("/duties.json", "DutyList")
		get("/api/v1/duties?role=lead&unit="+url.QueryEscape("县水务局"), "DutyList")
		get("/api/v1/freshness", "FreshnessList")
		for _, bad := range []string{"/api/v1/documents/x", "/api/v1/issues/2000-1", "/api/v1/units/x", "/api/v1/documents?limit=0"} {
			a := s.get("", bad)
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
			if err != nil || a.header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
				s.t.Fatalf("GET %s: %d %s %v", bad, a.status, a.header.Get("Content-Type"), err)
			}
			if err := schemas["Problem"].Validate(v); err != nil {
				s.t.Errorf("GET %s: %v", bad, err)
			}
		}
		if seen["Document"] < 40 || seen["Unit"] < 20 {
			s.t.Errorf("too little was looked at: %v", seen)
		}
		a := s.get("", "/api/v1/dump")
		if zr, err := gzip.NewReader(strings.NewReader(a.body)); err != nil || a.status != http.StatusOK {
			s.t.Errorf("dump: %d %v", a.status, err)
		} else if err := json.NewDecoder(zr).Decode(&map[string]any{}); err != nil {
			s.t.Errorf("dump: first line: %v", err)
		}
	})
}

// strictSchemas compiles the schemas of openapi.json so that an object may have no field besides those described.
func strictSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapiDocument))
	if err != nil {
		t.Fatal(err)
	}
	const place = "openapi.json"
	schemas := doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any)
	open := map[string]any{}
	for name, s := range schemas { // what others are made of (allOf) is kept open beside its strict self
		open["open-"+name] = deepCopy(s)
	}
	for name, s := range open {
		closeObjects(s, false)
		schemas[name] = s
	}
	for name, s := range schemas {
		if !strings.HasPrefix(name, "open-") {
			closeObjects(s, true)
		}
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(place, doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]*jsonschema.Schema{}
	for name := range schemas {
		if out[name], err = c.Compile(place + "#/components/schemas/" + name); err != nil {
			t.Fatalf("schema %s: %v", name, err)
		}
	}
	return out
}

// closeObjects forbids undescribed fields below v, at v itself only where self is set, and sends allOf to open copies.
func closeObjects(v any, self bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if k == "allOf" {
				for _, part := range x.([]any) {
					ref := part.(map[string]any)
					ref["$ref"] = strings.Replace(ref["$ref"].(string), "schemas/", "schemas/open-", 1)
				}
				continue
			}
			closeObjects(x, true)
		}
		if v["type"] == "object" && self {
			v["unevaluatedProperties"] = false
		}
	case []any:
		for _, x := range v {
			closeObjects(x, true)
		}
	}
}

func deepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = deepCopy(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = deepCopy(x)
		}
		return out
	}
	return v
}

// TestWideQueriesAreRefused: what asks too much or misspells is told the range, and never gets a cut list.
func TestWideQueriesAreRefused(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		many := strings.Join(strings.Split("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌", ""), " ")
		for _, c := range []struct{ path, says string }{
			{"documents?limit=1000", "1 至 100"}, {"documents?limit=0", "1 至 100"}, {"documents?limit=-1", "1 至 100"}, {"documents?limit=x", "1 至 100"},
			{"documents?limit=99999999999999999999", "1 至 100"}, {"search?limit=101", "1 至 100"}, {"duties?limit=101", "1 至 100"},
			{"documents?colour=red", "limit"}, {"documents?Limit=5", "limit"}, {"issues?limit=5", "没有参数"}, {"units?q=x", "没有参数"}, {"units/县水务局?x=1", "没有参数"},
			{"freshness?x=1", "没有参数"}, {"dump?x=1", "没有参数"}, {"issues/2031-1?x=1", "没有参数"}, {"documents/某政办发/2031/1?w=1", "on"},
			{"documents?from=2031-02-30", "2023-10-31"}, {"documents?to=yesterday", "2023-10-31"}, {"search?from=20310101", "2023-10-31"}, {"documents?year=31", "1949 至 2999"},
			{"documents/某政办发/2031/1?on=x", "2023-10-31"}, {"documents/某政办发/2031/1?v=0", "?v=1"},
			{"documents?cursor=abc", "第一页"}, {"documents?cursor=" + strings.Repeat("A", 500), "第一页"}, {"duties?cursor=abc", "第一页"}, {"search?cursor=abc", ""},
			{"duties?role=boss", "lead"}, {"duties?doc=:", "某政发"}, {"search?q=x&sort=size", "date"}, {"search", "检索词"}, {"search?q=" + url.QueryEscape(strings.Repeat("长", 201)), "200"},
			{"search?q=" + url.QueryEscape(many), "20"}, {"documents?unit=" + url.QueryEscape(strings.Repeat("局", 101)), "100"},
			{"documents?kind=" + url.QueryEscape(strings.Repeat("局", 101)), "100"},
		} {
			path, query, _ := strings.Cut(c.path, "?")
			target := "/api/v1/" + escape(path) + "?" + query
			a := s.get("", target)
			var p struct {
				Status int
				Detail string
			}
			if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != http.StatusBadRequest || p.Status != a.status {
				s.t.Errorf("%.80s: %d %.200s", target, a.status, a.body)
				continue
			}
			if a.header.Get("Content-Type") != "application/problem+json; charset=utf-8" || a.header.Get("ETag") != "" {
				s.t.Errorf("%.80s: headers %v", target, a.header)
			}
			if says := strings.ReplaceAll(c.says, "某政发", "甲政发"); !strings.Contains(p.Detail, says) {
				s.t.Errorf("%.80s: %s: does not say %s", target, p.Detail, says)
			}
		}
	})
}

// TestCursorsWalkOverPublications turns pages while an issue comes out in between: every document and duty that was
// there when the walk began is met once, and none twice.
func TestCursorsWalkOverPublications(t *testing.T) {
	sites(t, func(s *site) {
		s.publishDemo()
		search := "search?limit=3&q=" + url.QueryEscape("乡镇")
		for _, list := range []struct{ path, id string }{{"documents?limit=3", "key"}, {"duties?limit=40", "document n"}, {search, "key"}, {search + "&sort=date", "key"}} {
			all := s.walk(list.path, list.id, nil)
			slices.Sort(all)
			if len(all) < 10 || len(slices.Compact(slices.Clone(all))) != len(all) {
				s.t.Fatalf("%s: %d items, some twice", list.path, len(all))
			}
			between := s.walk(list.path, list.id, func(page int) {
				if page == 2 {
					s.publishText(s.nextIssue())
				}
			})
			slices.Sort(between)
			if len(slices.Compact(slices.Clone(between))) != len(between) {
				s.t.Errorf("%s: something came twice while an issue came out", list.path)
			}
			for _, id := range all {
				if _, found := slices.BinarySearch(between, id); !found {
					s.t.Errorf("%s: %s was lost while an issue came out", list.path, id)
				}
			}
		}
	})
}

// nextIssue is an issue that is not public yet.
func (s *site) nextIssue() string {
	s.issues++
	n := 100 + s.issues
	return strings.NewReplacer("第1期（总第1期）", fmt.Sprintf("第%d期", n), "〔2031〕1号", fmt.Sprintf("〔2031〕%d号", n)).Replace(secretIssue)
}

// walk turns the pages of a list and names every item by the fields in id; between is called after each page.
func (s *site) walk(path, id string, between func(page int)) []string {
	s.t.Helper()
	var out []string
	cursor := ""
	for page := 1; page < 1000; page++ {
		target := "/api/v1/" + path
		if cursor != "" {
			target += "&cursor=" + url.QueryEscape(cursor)
		}
		a := s.get("", target)
		var v struct {
			Items []map[string]any
			Next  string
		}
		if err := json.Unmarshal([]byte(a.body), &v); err != nil || a.status != http.StatusOK {
			s.t.Fatalf("%s: %d %.200s", target, a.status, a.body)
		}
		for _, it := range v.Items {
			var words []string
			for _, f := range strings.Fields(id) {
				words = append(words, fmt.Sprint(it[f]))
			}
			out = append(out, strings.Join(words, " "))
		}
		if between != nil {
			between(page)
		}
		if cursor = v.Next; cursor == "" {
			return out
		}
	}
	s.t.Fatalf("%s: no end", path)
	return nil
}

// publishDemo makes the whole demonstration county public, then corrects one document and withdraws another.
func (s *site) publishDemo() {
	s.t.Helper()
	for _, is := range s.srv.County.Issues {
		s.publishText(string(is.Text))
	}
	heads := s.walk("documents?limit=100", "key", nil)
	s.correctDocument(heads[1], "文字有误，予以更正。")
	if a := s.post("签发乙", "/desk/withdraw", url.Values{"key": {heads[2]}, "note": {"重复公布"}}); a.status != http.StatusSeeOther {
		s.t.Fatalf("withdraw %s: %d %s", heads[2], a.status, a.body)
	}
}

// correctDocument takes a correction without any mend the whole way through the pages.
func (s *site) correctDocument(key, note string) {
	s.t.Helper()
	a := s.post("编辑甲", "/desk/correct", url.Values{"key": {key}, "note": {note}})
	draft, _, _ := strings.Cut(a.location, "?")
	if a.status != http.StatusSeeOther {
		s.t.Fatalf("correct %s: %d %s", key, a.status, a.body)
	}
	s.step("编辑甲", draft, "submit", nil)
	if a = s.step("签发乙", draft, "publish", nil); !strings.Contains(a.location, "done=published") {
		s.t.Fatalf("publish correction of %s: %d %s", key, a.status, a.location)
	}
}

// escape makes an address of a path with Chinese in it.
func escape(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// send asks for an address with headers of its own.
func (s *site) send(as, method, target string, header map[string]string) answer {
	s.t.Helper()
	req := httptest.NewRequest(method, target, nil)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	return s.do(as, req)
}
