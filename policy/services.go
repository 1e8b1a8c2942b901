package policy

import (
	"slices"
	"strings"

	"zhixing/cases"
	"zhixing/rule"
)

// servicesFile is services.yaml: what citizens of the county can report.
type servicesFile struct {
	Services []serviceFile `yaml:"services"`
}

type serviceFile struct {
	Code      text            `yaml:"code"`
	Name      text            `yaml:"name"`
	Group     text            `yaml:"group"`
	Keywords  texts           `yaml:"keywords"`
	Hint      text            `yaml:"hint"`
	Unit      text            `yaml:"unit"`
	Town      bool            `yaml:"town"`
	Ladder    text            `yaml:"ladder"`
	Limits    map[string]text `yaml:"limits"`
	Public    bool            `yaml:"public"`
	Sensitive bool            `yaml:"sensitive"`

	Policy     text  `yaml:"policy"` // that orders it, and where
	Clause     text  `yaml:"clause"`
	Mechanisms texts `yaml:"mechanisms"`
}

const servicesYAML = "services.yaml"

// services reads services.yaml, when the ladders of the policies are known.
func (ps *packs) services() {
	var file servicesFile
	if !ps.has(servicesYAML) || !ps.decode(servicesYAML, &file) {
		return
	}
	k := &pack{packs: ps, p: &Policy{}}
	always := &Item{}
	var codes []string
	for _, y := range file.Services {
		line := max(y.Code.line, y.Name.line)
		s := cases.Service{Code: y.Code.s, Name: y.Name.s, Group: y.Group.s, Keywords: words(y.Keywords), Hint: y.Hint.s, Unit: k.unit(servicesYAML, y.Unit),
			Town: y.Town, Ladder: k.ladderOf(servicesYAML, y.Ladder, always), Public: y.Public, Sensitive: y.Sensitive, File: servicesYAML, LineNo: line}
		if len(y.Limits) > 0 {
			s.Limits = k.limits(servicesYAML, line, "类别“"+s.Code+"”", y.Limits)
		}
		switch {
		case !policyID.MatchString(s.Code):
			ps.bad(servicesYAML, line, "类别的 code“%s”用小写字母、数字和连字符", s.Code)
		case slices.Contains(codes, s.Code):
			ps.bad(servicesYAML, line, "类别“%s”写了两次", s.Code)
		case s.Name == "" || s.Group == "":
			ps.bad(servicesYAML, line, "类别“%s”要写 name 和 group", s.Code)
		case (y.Unit.s != "") == s.Town:
			ps.bad(servicesYAML, line, "类别“%s”由谁办：unit 写单位，或 town: true 由所在乡镇办，写一种", s.Code)
		case (s.Ladder != "") == (len(y.Limits) > 0):
			ps.bad(servicesYAML, line, "类别“%s”的 ladder 和 limits 写一种", s.Code)
		}
		if policyID.MatchString(s.Code) && !slices.Contains(codes, s.Code) {
			s.Basis = ps.orderedBy(y, line)
		}
		codes = append(codes, s.Code)
		ps.set.Services = append(ps.set.Services, s)
	}
}

// orderedBy enters a category that a document orders in the catalogue, and gives its clause. The document is that of the policy that is
// named, or of the ladder's.
func (ps *packs) orderedBy(y serviceFile, line int) rule.Basis {
	if y.Policy.s == "" && y.Clause.s == "" && len(y.Mechanisms) == 0 {
		return rule.Basis{}
	}
	of := y.Policy.s
	if ladders := ps.index[LadderItem][y.Ladder.s]; of == "" && len(ladders) > 0 {
		of = ladders[0].Policy
	}
	var ids []string
	for _, k := range ps.all {
		if k.p.ID == of {
			return k.enter(ServiceItem, servicesYAML, text{y.Code.s, line}, y.Name, orderFile{Clause: y.Clause, Mechanisms: y.Mechanisms}).Basis
		}
		ids = append(ids, k.p.ID)
	}
	if of == "" {
		ps.bad(servicesYAML, line, "类别“%s”的 clause、mechanisms 是哪份公文的？写 policy: 政策包的文件夹名", y.Code.s)
	} else {
		ps.bad(servicesYAML, y.Policy.line, "没有政策包“%s”%s", of, nearest(of, ids))
	}
	return rule.Basis{}
}

// service finds a category by its code or name.
func (ps *packs) service(file string, t text) string {
	var names []string
	for _, s := range ps.set.Services {
		if t.s == s.Code || t.s == s.Name {
			return s.Code
		}
		names = append(names, s.Code, s.Name)
	}
	ps.bad(file, t.line, "services.yaml 里没有类别“%s”%s", t.s, nearest(t.s, names))
	return ""
}

// cutLine joins words for a message.
func cutLine(all []string, most int) string {
	if len(all) > most {
		return strings.Join(all[:most], "、") + "……"
	}
	return strings.Join(all, "、")
}
