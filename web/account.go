package web

import (
	"errors"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"zhixing/account"
)

// accountRoutes is logging in, one's own account, the administration of accounts, and the journal.
var accountRoutes = []route{
	{"GET /login", everybody, false, false, (*Server).logInForm, "登录"},
	{"POST /login", everybody, false, false, (*Server).logIn, "登录"},
	{"GET /login/next", signedIn, false, false, (*Server).logInNext, "登录的下一步"},
	{"GET /login/code", signedIn, false, false, (*Server).codeForm, "输入二次验证码"},
	{"POST /login/code", signedIn, false, false, (*Server).code, "输入二次验证码"},
	{"GET /login/oidc", everybody, false, false, (*Server).oidcBegin, "统一身份认证登录"},
	{"GET /login/oidc/back", everybody, false, false, (*Server).oidcBack, "统一身份认证登录回来"},
	{"POST /logout", everybody, false, false, (*Server).logOut, "退出"},
	{"GET /account", signedIn, false, false, (*Server).ownAccount, "我的账号与登录记录"},
	{"GET /account/password", signedIn, false, false, (*Server).passwordForm, "修改密码"},
	{"POST /account/password", signedIn, false, false, (*Server).password, "修改密码"},
	{"GET /account/second-factor", signedIn, false, false, (*Server).enrolForm, "绑定二次验证"},
	{"POST /account/second-factor", signedIn, false, false, (*Server).enrol, "绑定二次验证"},
	{"POST /account/sessions/end", signedIn, false, false, (*Server).endSession, "结束一处登录"},
	{"POST /account/sessions/end-others", signedIn, false, false, (*Server).endOthers, "结束其他登录"},
	{"GET /users", administrators, false, false, (*Server).users, "用户管理"},
	{"GET /users.csv", administrators, false, false, (*Server).users, "用户名单导出"},
	{"GET /users/new", administrators, false, false, (*Server).newUser, "新建账号"},
	{"POST /users/new", administrators, false, false, (*Server).createUser, "新建账号"},
	{"GET /users/{name}", administrators, false, false, (*Server).user, "一个账号"},
	{"POST /users/{name}/{act}", administrators, false, false, (*Server).changeUser, "办理一个账号：roles、reset、reset-second-factor、disable、enable、unlock、allow-sso、stop-sso"},
	{"GET /journal", auditors, false, false, (*Server).history, "操作留痕"},
	{"GET /journal.csv", auditors, false, false, (*Server).history, "操作留痕导出"},
	{"POST /journal/verify", auditors, false, false, (*Server).verifyHistory, "校验操作留痕"},
}

func init() {
	maps.Copy(flashes, map[string]string{
		"password": "密码已修改，其他各处的登录已结束。", "ended": "已结束所选的登录。", "roles": "角色已调整，该用户须重新登录。",
		"disable": "账号已停用，其登录已全部结束。", "enable": "账号已启用。", "unlock": "已解除锁定。",
		"reset-second-factor": "已解除二次验证，该用户下次登录时重新绑定。", "allow-sso": "已允许统一身份认证登录。",
		"stop-sso": "已停止统一身份认证登录。", "bye": "已退出登录。",
	})
}

// problems are what is wrong with a form, by field; "" is the form as a whole.
type problems map[string]string

// problemsOf is what a form can say about an error, and the status to say it with; nil where it is not for the person.
func problemsOf(err error) (problems, int) {
	var r *account.Refusal
	if !errors.As(err, &r) || r.Kind == account.NotLogged {
		return nil, 0
	}
	return problems{r.Field: r.Message}, refusalStatus[r.Kind]
}

// localPath is a path on this site to go on to, or nothing: never an address elsewhere.
func localPath(s string) string {
	if len(s) > 2000 || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") ||
		strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return ""
	}
	return s
}

// nextPage is where a session goes on: to its next step, or to where it wanted to go.
func nextPage(sess *account.Session, to string) string {
	step := map[account.Stage]string{
		account.NeedsCode: "/login/code", account.NeedsPassword: "/account/password", account.NeedsEnrolment: "/account/second-factor",
	}[sess.Stage]
	switch {
	case step != "" && to != "":
		return step + "?to=" + url.QueryEscape(to)
	case step != "":
		return step
	case to != "":
		return to
	case sess.Can(account.DraftDocuments):
		return "/desk"
	case sess.Can(account.ManageUsers):
		return "/users"
	}
	return "/account"
}

// ready is the session of a request, if it is all the way in; otherwise it goes on with its next step.
func ready(r *http.Request) (*account.Session, error) {
	sess := sessionOf(r)
	if sess.Stage != account.Ready {
		return nil, &redirectError{nextPage(sess, "")}
	}
	return sess, nil
}

