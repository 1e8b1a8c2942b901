package audience

import (
	"context"
	"iter"
	"maps"
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
	Why       Why       // of Select only
	NotBefore time.Time // the end of its quiet time; zero: at once
	MayLeave  bool      // a resident who is told because he agreed: he has to be told how to leave
}

// chunk is how many recipients are read together.
const chunk = 500

// Who are the recipients that are told, in rising order. What it says is what the transaction sees.
func (a *Audience) Who(ctx context.Context, tx *db.Tx, q Query) ([]ID, error) {
	ids, _, err := a.who(ctx, tx, "Who", q)
	return ids, err
}

func (a *Audience) who(ctx context.Context, tx *db.Tx, op string, q Query) ([]ID, map[ID]Why, error) {
	if err := checkQuery(op, q); err != nil {
		return nil, nil, err
	}
	r, err := a.resolve(ctx, tx, q.Area)
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	x, err := a.asOf(ctx, tx, a.memory().now.Load())
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	k := a.ask(x, r, &question{q, calendar.DateOf(tx.Now())})
	told := map[ID]Why{}
	k.each(func(r *record, _ bool, answer uint32) {
		if why := k.answer[answer]; why != "" {
			told[ID(r.id)] = why
		}
	})
	return slices.Sorted(maps.Keys(told)), told, nil
}

// Select gives who is told, in rising order of recipients and each address once, with the reason why. It holds the addresses it
// gave in memory, nothing else of anybody.
func (a *Audience) Select(ctx context.Context, tx *db.Tx, q Query) iter.Seq2[Target, error] {
	return func(yield func(Target, error) bool) {
		ids, why, err := a.who(ctx, tx, "Select", q)
		if err != nil {
			yield(Target{}, err)
			return
		}
		a.each(ctx, tx, ids, why, q.Level, q.By, yield)
	}
}

// Targets gives the addresses of recipients that were chosen before, as Select does; those that are gone are passed over. By
// are the channels, empty for all.
func (a *Audience) Targets(ctx context.Context, tx *db.Tx, ids []ID, level Level, by ...Channel) iter.Seq2[Target, error] {
	return func(yield func(Target, error) bool) { a.each(ctx, tx, ids, nil, level, by, yield) }
}

func (a *Audience) each(ctx context.Context, tx *db.Tx, ids []ID, why map[ID]Why, level Level, by []Channel, yield func(Target, error) bool) {
	seen := make(map[Address]bool, len(ids))
	for part := range slices.Chunk(ids, chunk) {
		list, err := a.byID(ctx, tx, part)
		if err != nil {
			yield(Target{}, wrap("Select", err))
			return
		}
		for i := range list {
			if list[i].Kind == Post && a.Stands != nil {
				if err := a.Stands(ctx, tx, &list[i]); err != nil {
					yield(Target{}, wrap("Select", err))
					return
				}
			}
			if !targets(&list[i], level, by, why[list[i].ID], tx.Now(), seen, yield) {
				return
			}
		}
	}
}

// targets gives the addresses of one recipient that nobody before it had.
func targets(r *Recipient, level Level, by []Channel, why Why, now time.Time, seen map[Address]bool, yield func(Target, error) bool) bool {
	if r.Kind == Person && !r.Consent.Withdrawn.IsZero() && level > Orange {
		return true // he was told before, and has left since
	}
	t := Target{Recipient: r.ID, Kind: r.Kind, Name: r.Name, Place: r.Place, Why: why, MayLeave: r.Kind == Person && r.Consent.Stands()}
	if r.Kind == Person || r.Kind == Firm {
		t.NotBefore, _ = r.Quiet.Ends(now, level)
	}
	for _, addr := range r.Addresses {
		if seen[addr] || len(by) > 0 && !slices.Contains(by, addr.Channel) {
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
