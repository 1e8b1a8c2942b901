// Package draft writes a first folder for a document (起草): what can be read in it, laid out so that a clerk goes on from there. The text of an
// emergency plan becomes its levels, triggers, posts and tasks.
//
//	county, err := policy.LoadForDraft(folder)
//	drafts, err := draft.Of(&county, nil, "乙政办发〔2031〕21号")
package draft

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"zhixing/calendar"
	"zhixing/duty"
	"zhixing/gazette"
	"zhixing/org"
	"zhixing/policy"
	"zhixing/quantity"
)

// Folder is the draft of one policy. It loads without a problem; what only a person can know stands in comments.
type Folder struct {
	ID    string            // proposed name of the folder
	Title string            // of the document or its plan
	Files map[string]string // by path in the folder
	Left  []string          // what of the text stands in none of them, for a person to look at
	Ask   []string          // what stands in them and has to be confirmed

	Passages []Passage // of an emergency plan: its text, clause by clause, with what was read in each
	Levels   []Overview
}

// Zip is the folder in one file.
func (d Folder) Zip() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		w, err := z.Create(d.ID + "/" + name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, d.Files[name]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// drafting writes one plan's folder.
type drafting struct {
	county *policy.County
	doc    *gazette.Document
	plan   *gazette.Plan // nil: the document has no plan of its own
	id     string
	duties []duty.Duty
	lists  []draftList
	whole  []*perTown

	emergency *planRead // what was read of an emergency plan
	noPlan    string    // why none was
	unprinted bool      // the gazette has the document without this text: its clauses cannot be looked up there
}

// draftList is a list that the text orders to be kept.
type draftList struct{ id, name, clause, unit string }

var docYearNo = regexp.MustCompile(`〔(\d{4})〕(\d+)号`)

// Of drafts a folder for each plan of the document with this number, from the county's gazette or from the issue handed in.
func Of(c *policy.County, issue *gazette.Issue, number string) ([]Folder, error) {
	handed := issue
	doc, issue := findDocument(c, issue, number)
	unprinted := false
	switch {
	case handed == nil:
	case doc == nil:
		doc, unprinted = textOf(c, handed, number)
		issue = handed
	case len(doc.Plans) > 0:
		notice, _ := findDocument(c, nil, number)
		unprinted = notice != nil && len(notice.Plans) == 0
	}
	if doc == nil {
		return nil, fmt.Errorf("公报里没有 %s；还没有公布的，用 --issue 指明文稿", number)
	}
	id := "doc"
	if m := docYearNo.FindStringSubmatch(doc.No); m != nil {
		id = "doc-" + m[1] + "-" + m[2]
	}
	all := duty.ReadDocument(issue, doc)
	plans := doc.Plans
	if len(plans) == 0 {
		plans = []*gazette.Plan{nil}
	}
	var out []Folder
	for i, p := range plans {
		d := drafting{county: c, doc: doc, plan: p, id: id, unprinted: unprinted}
		if len(plans) > 1 {
			d.id = fmt.Sprintf("%s-%d", id, i+1)
		}
		for _, x := range all {
			if rest, ok := strings.CutPrefix(x.Clause, d.key()); ok && !unprinted && (d.key() != "" || len(plans) == 1) {
				x.Clause = rest
				d.duties = append(d.duties, x)
			}
		}
		d.readEmergency()
		d.whole = d.perTowns()
		if len(d.duties) > 0 || d.emergency != nil {
			out = append(out, d.write())
		}
	}
	switch {
	case len(out) == 0 && len(doc.Appointments) > 0:
		return nil, fmt.Errorf("%s 是任免，%w：公布以后在“职务和任职”里确认即可", doc.No, errNothing)
	case len(out) == 0:
		return nil, fmt.Errorf("%s 里没有读出任务、台账或目标，%w；有的话请照 docs/policies.md 直接写", doc.No, errNothing)
	}
	return out, nil
}

var errNothing = errors.New("没有可以起草的政策包")

func findDocument(c *policy.County, issue *gazette.Issue, number string) (*gazette.Document, *gazette.Issue) {
	issues := []*gazette.Issue{issue}
	for _, i := range c.Issues {
		if issue != nil {
			break
		}
		if read, err := gazette.Read(string(i.Text)); err == nil {
			issues = append(issues, read)
		}
	}
	for _, i := range issues {
		if i == nil {
			continue
		}
		for _, d := range i.Documents {
			if org.Fold(d.No) == org.Fold(number) {
				return d, i
			}
		}
	}
	return nil, nil
}

// key is what addresses of the plan begin with.
func (d *drafting) key() string {
	if d.plan == nil || d.plan.Key == "" {
		return ""
	}
	return d.plan.Key + "/"
}

func (d *drafting) write() Folder {
	files := map[string]string{"policy.yaml": d.policy(), "duties.yaml": d.dutyList()}
	if s := d.registers(); s != "" {
		files["registers.yaml"] = s
		files["examples/first.yaml"] = d.example()
	}
	if s := d.targets(); s != "" {
		files["indicators.yaml"] = s
	}
	files["rules.yaml"] = d.rules()
	files["ladders.yaml"] = d.ladders()
	out := Folder{ID: d.id, Title: d.title(), Files: files, Left: d.left()}
	if r := d.emergency; r != nil {
		files["plans.yaml"], files["examples/plan.yaml"] = r.file(), r.example()
		out.Ask, out.Passages, out.Levels = r.ask, r.passages(out.Left), r.overview()
	}
	for name, s := range files {
		if s == "" {
			delete(files, name)
		}
	}
	return out
}

// word writes a word so that YAML reads it back.
func word(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.TrimSpace(oneLine(s))) + `"`
}

