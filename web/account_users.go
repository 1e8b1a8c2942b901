package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/account"
	"zhixing/calendar"
)

// usersPage is how many accounts stand on one page.
const usersPage = 50

var statusNames = []struct {
	Status account.Status
	Name   string
}{{"", "全部"}, {account.Active, "在用"}, {account.Disabled, "停用"}, {account.LockedUp, "锁定中"}, {account.Unready, "未完成首次登录"}}

// stateOf says in words how an account stands.
func stateOf(u account.User) string {
	switch {
	case !u.Active:
		return "停用"
	case !u.LockedUntil.IsZero():
		return "锁定"
	case !u.OneTimeUntil.IsZero():
		return "待首次登录"
	case u.NeedsSecondFactor() && !u.SecondFactor:
		return "待绑定二次验证"
	}
	return "在用"
}

func (s *Server) users(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := account.Filter{Text: q.Get("q"), Role: account.Role(q.Get("role")), Status: account.Status(q.Get("status"))}
	list, err := s.Accounts.List(r.Context(), f)
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "用户名单.csv", userRows(list))
	}
	total := len(list)
	at, _ := strconv.Atoi(q.Get("from"))
	at = min(max(at, 0), total)
	next := ""
	if at+usersPage < total {
		q.Set("from", strconv.Itoa(at+usersPage))
		next = "/users?" + q.Encode()
	}
	first := ""
	if at > 0 {
		q.Del("from")
		first = "/users?" + q.Encode()
	}
	q.Del("from")
	p := s.page(r, "用户管理", home, Link{Text: "用户管理"})
	p.Data = map[string]any{
		"Users": list[at:min(at+usersPage, total)], "Total": total, "At": at, "Q": f.Text, "Role": f.Role, "Status": f.Status,
		"Roles": account.Roles, "Statuses": statusNames, "CSV": "/users.csv?" + q.Encode(), "Pager": map[string]string{"First": first, "Next": next},
		"Begin": s.Ledger != nil && s.mayBegin(r),
	}
	return s.render(w, http.StatusOK, "users.html", p)
}

func userRows(list []account.User) [][]string {
	yes := map[bool]string{true: "是", false: "否"}
	rows := [][]string{{"用户名", "姓名", "角色", "单位", "状态", "二次验证", "统一身份认证", "建立时间", "最近登录"}}
	for _, u := range list {
		rows = append(rows, []string{string(u.Name), u.FullName, u.RoleNames(), u.Unit, stateOf(u), yes[u.SecondFactor], yes[u.SingleSignOn], minute(u.Created), minute(u.LastLogIn)})
	}
	return rows
}

func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Zone).Format("2006-01-02 15:04")
}

func (s *Server) newUser(w http.ResponseWriter, r *http.Request) error {
	return s.newUserPage(w, r, http.StatusOK, nil)
}

func (s *Server) newUserPage(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	p := s.page(r, "新建账号", home, Link{Text: "用户管理", URL: "/users"}, Link{Text: "新建账号"})
	p.Data = map[string]any{
		"Wrong": wrong, "Roles": account.Roles, "Name": r.PostFormValue("name"), "FullName": r.PostFormValue("full_name"),
		"Unit": r.PostFormValue("unit"), "Basis": r.PostFormValue("basis"), "Chosen": chosen(r.PostForm["roles"]),
	}
	return s.render(w, status, "usernew.html", p)
}

// chosen marks the boxes that were ticked.
func chosen(roles []string) map[account.Role]bool {
	m := map[account.Role]bool{}
	for _, r := range roles {
		m[account.Role(r)] = true
	}
	return m
}

// actorOf is the administrator with the reason typed into the form.
func actorOf(r *http.Request) account.Actor {
	basis := strings.TrimSpace(r.PostFormValue("basis"))
	if runes := []rune(basis); len(runes) > 200 {
		basis = string(runes[:200])
	}
	return sessionOf(r).Actor(strings.ToValidUTF8(strings.ReplaceAll(basis, "\x00", ""), ""))
}

