package policy

import (
	"maps"
	"slices"
	"strings"

	"zhixing/bulletin"
	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/letter"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/relay"
	"zhixing/rule"
)

// under is the clause of a part of a register; without its own, the register's.
func (k *pack) under(r in[registerFile], clause text) rule.Basis {
	if clause.s == "" {
		return r.item.Basis
	}
	return k.basis(r.file, clause)
}

// obligation reads what entries of a register owe.
func (k *pack) obligation(r in[registerFile], x *form, y obligationFile) register.Obligation {
	line := max(y.ID.line, y.Name.line)
	over := seen{kind: anEntry, of: x, item: r.item}
	out := register.Obligation{ID: y.ID.s, Name: y.Name.s, Mechanisms: words(y.Mechanisms), Start: k.start(r.file, y.Start, x),
		Within: k.span(r.file, y.Within), By: k.date(r.file, y.By),
		When: k.condition(r.file, y.When, over), Done: k.condition(r.file, y.Done, over), To: k.whose(r.file, y.To, y.Else, x, r.item),
		Severity: string(k.severity(r.file, y.Severity)), Ladder: k.ladderOf(r.file, y.Ladder, r.item), Basis: k.under(r, y.Clause), LineNo: line}
	if counted(y.Every.s) {
		if out.Again = k.span(r.file, y.Every); out.Again.N < 1 {
			k.bad(r.file, y.Every.line, "“%s”的 every 至少1日", y.ID.s)
		}
	} else {
		out.Every = k.recurrence(r.file, y.Every, "；从上一次起数的写 15日、3个月、1年")
	}
	terms := 0
	for _, t := range []text{y.Within, y.By, y.Every} {
		if t.s != "" {
			terms++
		}
	}
	if terms != 1 {
		k.bad(r.file, line, "应做事项“%s”何时要做完：within、by、every 里写一种，只写一种", y.ID.s)
	}
	if y.To.s == "" {
		k.bad(r.file, line, "应做事项“%s”没有写 to：由谁做", y.ID.s)
	}
	recorded := y.Record != recordFile{}
	switch {
	case counted(y.Every.s) && y.Done.s == "" && !recorded && out.Start.Field != "": // the field is filled in anew
	case counted(y.Every.s) && !recorded:
		k.bad(r.file, y.Every.line, "“%s”从上一次起数%s：上一次在本条目的一格里，start 写 字段:那一格，不写 done；记在另一本台账里，写 record", y.ID.s, y.Every.s)
	case y.Done.s == "" && !recorded:
		k.bad(r.file, line, "应做事项“%s”怎样算做到：写 done 或 record", y.ID.s)
	case y.Done.s != "" && recorded:
		k.bad(r.file, y.Done.line, "应做事项“%s”的 done 和 record 只写一种", y.ID.s)
	case y.Every.s != "" && !recorded:
		k.bad(r.file, y.Every.line, "反复要做的“%s”要用 record 写明记在哪本台账：一格填了就总是填着，数不出第几次", y.ID.s)
	case recorded:
		out.Record = k.record(r, x, y.Record, line)
	}
	return out
}

// record names the entries of another register that fulfil an obligation.
func (k *pack) record(r in[registerFile], x *form, y recordFile, line int) *register.RecordOf {
	for _, need := range []struct {
		t    text
		name string
	}{{y.Register, "register"}, {y.Of, "of"}, {y.On, "on"}} {
		if need.t.s == "" {
			k.bad(r.file, max(y.Register.line, line), "record 缺少“%s”", need.name)
		}
	}
	other := k.register(r.file, y.Register, r.item)
	if f, ok := k.field(r.file, y.Of, other, register.Ref); ok && f.Register != "" && string(f.Register) != x.item.ID {
		k.bad(r.file, y.Of.line, "字段“%s”指向台账“%s”，不是“%s”", y.Of.s, f.Register, x.item.ID)
	}
	k.field(r.file, y.On, other, register.Day)
	return &register.RecordOf{Register: register.Name(y.Register.s), Of: y.Of.s, On: y.On.s}
}

// start reads 入册, 状态:已溯源, 字段:溯源日期.
func (k *pack) start(file string, t text, x *form) register.Start {
	if t.s == "" || t.s == "入册" {
		return register.Start{}
	}
	if s, ok := cutWord(t.s, "状态"); ok {
		return register.Start{State: k.state(file, text{s, t.line}, x)}
	}
	if s, ok := cutWord(t.s, "字段"); ok {
		k.field(file, text{s, t.line}, x, register.Day)
		return register.Start{Field: s}
	}
	k.bad(file, t.line, "start“%s”应写作“入册”“状态:已溯源”或“字段:溯源日期”", t.s)
	return register.Start{}
}