// oneLine leaves out what would end a line of YAML, or what it does not take.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || c == '\ufeff' {
			return ' '
		}
		return c
	}, s)
}

// title is the plan's, or else the document's.
func (d *drafting) title() string {
	if d.plan != nil {
		return d.plan.Title
	}
	return d.doc.Title
}

func (d *drafting) signed() calendar.Date {
	if d.doc.SignedOn.IsZero() {
		return calendar.Date{Year: 2000, Month: 1, Day: 1}
	}
	return d.doc.SignedOn
}

// owner is the unit that explains the document, or else leads most of it.
func (d *drafting) owner() string {
	by := d.doc.InterpretedBy
	if d.plan != nil && d.plan.InterpretedBy != "" {
		by = d.plan.InterpretedBy
	}
	if u := d.unit(by); u != "" {
		return u
	}
	count := map[string]int{}
	best := d.county.Office
	for _, x := range d.duties {
		for _, n := range x.Lead {
			if u := d.unit(n); u != "" {
				if count[u]++; count[u] > count[best] || count[u] == count[best] && u < best {
					best = u
				}
			}
		}
	}
	return best
}

// unit is the one unit that a printed name means; empty where it means none or several.
func (d *drafting) unit(printed string) string {
	u, ok := d.county.Directory.ResolveIn(d.doc.No, printed)
	if !ok || u.Kind == org.Set {
		return ""
	}
	return u.Name
}

func (d *drafting) policy() string {
	var b strings.Builder
	fmt.Fprintf(&b, "document: %s\n", d.doc.No)
	if d.plan != nil && d.plan.Key != "" {
		fmt.Fprintf(&b, "plan: %s\n", d.plan.Key)
	}
	from := "成文日期；公文另定施行日期的改掉"
	if d.doc.SignedOn.IsZero() {
		from = "待确认：没有读到成文日期"
	}
	fmt.Fprintf(&b, "title: %s\nfrom: %s        # %s\nowner: %s   # 由谁负责，请核对\n", word(d.title()), d.signed(), from, word(d.owner()))
	b.WriteString("about: 待写：用自己的话写两三句，这份公文要做什么。\n")
	return b.String()
}

// dutyList is every clause that gives work to units.
func (d *drafting) dutyList() string {
	var b strings.Builder
	b.WriteString("# 读出的任务：牵头、时限、填报、复核都在任务台账里。已由下面的台账、指标、规则承担的，可以从这里删去。\nduties:\n")
	var seen []string
	for _, x := range d.duties {
		if slices.Contains(seen, x.Clause) {
			continue
		}
		seen = append(seen, x.Clause)
		var notes []string
		switch {
		case slices.Contains(x.Lead, x.Title): // 县水务局：负责…, the name of a unit and not of what it does
			fmt.Fprintf(&b, "  - { clause: %s }", word(x.Clause))
			notes = append(notes, x.Title+"："+x.BodyHead+"……")
		case word(x.Title) == word(""):
			fmt.Fprintf(&b, "  - { clause: %s }", word(x.Clause))
		default:
			fmt.Fprintf(&b, "  - { clause: %s, mechanisms: [%s] }", word(x.Clause), word(x.Title))
		}
		for _, n := range x.Lead {
			if _, ok := d.county.Directory.ResolveIn(d.doc.No, n); !ok {
				notes = append(notes, "units/ 里没有“"+n+"”")
			}
		}
		if len(x.Lead) > 0 && !slices.Contains(x.Lead, x.Title) {
			notes = append(notes, "牵头 "+strings.Join(x.Lead, "、"))
		}
		for _, t := range x.Deadlines {
			notes = append(notes, "时限 "+t.Raw)
		}
		for _, c := range x.Cadence {
			notes = append(notes, c.Raw)
		}
		if len(notes) > 0 {
			b.WriteString("   # " + oneLine(strings.Join(notes, "；")))
		}
		b.WriteString("\n")
	}
	if len(seen) == 0 {
		return ""
	}
	return b.String()
}

