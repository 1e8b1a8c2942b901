package gazette

import (
	"fmt"
	"strings"
	"testing"
)

// TestDamage prints each document of the real issue again as copying, PDF and printers would damage it, and reads
// what comes out: structure and facts must be as before, as far as the damaged text still tells.
func TestDamage(t *testing.T) {
	is, err := Read(string(shared(t, "gazette/jiangxian-2023-3.txt")))
	if err != nil {
		t.Fatal(err)
	}
	full := []string{"0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９", ".", "．", "(", "（", ")", "）", ",", "，", ":", "："}
	half := []string{"（", "(", "）", ")", "，", ",", "：", ":", "；", ";"}
	for _, style := range []struct {
		name  string
		print func([]string) string
		nodes int // of a hundred that must come out with the same address and text
		facts int // of a hundred that must come out the same
	}{
		{"a paragraph a line", join("\n"), 100, 100},
		{"blank lines between", join("\n\n"), 99, 100},
		{"indents", join("\n　　"), 100, 100},
		{"Windows line ends", join("\r\n"), 100, 100},
		{"full width", func(p []string) string { return strings.NewReplacer(full...).Replace(join("\n")(p)) }, 100, 100},
		{"half width", func(p []string) string { return strings.NewReplacer(half...).Replace(join("\n")(p)) }, 100, 100},
		{"broken lines, indents", wrapped(56, "　　", 0, "", ""), 100, 100},
		{"broken lines, indents, pages", wrapped(56, "　　", 22, "— %d —\n", ""), 100, 100},
		{"broken lines, indents, form feeds", wrapped(44, "　　", 30, "\n        - %d -\n\f", ""), 94, 100},
		{"broken lines, no indents", wrapped(56, "", 0, "", ""), 99, 100},
		{"broken lines of a column, no indents, pages", wrapped(40, "", 22, "－%d－\n", ""), 93, 100},
		{"broken lines, blank lines between", wrapped(60, "", 22, "\n— %d —\n\n", "\n"), 98, 100},
		{"one line, ideographic spaces", join("　　"), 95, 100},
		{"one line, spaces", join(" "), 90, 100},
		{"one line", join(""), 48, 97}, // without any sign nobody can tell a heading from the sentence behind it
	} {
		t.Run(style.name, func(t *testing.T) {
			var c comparison
			for _, d := range is.Documents {
				again, err := Read(style.print(paragraphs(d)))
				if err != nil {
					t.Fatal(d.ID(), err)
				}
				whole(t, again)
				c.compare(d, again.Documents[0])
				c.fact(d, "documents", "1", fmt.Sprint(len(again.Documents)))
			}
			if c.nodes*100 < style.nodes*c.allNodes || c.facts*100 < style.facts*c.allFacts {
				t.Errorf("nodes %d of %d, facts %d of %d\n%s", c.nodes, c.allNodes, c.facts, c.allFacts, strings.Join(c.missed[:min(len(c.missed), 40)], "\n"))
			}
		})
	}
}

// paragraphs are the printed paragraphs of a document in order.
func paragraphs(d *Document) []string {
	var out []string
	d.Walk(func(n *Node) {
		switch {
		case n.Text == "":
		case n.Kind == AttachmentNode && n.Title != "":
			out = append(out, strings.TrimSuffix(n.Text, n.Title), n.Title)
		default:
			out = append(out, n.Text)
		}
	})
	return out
}

func join(between string) func([]string) string {
	return func(p []string) string { return strings.TrimLeft(between, "\r\n") + strings.Join(p, between) }
}

// wrapped breaks lines at a column, closing signs hanging out, and sets a page number every so many lines.
func wrapped(width int, indent string, page int, number, after string) func([]string) string {
	return func(paragraphs []string) string {
		var b strings.Builder
		lines := 0
		for _, p := range paragraphs {
			for rest := []rune(indent + p); len(rest) > 0; {
				n := 0
				for w := 0; n < len(rest) && w+columns(rest[n]) <= width; n++ {
					w += columns(rest[n])
				}
				for n < len(rest) && strings.ContainsRune("，。、；：）》”", rest[n]) {
					n++
				}
				b.WriteString(string(rest[:n]) + "\n")
				rest = rest[n:]
				if lines++; page > 0 && lines%page == 0 {
					fmt.Fprintf(&b, number, lines/page)
				}
			}
			b.WriteString(after)
		}
		return b.String()
	}
}

// comparison counts what two readings of a document have in common.
type comparison struct {
	nodes, allNodes int
	facts, allFacts int
	missed          []string
}

func (c *comparison) fact(d *Document, name, want, got string) {
	c.allFacts++
	if fold(want) == fold(got) {
		c.facts++
		return
	}
	c.missed = append(c.missed, fmt.Sprintf("%s %s: want %q, got %q", d.ID(), name, want, got))
}

func (c *comparison) compare(d, again *Document) {
	c.fact(d, "number", d.No, again.No)
	c.fact(d, "title", d.Title, again.Title)
	c.fact(d, "issuer", d.Issuer, again.Issuer)
	c.fact(d, "kind", d.Kind, again.Kind)
	c.fact(d, "date", d.SignedOn.String(), again.SignedOn.String())
	c.fact(d, "note", d.PublicNote, again.PublicNote)
	c.fact(d, "recipients", strings.Join(d.Recipients, "|"), strings.Join(again.Recipients, "|"))
	c.fact(d, "plans", fmt.Sprint(len(d.Plans)), fmt.Sprint(len(again.Plans)))
	c.fact(d, "attachments", fmt.Sprint(len(d.Attachments)), fmt.Sprint(len(again.Attachments)))
	c.fact(d, "interpreter", d.InterpretedBy, again.InterpretedBy)
	c.fact(d, "moves", fmt.Sprint(len(d.Appointments)), fmt.Sprint(len(again.Appointments)))
	numbered := 0
	for _, cite := range d.Cites {
		if cite.No != "" {
			numbered++
		}
	}
	for _, cite := range again.Cites {
		if cite.No != "" {
			numbered--
		}
	}
	c.fact(d, "citations too many", "0", fmt.Sprint(-numbered))
	got := map[string]string{}
	again.Walk(func(n *Node) { got[n.Path] = fold(n.Text) })
	d.Walk(func(n *Node) {
		if n.Text == "" {
			return
		}
		c.allNodes++
		if got[n.Path] == fold(n.Text) {
			c.nodes++
			return
		}
		c.missed = append(c.missed, fmt.Sprintf("%s %s: want %.60s, got %.60s", d.ID(), n.Path, fold(n.Text), got[n.Path]))
	})
}

// fold takes away what the damage changed on purpose.
func fold(s string) string {
	return strings.Map(half, strings.NewReplacer("，", ",", "：", ":", "；", ";").Replace(bare(s)))
}