func (k *pack) ladder(l in[ladderFile]) cases.Ladder {
	out := cases.Ladder{ID: l.item.ID, Title: l.item.Title, Policy: k.p.ID, Basis: l.item.Basis, Mechanisms: l.item.Mechanisms,
		Owner: k.p.Owner, Evidence: l.v.Evidence, Onsite: l.v.Onsite, Confirm: l.v.Confirm, Public: l.v.Public,
		Again: k.span(l.file, l.v.Again), File: l.file, LineNo: l.item.Line}
	if l.v.Owner.s != "" {
		out.Owner = k.unit(l.file, l.v.Owner)
	}
	for _, g := range l.v.GroupBy {
		out.GroupBy = append(out.GroupBy, oneOf(k.folder, l.file, "group_by", g, cases.BySubject, cases.ByRule, cases.ByUnit))
	}
	out.Limits = k.limits(l.file, l.item.Line, "处置阶梯“"+l.item.ID+"”", l.v.Limits)
	for _, y := range l.v.Rungs {
		out.Rungs = append(out.Rungs, k.rungOf(l, y, out))
	}
	return out
}

// unlimited is said of a state that may take as long as it takes. It must be said: one that was forgotten would never be late.
const unlimited = "不限期"

// limits reads how long a case may stay in each state; every state on the way is named, 移送 where it is meant.
func (k *pack) limits(file string, line int, of string, y map[string]text) map[cases.State]calendar.Span {
	out := map[cases.State]calendar.Span{}
	for _, s := range slices.Sorted(maps.Keys(y)) {
		state := k.clocked(file, text{s, y[s].line})
		if y[s].s != unlimited {
			out[state] = k.span(file, y[s])
		}
	}
	var none []string
	for _, s := range cases.Limited {
		if _, ok := y[string(s)]; !ok && s != cases.HandingOver {
			none = append(none, string(s))
		}
	}
	if len(none) > 0 {
		k.bad(file, line, "%s的 limits 没有写 %s 几天；不限的写 %s: %s", of, strings.Join(none, "、"), none[0], unlimited)
	}
	return out
}

// clocked is a state in which a clock runs.
func (k *pack) clocked(file string, t text) cases.State {
	return oneOf(k.folder, file, "环节", t, cases.Limited...)
}

func (k *pack) rungOf(l in[ladderFile], y ladderRungFile, ladder cases.Ladder) cases.Rung {
	line := max(y.Name.line, y.Of.line)
	out := cases.Rung{Name: y.Name.s, Of: k.clocked(l.file, y.Of), After: k.span(l.file, y.After), Letter: letter.Kind(y.Letter.s), Sign: y.Sign.s,
		Answer: k.count(l.file, y.Answer, 1, 60), Copy: words(y.Copy), Listed: y.Listed}
	if y.Clause.s != "" {
		out.Basis = k.basis(l.file, y.Clause)
	}
	for _, need := range []struct {
		t    text
		name string
	}{{y.Name, "name"}, {y.Of, "of"}, {y.After, "after"}} {
		if need.t.s == "" {
			k.bad(l.file, line, "阶梯“%s”有一级缺少“%s”", l.item.ID, need.name)
		}
	}
	if _, ok := ladder.Limits[out.Of]; !ok && y.Of.s != "" {
		k.bad(l.file, y.Of.line, "阶梯“%s”的“%s”没有时限（limits），这一级永远走不到", l.item.ID, y.Of.s)
	}
	for _, before := range ladder.Rungs {
		if before.Name == out.Name && before.Of == out.Of {
			k.bad(l.file, line, "阶梯“%s”的“%s”写了两次", l.item.ID, y.Name.s)
		}
	}
	if out.Letter != "" && !out.Letter.Known() {
		k.bad(l.file, y.Letter.line, "没有“%s”这种文书，可写：remind、warn、supervise、interview、circular", y.Letter.s)
	}
	oneOf(k.folder, l.file, "sign", y.Sign, "office", "leader")
	for _, c := range y.Copy {
		oneOf(k.folder, l.file, "copy", c, "office", "leader")
	}
	if out.Letter != "" && y.Sign.s == "" {
		k.bad(l.file, y.Letter.line, "“%s”起草文书，要写 sign：office 或 leader", y.Name.s)
	}
	return out
}

