package duty

import (
	"sort"
	"strings"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/gazette"
)

// reader reads the plans of one document.
type reader struct {
	issue *gazette.Issue
	doc   *gazette.Document
	year  int // completes 6月底前
	finder
	inherited []string
	title     string // of the plan
	titled    bool   // most tasks of the plan open with a title
	out       []Duty
}

// plan reads one plan, or the document's own text.
func (r *reader) plan(title string, nodes []*gazette.Node) []Duty {
	p := *r
	p.title, p.out, p.inherited = newText(title).tight(), nil, nil
	p.year = calendar.PlanYear(title, p.year)
	tables := p.tables(p.lines(nodes))
	inTable := map[*gazette.Node]bool{}
	for _, t := range tables {
		for _, l := range t.rows {
			inTable[l.node] = true
		}
	}
	root := items(nodes, inTable)
	n := 0
	p.notice(root)
	root.walk(func(it *item) {
		it.found = p.explicit(it.text)
		for _, f := range it.found {
			if f.kind != ruleOnly {
				n++
			}
		}
	})
	if n < 3 {
		p.spokenToo(root, n)
	}
	r.firstLeads = p.firstLeads // a rule of the covering notice holds in its plans
	p.titled = titled(root)
	p.tasks(root)
	for _, t := range tables {
		p.table(t)
	}
	if len(p.out) == 0 {
		p.narrative(root)
	}
	sort.SliceStable(p.out, func(i, j int) bool { return p.out[i].start() < p.out[j].start() })
	return p.out
}

// start is where the duty stands in the source.
func (d *Duty) start() int {
	if len(d.Spans) == 0 {
		return 0
	}
	return d.Spans[0].Start
}

// notice finds the rule, stated in a sentence before the tasks, that the first of the units leads.
func (r *reader) notice(root *item) {
	t := root.text
	i, n := findWord2(t.f, firstWords)
	if n == 0 {
		return
	}
	end := i + n
	for end < t.len() && !isEnd(t.f[end]) && t.f[end] != '\n' && t.f[end] != ',' {
		end++
	}
	start := i
	for start > 0 && !isEnd(t.f[start-1]) && t.f[start-1] != '\n' {
		start--
	}
	if leads(t.f[i:end]) && (index(t.f[start:end], []rune("单位")) >= 0 || index(t.f[start:end], []rune("部门")) >= 0) {
		r.firstLeads = true
	}
}

// spokenToo reads the statements made in sentences, in plans that use no others.
func (r *reader) spokenToo(root *item, explicit int) {
	root.walk(func(it *item) {
		if len(it.found) == 0 {
			it.found = r.spoken(it.text)
		}
	})
}

// titled says that most of the items with a statement open with a title.
func titled(root *item) bool {
	yes, all := 0, 0
	root.walk(func(it *item) {
		if len(it.found) == 0 || it.node == nil {
			return
		}
		all++
		t := it.text.cut(0, it.found[0].start)
		if s := sentenceStop(t.f); s+1 < t.len() && readsAsHeading(t.f[:s], false) {
			yes++
		}
	})
	return yes*2 > all
}

// tasks emits the duties of an item and those below it.
func (r *reader) tasks(it *item) {
	switch {
	case covers(it):
		r.spread(it, it.found[0])
		return
	case len(it.found) > 0:
		r.parts(it)
	default:
		if it.node == nil || !it.sets() {
			r.paragraphsFirst(it)
		}
	}
	first := r.unitFirst(it.kids)
	for i, k := range it.kids {
		if first[k] {
			r.holds(k)
			continue
		}
		if above := aboveOf(it.kids[i:]); above != nil && len(k.found) == 0 {
			r.emit(k, 1, *above, k.body(), k.text.from(k.body()))
			continue
		}
		r.tasks(k)
	}
}

// aboveOf finds the 以上由… that covers the first of these items, which has no statement of its own.
func aboveOf(kids []*item) *found {
	for i, k := range kids {
		for j := range k.found {
			if k.found[j].above && i > 0 {
				return &k.found[j]
			}
		}
		if len(k.found) > 0 {
			return nil
		}
	}
	return nil
}

// covers says that the item is a heading whose statement holds for all that stands below it.
func covers(it *item) bool {
	if len(it.found) != 1 || len(it.kids) == 0 || it.found[0].kind == ruleOnly {
		return false
	}
	f := it.found[0]
	if f.end < it.first || sentenceStop(it.text.f[:f.start]) < f.start {
		return false
	}
	own := 0
	for _, k := range it.kids {
		k.walk(func(k *item) { own += len(k.found) })
	}
	return own == 0
}

// spread gives the statement of a heading to every task below it.
func (r *reader) spread(it *item, f found) {
	for _, k := range it.kids {
		if len(k.kids) > 0 && sentenceStop(k.text.f) >= k.text.len()-1 {
			r.spread(k, f)
			continue
		}
		r.emit(k, 1, f, k.body(), k.all().from(k.body()))
	}
}

// parts emits one duty for each statement of an item.
func (r *reader) parts(it *item) {
	part := 0
	from := 0
	var rules []string // hold from the next task on
	for i := range it.found {
		f := it.found[i]
		if f.kind == ruleOnly {
			rules = add(rules, f.inherit)
			if part > 0 && len(f.terms) > 0 {
				r.addTerms(f.terms)
			}
			continue
		}
		part++
		body := from
		if part == 1 {
			body = it.bodyUntil(f.start, r.titled)
		}
		if it.mark == "" {
			if at := lastItem(it.text.f, body, f.start); at > 0 {
				r.glued(it, f, at)
				from = f.end
				rules = add(rules, f.inherit)
				part--
				continue
			}
		}
		t := it.text.cut(min(body, f.start), f.start)
		if t.trim("。;,、:").len() == 0 {
			t = r.after(it, i)
		}
		if t.len() == 0 {
			t = it.text.cut(0, min(it.first, f.start)) // a title alone is the task
		}
		if t.len() == 0 {
			t = f.inner // 由甲局牵头制定方案: the statement says what is to be done
		}
		r.emit(it, part, f, body, t)
		from = f.end
		rules = add(rules, f.inherit)
	}
	r.inherited = add(r.inherited, rules)
}

