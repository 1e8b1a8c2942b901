package web

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/db/dbtest"
)

// A program posts a request and reads it again in both formats; what is wrong is said as the standard says it, and who reported is told
// to nobody.
func TestOpen311(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		key := s.key(url.Values{"sender": {"示例平台"}, "reports": {"1"}})
		s.want(s.get("", "/open311/v2/discovery.json"), 200, "GeoReport_v2", "提交要 api_key")
		s.want(s.get("", "/open311/v2/discovery.xml"), 200, "<discovery>", "<endpoint>")
		var services []cases.Service311
		a := s.get("", "/open311/v2/services.json")
		if err := json.Unmarshal([]byte(a.body), &services); err != nil || len(services) == 0 {
			t.Fatal(err, a.body)
		}
		for _, x := range services {
			if d, _ := s.works.Cases.ServiceOf(x.Code); d.Sensitive || !d.Public {
				t.Errorf("%s is offered to others", x.Code)
			}
		}
		a = s.get("", "/open311/v2/services.xml")
		var root struct {
			XMLName xml.Name
			List    []cases.Service311 `xml:"service"`
		}
		if err := xml.Unmarshal([]byte(a.body), &root); err != nil || root.XMLName.Local != "services" || len(root.List) != len(services) {
			t.Errorf("%v %+v\n%.300s", err, root.XMLName, a.body)
		}
		form := url.Values{"service_code": {"water-black"}, "lat": {"35.5"}, "long": {"111.55"}, "description": {"暗语0007号：水是黑的"}, "first_name": {"示例甲"}, "phone": {"13900000000"}}
		errorsIn := func(a answer, status int) {
			t.Helper()
			var list []cases.Error311
			if err := json.Unmarshal([]byte(a.body), &list); a.status != status || err != nil || len(list) != 1 || list[0].Code != status || list[0].Description == "" {
				t.Errorf("%d %s, want a list with one error %d", a.status, a.body, status)
			}
		}
		errorsIn(s.post("", "/open311/v2/requests.json", form), 403)
		form.Set("api_key", "another")
		errorsIn(s.post("", "/open311/v2/requests.json", form), 403)
		form.Set("api_key", s.key(url.Values{"sender": {"只报读数"}, "series": {"section-cod"}}))
		errorsIn(s.post("", "/open311/v2/requests.json", form), 403)
		form.Set("api_key", key)
		bad := func(k, v string) url.Values {
			out := url.Values{}
			for key, vals := range form {
				out[key] = vals
			}
			out.Set(k, v)
			return out
		}
		errorsIn(s.post("", "/open311/v2/requests.json", bad("service_code", "")), 400)
		errorsIn(s.post("", "/open311/v2/requests.json", bad("service_code", "nothing")), 404)
		errorsIn(s.post("", "/open311/v2/requests.json", bad("service_code", "water-outlet")), 404) // sensitive
		errorsIn(s.post("", "/open311/v2/requests.json", bad("lat", "north")), 400)
		errorsIn(s.post("", "/open311/v2/requests.json", bad("description", "")), 400)
		errorsIn(s.post("", "/open311/v2/requests.json", bad("jurisdiction_id", "elsewhere.example")), 404)
		var got []open311Answer
		a = s.post("", "/open311/v2/requests.json", form)
		if err := json.Unmarshal([]byte(a.body), &got); a.status != 200 || err != nil || len(got) != 1 || got[0].ID != "1" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		for _, to := range []string{"/open311/v2/requests.json", "/open311/v2/requests.xml", "/open311/v2/requests/1.json", "/open311/v2/requests/1.xml",
			"/open311/v2/requests.json?service_request_id=1,2&status=closed", "/open311/v2/requests.json?service_code=water-black&start_date=2031-06-01T00:00:00%2B08:00&status=open"} {
			a := s.get("", to)
			if strings.Contains(to, "status=closed") {
				if a.body != "[]\n" {
					t.Errorf("%s: %s", to, a.body)
				}
				continue
			}
			s.want(a, 200, "water-black", "35.5")
			for _, secret := range []string{"暗语0007号", "13900000000", "示例甲"} {
				if strings.Contains(a.body, secret) {
					t.Errorf("%s tells %s", to, secret)
				}
			}
		}
		for to, status := range map[string]int{"/open311/v2/requests/77.json": 404, "/open311/v2/requests/x.json": 404, "/open311/v2/requests.json?status=lost": 400,
			"/open311/v2/requests.json?start_date=yesterday": 400, "/open311/v2/requests.json?service_code=nothing": 404, "/open311/v2/requests.json?service_request_id=x": 400,
			"/open311/v2/requests.json?start_date=2030-01-01T00:00:00Z": 400, "/open311/v2/nothing.json": 404, "/open311/v2/services/water-black.json": 404,
			"/open311/v2/tokens/1.json": 404, "/open311/v2/services.json?jurisdiction_id=elsewhere": 404} {
			errorsIn(s.get("", to), status)
		}
		s.want(s.get("", "/open311/v2/requests/77.xml"), 404, "<errors>", "<code>404</code>")
		req := httptest.NewRequest(http.MethodGet, "/open311/v2/services", nil)
		req.Header.Set("Accept", "application/json")
		if a := s.do("", req); !strings.HasPrefix(a.body, "[") {
			t.Errorf("%.100s", a.body)
		}
	})
}