func (k *pack) checklist(c in[checklistFile]) cases.Checklist {
	x := k.register(c.file, c.v.Of, c.item)
	if x == nil && c.v.Of.s != "" {
		return cases.Checklist{}
	}
	out := cases.Checklist{ID: c.item.ID, Title: c.item.Title, Policy: k.p.ID, Basis: c.item.Basis, Mechanisms: c.item.Mechanisms, Register: register.Name(c.v.Of.s),
		Severity: k.severity(c.file, c.v.Severity), To: k.whose(c.file, c.v.To, c.v.Else, x, c.item), Ladder: k.ladderOf(c.file, c.v.Ladder, c.item), File: c.file, LineNo: c.item.Line}
	switch {
	case c.v.Of.s == "":
		k.bad(c.file, c.item.Line, "检查表“%s”没有写 of：查哪本台账的条目", c.item.ID)
	case c.v.To.s == "":
		k.bad(c.file, c.item.Line, "检查表“%s”没有写 to：不合格的给谁", c.item.ID)
	case len(c.v.Items) == 0:
		k.bad(c.file, c.item.Line, "检查表“%s”没有 items", c.item.ID)
	}
	for _, y := range c.v.Items {
		item := cases.CheckItem{Name: y.Name.s, Ask: y.Ask.s, Basis: c.item.Basis}
		if y.Clause.s != "" {
			item.Basis = k.basis(c.file, y.Clause)
		}
		for _, before := range out.Items {
			if before.Name == item.Name {
				k.bad(c.file, y.Name.line, "检查表“%s”的“%s”写了两次", c.item.ID, y.Name.s)
			}
		}
		if y.Name.s == "" || y.Ask.s == "" || strings.Contains(y.Name.s, "/") {
			k.bad(c.file, max(y.Name.line, y.Ask.line), "检查项要写 name 和 ask，name 里不用斜杠")
		}
		out.Items = append(out.Items, item)
	}
	return out
}

func (k *pack) bulletin(b in[bulletinFile]) *bulletin.Definition {
	out := &bulletin.Definition{ID: b.item.ID, Title: b.item.Title, Policy: k.p.ID, Basis: b.item.Basis, Mechanisms: b.item.Mechanisms,
		Every: k.recurrence(b.file, b.v.Every, ""), To: k.units(b.file, b.v.To), Public: b.v.Public, Listed: b.v.Listed, File: b.file, LineNo: b.item.Line}
	for _, t := range b.v.Indicators {
		k.find(IndicatorItem, b.file, t, b.item)
		out.Indicators = append(out.Indicators, t.s)
	}
	for _, t := range b.v.Rules {
		k.findingOf(b.file, t, b.item)
		out.Rules = append(out.Rules, t.s)
	}
	for _, t := range b.v.Registers {
		k.find(RegisterItem, b.file, t, b.item)
		out.Registers = append(out.Registers, register.Name(t.s))
	}
	if b.v.Every.s == "" || len(b.v.To) == 0 || len(b.v.Indicators)+len(b.v.Rules)+len(b.v.Registers) == 0 && !b.v.Listed {
		k.bad(b.file, b.item.Line, "通报“%s”要写 every、to，以及 indicators、rules、registers、listed 里至少一种", b.item.ID)
	}
	return out
}

// findingOf is what findings can come from: a rule, an obligation, a demand for completeness, an item of a checklist.
func (k *pack) findingOf(file string, t text, of *Item) *Item {
	head, tail, slash := strings.Cut(t.s, "/")
	if !slash {
		return k.find(RuleItem, file, t, of)
	}
	for _, kind := range []ItemKind{ObligationItem, CompleteItem} {
		if len(k.index[kind][t.s]) > 0 {
			return k.find(kind, file, t, of)
		}
	}
	if len(k.index[ChecklistItem][head]) > 0 {
		item := k.find(ChecklistItem, file, text{head, t.line}, of)
		for _, p := range k.all {
			for _, c := range p.checklists {
				if c.item != item {
					continue
				}
				var names []string
				for _, y := range c.v.Items {
					if names = append(names, y.Name.s); y.Name.s == tail {
						return item
					}
				}
				k.bad(file, t.line, "检查表“%s”没有“%s”这一项%s", head, tail, nearest(tail, names))
			}
		}
		return item
	}
	if k.unread[RegisterItem] || k.unread[ChecklistItem] {
		return nil
	}
	var ids []string
	for _, kind := range []ItemKind{ObligationItem, CompleteItem} {
		for id := range k.index[kind] {
			ids = append(ids, id)
		}
	}
	k.bad(file, t.line, "没有“%s”：应是 台账/应做事项、台账/应有条目 或 检查表/检查项%s", t.s, nearest(t.s, ids))
	return nil
}

func (k *pack) send(s in[sendFile]) *relay.Send {
	out := &relay.Send{ID: s.item.ID, Title: s.item.Title, Policy: k.p.ID, Basis: s.item.Basis, Mechanisms: s.item.Mechanisms, To: s.v.To.s, File: s.file, LineNo: s.item.Line}
	for _, t := range s.v.Series {
		k.find(SeriesItem, s.file, t, s.item)
		out.Series = append(out.Series, observation.SeriesName(t.s))
	}
	for _, t := range s.v.Registers {
		k.find(RegisterItem, s.file, t, s.item)
		out.Registers = append(out.Registers, register.Name(t.s))
	}
	if s.v.To.s == "" || len(s.v.Series)+len(s.v.Registers) == 0 {
		k.bad(s.file, s.item.Line, "联网“%s”要写 to，以及 series 或 registers", s.item.ID)
	}
	return out
}
