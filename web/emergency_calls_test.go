package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/emergency"
)

// What called persons tell stands in the log of the response about which they were called: by the response itself, or by the warning that
// started it. Each page leads to the other; another response hears nothing of it.
func TestCallsOfAResponse(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08")
		caseSeats(s)
		one, two := s.callTowns()
		s.seat("一镇长", one, "镇长")
		s.seat("二镇长", two, "镇长")
		s.roll(townHead("1", one), townHead("2", two))
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			return s.works.Emergencies.Propose(ctx, tx, "construction", 4, emergency.Cause{Key: "warning/7", Says: "示例预警"})
		})
		start := url.Values{"plan": {"construction"}, "level": {"4"}, "title": {"示例工地塌方"}, "area": {"全县"}, "says": {"有人被困"}, "drill": {"0"}, "proposal": {"1"}}
		s.want(s.post("副县长", "/emergencies", start), 303)
		start.Set("drill", "1")
		start.Set("proposal", "0")
		start.Set("title", "另一次")
		s.want(s.post("副县长", "/emergencies", start), 303)
		if a := s.get("副县长", "/emergencies/1"); strings.Contains(a.body, "/callups/") {
			t.Error("a response for which nobody was called names calls")
		}
		ladder := callLadder()
		ladder.Steps = ladder.Steps[:1]
		own := callup.Opening{Purpose: "emergency/1", Version: 1, Title: "启动示例响应", Text: "请到岗。", Level: 2, Places: []callup.Place{{Town: one}, {Town: two}}, Ladder: ladder}
		warned := own
		warned.Purpose, warned.Title = "warning/7", "暴雨橙色预警"
		other := own
		other.Purpose, other.Title = "warning/8", "大风蓝色预警"
		for _, o := range []callup.Opening{own, warned, other} {
			s.callOut(o)
		}
		s.want(s.get("副县长", "/emergencies/1"), 200, `href="/callups/1"`, "启动示例响应", `href="/callups/2"`, "暴雨橙色预警", "未应答")
		for _, page := range []string{"/callups/1", "/callups/2"} {
			s.want(s.get("副县长", page), 200, `href="/emergencies/1"`, "同时记入值守日志")
		}
		if a := s.get("副县长", "/callups/3"); strings.Contains(a.body, "/emergencies/") {
			t.Error("calls that are about no response name one")
		}

		called := func(name, round string) string { // his call in a round
			t.Helper()
			_, rest, ok := strings.Cut(s.get(name, "/callups/mine").body, `"/callups/mine/`+round+"-")
			if !ok {
				t.Fatal(name, "is not called in", round)
			}
			n, _, _ := strings.Cut(rest, `"`)
			return "/callups/mine/" + round + "-" + n
		}
		before := s.get("副县长", "/emergencies/1.json").body
		s.want(s.post("一镇长", called("一镇长", "1"), url.Values{"state": {"ack"}}), 303)
		if a := s.get("副县长", "/emergencies/1"); strings.Contains(a.body, "叫应回报") {
			t.Error("an answer that tells nothing is in the log")
		}
		for range 2 { // the button is pressed twice
			s.want(s.uploadAs("一镇长", called("一镇长", "1"), map[string]string{"state": "done", "words": "已转移32人", "lon": "111.65", "lat": "35.56", "once": "甲"}, "files", "现场.jpg", jpeg("calls")), 303)
		}
		s.want(s.post("二镇长", called("二镇长", "2"), url.Values{"state": {"ack"}, "words": {"沟口水涨"}}), 303)
		s.want(s.post("二镇长", called("二镇长", "3"), url.Values{"state": {"ack"}, "words": {"风不大"}}), 303)
		a := s.get("副县长", "/emergencies/1")
		s.want(a, 200, "叫应回报", one+"镇长或乡长示例一镇长", "已转移32人（在古绛镇示例一村，东经111.65000°北纬35.56000°）", two+"镇长或乡长示例二镇长", "沟口水涨")
		if strings.Count(a.body, "已转移32人") != 1 || strings.Contains(a.body, "风不大") {
			t.Error("told twice, or what belongs to no response is in its log")
		}
		if s.get("副县长", "/emergencies/1.json").body == before {
			t.Error("an open page of the response does not learn that there is more")
		}
		if a := s.get("副县长", "/emergencies/2"); strings.Contains(a.body, "叫应回报") {
			t.Error("another response has what was told")
		}
		_, rest, _ := strings.Cut(a.body, `<a href="/emergencies/1/files/`)
		sha, _, _ := strings.Cut(rest, `"`)
		if f := s.get("副县长", "/emergencies/1/files/"+sha); f.status != 200 || f.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the picture: %d", f.status)
		}
		s.want(s.get("副县长", "/emergencies/1.log.csv"), 200, "叫应回报", "沟口水涨")

		// What is told after the calls are over is heard too, and is said to be late; that somebody heard is no news.
		first, second := called("一镇长", "1"), called("二镇长", "1")
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Callup.Cancel(ctx, tx, "system", "emergency/1", "解除", "解除。", "")
			return err
		})
		s.want(s.post("一镇长", first, url.Values{"state": {"doing"}, "words": {"还有积水"}}), 303)
		s.want(s.post("二镇长", second, url.Values{"state": {"ack"}}), 303)
		s.want(s.get("副县长", "/emergencies/1"), 200, "叫应结束后回报：还有积水")
		if a := s.get("副县长", "/emergencies/1.log.csv"); strings.Count(a.body, "叫应结束后回报") != 1 {
			t.Error("that somebody heard late is in the log")
		}
	})
}
