package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// underWay issues the duty that a title begins with, and has the water bureau sign for it.
func (s *site) underWay(title string) *ledger.Duty {
	s.t.Helper()
	d := s.dutyNamed(title)
	for _, act := range []struct{ who, name string }{{"督查丁", "confirm"}, {"督查丁", "issue"}, {"水务戊", "sign"}} {
		s.clock.Advance(time.Minute)
		if a := s.post(act.who, d.ID.Path()+"/"+act.name, url.Values{}); a.status != http.StatusSeeOther {
			s.t.Fatalf("%s: %d %s", act.name, a.status, around2(a.body, "alert"))
		}
	}
	return s.dutyNamed(title)
}

// carry brings notices to the inboxes, as the courier of the program does.
func (s *site) carry() {
	s.t.Helper()
	c := notice.Courier{DB: s.srv.DB, County: s.srv.countyCode, Config: s.srv.Notices, Open: func(time.Time) bool { return true }, Next: func(t time.Time) time.Time { return t },
		Recipients: func(ctx context.Context, tx *db.Tx, county string, to notice.To, on calendar.Date) (out []notice.Person, err error) {
			held, err := personnel.HoldersOf(ctx, tx, s.srv.County.Book, county, to.Unit, on)
			if to.Unit == "" {
				held = []personnel.Holder{{Account: to.Account}}
			}
			for _, h := range held {
				if h.Account != "" {
					out = append(out, notice.Person{Account: h.Account, Name: h.Name})
				}
			}
			return out, err
		}}
	if _, err := c.Once(context.Background(), s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
}

// put gives somebody a notice.
func (s *site) put(n notice.Notice) {
	s.t.Helper()
	err := s.srv.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := notice.Put(context.Background(), tx, s.srv.countyCode, n)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestInbox(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		s.sits("农业己", "县农业农村局", "局长")
		d := s.dutyNamed("清捞")
		s.says(s.get("水务戊", "/notices"), 200, "还没有消息")
		s.says(s.post("督查丁", d.ID.Path()+"/confirm", nil), 303)
		s.says(s.post("督查丁", d.ID.Path()+"/issue", nil), 303)
		s.carry()
		page := s.says(s.get("水务戊", "/notices"), 200, "消息（1）", "请签收（牵头）：清捞漂浮物", "未读 1 条")
		link := regexp.MustCompile(`/notices/\d+`).FindString(page.body)
		if a := s.get("农业己", link); a.status != 404 {
			t.Errorf("another's message: %d", a.status)
		}
		if a := s.get("水务戊", link); a.status != 303 || a.location != d.ID.Path() {
			t.Errorf("opened: %d %s", a.status, a.location)
		}
		page = s.says(s.get("水务戊", "/notices"), 200, "未读 0 条")
		if strings.Contains(page.body, "消息（") || strings.Contains(page.body, `class="unread"`) {
			t.Error("an opened message counts as unread")
		}
		s.says(s.get("水务戊", "/notices/999"), 404)
		s.says(s.get("水务戊", "/notices/x"), 404)
		s.says(s.get("水务戊", "/notices?after=x"), 400, "翻页标记不对")

		// All read at once, but not what came while the page was open.
		s.put(notice.Notice{To: notice.To{Account: "水务戊"}, Kind: "rung", Subject: "甲", Text: "只在这里说", Key: "a"})
		s.carry()
		newest := regexp.MustCompile(`name="newest" value="(\d+)"`).FindStringSubmatch(s.get("水务戊", "/notices").body)[1]
		s.put(notice.Notice{To: notice.To{Account: "水务戊"}, Kind: "rung", Subject: "乙", Key: "b", Grade: notice.Urgent})
		s.carry()
		if a := s.post("水务戊", "/notices/read", url.Values{"newest": {newest}}); a.location != "/notices?done=read" {
			t.Errorf("%d %s", a.status, a.location)
		}
		page = s.says(s.get("水务戊", "/notices?unread=1"), 200, "乙", "督办提醒，紧急", "未读 1 条")
		if strings.Contains(page.body, ">甲<") {
			t.Error("what was read is among the unread")
		}
		all := s.get("水务戊", "/notices")
		without := regexp.MustCompile(`href="(/notices/\d+)">甲<`).FindStringSubmatch(all.body)
		s.says(s.get("水务戊", without[1]), 200, "只在这里说") // leads nowhere: shown
		s.says(s.post("水务戊", "/notices/read", url.Values{}), 400)
		if a := s.get("", "/notices"); a.status != 303 {
			t.Errorf("the public: %d", a.status)
		}
		s.says(s.get("编辑甲", "/notices"), 403)
	})
}

