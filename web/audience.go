package web

import (
	"slices"

	"zhixing/audience"
	"zhixing/ledger"
	"zhixing/policy"
	"zhixing/warning"
)

// audienceActor is what an official may do with those who can be told, by his posts: who drafts some warning sees and keeps them, who publishes some
// warning may also take them out in a file. Nobody else sees any of them.
func audienceActor(by ledger.Actor, w *policy.Works) audience.Actor {
	a := audience.Actor{Account: by.Account}
	a.Keeps = slices.ContainsFunc(w.Warnings.Hazards, func(h *warning.Hazard) bool { return h.MayDraft(by) })
	a.Sees = a.Keeps
	for _, seat := range by.Seats {
		a.Exports = a.Exports || slices.ContainsFunc(w.Warnings.Hazards, func(h *warning.Hazard) bool { return slices.Contains(h.Approve, seat.Post) })
	}
	return a
}
