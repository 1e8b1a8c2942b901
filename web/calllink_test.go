package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/gateway"
)

var linkInText = regexp.MustCompile(`https://gazette\.test(/c/1-\d+-[0-9a-f]{24}) `)

// A village head has no account. The message that calls him carries a link, by which he answers his own call, once; no other link does, and the page
// says nothing of anybody. Where the site is not reached from outside, messages carry none.
func TestCallAnsweredByLink(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		out := &channel.Outbox{DB: s.srv.DB, County: s.srv.countyCode, Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "stub", Gateway: &gateway.Stub{}}}}}}
		s.works.Connect(out)
		s.works.Site = "https://gazette.test"
		defer func() { s.works.Site = "" }()
		one, _ := s.callTowns()
		village := func(key, name, number string) audience.Recipient {
			return audience.Recipient{Key: key, Kind: audience.Post, Name: name, Place: audience.Place{Town: one, Village: "示例" + key + "村"}, Roles: []string{"村主任"},
				Addresses: []audience.Address{{Channel: audience.SMS, To: number}}}
		}
		s.roll(townHead("3", one), village("一", "示例曹", "13800000001"), village("二", "示例严", "13800000002"))
		ladder := callLadder()
		ladder.Steps[1].Rungs = []callup.Rung{{After: 0, By: []string{"sms"}}, {After: 10, Do: callup.DoSuperior}, {After: 25, Do: callup.DoOffice}}
		opening := callup.Opening{Purpose: "warning/7", Version: 1, Title: "暴雨橙色预警", Text: "注意防范。", Level: 2, Ladder: ladder,
			Places: []callup.Place{{Town: one, Village: "示例一村"}, {Town: one, Village: "示例二村"}}}
		s.callOut(opening)
		text := func(number string) (body string) {
			t.Helper()
			s.reading(func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRow(ctx, `SELECT x.body FROM channel_message m JOIN channel_text x ON x.county = m.county AND x.n = m.text WHERE m.county = $1 AND m.address = $2 ORDER BY m.id DESC LIMIT 1`, s.srv.countyCode, number).Scan(&body)
			})
			return body
		}
		link := func(number string) string {
			t.Helper()
			m := linkInText.FindStringSubmatch(text(number))
			if m == nil {
				t.Fatalf("no link in %q", text(number))
			}
			return m[1]
		}
		mine, his := link("13800000001"), link("13800000002")
		if mine == his {
			t.Fatal("two calls have one link")
		}
		a := s.get("", mine)
		s.want(a, 200, "暴雨橙色预警", "注意防范", "示例一村", "收到")
		for _, secret := range []string{"示例曹", "示例严", "13800000001", "示例二村"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("the page says %s", secret)
			}
		}
		if a.header.Get("Referrer-Policy") != "no-referrer" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the address is the key, and goes on: %v", a.header)
		}
		forged := mine[:len(mine)-1] + map[bool]string{true: "1", false: "0"}[strings.HasSuffix(mine, "0")]
		moved := strings.Replace(his, his[strings.Index(his, "/c/1-")+5:strings.LastIndex(his, "-")], mine[strings.Index(mine, "/c/1-")+5:strings.LastIndex(mine, "-")], 1)
		for _, wrong := range []string{forged, moved, "/c/1-1-", "/c/1-1", "/c/x-1-0123456789abcdef01234567", "/c/9-9-0123456789abcdef01234567", "/c/1-1-字"} {
			s.want(s.get("", strings.ReplaceAll(wrong, "字", url.PathEscape("字"))), 404, "没有这一项叫应")
			s.want(s.post("", strings.ReplaceAll(wrong, "字", url.PathEscape("字")), url.Values{"state": {"ack"}}), 404)
		}
		s.want(s.get("督查", "/callups/1"), 200, "示例一村", "示例二村")

		s.clock.Advance(time.Minute)
		s.want(s.post("", mine, url.Values{"state": {"done"}, "words": {strings.Repeat("水", 600)}}), 400, "最多500字", "水水</textarea>")
		s.want(s.post("", mine, url.Values{"state": {"done"}, "words": {"已转移12人"}}), http.StatusSeeOther)
		s.want(s.get("", mine+"?done=1"), 200, "已应答", "已办好", "只能用一次")
		s.want(s.post("", mine, url.Values{"state": {"ack"}, "words": {"再报一次"}}), 409, "只能用一次")
		board := s.get("督查", "/callups/1")
		s.want(board, 200, "信息里的链接", "已转移12人", "示例曹")
		if strings.Contains(board.body, "再报一次") {
			t.Error("a link was used twice")
		}

		// Who is called because another does not answer reads in his message who that is; the page behind his link does not say it.
		s.clock.Advance(11 * time.Minute)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Callup.Tick(ctx, tx, tx.Now())
			return err
		})
		urged := link("13800000003")
		if !strings.Contains(text("13800000003"), "示例严") {
			t.Errorf("the town is not told who does not answer: %s", text("13800000003"))
		}
		a = s.get("", urged)
		s.want(a, 200, "有人没有应答")
		if strings.Contains(a.body, "示例严") {
			t.Error("the page names who does not answer")
		}

		// Where the level rises, who had answered is called anew, by another link; who had not keeps his.
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Callup.Update(ctx, tx, "system", opening.Purpose, callup.Version{N: 2, Title: "暴雨红色预警", Text: "注意防范。", Level: 1, Places: opening.Places})
			return err
		})
		again := link("13800000001")
		if again == mine {
			t.Error("the new call has the old link")
		}
		s.want(s.post("", again, url.Values{"state": {"ack"}}), http.StatusSeeOther)
		s.want(s.post("", mine, url.Values{"state": {"ack"}}), 409, "不用再应答")
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Callup.Cancel(ctx, tx, "system", opening.Purpose, "解除", "解除。", "")
			return err
		})
		s.want(s.post("", his, url.Values{"state": {"ack"}}), 409, "已结束")
		s.want(s.get("", his), 200, "已结束")

		if strings.Contains(s.logs.String(), mine) {
			t.Error("the log has the link")
		}
		s.works.Site = ""
		opening.Purpose, opening.Version = "warning/8", 1
		s.callOut(opening)
		if body := text("13800000002"); strings.Contains(body, "点开") || strings.Contains(body, "/c/") {
			t.Errorf("a link that nobody can open: %s", body)
		}
	})
}
