package web

import (
	"context"
	"net/http"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// headOf is the document that a form speaks of.
func (s *Server) headOf(r *http.Request) (publication.Document, error) {
	key, ok := publication.ParseKey(r.FormValue("key"))
	if !ok {
		return publication.Document{}, notFound("没有这件公文。")
	}
	var d publication.Document
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = publication.DocumentOn(ctx, tx, s.countyCode, key, calendar.Date{})
		return err
	})
	return d, err
}

func (s *Server) correctForm(w http.ResponseWriter, r *http.Request) error {
	return s.afterPage(w, r, "correct.html", "更正", nil)
}

func (s *Server) withdrawForm(w http.ResponseWriter, r *http.Request) error {
	return s.afterPage(w, r, "withdraw.html", "撤回", nil)
}

// afterPage is a form about a document that is public already; what was typed stays in it.
func (s *Server) afterPage(w http.ResponseWriter, r *http.Request, template, title string, problem error) error {
	d, err := s.headOf(r)
	if err != nil {
		return err
	}
	p := s.page(r, title+"："+d.Title, home, Link{Text: "编发台", URL: "/desk"}, Link{Text: title})
	message := ""
	if problem != nil {
		message = asHTTPError(problem).message
	}
	p.Data = map[string]any{"Doc": d, "Problem": message, "Note": r.PostFormValue("note"), "Basis": r.PostFormValue("basis"), "On": r.PostFormValue("on")}
	return s.render(w, statusOf(problem), template, p)
}

// correct begins a draft with the text as it is public now; it goes the same way as any other draft.
func (s *Server) correct(w http.ResponseWriter, r *http.Request) error {
	d, err := s.headOf(r)
	if err != nil {
		return err
	}
	var draft publication.Draft
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		draft, err = publication.BeginCorrection(r.Context(), tx, s.countyCode, actor(r), d.Key, strings.TrimSpace(r.PostFormValue("note")), strings.TrimSpace(r.PostFormValue("basis")))
		return err
	})
	if k := publication.KindOf(err); k == publication.Invalid || k == publication.TooLarge || k == publication.Conflict {
		return s.afterPage(w, r, "correct.html", "更正", err)
	}
	if err != nil {
		return err
	}
	return &redirectError{deskURL(draft.ID) + "?done=uploaded"}
}

func (s *Server) withdraw(w http.ResponseWriter, r *http.Request) error {
	d, err := s.headOf(r)
	if err != nil {
		return err
	}
	on, err := calendar.ParseDate(r.PostFormValue("on"))
	if err != nil {
		return s.afterPage(w, r, "withdraw.html", "撤回", badRequest("日期写作 2023-10-31 的形式。"))
	}
	_, err = s.Press.Withdraw(r.Context(), d.Key, actor(r), publication.Withdrawal{
		Reason: strings.TrimSpace(r.PostFormValue("note")), Basis: strings.TrimSpace(r.PostFormValue("basis")), On: on,
	})
	s.published()
	if k := publication.KindOf(err); k == publication.Invalid || k == publication.TooLarge || k == publication.WrongState {
		return s.afterPage(w, r, "withdraw.html", "撤回", err)
	}
	if err != nil {
		return err
	}
	s.takeIn(r.Context())
	return &redirectError{documentURL(d.Key) + "?done=withdrawn"}
}
