package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/account"
	"zhixing/db"
	"zhixing/personnel"
)

const movesIssue = `绛县人民政府公报

2031年第3期

绛县人民政府办公室 主管主办

2031年6月1日出版

绛县人民政府关于示例甲等同志职务任免的通知

绛政任〔2031〕901号

各乡（镇）人民政府，县直各有关单位：

本件为演示。县人民政府2031年5月20日会议决定：

任命：

示例甲同志任县水务局局长（试用期一年）；

示例乙同志任县河湖管护局局长。

免去：

示例丙同志县水务局局长职务。

绛县人民政府

2031年5月21日

（此件公开发布）
`

// login makes an account and gives it a session; everybody of the site's roles is there already.
func (s *site) login(name string) {
	s.t.Helper()
	ctx := context.Background()
	_, _, err := s.srv.Accounts.Create(ctx, account.Operator("test"), account.NewUser{Name: name, Unit: "县水务局",
		Roles: []string{string(account.UnitMember)}, Demo: true, Password: testPassword, Secret: testSecret})
	if err != nil {
		s.t.Fatal(err)
	}
	s.enter(name)
}

// enter logs a person in again: after a day the session has ended.
func (s *site) enter(name string) {
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

// says checks the status of an answer and what its page says.
func (s *site) says(a answer, status int, words ...string) answer {
	s.t.Helper()
	if a.status != status {
		s.t.Errorf("status %d, want %d: %.600s", a.status, status, a.body)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			s.t.Errorf("the page does not say %q:\n%s", w, a.body)
		}
	}
	return a
}

// The county office comes to its seats through an administrator, takes in a notice, answers what it asks, decides a
// probation, corrects a record; all through the pages.
func TestPersonnelPages(t *testing.T) {
	sites(t, func(s *site) {
		s.login("办公室丁")
		s.login("水务戊")
		for _, who := range []string{"办公室丁", "水务戊"} {
			s.says(s.get(who, "/posts"), http.StatusForbidden)
		}
		s.says(s.get("管理丙", "/posts"), http.StatusOK, "登记人员", "空缺")
		s.says(s.post("管理丙", "/persons", url.Values{"name": {"示"}}), http.StatusBadRequest, "姓名应为")
		office := s.post("管理丙", "/persons", url.Values{"name": {"示例丁"}, "note": {"办公室"}})
		s.says(office, http.StatusSeeOther)
		person, _, _ := strings.Cut(office.location, "?")
		id := strings.TrimPrefix(person, "/persons/")
		s.says(s.post("管理丙", person+"/account", url.Values{"account": {"查无此号"}}), http.StatusNotFound, "没有这个账号")
		s.says(s.post("管理丙", person+"/account", url.Values{"account": {"办公室丁"}}), http.StatusSeeOther)
		unit := postsURL("绛县人民政府办公室")
		s.says(s.get("管理丙", unit), http.StatusOK, "督查员", "记录任职")
		form := url.Values{"post": {"绛县人民政府办公室/督查员"}, "person": {id}, "day": {"2031-01-01"}}
		s.says(s.post("管理丙", "/posts/appoint", form), http.StatusBadRequest, "请写明依据")
		form.Set("reason", "建账")
		s.says(s.post("管理丙", "/posts/appoint", form), http.StatusSeeOther)
		// From here the office does it, and nobody else.
		s.says(s.get("管理丙", "/posts"), http.StatusForbidden)
		s.says(s.get("办公室丁", "/posts?q=督查员"), http.StatusOK, "示例丁", "登记人员", "2031-01-01")
		s.says(s.get("办公室丁", "/questions"), http.StatusOK, "没有待确认的事项")

		s.publishText(movesIssue)
		s.says(s.get("办公室丁", "/questions"), http.StatusOK, "未识别名称：县河湖管护局", "查无此人：免去示例丙的县水务局局长职务", "绛政任〔2031〕901号")
		s.says(s.get("办公室丁", "/posts?q=示例甲"), http.StatusOK, "试用期至 2032-05-19", "县水务局")
		s.says(s.get("水务戊", "/questions"), http.StatusForbidden)
		unknown, nobody := s.question("县河湖管护局"), s.question("免去示例丙的县水务局局长职务")
		s.says(s.post("办公室丁", unknown, url.Values{"choice": {"same-unit"}, "unit": {"县无此局"}}), http.StatusNotFound, "没有哪个单位", "checked")
		s.says(s.post("办公室丁", unknown, url.Values{"choice": {"dismiss"}}), http.StatusBadRequest, "请写明理由")
		s.says(s.post("办公室丁", unknown, url.Values{"choice": {"same-unit"}, "unit": {"县能源局"}}), http.StatusSeeOther)
		s.says(s.get("办公室丁", postsURL("县能源局")), http.StatusOK, "示例乙", "绛政任〔2031〕901号", "绛县专业镇发展领导小组")
		s.says(s.post("办公室丁", nobody, url.Values{"choice": {"held-since"}, "day": {"2028-03-01"}}), http.StatusSeeOther)
		s.says(s.get("办公室丁", "/questions"), http.StatusOK, "没有待确认的事项", "就是已有的单位“县能源局”")
		s.says(s.post("办公室丁", nobody, url.Values{"choice": {"held-since"}}), http.StatusConflict, "已由办公室丁答复")

		// Before and after.
		s.says(s.get("办公室丁", postsURL("县水务局")+"?on=2031-05-19"), http.StatusOK, "2028-03-01", "2031年5月19日在任")
		if body := s.get("办公室丁", "/posts.csv?q=县水务局&on=2031-05-19").body; !strings.Contains(body, "示例丙") || strings.Contains(body, "示例甲") {
			t.Errorf("CSV of the day before: %s", body)
		}
		if body := s.get("办公室丁", "/posts.csv?q=县水务局&on=2031-05-20").body; strings.Contains(body, "示例丙") || !strings.Contains(body, "示例甲") {
			t.Errorf("CSV of the day: %s", body)
		}
		s.says(s.get("办公室丁", "/posts?on=昨天"), http.StatusBadRequest, "2023-10-31")
		s.says(s.get("办公室丁", "/posts?show=vacant&q=县林业局"), http.StatusOK, "空缺")
		s.says(s.get("办公室丁", postsURL("县水利局")), http.StatusSeeOther)
		s.says(s.get("办公室丁", postsURL("县无此局")), http.StatusNotFound)

		head := s.personOf("示例甲")
		s.says(s.get("办公室丁", head), http.StatusOK, "试用期决定", "试用期", "在任")
		tenure := s.tenureOf("示例甲")
		s.says(s.post("办公室丁", "/posts/probation", url.Values{"tenure": {tenure}, "decision": {"extended"}, "day": {"2031-06-01"}, "reason": {"再看"}}), http.StatusBadRequest, "更晚的一天")
		s.says(s.post("办公室丁", "/posts/probation", url.Values{"tenure": {tenure}, "decision": {"confirmed"}, "day": {"2031-06-01"}, "reason": {"考核合格"}}), http.StatusSeeOther)
		s.says(s.get("办公室丁", head), http.StatusOK, "转正", "先前的记录（1 版）")
		s.says(s.post("办公室丁", "/posts/correct", url.Values{"tenure": {tenure}, "from": {"2031-05-22"}}), http.StatusBadRequest, "更正的理由")
		s.says(s.post("办公室丁", "/posts/correct", url.Values{"tenure": {tenure}, "from": {"2031-05-22"}, "reason": {"误录"}}), http.StatusSeeOther)
		s.says(s.post("办公室丁", "/posts/remove", url.Values{"tenure": {tenure}, "day": {"2031-06-05"}, "doc": {"绛政任〔2031〕902号"}}), http.StatusSeeOther)
		s.says(s.get("办公室丁", head), http.StatusOK, "2031-06-05 免去", "绛政任〔2031〕902号")
		s.says(s.post("办公室丁", "/posts/remove", url.Values{"tenure": {"999"}, "day": {"2031-06-05"}}), http.StatusNotFound)

		// The head of a unit reads who is who and changes nothing.
		s.login("能源己")
		s.bind("示例乙", "能源己")
		s.says(s.get("能源己", "/posts"), http.StatusOK, "示例乙")
		if strings.Contains(s.get("能源己", s.personOf("示例乙")).body, "记录免职") {
			t.Error("forms are shown to somebody who may not use them")
		}
		for _, target := range []string{"/persons", "/posts/appoint", "/posts/remove", "/posts/probation", "/posts/correct", "/questions/1", "/questions/takein", person + "/account"} {
			s.says(s.post("能源己", target, url.Values{}), http.StatusForbidden)
			s.says(s.post("", target, url.Values{}), http.StatusUnauthorized)
		}
		if a := s.get("", "/posts"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/login") {
			t.Errorf("the public gets %d %s", a.status, a.location)
		}
	})
}

