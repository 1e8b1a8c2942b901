package web

import (
	"net/url"
	"strings"
	"testing"
)

// A re-broadcaster is registered by who is in charge of it, confirms a warning, and anybody reads who passes warnings on, when each did and whom it reaches;
// nobody reads its telephone, nor what was confirmed in words.
func TestRebroadcasters(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T08:00:00+08:00")
		warningSeats(s)
		s.seat("融媒", "县融媒体中心", "主任")
		s.want(s.get("", "/warnings/media"), 200, "还没有登记在册")
		s.want(s.get("", "/warnings"), 200, "/warnings/media")
		const list = "/lists/wx-rebroadcasters"
		s.want(s.post("融媒", list+"/new", url.Values{"f.名称": {"示例广播"}, "f.类型": {"广播电视"}, "f.主管单位": {"县融媒体中心"}, "f.获取方式": {"专线"}, "f.覆盖人口": {"50000"}, "f.限时": {"15"},
			"f.协议日期": {"2031-06-01"}, "f.值班手机": {"13800000077"}}), 303)
		if strings.Contains(s.get("", "/warnings/media").body, "示例广播") {
			t.Error("who has not been taken on is shown")
		}
		s.want(s.post("融媒", list+"/e/"+url.PathEscape("示例广播")+"/move", url.Values{"to": {"在册"}, "why": {"签约"}}), 303)
		a := s.get("", "/warnings/media")
		s.want(a, 200, "示例广播", "广播电视", "县融媒体中心", "50000", "15", "限时（分钟）", "0 次")

		drilled := storm("演练。")
		drilled.Drill = "演习"
		s.warned(drilled)
		v := s.warned(storm("预计有强降雨。"))
		s.clock.Set("2031-06-08T08:20:00+08:00")
		at := "/warnings/desk/2/1"
		form := url.Values{"who": {"wx-rebroadcasters/示例广播"}, "at": {"2031-06-08T08:12"}, "reach": {"42000"}, "words": {"金丝雀频率"}}
		s.want(s.get("", warningPath(v.Event)), 200, "发布暴雨橙色预警")
		s.want(s.post("旁局", at+"/pass", form), 403)
		form.Set("reach", "很多")
		s.want(s.post("融媒", at+"/pass", form), 400, "写作整数", "金丝雀频率")
		form.Set("reach", "42000")
		s.want(s.post("融媒", at+"/pass", form), 303)
		s.want(s.get("融媒", warningPath(v.Event)), 200, "登记转播", at+"#passed")
		s.want(s.get("融媒", at), 200, "42000", "金丝雀频率")
		s.want(s.post("融媒", "/warnings/desk/1/1/pass", form), 409)

		public := s.get("", warningPath(v.Event))
		s.want(public, 200, "示例广播", "2031-06-08 08:12", "42000", "12分钟")
		media := s.get("", "/warnings/media")
		s.want(media, 200, "1 次", warningPath(v.Event), "42000 人")
		data := s.get("", "/warnings/media.json")
		s.want(data, 200, `"times_in_a_year":1`, `"限时（分钟）":"15"`, `"reach":42000`)
		event := s.get("", warningPath(v.Event)+".json")
		s.want(event, 200, `"rebroadcasts":[{`, `"by":"示例广播"`)
		for _, a := range []answer{public, media, data, event} {
			if strings.Contains(a.body, "13800000077") || strings.Contains(a.body, "金丝雀") || strings.Contains(a.body, `"融媒"`) {
				t.Error("what is not public came out")
			}
		}
		// Put right, it is one and not two.
		form.Set("reach", "")
		s.want(s.post("气象员", at+"/pass", form), 303)
		s.want(s.get("", warningPath(v.Event)), 200, "不清楚", "转播 <small>1 次")
		// Who has left the register is listed no more; what it passed on stays said.
		s.want(s.post("融媒", list+"/e/"+url.PathEscape("示例广播")+"/move", url.Values{"to": {"退出"}, "why": {"停播"}}), 303)
		if strings.Contains(s.get("", "/warnings/media").body, "示例广播") {
			t.Error("who left is still listed")
		}
		s.want(s.get("", warningPath(v.Event)), 200, "示例广播")
	})
}
