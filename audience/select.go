package audience

import (
	"context"
	"iter"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Target is one address that is told.
type Target struct {
	Recipient ID
	Kind      Kind
	Name      string
	Place     Place
	Channel   Channel
	To        string
	Why       Why
	NotBefore time.Time // the end of its quiet time; zero: at once
}

// chunk is how many recipients are read together.
const chunk = 500

// Select gives who is told, by the numbers of recipients and each address once. What it says is what the transaction sees. It
// holds the addresses it gave in memory, nothing else.
func (a *Audience) Select(ctx context.Context, tx *db.Tx, q Query) iter.Seq2[Target, error] {
	const op = "Select"
	return func(yield func(Target, error) bool) {
		fail := func(err error) { yield(Target{}, wrap(op, err)) }
		if err := checkQuery(op, q); err != nil {
			fail(err)
			return
		}
		r, err := a.resolve(ctx, tx, q.Area)
		if err != nil {
			fail(err)
			return
		}
		x, err := a.asOf(ctx, tx, a.now.Load())
		if err != nil {
			fail(err)
			return
		}
		k := a.ask(x, r, &question{q, calendar.DateOf(tx.Now())})
		told := map[ID]Why{}
		k.each(func(r *record, _ bool, why Why) {
			if why != "" {
				told[ID(r.id)] = why
			}
		})
		ids := make([]ID, 0, len(told))
		for id := range told {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		seen := make(map[Address]bool, len(ids))
		for part := range slices.Chunk(ids, chunk) {
			list, err := a.byID(ctx, tx, part)
			if err != nil {
				fail(err)
				return
			}
			for i := range list {
				if !targets(&list[i], q, told[list[i].ID], tx.Now(), seen, yield) {
					return
				}
			}
		}
	}
}

// targets gives the addresses of one recipient that nobody before it had.
func targets(r *Recipient, q Query, why Why, now time.Time, seen map[Address]bool, yield func(Target, error) bool) bool {
	t := Target{Recipient: r.ID, Kind: r.Kind, Name: r.Name, Place: r.Place, Why: why}
	if r.Kind == Person || r.Kind == Firm {
		t.NotBefore, _ = r.Quiet.Ends(now, q.Level)
	}
	for _, addr := range r.Addresses {
		if seen[addr] || len(q.By) > 0 && !slices.Contains(q.By, addr.Channel) {
			continue
		}
		seen[addr] = true
		t.Channel, t.To = addr.Channel, addr.To
		if !yield(t, nil) {
			return false
		}
	}
	return true
}

// Union is the one list and what the other adds to it, each address once.
func Union(a, b []Target) []Target {
	out := make([]Target, 0, len(a)+len(b))
	seen := make(map[Address]bool, len(a)+len(b))
	for _, t := range slices.Concat(a, b) {
		if key := (Address{t.Channel, t.To}); !seen[key] {
			seen[key] = true
			out = append(out, t)
		}
	}
	return out
}
