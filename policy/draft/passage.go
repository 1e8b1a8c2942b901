package draft

import (
	"regexp"
	"slices"
	"strings"

	"zhixing/gazette"
)

// Passage is one clause of a plan's text with what was read in it, for a person who holds the two side by side.
type Passage struct {
	Clause string // address in the text; empty above the first clause
	Text   string // as handed in, with the paragraphs that have no number of their own
	Head   bool   // a heading over other clauses, with no text of its own
	Read   []PlanReading
	Ask    []string // to be confirmed; the same words stand in plans.yaml
	Left   []string // not drafted

	begins int // in the source
}

// PlanReading is one thing that was read: who commands, what starts a level, which unit does what.
type PlanReading struct {
	What   string // 指挥机构, 办公室, 工作组, 职责, 启动条件, 决定启动, 任务, 后期任务, 修订, 联系方式
	Level  string // Ⅲ级
	Who    string
	Says   string
	Within string
}

// Overview is what stands in the draft of one level.
type Overview struct {
	Level, Trigger string
	Approve        []string
	Starts         []string // warnings of the county
	Tasks, Nobody  int      // given to units; to none that was read
}

// telephone is a number that somebody can be reached at. Whose it is, the county keeps in a list and not in plans.yaml.
var telephone = regexp.MustCompile(`(?:^|[^\d-])(?:1[3-9]\d{9}|0\d{2,3}[-—－]?\d{7,8}|\d{7,8})(?:$|[^\d年月-])`)

// note says what was read in a clause.
func (r *planRead) note(clause string, item PlanReading) {
	if item.Says = strings.TrimSpace(oneLine(item.Says)); !slices.Contains(r.notes[clause], item) {
		r.notes[clause] = append(r.notes[clause], item)
	}
}

func (r *planRead) noteTask(at place, t planTask) {
	item := PlanReading{What: "任务", Who: strings.Join(t.units, "、"), Says: t.do, Within: t.within}
	if at.of == ofAfter {
		item.What = "后期任务"
	} else if at.level != 0 {
		item.Level = levelWord(at.level) + "级"
	}
	r.note(t.clause, item)
}

// passages are the clauses of the plan in the order of its text; left is what Folder says was not drafted.
func (r *planRead) passages(left []string) (out []Passage) {
	nodes := r.doc.Nodes
	if r.plan != nil {
		nodes = r.plan.Nodes
	}
	_, revised := r.review()
	var walk func(n *gazette.Node, of int) // of: the passage to which a paragraph without number belongs; -1 none
	walk = func(n *gazette.Node, of int) {
		begins := 0
		if len(n.Spans) > 0 {
			begins = n.Spans[0].Start
		}
		switch {
		case n.Kind == gazette.TableNode || n.Kind == gazette.AttachmentNode:
			p := Passage{Clause: strings.TrimPrefix(n.Path, r.key()), Text: n.Text, begins: begins}
			for _, c := range n.Children {
				p.Text += "\n" + c.Text
			}
			out = append(out, p)
			return
		case n.Kind == gazette.NoteNode: // 本预案由…负责解释, which the reader takes out of its clause
			for i := len(out) - 1; i >= 0; i-- {
				if out[i].begins < begins {
					out[i].Text += "\n" + n.Text
					break
				}
			}
			return
		case of < 0 && n.Kind != gazette.HeadingNode && n.Kind != gazette.ClauseNode:
			return // number, signature, date
		case n.Mark == "" && of >= 0:
			out[of].Text += "\n" + n.Text
		default:
			p := Passage{Text: n.Text, begins: begins}
			if n.Mark != "" {
				p.Clause = strings.TrimPrefix(n.Path, r.key())
			}
			of = len(out)
			out = append(out, p)
		}
		if n.Mark != "" && n.Title == n.Body() && len(n.Children) > 0 {
			out[of].Head = !slices.ContainsFunc(n.Children, func(c *gazette.Node) bool { return c.Mark == "" })
		}
		for _, c := range n.Children {
			walk(c, of)
		}
	}
	for _, n := range nodes {
		walk(n, -1)
	}
	for i := range out {
		p := &out[i]
		if p.Clause == "" {
			continue
		}
		p.Read, p.Ask = r.notes[p.Clause], r.asks[p.Clause]
		for _, x := range r.duties {
			if x.Clause == p.Clause {
				p.Read = append(p.Read, PlanReading{What: "职责", Who: strings.Join(x.Lead, "、"), Says: "写在 duties.yaml"})
				break
			}
		}
		if revised != "" && strings.Contains(p.Text, revised) {
			p.Read = append(p.Read, PlanReading{What: "修订", Says: revised})
			revised = ""
		}
		if telephone.MatchString(p.Text) {
			p.Read = append(p.Read, PlanReading{What: "联系方式", Says: "有电话号码：登记到值班联络一类的台账，在 means 里写上那本台账；号码不写进 plans.yaml"})
		}
		for _, l := range left {
			if what, ok := strings.CutPrefix(l, p.Clause+"："); ok {
				p.Left = append(p.Left, what)
			}
		}
	}
	return out
}

// overview is the levels from the lowest up, as the draft has them.
func (r *planRead) overview() (out []Overview) {
	for n := 4; n > 0; n-- {
		l := r.levels[n]
		if l == nil {
			continue
		}
		o := Overview{Level: levelWord(n) + "级", Trigger: l.trigger(), Approve: l.approve}
		_, o.Starts = r.starts(o.Trigger)
		for _, t := range l.tasks {
			if t.known() {
				o.Tasks += len(t.units)
			} else {
				o.Nobody++
			}
		}
		out = append(out, o)
	}
	return out
}
