package policy

import (
	"cmp"
	"slices"

	"zhixing/calendar"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/rule"
	"zhixing/standard"
)

// build turns what is declared into the definitions of the packages that run it.
func (k *pack) build() {
	for _, v := range k.values {
		k.value(v)
	}
	for _, r := range k.registers {
		k.set.Registers = append(k.set.Registers, k.schema(r))
	}
	for _, s := range k.series {
		k.set.Series = append(k.set.Series, k.oneSeries(s))
	}
	for _, i := range k.indicators {
		k.set.Indicators = append(k.set.Indicators, k.indicator(i))
	}
	for _, r := range k.rules {
		k.set.Rules = append(k.set.Rules, k.judge(r))
	}
	for _, l := range k.ladders {
		k.set.Ladders = append(k.set.Ladders, k.ladder(l))
	}
	for _, c := range k.checklists {
		k.set.Checklists = append(k.set.Checklists, k.checklist(c))
	}
	for _, d := range k.duties {
		k.set.Duties = append(k.set.Duties, Carried{Basis: d.item.Basis, Mechanisms: d.item.Mechanisms, Policy: k.p.ID, File: d.file, LineNo: d.item.Line})
	}
	for _, b := range k.bulletins {
		k.set.Bulletins = append(k.set.Bulletins, k.bulletin(b))
	}
	for _, s := range k.sends {
		k.set.Sends = append(k.set.Sends, k.send(s))
	}
	for _, h := range k.hazards {
		k.set.Hazards = append(k.set.Hazards, k.hazard(h))
	}
	for _, p := range k.plans {
		k.set.Plans = append(k.set.Plans, k.plan(p))
	}
}

func (k *pack) value(v in[valueFile]) {
	out := finding.Value{Name: v.item.ID, Policy: k.p.ID, Unit: k.measure(v.file, v.v.Unit), Basis: v.item.Basis, File: v.file, LineNo: v.item.Line}
	if len(v.v.Dated) == 0 {
		k.bad(v.file, v.item.Line, "数值“%s”没有 dated：一个数值要写明自哪天起、出处", v.item.ID)
	}
	for _, y := range v.v.Dated {
		line := max(y.Value.line, y.From.line, y.Source.line)
		switch {
		case y.Value.s == "":
			k.bad(v.file, line, "数值“%s”有一行没有 value", v.item.ID)
			continue
		case y.From.s == "":
			k.bad(v.file, line, "数值“%s”的 %s 没有 from：没有日期的数值不收", v.item.ID, y.Value.s)
		case y.Source.s == "":
			k.bad(v.file, line, "数值“%s”的 %s 没有 source：没有出处的数值不收", v.item.ID, y.Value.s)
		}
		d := finding.Dated{From: k.date(v.file, y.From), To: k.date(v.file, y.To), Source: y.Source.s, Checked: k.date(v.file, y.Checked)}
		if n := k.decimal(v.file, y.Value); n != nil {
			d.Value = *n
		}
		k.ordered(v.file, line, Dates{d.From, d.To})
		if n := len(out.Dated); n > 0 && !out.Dated[n-1].From.Before(d.From) {
			k.bad(v.file, y.From.line, "数值“%s”要按日期先后写，%s 不晚于上一行的 %s", v.item.ID, d.From, out.Dated[n-1].From)
		} else if n > 0 && !out.Dated[n-1].To.IsZero() && d.From.Before(out.Dated[n-1].To) {
			k.bad(v.file, y.From.line, "数值“%s”自 %s 起与上一行重叠（上一行到 %s）", v.item.ID, d.From, out.Dated[n-1].To)
		} else if n > 0 && !out.Dated[n-1].To.IsZero() && out.Dated[n-1].To.Before(d.From) {
			k.bad(v.file, y.From.line, "数值“%s”自 %s 至 %s（不含）没有写：上一行去掉 to，或补一行；这段日子的规则会不能判定", v.item.ID, out.Dated[n-1].To, d.From)
		}
		out.Dated = append(out.Dated, d)
	}
	k.set.Values = append(k.set.Values, out)
}

