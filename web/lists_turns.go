package web

import (
	"context"
	"net/url"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// owedGroup is what an entry owes by one obligation: what comes once is one row, the turns of what comes round are folded into one.
type owedGroup struct {
	owedView            // what comes once, or the turn of now
	Every        string // 每日; empty: once
	Turns        []owedView
	All          string   // address of all turns, where not all are shown
	N            int      // turns
	Done, Behind int      // turns done in time, and done late
	Missed       int      // turns not done whose last day is past
	Longest      owedView // the first of them
}

// turnsShown is how many turns of an obligation stand on the page of an entry.
const turnsShown = 24

// entryOwed is all that an entry owes, by obligation; what is open first.
func entryOwed(ctx context.Context, tx *db.Tx, b listBase, key string, today calendar.Date) ([]owedGroup, error) {
	var rows []register.Owed
	for q := (register.OwedQuery{Register: b.S.Name, Key: key, Size: register.MaxSize}); ; {
		list, next, err := b.works.Registers.Owed(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		rows = append(rows, list...)
		if q.After = next; next == "" {
			break
		}
	}
	var ids []string
	of := map[string][]owedView{}
	for _, v := range owedViews(b, rows, today) {
		id := v.Obligation.ID
		if of[id] == nil {
			ids = append(ids, id)
		}
		of[id] = append(of[id], v)
	}
	var out []owedGroup
	for _, id := range ids {
		g := folded(of[id])
		if g.N > turnsShown {
			g.All = askedWith(b.Here()+"/owed", url.Values{"which": {id}, "state": {"all"}}, "key", key)
		}
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b owedGroup) int { return owedRank(a) - owedRank(b) })
	return out, nil
}

func owedRank(g owedGroup) int {
	if g.State == register.Open || g.Missed > 0 {
		return 0
	}
	return 1
}

// folded folds the turns of one obligation, which come by their last day.
func folded(turns []owedView) owedGroup {
	g := owedGroup{owedView: turns[len(turns)-1], N: len(turns)}
	if g.Period.IsZero() {
		return g
	}
	if g.Every = periodWords[g.Obligation.Every.Every]; g.Obligation.Again.N > 0 {
		g.Every = "上一次以后" + reviewEvery(g.Obligation.Again) + "内"
	}
	for _, t := range turns {
		switch {
		case t.State == register.Done && t.Late:
			g.Behind++
		case t.State == register.Done:
			g.Done++
		case t.Late:
			if g.Missed++; g.Missed == 1 {
				g.Longest = t
			}
		}
	}
	slices.Reverse(turns)
	g.Turns = turns[:min(turnsShown, len(turns))]
	return g
}
