package web

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/finding"
	"zhixing/forecast"
	"zhixing/ledger"
	"zhixing/policy/works"
	"zhixing/rule"
	"zhixing/warning"
)

// reasonRow is a reason of a proposal as the desk shows it: what was seen in words, and the condition as it is written for whoever wants to check it.
type reasonRow struct {
	warning.Reason
	Facts     []seenView
	Condition string
	Cite      cited
	URL       string // of the finding, for whom it concerns
}

// reasonRows are the reasons of a proposal.
func (s *Server) reasonRows(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor, docs addresses, p *warning.Proposal) (out []reasonRow, err error) {
	in := s.seer(w)
	for _, r := range p.Reasons {
		row := reasonRow{Reason: r}
		if row.Facts, err = in.views(ctx, tx, r.Facts, nil); err != nil {
			return nil, err
		}
		var basis rule.Basis
		if h := w.Warnings.Hazard(p.Hazard); h != nil {
			basis = h.Basis
		}
		if n, ok := strings.CutPrefix(r.Cause, "finding/"); ok {
			id, _ := strconv.ParseInt(n, 10, 64)
			f, known, err := w.Judge.Finding(ctx, tx, finding.ID(id))
			if err != nil {
				return nil, err
			}
			if x := w.Judge.Rule(f.Rule); known && x != nil {
				row.Condition, basis = x.When.String(), x.Basis
			}
			if known && s.findingMine(w, by, f) {
				row.URL = "/findings/" + n
			}
		}
		for i := range row.Facts {
			row.Facts[i].ofRun(w, r.Run)
		}
		row.Cite = docs.cite(basis)
		out = append(out, row)
	}
	return out, nil
}

// ofRun says of which run of a gridded product a fact is, where it is of one.
func (v *seenView) ofRun(w *works.Works, run int64) {
	name, _, _ := strings.Cut(v.Source, "/")
	d, ok := w.Forecasts.Definition(forecast.Name(name))
	if run == 0 || !ok {
		return
	}
	v.From, v.URL = d.Title, fmt.Sprintf("/forecasts/%s?run=%d", d.Name, run)
	if v.Name == "格点" {
		v.Name, v.Unit = "达到的格点", "个"
	}
}
