package org

import (
	"errors"
	"slices"
	"testing"
)

// jia is a directory of an invented county.
func jia(t *testing.T) *Directory {
	t.Helper()
	d := NewDirectory(Place{Code: "990101", County: "甲县", City: "乙市", Province: "丙省"})
	for _, u := range []Unit{
		{Name: "甲县人民政府", Kind: Government, Aliases: []string{"县政府"}},
		{Name: "县水务局", Kind: Department, Misprints: []string{"县水利局"}, Phrases: []string{"水务部门"}},
		{Name: "县财政局", Kind: Department, Phrases: []string{"财政部门"}},
		{Name: "县研究中心（县服务中心）", Kind: Institution},
		{Name: "乙市环境局甲县分局", Kind: Branch, Aliases: []string{"市环境局甲县分局"}},
		{Name: "东镇", Kind: Town, Code: "990101100"},
		{Name: "西乡", Kind: Town, Code: "990101200"},
		{Name: "治水领导小组", Kind: Group, Within: map[string][]string{"甲政发〔2020〕1号": {"领导小组"}}},
		{Name: "修路领导小组", Kind: Group, Within: map[string][]string{"甲政发〔2020〕2号": {"领导小组"}}},
		{Name: "各乡（镇）人民政府", Kind: Set, Of: []Kind{Town}},
		{Name: "县直各有关单位", Kind: Set, Of: []Kind{Department}, Open: true},
		{Name: "治水成员单位", Kind: Set, Members: []string{"水务部门", "各乡(镇)人民政府", "县水务局", "治水成员单位"}},
		{Name: "丙省环境厅", Kind: Superior, Level: Province},
		{Name: "国务院", Kind: Superior, Level: Nation},
	} {
		if err := d.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestStreets(t *testing.T) {
	d := NewDirectory(Place{Code: "990101", Province: "示例省", City: "示例市", County: "甲县"})
	for _, u := range []Unit{
		{Name: "湖东街道办", Kind: Institution},
		{Name: "城关街道", Kind: Town, Code: "990101001", Aliases: []string{"城关镇"}}, // a town once
		{Name: "河东街道办事处", Kind: Town, Code: "990101002"},
		{Name: "湖东街道", Kind: Town, Code: "990101003"},
		{Name: "东镇", Kind: Town, Code: "990101100"},
	} {
		if err := d.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"城关街道办事处": "城关街道", "城关街道办": "城关街道", "城关镇": "城关街道", "城关街道人民政府": "",
		"河东街道": "河东街道办事处", "河东街道办": "河东街道办事处", "湖东街道办": "湖东街道办", "湖东街道办事处": "湖东街道", "东镇人民政府": "东镇", "东镇办事处": "",
		"甲县东镇人民政府": "东镇", "示例省示例市甲县东镇人民政府": "东镇", "甲县东镇": "东镇", "甲县城关街道办事处": "城关街道", "甲县": "", "乙县东镇人民政府": "", "示例市东镇": "", "甲县湖东街道办": ""} {
		if u, _ := d.Resolve(name); u.Name != want {
			t.Errorf("Resolve(%q) = %q; want %q", name, u.Name, want)
		}
	}
}

func TestResolve(t *testing.T) {
	d := jia(t)
	for _, c := range []struct{ name, want string }{
		{"县水务局", "县水务局"},
		{"甲县水务局", "县水务局"},         // the county's own name for 县
		{"县 水\n务局", "县水务局"},       // a line broken inside a name
		{"县水利局", "县水务局"},          // a misprint is understood
		{"水务部门", "县水务局"},          // by sector
		{"市环境局甲县分局", "乙市环境局甲县分局"}, // alias
		{"县人民政府", "甲县人民政府"},       // 县 for the county's own name
		{"县研究中心(县服务中心)", "县研究中心（县服务中心）"},
		{"县研究中心〔县服务中心〕", "县研究中心（县服务中心）"},
		{"东镇政府", "东镇"},
		{"西乡人民政府", "西乡"},
		{"各乡(镇)人民政府", "各乡（镇）人民政府"},
		{"省环境厅", "丙省环境厅"},
		{"国务院", "国务院"},
		{"领导小组", ""}, // means something inside one document only
		{"县服务中心", ""},
		{"乙县水务局", ""}, // another county's
		{"", ""},
	} {
		u, ok := d.Resolve(c.name)
		if u.Name != c.want || ok != (c.want != "") {
			t.Errorf("Resolve(%q) = %q, %v; want %q", c.name, u.Name, ok, c.want)
		}
	}
}

func TestResolveIn(t *testing.T) {
	d := jia(t)
	for _, c := range []struct{ doc, name, want string }{
		{"甲政发〔2020〕1号", "领导小组", "治水领导小组"},
		{"甲政发[2020]1号", "领导 小组", "治水领导小组"}, // brackets of the number as printed
		{"甲政发〔2020〕2号", "领导小组", "修路领导小组"},
		{"甲政发〔2020〕3号", "领导小组", ""},
		{"甲政发〔2020〕3号", "县水利局", "县水务局"},
	} {
		u, _ := d.ResolveIn(c.doc, c.name)
		if u.Name != c.want {
			t.Errorf("ResolveIn(%q, %q) = %q, want %q", c.doc, c.name, u.Name, c.want)
		}
	}
}

func TestExpand(t *testing.T) {
	d := jia(t)
	for _, c := range []struct {
		name string
		want []string
	}{
		{"各乡镇人民政府", nil},
		{"各乡（镇）人民政府", []string{"东镇", "西乡"}},
		{"县直各有关单位", []string{"县水务局", "县财政局"}},
		{"治水成员单位", []string{"县水务局", "东镇", "西乡"}}, // each once, in spite of the set naming itself
		{"县财政局", []string{"县财政局"}},
	} {
		var got []string
		for _, u := range d.Expand(c.name) {
			got = append(got, u.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("Expand(%q) = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	d := jia(t)
	for _, c := range []struct {
		unit Unit
		by   string // of a *Taken; empty for another error
		kind error
	}{
		{Unit{Name: "县水务局", Kind: Department}, "县水务局", nil},
		{Unit{Name: "县水 务局", Kind: Department}, "县水务局", nil},
		{Unit{Name: "县河湖局", Kind: Department, Aliases: []string{"县水利局"}}, "县水务局", nil},
		{Unit{Name: "县河湖局", Kind: Department, Phrases: []string{"县河湖局"}}, "县河湖局", nil},
		{Unit{Name: "县路桥组", Kind: Group, Within: map[string][]string{"甲政发（2020）1号": {"领导小组"}}}, "治水领导小组", nil},
		{Unit{Name: " ", Kind: Department}, "", ErrNoName},
		{Unit{Name: "县河湖局", Kind: Department, Aliases: []string{"“”"}}, "", ErrNoName},
		{Unit{Name: "县河湖局", Kind: "bureau"}, "", ErrNoKind},
	} {
		n := len(d.Units())
		err := d.Add(c.unit)
		var taken *Taken
		switch {
		case c.by != "" && (!errors.As(err, &taken) || taken.By != c.by):
			t.Errorf("Add(%+v) = %v, want the name to be %s's", c.unit, err, c.by)
		case c.kind != nil && !errors.Is(err, c.kind):
			t.Errorf("Add(%+v) = %v, want %v", c.unit, err, c.kind)
		case len(d.Units()) != n:
			t.Errorf("Add(%+v) failed and yet added a unit", c.unit)
		}
	}
}

// Two units whose names meet when the county's own name is taken off: then the short form names neither.
func TestNamesThatMeet(t *testing.T) {
	d := jia(t)
	for _, name := range []string{"甲县中学", "县中学"} {
		if err := d.Add(Unit{Name: name, Kind: Institution}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"甲县中学", "县中学"} {
		if u, _ := d.Resolve(name); u.Name != name {
			t.Errorf("Resolve(%q) = %q: a whole name must win", name, u.Name)
		}
	}
}

func TestAgencies(t *testing.T) {
	d := jia(t)
	for _, a := range []Agency{
		{Code: "甲政发", Issuers: []string{"甲县人民政府"}},
		{Code: "国发", Issuers: []string{"国务院"}},
	} {
		if err := d.AddAgency(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.AddAgency(Agency{Code: "国发", Issuers: []string{"县财政局"}}); err == nil {
		t.Error("a code was given twice")
	}
	for _, c := range []struct {
		no    string
		level Level
	}{
		{"甲政发〔2020〕1号", County}, {"甲政发[2020] 1号", County}, {"国发（2019）3号", Nation}, {"国发", Nation}, {"丁政发〔2020〕1号", NoLevel}, {"", NoLevel},
	} {
		a, ok := d.AgencyOf(c.no)
		if a.Level != c.level || ok != (c.level != NoLevel) {
			t.Errorf("AgencyOf(%q) = %+v, %v; want level %v", c.no, a, ok, c.level)
		}
	}
	if got := d.Agencies(); len(got) != 2 || got[0].Code != "甲政发" {
		t.Errorf("Agencies() = %v", got)
	}
}

func TestCheck(t *testing.T) {
	d := jia(t)
	if bad := d.Check(); bad != nil {
		t.Fatal(bad)
	}
	d.Add(Unit{Name: "某某成员单位", Kind: Set, Members: []string{"县不存在局"}})
	d.Add(Unit{Name: "县某某站", Kind: Institution, PartOf: "县也不存在局"})
	d.AddAgency(Agency{Code: "甲某发", Issuers: []string{"县还不存在局"}})
	var to []string
	for _, err := range d.Check() {
		var dangling *Dangling
		if errors.As(err, &dangling) {
			to = append(to, dangling.To)
		}
	}
	if want := []string{"县不存在局", "县也不存在局", "县还不存在局"}; !slices.Equal(to, want) {
		t.Errorf("Check found %v, want %v", to, want)
	}
}

func TestSearch(t *testing.T) {
	d := jia(t)
	for _, c := range []struct {
		query string
		limit int
		want  []string
	}{
		{"水务", 9, []string{"县水务局"}},
		{"水利", 9, []string{"县水务局"}},
		{"治水领导小组", 9, []string{"治水领导小组"}},
		{"领导小组", 9, []string{"治水领导小组", "修路领导小组"}},
		{"县", 2, []string{"县水务局", "县财政局"}},
		{"东镇", 9, []string{"东镇"}},
		{"", 9, nil},
		{"县", 0, nil},
		{"查无此局", 9, nil},
	} {
		var got []string
		for _, u := range d.Search(c.query, c.limit) {
			got = append(got, u.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("Search(%q, %d) = %v, want %v", c.query, c.limit, got, c.want)
		}
	}
}

func TestCodesKindsLevels(t *testing.T) {
	for code, want := range map[Code]bool{"140826": true, "140826100": true, "14082": false, "14082a": false, "040826": false, "": false} {
		if code.Valid() != want {
			t.Errorf("Code(%q).Valid() = %v", code, !want)
		}
	}
	if len(Kinds) != len(kindChinese) {
		t.Errorf("%d kinds, %d Chinese names", len(Kinds), len(kindChinese))
	}
	for l := Nation; l <= Township; l++ {
		if got, err := ParseLevel(l.String()); err != nil || got != l || l.Chinese() == "" {
			t.Errorf("level %d: %v, %v", l, got, err)
		}
	}
	if _, err := ParseLevel(""); err == nil {
		t.Error("ParseLevel took the empty word")
	}
}

// Folding twice is folding once, whatever stands there.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"县人民政府（县中心）", "ＡＢＣ　〔2023〕", "“一泓清水”", "\x00\xff", "ﬁ㍿①", "A \u030c", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if once := Fold(s); Fold(once) != once {
			t.Errorf("Fold(%q) = %q, and folded again %q", s, once, Fold(once))
		}
		d := NewDirectory(Place{County: "甲县"})
		if d.Add(Unit{Name: s, Kind: Town}) == nil {
			if u, ok := d.Resolve(s); !ok || u.Name != s {
				t.Errorf("added %q and could not find it", s)
			}
		}
	})
}
