package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/warning"
	"zhixing/warning/cap"
)

// warned publishes a version as the county's folder has it: one person writes, another publishes.
func (s *site) warned(d warning.Draft) *warning.Version {
	s.t.Helper()
	var v *warning.Version
	s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
		w := s.works.Warnings
		as := func(name, title string) ledger.Actor {
			return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县气象局", Title: title, Post: personnel.ID("县气象局", title), Role: personnel.Head}}}
		}
		if v, err = w.Draft(ctx, tx, as("拟稿丁", "副局长"), d); err != nil {
			return err
		}
		if _, err = w.Submit(ctx, tx, as("拟稿丁", "副局长"), v.Event, v.N); err != nil {
			return err
		}
		v, err = w.Publish(ctx, tx, as("签发戊", "局长"), v.Event, v.N)
		return err
	})
	s.srv.published() // as after every publication through the pages
	return v
}

func storm(words string) warning.Draft {
	d := warning.Draft{Hazard: "rainstorm", Level: "橙"}
	d.Description, d.Area.Places = words, []warning.Place{{Town: "古绛镇"}}
	return d
}

// What the public reads of a warning from its first version to its end, and that a drill is nowhere.
func TestWarningsInPublic(t *testing.T) {
	sites(t, func(s *site) {
		s.want(s.get("", "/warnings"), 200, "现在没有生效的预警", "还没有过去的预警", "/warnings/feed.xml")
		empty := s.get("", "/warnings/feed.xml")
		s.want(empty, 200, "<feed")
		if strings.Contains(s.get("", "/").body, "暴雨") {
			t.Error("the front page warns of nothing")
		}
		drilled := storm("金丝雀演练。")
		drilled.Drill = "金丝雀演习"
		n := s.warned(drilled).Event
		v := s.warned(storm("预计有强降雨。"))
		s.clock.Set("2031-06-08T09:30:00+08:00")

		s.want(s.get("", "/"), 200, "发布暴雨橙色预警", warningPath(v.Event))
		s.want(s.get("", "/warnings"), 200, "发布暴雨橙色预警", "warning orange", "古绛镇", "预计有强降雨。", "怎样防范")
		s.want(s.get("", "/warnings.json"), 200, `"in_force":true`, `"level":"橙"`, v.Identifier)
		file := s.get("", "/warnings.csv")
		s.want(file, 200, "编号,标题,灾种,级别", v.Identifier, "橙色", "古绛镇", "生效中", "http://gazette.test"+warningPath(v.Event))
		if strings.Contains(file.body, "金丝雀") {
			t.Error("a drill stands in the file")
		}
		s.want(s.get("", warningPath(v.Event)), 200, "生效中", "预计有强降雨。", "古绛镇", v.Identifier, "1.xml")
		doc := s.get("", warningPath(v.Event)+"/1.xml")
		s.want(doc, 200)
		var kept []byte
		s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
			kept, err = s.works.Warnings.Document(ctx, tx, v.Event, 1)
			return err
		})
		if doc.body != string(kept) || doc.header.Get("Content-Type") != cap.MediaType || doc.header.Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("the document is not as it was published: %v", doc.header)
		}
		again := httptest.NewRequest(http.MethodGet, warningPath(v.Event)+"/1.xml", nil)
		again.Header.Set("If-None-Match", doc.header.Get("ETag"))
		if a := s.do("", again); a.status != http.StatusNotModified || a.body != "" {
			t.Errorf("the same again: %d", a.status)
		}
		feed := s.get("", "/warnings/feed.xml")
		items, err := cap.ReadFeed([]byte(feed.body), "http://gazette.test/warnings/feed.xml")
		if err != nil || len(items) != 1 || items[0].URL != "http://gazette.test"+warningPath(v.Event)+"/1.xml" {
			t.Errorf("the feed: %v %v", items, err)
		}
		if later := s.get("", "/warnings/feed.xml"); later.body != feed.body || later.header.Get("ETag") == empty.header.Get("ETag") {
			t.Error("a feed without news changes, or one with news does not")
		}

		up := warning.Draft{Event: v.Event, Kind: warning.Update, Level: "红"}
		up.Description = "雨还要更大。"
		s.warned(up)
		a := s.get("", warningPath(v.Event))
		s.want(a, 200, "雨还要更大。", "已由第 2 版替代", "红色", "2.xml")
		off := warning.Draft{Event: v.Event, Kind: warning.Cancel}
		off.Reason = "降雨结束。"
		s.warned(off)
		s.want(s.get("", warningPath(v.Event)), 200, "这次预警已解除", "降雨结束。", "3.xml")
		s.want(s.get("", "/warnings"), 200, "现在没有生效的预警", "已解除")
		s.want(s.get("", "/warnings/feed.xml"), 200, "3.xml", "Cancel")
		if strings.Contains(s.get("", "/").body, "暴雨橙色预警") {
			t.Error("the front page still warns")
		}

		gone := s.warned(storm("又有强降雨。"))
		s.clock.Set("2031-06-08T23:30:00+08:00") // its time is over, and no clock has noted it
		s.want(s.get("", warningPath(gone.Event)), 200, "这次预警已失效", "没有延续")
		s.want(s.get("", "/warnings"), 200, "现在没有生效的预警", "已失效")
		if strings.Contains(s.get("", "/").body, "暴雨橙色预警") {
			t.Error("the front page shows what has run out")
		}

		for _, target := range []string{warningPath(n), warningPath(n) + ".json", warningPath(n) + "/1.xml", "/warnings/999", "/warnings/x", warningPath(v.Event) + "/9.xml", warningPath(v.Event) + "/01.xml", warningPath(v.Event) + "/1"} {
			s.want(s.get("", target), 404)
		}
		for _, target := range []string{"/", "/warnings", "/warnings.json", "/warnings/feed.xml"} {
			if strings.Contains(s.get("", target).body, "金丝雀") {
				t.Errorf("%s: a drill came out", target)
			}
		}
	})
}