// answering is the field whose unit may write an entry where a register does not name another with own.
const answering = "责任单位"

// schema is a register whole: its fields are read already.
func (k *pack) schema(r in[registerFile]) *register.Schema {
	x := k.forms[r.item]
	s := &x.schema
	over := seen{kind: anEntry, of: x, item: r.item}
	if r.v.Custodian.s == "" {
		k.bad(r.file, r.item.Line, "台账“%s”没有写 custodian：谁管", r.item.ID)
	}
	s.Writers = k.units(r.file, r.v.Writers)
	if _, ok := k.field(r.file, r.v.Own, x, register.Unit); ok {
		s.Own = r.v.Own.s
	}
	if s.Whose = s.Own; s.Whose == "" {
		if f, ok := s.Field(answering); ok && f.Type == register.Unit {
			s.Whose = answering
		}
	}
	s.Review = k.span(r.file, r.v.Review)
	for _, m := range r.v.Moves {
		s.Moves = append(s.Moves, k.move(r, x, m))
	}
	if r.v.End != nil {
		s.End = []string{} // said to be none
	}
	for _, t := range r.v.End {
		s.End = append(s.End, k.state(r.file, t, x))
	}
	for _, c := range r.v.Checks {
		if c.Must.s == "" || c.Refuse.s == "" {
			k.bad(r.file, max(c.Must.line, c.Refuse.line), "checks 的每一项要写 must 和 refuse")
		}
		s.Checks = append(s.Checks, register.Check{Must: k.condition(r.file, c.Must, over), Refusal: c.Refuse.s, Basis: k.under(r, c.Clause)})
	}
	for _, o := range r.v.Obligations {
		s.Obligations = append(s.Obligations, k.obligation(r, x, o))
	}
	k.complete(r, x)
	k.view(r, x)
	k.verified(r, x)
	k.passed(r, x)
	return s
}

func (k *pack) move(r in[registerFile], x *form, m moveFile) register.Move {
	line := max(m.To.line, m.Name.line)
	out := register.Move{Name: m.Name.s, From: words(m.From), To: k.state(r.file, m.To, x), When: k.condition(r.file, m.When, seen{kind: anEntry, of: x, item: r.item}),
		Refusal: m.Refuse.s, Basis: k.under(r, m.Clause), LineNo: line}
	if m.To.s == "" || len(m.From) == 0 {
		k.bad(r.file, line, "moves 的每一项要写 from 和 to")
	}
	for _, f := range m.From {
		if k.state(r.file, f, x); f.s == m.To.s {
			k.bad(r.file, f.line, "moves 里从“%s”转为它自己", f.s)
		}
	}
	if m.When.s != "" && m.Refuse.s == "" {
		k.bad(r.file, m.When.line, "有条件的转换要写 refuse：不能转时说什么")
	}
	return out
}

// complete reads the demand that each unit of a set has an entry.
func (k *pack) complete(r in[registerFile], x *form) {
	for i, c := range r.v.Complete {
		line := max(c.ID.line, c.Name.line)
		if i > 0 {
			k.bad(r.file, line, "一本台账只能写一项 complete")
			return
		}
		if c.Field.s == "" || len(c.Of) == 0 || c.By.s == "" {
			k.bad(r.file, line, "complete“%s”要写 field、of、by", c.ID.s)
		}
		k.field(r.file, c.Field, x, register.Unit)
		of, units := "", k.members(r.file, c.Of)
		if len(c.Of) == 1 {
			of = c.Of[0].s
		}
		if len(units) < 2 && !k.lost && len(c.Of) > 0 {
			k.bad(r.file, c.Of[0].line, "complete 的 of 要写列明成员的统称，如“各乡镇人民政府”，或者列出几个单位")
		}
		x.schema.Complete = &register.Complete{ID: c.ID.s, Name: c.Name.s, Mechanisms: words(c.Mechanisms), Field: c.Field.s, Of: of, Units: units, By: k.date(r.file, c.By),
			Severity: string(k.severity(r.file, c.Severity)), Ladder: k.ladderOf(r.file, c.Ladder, r.item), Basis: k.under(r, c.Clause)}
	}
}

