package policy

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"zhixing/org"
)

// countyFile is county.yaml.
type countyFile struct {
	Code       text         `yaml:"code"`       // six digits
	Name       text         `yaml:"name"`       // 某县
	City       text         `yaml:"city"`       // 某市
	Province   text         `yaml:"province"`   // 某省
	Government text         `yaml:"government"` // name of the unit that issues as the county
	Office     text         `yaml:"office"`     // name of its office
	Gazette    mastheadFile `yaml:"gazette"`
	Towns      []townFile   `yaml:"towns"`
	Agencies   []agencyFile `yaml:"agencies"`
}

type mastheadFile struct {
	Title     text `yaml:"title"`
	Organiser text `yaml:"organiser"`
	Address   text `yaml:"address"`
	Tel       text `yaml:"tel"`
	Postcode  text `yaml:"postcode"`
	Website   text `yaml:"website"`
}

type townFile struct {
	Code    text   `yaml:"code"` // nine digits, the first six the county's
	Name    text   `yaml:"name"`
	Aliases []text `yaml:"aliases"`
	Source  text   `yaml:"source"`
}

type agencyFile struct {
	Code    text   `yaml:"code"`    // 某政发
	Issuers []text `yaml:"issuers"` // who issues under it
	Use     text   `yaml:"use"`
	Source  text   `yaml:"source"`
}

// unitsFile is one file of units/: units of one kind.
type unitsFile struct {
	Kind  text       `yaml:"kind"` // one of org.Kinds, except town: towns stand in county.yaml
	Units []unitFile `yaml:"units"`
}

type unitFile struct {
	Name      text              `yaml:"name"`
	Level     text              `yaml:"level"`     // nation, province, city, county; county if left out
	Aliases   []text            `yaml:"aliases"`   // other right names
	Misprints []text            `yaml:"misprints"` // wrong names that documents carry
	Phrases   []text            `yaml:"phrases"`   // by sector: 财政部门
	Within    map[string][]text `yaml:"within"`    // document number → names that mean this unit there only
	PartOf    text              `yaml:"part_of"`
	Members   []text            `yaml:"members"` // of a set: units by name
	Of        []text            `yaml:"of"`      // of a set: all units of these kinds
	Open      bool              `yaml:"open"`    // of a set: who may be meant, not all of them
	Source    text              `yaml:"source"`
	Note      text              `yaml:"note"`
}

const countyYAML = "county.yaml"

// county reads county.yaml and units/ into a county with its directory.
func (f *folder) county() County {
	var file countyFile
	if !f.decode(countyYAML, &file) {
		return County{}
	}
	c := County{
		Place: org.Place{
			Code: org.Code(file.Code.s), County: file.Name.s, City: file.City.s, Province: file.Province.s,
		},
		Government: file.Government.s,
		Office:     file.Office.s,
		Masthead: Masthead{
			Title: file.Gazette.Title.s, Organiser: file.Gazette.Organiser.s, Address: file.Gazette.Address.s,
			Tel: file.Gazette.Tel.s, Postcode: file.Gazette.Postcode.s, Website: file.Gazette.Website.s,
		},
	}
	for _, need := range []struct {
		t    text
		name string
	}{
		{file.Name, "name"}, {file.City, "city"}, {file.Province, "province"}, {file.Government, "government"},
		{file.Office, "office"}, {file.Gazette.Title, "gazette.title"},
	} {
		if need.t.s == "" {
			f.bad(countyYAML, need.t.line, "缺少字段“%s”", need.name)
		}
	}
	if !c.Place.Code.Valid() || len(c.Place.Code) != 6 {
		f.bad(countyYAML, file.Code.line, "行政区划代码“%s”应为六位数字", file.Code.s)
	}
	c.Directory = org.NewDirectory(c.Place)
	f.towns(c, file.Towns)
	f.units(c)
	f.agencies(c, file.Agencies)
	for _, t := range []text{file.Government, file.Office, file.Gazette.Organiser} {
		if f.lost {
			break
		}
		if _, ok := c.Directory.Resolve(t.s); t.s != "" && !ok {
			f.bad(countyYAML, t.line, "“%s”不在 units/ 的任何一个单位名称里", t.s)
		}
	}
	return c
}

