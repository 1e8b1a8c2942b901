package draft

import (
	"fmt"
	"slices"
	"strings"

	"zhixing/policy"
	"zhixing/standard"
)

// file is plans.yaml of what was read. What is doubtful ends in 待确认 and is told once more to who asked for the draft.
func (r *planRead) file() string {
	title := r.title()
	var b strings.Builder
	b.WriteString("# 照预案正文读出的第一稿。带“待确认”的逐条对着正文看，改好就删去那几个字；整行注释的，补上单位、职务再去掉“#”。\nplans:\n")
	fmt.Fprintf(&b, "  - id: %s-plan             # 改成好认的名字，如 flood\n    name: %s\n    mechanisms: [%s]\n", r.id, word(title), word(title))
	if d := r.doc.SignedOn; d.IsZero() {
		fmt.Fprintf(&b, "    edition: 待确认%s\n", r.doubt("", "", "正文没有日期，写明是哪一年的版本"))
	} else {
		fmt.Fprintf(&b, "    edition: %d年版\n", d.Year)
	}
	switch day, raw := r.review(); {
	case day != "":
		fmt.Fprintf(&b, "    review: %s           # 读出的原话：%s\n", day, raw)
	case raw != "":
		fmt.Fprintf(&b, "    # review:%s\n", r.doubt("", "", "原文“%s”，写明下一次在哪天以前", raw))
	}
	r.writeSeats(&b)
	r.writeGroups(&b)
	b.WriteString("    levels:\n")
	for n := 1; n <= 4; n++ {
		if l := r.levels[n]; l != nil {
			r.writeLevel(&b, n, l)
		}
	}
	b.WriteString("    # means: 队伍、物资、避险场所各在哪本台账，如 - { what: 应急队伍, register: em-teams }\n")
	if len(r.after) > 0 {
		b.WriteString("    after:\n")
		for _, t := range r.after {
			r.writeTask(&b, "      ", t)
		}
		if !slices.ContainsFunc(r.after, planTask.known) {
			return strings.Replace(b.String(), "    after:\n", "    # after:\n", 1)
		}
	}
	return b.String()
}

func (t planTask) known() bool { return len(t.units) > 0 }

// cite is the clause of an item: a field where the county's gazette has the text or does not know the document, else for the eye only.
func (r *planRead) cite(clause string) (field, comment string) {
	switch {
	case clause == "":
		return "", ""
	case r.unprinted:
		return "", standsAt(clause)
	}
	return ", clause: " + word(clause), ""
}

// standsAt says for the eye where in the text something stands.
func standsAt(clause string) string {
	if clause == "" {
		return ""
	}
	return "正文 " + clause
}

// aside joins comments into one.
func aside(parts ...string) string {
	out := ""
	for _, p := range parts {
		if p = strings.TrimPrefix(p, "   # "); p != "" {
			out += "；" + p
		}
	}
	if out == "" {
		return ""
	}
	return "   # " + oneLine(strings.TrimPrefix(out, "；"))
}

func (r *planRead) writeSeats(b *strings.Builder) {
	head := "    command:\n"
	for _, s := range r.seats {
		about := ""
		if len(s.unknown) > 0 {
			about = r.doubt(s.clause, s.role, "posts.yaml 里没有读出“%s”是哪个职务", strings.Join(s.unknown, "、"))
		}
		if len(s.posts) == 0 {
			fmt.Fprintf(b, "    # command: - { role: %s, posts: [] }%s\n", word(s.role), about)
			continue
		}
		fmt.Fprintf(b, "%s      - { role: %s, posts: [%s] }%s\n", head, word(s.role), quoted(s.posts), aside(standsAt(s.clause), about))
		head = ""
	}
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = word(s)
	}
	return strings.Join(out, ", ")
}

func (r *planRead) writeGroups(b *strings.Builder) {
	head := "    groups:\n"
	for _, g := range r.groups {
		about := ""
		if g.doubt != "" {
			about = r.doubt(g.clause, g.name, "%s", g.doubt)
		}
		if len(g.unknown) > 0 {
			about = aside(about, r.doubt(g.clause, g.name, "units/ 里没有“%s”", strings.Join(g.unknown, "、")))
		}
		if g.lead == "" {
			fmt.Fprintf(b, "    # groups: - { name: %s, lead: , does: %s }%s\n", word(g.name), word(g.does), aside(about, r.doubt(g.clause, g.name, "没有读出牵头单位")))
			continue
		}
		line := fmt.Sprintf("name: %s, lead: %s", word(g.name), word(g.lead))
		if len(g.members) > 0 {
			line += ", members: [" + quoted(g.members) + "]"
		}
		if g.does != "" {
			line += ", does: " + word(g.does)
		}
		fmt.Fprintf(b, "%s      - { %s }%s\n", head, line, aside(standsAt(g.clause), about))
		head = ""
	}
}

