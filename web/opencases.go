package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/policy/works"
)

// caseOpenRoutes are what the public sees of cases, and how it reports.
var caseOpenRoutes = []route{
	{"GET /open/report", everybody, false, false, (*Server).reportForm, "反映问题"},
	{"POST /open/report", everybody, false, true, (*Server).report, "反映问题：类别、位置、情况、照片；给出查询码"},
	{"GET /open/report/map.svg", everybody, false, false, (*Server).reportMap, "点选位置用的全县示意图；?lon= &lat= &zoom="},
	{"GET /open/report/track", everybody, false, false, (*Server).trackForm, "凭查询码看办理情况"},
	{"POST /open/report/track", everybody, false, false, (*Server).track, "凭查询码看办理情况"},
	{"POST /open/report/answer", everybody, false, false, (*Server).trackAnswer, "凭查询码答复是否解决"},
	{"GET /open/cases", everybody, false, false, (*Server).openCases, "办理公开：公开的闭环事项，时限、状态、结果"},
	{"GET /open/cases.json", everybody, false, false, (*Server).openCases, "公开的闭环事项，数据；?before= 翻页"},
	{"GET /open/cases.csv", everybody, false, false, (*Server).openCases, "公开的闭环事项，表格；?before= 翻页"},
	{"GET /open/exposure", everybody, false, false, (*Server).openCases, "曝光台：经批准曝光的事项"},
	{"GET /open/cases/{id}", everybody, false, false, (*Server).openCase, "一个公开的事项；后缀 .json 得数据"},
	{"GET /open/cases/{id}/pictures/{sha}", everybody, false, false, (*Server).openPicture, "曝光的照片"},
}

// casePublicQuery reads the question of a public address.
func (s *Server) casePublicQuery(q url.Values) (cases.PublicQuery, error) {
	out := cases.PublicQuery{Open: q.Get("open") == "1", Service: q.Get("service"), Town: strings.TrimSpace(q.Get("town")), Text: strings.TrimSpace(q.Get("q"))}
	if out.Town != "" {
		out.Town = s.canonicalUnit(out.Town)
	}
	for _, d := range []struct {
		to   *calendar.Date
		name string
	}{{&out.From, "from"}, {&out.To, "to"}} {
		if err := d.to.UnmarshalText([]byte(q.Get(d.name))); err != nil {
			return out, badRequest("日期写作 2023-10-31 的样子。")
		}
	}
	if b := q.Get("before"); b != "" {
		n, err := strconv.ParseInt(b, 10, 64)
		if err != nil || n < 1 {
			return out, badRequest("没有这一页。")
		}
		out.Before = cases.ID(n)
	}
	return out, nil
}

// openCaseData is a public case as data gives it.
type openCaseData struct {
	Number      string `json:"number"`
	URL         string `json:"url"`
	SourceName  string `json:"source_name"`
	ServiceName string `json:"service_name,omitempty"`
	Late        bool   `json:"late"`
	cases.Public
}

func (s *Server) openCaseData(w *works.Works, p cases.Public) openCaseData {
	d := openCaseData{Number: p.ID.Number(), URL: s.BaseURL + "/open/cases/" + strconv.FormatInt(int64(p.ID), 10), SourceName: p.Source.Chinese(), Public: p,
		Late: p.ClosedOn.IsZero() && !p.Due.IsZero() && p.Due.Before(s.today())}
	if x, ok := w.Cases.ServiceOf(p.Service); ok {
		d.ServiceName = x.Name
	}
	return d
}

