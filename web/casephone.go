package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
)

// casePhoneRoutes are pages of officials for the telephone: a check on the spot, what was put right with photographs, a problem that a
// grid worker found. Their script keeps what is typed until the server has answered (decision 19).
var casePhoneRoutes = []route{
	{"GET /cases/{id}/phone/{act}", seated, false, false, (*Server).casePhone, "手机现场核查（check）、拍照报告整改（putright）：没有信号也能填"},
	{"GET /cases/new", seated, false, false, (*Server).caseNew, "手机上报发现的问题（网格、巡查）"},
	{"POST /cases/new", seated, false, true, (*Server).caseReport, "上报发现的问题"},
}

func init() { flashes["case-reported"] = "已上报，事项已立。" }

// casePhoneActs are the acts that have a page for the telephone.
var casePhoneActs = []string{"check", "putright"}

func (s *Server) casePhone(w http.ResponseWriter, r *http.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(caseActs, func(a caseAct) bool { return a.name == r.PathValue("act") })
	if i < 0 || !slices.Contains(casePhoneActs, caseActs[i].name) {
		return notFound("没有这个页面。")
	}
	a := caseActs[i]
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	var k *cases.Case
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		k, err = works.Cases.Of(ctx, tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	if !works.Cases.MayOn(by, a.act, k) && slices.Contains(a.states, k.State) {
		return forbidden("您不能办理这一项。")
	}
	p := s.page(r, a.title)
	p.Data = map[string]any{"K": k, "Act": a.name, "Title": a.title, "May": slices.Contains(a.states, k.State), "Once": newOnce(), "MaxFiles": ledger.MaxFiles, "Ladder": works.Cases.LadderOf(k.Ladder),
		"Back": k.ID.Path()}
	return s.render(w, http.StatusOK, "casephone.html", p)
}

func (s *Server) caseNew(w http.ResponseWriter, r *http.Request) error {
	return s.caseNewPage(w, r, http.StatusOK, url.Values{}, nil)
}

func (s *Server) caseNewPage(w http.ResponseWriter, r *http.Request, status int, typed url.Values, no *ledger.Error) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	if !cases.May(by, cases.ActReport) {
		return forbidden("您的职务不能上报问题。")
	}
	p := s.page(r, "上报问题")
	p.Data = map[string]any{"Groups": caseServices(works), "Typed": typed, "Wrong": no, "Once": newOnce(), "MaxFiles": ledger.MaxFiles, "Title": "上报问题", "Back": "/cases"}
	return s.render(w, status, "casenew.html", p)
}

// caseReport takes what a grid worker, or anybody who sits in an office, found.
func (s *Server) caseReport(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	f, err := readCaseForm(r, true)
	if err != nil {
		return err
	}
	var got cases.Receipt
	if err = f.bad; err == nil {
		in := cases.Report{Service: f.Get("service"), Text: f.words("words"), Place: f.place, Address: f.words("address"), Files: f.uploads, Once: f.Get("once")}
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			got, err = works.Cases.ReportBy(r.Context(), tx, by, in)
			return err
		})
	}
	var le *ledger.Error
	switch {
	case err == nil && wantsJSON(r):
		return writeJSON(w, http.StatusOK, map[string]any{"done": "reported", "case": got.ID})
	case err == nil:
		return &redirectError{withDone(got.ID.Path(), "case-reported")}
	case errors.As(err, &le) && le.Kind == ledger.Invalid && !wantsJSON(r):
		return s.caseNewPage(w, r, http.StatusBadRequest, f.Values, le)
	}
	return err
}
