package paper

import (
	"strconv"
	"strings"
)

// Citations finds where a text names the documents that it cites: by title in 《》 or by number.
type Citations struct {
	marks *strings.Replacer // sets \x00 place \x01 name \x02 for a name; those characters stand in no clean text
	cites []Cite
}

// FindCites looks for the cites that keep accepts.
func FindCites(cites []Cite, keep func(Cite) bool) Citations {
	var pairs []string
	seen := map[string]bool{}
	for i, c := range cites {
		if !keep(c) {
			continue
		}
		for _, name := range []string{"《" + c.Title + "》", c.No} {
			if name == "" || name == "《》" || seen[name] {
				continue
			}
			seen[name] = true
			pairs = append(pairs, name, "\x00"+strconv.Itoa(i)+"\x01"+name+"\x02")
		}
	}
	if pairs == nil {
		return Citations{}
	}
	return Citations{strings.NewReplacer(pairs...), cites}
}

// Each walks through s: plain text, and names together with what they cite.
func (f Citations) Each(s string, visit func(text string, cite *Cite)) {
	if f.marks == nil {
		visit(s, nil)
		return
	}
	s = f.marks.Replace(s)
	for {
		before, rest, found := strings.Cut(s, "\x00")
		if before != "" {
			visit(before, nil)
		}
		if !found {
			return
		}
		place, rest, _ := strings.Cut(rest, "\x01")
		name, rest, _ := strings.Cut(rest, "\x02")
		i, _ := strconv.Atoi(place)
		visit(name, &f.cites[i])
		s = rest
	}
}

// Linked accepts cites whose address can be a link.
func Linked(c Cite) bool { return WebAddress(c.URL) }

// WebAddress refuses everything but http, https and addresses on the same site, so that no link can run a script.
func WebAddress(u string) bool {
	return strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") ||
		strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//")
}
