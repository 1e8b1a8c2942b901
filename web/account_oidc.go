package web

import (
	"encoding/base64"
	"net/http"
	"strings"
)

const oidcCookie = "zhixing-oidc"

// keepOIDC holds, for ten minutes, what the browser must bring back from the issuer, and where it wanted to go.
func (s *Server) keepOIDC(w http.ResponseWriter, r *http.Request, keep string) {
	c := &http.Cookie{Name: oidcCookie, Value: keep, Path: "/login/oidc", MaxAge: 600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure(r)}
	if keep == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (s *Server) oidcBegin(w http.ResponseWriter, r *http.Request) error {
	if s.OIDC == nil {
		return notFound("本站没有开通统一身份认证登录。")
	}
	if wrong := s.slowDown(r); wrong != nil {
		return s.logInPage(w, r, http.StatusTooManyRequests, wrong)
	}
	to, keep, err := s.OIDC.Begin(r.Context())
	if err != nil {
		return s.oidcDown(w, r, err)
	}
	s.keepOIDC(w, r, keep+"~"+base64.RawURLEncoding.EncodeToString([]byte(localPath(r.URL.Query().Get("to")))))
	return &redirectError{to}
}

// oidcDown says that the issuer does not do its part; why is for the operator.
func (s *Server) oidcDown(w http.ResponseWriter, r *http.Request, err error) error {
	s.Logger.Error("OpenID Connect log-in", "error", err)
	return s.logInPage(w, r, http.StatusBadGateway, problems{"": "统一身份认证暂时不可用，请稍后再试，或用本站密码登录。"})
}

func (s *Server) oidcBack(w http.ResponseWriter, r *http.Request) error {
	if s.OIDC == nil {
		return notFound("本站没有开通统一身份认证登录。")
	}
	if wrong := s.slowDown(r); wrong != nil {
		return s.logInPage(w, r, http.StatusTooManyRequests, wrong)
	}
	keep, to := "", []byte(nil)
	if c, err := r.Cookie(oidcCookie); err == nil {
		var coded string
		keep, coded, _ = strings.Cut(c.Value, "~")
		to, _ = base64.RawURLEncoding.DecodeString(coded)
	}
	s.keepOIDC(w, r, "")
	id, err := s.OIDC.Finish(r.Context(), keep, r.URL.Query())
	if wrong, status := problemsOf(err); wrong != nil {
		return s.logInPage(w, r, status, wrong)
	}
	if err != nil {
		return s.oidcDown(w, r, err)
	}
	tok, sess, err := s.Accounts.LogInAs(r.Context(), id, client(r))
	if wrong, status := problemsOf(err); wrong != nil {
		return s.logInPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return s.enter(w, r, tok, sess, localPath(string(to)))
}
