package letter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"zhixing/edition/paper"
)

// inText is how many items are told in running text; more stand in a table behind the letter.
const inText = 3

var numerals = []string{"一、", "二、", "三、"}

// Heading is the letter's title: the given one, or issuer, subject and kind; a 督办单 names no issuer, as a form does not.
func (l Letter) Heading() string {
	l = l.clean()
	if l.Title != "" {
		return l.Title
	}
	s := l.subject()
	switch l.Kind {
	case Supervise:
		return "关于" + s + "的督办单"
	case Interview:
		return l.Agency + "关于就" + s + "办理情况进行约谈的通知"
	}
	return l.Agency + "关于" + s + "办理情况的" + l.Kind.Chinese()
}

// subject is what the letter is about, in the few characters that a title has room for.
func (l Letter) subject() string {
	if len(l.Items) > 1 {
		return fmt.Sprintf("%d项任务", len(l.Items))
	}
	if len(l.Items) == 1 {
		s := l.Items[0].Title
		if n := len([]rune(s)); n > 0 && n <= 36 && !strings.ContainsAny(s, "。；：，;:,") {
			return l.Items[0].called(s)
		}
		return "有关" + l.Items[0].word()
	}
	return "有关任务"
}

// owes is how the letter calls the one who owes an item.
func (l Letter) owes(it Item) string {
	switch {
	case l.Kind == Circular:
		return it.Unit
	case it.Unit != "" && !slices.Equal(l.To, []string{it.Unit}):
		return it.Unit
	}
	return l.you()
}

func (l Letter) you() string {
	switch {
	case l.Kind == Circular:
		return "有关单位"
	case len(l.To) > 1:
		return "你们"
	}
	return "你单位"
}

// all is how the letter calls those who owe its items.
func (l Letter) all() string {
	first, same, ours := l.you(), true, l.Kind != Circular
	for i, it := range l.Items {
		who := cmp.Or(l.owes(it), l.you())
		if i == 0 {
			first = who
		}
		same = same && who == first
		ours = ours && (who == l.you() || slices.Contains(l.To, who))
	}
	switch {
	case same:
		return first
	case ours:
		return l.you()
	}
	return "有关单位"
}

// body is the running text of a letter: facts, rule and demand, close.
func (l Letter) body() []paper.Block {
	k := kinds[l.Kind]
	var out []paper.Block
	if len(l.To) > 0 && !l.crowded() {
		out = append(out, paper.Block{Kind: paper.Recipients, Text: list(l.To) + "："})
	}
	add := func(texts ...string) {
		if s := strings.Join(texts, ""); s != "" {
			out = append(out, paper.Block{Kind: paper.Clause, Text: s})
		}
	}
	switch n := len(l.Items); {
	case n == 0:
	case n == 1:
		add(l.only(l.Items[0]))
	case n <= inText:
		add(fmt.Sprintf("现将%s承担的%d项任务办理情况%s如下：", l.all(), n, k.tell))
		for i, it := range l.Items {
			who := l.owes(it)
			if who == l.all() {
				who = "" // said already
			}
			title := it.Title + "。"
			out = append(out, paper.Block{Kind: paper.Heading, Level: 1, Mark: numerals[i], Title: title,
				Text: numerals[i] + title + it.facts(l.AsOf, who)})
		}
	default:
		add(fmt.Sprintf("%s承担的%d项任务，%s", l.all(), n, l.summary()))
	}
	if l.Kind == Interview {
		add(l.by("依据", "，"), "决定对", strings.Replace(l.all(), "你们", "有关单位", 1), "进行约谈。")
		add(cut("约谈时间：", l.When))
		add(cut("约谈地点：", l.Where))
		add(l.demand(), l.answer())
	} else {
		add(l.by("依据", "，"), k.act, "。", l.demand(), l.answer())
	}
	add(k.close)
	return out
}

// only tells of a single item.
func (l Letter) only(it Item) string {
	who := cmp.Or(l.owes(it), "有关单位")
	var s strings.Builder
	if it.Basis != "" {
		s.WriteString("根据" + tight(it.Basis) + "，")
	}
	s.WriteString(who + it.owed() + it.quoted())
	if it.No != "" {
		s.WriteString("（编号：" + it.No + "）")
	}
	if due := it.due(); due != "" {
		s.WriteString("，办理时限为" + due)
	}
	s.WriteString("。" + it.record(l.AsOf, "该"+it.word()))
	return s.String()
}

