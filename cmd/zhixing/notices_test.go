package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/notice"
	"zhixing/personnel"
)

// flagsOf is the ways out that a call of serve names.
func flagsOf(t *testing.T, args ...string) (notice.Config, error) {
	t.Helper()
	c := newCall(command{name: "serve"}, args, stdio{})
	o := c.outside()
	if err := c.parse(); err != nil {
		t.Fatal(err)
	}
	return o.config("https://gov.example.cn")
}

func TestWaysOutAreFlags(t *testing.T) {
	hooks := filepath.Join(t.TempDir(), "webhooks")
	text := "# 各单位工作群\n督查群 wecom https://robot.example.cn/send?key=abc=1\n\n水务群 dingtalk https://robot.example.cn/x unit=县水务局 kinds=rung,letter secret=SEC-密\n"
	if err := os.WriteFile(hooks, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("口令\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZHIXING_WEBHOOKS_FILE", hooks)
	t.Setenv("ZHIXING_SMTP_PASSWORD_FILE", password)
	t.Setenv("ZHIXING_SMTP_USER", "notice")
	got, err := flagsOf(t, "--smtp-host", "mail.example.cn", "--smtp-from", "某县人民政府办公室 <notice@gov.example.cn>")
	if err != nil {
		t.Fatal(err)
	}
	if m := got.Mail; m == nil || m.Port != 465 || m.Security != notice.ImplicitTLS || m.User != "notice" || m.Password != "口令" {
		t.Errorf("mail: %+v", got.Mail)
	}
	want := []notice.Hook{{Name: "督查群", Style: notice.WeCom, URL: "https://robot.example.cn/send?key=abc=1"},
		{Name: "水务群", Style: notice.DingTalk, URL: "https://robot.example.cn/x", Unit: "县水务局", Kinds: []string{"rung", "letter"}, Secret: "SEC-密"}}
	if !slices.EqualFunc(got.Hooks, want, func(a, b notice.Hook) bool {
		return a.Name == b.Name && a.Style == b.Style && a.URL == b.URL && a.Unit == b.Unit && a.Secret == b.Secret && slices.Equal(a.Kinds, b.Kinds)
	}) {
		t.Errorf("hooks: %d", len(got.Hooks))
	}
	for name, c := range map[string]struct {
		hooks string
		args  []string
		says  string
	}{
		"no sender":        {"", []string{"--smtp-host", "mail.example.cn"}, "发件人地址不对"},
		"password unsafe":  {"", []string{"--smtp-host", "mail.example.cn", "--smtp-from", "a@example.cn", "--smtp-security", "none"}, "不得使用用户名和密码"},
		"half a line":      {"督查群 wecom", nil, "line 1"},
		"unknown word":     {"# 群\n督查群 wecom https://robot.example.cn/secret-key group=1", nil, "line 2"},
		"unknown style":    {"督查群 fax https://robot.example.cn/secret-key", nil, "wecom、dingtalk、json"},
		"short secret":     {"平台 json https://robot.example.cn/secret-key secret=abc", nil, "至少16个字符"},
		"twice":            {"甲 wecom https://robot.example.cn/secret-key\n甲 wecom https://robot.example.cn/secret-key", nil, "名称重复"},
		"no address at it": {"甲 wecom secret-key", nil, "地址不对"},
	} {
		if err := os.WriteFile(hooks, []byte(c.hooks), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := flagsOf(t, c.args...)
		if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret-key") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRecipientsHoldTheOfficeToday: a notice goes to whoever holds the posts on the day and can log in.
func TestRecipientsHoldTheOfficeToday(t *testing.T) {
	taken, err := demonstrationCounty()
	if err != nil {
		t.Fatal(err)
	}
	county := taken.County
	code := string(county.Place.Code)
	clock := dbtest.At("2023-10-30")
	ctx := context.Background()
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		none := ""
		s := &site{db: d, county: county, accounts: account.Open(d, code, account.Options{}), ledger: newLedger(county, nil, false), baseURL: &none}
		sit := func(name, title, from, until string) {
			t.Helper()
			if _, _, err := s.accounts.Create(ctx, account.Operator("test"), account.NewUser{Name: name, FullName: "示例" + name, Unit: "县水务局", Roles: []string{"unit"}}); err != nil {
				t.Fatal(err)
			}
			err := d.Write(ctx, func(tx *db.Tx) error {
				id, err := personnel.AddPerson(ctx, tx, code, "test", "示例"+name, "虚构")
				if err != nil {
					return err
				}
				if err := personnel.BindAccount(ctx, tx, code, "test", id, name); err != nil {
					return err
				}
				for _, m := range []struct {
					do func(context.Context, *db.Tx, *personnel.Book, string, string, personnel.Move) (personnel.TenureID, error)
					on string
				}{{personnel.Appoint, from}, {personnel.Remove, until}} {
					if m.on == "" {
						continue
					}
					day, err := calendar.ParseDate(m.on)
					if err != nil {
						return err
					}
					if _, err := m.do(ctx, tx, county.Book, code, "test", personnel.Move{Person: id, Post: personnel.ID("县水务局", title), On: day, Reason: "虚构"}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		sit("旧局长", "局长", "2023-01-01", "2023-10-01")
		sit("新局长", "局长", "2023-10-01", "")
		sit("经办人甲", "经办人", "2023-01-01", "")
		sit("经办人乙", "经办人", "2023-01-01", "")
		if err := s.accounts.SetActive(ctx, account.Operator("test"), "经办人乙", false); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			to   notice.To
			want string
		}{
			{notice.To{Unit: "县水务局", Roles: []string{"head"}}, "新局长"},
			{notice.To{Unit: "县水务局", Roles: []string{"head", "member"}}, "新局长 经办人甲"},
			{notice.To{Unit: "县水务局"}, "新局长 经办人甲"},
			{notice.To{Post: "县水务局/局长"}, "新局长"},
			{notice.To{Account: "旧局长"}, "旧局长"},
			{notice.To{Account: "经办人乙"}, ""}, {notice.To{Account: "无此人"}, ""}, {notice.To{Unit: "县财政局"}, ""},
		} {
			var got []string
			err := d.Write(ctx, func(tx *db.Tx) error { // the courier asks while it writes
				got = nil
				people, err := s.recipients(ctx, tx, code, c.to, calendar.DateOf(tx.Now()))
				for _, p := range people {
					got = append(got, p.Account)
					if p.Name != "示例"+p.Account {
						t.Errorf("%s is called %s", p.Account, p.Name)
					}
				}
				return err
			})
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%+v: %q, want %q; %v", c.to, got, c.want, err)
			}
		}
		_, courier, err := s.notices(ctx)
		if err != nil || courier == nil {
			t.Fatal(courier, err)
		}
		at := func(s string) time.Time { return dbtest.At(s).Now() }
		if !courier.Open(at("2023-10-30T10:00:00+08:00")) || courier.Open(at("2023-10-29T10:00:00+08:00")) { // a Monday, a Sunday
			t.Error("office hours are not the county's")
		}
		if next := courier.Next(at("2023-10-29T10:00:00+08:00")); calendar.DateOf(next).String() != "2023-10-30" {
			t.Error("they next begin on", next)
		}
		if courier.Config.Mail != nil || courier.Config.Push != nil || len(courier.Config.Hooks) > 0 {
			t.Error("without flags something leaves the house")
		}
	})
}
