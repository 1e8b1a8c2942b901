package web

import (
	"cmp"
	"context"
	"html/template"
	"slices"
	"strings"
	"unicode"

	"zhixing/db"
	"zhixing/duty"
	"zhixing/edition"
	"zhixing/ledger"
	"zhixing/publication"
)

// docVersion names the text that a duty was read from.
type docVersion struct {
	key publication.Key
	n   int
}

// clauses finds the words that duties were read from, each document read once.
type clauses struct {
	s    *Server
	ctx  context.Context
	tx   *db.Tx
	docs map[docVersion]*clauseDoc
}

type clauseDoc struct {
	blocks map[string]edition.Block
	read   map[int]publication.Duty
}

func (c *clauses) doc(src ledger.Source) (*clauseDoc, error) {
	v := docVersion{src.Doc, src.Version}
	if d, ok := c.docs[v]; ok || src.Doc == "" {
		return d, nil
	}
	doc, err := publication.DocumentVersion(c.ctx, c.tx, c.s.countyCode, v.key, v.n)
	if err != nil {
		return nil, err
	}
	d := &clauseDoc{map[string]edition.Block{}, map[int]publication.Duty{}}
	doc.Text.Walk(func(_ edition.Part, b edition.Block, _ int) {
		if b.Path != "" {
			d.blocks[b.Path] = b
		}
	})
	for _, x := range doc.Duties {
		d.read[x.N] = x
	}
	c.docs[v] = d
	return d, nil
}

// take puts a drafted duty beside its clause and says what a person should look at twice.
func (c *clauses) take(d *ledger.Duty) (take, error) {
	t := take{Duty: d, Making: c.s.Ledger.Making(d.Fields)}
	doc, err := c.doc(d.Source)
	if err != nil {
		return t, err
	}
	phrases := phrasesOf(d.Fields)
	if doc != nil {
		if x, ok := doc.read[d.Source.N]; ok {
			read, err := x.Read()
			if err != nil {
				return t, err
			}
			t.Proposed, t.Inherited = read.Proposed, read.Inherited
			phrases = append(phrases, readPhrases(read)...)
		}
		if b, ok := doc.blocks[d.Source.Clause]; ok {
			t.Said = markPhrases(clauseText(b, 0), phrases)
		}
	}
	t.Doubts = doubts(t)
	return t, nil
}

// doubts are why a duty wants a second look before it is confirmed.
func doubts(t take) []string {
	var out []string
	if t.Proposed {
		out = append(out, "由叙述句推得，没有责任分工的写法")
	}
	if len(t.Lead) == 0 {
		out = append(out, "没有读出牵头单位")
	}
	if len(t.Making.Vague) > 0 {
		out = append(out, "“"+strings.Join(t.Making.Vague, "”“")+"”是统称，交办前须写明具体单位")
	}
	if t.DueRaw != "" && t.Due.IsZero() && !t.Standing {
		out = append(out, "“"+t.DueRaw+"”没有读出日期")
	}
	return out
}

// clauseText is a block with the plain paragraphs under it; clauses of their own are left out.
func clauseText(b edition.Block, depth int) string {
	text := strings.ReplaceAll(b.Text, "\t", "｜")
	if b.Kind == edition.Table || depth > 3 {
		return text
	}
	for _, kid := range b.Children {
		if kid.Kind == edition.Heading || kid.Mark != "" {
			continue
		}
		text += "\n" + clauseText(kid, depth+1)
	}
	return text
}

// phrase is a piece of the text that was read as something.
type phrase struct{ words, class, name string }

// phrasesOf are what a duty says, readPhrases what was read for it as printed.
func phrasesOf(f ledger.Fields) []phrase {
	var out []phrase
	for _, names := range [][]string{f.Lead, f.Support, f.Implement} {
		out = addPhrases(out, "unit", "单位", names...)
	}
	out = addPhrases(out, "when", "时限", strings.Split(f.DueRaw, "；")...)
	out = addPhrases(out, "when", "频次", f.Recur.Raw)
	for _, t := range f.Targets {
		out = addPhrases(out, "target", "目标", t.Raw)
	}
	return addPhrases(out, "list", "清单", f.Registers...)
}

func readPhrases(d duty.Duty) []phrase {
	var out []phrase
	for _, names := range [][]string{d.Lead, d.Support, d.Implement, d.Guide, d.Inherited} {
		out = addPhrases(out, "unit", "单位", names...)
	}
	for _, x := range d.Deadlines {
		out = addPhrases(out, "when", "时限", x.Raw)
	}
	for _, x := range d.Cadence {
		out = addPhrases(out, "when", "频次", x.Raw)
	}
	return out
}

func addPhrases(out []phrase, class, name string, words ...string) []phrase {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, phrase{w, class, name})
		}
	}
	return out
}

// markPhrases marks the phrases in a text, the longest first where several begin at one place. White space inside a
// phrase does not count: what was read has none.
func markPhrases(text string, phrases []phrase) template.HTML {
	phrases = slices.Clone(phrases)
	slices.SortStableFunc(phrases, func(a, b phrase) int { return cmp.Compare(len(b.words), len(a.words)) })
	rs := []rune(text)
	var b strings.Builder
	for i := 0; i < len(rs); {
		n, p := 0, phrase{}
		for _, try := range phrases {
			if n = taken(rs[i:], try.words); n > 0 {
				p = try
				break
			}
		}
		if n == 0 {
			if rs[i] == '\n' {
				b.WriteString("<br>")
			} else {
				b.WriteString(template.HTMLEscapeString(string(rs[i])))
			}
			i++
			continue
		}
		b.WriteString(`<mark class="` + p.class + `" title="` + p.name + `">` + template.HTMLEscapeString(string(rs[i:i+n])) + `</mark>`)
		i += n
	}
	return template.HTML(b.String()) // #nosec: escaped above
}

// taken is how many runes of the text the words take at its beginning, 0 where it does not begin with them.
func taken(text []rune, words string) int {
	i := 0
	for _, w := range words {
		if unicode.IsSpace(w) {
			continue
		}
		for i > 0 && i < len(text) && unicode.IsSpace(text[i]) {
			i++
		}
		if i >= len(text) || text[i] != w {
			return 0
		}
		i++
	}
	return i
}
