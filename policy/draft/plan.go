package draft

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/duty"
	"zhixing/emergency"
	"zhixing/gazette"
	"zhixing/org"
	"zhixing/policy"
)

// What an emergency plan (应急预案) says in the usual form of such plans, read into a first plans.yaml: who commands and who belongs to
// which group, what starts each level and who decides it, which unit does what within how long, each with its clause. Nothing is made
// up: where the text names no time, no unit that the county knows or no post that posts.yaml has, the draft says so (待确认).

// planRead is what was read of one plan.
type planRead struct {
	*drafting
	offices map[string]string // folded 县防指办公室 → the unit where the text seats it
	seats   []planSeat
	groups  []planGroup
	leads   map[string]string // group → the unit that leads it
	levels  [5]*planLevel     // by number, from 1
	after   []planTask
	used    map[string]bool // clauses that plans.yaml carries
	ask     []string        // what a person has to confirm
	asked   map[string]bool
	asks    map[string][]string      // the same, by clause
	notes   map[string][]PlanReading // what was read, by clause
	begins  calendar.Date            // when the warnings of which it speaks do
}

type planSeat struct {
	role, clause   string
	posts, unknown []string
}

type planGroup struct {
	name, lead, does, clause string
	members, unknown         []string
	doubt                    string
}

type planLevel struct {
	clause  string
	starts  []string // sentences on what starts it
	approve []string
	deciding,
	approveClause string // who decides, as the text says it
	tasks []planTask
	on    int // the level on whose measures it builds
}

// planTask is a task of one unit or of several; without a unit it only stands as a comment.
type planTask struct {
	units       []string
	said        []string // the clauses of its sentence
	do, clause  string
	within, raw string // raw: what the text says of time, where that is no limit as the file has it
	group       string
	picture     bool
	doubt       string
}

// isPlan reports whether a title is that of an emergency plan.
func isPlan(title string) bool {
	return strings.HasSuffix(strings.Trim(title, "《》 "), "应急预案")
}

// textOf is the one text without a number in what was handed in: that of a plan which the gazette only printed the notice of, or which
// is not printed yet. It is the document of the number then; unprinted says that the gazette has the notice.
func textOf(c *policy.County, handed *gazette.Issue, number string) (doc *gazette.Document, unprinted bool) {
	if len(handed.Documents) != 1 || handed.Documents[0].No != "" {
		return nil, false
	}
	text := *handed.Documents[0] // what is handed in stays as it is
	text.No = number
	notice, _ := findDocument(c, nil, number)
	if notice == nil {
		return &text, false
	}
	text.No = notice.No
	if text.SignedOn.IsZero() {
		text.SignedOn = notice.SignedOn
	}
	if !strings.Contains(org.Fold(notice.Title), org.Fold(text.Title)) {
		text.Title = notice.Title
	}
	return &text, true
}

// readEmergency reads the plan where the text is an emergency plan, and takes what it carries out of the duties.
func (d *drafting) readEmergency() {
	if !isPlan(d.title()) {
		return
	}
	if d.county.Book == nil || len(d.county.Book.Posts()) == 0 {
		d.noPlan = "应急预案：县文件夹的 posts.yaml 里还没有职务，写不出由谁决定启动，没有起草 plans.yaml"
		return
	}
	if d.emergency = d.readPlan(); d.emergency == nil {
		d.noPlan = "应急预案：没有读出分几级响应，没有起草 plans.yaml，请照 docs/policies.md 直接写"
	} else {
		if d.unprinted {
			d.emergency.doubt("", "", "公报里的 %s 没有正文：条款只写在注释里，职责没有写进 duties.yaml；正文印出以后补上", d.doc.No)
		}
		d.duties = slices.DeleteFunc(d.duties, func(x duty.Duty) bool { return d.emergency.used[x.Clause] })
	}
}

// what a heading says of the text below it.
type aspect int

const (
	ofNothing aspect = iota
	ofCommand
	ofGroups
	ofTrigger
	ofApproval
	ofAction
	ofAfter
)