func (r *planRead) writeLevel(b *strings.Builder, n int, l *planLevel) {
	name := levelWord(n) + "级"
	fmt.Fprintf(b, "      - level: %s%s\n", levelWord(n), aside(standsAt(l.clause)))
	trigger := l.trigger()
	if trigger == "" {
		fmt.Fprintf(b, "        trigger: 待确认%s\n", r.doubt(l.clause, "", "没有读出%s响应的启动条件", name))
	} else {
		fmt.Fprintf(b, "        trigger: %s\n", word(trigger))
	}
	if starts, _ := r.starts(trigger); len(starts) > 0 {
		fmt.Fprintf(b, "        starts: [%s]\n", strings.Join(starts, ", "))
	}
	r.writeApproval(b, name, l)
	b.WriteString("        tasks:\n")
	if l.on != 0 {
		fmt.Fprintf(b, "          # 原文在%s级响应的基础上：那一级的任务已抄在前面，重复的删去\n", levelWord(l.on))
	}
	for _, t := range l.tasks {
		r.writeTask(b, "          ", t)
	}
	if !slices.ContainsFunc(l.tasks, planTask.known) {
		fmt.Fprintf(b, "          - { unit: %s, do: 待确认, within: 1日 }%s\n", word(r.owner()), r.doubt(l.clause, "", "没有读出%s响应的任务", name))
	}
}

// writeApproval writes who decides; where that was not read, a post that the county has, so that the file loads.
func (r *planRead) writeApproval(b *strings.Builder, name string, l *planLevel) {
	about, posts := "", l.approve
	switch {
	case len(posts) == 0 && l.deciding == "":
		about = r.doubt(l.clause, "", "没有读出%s响应由谁决定", name)
	case len(posts) == 0:
		if unit, rest := r.subject(l.deciding); len(unit) == 1 && rest == "" && r.headOf(unit[0]) != "" {
			posts = []string{r.headOf(unit[0])}
			about = r.doubt(l.approveClause, "", "%s响应由“%s”决定，先写了%s的负责人", name, l.deciding, unit[0])
			break
		}
		about = r.doubt(l.approveClause, "", "%s响应由“%s”决定，posts.yaml 里没有读出是哪个职务", name, l.deciding)
	}
	if len(posts) == 0 {
		posts = []string{r.anyPost()}
	}
	if about == "" && l.approveClause != "" {
		about = aside(standsAt(l.approveClause))
	}
	fmt.Fprintf(b, "        approve: [%s]%s\n", quoted(posts), about)
}

// trigger is what starts the level, in one sentence.
func (l *planLevel) trigger() string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.Join(l.starts, "；"), "之一；", "之一："), "：")
}

// anyPost is the first of the government's posts, or the county's first.
func (r *planRead) anyPost() string {
	if p := r.headOf(r.county.Government); p != "" {
		return p
	}
	return string(r.county.Book.Posts()[0].ID)
}

func (r *planRead) writeTask(b *strings.Builder, indent string, t planTask) {
	doubts := ""
	if t.doubt != "" {
		doubts = r.doubt(t.clause, "“"+t.do+"”", "%s", t.doubt)
	}
	clause, seen := r.cite(t.clause)
	if !t.known() {
		fmt.Fprintf(b, "%s# - { unit: , do: %s, within: %s%s }%s\n", indent, word(t.do), t.within, clause, aside(seen, doubts))
		return
	}
	if t.raw != "" {
		doubts = aside(doubts, r.doubt(t.clause, "“"+t.do+"”", "%s", t.raw))
	}
	more := ""
	if t.group != "" {
		more += ", group: " + word(t.group)
	}
	if t.picture {
		more += ", proof: 照片"
	}
	for _, u := range t.units {
		fmt.Fprintf(b, "%s- { unit: %s, do: %s, within: %s%s%s }%s\n", indent, word(u), word(t.do), t.within, more, clause, aside(seen, doubts))
	}
}

// starts are the warnings of the county that a trigger names, as lines of the file and as said: 暴雨橙色预警.
func (r *planRead) starts(trigger string) (lines, said []string) {
	if r.county.Policies == nil {
		return nil, nil
	}
	for _, h := range r.county.Policies.Hazards {
		at := slices.IndexFunc(r.county.Policies.Items, func(i *policy.Item) bool { return i.Kind == policy.HazardItem && i.ID == h.ID && i.Policy == h.Policy })
		for _, level := range []standard.Level{standard.Blue, standard.Yellow, standard.Orange, standard.Red} {
			s := fmt.Sprintf("{ hazard: %s, level: %s }", h.ID, level)
			if name := h.Name + string(level) + "色预警"; strings.Contains(trigger, name) && !slices.Contains(lines, s) {
				lines, said = append(lines, s), append(said, name)
				if from := r.county.Policies.Items[at].From; r.begins.Before(from) {
					r.begins = from // a plan waits for the warnings of which it speaks
				}
			}
		}
	}
	return lines, said
}

// example starts the lowest level and looks whether its first task was given; it comes after file.
func (r *planRead) example() string {
	for n := 4; n > 0; n-- {
		l := r.levels[n]
		if l == nil {
			continue
		}
		first := planTask{units: []string{r.owner()}, do: "待确认"}
		if i := slices.IndexFunc(l.tasks, planTask.known); i >= 0 {
			first = l.tasks[i]
		}
		on := r.signed()
		if on.Before(r.begins) {
			on = r.begins
		}
		return fmt.Sprintf(`# 启动一级，看任务有没有下达。照着写：调级、完成、终止，见 docs/policies.md。
examples:
  - name: %s
    on: %s
    given: [ { respond: %s-plan, level: %s, text: 达到启动条件 } ]
    want:
      - { response: %s-plan, state: 响应中 }
      - { tasked: %s-plan, of: %s, says: %s }
`, word("启动"+levelWord(n)+"级响应，任务下达到单位"), on, r.id, levelWord(n), r.id, r.id, word(first.units[0]), word(first.do))
	}
	return ""
}
