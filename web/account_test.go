package web

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhixing/account"
	"zhixing/account/oidctest"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/publication"
)

// browser keeps cookies and follows no redirect, as one person at one machine.
type browser struct {
	s       *site
	cookies map[string]*http.Cookie
	addr    string
}

func (s *site) browser() *browser {
	return &browser{s: s, cookies: map[string]*http.Cookie{}, addr: "192.0.2.7:40000"}
}

func (b *browser) do(req *http.Request) answer {
	b.s.t.Helper()
	for _, c := range b.cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	req.RemoteAddr = b.addr
	rec := httptest.NewRecorder()
	b.s.srv.ServeHTTP(rec, req)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	if rec.Code >= 500 && rec.Code != http.StatusBadGateway {
		b.s.t.Fatalf("%s %s: %d\n%s", req.Method, req.URL, rec.Code, b.s.logs)
	}
	return answer{rec.Code, rec.Body.String(), rec.Header(), rec.Header().Get("Location")}
}

func (b *browser) get(target string) answer {
	b.s.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, target, nil))
}

func (b *browser) post(target string, pairs ...string) answer {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// wants checks status, and that the page holds every text.
func (a answer) wants(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.location)
	}
	for _, x := range texts {
		if !strings.Contains(a.body, x) {
			t.Errorf("lacks %q:\n%s", x, a.body)
		}
	}
}

// goesTo checks a redirect.
func (a answer) goesTo(t *testing.T, want string) {
	t.Helper()
	if a.status != http.StatusSeeOther || a.location != want {
		t.Fatalf("%d to %q, want %q\n%s", a.status, a.location, want, a.body)
	}
}

var secretOnPage = regexp.MustCompile(`<code class="secret">([^<]+)</code>`)

// TestNewPublisherComesIn walks the whole way in through the pages: made by the administrator, one-time password,
// own password, second factor, recovery codes, out, and in again.
func TestNewPublisherComesIn(t *testing.T) {
	sites(t, func(s *site) {
		a := s.post("管理丙", "/users/new", url.Values{"name": {"新签发"}, "full_name": {"新来的"}, "roles": {"publisher", "unit"}, "basis": {"第5次例会"}})
		a.wants(t, 400, "单位人员要填所在单位", `value="新签发"`, `value="新来的"`, `value="publisher" checked`, `value="第5次例会"`)
		a = s.post("管理丙", "/users/new", url.Values{"name": {"新签发"}, "full_name": {"新来的"}, "roles": {"publisher", "unit"}, "unit": {"县水利局"}, "basis": {"第5次例会"}})
		a.wants(t, 200, "只显示这一次")
		once := secretOnPage.FindStringSubmatch(a.body)[1]

		b := s.browser()
		b.get("/desk").goesTo(t, "/login?to=%2Fdesk")
		b.post("/login", "name", "新签发", "password", once, "to", "/desk").goesTo(t, "/account/password?to=%2Fdesk")
		b.get("/desk").goesTo(t, "/login/next")
		b.get("/login/next").goesTo(t, "/account/password")
		b.get("/account").goesTo(t, "/account/password")
		b.get("/account/password?to=%2Fdesk").wants(t, 200, "设置自己的密码", `value="/desk"`)
		if strings.Contains(b.get("/account/password").body, "原密码") {
			t.Error("asks again for the password that was typed a moment ago")
		}
		b.post("/account/password", "password", "short", "again", "short", "to", "/desk").wants(t, 400, "密码至少 10 个字符", `value="/desk"`)
		b.post("/account/password", "password", testPassword, "again", "another").wants(t, 400, "两次输入的新密码不一样")
		b.post("/account/password", "password", testPassword, "again", testPassword, "to", "/desk").goesTo(t, "/account/second-factor?to=%2Fdesk")

		a = b.get("/account/second-factor?to=%2Fdesk")
		a.wants(t, 200, `<svg `, "otpauth://totp/", "签发、单位人员")
		secret := strings.ReplaceAll(secretOnPage.FindStringSubmatch(a.body)[1], " ", "")
		b.post("/account/second-factor", "code", "000000", "to", "/desk").wants(t, 400, "验证码不对", secretOnPage.FindStringSubmatch(a.body)[1])
		spent := s.totp(secret)
		a = b.post("/account/second-factor", "code", spent, "to", "/desk")
		a.wants(t, 200, "恢复码只显示这一次", `href="/desk"`)
		if n := strings.Count(a.body, "<li><code>"); n != 10 {
			t.Error(n, "recovery codes")
		}
		code := regexp.MustCompile(`<li><code>([^<]+)`).FindStringSubmatch(a.body)[1]
		b.get("/desk").wants(t, 200, "编发台", "新来的")
		b.get("/users").wants(t, 403, "签发、单位人员")

		b.post("/logout").goesTo(t, "/login?done=bye")
		if len(b.cookies) != 0 {
			t.Error("cookies left:", b.cookies)
		}
		b.get("/login?done=bye").wants(t, 200, "已退出登录")
		b.post("/login", "name", "新签发", "password", testPassword).goesTo(t, "/login/code")
		b.post("/login/code", "code", spent, "to", "/issues").wants(t, 403, "验证码不对", `value="/issues"`) // of a guess nobody can say that it is wrong
		b.post("/login/code", "code", code, "to", "/issues").goesTo(t, "/issues")
		b.get("/account").wants(t, 200, "恢复码还剩 9 个", "192.0.2.7", "本次")

		s.get("管理丙", "/journal?subject=account%2F新签发").wants(t, 200, "第5次例会", "新建账号", "使用恢复码", "绑定二次验证")
	})
}