var aspectWords = []struct {
	words *regexp.Regexp
	of    aspect
}{
	{regexp.MustCompile(`终止|结束|解除|调整|信息发布|新闻发布`), ofNothing},
	{regexp.MustCompile(`启动条件|响应条件|启动标准|响应标准|分级标准|响应分级|响应级别|适用条件`), ofTrigger},
	{regexp.MustCompile(`启动程序|响应程序|启动权限|决定权限|响应启动|启动响应`), ofApproval},
	{regexp.MustCompile(`响应行动|响应措施|处置措施|应急措施|工作措施|应急处置|响应内容|主要措施`), ofAction},
	{regexp.MustCompile(`工作组|现场指挥`), ofGroups},
	{regexp.MustCompile(`成员单位|单位职责|部门职责`), ofNothing},
	{regexp.MustCompile(`指挥部|指挥机构|领导机构|领导小组|组织体系|组织指挥|办事机构`), ofCommand},
}

var (
	respondChapter = regexp.MustCompile(`响应|应急处置`)
	afterChapter   = regexp.MustCompile(`后期|善后|恢复与?重建|灾后`)
	gradeName      = regexp.MustCompile(`(Ⅳ|Ⅲ|Ⅱ|Ⅰ|IV|I{1,3}|[一二三四])级`)
	onLevel        = regexp.MustCompile(`在?(Ⅳ|Ⅲ|Ⅱ|Ⅰ|IV|I{1,3}|[一二三四])级(?:应急)?响应(?:措施|行动)?(?:的)?基础上[，,]?`)
	oneOfThese     = regexp.MustCompile(`^([^：:。]*之一)[^：:。]*[：:]`)
	decides        = regexp.MustCompile(`(?:由|经)([^，。；由]{2,40}?)(?:研究)?(?:批准|决定|签发|宣布|下令|启动|同意)|([^，。；由经]{2,30}?)(?:批准|决定|宣布)启动`)
	officeAt       = regexp.MustCompile(`([\p{Han}]{2,16}办公室)(?:（[^）]*）)?(?:常)?设在([\p{Han}]{2,20})`)
	revisedEvery   = regexp.MustCompile(`每([0-9一二两三四五]{1,2})年[^，。；]{0,6}(?:修订|评估|修编)`)
)

