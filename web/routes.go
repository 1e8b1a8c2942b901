package web

import (
	"net/http"
	"slices"
	"strings"
)

// route is one row of the list of routes.
type route struct {
	pattern string
	access  access
	cached  bool // a public page that changes only with the public record
	upload  bool // takes a manuscript or a file
	handle  func(*Server, http.ResponseWriter, *http.Request) error
	what    string // what it is, for docs/routes.md
}

// maxUpload bounds a request that carries a manuscript or a file.
const maxUpload = 66 << 20

// routes is every address that this server answers, and who may use it. A test walks the list and fails where
// something that is not public comes out.
var routes = slicesConcat(publicRoutes, openDataRoutes, accountRoutes, deskRoutes, ledgerRoutes, personnelRoutes, intakeRoutes, noticeRoutes, calendarRoutes, phoneRoutes, letterRoutes, outcomeRoutes, ledgerUnitRoutes, scoreRoutes, policyRoutes, policyDraftRoutes, listRoutes, findingRoutes, caseRoutes, caseOpenRoutes, open311Routes, seriesRoutes, indicatorRoutes, deviceRoutes, sampleRoutes, readingRoutes, bulletinRoutes, sendRoutes, emergencyRoutes, callupRoutes, callLinkRoutes, forecastRoutes, warningRoutes, warningDeskRoutes, audienceRoutes)

var publicRoutes = []route{
	{"GET /{$}", everybody, true, false, (*Server).front, "首页：最新一期、检索、公布情况"},
	{"GET /issues", everybody, true, false, (*Server).issues, "历期公报"},
	{"GET /issues/{no}", everybody, true, false, (*Server).issue, "一期公报；后缀 .json 得数据"},
	{"GET /documents/{key...}", everybody, true, false, (*Server).document, "一件公文；?on= 看某天文本，?v= 看某一版；后缀 .html .pdf .docx .txt .json .xml .jsonld .proof 下载；其后 /files/ 加文件名是公开的附件文件"},
	{"GET /search", everybody, true, false, (*Server).find, "检索；/search.json 与 /search.atom 同参数"},
	{"GET /search.json", everybody, true, false, (*Server).find, "检索结果数据"},
	{"GET /search.atom", everybody, true, false, (*Server).find, "关注一个检索式"},
	{"GET /units", everybody, true, false, (*Server).units, "单位名录"},
	{"GET /units.csv", everybody, true, false, (*Server).units, "单位名录导出"},
	{"GET /units/{name}", everybody, true, false, (*Server).unit, "一个单位：提到它的公文和任务；后缀 .json .csv .atom"},
	{"GET /duties", everybody, true, false, (*Server).duties, "任务摘录"},
	{"GET /duties.csv", everybody, true, false, (*Server).duties, "任务摘录导出"},
	{"GET /duties.json", everybody, true, false, (*Server).duties, "任务摘录数据"},
	{"GET /about", everybody, true, false, staticPage("about.html", "关于本站"), "关于本站"},
	{"GET /accessibility", everybody, true, false, staticPage("accessibility.html", "无障碍说明"), "无障碍说明"},
	{"GET /open", everybody, true, false, staticPage("open.html", "开放数据与接口"), "开放数据与接口"},
	{"GET /proof", everybody, true, false, (*Server).proofPage, "公开日志与验证办法"},
	{"GET /static/{sum}/{name}", everybody, false, false, (*Server).serveStatic, "样式等静态文件"},
}

