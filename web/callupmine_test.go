package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/notice"
)

// callTowns are two towns of the county.
func (s *site) callTowns() (one, two string) {
	s.t.Helper()
	for _, u := range s.works.County.Directory.Units() {
		if u.Kind != "town" {
			continue
		}
		if one != "" {
			return one, u.Name
		}
		one = u.Name
	}
	s.t.Fatal("the county has no two towns")
	return "", ""
}

// roll puts holders of posts into the audience, and calls them with a ladder of one step a scope.
func (s *site) roll(list ...audience.Recipient) {
	s.t.Helper()
	s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
		_, err := s.works.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, list, true)
		return err
	})
}

func (s *site) callOut(o callup.Opening) callup.ID {
	s.t.Helper()
	var id callup.ID
	s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
		r, err := s.works.Callup.Open(ctx, tx, "system", o)
		if err == nil {
			id = r.ID
		}
		return err
	})
	return id
}

// callLadder calls heads of towns, then of villages.
func callLadder() callup.Ladder {
	rungs := []callup.Rung{{After: 0, By: []string{"sms", "app"}}, {After: 5, By: []string{"voice"}}, {After: 25, Do: callup.DoOffice}}
	return callup.Ladder{Name: "橙色预警", Office: []string{"某单位/值班员"}, Tell: []string{"sms"}, Steps: []callup.Step{
		{Name: "乡镇主官", Of: callup.Town, Posts: []string{"镇长|乡长"}, Rungs: rungs},
		{Name: "村主任", Of: callup.Village, Posts: []string{"村主任"}, Superior: "乡镇主官", Rungs: rungs}}}
}

// townHead is who holds the post of a town, 1 or 2, by the name under which seat gives it to 一镇长 and 二镇长.
func townHead(key, town string) audience.Recipient {
	return audience.Recipient{Key: key, Kind: audience.Post, Name: "示例" + map[string]string{"1": "一", "2": "二"}[key] + "镇长", Place: audience.Place{Town: town}, Roles: []string{"镇长"}, Addresses: []audience.Address{{Channel: audience.SMS, To: "1380000000" + key}}}
}

// Whoever holds a post that is called finds the call on his own page, answers with one press, and tells what he sees with a picture and a
// place; another finds nothing of it and answers nothing, and the board shows what was told.
func TestMyCalls(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		one, two := s.callTowns()
		s.seat("一镇长", one, "镇长")
		s.seat("二镇长", two, "镇长")
		s.want(s.get("一镇长", "/callups/mine"), 200, "现在没有叫您的")
		s.roll(townHead("1", one), townHead("2", two))
		id := s.callOut(callup.Opening{Purpose: "warning/7", Version: 1, Title: "暴雨橙色预警", Text: "注意防范。", Level: 2, Places: []callup.Place{{Town: one}, {Town: two}}, Ladder: callLadder()})

		s.want(s.get("一镇长", "/work"), 200, "叫应，请马上应答", "/callups/mine/1-1")
		if a := s.get("旁局", "/work"); strings.Contains(a.body, "叫应，请马上应答") {
			t.Error("somebody who is not called is asked to answer")
		}
		s.carry()
		s.reading(func(ctx context.Context, tx *db.Tx) error {
			list, _, err := notice.Inbox(ctx, tx, s.srv.countyCode, "一镇长", notice.InboxQuery{})
			if err == nil && (len(list) != 1 || list[0].Path != "/callups/mine" || !strings.Contains(list[0].Text, "请点开应答")) {
				t.Errorf("in the inbox: %+v", list)
			}
			return err
		})
		s.want(s.get("一镇长", "/callups/mine"), 200, "暴雨橙色预警", "收到", one)
		s.want(s.get("旁局", "/callups/mine"), 200, "现在没有叫您的")
		at := "/callups/mine/1-1"
		s.want(s.get("二镇长", at), 404)
		s.want(s.post("二镇长", at, url.Values{"state": {"ack"}}), 404)
		s.want(s.get("一镇长", "/callups/mine/1-9"), 404)
		s.want(s.get("一镇长", at), 200, "收到", `id="report"`)

		s.clock.Advance(time.Minute)
		for range 2 { // the button is pressed twice
			s.want(s.post("一镇长", at, url.Values{"state": {"ack"}}), 303)
		}
		s.want(s.get("一镇长", at), 200, "已应答")
		s.want(s.get("一镇长", "/callups/mine"), 200, "已经办好")
		board := s.get("督查", "/callups/1")
		s.want(board, 200, "本站", "示例一镇长", "示例二镇长")

		s.want(s.post("一镇长", at, url.Values{"state": {"done"}, "words": {strings.Repeat("水", 600)}}), 400, "最多500字")
		s.want(s.post("一镇长", at, url.Values{"state": {"done"}, "words": {"水进院"}, "lon": {"x"}, "lat": {"1"}}), 400, "位置写作", "水进院</textarea>")
		picture := jpeg("callup")
		for range 2 { // a telephone sends again what it did not hear of
			s.want(s.uploadAs("一镇长", at, map[string]string{"state": "done", "words": "已转移32人", "lon": "111.65", "lat": "35.55", "once": "一张表单"}, "files", "现场.jpg", picture), 303)
		}
		if a := s.get("一镇长", at); strings.Count(a.body, "已转移32人") != 1 || !strings.Contains(a.body, "已办好") {
			t.Errorf("told twice: %.3000s", around2(a.body, "<main"))
		}
		board = s.get("督查", "/callups/1")
		s.want(board, 200, "回报的情况", "已转移32人", "111.65000", "/photos/")
		_, rest, _ := strings.Cut(board.body, `<a href="/callups/1/photos/`)
		sha, _, _ := strings.Cut(rest, `"`)
		if a := s.get("督查", "/callups/1/photos/"+sha); a.status != 200 || a.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the picture: %d %s", a.status, a.header.Get("Content-Type"))
		}
		s.want(s.get("督查", "/callups/1/photos/no"), 404)
		s.want(s.get("督查", "/callups/8/photos/"+sha), 404)
		for _, page := range []string{"/callups/1", "/callups/1.csv", "/callups/mine"} {
			if strings.Contains(s.get("督查", page).body, "1380000000") {
				t.Errorf("%s shows somebody's number", page)
			}
		}

		// Who takes the post over is called in its place, and the one before is not any more.
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Callup.Cancel(ctx, tx, "system", "warning/7", "解除", "解除。", "")
			return err
		})
		s.want(s.get("二镇长", "/callups/mine"), 200, "现在没有叫您的")
		s.want(s.get("二镇长", "/callups/mine/1-2"), 200, "不用再应答", `id="report"`)
		s.want(s.get("一镇长", "/callups/mine/1-2"), 404)
		s.want(s.post("一镇长", "/callups/mine/1-2", url.Values{"state": {"ack"}}), 404)
		late := s.uploadAs("二镇长", "/callups/mine/1-2", map[string]string{"state": "doing", "words": "水还没有退", "once": "又一张表单"}, "files", "现场.jpg", jpeg("late"))
		s.want(late, 303)
		s.want(s.get("二镇长", late.location), 200, "已记录在案", "水还没有退")
		s.want(s.get("督查", "/callups/1"), 200, "水还没有退", "结束后回复：收到，水还没有退")
		if id != 1 {
			t.Error(id)
		}
	})
}
