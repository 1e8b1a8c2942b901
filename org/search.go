package org

import (
	"cmp"
	"slices"
	"strings"
)

// Search finds units whose names hold the query, at most limit of them: whole names first, then names that begin
// with it, then the rest, canonical names before other names and shorter before longer. An empty query finds nothing.
func (d *Directory) Search(query string, limit int) []Unit {
	q := Fold(query)
	if q == "" || limit <= 0 {
		return nil
	}
	type hit struct{ at, rank int }
	var hits []hit
	for at, u := range d.units {
		best := rank(Fold(u.Name), q)
		for _, names := range [][]string{u.Aliases, u.Misprints, u.Phrases} {
			for _, name := range names {
				if r := rank(Fold(name), q); r > 0 {
					best = better(best, r+1)
				}
			}
		}
		if best > 0 {
			hits = append(hits, hit{at, best})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.rank != b.rank {
			return cmp.Compare(a.rank, b.rank)
		}
		return cmp.Compare(len(d.units[a.at].Name), len(d.units[b.at].Name))
	})
	out := make([]Unit, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, d.units[h.at])
	}
	return out
}

// rank is 1 for the whole name, 3 for its beginning, 5 for a part of it, 0 for none.
func rank(name, q string) int {
	switch {
	case name == q:
		return 1
	case strings.HasPrefix(name, q):
		return 3
	case strings.Contains(name, q):
		return 5
	}
	return 0
}

func better(a, b int) int {
	if a == 0 || b < a {
		return b
	}
	return a
}
