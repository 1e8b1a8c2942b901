package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"zhixing/audience"
	"zhixing/db"
)

// One recipient through its form: faults stand beside their fields and what was typed stays, numbers are masked, and the page tells what became of it.
func TestAudienceOne(t *testing.T) {
	sites(t, func(s *site) {
		warningSeats(s)
		people(s)
		for _, target := range []string{"/audience/new", "/audience/1"} {
			s.want(s.get("旁局", target), 403)
			s.want(s.get("", target), 303)
			s.want(s.post("旁局", target, nil), map[bool]int{true: 403, false: 405}[target == "/audience/new"])
		}
		s.want(s.post("旁局", "/audience/1/remove", url.Values{"why": {"不该"}, "saw": {"1"}}), 403)
		s.want(s.get("气象员", "/audience/new"), 200, "登记接收对象", "古绛镇")
		form := url.Values{"list": {"手工登记"}, "kind": {"居民"}, "name": {"示例丁"}, "place": {"古绛镇"}, "at": {"111.6"}, "sms": {"138"}, "agreed": {"2031-06-01"}, "how": {"书面"}, "why": {"村里报来"}}
		a := s.post("气象员", "/audience/new", form)
		s.want(a, 400, "写经度、纬度两个数", "手机是11位数字", `value="示例丁"`, `value="111.6"`, `value="书面"`, `id="rsms-wrong"`, `id="rat-wrong"`)
		form.Set("at", "111.6001 35.4501")
		form.Set("sms", "138-0000-0007")
		a = s.post("气象员", "/audience/new", form)
		s.want(a, 303)
		here, _, _ := strings.Cut(a.location, "?")
		a = s.get("气象员", here)
		s.want(a, 200, "示例丁", "短信 138****0007", `value="111.6001 35.4501"`, "登记接收对象", "村里报来", "名单：手工登记")
		if strings.Contains(a.body, "13800000007") {
			t.Error("a whole number is shown")
		}
		saw := between(a.body, `name="saw" value="`, `"`)
		form = url.Values{"saw": {saw}, "kind": {"居民"}, "name": {"示例丁"}, "place": {"古绛镇"}, "sms": {"13800000008"}, "agreed": {"2031-06-01"}, "how": {"书面"}, "quiet": {"夜里"}, "keep": {"0"}}
		s.want(s.post("气象员", here+"/correct", form), 400, "22:00-06:30", `value="夜里"`, `value="13800000008"`)
		form.Set("quiet", "22:00-06:30")
		s.want(s.post("气象员", here+"/correct", form), 303)
		s.want(s.post("气象员", here+"/correct", form), 409, "有人改过", "138****0008")
		a = s.get("气象员", here)
		s.want(a, 200, "138****0007", "138****0008", "改了经度、纬度、手机、免打扰")
		saw = between(a.body, `name="saw" value="`, `"`)
		s.want(s.post("气象员", here+"/remove", url.Values{"saw": {saw}}), 400, "请写明移出的原因")
		s.want(s.post("气象员", here+"/remove", url.Values{"saw": {saw}, "why": {"搬走了"}}), 303)
		s.want(s.get("气象员", here), 404)
		// What others bring is only shown, with the place where it is changed.
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, []audience.Recipient{{Key: "县气象局/局长/2", Kind: audience.Post, Name: "示例气象正",
				Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000009"}}}}, false)
			return err
		})
		a = s.get("气象员", "/audience/5")
		s.want(a, 200, "这里不能改", "/persons/2", "138****0009", "预警发给任职的人：任免记录里没有这个职务，用名单上的号码。")
		if strings.Contains(a.body, "<h2>移出名单</h2>") {
			t.Error("a holder of a post can be taken out by hand")
		}
		s.want(s.get("气象员", "/audience/3"), 200, "任免记录里没有这个职务")
		s.want(s.get("气象员", "/audience?list=1&kind=post"), 200, "<small>任免记录里没有这个职务，用名单上的号码</small>")
		s.want(s.get("气象员", "/audience/x"), 404)
		if log := s.logs.String(); strings.Contains(log, "1380000000") {
			t.Error("a number is in the log")
		}
	})
}

// between is what stands between two texts.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
