package policy

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/rule"
	"zhixing/warning"
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
	hazards    []in[hazardIn]
	plans      []in[planFile]
	warns      []warns
	issued     map[*issuingFile]warning.Issuing // read already
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
	ps.propose()
	ps.begin()
	ps.services()
	for _, k := range ps.all {
		k.examples()
		k.story()
	}
	slices.SortStableFunc(set.Story, func(a, b Fact) int { return a.At.Compare(b.At) })
	ps.continuous()
	ps.named()
	for _, k := range ps.all {
		set.Policies = append(set.Policies, *k.p)
	}
	return set
}

// packFiles are the files of a policy; each may be a folder of that name instead.
var packFiles = []string{"values", "registers", "series", "indicators", "rules", "ladders", "checklists", "duties", "bulletins", "sends", "warnings", "plans"}

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
		case e.IsDir() && (slices.Contains(packFiles, e.Name()) || e.Name() == "examples" || e.Name() == standardsDir):
		default:
			ps.bad(path.Join(dir, e.Name()), 0, "政策包里没有这样的文件%s，可有：policy.yaml、%s.yaml、demo.yaml、standards/、examples/", nearest(base, append([]string{"policy", "examples", standardsDir}, packFiles...)), strings.Join(packFiles, ".yaml、"))
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
	ps.issues.heading(ps.folder, file, y, k.p.From, ps.county.Place.County)
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
	k.standards()
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
	k.declareWarnings()
	k.declarePlans()
}