var grades = map[string]int{"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "I": 1, "II": 2, "III": 3, "IV": 4, "一": 1, "二": 2, "三": 3, "四": 4}

// grade is the one level that a phrase names; 0 where it names none or several.
func grade(s string) int {
	out := 0
	for _, m := range gradeName.FindAllStringSubmatch(s, -1) {
		if n := grades[m[1]]; out != 0 && out != n {
			return 0
		} else {
			out = n
		}
	}
	return out
}

// place is where in the plan the reading stands.
type place struct {
	of      aspect
	respond bool // in the chapter of the response
	level   int
	units   []string // that a heading names
	clause  string
}

// readPlan reads the plan; nil where its text has no levels of response.
func (d *drafting) readPlan() *planRead {
	r := &planRead{drafting: d, offices: map[string]string{}, leads: map[string]string{}, used: map[string]bool{}, asked: map[string]bool{},
		asks: map[string][]string{}, notes: map[string][]PlanReading{}}
	nodes := d.doc.Nodes
	if d.plan != nil {
		nodes = d.plan.Nodes
	}
	for _, pass := range []func([]*gazette.Node, place){r.commands, r.responses} { // tasks name groups and offices
		for _, n := range nodes {
			if n.Kind == gazette.HeadingNode || n.Kind == gazette.ClauseNode {
				pass([]*gazette.Node{n}, place{})
			}
		}
	}
	if !slices.ContainsFunc(r.levels[:], func(l *planLevel) bool { return l != nil }) {
		return nil
	}
	r.inherit()
	return r
}

// enter is the place of a node below the place of its heading.
func (r *planRead) enter(n *gazette.Node, in place) (place, string) {
	if n.Mark != "" {
		in.clause = strings.TrimPrefix(n.Path, r.key())
	}
	head, text := n.Title, strings.TrimSpace(n.Body())
	if head == "" {
		head, _, _ = strings.Cut(text, "：")
		if len([]rune(head)) > 16 || strings.ContainsAny(head, "，。；") {
			head = ""
		}
	}
	if head == "" || n.Mark == "" {
		return in, text
	}
	units, rest := r.subject(head)
	if len(units) > 0 && rest != "" && (in.of == ofAction || in.of == ofAfter) && n.Level > 1 {
		return in, text // what a unit does, short enough to be taken for a heading
	}
	if n.Level == 1 {
		in.respond, in.of = respondChapter.MatchString(head) && !afterChapter.MatchString(head), ofNothing
		if afterChapter.MatchString(head) {
			in.of = ofAfter
		}
	}
	for _, a := range aspectWords {
		if in.of != ofAfter && a.words.MatchString(head) {
			if in.of = a.of; !in.respond && a.of > ofGroups {
				in.of = ofNothing
			}
			break
		}
	}
	if g := grade(head); g != 0 && in.respond {
		if in.level = g; in.of == ofNothing {
			in.of = ofAction // 4.1 Ⅳ级响应, with what belongs to it in plain paragraphs
		}
	}
	if len(units) > 0 && rest == "" {
		in.units = units
	}
	if below, ok := strings.CutPrefix(text, head); ok {
		text = strings.TrimLeft(below, "：:。 　")
	}
	return in, text
}

// commands reads who commands, and the working groups.
func (r *planRead) commands(nodes []*gazette.Node, in place) {
	for _, n := range nodes {
		at, _ := r.enter(n, in)
		for _, m := range officeAt.FindAllStringSubmatch(n.Text, -1) {
			if units, _ := r.subject(m[2]); len(units) == 1 {
				r.offices[m[1]] = units[0]
				r.note(at.clause, PlanReading{What: "办公室", Who: m[1], Says: "设在" + units[0]})
			}
		}
		switch at.of {
		case ofCommand:
			r.seated(n.Text, at.clause)
		case ofGroups:
			r.group(n, at.clause)
		}
		r.commands(n.Children, at)
	}
}

// responses reads the levels, and what follows when a response is over.
func (r *planRead) responses(nodes []*gazette.Node, in place) {
	for _, n := range nodes {
		at, text := r.enter(n, in)
		if at.respond && at.level == 0 && at.of != ofNothing {
			at.level = grade(lead(text))
			if at.level == 0 && n.Mark != "" && len(n.Children) > 0 {
				at.level = grade(n.Title)
			}
		}
		if at.level != 0 && r.levels[at.level] == nil {
			r.levels[at.level] = &planLevel{clause: at.clause}
		}
		switch {
		case at.of == ofAfter:
			r.after = append(r.after, r.tasks(text, at)...)
		case at.level == 0 && at.of != ofNothing: // 一级响应由县长决定；二级响应由指挥长决定。
			for _, s := range strings.FieldsFunc(text, func(c rune) bool { return c == '。' || c == '；' }) {
				if at.level = grade(s); at.level == 0 {
					continue
				}
				if r.levels[at.level] == nil {
					r.levels[at.level] = &planLevel{clause: at.clause}
				}
				r.says(r.levels[at.level], s, at)
			}
			at.level = 0
		case at.level != 0:
			r.says(r.levels[at.level], text, at)
		}
		r.responses(n.Children, at)
	}
}

// says takes what a paragraph says of a level.
func (r *planRead) says(l *planLevel, text string, at place) {
	switch at.of {
	case ofTrigger:
		r.trigger(l, text, at)
	case ofApproval:
		r.approval(l, text, at)
	case ofAction:
		r.action(l, text, at)
	}
}

// lead is how a paragraph opens, where it would say of which level it speaks.
func lead(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), 24)])
}