// key lets the office make a token, which its page shows this once.
func (s *site) key(form url.Values) string {
	s.t.Helper()
	a := s.post("督查", "/senders", form)
	s.want(a, 200, "只显示这一次", form.Get("sender"))
	_, rest, _ := strings.Cut(a.body, `<code class="secret">`)
	key, _, _ := strings.Cut(rest, "<")
	if again := s.get("督查", "/devices"); strings.Contains(again.body, key) {
		s.t.Error("the key is shown again")
	}
	return key
}

// The office gives a program a key and ends it; the cases that the program reports name it, and the list says when it last did.
func TestOpen311Keys(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.post("局长", "/senders", url.Values{"sender": {"示例平台"}, "reports": {"1"}}), 403)
		s.want(s.post("督查", "/senders", url.Values{"sender": {"示例平台"}}), 400, "勾选可以反映问题")
		key := s.key(url.Values{"sender": {"示例平台"}, "reports": {"1"}})
		s.want(s.get("督查", "/devices"), 200, "示例平台", "反映问题（Open311）", "没有用过")
		report := func(key, once string) answer {
			form := url.Values{"service_code": {"water-black"}, "address_string": {"某村桥头"}, "description": {"水是黑的"}, "once": {once}}
			if key != "" {
				form.Set("api_key", key)
			}
			return s.post("", "/open311/v2/requests.json", form)
		}
		s.want(report("", ""), 403, "api_key")
		s.want(report(key+"x", ""), 403, "不对")
		s.want(report(key, "once-and-never-again-01"), 200, `"service_request_id":"1"`)
		s.want(report(key, "once-and-never-again-01"), 200, `"service_request_id":"1"`)
		s.want(s.get("督查", "/cases"), 200, "外部系统</span> <small>示例平台</small>")
		s.want(s.get("督查", "/cases/1"), 200, "外部系统（示例平台）", "<small>示例平台</small>")
		s.want(s.get("督查", "/cases.csv"), 200, "外部系统（示例平台）")
		for _, to := range []string{"/open/cases", "/open/cases.json", "/open/cases/1", "/open311/v2/requests.json"} {
			if a := s.get("", to); a.status != 200 || strings.Contains(a.body, "示例平台") {
				t.Errorf("%s tells the public which program reported: %d", to, a.status)
			}
		}
		if a := s.get("督查", "/devices"); strings.Contains(a.body, "没有用过") || !strings.Contains(a.body, "2031-06-08 09:00") {
			t.Errorf("the list does not say when the key was used: %s", around2(a.body, "senders"))
		}
		req := httptest.NewRequest(http.MethodPost, "/api/readings", strings.NewReader(`{"series": "section-cod", "of": "x", "at": "2031-06-08T00:00:00Z", "value": 1}`))
		req.Header.Set("Authorization", "Bearer "+key)
		s.want(s.do("", req), 422, "不可报送") // one mechanism, but a key is for what it was given for
		s.want(s.post("督查", "/senders/1/end", nil), 303)
		s.want(report(key, ""), 403, "已经停用")
		s.want(s.get("督查", "/devices"), 200, "2031-06-08 停用")
	})
}