// registers are skeletons of the lists that the text names, and one for the figures that targets ask for.
func (d *drafting) registers() string {
	var b strings.Builder
	n := 0
	for _, x := range d.duties {
		unit := d.owner()
		if len(x.Lead) > 0 && d.unit(x.Lead[0]) != "" {
			unit = d.unit(x.Lead[0])
		}
		names := slices.Clone(x.Registers)
		for _, name := range duty.Registers(x.Title) { // 1.建立校车台账。
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		whole := d.wholeOf(x.Clause)
		if whole != nil && len(names) == 0 {
			names = []string{x.Title + "台账"}
		}
		for i, name := range names {
			n++
			title := name
			if len([]rune(name)) <= 2 { // 清单 alone says nothing
				title = x.Title + name
			}
			d.lists = append(d.lists, draftList{fmt.Sprintf("%s-list-%d", d.id, n), title, x.Clause, unit})
			fmt.Fprintf(&b, `  - id: %s-list-%d          # 改成好认的名字，如 outlets
    name: %s
    clause: %s
    mechanisms: [%s]
    custodian: %s
    key: [编号]
    label: 名称
    fields:                    # 按公文要登记的补全
      - { name: 编号, type: text, required: true, hint: 顺序号 }
      - { name: 名称, type: text, required: true, hint: 待写 }
      - { name: 责任单位, type: unit, hint: 由谁负责 }
      - { name: 完成日期, type: date, hint: 没有完成的不填 }
`, d.id, n, word(title), word(x.Clause), word(name), word(unit))
			if whole != nil && i == 0 {
				b.WriteString("      - { name: 乡镇, type: unit, hint: 所在乡镇 }\n")
			}
			b.WriteString(`    states: [未完成, 已完成]
    moves:
      - { from: 未完成, to: 已完成, when: 有(完成日期), refuse: 没有完成日期，不能转为已完成 }
`)
			if whole != nil && i == 0 {
				fmt.Fprintf(&b, "    complete:                  # 读出的原话：%s\n      - { id: %s-list-%d-towns, name: %s, field: 乡镇, of: %s%s, clause: %s }\n", whole.raw, d.id, n, word(whole.name), word(whole.of), whole.by, word(x.Clause))
			}
		}
	}
	if len(d.figures()) > 0 {
		fmt.Fprintf(&b, `  - id: %s-figures             # 指标的数字先报在这里；能由台账或监测算出的，改用那里的算法
    name: %s
    custodian: %s
    key: [指标, 日期]
    fields:
      - { name: 指标, type: text, required: true, hint: 写指标的名称 }
      - { name: 日期, type: date, required: true, hint: 数字是哪一天的 }
      - { name: 数值, type: number, required: true, hint: 只写数 }
`, d.id, word(d.short()+"指标进展台账"), word(d.owner()))
	}
	if b.Len() == 0 {
		return ""
	}
	return "registers:\n" + b.String()
}

func (d *drafting) short() string {
	if d.plan != nil && d.plan.Key != "" {
		return d.plan.Key
	}
	return ""
}

// figure is a target that a number can meet.
type figure struct {
	id, name, clause string
	unit             quantity.Unit
	wants            []string
	raw              string
}

func (d *drafting) figures() []figure {
	var out []figure
	for _, x := range d.duties {
		for _, t := range x.Targets {
			if d.isWhole(x.Clause, t.Raw) {
				continue
			}
			f := figure{id: fmt.Sprintf("%s-target-%d", d.id, len(out)+1), name: t.Subject, clause: x.Clause, raw: t.Raw}
			if f.name == "" {
				f.name = x.Title
			}
			if u, err := quantity.ParseUnit(t.Unit); err == nil {
				f.unit = u
			}
			if _, ok := t.Value.Rat(); !ok && t.Op != duty.Between {
				continue
			}
			switch t.Op {
			case duty.Between:
				f.wants = []string{">= " + t.Value.Text, "<= " + t.Value.High}
			case duty.About:
				f.wants = []string{">= " + t.Value.Text}
			default:
				f.wants = []string{string(t.Op) + " " + t.Value.Text}
			}
			out = append(out, f)
		}
	}
	return out
}

func (d *drafting) targets() string {
	var b strings.Builder
	for _, f := range d.figures() {
		fmt.Fprintf(&b, "  - id: %s\n    name: %s\n    clause: %s\n", f.id, word(f.name), word(f.clause))
		if f.unit != "" {
			fmt.Fprintf(&b, "    unit: %s\n", word(string(f.unit)))
		}
		fmt.Fprintf(&b, "    period: year               # 读出的原话：%s\n    sum: { register: %s-figures, field: 数值, on: 日期, where: %s }\n    targets:\n",
			oneLine(f.raw), d.id, word("指标 == "+word(f.name)))
		for _, w := range f.wants {
			fmt.Fprintf(&b, "      - { want: %s, from: %s }\n", word(w), d.signed())
		}
	}
	for _, x := range d.duties {
		for _, t := range x.Targets {
			if _, ok := t.Value.Rat(); !ok && t.Op != duty.Between && !d.isWhole(x.Clause, t.Raw) {
				fmt.Fprintf(&b, "#  - %s：%s（要按标准评价，或与以往相比，见 docs/policies.md 的 class、change）\n", x.Clause, oneLine(t.Raw))
			}
		}
	}
	if !strings.Contains(b.String(), "- id:") {
		return ""
	}
	return "# 数字报在进展台账里，一年的加起来是指标的值；能由别的台账或监测算出的，改写算法。\nindicators:\n" + b.String()
}

// rules are proposals: a person decides what is a problem, and whose.
func (d *drafting) rules() string {
	var b strings.Builder
	b.WriteString("# 什么情况是问题，要由人来定。去掉每行开头的“#”，改好即生效；ladders.yaml 也要去掉“#”。\n#rules:\n")
	for _, f := range d.figures() {
		fmt.Fprintf(&b, "#  - { id: %s-missed, name: %s, clause: %s, indicator: %s, to: %s, says: %s, ladder: %s }\n", f.id, word(f.name+"没有达到目标"), word(f.clause), f.id,
			word(d.owner()), word(f.name+"{值}，目标{目标}"), d.id+"-remind")
	}
	for _, l := range d.lists {
		fmt.Fprintf(&b, "#  - { id: %s-open, name: %s, clause: %s, entry: %s, when: %s, to: %s, says: %s, ladder: %s }\n", l.id, word(l.name+"有未完成的"), word(l.clause), l.id,
			word(`状态 == "未完成" && 天数(入册日期, 今天) > 90`), word(l.unit), word("{名称}登记了90天还没有完成"), d.id+"-remind")
	}
	if len(d.lists)+len(d.figures()) == 0 {
		return ""
	}
	return b.String() + "rules: []\n"
}

func (d *drafting) ladders() string {
	if len(d.lists)+len(d.figures()) == 0 {
		return ""
	}
	return fmt.Sprintf(`# 逾期怎么办。去掉每行开头的“#”即生效；天数要有出处。
#ladders:
#  - id: %s-remind
#    name: 催办
#    limits: { 反馈: 1个工作日, 受理: 1个工作日, 整改: 10个工作日, 核查: 5个工作日, 办结: 3个工作日 }
#    rungs:
#      - { name: 提醒, of: 整改, after: 0个工作日 }
#      - { name: 督办单, of: 整改, after: 5个工作日, letter: supervise, sign: office }
ladders: []
`, d.id)
}

// example shows how an example is written, and passes.
func (d *drafting) example() string {
	var b strings.Builder
	b.WriteString("# 每个例子：上面是事实，下面是应当得到的结果。照着写：等于限值的、超过一点的、缺数的、逾期第二天的。\nexamples:\n")
	for _, l := range d.lists {
		fmt.Fprintf(&b, `  - name: %s
    on: %s
    given:
      - { entry: %s, fields: { 编号: A1, 名称: 例子, 责任单位: %s } }
      - { move: %s, key: A1, to: 已完成 }
    want:
      - { refused: 没有完成日期 }
      - { count: %s, where: %s, is: 1 }
`, word(l.name+"：没有完成日期不能转为已完成"), d.signed(), l.id, word(l.unit), l.id, l.id, word(`状态 == "未完成"`))
	}
	for _, f := range d.figures() {
		if !strings.HasPrefix(f.wants[0], ">=") {
			continue
		}
		fmt.Fprintf(&b, `  - name: %s
    on: %s
    given:
      - { entry: %s-figures, fields: { 指标: %s, 日期: %s, 数值: %s } }
    want: [ { indicator: %s, value: %s, met: true } ]
`, word(f.name+"：正好等于目标，算达到"), d.signed(), d.id, word(f.name), d.signed(), strings.TrimPrefix(f.wants[0], ">= "), f.id, strings.TrimPrefix(f.wants[0], ">= "))
	}
	if !strings.Contains(b.String(), "- name:") {
		return ""
	}
	return b.String()
}
