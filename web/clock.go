package web

import (
	"context"
	"net/http"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

// clockStands is since when the ledger's clock has not run, zero while it runs. Escalation that has silently stopped is what
// nobody misses until it is too late, so the desk says it and /healthz fails.
func (s *Server) clockStands(r *http.Request) (since time.Time, err error) {
	if s.Ledger == nil {
		return time.Time{}, nil
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		since, err = s.Ledger.Beat(ctx, tx)
		return err
	})
	if err != nil || since.IsZero() || s.now().Sub(since) < ledger.StillAfter {
		return time.Time{}, err
	}
	return since, nil
}
