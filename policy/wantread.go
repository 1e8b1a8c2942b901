package policy

import "strings"

// want reads one thing that must be so.
func (t *scene) want(s said) Want {
	if len(s.named) == 0 {
		t.bad(t.file, s.line, "这里应是一个结果，如“finding: 规则”")
		return Want{}
	}
	head := s.named[0]
	words, ok := wantWords[WantKind(head.name.s)]
	if !ok {
		kinds := sortedKinds(wantWords)
		t.bad(t.file, head.name.line, "没有“%s”这种结果%s，可写：%s", head.name.s, nearest(head.name.s, kinds), strings.Join(kinds, "、"))
		return Want{}
	}
	t.allowed(s, head.name.s, words)
	w := Want{Kind: WantKind(head.name.s), ID: head.v.s, Key: s.key(), None: yes(s.get("none").s), File: t.file, Line: head.name.line}
	t.last = nil
	if w.Kind == RefusedWant {
		t.last = t.given
	}
	x := t.wanted(&w, s, head.v.text)
	t.wants = append(t.wants, t.last)
	for _, n := range s.named[1:] {
		switch n.name.s {
		case "of", "key", "none":
		case "where":
			if x != nil {
				w.Where = t.condition(t.file, n.v.text, seen{kind: anEntry, of: x, item: t.item})
			}
		case "fields":
			for _, p := range t.pairs(n.v, x) {
				w.Is = append(w.Is, Is{"fields." + p.Name, p.Value, nil, n.name.line})
			}
		default:
			w.Is = append(w.Is, t.property(n))
		}
	}
	return w
}

func yes(s string) bool { return s == "true" || s == "是" }

// property is one of the things that must be so; what is checked here is that it could be.
func (t *scene) property(n namedSaid) Is {
	is := Is{n.name.s, n.v.s, nil, n.name.line}
	switch n.name.s {
	case "to", "holder":
		is.Value = t.pack.unit(t.file, n.v.text)
	case "lead", "support", "implement", "units", "towns":
		is.Values = t.pack.units(t.file, n.v.words())
		is.Value = strings.Join(is.Values, "、")
	case "has":
		is.Values = words(n.v.words())
	case "clause":
		is.Value = t.basis(t.file, n.v.text).Clause
	case "due", "on":
		if n.v.s != "" {
			is.Value = t.date(t.file, n.v.text).String()
		}
	case "severity":
		t.severity(t.file, n.v.text)
	}
	return is
}

// wanted checks what a want is about, and gives the register whose entries it speaks of.
func (t *scene) wanted(w *Want, s said, head text) *form {
	switch w.Kind {
	case FindingWant, UnknownWant:
		t.source(head)
	case CaseWant:
		t.source(head)
		t.wants = append(t.wants, t.last)
		t.ladderTouched(head.s)
	case RefusedWant:
		if head.s == "" {
			t.bad(t.file, head.line, "refused 要写理由里有哪些字")
		}
	case EntryWant, CountWant:
		x := t.forms[t.look(RegisterItem, head)]
		if w.Kind == CountWant {
			t.required(s, "is")
		} else {
			t.required(s, "key")
			if s.has("state") {
				t.state(t.file, s.get("state").text, x)
			}
		}
		return x
	case OwesWant:
		t.look(ObligationItem, head)
		t.required(s, "key")
	case MissingWant:
		t.look(CompleteItem, head)
		t.required(s, "units")
	case IndicatorWant:
		t.look(IndicatorItem, head)
	case SeriesWant:
		t.look(SeriesItem, head)
		t.required(s, "of")
	case BulletinWant:
		t.look(BulletinItem, head)
	case SentWant:
		t.look(SendItem, head)
	case WarningWant, OrderedWant:
		t.look(HazardItem, head)
	case ResponseWant, TaskedWant:
		t.look(PlanItem, head)
	case DutyWant:
		w.Basis = t.basis(t.file, head)
		for _, i := range t.index[DutyItem][w.Basis.Clause] {
			if i.Policy == t.p.ID {
				t.touch(i)
			}
		}
	}
	return nil
}

// ladderTouched notes the ladder by which a case goes.
func (t *scene) ladderTouched(source string) {
	id := ""
	for _, s := range t.set.Services {
		if s.Code == source {
			id = s.Ladder
		}
	}
	for _, p := range t.all {
		if l := p.ladderFor(source); l != "" {
			id = l
		}
	}
	t.touchLadder(id)
}

func (t *scene) touchLadder(id string) {
	for _, i := range t.index[LadderItem][id] {
		if i.meet(t.item.Dates) {
			t.touch(i)
		}
	}
}

// ladderFor is the ladder of what findings of this policy come from.
func (k *pack) ladderFor(source string) string {
	head, tail, _ := strings.Cut(source, "/")
	for _, r := range k.rules {
		if r.item.ID == source {
			return r.v.Ladder.s
		}
	}
	for _, r := range k.registers {
		if r.item.ID != head {
			continue
		}
		for _, o := range r.v.Obligations {
			if o.ID.s == tail {
				return o.Ladder.s
			}
		}
		for _, c := range r.v.Complete {
			if c.ID.s == tail {
				return c.Ladder.s
			}
		}
	}
	for _, c := range k.checklists {
		if c.item.ID == head && tail != "" {
			return c.v.Ladder.s
		}
	}
	return ""
}
