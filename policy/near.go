package policy

import (
	"slices"
	"strings"
)

// nearest is “（是不是“outlets”？）” where one of the names is close to what was written; empty where none is.
func nearest(wrote string, names []string) string {
	best, least := "", 0
	names = slices.Clone(names)
	slices.Sort(names)
	w := []rune(wrote)
	for _, n := range names {
		if n == wrote || n == "" {
			continue
		}
		r := []rune(n)
		d := distance(w, r)
		if limit := max(1, min(len(w), len(r))/3); d > limit && !(len(w) >= 2 && (strings.Contains(n, wrote) || strings.Contains(wrote, n) && len(r) >= 2)) {
			continue
		}
		if best == "" || d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return "（是不是“" + best + "”？）"
}

// distance is how many letters must be put in, left out or changed to make one word the other. It gives up on long words.
func distance(a, b []rune) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		before := row[0]
		row[0] = i + 1
		for j, y := range b {
			d := before
			if x != y {
				d++
			}
			before = row[j+1]
			row[j+1] = min(d, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
