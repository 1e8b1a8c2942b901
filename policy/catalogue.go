package policy

import (
	"cmp"
	"slices"
	"strings"

	"zhixing/calendar"
)

// The catalogue: every definition is entered once, and found by those that speak of it.

// owing enters what the entries of a register owe.
func (k *pack) owing(r in[registerFile]) {
	under := func(kind ItemKind, id, name, clause text, mechanisms texts) {
		o := orderFile{Clause: clause, Mechanisms: mechanisms, From: r.v.From, Until: r.v.Until}
		if clause.s == "" {
			o.Clause = r.v.Clause
		}
		k.lean(k.enter(kind, r.file, text{r.v.ID.s + "/" + id.s, max(id.line, name.line)}, name, o), r.item)
	}
	for _, o := range r.v.Obligations {
		under(ObligationItem, o.ID, o.Name, o.Clause, o.Mechanisms)
	}
	for _, c := range r.v.Complete {
		under(CompleteItem, c.ID, c.Name, c.Clause, c.Mechanisms)
	}
}

// enter checks a definition's name, clause and dates and puts it into the catalogue.
func (k *pack) enter(kind ItemKind, file string, id, name text, o orderFile) *Item {
	line := max(id.line, 0)
	if line == 0 {
		line = max(name.line, o.Clause.line)
	}
	item := &Item{Kind: kind, ID: id.s, Title: name.s, Policy: k.p.ID, Basis: k.basis(file, o.Clause), File: file, Line: line}
	for _, m := range o.Mechanisms {
		if m.s == "" {
			k.bad(file, m.line, "mechanisms 里有空的名称")
		}
		item.Mechanisms = append(item.Mechanisms, m.s)
	}
	item.Dates = k.dates(file, o.From, o.Until)
	switch {
	case kind == DutyItem:
		if id.s == "" {
			k.bad(file, line, "由任务台账承担的一项要写明 clause")
		}
		item.Title, item.ID = "任务 "+item.Basis.String(), item.Basis.Clause
	case id.s == "" || strings.HasSuffix(id.s, "/"):
		k.bad(file, line, "缺少字段“%s”：%s要有名字", map[bool]string{true: "name", false: "id"}[kind == ValueItem], kind)
	case kind == ValueItem:
		if !fieldID.MatchString(id.s) {
			k.bad(file, line, "数值的名称“%s”要写进表达式，只能用汉字、字母、数字和下划线，不以数字开头", id.s)
		}
	default:
		for part := range strings.SplitSeq(id.s, "/") {
			if !policyID.MatchString(part) {
				k.bad(file, line, "%s的 id“%s”用小写字母、数字和连字符，如 outlet-cod", kind, part)
			}
		}
		if name.s == "" {
			k.bad(file, line, "%s“%s”缺少字段“name”", kind, id.s)
		}
	}
	if k.index[kind] == nil {
		k.index[kind] = map[string][]*Item{}
	}
	for _, other := range k.index[kind][item.ID] {
		if item.ID != "" && other.meet(item.Dates) && (kind != DutyItem || other.Policy == item.Policy) {
			k.bad(file, line, "%s“%s”写了两次，第一次在 %s:%d", kind, item.ID, other.File, other.Line)
			return item
		}
	}
	k.index[kind][item.ID] = append(k.index[kind][item.ID], item)
	k.set.Items = append(k.set.Items, item)
	return item
}

// dates are those of a definition; where it says nothing, those of its policy.
func (k *pack) dates(file string, from, until text) Dates {
	out := k.p.Dates
	if d := k.date(file, from); !d.IsZero() {
		if out.From = d; d.Before(k.p.From) {
			k.bad(file, from.line, "from %s 早于政策包的施行日期 %s", d, k.p.From)
		}
	}
	if d := k.date(file, until); !d.IsZero() {
		if !k.p.To.IsZero() && k.p.To.Before(d) {
			k.bad(file, until.line, "until %s 晚于政策包的截止日期 %s", d, k.p.To)
		}
		out.To = d
	}
	k.ordered(file, max(from.line, until.line), out)
	return out
}

// ordered checks that a stretch of time does not end before it begins.
func (f *folder) ordered(file string, line int, d Dates) bool {
	ok := d.To.IsZero() || d.From.Before(d.To)
	if !ok {
		f.bad(file, line, "起止日期颠倒：自 %s 起施行，%s 就截止了（截止日不含）", d.From, d.To)
	}
	return ok
}

func (f *folder) date(file string, t text) calendar.Date {
	d, err := calendar.ParseDate(t.s)
	if err != nil {
		f.bad(file, t.line, "日期“%s”应写作 2023-10-31", t.s)
	}
	return d
}

// lean notes that one definition speaks of another.
func (ps *packs) lean(of, on *Item) {
	if on != of {
		on.used = true
		ps.leans[of] = append(ps.leans[of], on)
	}
}

// begin lets every definition begin when all that it speaks of has begun: a rule about a register of a later document waits for it.
func (ps *packs) begin() {
	for moved := true; moved; {
		moved = false
		for of, all := range ps.leans {
			for _, on := range all {
				if on.Kind != ValueItem && of.From.Before(on.From) {
					of.From, moved = on.From, true
				}
			}
		}
	}
	ps.set.leans, ps.set.speaks = ps.leans, map[string][]string{}
	for of, all := range ps.leans {
		for _, on := range all {
			if on.Policy != of.Policy && !slices.Contains(ps.set.speaks[of.Policy], on.Policy) {
				ps.set.speaks[of.Policy] = append(ps.set.speaks[of.Policy], on.Policy)
			}
		}
	}
	for _, s := range ps.set.Registers {
		for _, x := range ps.forms {
			if x.item.ID == string(s.Name) && x.item.Policy == s.Policy {
				s.From = x.item.From
			}
		}
	}
}

// find looks a definition up: the one of the same policy first, then one whose time in force it shares.
func (k *pack) find(kind ItemKind, file string, t text, of *Item) *Item {
	if t.s == "" {
		return nil
	}
	var best *Item
	for _, i := range k.index[kind][t.s] {
		if i.meet(of.Dates) && (best == nil || i.Policy == k.p.ID) {
			best = i
		}
	}
	switch all := k.index[kind][t.s]; {
	case best != nil:
		k.lean(of, best)
	case k.unread[kind]:
	case len(all) > 0:
		k.bad(file, t.line, "%s“%s”在 %s 至 %s 之间不施行", kind, t.s, of.From, cmp.Or(of.To.String(), "长期"))
	default:
		var ids []string
		for id := range k.index[kind] {
			ids = append(ids, id)
		}
		k.bad(file, t.line, "没有%s“%s”%s", kind, t.s, nearest(t.s, ids))
	}
	return best
}
