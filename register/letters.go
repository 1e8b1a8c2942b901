package register

import (
	"strings"
	"unicode"
)

// letters is a text as search compares it: letters and digits alone, small and of half width.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		switch {
		case r >= 0x4e00 && r <= 0x9fff, r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case unicode.IsLetter(r), unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// searched are the letters of an entry: those that anybody may look for, and those that stay inside.
func (s *Schema) searched(e *Entry) (words, inside string) {
	var open, closed strings.Builder
	shown, _ := s.Show(Viewer{}, e)
	if shown == nil { // a register that is not public
		shown = e
	}
	open.WriteString(letters(shown.Key))
	if shown.Key != e.Key {
		closed.WriteString(letters(e.Key))
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		v := e.Values[f.Name]
		if v == "" {
			continue
		}
		switch f.Type {
		case Text, Choice, Unit, Person, Ref:
		case File:
			v = f.Written(v)
		default:
			continue
		}
		to := &open
		if f.Hidden() {
			to = &closed
		}
		to.WriteByte(' ')
		to.WriteString(letters(v))
	}
	return open.String(), closed.String()
}

// searchWords are the words of a question, at most ten.
func searchWords(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("，。、；,;", r) }) {
		if w = letters(w); w != "" && len(out) < 10 {
			out = append(out, w)
		}
	}
	return out
}
