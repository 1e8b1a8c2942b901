// Package drill keeps exercises (演练) from being taken for the real thing: whatever an exercise says begins and ends with one mark,
// so that no part of it alone can mislead, and nothing else may carry the mark.
//
//	drill.Marked("请立即转移")   // 【演练】请立即转移【演练】
//	drill.Is(text)               // whether it is a text of an exercise, whole
package drill

import "strings"

// Mark stands first and last in every text of an exercise.
const Mark = "【演练】"

// Marked is the text of an exercise. Marked twice it is the same; empty it stays empty.
func Marked(s string) string {
	if s == "" {
		return s
	}
	return Mark + Unmarked(s) + Mark
}

// Unmarked is the text without the marks at its ends.
func Unmarked(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, Mark), Mark) }

// Is reports whether the text begins and ends as one of an exercise does.
func Is(s string) bool {
	return len(s) >= 2*len(Mark) && strings.HasPrefix(s, Mark) && strings.HasSuffix(s, Mark)
}

// Has reports whether the mark stands anywhere in the text, as it may in no text of the real thing.
func Has(s string) bool { return strings.Contains(s, Mark) }
