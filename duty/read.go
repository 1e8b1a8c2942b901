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
	noticed   []string // inherited by all tasks, as the covering notice says
	title     string   // of the plan
	longest   int      // runes that a title of this plan may have
	grouped   bool     // a statement at the end of the last sub-item is that of all of them
	out       []Duty
}

// plan reads one plan, or the document's own text.
func (r *reader) plan(title string, nodes []*gazette.Node) []Duty {
	p := *r
	p.title, p.out, p.inherited = newText(title).tight(), nil, append([]string(nil), r.noticed...)
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
	p.inherited, r.noticed = add(p.inherited, p.noticed), p.noticed
	root.walk(func(it *item) {
		it.found = p.explicit(it.text)
		for _, f := range it.found {
			if f.kind != ruleOnly {
				n++
			}
		}
	})
	p.spokenToo(root, n)
	r.firstLeads = p.firstLeads // a rule of the covering notice holds in its plans
	p.longest, p.grouped = titleLength(root), grouped(root)
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
	for _, s := range sentences(t) {
		if findWordIn(s.f, notAgain) > 0 || findWordIn(s.f, allAre) > 0 {
			p := parser{}
			p.cutInherit(unspace(s).trim("()"))
			r.noticed = add(r.noticed, p.st.inherit)
		}
	}
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

// spokenToo reads the statements made in sentences; in plans that use others too, only those that say nothing else and
// close their task: 由甲局牵头，乙局配合。
func (r *reader) spokenToo(root *item, explicit int) {
	root.walk(func(it *item) {
		if explicit >= 3 && lastIndex(it.text.f, '由') < 0 {
			return
		}
		from := 0
		if n := len(it.found); n > 0 {
			from = it.found[n-1].end
		}
		for _, f := range r.spoken(it.text.from(from)) {
			if f.start, f.end = f.start+from, f.end+from; from > 0 && (!f.by || f.kind != verbal) {
				continue
			}
			if explicit < 3 || (f.pure || f.mid && len(f.support) > 0) && f.by && it.text.from(f.end).trim("。").len() == 0 {
				it.found = append(it.found, f)
			}
		}
	})
}

// titleLength measures the titles of a plan: where most of its tasks have one, a title may be longer, up to two and a
// half times the usual.
func titleLength(root *item) int {
	var lengths []int
	all := 0
	root.walk(func(it *item) {
		if len(it.found) == 0 || it.node == nil {
			return
		}
		all++
		t := it.text.cut(0, it.found[0].start)
		if s := sentenceStop(t.f); s+1 < t.len() && readsAsHeading(t.f[:s], shortTitle+6) {
			lengths = append(lengths, s)
		}
	})
	if len(lengths)*2 <= all {
		return shortTitle
	}
	sort.Ints(lengths)
	return min(max(lengths[len(lengths)/2]*5/2, shortTitle), longTitle)
}

// grouped says that the plan closes each group of sub-items with one statement for all: in no group does another than
// the last carry one, and that at its end.
func grouped(root *item) bool {
	groups, others := 0, 0
	root.walk(func(it *item) {
		switch {
		case len(it.kids) < 2 || it.node == nil:
		case closesGroup(it):
			groups++
		default:
			for _, k := range it.kids {
				if len(k.found) > 0 && len(k.kids) == 0 {
					others++
				}
			}
		}
	})
	return groups > 1 && others == 0
}

// closesGroup says that of the items below only the last carries a statement, at its end.
func closesGroup(it *item) bool {
	for i, k := range it.kids {
		if len(k.kids) > 0 || i < len(it.kids)-1 && len(k.found) > 0 {
			return false
		}
	}
	last := it.kids[len(it.kids)-1]
	return len(it.found) == 0 && len(last.found) == 1 && !last.found[0].above && last.text.from(last.found[0].end).trim("。;").len() == 0
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

// due adds to a duty what stands under 完成时限, dates as well as intervals: 2019年7月底前，以后每年实施.
func (r *reader) due(d *Duty, terms []string) {
	d.Deadlines = append(d.Deadlines, r.terms(terms)...)
	for _, s := range terms {
		for _, x := range calendar.Cadences(s) {
			d.Cadence = append(d.Cadence, Cadence{x.Raw, x.Every, x.Note})
		}
	}
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