// summary counts the items of a long list.
func (l Letter) summary() string {
	if c := counts(l.Items); c != "" {
		on := ""
		if !l.AsOf.IsZero() {
			on = "截至" + l.AsOf.Chinese() + "，"
		}
		return on + c + "，具体情况见" + l.listMark() + "。"
	}
	return "具体情况见" + l.listMark() + "。"
}

// listMark is where the list of items stands.
func (l Letter) listMark() string { return annexMark(l.annexes(), 0) }

// by names the rule that made the letter.
func (l Letter) by(before, after string) string {
	if l.Rule == "" {
		return ""
	}
	return before + strings.TrimRight(l.Rule, "。，；") + after
}

func (l Letter) demand() string {
	usual := kinds[l.Kind].demand
	if len(l.Items) == 1 {
		usual = strings.Replace(usual, "就任务办理", "就"+l.Items[0].word()+"办理", 1)
	}
	return sentence(cmp.Or(l.Demand, usual))
}

// answer says by when and to whom an answer is sent.
func (l Letter) answer() string {
	if l.ReplyBy.IsZero() {
		return ""
	}
	return fmt.Sprintf("请于%s前将%s报送%s。", l.ReplyBy.Chinese(), kinds[l.Kind].reply, l.Agency)
}

func (l Letter) contact() string {
	return cut("联系人：", strings.TrimPrefix(l.Contact, "联系人："))
}

// order is the form of a 督办单.
func (l Letter) order() paper.Block {
	form := paper.Block{Kind: paper.Sheet}
	row := func(label, text string) {
		form.Children = append(form.Children, paper.Block{Kind: paper.Row, Text: label + "\t" + text})
	}
	given := func(label, text string) {
		if text != "" {
			row(label, text)
		}
	}
	units := l.units()
	if slices.ContainsFunc(l.To, func(to string) bool { return !slices.Contains(units, to) }) {
		row(fieldTo, list(l.To))
	}
	if n := len(l.Items); n > inText {
		row(fieldMatter, fmt.Sprintf("共%d项任务，见%s", n, l.listMark()))
		row(fieldUnit, list(units))
		row(fieldRecord, l.summary())
	} else {
		row(fieldMatter, l.each(func(it Item) string { return it.Title + cut("（编号：", it.No, "）") }))
		given(fieldBasis, l.each(func(it Item) string { return tight(it.Basis) }))
		row(fieldUnit, cmp.Or(l.each(func(it Item) string { return it.Unit }), list(units)))
		given(fieldDue, l.each(Item.due))
		given(fieldRecord, l.each(func(it Item) string { return it.record(l.AsOf, "") }))
	}
	given(fieldRule, l.by("", ""))
	row(fieldDemand, l.demand())
	given(fieldReply, l.answer()+sentence(l.contact()))
	row(fieldAnswer, "")
	return form
}

// units are those who owe the items, or where no item says so the addressees.
func (l Letter) units() []string {
	var out []string
	for _, it := range l.Items {
		if it.Unit != "" && !slices.Contains(out, it.Unit) {
			out = append(out, it.Unit)
		}
	}
	if out == nil {
		return l.To
	}
	return out
}

// each is a text for every item, numbered where there are several; what is the same for all is said once.
func (l Letter) each(text func(Item) string) string {
	var out []string
	same, any := true, false
	for i, it := range l.Items {
		s := text(it)
		same = same && s == text(l.Items[0])
		any = any || s != ""
		out = append(out, fmt.Sprintf("%d.%s", i+1, cmp.Or(s, "—")))
	}
	switch {
	case !any:
		return ""
	case same:
		return text(l.Items[0])
	}
	return strings.Join(out, "\n")
}

// cut is the parts together, nothing where the second is empty.
func cut(parts ...string) string {
	if parts[1] == "" {
		return ""
	}
	return strings.Join(parts, "")
}
