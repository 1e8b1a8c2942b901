package web

import (
	"net/http"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
)

// saveView keeps the question that the ledger's page shows.
func (s *Server) saveView(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	v := ledger.View{Name: strings.TrimSpace(r.PostFormValue("name")), Query: r.PostFormValue("query")}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return s.Ledger.SaveView(r.Context(), tx, by, v) })
	if err != nil {
		return err
	}
	return &redirectError{withDone(ledgerURL(v.Query), "view")}
}

func ledgerURL(query string) string {
	if query == "" {
		return "/ledger"
	}
	return "/ledger?" + query
}

// dropView forgets a saved question.
func (s *Server) dropView(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return s.Ledger.DropView(r.Context(), tx, by, r.PostFormValue("name")) })
	if err != nil {
		return err
	}
	return &redirectError{"/ledger?done=viewdrop"}
}