// warningSeats seats the weather bureau, and an officer of the housing bureau beside those of caseSeats.
func warningSeats(s *site) {
	s.t.Helper()
	for i, p := range []struct{ name, unit, title string }{{"气象副", "县气象局", "副局长"}, {"气象正", "县气象局", "局长"}, {"气象员", "县气象局", "经办人"}, {"住建", housing, "经办人"}, {"旁局", unitA, "经办人"}} {
		s.login(p.name)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			id, err := personnel.AddPerson(ctx, tx, s.srv.countyCode, "system", "示例"+p.name, "虚构")
			if err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, s.srv.countyCode, "system", id, p.name); err != nil {
				return err
			}
			_, err = personnel.Appoint(ctx, tx, s.srv.County.Book, s.srv.countyCode, "system", personnel.Move{Person: id, Post: personnel.ID(p.unit, p.title),
				On: calendar.Date{Year: 2031, Month: 1, Day: 1 + i}, Reason: "虚构"})
			return err
		})
	}
}

const housing = "县住房和城乡建设管理局"

// A warning through its pages: proposed, drafted, returned, published by another, carried out by a unit, updated and ended.
func TestWarningDesk(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T10:00:00+08:00")
		warningSeats(s)
		s.want(s.get("旁局", "/warnings/desk"), 200, "现在没有预警建议", "没有草稿")
		s.want(s.get("旁局", "/warnings/desk/new"), 403)
		s.want(s.get("气象员", "/warnings/desk/new"), 200, "暴雨", "古绛镇", "全县")
		s.want(s.post("旁局", "/warnings/desk/new", url.Values{"hazard": {"rainstorm"}, "level": {"橙"}, "towns": {"古绛镇"}, "text": {"雨"}}), 403)
		form := url.Values{"hazard": {"rainstorm"}, "stage": {"预警信号"}, "level": {"橙"}, "towns": {"没有这个镇"}, "text": {"预计有强降雨。"}, "valid": {"很久"}}
		s.want(s.post("气象员", "/warnings/desk/new", form), 400, "没有叫", "预计有强降雨。")
		form.Set("towns", "古绛镇")
		s.want(s.post("气象员", "/warnings/desk/new", form), 400, "小时数", "很久")
		form.Set("valid", "4")
		a := s.post("气象员", "/warnings/desk/new", form)
		s.want(a, 303)
		at, _, _ := strings.Cut(a.location, "?")
		s.want(s.get("气象员", a.location), 200, "已拟稿", "发布暴雨橙色预警", "自发布起 4 小时", "8日14时", "送签")
		s.want(s.get("", at), 303)
		if strings.Contains(s.get("", "/warnings").body, "强降雨") {
			t.Error("a draft is public")
		}
		s.want(s.post("旁局", at+"/edit", form), 403)
		form.Set("text", "预计有大到暴雨。")
		s.want(s.post("气象副", at+"/edit", form), 303)
		s.want(s.post("气象员", at+"/publish", nil), 409, "不能这样办理")
		s.want(s.post("气象员", at+"/submit", nil), 303)
		s.want(s.get("气象正", "/warnings/desk"), 200, "发布暴雨橙色预警", "待签发", "示例气象员送签")
		s.want(s.get("气象副", at), 200, "拟稿的人不能签发") // he wrote some of it
		s.want(s.post("气象副", at+"/publish", nil), 403)
		s.want(s.post("气象员", at+"/return", url.Values{"words": {"再看看"}}), 403)
		s.want(s.post("气象正", at+"/return", nil), 400, "请填写退回的理由", "<details open><summary>退回")
		s.want(s.post("气象正", at+"/return", url.Values{"words": {strings.Repeat("长", 600)}}), 400, `value="长长`)
		s.want(s.post("气象正", at+"/return", url.Values{"words": {"写明时段。"}}), 303)
		s.want(s.get("气象员", at), 200, "写明时段。", "草稿")
		s.want(s.post("气象员", at+"/submit", nil), 303)
		s.want(s.get("气象正", at), 200, "签发，立即发布")
		s.want(s.post("气象正", at+"/publish", nil), 303)
		s.want(s.get("", "/"), 200, "发布暴雨橙色预警")
		s.want(s.get("", "/warnings/1"), 200, "预计有大到暴雨。", "2031-06-08 14:00")
		s.want(s.get("气象正", at), 200, "&lt;alert", "停止室外施工", "下一版")

		s.want(s.get("住建", "/work"), 200, "预警指令", "/warnings/desk#orders")
		desk := s.get("住建", "/warnings/desk")
		s.want(desk, 200, "我单位要执行的", "停止室外施工", "待签收")
		if strings.Contains(s.get("旁局", "/warnings/desk").body, "停止室外施工") || strings.Contains(s.get("旁局", "/work").body, "预警指令") {
			t.Error("another unit is asked to stop works")
		}
		var stop string
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			list, err := s.works.Warnings.Orders(ctx, tx, 1)
			for _, o := range list {
				if o.Kind == warning.StopWork {
					stop = "/warnings/orders/" + strconv.FormatInt(o.ID, 10)
				}
			}
			return err
		})
		s.want(s.post("旁局", stop+"/see", nil), 403)
		s.want(s.post("住建", stop+"/see", nil), 303)
		s.want(s.get("住建", "/warnings/desk"), 200, "已签收", "示例住建")
		s.want(s.post("住建", stop+"/do", url.Values{"words": {""}, "back": {at}}), 400, "请填写执行情况", "下达")
		s.want(s.post("住建", stop+"/comply", url.Values{"subject": {"示例工地"}, "complied": {"no"}}), 400, "请填写说明", "示例工地")
		s.want(s.post("住建", stop+"/comply", url.Values{"subject": {"示例工地"}, "complied": {"no"}, "words": {"塔吊还在作业"}}), 303)
		s.want(s.post("住建", stop+"/do", url.Values{"words": {"十二处工地已停工。"}}), 303)
		s.want(s.get("气象正", at), 200, "十二处工地已停工。", "示例工地", "未执行", "塔吊还在作业", "解除这一项")
		s.want(s.post("住建", stop+"/lift", url.Values{"words": {"雨停了"}}), 403)
		back := s.post("气象正", stop+"/lift", url.Values{"words": {"雨势减弱。"}, "back": {at}})
		s.want(back, 303)
		if !strings.HasPrefix(back.location, at+"?done=warning-lift") {
			t.Error(back.location)
		}
		s.want(s.post("气象正", stop+"/lift", url.Values{"words": {"再来"}, "back": {"//elsewhere.example/"}}), 409, "已经解除")

		form.Set("level", "红")
		form.Set("text", "雨还要更大。")
		a = s.post("气象副", at+"/update", form)
		s.want(a, 303)
		next, _, _ := strings.Cut(a.location, "?")
		s.want(s.get("气象副", next), 200, "雨还要更大。", "红色", "第 2 版，草稿")
		s.want(s.post("气象副", at+"/cancel", url.Values{"words": {"结束"}}), 409, "请先办完")
		s.want(s.post("气象副", next+"/submit", nil), 303)
		s.want(s.post("气象正", next+"/publish", nil), 303)
		a = s.post("气象副", next+"/cancel", url.Values{"words": {"降雨结束。"}})
		s.want(a, 303)
		off, _, _ := strings.Cut(a.location, "?")
		s.want(s.post("气象副", off+"/submit", nil), 303)
		s.want(s.post("气象正", off+"/publish", nil), 303)
		s.want(s.get("", "/warnings/1"), 200, "这次预警已解除", "降雨结束。")
		s.want(s.get("气象副", "/warnings/desk"), 200, "没有生效的预警", "已解除")

		form.Set("drill", "防汛演习")
		form.Set("level", "橙")
		a = s.post("气象员", "/warnings/desk/new", form)
		s.want(a, 303)
		mock, _, _ := strings.Cut(a.location, "?")
		s.want(s.get("气象员", mock), 200, "【演练】防汛演习", "【演练】")
		s.want(s.post("气象员", mock+"/drop", url.Values{"words": {"改期"}}), 303)
		s.want(s.get("气象员", mock), 200, "已弃用", "改期")
		for _, target := range []string{"/warnings/desk/1/99", "/warnings/desk/x/1", "/warnings/desk/99/1"} {
			s.want(s.get("气象员", target), 404)
		}
		s.want(s.post("气象员", at+"/jump", nil), 404)
		s.want(s.post("气象员", stop+"/jump", nil), 404)
	})
}

