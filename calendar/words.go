package calendar

import "slices"

// heads are words to be recognised where they begin, by their first sign; tails, where they end, by their last.
type (
	heads map[rune][][]rune
	tails map[rune][][]rune
)

func newHeads(words ...string) heads {
	m := heads{}
	for _, w := range words {
		r := []rune(w)
		m[r[0]] = append(m[r[0]], r)
	}
	for _, list := range m {
		slices.SortStableFunc(list, func(a, b []rune) int { return len(b) - len(a) })
	}
	return m
}

func newTails(words ...string) tails {
	m := tails{}
	for _, w := range words {
		r := []rune(w)
		m[r[len(r)-1]] = append(m[r[len(r)-1]], r)
	}
	for _, list := range m {
		slices.SortStableFunc(list, func(a, b []rune) int { return len(b) - len(a) })
	}
	return m
}

// anyAt gives the length of the longest of the words that stands at i, or 0.
func (f *folded) anyAt(i int, words heads) int {
	for _, w := range words[f.rune(i)] {
		if i+len(w) <= len(f.r) && slices.Equal(f.r[i:i+len(w)], w) {
			return len(w)
		}
	}
	return 0
}

// anyBefore gives the length of the longest of the words that stands just before i, or 0.
func (f *folded) anyBefore(i int, words tails) int {
	for _, w := range words[f.rune(i-1)] {
		if i >= len(w) && slices.Equal(f.r[i-len(w):i], w) {
			return len(w)
		}
	}
	return 0
}

// anyIn reports whether one of the words begins between i and j.
func (f *folded) anyIn(i, j int, words heads) bool {
	for ; i < j; i++ {
		if f.anyAt(i, words) > 0 {
			return true
		}
	}
	return false
}
