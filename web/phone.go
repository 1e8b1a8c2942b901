package web

import (
	"context"
	"net/http"

	"zhixing/db"
	"zhixing/ledger"
)

// phoneRoutes is the page on which a town reports from a telephone. What it sends is the act POST /ledger/{id}/report.
// The pattern has a name where the page has one word, because that word and /ledger/imports/{id} would exclude each other.
var phoneRoutes = []route{
	{"GET /ledger/{id}/{page}", reportLedger, false, false, (*Server).reportPage, "手机填报（/ledger/编号/report）：拍照、进度、一句话"},
}

// photoSays is the report of whoever sends a photograph and no words.
const photoSays = "现场情况见照片。"

func (s *Server) reportPage(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("page") != "report" {
		return notFound("没有这个页面。")
	}
	id, err := dutyID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var d *ledger.Duty
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = s.Ledger.Of(ctx, tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	if !by.MayOn(ledger.ActReport, d) {
		return forbidden("只有牵头单位的人员可以填报进展。")
	}
	data := map[string]any{"D": d, "Status": s.Ledger.Rules.Status(d, s.today()), "Once": newOnce(), "Working": d.State == ledger.Working,
		"Steps": []int{0, 25, 50, 75, 100}, "Rule": s.Ledger.Rules.Reporting.Rule, "MaxFiles": ledger.MaxFiles}
	if p, ok := s.Ledger.Rules.NextPeriod(d); ok {
		data["Period"], data["Due"] = s.Ledger.Rules.PeriodLabel(d, p), p.Due
	}
	p := s.page(r, "填报进展")
	p.Data = data
	return s.render(w, http.StatusOK, "report.html", p)
}