// oneSeries reads what is measured at the entries of a register.
func (k *pack) oneSeries(s in[seriesOneFile]) *observation.Definition {
	x := k.register(s.file, s.v.Of, s.item)
	for _, need := range []struct {
		t    text
		name string
	}{{s.v.Of, "of"}, {s.v.Unit, "unit"}, {s.v.Kind, "kind"}} {
		if need.t.s == "" {
			k.bad(s.file, s.item.Line, "监测项目“%s”缺少“%s”", s.item.ID, need.name)
		}
	}
	k.find(SeriesItem, s.file, s.v.MeanOf, s.item)
	out := &observation.Definition{
		Name: observation.SeriesName(s.item.ID), Title: s.item.Title, Policy: k.p.ID, Basis: s.item.Basis, Mechanisms: s.item.Mechanisms,
		Register: s.v.Of.s, When: k.condition(s.file, s.v.When, seen{kind: anEntry, of: x, item: s.item}), Item: s.v.Item.s, Factor: s.v.Factor.s,
		Unit: k.measure(s.file, s.v.Unit), Kind: oneOf(k.folder, s.file, "kind", s.v.Kind, observation.RealTime, observation.Minute, observation.Hour, observation.Day, observation.Month, observation.Sample),
		Silence: k.duration(s.file, s.v.Silence), Interval: k.duration(s.file, s.v.Interval), MeanOf: observation.SeriesName(s.v.MeanOf.s), Need: k.count(s.file, s.v.Need, 1, 100),
		Method: s.v.Method.s, Owner: k.unit(s.file, s.v.Owner), Public: s.v.Public,
		Low: k.decimal(s.file, s.v.Low), High: k.decimal(s.file, s.v.High), File: s.file, LineNo: s.item.Line,
	}
	if out.Low != nil && out.High != nil && out.High.Cmp(*out.Low) <= 0 {
		k.bad(s.file, s.v.High.line, "监测项目“%s”的 high 不大于 low", s.item.ID)
	}
	if _, ok := standard.FactorOf(out.Factor); out.Factor != "" && !ok {
		k.bad(s.file, s.v.Factor.line, "因子编码“%s”不在 HJ 212 的编码表里", out.Factor)
	}
	return out
}

// continuous checks what only the package that runs the series can, as of each day on which something begins: that a mean is
// made of what can be averaged.
func (ps *packs) continuous() {
	if len(ps.problems) > 0 {
		return
	}
	days := map[calendar.Date]bool{}
	for _, i := range ps.set.Items {
		days[i.From] = true
	}
	for day := range days {
		if _, err := observation.New("", ps.set.On(day).Series); err != nil {
			ps.problems = append(ps.problems, &Problem{File: policiesDir, Message: err.Error()})
			return
		}
	}
}

// ladderOf is the id of a ladder that there is.
func (k *pack) ladderOf(file string, t text, of *Item) string {
	k.find(LadderItem, file, t, of)
	return t.s
}

