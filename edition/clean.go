package edition

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds how deep blocks nest: what stands deeper is drawn up beside its parent.
const maxDepth = 12

// Clean returns a copy that every writer can print: characters that XML cannot carry and invisible ones that turn
// the direction of writing are dropped, bytes that are not UTF-8 become U+FFFD, paths are unique and without
// spaces, and nesting is bounded. A clean publication comes back unchanged.
func (p Publication) Clean() Publication {
	for _, s := range []*string{&p.County.Code, &p.County.Name, &p.Key, &p.URL, &p.BaseURL, &p.No, &p.Title,
		&p.Kind, &p.Issuer, &p.Issue.Title, &p.PublicNote, &p.Availability, &p.InterpretedBy, &p.VersionNote} {
		*s = line(*s)
	}
	p.Record = Record(line(string(p.Record)))
	p.PublishedAt = p.PublishedAt.UTC().Truncate(time.Microsecond)
	p.Recipients = each(p.Recipients, line)
	p.Earlier = each(p.Earlier, func(e Earlier) Earlier {
		e.Note, e.PublishedAt = line(e.Note), e.PublishedAt.UTC().Truncate(time.Microsecond)
		e.Record = Record(line(string(e.Record)))
		return e
	})
	p.Attachments = each(p.Attachments, func(a Attachment) Attachment {
		a.Title, a.Note, a.URL, a.SHA256 = line(a.Title), line(a.Note), line(a.URL), line(a.SHA256)
		return a
	})
	p.Cites = each(p.Cites, func(c Cite) Cite {
		c.Title, c.No, c.URL = line(c.Title), line(c.No), line(c.URL)
		c.Effect, c.Path = line(c.Effect), address(c.Path)
		return c
	})
	seen, keys := map[string]int{}, map[string]int{}
	p.Parts = each(p.Parts, func(part Part) Part {
		part.Key = unique(address(part.Key), keys)
		part.Title, part.InterpretedBy = line(part.Title), line(part.InterpretedBy)
		return part
	})
	for i, part := range p.Parts {
		seen[partID(i, part)]++
	}
	p.Parts = each(p.Parts, func(part Part) Part {
		part.Nodes = cleanBlocks(part.Nodes, 0, seen)
		return part
	})
	return p
}

func cleanBlocks(bs []Block, depth int, seen map[string]int) []Block {
	out := make([]Block, 0, len(bs))
	for _, b := range bs {
		children := b.Children
		b.Kind = BlockKind(line(string(b.Kind)))
		b.Mark, b.Title, b.Text = line(b.Mark), line(b.Title), text(b.Text)
		b.Path = unique(address(b.Path), seen)
		if b.Kind == Table || b.Kind == Row {
			b.Text = strings.Trim(b.Text, "\n")
		} else {
			b.Text = strings.TrimSpace(b.Text)
		}
		b.Children = nil
		if depth+1 < maxDepth {
			b.Children = cleanBlocks(children, depth+1, seen)
			children = nil
		}
		if len(b.Children) == 0 {
			b.Children = nil
		}
		out = append(out, b)
		out = append(out, flatten(children, depth, seen)...)
	}
	return out
}

// flatten draws up all blocks below as siblings, without recursion so that any depth can be read.
func flatten(bs []Block, depth int, seen map[string]int) []Block {
	var out []Block
	stack := [][]Block{bs}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(*top) == 0 {
			stack = stack[:len(stack)-1]
			continue
		}
		b := (*top)[0]
		*top = (*top)[1:]
		children := b.Children
		b.Children = nil
		out = append(out, cleanBlocks([]Block{b}, depth, seen)...)
		stack = append(stack, children)
	}
	return out
}

// each applies f to a copy of list.
func each[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// text drops what no edition can carry; line breaks and tabs stay.
func text(s string) string {
	ok := utf8.ValidString(s)
	for i := 0; ok && i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		ok = printable(r)
		i += n
	}
	if ok {
		return s
	}
	s = lineBreaks.Replace(s)
	return strings.Map(func(r rune) rune {
		if printable(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\ufffd"))
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

func printable(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return true
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r&0xfffe == 0xfffe:
		return false
	case r >= 0x200e && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return false
	}
	return true
}

// line is text on one line, without space at its ends.
func line(s string) string {
	s = text(s)
	if strings.ContainsAny(s, "\n\t") {
		s = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\t' {
				return ' '
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

// address is a path without any kind of space.
func address(s string) string {
	s = line(s)
	if strings.IndexFunc(s, unicode.IsSpace) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// unique marks the second and later uses of a path: 三/1, 三/1~2.
func unique(path string, seen map[string]int) string {
	if path == "" {
		return ""
	}
	try := path
	for seen[try] > 0 {
		seen[path]++
		try = path + "~" + strconv.Itoa(seen[path])
	}
	seen[try]++
	return try
}
