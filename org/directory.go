package org

import (
	"errors"
	"fmt"
	"strings"
)

// Directory finds units by any of their names. Fill it with Add and AddAgency, ask Check once, and then only read
// it; reading is safe for many goroutines. The units that it returns share their slices: do not change them.
type Directory struct {
	place    Place
	units    []Unit
	byName   map[string]int            // folded canonical names, aliases, misprints, phrases
	byLocal  map[string]int            // the same with the place's name taken off; -1 where two units would meet
	within   map[string]map[string]int // document number → folded name
	agencies map[string]Agency
	codes    []string // agency codes in the order in which they were added
}

// NewDirectory returns an empty directory of one county.
func NewDirectory(place Place) *Directory {
	return &Directory{
		place:    place,
		byName:   map[string]int{},
		byLocal:  map[string]int{},
		within:   map[string]map[string]int{},
		agencies: map[string]Agency{},
	}
}

// Taken says that a name already belongs to another unit.
type Taken struct {
	Name string
	By   string // canonical name of the unit that has it
}

func (t *Taken) Error() string { return fmt.Sprintf("名称“%s”已属于“%s”", t.Name, t.By) }

// ErrNoName and ErrNoKind say what a unit lacks.
var (
	ErrNoName = errors.New("单位没有名称")
	ErrNoKind = errors.New("单位类别不在规定的类别之内")
)

// townNames are what documents call a town's government: 东镇人民政府. A 街道 has an office instead, and county folders call it by
// either name: 城关街道, 城关街道办事处.
func townNames(name string) []string {
	street := strings.TrimSuffix(name, "办事处")
	if strings.HasSuffix(street, "街道") {
		return []string{street, street + "办事处", street + "办"}
	}
	return []string{name + "政府", name + "人民政府"}
}

// Add puts a unit into the directory. A name that another unit has is a *Taken error, and nothing is added.
func (d *Directory) Add(u Unit) error {
	if strings.TrimSpace(u.Name) == "" {
		return ErrNoName
	}
	if !u.Kind.Known() {
		return fmt.Errorf("%w：“%s”的类别写作“%s”", ErrNoKind, u.Name, u.Kind)
	}
	if u.Level == NoLevel {
		u.Level = County
		if u.Kind == Town {
			u.Level = Township
		}
	}
	names := append([]string{u.Name}, u.Aliases...)
	names = append(names, u.Misprints...)
	names = append(names, u.Phrases...)
	mine := map[string]bool{}
	for _, name := range names {
		key := Fold(name)
		if key == "" {
			return ErrNoName
		}
		if at, ok := d.byName[key]; ok {
			return &Taken{name, d.units[at].Name}
		}
		if mine[key] {
			return &Taken{name, u.Name}
		}
		mine[key] = true
	}
	for doc, scoped := range u.Within {
		for _, name := range scoped {
			if at, ok := d.within[Fold(doc)][Fold(name)]; ok {
				return &Taken{name, d.units[at].Name}
			}
		}
	}
	d.add(u, names)
	return nil
}