// judge reads a rule.
func (k *pack) judge(r in[judgeFile]) finding.Rule {
	y := r.v
	out := finding.Rule{ID: r.item.ID, Title: r.item.Title, Policy: k.p.ID, Basis: r.item.Basis, Mechanisms: r.item.Mechanisms,
		For: k.count(r.file, y.For, 1, 1000), ClearFor: k.count(r.file, y.ClearFor, 1, 1000), Severity: k.severity(r.file, y.Severity),
		Ladder: k.ladderOf(r.file, y.Ladder, r.item), File: r.file, LineNo: r.item.Line}
	looks := 0
	for _, is := range []bool{y.Entry.s != "", len(y.Reading) > 0, len(y.Silent) > 0, y.Indicator.s != ""} {
		if is {
			looks++
		}
	}
	if looks != 1 {
		k.bad(r.file, r.item.Line, "规则“%s”要写明看什么：entry、reading、silent、indicator 里写一种，只写一种", r.item.ID)
	}
	over := seen{item: r.item}
	switch {
	case y.Entry.s != "":
		over.kind, over.of = anEntry, k.register(r.file, y.Entry, r.item)
		out.Entry = register.Name(y.Entry.s)
	case len(y.Reading) > 0:
		out.Readings, over = k.watched(r, y.Reading)
	case len(y.Silent) > 0:
		out.Silent, over = k.watched(r, y.Silent)
		over.silent = true
	case y.Indicator.s != "":
		out.Indicator = y.Indicator.s
		if i := k.find(IndicatorItem, r.file, y.Indicator, r.item); i != nil {
			each := text{}
			over.kind = anIndicator
			if each, over.of, over.value = k.eachOf(i); each.s != "" && over.of == nil {
				over.kind = ""
			}
		}
	}
	if y.When.s == "" && (y.Entry.s != "" || len(y.Reading) > 0) {
		k.bad(r.file, r.item.Line, "规则“%s”没有写 when：什么情况是问题", r.item.ID)
	}
	if y.To.s == "" {
		k.bad(r.file, r.item.Line, "规则“%s”没有写 to：问题给谁", r.item.ID)
	}
	out.When, out.Clears, out.Says = k.condition(r.file, y.When, over), k.condition(r.file, y.Clears, over), k.template(r.file, y.Says, over)
	if !over.lost() {
		out.To = k.whose(r.file, y.To, y.Else, over.of, r.item)
	}
	if y.Warns != (warnsFile{}) {
		k.warns = append(k.warns, warns{r.file, y.Warns, r.item})
	}
	for _, t := range y.Inhibits {
		if k.find(RuleItem, r.file, t, r.item) == r.item {
			k.bad(r.file, t.line, "规则“%s”压住了自己", t.s)
		}
		out.Inhibits = append(out.Inhibits, t.s)
	}
	return out
}

// watched are the series that a rule looks at; all of one register, so that 条目.字段 has one meaning.
func (k *pack) watched(r in[judgeFile], ts texts) ([]observation.SeriesName, seen) {
	over := seen{kind: aReading, item: r.item}
	var out []observation.SeriesName
	for _, t := range ts {
		i := k.find(SeriesItem, r.file, t, r.item)
		if i == nil {
			continue
		}
		x := k.placeOf(i)
		if over.of != nil && x != nil && x != over.of {
			k.bad(r.file, t.line, "“%s”测在台账“%s”上，前面的测在“%s”上：一条规则里的监测项目要在同一本台账上", t.s, x.item.ID, over.of.item.ID)
		}
		over.of = cmp.Or(over.of, x)
		out = append(out, observation.SeriesName(t.s))
	}
	return out, over
}

// placeOf is the register on whose entries a series is measured.
func (k *pack) placeOf(series *Item) *form {
	for _, p := range k.all {
		for _, s := range p.series {
			if s.item == series {
				return k.formAt(s.v.Of.s, series)
			}
		}
	}
	return nil
}

// eachOf is the register for whose entries an indicator is computed, nil where it is one for the county, and what it gives.
func (k *pack) eachOf(indicator *Item) (text, *form, rule.Type) {
	for _, p := range k.all {
		for _, i := range p.indicators {
			if i.item == indicator {
				return i.v.Each, k.formAt(i.v.Each.s, indicator), typeOf(i.v)
			}
		}
	}
	return text{}, nil, rule.OfNumber
}

// formAt is a register's form without a message where there is none: the definition that names it is told.
func (k *pack) formAt(id string, of *Item) *form {
	all := k.index[RegisterItem][id]
	if i := slices.IndexFunc(all, func(i *Item) bool { return i.Policy == of.Policy && i.meet(of.Dates) }); i >= 0 {
		return k.forms[all[i]]
	}
	if i := slices.IndexFunc(all, func(i *Item) bool { return i.meet(of.Dates) }); i >= 0 {
		return k.forms[all[i]]
	}
	return nil
}