// totp is the code of a secret now, by way of a demonstration account that has it.
func (s *site) totp(secret string) string {
	s.t.Helper()
	ctx := context.Background()
	name := "演示" + strings.ToLower(secret[:8])
	_, _, err := s.srv.Accounts.Create(ctx, account.Operator("test"), account.NewUser{Name: name, Roles: []string{"editor"}, Demo: true, Password: testPassword, Secret: secret})
	if err != nil {
		s.t.Fatal(err)
	}
	code, err := s.srv.Accounts.DemoCode(ctx, name)
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

func TestLogInForm(t *testing.T) {
	sites(t, func(s *site) {
		b := s.browser()
		b.get("/login?to=/desk/3").wants(t, 200, `name="to" value="/desk/3"`, `autocomplete="current-password"`)
		b.post("/login", "name", "", "password", "").wants(t, 400, "请输入用户名", "请输入密码")
		a := b.post("/login", "name", `"><script>x`, "password", "typed-secret", "to", "/desk/3")
		a.wants(t, 403, "用户名或密码不对", `value="/desk/3"`, "&#34;&gt;&lt;script&gt;x")
		if strings.Contains(a.body, "typed-secret") || strings.Contains(s.logs.String(), "typed-secret") {
			t.Error("the password came back, or into the log")
		}
		for _, evil := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "desk", "/x\r\nSet-Cookie: a=b"} {
			b := s.browser()
			b.post("/login", "name", "编辑甲", "password", testPassword, "to", evil).goesTo(t, "/login/code")
		}
		b.get("/login?to=https://evil.example").wants(t, 200, `name="to" value=""`)
	})
}

func TestLogInIsSlowedDownByAddress(t *testing.T) {
	sites(t, func(s *site) {
		b := s.browser()
		b.addr = "[2001:db8::1]:4000"
		last := answer{}
		for range 80 {
			last = b.post("/login", "name", "没有这个人", "password", "x")
		}
		last.wants(t, 429, "过于频繁")
		b.addr = "[2001:db8::ffff:2]:4000" // another address of the same network
		b.post("/login", "name", "没有那个人", "password", "x").wants(t, 429)
		b.addr = "[2001:db8:1::1]:4000"
		b.post("/login", "name", "没有那个人", "password", "x").wants(t, 403)
	})
}

func TestLockedAccountSaysWhenToComeBack(t *testing.T) {
	sites(t, func(s *site) {
		b := s.browser()
		for range 5 {
			b.post("/login", "name", "编辑甲", "password", "wrong-password").wants(t, 403)
		}
		b.post("/login", "name", "编辑甲", "password", testPassword).wants(t, 429, "15 分钟", `value="编辑甲"`)
		s.get("管理丙", "/users?status=locked").wants(t, 200, "共 1 个账号", "锁定至 "+minute(s.clock.Now().Add(15*time.Minute)))
		s.get("管理丙", "/users/编辑甲").wants(t, 200, "解除锁定", `href="/journal?subject=account%2F%e7%bc%96%e8%be%91%e7%94%b2"`)
		s.post("管理丙", "/users/编辑甲/unlock", nil).goesTo(t, "/users/%E7%BC%96%E8%BE%91%E7%94%B2?done=unlock")
		b.post("/login", "name", "编辑甲", "password", testPassword).goesTo(t, "/login/code")
	})
}