// A withdrawal on the page raises a question and undoes nothing.
func TestWithdrawalAsks(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(movesIssue)
		if a := s.post("签发乙", "/desk/withdraw", url.Values{"key": {"绛政任/2031/901"}, "note": {"误发"}}); a.status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.status, a.body)
		}
		s.says(s.get("管理丙", "/questions"), http.StatusOK, "依据已撤回或更正：绛政任〔2031〕901号（第2版，撤回）", "示例甲任县水务局局长")
		s.says(s.post("管理丙", "/questions/takein", nil), http.StatusSeeOther)
		s.says(s.get("管理丙", "/posts?q=县水务局"), http.StatusOK, "示例甲")
	})
}

// question is the address of the open question with this name.
func (s *site) question(name string) (url string) {
	s.t.Helper()
	s.reading(func(ctx context.Context, tx *db.Tx) error {
		open, err := personnel.Questions(ctx, tx, s.srv.countyCode, true)
		for _, q := range open {
			if q.Name == name {
				url = "/questions/" + strconv.FormatInt(int64(q.ID), 10)
			}
		}
		return err
	})
	if url == "" {
		s.t.Fatalf("no open question %s", name)
	}
	return url
}

func (s *site) personOf(name string) (url string) {
	s.t.Helper()
	s.reading(func(ctx context.Context, tx *db.Tx) error {
		p, err := personnel.Persons(ctx, tx, s.srv.countyCode, name)
		if len(p) == 1 {
			url = personURL(p[0].ID)
		}
		return err
	})
	return url
}

func (s *site) tenureOf(name string) (id string) {
	s.t.Helper()
	s.reading(func(ctx context.Context, tx *db.Tx) error {
		ts, err := personnel.Tenures(ctx, tx, s.srv.countyCode, personnel.TenureFilter{Name: name}, time.Time{})
		if len(ts) == 1 {
			id = strconv.FormatInt(int64(ts[0].ID), 10)
		}
		return err
	})
	return id
}

func (s *site) bind(name, account string) {
	s.t.Helper()
	s.says(s.post("办公室丁", s.personOf(name)+"/account", url.Values{"account": {account}}), http.StatusSeeOther)
}

func (s *site) reading(do func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.srv.DB.Read(context.Background(), func(tx *db.Tx) error { return do(context.Background(), tx) }); err != nil {
		s.t.Fatal(err)
	}
}
