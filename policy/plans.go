package policy

import (
	"slices"

	"zhixing/emergency"
	"zhixing/register"
	"zhixing/rule"
)

// declarePlans enters the emergency plans of the policy into the catalogue.
func (k *pack) declarePlans() {
	take(k, "plans", PlanItem, func(f plansFile) []planFile { return f.Plans },
		func(v planFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[planFile]) { k.plans = append(k.plans, v) })
}

// plan reads an emergency plan.
func (k *pack) plan(p in[planFile]) *emergency.Plan {
	y := p.v
	out := &emergency.Plan{ID: p.item.ID, Title: p.item.Title, Policy: k.p.ID, Basis: p.item.Basis, Mechanisms: p.item.Mechanisms, Template: y.Template.s, Edition: y.Edition.s,
		Review: k.date(p.file, y.Review), File: p.file, LineNo: p.item.Line}
	if y.Template.s == "" && y.Edition.s == "" {
		k.bad(p.file, p.item.Line, "预案“%s”要写 edition（哪一版），还不是县里自己文本的写 template（为什么是模板）", p.item.ID)
	}
	for _, c := range y.Command {
		if c.Role.s == "" || len(c.Posts) == 0 {
			k.bad(p.file, max(c.Role.line, p.item.Line), "command 的每一项要写 role 和 posts：什么角色、由哪些职务担任")
		}
		out.Command = append(out.Command, emergency.Seat{Role: c.Role.s, Posts: k.posts(p.file, c.Posts)})
	}
	for _, g := range y.Groups {
		if g.Name.s == "" || g.Lead.s == "" {
			k.bad(p.file, max(g.Name.line, g.Lead.line, p.item.Line), "groups 的每一项要写 name 和 lead：什么组、哪个单位牵头")
		}
		if slices.ContainsFunc(out.Groups, func(o emergency.Group) bool { return o.Name == g.Name.s }) {
			k.bad(p.file, g.Name.line, "工作组“%s”写了两次", g.Name.s)
		}
		out.Groups = append(out.Groups, emergency.Group{Name: g.Name.s, Lead: k.unit(p.file, g.Lead), Members: k.members(p.file, g.Members), Does: g.Does.s})
	}
	if len(y.Levels) == 0 {
		k.bad(p.file, p.item.Line, "预案“%s”没有写 levels：分哪几级响应", p.item.ID)
	}
	for _, l := range y.Levels {
		r := k.response(p, out, l)
		if r.N != 0 && out.Level(r.N) != nil {
			k.bad(p.file, l.Level.line, "%s响应写了两次", emergency.LevelName(r.N))
			continue
		}
		out.Levels = append(out.Levels, r)
	}
	slices.SortStableFunc(out.Levels, func(a, b emergency.Level) int { return a.N - b.N })
	for _, m := range y.Means {
		if m.What.s == "" || m.Register.s == "" {
			k.bad(p.file, max(m.What.line, m.Register.line, p.item.Line), "means 的每一项要写 what 和 register：什么资源、在哪本台账")
		}
		if k.register(p.file, m.Register, p.item) != nil {
			out.Means = append(out.Means, emergency.Means{What: m.What.s, Register: register.Name(m.Register.s)})
		}
	}
	for _, t := range y.After {
		out.After = append(out.After, k.planTask(p, out, t))
	}
	return out
}

