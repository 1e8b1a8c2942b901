package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"zhixing/duty"
	"zhixing/gazette"
	"zhixing/manuscript"
	"zhixing/policy"
)

// read prints what a manuscript says, in the shapes that other programs compare.
func read(_ context.Context, c *call) error {
	as := c.flags.String("as", "tree", "documents, duties, appointments or tree")
	county := c.flags.String("county", "", "folder of a county's data: which units that the duties name it does not know is said on standard error")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(1, 1); err != nil {
		return err
	}
	if !slices.Contains([]string{"documents", "duties", "appointments", "tree"}, *as) {
		return fmt.Errorf("%w: --as %q: want documents, duties, appointments or tree", errUsage, *as)
	}
	issue, err := c.readManuscript(c.args[0])
	if err != nil {
		return err
	}
	if *county != "" {
		if err := c.strangers(*county, issue); err != nil {
			return err
		}
	}
	switch *as {
	case "documents":
		b, err := issue.DocumentsJSON()
		if err != nil {
			return err
		}
		_, err = c.out.Write(append(b, '\n'))
		return err
	case "appointments":
		enc := json.NewEncoder(c.out) // one line an appointment
		enc.SetEscapeHTML(false)
		for _, a := range issue.Appointments() {
			if err := enc.Encode(a); err != nil {
				return err
			}
		}
		return nil
	case "duties":
		return duty.WriteJSON(c.out, duty.Read(issue))
	}
	writeTree(c.out, issue)
	return nil
}

// strangers says which units of the duties the county does not know, each once.
func (c *call) strangers(folder string, issue *gazette.Issue) error {
	county, err := policy.LoadForDraft(os.DirFS(folder))
	if err != nil {
		return fmt.Errorf("county folder:\n%w", err)
	}
	var said []string
	for _, d := range duty.Read(issue) {
		for _, name := range slices.Concat(d.Lead, d.Support, d.Implement, d.Guide) {
			if _, ok := county.Directory.ResolveIn(d.Doc, name); ok || slices.Contains(said, name) {
				continue
			}
			said = append(said, name)
			fmt.Fprintf(c.err, "%s %s：units/ 里没有“%s”，请补上，或者写成哪个单位的 aliases\n", d.Doc, d.Clause, name)
		}
	}
	return nil
}

// maxDoubts is how many doubts the console shows.
const maxDoubts = 20

// readManuscript decodes and reads one file; what the reader doubts goes to standard error.
func (c *call) readManuscript(name string) (*gazette.Issue, error) {
	raw, err := c.readInput(name)
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = "标准输入"
	}
	text, err := manuscript.Decode(name, raw)
	if err != nil {
		return nil, err
	}
	issue, err := gazette.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, d := range issue.Doubts {
		if i == maxDoubts {
			fmt.Fprintf(c.err, "%s: 还有 %d 处待核对，上传后在编发台逐处查看\n", name, len(issue.Doubts)-i)
			break
		}
		fmt.Fprintf(c.err, "%s:%d: %s\n", name, d.Line, d.Message)
	}
	return issue, nil
}

// writeTree prints documents and headings as an outline.
func writeTree(w io.Writer, issue *gazette.Issue) {
	fmt.Fprintf(w, "%s %d年第%d期（总第%d期） %s\n", issue.Title, issue.Year, issue.No, issue.TotalNo, issue.PublishDate)
	for _, d := range issue.Documents {
		fmt.Fprintf(w, "\n%d. %s %s\n   %s %s %s %s\n", d.Seq, d.Title, d.No, d.Kind, d.Issuer, d.SignedOn, d.PublicNote)
		writeNodes(w, d.Nodes, 1)
		for _, p := range d.Plans {
			fmt.Fprintf(w, "   《%s》 %s\n", p.Title, p.Key)
			writeNodes(w, p.Nodes, 2)
		}
	}
}

func writeNodes(w io.Writer, nodes []*gazette.Node, depth int) {
	for _, n := range nodes {
		if n.Kind == gazette.HeadingNode || n.Mark != "" {
			title := n.Title
			if title == "" {
				title = firstRunes(n.Text, 24)
			}
			fmt.Fprintf(w, "%s%s  [%s]\n", strings.Repeat("   ", depth+1), title, n.Path)
		}
		writeNodes(w, n.Children, depth+1)
	}
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
