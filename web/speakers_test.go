package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/gateway"
)

// The page says how each loudspeaker and display is and what became of what it was last told. A trial is a drill whoever asks for it, goes once however
// often the button is pressed, and to nobody at night; a town tries its own alone.
func TestSpeakers(t *testing.T) {
	ctx := context.Background()
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08")
		caseSeats(s)
		one, two := s.callTowns()
		s.seat("一镇长", one, "镇长")
		s.want(s.get("督查", "/speakers"), 200, "还没有喇叭和显示屏")
		s.want(s.get("", "/speakers"), 303)

		loud, display := &gateway.Stub{}, &gateway.Stub{}
		out := &channel.Outbox{DB: s.srv.DB, County: s.srv.countyCode, Quiet: channel.Night.Keep,
			Channels: []channel.Channel{{Name: "speaker", Drivers: []channel.Driver{{Name: "大喇叭", Gateway: loud}}}, {Name: "screen", Drivers: []channel.Driver{{Name: "大屏", Gateway: display}}}}}
		s.works.Connect(out)
		defer s.works.Connect(nil)
		device := func(key, town string, way audience.Channel) audience.Recipient {
			return audience.Recipient{Key: key, Kind: audience.Device, Name: "示例" + key, Place: audience.Place{Town: town}, Addresses: []audience.Address{{Channel: way, To: key}}}
		}
		s.roll(townHead("1", one), device("loud-1", one, audience.Speaker), device("loud-2", two, audience.Speaker), device("hall-1", one, audience.Screen))
		hear := out.Hear("speaker", "大喇叭")
		if err := hear.Device(ctx, gateway.Health{Device: "loud-1", Online: true, Detail: `{"state":"online","volume":60,"fault":"功放过热"}`}, gateway.Health{Device: "loud-2", Detail: "offline"},
			gateway.Health{Device: "loud-9", Online: true, Detail: "online"}); err != nil {
			t.Fatal(err)
		}
		page := s.get("督查", "/speakers")
		s.want(s.get("督查", "/speakers.csv"), 200, "种类,名称,设备号", "示例loud-1", "从未上线")
		s.want(page, 200, "示例loud-1", "故障：功放过热", ">60<", "离线", "从未上线", "没有登记为接收对象", "没有播过")
		if strings.Contains(page.body, "1380000000") {
			t.Error("the page shows somebody's number")
		}
		if a := s.get("督查", "/speakers?town="+url.QueryEscape(two)); !strings.Contains(a.body, "示例loud-2") || strings.Contains(a.body, "示例loud-1") {
			t.Error("not the town's")
		}
		s.want(s.get("督查", "/speakers?town=x"), 404)

		try := func(town, way, device, once string) url.Values {
			return url.Values{"town": {town}, "channel": {way}, "device": {device}, "once": {once}}
		}
		s.want(s.post("旁局", "/speakers", try("", "speaker", "loud-1", "a")), 403)
		s.want(s.post("旁局", "/speakers", try("", "", "", "a")), 403)
		s.want(s.post("一镇长", "/speakers", try("", "speaker", "loud-2", "a")), 403)
		s.want(s.post("一镇长", "/speakers", try(two, "", "", "a")), 403)
		s.want(s.post("督查", "/speakers", try("", "speaker", "none", "a")), 400, "没有登记过、已接通的")
		s.want(s.post("督查", "/speakers", try("", "", "", "")), 400, "刷新页面")
		pass := func() {
			t.Helper()
			if _, err := out.Once(ctx, s.clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		if pass(); len(loud.Sent())+len(display.Sent()) > 0 {
			t.Fatal("what was refused was sent")
		}
		for range 2 { // the button is pressed twice
			s.want(s.post("一镇长", "/speakers", try(one, "", "", "一张表单")), 303)
		}
		pass()
		sent := append(loud.Sent(), display.Sent()...)
		if len(sent) != 2 || sent[0].To != "loud-1" || sent[1].To != "hall-1" {
			t.Fatalf("%+v", sent)
		}
		for _, m := range sent {
			if !m.Drill || m.Siren || !strings.HasPrefix(m.Text, "【演练】") || !strings.HasSuffix(m.Text, "【演练】") || m.Expires.Sub(s.clock.Now()) > speakerTrial {
				t.Errorf("%+v", m)
			}
		}
		s.want(s.get("一镇长", "/speakers"), 200, "已交网关", "【演练】试播【演练】")
		if err := hear.Receipt(ctx, gateway.Receipt{Ref: "stub-" + loud.Sent()[0].ID, To: "loud-1", State: gateway.Failed, Reason: "功放过热"}); err != nil {
			t.Fatal(err)
		}
		s.want(s.get("一镇长", "/speakers"), 200, "未送达")
		s.reading(func(ctx context.Context, tx *db.Tx) error {
			var n int
			err := tx.QueryRow(ctx, `SELECT count(*) FROM journal WHERE what = 'channel.try'`).Scan(&n)
			if n != 1 {
				t.Errorf("%d trials are on the journal", n)
			}
			return err
		})
		s.clock.Set("2031-06-08T23:00:00+08:00")
		s.enter("督查")
		s.want(s.post("督查", "/speakers", try("", "", "", "b")), 400, "夜间")
		s.clock.Advance(48 * time.Hour)
		s.enter("督查")
		s.want(s.get("督查", "/speakers?off=1"), 200, "很久没有消息")
	})
}
