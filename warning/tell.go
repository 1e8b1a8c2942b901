package warning

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/drill"
)

// Telling is one text for some recipients.
type Telling struct {
	Key      string     // in the outbox: warning/12/3, of several warning/12/3+warning/13/1
	Versions []*Version // that it tells of, all of one hazard
	To       []Recipient
	Title    string
	Text     string
	Level    int // 1 特别重大 (red) to 4 一般 (blue), 0 none
	Drill    bool
	Expires  time.Time
}

// part is a row of who is to be told of a version.
type part struct {
	Event  EventID
	N, No  int
	Hazard string
	Drill  string
	State  tellState
	Due    time.Time
	Told   time.Time
	Key    string
	To     []Recipient
}

type tellState string

const (
	waits   tellState = "waits"
	told    tellState = "told"
	dropped tellState = "dropped"
)

// tell sees to it that people hear of a version: at once, or when the night and the time of gathering are over. What is replaced and still
// waits is withdrawn; an update reaches everybody who was told before besides those in its area, a cancel those who were told.
func (w *Warnings) tell(ctx context.Context, tx *db.Tx, e *Event, v *Version, h *Hazard) error {
	heard, err := w.takeBack(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	to := heard
	if v.Kind != Cancel {
		var inside []Recipient
		if w.Audience != nil {
			if inside, err = w.Audience(ctx, tx, v); err != nil {
				return err
			}
		}
		to = union(heard, inside)
	}
	p := part{Event: v.Event, N: v.N, Hazard: v.Hazard, Drill: v.Drill, State: waits, To: to}
	if p.Due, err = w.due(ctx, tx, v, h); err != nil {
		return err
	}
	if err := w.insertPart(ctx, tx, &p); err != nil || p.Due.After(tx.Now()) {
		return err
	}
	return w.hand(ctx, tx, []part{p}, []*Version{v})
}

// takeBack drops what waits of an event, withdraws what the outbox still has of it, and gives those who have been told of the event.
// Those of other events that were to hear in the same message are told of theirs anew.
func (w *Warnings) takeBack(ctx context.Context, tx *db.Tx, id EventID) ([]Recipient, error) {
	parts, err := w.parts(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var heard []Recipient
	asked := map[string]bool{}
	for _, p := range parts {
		switch p.State {
		case waits:
			p.State = dropped
			if err := w.updatePart(ctx, tx, &p); err != nil {
				return nil, err
			}
		case told:
			if !asked[p.Key] && w.Withdraw != nil {
				asked[p.Key] = true
				back, err := w.Withdraw(ctx, tx, p.Key)
				if err != nil {
					return nil, err
				}
				if err := w.untold(ctx, tx, id, p.Key, back); err != nil {
					return nil, err
				}
			}
		}
	}
	if len(asked) > 0 {
		if parts, err = w.parts(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	for _, p := range parts {
		if p.State == told {
			heard = union(heard, p.To)
		}
	}
	return heard, nil
}

// untold strikes out of every row of a key those who were not told after all, and lets those of other events that still stand be told again.
func (w *Warnings) untold(ctx context.Context, tx *db.Tx, of EventID, key string, back []Recipient) error {
	if len(back) == 0 {
		return nil
	}
	parts, err := w.partsOfKey(ctx, tx, key)
	if err != nil {
		return err
	}
	for _, p := range parts {
		not := both(p.To, back)
		p.To = without(p.To, back)
		if err := w.updatePart(ctx, tx, &p); err != nil {
			return err
		}
		if p.Event == of || len(not) == 0 {
			continue
		}
		again := part{Event: p.Event, N: p.N, Hazard: p.Hazard, Drill: p.Drill, State: waits, Due: tx.Now(), To: not}
		if err := w.insertPart(ctx, tx, &again); err != nil {
			return err
		}
	}
	return nil
}

// passes reports whether a level is told at once, day and night.
func (q Quiet) passes(l Level) bool { return q.Passes != "" && Rank(l) >= Rank(q.Passes) }

// due is when people are told. A level that passes is told at once; a lower one not by night, and together with others of the hazard that
// come within the time of gathering.
func (w *Warnings) due(ctx context.Context, tx *db.Tx, v *Version, h *Hazard) (time.Time, error) {
	now, q := tx.Now(), h.Quiet
	if q.passes(v.Level) {
		return now, nil
	}
	due := now
	if q.Gather > 0 {
		first, err := w.firstWaiting(ctx, tx, v.Hazard, v.Drill)
		if err != nil {
			return now, err
		}
		due = now.Add(q.Gather)
		if first.After(now) && first.Before(due) {
			due = first
		}
	}
	if within(due, q.From, q.To) {
		due = q.To.Next(due)
	}
	return due, nil
}

// together at most: a message of more is read by nobody.
const mostTogether = 8

// hand gives to the outbox what rows of one hazard say, at most mostTogether: each recipient gets one message, with all that concerns him.
func (w *Warnings) hand(ctx context.Context, tx *db.Tx, parts []part, versions []*Version) error {
	groups := map[uint32][]Recipient{}
	if len(parts) == 1 {
		groups[1] = parts[0].To
	} else {
		masks := map[Recipient]uint32{}
		for i, p := range parts {
			for _, r := range p.To {
				masks[r] |= 1 << i
			}
		}
		for r, m := range masks {
			groups[m] = append(groups[m], r)
		}
	}
	for _, m := range slices.Sorted(maps.Keys(groups)) {
		t := Telling{To: slices.Sorted(slices.Values(groups[m]))}
		var keys []string
		for i, p := range parts {
			if m&(1<<i) != 0 {
				t.Versions = append(t.Versions, versions[i])
				key := versions[i].Subject()
				if p.No > 0 {
					key += fmt.Sprintf("/%d", p.No)
				}
				keys = append(keys, key)
			}
		}
		t.Key = strings.Join(keys, "+")
		t.compose(tx.Now())
		for i, p := range parts {
			if m&(1<<i) == 0 {
				continue
			}
			row := part{Event: p.Event, N: p.N, Hazard: p.Hazard, Drill: p.Drill, State: told, Due: p.Due, Told: tx.Now(), Key: t.Key, To: t.To}
			if err := w.insertPart(ctx, tx, &row); err != nil {
				return err
			}
		}
		if w.Tell != nil && len(t.To) > 0 {
			if err := w.Tell(ctx, tx, t); err != nil {
				return err
			}
		}
	}
	for _, p := range parts {
		p.State, p.Told = dropped, tx.Now() // its recipients stand in the rows that were handed over
		p.To = nil
		if err := w.updatePart(ctx, tx, &p); err != nil {
			return err
		}
	}
	return nil
}

// compose writes the text of a telling from its versions.
func (t *Telling) compose(now time.Time) {
	first := t.Versions[0]
	t.Title, t.Drill = first.Headline, first.Drill != ""
	if len(t.Versions) > 1 {
		t.Title = marked(first.Drill, fmt.Sprintf("%s等%d条预警", drill.Unmarked(first.Headline), len(t.Versions)))
	}
	t.Text = together(t.Versions)
	for _, v := range t.Versions {
		if r := Rank(v.Level); r > 0 && (t.Level == 0 || 5-r < t.Level) {
			t.Level = 5 - r
		}
		ends := v.Ends
		if v.Kind == Cancel {
			ends = now.Add(afterCancel)
		}
		if t.Expires.IsZero() || ends.Before(t.Expires) {
			t.Expires = ends
		}
	}
}

// Told is everybody who was told of any version of an event, in rising order.
func (w *Warnings) Told(ctx context.Context, tx *db.Tx, id EventID) ([]Recipient, error) {
	parts, err := w.parts(ctx, tx, id)
	var out []Recipient
	for _, p := range parts {
		if p.State == told {
			out = union(out, p.To)
		}
	}
	return out, wrap("Told", err)
}