func TestCookies(t *testing.T) {
	sites(t, func(s *site) {
		check := func(b *browser, name string, secure bool) {
			t.Helper()
			b.post("/login", "name", "编辑甲", "password", testPassword).goesTo(t, "/login/code")
			c := b.cookies[name]
			if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
				t.Errorf("secure %v: %v", secure, c)
			}
		}
		check(s.browser(), "zhixing", false)
		s.srv.BaseURL = "https://gazette.test"
		b := s.browser()
		check(b, "__Host-zhixing", true)
		b.get("/login/next").goesTo(t, "/login/code")

		// A cookie that a neighbouring site could have set counts for nothing over TLS.
		planted := s.browser()
		planted.cookies["zhixing"] = &http.Cookie{Name: "zhixing", Value: b.cookies["__Host-zhixing"].Value}
		planted.get("/login/next").goesTo(t, "/login?to=%2Flogin%2Fnext")
	})
}

// TestOtherSitesCannotAct: no form elsewhere can act in the name of somebody who is logged in here.
func TestOtherSitesCannotAct(t *testing.T) {
	sites(t, func(s *site) {
		for _, rt := range routes {
			method, path, _ := strings.Cut(rt.pattern, " ")
			if method != http.MethodPost {
				continue
			}
			path = strings.NewReplacer("{name}", "编辑甲", "{act}", "disable", "{id}", "1").Replace(path)
			for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
				req := httptest.NewRequest(method, (&url.URL{Path: path}).String(), nil)
				req.Header.Set(header, value)
				s.do("管理丙", req).wants(t, 403)
			}
		}
		s.get("管理丙", "/users/编辑甲").wants(t, 200, "在用")
	})
}

// TestHalfOpenSessionOpensNothing tries every address that is not public with a session that lacks its code.
func TestHalfOpenSessionOpensNothing(t *testing.T) {
	sites(t, func(s *site) {
		b := s.browser()
		b.post("/login", "name", "管理丙", "password", testPassword).goesTo(t, "/login/code")
		own := map[string]bool{"/login/next": true, "/login/code": true}
		for _, rt := range routes {
			method, path, _ := strings.Cut(rt.pattern, " ")
			if rt.access == everybody || rt.access == thisHost || own[path] {
				continue
			}
			path = strings.NewReplacer("{name}", "编辑甲", "{act}", "disable", "{id}", "1", "{seq}", "1", "{n}", "1").Replace(path)
			a := b.do(httptest.NewRequest(method, (&url.URL{Path: path}).String(), nil))
			if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/login/") {
				t.Errorf("%s: %d to %q", rt.pattern, a.status, a.location)
			}
		}
	})
}

func TestSessionsPage(t *testing.T) {
	sites(t, func(s *site) {
		ctx := context.Background()
		b := s.browser()
		b.post("/login", "name", "编辑甲", "password", testPassword)
		s.clock.Advance(time.Minute)
		code, err := s.srv.Accounts.DemoCode(ctx, "编辑甲")
		if err != nil {
			t.Fatal(err)
		}
		b.post("/login/code", "code", code).goesTo(t, "/desk")
		page := b.get("/account")
		page.wants(t, 200, "127.0.0.1", "192.0.2.7", "结束其他所有登录")
		ids := regexp.MustCompile(`name="id" value="([0-9a-f]+)"`).FindAllStringSubmatch(page.body, -1)
		if len(ids) != 2 {
			t.Fatal(ids)
		}
		other := ids[1][1]
		if strings.Index(page.body, "本次") > strings.Index(page.body, ids[1][1]) {
			other = ids[0][1]
		}
		b.post("/account/sessions/end", "id", other).goesTo(t, "/account?done=ended")
		s.get("编辑甲", "/desk").goesTo(t, "/login?to=%2Fdesk&ended=1")
		b.get("/login?to=%2Fdesk&ended=1").goesTo(t, "/desk")
		s.browser().get("/login?to=%2Fdesk&ended=1").wants(t, 200, "登录已结束")
		b.post("/account/sessions/end-others").goesTo(t, "/account?done=ended")
		b.get("/desk").wants(t, 200)

		s.clock.Advance(31 * time.Minute)
		b.get("/desk").goesTo(t, "/login?to=%2Fdesk&ended=1")
		b.post("/desk/1/submit").wants(t, 401, "重新登录")
	})
}

