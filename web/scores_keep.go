package web

import (
	"context"
	"errors"
	"net/http"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/score"
)

// keepPage shows what would be kept and announced, before it is.
func (s *Server) keepPage(w http.ResponseWriter, r *http.Request) error {
	if s.County.Scores == nil {
		return notFound("本县的督办规则没有写明怎样计分，不能考核。")
	}
	p, err := askedPeriod(r.URL.Query(), s.today())
	if err != nil {
		return err
	}
	return s.showKeep(w, r, p, nil)
}

func (s *Server) showKeep(w http.ResponseWriter, r *http.Request, period score.Period, no *ledger.Error) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var m marks
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if m, err = s.marksFor(ctx, tx, 0, period, true); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	page := s.office(r, "考核结果定稿", Link{Text: "考核", URL: "/scores"}, Link{Text: m.Name(), URL: "/scores" + m.Ask()}, Link{Text: "定稿"})
	page.Data = map[string]any{"M": m, "Columns": columnsOf(m.Rules), "Groups": s.scoreGroups(m, by), "Sum": sumOf(m.Table), "Wrong": no, "Names": names}
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Kind]
	}
	return s.render(w, status, "score_keep.html", page)
}

// keep keeps a period's table as it was shown. Where it has changed since, nothing is kept and the new one is shown.
func (s *Server) keep(w http.ResponseWriter, r *http.Request) error {
	if s.County.Scores == nil {
		return notFound("本县的督办规则没有写明怎样计分，不能考核。")
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	period, err := askedPeriod(f.Values, s.today())
	if err != nil {
		return err
	}
	var kept score.Freezing
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		kept, err = score.Freeze(r.Context(), tx, s.Ledger, s.County.Scores, by, period)
		if err == nil && f.Get("sum") != kept.SHA256 {
			err = &ledger.Error{Kind: ledger.Conflict, Op: "keep", Message: "打开本页以后考核数据有变化，没有定稿。下面是现在的结果，请核对后再定稿。"}
		}
		return err
	})
	if err == nil {
		return &redirectError{kept.Path() + "?done=score_keep"}
	}
	var le *ledger.Error
	if !errors.As(err, &le) || le.Kind == ledger.NotAllowed || le.Kind == ledger.Invalid || wantsJSON(r) {
		return err
	}
	return s.showKeep(w, r, period, le)
}
