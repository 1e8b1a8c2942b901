package warning

import (
	"context"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/warning/cap"
)

// Publish makes a version public and starts what it starts: everything here is in the caller's transaction, or nothing is.
func (w *Warnings) Publish(ctx context.Context, tx *db.Tx, by Actor, id EventID, n int) (*Version, error) {
	const op = "Publish"
	e, v, h, err := w.draft(ctx, tx, op, id, n, Submitted)
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	seat, alone, err := h.MayPublish(by, v, now)
	if err != nil {
		return nil, err
	}
	was, err := w.standing(ctx, tx, op, e, v)
	if err != nil {
		return nil, err
	}
	if err := v.check(op, h); err != nil { // the folder may have been changed since it was written
		return nil, err
	}
	v.did(tx, DidPublish, by, seat, "")
	v.State, v.Sent = Published, now.In(calendar.Zone).Truncate(time.Second)
	v.Ends = v.Sent.Add(time.Duration(v.Valid)).Truncate(time.Second)
	if v.Alone = alone; alone {
		v.ConfirmBy = h.Night.Confirm.Next(now)
	}
	v.NoteAt = v.noteAt(now)
	if err := w.issue(ctx, tx, e, v, was, h); err != nil {
		return nil, wrap(op, err)
	}
	if err := w.start(ctx, tx, e, v, h); err != nil {
		return nil, wrap(op, err)
	}
	detail := v.Headline
	if alone {
		detail += "（夜间先行签发，应于" + v.ConfirmBy.In(calendar.Zone).Format("2006-01-02 15:04") + "前由第二人复核）"
	}
	return v, wrap(op, w.saved(ctx, tx, by, "warning.publish", v, h, detail))
}

// standing is the version that the one to be published comes after; nil where it is the first.
func (w *Warnings) standing(ctx context.Context, tx *db.Tx, op string, e *Event, v *Version) (*Version, error) {
	switch {
	case v.Kind == Alert && e.N == 0:
		return nil, nil
	case v.Kind == Alert || !e.Active():
		return nil, refuse(ledger.WrongState, op, "这次预警%s，这一稿已不能发布，请弃用后另拟。", e.State)
	}
	return w.version(ctx, tx, op, e.ID, e.N)
}

// issue writes the document and the public row, and puts the version in the place of the one before.
func (w *Warnings) issue(ctx context.Context, tx *db.Tx, e *Event, v, was *Version, h *Hazard) error {
	v.Sender = h.Sender
	n, err := w.issuedAt(ctx, tx, h, v.Sent)
	if err != nil {
		return err
	}
	v.Identifier = w.identifier(h, v.Sent, n)
	before, err := w.triples(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	document, sum, err := w.document(h, v, before)
	if err != nil {
		return err
	}
	if err := w.insertDocument(ctx, tx, v, document, sum); err != nil {
		return err
	}
	if was != nil {
		was.State, was.Over = Replaced, v.Sent
		if v.Kind == Cancel {
			was.State = Cancelled
		}
		was.NoteAt = was.noteAt(v.Sent)
		if err := w.updateVersion(ctx, tx, was); err != nil {
			return err
		}
		if err := w.publicOver(ctx, tx, was); err != nil {
			return err
		}
	}
	e.State, e.Stage, e.Level, e.N, e.Ends = Published, v.Stage, v.Level, v.N, v.Ends
	if e.Began.IsZero() {
		e.Began = v.Sent
	}
	if v.Kind == Cancel {
		e.State, e.Ended, e.Ends = Cancelled, v.Sent, time.Time{}
	}
	if err := w.updateEvent(ctx, tx, e); err != nil || v.Drill != "" {
		return err
	}
	return w.insertPublic(ctx, tx, h, w.issuer(h), v, document)
}

// start tells people, calls those who must answer, and opens or lifts orders.
func (w *Warnings) start(ctx context.Context, tx *db.Tx, e *Event, v *Version, h *Hazard) error {
	if err := w.tell(ctx, tx, e, v, h); err != nil {
		return fmt.Errorf("tell: %w", err)
	}
	if w.Call != nil && (v.Ladder != "" || v.N > 1) {
		if err := w.Call(ctx, tx, v); err != nil {
			return fmt.Errorf("call: %w", err)
		}
	}
	if err := w.order(ctx, tx, v, h); err != nil {
		return fmt.Errorf("order: %w", err)
	}
	if w.Start != nil {
		if err := w.Start(ctx, tx, v); err != nil {
			return fmt.Errorf("start plans: %w", err)
		}
	}
	return nil
}

// Confirm is the second person's word on what one alone published by night.
func (w *Warnings) Confirm(ctx context.Context, tx *db.Tx, by Actor, id EventID, n int) (*Version, error) {
	const op = "Confirm"
	v, err := w.version(ctx, tx, op, id, n)
	if err != nil {
		return nil, err
	}
	h := w.Hazard(v.Hazard)
	if h == nil || !v.Unconfirmed() {
		return nil, refuse(ledger.WrongState, op, "这一版不需要复核，或者已经复核。")
	}
	seat, ok := h.approver(by, v.Decides())
	published, _ := v.by(DidPublish)
	switch {
	case !ok:
		return nil, refuse(ledger.NotAllowed, op, "只有%s可以复核确认。", postWords(h.Approvers(v.Decides())))
	case published.Account == by.Account || v.wrote(by.Account):
		return nil, refuse(ledger.NotAllowed, op, "这一版是您拟稿或签发的，请由另一位签发人复核。")
	}
	v.Confirmed = tx.Now()
	v.NoteAt = v.noteAt(v.Confirmed)
	v.did(tx, DidConfirm, by, seat, "")
	return v, wrap(op, w.saved(ctx, tx, by, "warning.confirm", v, h, v.Headline))
}

// triples are the names of all that the event has published, in order: an update replaces each of them, also where a receiver missed the last.
func (w *Warnings) triples(ctx context.Context, tx *db.Tx, id EventID) ([]cap.Triple, error) {
	list, err := w.Versions(ctx, tx, id)
	var out []cap.Triple
	for _, v := range list {
		if v.Identifier != "" {
			out = append(out, cap.Triple{Sender: v.Sender, Identifier: v.Identifier, Sent: v.Sent.In(calendar.Zone)})
		}
	}
	return out, err
}
