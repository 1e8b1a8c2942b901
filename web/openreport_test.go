package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var codeForm = regexp.MustCompile(`id="code">([A-Z0-9-]+)<`)

// TestReportedAndNotPutRight: a citizen reports without a script, the case is worked on and closed, he says that it is not put right, and
// it goes back; what he wrote and how he is reached stay inside.
func TestReportedAndNotPutRight(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.get("", "/open/report"), 200, "河道垃圾", "air-burn")
		w := &world{site: s}
		typed := url.Values{"service": {"water-black"}, "text": {"暗语0001号：桥下的水又黑又臭"}, "phone": {"13800000000"}, "once": {"abcdefghijklmnopqrstuvwx"}}
		s.want(w.send("", "/open/report", typed, ""), 400, "请在地图上点出位置", "暗语0001号", "13800000000")
		at := url.Values{"at.x": {"150"}, "at.y": {"130"}}
		for k, v := range typed {
			at[k] = v
		}
		a := w.send("", "/open/report", at, "")
		s.want(a, 200, "已点选", "暗语0001号")
		pick := pickOf(s.works.Set.Places, nil, 0).place(150, 130)
		typed.Set("lon", strings.TrimSpace(regexp.MustCompile(`id="lon" value="([0-9.]+)"`).FindStringSubmatch(a.body)[1]))
		typed.Set("lat", regexp.MustCompile(`id="lat" value="([0-9.]+)"`).FindStringSubmatch(a.body)[1])
		if pick.Lon < 73 || !strings.HasPrefix(typed.Get("lon"), "111.") {
			t.Errorf("the middle of the picture is %v, %s", pick, typed.Get("lon"))
		}
		a = w.send("", "/open/report", typed, "files")
		s.want(a, 200, "查询码只显示这一次")
		code := codeForm.FindStringSubmatch(a.body)[1]
		if again := w.send("", "/open/report", typed, "files"); codeForm.FindStringSubmatch(again.body)[1] != code {
			t.Error("sent twice, it is two reports")
		}
		path := "/cases/1"
		s.want(s.get("督查", path), 200, "暗语0001号", "13800000000")
		s.want(s.post("", "/open/report/track", url.Values{"code": {strings.ToLower(code)}}), 200, "黑臭水体", "反馈")
		s.want(s.post("", "/open/report/track", url.Values{"code": {"AAAA-BBBB"}}), 404, "没有这个查询码")
		for _, target := range []string{"/open/cases", "/open/cases/1", "/open/cases/1.json", "/open/cases.json", "/open/cases.csv"} {
			a := s.get("", target)
			s.want(a, 200, "黑臭水体")
			if strings.Contains(a.body, "暗语0001号") || strings.Contains(a.body, "13800000000") || strings.Contains(a.body, strings.ReplaceAll(code, "-", "")) {
				t.Errorf("%s tells what a citizen wrote", target)
			}
		}

		for _, step := range []struct {
			who, act string
			form     url.Values
			file     string
		}{
			{"督查", "feed", url.Values{"units": {unitA}}, ""}, {"局长", "accept", nil, ""}, {"局长", "putright", url.Values{"words": {"已清淤。"}}, "files"},
			{"督查", "check", url.Values{"words": {"水清了。"}, "lon": {typed.Get("lon")}, "lat": {typed.Get("lat")}}, "files"},
			{"督查", "close", url.Values{"reason": {"已整改"}, "result": {"已清淤换水。"}}, ""},
		} {
			if a := w.send(step.who, path+"/"+step.act, step.form, step.file); a.status != http.StatusSeeOther {
				t.Fatalf("%s: %d %s", step.act, a.status, around2(a.body, "<main"))
			}
		}
		s.want(s.get("", "/open/cases/1"), 200, "已办结", "已清淤换水。", "等待答复")
		s.want(s.post("", "/open/report/track", url.Values{"code": {code}}), 200, "问题解决了吗")
		s.want(s.post("", "/open/report/answer", url.Values{"code": {code}, "answer": {"no"}}), 400, "说明")
		s.want(s.post("", "/open/report/answer", url.Values{"code": {code}, "answer": {"no"}, "words": {"下了雨又黑了"}}), 200, "整改")
		s.want(s.get("局长", path), 200, "没有解决", "下了雨又黑了")
		if a := s.get("", "/open/cases/1"); strings.Contains(a.body, "下了雨又黑了") || !strings.Contains(a.body, "整改") {
			t.Error(around2(a.body, "<main"))
		}
		s.want(s.get("", "/open/report/map.svg?lon=111.5&lat=35.5&zoom=2"), 200, "<svg")
		s.want(s.get("", "/open/report/map.svg?lon=x&lat=35.5"), 400)
		s.want(s.get("", "/open/exposure"), 200)
		s.want(s.get("", "/open/cases/77"), 404)
		s.want(s.get("", "/open/cases?before=x"), 400)
	})
}
