package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
)

// caseLetterRoutes are the letters about cases: as they read, signed, dropped and answered.
var caseLetterRoutes = []route{
	{"GET /cases/{id}/letters/{no}", seated, false, false, (*Server).caseLetter, "一份关于事项的文书"},
	{"GET /cases/{id}/letters/{no}/{format}", seated, false, false, (*Server).caseLetterFile, "签发的文书，docx 或 pdf"},
	{"POST /cases/{id}/letters/{no}/sign", seated, false, false, caseLetterAct("sign"), "签发文书"},
	{"POST /cases/{id}/letters/{no}/drop", seated, false, false, caseLetterAct("drop"), "不予发出，写明理由"},
	{"POST /cases/{id}/letters/{no}/answer", seated, false, true, caseLetterAct("answer"), "反馈文书，可附证明材料"},
}

// caseLetterView is all that the page of a letter about a case shows.
type caseLetterView struct {
	letterView
	K *cases.Case
}

// caseLetterOf reads the letter of an address, which names the case too.
func (s *Server) caseLetterOf(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, r *http.Request) (p ledger.Paper, k *cases.Case, err error) {
	id, err := caseID(r)
	if err != nil {
		return p, nil, err
	}
	no, err := strconv.ParseInt(r.PathValue("no"), 10, 64)
	if err != nil || no < 1 {
		return p, nil, notFound("没有这份文书。")
	}
	p, k, err = c.LetterOf(ctx, tx, by, no)
	if err == nil && k.ID != id {
		err = notFound("没有这份文书。")
	}
	return p, k, err
}

func (s *Server) caseLetter(w http.ResponseWriter, r *http.Request) error {
	return s.caseLetterPage(w, r, nil)
}

func (s *Server) caseLetterPage(w http.ResponseWriter, r *http.Request, no *refused) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	v := caseLetterView{letterView: letterView{Typed: url.Values{}}}
	if no != nil {
		v.Act, v.Wrong, v.Typed = no.Act, no.Err, no.Typed
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Paper, v.K, err = s.caseLetterOf(ctx, tx, works.Cases, by, r); err != nil {
			return err
		}
		names, err := s.caseNames(ctx, tx)
		v.Drafter, v.Signer, v.Replier = nameOf(names, v.DraftedBy), nameOf(names, v.SignedBy), nameOf(names, v.RepliedBy)
		return err
	})
	if err != nil {
		return err
	}
	v.see(by, s.today(), s.Ledger.Rules.Workdays)
	name := v.Letter.Kind.Chinese()
	if v.Letter.No != "" {
		name += " " + v.Letter.No
	}
	p := s.office(r, name, Link{Text: "闭环事项", URL: "/cases"}, Link{Text: v.K.ID.Number(), URL: v.K.ID.Path()}, Link{Text: name})
	p.Data = v
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "caseletter.html", p)
}

// caseLetterAct signs, drops or answers a letter and goes back to its page.
func caseLetterAct(name string) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		by, works, err := s.caseSeer(r)
		if err != nil {
			return err
		}
		f, err := readCaseForm(r, name == "answer")
		if err != nil {
			return err
		}
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			ctx := r.Context()
			p, _, err := s.caseLetterOf(ctx, tx, works.Cases, by, r)
			if err != nil {
				return err
			}
			switch name {
			case "sign":
				_, err = works.Cases.SignLetter(ctx, tx, by, p.ID, f.words("demand"), f.words("when"), f.words("where"))
			case "drop":
				_, err = works.Cases.DropLetter(ctx, tx, by, p.ID, f.words("reason"))
			case "answer":
				_, err = works.Cases.AnswerLetter(ctx, tx, by, p.ID, f.sending())
			}
			return err
		})
		var le *ledger.Error
		switch {
		case err == nil:
			s.changed()
			return &redirectError{"/cases/" + r.PathValue("id") + "/letters/" + r.PathValue("no") + "?done=letter_" + name}
		case errors.As(err, &le) && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState || le.Kind == ledger.Conflict):
			return s.caseLetterPage(w, r, &refused{name, le, f.Values})
		}
		return err
	}
}

func (s *Server) caseLetterFile(w http.ResponseWriter, r *http.Request) error {
	format := r.PathValue("format")
	if format != "docx" && format != "pdf" {
		return notFound("没有这种格式。")
	}
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	var b []byte
	var p ledger.Paper
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, _, err = s.caseLetterOf(ctx, tx, works.Cases, by, r); err != nil {
			return err
		}
		b, err = works.Cases.LetterFile(ctx, tx, by, p.ID, format)
		return err
	})
	if err != nil {
		return err
	}
	media := map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf"}[format]
	return caseSendFile(w, p.Letter.Kind.Chinese()+p.Letter.No+"."+format, media, b)
}
