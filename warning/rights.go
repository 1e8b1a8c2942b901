package warning

import (
	"slices"
	"strings"
	"time"

	"zhixing/ledger"
	"zhixing/personnel"
)

// Who may do what stands in the county's folder, by posts: one unit issues a kind of warning and nobody else (统一发布).

// Everybody who works for the county sees drafts and orders; what a version says before it is published is for officials.
func maySee(by Actor) bool { return len(by.Seats) > 0 }

// MayDraft reports whether the actor may draft warnings of the hazard.
func (h *Hazard) MayDraft(by Actor) bool {
	_, ok := h.drafter(by)
	return ok
}

func (h *Hazard) drafter(by Actor) (personnel.Seat, bool) {
	for _, s := range by.Seats {
		if slices.Contains(h.Draft, s.Unit) && s.Role != personnel.Auditor || slices.Contains(h.Approve, s.Post) {
			return s, true
		}
	}
	return personnel.Seat{}, false
}

// approver is the seat in which the actor may publish a level.
func (h *Hazard) approver(by Actor, l Level) (personnel.Seat, bool) {
	return seated(by, h.Approvers(l))
}

func seated(by Actor, posts []personnel.PostID) (personnel.Seat, bool) {
	for _, s := range by.Seats {
		if slices.Contains(posts, s.Post) {
			return s, true
		}
	}
	return personnel.Seat{}, false
}

// MayPublish says whether the actor may publish the version now, alone or as the second person.
func (h *Hazard) MayPublish(by Actor, v *Version, now time.Time) (seat personnel.Seat, alone bool, err error) {
	const op = "Publish"
	seat, approves := h.approver(by, v.Decides())
	wrote := v.wrote(by.Account)
	if approves && !wrote {
		return seat, false, nil
	}
	night := within(now, h.Night.From, h.Night.To)
	if s, ok := seated(by, h.Night.Alone); ok && night {
		return s, true, nil
	}
	switch {
	case !approves:
		return seat, false, refuse(ledger.NotAllowed, op, "%s预警统一由%s发布，只有%s可以签发。", h.Name, h.Unit, postWords(h.Approvers(v.Decides())))
	case night && len(h.Night.Alone) > 0:
		return seat, false, refuse(ledger.NotAllowed, op, "这一稿是您拟的，夜间只有%s可以先行签发，请交由其签发。", postWords(h.Night.Alone))
	}
	return seat, false, refuse(ledger.NotAllowed, op, "这一稿是您拟的，拟稿的人不能签发，请交由另一位签发人签发。")
}

func postWords(posts []personnel.PostID) string {
	var out []string
	for _, p := range posts {
		out = append(out, p.Unit()+p.Title())
	}
	return strings.Join(out, "、")
}

// must gives the seat for drafting, or the refusal.
func (h *Hazard) must(op string, by Actor) (personnel.Seat, error) {
	s, ok := h.drafter(by)
	if !ok {
		return s, refuse(ledger.NotAllowed, op, "%s预警由%s拟稿，您不在其中。", h.Name, strings.Join(h.Draft, "、"))
	}
	return s, nil
}
