package web

import (
	"context"
	"net/http"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// onDay is the day that ?on= asks for; today, and not past, where it asks for none.
func (s *Server) onDay(r *http.Request) (day calendar.Date, past bool, err error) {
	day = s.today()
	v := r.URL.Query().Get("on")
	if v == "" {
		return day, false, nil
	}
	var on calendar.Date
	if err := on.UnmarshalText([]byte(v)); err != nil || on.IsZero() || day.Before(on) {
		return day, false, badRequest("?on= 应为今天或以前的日期，写作 2023-09-07 的样子。")
	}
	return on, on != day, nil
}

// ledgerOn is one page of the ledger with its counts, as they are or as they stood at the end of a past day.
func (s *Server) ledgerOn(ctx context.Context, tx *db.Tx, by ledger.Actor, q ledger.Query, day calendar.Date, past bool) (ledger.Page, ledger.Counts, error) {
	if past {
		p, err := s.Ledger.ListOn(ctx, tx, by, q, day)
		return p.Page, p.Counts, err
	}
	page, err := s.Ledger.List(ctx, tx, by, q, day)
	if err != nil {
		return page, ledger.Counts{}, err
	}
	counts, err := s.Ledger.CountsOf(ctx, tx, by, q, day)
	return page, counts, err
}

// rowsOn is the whole ledger that a question asks for, as it is or as it stood at the end of a past day.
func (s *Server) rowsOn(ctx context.Context, tx *db.Tx, by ledger.Actor, q ledger.Query, day calendar.Date, past bool) ([]ledger.Row, error) {
	if past {
		q.Page, q.Size = 1, ledger.MaxRows
		p, err := s.Ledger.ListOn(ctx, tx, by, q, day)
		return p.Rows, err
	}
	return s.Ledger.Rows(ctx, tx, by, q, day)
}