func (d *Directory) add(u Unit, names []string) {
	at := len(d.units)
	d.units = append(d.units, u)
	if u.Kind == Town {
		for _, name := range townNames(u.Name) {
			if _, taken := d.byName[Fold(name)]; !taken { // another unit's own name goes first
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		key := Fold(name)
		d.byName[key] = at
		local := d.place.local(key)
		if other, ok := d.byLocal[local]; ok && other != at {
			d.byLocal[local] = -1
		} else {
			d.byLocal[local] = at
		}
	}
	for doc, scoped := range u.Within {
		doc = Fold(doc)
		if d.within[doc] == nil {
			d.within[doc] = map[string]int{}
		}
		for _, name := range scoped {
			d.within[doc][Fold(name)] = at
		}
	}
}

// AddAgency puts an agency code into the directory.
func (d *Directory) AddAgency(a Agency) error {
	key := Fold(a.Code)
	if key == "" || len(a.Issuers) == 0 {
		return errors.New("发文机关代字要写明代字和发文机关")
	}
	if other, ok := d.agencies[key]; ok {
		return fmt.Errorf("发文机关代字“%s”已属于“%s”", a.Code, strings.Join(other.Issuers, "、"))
	}
	if a.Level == NoLevel {
		a.Level = County
		if u, ok := d.Resolve(a.Issuers[0]); ok {
			a.Level = u.Level
		}
	}
	d.agencies[key] = a
	d.codes = append(d.codes, key)
	return nil
}

// Resolve finds the unit that a name means in any document of the county.
func (d *Directory) Resolve(name string) (Unit, bool) {
	key := Fold(name)
	if at, ok := d.byName[key]; ok {
		return d.units[at], true
	}
	if at, ok := d.byLocal[d.place.local(key)]; ok && at >= 0 {
		return d.units[at], true
	}
	if at, ok := d.byName[d.place.within(key)]; ok && d.units[at].Kind == Town { // 甲县东镇人民政府
		return d.units[at], true
	}
	return Unit{}, false
}

// ResolveIn finds the unit that a name means inside one document: its own short forms first.
func (d *Directory) ResolveIn(docNo, name string) (Unit, bool) {
	if at, ok := d.within[Fold(docNo)][Fold(name)]; ok {
		return d.units[at], true
	}
	return d.Resolve(name)
}

// Units returns all units in the order in which they were added.
func (d *Directory) Units() []Unit { return d.units }

// Place returns the county that the directory is of.
func (d *Directory) Place() Place { return d.place }

// Expand returns whom a name stands for: the members of a set, sets among them expanded, each unit once; the unit
// itself where it is no set. Nothing where no unit has the name or where the members are not known.
func (d *Directory) Expand(name string) []Unit {
	u, ok := d.Resolve(name)
	if !ok {
		return nil
	}
	var out []Unit
	seen := map[string]bool{}
	var walk func(Unit)
	walk = func(u Unit) {
		if seen[u.Name] {
			return
		}
		seen[u.Name] = true
		if u.Kind != Set {
			out = append(out, u)
			return
		}
		for _, name := range u.Members {
			if m, ok := d.Resolve(name); ok {
				walk(m)
			}
		}
		for _, kind := range u.Of {
			for _, m := range d.units {
				if m.Kind == kind && kind != Set {
					walk(m)
				}
			}
		}
	}
	walk(u)
	return out
}

// AgencyOf finds who issues under the code that opens a document number: 某政办发 in 某政办发〔2023〕8号. The code alone
// is understood too.
func (d *Directory) AgencyOf(docNo string) (Agency, bool) {
	code, _, _ := strings.Cut(Fold(docNo), "(")
	a, ok := d.agencies[code]
	return a, ok
}

// Agencies returns all agency codes in the order in which they were added.
func (d *Directory) Agencies() []Agency {
	out := make([]Agency, len(d.codes))
	for i, key := range d.codes {
		out[i] = d.agencies[key]
	}
	return out
}

// Check finds names that lead nowhere: members of sets, owners and issuers that are no units. It returns one error
// for each, nil where all is well.
func (d *Directory) Check() []error {
	var bad []error
	missing := func(name string) bool {
		_, ok := d.Resolve(name)
		return name != "" && !ok
	}
	for _, u := range d.units {
		if missing(u.PartOf) {
			bad = append(bad, &Dangling{u.Name, u.PartOf})
		}
		for _, m := range u.Members {
			if missing(m) {
				bad = append(bad, &Dangling{u.Name, m})
			}
		}
	}
	for _, a := range d.Agencies() {
		for _, issuer := range a.Issuers {
			if missing(issuer) {
				bad = append(bad, &Dangling{a.Code, issuer})
			}
		}
	}
	return bad
}

// Dangling says that the unit, set or agency code From names To, which no unit is called.
type Dangling struct{ From, To string }

func (e *Dangling) Error() string {
	return fmt.Sprintf("“%s”提到“%s”，但没有哪个单位叫这个名称", e.From, e.To)
}