func (f *folder) towns(c County, towns []townFile) {
	if len(towns) == 0 {
		f.bad(countyYAML, 0, "缺少 towns：请列出各乡镇")
	}
	codes := map[string]text{}
	for _, t := range towns {
		code := org.Code(t.Code.s)
		switch first, seen := codes[t.Code.s]; {
		case !code.Valid() || len(code) != 9 || !strings.HasPrefix(t.Code.s, string(c.Place.Code)):
			f.bad(countyYAML, max(t.Code.line, t.Name.line), "“%s”的代码“%s”应为九位数字，前六位是本县代码", t.Name.s, t.Code.s)
		case seen:
			f.bad(countyYAML, t.Code.line, "代码 %s 重复，第一次在第 %d 行", t.Code.s, first.line)
		}
		codes[t.Code.s] = t.Code
		f.add(c.Directory, countyYAML, unitFile{Name: t.Name, Aliases: t.Aliases, Source: t.Source}, org.Unit{
			Name: t.Name.s, Aliases: words(t.Aliases), Kind: org.Town, Code: code, Level: org.Township, Source: t.Source.s,
		})
	}
}

// units reads every file of units/.
func (f *folder) units(c County) {
	entries, err := fs.ReadDir(f.fsys, "units")
	if err != nil || len(entries) == 0 {
		f.bad("units", 0, "没有单位：请在 units/ 下按类别写 YAML 文件")
		return
	}
	type later struct {
		file string
		unit unitFile
	}
	var sets []later
	for _, e := range entries {
		file := path.Join("units", e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			f.bad(file, 0, "units/ 下只放 .yaml 文件")
			continue
		}
		var us unitsFile
		if !f.decode(file, &us) {
			f.lost = true
			continue
		}
		kind := org.Kind(us.Kind.s)
		if !kind.Known() || kind == org.Town {
			f.bad(file, us.Kind.line, "类别“%s”不在规定之内，可写：%s", us.Kind.s, kindNames())
			f.lost = true
			continue
		}
		for _, u := range us.Units {
			f.unit(c.Directory, file, kind, u)
			sets = append(sets, later{file, u})
		}
	}
	// Names that a unit refers to are looked for when every unit is known; where one was lost, each mention of it
	// would only say the same again.
	if f.lost {
		return
	}
	for _, s := range sets {
		for _, name := range append([]text{s.unit.PartOf}, s.unit.Members...) {
			if _, ok := c.Directory.Resolve(name.s); name.s != "" && !ok {
				f.bad(s.file, name.line, "“%s”提到“%s”，但没有哪个单位叫这个名称", s.unit.Name.s, name.s)
			}
		}
	}
}

func kindNames() string {
	var b strings.Builder
	for i, k := range org.Kinds {
		if k == org.Town {
			continue
		}
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString(string(k) + "（" + k.Chinese() + "）")
	}
	return b.String()
}