func TestNoticeSettings(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		s.says(s.get("水务戊", "/notices/settings"), 200, "没有启用站外渠道")
		s.says(s.post("水务戊", "/notices/push", url.Values{}), 404)
		key, err := notice.LoadPushKey(context.Background(), s.srv.DB, s.srv.countyCode)
		if err != nil {
			t.Fatal(err)
		}
		s.srv.Notices = notice.Config{Site: "http://gazette.test", Mail: &notice.Mail{Host: "mail.test", Port: 25, Security: notice.PlainText, From: "a@example.cn"},
			Push: &notice.Push{Key: key, Contact: "mailto:a@example.cn", Hosts: []string{"push.test"}}}
		s.says(s.get("水务戊", "/notices/settings"), 200, "电子邮箱", "浏览器推送", key.Public())
		if a := s.post("水务戊", "/notices/settings", url.Values{"email": {"shili@example.cn"}, "email-letter": {"1"}, "push-rung": {"1"}}); a.location != "/notices/settings?done=noticed" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		page := s.says(s.get("水务戊", "/notices/settings"), 200, `value="shili@example.cn"`)
		for _, c := range []struct {
			name string
			on   bool
		}{{"email-letter", true}, {"push-letter", false}, {"push-rung", true}, {"email-", false}} {
			if got := strings.Contains(page.body, `name="`+c.name+`" value="1" checked`); got != c.on {
				t.Errorf("%s: %v", c.name, got)
			}
		}
		// A wrong address is told beside the field; what was typed and ticked stays, and nothing is changed.
		s.says(s.post("水务戊", "/notices/settings", url.Values{"email": {"示例 <a@b>"}, "email-note": {"1"}}), 400, "邮箱地址不对", `name="email-note" value="1" checked`, "示例 &lt;a@b&gt;")
		s.says(s.get("水务戊", "/notices/settings"), 200, `value="shili@example.cn"`)
		if page := s.get("督查丁", "/notices/settings"); strings.Contains(page.body, "shili@") {
			t.Error("an address is shown to another")
		}
		good := url.Values{"endpoint": {"https://push.test/1"}, "auth": {"AAAAAAAAAAAAAAAAAAAAAA"},
			"p256dh": {"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}}
		s.says(s.post("水务戊", "/notices/push", good), 200, "true")
		s.says(s.get("水务戊", "/notices/settings"), 200, "已有 1 个浏览器")
		good.Set("endpoint", "https://elsewhere.test/1")
		s.says(s.post("水务戊", "/notices/push", good), 400, "未经本站允许")
		s.says(s.post("水务戊", "/notices/push/off", url.Values{"endpoint": {"https://push.test/1"}}), 200)
		s.says(s.get("水务戊", "/notices/settings"), 200, "已有 0 个浏览器")
		s.srv.Notices.Push = nil // a channel that is not offered keeps what was chosen
		s.says(s.post("水务戊", "/notices/settings", url.Values{"email": {""}}), 303)
		s.srv.Notices.Push = &notice.Push{Key: key}
		s.says(s.get("水务戊", "/notices/settings"), 200, `name="push-rung" value="1" checked`, `name="email" value=""`)
	})
}

