package letter

import (
	"slices"
	"strings"
	"unicode"
)

// clean makes of what was handed in what can be printed: one line, no control characters, no blanks at the ends, no stop behind
// a title. What is empty after that is gone from the lists.
func (l Letter) clean() Letter {
	for _, s := range []*string{&l.No, &l.Agency, &l.Masthead, &l.Urgency, &l.Title, &l.Rule, &l.Demand, &l.Where, &l.When, &l.Signer,
		&l.Contact, &l.Printer} {
		*s = line(*s)
	}
	l.To, l.CopyTo = lines(l.To), lines(l.CopyTo)
	l.Items = slices.Clone(l.Items)
	for i := range l.Items {
		it := &l.Items[i]
		for _, s := range []*string{&it.No, &it.Title, &it.Unit, &it.Basis, &it.DueRaw, &it.State, &it.Finding} {
			*s = line(*s)
		}
		it.Title = strings.TrimRight(it.Title, "。；;，, ")
	}
	l.Annex = slices.Clone(l.Annex)
	for i, a := range l.Annex {
		l.Annex[i].Title = line(a.Title)
		l.Annex[i].Rows = make([][]string, len(a.Rows))
		for j, row := range a.Rows {
			for _, cell := range row { // an empty cell keeps its place
				l.Annex[i].Rows[j] = append(l.Annex[i].Rows[j], line(cell))
			}
		}
	}
	if l.AsOf.IsZero() {
		l.AsOf = l.SignedOn
	}
	if l.Masthead == "" {
		l.Masthead = l.Agency
	}
	return l
}

// line is s as one line of printable characters.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r >= 0xfff0 && r <= 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

func lines(in []string) []string {
	var out []string
	for _, s := range in {
		if s = line(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// sentence ends a text that is not empty with a stop.
func sentence(s string) string {
	s = strings.TrimRight(s, "。；，,; ")
	if s == "" || strings.HasSuffix(s, "！") || strings.HasSuffix(s, "？") {
		return s
	}
	return s + "。"
}

// tight takes out the blanks between Chinese characters: 12号 三（四）25 is 12号三（四）25 in running text.
func tight(s string) string {
	words := strings.Fields(s)
	var out strings.Builder
	for i, w := range words {
		if i > 0 && (plain(words[i-1], false) && plain(w, true)) {
			out.WriteByte(' ')
		}
		out.WriteString(w)
	}
	return out.String()
}

// plain reports whether a word begins, or ends, with a character of half width.
func plain(w string, first bool) bool {
	runes := []rune(w)
	if first {
		return runes[0] < 0x2e80
	}
	return runes[len(runes)-1] < 0x2e80
}

// list joins names; by commas where one of them is a list itself.
func list(names []string) string {
	for _, n := range names {
		if strings.Contains(n, "、") {
			return strings.Join(names, "，")
		}
	}
	return strings.Join(names, "、")
}
