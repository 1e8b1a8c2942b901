package web

import (
	"net/url"
	"strings"
	"testing"

	"zhixing/channel"
	"zhixing/gateway"
)

// A list of people comes in and goes again, through the pages of the unit that warns; nobody else sees any of it, and no page shows a number.
func TestAudiencePages(t *testing.T) {
	sites(t, func(s *site) {
		warningSeats(s)
		people(s)
		for _, target := range []string{"/audience", "/audience?list=1", "/audience/import", "/audience/imports/1", "/audience/template.xlsx"} {
			s.want(s.get("旁局", target), 403)
			s.want(s.get("", target), 303)
		}
		a := s.get("气象员", "/audience")
		s.want(a, 200, "预警接收对象", "古绛镇")
		if strings.Contains(a.body, "示例甲") {
			t.Error("people are listed though nobody asked")
		}
		a = s.get("气象员", "/audience?list=1&kind=person&place="+url.QueryEscape("古绛镇"))
		s.want(a, 200, "示例甲", "短信 138****0001", "名单：虚构", "书面")
		if strings.Contains(a.body, "13800000001") || strings.Contains(a.body, "示例乙") || strings.Contains(a.body, "示例丙") {
			t.Error("a whole number, or somebody else, is shown")
		}
		s.want(s.get("气象员", "/audience?list=1&kind=没有"), 400)
		a = s.post("气象员", "/audience", url.Values{"address": {"138 0000 0002"}})
		s.want(a, 200, "示例乙")
		s.want(s.post("旁局", "/audience", url.Values{"address": {"13800000002"}}), 403)

		s.want(s.upload("气象员", "/audience/import", map[string]string{"list": "危险区"}, "空.csv", nil), 400, "请选择要导入的文件", "危险区")
		table := "名称,乡镇,手机,同意日期,同意方式\n示例丁,古绛镇,13800000004,2031-06-01,书面\n示例戊,没有镇,13800000005,2031-06-01,书面\n"
		s.want(s.upload("旁局", "/audience/import", map[string]string{"list": "危险区"}, "名单.csv", []byte(table)), 403)
		a = s.upload("气象员", "/audience/import", map[string]string{"list": "危险区"}, "名单.csv", []byte(table))
		s.want(a, 303)
		batch := a.location
		s.want(s.get("气象员", batch), 200, "新增1", "有误1", "没有“没有镇”这个乡镇", "只导入无误的 1 个")
		s.want(s.post("气象员", batch+"/apply", nil), 400, "有1行有误")
		s.want(s.post("气象员", batch+"/apply", url.Values{"only": {"1"}}), 303)
		s.want(s.get("气象员", "/audience?list=1&source="+url.QueryEscape("import:危险区")), 200, "示例丁")
		s.want(s.post("气象员", batch+"/undo", nil), 400, "撤销的原因")
		s.want(s.post("气象员", batch+"/undo", url.Values{"why": {"传错了"}}), 303)
		if strings.Contains(s.get("气象员", "/audience?list=1").body, "示例丁") {
			t.Error("what was taken back is still there")
		}
		s.want(s.post("气象员", "/audience/export", url.Values{"why": {"核对"}}), 403)
		s.want(s.post("气象正", "/audience/export", nil), 400, "用途")
		if a := s.post("气象正", "/audience/export", url.Values{"why": {"核对"}}); a.status != 200 || !strings.HasPrefix(a.body, "PK") {
			t.Errorf("export: %d", a.status)
		}
		if log := s.logs.String(); strings.Contains(log, "1380000000") {
			t.Error("a number is in the log")
		}
	})
}

// A citizen subscribes and leaves again, each by a code that only the owner of the number gets.
func TestSubscribe(t *testing.T) {
	sites(t, func(s *site) {
		s.works.Outbox = nil
		s.want(s.get("", "/warnings/subscribe"), 404)
		stub := &gateway.Stub{Keep: 10}
		out := &channel.Outbox{DB: s.srv.DB, County: s.srv.countyCode, Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "stub", Gateway: stub}}}}}
		s.works.Connect(out)
		defer s.works.Connect(nil)
		code := func(a answer) (id, digits string) {
			t.Helper()
			s.want(a, 200, "填写验证码")
			if strings.Contains(a.body, "演示站点") {
				t.Error("the code stands on the page")
			}
			if _, err := out.Once(t.Context(), s.srv.DB.Now()); err != nil {
				t.Fatal(err)
			}
			sent := stub.Sent()
			_, rest, _ := strings.Cut(sent[len(sent)-1].Text, "验证码")
			_, page, _ := strings.Cut(a.body, `name="id" value="`)
			return page[:32], rest[:6]
		}
		s.want(s.get("", "/warnings/subscribe"), 200, "订阅须知", "暴雨", "古绛镇")
		s.want(s.get("", "/warnings"), 200, "/warnings/subscribe")
		s.want(s.get("", "/warnings/subscribe"), 200, `<a href="/warnings" aria-current="page">`)
		if a := s.get("", "/open/subscribe"); a.status != 301 || a.header.Get("Location") != "/warnings/subscribe" {
			t.Error("the old address does not lead to the new one:", a.status, a.header.Get("Location"))
		}
		form := url.Values{"deed": {"join"}, "to": {"13800000009"}, "place": {"古绛镇"}, "hazards": {"暴雨"}, "level": {"3"}, "quiet": {"22:00-06:30"}}
		s.want(s.post("", "/warnings/subscribe", form), 400, "请阅读并同意", "22:00-06:30", "13800000009")
		form.Set("agree", "1")
		form.Set("to", "1380")
		s.want(s.post("", "/warnings/subscribe", form), 400, "手机是11位")
		form.Set("to", "13800000009")
		id, digits := code(s.post("", "/warnings/subscribe", form))
		s.want(s.post("", "/warnings/subscribe/confirm", url.Values{"id": {id}, "digits": {"x"}}), 400, "还可以试 4 次")
		s.want(s.post("", "/warnings/subscribe/confirm", url.Values{"id": {id}, "digits": {digits}}), 200, "已订阅")
		s.want(s.post("", "/warnings/subscribe/confirm", url.Values{"id": {id}, "digits": {digits}}), 404)
		warningSeats(s)
		s.want(s.get("气象员", "/audience?list=1&source=self"), 200, "138****0009", "暴雨 黄色以上", "网页")
		id, digits = code(s.post("", "/warnings/subscribe", url.Values{"deed": {"withdraw"}, "to": {"13800000009"}}))
		s.want(s.post("", "/warnings/subscribe/confirm", url.Values{"id": {id}, "digits": {digits}}), 200, "已退订")
		s.want(s.get("气象员", "/audience?list=1&source=self"), 200, "没有符合条件")
		code(s.post("", "/warnings/subscribe", url.Values{"deed": {"erase"}, "to": {"13800000009"}}))
		s.want(s.post("", "/warnings/subscribe", url.Values{"deed": {"erase"}, "to": {"13800000009"}}), 429, "一小时后再试")
		if log := s.logs.String(); strings.Contains(log, "13800000009") || strings.Contains(log, digits) {
			t.Error("a number or a code is in the log")
		}
	})
}