var openDataRoutes = []route{
	{"GET /feed.atom", everybody, true, false, (*Server).feed, "全部公文的 Atom 订阅"},
	{"GET /sitemap.xml", everybody, true, false, (*Server).sitemap, "站点地图"},
	{"GET /robots.txt", everybody, true, false, (*Server).robots, "给抓取程序的说明"},
	{"GET /opensearch.xml", everybody, true, false, (*Server).opensearch, "给浏览器检索栏的说明"},
	{"GET /checkpoint", everybody, false, false, (*Server).logFile, "公开日志的签名头（C2SP tlog-tiles）"},
	{"GET /tile/{rest...}", everybody, false, false, (*Server).logFile, "公开日志的数据块（C2SP tlog-tiles）"},
	{"GET /api/v1/openapi.json", everybody, true, false, (*Server).openapi, "接口说明（OpenAPI 3.1）"},
	{"GET /api/v1/issues", everybody, true, false, (*Server).apiIssues, "历期"},
	{"GET /api/v1/issues/{no}", everybody, true, false, (*Server).apiIssue, "一期"},
	{"GET /api/v1/documents", everybody, true, false, (*Server).apiDocuments, "公文列表，游标翻页"},
	{"GET /api/v1/documents/{key...}", everybody, true, false, (*Server).apiDocument, "一件公文"},
	{"GET /api/v1/search", everybody, true, false, (*Server).apiSearch, "检索"},
	{"GET /api/v1/duties", everybody, true, false, (*Server).apiDuties, "任务，游标翻页"},
	{"GET /api/v1/units", everybody, true, false, (*Server).apiUnits, "单位"},
	{"GET /api/v1/units/{name}", everybody, true, false, (*Server).apiUnit, "一个单位"},
	{"GET /api/v1/freshness", everybody, true, false, (*Server).apiFreshness, "各机关公布到哪一天"},
	{"GET /api/v1/dump", everybody, false, false, (*Server).apiDump, "全部公开数据，可重建同样的站点和日志"},
	{"GET /healthz", everybody, false, false, (*Server).serveHealth, "是否正常"},
	{"GET /metrics", thisHost, false, false, (*Server).serveMetrics, "运行指标，仅本机"},
}

func slicesConcat(lists ...[]route) []route {
	var out []route
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// navigation is the main menu as the visitor may use it.
func (s *Server) navigation(r *http.Request) []Link {
	links := []Link{{Text: "首页", URL: "/"}, {Text: "历期公报", URL: "/issues"}, {Text: "公文检索", URL: "/search"},
		{Text: "任务摘录", URL: "/duties"}, {Text: "落实情况", URL: "/outcomes"}, {Text: "单位名录", URL: "/units"}, {Text: "开放数据", URL: "/open"}}
	if _, err := s.works(); err == nil {
		links = slices.Insert(links, 5, Link{Text: "台账", URL: "/open/lists"})
	}
	if w, err := s.works(); err == nil && len(w.Set.Hazards) > 0 {
		links = slices.Insert(links, 1, Link{Text: "预警", URL: "/warnings"})
	}
	if s.takesReports() {
		links = append(links, Link{Text: "反映问题", URL: "/open/report"})
	}
	if sess := sessionOf(r); sess != nil {
		if seats, err := s.seatsOf(r); err == nil && len(seats) > 0 {
			links = append(links, Link{Text: "工作台", URL: "/work"})
		}
		if sess.Can(permission[drafters]) {
			links = append(links, Link{Text: "编发台", URL: "/desk"})
		}
		if sess.Can(permission[administrators]) {
			links = append(links, Link{Text: "用户管理", URL: "/users"})
		}
		if sess.Can(permission[auditors]) {
			links = append(links, Link{Text: "操作留痕", URL: "/journal"})
		}
	}
	at := -1 // the longest address above the page's: /open/report stands below /open
	for i, l := range links {
		if (l.URL == r.URL.Path || l.URL != "/" && strings.HasPrefix(r.URL.Path, l.URL+"/")) && (at < 0 || len(links[at].URL) < len(l.URL)) {
			at = i
		}
	}
	if at >= 0 {
		links[at].Current = true
	}
	return links
}

// takesReports says whether the county has anything that citizens can report.
func (s *Server) takesReports() bool {
	w, err := s.works()
	return err == nil && len(w.Cases.Services) > 0
}

// flashes are the sentences that a page shows after something was done, by the word in ?done=.
var flashes = map[string]string{}

// staticPage is a page that only says something.
func staticPage(name, title string) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		p := s.page(r, title, Link{Text: "首页", URL: "/"}, Link{Text: title})
		p.Data = s.BaseURL
		return s.render(w, http.StatusOK, name, p)
	}
}
