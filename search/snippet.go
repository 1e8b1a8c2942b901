package search

import (
	"strings"
	"unicode/utf8"
)

// Marked is a text and what was found in it.
type Marked struct {
	Text  string
	Marks []Mark // in order, never touching
}

// Mark is where a word stands in a text, in bytes.
type Mark struct{ Start, End int }

// Part is a piece of a text that is marked or is not.
type Part struct {
	Text   string
	Marked bool
}

// Parts is the text in pieces, for templates.
func (m Marked) Parts() []Part {
	var out []Part
	at := 0
	for _, k := range m.Marks {
		if k.Start > at {
			out = append(out, Part{m.Text[at:k.Start], false})
		}
		out = append(out, Part{m.Text[k.Start:k.End], true})
		at = k.End
	}
	if at < len(m.Text) {
		out = append(out, Part{m.Text[at:], false})
	}
	return out
}

// found is one place of one word.
type found struct {
	Mark
	word int
}

// How a snippet is made, in letters and in characters.
const (
	snippetRunes = 120   // its length
	leadRunes    = 24    // before the first word, less where a sentence begins
	reachLetters = 20000 // how far behind one word the next is looked for
)

// places finds the words in a text: all that stand before the last of them is first seen, and some further.
func places(text string, words []string) []found {
	if len(words) == 0 {
		return nil
	}
	type looked struct {
		runes []rune
		seen  bool
	}
	want := make([]looked, len(words))
	longest := 1
	for i, w := range words {
		want[i].runes = []rune(w)
		longest = max(longest, len(want[i].runes))
	}
	recent := make([]letter, 0, 2*longest+256) // the last letters; cut to the longest word when full
	var out []found
	unseen, since := len(words), 0 // letters since a word was first seen
	letters(text, func(l letter) bool {
		if len(recent) == cap(recent) {
			recent = recent[:copy(recent, recent[len(recent)-longest:])]
		}
		recent = append(recent, l)
		for i := range want {
			w := &want[i]
			if !endsWith(recent, w.runes) {
				continue
			}
			out = append(out, found{Mark{recent[len(recent)-len(w.runes)].start, l.end}, i})
			if !w.seen {
				w.seen, since = true, 0
				unseen--
			}
		}
		since++
		return len(out) == 0 || since < reachLetters && (unseen > 0 || since < 2*snippetRunes)
	})
	return out
}

func endsWith(have []letter, word []rune) bool {
	if len(have) < len(word) {
		return false
	}
	have = have[len(have)-len(word):]
	for i := len(word) - 1; i >= 0; i-- {
		if have[i].r != word[i] {
			return false
		}
	}
	return true
}

// mark marks every place of the words in a whole short text.
func mark(text string, words []string) Marked {
	text = clean(text)
	return Marked{text, merge(places(text, words), 0, len(text), 0)}
}

// snippet cuts out the piece of a text that shows the most of the words, the first of such pieces.
func snippet(text string, words []string) Marked {
	text = clean(text)
	all := places(text, words)
	start := 0
	if len(all) > 0 {
		start = lead(text, all[best(all, len(words))].Start)
	}
	end := start
	for n := 0; n < snippetRunes && end < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	full := end
	for _, f := range all { // never cut a word
		if f.Start < full && f.End > end {
			end = f.End
		}
	}
	before, behind := "", ""
	if strings.TrimSpace(text[:start]) != "" {
		before = "…"
	}
	if strings.TrimSpace(text[end:]) != "" {
		behind = "…"
	}
	cut := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' ' // as many bytes, so that marks stay right
		}
		return r
	}, text[start:end])
	return Marked{before + cut + behind, merge(all, start, end, len(before)-start)}
}

// best is the first place from which a snippet shows the most different words.
func best(all []found, words int) int {
	const reach = (snippetRunes - leadRunes) * 3 // bytes, as Chinese letters have three
	at, most := 0, 0
	times := make([]int, words) // of each word among those that the snippet from i would show
	shown, next := 0, 0
	for i := range all {
		for ; next < len(all) && (next <= i || all[next].End <= all[i].Start+reach); next++ {
			if times[all[next].word]++; times[all[next].word] == 1 {
				shown++
			}
		}
		if shown > most {
			at, most = i, shown
		}
		if times[all[i].word]--; times[all[i].word] == 0 {
			shown--
		}
	}
	return at
}

// lead is where a snippet begins that shall show the place at: at the beginning of its sentence where that is near.
func lead(text string, at int) int {
	start := at
	for range leadRunes {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if size == 0 || strings.ContainsRune("。；！？\n", r) {
			break
		}
		start -= size
	}
	return start
}

// merge gives the marks of the places between start and end, moved by shift, those that touch as one.
func merge(all []found, start, end, shift int) []Mark {
	var out []Mark
	for _, f := range all {
		if f.Start < start || f.End > end {
			continue
		}
		m := Mark{f.Start + shift, f.End + shift}
		// Places come in the order of their ends; a longer word can begin before marks already made.
		for len(out) > 0 && m.Start <= out[len(out)-1].End {
			m.Start = min(m.Start, out[len(out)-1].Start)
			m.End = max(m.End, out[len(out)-1].End)
			out = out[:len(out)-1]
		}
		out = append(out, m)
	}
	return out
}
