package policy

import (
	"slices"
	"strings"

	"zhixing/cases"
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
		codes = append(codes, s.Code)
		ps.set.Services = append(ps.set.Services, s)
	}
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
