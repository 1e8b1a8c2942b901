// Package register keeps the lists that documents order (名录·清单·台账).
//
// A register is described by a Schema, which is data of a county's folder: typed fields, states with guarded moves,
// checks, and what an entry owes. An entry is the list of its records, each of which says what changed, from which day
// it holds, when it was written down, by whom and why; nothing is overwritten or deleted. What lists ask for is kept
// beside the records, as their fold:
//
//	r := &register.Registers{County: "990101", Schemas: schemas, Directory: units, Workdays: days}
//	e, err := r.Add(ctx, tx, by, "outlets", register.Input{Fields: map[string]string{"编号": "P1", "责任单位": "甲镇"}})
//	e, err = r.Move(ctx, tx, by, "outlets", "P1", register.MoveTo{State: "已溯源"}) // refused with the clause where the guard says no
//	page, err := r.List(ctx, tx, register.Viewer{}, register.Query{Register: "outlets", Size: 50})
//
// Two times: a record holds from a day (Holds) and was written down at an instant (At). AsOf asks for a past day, as it
// is known now or was known then. The entry on a day is the fold of its records up to that day, by the day and then in
// the order in which they were written; so a correction of the past leaves what came after it in force.
//
// Whatever leaves goes through Schema.Show, which strips private fields, and whole registers that are not public, for
// everybody but a Viewer of the offices. The zero Viewer is the public.
//
// Every record is a leaf of its register's Merkle tree, in which each field is sealed on its own (decision 26), so that
// a dump without private fields proves itself as well as a whole one. Obligations are rows with a day on which to look
// at them again, so that Tick looks at nothing else.
//
// Errors meant for people are *Error with a sentence in Chinese; all others are for the operator.
package register

import (
	"context"
	"slices"
	"sync"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
)

// Registers are the registers of a county. The zero of what is not needed is allowed: no Directory, no unit fields. It
// is safe for use by many goroutines and holds nothing but its definitions; do not copy it or change them once it is in use.
type Registers struct {
	County    string
	Schemas   []*Schema
	Directory *org.Directory
	Places    *Places // boundaries of towns and villages; nil: entries have none
	Workdays  *calendar.Workdays
	Seasons   calendar.Seasons
	Beyond    Beyond // what expressions ask for besides entries; nil: nothing is known

	// Changed is called in the transaction of each written entry, after it is written; nil: nobody listens.
	Changed func(ctx context.Context, tx *db.Tx, c Change) error

	once   sync.Once
	byName map[Name]*Schema
	refs   map[Name][]refField // by the register that they point to
}

// refField is a field of a register that points to another register.
type refField struct {
	schema *Schema
	field  *Field
}

// Change is what became of an entry.
type Change struct {
	Schema *Schema
	Record Record
	Before *Entry // nil where it was added
	After  *Entry
	Owed   []Owed // obligations, of this entry and of those that it fulfils, that became open, done or void by it
}

// Schema is the register with this name.
func (r *Registers) Schema(name Name) (*Schema, bool) {
	r.index()
	s, ok := r.byName[name]
	return s, ok
}

func (r *Registers) index() {
	r.once.Do(func() {
		r.byName, r.refs = map[Name]*Schema{}, map[Name][]refField{}
		for _, s := range r.Schemas {
			r.byName[s.Name] = s
			for i := range s.Fields {
				if f := &s.Fields[i]; f.Type == Ref {
					r.refs[f.Register] = append(r.refs[f.Register], refField{s, f})
				}
			}
		}
	})
}

func (r *Registers) schema(op string, name Name) (*Schema, error) {
	s, ok := r.Schema(name)
	if !ok {
		return nil, refuse(NotFound, op, "没有这本台账。")
	}
	return s, nil
}

// Actor is who does something: an account, and the units for which its person acts today, leading groups included.
type Actor struct {
	Account string
	Name    string // of the person, for people
	Units   []string
	Office  bool // of the county office, or an administrator: may write every register
}

// System is the author of what the clock does.
var System = Actor{Account: "system", Name: "系统", Office: true}

// unit is the unit in whose name the actor writes.
func (a Actor) unit() string {
	if len(a.Units) == 0 {
		return ""
	}
	return a.Units[0]
}

// Viewer is who reads. The zero value is the public.
type Viewer struct {
	Inside bool // an official who is logged in
}

// Inside is the viewer of the offices.
var Inside = Viewer{Inside: true}

// MayWrite reports whether the actor may write entries of the register at all, and whether only those of his own units.
func (r *Registers) MayWrite(by Actor, s *Schema) (may, ownOnly bool) {
	if by.Office {
		return true, false
	}
	for _, w := range append([]string{s.Custodian}, s.Writers...) {
		for _, u := range by.Units {
			if u == w || s.Own == "" && slices.Contains(r.members(w), u) {
				return true, false
			}
		}
	}
	return (s.Whose != "" || r.keepsOwn(by, s)) && len(by.Units) > 0, true
}

// MayWriteEntry reports whether the actor may write this entry.
func (r *Registers) MayWriteEntry(by Actor, s *Schema, v Values) bool {
	may, own := r.MayWrite(by, s)
	if !may || !own {
		return may
	}
	if r.keepsOwn(by, s) {
		return slices.Contains(by.Units, v[s.Own])
	}
	return slices.Contains(by.Units, v[s.Whose])
}

// keepsOwn reports whether the actor is of a set that writes the register, each member its own entries.
func (r *Registers) keepsOwn(by Actor, s *Schema) bool {
	return s.Own != "" && slices.ContainsFunc(s.Writers, func(w string) bool {
		return slices.ContainsFunc(r.members(w), func(u string) bool { return slices.Contains(by.Units, u) })
	})
}

// members are the units that a name stands for: those of a set, or the one unit.
func (r *Registers) members(name string) []string {
	if r.Directory == nil || name == "" {
		return []string{name}
	}
	var out []string
	for _, u := range r.Directory.Expand(name) {
		out = append(out, u.Name)
	}
	return out
}