// What this server gives, another of its kind takes in, and hears later how it went.
func TestOpen311FromServerToServer(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		ctx := context.Background()
		key := s.key(url.Values{"sender": {"示例平台"}, "reports": {"1"}})
		form := url.Values{"api_key": {key}, "service_code": {"water-black"}, "lat": {"35.49"}, "long": {"111.57"}, "description": {"水是黑的"}}
		s.want(s.post("", "/open311/v2/requests.json", form), 200)
		server := httptest.NewServer(s.srv)
		s.t.Cleanup(server.Close)
		other, clock := newSite(s.t, dbtest.Open(s.t, dbtest.DSN(s.t, s.srv.DB.Dialect), s.clock.Now), s.clock), s.clock
		caseSeats(other)
		from := cases.Server311{Name: "邻县平台", URL: server.URL + "/open311/v2", Jurisdiction: s.srv.countyCode, Services: map[string]string{"water-black": "air-dust"}}
		for _, want := range []int{1, 0} {
			if n, err := other.works.Cases.Poll311(ctx, other.srv.DB, from); err != nil || n != want {
				s.t.Fatalf("%d cases, %v: want %d", n, err, want)
			}
			clock.Advance(time.Minute)
		}
		other.want(other.get("督查", "/cases/1"), 200, "外部系统（邻县平台，编号 1）", "扬尘")
		if a := other.get("督查", "/cases/1"); strings.Contains(a.body, "水是黑的") {
			t.Error("a citizen's words went from server to server")
		}
		s.want(s.post("督查", "/cases/1/refuse", url.Values{"reason": {"反映不属实"}, "words": {"现场没有发现"}}), 303)
		clock.Advance(time.Minute)
		if n, err := other.works.Cases.Poll311(ctx, other.srv.DB, from); err != nil || n != 0 {
			s.t.Fatal(n, err)
		}
		other.want(other.get("督查", "/cases/1"), 200, "外部系统的进展", "现在是“已办结”，原来是“未办结”", "不予受理")
		other.want(other.get("督查", "/cases/hotline"), 200, "邻县平台", "正常")
		server.Close()
		clock.Advance(time.Minute)
		if _, err := other.works.Cases.Poll311(ctx, other.srv.DB, from); err != nil {
			s.t.Fatal(err)
		}
		other.want(other.get("督查", "/cases/hotline"), 200, "没有取到", "连接出错")
	})
}

// FuzzOpen311 asks with any query: the answer is a list or an error of the standard, never ours to blame.
func FuzzOpen311(f *testing.F) {
	for _, q := range []string{"service_request_id=1,2", "status=open&service_code=water-black", "start_date=2031-01-01T00:00:00Z&end_date=2031-02-01T00:00:00Z", "start_date=%00", "service_request_id=9999999999999999999"} {
		f.Add(q)
	}
	clock := dbtest.At("2031-06-08")
	s := newSite(f, dbtest.Open(f, dbtest.DSN(f, db.SQLite), clock.Now), clock)
	f.Fuzz(func(t *testing.T, q string) {
		if _, err := url.ParseQuery(q); err != nil || len(q) > 2000 {
			t.Skip("SKIPPED: no query that a server would be given")
		}
		s.t = t
		req := httptest.NewRequest(http.MethodGet, "/open311/v2/requests.json", nil)
		req.URL.RawQuery = q
		a := s.do("", req)
		var list []any
		if err := json.Unmarshal([]byte(a.body), &list); err != nil || a.status >= 500 {
			t.Fatalf("%q: %d %s", q, a.status, a.body)
		}
	})
}

// A sheet of 12345 orders is looked at, taken in once, and answered.
func TestHotlinePages(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		sheet := "工单编号,诉求内容,诉求类别,地址,诉求人,联系电话\nA001,桥下的水发黑,黑臭水体,某村桥头,示例甲,13800000000\nA002,不知道是什么,没有的类别,某村,,\n"
		s.want(s.get("局长", "/cases/hotline"), 403)
		s.want(s.upload("局长", "/cases/hotline", nil, "工单.csv", []byte(sheet)), 403)
		a := s.upload("督查", "/cases/hotline", nil, "工单.csv", []byte(sheet))
		s.want(a, 200, "A001", "新工单 1 件", "没有的类别", "有问题 1 件")
		s.want(s.get("督查", "/cases.csv"), 200)
		if a := s.get("督查", "/cases"); strings.Contains(a.body, "桥头") {
			t.Error("a sheet that was only looked at has been taken in")
		}
		_, rest, _ := strings.Cut(a.body, `name="sheet" value="`)
		kept := map[string]string{"sheet": strings.ReplaceAll(rest[:strings.IndexByte(rest, '"')], "&#43;", "+")}
		s.want(s.upload("督查", "/cases/hotline/take", kept, "", nil), 200, "新立事项 1 件")
		s.want(s.upload("督查", "/cases/hotline/take", kept, "", nil), 200, "已受理过 1 件")
		s.want(s.get("督查", "/cases/hotline/answers.csv"), 200, "A001")
		s.want(s.get("局长", "/cases/hotline/answers.csv"), 403)
		s.want(s.upload("督查", "/cases/hotline", nil, "工单.csv", []byte("一,二\n1,2\n")), 400, "工单编号")
		s.want(s.post("督查", "/cases/hotline", nil), 400, "请选择要导入的表格")
	})
}