var responseLevels = map[string]int{"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}

// response reads one level.
func (k *pack) response(p in[planFile], of *emergency.Plan, y responseFile) emergency.Level {
	line := max(y.Level.line, y.Trigger.line)
	out := emergency.Level{N: responseLevels[y.Level.s], Trigger: y.Trigger.s, Approve: k.posts(p.file, y.Approve), Ladder: k.callupOf(p.file, y.Callup), LineNo: line}
	switch {
	case out.N == 0:
		k.bad(p.file, line, "响应级别“%s”应为 Ⅰ、Ⅱ、Ⅲ、Ⅳ 之一", y.Level.s)
	case y.Trigger.s == "":
		k.bad(p.file, line, "%s响应没有写 trigger：什么情况启动", emergency.LevelName(out.N))
	case len(y.Approve) == 0:
		k.bad(p.file, line, "%s响应没有写 approve：由谁决定启动和终止", emergency.LevelName(out.N))
	case len(y.Tasks)+len(y.Each) == 0:
		k.bad(p.file, line, "%s响应没有写 tasks：启动以后谁做什么", emergency.LevelName(out.N))
	}
	for _, s := range y.Starts {
		item := k.find(HazardItem, p.file, s.Hazard, p.item)
		start := emergency.Start{Hazard: s.Hazard.s, Level: k.colour(p.file, s.Level)}
		if s.Level.s == "" {
			k.bad(p.file, s.Hazard.line, "starts 的每一项要写 hazard 和 level：哪种预警、哪一级起")
		}
		if item != nil {
			out.Starts = append(out.Starts, start)
		}
	}
	for _, r := range y.Rules {
		if k.find(RuleItem, p.file, r, p.item) != nil {
			out.Rules = append(out.Rules, r.s)
		}
	}
	for _, t := range y.Tasks {
		out.Tasks = append(out.Tasks, k.planTask(p, of, t))
	}
	for _, e := range y.Each {
		out.Each = append(out.Each, k.each(p, of, e))
	}
	return out
}

func (k *pack) planTask(p in[planFile], of *emergency.Plan, y planTaskFile) emergency.Task {
	line := max(y.Unit.line, y.Do.line)
	if y.Unit.s == "" || y.Do.s == "" || y.Within.s == "" {
		k.bad(p.file, max(line, y.Within.line), "tasks 的每一项要写 unit、do、within：哪个单位、做什么、多久做到")
	}
	if y.Proof.s != "" && y.Proof.s != emergency.Picture {
		k.bad(p.file, y.Proof.line, "proof“%s”只能是 %s；文字说明总要写，不必写在这里", y.Proof.s, emergency.Picture)
	}
	return emergency.Task{Do: y.Do.s, Unit: k.unit(p.file, y.Unit), Group: k.groupOf(p, of, y.Group), Within: k.duration(p.file, y.Within), Basis: k.planClause(p, y.Clause), Proof: y.Proof.s, LineNo: line}
}

// groupOf is a working group of the plan.
func (k *pack) groupOf(p in[planFile], of *emergency.Plan, t text) string {
	var names []string
	for _, g := range of.Groups {
		names = append(names, g.Name)
	}
	if t.s != "" && !slices.Contains(names, t.s) {
		k.bad(p.file, t.line, "预案“%s”没有工作组“%s”%s", of.ID, t.s, nearest(t.s, names))
	}
	return t.s
}

func (k *pack) planClause(p in[planFile], clause text) rule.Basis {
	if clause.s == "" {
		return p.item.Basis
	}
	return k.basis(p.file, clause)
}

// each reads a task for every entry of a list.
func (k *pack) each(p in[planFile], of *emergency.Plan, y eachFile) emergency.Each {
	line := max(y.Register.line, y.Do.line)
	out := emergency.Each{Register: register.Name(y.Register.s), Group: k.groupOf(p, of, y.Group), Within: k.duration(p.file, y.Within), Basis: k.planClause(p, y.Clause), LineNo: line}
	if y.Register.s == "" || y.Do.s == "" || y.To.s == "" || y.Within.s == "" {
		k.bad(p.file, line, "each 的每一项要写 register、do、to、within：哪本台账的条目、做什么、由谁、多久做到")
		return out
	}
	x := k.register(p.file, y.Register, p.item)
	if x == nil {
		return out
	}
	over := seen{kind: anEntry, of: x, item: p.item}
	out.Where = k.condition(p.file, y.Where, over)
	out.Do = k.template(p.file, y.Do, over)
	out.Unit = k.whose(p.file, y.To, y.Else, x, p.item)
	if y.Proof != (planProofFile{}) {
		out.Proof = k.planProof(p, x, y.Proof)
	}
	return out
}

// planProof is a series at the entries, and the field with the limit in the unit of the series.
func (k *pack) planProof(p in[planFile], x *form, y planProofFile) *emergency.Proof {
	if y.Series.s == "" || y.Limit.s == "" {
		k.bad(p.file, max(y.Series.line, y.Limit.line), "proof 要写 series 和 limit：看哪种读数、限值在哪个字段")
		return nil
	}
	f, ok := k.field(p.file, y.Limit, x, register.Number)
	item := k.find(SeriesItem, p.file, y.Series, p.item)
	if !ok || item == nil {
		return nil
	}
	measured := x.item.ID
	if y.At.s != "" {
		at, ok := k.field(p.file, y.At, x, register.Ref)
		if !ok {
			return nil
		}
		measured = string(at.Register)
	}
	for _, d := range k.set.Series {
		if string(d.Name) != item.ID {
			continue
		}
		switch {
		case d.Register != measured:
			k.bad(p.file, y.Series.line, "监测项目“%s”测的是台账“%s”的条目，不是“%s”；条目引用了被测对象的，写 at: 那个字段", y.Series.s, d.Register, measured)
		case d.Unit != f.Unit:
			k.bad(p.file, y.Limit.line, "限值“%s”的单位是 %s，监测项目“%s”的是 %s，要相同", f.Name, f.Unit, y.Series.s, d.Unit)
		}
	}
	return &emergency.Proof{Series: y.Series.s, At: y.At.s, Limit: f.Name}
}
