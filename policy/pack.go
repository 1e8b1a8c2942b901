package policy

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/rule"
)

// in is one definition as it is written, with the file that it stands in and its entry in the catalogue.
type in[T any] struct {
	file string
	v    T
	item *Item
}

// pack is one policy's folder while it is read.
type pack struct {
	*packs
	dir string // policies/water-2023
	p   *Policy

	values     []in[valueFile]
	registers  []in[registerFile]
	series     []in[seriesOneFile]
	indicators []in[indicatorFile]
	rules      []in[judgeFile]
	ladders    []in[ladderFile]
	checklists []in[checklistFile]
	duties     []in[dutyFile]
	bulletins  []in[bulletinFile]
	sends      []in[sendFile]
}

// packs are all policies of the county while they are read. Everything is declared before anything is looked up, so that a
// register may point at one of another policy.
type packs struct {
	*folder
	county *County
	set    *Set
	all    []*pack
	index  map[ItemKind]map[string][]*Item
	forms  map[*Item]*form // what expressions can say of a register's entries
	issues *gazettes
	leans  map[*Item][]*Item // definitions that a definition speaks of
	unread map[ItemKind]bool // kinds of which a file could not be read: what is missing then may stand in it
}

const (
	policiesDir = "policies"
	policyYAML  = "policy.yaml"
)

var (
	policyID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	fieldID  = regexp.MustCompile(`^[\p{Han}A-Za-z_][\p{Han}A-Za-z0-9_]*$`)
)

// policies reads policies/ and what goes with it; nil where the county has none.
func (f *folder) policies(c *County) *Set {
	if c.Directory == nil {
		return nil
	}
	set := &Set{Places: f.places(c.Directory)}
	entries, err := fs.ReadDir(f.fsys, policiesDir)
	if errors.Is(err, fs.ErrNotExist) {
		if set.Places == nil && !f.has(servicesYAML) {
			return nil
		}
	} else if err != nil {
		f.bad(policiesDir, 0, "读不了：%v", err)
		return nil
	}
	ps := &packs{folder: f, county: c, set: set, index: map[ItemKind]map[string][]*Item{}, forms: map[*Item]*form{}, unread: map[ItemKind]bool{}, leans: map[*Item][]*Item{}, issues: readGazettes(c.Issues)}
	for _, e := range entries {
		dir := path.Join(policiesDir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.EqualFold(e.Name(), "README.md"):
		case !e.IsDir():
			f.bad(dir, 0, "policies/ 里一份公文一个文件夹，请把文件移进文件夹")
		case !policyID.MatchString(e.Name()):
			f.bad(dir, 0, "政策包的文件夹名用小写字母、数字和连字符，如 water-2023")
		default:
			if k := ps.open(dir); k != nil {
				ps.all = append(ps.all, k)
			}
		}
	}
	ps.replace()
	for _, k := range ps.all {
		k.declare()
	}
	for _, kind := range []ItemKind{ObligationItem, CompleteItem} {
		ps.unread[kind] = ps.unread[RegisterItem]
	}
	for _, k := range ps.all {
		k.fields()
	}
	for _, k := range ps.all {
		k.build()
	}
	ps.begin()
	ps.services()
	for _, k := range ps.all {
		k.examples()
		k.story()
	}
	slices.SortStableFunc(set.Story, func(a, b Fact) int { return a.At.Compare(b.At) })
	ps.continuous()
	for _, k := range ps.all {
		set.Policies = append(set.Policies, *k.p)
	}
	return set
}

// packFiles are the files of a policy; each may be a folder of that name instead.
var packFiles = []string{"values", "registers", "series", "indicators", "rules", "ladders", "checklists", "duties", "bulletins", "sends"}

// open reads policy.yaml and checks that the folder holds only what somebody reads.
func (ps *packs) open(dir string) *pack {
	entries, err := fs.ReadDir(ps.fsys, dir)
	if err != nil {
		ps.bad(dir, 0, "读不了：%v", err)
		return nil
	}
	for _, e := range entries {
		base, yaml := strings.CutSuffix(e.Name(), ".yaml")
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.EqualFold(e.Name(), "README.md"), e.Name() == policyYAML, e.Name() == demoYAML:
		case !e.IsDir() && yaml && slices.Contains(packFiles, base):
		case e.IsDir() && (slices.Contains(packFiles, e.Name()) || e.Name() == "examples"):
		default:
			ps.bad(path.Join(dir, e.Name()), 0, "政策包里没有这样的文件%s，可有：policy.yaml、%s.yaml、demo.yaml、examples/", nearest(base, append([]string{"policy", "examples"}, packFiles...)), strings.Join(packFiles, ".yaml、"))
		}
	}
	file := path.Join(dir, policyYAML)
	var y policyFile
	if !ps.decode(file, &y) {
		return nil
	}
	for _, need := range []struct {
		t    text
		name string
	}{{y.Document, "document"}, {y.Title, "title"}, {y.From, "from"}, {y.Owner, "owner"}} {
		if need.t.s == "" {
			ps.bad(file, need.t.line, "缺少字段“%s”", need.name)
		}
	}
	k := &pack{packs: ps, dir: dir, p: &Policy{ID: path.Base(dir), Title: y.Title.s, Basis: rule.Basis{Document: y.Document.s, Plan: y.Plan.s},
		Replaces: y.Replaces.s, About: y.About.s, Dates: Dates{ps.date(file, y.From), ps.date(file, y.To)}}}
	if !ps.ordered(file, y.To.line, k.p.Dates) {
		k.p.To = calendar.Date{}
	}
	k.p.published = ps.issues.document(y.Document.s) != nil
	ps.issues.plan(ps.folder, file, y.Document, y.Plan)
	k.p.Owner = k.unit(file, y.Owner)
	return k
}

