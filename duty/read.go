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