func (s *Server) createUser(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	u, once, err := s.Accounts.Create(r.Context(), actorOf(r), account.NewUser{
		Name: r.PostFormValue("name"), FullName: r.PostFormValue("full_name"), Unit: r.PostFormValue("unit"), Roles: r.PostForm["roles"],
	})
	if wrong, status := problemsOf(err); wrong != nil {
		return s.newUserPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return s.oneTimePage(w, r, "账号已建立", u.Name, once)
}

// oneTimePage shows a one-time password, this once.
func (s *Server) oneTimePage(w http.ResponseWriter, r *http.Request, title string, name account.Name, once string) error {
	p := s.page(r, title, home, Link{Text: "用户管理", URL: "/users"}, Link{Text: string(name), URL: userURL(name)}, Link{Text: title})
	p.Data = map[string]any{"Name": name, "Password": once, "Until": s.now().Add(account.OneTimeLife)}
	return s.render(w, http.StatusOK, "onetime.html", p)
}

func userURL(n account.Name) string { return "/users/" + url.PathEscape(string(n)) }

func (s *Server) user(w http.ResponseWriter, r *http.Request) error {
	return s.userPage(w, r, http.StatusOK, nil)
}

func (s *Server) userPage(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	u, err := s.Accounts.Find(r.Context(), account.Name(r.PathValue("name")))
	if err != nil {
		return err
	}
	roles, unit := chosen(nil), u.Unit
	for _, role := range u.Roles {
		roles[role] = true
	}
	if wrong != nil && r.PathValue("act") == "roles" { // what was typed stays
		roles, unit = chosen(r.PostForm["roles"]), r.PostFormValue("unit")
	}
	p := s.page(r, "账号："+string(u.Name), home, Link{Text: "用户管理", URL: "/users"}, Link{Text: string(u.Name)})
	p.Data = map[string]any{
		"Wrong": wrong, "U": u, "State": stateOf(u), "Roles": account.Roles, "Chosen": roles, "Unit": unit, "Basis": r.PostFormValue("basis"),
		"Self": u.Name == sessionOf(r).User.Name, "OIDC": s.OIDC != nil, "Base": userURL(u.Name),
	}
	return s.render(w, status, "user.html", p)
}

// userActs are what an administrator does to an account with one button.
var userActs = map[string]func(*account.Accounts, context.Context, account.Actor, account.Name) error{
	"reset-second-factor": (*account.Accounts).ResetSecondFactor,
	"unlock":              (*account.Accounts).Unlock,
	"disable": func(a *account.Accounts, ctx context.Context, by account.Actor, n account.Name) error {
		return a.SetActive(ctx, by, n, false)
	},
	"enable": func(a *account.Accounts, ctx context.Context, by account.Actor, n account.Name) error {
		return a.SetActive(ctx, by, n, true)
	},
	"allow-sso": func(a *account.Accounts, ctx context.Context, by account.Actor, n account.Name) error {
		return a.AllowSingleSignOn(ctx, by, n, true)
	},
	"stop-sso": func(a *account.Accounts, ctx context.Context, by account.Actor, n account.Name) error {
		return a.AllowSingleSignOn(ctx, by, n, false)
	},
}

func (s *Server) changeUser(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	name, act := account.Name(r.PathValue("name")), r.PathValue("act")
	once := ""
	var err error
	switch do, ok := userActs[act]; {
	case act == "roles":
		err = s.Accounts.SetRoles(r.Context(), actorOf(r), name, r.PostForm["roles"], r.PostFormValue("unit"))
	case act == "reset":
		once, err = s.Accounts.ResetPassword(r.Context(), actorOf(r), name)
	case ok:
		err = do(s.Accounts, r.Context(), actorOf(r), name)
	default:
		return notFound("没有这项操作。")
	}
	if wrong, status := problemsOf(err); wrong != nil && !slices.Contains([]int{http.StatusNotFound, http.StatusForbidden}, status) {
		return s.userPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	if once != "" {
		return s.oneTimePage(w, r, "密码已重置", name, once)
	}
	if act == "roles" && name == sessionOf(r).User.Name {
		return &redirectError{"/login"} // his own session has ended with the change
	}
	return &redirectError{userURL(name) + "?done=" + act}
}