// unit checks one unit and adds it to the directory.
func (f *folder) unit(d *org.Directory, file string, kind org.Kind, u unitFile) {
	unit := org.Unit{
		Name: u.Name.s, Kind: kind, Aliases: words(u.Aliases), Misprints: words(u.Misprints), Phrases: words(u.Phrases),
		PartOf: u.PartOf.s, Members: words(u.Members), Open: u.Open, Source: u.Source.s, Note: u.Note.s,
	}
	if u.Level.s != "" {
		level, err := org.ParseLevel(u.Level.s)
		if err != nil {
			f.bad(file, u.Level.line, "级别“%s”应为 nation、province、city 或 county", u.Level.s)
		}
		unit.Level = level
	}
	if kind == org.Superior && (unit.Level == org.NoLevel || unit.Level >= org.County) {
		f.bad(file, u.Name.line, "上级机关“%s”要写明 level：nation、province 或 city", u.Name.s)
	}
	if len(u.Within) > 0 {
		unit.Within = map[string][]string{}
		for doc, names := range u.Within {
			unit.Within[doc] = words(names)
		}
	}
	for _, of := range u.Of {
		k := org.Kind(of.s)
		if !k.Known() || k == org.Set {
			f.bad(file, of.line, "of 里的类别“%s”不在规定之内", of.s)
		}
		unit.Of = append(unit.Of, k)
	}
	named := len(u.Members)+len(u.Of) > 0
	if kind == org.Set && !named && !u.Open {
		f.bad(file, u.Name.line, "统称“%s”要写明 members 或 of；原文没有列出成员的写 open: true", u.Name.s)
	}
	if kind != org.Set && (named || u.Open) {
		f.bad(file, u.Name.line, "“%s”不是统称，不能写 members、of 或 open", u.Name.s)
	}
	f.add(d, file, u, unit)
}

// add puts the unit into the directory and says, where a name is taken, where the other one stands.
func (f *folder) add(d *org.Directory, file string, u unitFile, unit org.Unit) {
	all := append([]text{u.Name}, u.Aliases...)
	all = append(all, u.Misprints...)
	all = append(all, u.Phrases...)
	for doc, names := range u.Within {
		for _, t := range names {
			all = append(all, text{org.Fold(doc) + "#" + t.s, t.line})
		}
	}
	err := d.Add(unit)
	f.lost = f.lost || err != nil
	var taken *org.Taken
	switch {
	case errors.As(err, &taken):
		f.taken(file, u, taken)
		return
	case errors.Is(err, org.ErrNoName):
		f.bad(file, max(u.Name.line, lineOfEmpty(all)), "单位“%s”有空的名称", u.Name.s)
		return
	case err != nil:
		f.bad(file, u.Name.line, "%v", err)
		return
	}
	for _, t := range all {
		f.placed[org.Fold(t.s)] = mark{file, t.line}
	}
}

func (f *folder) taken(file string, u unitFile, taken *org.Taken) {
	line := u.Name.line
	where := ""
	look := func(key string, t text) {
		if t.s == taken.Name {
			line = t.line
			if at, ok := f.placed[org.Fold(key)]; ok {
				where = (&Problem{File: at.file, Line: at.line}).place()
			}
		}
	}
	for _, ts := range [][]text{{u.Name}, u.Aliases, u.Misprints, u.Phrases} {
		for _, t := range ts {
			look(t.s, t)
		}
	}
	for doc, names := range u.Within {
		for _, t := range names {
			look(org.Fold(doc)+"#"+t.s, t)
		}
	}
	f.bad(file, line, "%v%s：一个名称只能属于一个单位，请删去一处，或写进 within 限定文号", taken, where)
}

// place is the bracket that points at another line.
func (p *Problem) place() string { return "（" + strings.TrimSuffix(p.Error(), "：") + "）" }

func lineOfEmpty(all []text) int {
	for _, t := range all {
		if t.s == "" {
			return t.line
		}
	}
	return 0
}

func (f *folder) agencies(c County, agencies []agencyFile) {
	for _, a := range agencies {
		for _, issuer := range a.Issuers {
			if _, ok := c.Directory.Resolve(issuer.s); !ok && !f.lost {
				f.bad(countyYAML, issuer.line, "代字“%s”的发文机关“%s”不在 units/ 的任何一个单位名称里", a.Code.s, issuer.s)
			}
		}
		agency := org.Agency{Code: a.Code.s, Issuers: words(a.Issuers), Use: a.Use.s, Source: a.Source.s}
		if err := c.Directory.AddAgency(agency); err != nil {
			f.bad(countyYAML, a.Code.line, "%v", err)
		}
	}
}