// replace ends each policy where the one begins that replaces it.
func (ps *packs) replace() {
	for _, k := range ps.all {
		if k.p.Replaces == "" {
			continue
		}
		file := path.Join(k.dir, policyYAML)
		i := slices.IndexFunc(ps.all, func(o *pack) bool { return o.p.ID == k.p.Replaces })
		switch {
		case i < 0:
			var ids []string
			for _, o := range ps.all {
				ids = append(ids, o.p.ID)
			}
			ps.bad(file, 0, "replaces 说代替“%s”，但没有这个政策包%s", k.p.Replaces, nearest(k.p.Replaces, ids))
		case ps.all[i] == k:
			ps.bad(file, 0, "replaces 不能是自己")
		case !ps.all[i].p.From.Before(k.p.From):
			ps.bad(file, 0, "代替“%s”，但施行日期 %s 不晚于它的 %s", k.p.Replaces, k.p.From, ps.all[i].p.From)
		default:
			if old := ps.all[i].p; old.To.IsZero() || k.p.From.Before(old.To) {
				old.To = k.p.From
			}
		}
	}
}

// parts are the files of one noun: registers.yaml, registers/*.yaml.
func (k *pack) parts(noun string) []string {
	var out []string
	if one := path.Join(k.dir, noun+".yaml"); k.has(one) {
		out = append(out, one)
	}
	dir := path.Join(k.dir, noun)
	entries, err := fs.ReadDir(k.fsys, dir)
	if err != nil {
		return out
	}
	for _, e := range entries {
		file := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.EqualFold(e.Name(), "README.md"):
		case e.IsDir() || path.Ext(e.Name()) != ".yaml":
			k.bad(file, 0, "%s/ 下只放 .yaml 文件", noun)
		default:
			out = append(out, file)
		}
	}
	return out
}

// take reads the files of one noun and enters each definition in the catalogue.
func take[F, T any](k *pack, noun string, kind ItemKind, list func(F) []T, head func(T) (id, name text, o orderFile), put func(in[T])) {
	for _, file := range k.parts(noun) {
		var y F
		if !k.decode(file, &y) {
			k.unread[kind] = true
			continue
		}
		for _, v := range list(y) {
			id, name, o := head(v)
			put(in[T]{file, v, k.enter(kind, file, id, name, o)})
		}
	}
}

// declare reads all files of the policy.
func (k *pack) declare() {
	take(k, "values", ValueItem, func(f valuesFile) []valueFile { return f.Values },
		func(v valueFile) (text, text, orderFile) { return v.Name, v.Name, v.orderFile }, func(v in[valueFile]) { k.values = append(k.values, v) })
	take(k, "registers", RegisterItem, func(f registersFile) []registerFile { return f.Registers },
		func(v registerFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[registerFile]) { k.registers = append(k.registers, v); k.owing(v) })
	take(k, "series", SeriesItem, func(f seriesFile) []seriesOneFile { return f.Series },
		func(v seriesOneFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[seriesOneFile]) { k.series = append(k.series, v) })
	take(k, "indicators", IndicatorItem, func(f indicatorsFile) []indicatorFile { return f.Indicators },
		func(v indicatorFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[indicatorFile]) { k.indicators = append(k.indicators, v) })
	take(k, "rules", RuleItem, func(f rulesFile) []judgeFile { return f.Rules },
		func(v judgeFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[judgeFile]) { k.rules = append(k.rules, v) })
	take(k, "ladders", LadderItem, func(f laddersFile) []ladderFile { return f.Ladders },
		func(v ladderFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[ladderFile]) { k.ladders = append(k.ladders, v) })
	take(k, "checklists", ChecklistItem, func(f checklistsFile) []checklistFile { return f.Checklists },
		func(v checklistFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[checklistFile]) { k.checklists = append(k.checklists, v) })
	take(k, "duties", DutyItem, func(f dutiesFile) []dutyFile { return f.Duties },
		func(v dutyFile) (text, text, orderFile) { return v.Clause, v.Clause, v.orderFile }, func(v in[dutyFile]) { k.duties = append(k.duties, v) })
	take(k, "bulletins", BulletinItem, func(f bulletinsFile) []bulletinFile { return f.Bulletins },
		func(v bulletinFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[bulletinFile]) { k.bulletins = append(k.bulletins, v) })
	take(k, "sends", SendItem, func(f sendsFile) []sendFile { return f.Sends },
		func(v sendFile) (text, text, orderFile) { return v.ID, v.Name, v.orderFile }, func(v in[sendFile]) { k.sends = append(k.sends, v) })
}

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
	ps.set.speaks = map[string][]string{}
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
