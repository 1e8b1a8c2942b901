package warning

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// perTick bounds what one tick does, so that its transaction stays short.
const perTick = 20

// endingAhead is how long before its end a version is spoken of, or half its time.
const endingAhead = 30 * time.Minute

// Tick does what has come due: warnings whose time is over, what was to be told later, confirmations that nobody gave. It says
// whether there is more. Whatever the pause between ticks, the same comes of it.
func (w *Warnings) Tick(ctx context.Context, tx *db.Tx, now time.Time) (more bool, err error) {
	const op = "Tick"
	ended, err := w.expire(ctx, tx, now)
	if err != nil {
		return false, wrap(op, err)
	}
	noted, err := w.remind(ctx, tx, now)
	if err != nil {
		return false, wrap(op, err)
	}
	handed, err := w.tellDue(ctx, tx, now)
	return ended == perTick || noted == perTick || handed == perTick, wrap(op, err)
}

// expire ends warnings whose time is over without a version after them. Orders that stop something go on until a person lifts them: nobody
// has said that the danger is over.
func (w *Warnings) expire(ctx context.Context, tx *db.Tx, now time.Time) (int, error) {
	list, err := w.endedBefore(ctx, tx, now, perTick)
	for i := range list {
		if err := w.expireOne(ctx, tx, &list[i]); err != nil {
			return 0, err
		}
	}
	return len(list), err
}

func (w *Warnings) expireOne(ctx context.Context, tx *db.Tx, e *Event) error {
	v, err := w.version(ctx, tx, "Tick", e.ID, e.N)
	if err != nil {
		return err
	}
	v.State, v.Over = Expired, e.Ends
	v.NoteAt = v.noteAt(e.Ends)
	e.State, e.Ended, e.Ends = Expired, e.Ends, time.Time{}
	if err := w.updateVersion(ctx, tx, v); err != nil {
		return err
	}
	if err := w.updateEvent(ctx, tx, e); err != nil {
		return err
	}
	if err := w.publicOver(ctx, tx, v); err != nil {
		return err
	}
	parts, err := w.parts(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.State == waits {
			p.State = dropped
			if err := w.updatePart(ctx, tx, &p); err != nil {
				return err
			}
		}
	}
	if w.Call != nil {
		if err := w.Call(ctx, tx, v); err != nil {
			return err
		}
	}
	open, err := w.openOrders(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	stops := 0
	for _, o := range open {
		if o.Kind.Stops() {
			stops++
		}
	}
	says := fmt.Sprintf("“%s”于%s到期，没有续发，也没有解除", v.Headline, clockWords(v.Over))
	if stops > 0 {
		says += fmt.Sprintf("；还有 %d 项停工停课停业停运没有解除，请决定续发或解除", stops)
	}
	_, err = journal.Append(ctx, tx, w.County, journal.Entry{Who: "system", What: "warning.expire", Subject: v.Subject(), Detail: says})
	if err != nil {
		return err
	}
	return w.note(ctx, tx, Note{Kind: NoteEnded, Hazard: w.Hazard(v.Hazard), Event: e.ID, N: v.N, Says: says})
}

// noteAt is when the issuer has to be told of the version next, after a time; zero: not again.
func (v *Version) noteAt(after time.Time) time.Time {
	var next time.Time
	take := func(t time.Time) {
		if t.After(after) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if v.State == Published && v.Kind != Cancel {
		take(v.ending())
	}
	if v.Unconfirmed() && !v.ConfirmBy.IsZero() {
		take(v.ConfirmBy)
	}
	return next
}

// ending is when it is said that the version ends soon.
func (v *Version) ending() time.Time {
	return v.Ends.Add(-min(endingAhead, v.Ends.Sub(v.Sent)/2)).Truncate(time.Second)
}

// remind tells the issuer of what is about to end, and of what nobody confirmed.
func (w *Warnings) remind(ctx context.Context, tx *db.Tx, now time.Time) (int, error) {
	list, err := w.noteBefore(ctx, tx, now, perTick)
	for _, v := range list {
		h := w.Hazard(v.Hazard)
		at := v.NoteAt
		if v.State == Published && v.Kind != Cancel && at.Equal(v.ending()) && now.Before(v.Ends) {
			says := fmt.Sprintf("“%s”将于%s到期，请续发、更新或解除", v.Headline, clockWords(v.Ends))
			if err := w.note(ctx, tx, Note{Kind: NoteEnding, Hazard: h, Event: v.Event, N: v.N, Says: says}); err != nil {
				return 0, err
			}
		}
		if v.Unconfirmed() && at.Equal(v.ConfirmBy) {
			says := fmt.Sprintf("“%s”由一人夜间先行签发，到%s没有第二人复核", v.Headline, clockWords(v.ConfirmBy))
			if _, err := journal.Append(ctx, tx, w.County, journal.Entry{Who: "system", What: "warning.unconfirmed", Subject: v.Subject(), Detail: says}); err != nil {
				return 0, err
			}
			if err := w.note(ctx, tx, Note{Kind: NoteUnconfirmed, Hazard: h, Event: v.Event, N: v.N, Says: says}); err != nil {
				return 0, err
			}
		}
		v.NoteAt = v.noteAt(at)
		if err := w.updateVersion(ctx, tx, v); err != nil {
			return 0, err
		}
	}
	return len(list), err
}

// tellDue hands over what waited, that of one hazard together. What is no longer so is not told.
func (w *Warnings) tellDue(ctx context.Context, tx *db.Tx, now time.Time) (int, error) {
	due, err := w.partsDue(ctx, tx, now, perTick)
	if err != nil {
		return 0, err
	}
	type group struct{ hazard, drill string }
	var order []group
	parts, versions := map[group][]part{}, map[group][]*Version{}
	for _, p := range due {
		v, err := w.version(ctx, tx, "Tick", p.Event, p.N)
		if err != nil {
			return 0, err
		}
		if v.State != Published || v.Kind != Cancel && !v.Ends.After(now) { // the end of what people were told of is told, however late
			p.State = dropped
			if err := w.updatePart(ctx, tx, &p); err != nil {
				return 0, err
			}
			continue
		}
		if h := w.Hazard(v.Hazard); h != nil && !h.Quiet.passes(v.Level) && within(now, h.Quiet.From, h.Quiet.To) { // it was due before the night, and nobody looked
			p.Due = h.Quiet.To.Next(now)
			if err := w.updatePart(ctx, tx, &p); err != nil {
				return 0, err
			}
			continue
		}
		g := group{p.Hazard, p.Drill}
		if parts[g] == nil {
			order = append(order, g)
		}
		parts[g], versions[g] = append(parts[g], p), append(versions[g], v)
	}
	for _, g := range order {
		for from := 0; from < len(parts[g]); from += mostTogether {
			to := min(from+mostTogether, len(parts[g]))
			if err := w.hand(ctx, tx, parts[g][from:to], versions[g][from:to]); err != nil {
				return 0, err
			}
		}
	}
	return len(due), nil
}