// What is written by night by the one who may publish alone waits for a second person; proposals are taken or put aside with a reason.
func TestWarningDeskByNightAndFromProposals(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T23:00:00+08:00")
		warningSeats(s)
		suggest := func(cause string, level warning.Level) (id string) {
			s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
				p, err := s.works.Warnings.Propose(ctx, tx, warning.Suggestion{Hazard: "rainstorm", Level: level, Origin: warning.ByReadings,
					Reason: warning.Reason{Cause: cause, Says: "古绛站三小时雨量 55 毫米", At: tx.Now()}, Place: &warning.Place{Town: "古绛镇"}})
				if err == nil {
					id = "/warnings/proposals/" + strconv.FormatInt(p.ID, 10)
				}
				return err
			})
			return id
		}
		p := suggest("finding/1", "橙")
		s.want(s.get("气象副", "/warnings/desk"), 200, "古绛站三小时雨量 55 毫米", "据此拟稿", "监测读数")
		if strings.Contains(s.get("旁局", "/warnings/desk").body, "据此拟稿") {
			t.Error("another bureau is offered to draft")
		}
		s.want(s.post("旁局", p+"/dismiss", url.Values{"why": {"不像"}}), 403)
		s.want(s.post("气象副", p+"/dismiss", nil), 400, "理由")
		s.want(s.post("气象副", p+"/dismiss", url.Values{"why": {strings.Repeat("长", 600)}}), 400, `value="长长`)
		s.want(s.post("气象副", p+"/dismiss", url.Values{"why": {"雨量计在维修。"}}), 303)
		s.want(s.post("气象副", p+"/take", nil), 409, "不采纳")
		p = suggest("finding/2", "橙")
		a := s.post("气象副", p+"/take", nil)
		s.want(a, 303)
		at, _, _ := strings.Cut(a.location, "?")
		s.want(s.get("气象副", at), 200, "橙色", "古绛镇", "55")
		s.want(s.post("气象副", at+"/submit", nil), 303)
		s.want(s.get("气象副", at), 200, "夜间先行签发", "2031-06-09 09:00")
		s.want(s.post("气象副", at+"/publish", nil), 303)
		s.want(s.get("气象正", "/warnings/desk"), 200, "还没有第二人复核")
		s.want(s.post("气象副", at+"/confirm", nil), 403)
		s.want(s.post("气象正", at+"/confirm", nil), 303)
		if strings.Contains(s.get("气象正", "/warnings/desk").body, "还没有第二人复核") {
			t.Error("what is confirmed still waits")
		}
	})
}