func TestLogInAgainEndsTheSessionBefore(t *testing.T) {
	sites(t, func(s *site) {
		b := s.browser()
		b.post("/login", "name", "编辑甲", "password", testPassword).goesTo(t, "/login/code")
		before := b.cookies[sessionCookie].Value
		b.post("/login", "name", "编辑甲", "password", testPassword).goesTo(t, "/login/code")
		if before == b.cookies[sessionCookie].Value {
			t.Error("the same token again")
		}
		_, err := s.srv.Accounts.SessionFrom(context.Background(), account.Token(before))
		if !errors.Is(err, account.ErrNotLogged) {
			t.Error("the session before lives on:", err)
		}
	})
}

func TestChangeOwnPassword(t *testing.T) {
	sites(t, func(s *site) {
		form := url.Values{"old": {"wrong-password"}, "password": {"a quite new one"}, "again": {"a quite new one"}}
		s.post("编辑甲", "/account/password", form).wants(t, 403, "原密码不对")
		form.Set("old", testPassword)
		a := s.post("编辑甲", "/account/password", form)
		a.goesTo(t, "/account?done=password")
		s.get("编辑甲", "/account").goesTo(t, "/login?to=%2Faccount&ended=1") // the old token is worth nothing
		b := s.browser()
		b.post("/login", "name", "编辑甲", "password", "a quite new one").goesTo(t, "/login/code")
	})
}

func TestUsersPageAndExport(t *testing.T) {
	sites(t, func(s *site) {
		ctx := context.Background()
		for name, full := range map[string]string{"导出公式": "=1+1", "导出普通": "普通"} {
			_, _, err := s.srv.Accounts.Create(ctx, account.Operator("test"), account.NewUser{Name: name, FullName: full, Roles: []string{"unit"}, Unit: "县能源局"})
			if err != nil {
				t.Fatal(err)
			}
		}
		a := s.get("管理丙", "/users?q=能源")
		a.wants(t, 200, "共 2 个账号", "待首次登录", `/users/%e5%af%bc%e5%87%ba%e6%99%ae%e9%80%9a`, "/users.csv?q=%E8%83%BD%E6%BA%90")
		if strings.Contains(a.body, "签发乙") {
			t.Error("the query does not narrow")
		}
		s.get("管理丙", "/users?q=%25").wants(t, 200, "共 0 个账号", "没有符合条件的账号")
		a = s.get("管理丙", "/users.csv?role=unit")
		if ct := a.header.Get("Content-Type"); ct != "text/csv; charset=utf-8" || a.header.Get("Cache-Control") != "no-store" {
			t.Error(a.header)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][1] != "'=1+1" && rows[2][1] != "'=1+1" {
			t.Error(err, rows)
		}
		for _, as := range []string{"", "编辑甲", "签发乙"} {
			for _, path := range []string{"/users", "/users.csv", "/users/new", "/users/管理丙", "/journal", "/journal.csv"} {
				if a := s.get(as, (&url.URL{Path: path}).String()); a.status == 200 || strings.Contains(a.body, "管理丙") {
					t.Errorf("%q sees %s", as, path)
				}
			}
			if a := s.post(as, "/users/%E7%AE%A1%E7%90%86%E4%B8%99/disable", nil); a.status == 200 || strings.Contains(a.location, "done") {
				t.Errorf("%q disables the administrator: %d", as, a.status)
			}
		}
		s.get("管理丙", "/users/没有这个人").wants(t, 404, "没有这个账号")
		s.post("管理丙", "/users/编辑甲/explode", nil).wants(t, 404)
	})
}

