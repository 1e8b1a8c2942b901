package web

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
	"zhixing/register"
	"zhixing/warning"
)

// people puts recipients into two towns: two residents and the holder of a post.
func people(s *site) {
	s.t.Helper()
	s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
		at := func(lat, lon float64) *register.XY { p := audience.At(lat, lon); return &p }
		agreed := audience.Consent{Given: tx.Now(), How: "书面"}
		_, err := s.works.Audience.Put(ctx, tx, audience.System, "import:虚构", []audience.Recipient{
			{Key: "1", Kind: audience.Person, Name: "示例甲", At: at(35.4501, 111.6001), Place: audience.Place{Town: "古绛镇"}, Consent: agreed, Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000001"}}},
			{Key: "2", Kind: audience.Person, Name: "示例乙", At: at(35.5501, 111.8401), Place: audience.Place{Town: "么里镇"}, Consent: agreed, Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000002"}}},
			{Key: "3", Kind: audience.Post, Name: "示例丙", Place: audience.Place{Town: "古绛镇"}, Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000003"}}},
		}, false)
		return err
	})
}

// The area of a draft: drawn, along a road, by a name; how many are inside; what was typed stays; what is published is what was drawn.
func TestWarningArea(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T10:00:00+08:00")
		warningSeats(s)
		people(s)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Registers.Add(ctx, tx, register.System, "wx-road-sections", register.Input{Fields: map[string]string{"名称": "示例路段一", "线路": "示例线", "主要灾种": "大雾", "养护单位": "县交通局", "管控单位": "县交警大队",
				"走向": `{"type":"LineString","coordinates":[[111.59,35.45],[111.61,35.45]]}`}})
			return err
		})
		count := func(form url.Values) (n areaCount) {
			t.Helper()
			a := s.post("气象员", "/warnings/desk/inside.json", form)
			s.want(a, 200)
			if err := json.Unmarshal([]byte(a.body), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		drawn := "面 111.599 35.449, 111.601 35.449, 111.601 35.451, 111.599 35.451"
		if n := count(url.Values{"hazard": {"rainstorm"}, "level": {"橙"}, "shapes": {drawn}}); n.Inside != 1 {
			t.Errorf("in the square: %+v", n)
		}
		if n := count(url.Values{"hazard": {"rainstorm"}, "level": {"橙"}, "towns": {"古绛镇"}}); n.Inside != 2 || n.Posts != 1 || len(n.Towns) == 0 || n.Towns[0].Town != "古绛镇" {
			t.Errorf("in the town: %+v", n)
		}
		if n := count(url.Values{"hazard": {"rainstorm"}, "level": {"橙"}, "along": {"wx-road-sections/示例路段一"}, "metres": {"500"}}); n.Inside != 1 || len(n.Rings) != 1 || !strings.Contains(n.Words, "示例路段一沿线0.5千米") {
			t.Errorf("along the road: %+v", n)
		}
		if n := count(url.Values{"hazard": {"rainstorm"}, "level": {"橙"}, "towns": {"county", "古绛镇"}, "shapes": {drawn}}); n.Inside != 3 || n.Words != "全县" {
			t.Errorf("the county and a town of it: %+v", n)
		}
		for what, form := range map[string]url.Values{
			"没有画线，请先": nil, "示例线": nil,
			"看不懂，或者少于三个角": {"shapes": {"面 111.5 35.4, 111.6 35.4"}}, "圆心不在中国": {"shapes": {"圆 35.4 111.5 3"}}, "没有“古绛镇/没有村”": {"villages": {"古绛镇/没有村"}},
			"写作米数": {"along": {"wx-road-sections/示例路段一"}, "metres": {"宽"}}, "没有叫“没有”的预设范围": {"named": {"没有"}},
		} {
			if form != nil {
				s.want(s.post("气象员", "/warnings/desk/inside.json", form), 400, what)
			}
		}
		s.want(s.post("旁局", "/warnings/desk/inside.json", url.Values{"towns": {"古绛镇"}}), 403)

		form := url.Values{"hazard": {"rainstorm"}, "stage": {"预警信号"}, "level": {"橙"}, "text": {"预计有强降雨。"}, "shapes": {drawn + "\n圆 111.84 35.55 2"}, "count": {"1"}}
		s.want(s.post("气象员", "/warnings/desk/new", form), 200, "将告知", "预计有强降雨。", drawn, "部分地方")
		form.Del("count")
		form.Set("keep", "1")
		form.Set("keepname", "沿河低洼处")
		s.want(s.post("气象员", "/warnings/desk/new", form), 200, "已存为预设范围", `name="named" value="沿河低洼处"`)
		form.Del("keep")
		if n := count(url.Values{"hazard": {"rainstorm"}, "level": {"橙"}, "named": {"沿河低洼处"}}); n.Inside != 2 || n.Words != "沿河低洼处" || len(n.Rings) != 1 {
			t.Errorf("by its name: %+v", n)
		}
		form["along"], form["metres"] = []string{"wx-road-sections/示例路段一"}, []string{"300"}
		a := s.post("气象员", "/warnings/desk/new", form)
		s.want(a, 303)
		at, _, _ := strings.Cut(a.location, "?")
		page := s.get("气象员", at)
		s.want(page, 200, "示例路段一沿线0.3千米", "areasketch", "圆 111.84 35.55 2", "不下达的联动和停止事项")
		edit := url.Values{"stage": {"预警信号"}, "level": {"橙"}, "text": {"预计有强降雨。"}, "shapes": {drawn}, "words": {"县城南部"}, skipField + "联动/县应急管理局/应急队伍集结待命": {"队伍已在现场"}}
		s.want(s.post("气象员", at+"/edit", edit), 303)
		s.want(s.get("气象员", at), 200, "县城南部", "不下达的事项", "队伍已在现场")
		s.want(s.post("气象员", at+"/submit", nil), 303)
		s.want(s.post("气象正", at+"/publish", nil), 303)
		s.want(s.get("", "/warnings/1/1.xml"), 200, "<polygon>35.449,111.599", "县城南部")
		s.want(s.get("", "/warnings/1"), 200, "areasketch", "县城南部")
		if strings.Contains(s.get("", "/warnings/1").body, "队伍已在现场") {
			t.Error("why an order is not given is public")
		}

		// Who passes it on, and how far it was carried.
		s.want(s.get("气象正", at+"?sent=1"), 200, "告知接收对象", "再传播")
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			return s.works.Warnings.Counted(ctx, tx, warning.Carriage{Event: 1, N: 1}, warning.Reach{Put: 200, In10: 199, In60: 200, Handed: 200, At: tx.Now()})
		})
		s.want(s.get("", "/warnings/1"), 200, "200 条信息，10 秒内交付网关 <b>99%</b>")
		s.want(s.get("", "/warnings/1.json"), 200, `"handed_within_10s":199`)
	})
}

