// Package org knows who is who in a county: units with all the names that documents call them by, sets such as
// "every town government", and the agency codes that open a document number. It is pure: the facts come from
// outside (a county's folder, later its records), and nothing here knows any one county.
//
// Documents call one unit by many names: in full, short, by sector, misprinted, in brackets of either width. A
// Directory answers which unit is meant:
//
//	d := org.NewDirectory(org.Place{County: "某县", City: "某市", Province: "某省"})
//	d.Add(org.Unit{Name: "县水务局", Kind: org.Department, Misprints: []string{"县水利局"}})
//	u, ok := d.Resolve("某县水 务局")   // 县水务局, true: white space and the county's own name do not matter
//	u, ok = d.Resolve("县水利局")       // the same unit
//
// Names that mean something only inside one document (领导小组, 办公室) are found by ResolveIn alone.
package org

import "fmt"

// Code is an administrative division code (GB/T 2260, GB/T 10114): six digits for a county, nine for a town.
type Code string

// Valid reports whether the code has six or nine digits.
func (c Code) Valid() bool {
	if len(c) != 6 && len(c) != 9 {
		return false
	}
	for i := range len(c) {
		if c[i] < '0' || c[i] > '9' {
			return false
		}
	}
	return c[0] != '0'
}

// Place says where the county is; its names may open the name of any unit of that level.
type Place struct {
	Code     Code
	County   string
	City     string
	Province string
}

// Kind says what sort of party a unit is.
type Kind string

// The kinds. A Set has members; a Class is a sort of party (petrol stations) without a name of its own.
const (
	Government   Kind = "government"
	Party        Kind = "party"
	Department   Kind = "department"
	Institution  Kind = "institution"
	Organisation Kind = "organisation"
	Branch       Kind = "branch"
	Town         Kind = "town"
	Zone         Kind = "zone"
	Group        Kind = "group"
	Set          Kind = "set"
	Company      Kind = "company"
	Enterprise   Kind = "enterprise"
	Class        Kind = "class"
	Role         Kind = "role"
	Superior     Kind = "superior"
)

// Signs reports whether somebody can sign for a party of this kind: nobody does for a class of them, a role, or a set.
func (k Kind) Signs() bool { return k != Class && k != Role && k != Set }

// Kinds lists every kind in the order in which pages show them.
var Kinds = []Kind{
	Government, Party, Department, Institution, Organisation, Branch, Town, Zone, Group, Set, Company, Enterprise,
	Class, Role, Superior,
}

var kindChinese = map[Kind]string{
	Government: "政府", Party: "党委部门", Department: "政府部门", Institution: "事业单位", Organisation: "群团组织",
	Branch: "垂直管理和派驻机构", Town: "乡镇", Zone: "开发区", Group: "议事协调机构", Set: "统称", Company: "公用企业",
	Enterprise: "企业", Class: "一类主体", Role: "职务和角色", Superior: "上级机关",
}

// Chinese is what pages call the kind.
func (k Kind) Chinese() string { return kindChinese[k] }

// Known reports whether k is one of Kinds.
func (k Kind) Known() bool { return kindChinese[k] != "" }

// Level is the level of government that a unit belongs to.
type Level uint8

// The levels, highest first.
const (
	NoLevel Level = iota
	Nation
	Province
	City
	County
	Township
)

var levelNames = [...]string{"", "nation", "province", "city", "county", "town"}
var levelChinese = [...]string{"", "国家", "省", "市", "县", "乡镇"}

// String is the English word, as county folders write it.
func (l Level) String() string { return levelNames[l] }

// Chinese is what pages call the level.
func (l Level) Chinese() string { return levelChinese[l] }

// ParseLevel reads what String writes.
func ParseLevel(s string) (Level, error) {
	for i, name := range levelNames {
		if i > 0 && name == s {
			return Level(i), nil
		}
	}
	return NoLevel, fmt.Errorf("unknown level %q: want nation, province, city, county or town", s)
}

// Unit is one party that documents name.
type Unit struct {
	Name    string   // the one canonical name
	Kind    Kind     //
	Code    Code     // of a town; empty otherwise
	Level   Level    // County unless said otherwise
	Aliases []string // other right names: short, former, by the other side of a bracket
	// Misprints are names that a printer got wrong. They are understood, and never written.
	Misprints []string
	// Phrases name a sector where the unit is meant: 财政部门.
	Phrases []string
	// Within holds names that mean this unit in one document only, by document number.
	Within map[string][]string
	// PartOf is the canonical name of the unit that this one belongs to; empty for most.
	PartOf string
	// Members and Of say whom a Set stands for: units by name, and all units of some kinds.
	Members []string
	Of      []Kind
	// Open says that the set names those who may be meant (有关单位), not all of them.
	Open   bool
	Source string // number of a document that names the unit
	Note   string
}

// Agency is the letter code that opens a document number, such as 某政发, and who issues under it.
type Agency struct {
	Code    string
	Issuers []string // canonical names; several where they issue jointly
	Level   Level
	Use     string // what it numbers, in words; may be empty
	Source  string // number of a document that shows it
}
