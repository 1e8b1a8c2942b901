package policy

import (
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/gazette"
	"zhixing/org"
	"zhixing/rule"
)

// gazettes are the published documents against which clauses are checked. An issue is read when a policy first asks.
type gazettes struct {
	issues []Issue
	read   bool
	docs   map[string]*gazette.Document // by folded number
	said   map[string]string            // words of documents
	plans  map[string]bool              // policies' documents and plans that were found wanting, so that clauses do not say it again
}

func readGazettes(issues []Issue) *gazettes {
	return &gazettes{issues: issues, docs: map[string]*gazette.Document{}, said: map[string]string{}, plans: map[string]bool{}}
}

// document finds a document by its number; nil where no issue of the county has it.
func (g *gazettes) document(no string) *gazette.Document {
	if !g.read {
		g.read = true
		for _, i := range g.issues {
			issue, err := gazette.Read(string(i.Text))
			if err != nil {
				continue // who publishes it is told; here it only means that nothing can be checked
			}
			for _, d := range issue.Documents {
				if d.No != "" {
					g.docs[org.Fold(d.No)] = d
				}
			}
		}
	}
	return g.docs[org.Fold(no)]
}

// plan checks the plan that a policy names.
func (g *gazettes) plan(f *folder, file string, document, plan text) {
	d := g.document(document.s)
	if d == nil {
		return
	}
	var keys []string
	for _, p := range d.Plans {
		if p.Key != "" {
			keys = append(keys, p.Key)
		}
	}
	switch {
	case plan.s == "" && len(keys) > 0:
		f.bad(file, document.line, "%s 含几个方案，请写明 plan：%s", document.s, strings.Join(keys, "、"))
	case plan.s != "" && !slices.Contains(keys, plan.s) && len(keys) == 0:
		f.bad(file, plan.line, "%s 只有一个方案，不写 plan", document.s)
	case plan.s != "" && !slices.Contains(keys, plan.s):
		f.bad(file, plan.line, "%s 没有简称“%s”的方案，可写：%s", document.s, plan.s, strings.Join(keys, "、"))
	default:
		return
	}
	g.plans[document.s+"#"+plan.s] = true
}

// heading checks what a policy says of itself against its document: the title, before which the county's name may be put or left
// out, and that it is not in force before it was signed.
func (g *gazettes) heading(f *folder, file string, y policyFile, from calendar.Date, county string) {
	d := g.document(y.Document.s)
	if d == nil || g.plans[y.Document.s+"#"+y.Plan.s] {
		return
	}
	if !from.IsZero() && from.Before(d.SignedOn) {
		f.bad(file, y.From.line, "from %s 早于 %s 的成文日期 %s：公文没有成文，不能施行", from, d.No, d.SignedOn)
	}
	titles := []string{d.Title}
	for _, p := range d.Plans {
		if p.Title != "" && p.Key == y.Plan.s {
			titles = append(titles, p.Title)
		}
	}
	title := strings.TrimPrefix(org.Fold(y.Title.s), org.Fold(county))
	if !slices.ContainsFunc(titles, func(t string) bool { return strings.Contains(org.Fold(t), title) }) {
		f.bad(file, y.Title.line, "title“%s”和公报里的“%s”对不上，请照公文写", y.Title.s, titles[len(titles)-1])
	}
}

// paths are the addresses of a plan's clauses, without the plan's key.
func paths(d *gazette.Document, plan string) []string {
	var out []string
	d.Walk(func(n *gazette.Node) {
		p := n.Path
		if plan != "" {
			var ok bool
			if p, ok = strings.CutPrefix(p, plan+"/"); !ok {
				return
			}
		}
		out = append(out, p)
	})
	return out
}

// brackets are written in either width; the gazette's addresses have the half.
var brackets = strings.NewReplacer("（", "(", "）", ")", "／", "/", " ", "")

// basis is the clause that a definition names. Where the county's gazette has the document, the clause must be there.
func (k *pack) basis(file string, clause text) rule.Basis {
	b := k.p.Basis
	b.Clause = strings.Trim(brackets.Replace(clause.s), "/")
	d := k.issues.document(b.Document)
	if b.Clause == "" || d == nil || k.issues.plans[b.Document+"#"+b.Plan] {
		return b
	}
	all := paths(d, b.Plan)
	if !slices.Contains(all, b.Clause) {
		k.bad(file, clause.line, "%s 里没有条款“%s”%s", strings.TrimSpace(b.Document+" "+b.Plan), clause.s, nearestClause(b.Clause, all))
	}
	return b
}

// nearestClause proposes the clause that ends alike, or that stands above.
func nearestClause(wrote string, all []string) string {
	parts := strings.Split(wrote, "/")
	last := parts[len(parts)-1]
	for _, p := range all {
		if strings.HasSuffix(p, "/"+last) && strings.HasPrefix(p, parts[0]) {
			return "（是不是“" + p + "”？）"
		}
	}
	if near := nearest(wrote, all); near != "" {
		return near
	}
	var under []string
	for _, p := range all {
		if strings.HasPrefix(p, parts[0]+"/") && len(under) < 12 {
			under = append(under, p)
		}
	}
	if len(under) == 0 {
		return ""
	}
	return "，“" + parts[0] + "”下面有：" + strings.Join(under, "、")
}

// words are all that a document says, folded.
func (g *gazettes) words(no string) string {
	d := g.document(no)
	if d == nil {
		return ""
	}
	key := org.Fold(no)
	if _, ok := g.said[key]; !ok {
		var b strings.Builder
		b.WriteString(d.Title)
		d.Walk(func(n *gazette.Node) { b.WriteString(n.Text + "\n") })
		g.said[key] = org.Fold(b.String())
	}
	return g.said[key]
}

// named tells of mechanisms that stand in no word of their document: coverage goes by the very name. A county whose gazette tells its
// documents in words of its own, as the demonstration does, has few names that stand there, and nothing is told.
func (ps *packs) named() {
	var strange []*Problem
	stand, seen := 0, map[string]bool{}
	for _, i := range ps.set.Items {
		text := ps.issues.words(i.Basis.Document)
		for _, m := range i.Mechanisms {
			key := i.Basis.Document + "#" + m
			if text == "" || seen[key] {
				continue
			}
			seen[key] = true
			if strings.Contains(text, org.Fold(m)) {
				stand++
				continue
			}
			strange = append(strange, &Problem{i.File, i.Line, fmt.Sprintf("mechanisms 的“%s”不是 %s 里的原话：要一字不差，覆盖表按它核对", m, i.Basis.Document)})
		}
	}
	if stand >= len(strange) {
		ps.set.hints = append(ps.set.hints, strange...)
	}
}