// Warnings that are over are listed by pages.
func TestPastWarningsByPages(t *testing.T) {
	sites(t, func(s *site) {
		for i := range warningsPage + 2 {
			v := s.warned(storm("第" + string(rune('A'+i%26)) + "次。"))
			off := warning.Draft{Event: v.Event, Kind: warning.Cancel}
			off.Reason = "结束。"
			s.warned(off)
		}
		a := s.get("", "/warnings")
		s.want(a, 200, "第 1 页，共 2 页", "/warnings?page=2")
		if n := strings.Count(a.body, `data-is="题"`); n != warningsPage {
			t.Errorf("%d on the first page", n)
		}
		if n := strings.Count(s.get("", "/warnings?page=2").body, `data-is="题"`); n != 2 {
			t.Errorf("%d on the second page", n)
		}
		s.want(s.get("", "/warnings.json?page=2"), 200, `"past_total":32`, `"pages":2`)
		s.want(s.get("", "/warnings?page=3"), 404)
		s.want(s.get("", "/warnings?page=x"), 400)
	})
}

// In a browser, a polygon is drawn, the count appears, and what was drawn is in the document that is published.
func TestWarningAreaInABrowser(t *testing.T) {
	clock := dbtest.At("2031-06-08T10:00:00+08:00")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	warningSeats(s)
	people(s)
	v := s.browse("气象员", 1280, 1100)
	v.open("/warnings/desk/new")
	v.until(`document.querySelector('[data-areacount]').textContent.includes('还没有划定区域')`)
	v.until(`document.querySelector('[data-tool=polygon]').click(), true`)
	press := func(x, y string) { // in parts of the canvas
		t.Helper()
		v.until(`(c => { const b = c.getBoundingClientRect(), o = { bubbles: true, pointerId: 1, clientX: b.left + b.width * ` + x + `, clientY: b.top + b.height * ` + y + ` };
			c.setPointerCapture = () => {}; c.dispatchEvent(new PointerEvent('pointerdown', o)); c.dispatchEvent(new PointerEvent('pointerup', o)); return true; })(document.querySelector('.areamap canvas'))`)
	}
	press("0.3", "0.1")
	press("0.7", "0.1")
	press("0.7", "0.9")
	press("0.3", "0.9")
	v.until(`document.querySelector('[data-do=close]').click(), document.querySelector('[name=shapes]').value.startsWith('面 111.')`)
	v.until(`/范围内 [12] 个接收对象/.test(document.querySelector('[data-areacount]').textContent)`)
	v.until(`document.querySelector('table.count tbody tr')`)
	v.shot("warning-area")
	v.until(`document.querySelector('[name=hazard]').value = 'rainstorm', document.querySelector('[name=level]').value = '橙', document.getElementById('wtext').value = '预计有强降雨。', true`)
	v.until(`document.querySelector('form[action="/warnings/desk/new"] > button.btn').click(), true`)
	v.until(`location.pathname === '/warnings/desk/1/1'`)
	s.want(s.post("气象员", "/warnings/desk/1/1/submit", nil), 303)
	s.want(s.post("气象正", "/warnings/desk/1/1/publish", nil), 303)
	doc := s.get("", "/warnings/1/1.xml")
	s.want(doc, 200, "<polygon>35.", "部分地方")
	if strings.Contains(doc.body, "<geocode>") {
		t.Error("a drawn area names whole places")
	}
}

// What went within ten seconds is counted by the clock beside the messages, and stands on the public page.
func TestReachOnThePublicPage(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T10:00:00+08:00")
		people(s)
		out := &channel.Outbox{DB: s.srv.DB, County: s.srv.countyCode, Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "stub", Gateway: &gateway.Stub{}}}}}}
		s.works.Connect(out)
		defer s.works.Connect(nil)
		tick := func() {
			t.Helper()
			if err := s.works.Tick(t.Context(), s.srv.DB); err != nil {
				t.Fatal(err)
			}
		}
		v := s.warned(storm("预计有强降雨。"))
		if _, err := out.Once(t.Context(), s.srv.DB.Now()); err != nil {
			t.Fatal(err)
		}
		tick()
		if strings.Contains(s.get("", warningPath(v.Event)).body, "交付网关") {
			t.Error("it is counted before ten seconds are over")
		}
		s.clock.Set("2031-06-08T10:00:20+08:00")
		tick()
		s.want(s.get("", warningPath(v.Event)), 200, "2 条信息，10 秒内交付网关 <b>100%</b>")
	})
}
