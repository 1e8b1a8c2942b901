package draft

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"zhixing/duty"
	"zhixing/gazette"
	"zhixing/org"
)

// perTown is a target that each town is to reach for itself: 每个乡镇至少建成1个. The first town that does would meet a sum for all.
type perTown struct{ clause, raw, name, of, by string }

var eachTown = regexp.MustCompile(`^.*?(?:每个|每一个|各)乡镇?(?:[（(][^）)]*[）)])?(?:镇)?(?:至少|不少于|均|都)*`)

func (d *drafting) perTowns() (out []*perTown) {
	for _, x := range d.duties {
		for _, t := range x.Targets {
			head := eachTown.FindString(t.Raw)
			of := d.townSet(append(slices.Clone(x.Lead), x.Implement...))
			if head == "" || of == "" || d.wholeIn(out, x.Clause) != nil {
				continue
			}
			p := &perTown{clause: x.Clause, raw: strings.ReplaceAll(t.Raw, "\n", " "), name: strings.TrimPrefix(t.Raw, head), of: of}
			for _, l := range x.Deadlines {
				if !l.Date.IsZero() && p.by == "" {
					p.by = ", by: " + l.Date.String()
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// townSet is what the county calls all towns together, as one of these names does where one does; empty where it has no word for them.
func (d *drafting) townSet(names []string) string {
	towns := func(u org.Unit) bool { return u.Kind == org.Set && len(u.Of) == 1 && u.Of[0] == org.Town }
	for _, n := range names {
		if u, ok := d.county.Directory.ResolveIn(d.doc.No, n); ok && towns(u) {
			return u.Name
		}
	}
	if i := slices.IndexFunc(d.county.Directory.Units(), towns); i >= 0 {
		return d.county.Directory.Units()[i].Name
	}
	return ""
}

func (d *drafting) wholeIn(list []*perTown, clause string) *perTown {
	for _, p := range list {
		if p.clause == clause {
			return p
		}
	}
	return nil
}

func (d *drafting) wholeOf(clause string) *perTown { return d.wholeIn(d.whole, clause) }

func (d *drafting) isWhole(clause, raw string) bool {
	p := d.wholeOf(clause)
	return p != nil && p.raw == strings.ReplaceAll(raw, "\n", " ")
}

// listLike is what hints at a list where none was read.
var listLike = regexp.MustCompile(`“[^”]{1,12}[档册账单表]”|登记|建档|造册|记录`)

// wanted is what a sentence with a number asks for, also where it is not read as a target.
var wanted = regexp.MustCompile(`[^，。；、：\s]*(?:不低于|不少于|不高于|不超过|达到|至少)\d[^，。；、\s]*`)

// left is what the text says and the draft does not: targets of clauses that give no work to anybody, what looks like a list, clauses
// in which no duty was read.
func (d *drafting) left() (out []string) {
	if d.noPlan != "" {
		out = append(out, d.noPlan)
	}
	nodes := d.doc.Nodes
	if d.plan != nil {
		nodes = d.plan.Nodes
	}
	var walk func(n *gazette.Node, above string)
	walk = func(n *gazette.Node, above string) {
		if d.emergency != nil && n.Kind == gazette.AttachmentNode {
			out = append(out, strings.TrimPrefix(n.Path, d.key())+"：附件没有读，联络、物资、队伍一类的表登记到台账，在 means 里写上那本台账")
			return
		}
		text, leaf := n.Text, true
		for _, c := range n.Children {
			if c.Mark == "" {
				text += "\n" + c.Text
			} else {
				leaf = false
			}
		}
		if n.Mark != "" {
			above = strings.TrimPrefix(n.Path, d.key())
			out = append(out, d.leftOf(above, text, leaf)...)
		}
		for _, c := range n.Children {
			if c.Mark != "" {
				walk(c, above)
			}
		}
	}
	for _, n := range nodes {
		if d.emergency == nil || n.Level != 1 || n.Title != "总则" && n.Title != "附则" {
			walk(n, "")
		}
	}
	return out
}

// leftOf is left of one clause.
func (d *drafting) leftOf(clause, text string, leaf bool) (out []string) {
	if d.emergency != nil && d.emergency.used[clause] {
		return nil
	}
	var drafted []string // targets
	duties := 0
	for _, x := range d.duties {
		if x.Clause == clause {
			duties++
			for _, t := range x.Targets {
				drafted = append(drafted, t.Raw)
			}
		}
	}
	var targets []string
	for _, t := range duty.Targets(text) {
		if !slices.Contains(drafted, t.Raw) {
			targets = append(targets, "“"+strings.TrimSpace(t.Raw)+"”")
		}
	}
	for _, piece := range wanted.FindAllString(text, -1) {
		if duties == 0 && !slices.ContainsFunc(targets, func(t string) bool { return strings.Contains(t, piece) }) {
			targets = append(targets, "“"+piece+"”")
		}
	}
	if len(targets) > 0 {
		out = append(out, fmt.Sprintf("%s：目标%s没有起草成指标", clause, strings.Join(targets, "")))
	}
	listed := slices.ContainsFunc(d.lists, func(l draftList) bool { return l.clause == clause })
	if like := listLike.FindString(text); like != "" && leaf && !listed {
		out = append(out, fmt.Sprintf("%s：写到%s，没有起草台账", clause, strings.Trim(like, "“”")))
	}
	if leaf && duties == 0 && len(out) == 0 {
		out = append(out, clause+"：没有读出任务，看要不要写规则、处置阶梯或通报")
	}
	return out
}