// slowDown lets an address try 60 times at once and then every second: a whole county office comes from one address
// on Monday morning. Guessing is held off by the lock of each name.
func (s *Server) slowDown(r *http.Request) problems {
	if s.limits.allow("log-in", clientAddress(r), 1, 60) {
		return nil
	}
	return problems{"": "这个网络地址尝试登录过于频繁，请过一分钟再试。"}
}

func (s *Server) logInForm(w http.ResponseWriter, r *http.Request) error {
	if sess := sessionOf(r); sess != nil && r.URL.Query().Get("again") == "" {
		return &redirectError{nextPage(sess, localPath(r.URL.Query().Get("to")))}
	}
	return s.logInPage(w, r, http.StatusOK, nil)
}

func (s *Server) logInPage(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	p := s.page(r, "登录", home, Link{Text: "登录"})
	p.User = "" // somebody else may be logging in over a session
	p.Data = map[string]any{
		"Wrong": wrong, "Name": r.PostFormValue("name"), "To": localPath(r.FormValue("to")), "OIDC": s.OIDC != nil,
		"Ended": r.URL.Query().Get("ended") != "",
	}
	return s.render(w, status, "login.html", p)
}

func (s *Server) logIn(w http.ResponseWriter, r *http.Request) error {
	name, password := r.PostFormValue("name"), r.PostFormValue("password")
	missing := problems{}
	if strings.TrimSpace(name) == "" {
		missing["name"] = "请输入用户名"
	}
	if password == "" {
		missing["password"] = "请输入密码"
	}
	if len(missing) > 0 {
		return s.logInPage(w, r, http.StatusBadRequest, missing)
	}
	if wrong := s.slowDown(r); wrong != nil {
		return s.logInPage(w, r, http.StatusTooManyRequests, wrong)
	}
	tok, sess, err := s.Accounts.LogIn(r.Context(), name, password, client(r))
	if wrong, status := problemsOf(err); wrong != nil {
		return s.logInPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return s.enter(w, r, tok, sess, localPath(r.PostFormValue("to")))
}

// enter gives the browser its new token and sends it on. A session that it had before ends.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, tok account.Token, sess *account.Session, to string) error {
	if before := sessionOf(r); before != nil {
		if err := s.Accounts.LogOut(r.Context(), before); err != nil && !errors.Is(err, account.ErrNotFound) {
			return err
		}
	}
	s.setCookie(w, r, tok)
	return &redirectError{nextPage(sess, to)}
}

func (s *Server) logInNext(w http.ResponseWriter, r *http.Request) error {
	return &redirectError{nextPage(sessionOf(r), localPath(r.URL.Query().Get("to")))}
}

func (s *Server) logOut(w http.ResponseWriter, r *http.Request) error {
	if sess := sessionOf(r); sess != nil {
		if err := s.Accounts.LogOut(r.Context(), sess); err != nil && !errors.Is(err, account.ErrNotFound) {
			return err
		}
	}
	s.setCookie(w, r, "")
	return &redirectError{"/login?done=bye"}
}

func (s *Server) codeForm(w http.ResponseWriter, r *http.Request) error {
	return s.codePage(w, r, http.StatusOK, nil)
}

func (s *Server) codePage(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	sess := sessionOf(r)
	to := localPath(r.FormValue("to"))
	if sess.Stage != account.NeedsCode {
		return &redirectError{nextPage(sess, to)}
	}
	p := s.page(r, "二次验证", home, Link{Text: "登录", URL: "/login?again=1"}, Link{Text: "二次验证"})
	p.Data = map[string]any{"Wrong": wrong, "To": to, "User": sess.User}
	return s.render(w, status, "code.html", p)
}

func (s *Server) code(w http.ResponseWriter, r *http.Request) error {
	sess := sessionOf(r)
	to := localPath(r.PostFormValue("to"))
	if sess.Stage != account.NeedsCode {
		return &redirectError{nextPage(sess, to)}
	}
	if wrong := s.slowDown(r); wrong != nil {
		return s.codePage(w, r, http.StatusTooManyRequests, wrong)
	}
	tok, sess, err := s.Accounts.CheckCode(r.Context(), sess, r.PostFormValue("code"))
	if wrong, status := problemsOf(err); wrong != nil {
		return s.codePage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, r, tok)
	return &redirectError{nextPage(sess, to)}
}

func (s *Server) ownAccount(w http.ResponseWriter, r *http.Request) error {
	sess, err := ready(r)
	if err != nil {
		return err
	}
	list, err := s.Accounts.Sessions(r.Context(), sess)
	if err != nil {
		return err
	}
	left, err := s.Accounts.RecoveryLeft(r.Context(), sess)
	if err != nil {
		return err
	}
	p := s.page(r, "我的账号", home, Link{Text: "我的账号"})
	p.Data = map[string]any{"User": sess.User, "Sessions": list, "Left": left}
	return s.render(w, http.StatusOK, "account.html", p)
}