// lastItem finds the last number before a statement in a text that should have none: paragraphs that were run together.
func lastItem(f []rune, from, to int) int {
	for i := to - 6; i > from; i-- {
		if !opensItem(f, i) || f[i-1] >= '0' && f[i-1] <= '9' || f[i-1] == '.' || f[i-1] == '第' || hanNumerals[f[i-1]] {
			continue
		}
		n := i + markLength(f[i:])
		if f[n-1] == '是' || runeAt(f, n) < 0x4e00 && runeAt(f, n) != '“' || f[n] == '项' || f[n] == '款' {
			continue
		}
		return i
	}
	return 0
}

// glued emits the duty of a numbered task that stands inside another paragraph.
func (r *reader) glued(it *item, f found, at int) {
	n := at + markLength(it.text.f[at:])
	inner := &item{node: it.node, mark: it.text.cut(at, n).tight(), parent: it.parent, text: it.text.cut(n, f.start), paras: it.paras}
	inner.first = inner.text.len()
	if inner.node == nil && len(it.paras) > 0 {
		inner.node = it.paras[0].node
	}
	body := inner.bodyUntil(inner.first, r.titled)
	t := inner.text.from(body)
	if t.len() == 0 {
		t = inner.text
	}
	r.emit(inner, 1, f, body, t)
}

// after is the text that follows a statement that stands right behind a title.
func (r *reader) after(it *item, i int) text {
	f := it.found[i]
	if i+1 < len(it.found) {
		return it.text.cut(f.end, it.found[i+1].start).trim("。;,")
	}
	return it.all().from(f.end).trim("。;,")
}

func (r *reader) addTerms(terms []string) {
	last := &r.out[len(r.out)-1]
	last.Deadlines = append(last.Deadlines, r.terms(terms)...)
}

// body is where the text after the title begins.
func (it *item) body() int { return it.bodyUntil(it.text.len(), true) }

func (it *item) bodyUntil(stop int, titled bool) int {
	if it.node == nil {
		return 0
	}
	_, body := it.titleEnd(stop, titled)
	return body
}

func (it *item) titleEnd(stop int, titled bool) (end, body int) {
	first := min(it.first, stop)
	more := stop > first+1 || stop == it.text.len() && len(it.kids) > 0
	end, body = titleEnd(it.text.cut(0, first), more, titled)
	if body >= first && stop > first {
		body = first + 1
	}
	return end, min(body, stop)
}

// emit writes one duty.
func (r *reader) emit(it *item, part int, f found, body int, t text) {
	d := Duty{Doc: r.doc.No, Plan: r.title, Part: part, No: it.no(),
		Responsibility: f.inner.trim("。;").tight(),
		Lead:           f.lead, Support: f.support, Implement: f.implement, Guide: f.guide,
		Inherited: append([]string(nil), r.inherited...)}
	own := it.text.cut(0, it.first)
	d.Section = it.section()
	if it.node != nil {
		stop := it.text.len()
		if len(it.found) > 0 {
			stop = it.found[0].start
		}
		end, _ := it.titleEnd(stop, r.titled)
		title := own.cut(0, min(end, own.len())).trim("。;:,")
		d.Title, d.Clause = title.tight(), it.node.Path
		if part == 1 {
			r.phrases(&d, title, false)
		}
	}
	t = t.trimLeft("。;,、:")
	d.BodyHead = head(t, 15)
	d.Text = t.String()
	r.phrases(&d, t, true)
	d.Deadlines = append(d.Deadlines, r.terms(f.terms)...)
	for _, p := range it.paras {
		d.Spans = append(d.Spans, p.node.Spans...)
	}
	r.out = append(r.out, d)
}

func head(t text, n int) string {
	s := t.tight()
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// phrases reads deadlines and cadences; of a title only the deadlines count.
func (r *reader) phrases(d *Duty, t text, body bool) {
	s := t.String()
	for _, x := range calendar.Deadlines(s, r.year) {
		d.Deadlines = append(d.Deadlines, Deadline{x.Raw, x.Date})
	}
	if !body {
		return
	}
	for _, x := range calendar.Cadences(s) {
		d.Cadence = append(d.Cadence, Cadence{x.Raw, x.Every, x.Note})
	}
	d.Targets = append(d.Targets, Targets(s)...)
	d.Registers = add(d.Registers, Registers(s))
}

// terms reads what stands under 完成时限: there a bare 2023年6月 is a deadline, and what names no date is kept as it is.
func (r *reader) terms(terms []string) []Deadline {
	var out []Deadline
	for _, s := range terms {
		got := calendar.Deadlines(s, r.year)
		if len(got) == 0 {
			got = calendar.Deadlines(strings.TrimRight(s, "。；;，,")+"底前", r.year)
			for i := range got {
				got[i].Raw = strings.TrimSuffix(got[i].Raw, "底前")
			}
		}
		if len(got) == 0 && utf8.RuneCountInString(s) <= 12 {
			out = append(out, Deadline{Raw: s})
		}
		for _, x := range got {
			out = append(out, Deadline{x.Raw, x.Date})
		}
	}
	return out
}
