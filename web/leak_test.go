package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// secretIssue prints a withheld attachment; its words must never leave.
const secretIssue = `某县人民政府公报

2031年第1期（总第1期）

2031年1月1日出版

某县人民政府办公室
关于印发某县防汛值守方案的通知

某政办发〔2031〕1号

各乡镇人民政府，县直各有关单位：

《某县防汛值守方案》已经县政府同意，现印发给你们，请认真组织实施。

附件：1.值守电话表
2.值守人员名单

某县人民政府办公室

2031年1月1日

（此件公开发布，附件2不公开）

某县防汛值守方案

一、重点任务

1.落实值守。汛期每日值守。（县水务局牵头，县应急管理局配合）

附件1

值守电话表

值班电话公开甲

附件2

值守人员名单

金丝雀名单内容
`

const secondIssue = `某县人民政府公报

2031年第2期（总第2期）

2031年4月1日出版

某县人民政府
关于封山禁火的通告

某政发〔2031〕2号

各乡镇人民政府：

金丝雀撤回正文，本通告自发布之日起施行。

某县人民政府

2031年3月1日

（此件公开发布）
`

const draftOnly = `某县人民政府
关于金丝雀草稿标题的通知

某政发〔2031〕3号

各乡镇人民政府：

金丝雀草稿正文。

某县人民政府

2031年5月1日

（此件公开发布）
`

// TestWhatIsNotPublicNeverLeaves walks every route as the public and looks for words that stand only in a withheld
// attachment, a draft, a private file, a reason between officials, and a text that was withdrawn.
func TestWhatIsNotPublicNeverLeaves(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.publishText(secondIssue)
		draft := s.upload("编辑甲", "/desk/new", nil, "金丝雀文件名.txt", []byte(draftOnly)).location
		draft, _, _ = strings.Cut(draft, "?")
		s.upload("编辑甲", draft+"/attach", map[string]string{"revision": "1", "doc": "10", "title": "金丝雀附件"}, "金丝雀.txt", []byte("金丝雀附件内容"))
		s.step("编辑甲", draft, "facts", url.Values{"year": {"2031"}, "no": {"3"}})
		s.step("编辑甲", draft, "submit", nil)
		s.step("签发乙", draft, "sendback", url.Values{"reason": {"金丝雀退回理由"}})
		if a := s.post("签发乙", "/desk/withdraw", url.Values{"key": {"某政发/2031/2"}, "note": {"公布有误"}}); a.status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.status, a.body)
		}
		seen := s.get("编辑甲", draft).body // the words are there for those who may see them
		if !strings.Contains(seen, "金丝雀") {
			t.Fatal("the canary is dead: the editor does not see it either")
		}

		keys := []string{"某政办发/2031/1", "某政发/2031/2", "某政发/2031/3", "2031-1/1"}
		n := 0
		for _, r := range s.srv.routesForTest() {
			for _, target := range targets(r.pattern, keys) {
				method := strings.Fields(r.pattern)[0]
				for _, accept := range []string{"", "application/json"} {
					req, err := http.NewRequest(method, target, strings.NewReader(url.Values{"revision": {"1"}, "key": {keys[0]}}.Encode()))
					if err != nil {
						t.Fatal(err)
					}
					req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					req.Header.Set("Accept", accept)
					req.RequestURI = req.URL.RequestURI()
					a := s.do("", req)
					n++
					if strings.Contains(a.body, "金丝雀") || strings.Contains(strings.Join(headerValues(a.header), " "), "金丝雀") {
						t.Errorf("%s %s: something not public came out:\n%.300s", method, target, around(a.body))
					}
				}
			}
		}
		if n < 200 {
			t.Errorf("only %d requests: the walk does not reach the routes", n)
		}
		if strings.Contains(s.logs.String(), "金丝雀") {
			t.Errorf("the log holds what is not public:\n%s", around(s.logs.String()))
		}
		if a := s.get("", "/documents/某政办发/2031/1"); !strings.Contains(a.body, "值班电话公开甲") {
			t.Error("what is public of the same document is missing")
		}
	})
}

func headerValues(h http.Header) []string {
	var out []string
	for _, v := range h {
		out = append(out, v...)
	}
	return out
}

func around(s string) string {
	i := strings.Index(s, "金丝雀")
	return s[max(0, i-120):min(len(s), i+120)]
}

// targets fills a pattern with everything that could stand there.
func targets(pattern string, keys []string) []string {
	_, path, _ := strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	var out []string
	switch {
	case strings.Contains(path, "{key...}"):
		for _, k := range keys {
			base := strings.Replace(path, "{key...}", k, 1)
			out = append(out, base, base+"?v=1", base+"?v=2", base+"?on=2031-03-15", base+"?on=2031-01-01")
			for f := range formats {
				out = append(out, base+"."+f, base+"."+f+"?v=1", base+"."+f+"?on=2031-03-15")
			}
			out = append(out, base+".proof", base+".proof?v=1")
			for _, name := range []string{"attachment-1.txt", "attachment-2.txt", "附件2.txt", "金.txt", "2.txt", "json"} {
				out = append(out, base+"/files/"+name, base+"/files/"+name+"?v=1")
			}
		}
	case strings.Contains(path, "{rest...}"):
		for _, t := range []string{"0/000.p/1", "0/000.p/4", "0/000.p/6", "entries/000.p/1", "entries/000.p/4", "entries/000.p/5", "entries/000.p/6"} {
			out = append(out, strings.Replace(path, "{rest...}", t, 1))
		}
	default:
		fill := strings.NewReplacer("{no}", "2031-1", "{id}", "3", "{seq}", "1", "{n}", "2", "{sum}", "0", "{name}", "县水务局", "{user}", "编辑甲", "{session}", "1").Replace(path)
		out = append(out, fill, fill+"?q=金", fill+"?q=名单", fill+"?q=%E9%87%91%E4%B8%9D", fill+"?unit=县水务局", fill+"?limit=100000", fill+"?from=x")
		if strings.Contains(path, "{no}") {
			out = append(out, strings.Replace(path, "{no}", "2031-1.json", 1), strings.Replace(path, "{no}", "2031-2", 1))
		}
		if strings.Contains(path, "{name}") {
			for _, ext := range []string{".json", ".csv", ".atom"} {
				out = append(out, fill+ext)
			}
		}
		if strings.Contains(path, "{id}") {
			out = append(out, strings.ReplaceAll(fill, "/3", "/1"))
		}
	}
	return escapeAll(out)
}

func escapeAll(in []string) []string {
	for i, s := range in {
		path, q, has := strings.Cut(s, "?")
		s = (&url.URL{Path: path}).EscapedPath()
		if has {
			k, v, _ := strings.Cut(q, "=")
			if u, err := url.QueryUnescape(v); err == nil {
				v = u
			}
			s += "?" + k + "=" + url.QueryEscape(v)
		}
		in[i] = s
	}
	return in
}

// routesForTest is the list of routes.
func (s *Server) routesForTest() []route { return routes }