// trigger takes a sentence on when the level is started, as it stands.
func (r *planRead) trigger(l *planLevel, text string, at place) {
	if m := onLevel.FindString(text); m != "" {
		text = strings.Replace(text, m, "", 1)
	}
	if m := oneOfThese.FindStringSubmatch(text); m != nil {
		l.starts = append(l.starts, m[1])
		text = strings.TrimPrefix(text, m[0])
	} else if strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":") {
		text = ""
	}
	if text = strings.Trim(text, "。；; 　"); text != "" {
		l.starts = append(l.starts, text)
		r.used[at.clause] = true
		r.note(at.clause, PlanReading{What: "启动条件", Level: levelWord(at.level) + "级", Says: text})
	}
	if decides.MatchString(text) && len(l.approve) == 0 && l.deciding == "" {
		r.approval(l, text, at)
	}
}

// approval reads who decides.
func (r *planRead) approval(l *planLevel, text string, at place) {
	for _, m := range decides.FindAllStringSubmatch(text, -1) {
		who := m[1] + m[2]
		if l.deciding == "" {
			l.deciding, l.approveClause = who, at.clause
		}
		posts := r.deciders(who)
		for _, p := range posts {
			if !slices.Contains(l.approve, p) {
				l.approve = append(l.approve, p)
			}
		}
		r.note(at.clause, PlanReading{What: "决定启动", Level: levelWord(at.level) + "级", Who: strings.Join(posts, "、"), Says: who})
		r.used[at.clause] = true
	}
}

// action reads what is done at the level; where a plan says under one heading who decides and what is done, both.
func (r *planRead) action(l *planLevel, text string, at place) {
	if m := onLevel.FindStringSubmatch(text); m != nil {
		if n := grades[m[1]]; n > at.level {
			l.on = n
		}
		text = strings.Replace(text, m[0], "", 1)
	}
	done := ""
	for _, s := range strings.SplitAfter(text, "。") {
		switch {
		case grade(s) == at.level && strings.Contains(s, "响应") && decides.MatchString(s):
			r.approval(l, s, at)
		case grade(s) == at.level && strings.Contains(s, "启动") && len(l.starts) == 0:
			r.trigger(l, s, at)
		default:
			done += s
		}
	}
	l.tasks = append(l.tasks, r.tasks(done, at)...)
}

// inherit gives a level that builds upon another (在Ⅲ级响应的基础上) the tasks of that one, from the lowest up.
func (r *planRead) inherit() {
	for n := 4; n > 0; n-- {
		l := r.levels[n]
		if l == nil || l.on == 0 || r.levels[l.on] == nil {
			continue
		}
		var from []planTask
		for _, t := range r.levels[l.on].tasks {
			if len(t.units) > 0 {
				from = append(from, t)
			}
		}
		l.tasks = append(from, l.tasks...)
	}
}

// review is by when the plan is to be looked through again, from the day of the document.
func (r *planRead) review() (day, raw string) {
	nodes := r.doc.Nodes
	if r.plan != nil {
		nodes = r.plan.Nodes
	}
	var m []string
	var look func([]*gazette.Node)
	look = func(all []*gazette.Node) {
		for _, n := range all {
			if m == nil {
				m = revisedEvery.FindStringSubmatch(n.Text)
			}
			look(n.Children)
		}
	}
	if look(nodes); m == nil {
		return "", ""
	}
	years := count(m[1])
	if years < 1 || years > 10 || r.doc.SignedOn.IsZero() {
		return "", m[0]
	}
	d := r.doc.SignedOn
	d.Year += years
	return d.String(), m[0]
}

// doubt notes what a person has to confirm of something, and returns it as the comment of its line. What a higher level has over again
// is asked once.
func (r *planRead) doubt(clause, of, format string, args ...any) string {
	s := oneLine(fmt.Sprintf(format, args...))
	ask := s
	for _, before := range []string{of, clause} {
		if before != "" {
			ask = before + "：" + ask
		}
	}
	if !r.asked[ask] {
		r.asked[ask] = true
		r.ask = append(r.ask, ask)
		if clause != "" {
			r.asks[clause] = append(r.asks[clause], strings.TrimPrefix(ask, clause+"："))
		}
	}
	return "   # 待确认：" + s
}

func levelWord(n int) string { return strings.TrimSuffix(emergency.LevelName(n), "级") }
