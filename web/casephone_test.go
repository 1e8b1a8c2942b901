package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// asked sends a form as the telephone's script does.
func (s *site) asked(as, target string, form url.Values) answer {
	s.t.Helper()
	req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return s.do(as, req)
}

// A grid worker reports from the telephone; what is sent twice is there once. The pages of the telephone are let in by right and state.
func TestCasePhone(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.get("经办", "/cases/new"), 200, "取得现在的位置", `data-duty="case-new"`)
		form := url.Values{"service": {"water-black"}, "words": {"桥下发黑"}, "address": {"某村桥头"}, "once": {"abcdefghijklmnopqrstuvwx"}}
		for range 2 {
			a := s.asked("经办", "/cases/new", form)
			s.want(a, 200, `"case":1`)
		}
		s.want(s.asked("经办", "/cases/new", url.Values{"service": {"nothing"}, "words": {"x"}}), 400, "请选择反映的类别")
		s.want(s.post("经办", "/cases/new", url.Values{"service": {"water-black"}, "words": {"还在"}}), 400, "请在地图上点出位置", "还在")
		id := s.caseFound(1, unitA, "河边堆放垃圾")
		s.post("督查", id.Path()+"/feed", url.Values{"units": {unitA}})
		s.post("局长", id.Path()+"/accept", nil)
		s.want(s.get("局长", id.Path()+"/phone/putright"), 200, `action="`+id.Path()+`/putright"`)
		s.want(s.get("旁局", id.Path()+"/phone/putright"), 403)
		s.want(s.get("局长", id.Path()+"/phone/check"), 200, "不能办这一项")
		s.want(s.get("局长", id.Path()+"/phone/close"), 404)
		s.want(s.asked("局长", id.Path()+"/putright", url.Values{"words": {"已清理"}, "once": {"tttttttttttttttttttttttt"}}), 200, `"done":"putright"`)
		s.want(s.asked("局长", id.Path()+"/putright", url.Values{"words": {"已清理"}, "once": {"tttttttttttttttttttttttt"}}), 200)
		s.want(s.get("局长", "/work"), 200)
		s.want(s.get("督查", "/work"), 200, "河边堆放垃圾")
	})
}