func TestManyUsersArePaged(t *testing.T) {
	sites(t, func(s *site) {
		ctx := context.Background()
		if err := s.srv.DB.Write(ctx, func(tx *db.Tx) error {
			for i := range 120 {
				_, err := tx.Exec(ctx, `INSERT INTO account (county, name, full_name, unit, roles, active, demo, password, one_time_until,
					totp_secret, totp_pending, totp_step, single_sign_on, oidc_issuer, oidc_subject, created_at, last_login_at)
					VALUES ($1, $2, $2, '', 'editor', true, false, '', 0, '', '', 0, false, '', '', 0, 0)`, s.srv.countyCode, "many"+string(rune('a'+i/26))+string(rune('a'+i%26)))
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		seen, next := 0, "/users?q=many"
		for next != "" {
			a := s.get("管理丙", next)
			a.wants(t, 200, "共 120 个账号")
			seen += strings.Count(a.body, `<a href="/users/many`)
			next = ""
			if m := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(a.body); m != nil {
				next = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if seen != 120 {
			t.Error("saw", seen)
		}
	})
}

func TestAdministratorsButtons(t *testing.T) {
	sites(t, func(s *site) {
		page := "/users/" + url.PathEscape("编辑甲")
		s.post("管理丙", page+"/roles", url.Values{"roles": {"unit"}, "basis": {"调离"}}).wants(t, 400, "单位人员要填所在单位", `value="unit" checked`, `value="调离"`)
		s.post("管理丙", page+"/roles", url.Values{"roles": {"unit"}, "unit": {"县水利局"}, "basis": {"调离"}}).goesTo(t, page+"?done=roles")
		s.get("管理丙", page+"?done=roles").wants(t, 200, "角色已调整", "县水利局")
		s.get("编辑甲", "/desk").goesTo(t, "/login?to=%2Fdesk&ended=1")
		s.post("管理丙", page+"/reset-second-factor", nil).goesTo(t, page+"?done=reset-second-factor")
		s.post("管理丙", page+"/disable", url.Values{"basis": {"退休"}}).goesTo(t, page+"?done=disable")
		s.get("管理丙", page).wants(t, 200, "停用", "启用账号")
		s.post("管理丙", page+"/enable", nil).goesTo(t, page+"?done=enable")
		a := s.post("管理丙", page+"/reset", nil)
		a.wants(t, 200, "一次性密码", minute(s.clock.Now().Add(account.OneTimeLife)))
		once := secretOnPage.FindStringSubmatch(a.body)[1]
		s.browser().post("/login", "name", "编辑甲", "password", once).goesTo(t, "/account/password")

		self := "/users/" + url.PathEscape("管理丙")
		s.get("管理丙", self).wants(t, 200, "这是您自己的账号")
		s.post("管理丙", self+"/disable", nil).wants(t, 409, "不能停用自己")
		s.post("管理丙", self+"/roles", url.Values{"roles": {"editor"}}).wants(t, 409, "不能取消自己的管理员角色")
		s.get("管理丙", "/journal?what=account.disable").wants(t, 200, "退休")
	})
}

func TestJournalPage(t *testing.T) {
	sites(t, func(s *site) {
		a := s.get("管理丙", "/journal")
		a.wants(t, 200, "命令行（test）", "新建账号", "账号 签发乙", "来自 127.0.0.1", `href="/users/%E7%AD%BE%E5%8F%91%E4%B9%99"`)
		a = s.get("管理丙", "/journal?who=签发乙")
		if strings.Contains(a.body, "命令行（test）") || !strings.Contains(a.body, "登录") {
			t.Error(a.body)
		}
		s.get("管理丙", "/journal?before=x").wants(t, 400)
		s.post("管理丙", "/journal/verify", nil).wants(t, 200, "校验通过", "还没有留存指纹")
		s.publishText(s.demoIssue())
		s.post("管理丙", "/journal/verify", nil).wants(t, 200, "校验通过", "指纹全部一致")
		s.get("管理丙", "/journal?what=publication.publish").wants(t, 200, "公布", "签发乙", "/documents/")
		a = s.get("管理丙", "/journal.csv")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 12 || rows[0][0] != "序号" || len(rows[1][7]) != 64 {
			t.Error(err, len(rows))
		}
	})
}

// TestJournalPageShowsTampering: somebody with the database in hand changes a record, or writes the history anew.
func TestJournalPageShowsTampering(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(s.demoIssue())
		off := []string{`DROP TRIGGER journal_no_update`, `DROP TRIGGER journal_no_delete`}
		if s.srv.DB.Dialect == db.PostgreSQL {
			off = []string{`DROP TRIGGER journal_no_change ON journal`}
		}
		s.sql(append(off, `UPDATE journal SET who = '别人' WHERE seq = 3`)...)
		s.post("管理丙", "/journal/verify", nil).wants(t, 200, "校验不通过", "第 3 条记录")
		s.sql(`DELETE FROM journal WHERE seq >= 3`) // what is left is a whole chain, but shorter than the public log says
		s.post("管理丙", "/journal/verify", nil).wants(t, 200, "校验不通过")
		// And now so long again, every record sealed as it should be, but another history.
		ctx := context.Background()
		if err := s.srv.DB.Write(ctx, func(tx *db.Tx) error {
			for range 100 {
				if _, err := journal.Append(ctx, tx, s.srv.countyCode, journal.Entry{Who: "别人", What: "account.login"}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Minute)
		if _, err := journal.Verify(ctx, s.srv.DB, s.srv.countyCode); err != nil {
			t.Fatal("the chain alone shows it already:", err)
		}
		s.post("管理丙", "/journal/verify", nil).wants(t, 200, "校验不通过")
	})
}

func (s *site) sql(statements ...string) {
	s.t.Helper()
	ctx := context.Background()
	if err := s.srv.DB.Write(ctx, func(tx *db.Tx) error {
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

func TestOIDCThroughThePages(t *testing.T) {
	sites(t, func(s *site) {
		b := s.browser()
		b.get("/login/oidc").wants(t, 404, "没有开通")
		if strings.Contains(b.get("/login").body, "统一身份认证") {
			t.Error("offers what is not there")
		}
		p := oidctest.New(t, s.clock.Now)
		p.Username = "编辑甲"
		var err error
		s.srv.OIDC, err = account.NewOIDC(account.OIDCConfig{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, RedirectURL: oidctest.RedirectURL}, s.clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		b.get("/login?to=/desk").wants(t, 200, "/login/oidc?to=%2fdesk")
		through := func(to string) answer {
			t.Helper()
			a := b.get("/login/oidc?to=" + url.QueryEscape(to))
			if a.status != http.StatusSeeOther {
				t.Fatal(a.status, a.body)
			}
			return b.get("/login/oidc/back?" + p.Authorize(a.location).Encode())
		}
		through("/desk").wants(t, 403, "没有可用的账号", "编辑甲")
		s.post("管理丙", "/users/"+url.PathEscape("编辑甲")+"/allow-sso", url.Values{"basis": {"本人申请"}}).goesTo(t, "/users/"+url.PathEscape("编辑甲")+"?done=allow-sso")
		through("/desk?x=1").goesTo(t, "/login/code?to=%2Fdesk%3Fx%3D1")
		if len(b.cookies) != 1 {
			t.Error("the issuer's cookie is left:", b.cookies)
		}
		s.get("管理丙", "/users/编辑甲").wants(t, 200, "已允许，已绑定本人")
		through("//evil.example").goesTo(t, "/login/code")

		b = s.browser()
		b.get("/login/oidc/back?code=x&state=y").wants(t, 403, "不是从本站开始的")
		p.Spoil = func(c map[string]any) { c["aud"] = "another" }
		a := through("")
		a.wants(t, 502, "暂时不可用")
		if strings.Contains(a.body, "audience") || !strings.Contains(s.logs.String(), "audience") {
			t.Error("the cause belongs into the log, not onto the page")
		}
		if logs := s.logs.String(); strings.Contains(logs, oidctest.ClientSecret) {
			t.Error("the client secret is in the log")
		}
	})
}

// TestActorIsTheSession: what the desk writes is signed with the name of the session.
func TestActorIsTheSession(t *testing.T) {
	sites(t, func(s *site) {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users["签发乙"])})
		req, err := s.srv.withSession(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := actor(req); got != (publication.Actor{Name: "签发乙", MayDraft: true, MayPublish: true}) {
			t.Error(got)
		}
	})
}