// logInAgain logs somebody in whose session has ended.
func (s *site) logInAgain(name string) {
	s.t.Helper()
	ctx := context.Background()
	token, sess, err := s.srv.Accounts.LogIn(ctx, name, testPassword, account.Client{Addr: "127.0.0.1"})
	if err == nil && sess.Stage == account.NeedsCode {
		var code string
		if code, err = s.srv.Accounts.DemoCode(ctx, name); err == nil {
			token, _, err = s.srv.Accounts.CheckCode(ctx, sess, code)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.users[name] = token
}

func TestDeliveries(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		// A mail server that refuses the connection, and a unit whose posts nobody holds.
		s.srv.Notices = notice.Config{Site: "http://gazette.test", Mail: &notice.Mail{Host: "127.0.0.1", Port: 1, Security: notice.PlainText, From: "a@example.cn"}}
		s.says(s.post("水务戊", "/notices/settings", url.Values{"email": {"shili@example.cn"}, "email-rung": {"1"}}), 303)
		s.put(notice.Notice{To: notice.To{Unit: "县水务局"}, Kind: "rung", Subject: "逾期提醒", Key: "a"})
		s.put(notice.Notice{To: notice.To{Unit: "县财政局"}, Kind: "sign", Subject: "无人的通知", Key: "b"})
		s.carry()
		for _, who := range []string{"督查丁", "管理丙"} {
			page := s.says(s.get(who, "/notices/deliveries?state=waiting"), 200, "督办提醒", "连接邮件服务器", "目前无人任此职")
			if strings.Contains(page.body, "shili@") {
				t.Error("an address is shown to an officer")
			}
			for _, subject := range []string{"逾期提醒", "无人的通知"} { // which an administrator without a post does not read
				if strings.Contains(page.body, subject) != (who == "督查丁") {
					t.Errorf("%s: %s is shown or not", who, subject)
				}
			}
		}
		s.says(s.get("水务戊", "/notices/deliveries"), 403)
		s.says(s.get("编辑甲", "/notices/deliveries"), 403)
		s.says(s.post("水务戊", "/notices/deliveries/1/retry", nil), 403)
		s.says(s.post("督查丁", "/notices/deliveries/1/retry", nil), 409, "不在“发送失败”")
		s.says(s.post("督查丁", "/notices/deliveries/x/retry", nil), 404)
		for range 12 { // until it is given up
			s.clock.Advance(7 * time.Hour)
			s.carry()
		}
		s.logInAgain("管理丙")
		s.logInAgain("督查丁")
		s.says(s.get("管理丙", "/notices/deliveries"), 200, "重新发送", "发送失败")
		if a := s.post("督查丁", "/notices/deliveries/1/retry", nil); a.location != "/notices/deliveries?done=resent" {
			t.Errorf("%d %s", a.status, a.body)
		}
		s.says(s.get("督查丁", "/notices/deliveries"), 200, "没有发送失败的通知")
	})
}

func TestCalendarFeeds(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		s.sits("农业己", "县农业农村局", "局长")
		d := s.underWay("清捞")
		s.says(s.get("水务戊", "/feeds"), 200, "县水务局", "局长", "还没有订阅地址")
		page := s.says(s.post("水务戊", "/feeds", url.Values{"kind": {"unit"}, "name": {"县水务局"}}), 200, "只显示这一次")
		address := regexp.MustCompile(`http://gazette\.test(/feeds/[\w-]+\.ics)`).FindStringSubmatch(page.body)[1]
		s.says(s.post("农业己", "/feeds", url.Values{"kind": {"unit"}, "name": {"县水务局"}}), 403)
		a := s.says(s.get("", address), 200, "BEGIN:VCALENDAR", fmt.Sprintf("UID:%d-due@gazette.test", d.ID), "DTSTART;VALUE=DATE:20311031", "清捞漂浮物", "STATUS:CONFIRMED")
		if got := a.header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
			t.Error(got)
		}
		req := httptest.NewRequest(http.MethodGet, address, nil)
		req.Header.Set("If-None-Match", a.header.Get("ETag"))
		if again := s.do("", req); again.status != http.StatusNotModified {
			t.Errorf("the same calendar again: %d", again.status)
		}
		if other := s.get("", strings.TrimSuffix(address, ".ics")); other.body != a.body {
			t.Error("two readings without a change differ")
		}
		// The duty moves, and its entry with it.
		s.clock.Advance(20 * time.Minute)
		s.says(s.post("水务戊", d.ID.Path()+"/ask", url.Values{"due": {"2031-11-20"}, "reason": {"汛期长"}}), 303)
		s.says(s.post("督查丁", d.ID.Path()+"/extend", url.Values{"grant": {"1"}, "due": {"2031-11-20"}, "reason": {"同意"}}), 303)
		moved := s.says(s.get("", address), 200, fmt.Sprintf("UID:%d-due@gazette.test", d.ID), "DTSTART;VALUE=DATE:20311120")
		if strings.Contains(moved.body, "20311031") || strings.Contains(moved.body, "汛期长") {
			t.Error("the calendar tells of the old day, or of a reason")
		}
		// Another unit's calendar holds what it supports; the office's what waits for it.
		page = s.post("农业己", "/feeds", url.Values{"kind": {"post"}, "name": {"县农业农村局/局长"}})
		other := regexp.MustCompile(`/feeds/[\w-]+\.ics`).FindString(page.body)
		s.says(s.get("", other), 200, "配合任务完成时限")
		// Revoked by another holder of the unit's posts: gone. Unknown and revoked look the same.
		id := regexp.MustCompile(`/feeds/([0-9a-f]{64})/revoke`).FindStringSubmatch(s.get("水务戊", "/feeds").body)[1]
		s.says(s.post("农业己", "/feeds/"+id+"/revoke", nil), 404)
		s.says(s.get("", address), 200)
		if a := s.post("水务戊", "/feeds/"+id+"/revoke", nil); a.location != "/feeds?done=revoked" {
			t.Errorf("%d %s", a.status, a.body)
		}
		gone, never := s.get("", address), s.get("", "/feeds/"+strings.Repeat("A", 43)+".ics")
		if gone.status != 404 || never.status != 404 || gone.body != never.body {
			t.Errorf("revoked %d, unknown %d", gone.status, never.status)
		}
		s.says(s.get("水务戊", "/feeds"), 200, "停用")
		token := strings.TrimSuffix(strings.TrimPrefix(address, "/feeds/"), ".ics")
		if strings.Contains(s.logs.String(), token) {
			t.Error("the log holds the address of a calendar")
		}
		for range 100 {
			if gone = s.get("", address); gone.status == http.StatusTooManyRequests {
				return
			}
		}
		t.Error("one address may guess without end")
	})
}