func (s *Server) passwordForm(w http.ResponseWriter, r *http.Request) error {
	return s.passwordPage(w, r, http.StatusOK, nil)
}

func (s *Server) passwordPage(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	sess := sessionOf(r)
	to := localPath(r.FormValue("to"))
	first := sess.Stage == account.NeedsPassword
	if !first && sess.Stage != account.Ready {
		return &redirectError{nextPage(sess, to)}
	}
	title := "修改密码"
	if first {
		title = "设置自己的密码"
	}
	p := s.page(r, title, home, Link{Text: "我的账号", URL: "/account"}, Link{Text: title})
	p.Data = map[string]any{"Wrong": wrong, "To": to, "First": first, "User": sess.User}
	return s.render(w, status, "password.html", p)
}

func (s *Server) password(w http.ResponseWriter, r *http.Request) error {
	sess := sessionOf(r)
	to := localPath(r.PostFormValue("to"))
	if sess.Stage != account.NeedsPassword && sess.Stage != account.Ready {
		return &redirectError{nextPage(sess, to)}
	}
	if r.PostFormValue("password") != r.PostFormValue("again") {
		return s.passwordPage(w, r, http.StatusBadRequest, problems{"again": "两次输入的新密码不一样，请重新输入"})
	}
	if wrong := s.slowDown(r); wrong != nil {
		return s.passwordPage(w, r, http.StatusTooManyRequests, wrong)
	}
	tok, sess, err := s.Accounts.ChangePassword(r.Context(), sess, r.PostFormValue("old"), r.PostFormValue("password"))
	if wrong, status := problemsOf(err); wrong != nil {
		return s.passwordPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, r, tok)
	if sess.Stage == account.Ready && to == "" {
		return &redirectError{"/account?done=password"}
	}
	return &redirectError{nextPage(sess, to)}
}

func (s *Server) enrolForm(w http.ResponseWriter, r *http.Request) error {
	return s.enrolPage(w, r, http.StatusOK, nil)
}

func (s *Server) enrolPage(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	sess := sessionOf(r)
	to := localPath(r.FormValue("to"))
	if sess.Stage != account.NeedsEnrolment && sess.Stage != account.Ready {
		return &redirectError{nextPage(sess, to)}
	}
	e, err := s.Accounts.Enrolment(r.Context(), sess)
	if err != nil {
		return err
	}
	p := s.page(r, "绑定二次验证", home, Link{Text: "我的账号", URL: "/account"}, Link{Text: "绑定二次验证"})
	p.Data = map[string]any{
		"Wrong": wrong, "To": to, "User": sess.User, "Forced": sess.Stage == account.NeedsEnrolment,
		"Secret": e.Secret,
		// Both are made by package account from a secret and a checked name, and hold nothing that was typed.
		"URI": template.URL(e.URI), "QR": template.HTML(e.QR),
	}
	return s.render(w, status, "enrol.html", p)
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) error {
	sess := sessionOf(r)
	to := localPath(r.PostFormValue("to"))
	if sess.Stage != account.NeedsEnrolment && sess.Stage != account.Ready {
		return &redirectError{nextPage(sess, to)}
	}
	if wrong := s.slowDown(r); wrong != nil {
		return s.enrolPage(w, r, http.StatusTooManyRequests, wrong)
	}
	codes, tok, sess, err := s.Accounts.Enrol(r.Context(), sess, r.PostFormValue("code"), r.PostFormValue("current"))
	if wrong, status := problemsOf(err); wrong != nil {
		return s.enrolPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, r, tok)
	p := s.page(r, "恢复码", home, Link{Text: "我的账号", URL: "/account"}, Link{Text: "恢复码"})
	p.Data = map[string]any{"Codes": codes, "Next": nextPage(sess, to)}
	return s.render(w, http.StatusOK, "recovery.html", p)
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	sess, err := ready(r)
	if err != nil {
		return err
	}
	id := r.PostFormValue("id")
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return badRequest("表单不完整，请刷新页面后再办。")
	}
	err = s.Accounts.EndSession(r.Context(), sess, id)
	if err != nil && !errors.Is(err, account.ErrNotFound) { // it ended by itself meanwhile: as wanted
		return err
	}
	if id == sess.ID {
		s.setCookie(w, r, "")
		return &redirectError{"/login?done=bye"}
	}
	return &redirectError{"/account?done=ended"}
}

func (s *Server) endOthers(w http.ResponseWriter, r *http.Request) error {
	sess, err := ready(r)
	if err != nil {
		return err
	}
	if err := s.Accounts.EndOthers(r.Context(), sess); err != nil {
		return err
	}
	return &redirectError{"/account?done=ended"}
}
