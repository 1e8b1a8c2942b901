package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"zhixing/calendar"
	"zhixing/device"
	"zhixing/edition"
	"zhixing/ledger"
	"zhixing/org"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates holds every page with the layout, parsed once for all servers of a program.
type templates struct {
	byName map[string]*template.Template
	parts  *template.Template // what several pages share
}

var loadTemplates = sync.OnceValues(func() (*templates, error) {
	static, err := loadStatic()
	if err != nil {
		return nil, err
	}
	funcs := template.FuncMap{
		"asset":      func(name string) string { return "/static/" + static[name].sum + "/" + name },
		"zh":         func(d calendar.Date) string { return d.Chinese() },
		"reason":     plainReason,
		"recordedBy": recordedBy,
		"minute":     func(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") },
		"day":        func(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02") },
		"join":       strings.Join,
		"add":        func(a, b int) int { return a + b },
		"number":     func(id ledger.ID) string { return id.Number() },
		"light":      lightView,
		"list":       func(items ...string) []string { return items },
		"dict":       dict,
		"met":        metWord,
		"isimage":    func(media string) bool { return strings.HasPrefix(media, "image/") && media != "image/heic" },
		"query":      func(s string) template.URL { return template.URL(url.QueryEscape(s)) }, // #nosec: escaped; a string would be escaped once more
		"size":       byteSize,
		"size64":     func(n int64) string { return byteSize(int(n)) },
		"formatName": func(f string) string { return formats[f] },
		"recordName": func(r edition.Record) string { return recordNames[r] },
		"hidden":     hiddenOf,
		"fact":       factOf,
		"levelName":  func(l org.Level) string { return l.Chinese() },
		"kindName":   kindName,
		"hasText":    func(s string) bool { return strings.TrimSpace(s) != "" },
		"clock":      clockWords,
		"channel":    channelWord,
		"crcs":       func() any { return crcWords },
		"orderword":  func(what string) string { return device.What(what).Words() },
	}
	parts, err := fs.Glob(templateFiles, "templates/_*.html")
	if err != nil {
		return nil, err
	}
	parts = append(parts, "templates/layout.html")
	base, err := template.New("").Funcs(funcs).ParseFS(templateFiles, parts...)
	if err != nil {
		return nil, err
	}
	out := &templates{byName: map[string]*template.Template{}, parts: template.Must(base.Clone())}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := path.Base(f)
		if name == "layout.html" || strings.HasPrefix(name, "_") {
			continue
		}
		t, err := template.Must(base.Clone()).ParseFS(templateFiles, f)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
		out.byName[name] = t
	}
	return out, nil
})

// Page is what the layout shows on every page. Data is the page's own.
type Page struct {
	Title       string
	Description string
	Site        string // 甲县人民政府公报
	County      string
	Code        string
	Query       string // what stands in the search field
	Fresh       string // until when the public record reaches
	User        string // name of the signed-in person; empty for the public
	Demo        bool
	Day         string // that a demonstration shows
	Flash       string // one sentence on what was just done
	Nav         []Link
	Reports     bool        // citizens' reports are taken, and what becomes of them is public
	Menu        []MenuGroup // of the pages for officials; none on public pages
	Seen        string      // how new the ledger was that an officials' page shows, for live.js
	Account     string      // of the signed-in person, for scripts that keep something in the browser
	Crumbs      []Link
	Alternates  []Alternate
	Canonical   string // the one address of the page, absolute
	Data        any
}

// MenuGroup is one part of the menu on the left.
type MenuGroup struct {
	Title string
	Links []Link
}

// Link is one entry of a navigation; without URL it is the present page.
type Link struct {
	Text, URL string
	Current   bool
}

// Alternate is the same page in another form, for feed readers and harvesters.
type Alternate struct{ Type, Title, URL string }

// page begins a page with what the layout needs.
func (s *Server) page(r *http.Request, title string, crumbs ...Link) *Page {
	p := &Page{
		Title: title, Site: s.countyName + "人民政府公报", County: s.countyName, Code: s.countyCode, Demo: s.Demo,
		Nav: s.navigation(r), Reports: s.takesReports(), Crumbs: crumbs,
	}
	if s.Demo {
		p.Day = s.today().String()
	}
	u := sessionOf(r)
	if u != nil {
		p.User, p.Account = u.User.FullName, string(u.User.Name)
	}
	if u != nil || r.URL.Path == "/login" { // a link from elsewhere must not make a public page say that something was done
		p.Flash = flashes[r.URL.Query().Get("done")]
	}
	return p
}

// render writes a page whole or not at all: a template that fails half-way must not leave half a page.
func (s *Server) render(w http.ResponseWriter, status int, name string, p *Page) error {
	t, ok := s.pages.byName[name]
	if !ok {
		return fmt.Errorf("no template %s", name)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", p); err != nil {
		return fmt.Errorf("template %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// httpError is an error with a sentence for the person at the other end.
type httpError struct {
	status  int
	message string // Chinese, safe for anybody
	cause   error  // for the operator's log
}

func (e *httpError) Error() string {
	if e.cause != nil {
		return e.message + ": " + e.cause.Error()
	}
	return e.message
}

func (e *httpError) Unwrap() error { return e.cause }

func notFound(message string) error { return &httpError{status: http.StatusNotFound, message: message} }
func badRequest(message string) error {
	return &httpError{status: http.StatusBadRequest, message: message}
}
func forbidden(message string) error {
	return &httpError{status: http.StatusForbidden, message: message}
}

// fail answers with what went wrong: the sentence for the person, the cause for the log only.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var redirect *redirectError
	if errors.As(err, &redirect) {
		http.Redirect(w, r, redirect.to, http.StatusSeeOther)
		return
	}
	he := asHTTPError(err)
	if he.status >= 500 {
		s.Logger.Error("request failed", "method", r.Method, "path", loggedPath(r), "error", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Del("ETag")
	if wantsJSON(r) {
		writeProblem(w, he)
		return
	}
	p := s.page(r, titleOf(he.status))
	p.Data = he.message
	if err := s.render(w, he.status, "error.html", p); err != nil {
		http.Error(w, he.message, he.status)
	}
}

var statusTitles = map[int]string{
	400: "请求有误", 401: "请先登录", 403: "无权办理", 404: "没有找到", 405: "不能这样访问", 409: "内容已被他人修改", 410: "已撤回",
	413: "内容太大", 414: "地址太长", 429: "访问太频繁", 500: "系统出错",
}

func titleOf(status int) string {
	if t := statusTitles[status]; t != "" {
		return t
	}
	return "出错了"
}

// redirectError sends the person elsewhere instead of failing.
type redirectError struct{ to string }

func (e *redirectError) Error() string { return "redirect to " + e.to }

// wantsJSON reports whether a program asked: by address or by what it accepts.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasSuffix(r.URL.Path, ".json") || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

func byteSize(n int) string {
	switch {
	case n < 1024:
		return fmt.Sprintf("%d 字节", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(n)/1024)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

var recordNames = map[edition.Record]string{edition.Publish: "公布", edition.Correct: "更正", edition.Withdraw: "撤回"}