// How good warnings were, beside what is wanted of them.
func TestWarningQuality(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T10:00:00+08:00")
		warningSeats(s)
		s.want(s.get("旁局", "/warnings/quality"), 200, "没有可以检验的预警", `value="2031-01-01"`, `value="2031-06-08"`)
		s.warned(storm("预计有强降雨。"))
		s.want(s.get("旁局", "/warnings/quality"), 200, `data-is="未到期">1<`, `data-is="准确率" class="nowrap">—`)
		s.clock.Set("2031-06-09T10:00:00+08:00")
		s.enter("旁局")
		s.want(s.get("旁局", "/warnings/quality"), 200, "要求准确率 85%，提前 45分钟", `data-is="空报">1<`, "100.0%", "未达到", "2031-06", "橙色", `x1="85"`, "没有可检验的")
		s.want(s.get("旁局", "/warnings/quality?from=2031-06-09&to=2031-06-09"), 200, "没有可以检验的预警")
		s.want(s.get("旁局", "/warnings/quality.csv"), 200, "灾种,范围,命中", "暴雨,全部,0,0,1,0,0,—,100.0%", "85%", "45分钟", "绛政发〔2023〕15号")
		s.want(s.get("旁局", "/warnings/quality?from=2031-06-09&to=2031-06-01"), 400)
		s.want(s.get("旁局", "/warnings/quality?from=1900-01-01"), 400)
		s.want(s.get("旁局", "/warnings/quality?from=x"), 400)
		s.want(s.get("", "/warnings/quality"), 303)
	})
}
