package web

import (
	"net/url"
	"strings"
	"testing"

	"zhixing/callup"
)

// What does not wait stands above all else on the leaders' screen: warnings in force with their colour in words, responses under way, calls with who
// has not answered. What is over is gone from it, and a drill says that it is one.
func TestScreenAlarms(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		one, _ := s.callTowns()
		s.roll(townHead("1", one))
		if strings.Contains(s.get("副县长", "/screen").body, "alarms") {
			t.Error("the screen is alarmed by nothing")
		}
		mock := storm("演练。")
		mock.Drill = "防汛演习"
		s.warned(mock)
		v := s.warned(storm("预计有强降雨。")) // orange: the ladder calls
		s.want(s.post("副县长", "/emergencies", url.Values{"plan": {"construction"}, "level": {"3"}, "title": {"示例工地塌方"}, "area": {"全县"}, "says": {"有人被困"}, "drill": {"0"}}), 303)
		for _, who := range []string{"副县长", "督查"} {
			a := s.get(who, "/screen")
			s.want(a, 200, `class="alarms"`, "暴雨橙色", "古绛镇", `href="`+deskPath(v.Event, 1)+`"`, "至 2031-06-08 15:00", "Ⅲ级响应", "示例工地塌方", `href="/emergencies/1"`, "叫应", "未应答", "【演练】")
			if n := strings.Count(a.body, "暴雨橙色</span>"); n != 1 {
				t.Errorf("%s sees %d warnings in force: a drill is none", who, n)
			}
		}
		s.want(s.get("督查", deskPath(v.Event, 1)), 200, `<a href="/callups/`, "应叫 ", "未应答 ")
		off := storm("")
		off.Event, off.Kind, off.Reason = v.Event, "Cancel", "降雨结束。"
		s.warned(off)
		if a := s.get("副县长", "/screen"); strings.Contains(a.body, "暴雨橙色</span>") {
			t.Error("what was called off still stands on the screen")
		}
		if got := callAlarm(&callup.Board{Round: &callup.Round{ID: 7, Title: "甲", Drill: true}, All: callup.Total{Posts: 3, Answered: 1}}); got.Text != "【演练】甲【演练】" || got.Missing != 2 || got.URL != "/callups/7" {
			t.Errorf("%+v", got)
		}
	})
}