func (s *Server) openCases(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, err := s.casePublicQuery(asked)
	if err != nil {
		return err
	}
	exposure := r.URL.Path == "/open/exposure"
	q.Exposed = exposure
	form := strings.TrimPrefix(r.URL.Path, "/open/cases")
	if form == ".json" || form == ".csv" {
		q.Size = 1000
	}
	var list []cases.Public
	var next cases.ID
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, next, err = works.Cases.PublicList(ctx, tx, q)
		return err
	})
	if err != nil {
		return err
	}
	var rows []openCaseData
	for _, p := range list {
		rows = append(rows, s.openCaseData(works, p))
	}
	after := ""
	if next != 0 {
		asked.Set("before", strconv.FormatInt(int64(next), 10))
		after = r.URL.Path + "?" + asked.Encode()
	}
	switch form {
	case ".json":
		out := map[string]any{"items": orEmpty(rows)}
		if after != "" {
			out["next"] = s.BaseURL + after
		}
		return writeJSON(w, http.StatusOK, out)
	case ".csv":
		if after != "" {
			w.Header().Set("Link", "<"+s.BaseURL+after+`>; rel="next"`)
		}
		return writeCSV(w, "公开事项"+s.today().String()+".csv", openCaseTable(rows))
	}
	title := "办理公开"
	if exposure {
		title = "曝光台"
	}
	p := s.page(r, title, home, Link{Text: title})
	p.Canonical = s.BaseURL + r.URL.Path
	query := r.URL.Query().Encode()
	if !exposure {
		p.Alternates = []Alternate{{"application/json", "数据", "/open/cases.json?" + query}, {"text/csv", "表格", "/open/cases.csv?" + query}}
	}
	p.Data = map[string]any{"Rows": rows, "Next": after, "Q": q, "Groups": caseServices(works), "Exposure": exposure, "Title": title, "Narrowed": len(r.URL.Query()) > 0, "Query": query, "Now": s.now()}
	return s.render(w, http.StatusOK, "opencases.html", p)
}

// caseSaid are the words for what the reporter said.
var caseSaid = map[string]string{"yes": "反映人认为已解决", "no": "反映人认为没有解决", "waiting": "等待反映人答复"}

// Said is what the reporter said of the end, in words.
func (d openCaseData) Said() string { return caseSaid[d.Confirmed] }

func openCaseTable(rows []openCaseData) [][]string {
	out := [][]string{{"编号", "名称", "情况", "来源", "类别", "依据", "主管单位", "责任单位", "现在由谁办", "状态", "时限", "逾期", "发现日期", "办结日期", "办结原因", "办理结果", "核查单位", "办结单位", "反映人意见", "乡镇", "经度", "纬度"}}
	for _, d := range rows {
		late, lon, lat := "", "", ""
		if d.Late {
			late = "逾期"
		}
		if d.Place != nil {
			lon, lat = strconv.FormatFloat(d.Place.Lon, 'f', -1, 64), strconv.FormatFloat(d.Place.Lat, 'f', -1, 64)
		}
		out = append(out, []string{d.Number, d.Title, d.Summary, d.SourceName, d.ServiceName, d.Basis, d.Owner, d.Units, d.Holders, string(d.State), d.Due.String(), late,
			d.OpenedOn.String(), d.ClosedOn.String(), d.Reason, d.Result, d.CheckedBy, d.ClosedBy, d.Said(), d.Town, lon, lat})
	}
	return out
}

func (s *Server) openCase(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	text, data := strings.CutSuffix(r.PathValue("id"), ".json")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return notFound("没有这个事项，或者它不公开。")
	}
	var k cases.Public
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		k, err = works.Cases.PublicOf(ctx, tx, cases.ID(n))
		return err
	})
	if err != nil {
		return err
	}
	d := s.openCaseData(works, k)
	if data {
		return writeJSON(w, http.StatusOK, d)
	}
	p := s.page(r, k.Title, home, Link{Text: "办理公开", URL: "/open/cases"}, Link{Text: k.ID.Number()})
	p.Canonical, p.Alternates = d.URL, []Alternate{{"application/json", "数据", "/open/cases/" + text + ".json"}}
	pick := pickOf(works.Set.Places, k.Place, 1)
	p.Data = map[string]any{"K": d, "Pick": pick}
	return s.render(w, http.StatusOK, "opencase.html", p)
}

// openPicture is a picture of a case that a leader let be shown; time, place and camera are taken from it.
func (s *Server) openPicture(w http.ResponseWriter, r *http.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	works, err := s.works()
	if err != nil {
		return err
	}
	var media string
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		media, b, err = works.Cases.Picture(ctx, tx, id, r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	return caseSendFile(w, "照片", media, b)
}
