package warning

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
)

// Reach is how far a version was carried, in messages. It is public: numbers, and nothing of anybody.
type Reach struct {
	Put    int
	In10   int // a gateway had them within 10 seconds
	In60   int
	Handed int // up to At
	At     time.Time
}

// Percent10 is the share that was handed over within 10 seconds, never rounded up.
func (r Reach) Percent10() int { return share(r.In10, r.Put) }

// Percent is the share that was handed over.
func (r Reach) Percent() int { return share(r.Handed, r.Put) }

func share(part, of int) int {
	if of == 0 {
		return 0
	}
	return part * 100 / of
}

// countAt is how long after people were told their messages are counted: when what went within ten seconds is known, when most has gone, and when
// what failed has been tried again. Counting a county takes most of a second, so readers never wait for it (decision 45).
var countAt = []time.Duration{15 * time.Second, 65 * time.Second, 10 * time.Minute, time.Hour}

// countFor is how far back is looked: after a longer standstill nothing is counted any more.
const countFor = 24 * time.Hour

// Carriage is a version whose messages are to be counted, with the keys that the outbox has them under.
type Carriage struct {
	Event EventID
	N     int
	Keys  []string
}

// ToCount are the versions whose messages are due to be counted, or counted again. Drills are never: what is counted is public.
func (w *Warnings) ToCount(ctx context.Context, tx *db.Tx) ([]Carriage, error) {
	now := tx.Now()
	list, err := w.toldSince(ctx, tx, now.Add(-countFor))
	if err != nil {
		return nil, wrap("ToCount", err)
	}
	var out []Carriage
	for len(list) > 0 {
		first := list[0]
		n := slices.IndexFunc(list, func(t toldRow) bool { return t.event != first.event || t.n != first.n })
		if n < 0 {
			n = len(list)
		}
		c, last := Carriage{Event: first.event, N: first.n}, time.Time{}
		for _, t := range list[:n] {
			if !slices.Contains(c.Keys, t.key) {
				c.Keys = append(c.Keys, t.key)
			}
			if t.told.After(last) {
				last = t.told
			}
		}
		if slices.ContainsFunc(countAt, func(d time.Duration) bool { due := last.Add(d); return !due.After(now) && first.counted.Before(due) }) {
			out = append(out, c)
		}
		list = list[n:]
	}
	return out, nil
}

// Counted keeps what was counted of a version.
func (w *Warnings) Counted(ctx context.Context, tx *db.Tx, c Carriage, r Reach) error {
	return wrap("Counted", w.putReach(ctx, tx, c, r))
}

// Tellings is how a version was told, or is to be: to how many, when, and under which key the outbox has it.
type Tellings struct {
	Keys    []string
	Told    int // recipients
	Waiting int // recipients that are told at Due
	Due     time.Time
}

// TellingsOf is how a version was told.
func (w *Warnings) TellingsOf(ctx context.Context, tx *db.Tx, id EventID, n int) (Tellings, error) {
	var out Tellings
	parts, err := w.parts(ctx, tx, id)
	for _, p := range parts {
		switch {
		case p.N != n:
		case p.State == told:
			out.Told += len(p.To)
			if !slices.Contains(out.Keys, p.Key) {
				out.Keys = append(out.Keys, p.Key)
			}
		case p.State == waits:
			out.Waiting += len(p.To)
			out.Due = p.Due
		}
	}
	return out, wrap("TellingsOf", err)
}
