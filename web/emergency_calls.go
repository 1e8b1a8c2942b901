package web

import (
	"context"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/emergency"
	"zhixing/policy/works"
)

// callsOf are the calls of a response: those that it opened, and those of the warning that started it.
func callsOf(ctx context.Context, tx *db.Tx, w *works.Works, a *emergency.Activation) (out []*callup.Board, err error) {
	for _, key := range []string{a.Key(), a.Cause} {
		r, err := w.Callup.RoundOf(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		b, err := w.Callup.BoardOf(ctx, tx, r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// responsesOf are the responses that a call is about: the one that called, or those that the same warning started.
func responsesOf(ctx context.Context, tx *db.Tx, w *works.Works, r *callup.Round) (out []Link, err error) {
	list, err := w.Emergencies.About(ctx, tx, r.Purpose)
	for _, a := range list {
		out = append(out, Link{Text: a.PlanName + emergency.LevelName(a.Level) + "响应：" + a.Title, URL: emergencyURL(a.ID)})
	}
	return out, err
}