// report sends the form of the telephone's page.
func (s *site) report(as string, d *ledger.Duty, accept string, fields map[string]string, photo []byte) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		w.WriteField(k, v)
	}
	if photo != nil {
		part, err := w.CreateFormFile("files", "现场.jpg")
		if err != nil {
			s.t.Fatal(err)
		}
		part.Write(photo)
	}
	w.Close()
	req := httptest.NewRequest(http.MethodPost, d.ID.Path()+"/report", &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return s.do(as, req)
}

func (s *site) reports(d *ledger.Duty) (n int, last ledger.Step) {
	s.t.Helper()
	s.reading(func(ctx context.Context, tx *db.Tx) error {
		steps, err := s.srv.Ledger.StepsOf(ctx, tx, d.ID)
		for _, x := range steps {
			if x.What == ledger.DidReport {
				n, last = n+1, x
			}
		}
		return err
	})
	return n, last
}

func TestReportPage(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		s.sits("农业己", "县农业农村局", "局长")
		other := s.dutyNamed("建立巡查")
		s.says(s.post("督查丁", other.ID.Path()+"/confirm", nil), 303)
		s.says(s.post("督查丁", other.ID.Path()+"/issue", nil), 303)
		s.says(s.get("水务戊", other.ID.Path()+"/report"), 200, "待签收", "不能填报进展", "签收")
		d := s.underWay("清捞")
		page := s.says(s.get("水务戊", d.ID.Path()+"/report"), 200, `capture="environment"`, `name="once"`, "清捞漂浮物", `action="`+d.ID.Path()+`/report"`, "report.js")
		if strings.Contains(page.body, "<script>") {
			t.Error("a script in the page")
		}
		s.says(s.get("农业己", d.ID.Path()+"/report"), 403)
		s.says(s.get("督查丁", d.ID.Path()+"/report"), 403)
		s.says(s.get("水务戊", "/ledger/999/report"), 404)
		s.says(s.get("水务戊", d.ID.Path()), 200, "手机填报页")

		jpeg := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")
		fields := map[string]string{"quick": "1", "progress": "25", "once": "t1", "text": "", "back": "/work"}
		s.says(s.report("水务戊", d, "application/json", fields, nil), 400, "进展情况") // neither photograph nor words
		s.says(s.report("水务戊", d, "application/json", fields, jpeg), 200, `"done":"report"`)
		s.says(s.report("水务戊", d, "application/json", fields, jpeg), 200) // the line broke before the answer came
		if n, last := s.reports(d); n != 1 || last.Data.Report.Text != photoSays || len(last.Data.Files) != 1 || last.Data.Report.Progress != 25 {
			t.Errorf("%d reports, %+v", n, last.Data)
		}
		s.says(s.report("", d, "application/json", fields, jpeg), 401, "登录已过期")
		fields["once"], fields["text"] = "t2", "又清了一处"
		if a := s.report("水务戊", d, "", fields, nil); a.location != "/work?done=report" { // the plain form
			t.Errorf("%d %s", a.status, a.location)
		}
		a := s.get("", "/sw.js")
		if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") || a.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("service worker: %d %v", a.status, a.header)
		}
	})
}
