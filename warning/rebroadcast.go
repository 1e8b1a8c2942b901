package warning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/personnel"
)

// Rebroadcast is one passing-on of a version by a registered re-broadcaster (再传播): a station, a screen, a platform.
type Rebroadcast struct {
	Event EventID
	N     int
	Who   string // its key in the register
	Name  string
	At    time.Time
	Reach int    // people; -1: not known
	Words string // how, and where it can be seen

	Unit   string // whose re-broadcaster it is, and who may say so for it; empty: none
	Public bool   // its register is public, so anybody may know
}

// After is how long after publishing it was passed on.
func (r Rebroadcast) After(v *Version) time.Duration { return r.At.Sub(v.Sent) }

// Passed records a passing-on; what is said again about the same version and re-broadcaster takes the place of what was said.
func (w *Warnings) Passed(ctx context.Context, tx *db.Tx, by Actor, r Rebroadcast) error {
	const op = "Passed"
	v, err := w.version(ctx, tx, op, r.Event, r.N)
	if err != nil {
		return err
	}
	h := w.Hazard(v.Hazard)
	speaks := h != nil && h.MayDraft(by) || slices.ContainsFunc(by.Seats, func(s personnel.Seat) bool {
		return s.Role == personnel.Office || (s.Unit == r.Name || s.Unit == r.Unit) && s.Role != personnel.Auditor
	})
	switch {
	case !speaks:
		return refuse(ledger.NotAllowed, op, "再传播由发布单位、县政府办公室、传播单位或它的主管单位登记。")
	case v.Identifier == "":
		return refuse(ledger.WrongState, op, "这一稿没有发布过。")
	case v.Drill != "":
		return refuse(ledger.WrongState, op, "演练的内容不得对外传播。")
	case r.Who == "" || r.Name == "":
		return wrong(op, "who", "请从名录里选择传播单位。")
	case r.At.Before(v.Sent):
		return wrong(op, "at", "传播时间早于发布时间（%s），请核对。", clockWords(v.Sent))
	case r.At.After(tx.Now()):
		return wrong(op, "at", "传播时间还没有到，请核对。")
	case r.Reach < -1:
		return wrong(op, "reach", "覆盖人数应为 0 以上的整数，不清楚的空着。")
	}
	if err := checkWords(op, "words", "说明", r.Words, 500, false); err != nil {
		return err
	}
	if err := w.putRebroadcast(ctx, tx, r, by.Account); err != nil {
		return wrap(op, err)
	}
	if err := w.putPassed(ctx, tx, r); err != nil {
		return wrap(op, err)
	}
	if _, err = journal.Append(ctx, tx, w.County, journal.Entry{Who: by.Account, What: "warning.rebroadcast", Subject: v.Subject(),
		Detail: fmt.Sprintf("%s %s %d", r.Name, r.At.Format(time.RFC3339), r.Reach)}); err != nil || w.PassedOn == nil {
		return wrap(op, err)
	}
	return wrap(op, w.PassedOn(ctx, tx, v, r))
}
