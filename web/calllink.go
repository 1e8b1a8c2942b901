package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/policy/works"
)

// callLinkRoutes are for whoever is called and has no account: the link of his message is the key, for this one call and one answer.
var callLinkRoutes = []route{
	{"GET " + works.LinkPath + "{link}", everybody, false, false, (*Server).callLink, "凭叫应信息里的链接看这一项叫应，不用登录；只显示叫应的内容和岗位，不显示姓名、号码"},
	{"POST " + works.LinkPath + "{link}", everybody, false, false, (*Server).answerLink, "凭叫应信息里的链接应答：收到、办好，可写情况；每项只用一次，叫应结束即失效"},
}

func (s *Server) callLink(w http.ResponseWriter, r *http.Request) error {
	return s.callLinkPage(w, r, http.StatusOK, "", "")
}

func (s *Server) callLinkPage(w http.ResponseWriter, r *http.Request, status int, typed, wrong string) error {
	ww, err := s.works()
	if err != nil {
		return err
	}
	var c myCall
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		k, round, takes, err := ww.LinkedCall(ctx, tx, r.PathValue("link"))
		c = myCall{k, round, !takes}
		return err
	})
	var no *callup.Error
	switch {
	case errors.As(err, &no) && no.Kind == callup.NotFound:
		return notFound(no.Message)
	case err != nil:
		return err
	}
	now := s.now()
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	w.Header().Set("X-Robots-Tag", "noindex")
	p := s.page(r, "叫应")
	p.Data = map[string]any{"C": c, "Typed": typed, "Wrong": wrong, "Title": "叫应", "Back": "/", "At": func(t time.Time) string { return hourMinute(t, now) },
		"Done": r.URL.Query().Get("done") == "1", "Link": works.LinkPath + r.PathValue("link")}
	return s.render(w, status, "calllink.html", p)
}

func (s *Server) answerLink(w http.ResponseWriter, r *http.Request) error {
	ww, err := s.works()
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请刷新页面后再办。")
	}
	said := callup.Said{Acted: r.PostForm.Get("state") == "done", Text: r.PostForm.Get("words")}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return ww.AnswerLink(r.Context(), tx, r.PathValue("link"), said) })
	var no *callup.Error
	switch {
	case errors.As(err, &no) && no.Kind == callup.NotFound:
		return notFound(no.Message)
	case errors.As(err, &no) && no.Kind == callup.Conflict:
		return s.callLinkPage(w, r, http.StatusConflict, said.Text, no.Message)
	case errors.As(err, &no):
		return s.callLinkPage(w, r, http.StatusBadRequest, said.Text, no.Message)
	case err != nil:
		return err
	}
	http.Redirect(w, r, works.LinkPath+r.PathValue("link")+"?done=1", http.StatusSeeOther)
	return nil
}
